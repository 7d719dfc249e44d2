"""The layers of a network must fit each other: weights, biases and names, one for each layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core.functions import Array, Loss
from backprop_lib.core.validation import finite_array
from backprop_lib.text import counted, got


def checked_layers(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike] | None, activation: str | Sequence[str]
) -> tuple[list[Array], list[Array] | None, list[str]]:
    """Return copies of weights and biases, and each layer's activation, if they make a network."""
    matrices = [
        finite_array(f"weights[{i}]", w, (2,)) for i, w in enumerate(by_layer("weights", weights, "matrix"))
    ]
    vectors = None
    if biases is not None:
        vectors = [
            finite_array(f"biases[{i}]", b, (1,)) for i, b in enumerate(by_layer("biases", biases, "vector"))
        ]
    names = names_of("activation", activation, len(matrices))
    check_layers_fit(matrices, vectors, names)
    return matrices, vectors, names


def by_layer(name: str, value: object, one: str) -> list[Any]:
    """Return what stands for each layer: `one` is "matrix" for weights or "vector" for biases.

    Examples
    --------
    >>> by_layer("weights", np.ones((2, 2)), "matrix")
    Traceback (most recent call last):
    ValueError: weights is a single matrix, expected a list with one per layer: write weights=[W].
    """
    expected = f"a list with one {one} per layer"
    if not isinstance(value, list | tuple | np.ndarray) or getattr(value, "ndim", 1) == 0:
        raise TypeError(f"{name} is {got(value)}, expected {expected}.")
    layers = list(value)
    if not layers:
        raise ValueError(f"{name} is empty, expected {expected}.")
    axes = 2 if one == "matrix" else 1
    if all(_axes(layer) == axes - 1 for layer in layers):
        raise ValueError(
            f"{name} is a single {one}, expected a list with one per layer: "
            f"write {name}=[{'W' if one == 'matrix' else 'b'}]."
        )
    return layers


def names_of(name: str, value: object, count: int) -> list[str]:
    """Return one name for each layer, from one for all of them or from a list."""
    if isinstance(value, str):
        return [value] * count
    if isinstance(value, list | tuple) or (isinstance(value, np.ndarray) and value.ndim == 1):
        return list(value)
    raise TypeError(f"{name} is {got(value)}, expected a name such as 'sigmoid', or one for each layer.")


def check_layers_fit(weights: list[Array], biases: list[Array] | None, activations: list[str]) -> None:
    """Raise ValueError unless each layer takes what the one before gives.

    Examples
    --------
    >>> check_layers_fit([np.ones((2, 2)), np.ones((2, 3))], None, ["sigmoid", "sigmoid"])
    Traceback (most recent call last):
    ValueError: weights[1] has shape (2, 3), expected 2 columns, one for each neuron of the layer before.
    """
    count = len(weights)
    if len(activations) != count:
        raise ValueError(
            f"activation names {counted(len(activations), 'layer')}, expected {count}, one per layer."
        )
    for i in range(1, count):
        if weights[i].shape[1] != len(weights[i - 1]):
            raise ValueError(
                f"weights[{i}] has shape {weights[i].shape}, "
                f"expected {counted(len(weights[i - 1]), 'column')}, one for each neuron of the layer before."
            )
    if biases is not None and len(biases) != count:
        raise ValueError(f"biases has {counted(len(biases), 'vector')}, expected {count}, one per layer.")
    for i, (b, w) in enumerate(zip(biases or [], weights, strict=False)):
        if len(b) != len(w):
            raise ValueError(f"biases[{i}] has shape {b.shape}, expected ({len(w)},), one per neuron.")


def check_output_fits(loss: Loss, activation: str) -> None:
    """Raise ValueError if the loss needs a sigmoid output and does not get one."""
    if loss.slope_at_z is not None and activation != "sigmoid":
        raise ValueError(
            f"loss {loss.name!r} needs an output in (0, 1): "
            f"the last activation is {activation!r}, expected 'sigmoid'."
        )


def _axes(value: object) -> int:
    try:
        return np.ndim(value)  # type: ignore[arg-type]
    except ValueError:  # rows of different lengths
        return 2

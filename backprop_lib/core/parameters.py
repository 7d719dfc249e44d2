"""A network's parameters: checked, random or by name, and what a pass through them leaves behind.

`w1[0,1]` is the weight of layer 1, to neuron 0, from neuron 1; `b1[0]` is a bias. Layers are counted from 1,
as in the formulas, and neurons from 0, as in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core.functions import ACTIVATIONS, LOSSES, Activation, Loss, choose
from backprop_lib.core.shapes import Array, Float
from backprop_lib.core.validation import finite_array, is_whole, whole_number
from backprop_lib.text import counted, got

# Random weights have the standard deviation 1/√n, with n from a layer's numbers of inputs and outputs.
SPREADS: Mapping[str, Callable[[int, int], float]] = {
    "lecun": lambda inputs, outputs: inputs,
    "glorot": lambda inputs, outputs: (inputs + outputs) / 2,
    "he": lambda inputs, outputs: inputs / 2,
}

Names = Sequence[str]  # of parameters: "w1[0,1]", or "w1" for all of an array
_MOST = 1 << 25  # weights of a random network, as many as a saved one may have


@dataclass(frozen=True)
class Trace:
    """What a forward pass computed: `a[0]` is the input; layer l has `z[l - 1]` and `a[l]`."""

    z: list[Float[Array, "*batch _"]]
    a: list[Float[Array, "*batch _"]]


@dataclass(frozen=True)
class Gradients:
    """∂E/∂W and ∂E/∂b by layer, shaped like the network's, and each layer's delta = ∂E/∂z per example."""

    weights: list[Float[Array, "_ _"]]
    biases: list[Float[Array, " _"]] | None
    deltas: list[Float[Array, "batch _"]]

    def by_name(self) -> dict[str, float]:
        """Return the gradients under their parameters' names, as `Network.by_name` does."""
        return dict(named(self.weights, self.biases))


def checked_arrays(
    weights: Sequence[ArrayLike], biases: Sequence[ArrayLike] | None
) -> tuple[list[Array], list[Array] | None]:
    """Return read-only copies of weights and biases, if each layer takes what the one before gives.

    Parameters
    ----------
    weights : sequence of array_like, one per layer, each of shape (outputs, inputs)
    biases : sequence of array_like, one per layer, each of shape (outputs,), or None

    Raises
    ------
    TypeError, ValueError
        If they are anything else, or do not fit each other.

    Examples
    --------
    >>> checked_arrays([np.ones((2, 2)), np.ones((2, 3))], None)
    Traceback (most recent call last):
    ValueError: weights[1] has shape (2, 3), expected 2 columns, one for each neuron of the layer before.
    """
    matrices = _by_layer("weights", weights, "matrix")
    for i, (before, W) in enumerate(pairwise(matrices), 1):
        if W.shape[1] != len(before):
            raise ValueError(
                f"weights[{i}] has shape {W.shape}, "
                f"expected {counted(len(before), 'column')}, one for each neuron of the layer before."
            )
    if biases is None:
        return matrices, None
    vectors = _by_layer("biases", biases, "vector")
    if len(vectors) != len(matrices):
        count = counted(len(vectors), "vector")
        raise ValueError(f"biases has {count}, expected {len(matrices)}, one per layer.")
    for i, (b, W) in enumerate(zip(vectors, matrices, strict=True)):
        if len(b) != len(W):
            raise ValueError(f"biases[{i}] has shape {b.shape}, expected ({len(W)},), one per neuron.")
    return matrices, vectors


def _by_layer(name: str, value: object, one: str) -> list[Array]:
    """Return a copy of what stands for each layer: `one` is "matrix" for weights or "vector" for biases."""
    expected = f"a list with one {one} per layer"
    if not isinstance(value, list | tuple | np.ndarray) or getattr(value, "ndim", 1) == 0:
        raise TypeError(f"{name} is {got(value)}, expected {expected}.")
    if len(value) == 0:
        raise ValueError(f"{name} is empty, expected {expected}.")
    axes, letter = (2, "W") if one == "matrix" else (1, "b")
    if all(_axes(layer) == axes - 1 for layer in value):
        raise ValueError(
            f"{name} is a single {one}, expected a list with one per layer: write {name}=[{letter}]."
        )
    arrays = [finite_array(f"{name}[{i}]", layer, (axes,)) for i, layer in enumerate(value)]
    for array in arrays:
        array.setflags(write=False)
    return arrays


def _axes(value: ArrayLike) -> int:
    try:
        return np.ndim(value)
    except ValueError:  # rows of different lengths
        return 2


def checked_rules(activation: str | Sequence[str], loss: str, layers: int) -> tuple[list[Activation], Loss]:
    """Return the activation of each layer and the loss, if there are such and they go together.

    Parameters
    ----------
    activation : str, or one str per layer
    loss : str
    layers : int

    Raises
    ------
    TypeError, ValueError
        If a name is unknown, names are too few or too many, or the loss needs another output.

    Examples
    --------
    >>> checked_rules(["tanh", "relu"], "binary_cross_entropy", 2)
    Traceback (most recent call last):
    ValueError: loss 'binary_cross_entropy' needs an output in (0, 1): the last activation is 'relu', \
expected 'sigmoid'.
    """
    names = [activation] * layers if isinstance(activation, str) else activation
    if not isinstance(names, list | tuple) and getattr(names, "ndim", 0) != 1:
        raise TypeError(
            f"activation is {got(names)}, expected a name such as 'sigmoid', or one for each layer."
        )
    if len(names) != layers:
        raise ValueError(
            f"activation names {counted(len(names), 'layer')}, expected {layers}, one per layer."
        )
    activations, rule = [choose("activation", f, ACTIVATIONS) for f in names], choose("loss", loss, LOSSES)
    last = activations[-1]
    if rule.needs not in (None, last.name):
        raise ValueError(
            f"loss {loss!r} needs an output in (0, 1): "
            f"the last activation is {last.name!r}, expected {rule.needs!r}."
        )
    if any(f.compares for f in activations[:-1]):
        raise ValueError("activation names 'softmax' for a hidden layer, expected it in the last one only.")
    if last.compares and rule.needs != last.name:
        fitting = next(other.name for other in LOSSES.values() if other.needs == last.name)
        raise ValueError(f"loss is {loss!r}, expected {fitting!r}: the last activation is {last.name!r}.")
    return activations, rule


def random_weights(sizes: Sequence[int], seed: int, spread: str) -> list[Array]:
    """Return normal weights for layers of these sizes; `spread` names the rule for their standard deviation.

    "lecun" is 1/√inputs, which makes z about as large as a layer's inputs. "glorot" is
    √(2/(inputs + outputs)), between what keeps z and what keeps delta at one size from layer to layer. "he"
    is √(2/inputs), which makes up for a relu: it sets about half of all z to zero.

    Raises
    ------
    TypeError, ValueError
        If a size is not a positive whole number, or there are too many weights, or the seed is no number, or
        the spread is none of the three.

    References
    ----------
    LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998. Glorot and Bengio, Understanding the difficulty
    of training deep feedforward neural networks, 2010. He, Zhang, Ren and Sun, Delving deep into rectifiers,
    2015.

    Examples
    --------
    >>> for spread in SPREADS:
    ...     (W,) = random_weights([200, 800], seed=0, spread=spread)
    ...     print(f"{spread}: {W.std():.3f}")
    lecun: 0.071
    glorot: 0.045
    he: 0.100
    """
    layers = list(sizes) if isinstance(sizes, list | tuple) or getattr(sizes, "ndim", 0) == 1 else []
    if len(layers) < 2 or not all(is_whole(n) and n > 0 for n in layers):
        raise ValueError(f"sizes is {got(sizes)}, expected two or more positive whole numbers.")
    if (count := sum(int(after) * int(before) for before, after in pairwise(layers))) > _MOST:
        raise ValueError(f"sizes is {got(sizes)}, expected at most {_MOST:,} weights, not {got(count)}.")
    rng, n = np.random.default_rng(whole_number("seed", seed)), choose("spread", spread, SPREADS)
    return [
        rng.standard_normal((after, before)) / np.sqrt(n(before, after)) for before, after in pairwise(layers)
    ]


def check_shapes(name: str, slopes: list[Array], values: list[Array]) -> None:
    """Raise ValueError unless gradients have the shapes of the parameters that they belong to.

    Parameters
    ----------
    name : str
        "weights" or "biases".
    slopes, values : list of ndarray, one per layer

    Examples
    --------
    >>> check_shapes("weights", [np.ones((2, 2))], [np.ones((1, 2))])
    Traceback (most recent call last):
    ValueError: gradients.weights has the shapes (2, 2), expected (1, 2), those of the network's weights.
    """
    found, expected = (", ".join(str(np.shape(array)) for array in arrays) for arrays in (slopes, values))
    if found != expected:
        raise ValueError(
            f"gradients.{name} has the shapes {found or 'none'}, expected {expected or 'none'}, "
            f"those of the network's {name}."
        )


def named(weights: list[Array], biases: list[Array] | None) -> Iterator[tuple[str, float]]:
    """Yield every parameter with its name, layer by layer, weights before biases."""
    for layer, w in enumerate(weights, 1):
        for (i, j), value in np.ndenumerate(w):
            yield f"w{layer}[{i},{j}]", value.item()
        if biases is not None:
            for i, value in enumerate(biases[layer - 1]):
                yield f"b{layer}[{i}]", value.item()


def rebuilt(
    weights: list[Array], biases: list[Array] | None, values: Mapping[str, complex]
) -> tuple[list[Array], list[Array] | None]:
    """Return arrays of the same shapes, filled with `values` by name."""
    new_weights, new_biases = [], []
    for layer, w in enumerate(weights, 1):
        outputs, inputs = w.shape
        rows = [[values[f"w{layer}[{i},{j}]"] for j in range(inputs)] for i in range(outputs)]
        new_weights.append(np.array(rows))
        new_biases.append(np.array([values[f"b{layer}[{i}]"] for i in range(outputs) if biases is not None]))
    return new_weights, None if biases is None else new_biases

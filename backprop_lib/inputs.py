"""What goes in must make sense: one sentence that says what was wrong, what was expected and where."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.functions import Array, Loss

__all__ = [
    "NotFinite",
    "check_layers_fit",
    "check_output_fits",
    "check_targets",
    "finite_array",
    "finite_number",
    "finite_rows",
    "uncopied_rows",
    "whole_number",
]


class NotFinite(ValueError):
    """A number is nan or infinite where only finite ones make sense."""


def finite_array(name: str, value: ArrayLike, ndim: tuple[int, ...]) -> Array:
    """Return a float (or complex) copy of `value`, which must be full of finite numbers.

    Raises
    ------
    TypeError
        If a value is not a number.
    ValueError
        If rows differ in length or the number of axes is not in `ndim`; `NotFinite`, if a value is nan or
        infinite.

    Examples
    --------
    >>> finite_array("weights[0]", [[0.5, float("nan")]], ndim=(2,))
    Traceback (most recent call last):
    backprop_lib.inputs.NotFinite: weights[0][0, 1] is nan, expected a finite number.
    """
    try:
        array: Array = np.array(value)
    except ValueError:
        raise ValueError(f"{name} has rows of different lengths, expected a rectangle.") from None
    if array.dtype.kind not in "biufc":
        raise TypeError(f"{name} holds {_first_stranger(array)!r}, expected numbers only.")
    if array.ndim not in ndim:
        axes = " or ".join(map(str, ndim))
        raise ValueError(f"{name} has shape {array.shape}, expected {axes} axes.")
    if array.size == 0:
        raise ValueError(f"{name} is empty, expected at least one number.")
    array = array.astype(complex if array.dtype.kind == "c" else float)
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        place = ", ".join(map(str, where))
        raise NotFinite(f"{name}[{place}] is {array[where]}, expected a finite number.")
    return array


def finite_number(name: str, value: Any) -> float:
    """Return `value` as a float, which must be finite.

    Examples
    --------
    >>> finite_number("learning_rate", "fast")
    Traceback (most recent call last):
    TypeError: learning_rate is 'fast', expected a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} is {value!r}, expected a finite number.")
    if not math.isfinite(value):
        raise NotFinite(f"{name} is {value}, expected a finite number.")
    return float(value)


def whole_number(name: str, value: Any, least: int = 0) -> int:
    """Return `value` as an int, which must be at least `least`.

    Examples
    --------
    >>> whole_number("epochs", -1)
    Traceback (most recent call last):
    ValueError: epochs is -1, expected a whole number of at least 0.
    """
    if isinstance(value, bool) or not isinstance(value, int | np.integer):
        raise TypeError(f"{name} is {value!r}, expected a whole number of at least {least}.")
    if value < least:
        raise ValueError(f"{name} is {value}, expected a whole number of at least {least}.")
    return int(value)


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
        raise ValueError(f"activation names {len(activations)} layers, expected {count}, one per layer.")
    for i in range(1, count):
        if weights[i].shape[1] != len(weights[i - 1]):
            raise ValueError(
                f"weights[{i}] has shape {weights[i].shape}, expected {len(weights[i - 1])} columns, "
                f"one for each neuron of the layer before."
            )
    if biases is not None and len(biases) != count:
        raise ValueError(f"biases has {len(biases)} vectors, expected {count}, one per layer.")
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


def finite_rows(name: str, value: ArrayLike, width: int) -> Array:
    """Return one row, or a batch of rows, of finite numbers, each row of the given width."""
    rows = finite_array(name, value, ndim=(1, 2))
    if rows.shape[-1] != width:
        raise ValueError(f"{name} has shape {rows.shape}, expected ({width},) or (batch, {width}).")
    return rows


def uncopied_rows(name: str, value: ArrayLike, width: int) -> Array:
    """Return a batch of rows like `finite_rows`, but an array of real numbers as it is, even of bytes."""
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and value.ndim == 2:
        rows, columns = value.shape
        if rows > 0 and columns == width and (value.dtype.kind in "iu" or np.isfinite(value).all()):
            return value
    return np.atleast_2d(finite_rows(name, value, width))


def check_targets(t: Array, batch: int, loss: Loss) -> None:
    """Raise ValueError unless there is a target for each row, of a size that the loss can take."""
    if len(t) != batch:
        raise ValueError(f"t has {len(t)} rows, expected {batch}, one for each row of x.")
    if loss.slope_at_z is not None and (outside := (t < 0) | (t > 1)).any():
        raise ValueError(f"t holds {t[outside][0]}, expected targets in [0, 1] for {loss.name!r}.")


def _first_stranger(array: Array) -> object:
    """Return the first element that is no number, for the message."""
    return next(v for v in array.ravel().tolist() if not isinstance(v, int | float | complex))

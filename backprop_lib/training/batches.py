"""Examples, cut into the batches of an epoch and brought into the form that `in_place` computes with."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from math import isfinite

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import (
    Array,
    Float,
    Network,
    NotFinite,
    check_targets,
    finite_array,
    finite_number,
    finite_rows,
    uncopied_rows,
)
from backprop_lib.text import counted

_BLOCK = 1 << 18  # so many numbers are gathered at a time: they fit the processor's cache
Batch = tuple[Array, Array, Array]


def cut(examples: int, batch_size: int) -> list[int]:
    """Return the sizes of an epoch's batches; the last takes what is left.

    Parameters
    ----------
    examples : int
    batch_size : int, at least 1

    Examples
    --------
    >>> cut(7, 3), cut(7, 100)
    ([3, 3, 1], [7])
    """
    return [min(batch_size, examples - start) for start in range(0, examples, batch_size)]


class Batches:
    """Examples, batch by batch: gathered in any order, as floats, followed by `one` if there is one."""

    def __init__(
        self, x: Array, t: Array, sizes: Sequence[int], dtype: np.dtype, one: float | None = None
    ) -> None:
        self.x, self.t, self.as_given = x, t.astype(dtype, copy=False), np.arange(len(x))
        self._held: Array | None = None  # the order whose examples are all there already
        features = x.shape[1]
        room = max(max(sizes), min(sum(sizes), _BLOCK // features))
        self._raw = np.empty((room, features), x.dtype)
        self._X = np.full((room, features + (one is not None)), one or 0, dtype)
        self._T = np.empty((room, t.shape[1]), dtype)
        self._groups: list[
            tuple[int, list[Batch]]
        ] = []  # as many batches as there is room for, and their rows
        waiting: list[int] = []
        for size in [*sizes, room + 1]:
            if sum(waiting) + size > room:
                self._groups.append((sum(waiting), self._views(waiting)))
                waiting = []
            waiting.append(size)

    def in_order(self, order: Array) -> Iterator[Batch]:
        """Yield X, its transpose and T for each batch; the next group of batches overwrites them."""
        start, features = 0, self.x.shape[1]
        for rows, batches in self._groups:
            if order is not self._held:
                self._held = None
                chosen = order[start : start + rows]
                np.take(self.x, chosen, axis=0, out=self._raw[:rows], mode="clip")  # "clip" saves a copy
                np.take(self.t, chosen, axis=0, out=self._T[:rows], mode="clip")
                self._X[:rows, :features] = self._raw[:rows]
                self._held = order if len(self._groups) == 1 else None
            yield from batches
            start += rows

    def _views(self, sizes: list[int]) -> list[Batch]:
        ends = pairwise(accumulate(sizes, initial=0))
        return [(self._X[a:b], self._X[a:b].T, self._T[a:b]) for a, b in ends]


def examples(
    net: Network, x: ArrayLike, t: ArrayLike, x_name: str = "x", t_name: str = "t"
) -> tuple[Array, Array]:
    """Return inputs, uncopied if possible, and targets as rows that fit each other and the network.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    x_name, t_name : str
        What an error calls them.

    Raises
    ------
    TypeError, ValueError
        If they are no finite real numbers, or do not fit each other or the network.

    Examples
    --------
    >>> x, t = examples(Network([[[0.5]]]), [0.1], [0.9])
    >>> x.shape, t.shape
    ((1, 1), (1, 1))
    """
    x = uncopied_rows(x_name, x, net.sizes[0])
    outputs = net.sizes[-1]
    t = t if isinstance(t, np.ndarray) else finite_array(t_name, t, ndim=(0, 1, 2))
    if t.shape == (len(x),) and len(x) != outputs:
        if outputs > 1:
            raise ValueError(
                f"{t_name} has shape ({len(x)},), expected ({len(x)}, {outputs}): a row for each example, "
                f"which datasets.one_hot(labels, {outputs}) makes of labels."
            )
        raise ValueError(f"{t_name} has shape ({len(x)},), expected ({len(x)}, 1): a row for each example.")
    t = np.atleast_2d(finite_rows(t_name, t, outputs))
    if len(t) != len(x):
        raise ValueError(
            f"{t_name} has {counted(len(t), 'row')}, expected {len(x)}, one for each row of {x_name}."
        )
    check_targets(t, len(x), net.loss_rule)
    for name, array in ((x_name, x), (t_name, t), ("the network", net.weights[0])):
        if np.iscomplexobj(array):
            raise TypeError(f"{name} holds complex numbers, expected real ones for training.")
    return x, t


def check_loss(loss: float, dtype: str | np.dtype = "float64") -> None:
    """Raise `NotFinite` if a training run would start where the loss is no number.

    Parameters
    ----------
    loss : float
    dtype : str or numpy.dtype
        The type of floats that it was computed in.

    Examples
    --------
    >>> check_loss(float("inf"))
    Traceback (most recent call last):
    backprop_lib.core.validation.NotFinite: the loss is inf before training, in float64, expected a number.
    """
    if not isfinite(loss):
        raise NotFinite(f"the loss is {loss} before training, in {dtype}, expected a number.")


def is_right(a: Float[Array, "batch outputs"], t: Array) -> Array:
    """Say for each row whether the largest output is where the target is largest.

    A single output is right on its target's side of ½.

    Parameters
    ----------
    a, t : ndarray, shape (batch, outputs)

    Returns
    -------
    ndarray of bool, shape (batch,)

    Examples
    --------
    >>> is_right(np.array([[0.2, 0.7], [0.6, 0.1]]), np.array([[0, 1], [0, 1]])).tolist()
    [True, False]
    """
    right: Array = a.argmax(axis=1) == t.argmax(axis=1) if a.shape[1] > 1 else ((a > 0.5) == (t > 0.5))[:, 0]
    return right


def accuracy(net: Network, x: ArrayLike, t: ArrayLike, scale: float = 1.0) -> float:
    """Return the share of examples whose largest output is where the target is largest.

    A single output is right if it is on its target's side of ½.

    Parameters
    ----------
    net : Network
    x : array_like, shape (batch, features)
    t : array_like, shape (batch, outputs)
    scale : float
        The network is shown `scale` times x.

    Examples
    --------
    >>> accuracy(Network([[[1.0], [0.0]]]), [[2.0], [3.0], [-1.0]], [[1, 0], [1, 0], [1, 0]])
    0.6666666666666666
    """
    x, t = examples(net, x, t)
    scale, rows = finite_number("scale", scale), max(1, _BLOCK // x.shape[1])
    right = 0
    for first in range(0, len(x), rows):
        a = net.forward(x[first : first + rows] * scale).a[-1]
        right += int(np.count_nonzero(is_right(a, t[first : first + rows])))
    return right / len(x)

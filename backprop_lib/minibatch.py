"""Gradient descent in mini-batches: many short steps in one pass over the examples.

A step on a batch uses the mean gradient of its examples. `epoch_of_batches` cuts a random order of all
examples into batches: an epoch uses each example exactly once, and its last batch may be smaller.

The loop works on plain arrays in which each **column** is an example, and checks nothing on the way. The
tests show that it takes the very steps of `Network.gradients` and `Network.step`, only faster.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.functions import ACTIVATIONS, Array
from backprop_lib.history import History
from backprop_lib.inputs import (
    NotFinite,
    check_targets,
    finite_number,
    finite_rows,
    uncopied_rows,
    whole_number,
)
from backprop_lib.network import Network

__all__ = ["Loop", "accuracy", "epoch_of_batches", "train_in_batches", "train_like_document_003"]

_BLOCK = 1 << 18  # about so many numbers of the examples are copied at a time


def epoch_of_batches(rng: np.random.Generator, examples: int, batch_size: int) -> list[Array]:
    """Return the indices of one epoch's batches: every example once, in random order.

    Examples
    --------
    >>> batches = epoch_of_batches(np.random.default_rng(0), examples=7, batch_size=3)
    >>> [len(batch) for batch in batches], sorted(np.concatenate(batches).tolist())
    ([3, 3, 1], [0, 1, 2, 3, 4, 5, 6])
    """
    order = rng.permutation(examples)
    return [order[start : start + batch_size] for start in range(0, examples, batch_size)]


class Loop:
    """A network's parameters as arrays that change in place, for many steps without checks.

    `layers` holds one matrix [W b] per layer: a bias is the weight of an input that is always 1.
    """

    def __init__(self, net: Network) -> None:
        self.net = net
        self.ones = 0 if net.biases is None else 1
        vectors = net.biases or [np.empty((len(W), 0)) for W in net.weights]
        self.layers = [np.column_stack(pair) for pair in zip(net.weights, vectors, strict=True)]
        self.transposed = [M[:, : W.shape[1]].T for M, W in zip(self.layers, net.weights, strict=True)]
        self.activations = [_SIGMOID if f.name == "sigmoid" else f for f in net.activations]
        self._rooms: dict[int, list[tuple[Array, Array]]] = {}

    def columns(self, x: Array, t: Array, batches: Sequence[Array]) -> Iterator[tuple[Array, Array]]:
        """Yield each batch as columns: x with its row of ones, (features + 1, batch), and t."""
        together = max(1, _BLOCK // (x.shape[1] * len(batches[0])))
        for first in range(0, len(batches), together):
            group = batches[first : first + together]
            rows = np.concatenate(group)
            X, T = np.ones((x.shape[1] + self.ones, len(rows))), t[rows].T.copy()
            X[: x.shape[1]] = x[rows].T
            for start, stop in pairwise(np.cumsum([0, *map(len, group)]).tolist()):
                yield X[:, start:stop], T[:, start:stop]

    def step(self, X: Array, T: Array, rate: float) -> Array:
        """Move against `rate` times the sum of the gradients; return the outputs from before the step."""
        rooms, z = self._rooms_for(X.shape[1]), []
        inputs = X
        for M, f, (room, a) in zip(self.layers, self.activations, rooms, strict=True):
            z.append(M.dot(inputs))
            a[:] = f.rule(z[-1])
            inputs = room
        loss, activations = self.net.loss_rule, self.activations
        if loss.slope_at_z is not None:
            delta = loss.slope_at_z(z[-1], T)
        else:
            delta = loss.slope(a, T) * activations[-1].slope(z[-1], a)
        delta *= rate
        for layer in range(len(rooms) - 1, 0, -1):
            room, before = rooms[layer - 1]
            arrived = self.transposed[layer].dot(delta)
            self.layers[layer] -= delta.dot(room.T)
            delta = arrived * activations[layer - 1].slope(z[layer - 1], before)
        self.layers[0] -= delta.dot(X.T)
        return a

    @property
    def network(self) -> Network:
        """The network as it is now; `NotFinite` if it has left the range of floats."""
        weights = [M[:, : W.shape[1]] for M, W in zip(self.layers, self.net.weights, strict=True)]
        return self.net.replace(weights, [M[:, -1] for M in self.layers] if self.ones else None)

    def _rooms_for(self, batch: int) -> list[tuple[Array, Array]]:
        """Return an array for each layer's activations, with a row of ones below if there are biases."""
        if batch not in self._rooms:
            rooms = [np.ones((len(M) + self.ones, batch)) for M in self.layers]
            self._rooms[batch] = [(room, room[: len(M)]) for room, M in zip(rooms, self.layers, strict=True)]
        return self._rooms[batch]


def train_in_batches(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rate: float,
    epochs: int,
    batch_size: int,
    seed: int = 0,
    stop_below: float = -np.inf,
) -> History:
    """Train by mini-batch gradient descent; `training.train` says what the arguments mean."""
    batch_size = whole_number("batch_size", batch_size, least=1)
    rng = np.random.default_rng(whole_number("seed", seed))
    x, t = uncopied_rows("x", x, net.sizes[0]), np.atleast_2d(finite_rows("t", t, net.sizes[-1]))
    check_targets(t, len(x), net.loss_rule)
    loop, loss, path = Loop(net), [_loss_over(net, x, t)], [_in_a_row(net)]
    with np.errstate(over="ignore", invalid="ignore"):
        while len(loss) <= epochs and not loss[-1] < stop_below:
            for X, T in loop.columns(x, t, epoch_of_batches(rng, len(x), batch_size)):
                loop.step(X, T, learning_rate / X.shape[1])
            try:
                following = loop.network
                new_loss = finite_number("loss", _loss_over(following, x, t))
            except NotFinite:  # out of the range of floats: the last finite network is the result
                break
            net = following
            loss.append(new_loss)
            path.append(_in_a_row(net))
    return History(np.array(loss), np.array(path), net, learning_rate, -(-len(x) // batch_size))


def accuracy(net: Network, x: ArrayLike, t: ArrayLike) -> float:
    """Return the share of examples whose largest output is where the target is largest.

    Parameters
    ----------
    x : array_like, shape (batch, features)
    t : array_like, shape (batch, outputs)

    Examples
    --------
    >>> accuracy(Network([[[1.0], [0.0]]]), [[2.0], [3.0], [-1.0]], [[1, 0], [1, 0], [1, 0]])
    0.6666666666666666
    """
    x, t = uncopied_rows("x", x, net.sizes[0]), np.atleast_2d(finite_rows("t", t, net.sizes[-1]))
    check_targets(t, len(x), net.loss_rule)
    right = [net.forward(X).a[-1].argmax(axis=1) == T.argmax(axis=1) for X, T in _blocks(x, t)]
    return float(np.mean(np.concatenate(right)))


def train_like_document_003(
    x: ArrayLike,
    t: ArrayLike,
    sizes: Sequence[int],
    learning_rate: float,
    epochs: int,
    batch_size: int,
    seed: int = 0,
) -> tuple[list[float], Network]:
    """Train as document 003's program does, number for number; return its epoch errors and the network.

    It differs from `train` in four points. Weights and biases are standard normal and drawn layer by layer
    from NumPy's old generator, which then shuffles the examples once per epoch. The last batch takes the
    remainder with it, but is divided by `batch_size` like the others. The error of an epoch is the mean over
    its batches of the summed error before the update, divided by `batch_size`.

    Examples
    --------
    >>> from backprop_lib.datasets import parity
    >>> x, t = parity(10)
    >>> errors, net = train_like_document_003(x[:700], t[:700], [10, 3, 2], 0.3, epochs=3, batch_size=8)
    >>> [round(error, 5) for error in errors]
    [0.48236, 0.3234, 0.16235]
    """
    stream = np.random.RandomState(seed)  # the document's own stream
    drawn = [(stream.randn(n, before), stream.randn(n)) for before, n in pairwise(sizes)]
    net = Network([W for W, _ in drawn], [b for _, b in drawn], loss="squared_error")
    x, t = uncopied_rows("x", x, net.sizes[0]), np.atleast_2d(finite_rows("t", t, net.sizes[-1]))
    check_targets(t, len(x), net.loss_rule)
    count = len(x) // whole_number("batch_size", batch_size, least=1)
    if count == 0:
        raise ValueError(f"x has {len(x)} rows, expected at least batch_size = {batch_size}.")
    loop, errors, starts = Loop(net), [], range(0, count * batch_size, batch_size)
    with np.errstate(over="ignore"):
        for _ in range(whole_number("epochs", epochs)):
            order = np.arange(len(x))
            stream.shuffle(order)
            sums, batches = [], [order[first : first + batch_size] for first in starts[:-1]]
            for X, T in loop.columns(x, t, [*batches, order[starts[-1] :]]):
                off = loop.step(X, T, learning_rate / batch_size) - T
                sums.append(np.vdot(off, off) / batch_size)
            errors.append(float(np.mean(sums)))
    return errors, loop.network


def _few_operations(z: Array) -> Array:
    """Return 1 / (1 + e^(−z)); where e^(−z) overflows, 1/inf is 0, as it should be."""
    e: Array = np.negative(z)
    np.exp(e, e)
    e += _ONE
    np.divide(_ONE, e, e)
    return e


_ONE = np.array(1.0)  # quicker than 1, which NumPy has to convert each time
_SIGMOID = replace(ACTIVATIONS["sigmoid"], rule=_few_operations, slope=lambda z, a: a * (_ONE - a))


def _loss_over(net: Network, x: Array, t: Array) -> float:
    return sum(net.loss(X, T) * len(X) for X, T in _blocks(x, t)) / len(x)


def _blocks(x: Array, t: Array) -> Iterator[tuple[Array, Array]]:
    """Yield all examples, some at a time, so that large x need no copy of their own."""
    rows = max(1, _BLOCK // x.shape[1])
    for first in range(0, len(x), rows):
        yield x[first : first + rows], t[first : first + rows]


def _in_a_row(net: Network) -> Array:
    """Return all parameters in the order of `Network.by_name`."""
    vectors = net.biases or [np.empty(0) for _ in net.weights]
    return np.concatenate([part.ravel() for pair in zip(net.weights, vectors, strict=True) for part in pair])

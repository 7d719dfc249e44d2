"""Gradient descent in mini-batches: many short steps in one pass over the examples.

A step on a batch uses the mean gradient of its examples. `epoch_of_batches` cuts a random order of all
examples into batches: an epoch uses each example exactly once, and its last batch may be smaller.
`training.train` and `trainer.Trainer` train in this way; here stands what document 003 did differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import islice, pairwise

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, finite_number, whole_number
from backprop_lib.training import InPlaceNetwork, examples


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
    training = epochs_like_document_003(x, t, sizes, learning_rate, batch_size, seed)
    errors, in_place = [], next(training)[1]
    for error, _ in islice(training, whole_number("epochs", epochs)):
        errors.append(error)
    return errors, in_place.network


def epochs_like_document_003(
    x: ArrayLike,
    t: ArrayLike,
    sizes: Sequence[int],
    learning_rate: float,
    batch_size: int,
    seed: int = 0,
    *,
    scale: float = 1.0,
    lecun: bool = False,
) -> Iterator[tuple[float, InPlaceNetwork]]:
    """Train like `train_like_document_003`, epoch by epoch, for as long as is wanted.

    Parameters
    ----------
    x : array_like, shape (examples, features)
    t : array_like, shape (examples, outputs)
    sizes : sequence of int
    scale : float
        The network is shown `scale` times x.
    lecun : bool
        Divide the same random weights by √inputs, layer by layer, and begin with zero biases.

    Yields
    ------
    tuple[float, InPlaceNetwork]
        The error of an epoch, and what holds the `network` so far; at first nan and the start.

    Examples
    --------
    >>> from backprop_lib.datasets import parity
    >>> training = epochs_like_document_003(*parity(10), [10, 3, 2], 0.3, batch_size=8, lecun=True)
    >>> _, in_place = next(training)
    >>> in_place.network.biases[0].tolist()
    [0.0, 0.0, 0.0]
    >>> round(next(training)[0], 4)
    0.4171
    """
    stream = np.random.RandomState(seed)  # the document's own stream
    drawn = [(stream.randn(n, before), stream.randn(n)) for before, n in pairwise(sizes)]
    if lecun:
        drawn = [(W / np.sqrt(W.shape[1]), np.zeros_like(b)) for W, b in drawn]
    net = Network([W for W, _ in drawn], [b for _, b in drawn], loss="squared_error")
    x, t = examples(net, x, t)
    count = len(x) // whole_number("batch_size", batch_size, least=1)
    if count == 0:
        raise ValueError(f"x has {len(x)} rows, expected at least batch_size = {batch_size}.")
    in_place = InPlaceNetwork(net, np.dtype(float), scale=finite_number("scale", scale))
    batches = in_place.batches(x, t, [batch_size] * (count - 1) + [len(x) - batch_size * (count - 1)])
    rate = in_place.rate(finite_number("learning_rate", learning_rate) / batch_size)
    yield np.nan, in_place
    while True:
        order = np.arange(len(x))
        stream.shuffle(order)
        sums = []
        with np.errstate(over="ignore", invalid="ignore"):
            for X, XT, T in batches.in_order(order):
                off = in_place.step(X, XT, T, rate) - T
                sums.append(np.vdot(off, off) / batch_size)
        yield float(np.mean(sums)), in_place

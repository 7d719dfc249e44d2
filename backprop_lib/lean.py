"""The same training without checks and without new arrays: what makes it fast.

`Network` explains the mathematics; this is how a program hurries through it. Each layer's weights and bias
are one matrix M = [Wᵀ; b], whose last row belongs to an input that is always 1, so that

    z = a_previous M        ∂E/∂M = a_previousᵀ δ        δ_previous = δ Wᵀ · f′(z)

are one matrix product each. All arrays are made once and filled again and again. Examples stay in their own
type, even bytes, and become floats only when their batch comes up. The tests show that these are the steps
of `Network.gradients` and `Network.step`; `benchmarks/` shows what each trick is worth.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate, pairwise

import numpy as np
from numpy import add, copyto, divide, exp, multiply, negative, subtract

from backprop_lib.functions import ACTIVATIONS, Activation, Array
from backprop_lib.network import Network

__all__ = ["Batches", "Lean", "cut", "in_place"]

_BLOCK = 1 << 18  # so many numbers are gathered at a time: they fit the processor's cache
Batch = tuple[Array, Array, Array]


def cut(examples: int, batch_size: int) -> list[int]:
    """Return the sizes of an epoch's batches; the last takes what is left.

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


class Lean:
    """A network whose parameters stand in one array that changes in place; `layers` are its matrices M.

    With a `scale` the network sees scale · x. As z = (scale · x) M = scale · (x M), x itself is left alone.
    """

    def __init__(self, net: Network, dtype: np.dtype, momentum: float = 0.0, scale: float = 1.0) -> None:
        self.net, self.dtype, self.scale, self.ones = net, dtype, scale, net.biases is not None
        self.momentum, self._from_z = momentum, net.loss_rule.slope_at_z is not None
        self._shapes = [(before + self.ones, after) for before, after in pairwise(net.sizes)]
        size = sum(rows * columns for rows, columns in self._shapes)
        self.values, self.velocity, self._slopes = np.zeros((3, size), dtype)
        self.layers, self._slope_layers = self._by_layer(self.values), self._by_layer(self._slopes)
        places = self._by_layer(np.arange(size))
        for i, M in enumerate(self.layers):
            M[: net.sizes[i]] = net.weights[i].T
            M[net.sizes[i] :] = net.biases[i] if net.biases is not None else 0
        parts = [(p[:n].T, p[n:]) for p, n in zip(places, net.sizes, strict=False)]
        self._by_name = np.concatenate([part.ravel() for pair in parts for part in pair])
        self._rooms: dict[int, list[_Layer]] = {}

    def batches(self, x: Array, t: Array, sizes: Sequence[int]) -> Batches:
        """Return the examples in batches as `step` and `forward` want them."""
        return Batches(x, t, sizes, self.dtype, 1 / self.scale if self.ones else None)

    def rate(self, learning_rate: float) -> Array:
        """Return a learning rate for `step`, with the 2 of the squared error's slope 2(a − t) in it."""
        return np.array(learning_rate * (2 if self.net.loss_rule.name == "squared_error" else 1), self.dtype)

    def forward(self, X: Array) -> tuple[Array, Array]:
        """Return z and a of the last layer; the next call overwrites them."""
        last = self._run(self._layers_for(len(X)), X)
        return last.z, last.a

    def step(self, X: Array, XT: Array, T: Array, rate: Array) -> Array:
        """Move against `rate` times the sum of the gradients; return the outputs from before the step."""
        layers = self._layers_for(len(X))
        layer = self._run(layers, X)
        outputs, delta = layer.a, layer.delta
        subtract(outputs, T, delta)  # for the cross-entropy of a sigmoid this is ∂E/∂z already
        if not self._from_z:
            multiply(delta, layer.slope(layer.z, layer.a), delta)  # quicker than delta *= …
        multiply(delta, rate, delta)
        for below in layers[-2::-1]:
            below.a_with_1_T.dot(delta, layer.G)
            delta = delta.dot(layer.WT, below.delta)
            multiply(delta, below.slope(below.z, below.a), delta)
            layer = below
        if self.scale != 1:
            delta *= self.scale
        XT.dot(delta, layer.G)
        step = self._slopes
        if self.momentum:
            self.velocity *= self.momentum
            self.velocity += step
            step = self.velocity
        subtract(self.values, step, self.values)
        return outputs

    @property
    def in_a_row(self) -> Array:
        """A copy of all parameters, in the order of `Network.by_name`."""
        row: Array = self.values[self._by_name]
        return row

    @property
    def network(self) -> Network:
        """The network as it is now; `NotFinite` if it has left the range of floats."""
        return self.network_of(self.values)

    def network_of(self, values: Array) -> Network:
        """Return the network with parameters that were copied from `values`."""
        layers = self._by_layer(values)
        weights = [M[:n].T for M, n in zip(layers, self.net.sizes, strict=False)]
        return self.net.replace(weights, [M[-1] for M in layers] if self.ones else None)

    def _by_layer(self, flat: Array) -> list[Array]:
        ends = pairwise(accumulate((rows * columns for rows, columns in self._shapes), initial=0))
        return [flat[a:b].reshape(shape) for (a, b), shape in zip(ends, self._shapes, strict=True)]

    def _run(self, layers: list[_Layer], inputs: Array) -> _Layer:
        """Compute all z and a, and return the last layer."""
        for layer in layers:
            inputs.dot(layer.M, layer.z)
            layer.activate(layer.z, layer.a)
            if layer.a_with_1 is not layer.a:
                copyto(layer.within, layer.a)
            inputs = layer.a_with_1
        return layer

    def _layers_for(self, batch: int) -> list[_Layer]:
        """Return the layers with arrays for batches of this size, which are made when it first comes up."""
        if batch not in self._rooms:
            parts = zip(self.layers, self._slope_layers, self.net.sizes, self.net.activations, strict=False)
            self._rooms[batch] = [_Layer(M, G, n, f, batch) for M, G, n, f in parts]
            self._rooms[batch][-1].a_with_1 = self._rooms[batch][-1].a  # no layer follows
            if self.scale != 1:
                self._rooms[batch][0].see_scaled(self.scale)
        return self._rooms[batch]


class _Layer:
    """One layer at work: its M and ∂E/∂M, and arrays for z, a and delta that are filled with each batch."""

    def __init__(self, M: Array, G: Array, inputs: int, f: Activation, batch: int) -> None:
        self.M, self.G, self.WT = M, G, M[:inputs].T
        neurons, ones = M.shape[1], len(M) - inputs
        self.z, self.delta = np.empty((2, batch, neurons), M.dtype)
        self.a = self.a_with_1 = np.empty_like(self.z)
        if ones:  # a stands alone too, for a part of a larger array is slow to compute with
            self.a_with_1 = np.ones((batch, neurons + 1), M.dtype)
        self.within, self.a_with_1_T = self.a_with_1[:, :neurons], self.a_with_1.T
        self.activate, self.slope = in_place(f, self.z)

    def see_scaled(self, scale: float) -> None:
        """Let z be scale · (x M)."""
        activate = self.activate

        def scaled(z: Array, a: Array) -> None:
            z *= scale
            activate(z, a)

        self.activate = scaled


def in_place(
    f: Activation, z: Array
) -> tuple[Callable[[Array, Array], object], Callable[[Array, Array], Array]]:
    """Return f's rule, which fills a given array, and its slope, both for arrays like `z`.

    The sigmoid is worth doing well: it makes no new arrays, and checks no signs. Where e^(−z) overflows,
    1/inf is 0, as it should be.
    """
    if f is not ACTIVATIONS["sigmoid"]:
        return (lambda z, a: copyto(a, f.rule(z))), f.slope
    room = np.empty_like(z)
    one = np.ones((), room.dtype)  # quicker than 1, which NumPy has to convert each time

    def activate(z: Array, a: Array) -> None:
        negative(z, room)
        exp(room, room)
        add(room, one, room)
        divide(one, room, a)

    def slope(z: Array, a: Array) -> Array:
        subtract(one, a, room)
        multiply(room, a, room)
        return room

    return activate, slope

"""The same training without checks and without new arrays: what makes it fast.

`Network` explains the mathematics; this is how a program hurries through it. Each layer's weights and bias
are one matrix M = [Wᵀ; b], whose last row belongs to an input that is always 1, so that

    z = a_previous M        ∂E/∂M = a_previousᵀ δ        δ_previous = δ Wᵀ · f′(z)

are one matrix product each. All arrays are made once and filled again and again, and the calls that fill
them are prepared with their arguments, for in a small network Python's own work between two calls counts.
Examples stay in their own type, even bytes, and become floats only when their batch comes up. The tests
show that these are the steps of `Network.gradients` and `Network.step`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import (
    ACTIVATIONS,
    Activation,
    Array,
    Float,
    Network,
    NotFinite,
    finite_number,
    only_plain,
)
from backprop_lib.training.batches import Batches, cut, examples, is_right
from backprop_lib.training.options import Constraints, Options

_SMALL = 10**6  # OpenBLAS copies the factors of a product, unless it takes fewer multiplications than this
Calls = list[Callable[[], object]]
Outputs = Float[Array, "batch outputs"]
Parameters = Float[Array, " parameters"]
_ROWS = 256  # examples that are measured at a time


class InPlaceNetwork:
    """A network whose parameters stand in one array that changes in place; `layers` are its matrices M.

    With a `scale` the network sees scale · x. As z = (scale · x) M = scale · (x M), x itself is left alone.

    Parameters
    ----------
    net : Network
        Where it starts; it is unchanged.
    options : Options, optional
        Its `momentum`, `l2`, `dtype`, `scale`, `hold` and `tie` count here.

    Examples
    --------
    >>> in_place = InPlaceNetwork(Network([[[0.5]], [[0.5]]]))
    >>> batches = in_place.batches(np.array([[0.1]]), np.array([[0.9]]), [1])
    >>> for X, XT, T in batches.in_order(batches.as_given):
    ...     _ = in_place.step(X, XT, T, in_place.rate(0.9))
    >>> [round(w, 4) for w in in_place.network.by_name().values()]
    [0.5009, 0.5381]
    """

    def __init__(self, net: Network, options: Options | None = None) -> None:
        only_plain(net, "what trains without checks")
        options = options or Options()
        self.net, self.ones = net, net.biases is not None
        self.dtype, self.scale = np.dtype(options.dtype), float(options.scale)
        self._shapes = [(before + self.ones, after) for before, after in pairwise(net.sizes)]
        size = sum(rows * columns for rows, columns in self._shapes)
        self.values, self.velocity, slopes = np.zeros((3, size), self.dtype)
        self.layers, self.slopes = self._by_layer(self.values), self._by_layer(slopes)
        places = self._by_layer(np.arange(size))
        parts = [(p[:n].T, p[n:]) for p, n in zip(places, net.sizes, strict=False)]
        self.places = np.concatenate([part.ravel() for pair in parts for part in pair])
        biases: Sequence[ArrayLike] = net.biases or [()] * len(net.weights)
        given = [np.ravel(part) for pair in zip(net.weights, biases, strict=True) for part in pair]
        self.values[self.places] = np.concatenate(given)
        self.decay, pull = np.zeros((2, size), self.dtype)  # η·l2 of each weight, and 0 of each bias
        self._update: Calls = []
        if options.l2:
            self._update += [
                partial(np.multiply, self.values, self.decay, pull),
                partial(np.add, slopes, pull, slopes),
            ]
        self._update += Constraints(net, options.hold, options.tie).calls(slopes, self.places)
        if not (momentum := float(options.momentum)):
            self._update.append(partial(np.subtract, self.values, slopes, self.values))
        else:
            self._update += [
                partial(np.multiply, self.velocity, momentum, self.velocity),
                partial(np.add, self.velocity, slopes, self.velocity),
                partial(np.subtract, self.values, self.velocity, self.values),
            ]
        self._work: dict[int, _Work] = {}

    def batches(self, x: Array, t: Array, sizes: Sequence[int]) -> Batches:
        """Return the examples in batches as `step` and `forward` want them.

        Parameters
        ----------
        x : ndarray, shape (examples, features)
        t : ndarray, shape (examples, outputs)
        sizes : sequence of int
            The size of each batch.
        """
        return Batches(x, t, sizes, self.dtype, 1 / self.scale if self.ones else None)

    def rate(self, learning_rate: float) -> Float[Array, ""]:
        """Return a learning rate for `step`, with the 2 of the squared error's slope 2(a − t) in it."""
        return np.array(learning_rate * (2 if self.net.loss_rule.name == "squared_error" else 1), self.dtype)

    def forward(self, X: Float[Array, "batch _"]) -> tuple[Outputs, Outputs]:
        """Return z and a of the last layer; the next call overwrites them."""
        work = self._run(X)
        return work.z, work.a

    def step(
        self,
        X: Float[Array, "batch inputs"],
        XT: Float[Array, "inputs batch"],
        T: Outputs,
        rate: Float[Array, ""],
    ) -> Outputs:
        """Move against `rate` times the sum of the gradients; return the outputs from before the step.

        Parameters
        ----------
        X, XT, T : ndarray
            A batch, as `batches` makes it.
        rate : ndarray, shape ()
            What `rate()` makes of a learning rate, already divided by the size of the batch.

        Returns
        -------
        ndarray, shape (batch, outputs)
            The next call overwrites it.
        """
        work = self._run(X)
        work.begin(T)
        work.rate[()] = rate
        for call in work.backward:
            call()
        work.product(XT, work.first_delta, self.slopes[0])
        for call in self._update:
            call()
        return work.a

    @property
    def in_a_row(self) -> Parameters:
        """A copy of all parameters, in the order of `Network.by_name`."""
        row: Array = self.values[self.places]
        return row

    @property
    def network(self) -> Network:
        """The network as it is now; `NotFinite` if it has left the range of floats."""
        return self.network_of(self.values)

    def network_of(self, values: Parameters) -> Network:
        """Return the network with parameters that were copied from `values`."""
        layers = self._by_layer(values)
        weights = [M[:n].T for M, n in zip(layers, self.net.sizes, strict=False)]
        return self.net.replace(weights, [M[-1] for M in layers] if self.ones else None)

    def _by_layer(self, flat: Array) -> list[Array]:
        parts = np.split(flat, np.cumsum([rows * columns for rows, columns in self._shapes])[:-1])
        return [part.reshape(shape) for part, shape in zip(parts, self._shapes, strict=True)]

    def _run(self, X: Float[Array, "batch _"]) -> _Work:
        """Compute all z and a, in arrays for batches of this size, which are made when it first comes up."""
        work = self._work.get(len(X)) or self._work.setdefault(len(X), _Work(self, len(X)))
        work.product(X, self.layers[0], work.first_z)
        for call in work.forward:
            call()
        return work


class InPlaceSteps(InPlaceNetwork):
    """Steps in place, on the whole batch or, if there is a `batch_size`, on mini-batches."""

    def __init__(
        self,
        net: Network,
        x: ArrayLike,
        t: ArrayLike,
        learning_rate: float,
        options: Options,
    ) -> None:
        super().__init__(net, options)
        self.learning_rate = finite_number("learning_rate", learning_rate)
        for layer, inputs in zip(self._by_layer(self.decay), net.sizes, strict=False):
            layer[:inputs] = self.learning_rate * options.l2
        self._rng = np.random.default_rng(options.seed)
        x, t = examples(net, x, t)
        self._shuffled, test = options.batch_size is not None and options.shuffle, options.test
        sizes = cut(len(x), options.batch_size or len(x))
        self.per_epoch = len(sizes)
        self._rates = {size: self.rate(self.learning_rate / size) for size in sizes}
        self._batches = self.batches(x, t, sizes)
        self._all = self._measured(x, t) if len(sizes) > 1 else self._batches
        self._test = None if test is None else self._measured(*examples(net, *test, "test x", "test t"))

    def epoch(self) -> Iterator[None]:
        """Make the updates of an epoch, one for each item."""
        order = self._batches.as_given
        if self._shuffled:
            order = self._rng.permutation(len(order))
        for X, XT, T in self._batches.in_order(order):
            self.step(X, XT, T, self._rates[len(X)])
            yield

    @property
    def state(self) -> tuple[Parameters, Parameters, Any]:
        """Parameters, velocity and the generator's state; `NotFinite` if they left the range of floats."""
        if not np.isfinite(self.values).all():
            raise NotFinite(f"a parameter is no number any more, in {self.dtype}.")
        random = self._rng.bit_generator.state if self._shuffled else None
        return self.values.copy(), self.velocity.copy(), random

    def go_back(self, state: tuple[Parameters, Parameters, Any]) -> None:
        """Go on from `state`, whatever became of a forgotten epoch."""
        self.values[:], self.velocity[:], random = state
        if self._shuffled:
            self._rng.bit_generator.state = random

    def network_at(self, state: tuple[Parameters, Parameters, Any]) -> Network:
        """Return the network of a state."""
        return self.network_of(state[0])

    def loss(self) -> float:
        """Return the mean loss over all examples."""
        value, batches = self.net.loss_rule.value, self._all.in_order(self._all.as_given)
        losses = (value(*self.forward(X), T) for X, _, T in batches)
        return sum(float(loss.sum(dtype=float)) for loss in losses) / len(self._all.x)

    def accuracy(self) -> float:
        """Return the share of the held-out examples whose answer is right, nan if there are none."""
        if self._test is None:
            return np.nan
        batches = self._test.in_order(self._test.as_given)
        right = sum(np.count_nonzero(is_right(self.forward(X)[1], T)) for X, _, T in batches)
        return right / len(self._test.x)

    def _measured(self, x: Array, t: Array) -> Batches:
        return self.batches(x, t, cut(len(x), _ROWS))


class _Work:
    """All that stays the same from batch to batch of one size: the arrays, and the calls that fill them.

    Only the two products with the examples themselves are missing, `product(X, M, first_z)` before `forward`
    and `product(Xᵀ, first_delta, ∂E/∂M)` after `backward`.
    """

    def __init__(self, in_place: InPlaceNetwork, batch: int) -> None:
        net, dtype, last = in_place.net, in_place.dtype, len(in_place.layers) - 1
        self.rate, scale = np.ones((), dtype), np.array(in_place.scale, dtype)
        self.product = np.ndarray.dot if batch * in_place.layers[0].size <= _SMALL else _product
        self.forward: Calls = []
        self.backward: Calls = []
        z, a, delta = ([np.empty((batch, n), dtype) for n in net.sizes[1:]] for _ in range(3))
        self.first_z, self.first_delta = z[0], delta[0]
        self.z, self.a, self.delta = z[last], a[last], delta[last]
        self._room, self._one = np.empty_like(self.z), np.ones((), dtype)
        self._rule, cancels = net.loss_rule, net.loss_rule.cancels
        self.begin = self._begin_at_z if cancels else self._begin
        if net.activations[-1].compares:
            self.begin = self._begin_with_all
        for i, (M, G) in enumerate(zip(in_place.layers, in_place.slopes, strict=True)):
            activate, times_slope = calls_of(net.activations[i], z[i], a[i], delta[i])
            downward: Calls = []
            if i > 0:
                inputs, W = a[i - 1], M[: net.sizes[i]].T
                if in_place.ones:  # a stands alone too, for a part of a larger array is slow to compute with
                    inputs = np.ones((batch, len(M)), dtype)
                    self.forward.append(partial(np.copyto, inputs[:, :-1], a[i - 1]))
                self.forward.append(partial(inputs.dot, M, z[i]))
                downward = [partial(inputs.T.dot, delta[i], G), partial(delta[i].dot, W, delta[i - 1])]
            elif in_place.scale != 1:
                self.forward.append(partial(np.multiply, z[0], scale, z[0]))
                downward = [partial(np.multiply, delta[0], scale, delta[0])]
            if i == last:
                times_slope = [] if cancels else times_slope
                times_slope.append(partial(np.multiply, delta[i], self.rate, delta[i]))
            self.forward += activate
            self.backward = times_slope + downward + self.backward

    def _begin(self, T: Outputs) -> None:
        """Fill the last delta with a − T, which the slope of a squared error is made of."""
        np.subtract(self.a, T, self.delta)

    def _begin_at_z(self, T: Outputs) -> None:
        """Fill the last delta with ∂E/∂z of the cross-entropy, (1 − T) σ(z) − T σ(−z)."""
        room, one, delta = self._room, self._one, self.delta
        np.exp(self.z, room)
        np.add(room, one, room)
        np.reciprocal(room, room)
        np.multiply(room, T, room)
        np.subtract(one, T, delta)
        np.multiply(delta, self.a, delta)
        np.subtract(delta, room, delta)

    def _begin_with_all(self, T: Outputs) -> None:
        """Fill the last delta with ∂E/∂z of a loss after a softmax."""
        np.copyto(self.delta, self._rule.begin(self.z, self.a, T))


def _product(A: Float[Array, "i k"], B: Float[Array, "k j"], out: Float[Array, "i j"]) -> None:
    """Fill `out` with A B, so many rows at a time that nothing need be copied; all, if those were too few."""
    rows = at_once if (at_once := _SMALL // B.size) >= 32 else len(A)
    for i in range(0, len(A), rows):
        np.matmul(A[i : i + rows], B, out[i : i + rows])


def calls_of(
    f: Activation, z: Float[Array, "*shape"], a: Float[Array, "*shape"], delta: Float[Array, "*shape"]
) -> tuple[Calls, Calls]:
    """Return the calls that fill `a` with f(z), and those that multiply `delta` by f's slope there.

    The sigmoid is worth doing well: it makes no new arrays, and checks no signs. With e = e^(−z) it is
    1/(1 + e), and 1 − a, whose digits would be lost where a is almost 1, is e·a. Where e overflows, a is
    1/inf, so 0 as it should be, and e·a is no number: there 1 − a is 1.

    Parameters
    ----------
    f : Activation
    z, a, delta : ndarray, all of one shape

    Examples
    --------
    >>> z, a, delta = np.zeros(1), np.empty(1), np.ones(1)
    >>> for call in [call for calls in calls_of(ACTIVATIONS["sigmoid"], z, a, delta) for call in calls]:
    ...     _ = call()
    >>> a.tolist(), delta.tolist()
    ([0.5], [0.25])
    """
    room = np.empty_like(z)
    if f is ACTIVATIONS["tanh"]:  # whose slope is 1/cosh²
        square = [partial(np.cosh, z, room), partial(np.multiply, room, room, room)]
        return [partial(np.tanh, z, a)], [*square, partial(np.divide, delta, room, delta)]
    if f is not ACTIVATIONS["sigmoid"]:
        return [lambda: np.copyto(a, f.rule(z))], [lambda: np.multiply(delta, f.slope(z, a), delta)]
    one = np.ones((), room.dtype)  # quicker than 1, which NumPy has to convert each time
    fill: Calls = [
        partial(np.negative, z, room),
        partial(np.exp, room, room),
        partial(np.add, room, one, a),
        partial(np.reciprocal, a, a),
    ]
    return fill, [
        partial(np.multiply, room, a, room),
        partial(np.fmin, room, one, room),
        partial(np.multiply, room, a, room),
        partial(np.multiply, delta, room, delta),  # quicker than delta *= …
    ]

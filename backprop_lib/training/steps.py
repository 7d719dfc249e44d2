"""What makes the steps of a training: the in-place arrays, or a network's own `gradients` and `step`.

The two classes look the same from outside. `epoch()` makes an update each time that it is asked for the next
item, `state` is all that the next epoch depends on, and `go_back` returns to such a state.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, NotFinite, finite_number, whole_number
from backprop_lib.training.batches import Batches, cut, examples, is_right
from backprop_lib.training.in_place import Lean

_ROWS = 256  # examples that are measured at a time


class InPlaceSteps:
    """Steps in place, on the whole batch or, if there is a `batch_size`, on shuffled mini-batches."""

    def __init__(
        self,
        lean: Lean,
        x: ArrayLike,
        t: ArrayLike,
        learning_rate: float,
        batch_size: int | None,
        seed: int,
        test: tuple[ArrayLike, ArrayLike] | None,
    ) -> None:
        self.learning_rate = finite_number("learning_rate", learning_rate)
        self._lean, self.dtype = lean, lean.dtype.name
        self._rng = np.random.default_rng(whole_number("seed", seed))
        x, t = examples(lean.net, x, t)
        self._shuffled, n = batch_size is not None, len(x)
        sizes = cut(n, n if batch_size is None else whole_number("batch_size", batch_size, least=1))
        self.per_epoch = len(sizes)
        self._rates = {size: lean.rate(self.learning_rate / size) for size in sizes}
        self._batches = lean.batches(x, t, sizes)
        self._all = self._measured(x, t) if len(sizes) > 1 else self._batches
        self._test = None if test is None else self._measured(*examples(lean.net, *test, "test x", "test t"))

    def epoch(self) -> Iterator[None]:
        """Make the updates of an epoch, one for each item."""
        order = self._batches.as_given
        if self._shuffled:
            order = self._rng.permutation(len(order))
        for X, XT, T in self._batches.in_order(order):
            self._lean.step(X, XT, T, self._rates[len(X)])
            yield

    @property
    def state(self) -> tuple[Array, Array, Any]:
        """Parameters, velocity and the generator's state; `NotFinite` if they left the range of floats."""
        if not np.isfinite(self._lean.values).all():
            raise NotFinite(f"a parameter is no number any more, in {self.dtype}.")
        random = self._rng.bit_generator.state if self._shuffled else None
        return self._lean.values.copy(), self._lean.velocity.copy(), random

    def go_back(self, state: tuple[Array, Array, Any]) -> None:
        """Go on from `state`, whatever became of a forgotten epoch."""
        self._lean.values[:], self._lean.velocity[:], random = state
        if self._shuffled:
            self._rng.bit_generator.state = random

    def network_of(self, state: tuple[Array, Array, Any]) -> Network:
        """Return the network of a state."""
        return self._lean.network_of(state[0])

    @property
    def in_a_row(self) -> Array:
        """A copy of all parameters, in the order of `Network.by_name`."""
        return self._lean.in_a_row

    def loss(self) -> float:
        """Return the mean loss over all examples."""
        rule, total = self._lean.net.loss_rule, 0.0
        for X, _, T in self._all.in_order(self._all.as_given):
            z, a = self._lean.forward(X)
            losses = rule.rule(a, T) if rule.rule_at_z is None else rule.rule_at_z(z, T)
            total += float(losses.sum(dtype=float))
        return total / len(self._all.x)

    def accuracy(self) -> float:
        """Return the share of the held-out examples whose answer is right, nan if there are none."""
        if self._test is None:
            return np.nan
        batches = self._test.in_order(self._test.as_given)
        right = sum(np.count_nonzero(is_right(self._lean.forward(X)[1], T)) for X, _, T in batches)
        return right / len(self._test.x)

    def _measured(self, x: Array, t: Array) -> Batches:
        return self._lean.batches(x, t, cut(len(x), _ROWS))


class OwnSteps:
    """Steps of a class of one's own, with its `gradients`, `step` and `loss`, on the whole batch as given."""

    per_epoch, dtype = 1, "float64"

    def __init__(self, net: Network, x: ArrayLike, t: ArrayLike, learning_rate: float) -> None:
        self.learning_rate = finite_number("learning_rate", learning_rate)
        examples(net, x, t)  # checks them
        self.state, self._x, self._t = net, x, t

    def epoch(self) -> Iterator[None]:
        """Make the one update of an epoch; `NotFinite` if it leaves the range of floats."""
        self.state = self.state.step(self.state.gradients(self._x, self._t), self.learning_rate)
        yield

    def go_back(self, state: Network) -> None:
        """Go on from `state`, whatever became of a forgotten epoch."""
        self.state = state

    def network_of(self, state: Network) -> Network:
        """Return the network of a state, which is the state itself."""
        return state

    @property
    def in_a_row(self) -> Array:
        """All parameters, in the order of `Network.by_name`."""
        return np.array(list(self.state.by_name().values()))

    def loss(self) -> float:
        """Return the network's own loss over all examples."""
        return self.state.loss(self._x, self._t)

    def accuracy(self) -> float:
        """Return nan: there are no held-out examples."""
        return np.nan

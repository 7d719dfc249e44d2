"""A training that runs epoch by epoch, so that it can be watched, stopped and taken up again.

The one thing to notice: `loss[k]` is the loss over **all** examples after k epochs, so `loss[0]` belongs to
the network before it learned anything. Other programs print the mean over the epoch's batches, each measured
just before its own update; that number belongs to no single network.
"""

from __future__ import annotations

from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.batches import Batches, cut
from backprop_lib.functions import Array
from backprop_lib.history import History
from backprop_lib.inputs import (
    NotFinite,
    check_targets,
    finite_number,
    finite_rows,
    uncopied_rows,
    whole_number,
)
from backprop_lib.lean import Lean
from backprop_lib.network import Network

__all__ = ["Trainer", "examples", "is_right"]

_ROWS = 256  # examples that are measured at a time


class _State(NamedTuple):
    """All that the next epoch depends on: it starts from here, whatever became of the one before."""

    epochs: int
    values: Array
    velocity: Array
    random: Any


class Trainer:
    """A training of `net`, one `epoch()` at a time; `training.train` says what the arguments mean.

    Whatever happens on the way, a `KeyboardInterrupt` included, the trainer stays at the end of its last
    whole epoch. The next `epoch()` goes on as if nothing had happened.

    Parameters
    ----------
    keep_path : bool
        Keep the parameters after each epoch, for `History.path`.

    Examples
    --------
    >>> net = Network([[[0.5, 0.5]]])  # two inputs, one output
    >>> trainer = Trainer(net, [[0, 1], [1, 0]], [[1], [0]], learning_rate=1.0, batch_size=1)
    >>> while trainer.loss > 0.05:
    ...     _ = trainer.epoch()
    >>> trainer.epochs, trainer.network
    (9, Network 2-1, sigmoid, half_squared_error, 2 weights, no biases)
    """

    def __init__(
        self,
        net: Network,
        x: ArrayLike,
        t: ArrayLike,
        learning_rate: float,
        *,
        batch_size: int | None = None,
        seed: int = 0,
        momentum: float = 0.0,
        dtype: str | type = "float64",
        scale: float = 1.0,
        test: tuple[ArrayLike, ArrayLike] | None = None,
        keep_path: bool = False,
    ) -> None:
        if (type(net).gradients, type(net).step) != (Network.gradients, Network.step):
            raise TypeError(
                f"net is of the class {type(net).__name__}, which changes how a network learns, expected a "
                f"Network: only training on the whole batch, with no other settings, calls its methods."
            )
        self.learning_rate = finite_number("learning_rate", learning_rate)
        self._rng = np.random.default_rng(whole_number("seed", seed))
        x, t = examples(net, x, t)
        self._shuffled, n = batch_size is not None, len(x)
        self._sizes = cut(n, n if batch_size is None else whole_number("batch_size", batch_size, least=1))
        self._lean = Lean(net, _floating(dtype), _momentum(momentum), _scale(scale))
        self._rates = {size: self._lean.rate(self.learning_rate / size) for size in self._sizes}
        self._batches = self._lean.batches(x, t, self._sizes)
        self._all = self._measured(x, t) if len(self._sizes) > 1 else self._batches
        self._test = (
            None if test is None else self._measured(*examples(net, *_pair(test), "test x", "test t"))
        )
        self._keep_path = keep_path
        with np.errstate(over="ignore", invalid="ignore"):
            self._records = [self._record(perf_counter())]
        self._state = self._state_now(0)
        if not np.isfinite(self.loss):
            raise NotFinite(
                f"the loss is {self.loss} before training, in {self._lean.dtype}, expected a number."
            )

    def epoch(self, *, measure: bool = True) -> bool:
        """Use every example once; return False, and change nothing, if that would leave the range of floats.

        With `measure=False` the loss and the accuracy of this epoch are not computed and stand as nan.
        """
        lean, start, state, order = self._lean, perf_counter(), self._state, self._batches.as_given
        lean.values[:], lean.velocity[:] = state.values, state.velocity  # if an interrupted epoch left others
        del self._records[state.epochs + 1 :]
        if self._shuffled:
            self._rng.bit_generator.state = state.random
            order = self._rng.permutation(len(order))
        with np.errstate(over="ignore", invalid="ignore"):
            for X, XT, T in self._batches.in_order(order):
                lean.step(X, XT, T, self._rates[len(X)])
            record = self._record(start, measure)
        if not np.isfinite(lean.values).all() or (measure and not np.isfinite(record[0])):
            return False
        self._records.append(record)
        self._state = self._state_now(state.epochs + 1)  # the moment from which the epoch counts
        return True

    @property
    def epochs(self) -> int:
        """Number of whole epochs so far."""
        return self._state.epochs

    @property
    def loss(self) -> float:
        """The loss over all examples after the last epoch."""
        return self._records[self._state.epochs][0]

    @property
    def network(self) -> Network:
        """The network after the last epoch."""
        return self._lean.network_of(self._state.values)

    @property
    def history(self) -> History:
        """Everything so far."""
        loss, accuracy, seconds, path = zip(*self._records[: self._state.epochs + 1], strict=True)
        return History(
            np.array(loss),
            np.array(path) if self._keep_path else np.empty((0, self._lean.values.size)),
            self.network,
            self.learning_rate,
            len(self._sizes),
            np.array(accuracy),
            np.array(seconds[1:]),
        )

    def _record(self, start: float, measure: bool = True) -> tuple[float, float, float, Array | None]:
        loss = accuracy = np.nan
        if measure:
            loss = self._measure(self._all, loss=True)
            if self._test is not None:
                accuracy = self._measure(self._test, loss=False)
        path = self._lean.in_a_row if self._keep_path else None
        return loss, accuracy, perf_counter() - start, path

    def _state_now(self, epochs: int) -> _State:
        random = self._rng.bit_generator.state if self._shuffled else None
        return _State(epochs, self._lean.values.copy(), self._lean.velocity.copy(), random)

    def _measured(self, x: Array, t: Array) -> Batches:
        return self._lean.batches(x, t, cut(len(x), _ROWS))

    def _measure(self, batches: Batches, *, loss: bool) -> float:
        """Return the mean loss, or the share of right answers."""
        rule, total, n = self._lean.net.loss_rule, 0.0, len(batches.x)
        for X, _, T in batches.in_order(batches.as_given):
            z, a = self._lean.forward(X)
            if not loss:
                total += np.count_nonzero(is_right(a, T))
            else:
                losses = rule.rule(a, T) if rule.rule_at_z is None else rule.rule_at_z(z, T)
                total += float(losses.sum(dtype=float))
        return total / n


def examples(
    net: Network, x: ArrayLike, t: ArrayLike, x_name: str = "x", t_name: str = "t"
) -> tuple[Array, Array]:
    """Return inputs, uncopied if possible, and targets as rows that fit each other and the network."""
    x = uncopied_rows(x_name, x, net.sizes[0])
    outputs = net.sizes[-1]
    if np.shape(t) == (len(x),) and len(x) != outputs:
        if outputs > 1:
            raise ValueError(
                f"{t_name} has shape ({len(x)},), expected ({len(x)}, {outputs}): a row for each example, "
                f"which datasets.one_hot(labels, {outputs}) makes of labels."
            )
        raise ValueError(f"{t_name} has shape ({len(x)},), expected ({len(x)}, 1): a row for each example.")
    t = np.atleast_2d(finite_rows(t_name, t, outputs))
    if len(t) != len(x):
        raise ValueError(f"{t_name} has {len(t)} rows, expected {len(x)}, one for each row of {x_name}.")
    check_targets(t, len(x), net.loss_rule)
    for name, array in ((x_name, x), (t_name, t), ("the network", net.weights[0])):
        if np.iscomplexobj(array):
            raise TypeError(f"{name} holds complex numbers, expected real ones for training.")
    return x, t


def is_right(a: Array, t: Array) -> Array:
    """Say for each row whether the largest output is where the target is largest.

    A single output is right on its target's side of ½.
    """
    right: Array = a.argmax(axis=1) == t.argmax(axis=1) if a.shape[1] > 1 else ((a > 0.5) == (t > 0.5))[:, 0]
    return right


def _floating(dtype: Any) -> np.dtype[Any]:
    for kind in (np.dtype(np.float32), np.dtype(np.float64)):
        if dtype in (kind, kind.name, kind.type) or (dtype is float and kind.itemsize == 8):
            return kind
    raise ValueError(f"dtype is {dtype!r}, expected 'float32' or 'float64'.")


def _momentum(value: float) -> float:
    if not 0 <= (momentum := finite_number("momentum", value)) < 1:
        raise ValueError(f"momentum is {value}, expected at least 0 and less than 1.")
    return momentum


def _scale(value: float) -> float:
    if (scale := finite_number("scale", value)) == 0:
        raise ValueError("scale is 0, expected another number: all inputs would be 0.")
    return scale


def _pair(test: Any) -> tuple[ArrayLike, ArrayLike]:
    if not isinstance(test, tuple | list) or len(test) != 2:
        raise TypeError("test is not a pair, expected (x, t): inputs and their targets.")
    return test[0], test[1]

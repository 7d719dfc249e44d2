"""A training that runs epoch by epoch, so that it can be watched, stopped and taken up again.

The one thing to notice: `loss[k]` is the loss over **all** examples after k epochs, so `loss[0]` belongs to
the network before it learned anything. Other programs print the mean over the epoch's batches, each measured
just before its own update; that number belongs to no single network.
"""

from __future__ import annotations

from collections.abc import Iterator
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, check_arguments, finite_number, only_plain, whole_number
from backprop_lib.text import got
from backprop_lib.training.batches import Batch, Batches, check_first_loss, cut, examples, is_right
from backprop_lib.training.history import History
from backprop_lib.training.in_place import Lean

_ROWS = 256  # examples that are measured at a time
_Record = tuple[float, float, float, Array | None]  # loss, accuracy, seconds, parameters


class _State(NamedTuple):
    """All that the next epoch depends on: it starts from here, whatever became of the one before."""

    epochs: int
    values: Array
    velocity: Array
    random: Any


class Update(NamedTuple):
    """What stands after one update of an epoch: its `number` of so many, the network, how good that is."""

    number: int
    of: int
    network: Network
    loss: float
    accuracy: float


class Trainer:
    """A training of `net`, one `epoch()` at a time; `training.train` says what the arguments mean.

    Whatever happens on the way, a `KeyboardInterrupt` included, the trainer stays at the end of its last
    whole epoch. The next `epoch()` goes on as if nothing had happened. Only `update()` stops within an epoch;
    until that is whole, `network`, `loss` and `history` know nothing of it.

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
        check_arguments(Trainer.__init__, locals())
        only_plain(net, "a Trainer")
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
        self._begun: tuple[int, Iterator[Batch]] | None = None  # updates made in an epoch, batches to come
        check_first_loss(self.loss, self._lean.dtype.name)

    def epoch(self, *, measure: bool = True) -> bool:
        """Use every example once; return False, and change nothing, if that would leave the range of floats.

        An epoch that `update()` has begun is finished; if that fails or is interrupted, it is forgotten.
        With `measure=False` the loss and the accuracy of this epoch are not computed and stand as nan.
        """
        lean, start, (_, batches) = self._lean, perf_counter(), self._take()
        with np.errstate(over="ignore", invalid="ignore"):
            for X, XT, T in batches:
                lean.step(X, XT, T, self._rates[len(X)])
            record = self._record(start, measure)
        if not self._finite(record, measure):
            return False
        self._count(record)
        return True

    def update(self) -> Update | None:
        """Make one update, and no more of its epoch; return None if that would leave the range of floats.

        The next one, or `epoch()`, goes on in the same epoch, which counts when it is whole. After None it is
        forgotten.

        Examples
        --------
        >>> trainer = Trainer(Network([[[0.5, 0.5]]]), np.eye(2), [[1], [0]], learning_rate=1.0, batch_size=1)
        >>> [(trainer.update().number, trainer.epochs) for _ in range(3)]
        [(1, 0), (2, 1), (1, 1)]
        """
        start, of, (done, batches) = perf_counter(), len(self._sizes), self._take()
        X, XT, T = next(batches)
        with np.errstate(over="ignore", invalid="ignore"):
            self._lean.step(X, XT, T, self._rates[len(X)])
            record = self._record(start)
        if not self._finite(record):
            return None
        if done + 1 == of:
            self._count(record)
        else:
            self._begun = done + 1, batches
        return Update(done + 1, of, self._lean.network, *record[:2])

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

    def _take(self) -> tuple[int, Iterator[Batch]]:
        """Go on in the epoch that was begun, or begin one: updates made so far, and the batches left."""
        begun, self._begun = self._begun, None  # whatever happens now, it is not gone on with twice
        if begun is not None:
            return begun
        lean, state, order = self._lean, self._state, self._batches.as_given
        lean.values[:], lean.velocity[:] = state.values, state.velocity  # if a forgotten epoch left others
        del self._records[state.epochs + 1 :]
        if self._shuffled:
            self._rng.bit_generator.state = state.random
            order = self._rng.permutation(len(order))
        return 0, self._batches.in_order(order)

    def _finite(self, record: _Record, measured: bool = True) -> bool:
        return bool(np.isfinite(self._lean.values).all() and (not measured or np.isfinite(record[0])))

    def _count(self, record: _Record) -> None:
        """Let the epoch count."""
        self._records.append(record)
        self._state = self._state_now(self._state.epochs + 1)  # the moment from which it does

    def _record(self, start: float, measure: bool = True) -> _Record:
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


def _floating(dtype: Any) -> np.dtype[Any]:
    for kind in (np.dtype(np.float32), np.dtype(np.float64)):
        if dtype in (kind, kind.name, kind.type) or (dtype is float and kind.itemsize == 8):
            return kind
    raise ValueError(f"dtype is {got(dtype)}, expected 'float32' or 'float64'.")


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

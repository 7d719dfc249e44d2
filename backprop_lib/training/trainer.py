"""A training run that runs epoch by epoch, so that it can be watched, stopped and taken up again.

The one thing to notice: `loss[k]` is the loss over **all** examples after k epochs, so `loss[0]` belongs to
the network before it learned anything. Other programs print the mean over the epoch's batches, each measured
just before its own update; that number belongs to no single network.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from time import perf_counter
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Float, Network, NotFinite, check_arguments, finite_number, only_plain
from backprop_lib.training.batches import check_loss, examples
from backprop_lib.training.in_place import InPlaceSteps
from backprop_lib.training.options import Constraints, Options


@dataclass(frozen=True)
class History:
    """A training run: `loss[k]`, `path[k]` and `accuracy[k]` belong to the network after k epochs.

    An epoch uses every example once. On the whole batch it is one update; in mini-batches it makes
    `updates_per_epoch`, and `loss[k]` is still the loss over all examples, taken when the epoch is over.
    `path` has one column per parameter, in the order of `Network.by_name`. `accuracy` is measured on the
    held-out examples, nan if there are none. `seconds[k]` is the time that the epoch after `loss[k]` took.
    """

    loss: Float[Array, " times"]
    path: Float[Array, "_ parameters"]
    network: Network
    learning_rate: float
    updates_per_epoch: int
    accuracy: Float[Array, " times"]
    seconds: Float[Array, " _"]

    @property
    def updates(self) -> int:
        """Number of updates made."""
        return (len(self.loss) - 1) * self.updates_per_epoch


class OwnSteps:
    """Steps of a class of one's own, with its `gradients`, `step` and `loss`, on the whole batch as given."""

    per_epoch, dtype = 1, "float64"

    def __init__(
        self, net: Network, x: ArrayLike, t: ArrayLike, learning_rate: float, options: Options
    ) -> None:
        self.learning_rate = finite_number("learning_rate", learning_rate)
        self._bound = Constraints(net, options.hold, options.tie)
        self._held = {name: net.by_name()[name] for name in self._bound.held}
        examples(net, x, t)  # checks them
        self.state, self._x, self._t = net, x, t

    def epoch(self) -> Iterator[None]:
        """Make the one update of an epoch; `NotFinite` if it leaves the range of floats."""
        gradients = self.state.gradients(self._x, self._t)
        if self._bound:
            gradients = self._bound.gradients(gradients)
        state = self.state.step(gradients, self.learning_rate)
        # A step of one's own may move what has no gradient: weights that decay do.
        self.state = state.with_values(self._held) if self._held else state
        yield

    def go_back(self, state: Network) -> None:
        """Go on from `state`, whatever became of a forgotten epoch."""
        self.state = state

    def network_at(self, state: Network) -> Network:
        """Return the network of a state, which is the state itself."""
        return state

    @property
    def in_a_row(self) -> Float[Array, " parameters"]:
        """All parameters, in the order of `Network.by_name`."""
        return np.array(list(self.state.by_name().values()))

    def loss(self) -> float:
        """Return the network's own loss over all examples."""
        return self.state.loss(self._x, self._t)

    def accuracy(self) -> float:
        """Return nan: there are no held-out examples."""
        return np.nan


class _Record(NamedTuple):
    """What is measured when an epoch, or an update of it, is over."""

    loss: float
    accuracy: float
    seconds: float
    parameters: Float[Array, " parameters"] | None


class _State(NamedTuple):
    """All that the next epoch depends on: it starts from here, whatever became of the one before."""

    epochs: int
    steps: Any


class Update(NamedTuple):
    """What stands after one update of an epoch: its `number` of so many, the network, how good that is."""

    number: int
    of: int
    network: Network
    loss: float
    accuracy: float


class Training:
    """One training run, an `epoch()` at a time, whatever makes its `steps`; `Trainer` makes them in place."""

    def __init__(self, steps: InPlaceSteps | OwnSteps, *, keep_path: bool) -> None:
        self._steps: Any = steps
        self._keep_path = keep_path
        self._begun: tuple[int, Iterator[None]] | None = None  # updates made in an epoch, and those to come
        with np.errstate(over="ignore", invalid="ignore"):
            self._records = [self._record(perf_counter())]
        self._state = _State(0, steps.state)

    @np.errstate(over="ignore", invalid="ignore")
    def epoch(self, *, measure: bool = True) -> bool:
        """Use every example once; return False, and change nothing, if that would leave the range of floats.

        An epoch that `update()` has begun is finished; if that fails or is interrupted, it is forgotten.
        With `measure=False` the loss and the accuracy of this epoch are not computed and stand as nan.
        """
        start, (_, updates) = perf_counter(), self._take()
        try:
            for _ in updates:
                pass
            state = self._steps.state
            record = self._record(start, measure)
        except NotFinite:
            return False
        self._count(record, state)
        return True

    @np.errstate(over="ignore", invalid="ignore")
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
        start, (done, updates) = perf_counter(), self._take()
        try:
            next(updates)
            state = self._steps.state
            record = self._record(start)
        except NotFinite:
            return None
        number, of = done + 1, self._steps.per_epoch
        if number == of:
            self._count(record, state)
        else:
            self._begun = number, updates
        return Update(number, of, self._steps.network_at(state), record.loss, record.accuracy)

    @property
    def epochs(self) -> int:
        """Number of whole epochs so far."""
        return self._state.epochs

    @property
    def loss(self) -> float:
        """The loss over all examples after the last epoch."""
        return self._records[self._state.epochs].loss

    @property
    def network(self) -> Network:
        """The network after the last epoch."""
        return self._steps.network_at(self._state.steps)  # type: ignore[no-any-return]

    @property
    def history(self) -> History:
        """Everything so far."""
        steps = self._steps
        loss, accuracy, seconds, path = zip(*self._records[: self.epochs + 1], strict=True)
        return History(
            np.array(loss),
            np.array(path) if self._keep_path else np.empty((0, len(steps.in_a_row))),
            self.network,
            steps.learning_rate,
            steps.per_epoch,
            np.array(accuracy),
            np.array(seconds[1:]),
        )

    def _take(self) -> tuple[int, Iterator[None]]:
        """Go on in the epoch that was begun, or begin one: updates made so far, and those to come."""
        begun, self._begun = self._begun, None  # whatever happens now, it is not gone on with twice
        if begun is not None:
            return begun
        self._steps.go_back(self._state.steps)
        del self._records[self._state.epochs + 1 :]
        return 0, self._steps.epoch()

    def _count(self, record: _Record, state: Any) -> None:
        """Let the epoch count."""
        self._records.append(record)
        self._state = _State(self._state.epochs + 1, state)  # the moment from which it does

    def _record(self, start: float, measure: bool = True) -> _Record:
        """Measure; `NotFinite` if the loss is no number."""
        loss = accuracy = np.nan
        if measure:
            loss, accuracy = self._steps.loss(), self._steps.accuracy()
            check_loss(loss, self._steps.dtype)
        path = self._steps.in_a_row if self._keep_path else None
        return _Record(loss, accuracy, perf_counter() - start, path)


class Trainer(Training):
    """A training run of `net`, one `epoch()` at a time; `training.train` says what the arguments mean.

    Whatever happens on the way, a `KeyboardInterrupt` included, the trainer stays at the end of its last
    whole epoch. The next `epoch()` goes on as if nothing had happened. Only `update()` stops within an epoch;
    until that is whole, `network`, `loss` and `history` know nothing of it.

    Parameters
    ----------
    net, x, t, learning_rate, options
        As for `train`.
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
        keep_path: bool = False,
        **options: Any,
    ) -> None:
        check_arguments(Trainer.__init__, locals())
        only_plain(net, "a Trainer")
        super().__init__(InPlaceSteps(net, x, t, learning_rate, Options.of(options)), keep_path=keep_path)

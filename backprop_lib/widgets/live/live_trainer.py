"""A training run with buttons: it runs in a thread of its own, so the notebook stays free while it learns.

The thread owns its `Trainer`; everybody else sees `network` and `history` as they were after the last epoch
that was shown. Whoever changes what is shown holds the lock, and a run that was reset says nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from threading import Event, RLock, Thread
from time import monotonic
from typing import Any, ClassVar

import ipywidgets as ipw
import traitlets
from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments, only_plain
from backprop_lib.text import plural
from backprop_lib.training import Constraints, History, Options, Trainer, Update
from backprop_lib.widgets.cells import OfCell
from backprop_lib.widgets.live.live_fields import Fields
from backprop_lib.widgets.live.live_view import (
    curves,
    network_in_pictures,
    progress_bar,
    state,
    update_in_words,
)
from backprop_lib.widgets.spoken import Spoken

_SHOW, _SAY = 0.25, 1.0  # seconds at least between two pictures, and between two sentences


@dataclass
class Run:
    """What a thread works on: a training run up to `goal` epochs, or a `single` update.

    If there is no trainer yet, it makes one.
    """

    goal: int
    single: bool
    make: Callable[[], Trainer]
    trainer: Trainer | None
    update: Update | None = None
    stop: Event = field(default_factory=Event)
    # To be waited for. An interrupted `Thread.join` may take a running thread for a dead one (Python 3.11),
    # and ipykernel then closes the thread's way to the page.
    ended: Event = field(default_factory=Event)

    def work(self, show: Callable[[], object]) -> bool:
        """Train, and call `show` now and then; say whether the range of numbers would have been left."""
        if self.trainer is None:
            self.trainer = self.make()
            show()
        if self.single:
            self.update = self.trainer.update()
            return self.update is None
        while not self.stop.is_set() and self.trainer.epochs < self.goal:
            if not self.trainer.epoch():
                return True
            show()
        return False


class LiveTrainer(OfCell, ipw.VBox):  # type: ignore[misc]
    """A training run that can be watched, stopped, taken up again and reset.

    Parameters
    ----------
    net : Network
        Where training starts. Other hidden neurons, typed into the field, make a random one of its kind.
    x, t, learning_rate, batch_size, dtype, seed, options
        As for `train`.
    epochs : int
        When to stop.

    Attributes
    ----------
    network : Network
        What has been learned so far. A trait: whoever observes it is told of a single update too.
    history : History or None
        The training run so far.
    epochs_done : int
        A trait: how many whole epochs that is.

    Examples
    --------
    >>> net = Network([[[0.5, 0.5]]])
    >>> live = LiveTrainer(net, [[0, 1], [1, 0]], [[1], [0]], 1.0, epochs=9, batch_size=1)
    >>> live
    Live trainer: Network 2-1, sigmoid, half_squared_error, 2 weights, no biases. Start trains for 9 epochs.
    >>> live.start()
    >>> live.wait()
    >>> live.epochs_done, round(float(live.history.loss[-1]), 2)
    (9, 0.05)
    """

    network = traitlets.Instance(Network)
    epochs_done = traitlets.Int(0)
    _busy: ClassVar[LiveTrainer | None] = None  # one at a time: two would only slow each other down

    def __init__(
        self,
        net: Network,
        x: ArrayLike,
        t: ArrayLike,
        learning_rate: float,
        *,
        epochs: int = 20,
        batch_size: int = 32,
        dtype: str = "float32",
        seed: int = 0,
        **options: Any,
    ) -> None:
        check_arguments(LiveTrainer.__init__, locals())
        only_plain(net, "a LiveTrainer")
        chosen = Options.of(options | {"batch_size": batch_size, "dtype": dtype, "seed": seed})
        Constraints(net, chosen.hold, chosen.tie)  # checks them
        said = {"Held fixed": chosen.hold, "One shared value": chosen.tie}
        self._bound = "".join(f" {what}: {', '.join(names)}." for what, names in said.items() if names)
        self.history: History | None = None
        self._seed = seed
        self._make = partial(Trainer, x=x, t=t, dtype=dtype, seed=seed, **options)
        self._lock = RLock()
        self._run: Run | None = None  # what goes on now
        self._last: Run | None = None
        self._trainer: Trainer | None = None
        self._shown = self._said = -_SAY
        self.fields = Fields(net, learning_rate, batch_size, epochs)
        self.says, self.view = Spoken(), ipw.HTML()

        def button(description: str, tooltip: str, do: Callable[[], None]) -> ipw.Button:
            made = ipw.Button(description=description, tooltip=tooltip)
            made.on_click(self.says.guarded(do))
            return made

        self.start_button = button(
            "Start",
            "Train; or stop, and keep what is learned",
            lambda: self.stop() if self._run else self.start(),
        )
        self.epoch_button = button("One epoch", "Go on to the end of an epoch", lambda: self.start(1))
        self.update_button = button("One update", "Make one step, on one batch", self.update)
        self.reset_button = button("Reset", "Forget everything, and read the fields", self.reset)
        for text in self.fields.children:
            text.observe(self.says.guarded(self._typed), "value")
        buttons = [self.start_button, self.epoch_button, self.update_button, self.reset_button]
        row = ipw.HBox(buttons, layout={"flex_flow": "row wrap"})
        super().__init__([self.fields, row, self.says, self.view])
        self.add_class("bp-heard")
        self._begin()

    def start(self, epochs: int | None = None) -> None:
        """Train in the background: `epochs` more, or up to the number in the field. Returns at once."""
        self._launch(epochs)

    def update(self) -> None:
        """Make one update in the background, the next one of its epoch. Returns at once."""
        self._launch(single=True)

    def _launch(self, epochs: int | None = None, *, single: bool = False) -> None:
        with self._lock:
            if self._run is not None:
                return self._say("It is training already.")
            self.fields.check()
            done, goal = self._trainer.epochs if self._trainer else 0, self.fields.read("epochs")
            if single:
                goal = max(done + 1, goal)
            elif epochs is not None:
                goal = done + epochs
            if done >= goal:
                all_of_them = "The epoch is done" if goal == 1 else f"All {goal:,} epochs are done"
                return self._say(f"{all_of_them}. Raise their number, or press One epoch.")
            if LiveTrainer._busy is not None:
                LiveTrainer._busy.stop()
            LiveTrainer._busy = self
            options = {name: self.fields.read(name) for name in ("learning_rate", "batch_size")}
            make = partial(self._make, self.network, **options)
            self._run = self._last = Run(goal, single, make, self._trainer)
            self.start_button.description = "Stop"
            self._say("Training …")
            Thread(target=self._work, args=(self._run,), daemon=True).start()

    def stop(self) -> None:
        """Stop after the current epoch. What is learned stays."""
        with self._lock:
            if self._run is not None:
                self._run.stop.set()
                self._say("Stopping after this epoch …")

    end = stop  # when it is closed

    def reset(self) -> None:
        """Go back to the start, with what the fields say now."""
        with self._lock:
            self.fields.check()  # before anything is forgotten
            if self._run is not None:
                self._run.stop.set()
            self.history = None
            self._idle(None)
            self._begin()

    def wait(self, seconds: float | None = None) -> None:
        """Return when the training run has stopped, or after so many seconds."""
        if self._last is not None:
            self._last.ended.wait(seconds)

    def _work(self, run: Run) -> None:
        try:
            self._end(run, lost=run.work(lambda: self._show(run)))
        except Exception as error:
            with self._lock:
                if self._run is run:
                    self._idle(run.trainer)
                    self.says.fail(error)
        finally:
            run.ended.set()

    def _show(self, run: Run, *, now: bool = False) -> None:
        """Let the page see how far it is, but not too often."""
        with self._lock:
            time, trainer = monotonic(), run.trainer
            if self._run is not run or trainer is None or (time < self._shown + _SHOW and not now):
                return
            net, self.history = (run.update or trainer).network, trainer.history
            bar, drawn = progress_bar(trainer.epochs, run.goal), curves(self.history, run.goal)
            self.view.value = f"{bar}{drawn}{network_in_pictures(net)}"
            if time >= self._said + _SAY and not run.stop.is_set():
                self._say(state(self.history, run.goal))
            self._shown = monotonic()
            self.epochs_done, self.network = trainer.epochs, net

    def _end(self, run: Run, *, lost: bool) -> None:
        with self._lock:
            if self._run is not run:
                return
            self._show(run, now=True)
            self._idle(run.trainer)
            if lost:
                step = "update" if run.single else "epoch"
                hint = f" In the next {step} the numbers would overflow. Press Reset and try a smaller η."
                end = "Diverged"
            else:
                end, hint = ("Stopped", " Press Resume to continue.") if run.stop.is_set() else ("Done", "")
            if run.update:
                self._say(update_in_words(run.update, self.epochs_done))
            elif self.history is not None:
                self._say(f"{end}. {state(self.history)}{hint}")

    def _idle(self, trainer: Trainer | None) -> None:
        """Let nothing run; `trainer` is what can be gone on with."""
        self._run, self._trainer = None, trainer
        self.start_button.description = "Resume" if trainer else "Start"
        if LiveTrainer._busy is self:
            LiveTrainer._busy = None

    def _begin(self) -> None:
        """Show a training run that has not begun."""
        net = self.fields.network(self._seed)
        self.view.value = progress_bar(0, self.fields.read("epochs")) + network_in_pictures(net)
        shape = "-".join(map(str, net.sizes))
        self._say(f"The network {shape} has learned nothing yet. Press Start to train it.{self._bound}")
        self.epochs_done, self.network = 0, net

    def _typed(self) -> None:
        with self._lock:
            self.fields.check()
            if self._run is None and self._trainer is None:
                self._begin()
            else:
                self._say("A new number of epochs takes effect at the next Start, other changes after Reset.")

    def _say(self, sentence: str) -> None:
        self.says.say(sentence)
        self._said = monotonic()

    def __repr__(self) -> str:
        epochs = self.fields.epochs.value.strip()
        noun = plural("epoch", 1 if epochs == "1" else 2)
        return f"Live trainer: {self.network}. Start trains for {epochs} {noun}."

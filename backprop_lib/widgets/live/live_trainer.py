"""A training with buttons: it runs in a thread of its own, so the notebook stays free while it learns.

The thread owns its `Trainer`; everybody else sees `network` and `history` as they were after the last epoch
that was shown. Whoever changes what is shown holds the lock, and a run that was reset says nothing more.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import RLock, Thread
from time import monotonic
from typing import Any, ClassVar

import ipywidgets as ipw
import traitlets
from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments, only_plain
from backprop_lib.text import plural
from backprop_lib.training import History, Trainer
from backprop_lib.widgets.cells import OfCell
from backprop_lib.widgets.live.live_fields import Fields
from backprop_lib.widgets.live.live_run import Run
from backprop_lib.widgets.live.live_view import (
    curves,
    network_in_pictures,
    progress_bar,
    state,
    update_in_words,
)
from backprop_lib.widgets.spoken import Spoken

_SHOW, _SAY = 0.25, 1.0  # seconds at least between two pictures, and between two sentences


class LiveTrainer(OfCell, ipw.VBox):  # type: ignore[misc]
    """A training that can be watched, stopped, taken up again and reset.

    Parameters
    ----------
    net : Network
        Where the training starts. Other hidden neurons, typed into the field, make a random one of its kind.
    x, t, learning_rate, batch_size, test, scale, momentum, dtype, seed
        As for `Trainer`.
    epochs : int
        When to stop.

    Attributes
    ----------
    network : Network
        What has been learned so far.
    history : History or None
        The training so far.
    epochs_done : int
        A trait, to be observed: whoever does is told whenever `network` changes, within an epoch too.

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
        test: tuple[ArrayLike, ArrayLike] | None = None,
        scale: float = 1.0,
        momentum: float = 0.0,
        dtype: str = "float32",
        seed: int = 0,
    ) -> None:
        check_arguments(LiveTrainer.__init__, locals())
        only_plain(net, "a LiveTrainer")
        self.network = net
        self.history: History | None = None
        self._examples, self._seed = (x, t), seed
        self._options = {"test": test, "scale": scale, "momentum": momentum, "dtype": dtype, "seed": seed}
        self._lock = RLock()
        self._run: Run | None = None
        self._trainer: Trainer | None = None
        self._last: Run | None = None
        self._shown = self._said = -_SAY
        self.fields = Fields(net, learning_rate, batch_size, epochs)
        self.start_button = ipw.Button(
            description="Start", tooltip="Train; or stop, and keep what is learned"
        )
        self.epoch_button = ipw.Button(description="One epoch", tooltip="Go on to the end of an epoch")
        self.update_button = ipw.Button(description="One update", tooltip="Make one step, on one batch")
        self.reset_button = ipw.Button(description="Reset", tooltip="Forget everything, and read the fields")
        self.says, self.view = Spoken(), ipw.HTML()
        self.start_button.on_click(self.says.guarded(lambda: self.stop() if self._run else self.start()))
        self.epoch_button.on_click(self.says.guarded(lambda: self.start(1)))
        self.update_button.on_click(self.says.guarded(self.update))
        self.reset_button.on_click(self.says.guarded(self.reset))
        for text in self.fields.children:
            text.observe(self.says.guarded(self._typed), "value")
        buttons = [self.start_button, self.epoch_button, self.update_button, self.reset_button]
        row = ipw.HBox(buttons, layout={"flex_flow": "row wrap"})
        super().__init__([self.fields, row, self.says, self.view])
        self._begin()

    def start(self, epochs: int | None = None) -> None:
        """Train in the background: `epochs` more, or up to the number in the field. Returns at once."""
        self._launch(epochs)

    def update(self) -> None:
        """Make one update in the background, the next one of its epoch. Returns at once."""
        self._launch(1, single=True)

    def _launch(self, epochs: int | None, *, single: bool = False) -> None:
        with self._lock:
            if self._run is not None:
                return self._say("It is training already.")
            self.fields.check()
            done, goal = 0 if self._trainer is None else self._trainer.epochs, self.fields.read_epochs()
            if epochs is not None:
                goal = max(done + 1, goal) if single else done + epochs
            if done >= goal:
                all_of_them = "The epoch is done" if goal == 1 else f"All {goal:,} epochs are done"
                return self._say(f"{all_of_them}. Raise their number, or press One epoch.")
            if LiveTrainer._busy is not None:
                LiveTrainer._busy.stop()
            LiveTrainer._busy = self
            self._run = Run(goal, self._maker(), self._trainer, single)
            self.start_button.description = "Stop"
            self._say("Training …")
            self._last = self._run
            Thread(target=self._work, args=(self._run,), daemon=True).start()

    def stop(self) -> None:
        """Stop after the current epoch. What is learned stays."""
        with self._lock:
            if self._run is not None:
                self._run.stop.set()
                self._say("Stopping after this epoch …")

    def end(self) -> None:
        """Stop, for nobody sees it any more."""
        self.stop()

    def reset(self) -> None:
        """Go back to the start, with what the fields say now."""
        with self._lock:
            self.fields.check()  # before anything is forgotten
            if self._run is not None:
                self._run.stop.set()
            self._trainer = self.history = None
            self._idle()
            self._begin()

    def wait(self, seconds: float | None = None) -> None:
        """Return when the training has stopped, or after so many seconds."""
        if self._last is not None:
            self._last.ended.wait(seconds)

    def _work(self, run: Run) -> None:
        try:
            lost = run.work(lambda: self._show(run))
            self._end(run, lost)
        except Exception as error:
            with self._lock:
                if self._run is run:
                    self._trainer = run.trainer
                    self._idle()
                    self.says.fail(error)
        finally:
            run.ended.set()

    def _show(self, run: Run, *, now: bool = False) -> None:
        """Let the page see how far it is, but not too often."""
        with self._lock:
            time, trainer = monotonic(), run.trainer
            if self._run is not run or trainer is None or (time < self._shown + _SHOW and not now):
                return
            self.network, self.history = run.network, trainer.history
            bar, drawn = progress_bar(trainer.epochs, run.goal), curves(self.history, run.goal)
            self.view.value = f"{bar}{drawn}{network_in_pictures(self.network)}"
            if time >= self._said + _SAY and not run.stop.is_set():
                self._say(state(self.history, run.goal))
            self._shown = monotonic()
            self._tell(trainer.epochs)

    def _end(self, run: Run, lost: bool) -> None:
        with self._lock:
            if self._run is not run:
                return
            self._show(run, now=True)
            self._trainer = run.trainer
            self._idle()
            end = "Stopped" if run.stop.is_set() else "Done"
            hint = " Resume goes on from here." if run.stop.is_set() else ""
            if lost:
                end, step = "Diverged", "update" if run.single else "epoch"
                hint = f" The next {step} would leave the range of numbers: Reset, and try a smaller η."
            if run.update:
                self._say(update_in_words(run.update, self.epochs_done))
            elif self.history is not None:
                self._say(f"{end}. {state(self.history)}{hint}")

    def _idle(self) -> None:
        self._run, self.start_button.description = None, "Resume" if self._trainer else "Start"
        if LiveTrainer._busy is self:
            LiveTrainer._busy = None

    def _begin(self) -> None:
        """Show a training that has not begun."""
        self.network = self.fields.read_network(self._seed)
        self._tell(0)
        self.view.value = progress_bar(0, self.fields.read_epochs()) + network_in_pictures(self.network)
        shape = "-".join(map(str, self.network.sizes))
        self._say(f"A network {shape} that has learned nothing yet. Start trains it.")

    def _tell(self, epochs: int) -> None:
        """Tell those who observe `epochs_done` that the network is another one, even after as many epochs."""
        before, self.epochs_done = self.epochs_done, epochs
        if before == epochs:
            self.notify_change(
                {"name": "epochs_done", "old": before, "new": epochs, "owner": self, "type": "change"}
            )

    def _maker(self) -> Callable[[], Trainer]:
        """Return what makes a trainer from what the fields say now; it may take a while."""
        net, rate, size = self.network, self.fields.read_rate(), self.fields.read_batch_size()
        return lambda: Trainer(net, *self._examples, rate, batch_size=size, **self._options)  # type: ignore[arg-type]

    def _typed(self) -> None:
        with self._lock:
            self.fields.check()
            if self._run is None and self._trainer is None:
                self._begin()
            else:
                self._say("The number of epochs counts from the next Start on, the other fields after Reset.")

    def _say(self, sentence: str) -> None:
        self.says.say(sentence)
        self._said = monotonic()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the view, and the words that stand where no widget can be shown."""
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    def __repr__(self) -> str:
        epochs = self.fields.epochs.value.strip()
        noun = plural("epoch", 1 if epochs == "1" else 2)
        return f"Live trainer: {self.network}. Start trains for {epochs} {noun}."

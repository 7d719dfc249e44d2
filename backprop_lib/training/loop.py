"""Gradient descent, the loop of every tutorial: gradients, step, again.

The one thing to notice: `loss[k]` is the loss after k epochs, so `loss[0]` belongs to the network before
it learned anything. Tutorials differ in this, and many do not say which they mean.
"""

from __future__ import annotations

import builtins
import sys
from math import inf, isfinite, nan
from time import monotonic
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments, finite_number, overridden, whole_number
from backprop_lib.text import counted, rate
from backprop_lib.training.options import Options
from backprop_lib.training.trainer import History, OwnSteps, Trainer, Training

_PATIENCE, _PACE = 2.0, 0.5  # seconds before the first word, and between two


def train(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rate: float,
    epochs: int,
    stop_below: float | None = None,
    **options: Any,
) -> History:
    """Train by gradient descent, on the whole batch or in mini-batches; `net` is unchanged.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
        An array is not copied; bytes stay bytes, and become floats batch by batch.
    t : array_like, shape (outputs,) or (batch, outputs)
    learning_rate : float
    epochs : int
        Number of epochs at most; each uses every example once.
    stop_below : float, optional
        Stop as soon as the loss is below this. If that takes more than two seconds, a line says how far it
        is.
    batch_size : int, optional
        Examples in one mini-batch. Without it an epoch is one update, on the whole batch. With it every epoch
        shuffles the examples and makes one update for each batch; the last batch may be smaller. Each
        update uses the mean gradient of its batch.
    seed : int, default 0
        Seeds the generator that shuffles; the same seed gives the same training.
    shuffle : bool, default True
        With False, mini-batches take the examples in the order given, the same in every epoch.
    momentum : float, default 0
        Share of the last update that is made again: v ← momentum · v + η ∂E/∂w, w ← w − v.
    l2 : float, default 0
        Trains on E + l2/2 · Σw² over all weights, without the biases: each gradient gains l2 · w, which pulls
        the weight toward 0. The losses in the history are E alone.
    dtype : "float64" or "float32", default "float64"
    scale : float, default 1
        The network is shown `scale` times x: 1/255 makes grey values of bytes from 0 to 1.
    test : (x, t), optional
        Held-out examples, on which `history.accuracy` is measured.
    hold : sequence of str, optional
        Parameters that stay as they are: whole arrays such as "b1" or "w2", or single ones such as "w1[0,1]".
    tie : sequence of str, optional
        Arrays each of which is one parameter in several places, such as "b1" for a bias that the whole layer
        shares. Its entries begin with one value and keep one: each moves by the sum of their gradients, which
        is the derivative with respect to the one bias.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or does not fit the network. Divergence is no error: the
        history then ends at the last epoch whose loss is finite. Nor is an interrupt: the history then ends
        at the last whole epoch.

    Notes
    -----
    On the whole batch, with no other settings but `hold` and `tie`, a class of one's own is trained with its
    own methods, and stays what it is. All else is faster than those and takes nothing but a `Network`.

    Examples
    --------
    Document 002 trains until E < 5·10⁻⁵:

    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> history = train(net, [0.1], [0.9], learning_rate=0.9, epochs=10_000, stop_below=5e-5)
    >>> history.updates, [round(w, 4) for w in history.network.by_name().values()]
    (812, [0.88, 4.0056])

    With the first weight held fixed, the second one has to go further:

    >>> held = train(net, [0.1], [0.9], 0.9, epochs=10_000, stop_below=5e-5, hold=["w1"])
    >>> held.updates, [round(w, 4) for w in held.network.by_name().values()]
    (857, [0.5, 4.0798])
    """
    check_arguments(train, locals())
    epochs = whole_number("epochs", epochs)
    goal = -np.inf if stop_below is None else finite_number("stop_below", stop_below)
    training: Training
    if (
        overridden(net)
        and Options.of(options | {"seed": 0, "shuffle": True, "hold": (), "tie": ()}) == Options()
    ):
        training = Training(OwnSteps(net, x, t, learning_rate, Options.of(options)), keep_path=True)
    else:
        training = Trainer(net, x, t, learning_rate, keep_path=True, **options)
    with Progress(epochs, goal) as progress:
        while training.epochs < epochs and not training.loss < goal and training.epoch():
            progress.tell(training.epochs, training.loss)
    return training.history


class Progress:
    """Says, where somebody may be looking, how far a training run is: on one line, written anew each time.

    Nothing is said before two seconds have passed, or without a goal: whoever asks for so many epochs knows
    how long they take. After the training run the line stays and says how it ended. As a context, it ends a
    training run that is interrupted, and says after how many epochs.

    Parameters
    ----------
    epochs : int
        So many at most.
    goal : float
        The loss to get below; −∞ if there is none.

    Examples
    --------
    >>> with Progress(1000, goal=1e-5) as progress:
    ...     for epoch in range(1000):
    ...         progress.tell(epoch + 1, loss=1 / (epoch + 1))
    """

    def __init__(self, epochs: int, goal: float) -> None:
        self._epochs, self._goal = epochs, goal
        watched = sys.stderr.isatty() or hasattr(builtins, "get_ipython")  # a terminal, or a notebook
        self._next = monotonic() + _PATIENCE if watched and isfinite(goal) else inf
        self._line, self._done, self._loss = "", 0, nan

    def tell(self, done: int, loss: float) -> None:
        """Take note of so many epochs and the loss after them, and say it if it is time."""
        self._done, self._loss = done, loss
        if (now := monotonic()) >= self._next:
            self._next = now + _PACE
            self._write(f"{done:,} of {counted(self._epochs, 'epoch')}: {self._standing}")

    def __enter__(self) -> Progress:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        interrupted = kind is not None and issubclass(kind, KeyboardInterrupt)
        if interrupted:
            kept = "what was learned so far is kept"
            self._write(f"Interrupted after {self._done:,} of {counted(self._epochs, 'epoch')}: {kept}.")
        elif self._line:
            reached = "reached" if self._loss < self._goal else "not reached"
            self._write(f"{counted(self._done, 'epoch')}: {self._standing} {reached}")
        if self._line:
            sys.stderr.write("\n")
        return interrupted

    @property
    def _standing(self) -> str:
        return f"E = {rate(self._loss)}, goal E < {rate(self._goal)}"

    def _write(self, line: str) -> None:
        sys.stderr.write(f"\r{line:{len(self._line)}}" if self._line else line)
        sys.stderr.flush()
        self._line = line

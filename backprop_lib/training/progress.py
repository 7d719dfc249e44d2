"""A training towards a goal says how far it is if that takes long, and an interrupt loses nothing."""

from __future__ import annotations

import builtins
import sys
from math import inf, isfinite, nan
from time import monotonic
from types import TracebackType

from backprop_lib.text import counted, rate

_PATIENCE, _PACE = 2.0, 0.5  # seconds before the first word, and between two


class Progress:
    """Says, where somebody may be looking, how far a training is: on one line, written anew each time.

    Nothing is said before two seconds have passed, or without a goal: whoever asks for so many epochs knows
    how long they take. After the training the line stays and says how it ended. As a context, it ends a
    training that is interrupted, and says after how many epochs.

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

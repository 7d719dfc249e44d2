"""What a widget says: a line that screen readers read out, where no error ever vanishes."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from html import escape

import ipywidgets as ipw

__all__ = ["FieldError", "Spoken"]


class FieldError(ValueError):
    """Something was typed that makes no sense."""


class Spoken(ipw.HTML):  # type: ignore[misc]
    """A line of text in a widget, a live region: each new sentence is announced.

    Examples
    --------
    >>> spoken = Spoken()
    >>> spoken.say("It is 3 < 4.")
    >>> spoken.value
    '<p role="status" style="margin: 4px 0" data-said="1">It is 3 &lt; 4.</p>'
    """

    said = 0

    def say(self, sentence: str, more: str = "") -> None:
        """Say a sentence; `more` is HTML to stand beneath it. Saying it again counts as news."""
        self.said += 1
        line = f'<p role="status" style="margin: 4px 0" data-said="{self.said}">{escape(sentence)}</p>'
        self.value = f"{line}{more}"

    def guarded(self, callback: Callable[[], object]) -> Callable[[object], None]:
        """Return a callback for a widget's events, whose errors are shown instead of lost."""

        def call(_: object) -> None:
            try:
                callback()
            except Exception as error:
                self.fail(error)

        return call

    def fail(self, error: Exception) -> None:
        """Say in one sentence what went wrong; if it was not a slip of the pen, with the traceback below."""
        if isinstance(error, FieldError):
            return self.say(str(error))
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        lines = escape("".join(traceback.format_exception(error)))
        self.say(f"{kind}{error}", f"<details><summary>Traceback</summary><pre>{lines}</pre></details>")

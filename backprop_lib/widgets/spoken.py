"""What a widget says: a line that screen readers read out, where no error ever vanishes."""

from __future__ import annotations

import traceback
from collections.abc import Callable
from html import escape
from pathlib import Path
from string import Template
from threading import RLock

import ipywidgets as ipw

from backprop_lib.drawing import COLOURS


def script(beside: str, name: str) -> str:
    """Return a script, which lies beside a module, as the value of an `onload` attribute."""
    lines = map(str.strip, Path(beside).with_name(name).read_text(encoding="utf-8").splitlines())
    return escape("\n".join(line for line in lines if line and not line.startswith("//")))


def sheet(beside: str, name: str, **values: str) -> str:
    """Return a style sheet that lies beside a module; `$name` in it is a colour of the course or a value.

    Parameters
    ----------
    beside : str
        The module's file.
    name : str
        That of the style sheet.
    **values : str
        By name.

    Examples
    --------
    >>> sheet(__file__, "spoken.css")[:43]
    '.bp-said { margin: 4px 0; line-height: 1.4;'
    """
    return Template(Path(beside).with_name(name).read_text(encoding="utf-8")).substitute(COLOURS | values)


_SCRIPT = script(__file__, "spoken.js")
_RULES = sheet(__file__, "spoken.css")


def style(more: str = "") -> str:
    """Return a style sheet in HTML, and with it what makes a widget accessible (`spoken.js`).

    It goes into one of the widget's `ipywidgets.HTML`. Lines of the class `bp-said` are announced when they
    change. Controls of the class `bp-local`, or in a box of it, need no answer from Python.

    Examples
    --------
    >>> style(".frame { margin: 0; }")[-30:].strip()
    '.frame { margin: 0; }</style>'
    """
    return f'<style onload="{_SCRIPT}">{_RULES}{more}</style>'


class FieldError(ValueError):
    """Something was typed that makes no sense."""


class Spoken(ipw.HTML):  # type: ignore[misc]
    """A line of text in a widget: each new sentence is announced, and its absence too, if Python is gone.

    Attributes
    ----------
    sentence : str
        What was said last.
    said : int
        How often something was said.

    Examples
    --------
    >>> spoken = Spoken()
    >>> spoken.say("It is 3 < 4.")
    >>> spoken.value.removeprefix(style())
    '<p class="bp-said" data-said="1">It is 3 &lt; 4.</p>'
    """

    said, sentence = 0, ""

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self._turn = RLock()
        self._show("")

    def say(self, sentence: str, more: str = "") -> None:
        """Say a sentence; `more` is HTML to stand beneath it. Saying it again counts as news."""
        self.said, self.sentence = self.said + 1, sentence
        self._show(sentence, more)

    def _show(self, sentence: str, more: str = "") -> None:
        line = f'<p class="bp-said" data-said="{self.said}">{escape(sentence)}</p>'
        self.value = f"{style()}{line}{more}"

    def guarded(self, callback: Callable[[], object]) -> Callable[[object], None]:
        """Return a callback for a widget's events, whose errors are shown instead of lost.

        One begins when the other has ended: ipykernel may hear a widget's controls in threads of their own.
        """

        def call(_: object) -> None:
            with self._turn:
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

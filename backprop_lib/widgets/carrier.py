"""What carries a script to the page: a module with its style sheet beside the Python class, as an anywidget.

A module knows nothing but its host's small interface (`parts.js` says what that is), so the same file lives
in JupyterLab and, with `host.js`, in a page that has no Python.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Mapping
from pathlib import Path
from string import Template
from threading import RLock
from typing import Any

import anywidget
import traitlets

from backprop_lib.drawing import COLOURS, FONT
from backprop_lib.text import counted
from backprop_lib.widgets.cells import OfCell

_IMPORT = re.compile(r'^import \{[^}]*\} from "(\./|\.\./)([^"]+)";\n', re.MULTILINE)
_COMMENT = re.compile(r"^[ \t]*(?://[^\n]*|/\*\*.*?\*/)\n", re.MULTILINE | re.DOTALL)


def module(beside: str, name: str, given: Mapping[str, str] | None = None) -> str:
    """Return a module with all that it imports in front of it, for an `_esm` finds no file beside itself.

    Parameters
    ----------
    beside : str
        The file of the Python module that it lies beside.
    name : str
        The module's own.
    given : mapping, optional
        By the name of an imported file, the text to take in its place.

    Examples
    --------
    >>> script = module(__file__, "panel_slider.js")
    >>> script.count("import"), script.count("export")
    (0, 1)
    """
    parts: dict[Path, str] = {}

    def read(path: Path) -> None:
        if path not in parts:
            parts[path] = ""  # so that nothing is read twice
            text = (given or {}).get(path.name) or path.read_text(encoding="utf-8")
            for up, other in _IMPORT.findall(text):
                read((path.parent / up / other).resolve())
            del parts[path]  # behind what it imports
            parts[path] = _COMMENT.sub("", _IMPORT.sub("", text))

    read(Path(beside).with_name(name).resolve())
    *others, own = parts.values()
    return "".join([*(re.sub("^export ", "", text, flags=re.MULTILINE) for text in others), own])


def sheet(beside: str, *names: str) -> str:
    """Return style sheets that lie beside a module, behind what all of them share.

    `$name` in a style sheet is a colour of the course, `$font` the font of its drawings.

    Parameters
    ----------
    beside : str
        The module's file.
    *names : str
        Those of the style sheets.

    Examples
    --------
    >>> ".bp-frame {" in sheet(__file__, "frames.css")
    True
    """
    paths = [Path(__file__).with_name("carrier.css"), *(Path(beside).parent / name for name in names)]
    values = COLOURS | {"font": FONT}
    return "".join(Template(path.read_text(encoding="utf-8")).substitute(values) for path in paths)


class Carried(OfCell, anywidget.AnyWidget):
    """A widget whose page is a module: its class has `_esm` by `module` and `_css` by `sheet`."""

    def _repr_mimebundle_(self, **kwargs: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        data, metadata = anywidget.AnyWidget._repr_mimebundle_(self, **kwargs) or ({}, {})
        return {**data, **self.still()}, metadata


class FieldError(ValueError):
    """Something was typed that makes no sense."""


class Answering(Carried):
    """A widget that answers in a sentence, in which no error ever vanishes.

    Attributes
    ----------
    answer : dict
        What it `said`, counted, the `sentence`, and the `traceback` of an error that is no slip of the pen.
    """

    answer: Any = traitlets.Dict({"said": 0, "sentence": "", "traceback": ""}).tag(sync=True)

    def __init__(self, **state: Any) -> None:
        super().__init__(**state)
        self._turn = RLock()

    @property
    def sentence(self) -> str:
        """What it said last."""
        return str(self.answer["sentence"])

    def say(self, sentence: str, lines: str = "") -> None:
        """Say a sentence, and show the lines of a traceback; saying it again counts as news."""
        self.answer = {"said": self.answer["said"] + 1, "sentence": sentence, "traceback": lines}

    def guarded(self, answer: Callable[[], str | None]) -> Callable[[object], None]:
        """Return a callback for events that says what `answer` returns, if it does, or what went wrong.

        One begins when the other has ended: ipykernel may hear a widget's controls in threads of their own.
        """

        def call(_: object) -> None:
            with self._turn:
                try:
                    if (sentence := answer()) is not None:
                        self.say(sentence)
                except Exception as error:
                    self.fail(error)

        return call

    def fail(self, error: Exception) -> None:
        """Say in one sentence what went wrong; if it was not a slip of the pen, with the traceback below."""
        if isinstance(error, FieldError):
            return self.say(str(error))
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        return self.say(f"{kind}{error}", "".join(traceback.format_exception(error)))


class Asked(Answering):
    """A widget of which the page asks something now and then.

    Attributes
    ----------
    asked : int, str
        How often it was asked, and what at last.
    """

    asked = traitlets.Tuple(traitlets.Int(), traitlets.Unicode(), default_value=(0, "")).tag(sync=True)
    longest = 200  # letters that may be asked

    def __init__(self, **state: Any) -> None:
        super().__init__(**state)
        self.observe(self.guarded(self._reply), "asked")

    def reply(self, text: str) -> str:
        """Return what is said to a text that the page sends; raise FieldError if it makes no sense."""
        raise NotImplementedError

    def _reply(self) -> str:
        text = self.asked[1].strip()
        if len(text) > self.longest:
            typed = counted(len(text), "letter")
            raise FieldError(f"{typed} were typed, expected at most {self.longest}.")
        return self.reply(text)

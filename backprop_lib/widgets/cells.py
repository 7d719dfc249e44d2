"""Widgets belong to the cell that makes them: when it is run again, what it made before is closed.

ipywidgets keeps every widget that was ever made, with all its parts, until it is closed; a learner who runs a
cell fifty times would keep fifty of them, each with its megabytes, its observers and its training.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakSet

import ipywidgets as ipw
from IPython import get_ipython

from backprop_lib.drawing import Picture

_made: dict[str, tuple[str, WeakSet[OfCell]]] = {}  # by cell: its last run, and what that made


def running_cell() -> tuple[str, str] | None:
    """Return the cell that is being run, as JupyterLab names it, and the run; None where nobody says."""
    asked: dict[str, Any] = getattr(get_ipython(), "get_parent", dict)()
    cell = asked.get("metadata", {}).get("cellId")
    return (str(cell), str(asked.get("header", {}).get("msg_id"))) if cell else None


class OfCell:
    """What comes before a widget's own class: it closes those that an earlier run of its cell made."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if (running := running_cell()) is None:
            return
        cell, run = running
        last, made = _made.get(cell, ("", WeakSet()))
        if last != run:
            for widget in list(made):
                widget.close()
            made = WeakSet()
        made.add(self)
        _made[cell] = run, made

    def end(self) -> None:
        """Stop what still goes on, before the widget is closed."""

    def close(self) -> None:
        """Close the widget with all its parts; what they show is let go, for IPython keeps a cell's value."""
        if getattr(self, "comm", None) is None:  # closed already, or never finished
            return
        self.end()
        for part in list(parts(self)):
            ipw.Widget.close(part)
            if isinstance(part, ipw.HTML | ipw.HTMLMath):
                part.value = ""
            elif isinstance(part, ipw.Box):
                part.children = ()

    def pictures(self) -> list[Picture]:
        """Return what it shows now, as pictures that stand where no widget can be shown."""
        return []

    def still(self) -> dict[str, str]:
        """Return what stands where no widget can be shown: the pictures, and its words in full."""
        html = "".join(picture._repr_mimebundle_()["text/html"] for picture in self.pictures())
        return {**({"text/html": html} if html else {}), "text/plain": repr(self)}

    def _repr_mimebundle_(self, **kwargs: Any) -> Any:
        return {**super()._repr_mimebundle_(**kwargs), **self.still()}  # type: ignore[misc]


def parts(widget: Any) -> Iterator[ipw.Widget]:
    """Yield a widget and everything that it is made of, what it names as `unseen` included."""
    seen, found = set(), [widget]
    while found:
        part = found.pop()
        if part in seen:
            continue
        seen.add(part)
        values = [*(getattr(part, key) for key in part.keys), *getattr(part, "unseen", ())]
        several = [v for many in values if isinstance(many, list | tuple) for v in many]
        found += [v for v in [*values, *several] if isinstance(v, ipw.Widget)]
        yield part

"""A slider over prepared frames: the browser only switches pictures.

A frame is a few kilobytes of SVG over a background that all frames share. Slider and frames are linked in the
browser (`jsdlink`), so they answer within a frame or two and go on working when the kernel is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets as ipw

from backprop_lib.drawing.panels import Panel
from backprop_lib.widgets.spoken import style

__all__ = ["FrameSlider"]


class FrameSlider(ipw.VBox):  # type: ignore[misc]
    """A slider whose every position shows one prepared frame: a sentence and some panels.

    Attributes
    ----------
    slider : ipywidgets.SelectionSlider
        Its `index` is the number of the frame.
    stack : ipywidgets.Stack
        The prepared frames.
    sentences : list of str
        What each frame says.
    """

    def __init__(
        self,
        description: str,
        labels: Sequence[str],
        sentences: Sequence[str],
        panels: Sequence[Panel],
        marks: Sequence[Sequence[str]],
        start: int,
    ) -> None:
        self.sentences, self._panels = list(sentences), panels
        self._key = "bp" + hashlib.sha256("".join(p.svg for p in panels).encode()).hexdigest()[:8]
        self.slider = ipw.SelectionSlider(
            options=[(label, i) for i, label in enumerate(labels)],
            value=start,
            description=description,
            style={"description_width": "initial"},
            layout={"width": "min(100%, 640px)"},
        )
        self._wide = ipw.Layout(width="100%")  # or the panels would not know where to wrap
        self._style = ipw.HTML().style  # shared, for making one costs more than a frame
        frames = [self.frame(m, s) for m, s in zip(marks, sentences, strict=True)]
        self.stack = ipw.Stack(frames, selected_index=start, layout=self._wide)
        ipw.jsdlink((self.slider, "index"), (self.stack, "selected_index"))
        for part in (self.slider, self.stack):
            part.add_class("bp-local")
        self.sheet = ipw.HTML(_style(self._key, panels))
        super().__init__([self.sheet, self.slider, self.stack])

    def frame(self, marks: Sequence[str], sentence: str) -> ipw.HTML:
        """Return one frame for the stack: a sentence and, on each panel, its marks."""
        value = _frame(self._key, self._panels, marks, sentence)
        return ipw.HTML(value, layout=self._wide, style=self._style)

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the view, and in full the words that stand where no widget can be shown."""
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    def __repr__(self) -> str:
        labels = self.slider._options_labels
        return (
            f"Slider “{self.slider.description}”, {len(labels)} positions from {labels[0]} to {labels[-1]}. "
            f"{self.sentences[self.slider.index]}"
        )


def _style(key: str, panels: Sequence[Panel]) -> str:
    """Return the style sheet that holds the backgrounds, once for all frames."""
    rules = [
        f".{key} {{ display: flex; flex-wrap: wrap; gap: 12px; max-width: 872px; }}",
        f".{key} p {{ flex: 1 0 100%; margin: 0; line-height: 1.4; font-variant-numeric: tabular-nums; }}",
        f".{key} > svg {{ background-size: 100% 100%; }}",
        *(
            f".{key} .panel{i} {{ flex: 1 1 {p.width - 30:g}px; max-width: {p.width:g}px; "
            f'background-image: url("{p.address}"); }}'
            for i, p in enumerate(panels)
        ),
    ]
    return style(" ".join(rules))


def _frame(key: str, panels: Sequence[Panel], marks: Sequence[str], sentence: str) -> str:
    drawn = [
        f'<svg class="panel{i}" viewBox="0 0 {p.width:g} {p.height:g}" role="img" '
        f'aria-label="{escape(f"{p.title}. {sentence}")}">'
        f'<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{p.inside}">{mark}</svg></svg>'
        for i, (p, mark) in enumerate(zip(panels, marks, strict=True))
        for x, y, w, h in [p.inside.split()]
    ]
    return f'<div class="{key}"><p class="bp-said">{escape(sentence)}</p>{"".join(drawn)}</div>'

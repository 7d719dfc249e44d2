"""A slider over prepared frames: the browser only switches pictures.

All frames are in the page, as HTML templates, and a few lines of script (`frames.js`) show the one that
belongs to what the slider reads: within a frame or two, and also when the kernel is gone. In an
`ipywidgets.Stack` each frame would be a widget, which takes longer to make and to switch.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape

import ipywidgets as ipw

from backprop_lib.drawing import Panel
from backprop_lib.text import counted
from backprop_lib.widgets.cells import OfCell
from backprop_lib.widgets.spoken import script, sheet, style

_SCRIPT, _RULES = script(__file__, "frames.js"), sheet(__file__, "frames.css")


class FrameSlider(OfCell, ipw.VBox):  # type: ignore[misc]
    """A slider whose every position shows one prepared frame.

    Parameters
    ----------
    rules : str
        Style rules for the frames.
    between : ipywidgets.Widget
        What stands between the slider and the frame.

    Attributes
    ----------
    slider : ipywidgets.SelectionSlider
        Its `index` is the number of the frame.
    frames : list of str
        The prepared frames, in HTML.
    sentences : list of str
        What each frame says.
    """

    def __init__(
        self,
        description: str,
        labels: Sequence[str],
        sentences: Sequence[str],
        frames: Sequence[str],
        start: int,
        rules: str,
        *between: ipw.Widget,
    ) -> None:
        self.sentences, self.frames = list(sentences), list(frames)
        self.slider = ipw.SelectionSlider(
            options=[(label, i) for i, label in enumerate(labels)],
            value=start,
            description=description,
            style={"description_width": "initial"},
            layout={"width": "min(100%, 640px)"},
        )
        self._view = ipw.HTML(self._shown(labels, start))
        for part in (self.slider, self._view):
            part.add_class("bp-local")
        styles = ipw.HTML(f'{style(rules)}<style onload="{_SCRIPT}">{_RULES}</style>')
        super().__init__([styles, self.slider, *between, self._view])
        self.add_class("bp-frames")

    def end(self) -> None:
        """Let go of the frames."""
        self.frames.clear()

    def insert(self, at: int, label: str, sentence: str, frame: str) -> None:
        """Put one more frame into its place, and go to it."""
        labels, before = list(self.slider._options_labels), self.slider.index
        grown = [*labels, label]
        for items, item in ((labels, label), (self.sentences, sentence), (self.frames, frame)):
            items.insert(at, item)
        self._view.value = self._shown(labels, at)
        # The bar must grow before its handle moves; and at its end, or a neighbour's frame is shown
        for names, index in ((grown, before), (labels, at)):
            with self.slider.hold_sync():
                self.slider.options = [(name, i) for i, name in enumerate(names)]
                self.slider.index = index
        for way in ("vertical", "horizontal"):  # has the bar made anew, or its End key stays where it was
            self.slider.orientation = way

    def _shown(self, labels: Sequence[str], start: int) -> str:
        """Return the frame to begin with, and all of them as templates."""
        kept = (
            f'<template data-at="{escape(label)}">{frame}</template>'
            for label, frame in zip(labels, self.frames, strict=True)
        )
        return f'<div class="bp-frame">{self.frames[start]}</div>{"".join(kept)}'

    def __repr__(self) -> str:
        labels = self.slider._options_labels
        return (
            f"Slider “{self.slider.description}”, {counted(len(labels), 'position')} from {labels[0]} "
            f"to {labels[-1]}. {self.sentences[self.slider.index]}"
        )


class PanelSlider(FrameSlider):
    """A slider whose frames are a sentence and panels: a few kilobytes of marks over shared backgrounds."""

    def __init__(
        self,
        description: str,
        labels: Sequence[str],
        sentences: Sequence[str],
        panels: Sequence[Panel],
        marks: Sequence[Sequence[str]],
        start: int,
        *between: ipw.Widget,
    ) -> None:
        self._key, self._panels = class_of(*(p.svg for p in panels)), panels
        frames = [self.frame(m, s) for m, s in zip(marks, sentences, strict=True)]
        rules = sheet(__file__, "panels.css", key=self._key) + " ".join(
            f".{self._key} .panel{i} {{ flex: 1 1 {p.width - 30:g}px; max-width: {p.width:g}px; "
            f'background-image: url("{p.address}"); }}'
            for i, p in enumerate(panels)
        )
        super().__init__(description, labels, sentences, frames, start, rules, *between)

    def end(self) -> None:
        """Let go of the frames and what is behind them."""
        super().end()
        self._panels = ()

    def frame(self, marks: Sequence[str], sentence: str) -> str:
        """Return one frame: a sentence and, on each panel, its marks."""
        drawn = [
            f'<svg class="panel{i}" viewBox="0 0 {p.width:g} {p.height:g}" role="img" '
            f'aria-label="{escape(f"{p.title}. {sentence}")}">'
            f'<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{p.inside}">{mark}</svg></svg>'
            for i, (p, mark) in enumerate(zip(self._panels, marks, strict=True))
            for x, y, w, h in [p.inside.split()]
        ]
        return f'<div class="{self._key}"><p class="bp-said">{escape(sentence)}</p>{"".join(drawn)}</div>'


def class_of(*pictures: str) -> str:
    """Return the name of a style class for what lies on these pictures."""
    return "bp" + hashlib.sha256("".join(pictures).encode()).hexdigest()[:8]

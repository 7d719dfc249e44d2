"""A slider over prepared frames: the browser only switches them, also when the kernel is gone.

A frame is data: a sentence and, for each panel, the marks on it. `frames.js` puts them on the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import traitlets

from backprop_lib.drawing import Panel, Picture
from backprop_lib.text import counted
from backprop_lib.widgets.carrier import Carried, module, sheet


class FrameSlider(Carried):
    """A slider with a frame at each position.

    Attributes
    ----------
    name : str
        What the slider is called.
    labels, sentences : list of str
        What it reads at each position, and what the frame there says.
    index : int
        Where it stands.
    """

    name = traitlets.Unicode().tag(sync=True)
    labels: Any = traitlets.List().tag(sync=True)
    sentences: Any = traitlets.List().tag(sync=True)
    index = traitlets.Int().tag(sync=True)

    @traitlets.validate("index")
    def _within(self, proposal: dict[str, int]) -> int:
        return min(max(proposal["value"], 0), len(self.labels) - 1)

    def __repr__(self) -> str:
        labels, sentence = self.labels, "".join(self.sentences[self.index : self.index + 1])
        count = counted(len(labels), "position")
        return f"Slider “{self.name}”, {count} from {labels[0]} to {labels[-1]}. {sentence}".strip()


class WordSlider(FrameSlider):
    """A slider over words among other controls, each of which stands for a value.

    Parameters
    ----------
    name : str
    options : sequence of (str, object)
        What it reads at each position, and the value there.

    Attributes
    ----------
    label : str
        What it reads.
    value : object
        What that stands for.

    Examples
    --------
    >>> slider = WordSlider("n", [("one", 1), ("two", 2)])
    >>> slider.value = 2
    >>> slider.label, slider
    ('two', Slider “n”, 2 positions from one to two.)
    """

    _esm = module(__file__, "word_slider.js")
    _css = sheet(__file__)

    def __init__(self, name: str, options: Sequence[tuple[str, Any]] = ()) -> None:
        super().__init__(name=name)
        self.offer(options)

    def offer(self, options: Sequence[tuple[str, Any]], start: Any = None, name: str = "") -> None:
        """Offer these options, from one of their values on, perhaps by another name."""
        self.options = list(options)
        with self.hold_sync(), self.hold_trait_notifications():
            self.labels = [label for label, _ in options]
            self.name = name or self.name
            self.index = 0 if start is None else [value for _, value in options].index(start)

    @property
    def label(self) -> str:
        """What it reads."""
        return str(self.labels[self.index])

    @property
    def value(self) -> Any:
        """What that stands for."""
        return self.options[self.index][1]

    @value.setter
    def value(self, value: Any) -> None:
        self.index = [found for _, found in self.options].index(value)


class PanelSlider(FrameSlider):
    """A slider whose frames are marks on one or more panels.

    Parameters
    ----------
    name : str
    labels, sentences : sequence of str
        One for each position.
    panels : sequence of Panel
    marks : sequence of sequence of str
        For each position the marks on each panel, as SVG.
    start : int
        The first position to show.

    Attributes
    ----------
    order : list of int
        For each position the number of its marks, in `marks` and then in `joined`.
    marks, joined : list
        The marks prepared at first, and those that joined them: only these are sent to the page then.
    """

    _esm = module(__file__, "panel_slider.js")
    _css = sheet(__file__, "frames.css")
    panels: Any = traitlets.List().tag(sync=True)
    order: Any = traitlets.List().tag(sync=True)
    marks: Any = traitlets.List().tag(sync=True)
    joined: Any = traitlets.List().tag(sync=True)

    def __init__(
        self,
        name: str,
        labels: Sequence[str],
        sentences: Sequence[str],
        panels: Sequence[Panel],
        marks: Sequence[Sequence[str]],
        start: int,
    ) -> None:
        self.drawn = list(panels)
        super().__init__(
            name=name,
            labels=list(labels),
            sentences=list(sentences),
            index=start,
            panels=[panel.state for panel in panels],
            order=list(range(len(labels))),
            marks=list(marks),
        )

    def marks_at(self, position: int) -> Sequence[str]:
        """Return the marks of a position, one text for each panel."""
        frame, first = self.order[position], len(self.marks)
        found: Sequence[str] = self.marks[frame] if frame < first else self.joined[frame - first]
        return found

    def pictures(self) -> list[Picture]:
        """Return the panels with the marks of the position shown."""
        sentence, marks = self.sentences[self.index], self.marks_at(self.index)
        pairs = zip(self.drawn, marks, strict=True)
        return [panel.picture(mark, f"{panel.title}. {sentence}") for panel, mark in pairs]

    def insert(self, at: int, label: str, sentence: str, marks: Sequence[str]) -> None:
        """Put one more position into its place, and go to it."""
        with self.hold_sync(), self.hold_trait_notifications():
            for name, item in (
                ("labels", label),
                ("sentences", sentence),
                ("order", len(self.marks) + len(self.joined)),
            ):
                listed = getattr(self, name)
                setattr(self, name, [*listed[:at], item, *listed[at:]])
            self.joined = [*self.joined, list(marks)]
            self.index = at

    def close(self) -> None:
        """Close it, and let go of the frames and what is behind them."""
        super().close()
        self.drawn, self.panels, self.marks, self.joined = [], [], [], []

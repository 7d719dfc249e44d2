"""The edges of a network's drawing: what is written on them, where it fits, and the same in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from backprop_lib.drawing.canvas import text_width
from backprop_lib.text import fixed

Point = tuple[float, float]
_MANY = 12  # weights of a layer that are still worth a word each
_SIZE = 14  # of the text on an edge


@dataclass(frozen=True)
class Edge:
    """One weight: where its edge runs, and the numbers that belong on it."""

    name: str
    label: str
    start: Point
    end: Point
    weight: float
    slope: float | None
    flow: float | None

    @property
    def value(self) -> float:
        """The number that the edge's colour and width tell."""
        return self.weight if self.flow is None else self.flow

    def at(self, share: float) -> Point:
        """Return the point at a share of the way from start to end."""
        (x0, y0), (x1, y1) = self.start, self.end
        return x0 + (x1 - x0) * share, y0 + (y1 - y0) * share

    def height_at(self, x: float) -> float:
        """Return the y at which the edge passes x."""
        return self.at((x - self.start[0]) / (self.end[0] - self.start[0]))[1]

    def lines(self) -> list[tuple[str, float]]:
        """Return the texts for the edge, each with the number that gives it its colour."""
        found = [(f"{self.label} = {fixed(self.weight, 4)}", self.weight)]
        if self.slope is not None:
            by = "w" if "[" in self.label else self.label  # the full name stands in the line above
            found.append((f"∂E/∂{by} = {fixed(self.slope, 4)}", self.slope))
        if self.flow is not None:
            found.append((f"← {fixed(self.flow, 4)}", self.flow))
        return found


@dataclass(frozen=True)
class Label:
    """Lines of text around a centre, with half the width and half the height they take."""

    x: float
    y: float
    lines: Sequence[tuple[str, float]]

    @property
    def half(self) -> Point:
        """Half its width and half its height."""
        return max(text_width(text, _SIZE) for text, _ in self.lines) / 2 + 3, 8.5 * len(self.lines) + 2

    def hides(self, edge: Edge) -> bool:
        """Return whether an edge passes behind this label."""
        ends = [edge.height_at(self.x + side * self.half[0]) for side in (-1, 1)]
        high = self.half[1] - 3
        return min(ends) < self.y + high and max(ends) > self.y - high


def labels_that_fit(shown: Sequence[Edge], share: float) -> list[Label]:
    """Return labels in one column: all lines, one, or a number; none if these overlap or hide other edges.

    Parameters
    ----------
    shown : sequence of Edge
    share : float
        Where on the edges the column stands best.
    """
    full = [edge.lines() for edge in shown]
    short = [edge.lines()[:1] if edge.flow is None else edge.lines()[-1:] for edge in shown]
    bare = [[(fixed(edge.value, 4), edge.value)] for edge in shown]
    for lines, column in [*product((full, short), (share, 0.5, 0.65)), (bare, share)]:
        halves = [Label(0, 0, texts).half[0] for texts in lines]
        nearest = [(h + 18) / (e.end[0] - e.start[0]) for h, e in zip(halves, shown, strict=True)]
        labels = [
            Label(*edge.at(max(column, *nearest)), texts) for edge, texts in zip(shown, lines, strict=True)
        ]
        others = [(label, edge) for k, label in enumerate(labels) for j, edge in enumerate(shown) if j != k]
        if not _overlap(labels) and not any(label.hides(edge) for label, edge in others):
            return labels
    return []


def in_words(layer: int, shown: Sequence[Edge], *, highlighted: bool) -> list[str]:
    """Return the edges in words: each, or of many only how many, the least and the greatest."""
    if len(shown) > _MANY:
        many = {
            "weights": [(e.weight, e.name) for e in shown],
            "gradients ∂E/∂w": [(e.slope, e.name) for e in shown if e.slope is not None],
            "numbers that flow back": [(e.flow, e.name) for e in shown if e.flow is not None],
        }
        return [
            f"{len(found)} {what} of layer {layer}, from {fixed(min(found)[0], 4)} ({min(found)[1]}) "
            f"to {fixed(max(found)[0], 4)} ({max(found)[1]})"
            for what, found in many.items()
            if found
        ]
    words = []
    for edge in shown:
        start = "highlighted " if highlighted and edge.flow is None else ""
        words.append(f"{start}{edge.label} = {fixed(edge.weight, 4)}")
        if edge.slope is not None:
            words.append(f"∂E/∂{edge.label} = {fixed(edge.slope, 4)}")
        if edge.flow is not None:
            words.append(f"{fixed(edge.flow, 4)} flows back over {edge.label}")
    return words


def _overlap(labels: Sequence[Label]) -> bool:
    column = sorted(labels, key=lambda label: label.y)
    return any(b.y - a.y < a.half[1] + b.half[1] for a, b in pairwise(column))

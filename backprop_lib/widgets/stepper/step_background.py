"""The stepper's layout, and what never changes in it: boxes, names, what is given.

Each neuron shows its two numbers of the forward pass in the upper row, z | a, and beneath each the loss's
derivative by it, which the way back fills in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from backprop_lib.drawing import COLOURS, Canvas, Edge, NetworkDrawing, Point, labels_that_fit, sign_colour
from backprop_lib.text import fixed, taken_apart
from backprop_lib.widgets.stepper.steps import Pass

FAINT = ' opacity=".4"'
_LOSS = (64.0, 22.0)  # half the size of the box with the loss
_HIGH, _LOW = 27.0, 14.0  # half the height of a neuron's upper and lower row
_LOWER = _HIGH + _LOW  # from the middle of the one to that of the other


class StepBackground(NetworkDrawing):
    """Lays out one pass and draws what all its steps share."""

    def __init__(self, walk: Pass) -> None:
        super().__init__(walk.net, None, None, [], None, set(), {})
        self.walk, self.lower = walk, _LOWER
        self.half_width, self.margin = 60.0, 64.0
        self.gap = 2 * self.half_width + (160.0 if self.single else 180.0)
        self.loss_at = self._at(len(self.sizes) - 1, 0)[0] + self.half_width + 38 + _LOSS[0]
        self.width = self.loss_at + _LOSS[0] + 4
        numbers, weights = walk.numbers, self.net.by_name()
        self.edges = [
            replace(self._edge(layer, i, j, float(w)), slope=numbers[f"∂E/∂w{layer}[{i},{j}]"])
            for layer, matrix in enumerate(self.net.weights, 1)
            for (i, j), w in np.ndenumerate(matrix)
        ]
        self.biases = [name for name in weights if name.startswith("b")]
        self.places: dict[str, Point] = {}  # of the labels, on layers with room for all of them
        for layer in range(1, len(self.sizes)):
            own = [e for e in self.edges if e.name.startswith(f"w{layer}[")]
            labels = labels_that_fit(own, self._share(layer))
            if labels and all(len(label.lines) == 2 for label in labels):
                self.places |= {e.name: (b.x, b.y) for e, b in zip(own, labels, strict=True)}

    # ---- layout ----------------------------------------------------------------------------------

    def _least_row(self, layer: int) -> float:
        if layer == 0:
            return 38 if self._compact(0) else 186 if self.sizes[0] == 2 else 84
        return 186 if self.sizes[layer] == 2 else sum(self._around(layer)) + 2

    def _around(self, layer: int) -> tuple[float, float]:
        if layer == 0:
            return (20, 20) if self._compact(0) else (52, 30)
        return 52, 74 + (40 if self.net.biases is not None else 4)

    def _share(self, layer: int) -> float:
        before, after = self._row(layer - 1), self._row(layer)
        inputs, outputs = self.sizes[layer - 1], self.sizes[layer]
        return 0.5 if inputs == 1 or outputs == 1 else before / (outputs * after + before)

    def _place(self, name: str) -> tuple[Point, Point]:
        """Return the centre of the box that holds a quantity, and half its size."""
        back, name = name.startswith("∂E/∂"), name.removeprefix("∂E/∂")
        if name == "E":
            return (self.loss_at, self.middle), _LOSS
        letter, layer, (i, *_) = taken_apart(name)
        if letter == "x":
            x, y = self._at(0, i)
            return (x, y), (self.half_width, 14.0 if self._compact(0) else _HIGH)
        x, y = self._at(layer, i)
        if letter == "b":
            return (x, y + (100 if back else 83)), (self.half_width, 11)
        side = self.half_width / 2 * (-1 if letter == "z" else 1)
        return (x + side, y + (_LOWER if back else 0)), (self.half_width / 2, _LOW if back else _HIGH)

    # ---- what never changes ----------------------------------------------------------------------

    def background(self, weights: bool) -> str:
        """Return the SVG that all steps share, its edges coloured by their weights or all pale."""
        self.canvas = Canvas()
        for e in self.edges:
            self._line(e, COLOURS["line"], 1)
        if weights:
            self._coloured(self.net.by_name(), self.edges, FAINT)
        for layer, size in enumerate(self.sizes):
            for i in range(size):
                self._outline(layer, i)
        self._loss_outline()
        return self.canvas.picture(self.width, self.height, "").svg

    def _outline(self, layer: int, i: int) -> None:
        x, y = self._at(layer, i)
        if layer == 0:
            return self._given(i, x, y)
        half, text = self.half_width, self.canvas.text
        self.canvas.box(
            x, y + _LOWER, (half, _LOW), COLOURS["wash"], corner=6, stroke=COLOURS["soft"], width=1
        )
        self.canvas.box(x, y, (half, _HIGH), COLOURS["paper"], corner=10)
        bottom = y + _LOWER + _LOW
        self.canvas.path(f"M{x:.1f} {y - _HIGH:.1f}V{bottom:.1f}", COLOURS["line"])
        for side, letter, below in ((-half / 2, "z", "∂E/∂z = δ"), (half / 2, "a", "∂E/∂a")):
            text(x + side, y - 36, self._name(f"{letter}{layer}[{i}]"), bold=True)
            text(x + side, bottom + 13, below, size=12, colour=COLOURS["soft"])
        return None

    def _given(self, i: int, x: float, y: float) -> None:
        (_, half), name, compact = self._place(f"x[{i}]"), self._name(f"x[{i}]"), self._compact(0)
        value = fixed(self.walk.numbers[f"x[{i}]"], 4)
        self.canvas.box(x, y, half, COLOURS["wash"], corner=6)
        self.canvas.text(x, y + 5, f"{name} = {value}" if compact else value, size=13)
        if not compact:
            self.canvas.text(x, y - 36, name, bold=True)

    def _loss_outline(self) -> None:
        x, y = self.loss_at, self.middle
        outputs, last = self.sizes[-1], len(self.sizes) - 1
        for i in range(outputs):
            way = self._way_to_loss(self._at(last, i)[1])
            self.canvas.path(way, COLOURS["soft"], ' fill="none" stroke-dasharray="4 4"')
            target = f"{self._name(f't[{i}]')} = {fixed(self.walk.numbers[f't[{i}]'], 4)}"
            self.canvas.text(x, y + 42 + 17 * i, f"target {target}" if outputs == 1 else target, size=13)
        self.canvas.box(x, y, _LOSS, COLOURS["paper"], corner=10)
        self.canvas.text(x, y - 32, "loss E", bold=True)

    def _way_to_loss(self, level: float) -> str:
        """Return the path from the output at this height to the loss."""
        start, y = self._at(len(self.sizes) - 1, 0)[0] + self.half_width, self.middle
        turn = "" if level == y else f"H{start + 20:.1f}V{y:.1f}"
        return f"M{start:.1f} {level:.1f}{turn}H{self.loss_at - _LOSS[0]:.1f}"

    def _line(self, e: Edge, colour: str, width: float, extra: str = "") -> None:
        (x0, y0), (x1, y1) = e.start, e.end
        self.canvas.path(
            f"M{x0:.0f} {y0:.0f}L{x1:.0f} {y1:.0f}", colour, f' stroke-width="{width:.1f}"{extra}'
        )

    def _coloured(self, values: Mapping[str, float], edges: Sequence[Edge], extra: str = "") -> None:
        biggest = max([1e-12, *(abs(v) for n, v in values.items() if n.startswith("w"))])
        for e in edges:
            if (value := values.get(e.name)) is not None:
                dashes = ' stroke-dasharray="7 4"' if value < 0 else ""
                self._line(e, sign_colour(value), 1 + 3 * abs(value) / biggest, dashes + extra)

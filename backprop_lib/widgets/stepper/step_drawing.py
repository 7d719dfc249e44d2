"""The stepper's drawing: for every step the marks that are laid over the background.

What is not computed yet is not there yet; what is computed has a bright ground and a dark rim, and what it is
computed from has a rim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from backprop_lib.drawing import COLOURS, Canvas, Edge, Label, Point, labels_that_fit, sign_colour
from backprop_lib.text import fixed, taken_apart
from backprop_lib.widgets.stepper.step_background import FAINT, StepBackground
from backprop_lib.widgets.stepper.steps import Step

GLOW = "#ffe08a"
_RIM = "#b07800"


class StepDrawing(StepBackground):
    """Draws the steps of one pass."""

    # ---- what a step shows -----------------------------------------------------------------------

    def frame(self, k: int) -> str:
        """Return the marks of step k; edges twice, for the weights (class w) and the gradients (class g)."""
        self.canvas = Canvas()
        step = self.walk.steps[k]
        done = self.walk.steps[: k + 1]
        slopes = {s.name: s.value for s in done if s.name.startswith("∂")}
        weights = self.net.by_name() | {s.name: s.value for s in done if s.kind == "update"}
        used = step.uses
        lit = [e for e in self.edges if e.name in (*used, step.name.removeprefix("∂E/∂"))]
        rest = [e for e in self.edges if e not in lit]
        for kind, values in (("w", weights), ("g", {n[4:]: v for n, v in slopes.items()})):
            self.canvas.marks.append(f'<g class="{kind}">')
            if step.kind in ("start", "after"):
                self._coloured(values, self.edges)
            elif kind == "g" or step.kind == "update":
                self._coloured(values, rest, FAINT)
            for e in lit:
                self._line(e, GLOW, 11)
                if e.name not in values:
                    self._line(e, COLOURS["soft"], 1)
            self._coloured(values, lit)
            self.canvas.marks.append("</g>")
        if step.kind in ("z", "meet"):
            self._directions(lit, forward=step.kind == "z")
        for name in [*used, step.name]:
            self._mark(name, current=name == step.name)
        self._arrow(step)
        for s in {s.name: s for s in done}.values():
            self._value(s)
        self._biases(weights, slopes, step)
        self._labels(weights, slopes, lit, step)
        return _shorter("".join(self.canvas.marks))

    def _directions(self, edges: Sequence[Edge], *, forward: bool) -> None:
        for e in edges:
            tip, tail = (e.end, e.start) if forward else (e.start, e.end)
            far = np.hypot(tip[0] - tail[0], tip[1] - tail[1])
            direction = ((tip[0] - tail[0]) / far, (tip[1] - tail[1]) / far)
            self.canvas.arrow_head(tip, direction, COLOURS["ink"], size=12)

    def _mark(self, name: str, *, current: bool) -> None:
        """Draw a rim around what a step uses, and a filled one around what it computes."""
        if name.removeprefix("∂E/∂")[0] not in "xzabE":
            return
        (x, y), (w, h) = self._place(name)
        fill, width = (GLOW, 2.5) if current else ("none", 2)
        self.canvas.path(
            f"M{x - w + 2:.1f} {y - h + 2:.1f}h{2 * w - 4:.1f}v{2 * h - 4:.1f}h{4 - 2 * w:.1f}z",
            COLOURS["ink"] if current else _RIM,
            f' fill="{fill}" stroke-width="{width:g}" stroke-linejoin="round"',
        )

    def _arrow(self, step: Step) -> None:
        """Draw where a number goes within a neuron, or between the outputs and the loss."""
        (x, y), (w, _) = self._place(step.name if step.kind not in ("gradient", "update", "start") else "E")
        if step.kind == "a":
            self.canvas.arrow_head((x - w + 5, y), (1, 0), COLOURS["ink"], size=10)
        elif step.kind == "delta":
            self.canvas.arrow_head((x + w - 5, y), (-1, 0), COLOURS["ink"], size=10)
        elif step.kind == "E":
            self.canvas.arrow_head((x - w, y), (1, 0), COLOURS["ink"], size=12)
        elif step.kind == "output":
            way = self._way_to_loss(y - self.lower)
            self.canvas.path(way, COLOURS["ink"], ' fill="none" stroke-width="2.5" stroke-dasharray="4 4"')
            self.canvas.arrow_head((x + w, y - self.lower), (-1, 0), COLOURS["ink"], size=12)

    def _value(self, s: Step) -> None:
        """Write the number that a step has put into a box."""
        if s.name.removeprefix("∂E/∂")[0] not in "zaE":
            return
        (x, y), _ = self._place(s.name)
        back = s.name.startswith("∂")
        text = fixed(s.value, 6 if s.name == "E" else 4)
        if s.kind == "after" and s.old is not None:
            self.canvas.text(x, y - 4.5, f"{fixed(s.old)} →", size=13)
            y += 9
        small = back or (len(text) > 7 and s.name != "E")
        ink = _ink(s.value) if back else COLOURS["ink"]
        self.canvas.text(x, y + 4.5, text, size=12 if small else 13, colour=ink)

    def _biases(self, weights: Mapping[str, float], slopes: Mapping[str, float], step: Step) -> None:
        for name in self.biases:
            (x, y), _ = self._place(name)
            value, label = fixed(weights[name], 4), self._name(name)
            changed = step.name == name and step.old is not None
            text = f"{label}: {fixed(step.old or 0, 4)} → {value}" if changed else f"{label} = {value}"
            self.canvas.text(x, y + 4.5, text, size=13, colour=_ink(weights[name]))
            if (slope := slopes.get(f"∂E/∂{name}")) is not None:
                text = f"∂E/∂{self._name(name)} = {fixed(slope, 4)}"
                self.canvas.text(x, y + 21.5, text, size=13, colour=_ink(slope))

    def _labels(
        self, weights: Mapping[str, float], slopes: Mapping[str, float], lit: Sequence[Edge], step: Step
    ) -> None:
        """Write on the edges: on all of them where there is room, else only on those that are lit."""
        flows: dict[str, float] = {}
        if step.kind == "meet":
            flows = {str(w): part for (_, w), part in zip(step.terms, step.parts, strict=True)}
        overview = step.kind in ("start", "after")
        layers: dict[int, list[Edge]] = {}
        for old in self.edges:
            slope = None if old.name in flows else slopes.get(f"∂E/∂{old.name}")
            e = replace(old, weight=weights[old.name], slope=slope, flow=flows.get(old.name))
            if e.name in self.places:
                self._write(e, self.places[e.name], e.lines(), step)
            elif old in lit or overview:
                e = replace(e, slope=None) if overview else e
                layers.setdefault(taken_apart(e.name).layer, []).append(e)
        for layer, edges in layers.items():
            for e, label in zip(edges, labels_that_fit(edges, self._share(layer)), strict=False):
                self._write(e, (label.x, label.y), label.lines, step)

    def _write(self, e: Edge, at: Point, lines: Sequence[tuple[str, float]], step: Step) -> None:
        if step.name == e.name and step.old is not None:
            change = f"{fixed(step.old, 4)} → {fixed(e.weight, 4)}"
            lines = [(e.label, e.weight), (change, e.weight), *lines[1:]]
        if e.flow is not None:
            lines = [*lines[:-1], (f"← δ · w = {fixed(e.flow, 4)}", e.flow)]
        w, h = Label(*at, lines).half
        x = float(np.clip(at[0], e.start[0] + w + 14, max(e.start[0] + w + 14, e.end[0] - w - 14)))
        y = e.height_at(x)
        current = step.name.removeprefix("∂E/∂") == e.name
        fill, rim = (GLOW, COLOURS["ink"]) if current else (COLOURS["paper"], COLOURS["paper"])
        box = f"M{x - w:.1f} {y - h:.1f}h{2 * w:.1f}v{2 * h:.1f}h{-2 * w:.1f}z"
        self.canvas.path(box, rim, f' fill="{fill}"')
        for k, (text, value) in enumerate(lines):
            self.canvas.text(x, y + 5 + 17 * (k - (len(lines) - 1) / 2), text, colour=_ink(value))


def _ink(value: float) -> str:
    return sign_colour(round(value, 4))


def _shorter(marks: str) -> str:
    """Leave out what the frame around the marks says for all of them."""
    return marks.replace(' text-anchor="middle"', "").replace(f' fill="{COLOURS["ink"]}"', "")

"""The stepper's drawing: a background that all steps share, and for every step the marks that lie on it.

Each neuron shows its two numbers of the forward pass in the upper row, z | a, and beneath each the loss's
derivative by it, which the way back fills in. What is not computed yet is not there yet; what is being
computed has a bright ground and a dark rim, and what it is computed from has a rim.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations, pairwise

from backprop_lib.drawing import COLOURS, Canvas, Edge, Label, Layout, Point, labels_that_fit, sign_colour
from backprop_lib.text import fixed, plain_name
from backprop_lib.widgets.stepper.steps import Pass, Step

GLOW = "#ffe08a"
LETTERS = 12  # pixels: the smallest
_RIM = "#b07800"
_FAINT = ' opacity=".4"'
_HALF = 60.0  # the width of a neuron, and of an input
_HIGH, _LOW = 27.0, 14.0  # half the height of a neuron's upper and lower row
_LOWER = _HIGH + _LOW  # from the middle of the one to that of the other
_LOSS = (64.0, 22.0)  # half the size of the box with the loss
# Where a number goes within a neuron, or between the outputs and the loss: the arrowhead's direction, how far
# inside the box its tip is, and its size.
_ARROWS = {"a": (1, 5, 10), "delta": (-1, 5, 10), "E": (1, 0, 12), "output": (-1, 0, 12)}


class StepDrawing:
    """Draws the steps of one pass.

    Attributes
    ----------
    boxes : dict
        By name of a quantity, the centre of the box that holds its number, and half the box's size.
    """

    def __init__(self, walk: Pass) -> None:
        self.walk, self.canvas = walk, Canvas()
        sizes = walk.net.sizes
        self.compact = sizes[0] > 4  # an input's name and number stand on one line
        below = 78 if walk.net.biases is None else 114
        rows = [38 if self.compact else 84, *[54 + below] * (len(sizes) - 1)]
        rows = [row if n != 2 else 186 for n, row in zip(sizes, rows, strict=True)]
        around = [(20, 20) if self.compact else (52, 30), *[(52, below)] * (len(sizes) - 1)]
        edge = 160 if max(sizes) == 1 else 180
        self.layout = layout = Layout(sizes, _HALF, 64, edge, rows, around)
        self.last = layout.at(len(sizes) - 1, 0)[0] + _HALF  # where the outputs end
        self.width, self.height = self.last + 42 + 2 * _LOSS[0], layout.height
        self.boxes: dict[str, tuple[Point, Point]] = {
            "E": ((self.last + 38 + _LOSS[0], layout.middle), _LOSS)
        }
        for layer, n in enumerate(sizes):
            for i in range(n):
                self._add_boxes(layer, i)
        slopes = {name: walk.numbers[f"∂E/∂{name}"] for name in walk.net.by_name()}
        self.edges = [layout.edges(layer, w, slopes, {}) for layer, w in enumerate(walk.net.weights, 1)]
        ones = [1 in pair for pair in pairwise(sizes)]
        self.shares = [0.5 if one else layout.share(layer) for layer, one in enumerate(ones, 1)]
        labels = map(labels_that_fit, self.edges, self.shares)
        self.labels = [own if all(len(label.lines) == 2 for label in own) else [] for own in labels]

    def _add_boxes(self, layer: int, i: int) -> None:
        x, y = self.layout.at(layer, i)
        if layer == 0:
            self.boxes[f"x[{i}]"] = (x, y), (_HALF, 14 if self.compact else _HIGH)
            return
        for letter, at in (("z", x - _HALF / 2), ("a", x + _HALF / 2)):
            self.boxes[f"{letter}{layer}[{i}]"] = (at, y), (_HALF / 2, _HIGH)
            self.boxes[f"∂E/∂{letter}{layer}[{i}]"] = (at, y + _LOWER), (_HALF / 2, _LOW)
        for name, at in ((f"b{layer}[{i}]", y + 83), (f"∂E/∂b{layer}[{i}]", y + 100)):
            self.boxes[name] = (x, at), (_HALF, 11)

    def _name(self, name: str) -> str:
        return plain_name(name, single=max(self.walk.net.sizes) == 1)

    # ---- what never changes ----------------------------------------------------------------------

    def background(self, weights: bool) -> str:
        """Return the SVG that all steps share, its edges coloured by their weights or all pale."""
        self.canvas, edges = Canvas(), [e for own in self.edges for e in own]
        for e in edges:
            self._line(e, COLOURS["line"], 1)
        if weights:
            self._coloured(self.walk.net.by_name(), edges, _FAINT)
        for layer, n in enumerate(self.walk.net.sizes):
            for i in range(n):
                self._neuron(layer, i) if layer else self._input(i)
        self._loss()
        return self.canvas.picture(self.width, self.height, "").svg

    def _input(self, i: int) -> None:
        (x, y), half = self.boxes[f"x[{i}]"]
        name, value = self._name(f"x[{i}]"), fixed(self.walk.numbers[f"x[{i}]"], 4)
        self.canvas.box(x, y, half, COLOURS["wash"], corner=6)
        self.canvas.text(x, y + 5, f"{name} = {value}" if self.compact else value, size=13)
        if not self.compact:
            self.canvas.text(x, y - 36, name, bold=True)

    def _neuron(self, layer: int, i: int) -> None:
        (x, y), canvas, soft = self.layout.at(layer, i), self.canvas, COLOURS["soft"]
        canvas.box(x, y + _LOWER, (_HALF, _LOW), COLOURS["wash"], corner=6, stroke=soft, width=1)
        canvas.box(x, y, (_HALF, _HIGH), COLOURS["paper"], corner=10)
        bottom = y + _LOWER + _LOW
        canvas.path(f"M{x:.1f} {y - _HIGH:.1f}V{bottom:.1f}", COLOURS["line"])
        for letter, below in (("z", "∂E/∂z = δ"), ("a", "∂E/∂a")):
            name = f"{letter}{layer}[{i}]"
            (at, _), _ = self.boxes[name]
            canvas.text(at, y - 36, self._name(name), bold=True)
            canvas.text(at, bottom + 13, below, size=LETTERS, colour=soft)

    def _loss(self) -> None:
        (x, y), _ = self.boxes["E"]
        outputs = self.walk.net.sizes[-1]
        for i in range(outputs):
            height = self.layout.at(len(self.walk.net.sizes) - 1, i)[1]
            self.canvas.path(
                self._way_to_loss(height), COLOURS["soft"], ' fill="none" stroke-dasharray="4 4"'
            )
            target = f"{self._name(f't[{i}]')} = {fixed(self.walk.numbers[f't[{i}]'], 4)}"
            self.canvas.text(x, y + 42 + 17 * i, f"target {target}" if outputs == 1 else target, size=13)
        self.canvas.box(x, y, _LOSS, COLOURS["paper"], corner=10)
        self.canvas.text(x, y - 32, "loss E", bold=True)

    def _way_to_loss(self, height: float) -> str:
        """Return the path from the output at this height to the loss."""
        (x, y), (half, _) = self.boxes["E"]
        turn = "" if height == y else f"H{self.last + 20:.1f}V{y:.1f}"
        return f"M{self.last:.1f} {height:.1f}{turn}H{x - half:.1f}"

    # ---- what a step shows -----------------------------------------------------------------------

    def frame(self, k: int) -> str:
        """Return the marks of step k; edges twice, for the weights (class w) and the gradients (class g)."""
        self.canvas = Canvas()
        step, done = self.walk.steps[k], self.walk.steps[: k + 1]
        slopes = {s.name.removeprefix("∂E/∂"): s.value for s in done if s.name.startswith("∂")}
        weights = self.walk.net.by_name() | {s.name: s.value for s in done if s.kind == "update"}
        shown = {*step.uses, step.name.removeprefix("∂E/∂")}
        edges = [e for own in self.edges for e in own]
        lit = [e for e in edges if e.name in shown]
        for kind, values in (("w", weights), ("g", slopes)):
            self.canvas.marks.append(f'<g class="{kind}">')
            if step.kind in ("start", "after"):
                self._coloured(values, edges)
            elif kind == "g" or step.kind == "update":
                self._coloured(values, [e for e in edges if e not in lit], _FAINT)
            for e in lit:
                self._line(e, GLOW, 11)
                if e.name not in values:
                    self._line(e, COLOURS["soft"], 1)
            self._coloured(values, lit)
            self.canvas.marks.append("</g>")
        if step.kind in ("z", "meet"):
            for e in lit:
                self._direction(e, forward=step.kind == "z")
        for name in [*step.uses, step.name]:
            self._mark(name, current=name == step.name)
        self._arrow(step)
        for s in {s.name: s for s in done}.values():
            self._value(s)
        self._biases(weights, slopes, step)
        self._labels(weights, slopes, shown, step)
        # The frame around the marks says this for all of them
        marks = "".join(self.canvas.marks).replace(' text-anchor="middle"', "")
        return marks.replace(f' fill="{COLOURS["ink"]}"', "")

    def _line(self, e: Edge, colour: str, width: float, extra: str = "") -> None:
        (x0, y0), (x1, y1) = e.start, e.end
        path = f"M{x0:.0f} {y0:.0f}L{x1:.0f} {y1:.0f}"
        self.canvas.path(path, colour, f' stroke-width="{width:.1f}"{extra}')

    def _coloured(self, values: Mapping[str, float], edges: Sequence[Edge], extra: str = "") -> None:
        biggest = max([1e-12, *(abs(v) for n, v in values.items() if n.startswith("w"))])
        for e in edges:
            if (value := values.get(e.name)) is not None:
                dashes = ' stroke-dasharray="7 4"' if value < 0 else ""
                self._line(e, sign_colour(value), 1 + 3 * abs(value) / biggest, dashes + extra)

    def _direction(self, e: Edge, *, forward: bool) -> None:
        tail, tip = (e.start, e.end) if forward else (e.end, e.start)
        direction = (tip[0] - tail[0], tip[1] - tail[1])
        self.canvas.arrow_head(tip, direction, COLOURS["ink"], size=12)

    def _mark(self, name: str, *, current: bool) -> None:
        """Draw a rim around what a step uses, and a filled one around what it computes."""
        if name in self.boxes:
            at, (w, h) = self.boxes[name]
            colour, fill, width = (COLOURS["ink"], GLOW, 2.5) if current else (_RIM, "none", 2)
            extra = f' fill="{fill}" stroke-width="{width:g}" stroke-linejoin="round"'
            self.canvas.path(_rectangle(at, (w - 2, h - 2)), colour, extra)

    def _arrow(self, step: Step) -> None:
        if step.kind in _ARROWS:
            (x, y), (w, _) = self.boxes[step.name]
            way, inside, size = _ARROWS[step.kind]
            if step.kind == "output":
                y -= _LOWER
                extra = ' fill="none" stroke-width="2.5" stroke-dasharray="4 4"'
                self.canvas.path(self._way_to_loss(y), COLOURS["ink"], extra)
            self.canvas.arrow_head((x - way * (w - inside), y), (way, 0), COLOURS["ink"], size=size)

    def _value(self, s: Step) -> None:
        """Write the number that a step has put into a box."""
        if s.kind in ("start", "gradient", "update"):
            return
        (x, y), _ = self.boxes[s.name]
        back = s.name.startswith("∂")
        text = fixed(s.value, 6 if s.name == "E" else 4)
        if s.old is not None:
            self.canvas.text(x, y - 4.5, f"{fixed(s.old)} →", size=13)
            y += 9
        small = back or (len(text) > 7 and s.name != "E")
        ink = _ink(s.value) if back else COLOURS["ink"]
        self.canvas.text(x, y + 4.5, text, size=12 if small else 13, colour=ink)

    def _biases(self, weights: Mapping[str, float], slopes: Mapping[str, float], step: Step) -> None:
        for name in [name for name in weights if name.startswith("b")]:
            (x, y), label = self.boxes[name][0], self._name(name)
            text = f"{label} = {fixed(weights[name], 4)}"
            if step.name == name and step.old is not None:
                text = f"{label}: {fixed(step.old, 4)} → {fixed(weights[name], 4)}"
            self.canvas.text(x, y + 4.5, text, size=13, colour=_ink(weights[name]))
            if name in slopes:
                text = f"∂E/∂{label} = {fixed(slopes[name], 4)}"
                self.canvas.text(x, y + 21.5, text, size=13, colour=_ink(slopes[name]))

    def _labels(
        self, weights: Mapping[str, float], slopes: Mapping[str, float], shown: Collection[str], step: Step
    ) -> None:
        """Write on the edges: on all of them where there is room, else only on those that are lit."""
        flows: dict[str, float] = {}
        if step.kind == "meet":
            flows = {str(w): part for (_, w), part in zip(step.terms, step.parts, strict=True)}
        overview = step.kind in ("start", "after")
        by_layer = zip(self.edges, self.labels, self.shares, strict=True)
        for own, labels, share in sorted(by_layer, key=lambda layer: not layer[1]):
            edges = [
                replace(e, weight=weights[e.name], slope=slopes.get(e.name), flow=flows.get(e.name))
                for e in own
            ]
            edges = [replace(e, slope=None) if e.flow is not None else e for e in edges]
            if labels:
                labels = [replace(b, lines=e.lines()) for e, b in zip(edges, labels, strict=True)]
            else:
                edges = [
                    replace(e, slope=None) if overview else e for e in edges if overview or e.name in shown
                ]
                labels = labels_that_fit(edges, share) or ([] if overview else _bare(edges, share))
            for e, label in zip(edges, labels, strict=False):
                self._write(e, label, step)

    def _write(self, e: Edge, label: Label, step: Step) -> None:
        lines = label.lines
        if step.name == e.name and step.old is not None:
            change = f"{fixed(step.old, 4)} → {fixed(e.weight, 4)}"
            lines = [(e.label, e.weight), (change, e.weight), *lines[1:]]
        if e.flow is not None:
            lines = [*lines[:-1], (f"← δ · w = {fixed(e.flow, 4)}", e.flow)]
        w, _ = half = Label(label.x, label.y, lines).half
        left, right = e.start[0] + w + 14, e.end[0] - w - 14
        x = min(max(label.x, left), max(left, right))
        y = e.height_at(x)
        current = step.name.removeprefix("∂E/∂") == e.name
        fill, rim = (GLOW, COLOURS["ink"]) if current else (COLOURS["paper"], COLOURS["paper"])
        self.canvas.path(_rectangle((x, y), half), rim, f' fill="{fill}"')
        for k, (text, value) in enumerate(lines):
            self.canvas.text(x, y + 5 + 17 * (k - (len(lines) - 1) / 2), text, colour=_ink(value))


def _bare(edges: Sequence[Edge], share: float) -> list[Label]:
    """Return a number for each edge, which may lie on other edges; none if numbers overlap."""
    lines = [[(fixed(e.value, 4), e.value)] for e in edges]
    halves = [Label(0, 0, texts).half[0] for texts in lines]
    nearest = [(half + 18) / (e.end[0] - e.start[0]) for half, e in zip(halves, edges, strict=True)]
    labels = [Label(*e.at(max(share, *nearest)), texts) for e, texts in zip(edges, lines, strict=True)]
    apart = all(abs(a.y - b.y) >= a.half[1] + b.half[1] for a, b in combinations(labels, 2))
    return labels if apart else []


def _rectangle(at: Point, half: Point) -> str:
    (x, y), (w, h) = at, half
    return f"M{x - w:.1f} {y - h:.1f}h{2 * w:.1f}v{2 * h:.1f}h{-2 * w:.1f}z"


def _ink(value: float) -> str:
    return sign_colour(round(value, 4))

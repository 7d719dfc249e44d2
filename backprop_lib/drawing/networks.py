"""Drawing a network: inputs, weights on the edges, z | a in each neuron, the loss, gradients beneath.

Everything drawn is read off the `Network`, its `Trace` and its `Gradients`; nothing is typed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from backprop_lib.core import Gradients, Network, Trace, check_arguments, finite_array, finite_number
from backprop_lib.drawing.canvas import COLOURS, Canvas, Picture, sign_colour, text_width
from backprop_lib.drawing.edges import Edge, in_words, labels_that_fit
from backprop_lib.drawing.images import tint
from backprop_lib.drawing.layout import Layout
from backprop_lib.text import counted, fixed, plain_name, taken_apart

_WRITTEN = 6  # neurons in the layers whose weights are written beneath
_CELL = (74.0, 28.0)  # the size of a weight there


def draw_network(
    net: Network,
    trace: Trace | None = None,
    gradients: Gradients | None = None,
    target: ArrayLike | None = None,
    loss: float | None = None,
    highlight: Sequence[str] = (),
    backward: Mapping[str, float] | None = None,
) -> Picture:
    """Return a drawing of a network, with as many numbers as are given and as there is room for.

    Edges are coloured by the sign of their weight and the wider the larger it is; negative ones are dashed.
    Where edges lie too close for their numbers, these stand beneath as a matrix, if it is a small one.

    Parameters
    ----------
    net : Network
        Up to ten neurons in a layer.
    trace : Trace, optional
        Of one example; fills each neuron with its z | a.
    gradients : Gradients, optional
        Written beneath the weights and biases.
    target : float or array_like of shape (outputs,), optional
    loss : float, optional
    highlight : sequence of str
        Names of weights ("w2[0,0]") whose edges stand out; all others turn pale.
    backward : mapping of str to float, optional
        Numbers that flow back over the edges of the weights with these names, towards the input.

    Raises
    ------
    ValueError
        If a layer has more than ten neurons, a name is no weight, or sizes do not fit the network.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> draw_network(net, net.forward([0.1]))
    Network 1-1-1. x = 0.1000; w₁ = 0.5000; z₁ = 0.0500, a₁ = 0.5125; w₂ = 0.5000; z₂ = 0.2562, a₂ = 0.5637.

    The one path on which the weight `w1[0,0]` reaches the second output:

    >>> net = Network(weights=[[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
    >>> draw_network(net, highlight=["w1[0,0]", "w2[1,0]"])
    Network 2-2-2. highlighted w1[0,0] = 0.1000; highlighted w2[1,0] = 0.5000.
    """
    check_arguments(draw_network, locals())
    if max(net.sizes) > 10:
        raise ValueError(f"the widest layer has {max(net.sizes)} neurons, expected at most 10 in a drawing.")
    if trace is not None and [a.shape for a in trace.a] != [(n,) for n in net.sizes]:
        raise ValueError("trace does not fit, expected that of one example through this network.")
    if gradients is not None and [g.shape for g in gradients.weights] != [w.shape for w in net.weights]:
        raise ValueError("gradients do not fit, expected those of this network.")
    targets = [] if target is None else finite_array("target", target, ndim=(0, 1)).ravel().tolist()
    if target is not None and len(targets) != net.sizes[-1]:
        raise ValueError(
            f"target holds {counted(len(targets), 'number')}, expected {net.sizes[-1]}, one per output."
        )
    weights = [name for name in net.by_name() if name.startswith("w")]
    for given, names in (("highlight", highlight), ("backward", backward or {})):
        if strangers := [name for name in names if name not in weights]:
            raise ValueError(f"{given} holds {strangers[0]!r}, expected weights such as {weights[0]!r}.")
    flows = {name: finite_number(f"backward[{name!r}]", v) for name, v in (backward or {}).items()}
    return NetworkDrawing(net, trace, gradients, targets, loss, set(highlight), flows).picture()


class NetworkDrawing:
    """Lays the layers out in columns from left to right and collects marks and words."""

    def __init__(
        self,
        net: Network,
        trace: Trace | None,
        gradients: Gradients | None,
        targets: Sequence[float],
        loss: float | None,
        highlight: set[str],
        backward: Mapping[str, float],
    ) -> None:
        self.net, self.trace, self.targets, self.loss = net, trace, targets, loss
        self.slopes = gradients.by_name() if gradients else {}
        self.backward, self.focus = backward, highlight | set(backward)
        weights = [taken_apart(name) for name in self.focus]
        self.touched = {end for _, layer, (i, j) in weights for end in ((layer, i), (layer - 1, j))}
        self.sizes = net.sizes
        self.single = max(net.sizes) == 1
        half_width, margin = (56, 64) if self.single else (66, 78)
        edge = 168 if self.single else 180 if len(net.sizes) > 3 else 296 if max(net.sizes) < 3 else 310
        layers = range(len(net.sizes))
        rows, around = [self._least_row(k) for k in layers], [self._around(k) for k in layers]
        self.layout = Layout(net.sizes, half_width, margin, edge, rows, around)
        self.height = self.layout.height
        end = 0 if loss is None else 24 if net.sizes[-1] == 2 else 176
        self.width = self.layout.at(len(net.sizes) - 1, 0)[0] + margin + end
        self.canvas = Canvas()
        self.words: list[str] = []
        self.unlabelled = False
        self.matrices: list[tuple[int, list[Edge]]] = []  # of layers whose edges have no numbers

    def picture(self) -> Picture:
        """Draw everything, from left to right."""
        self._layer(0)
        for layer in range(1, len(self.sizes)):
            self._edges(layer)
            self._layer(layer)
        self._loss()
        for layer, edges in self.matrices:
            self._matrix(layer, edges)
        if self.unlabelled:
            text = "weights: blue positive, orange and dashed negative; the wider, the larger"
            self.canvas.text(self.width / 2, self.height + 14, text, size=13, colour=COLOURS["soft"])
            self.height += 24
        shape = "-".join(map(str, self.sizes))
        words = "; ".join(self.words) or "No numbers"
        return self.canvas.picture(self.width, self.height, f"Network {shape}. {words}.")

    # ---- where things stand ----------------------------------------------------------------------

    def _compact(self, layer: int) -> bool:
        return self.sizes[layer] > 4

    def _least_row(self, layer: int) -> float:
        """Return how far apart the neurons of a layer must be."""
        if self._compact(layer):
            return 38 if layer == 0 else 54
        return 200 if self.sizes[layer] < 3 else 112

    def _around(self, layer: int) -> tuple[float, float]:
        """Return how much room a neuron needs above and below its centre."""
        if self.single:
            return 70, 70
        if self._compact(layer):
            return (20, 20) if layer == 0 else (36, 20)
        return 58, 36 + 14 * len(self._notes(layer, 0))

    def _name(self, name: str) -> str:
        return plain_name(name, self.single)

    # ---- neurons ---------------------------------------------------------------------------------

    def _layer(self, layer: int) -> None:
        for i in range(self.sizes[layer]):
            x, y = self.layout.at(layer, i)
            pale = bool(self.focus) and (layer, i) not in self.touched
            ink, rim = (COLOURS["soft"], COLOURS["line"]) if pale else (COLOURS["ink"], COLOURS["ink"])
            if layer == 0:
                self._input(i, x, y, ink, rim)
            else:
                self._neuron(layer, i, x, y, ink, rim)
                notes = self._notes(layer, i)
                self.words += [text for text, _ in notes]
                room = 0 if self._compact(layer) else 2 if self.sizes[layer] > 2 else 3
                for k, (text, colour) in enumerate(notes[:room]):
                    self.canvas.text(x, y + 42 + 14 * k, text, size=13, colour=colour)

    def _above(self) -> bool:
        """Return whether names stand above the neurons, or in them, where no numbers are."""
        return self.single or self.trace is not None

    def _input(self, i: int, x: float, y: float, ink: str, rim: str) -> None:
        name, compact = self._name(f"x[{i}]"), self._compact(0)
        height = 14.0 if compact else 27.0
        self.canvas.box(x, y, (self.layout.half_width, height), COLOURS["wash"], corner=6, stroke=rim)
        value = fixed(self.trace.a[0][i], 4) if self.trace else ""
        if value:
            self.words.append(f"{name} = {value}")
        if compact:
            self.canvas.text(x, y + 5, f"{name} = {value}" if value else name, size=13, colour=ink)
        else:
            self.canvas.text(x, y - 38 if self._above() else y + 5, name, bold=True, colour=ink)
            if value:
                self.canvas.text(x, y + 5, value, colour=ink)

    def _neuron(self, layer: int, i: int, x: float, y: float, ink: str, rim: str) -> None:
        z, a = self._name(f"z{layer}[{i}]"), self._name(f"a{layer}[{i}]")
        half, above, size = (15.0, 20.0, 12) if self._compact(layer) else (27.0, 38.0, 14)
        self.canvas.box(x, y, (self.layout.half_width, half), COLOURS["paper"], corner=half, stroke=rim)
        self.canvas.path(f"M{x:.1f} {y - half:.1f}V{y + half:.1f}", COLOURS["line"])
        shift, at = (26.0, y - above) if self._above() else (31.0, y + 5)
        self.canvas.text(x - shift, at, z, bold=True, size=size, colour=ink)
        self.canvas.text(x + shift, at, a, bold=True, size=size, colour=ink)
        if self.trace:
            values = fixed(self.trace.z[layer - 1][i], 4), fixed(self.trace.a[layer][i], 4)
            shift = 27.0 if self.single else 31.5
            for at, text in zip((x - shift, x + shift), values, strict=True):
                fits = self.single or len(text) < 8
                self.canvas.text(at, y + 5, text, size=13 if fits else 11, colour=ink)
            self.words.append(f"{z} = {values[0]}, {a} = {values[1]}")

    def _notes(self, layer: int, i: int) -> list[tuple[str, str]]:
        """Return what is written beneath a neuron, in which colours: its target, its bias, the gradient."""
        notes: list[tuple[str, str]] = []
        if self.targets and layer == len(self.sizes) - 1 and self.sizes[-1] > 1:
            notes.append((f"target t[{i}] = {fixed(self.targets[i], 4)}", COLOURS["ink"]))
        name = f"b{layer}[{i}]"
        if self.net.biases is not None and layer > 0:
            b = float(self.net.biases[layer - 1][i])
            notes.append((f"{self._name(name)} = {fixed(b, 4)}", _ink(b)))
        if name in self.slopes:
            slope = self.slopes[name]
            notes.append((f"∂E/∂{self._name(name)} = {fixed(slope, 4)}", _ink(slope)))
        return notes

    # ---- edges -----------------------------------------------------------------------------------

    def _edges(self, layer: int) -> None:
        """Draw the edges into a layer, those that stand out last, and as much text as there is room for."""
        edges = self.layout.edges(layer, self.net.weights[layer - 1], self.slopes, self.backward)
        shown = [e for e in edges if not self.focus or e.name in self.focus]
        for edge in edges:
            if edge not in shown:
                self.canvas.path(_line(edge), COLOURS["line"])
        biggest = max([1e-12, *(abs(e.value) for e in shown)])
        for edge in shown:
            dashes = ' stroke-dasharray="7 4"' if edge.value < 0 and not self.single else ""
            width = 1 + 2.5 * abs(edge.value) / biggest
            self.canvas.path(_line(edge), sign_colour(edge.value), f' stroke-width="{width:.1f}"{dashes}')
            if edge.name in self.backward:
                (x0, y0), (x1, y1) = edge.start, edge.end
                self.canvas.arrow_head(edge.start, (x0 - x1, y0 - y1), sign_colour(edge.value), size=13)
        self._label(layer, shown)
        self.words += in_words(layer, shown, highlighted=bool(self.focus))

    def _label(self, layer: int, shown: list[Edge]) -> None:
        """Write on the edges, in a column where they are evenly spread, as much as there is room for."""
        if self.single:
            for edge in shown:
                x, y = edge.at(0.5)
                for (text, value), dy in zip(edge.lines(), (-8, 19, 36), strict=False):
                    size = 14 if dy < 0 else 12
                    self.canvas.text(x, y + dy, text, colour=_ink(value), size=size, halo=True)
            return
        inputs, outputs = self.sizes[layer - 1], self.sizes[layer]
        share = 0.55 if inputs == 1 else 0.4 if outputs == 1 else self.layout.share(layer)
        labels = labels_that_fit(shown, share) if shown else []
        if shown and not labels:
            if len(shown) == inputs * outputs and max(inputs, outputs) <= _WRITTEN:
                self.matrices.append((layer, shown))
            else:
                self.unlabelled = True
        for label in labels:
            self.canvas.box(label.x, label.y, label.half, COLOURS["paper"], corner=4, width=0)
            for k, (text, value) in enumerate(label.lines):
                y = label.y + 5 + 17 * (k - (len(label.lines) - 1) / 2)
                self.canvas.text(label.x, y, text, colour=_ink(value))

    def _matrix(self, layer: int, edges: list[Edge]) -> None:
        """Write a layer's numbers beneath the drawing, one row for each neuron."""
        rows, columns = self.sizes[layer], self.sizes[layer - 1]
        before = "x" if layer == 1 else f"a{layer - 1}"
        left, top, (wide, high) = 72.0, self.height + 46, _CELL
        what = f"weights W{layer}" if edges[0].flow is None else f"what flows back over the weights W{layer}"
        title = f"{what}: a row for each neuron, a column for each input of the layer"
        self.width = max(self.width, left + columns * wide + 12, 24 + text_width(title, 13))
        self.canvas.text(12, self.height + 16, title, size=13, anchor="start")
        for j in range(columns):
            self.canvas.text(left + (j + 0.5) * wide, top - 8, f"{before}[{j}]", size=13, bold=True)
        biggest = max(1e-12, *(abs(edge.value) for edge in edges))
        for k, edge in enumerate(edges):
            i, j = divmod(k, columns)
            x, y = left + (j + 0.5) * wide, top + (i + 0.5) * high
            fill, ink = tint(edge.value / biggest)
            self.canvas.box(x, y, (wide / 2, high / 2), fill, stroke=COLOURS["paper"], width=2)
            self.canvas.text(x, y + 5, fixed(edge.value, 4), size=13, colour=ink)
        for i in range(rows):
            y = top + (i + 0.5) * high + 5
            self.canvas.text(left - 8, y, f"z{layer}[{i}]", size=13, bold=True, anchor="end")
        self.height = top + rows * high + 10

    # ---- the loss --------------------------------------------------------------------------------

    def _loss(self) -> None:
        """Write the loss beside the outputs, or between them if there are two, with lines to all of them."""
        if self.loss is None:
            return
        last, count = len(self.sizes) - 1, self.sizes[-1]
        x, middle = self.layout.at(last, 0)[0] + self.layout.half_width, self.layout.middle
        left = x - self.layout.half_width - 64 if count == 2 else x + 44
        end = left + 128 if count == 2 else left
        for i in range(count):
            y = self.layout.at(last, i)[1]
            turn = "" if y == middle else f"H{x + 14:.1f}V{middle:.1f}"
            self.canvas.path(
                f"M{x:.1f} {y:.1f}{turn}H{end:.1f}",
                COLOURS["soft"],
                ' fill="none" stroke-dasharray="4 4"' if turn else ' stroke-dasharray="4 4"',
            )
        half = 32 if count != 2 else 22
        self.canvas.marks.append(
            f'<rect x="{left:.1f}" y="{middle - half:.1f}" width="128" height="{2 * half}" rx="6" '
            f'fill="{COLOURS["wash"]}" stroke="{COLOURS["soft"]}"/>'
        )
        e = f"E = {fixed(self.loss, 6)}"
        self.canvas.text(left + 64, middle - 6 if count == 1 else middle + 5, e, bold=True, size=13)
        self.words.append(e)
        if count == 1 and self.targets:
            t = f"target t = {fixed(self.targets[0], 4)}"
            self.canvas.text(left + 64, middle + 17, t, size=12)
            self.words.append(t)


def _ink(value: float) -> str:
    return sign_colour(round(value, 4))


def _line(edge: Edge) -> str:
    (x0, y0), (x1, y1) = edge.start, edge.end
    return f"M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}"

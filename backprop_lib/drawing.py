"""Drawing a network: inputs, weights on the edges, z | a in each neuron, the loss, gradients beneath.

Everything drawn is read off the `Network`, its `Trace` and its `Gradients`; nothing is typed in. The colours
of the whole course stand here: blue is positive, orange is negative, and the sign is always written as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

import numpy as np

from backprop_lib.network import Gradients, Network, Trace
from backprop_lib.text import fixed, plain_name

__all__ = ["COLOURS", "Picture", "draw_network"]

COLOURS = {
    "positive": "#1d5fa6",
    "negative": "#a8480a",
    "ink": "#1f2933",
    "soft": "#5f6b7a",
    "line": "#c3cad3",
    "paper": "#ffffff",
    "wash": "#eef3f9",
}
FONT = "Helvetica Neue, Arial, DejaVu Sans, sans-serif"
_PLAIN = " =:/;,.()'+-_*!?&"  # what needs no escape in an address


@dataclass(frozen=True)
class Picture:
    """An SVG drawing with its content in words, which is also what stands where no picture can."""

    svg: str
    alt: str

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        image = f'<img alt="{escape(self.alt)}" src="{address(self.svg)}" style="max-width: 100%">'
        return {"text/html": image, "text/plain": self.alt}


def draw_network(
    net: Network,
    trace: Trace | None = None,
    gradients: Gradients | None = None,
    target: float | None = None,
    loss: float | None = None,
) -> Picture:
    """Return a drawing of a small network, with as many numbers as are given.

    Parameters
    ----------
    net : Network
        Up to six neurons in a layer; each edge carries its weight.
    trace : Trace, optional
        Of one example; fills each neuron with its z | a.
    gradients : Gradients, optional
        Written beneath the weights.
    target, loss : float, optional
        Written beside the output, for networks with one output.

    Raises
    ------
    ValueError
        If a layer has more than six neurons.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> draw_network(net, net.forward([0.1]))
    Network 1-1-1. x = 0.1000; w₁ = 0.5000; z₁ = 0.0500, a₁ = 0.5125; w₂ = 0.5000; z₂ = 0.2562, a₂ = 0.5637.
    """
    if max(net.sizes) > 6:
        raise ValueError(f"the widest layer has {max(net.sizes)} neurons, expected at most 6 in a drawing.")
    return _NetworkDrawing(net, trace, gradients, target, loss).picture()


def address(svg: str) -> str:
    """Return an SVG as a data address that fits between double quotes and stays as short as it can."""
    return f"data:image/svg+xml,{quote(' '.join(svg.split()).replace(chr(34), chr(39)), safe=_PLAIN)}"


class _NetworkDrawing:
    """Lays the layers out in columns from left to right and collects marks and words."""

    row, margin = 136.0, 64.0
    half_width, half_height = 56.0, 27.0  # of a neuron

    def __init__(
        self,
        net: Network,
        trace: Trace | None,
        gradients: Gradients | None,
        target: float | None,
        loss: float | None,
    ) -> None:
        self.net, self.trace, self.target, self.loss = net, trace, target, loss
        self.slopes = gradients.by_name() if gradients else {}
        self.single = max(net.sizes) == 1
        self.gap = 280.0 if self.single else 350.0
        self.height = self.row * max(net.sizes) + 4
        end = 176 if loss is not None else 0
        self.width = 2 * self.margin + self.gap * (len(net.sizes) - 1) + end
        self.marks: list[str] = []
        self.words: list[str] = []

    def picture(self) -> Picture:
        self._layer(0)
        for layer in range(1, len(self.net.sizes)):
            self._edges(layer)
            self._layer(layer)
        if self.loss is not None:
            self._loss(self.loss)
        shape = "-".join(map(str, self.net.sizes))
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{self.width:.0f}" height="{self.height:.0f}" '
            f'viewBox="0 0 {self.width:.0f} {self.height:.0f}" font-family="{FONT}" font-size="14">'
            f'<rect width="100%" height="100%" fill="{COLOURS["paper"]}"/>{"".join(self.marks)}</svg>'
        )
        return Picture(svg, f"Network {shape}. {'; '.join(self.words)}.")

    def _at(self, layer: int, i: int) -> tuple[float, float]:
        x = self.margin + self.gap * layer
        return x, self.height / 2 + (i - (self.net.sizes[layer] - 1) / 2) * self.row

    def _name(self, name: str) -> str:
        return plain_name(name, self.single)

    def _layer(self, layer: int) -> None:
        for i in range(self.net.sizes[layer]):
            x, y = self._at(layer, i)
            if layer == 0:
                self._input(i, x, y)
            else:
                self._neuron(layer, i, x, y)

    def _input(self, i: int, x: float, y: float) -> None:
        name = self._name(f"x[{i}]")
        self._box(x, y, COLOURS["wash"], corner=6)
        self._text(x, y - 38, name, bold=True)
        if self.trace:
            value = fixed(self.trace.a[0][i], 4)
            self._text(x, y + 5, value)
            self.words.append(f"{name} = {value}")

    def _neuron(self, layer: int, i: int, x: float, y: float) -> None:
        z, a = self._name(f"z{layer}[{i}]"), self._name(f"a{layer}[{i}]")
        self._box(x, y, COLOURS["paper"], corner=self.half_height)
        top, bottom = y - self.half_height, y + self.half_height
        self.marks.append(f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="{COLOURS["line"]}"/>')
        self._text(x - 26, y - 38, z, bold=True)
        self._text(x + 26, y - 38, a, bold=True)
        if self.trace:
            values = fixed(self.trace.z[layer - 1][i], 4), fixed(self.trace.a[layer][i], 4)
            self._text(x - 27, y + 5, values[0], size=13)
            self._text(x + 27, y + 5, values[1], size=13)
            self.words.append(f"{z} = {values[0]}, {a} = {values[1]}")

    def _edges(self, layer: int) -> None:
        """Draw the edges into a layer; with more than two neurons on a side there is no room for labels."""
        weights = self.net.weights[layer - 1]
        biggest = max(1e-12, float(abs(weights).max()))
        for (i, j), value in np.ndenumerate(weights):
            w = float(value)
            (x0, y0), (x1, y1) = self._at(layer - 1, j), self._at(layer, i)
            x0, x1 = x0 + self.half_width, x1 - self.half_width
            colour = COLOURS["positive" if w >= 0 else "negative"]
            self.marks.append(
                f'<path d="M{x0:.1f} {y0:.1f}L{x1:.1f} {y1:.1f}" stroke="{colour}" '
                f'stroke-width="{1 + 2.5 * abs(w) / biggest:.1f}"/>'
            )
            along = 0.5 if self.single else 0.36
            at = x0 + (x1 - x0) * along, y0 + (y1 - y0) * along
            self._edge_label(f"w{layer}[{i},{j}]", w, *at, colour, drawn=max(weights.shape) <= 2)

    def _edge_label(self, name: str, w: float, x: float, y: float, colour: str, *, drawn: bool) -> None:
        labels = [(f"{self._name(name)} = {fixed(w, 4)}", y - 8, colour, 14 if self.single else 12)]
        if name in self.slopes:
            slope = fixed(self.slopes[name], 4)
            sign = COLOURS["negative" if slope.startswith("−") else "positive"]
            labels.append((f"∂E/∂{self._name(name)} = {slope}", y + 19, sign, 12))
        for text, height, ink, size in labels:
            self.words.append(text)
            if drawn:
                self._text(x, height, text, colour=ink, size=size, halo=True)

    def _loss(self, loss: float) -> None:
        x, y = self._at(len(self.net.sizes) - 1, 0)
        x0, x1 = x + self.half_width, x + self.half_width + 44
        self.marks.append(
            f'<path d="M{x0:.1f} {y:.1f}H{x1:.1f}" stroke="{COLOURS["soft"]}" stroke-dasharray="4 4"/>'
            f'<rect x="{x1:.1f}" y="{y - 32:.1f}" width="128" height="64" rx="6" '
            f'fill="{COLOURS["wash"]}" stroke="{COLOURS["soft"]}"/>'
        )
        self._text(x1 + 64, y - 6, f"E = {fixed(loss, 6)}", bold=True, size=13)
        self.words.append(f"E = {fixed(loss, 6)}")
        if self.target is not None:
            self._text(x1 + 64, y + 17, f"target t = {fixed(self.target, 4)}", size=12)
            self.words.append(f"target t = {fixed(self.target, 4)}")

    def _box(self, x: float, y: float, fill: str, corner: float) -> None:
        self.marks.append(
            f'<rect x="{x - self.half_width:.1f}" y="{y - self.half_height:.1f}" '
            f'width="{2 * self.half_width:.1f}" height="{2 * self.half_height:.1f}" rx="{corner:.1f}" '
            f'fill="{fill}" stroke="{COLOURS["ink"]}" stroke-width="1.5"/>'
        )

    def _text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        colour: str = COLOURS["ink"],
        size: int = 14,
        bold: bool = False,
        halo: bool = False,
    ) -> None:
        weight = ' font-weight="bold"' if bold else ""
        under = f' stroke="{COLOURS["paper"]}" stroke-width="4" paint-order="stroke"' if halo else ""
        self.marks.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size}" '
            f'text-anchor="middle"{weight}{under}>{escape(text)}</text>'
        )

"""Drawing a network: inputs, weights on the edges, z | a in each neuron, the loss, gradients beneath.

Everything drawn is read off the `Network`, its `Trace` and its `Gradients`; nothing is typed in. The colours of
the whole course stand here: blue is positive, orange is negative, and the sign is always written as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from urllib.parse import quote

from backprop_lib.network import Gradients, Network, Trace
from backprop_lib.text import fixed, plain_name

__all__ = ["COLOURS", "Picture", "draw_network"]

COLOURS = {
    "positive": "#1d5fa6",
    "negative": "#b8500b",
    "ink": "#1f2933",
    "soft": "#5f6b7a",
    "line": "#c3cad3",
    "paper": "#ffffff",
    "wash": "#eef3f9",
}
FONT = "'Helvetica Neue', Arial, 'DejaVu Sans', sans-serif"


@dataclass(frozen=True)
class Picture:
    """An SVG drawing with its content in words, which is also what stands where no picture can."""

    svg: str
    alt: str

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        source = quote(self.svg, safe=" =:/;,.()'+-_*!?&")
        image = f'<img alt="{escape(self.alt)}" src="data:image/svg+xml,{source}" style="max-width: 100%">'
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


class _NetworkDrawing:
    """Lays the layers out in columns from left to right and collects marks and words."""

    gap, row, radius, margin = 205.0, 118.0, 40.0, 62.0

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
        self.height = self.row * max(net.sizes) + 24
        end = 190 if loss is not None else 0
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
        self._circle(x, y, COLOURS["wash"])
        self._text(x, y - 52, name, bold=True)
        if self.trace:
            value = fixed(self.trace.a[0][i], 4)
            self._text(x, y + 5, value)
            self.words.append(f"{name} = {value}")

    def _neuron(self, layer: int, i: int, x: float, y: float) -> None:
        z, a = self._name(f"z{layer}[{i}]"), self._name(f"a{layer}[{i}]")
        self._circle(x, y, COLOURS["paper"])
        top, bottom = y - self.radius, y + self.radius
        self.marks.append(f'<path d="M{x:.1f} {top:.1f}V{bottom:.1f}" stroke="{COLOURS["line"]}"/>')
        self._text(x, y - 52, f"{z} | {a}", bold=True)
        if self.trace:
            values = fixed(self.trace.z[layer - 1][i], 4), fixed(self.trace.a[layer][i], 4)
            self._text(x - 19, y + 4, values[0], size=11)
            self._text(x + 19, y + 4, values[1], size=11)
            self.words.append(f"{z} = {values[0]}, {a} = {values[1]}")

    def _edges(self, layer: int) -> None:
        weights = self.net.weights[layer - 1]
        biggest = max(1e-12, abs(weights).max())
        for (i, j), w in sorted(((ij, float(w)) for ij, w in _each(weights))):
            (x0, y0), (x1, y1) = self._at(layer - 1, j), self._at(layer, i)
            length = ((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5
            ux, uy = (x1 - x0) / length, (y1 - y0) / length
            colour = COLOURS["positive" if w >= 0 else "negative"]
            start, stop = self.radius, length - self.radius
            self.marks.append(
                f'<path d="M{x0 + ux * start:.1f} {y0 + uy * start:.1f}'
                f'L{x0 + ux * stop:.1f} {y0 + uy * stop:.1f}" stroke="{colour}" '
                f'stroke-width="{1 + 2.5 * abs(w) / biggest:.1f}"/>'
            )
            along = 0.5 if self.single else 0.36
            self._edge_label(f"w{layer}[{i},{j}]", w, x0 + ux * length * along, y0 + uy * length * along, colour)

    def _edge_label(self, name: str, w: float, x: float, y: float, colour: str) -> None:
        shown, value = self._name(name), fixed(w, 4)
        self._text(x, y - 9, f"{shown} = {value}", colour=colour, halo=True)
        self.words.append(f"{shown} = {value}")
        if name in self.slopes:
            slope = fixed(self.slopes[name], 4)
            self._text(x, y + 20, f"∂E/∂{shown} =", colour=COLOURS["soft"], size=12, halo=True)
            sign = COLOURS["negative" if slope.startswith("−") else "positive"]
            self._text(x, y + 36, slope, colour=sign, size=13, halo=True)
            self.words.append(f"∂E/∂{shown} = {slope}")

    def _loss(self, loss: float) -> None:
        x, y = self._at(len(self.net.sizes) - 1, 0)
        x0, x1 = x + self.radius, x + 120
        self.marks.append(
            f'<path d="M{x0:.1f} {y:.1f}H{x1:.1f}" stroke="{COLOURS["soft"]}" stroke-dasharray="4 4"/>'
            f'<rect x="{x1:.1f}" y="{y - 32:.1f}" width="112" height="64" rx="6" '
            f'fill="{COLOURS["wash"]}" stroke="{COLOURS["soft"]}"/>'
        )
        self._text(x1 + 56, y - 6, f"E = {fixed(loss, 6)}", bold=True, size=13)
        self.words.append(f"E = {fixed(loss, 6)}")
        if self.target is not None:
            self._text(x1 + 56, y + 17, f"target t = {fixed(self.target, 4)}", size=12)
            self.words.append(f"target t = {fixed(self.target, 4)}")

    def _circle(self, x: float, y: float, fill: str) -> None:
        self.marks.append(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{self.radius:.1f}" fill="{fill}" '
            f'stroke="{COLOURS["ink"]}" stroke-width="1.5"/>'
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


def _each(weights: object) -> list[tuple[tuple[int, int], float]]:
    import numpy as np

    return [((i, j), float(w)) for (i, j), w in np.ndenumerate(np.asarray(weights))]

"""Curves and contours: matplotlib draws the axes once, what moves is laid over them as a few SVG paths.

A `Panel` is such a pair: a background picture and the map from data to its pixels. A slider needs one
background and, for every position, only the marks; that is what makes it answer at once.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from backprop_lib.drawing.canvas import COLOURS, Picture, address
from backprop_lib.functions import Array
from backprop_lib.network import Network
from backprop_lib.text import fixed, plain_name, power_of_ten, rate
from backprop_lib.training import loss_on_grid

__all__ = ["Panel", "loss_panel", "new_panel", "plot_loss", "plot_surface", "surface_panel"]

_STYLE: Any = {  # matplotlib names each of its settings in its types
    "font.family": "DejaVu Sans",
    "font.size": 9.5,
    "axes.edgecolor": COLOURS["soft"],
    "axes.labelcolor": COLOURS["ink"],
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["ink"],
    "ytick.color": COLOURS["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "svg.hashsalt": "backprop_lib",
    "svg.fonttype": "path",
}
_LONGEST = 160  # points in one drawn curve


@dataclass(frozen=True)
class Panel:
    """A background drawn by matplotlib, and the way from data to its pixels."""

    title: str
    svg: str
    width: float
    height: float
    axes: Axes

    def pixels(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Return data points as pixels of the background, shape (points, 2), y downwards."""
        points = self.axes.transData.transform(np.column_stack([np.asarray(x), np.asarray(y)]))
        return np.column_stack([points[:, 0], self.height - points[:, 1]])

    def curve(self, x: ArrayLike, y: ArrayLike) -> str:
        """Return SVG marks for a curve with its first point open and its last one as `end` draws it."""
        with np.errstate(divide="ignore", invalid="ignore"):
            points = self.pixels(x, y)
        points = np.clip(points[np.isfinite(points).all(axis=1)], -999, 1999).round(1)
        path = "M" + "L".join(f"{px:g} {py:g}" for px, py in points)
        (x0, y0), (x1, y1) = points[0], points[-1]
        ink, paper = COLOURS["negative"], COLOURS["paper"]
        return (
            f'<path d="{path}" fill="none" stroke="{paper}" stroke-width="4.5" stroke-linejoin="round"/>'
            f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="2" stroke-linejoin="round"/>'
            f'<circle cx="{x0:g}" cy="{y0:g}" r="4.5" fill="{paper}" stroke="{ink}" stroke-width="2"/>'
            f"{self.end(float(x1), float(y1), ink)}"
        )

    def end(self, x: float, y: float, ink: str, radius: float = 4.5) -> str:
        """Return a filled dot at a pixel or, if that is outside the axes, an arrowhead that points there."""
        left, top, width, height = map(float, self.inside.split())
        look = f'fill="{ink}" stroke="{COLOURS["paper"]}" stroke-width="1"'
        if left - 1 <= x <= left + width + 1 and top - 1 <= y <= top + height + 1:
            return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" {look}/>'
        at_x = min(max(x, left + 9), left + width - 9)
        at_y = min(max(y, top + 9), top + height - 9)
        turn = math.degrees(math.atan2(y - at_y, x - at_x))
        place = f'transform="translate({at_x:g} {at_y:g}) rotate({turn:.0f}) scale({radius / 4.5:.2g})"'
        return f'<path d="M-8-7L8 0L-8 7z" {place} {look}/>'

    def tangent(self, x: float, y: float, slope: float, reach: float = 2.0) -> str:
        """Return SVG marks for a point and the tangent through it."""
        ends = self.pixels([x - reach, x + reach], [y - slope * reach, y + slope * reach]).round(1)
        ((px, py),) = self.pixels([x], [y]).round(1)
        ink, paper = COLOURS["negative"], COLOURS["paper"]
        return (
            f'<path d="M{ends[0, 0]:g} {ends[0, 1]:g}L{ends[1, 0]:g} {ends[1, 1]:g}" stroke="{ink}" '
            f'stroke-width="2.5"/><circle cx="{px:g}" cy="{py:g}" r="5" fill="{ink}" stroke="{paper}"/>'
        )

    @property
    def inside(self) -> str:
        """The rectangle of the axes as `x y width height`, to clip marks with."""
        box = self.axes.get_window_extent()
        return f"{box.x0:.1f} {self.height - box.y1:.1f} {box.width:.1f} {box.height:.1f}"

    def picture(self, marks: str, alt: str, beyond: str = "") -> Picture:
        """Return the background with marks on it; those of `beyond` may leave the axes."""
        x, y, width, height = self.inside.split()
        clip = f'<clipPath id="in"><rect x="{x}" y="{y}" width="{width}" height="{height}"/></clipPath>'
        end = self.svg.rindex("</svg>")
        svg = f'{self.svg[:end]}{clip}<g clip-path="url(#in)">{marks}</g>{beyond}</svg>'
        return Picture(svg, alt)

    @property
    def address(self) -> str:
        """The background as a data address, for a style sheet."""
        return address(self.svg)


def thin(count: int, most: int = _LONGEST) -> Array:
    """Return at most `most` of `count` indices: all of the first ones, then ever fewer, and the last."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.round(np.geomspace(1, count, most)).astype(int) - 1)


def loss_panel(updates: int, low: float, high: float, goal: float | None = None) -> Panel:
    """Return axes for loss curves: iteration 1 is the pass before the first update; both axes logarithmic."""

    def draw(axes: Axes) -> None:
        axes.set(xscale="log", yscale="log", xlim=(0.8, updates * 1.3), ylim=(low, high))
        axes.set(xlabel="iteration", ylabel="loss E")
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.yaxis.set_major_formatter(power_of_ten)
        axes.grid(color=COLOURS["line"], linewidth=0.5)
        if goal is not None:
            axes.axhline(goal, color=COLOURS["positive"], linestyle="--", linewidth=1.2)
            label = f"goal: E < {rate(goal)}"
            axes.annotate(label, (1, goal), (0, -11), textcoords="offset points", color=COLOURS["positive"])

    return new_panel("Loss curve", draw)


def curve_panel(
    x: Array, rule: Callable[[Array], ArrayLike], across: str, up: str, title: str = "Curve with its tangent"
) -> Panel:
    """Return axes with the curve of a function, for a tangent or a descent to be laid over it."""

    def draw(axes: Axes) -> None:
        axes.plot(x, rule(x), color=COLOURS["positive"], linewidth=2)
        axes.set(xlabel=across, ylabel=up)
        axes.grid(color=COLOURS["line"], linewidth=0.5)

    return new_panel(title, draw)


def surface_panel(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    names: tuple[str, str],
    limits: tuple[float, float, float, float],
) -> Panel:
    """Return the loss as contours over two weights, `names`; other parameters stay as they are.

    Parameters
    ----------
    limits : left, right, bottom, top
    """
    left, right, bottom, top = limits
    across, up = np.meshgrid(np.linspace(left, right, 61), np.linspace(bottom, top, 111))
    loss = loss_on_grid(net, x, t, {names[0]: across, names[1]: up})
    single = max(net.sizes) == 1

    def draw(axes: Axes) -> None:
        lowest = max(1e-5, loss.min())
        levels = np.geomspace(lowest, max(loss.max(), 1.01 * lowest), 12)  # apart even where all is flat
        shown = np.clip(loss, levels[0], levels[-1])
        colours = mpl.colors.LinearSegmentedColormap.from_list("loss", ["#0b3a6b", "#5b93c7", "#f4f7fb"])
        norm = mpl.colors.LogNorm(levels[0], levels[-1])
        bands = axes.contourf(across, up, shown, levels=levels, cmap=colours, norm=norm)
        bands.set(edgecolor="face", linewidth=0.5)  # or white seams show between the bands
        tens = [10.0**k for k in range(-3, 2) if loss.min() < 10.0**k < loss.max()]
        labelled = tens if len(tens) > 1 else [v for v in levels[1::3] if loss.min() < v < loss.max()]
        if labelled:
            lines = axes.contour(across, up, loss, levels=labelled, colors=COLOURS["ink"], linewidths=0.7)
            for label in axes.clabel(lines, fmt=lambda value: f"{value:.2g}", fontsize=8):
                label.set_bbox({"facecolor": COLOURS["paper"], "edgecolor": "none", "pad": 1})
        axes.set(xlabel=plain_name(names[0], single), ylabel=plain_name(names[1], single))

    return new_panel("Path of the descent on the loss surface", draw)


def plot_loss(loss: ArrayLike, goal: float | None = None) -> Picture:
    """Return one training's loss curve as a picture.

    Examples
    --------
    >>> plot_loss([0.5, 0.1, 0.02])
    Loss curve over 3 iterations, from 0.500000 down to 0.020000; both axes logarithmic.
    """
    values = np.asarray(loss, dtype=float)
    low, high = values.min() / 3, values.max() * 2
    panel = loss_panel(len(values), min(low, goal / 3) if goal else low, high, goal)
    keep = thin(len(values))
    way = "down" if values[-1] < values[0] else "up"
    alt = (
        f"Loss curve over {len(values)} iterations, from {fixed(values[0])} {way} to {fixed(values[-1])}; "
        f"both axes logarithmic."
    )
    return panel.picture(panel.curve(keep + 1, values[keep]), alt)


def plot_surface(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    names: tuple[str, str],
    limits: tuple[float, float, float, float],
    path: Sequence[Sequence[float]] | Array,
) -> Picture:
    """Return the loss surface over two weights with the path of one descent on it."""
    panel = surface_panel(net, x, t, names, limits)
    points = np.asarray(path)[thin(len(path))]
    single = max(net.sizes) == 1
    ends = [
        ", ".join(f"{plain_name(n, single)} = {fixed(v, 4)}" for n, v in zip(names, point, strict=True))
        for point in (points[0], points[-1])
    ]
    alt = f"Contours of the loss over two weights; the descent runs from {ends[0]} to {ends[1]}."
    return panel.picture(panel.curve(points[:, 0], points[:, 1]), alt)


def new_panel(
    title: str,
    draw: Callable[[Axes], object],
    width: float = 430.0,
    height: float = 310.0,
    size: float = 9.5,
    frame: tuple[float, float, float, float] = (0.14, 0.15, 0.82, 0.82),
) -> Panel:
    """Return what `draw` draws on fresh axes; `frame` is their left, bottom, width and height as shares."""
    with mpl.rc_context({**_STYLE, "font.size": size}):
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        axes = figure.add_axes(frame)
        draw(axes)
        axes.minorticks_off()  # they cost more time than all the rest
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = re.sub(r'(?<= d=")[^"]+', _rounded, text.getvalue())
    svg = (
        svg[svg.index("<svg") :].replace(f"{width:g}pt", f"{width:g}").replace(f"{height:g}pt", f"{height:g}")
    )
    return Panel(title, svg, width, height, axes)


def _rounded(outline: re.Match[str]) -> str:
    """Return an outline with one decimal, which is plenty: shorter, and the same on every platform."""
    short = re.sub(r"-?\d+\.\d+", lambda number: f"{round(float(number[0]), 1):g}", outline[0])
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", short)

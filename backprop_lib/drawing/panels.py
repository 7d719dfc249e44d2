"""A panel: axes that matplotlib draws once, and what moves laid over them as a few SVG paths.

That is what makes a slider answer at once: it needs one background and, for every position, only the marks.
"""

from __future__ import annotations

import io
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from backprop_lib.core import Array
from backprop_lib.drawing.canvas import COLOURS, Picture, address, least_width, outline
from backprop_lib.text import power_of_ten

_STYLE: Any = {  # matplotlib names each of its settings in its types
    "font.family": "DejaVu Sans",
    "axes.edgecolor": COLOURS["soft"],
    "axes.labelcolor": COLOURS["ink"],
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["ink"],
    "ytick.color": COLOURS["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "svg.hashsalt": "backprop_lib",
    "svg.fonttype": "path",
    "text.parse_math": False,  # names are shown as they are
}
_LONGEST = 160  # points in one drawn curve
_FAR = 2000.0  # pixels from its start, no further is anything drawn


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

    def line(self, x: ArrayLike, y: ArrayLike) -> Array:
        """Return the pixels of a curve; very far ones are drawn nearer, in their direction from the start."""
        with np.errstate(divide="ignore", invalid="ignore"):
            points = self.pixels(x, y)
        points = points[np.isfinite(points).all(axis=1)]
        away = points - points[0]
        far = np.maximum(1, np.hypot(*away.T) / _FAR)
        drawn: Array = (points[0] + away / far[:, None]).round(1)
        return drawn

    def curve(self, x: ArrayLike, y: ArrayLike) -> str:
        """Return SVG marks for a curve with its first point open and its last one as `end` draws it."""
        points = self.line(x, y)
        path = outline(points)
        x0, y0 = points[0]
        ink, paper = COLOURS["negative"], COLOURS["paper"]
        return (
            f'<path d="{path}" fill="none" stroke="{paper}" stroke-width="4.5" stroke-linejoin="round"/>'
            f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="2" stroke-linejoin="round"/>'
            f'<circle cx="{x0:g}" cy="{y0:g}" r="4.5" fill="{paper}" stroke="{ink}" stroke-width="2"/>'
            f"{self.end(points, ink)}"
        )

    def end(self, points: Array, ink: str, radius: float = 4.5) -> str:
        """Return a filled dot at the last of the pixels or, where a curve has left the axes, an arrowhead."""
        left, top, width, height = map(float, self.inside.split())
        look = f'fill="{ink}" stroke="{COLOURS["paper"]}" stroke-width="1"'
        low, high = np.array([left, top]), np.array([left + width, top + height])
        inside = np.flatnonzero(((points >= low - 1) & (points <= high + 1)).all(axis=1))
        last = int(inside[-1]) if inside.size else 0
        if last == len(points) - 1:
            x, y = points[-1]
            return f'<circle cx="{x:g}" cy="{y:g}" r="{radius:g}" {look}/>'
        way = points[last + 1] - points[last]
        walls = np.where(way < 0, low + 9, high - 9) - points[last]
        share = min([1.0, *(walls[way != 0] / way[way != 0])])
        x, y = np.clip(points[last] + share * way, low + 9, high - 9).round(1)
        turn = math.degrees(math.atan2(way[1], way[0]))
        place = f'transform="translate({x:g} {y:g}) rotate({turn:.0f}) scale({radius / 4.5:.2g})"'
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

    @cached_property
    def inside(self) -> str:
        """The rectangle of the axes as `x y width height`, to clip marks with."""
        box = self.axes.get_window_extent()
        return f"{box.x0:.1f} {self.height - box.y1:.1f} {box.width:.1f} {box.height:.1f}"

    def with_ground(self, title: str, marks: str) -> Panel:
        """Return the panel with marks on its ground, behind the axes."""
        at = self.svg.index('<g id="matplotlib.axis_1"')
        return replace(self, title=title, svg=f"{self.svg[:at]}{marks}{self.svg[at:]}")

    def overlay(self, title: str, marks: str) -> Panel:
        """Return marks alone, to be laid over the panel."""
        size = f'width="{self.width:g}" height="{self.height:g}" viewBox="0 0 {self.width:g} {self.height:g}"'
        return replace(self, title=title, svg=f'<svg xmlns="http://www.w3.org/2000/svg" {size}>{marks}</svg>')

    def picture(self, marks: str, alt: str, beyond: str = "") -> Picture:
        """Return the background with marks on it; those of `beyond` may leave the axes."""
        x, y, width, height = self.inside.split()
        clip = f'<clipPath id="in"><rect x="{x}" y="{y}" width="{width}" height="{height}"/></clipPath>'
        end = self.svg.rindex("</svg>")
        svg = f'{self.svg[:end]}{clip}<g clip-path="url(#in)">{marks}</g>{beyond}</svg>'
        return Picture(svg, alt, self.letters)

    @property
    def letters(self) -> float:
        """The size of its letters, in pixels."""
        return _letters(self.width)

    @cached_property
    def state(self) -> dict[str, Any]:
        """What a page needs to know of it, to lay marks over it."""
        size = {"width": self.width, "height": self.height, "inside": self.inside}
        least = least_width(self.width, self.letters)
        return {"title": self.title, "background": self.address, "least": least, **size}

    @cached_property
    def address(self) -> str:
        """The background as a data address, for a style sheet."""
        return address(self.svg)


def thin(count: int, most: int = _LONGEST) -> Array:
    """Return at most `most` of `count` indices: all of the first ones, then ever fewer, and the last."""
    if count <= most:
        return np.arange(count)
    return np.unique(np.round(np.geomspace(1, count, most)).astype(int) - 1)


def new_panel(
    title: str,
    limits: tuple[float, float, float, float] | None,
    labels: Sequence[str],
    draw: Callable[[Axes], object] | None = None,
    *,
    log: str = "",
    counts: bool = False,
    grid: bool = True,
    size: tuple[float, float] = (430, 290),
    frame: tuple[float, float, float, float] = (0.14, 0.15, 0.82, 0.82),
) -> Panel:
    """Return fresh axes with what `draw` draws on them.

    Parameters
    ----------
    title : str
    limits : left, right, bottom, top, optional
        As wide as what is drawn if not given.
    labels : across, up
    draw : callable, optional
    log : str
        Which axes are logarithmic: "x", "y" or "xy".
    counts : bool
        Whether what goes across is counted: from 0, and so over log(1 + count) where that is logarithmic.
    grid : bool
    size : width, height
        In pixels; wider panels have larger letters.
    frame : left, bottom, width, height
        Of the axes, as shares of the panel.

    Examples
    --------
    >>> new_panel("Empty", (0, 1, 0, 2), ("w", "E")).inside
    '60.2 8.7 352.6 237.8'
    """
    width, height = map(float, size)
    with mpl.rc_context({**_STYLE, "font.size": _letters(width)}):
        figure = Figure(figsize=(width / 72, height / 72), dpi=72)
        axes = figure.add_axes(frame)
        axes.set(xlabel=labels[0], ylabel=labels[1])
        from_zero = counts and "x" in log
        for axis in log.replace("x", "") if from_zero else log:
            axes.set(**{f"{axis}scale": "log"})
            getattr(axes, f"{axis}axis").set_major_formatter(power_of_ten)
        if from_zero:
            axes.set_xscale("function", functions=(np.log1p, np.expm1))
            axes.set_xticks([0, *(10.0**k for k in range(12) if limits and 10.0**k <= limits[1])])
        if counts:
            axes.xaxis.set_major_formatter("{x:,.0f}")
        if limits:
            axes.set(xlim=limits[:2], ylim=limits[2:])
        if grid:
            axes.grid(color=COLOURS["line"], linewidth=0.5)
        if draw:
            draw(axes)
        axes.minorticks_off()  # they cost more time than all the rest
        text = io.StringIO()
        figure.savefig(text, format="svg", metadata={"Date": None, "Creator": None})
    svg = re.sub(r'(?<= d=")[^"]+', _rounded, text.getvalue())
    svg = svg[svg.index("<svg") :]
    for side in (width, height):
        svg = svg.replace(f"{side:g}pt", f"{side:g}")
    return Panel(title, svg, width, height, axes)


def _letters(width: float) -> float:
    return 12.5 if width > 430 else 10.5


def _rounded(outline: re.Match[str]) -> str:
    """Return an outline with one decimal, which is plenty: shorter, and the same on every platform."""
    short = re.sub(r"-?\d+\.\d+", lambda number: f"{round(float(number[0]), 1):g}", outline[0])
    return re.sub(r"\s*([A-Za-z])\s*", r"\1", short)

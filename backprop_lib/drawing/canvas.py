"""What every drawing is made of: the colours, marks on a canvas, and the picture with its words.

The colours of the whole course stand here: blue is positive, orange is negative, and the sign is always
written as well.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from urllib.parse import quote

from backprop_lib.core import Array

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
_LEAST = 10  # pixels: no letter is shown smaller; where a page is too narrow for that, the picture scrolls
_PHONE = 250  # pixels: as wide a picture always fits
_SIDEWAYS = "picture; where it is wider than the page, it scrolls sideways"
_QUIET = 'data-lm-suppress-shortcuts="true"'  # keys that are pressed there are no commands to the notebook
_ESCAPED = re.compile(r"[^\w =:/;,.()'+*!?&~-]+", re.ASCII)  # in an address


@dataclass(frozen=True)
class Picture:
    """An SVG drawing with its content in words, which is also what stands where no picture can.

    Attributes
    ----------
    svg, alt : str
    letters : float
        The size of its smallest letters, in pixels.
    """

    svg: str
    alt: str
    letters: float = 14

    def __repr__(self) -> str:
        return self.alt

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        start = f'<img alt="{escape(self.alt)}" src="{address(self.svg)}" style="max-width: 100%'
        least = least_width(float(re.findall(r'width="([\d.]+)', self.svg)[0]), self.letters)
        if least <= _PHONE:
            return {"text/html": f'{start}">', "text/plain": self.alt}
        box = f'<div style="overflow-x: auto" tabindex="0" role="group" aria-label="{_SIDEWAYS}" {_QUIET}>'
        return {"text/html": f'{box}{start}; min-width: {least}px"></div>', "text/plain": self.alt}


def least_width(width: float, letters: float) -> int:
    """Return how narrow a picture may be shown, in pixels, so that its letters can be read.

    Parameters
    ----------
    width, letters : float
        Its own width, and the size of its smallest letters.

    Examples
    --------
    >>> least_width(864, letters=12), least_width(430, letters=10.5), least_width(598, letters=13)
    (720, 410, 460)
    """
    return math.ceil(width * min(1, _LEAST / letters))


def address(svg: str) -> str:
    """Return an SVG as a data address that fits between double quotes and stays as short as it can."""
    plain = " ".join(svg.split()).replace('"', "'")
    return f"data:image/svg+xml,{_ESCAPED.sub(lambda part: _quoted(part[0]), plain)}"


@lru_cache(256)
def _quoted(part: str) -> str:
    return quote(part, safe="")


def outline(points: Array) -> str:
    """Return points, shape (points, 2), as the outline of an SVG path.

    Examples
    --------
    >>> import numpy as np
    >>> outline(np.array([[0, 1.5], [20, 3]]))
    'M0 1.5L20 3'
    """
    return f"M{'L'.join([f'{x:g} {y:g}' for x, y in points.tolist()])}"


def sign_colour(value: float) -> str:
    """Return the colour of a number's sign."""
    return COLOURS["negative" if value < 0 else "positive"]


def text_width(text: str, size: float) -> float:
    """Return about how wide a text is, in the widest of the fonts that may be used."""
    return size * sum(0.36 if c in " .,[]()/|" else 0.84 if c in "=−←+w" else 0.64 for c in text)


class Canvas:
    """Collects SVG marks; what is drawn later lies on top."""

    def __init__(self) -> None:
        self.marks: list[str] = []
        self.letters = 14.0

    def picture(self, width: float, height: float, alt: str) -> Picture:
        """Return what has been drawn as a picture of the given size."""
        svg = (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
            f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="{FONT}" font-size="14">'
            f'<rect width="100%" height="100%" fill="{COLOURS["paper"]}"/>{"".join(self.marks)}</svg>'
        )
        return Picture(svg, alt, self.letters)

    def group(self) -> str:
        """Return what has been drawn, to be put on a picture that matplotlib began."""
        return f'<g font-family="DejaVu Sans, sans-serif">{"".join(self.marks)}</g>'

    def path(self, d: str, colour: str, extra: str = "") -> None:
        """Draw a line; `extra` holds further SVG attributes."""
        self.marks.append(f'<path d="{d}" stroke="{colour}"{extra}/>')

    def box(
        self,
        x: float,
        y: float,
        half: tuple[float, float],
        fill: str,
        *,
        corner: float = 0,
        stroke: str = COLOURS["ink"],
        width: float = 1.5,
    ) -> None:
        """Draw a rectangle around its centre; `half` holds half its width and half its height."""
        line = f' stroke="{stroke}" stroke-width="{width:g}"' if width else ""
        self.marks.append(
            f'<rect x="{x - half[0]:.1f}" y="{y - half[1]:.1f}" '
            f'width="{2 * half[0]:.1f}" height="{2 * half[1]:.1f}" rx="{corner:.1f}" '
            f'fill="{fill}"{line}/>'
        )

    def text(
        self,
        x: float,
        y: float,
        text: str,
        *,
        colour: str = COLOURS["ink"],
        size: float = 14,
        bold: bool = False,
        halo: bool = False,
        anchor: str = "middle",
    ) -> None:
        """Write a text whose base line is at y; `halo` keeps lines behind it away."""
        self.letters = min(self.letters, size)
        weight = ' font-weight="bold"' if bold else ""
        under = f' stroke="{COLOURS["paper"]}" stroke-width="4" paint-order="stroke"' if halo else ""
        self.marks.append(
            f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" font-size="{size:g}" '
            f'text-anchor="{anchor}"{weight}{under}>{escape(text)}</text>'
        )

    def arrow_head(
        self, tip: tuple[float, float], direction: tuple[float, float], colour: str, size: float = 11
    ) -> None:
        """Draw an arrowhead whose tip is at `tip`, pointing along `direction`."""
        (x, y), far = tip, math.hypot(*direction)
        dx, dy = direction[0] / far, direction[1] / far
        bx, by, half = x - size * dx, y - size * dy, 0.45 * size
        self.marks.append(
            f'<path d="M{x:.1f} {y:.1f}L{bx - half * dy:.1f} {by + half * dx:.1f}'
            f'L{bx + half * dy:.1f} {by - half * dx:.1f}z" fill="{colour}"/>'
        )

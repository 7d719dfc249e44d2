"""Contours as a few SVG marks: bands of colour, and lines with their values.

contourpy, which matplotlib itself uses, finds them; written straight as SVG they take an eighth of the time.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from itertools import pairwise
from typing import cast

import numpy as np
from contourpy import FillType, LineType, contour_generator
from matplotlib.colors import LinearSegmentedColormap, to_hex

from backprop_lib.core import Array
from backprop_lib.drawing.canvas import COLOURS, Canvas
from backprop_lib.drawing.panels import Panel

_DARK_TO_LIGHT = ("#0b3a6b", "#5b93c7", "#f4f7fb")
_Areas = tuple[list[Array], list[Array]]  # the points of each, and where its outer line and its holes begin
_ROOM, _ENOUGH = 14.0, 60.0  # pixels that a label needs around it, and beyond which more is no better


@cache
def shades(count: int, *, lighter: bool = False) -> tuple[str, ...]:
    """Return colours from dark to light, or only from the middle on.

    Examples
    --------
    >>> shades(3)
    ('#0b3a6b', '#5b93c7', '#f4f7fb')
    >>> shades(2, lighter=True)
    ('#5b93c7', '#f4f7fb')
    """
    scale = LinearSegmentedColormap.from_list("loss", _DARK_TO_LIGHT[lighter:], N=count)
    return tuple(to_hex(scale(k)) for k in range(count))


def contours(
    panel: Panel,
    across: Array,
    up: Array,
    height: Array,
    levels: Sequence[float],
    inks: Sequence[str],
    written: dict[float, str],
    size: float,
    aside: Array | None = None,
    clear: Array | None = None,
) -> str:
    """Return contours on the axes of a panel as SVG marks.

    Parameters
    ----------
    across, up, height : ndarray, shape (rows, columns)
        A grid all over the axes, and the function's values on it.
    levels : sequence of float
        Where each colour of `inks` begins, from below; what lies under the first has its colour.
    written : dict of float to str
        The lines to draw, with what they say.
    size : float
        Of the letters.
    aside : ndarray, shape (points, 2), optional
        Data points near which the lines are to say it; without, they do it where there is most room.
    clear : ndarray, shape (points, 2), optional
        Data points that need some of that room.
    """
    x, y = panel.pixels(across.ravel(), up.ravel()).reshape(*across.shape, 2).transpose(2, 0, 1)
    found = contour_generator(x, y, height, fill_type=FillType.OuterOffset, line_type=LineType.Separate)
    corner = np.array([x.min(), y.min()]), np.array([x.max(), y.max()])
    (x0, y0), (x1, y1) = (_tenths(point).tolist() for point in corner)
    frame = f'<path d="M{x0} {y0}H{x1}V{y1}H{x0}z" '
    drawn = f'{frame}fill="{inks[0]}"/>'
    for level, ink in zip(levels[1:], inks[1:], strict=True):  # each on those below it: no seams
        areas = zip(*cast(_Areas, found.filled(level, np.inf)), strict=True)
        outlines = [f"{_line(points[i:j])}z" for points, at in areas for i, j in pairwise(at)]
        drawn += f'<path d="{"".join(outlines)}" fill="{ink}"/>'
    labels = Canvas()
    taken = [] if clear is None else list(panel.pixels(*clear.T))
    for level, label in written.items():
        if not (lines := cast(list[Array], found.lines(level))):
            continue
        path = "".join(map(_line, lines))
        drawn += f'<path d="{path}" fill="none" stroke="{COLOURS["ink"]}" stroke-width="7"/>'
        points = np.concatenate(lines)
        if aside is not None:
            away = points[:, None] - panel.pixels(*aside.T)
            place = points[np.hypot(*away.T).min(axis=0).argmin()]
        elif (place := _roomiest(points, corner, taken)) is None:
            continue
        taken.append(place)
        labels.text(place[0], place[1] + size / 3, label, size=size, halo=True)
    drawn += f'{frame}fill="none" stroke="{COLOURS["line"]}" stroke-width="10"/>'
    return f'<g transform="scale(.1)" fill-rule="evenodd">{drawn}</g>{labels.group()}'


def _roomiest(points: Array, corner: tuple[Array, Array], taken: list[Array]) -> Array | None:
    """Return where on a line a label has most room, away from the rim and the others, if there is enough."""
    room = np.minimum(points - corner[0], corner[1] - points).min(axis=1)
    for other in taken:
        room = np.minimum(room, np.hypot(*(points - other).T) / 2)
    small = np.ptp(points, axis=0).max() < 3 * _ROOM  # a label would hide the line
    return None if small or room.max() < _ROOM else points[np.minimum(room, _ENOUGH).argmax()]


def _tenths(points: Array) -> Array:
    """Return pixels as whole tenths: short to write, and the same on every platform."""
    return (10 * points).round().astype(int)


def _line(points: Array) -> str:
    """Return points as an SVG path, in tenths of a pixel."""
    ends = _tenths(points)
    steps = np.diff(ends, axis=0)
    (x, y), moved = ends[0].tolist(), steps[steps.any(axis=1)].tolist()
    return f"M{x} {y}l{' '.join([f'{dx} {dy}' for dx, dy in moved]) or '0 0'}"

"""Gradient descent and slopes on a curve, as figures: what one variable can show.

A descent is a sequence of points; where it came from is the notebook's business. Descents differ in
dashes and in the shape of their points, and each carries a letter.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, check_arguments, finite_array, finite_number
from backprop_lib.drawing.canvas import COLOURS, Canvas, Picture, outline
from backprop_lib.drawing.panels import Panel, new_panel, thin
from backprop_lib.text import counted, fixed, got

Rule = Callable[..., ArrayLike]
_DASHES = ("", "7 4", "2 3", "11 3 2 3")
_SHAPES = (
    "m-4.5 0a4.5 4.5 0 1 0 9 0a4.5 4.5 0 1 0-9 0z",
    "m-4-4h8v8h-8z",
    "m0-5.5l5 9h-10z",
    "m0-6l6 6l-6 6l-6-6z",
)
_INKS = tuple(COLOURS[name] for name in ("negative", "ink", "negative", "ink"))


def plot_slope(
    rule: Rule,
    slope: Rule,
    at: float,
    across: str = "w",
    up: str = "E",
    limits: tuple[float, float] | None = None,
) -> Picture:
    """Return a curve with its tangent at one point, and the triangle of run and rise that is its slope.

    Parameters
    ----------
    rule, slope : callable
        The function, for arrays, and its derivative.
    at : float
        Where the tangent touches.
    across, up : str
        Names of the variable and of the function's value.
    limits : left, right, optional
        What part of the curve to show; two units to either side of the point if not given.

    Examples
    --------
    >>> plot_slope(lambda w: w**2, lambda w: 2 * w, at=1.5)
    E over w with its tangent at w = 1.5000, E = 2.2500: run 1.0000, rise 3.0000; the slope is 3.0000.
    """
    check_arguments(plot_slope, locals())
    at = finite_number("at", at)
    left, right = limits or (at - 2, at + 2)
    if not left <= at < right:
        raise ValueError(f"at is {at:g}, expected a point from {left:g} up to {right:g}, the limits.")
    x, y = sampled(rule, left, right)
    height, steep = (float(np.asarray(f(at))) for f in (rule, slope))
    run = 1.0 if right - left >= 3 else (right - left) / 4
    rise = steep * run
    ends = at - run / 2, max(right, at + 1.5 * run)
    panel = _curve_panel(
        f"{up} over {across}", x, np.append(y, [height, height + rise]), across, up, ends[1], 36
    )
    corners = panel.pixels([at, at + run, at + run], [height, height, height + rise]).round(1)
    (px, py), (qx, _), (_, ry) = corners
    tangent = panel.pixels([ends[0], at + 1.5 * run], [height - rise / 2, height + 1.5 * rise]).round(1)
    ink = COLOURS["negative"]
    marks = (
        f"{_line(panel.pixels(x, y), COLOURS['positive'])}{_line(tangent, ink)}"
        f"{_line(corners, COLOURS['ink'], '4 3', 1.5)}"
        f'<circle cx="{px:g}" cy="{py:g}" r="5.5" fill="{ink}" stroke="{COLOURS["paper"]}"/>'
    )
    canvas = Canvas()
    said = f"slope = rise / run = {fixed(steep, 4)}"
    canvas.text(float(panel.width) / 2, 22, f"at {across} = {fixed(at, 4)}: {said}", bold=True, size=15)
    below = 18 if rise > 0 else -8
    canvas.text(float(px + qx) / 2, float(py) + below, f"run {fixed(run, 2)}", halo=True)
    beside = float(py + ry) / 2 + (5 if rise else -8)
    canvas.text(float(qx) + 8, beside, f"rise {fixed(rise, 4)}", anchor="start", halo=True)
    alt = (
        f"{up} over {across} with its tangent at {across} = {fixed(at, 4)}, {up} = {fixed(height, 4)}: "
        f"run {fixed(run, 4)}, rise {fixed(rise, 4)}; the slope is {fixed(steep, 4)}."
    )
    return panel.picture(marks, alt, canvas.group())


def plot_descents(
    rule: Rule, paths: Sequence[Sequence[float]], across: str, up: str, limits: tuple[float, float]
) -> Picture:
    """Return a curve with one or more descents on it, each with its letter, its dashes and its kind of point.

    Parameters
    ----------
    rule : callable
        The function, for arrays.
    paths : sequence of sequences of float
        Up to four descents, each the points it went through.
    across, up : str
        Names of the variable and of the function's value.
    limits : left, right
        What part of the curve to show.

    Examples
    --------
    >>> plot_descents(lambda w: w**2, [[3, 1.5, 0.75], [-2, -1]], "w", "E", (-4, 4))
    ... # doctest: +NORMALIZE_WHITESPACE
    E over w, with 2 descents. A: from w = 3.0000, E = 9.0000 to w = 0.7500, E = 0.5625, 2 steps;
    B: from w = −2.0000, E = 4.0000 to w = −1.0000, E = 1.0000, 1 step.
    """
    check_arguments(plot_descents, locals())
    if not isinstance(paths, list | tuple | np.ndarray) or getattr(paths, "ndim", 1) == 0:
        raise TypeError(f"paths is {got(paths)}, expected a list of descents.")
    if not 1 <= len(paths) <= len(_SHAPES):
        raise ValueError(f"paths holds {len(paths)} descents, expected 1 to {len(_SHAPES)}.")
    x, y = sampled(rule, *limits)
    panel = _curve_panel(f"{up} over {across}", x, y, across, up, limits[1], 22 * len(paths) + 14)
    marks, canvas, words = _line(panel.pixels(x, y), COLOURS["positive"]), Canvas(), []
    taken: list[tuple[float, float]] = []
    for k, (letter, path) in enumerate(zip("ABCD", paths, strict=False)):
        points = finite_array(f"paths[{k}]", path, ndim=(1,))
        marks += descent_marks(panel, rule, points, k)
        words.append(f"{letter}: {_from_to(rule, points, across, up)}")
        canvas.marks += [
            _line(np.array([[24, 17 + 22 * k], [60, 17 + 22 * k]]), _INKS[k], _DASHES[k], 1.8),
            f'<path d="M42 {17 + 22 * k}{_SHAPES[k]}" fill="{_INKS[k]}"/>',
        ]
        canvas.text(70, 22 + 22 * k, words[-1], size=13, anchor="start")
        if limits[0] <= points[0] <= limits[1]:
            ((px, py),) = panel.pixels(points[:1], np.asarray(rule(points[:1]))).round(1)
            while any(abs(px - ox) < 16 and abs(py - oy) < 18 for ox, oy in taken):
                py -= 18
            taken.append((px, py))
            canvas.text(px, py - 11, letter, bold=True, size=15, colour=_INKS[k], halo=True)
    count = f"{len(paths)} descents" if len(paths) > 1 else "a descent"
    return panel.picture(marks, f"{up} over {across}, with {count}. {'; '.join(words)}.", canvas.group())


def descent_marks(panel: Panel, rule: Rule, points: ArrayLike, kind: int = 0) -> str:
    """Return SVG marks for a descent on a curve: its points, and dashes from each to the next."""
    x = np.asarray(points, dtype=float)
    x = x[thin(len(x))]
    with np.errstate(all="ignore"):
        pixels = panel.pixels(x, np.asarray(rule(x)))
    pixels = np.clip(pixels[np.isfinite(pixels).all(axis=1)], -999, 1999).round(1)
    shapes = "".join(f"M{px:g} {py:g}{_SHAPES[kind]}" for px, py in pixels)
    ink, paper = _INKS[kind], COLOURS["paper"]
    return f'{_line(pixels, ink, _DASHES[kind], 1.8)}<path d="{shapes}" fill="{ink}" stroke="{paper}"/>'


def plain_descent(panel: Panel, rule: Rule, points: Sequence[float]) -> str:
    """Return SVG marks for a descent in a few bytes: its start is open, its end filled."""
    left, right = panel.axes.get_xlim()
    x = np.clip(points, 2 * left - right, 2 * right - left)
    y = np.asarray(rule(x))
    dots = "".join(f"M{px:g} {py:g}h0" for px, py in np.clip(panel.pixels(x, y)[1:-1], -999, 1999).round(1))
    ink = COLOURS["negative"]
    return f'{panel.curve(x, y)}<path d="{dots}" stroke="{ink}" stroke-width="7" stroke-linecap="round"/>'


def curve_panel(
    x: Array, rule: Callable[[Array], ArrayLike], across: str, up: str, title: str = "Curve with its tangent"
) -> Panel:
    """Return axes with the curve of a function, for a tangent or a descent to be laid over it."""
    return new_panel(
        title, None, (across, up), lambda axes: axes.plot(x, rule(x), color=COLOURS["positive"], linewidth=2)
    )


def _curve_panel(title: str, x: Array, y: Array, across: str, up: str, right: float, above: float) -> Panel:
    """Return empty axes for a curve, with some room above them."""
    height, room = 330.0 + above, float(np.ptp(y)) * 0.06 or 1.0
    limits, frame = (x[0], right, y.min() - room, y.max() + room), (0.1, 50 / height, 0.86, 270 / height)
    return new_panel(title, limits, (across, up), size=(720, height), frame=frame)


def _line(points: Array, ink: str, dash: str = "", width: float = 2.2) -> str:
    path = outline(np.clip(points, -999, 1999).round(1))
    dashes = f' stroke-dasharray="{dash}"' if dash else ""
    return f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="{width}"{dashes}/>'


def _from_to(rule: Rule, points: Array, across: str, up: str) -> str:
    ends = [
        f"{across} = {fixed(p, 4)}, {up} = {fixed(float(np.asarray(rule(p))), 4)}"
        for p in (points[0], points[-1])
    ]
    return f"from {ends[0]} to {ends[1]}, {counted(len(points) - 1, 'step')}"


def sampled(rule: Rule, left: float, right: float) -> tuple[Array, Array]:
    """Return 161 points from left to right and a curve's values there.

    Raises
    ------
    ValueError
        If the limits are not in order, or the rule does not give one finite number for each point.

    Examples
    --------
    >>> [values[-1].item() for values in sampled(lambda w: w**2, -1, 3)]
    [3.0, 9.0]
    """
    if not finite_number("limits", left) < finite_number("limits", right):
        raise ValueError(f"limits run from {left:g} to {right:g}, expected the left one to be smaller.")
    x = np.linspace(left, right, 161)
    y = finite_array("rule", rule(x), ndim=(0, 1))
    if y.shape != x.shape:
        raise ValueError(f"rule gives shape {y.shape} for {x.shape}, expected one number for each point.")
    return x, y

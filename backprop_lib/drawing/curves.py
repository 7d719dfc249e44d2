"""Curves as figures: several losses in one picture, and a function of two variables with a descent on it.

matplotlib draws the axes; what stands on them are a few SVG marks, so that pictures are small and the same on
every platform. Nothing is told by colour alone: curves differ in their dashes and carry their names.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from backprop_lib.core import Array, check_arguments, finite_array, refuse_masked
from backprop_lib.drawing.canvas import COLOURS, Canvas, Picture, outline, text_width
from backprop_lib.drawing.contours import contours, shades
from backprop_lib.drawing.panels import new_panel, thin
from backprop_lib.text import fixed, got, power_of_ten, rate

DASHES = ("", "9 4", "2 4", "12 4 2 4", "5 3", "14 3")  # the first is a solid line
INKS = tuple(COLOURS[name] for name in ("positive", "negative", "ink", "soft", "positive", "negative"))


def plot_curves(curves: Mapping[str, ArrayLike], across: str, up: str, log: bool = True) -> Picture:
    """Return several curves in one picture, each with its own dashes and its name at its end.

    Parameters
    ----------
    curves : mapping of str to array_like of shape (points,)
        Up to six, each from 0 on; one that is no longer finite ends there.
    across, up : str
        What the axes show.
    log : bool
        Whether the axis that goes up is logarithmic.

    Raises
    ------
    ValueError
        If there are no curves or too many, or a value cannot be shown.

    Examples
    --------
    >>> plot_curves({"slow": [1, 0.5, 0.25], "fast": [1, 40, float("inf")]}, "epoch", "E")
    E over epoch, logarithmic. slow: from 1.00 to 0.250 at 2; fast: from 1.00 to 40.0 at 1, then not finite.
    """
    check_arguments(plot_curves, locals())
    if not 1 <= len(curves) <= len(DASHES):
        raise ValueError(f"curves holds {len(curves)} curves, expected 1 to {len(DASHES)}.")
    shown = {name: _finite_start(name, values, log=log) for name, values in curves.items()}
    every = np.concatenate(list(shown.values()))
    longest = max(max(map(len, shown.values())) - 1, 1)
    low, high = float(every.min()), float(every.max())
    room = (high - low) * 0.05 or 1.0

    def draw(axes: Axes) -> None:
        axes.set(xlim=(0, longest), ylim=(low - room, high + room), xlabel=across, ylabel=up)
        if log:
            axes.set(yscale="log", ylim=(low / 1.5, high * 1.5))
            axes.yaxis.set_major_formatter(power_of_ten)
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(color=COLOURS["line"], linewidth=0.5)

    width, left = 720.0, 80.0
    margin = max(text_width(name, 14) for name in curves) + 34
    frame = (left / width, 0.15, (width - left - margin) / width, 0.82)
    panel = new_panel(f"{up} over {across}", draw, width, 360.0, 12.5, frame)
    marks, ends = "", []
    for name, values, ink, dash in zip(shown, shown.values(), INKS, DASHES, strict=False):
        keep = np.unique(np.linspace(0, len(values) - 1, min(len(values), 200)).round().astype(int))
        points = panel.pixels(keep, values[keep]).round(1)
        path = outline(points)
        marks += f'<path d="{path}" fill="none" stroke="{ink}" stroke-width="2.2" stroke-dasharray="{dash}"/>'
        if len(values) < np.size(curves[name]):
            cross = "m-5-5l10 10m0-10l-10 10"  # where it is lost
            marks += (
                f'<path d="M{points[-1, 0]:g} {points[-1, 1]:g}{cross}" stroke="{ink}" stroke-width="2"/>'
            )
        ends.append((float(points[-1, 1]), float(points[-1, 0]), name, ink))
    alt = "; ".join(
        f"{name}: from {rate(v[0])} to {rate(v[-1])} at {len(v) - 1:,}"
        f"{', then not finite' if len(v) < np.size(curves[name]) else ''}"
        for name, v in shown.items()
    )
    scale = ", logarithmic" if log else ""
    return panel.picture(
        marks, f"{up} over {across}{scale}. {alt}.", _names(ends, width - margin + 24, panel.height - 12)
    )


def _finite_start(name: str, values: ArrayLike, *, log: bool) -> Array:
    refuse_masked(f"curves[{name!r}]", values)
    try:
        found = np.array(values, dtype=float)
    except (TypeError, ValueError, OverflowError):
        raise TypeError(f"curves[{name!r}] is {got(values)}, expected a list of numbers.") from None
    if found.ndim != 1 or not found.size or not np.isfinite(found[0]):
        raise ValueError(f"curves[{name!r}] has shape {found.shape}, expected numbers, the first one finite.")
    found = found[: int(np.argmin(np.isfinite(found))) or None] if not np.isfinite(found).all() else found
    if log and (found <= 0).any():
        raise ValueError(f"curves[{name!r}] holds {found.min():g}, expected positive numbers on this axis.")
    return found


def _names(ends: list[tuple[float, float, str, str]], x: float, lowest: float) -> str:
    """Return names beside the ends of their curves, pushed apart where these lie close, with leaders."""
    canvas, ends = Canvas(), sorted(ends)
    places = [y for y, *_ in ends]
    for k in range(1, len(places)):
        places[k] = max(places[k], places[k - 1] + 18)
    places[-1] = min(places[-1], lowest)
    for k in reversed(range(len(places) - 1)):
        places[k] = min(places[k], places[k + 1] - 18)
    for (y, end, name, ink), place in zip(ends, places, strict=True):
        leader = ' stroke-width="0.8" stroke-dasharray="1 3"'
        canvas.path(f"M{end:g} {y:g}L{x - 4:g} {place:.1f}", COLOURS["soft"], leader)
        canvas.text(x, place + 5, name, colour=ink, anchor="start")
    return canvas.group()


def plot_bowl(
    rule: Callable[..., ArrayLike],
    path: ArrayLike,
    limits: tuple[float, float, float, float],
    names: tuple[str, str] = ("a", "b"),
) -> Picture:
    """Return a function of two variables as contours, the darker the lower, with a descent on it.

    Parameters
    ----------
    rule : callable
        The function of two arrays.
    path : array_like, shape (points, 2)
    limits : left, right, bottom, top
    names : pair of str

    Raises
    ------
    ValueError
        If the path is no sequence of pairs, or the function is flat or not finite.

    Examples
    --------
    >>> plot_bowl(lambda a, b: a**2 + b**2, [[4, 3], [2, 1.5], [1, 0.75]], (-5, 5, -5, 5))
    ... # doctest: +NORMALIZE_WHITESPACE
    Contours over a and b, from 0.0000 to 50.0000, the darker the lower. The descent runs
    from a = 4.0000, b = 3.0000, value 25.0000 to a = 1.0000, b = 0.7500, value 1.5625, steps: 2.
    """
    check_arguments(plot_bowl, locals())
    points = finite_array("path", path, ndim=(2,))
    if points.shape[1] != 2:
        raise ValueError(f"path has shape {points.shape}, expected two numbers for each point.")
    if not (limits[0] < limits[1] and limits[2] < limits[3]):
        raise ValueError(f"limits are {limits}, expected left, right, bottom, top, each pair in order.")
    a, b = np.meshgrid(np.linspace(*limits[:2], 61), np.linspace(*limits[2:], 61))
    z = finite_array("rule", np.asarray(rule(a, b)) + 0 * a, ndim=(2,))
    low, high = float(z.min()), float(z.max())
    if low == high:
        raise ValueError(f"rule gives {low:g} everywhere, expected contours.")
    levels = low + (high - low) * np.linspace(0, 1, 11) ** 2
    came = points[0] >= points[-1]  # labels stand on a ray aside from the descent
    corner = [limits[0 if came[0] else 1], limits[3 if came[1] else 2]]
    away = points[-1] + np.linspace(0, 1, 200)[:, None] * (corner - points[-1])
    climb = np.asarray(rule(away[:, 0], away[:, 1])) + 0 * away[:, 0]

    def draw(axes: Axes) -> None:
        axes.set(xlim=limits[:2], ylim=limits[2:], xlabel=names[0], ylabel=names[1])

    written = {
        level: f"{level:.3g}"
        for level in levels[2:-1:2].tolist()
        if (climb >= level).any() and climb[0] < level
    }
    title = f"Contours over {names[0]} and {names[1]}"
    axes = new_panel(title, draw, 520.0, 440.0, 12.5, (0.14, 0.13, 0.82, 0.83))
    marks = contours(axes, a, b, z, levels[:-1].tolist(), shades(10, lighter=True), written, 12, aside=away)
    panel = axes.with_ground(title, marks)
    shown = points[thin(len(points))]
    pixels = np.clip(panel.pixels(shown[1:-1, 0], shown[1:-1, 1]), -99, 999).round(1)
    dots = "".join(f"M{x:g} {y:g}m-3 0a3 3 0 1 0 6 0a3 3 0 1 0-6 0z" for x, y in pixels)
    ends = [
        f"{names[0]} = {fixed(p, 4)}, {names[1]} = {fixed(q, 4)}, value {fixed(v, 4)}"
        for p, q, v in ((*point, np.asarray(rule(*point)).item()) for point in (points[0], points[-1]))
    ]
    alt = (
        f"{title}, from {fixed(low, 4)} to {fixed(high, 4)}, the darker the lower. "
        f"The descent runs from {ends[0]} to {ends[1]}, steps: {len(points) - 1}."
    )
    marks = f'{panel.curve(shown[:, 0], shown[:, 1])}<path d="{dots}" fill="{COLOURS["negative"]}"/>'
    return panel.picture(marks, alt)

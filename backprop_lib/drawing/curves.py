"""Curves as figures: the loss of one training run, or several losses in one picture.

matplotlib draws the axes; what stands on them are a few SVG marks, so that pictures are small and the same on
every platform. Nothing is told by colour alone: curves differ in their dashes and carry their names.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from numpy.typing import ArrayLike

from backprop_lib.core import Array, check_arguments, finite_array, refuse_masked
from backprop_lib.drawing.canvas import COLOURS, Canvas, Picture, outline, text_width
from backprop_lib.drawing.panels import Panel, new_panel, thin
from backprop_lib.text import counted, fixed, got, plural, rate

DASHES = ("", "9 4", "2 4", "12 4 2 4", "5 3", "14 3")  # the first is a solid line
_LARGEST = 1e300  # with room for the margins of an axis
_FEW = 3  # losses that differ by less than this factor are told apart on a linear axis
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
    bounds = (low / 1.5, high * 1.5) if log else (low - room, high + room)
    width, left = 720.0, 80.0
    margin = max(text_width(name, 14) for name in curves) + 34
    panel = new_panel(
        f"{up} over {across}",
        (0, longest, *bounds),
        (across, up),
        lambda axes: axes.xaxis.set_major_locator(MaxNLocator(integer=True)),
        log="y" if log else "",
        counts=True,
        size=(width, 360),
        frame=(left / width, 0.15, (width - left - margin) / width, 0.82),
    )
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
    title = f"{up} over {across}{', logarithmic' if log else ''}"
    names = _names(ends, width - margin + 24, panel.height - 12)
    return panel.picture(marks, f"{title}. {alt}.", names)


class LossAxis(NamedTuple):
    """From where to where an axis for losses goes, and whether it is logarithmic."""

    low: float
    high: float
    log: bool


def loss_axis(low: float, high: float) -> LossAxis:
    """Return an axis on which losses from `low` to `high` can be told apart, with some room around them.

    Examples
    --------
    >>> loss_axis(1e-4, 0.5)
    LossAxis(low=5e-05, high=1.0, log=True)
    >>> loss_axis(0.5, 0.75)
    LossAxis(low=0.475, high=0.775, log=False)
    """
    if low < high < _FEW * low:
        room = (high - low) / 10
        return LossAxis(low - room, high + room, log=False)
    return LossAxis(min(low, _LARGEST / 10) / 2, min(high, _LARGEST) * 2, log=True)


def across(updates: int) -> tuple[float, float]:
    """Return from where to where an axis of updates goes, which are counted from 0."""
    return -0.2, 1.3 * (updates + 1) - 1


def loss_panel(
    updates: int, axis: LossAxis, goal: float | None = None, *, wide: bool = False, unit: str = "update"
) -> Panel:
    """Return axes for loss curves over the updates, or what else is counted from 0.

    Parameters
    ----------
    updates : int
        The last.
    axis : LossAxis
    goal : float, optional
        Drawn as a line across.
    wide : bool
        Twice as wide.
    unit : str
        What is counted, in the singular.
    """

    def draw(axes: Axes) -> None:
        if goal is not None:
            axes.axhline(goal, color=COLOURS["positive"], linestyle="--", linewidth=1.2)
            label = f"goal: E < {rate(goal)}"
            axes.annotate(label, (0, goal), (0, -11), textcoords="offset points", color=COLOURS["positive"])

    log, limits = "xy" if axis.log else "x", (*across(updates), axis.low, axis.high)
    labels = (plural(unit, 2), "loss E")
    if not wide:
        return new_panel("Loss curve", limits, labels, draw, log=log, counts=True)
    place: dict[str, Any] = {"size": (872, 330), "frame": (0.085, 0.16, 0.875, 0.81)}
    return new_panel("Loss curves", limits, labels, draw, log=log, counts=True, **place)


def plot_loss(loss: ArrayLike, goal: float | None = None, unit: str = "update") -> Picture:
    """Return one training run's loss curve as a picture.

    Parameters
    ----------
    loss : array_like, shape (updates + 1,)
        The first is the loss before training.
    goal : float, optional
        Drawn as a line across.
    unit : str
        What is counted, in the singular: "epoch" if there is one loss for each epoch.

    Raises
    ------
    ValueError
        If the goal is negative, or a loss is not finite.

    Examples
    --------
    >>> plot_loss([0.5, 0.1, 0.02])
    Loss curve over 2 updates, from 0.500000 down to 0.020000; both axes logarithmic.
    """
    check_arguments(plot_loss, locals())
    if goal is not None and goal < 0:
        raise ValueError(f"goal is {goal}, expected a positive number: the scale is logarithmic.")
    values = finite_array("loss", loss, ndim=(1,)).real
    above = values[values > 0] if (values > 0).any() else np.ones(1)  # there is no 0 on a logarithmic axis
    low = float(above.min()) if (values > 0).all() else float(above.min()) / 1e3
    axis = loss_axis(min(low, goal or low), max(float(above.max()), goal or 0))
    axis = axis._replace(low=max(axis.low, 1e-100))
    panel = loss_panel(len(values) - 1, axis, goal or None, unit=unit)
    keep = thin(len(values))
    way = {-1: "down to", 0: "to", 1: "up to"}[int(np.sign(values[-1] - values[0]))]
    missed = " It does not reach the goal." if goal is not None and not values[-1] < goal else ""
    scales = "both axes logarithmic" if axis.log else f"the axis of {plural(unit, 2)} logarithmic"
    alt = (
        f"Loss curve over {counted(len(values) - 1, unit)}, from {fixed(values[0])} {way} "
        f"{fixed(values[-1])}; {scales}.{missed}"
    )
    return panel.picture(panel.curve(keep, values[keep]), alt)


def crossing(panel: Panel, x: ArrayLike, y: ArrayLike, at: tuple[float, float]) -> str:
    """Return SVG marks for a curve, a point of it and the line down from there."""
    (px, py), (_, foot) = panel.pixels([at[0]] * 2, [at[1], panel.axes.get_ylim()[0]]).round(1)
    ink, paper = COLOURS["negative"], COLOURS["paper"]
    return (
        f'<path d="{outline(panel.pixels(x, y).round(1))}" fill="none" stroke="{ink}" stroke-width="2.2"/>'
        f'<path d="M{px:g} {py:g}V{foot:g}" stroke="{ink}" stroke-width="1.5" stroke-dasharray="4 4"/>'
        f'<circle cx="{px:g}" cy="{py:g}" r="5" fill="{ink}" stroke="{paper}"/>'
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

"""Curves and contours: losses over the updates, and the loss surface over two weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, check_arguments, finite_array
from backprop_lib.drawing.canvas import COLOURS, Picture
from backprop_lib.drawing.contours import contours, shades
from backprop_lib.drawing.panels import Panel, new_panel, thin
from backprop_lib.text import counted, fixed, plain_name, power_of_ten, rate
from backprop_lib.training import Limits, loss_on_grid


def loss_panel(
    updates: int, low: float, high: float, goal: float | None = None, *, wide: bool = False
) -> Panel:
    """Return axes for loss curves: iteration 1 is the pass before the first update; both axes logarithmic.

    With `wide` they are twice as wide.
    """

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

    if wide:
        return new_panel("Loss curves", draw, 872, 330, 12.5, (0.085, 0.16, 0.875, 0.81))
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
    limits: Limits,
    frame: Panel | None = None,
) -> Panel:
    """Return the loss as contours over two weights, `names`; other parameters stay as they are.

    Parameters
    ----------
    limits : left, right, bottom, top
    frame : Panel, optional
        Axes with these limits, from `empty_panel`: the contours are then drawn alone, to be laid over them.
    """
    left, right, bottom, top = limits
    across, up = np.meshgrid(np.linspace(left, right, 61), np.linspace(bottom, top, 111))
    loss = loss_on_grid(net, x, t, {names[0]: across, names[1]: up})
    lowest, highest = float(loss.min()), float(loss.max())
    above = loss - lowest  # or a basin whose floor is far from zero would be of one colour
    levels = np.geomspace(max(1e-5, 1e-4 * above.max()), max(above.max(), 1e-3), 12)
    tens = [10.0**k for k in range(-3, 2) if lowest < 10.0**k < highest]
    labelled = tens if len(tens) > 1 else [v for v in lowest + levels[5:-1:2] if v < highest]
    single = max(net.sizes) == 1
    ground = frame or empty_panel(limits, [plain_name(name, single) for name in names])
    written = {value - lowest: f"{value:.3g}" for value in labelled}
    start = np.array([[net.by_name()[name] for name in names]])  # where paths begin
    marks = contours(ground, across, up, above, levels[:-1].tolist(), shades(11), written, 9, clear=start)
    title = "Path of the descent on the loss surface"
    return ground.overlay(title, marks) if frame else ground.with_ground(title, marks)


def holding(limits: Limits, points: ArrayLike) -> Limits:
    """Return a map's limits, grown where a point lies outside them, with a tenth of room beyond it.

    Examples
    --------
    >>> holding((-4, 4, -1, 10), [[0.5, 0.5]])
    (-4, 4, -1, 10)
    >>> holding((-4, 4, -1, 10), [[6, 10], [0.5, -2]])
    (-4, 7.0, -3.2, 10)
    """
    (left, right, bottom, top), found = limits, np.asarray(points, dtype=float)
    (low_x, low_y), (high_x, high_y) = found.min(axis=0).tolist(), found.max(axis=0).tolist()
    return (
        left if low_x >= left else low_x - 0.1 * (right - low_x),
        right if high_x <= right else high_x + 0.1 * (high_x - left),
        bottom if low_y >= bottom else low_y - 0.1 * (top - low_y),
        top if high_y <= top else high_y + 0.1 * (high_y - bottom),
    )


def empty_panel(limits: Limits, names: Sequence[str] = ("", "")) -> Panel:
    """Return axes with nothing on them: they are the same for any two weights, but for their names."""

    def draw(axes: Axes) -> None:
        axes.set(xlim=limits[:2], ylim=limits[2:], xlabel=names[0], ylabel=names[1])

    return new_panel("Axes of the loss surface", draw)


def plot_loss(loss: ArrayLike, goal: float | None = None) -> Picture:
    """Return one training's loss curve as a picture.

    Examples
    --------
    >>> plot_loss([0.5, 0.1, 0.02])
    Loss curve over 3 iterations, from 0.500000 down to 0.020000; both axes logarithmic.
    """
    check_arguments(plot_loss, locals())
    if goal is not None and goal < 0:
        raise ValueError(f"goal is {goal}, expected a positive number: the scale is logarithmic.")
    values = finite_array("loss", loss, ndim=(1,)).real
    above = values[values > 0] if (values > 0).any() else np.ones(1)  # there is no 0 on a logarithmic axis
    low, high = max(above.min() / 3, 1e-100), above.max() * 2
    panel = loss_panel(len(values), min(low, goal / 3) if goal else low, high, goal or None)
    keep = thin(len(values))
    way = {-1: "down to", 0: "to", 1: "up to"}[int(np.sign(values[-1] - values[0]))]
    missed = " It does not reach the goal." if goal is not None and not values[-1] < goal else ""
    alt = (
        f"Loss curve over {counted(len(values), 'iteration')}, from {fixed(values[0])} {way} "
        f"{fixed(values[-1])}; both axes logarithmic.{missed}"
    )
    return panel.picture(panel.curve(keep + 1, values[keep]), alt)


def plot_surface(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    names: tuple[str, str],
    limits: Limits,
    path: Sequence[Sequence[float]] | Array,
) -> Picture:
    """Return the loss surface over two weights with the path of one descent on it.

    Where the path begins outside the limits, the map grows to show it.
    """
    check_arguments(plot_surface, locals())
    every = finite_array("path", path, ndim=(2,)).real
    if every.shape[1] != 2:
        raise ValueError(f"path has shape {every.shape}, expected two numbers for each point.")
    panel = surface_panel(net, x, t, names, holding(limits, every[:1]))
    points = every[thin(len(every))]
    single = max(net.sizes) == 1
    ends = [
        ", ".join(f"{plain_name(n, single)} = {fixed(v, 4)}" for n, v in zip(names, point, strict=True))
        for point in (points[0], points[-1])
    ]
    alt = f"Contours of the loss over two weights; the descent runs from {ends[0]} to {ends[1]}."
    return panel.picture(panel.curve(points[:, 0], points[:, 1]), alt)

"""Contours with a descent on them: of the loss over two weights, and of any function of two variables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, check_arguments, finite_array
from backprop_lib.drawing.canvas import COLOURS, Picture
from backprop_lib.drawing.contours import contours, shades
from backprop_lib.drawing.panels import Panel, new_panel, thin
from backprop_lib.text import fixed, plain_name
from backprop_lib.training import Limits, loss_on_grid


@lru_cache(8)
def empty_panel(limits: Limits, names: tuple[str, ...] = ("", "")) -> Panel:
    """Return axes with nothing on them: they are the same for any two weights, but for their names."""
    return new_panel("Axes of the loss surface", limits, names, grid=False)


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
    ground = frame or empty_panel(limits, tuple(plain_name(name, single) for name in names))
    written = {value - lowest: f"{value:.3g}" for value in labelled}
    start = np.array([[net.by_name()[name] for name in names]])  # where paths begin
    marks = contours(ground, across, up, above, levels[:-1].tolist(), shades(11), written, 10.5, clear=start)
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


def plot_surface(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    names: tuple[str, str],
    limits: Limits,
    path: Sequence[Sequence[float]] | Array,
) -> Picture:
    """Return the loss surface over two weights with the path of one descent on it.

    Parameters
    ----------
    net : Network
    x, t : array_like
        Examples and their targets.
    names : pair of str
        The two weights, "w1[0,0]"; all other parameters stay as they are.
    limits : left, right, bottom, top
        Where the path begins outside them, the map grows to show it.
    path : array_like, shape (points, 2)

    Raises
    ------
    ValueError
        If the path is no sequence of pairs.

    Examples
    --------
    >>> net = Network([[[0.5]], [[0.5]]])
    >>> path = [[0.5, 0.5], [0.6, 0.9]]
    >>> plot_surface(net, [0.1], [0.9], ("w1[0,0]", "w2[0,0]"), (-4, 4, -1, 10), path)
    ... # doctest: +NORMALIZE_WHITESPACE
    Contours of the loss over two weights; the descent runs
    from w₁ = 0.5000, w₂ = 0.5000 to w₁ = 0.6000, w₂ = 0.9000.
    """
    check_arguments(plot_surface, locals())
    every = _pairs(path)
    panel = surface_panel(net, x, t, names, holding(limits, every[:1]))
    points = every[thin(len(every))]
    single = max(net.sizes) == 1
    ends = [
        ", ".join(f"{plain_name(n, single)} = {fixed(v, 4)}" for n, v in zip(names, point, strict=True))
        for point in (points[0], points[-1])
    ]
    alt = f"Contours of the loss over two weights; the descent runs from {ends[0]} to {ends[1]}."
    return panel.picture(panel.curve(points[:, 0], points[:, 1]), alt)


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
    points = _pairs(path)
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

    written = {
        level: f"{level:.3g}"
        for level in levels[2:-1:2].tolist()
        if (climb >= level).any() and climb[0] < level
    }
    title = f"Contours over {names[0]} and {names[1]}"
    axes = new_panel(title, limits, names, grid=False, size=(520, 440), frame=(0.14, 0.13, 0.82, 0.83))
    marks = contours(axes, a, b, z, levels[:-1].tolist(), shades(10, lighter=True), written, 13, aside=away)
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


def _pairs(path: ArrayLike) -> Array:
    points = finite_array("path", path, ndim=(2,)).real
    if points.shape[1] != 2:
        raise ValueError(f"path has shape {points.shape}, expected two numbers for each point.")
    return points

"""Sliders of the chapters: everything is computed first, then the browser only switches prepared frames."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.descents import descend, plain_descent, where_it_ends
from backprop_lib.frame_slider import FrameSlider
from backprop_lib.functions import ACTIVATIONS, choose
from backprop_lib.inputs import finite_array, finite_number, whole_number
from backprop_lib.network import Network
from backprop_lib.plots import curve_panel, loss_panel, surface_panel, sweep_marks
from backprop_lib.text import fixed, plain_name, rate
from backprop_lib.training import Sweep, sweep

__all__ = ["FrameSlider", "log_rates", "rate_explorer", "slope_slider", "start_slider"]


def log_rates(around: float, below: int, above: int, per_decade: int = 15) -> list[float]:
    """Return learning rates, evenly spaced by ratio, of which `around` is one.

    Parameters
    ----------
    around : float
    below, above : int
        Whole decades on either side.

    Examples
    --------
    >>> [round(rate, 3) for rate in log_rates(0.9, below=1, above=1, per_decade=2)]
    [0.09, 0.285, 0.9, 2.846, 9.0]
    """
    steps = np.arange(-below * per_decade, above * per_decade + 1)
    return [float(r) for r in around * 10.0 ** (steps / per_decade)]


def rate_explorer(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rates: list[float],
    updates: int,
    goal: float,
    start: float,
    surface: tuple[float, float, float, float] | None = None,
) -> FrameSlider:
    """Train at every learning rate and return a slider over the results.

    Parameters
    ----------
    net : Network
    x, t : array_like
        As for `train`.
    learning_rates : list of float
    updates : int
        Number of updates at most, for each rate.
    goal : float
        The loss to get below.
    start : float
        The learning rate to show first: the nearest in the list.
    surface : left, right, bottom, top, optional
        For networks with two parameters: what part of the loss surface to show.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> explorer = rate_explorer(net, [0.1], [0.9], [0.9, 9.0], 1000, goal=5e-5, start=9.0)
    >>> explorer.sentences[explorer.slider.index]
    'η = 9.00: reaches E < 5.00·10⁻⁵ after 80 updates, at w₁ = 0.8694, w₂ = 4.0112.'
    """
    for name, number in (*(("learning_rates", r) for r in learning_rates), ("start", start), ("goal", goal)):
        if not finite_number(name, number) > 0:
            raise ValueError(
                f"{name} is or holds {number}, expected positive numbers: the scale is logarithmic."
            )
    runs = sweep(net, x, t, learning_rates, updates, stop_below=goal)
    names = list(net.by_name())
    if surface is not None and len(names) != 2:
        raise ValueError(f"surface needs a network with two parameters, got one with {len(names)}.")
    outcomes = [runs.outcome(r) for r in range(len(learning_rates))]
    shown = np.concatenate([runs.loss[: o.updates + 1, r] for r, o in enumerate(outcomes)])
    shown = shown[np.isfinite(shown)]  # beyond its outcome no curve is drawn
    low, high = min(goal, float(shown.min())) / 2, min(float(shown.max()), 1e3) * 2
    curves = loss_panel(len(runs.loss), low, high, goal)
    plane = surface_panel(net, x, t, (names[0], names[1]), surface) if surface else None
    panels = [curves] if plane is None else [curves, plane]
    rates = range(len(learning_rates))
    return FrameSlider(
        "learning rate η",
        labels=[rate(r) for r in learning_rates],
        sentences=[_sentence(runs, r, names, single=max(net.sizes) == 1) for r in rates],
        panels=panels,
        marks=[sweep_marks(runs, r, curves, plane) for r in rates],
        start=int(np.abs(np.log(np.array(learning_rates) / start)).argmin()),
    )


def slope_slider(f: str, limit: float = 6.0) -> FrameSlider:
    """Return a slider along the curve of an activation, with its slope as the tangent.

    Parameters
    ----------
    f : str
        Name of the activation.
    limit : float
        The slider runs from −limit to limit.

    Examples
    --------
    >>> slope_slider("sigmoid")
    Slider “z”, 49 positions from −6.00 to 6.00. z = 0.00: σ(z) = 0.5000, and the curve climbs at 0.2500.
    """
    rule = choose("f", f, ACTIVATIONS)
    z = np.linspace(-limit, limit, 49)
    a = rule.rule(z)
    slope = rule.slope(z, a)
    panel = curve_panel(np.linspace(-limit, limit, 121), rule.rule, "z", f"{f}(z)")
    name = "σ" if f == "sigmoid" else f
    sentences = [
        f"z = {fixed(zi, 2)}: {name}(z) = {fixed(ai, 4)}, and the curve climbs at {fixed(si, 4)}."
        for zi, ai, si in zip(z, a, slope, strict=True)
    ]
    marks = [[panel.tangent(*point)] for point in zip(z, a, slope, strict=True)]
    return FrameSlider("z", [fixed(zi, 2) for zi in z], sentences, [panel], marks, start=24)


def start_slider(
    rule: Callable[..., ArrayLike],
    slope: Callable[..., ArrayLike],
    starts: Sequence[float],
    learning_rate: float,
    steps: int,
    across: str,
    up: str,
) -> FrameSlider:
    """Return a slider over starting points on a curve, each with the descent from there and where it ends.

    Parameters
    ----------
    rule, slope : callable
        The function, for arrays, and its derivative.
    starts : sequence of float
        Two or more; the curve is shown from the least to the greatest.
    learning_rate : float
    steps : int
    across, up : str
        Names of the variable and of the function's value.

    Examples
    --------
    >>> start_slider(lambda w: w**2, lambda w: 2 * w, [-2, 2], 0.25, 20, "w", "E").sentences[0]
    'start at w = −2.00: after 20 steps it rests at w = 0.0000, E = 0.0000, the lowest place in the picture.'
    """
    places = finite_array("starts", starts, ndim=(1,))
    least, most = float(places.min()), float(places.max())
    if least == most:
        raise ValueError("starts holds one place only, expected two or more.")
    count = whole_number("steps", steps, least=1)
    paths = [descend(slope, s, finite_number("learning_rate", learning_rate), count) for s in places]
    panel = curve_panel(np.linspace(least, most, 161), rule, across, up, "Descent on the curve")
    ends = [where_it_ends(rule, slope, path, (least, most), across, up) for path in paths]
    return FrameSlider(
        f"start at {across}",
        labels=[fixed(s, 2) for s in places],
        sentences=[f"start at {across} = {fixed(s, 2)}: {e}" for s, e in zip(places, ends, strict=True)],
        panels=[panel],
        marks=[[plain_descent(panel, rule, path)] for path in paths],
        start=0,
    )


def _sentence(runs: Sweep, r: int, names: list[str], *, single: bool) -> str:
    outcome = runs.outcome(r)
    n = f"{outcome.updates:,} update{'' if outcome.updates == 1 else 's'}"
    end = ""
    if len(names) <= 2:
        values = runs.path[outcome.updates, :, r]
        end = ", ".join(
            f"{plain_name(m, single)} = {fixed(v, 4)}" for m, v in zip(names, values, strict=True)
        )
        end = f", at {end}"
    said = {
        "reaches": f"reaches E < {rate(runs.goal)} after {n}{end}",
        "diverges": f"diverges at update {outcome.updates:,}",
        "stalls": f"stalls: after {n} E is {fixed(outcome.loss)} and hardly falls any more{end}",
        "slow": f"is not there yet: after {n} E is {fixed(outcome.loss)}{end}",
    }
    return f"η = {rate(runs.learning_rates[r])}: {said[outcome.kind]}."

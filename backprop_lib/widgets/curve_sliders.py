"""Sliders along a curve: its slope at every point, where a bias moves it, where a descent from there ends."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import ACTIVATIONS, check_arguments, choose, finite_array, finite_number, whole_number
from backprop_lib.drawing import crossing, curve_panel, plain_descent, sampled
from backprop_lib.text import counted, fixed, got
from backprop_lib.training import descend
from backprop_lib.widgets.frame_slider import PanelSlider

Rule = Callable[..., ArrayLike]


def slope_slider(f: str, limit: float = 6.0) -> PanelSlider:
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
    Slider “z”, 49 positions from −6.00 to 6.00. z = 0.00: σ(z) = 0.5000, and the slope is 0.2500.
    """
    check_arguments(slope_slider, locals())
    if not 0 < limit <= 1000:
        raise ValueError(f"limit is {got(limit)}, expected a number above 0, up to 1000.")
    rule = choose("f", f, ACTIVATIONS)
    z = np.linspace(-limit, limit, 49)
    a = rule.rule(z)
    slope = rule.slope(z, a)
    panel = curve_panel(np.linspace(-limit, limit, 121), rule.rule, "z", f"{f}(z)")
    name = "σ" if f == "sigmoid" else f
    sentences = [
        f"z = {fixed(zi, 2)}: {name}(z) = {fixed(ai, 4)}, and the slope is {fixed(si, 4)}."
        for zi, ai, si in zip(z, a, slope, strict=True)
    ]
    marks = [[panel.tangent(*point)] for point in zip(z, a, slope, strict=True)]
    return PanelSlider("z", [fixed(zi, 2) for zi in z], sentences, [panel], marks, start=24)


def bias_slider(f: str, weight: float = 1.0, limit: float = 6.0) -> PanelSlider:
    """Return a slider over the bias of a neuron with one input, which moves its curve sideways.

    Parameters
    ----------
    f : str
        Name of the activation.
    weight : float
        Of the input; how steep the curve is.
    limit : float
        The input is shown, and the bias runs, from −limit to limit.

    Raises
    ------
    ValueError
        If the weight is 0, so that the neuron has no threshold.

    Examples
    --------
    >>> bias_slider("sigmoid", weight=2.0).sentences[-1]
    'b = 6.00: z = 0 at x = −3.00, where a = 0.5000. At x = 0 the neuron answers a = 0.9975.'
    """
    check_arguments(bias_slider, locals())
    if not 0 < limit <= 1000:
        raise ValueError(f"limit is {got(limit)}, expected a number above 0, up to 1000.")
    if not 0 < abs(weight) <= 1000:
        raise ValueError(f"weight is {got(weight)}, expected a number other than 0, up to 1000 in size.")
    rule = choose("f", f, ACTIVATIONS)
    x, biases = np.linspace(-limit, limit, 121), np.linspace(-limit, limit, 49)
    panel = curve_panel(x, lambda at: rule.rule(weight * at), "input x", "activation a", "Where b moves it")
    marks, sentences = [], []
    for b in biases:
        threshold = -float(b) / weight + 0.0  # no minus before 0
        here, none = (float(a) for a in rule.rule(np.array([0.0, b])))
        marks.append([crossing(panel, x, rule.rule(weight * x + b), (threshold, here))])
        beyond = " (outside the picture)" if abs(threshold) > limit else ""
        sentences.append(
            f"b = {fixed(b, 2)}: z = 0 at x = {fixed(threshold, 2)}{beyond}, where a = {fixed(here, 4)}. "
            f"At x = 0 the neuron answers a = {fixed(none, 4)}."
        )
    return PanelSlider("b", [fixed(b, 2) for b in biases], sentences, [panel], marks, start=24)


def start_slider(
    rule: Rule,
    slope: Rule,
    starts: Sequence[float],
    learning_rate: float,
    steps: int,
    across: str,
    up: str,
) -> PanelSlider:
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
    check_arguments(start_slider, locals())
    places = finite_array("starts", starts, ndim=(1,))
    least, most = float(places.min()), float(places.max())
    if least == most:
        raise ValueError("starts holds one place only, expected two or more.")
    count = whole_number("steps", steps, least=1)
    paths = [descend(slope, s, finite_number("learning_rate", learning_rate), count) for s in places]
    panel = curve_panel(np.linspace(least, most, 161), rule, across, up, "Descent on the curve")
    ends = [where_it_ends(rule, slope, path, (least, most), across, up) for path in paths]
    return PanelSlider(
        f"start at {across}",
        labels=[fixed(s, 2) for s in places],
        sentences=[f"start at {across} = {fixed(s, 2)}: {e}" for s, e in zip(places, ends, strict=True)],
        panels=[panel],
        marks=[[plain_descent(panel, rule, path)] for path in paths],
        start=0,
    )


def where_it_ends(
    rule: Rule, slope: Rule, points: Sequence[float], limits: tuple[float, float], across: str, up: str
) -> str:
    """Return in words where a descent ends: at rest in the lowest place, in another, on its way, or outside.

    Parameters
    ----------
    rule, slope : callable
        The function, for arrays, and its derivative.
    points : sequence of float
        What the descent went through, its start first.
    limits : left, right
        The part of the curve that is looked at.
    across, up : str
        Names of the variable and of the function's value.

    Examples
    --------
    >>> where_it_ends(lambda w: w**2, lambda w: 2 * w, [4.0, 2.0, 1.0], (-5, 5), "w", "E")
    'it is still on its way after 2 steps, at w = 1.0000, E = 1.0000.'
    """
    outside = [k for k, p in enumerate(points) if not limits[0] <= p <= limits[1]]
    if outside:
        return f"it leaves the picture at step {outside[0]}."
    _, y = sampled(rule, *limits)
    end, height = points[-1], float(np.asarray(rule(points[-1])))
    place = f"{across} = {fixed(end, 4)}, {up} = {fixed(height, 4)}"
    steps = counted(len(points) - 1, "step")
    if abs(float(np.asarray(slope(end)))) * (limits[1] - limits[0]) > 1e-2 * np.ptp(y):
        return f"it is still on its way after {steps}, at {place}."
    if height > y.min() + 1e-2 * np.ptp(y):
        fine = np.linspace(*limits, 1601)  # so that two decimals are right
        lowest = f"{across} = {fixed(float(fine[np.argmin(rule(fine))]), 2)}"
        return f"after {steps} it rests at {place}, but the curve is lowest near {lowest}."
    return f"after {steps} it rests at {place}, the lowest place in the picture."

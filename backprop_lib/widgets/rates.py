"""The rate explorer: every learning rate is trained first, then the browser only switches prepared frames."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.drawing.plots import loss_panel, surface_panel, sweep_marks
from backprop_lib.inputs import finite_number
from backprop_lib.network import Network
from backprop_lib.text import fixed, plain_name, rate
from backprop_lib.training import Sweep, sweep
from backprop_lib.widgets.frame_slider import FrameSlider

__all__ = ["log_rates", "rate_explorer"]


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
    'η = 9.00: converges: E < 5.00·10⁻⁵ after 80 updates, at w₁ = 0.8694, w₂ = 4.0112.'
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
    loss = fixed(outcome.loss)
    said = {
        "converges": f"E < {rate(runs.goal)} after {n}{end}",
        "diverges": f"from update {outcome.updates:,} on E is more than ten times what it was before training",
        "saturates": f"after {n} E is {loss} and hardly falls any more, for the slopes f′(z) are almost 0{end}",
        "oscillates": f"after {n} E is {loss}, and the steps still go back and forth{end}",
        "stalls": f"after {n} E is {loss} and hardly falls any more{end}",
        "crawls": f"after {n} E is {loss} and still falling{end}",
    }
    return f"η = {rate(runs.learning_rates[r])}: {outcome.kind}: {said[outcome.kind]}."

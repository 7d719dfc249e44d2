"""Sliders over prepared frames: everything is computed first, then the browser only switches pictures.

A frame is a few kilobytes of SVG over a background that all frames share. Slider and frames are linked in the
browser (`jslink`), so they answer within a frame or two and go on working when the kernel is gone.
"""

from __future__ import annotations

import hashlib
from html import escape

import ipywidgets as ipw
import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.network import Network
from backprop_lib.plots import Panel, loss_panel, surface_panel, sweep_marks
from backprop_lib.text import fixed, plain_name, rate
from backprop_lib.training import Sweep, sweep

__all__ = ["RateExplorer", "log_rates", "rate_explorer"]


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


class RateExplorer(ipw.VBox):  # type: ignore[misc]
    """A slider over learning rates, with the loss curve, the descent on the surface, and the outcome in words.

    Attributes
    ----------
    slider : ipywidgets.SelectionSlider
        Its `index` is the position in `runs.learning_rates`.
    stack : ipywidgets.Stack
        One prepared frame per rate.
    runs : Sweep
    sentences : list of str
        What each frame says.
    """

    def __init__(self, runs: Sweep, sentences: list[str], frames: list[str], style: str, start: int) -> None:
        self.runs, self.sentences = runs, sentences
        options = [(rate(r), i) for i, r in enumerate(runs.learning_rates)]
        self.slider = ipw.SelectionSlider(
            options=options,
            value=start,
            description="learning rate η",
            style={"description_width": "initial"},
            layout={"width": "min(100%, 640px)"},
            continuous_update=True,
        )
        self.stack = ipw.Stack([ipw.HTML(frame) for frame in frames], selected_index=start)
        ipw.jslink((self.slider, "index"), (self.stack, "selected_index"))
        super().__init__([ipw.HTML(style), self.slider, self.stack])

    def __repr__(self) -> str:
        rates = self.runs.learning_rates
        return (
            f"Slider over {len(rates)} learning rates from {rate(rates[0])} to {rate(rates[-1])}. "
            f"{self.sentences[self.slider.index]}"
        )


def rate_explorer(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rates: list[float],
    updates: int,
    goal: float,
    start: float,
    surface: tuple[float, float, float, float] | None = None,
) -> RateExplorer:
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
    >>> rate_explorer(net, [0.1], [0.9], [0.9, 9.0], 1000, goal=5e-5, start=9.0)
    Slider over 2 learning rates from 0.900 to 9.00. η = 9.00: reaches E < 5.00·10⁻⁵ after 80 updates, at w₁ = 0.8694, w₂ = 4.0112.
    """
    runs = sweep(net, x, t, learning_rates, updates, stop_below=goal)
    names = list(net.by_name())
    if surface is not None and len(names) != 2:
        raise ValueError(f"surface needs a network with two parameters, got one with {len(names)}.")
    shown = runs.loss[np.isfinite(runs.loss)]
    curves = loss_panel(len(runs.loss), goal / 5, min(float(shown.max()), 1e3) * 2, goal)
    plane = surface_panel(net, x, t, (names[0], names[1]), surface) if surface else None
    panels = [curves] if plane is None else [curves, plane]
    key = "bp" + hashlib.sha256("".join(p.svg for p in panels).encode()).hexdigest()[:8]
    sentences = [_sentence(runs, r, names, single=max(net.sizes) == 1) for r in range(len(learning_rates))]
    frames = [
        _frame(key, panels, sweep_marks(runs, r, curves, plane), sentence)
        for r, sentence in enumerate(sentences)
    ]
    nearest = int(np.abs(np.log(np.array(learning_rates) / start)).argmin())
    return RateExplorer(runs, sentences, frames, _style(key, panels), nearest)


def _sentence(runs: Sweep, r: int, names: list[str], *, single: bool) -> str:
    outcome = runs.outcome(r)
    n = f"{outcome.updates:,} update{'' if outcome.updates == 1 else 's'}"
    end = ""
    if len(names) <= 2:
        values = runs.path[outcome.updates, :, r]
        end = ", ".join(f"{plain_name(m, single)} = {fixed(v, 4)}" for m, v in zip(names, values, strict=True))
        end = f", at {end}"
    said = {
        "reaches": f"reaches E < {rate(runs.goal)} after {n}{end}",
        "diverges": f"diverges at update {outcome.updates:,}",
        "stalls": f"stalls: after {n} E is {fixed(outcome.loss)} and hardly falls any more{end}",
        "slow": f"is not there yet: after {n} E is {fixed(outcome.loss)}{end}",
    }
    return f"η = {rate(runs.learning_rates[r])}: {said[outcome.kind]}."


def _style(key: str, panels: list[Panel]) -> str:
    """Return the style sheet that holds the backgrounds, once for all frames."""
    rules = [
        f".{key} svg {{ width: min(100%, 430px); height: auto; background-size: 100% 100%; }}",
        f".{key} p {{ margin: 0 0 6px; font-variant-numeric: tabular-nums; }}",
        *(f'.{key} .panel{i} {{ background-image: url("{p.address}"); }}' for i, p in enumerate(panels)),
    ]
    return f"<style>{' '.join(rules)}</style>"


def _frame(key: str, panels: list[Panel], marks: list[str], sentence: str) -> str:
    kinds = ["Loss curve", "Path of the descent on the loss surface"]
    drawn = [
        f'<svg class="panel{i}" viewBox="0 0 {p.width:g} {p.height:g}" role="img" '
        f'aria-label="{escape(f"{kind}. {sentence}")}">'
        f'<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{p.inside}">{mark}</svg></svg>'
        for i, (p, mark, kind) in enumerate(zip(panels, marks, kinds, strict=False))
        for x, y, w, h in [p.inside.split()]
    ]
    return f'<div class="{key}"><p role="status">{escape(sentence)}</p>{"".join(drawn)}</div>'


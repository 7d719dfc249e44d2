"""Sliders over prepared frames: everything is computed first, then the browser only switches pictures.

A frame is a few kilobytes of SVG over a background that all frames share. Slider and frames are linked in the
browser (`jslink`), so they answer within a frame or two and go on working when the kernel is gone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets as ipw
import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.canvas import COLOURS
from backprop_lib.functions import ACTIVATIONS, choose
from backprop_lib.inputs import finite_number
from backprop_lib.network import Network
from backprop_lib.plots import Panel, curve_panel, loss_panel, surface_panel, sweep_marks
from backprop_lib.text import fixed, plain_name, rate
from backprop_lib.training import Sweep, sweep

__all__ = ["FrameSlider", "log_rates", "rate_explorer", "slope_slider"]


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


class FrameSlider(ipw.VBox):  # type: ignore[misc]
    """A slider whose every position shows one prepared frame: a sentence and some panels.

    Attributes
    ----------
    slider : ipywidgets.SelectionSlider
        Its `index` is the number of the frame.
    stack : ipywidgets.Stack
        The prepared frames.
    sentences : list of str
        What each frame says.
    """

    def __init__(
        self,
        description: str,
        labels: Sequence[str],
        sentences: Sequence[str],
        panels: Sequence[Panel],
        marks: Sequence[Sequence[str]],
        start: int,
    ) -> None:
        self.sentences = list(sentences)
        key = "bp" + hashlib.sha256("".join(p.svg for p in panels).encode()).hexdigest()[:8]
        self.slider = ipw.SelectionSlider(
            options=[(label, i) for i, label in enumerate(labels)],
            value=start,
            description=description,
            style={"description_width": "initial"},
            layout={"width": "min(100%, 640px)"},
        )
        frames = [_frame(key, panels, m, s) for m, s in zip(marks, sentences, strict=True)]
        wide = ipw.Layout(width="100%")  # or the panels would not know where to wrap
        self.stack = ipw.Stack([ipw.HTML(f, layout=wide) for f in frames], selected_index=start, layout=wide)
        ipw.jslink((self.slider, "index"), (self.stack, "selected_index"))
        super().__init__([ipw.HTML(_style(key, panels)), self.slider, self.stack])

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the view, and in full the words that stand where no widget can be shown."""
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    def __repr__(self) -> str:
        labels = self.slider._options_labels
        return (
            f"Slider “{self.slider.description}”, {len(labels)} positions from {labels[0]} to {labels[-1]}. "
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


def _style(key: str, panels: Sequence[Panel]) -> str:
    """Return the style sheet that holds the backgrounds, once for all frames."""
    rules = [
        f".{key} {{ display: flex; flex-wrap: wrap; gap: 12px; max-width: 872px; }}",
        f".{key} p {{ flex: 1 0 100%; margin: 0; line-height: 1.4; font-variant-numeric: tabular-nums; }}",
        f".{key} > svg {{ flex: 1 1 400px; max-width: 430px; background-size: 100% 100%; }}",
        f".noUi-handle:focus {{ outline: 3px solid {COLOURS['positive']}; outline-offset: 2px; }}",
        *(f'.{key} .panel{i} {{ background-image: url("{p.address}"); }}' for i, p in enumerate(panels)),
    ]
    return f"<style>{' '.join(rules)}</style>"


def _frame(key: str, panels: Sequence[Panel], marks: Sequence[str], sentence: str) -> str:
    drawn = [
        f'<svg class="panel{i}" viewBox="0 0 {p.width:g} {p.height:g}" role="img" '
        f'aria-label="{escape(f"{p.title}. {sentence}")}">'
        f'<svg x="{x}" y="{y}" width="{w}" height="{h}" viewBox="{p.inside}">{mark}</svg></svg>'
        for i, (p, mark) in enumerate(zip(panels, marks, strict=True))
        for x, y, w, h in [p.inside.split()]
    ]
    return f'<div class="{key}"><p role="status">{escape(sentence)}</p>{"".join(drawn)}</div>'

"""The race of learning rates: up to four trainings over each other in one picture, run update by update.

Every curve is prepared. The menus and the slider over the updates switch frames in the browser alone.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets as ipw
import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.drawing.canvas import COLOURS
from backprop_lib.drawing.curves import DASHES, INKS
from backprop_lib.drawing.panels import Panel, thin
from backprop_lib.drawing.plots import loss_panel
from backprop_lib.drawing.valley import limits
from backprop_lib.network import Network
from backprop_lib.text import rate
from backprop_lib.training import Sweep, sweep
from backprop_lib.widgets.rates import positive, training_in_words
from backprop_lib.widgets.spoken import style

__all__ = ["Race", "rate_race"]

_LANES = "ABCD"
_MOST = 24  # rates to choose from
_MOMENTS = 40
_NONE = "–"
_BESIDE = ((-18, -8), (8, -8), (-18, 18), (8, 18))  # pixels from a curve's end to its letter


def rate_race(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rates: Sequence[float],
    updates: int,
    goal: float,
    start: Sequence[float],
) -> Race:
    """Train at every learning rate and return a race: the loss curves of up to four of them, chosen at will.

    Parameters
    ----------
    net : Network
    x, t : array_like
        As for `train`.
    learning_rates : sequence of float
        Up to 24 to choose from.
    updates : int
        Number of updates at most, for each rate.
    goal : float
        The loss to get below.
    start : sequence of float
        One to four learning rates to show first: the nearest in the list.

    Raises
    ------
    ValueError
        If there are too many rates or none, or a number is not positive.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> rate_race(net, [0.1], [0.9], [0.9, 9.0, 90.0], 1000, goal=5e-5, start=[9.0, 90.0])
    ... # doctest: +NORMALIZE_WHITESPACE
    Race of learning rates, 3 to choose from.
    A: η = 9.00: converges: E < 5.00·10⁻⁵ after 80 updates, at w₁ = 0.8694, w₂ = 4.0112.
    B: η = 90.0: converges: E < 5.00·10⁻⁵ after 1 update, at w₁ = 0.5930, w₂ = 4.3148.
    C: no rate. D: no rate.
    """
    positive("learning_rates", *learning_rates)
    positive("start", *start)
    positive("goal", goal)
    if not 1 <= len(learning_rates) <= _MOST:
        raise ValueError(f"learning_rates holds {len(learning_rates)} rates, expected 1 to {_MOST}.")
    if not 1 <= len(start) <= len(_LANES):
        raise ValueError(f"start holds {len(start)} rates, expected 1 to {len(_LANES)}.")
    rates = np.sort(learning_rates)
    chosen = [int(np.abs(np.log(rates / r)).argmin()) for r in start]
    return Race(net, sweep(net, x, t, rates, updates, stop_below=goal), chosen)


class Race(ipw.VBox):  # type: ignore[misc]
    """Up to four trainings of a sweep in one picture; see `rate_race`.

    Attributes
    ----------
    menus : list of ipywidgets.Dropdown
        For each lane, the learning rate in it; 0 is none, r + 1 is number r.
    lanes : list of ipywidgets.Stack
        For each lane, the prepared curves with their sentences.
    slider : ipywidgets.SelectionSlider
        Up to which update the curves are shown.
    sentences : list of list of str
        For each lane, what is said beneath the picture.
    """

    def __init__(self, net: Network, runs: Sweep, chosen: Sequence[int]) -> None:
        labels = [rate(r) for r in runs.learning_rates]
        words = [training_in_words(runs, r, net) for r in range(len(labels))]
        stops = [runs.outcome(r).updates for r in range(len(labels))]
        panel = loss_panel(len(runs.loss), *limits(runs, np.array(stops)), runs.goal, wide=True)
        self.sentences = [
            [f"{lane}: no rate.", *(f"{lane}: η = {r}: {w}." for r, w in zip(labels, words, strict=True))]
            for lane in _LANES
        ]
        layout, look = ipw.Layout(), ipw.HTML().style
        box = "bp" + hashlib.sha256((panel.svg + str(labels)).encode()).hexdigest()[:8]
        self.menus, self.lanes = [], []
        for lane, sentences in enumerate(self.sentences):
            at = chosen[lane] + 1 if lane < len(chosen) else 0
            curves = ["", *(_curve(panel, runs, r, stop, lane) for r, stop in enumerate(stops))]
            frames = [
                ipw.HTML(f"{curve}{_line(lane, sentence)}", layout=layout, style=look)
                for curve, sentence in zip(curves, sentences, strict=True)
            ]
            menu = ipw.Dropdown(
                options=[_NONE, *labels],
                index=at,
                description=f"{_LANES[lane]}: η =",
                style={"description_width": "auto"},
                layout={"width": "150px"},
            )
            stack = ipw.Stack(frames, selected_index=at, layout=layout)
            stack.add_class("bp-lane")
            ipw.jsdlink((menu, "index"), (stack, "selected_index"))
            self.menus.append(menu)
            self.lanes.append(stack)
        title = f"{panel.title} over the updates, both axes logarithmic; how each ends stands beneath."
        field = ipw.GridBox(
            [
                ipw.HTML(f'<svg class="field" {_view(panel)} role="img" aria-label="{escape(title)}"></svg>'),
                *(part for pair in zip(self.menus, self.lanes, strict=True) for part in pair),
            ]
        )
        field.add_class("bp-field")
        super().__init__([ipw.HTML(_style(box, panel)), self._clock(panel, box, len(runs.loss) - 1), field])
        self.add_class(box)
        self.add_class("bp-local")

    def _clock(self, panel: Panel, box: str, last: int) -> ipw.HBox:
        """Return the slider over the updates, with a button that moves it, and what it sets."""
        moments = np.unique(np.geomspace(1, last + 1, _MOMENTS).round().astype(int)) - 1
        places = 100 * panel.pixels(moments + 1, np.ones(len(moments)))[:, 0] / panel.width + 0.4
        places[-1] = 100
        self.slider = ipw.SelectionSlider(
            options=[(f"{n:,}", i) for i, n in enumerate(moments)],
            value=len(moments) - 1,
            description="after updates",
            style={"description_width": "initial"},
            layout={"width": "min(100%, 480px)"},
        )
        frames = [ipw.HTML(f"<style>.{box} {{ --now: {place:.2f}%; }}</style>") for place in places]
        clock = ipw.Stack(frames, selected_index=len(frames) - 1, layout={"display": "none"})
        ipw.jsdlink((self.slider, "index"), (clock, "selected_index"))
        button = ipw.HTML(_BUTTON.replace("BOX", box))
        return ipw.HBox(
            [button, self.slider, clock], layout={"flex_flow": "row wrap", "align_items": "center"}
        )

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the view, and in full the words that stand where no widget can be shown."""
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    def __repr__(self) -> str:
        said = (sentences[menu.index] for sentences, menu in zip(self.sentences, self.menus, strict=True))
        return f"Race of learning rates, {len(self.sentences[0]) - 1} to choose from. {' '.join(said)}"


def _view(panel: Panel) -> str:
    return f'viewBox="0 0 {panel.width:g} {panel.height:g}"'


def _curve(panel: Panel, runs: Sweep, r: int, stop: int, lane: int) -> str:
    """Return one curve with its lane's dashes, a dot or an arrowhead at its end, and the lane's letter."""
    keep = thin(stop + 1)
    points = panel.line(keep + 1, runs.loss[keep, r])
    path = "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
    left, top, width, height = map(float, panel.inside.split())
    x, y = points[-1] + _BESIDE[lane]
    y = min(max(y, top + 12), top + height - 6)
    if stop == len(runs.loss) - 1:  # side by side, for several may end here at the same loss
        x, y = left + width - 120 + 20 * lane, min(max(points[-1, 1], top + 20), top + height) - 8
    ink = INKS[lane]
    return (
        f'<svg class="bp-run" {_view(panel)} aria-hidden="true">'
        f'<svg x="{left:g}" y="{top:g}" width="{width:g}" height="{height:g}" viewBox="{panel.inside}">'
        f'<path d="{path}" stroke="{ink}" stroke-width="2.4" stroke-dasharray="{DASHES[lane]}"/>'
        f"{panel.end(points, ink)}</svg>"
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{ink}">{_LANES[lane]}</text></svg>'
    )


def _line(lane: int, sentence: str) -> str:
    """Return a lane's sentence and a sample of its line."""
    look = f'stroke="{INKS[lane]}" stroke-width="2.4" stroke-dasharray="{DASHES[lane]}"'
    return (
        f'<p class="bp-said" style="grid-row: {lane + 2}"><svg width="52" height="12" aria-hidden="true">'
        f'<path d="M4 6H48" {look}/></svg> {escape(sentence)}</p>'
    )


# It presses the slider's keys, so that both always agree.
_BUTTON = """<button type="button" class="bp-go" data-lm-suppress-shortcuts="true" onclick="
const handle = this.closest('.BOX').querySelector('.noUi-handle');
const press = (key) => handle.dispatchEvent(new KeyboardEvent('keydown', {key}));
const at = (end) => Number(handle.getAttribute('aria-value' + end));
const there = () => at('now') >= at('max') || !handle.isConnected;
const rest = () => { clearInterval(this.timer); this.timer = 0; this.textContent = '▶ Run the race'; };
if (this.timer) return rest();
if (there()) press('Home');
this.textContent = '❚❚ Pause';
this.timer = setInterval(() => { if (there()) rest(); else press('ArrowRight'); }, 100);
">▶ Run the race</button>"""

_RULES = """
.BOX .bp-field { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 2px 10px; }
.BOX .bp-field { align-items: center; max-width: 872px; }
.BOX .bp-field > .widget-html, .BOX .bp-field > .widget-html > .widget-html-content { display: contents; }
.BOX .bp-lane, .BOX .bp-lane .widget-html, .BOX .bp-lane .widget-html-content { display: contents; }
.BOX .field, .BOX .bp-run { grid-area: 1 / 1 / 2 / 3; width: 100%; }
.BOX .field { background: url("BACKGROUND") 0 0 / 100% 100%; }
.BOX .bp-run { fill: none; clip-path: inset(0 calc(100% - var(--now)) 0 0); pointer-events: none; }
.BOX .bp-run text { font: bold 15px sans-serif; stroke: PAPER; stroke-width: 4px; paint-order: stroke; }
.BOX .bp-said { grid-column: 2; margin: 2px 0; line-height: 1.4; font-variant-numeric: tabular-nums; }
.BOX .bp-said { display: flex; gap: 10px; align-items: baseline; }
.BOX .bp-said svg { flex: none; fill: none; background: PAPER; border-radius: 3px; }
.BOX .bp-go { font: inherit; line-height: 1.3; padding: 2px 10px; min-width: 9em; cursor: pointer; }
.BOX .bp-go { color: INK; background: WASH; border: 1px solid SOFT; border-radius: 4px; }
"""


def _style(box: str, panel: Panel) -> str:
    values = {"BOX": box, "BACKGROUND": panel.address} | {name.upper(): c for name, c in COLOURS.items()}
    return style(re.sub(r"\b[A-Z]{3,}\b", lambda match: values[match[0]], _RULES))

"""The race of learning rates: up to four trainings over each other in one picture, run update by update.

Every curve is prepared, and who is where at each moment. In the browser alone the menus switch the curves,
and the slider uncovers them and says who is ahead (`race.js`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape
from typing import Any

import ipywidgets as ipw
import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments
from backprop_lib.drawing import limits, loss_panel
from backprop_lib.text import counted, rate
from backprop_lib.training import Sweep, sweep
from backprop_lib.widgets.cells import OfCell
from backprop_lib.widgets.rates.race_view import BUTTON, LANES, curve, line, prepared, sheet, view
from backprop_lib.widgets.rates.rates import positive, training_in_words

_MOST = 24  # rates to choose from
_MOMENTS = 40
_NONE = "–"


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
    check_arguments(rate_race, locals())
    positive("learning_rates", *learning_rates)
    positive("start", *start)
    positive("goal", goal)
    if not 1 <= len(learning_rates) <= _MOST:
        raise ValueError(
            f"learning_rates holds {counted(len(learning_rates), 'rate')}, expected 1 to {_MOST}."
        )
    if not 1 <= len(start) <= len(LANES):
        raise ValueError(f"start holds {counted(len(start), 'rate')}, expected 1 to {len(LANES)}.")
    rates = np.sort(learning_rates)
    chosen = [int(np.abs(np.log(rates / r)).argmin()) for r in start]
    return Race(net, sweep(net, x, t, rates, updates, stop_below=goal), chosen)


class Race(OfCell, ipw.VBox):  # type: ignore[misc]
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
            for lane in LANES
        ]
        layout, looks = ipw.Layout(), ipw.HTML()  # which all curves share
        self.unseen: list[ipw.Widget] = [looks]
        box = "bp" + hashlib.sha256((panel.svg + str(labels)).encode()).hexdigest()[:8]
        self.menus, self.lanes = [], []
        for lane, sentences in enumerate(self.sentences):
            at = chosen[lane] + 1 if lane < len(chosen) else 0
            curves = ["", *(curve(panel, runs, r, stop, lane) for r, stop in enumerate(stops))]
            frames = [
                ipw.HTML(f"{drawn}{line(lane, sentence)}", layout=layout, style=looks.style)
                for drawn, sentence in zip(curves, sentences, strict=True)
            ]
            menu = ipw.Dropdown(
                options=[_NONE, *labels],
                index=at,
                description=f"{LANES[lane]}: η =",
                style={"description_width": "auto"},
                layout={"width": "150px"},
            )
            stack = ipw.Stack(frames, selected_index=at, layout=layout)
            stack.add_class("bp-lane")
            self.unseen.append(ipw.jsdlink((menu, "index"), (stack, "selected_index")))
            self.menus.append(menu)
            self.lanes.append(stack)
        title = f"{panel.title} over the updates, both axes logarithmic; how each ends stands beneath."
        field = ipw.GridBox(
            [
                ipw.HTML(f'<svg class="field" {view(panel)} role="img" aria-label="{escape(title)}"></svg>'),
                *(part for pair in zip(self.menus, self.lanes, strict=True) for part in pair),
            ]
        )
        field.add_class("bp-field")
        last = len(runs.loss) - 1
        moments = np.unique(np.geomspace(1, last + 1, _MOMENTS).round().astype(int)) - 1
        self.slider = ipw.SelectionSlider(
            options=[(f"{n:,}", i) for i, n in enumerate(moments)],
            value=len(moments) - 1,
            description="after updates",
            style={"description_width": "initial"},
            layout={"width": "min(100%, 480px)"},
        )
        button = ipw.HTML(BUTTON)
        clock = ipw.HBox([button, self.slider], layout={"flex_flow": "row wrap", "align_items": "center"})
        ahead = ipw.HTML(f'<p class="bp-said"></p><p hidden>{prepared(panel, runs, moments)}</p>')
        ahead.add_class("bp-ahead")
        super().__init__([ipw.HTML(sheet(box, panel)), clock, ahead, field])
        for name in (box, "bp-race", "bp-local"):
            self.add_class(name)

    def end(self) -> None:
        """Let go of the curves."""
        self.lanes.clear()

    def _repr_mimebundle_(self, **kwargs: Any) -> dict[str, Any]:
        """Return the view, and in full the words that stand where no widget can be shown."""
        return {**super()._repr_mimebundle_(**kwargs), "text/plain": repr(self)}

    def __repr__(self) -> str:
        said = (sentences[menu.index] for sentences, menu in zip(self.sentences, self.menus, strict=True))
        return f"Race of learning rates, {len(self.sentences[0]) - 1} to choose from. {' '.join(said)}"

"""The race of learning rates: up to four training runs over each other in one picture, run update by update.

Every curve is prepared, and who is where at each moment. In the browser alone the menus switch the curves,
and the slider uncovers them and says who is ahead, and how each has ended once it has (`race.js`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from html import escape
from itertools import groupby
from pathlib import Path

import ipywidgets as ipw
import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Names, Network, check_arguments
from backprop_lib.drawing import DASHES, INKS, Panel, limits, loss_panel, outline, thin
from backprop_lib.text import counted, rate
from backprop_lib.training import Ending, Sweep, sweep
from backprop_lib.widgets.cells import OfCell
from backprop_lib.widgets.rates.rates import positive, said_of
from backprop_lib.widgets.spoken import script, sheet, style

LANES = "ABCD"
_MOST = 24  # rates to choose from
_MOMENTS = 40
_NONE = "–"
_BESIDE = ((-18, -8), (8, -8), (-18, 18), (8, 18))  # pixels from a curve's end to its letter
_ENDS = {Ending.CONVERGES: -1, Ending.DIVERGES: 1}  # before and after those on the way
_SCRIPT = script(__file__, "race.js")
# Presses the slider's keys, so that both always agree.
# It presses the slider's keys.
_BUTTON = Path(__file__).with_name("race_button.html").read_text(encoding="utf-8")


def rate_race(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rates: Sequence[float],
    updates: int,
    goal: float,
    start: Sequence[float],
    *,
    hold: Names = (),
    tie: Names = (),
) -> Race:
    """Train at every learning rate and return a race: the loss curves of up to four of them, chosen at will.

    It stands at update 0, and gives no outcome away.

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
    hold, tie : sequence of str, optional
        What is held fixed and what is shared, as for `train`.

    Raises
    ------
    ValueError
        If there are too many rates or none, or a number is not positive.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> rate_race(net, [0.1], [0.9], [0.9, 9.0, 90.0], 1000, goal=5e-5, start=[9.0, 90.0])
    ... # doctest: +NORMALIZE_WHITESPACE
    Race of learning rates, 3 to choose from. At the start: A: η = 9.00, B: η = 90.0.
    """
    check_arguments(rate_race, locals())
    positive(learning_rates=learning_rates, start=start, goal=goal)
    for name, given, most in (("learning_rates", learning_rates, _MOST), ("start", start, len(LANES))):
        if not 1 <= len(given) <= most:
            raise ValueError(f"{name} holds {counted(len(given), 'rate')}, expected 1 to {most}.")
    rates = np.sort(learning_rates)
    chosen = [int(np.abs(np.log(rates / r)).argmin()) for r in start]
    runs = sweep(net, x, t, rates, updates, stop_below=goal, hold=hold, tie=tie)
    return Race(net, runs, chosen)


class Race(OfCell, ipw.VBox):  # type: ignore[misc]
    """Up to four training runs of a sweep in one picture; see `rate_race`.

    Attributes
    ----------
    menus : list of ipywidgets.Dropdown
        For each lane, the learning rate in it; 0 is none, r + 1 is number r.
    lanes : list of ipywidgets.Stack
        For each lane, the prepared curves with their sentences.
    slider : ipywidgets.SelectionSlider
        Up to which update the curves are shown.
    sentences : list of list of str
        For each lane, what is said beneath the picture when its training has ended.
    """

    def __init__(self, net: Network, runs: Sweep, chosen: Sequence[int]) -> None:
        labels = [rate(r) for r in runs.learning_rates]
        words = [said_of(runs, r, net, label) for r, label in enumerate(labels)]
        self.sentences = [[f"{lane}: {w}" for w in ("no rate.", *words)] for lane in LANES]
        stops = [runs.outcome(r).updates for r in range(len(labels))]
        self._rates, self._last = labels, len(runs.loss) - 1
        axis = limits(runs, np.array(stops))
        panel = loss_panel(len(runs.loss) - 1, axis, runs.goal, wide=True)
        layout, looks = ipw.Layout(), ipw.HTML()  # which all curves share
        names = ["", *labels]
        # The update at which it is known how a training ends
        known = [
            0,
            *(
                runs.outcome(r).updates if runs.outcome(r).kind in _ENDS else self._last
                for r in range(len(labels))
            ),
        ]
        self.unseen: list[ipw.Widget] = [looks]
        self.menus, self.lanes = [], []
        for lane, sentences in enumerate(self.sentences):
            at = chosen[lane] + 1 if lane < len(chosen) else 0
            curves = ["", *(_curve(panel, runs, r, stop, lane) for r, stop in enumerate(stops))]
            frames = [
                ipw.HTML(f"{drawn}{_line(lane, sentence, label, at)}", layout=layout, style=looks.style)
                for drawn, sentence, label, at in zip(curves, sentences, names, known, strict=True)
            ]
            menu = ipw.Dropdown(
                options=[_NONE, *labels],
                index=at,
                description=f"{LANES[lane]}: η =",
                style={"description_width": "auto"},
                layout={"width": "150px"},
            )
            stack = ipw.Stack(frames, selected_index=at, layout=layout).add_class("bp-lane")
            self.unseen.append(ipw.jsdlink((menu, "index"), (stack, "selected_index")))
            self.menus.append(menu)
            self.lanes.append(stack)
        scales = "both axes logarithmic" if axis.log else "the axis of updates logarithmic"
        title = f"{panel.title} over the updates, {scales}. How each ends is written below."
        ground = ipw.HTML(f'<svg class="field" {_view(panel)} role="img" aria-label="{escape(title)}"></svg>')
        pairs = zip(self.menus, self.lanes, strict=True)
        field = ipw.GridBox([ground, *(part for pair in pairs for part in pair)]).add_class("bp-field")
        moments = np.unique(np.geomspace(1, len(runs.loss), _MOMENTS).round().astype(int)) - 1
        self.slider = ipw.SelectionSlider(
            options=[(f"{n:,}", i) for i, n in enumerate(moments)],
            value=0,
            description="after updates",
            style={"description_width": "initial"},
            layout={"width": "min(100%, 480px)"},
        )
        clock = [ipw.HTML(_BUTTON), self.slider]
        row = ipw.HBox(clock, layout={"flex_flow": "row wrap", "align_items": "center"})
        # For each moment: percent of the picture that are seen, when it is, the standings.
        shares = 100 * panel.pixels(moments, np.ones(len(moments)))[:, 0] / panel.width + 0.4
        shares[-1] = 100
        prepared = [
            (round(share, 2), f"After {counted(n, 'update')}: ", standings(runs, n), int(n))
            for share, n in zip(shares, moments, strict=True)
        ]
        data = json.dumps(prepared, ensure_ascii=False, separators=(",", ":"))
        ahead = ipw.HTML(f'<p class="bp-said"></p><p hidden>{data}</p>').add_class("bp-ahead")
        box = "bp" + hashlib.sha256((panel.svg + str(labels)).encode()).hexdigest()[:8]
        rules = sheet(__file__, "race.css", box=box, background=panel.address)
        look = ipw.HTML(f'{style()}<style onload="{_SCRIPT}">{rules}</style>')
        super().__init__([look, row, ahead, field])
        self.add_class(box).add_class("bp-race").add_class("bp-local")

    def end(self) -> None:
        """Let go of the curves."""
        self.lanes.clear()

    def __repr__(self) -> str:
        runners = [
            f"{lane}: η = {self._rates[menu.index - 1]}"
            for lane, menu in zip(LANES, self.menus, strict=True)
            if menu.index
        ]
        return (
            f"Race of learning rates, {len(self._rates)} to choose from. "
            f"At the start: {', '.join(runners) or 'no rate'}."
        )


def _view(panel: Panel) -> str:
    """Return the attribute that gives an SVG the panel's coordinates."""
    return f'viewBox="0 0 {panel.width:g} {panel.height:g}"'


def _curve(panel: Panel, runs: Sweep, r: int, stop: int, lane: int) -> str:
    """Return one curve with its lane's dashes, a dot or an arrowhead at its end, and the lane's letter."""
    keep = thin(stop + 1)
    points = panel.line(keep, runs.loss[keep, r])
    path = outline(points)
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
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{ink}">{LANES[lane]}</text></svg>'
    )


def standings(runs: Sweep, n: int) -> list[list[int | str]]:
    """Return the places after n updates, the best first.

    Parameters
    ----------
    runs : Sweep
    n : int

    Returns
    -------
    list of list
        Each place begins with 0, 1 or 2 for those who have converged, are on the way, or have diverged.
        Then comes the update at which they did or, on the way, the loss; and then the numbers of the
        learning rates that share this place.

    Examples
    --------
    >>> from backprop_lib import Network, sweep
    >>> net = Network([[[0.5]]], activation="identity")
    >>> runs = sweep(net, [1.0], [0.0], [0.5, 0.6, 1.2, 3.0], 20, stop_below=0.01)
    >>> standings(runs, 0), standings(runs, 1)
    ([[1, '0.125', 0, 1, 2, 3]], [[0, '1', 2], [1, '0.0200', 1], [1, '0.0312', 0], [1, '0.500', 3]])
    """
    found = []
    for r, E in enumerate(runs.loss[n]):
        outcome = runs.outcome(r)
        if n < outcome.updates or outcome.kind not in _ENDS:
            found.append((1, E, rate(E), r) if np.isfinite(E) else (1, np.inf, "∞", r))
        else:
            side = _ENDS[outcome.kind]
            found.append((1 + side, -side * outcome.updates, f"{outcome.updates:,}", r))
    groups = groupby(sorted(found), lambda place: (place[0], place[2]))
    return [[kind, number, *(place[-1] for place in group)] for (kind, number), group in groups]


def _line(lane: int, sentence: str, label: str, known: int) -> str:
    """Return a lane's sentence and a sample of its line; before update `known` only the rate is said."""
    look = f'stroke="{INKS[lane]}" stroke-width="2.4" stroke-dasharray="{DASHES[lane]}"'
    before = f"{LANES[lane]}: η = {label}." if label else sentence
    return (
        f'<p class="bp-said" style="grid-row: {lane + 2}"><svg width="52" height="12" aria-hidden="true">'
        f'<path d="M4 6H48" {look}/></svg> <span class="bp-runner" data-known="{known}" '
        f'data-then="{escape(sentence)}" data-before="{escape(before)}">{escape(before)}</span></p>'
    )

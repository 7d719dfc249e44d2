"""The race of learning rates: up to four training runs over each other in one picture, run update by update.

Every curve is prepared, and who is where at each moment. In the browser alone the menus switch the curves,
and the slider uncovers them and says who is ahead, and how each has ended once it has (`race.js`).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any

import numpy as np
import traitlets
from numpy.typing import ArrayLike

from backprop_lib.core import Names, Network, check_arguments
from backprop_lib.drawing import DASHES, INKS, Panel, Picture, limits, loss_panel, outline, thin
from backprop_lib.text import counted, rate
from backprop_lib.training import Ending, Sweep, sweep
from backprop_lib.widgets.carrier import module, sheet
from backprop_lib.widgets.frame_slider import FrameSlider
from backprop_lib.widgets.rates.rates import positive, said_of

LANES = "ABCD"
_MOST = 24  # rates to choose from
_MOMENTS = 40
_BESIDE = ((-18, -8), (8, -8), (-18, 18), (8, 18))  # pixels from a curve's end to its letter
_ENDS = {Ending.CONVERGES: -1, Ending.DIVERGES: 1}  # before and after those on the way


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


class Race(FrameSlider):
    """Up to four training runs of a sweep in one picture; see `rate_race`.

    Attributes
    ----------
    rates : list of str
        To choose from.
    chosen : list of int
        For each lane, the learning rate in it; 0 is none, r + 1 is number r.
    runs : list of dict
        For each rate its curve: the `path`, what is drawn at its `end`, where each lane's letter stands, the
        update at which it is `known` how it ends, and the `sentence` that says so.
    moments : list of dict
        For each position of the slider the `update`, what `share` of the picture is seen, in percent, and the
        standings: `places`, to be said `after` some words.
    """

    _esm = module(__file__, "race.js")
    _css = sheet(__file__, "race.css")
    rates: Any = traitlets.List().tag(sync=True)
    chosen: Any = traitlets.List(traitlets.Int(), minlen=4, maxlen=4).tag(sync=True)
    looks: Any = traitlets.List().tag(sync=True)
    panel: Any = traitlets.Dict().tag(sync=True)
    runs: Any = traitlets.List().tag(sync=True)
    moments: Any = traitlets.List().tag(sync=True)

    def __init__(self, net: Network, runs: Sweep, chosen: Sequence[int]) -> None:
        rates, last = [rate(r) for r in runs.learning_rates], len(runs.loss) - 1
        outcomes = [runs.outcome(r) for r in range(len(rates))]
        axis = limits(runs, np.array([outcome.updates for outcome in outcomes]))
        self._panel = panel = loss_panel(last, axis, runs.goal, wide=True)
        scales = "both axes logarithmic" if axis.log else "the axis of updates logarithmic"
        self._title = f"{panel.title} over the updates, {scales}."
        moments = np.unique(np.geomspace(1, len(runs.loss), _MOMENTS).round().astype(int)) - 1
        shares = 100 * panel.pixels(moments, np.ones(len(moments)))[:, 0] / panel.width + 0.4
        shares[-1] = 100
        super().__init__(
            name="after updates",
            labels=[f"{n:,}" for n in moments],
            rates=rates,
            chosen=[chosen[lane] + 1 if lane < len(chosen) else 0 for lane in range(len(LANES))],
            looks=[{"ink": INKS[lane], "dashes": DASHES[lane]} for lane in range(len(LANES))],
            panel=panel.state | {"title": f"{self._title} How each ends is written below."},
            runs=[
                _curve(panel, runs, r, outcome.updates)
                | {
                    "known": outcome.updates if outcome.kind in _ENDS else last,
                    "sentence": said_of(runs, r, net, rates[r]),
                }
                for r, outcome in enumerate(outcomes)
            ],
            moments=[
                {
                    "update": int(n),
                    "share": round(float(share), 2),
                    "after": f"After {counted(n, 'update')}: ",
                }
                | {"places": standings(runs, n)}
                for share, n in zip(shares, moments, strict=True)
            ],
        )

    @traitlets.validate("chosen")
    def _there(self, proposal: dict[str, list[int]]) -> list[int]:
        return [r if 0 <= r <= len(self.rates) else 0 for r in proposal["value"]]

    def close(self) -> None:
        """Close it, and let go of the curves."""
        super().close()
        self.runs, self.moments, self.panel = [], [], {}

    def pictures(self) -> list[Picture]:
        """Return the field before the race begins, so that it gives nothing away."""
        return [self._panel.picture("", f"{self._title} {self!r}")]

    def __repr__(self) -> str:
        runners = [
            f"{lane}: η = {self.rates[number - 1]}"
            for lane, number in zip(LANES, self.chosen, strict=True)
            if number
        ]
        return (
            f"Race of learning rates, {len(self.rates)} to choose from. "
            f"At the start: {', '.join(runners) or 'no rate'}."
        )


def _curve(panel: Panel, runs: Sweep, r: int, stop: int) -> dict[str, Any]:
    """Return one curve: its path, a dot or an arrowhead at its end, and where each lane's letter stands."""
    keep = thin(stop + 1)
    points = panel.line(keep, runs.loss[keep, r])
    left, top, width, height = map(float, panel.inside.split())
    if stop == len(runs.loss) - 1:  # side by side, for several may end here at the same loss
        level = min(max(points[-1, 1], top + 20), top + height) - 8
        letters = [(left + width - 120 + 20 * lane, level) for lane in range(len(LANES))]
    else:
        low, high = top + 12, top + height - 6
        letters = [(x, min(max(y, low), high)) for x, y in points[-1] + np.array(_BESIDE)]
    return {
        "path": outline(points),
        "end": panel.end(points, "currentColor"),
        "letters": np.round(letters, 1).tolist(),
    }


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

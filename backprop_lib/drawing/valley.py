"""All learning rates of a sweep at once: the loss over the rate, with its valley and its cliff."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes

from backprop_lib.core import Array
from backprop_lib.drawing.canvas import COLOURS
from backprop_lib.drawing.panels import Panel, new_panel
from backprop_lib.text import counted, power_of_ten, rate
from backprop_lib.training import Ending, Sweep

_SIGNS = {  # marker, and whether it is filled, for each way to end
    Ending.CRAWLS: ("v", False),
    Ending.CONVERGES: ("o", True),
    Ending.OSCILLATES: ("D", False),
    Ending.SATURATES: ("s", True),
    Ending.STALLS: ("_", True),
    Ending.DIVERGES: ("x", True),
}
_LINES = (
    "-",
    (0, (9, 2)),
    (0, (5, 2)),
    (0, (2.5, 2)),
    (0, (1, 2)),
    (0, (1, 4)),
)  # the last update's is solid


def limits(runs: Sweep, stops: Array) -> tuple[float, float]:
    """Return the lowest and highest loss that is worth an axis, with some room."""
    shown = np.concatenate([runs.loss[: stop + 1, r] for r, stop in enumerate(stops)])
    shown = shown[np.isfinite(shown)]  # beyond its outcome no curve is drawn
    low = max(min(runs.goal, float(shown.min())), runs.goal / 20) / 2
    return low, min(float(shown.max()), 10 * float(runs.loss[0, 0])) * 2


def all_rates(runs: Sweep, stops: Array, low: float, high: float) -> Panel:
    """Return the loss over the learning rate, after a few numbers of updates, and how each training ends."""
    last = len(runs.loss) - 1
    counts = [*[10**k for k in range(12) if 10**k < last][1 - len(_LINES) :], last]
    rates, columns = runs.learning_rates, np.arange(len(stops))
    kinds = [runs.outcome(int(r)).kind for r in columns]
    ends = np.where(np.array(kinds) == Ending.CONVERGES, stops, last)  # below the goal, training stops
    reach = float(np.log(high / low)) * 0.12
    floor = low / np.exp(reach)  # room for the signs beneath the valley

    def draw(axes: Axes) -> None:
        axes.set(xscale="log", yscale="log", ylim=(floor, high * np.exp(reach / 2)))
        axes.set(xlim=(rates.min() / 1.12, rates.max() * 1.12), xlabel="learning rate η", ylabel="loss E")
        axes.xaxis.set_major_formatter(power_of_ten)
        axes.yaxis.set_major_formatter(power_of_ten)
        axes.grid(color=COLOURS["line"], linewidth=0.5)
        axes.axhline(runs.goal, color=COLOURS["positive"], linestyle="--", linewidth=1)
        lines, beyond = [], np.zeros(len(rates), bool)
        for n, dash in zip(reversed(counts), _LINES, strict=False):
            loss = runs.loss[np.minimum(n, ends), columns]
            lost = ~(loss <= high)
            beyond |= lost
            look: dict[str, Any] = {"color": COLOURS["soft"], "linewidth": 1.4}
            if n == last:
                look = {"color": COLOURS["positive"], "linewidth": 2.2}
            label = f"{counted(n, 'update')}"
            lines += axes.plot(
                rates,
                np.where(lost, 1e3 * high, loss),  # up and out of the picture
                linestyle=dash,
                label=label,
                zorder=2 + (n == last),
                **look,
            )
        across = axes.get_xaxis_transform()
        if beyond.any():
            axes.plot(rates[beyond], np.full(beyond.sum(), 0.96), "x", color=COLOURS["ink"], transform=across)
        signs = []
        for kind, (marker, filled) in _SIGNS.items():
            where = np.array([k == kind for k in kinds])
            if where.any():
                colour = COLOURS["positive" if kind == Ending.CONVERGES else "negative"]
                signs += axes.plot(
                    rates[where],
                    np.full(where.sum(), 0.05),
                    marker,
                    color=colour,
                    fillstyle="full" if filled else "none",
                    markersize=6,
                    transform=across,
                    label=kind,
                )
        look = {"frameon": False, "alignment": "left", "loc": "upper left", "borderaxespad": 0}
        axes.add_artist(
            axes.legend(
                handles=lines[::-1], title="loss after", bbox_to_anchor=(1.015, 1), handlelength=2.9, **look
            )
        )
        axes.legend(
            handles=signs, title="the training", bbox_to_anchor=(1.015, 0.44), handlelength=1.4, **look
        )

    often = [f"{n:,}" for n in counts]
    start = f"{', '.join(often[:-1])} and " if len(often) > 1 else ""
    listed = f"{start}{counted(counts[-1], 'update')}"
    title = f"All learning rates at once: the loss after {listed}. {_in_words(runs, kinds, stops)}"
    return new_panel(title, draw, 872, 280, 12.5, (0.085, 0.19, 0.715, 0.78))


def _in_words(runs: Sweep, kinds: list[Ending], stops: Array) -> str:
    """Say which rate reaches the goal first, or else comes lowest, and where the cliff begins."""
    loss = runs.loss[stops, np.arange(len(stops))]
    loss = np.where(np.isfinite(loss), loss, np.inf)
    order = np.lexsort((loss, stops, np.array(kinds) != Ending.CONVERGES))
    best = int(order[0]) if Ending.CONVERGES in kinds else int(loss.argmin())
    n = int(stops[best])
    first = "The goal is reached first" if Ending.CONVERGES in kinds else "The valley is lowest"
    said = (
        f"{first} at η = {rate(runs.learning_rates[best])}: "
        f"E = {rate(loss[best])} after {counted(n, 'update')}."
    )
    above = runs.learning_rates > runs.learning_rates[best]
    bad = [r for r in np.flatnonzero(above) if kinds[r] not in (Ending.CONVERGES, Ending.CRAWLS)]
    if not bad:
        return f"{said} No cliff is in sight"
    edge = min(bad, key=lambda r: runs.learning_rates[r])
    last = f"{len(runs.loss) - 1:,} update{'' if len(runs.loss) == 2 else 's'}"
    return f"{said} After {last} the cliff begins at η = {rate(runs.learning_rates[edge])}: {kinds[edge]}"


def here(panel: Panel, runs: Sweep, r: int) -> str:
    """Return a line at one learning rate and a dot at the loss there, or a cross where it is too high."""
    learning_rate, outcome = runs.learning_rates[r], runs.outcome(r)
    loss = outcome.loss if outcome.kind == Ending.CONVERGES else runs.loss[-1, r]
    left, top, width, height = map(float, panel.inside.split())
    finite = float(loss) if np.isfinite(loss) else np.finfo(float).max
    ((x, y),) = panel.pixels([learning_rate], [max(finite, 1e-300)]).round(1)
    ink = COLOURS["negative"]
    if not left <= x <= left + width:
        level = float(np.clip(y, top + 9, top + height - 9))
        return panel.end(np.array([[left + width / 2, level], [x, level]]), ink)
    line = f'<path d="M{x:g} {top:g}V{top + height:g}" stroke="{ink}" stroke-width="2"/>'
    if y < top:
        return f'{line}<path d="M{x:g} {top + 8:g}m-6-6l12 12m0-12l-12 12" stroke="{ink}" stroke-width="3"/>'
    return line + panel.end(np.array([[x, y]]), ink, radius=5.5)

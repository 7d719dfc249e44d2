"""Many learning rates in three panels: all of them at once, and one's loss curve and path of the weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network
from backprop_lib.drawing.canvas import COLOURS, outline
from backprop_lib.drawing.curves import DASHES, INKS, LossAxis, across, loss_axis, loss_panel
from backprop_lib.drawing.panels import Panel, new_panel, thin
from backprop_lib.drawing.surfaces import holding, surface_panel
from backprop_lib.text import counted, plain_name, rate
from backprop_lib.training import Ending, Sweep

_SIGNS = {  # marker, and whether it is filled, for each way to end
    Ending.CRAWLS: ("v", False),
    Ending.CONVERGES: ("o", True),
    Ending.OSCILLATES: ("D", False),
    Ending.SATURATES: ("s", True),
    Ending.STALLS: ("_", True),
    Ending.DIVERGES: ("x", True),
}
_DASHED = ((9, 2), (5, 2), (2.5, 2), (1, 2), (1, 4))
_LINES = ("-", *((0, dash) for dash in _DASHED))  # the last update's is solid
_FOLLOWED = 6  # parameters whose path is drawn


class RatePanels:
    """The backgrounds for a sweep, `panels`, and on them the marks of one training run.

    Parameters
    ----------
    runs : Sweep
        The training runs that all panels must have room for. Of others, arrows show where they leave.
    net : Network
    x, t : array_like
    surface : left, right, bottom, top, optional
        For networks with two parameters: what part of the loss surface to show behind the path;
        it grows to hold the start.

    Examples
    --------
    >>> from backprop_lib import sweep
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> drawn = RatePanels(sweep(net, [0.1], [0.9], [9.0, 90.0, 900.0], 100, 5e-5), net, [0.1], [0.9])
    >>> drawn.panels[0].title  # doctest: +NORMALIZE_WHITESPACE
    'All learning rates at once: the loss after 1, 10 and 100 updates. The goal is reached first at η = 90.0:
    E = 2.31·10⁻⁶ after 1 update. After 100 updates the cliff begins at η = 900: saturates'
    """

    def __init__(
        self,
        runs: Sweep,
        net: Network,
        x: ArrayLike,
        t: ArrayLike,
        surface: tuple[float, float, float, float] | None = None,
    ) -> None:
        self.stops = np.array([runs.outcome(r).updates for r in range(len(runs.learning_rates))])
        axis = limits(runs, self.stops)
        self._all = all_rates(runs, self.stops, axis)
        self._curves = loss_panel(len(runs.loss) - 1, axis, runs.goal)
        self._followed: list[int] = []  # parameters that are drawn over the updates
        if surface is not None:
            left, up = net.by_name()
            shown = holding(surface, [list(net.by_name().values())])
            self._path = surface_panel(net, x, t, (left, up), shown)
        else:
            self._followed = _most_moved(runs, self.stops)
            names = [plain_name(list(net.by_name())[p], max(net.sizes) == 1) for p in self._followed]
            self._path = _weights_panel(names, runs.path, self._followed, self._fitting(runs))
        self.panels: list[Panel] = [self._all, self._curves, self._path]

    def _fitting(self, runs: Sweep) -> list[tuple[int, int]]:
        """Return the training runs that reach the goal, or the best, each with its number of updates."""
        stops = list(enumerate(map(int, self.stops)))
        good = [(r, n) for r, n in stops if runs.outcome(r).kind == Ending.CONVERGES]
        return good or [min(stops, key=lambda pair: np.nan_to_num(runs.loss[pair[1], pair[0]], nan=np.inf))]

    def marks(self, runs: Sweep, r: int) -> list[str]:
        """Return the marks for the training run at `runs.learning_rates[r]`, for each panel."""
        stop = runs.outcome(r).updates
        keep = thin(stop + 1)
        marks = [
            here(self._all, runs, r),
            self._curves.curve(keep, runs.loss[keep, r]),
        ]
        if not self._followed:
            return [*marks, self._path.curve(runs.path[keep, 0, r], runs.path[keep, 1, r])]
        return [*marks, self._over_updates(runs.path[:, self._followed, r], thin(stop + 1, most=60))]

    def _over_updates(self, path: Array, keep: Array) -> str:
        marks = ""
        for values, ink, dash in zip(path[keep].T, INKS, DASHES, strict=False):
            points = self._path.line(keep, values)
            look = f'fill="none" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"'
            end = self._path.end(points, ink, radius=3.5)
            marks += f'<path d="{outline(points)}" {look}/>{end}'
        return marks


def _weights_panel(
    names: list[str], path: Array, followed: list[int], fitting: list[tuple[int, int]]
) -> Panel:
    """Return axes for those parameters over the updates, with room for the training runs in `fitting`."""
    values = np.concatenate([path[thin(n + 1, 60)][:, followed, r] for r, n in fitting])
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low) or 1.0
    what = "weights and biases" if any(name.startswith("b") for name in names) else "weights"

    def draw(axes: Axes) -> None:
        lines = [
            Line2D([], [], color=ink, linewidth=2, linestyle=_as_matplotlib(dash), label=name)
            for name, ink, dash in zip(names, INKS, DASHES, strict=False)
        ]
        look: dict[str, Any] = {"ncols": 3, "handlelength": 4.2, "loc": "lower left", "borderaxespad": 0.2}
        axes.legend(handles=lines, bbox_to_anchor=(0, 1), title=left_out, alignment="left", **look)

    total = path.shape[1]
    left_out = f"{len(names)} of {total} {what}: those that move the most" if len(names) < total else None
    title = f"Path of the {what} {', '.join(names)} over the updates{f', {left_out}' if left_out else ''}"
    limits, height = (*across(len(path) - 1), low - room, high + room), 0.65 if left_out else 0.7
    frame = (0.14, 0.15, 0.82, height)
    return new_panel(title, limits, ("updates", what), draw, log="x", counts=True, frame=frame)


def _as_matplotlib(dash: str) -> Any:
    return (0, [float(d) / 2 for d in dash.split()]) if dash else "-"


def _most_moved(runs: Sweep, stops: Array) -> list[int]:
    """Return the parameters that go the longest ways; each rate has one vote, shared out by their ways."""
    votes = np.zeros(runs.path.shape[1])
    for r, stop in enumerate(stops):
        with np.errstate(over="ignore", invalid="ignore"):
            ways = np.abs(np.diff(runs.path[: stop + 1, :, r], axis=0)).sum(axis=0)
            votes += np.nan_to_num(ways / ways.sum())
    return sorted(map(int, np.argsort(-votes, kind="stable")[:_FOLLOWED]))


def limits(runs: Sweep, stops: Array) -> LossAxis:
    """Return an axis with the losses that are worth it: where training runs begin, end, and go in between.

    Where they begin and end close to each other, what flies high in between may leave the picture.
    """
    shown = np.concatenate([runs.loss[: stop + 1, r] for r, stop in enumerate(stops)])
    shown = shown[np.isfinite(shown)]  # beyond its outcome no curve is drawn
    goal = min(runs.goal, 10 * float(runs.loss[0, 0]))  # one far above the first loss is not shown
    low = max(min(goal, float(shown.min())), goal / 20)
    ends = [goal, runs.loss[0, 0], *runs.loss[stops, np.arange(len(stops))]]
    near = loss_axis(low, float(np.max(ends)))
    return loss_axis(low, min(float(shown.max()), 10 * float(runs.loss[0, 0]))) if near.log else near


def all_rates(runs: Sweep, stops: Array, axis: LossAxis) -> Panel:
    """Return the loss over the learning rate, after some numbers of updates, and how each run ends."""
    low, high, log = axis
    last = len(runs.loss) - 1
    counts = [*[10**k for k in range(12) if 10**k < last][1 - len(_LINES) :], last]
    rates, columns = runs.learning_rates, np.arange(len(stops))
    kinds = [runs.outcome(int(r)).kind for r in columns]
    ends = np.where(np.array(kinds) == Ending.CONVERGES, stops, last)  # below the goal, training stops
    # Room for the signs beneath the valley
    floor, top = (
        (low * (low / high) ** 0.12, high * (high / low) ** 0.06)
        if log
        else (low - (high - low) * 0.12, high + (high - low) * 0.06)
    )

    def draw(axes: Axes) -> None:
        axes.axhline(runs.goal, color=COLOURS["positive"], linestyle="--", linewidth=1)
        lines, beyond = [], np.zeros(len(rates), bool)
        for n, dash in zip(reversed(counts), _LINES, strict=False):
            loss = runs.loss[np.minimum(n, ends), columns]
            lost = ~(loss <= high)
            beyond |= lost & (log or n == last)
            lines += axes.plot(
                rates,
                np.where(lost, 1e3 * high, loss)
                if log
                else np.clip(np.nan_to_num(loss, nan=high), low, 1e3 * high),
                linestyle=dash,
                label=counted(n, "update"),
                zorder=2 + (n == last),
                color=COLOURS["positive" if n == last else "soft"],
                linewidth=2.2 if n == last else 1.4,
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
        for heading, handles, corner, height, length in (
            ("loss after", lines[::-1], "upper left", 1, 2.9),
            ("the run", signs, "lower left", -0.25, 1.4),
        ):
            names = [str(handle.get_label()) for handle in handles]
            look: dict[str, Any] = {"loc": corner, "alignment": "left", "borderaxespad": 0}
            axes.add_artist(
                Legend(
                    axes,
                    handles,
                    names,
                    title=heading,
                    bbox_to_anchor=(1.03, height),
                    handlelength=length,
                    labelspacing=0.25,
                    **look,
                )
            )

    often = [f"{n:,}" for n in counts]
    start = f"{', '.join(often[:-1])} and " if len(often) > 1 else ""
    listed = f"{start}{counted(counts[-1], 'update')}"
    title = f"All learning rates at once: the loss after {listed}. {_in_words(runs, kinds, stops)}"
    limits = rates.min() / 1.12, rates.max() * 1.12, floor, top
    labels, frame = ("learning rate η", "loss E"), (0.085, 0.2, 0.715, 0.77)
    scales = "xy" if log else "x"
    return new_panel(title, limits, labels, draw, log=scales, size=(872, 250), frame=frame)


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
    last = counted(len(runs.loss) - 1, "update")
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

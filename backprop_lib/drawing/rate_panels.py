"""Many learning rates in three panels: all of them at once, and one's loss curve and path of the weights."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network
from backprop_lib.drawing.canvas import COLOURS, outline
from backprop_lib.drawing.curves import DASHES, INKS
from backprop_lib.drawing.panels import Panel, new_panel, thin
from backprop_lib.drawing.plots import holding, loss_panel, surface_panel
from backprop_lib.drawing.valley import all_rates, here, limits
from backprop_lib.text import plain_name
from backprop_lib.training import Ending, Sweep

_FOLLOWED = 6  # parameters whose path is drawn


class RatePanels:
    """The backgrounds for a sweep, `panels`, and on them the marks of one training.

    Parameters
    ----------
    runs : Sweep
        The trainings that all panels must have room for. Of others, arrows show where they leave.
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
        low, high = limits(runs, self.stops)
        self._all = all_rates(runs, self.stops, low, high)
        self._curves = loss_panel(len(runs.loss), low, high, runs.goal)
        self._followed: list[int] = []  # parameters that are drawn over the updates
        if surface is not None:
            left, up = net.by_name()
            shown = holding(surface, [list(net.by_name().values())])
            self._path = surface_panel(net, x, t, (left, up), shown)
        else:
            self._followed = _most_moved(runs, self.stops)
            names = [plain_name(list(net.by_name())[p], max(net.sizes) == 1) for p in self._followed]
            self._path = _weights_panel(names, runs.path[:, self._followed], self._fitting(runs))
        self.panels: list[Panel] = [self._all, self._curves, self._path]

    def _fitting(self, runs: Sweep) -> list[tuple[int, int]]:
        """Return the trainings that reach the goal, or the best, each with its number of updates."""
        stops = list(enumerate(map(int, self.stops)))
        good = [(r, n) for r, n in stops if runs.outcome(r).kind == Ending.CONVERGES]
        return good or [min(stops, key=lambda pair: np.nan_to_num(runs.loss[pair[1], pair[0]], nan=np.inf))]

    def marks(self, runs: Sweep, r: int) -> list[str]:
        """Return the marks for the training at `runs.learning_rates[r]`, for each panel."""
        stop = runs.outcome(r).updates
        keep = thin(stop + 1)
        marks = [
            here(self._all, runs, r),
            self._curves.curve(keep + 1, runs.loss[keep, r]),
        ]
        if not self._followed:
            return [*marks, self._path.curve(runs.path[keep, 0, r], runs.path[keep, 1, r])]
        return [*marks, self._over_updates(runs.path[:, self._followed, r], thin(stop + 1, most=60))]

    def _over_updates(self, path: Array, keep: Array) -> str:
        marks = ""
        for values, ink, dash in zip(path[keep].T, INKS, DASHES, strict=False):
            points = self._path.line(keep + 1, values)
            look = f'fill="none" stroke="{ink}" stroke-width="2" stroke-dasharray="{dash}"'
            end = self._path.end(points, ink, radius=3.5)
            marks += f'<path d="{outline(points)}" {look}/>{end}'
        return marks


def _weights_panel(names: list[str], path: Array, fitting: list[tuple[int, int]]) -> Panel:
    """Return axes for parameters over the updates, with room for the trainings in `fitting`."""
    values = np.concatenate([path[thin(n + 1, 60), :, r] for r, n in fitting])
    low, high = float(values.min()), float(values.max())
    room = 0.08 * (high - low) or 1.0
    what = "weights and biases" if any(name.startswith("b") for name in names) else "weights"

    def draw(axes: Axes) -> None:
        axes.set(xscale="log", xlim=(0.8, len(path) * 1.3), ylim=(low - room, high + room))
        axes.set(xlabel="iteration", ylabel=what)
        axes.xaxis.set_major_formatter("{x:,.0f}")
        axes.grid(color=COLOURS["line"], linewidth=0.5)
        lines = [
            Line2D([], [], color=ink, linewidth=2, linestyle=_as_matplotlib(dash), label=name)
            for name, ink, dash in zip(names, INKS, DASHES, strict=False)
        ]
        look: dict[str, Any] = {"loc": "lower left", "bbox_to_anchor": (0, 1), "frameon": False}
        axes.legend(handles=lines, ncols=3, handlelength=4.2, **look)

    title = f"Path of the {what} {', '.join(names)} over the updates"
    return new_panel(title, draw, frame=(0.14, 0.15, 0.82, 0.7))


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

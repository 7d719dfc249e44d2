"""A slice of the loss: two parameters move, all others are held still.

For a network with two parameters the slice is the whole surface. `Slice` holds the contours and computes
descents in which only the two learn; `Descent` is such a path, and `Slice.marks` draws it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, finite_array, finite_number, whole_number
from backprop_lib.drawing.canvas import COLOURS, Canvas, outline
from backprop_lib.drawing.panels import Panel
from backprop_lib.drawing.plots import Limits, empty_panel, surface_panel
from backprop_lib.text import counted
from backprop_lib.training import Lean, loss_on_grid, saturated

_SHORTEST, _FIXED = 18.0, 36.0  # pixels: of an arrow that is the step itself, and of one that is not
_FAR = 1e5  # pixels: as far out as a line is drawn


@dataclass(frozen=True)
class Descent:
    """`path[k]`, shape (2,), and `loss[k]` after k updates, up to the last ones that are finite."""

    path: Array
    loss: Array
    updates: int

    @property
    def last(self) -> int:
        """The number of updates after which all is still finite: `updates`, unless the descent diverges."""
        return len(self.loss) - 1

    def leaves(self, limits: Limits) -> int | None:
        """Return the first update that leads out of `limits`, if one does."""
        (x, y), (left, right, bottom, top) = self.path.T, limits
        outside = ~((left <= x) & (x <= right) & (bottom <= y) & (y <= top))
        return int(outside.argmax()) if outside.any() else None


@dataclass(frozen=True)
class Arrow:
    """From a point against the gradient, in pixels; `kind` is "step", or why it is not: "short", "long"."""

    start: tuple[float, float]
    tip: tuple[float, float]
    kind: str


class Slice:
    """The loss over two parameters of a network, `names`, within `limits`: left, right, bottom, top.

    Attributes
    ----------
    panel, frame : Panel
        The contours, and the axes around them.

    Raises
    ------
    ValueError
        If a name is no parameter, the limits are no rectangle, or the loss is not finite within them.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> surface = Slice(net, [0.1], [0.9], ("w1[0,0]", "w2[0,0]"), (-4, 4, -1, 10))
    >>> descent = surface.descend((0.5, 0.5), learning_rate=0.9, updates=812)
    >>> descent.path[-1].round(4).tolist(), bool(descent.loss[-1] < 5e-5)
    ([0.88, 4.0056], True)
    """

    def __init__(
        self, net: Network, x: ArrayLike, t: ArrayLike, names: tuple[str, str], limits: Limits
    ) -> None:
        self.net, self.x, self.t, self.names = net, x, t, names
        self.limits = checked_limits(limits)
        if names[0] == names[1]:
            raise ValueError(f"both axes show {names[0]}, expected two different parameters.")
        left, right, bottom, top = self.limits
        across, up = np.meshgrid([left, right], [bottom, top])
        with np.errstate(all="ignore"):
            corners = loss_on_grid(net, x, t, dict(zip(names, (across, up), strict=True)))
        if not np.isfinite(corners).all():
            raise ValueError(f"the loss is not finite all over {limits}, expected smaller limits.")
        self.frame: Panel = _frame(self.limits)
        self.panel: Panel = surface_panel(net, x, t, names, self.limits, self.frame)
        # Where the two stand among the parameters that learn, and where the others do.
        marked = net.with_values(dict.fromkeys(net.by_name(), 0.0) | {names[0]: 1.0, names[1]: 2.0})
        places = Lean(marked, np.dtype(float)).values
        self._two, self._others = [int((places == n).argmax()) for n in (1, 2)], places == 0

    def network(self, point: ArrayLike) -> Network:
        """Return the network at a point of the slice."""
        values = finite_array("point", point, ndim=(1,))
        return self.net.with_values(dict(zip(self.names, values.tolist(), strict=True)))

    def gradient(self, point: ArrayLike) -> Array:
        """Return the two partial derivatives at a point, shape (2,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            slopes = self.network(point).gradients(self.x, self.t).by_name()
        return np.array([slopes[name] for name in self.names])

    def saturated(self, point: ArrayLike) -> bool:
        """Say whether slopes f′(z) near zero keep the network at a point from learning."""
        trace = self.network(point).forward(np.atleast_2d(self.x))
        parts = zip(self.net.activations, trace.z, trace.a[1:], strict=True)
        layers = [(f, z[..., None], a[..., None]) for f, z, a in parts]
        return bool(saturated(layers, np.atleast_2d(self.t)[..., None], self.net.loss_rule)[0])

    def descend(self, start: ArrayLike, learning_rate: float, updates: int) -> Descent:
        """Return the descent from `start`, shape (2,), in which only the two parameters learn."""
        rate, count = finite_number("learning_rate", learning_rate), whole_number("updates", updates)
        lean = Lean(self.network(start), np.dtype(float))
        x, t = (np.atleast_2d(np.asarray(rows, dtype=float)) for rows in (self.x, self.t))
        batches = lean.batches(x, t, [len(x)])
        ((X, XT, T),) = batches.in_order(batches.as_given)
        held, step = lean.values[self._others], lean.rate(rate / len(x))
        path = np.empty((count + 1, 2))
        with np.errstate(all="ignore"):
            path[0] = lean.values[self._two]
            for k in range(1, count + 1):
                lean.step(X, XT, T, step)
                lean.values[self._others] = held
                path[k] = lean.values[self._two]
            path = _finite(path)
            grid = loss_on_grid(self.net, self.x, self.t, dict(zip(self.names, path.T, strict=True)))
        loss = _finite(grid)
        return Descent(path[: len(loss)], loss, count)

    def shows(self, point: ArrayLike) -> bool:
        """Say whether a point lies in the picture."""
        (x, y), (left, right, bottom, top) = np.asarray(point), self.limits
        return bool(left <= x <= right and bottom <= y <= top)

    def arrow(self, point: ArrayLike, step: ArrayLike) -> Arrow | None:
        """Return the arrow of the next step; where that cannot be seen, one of a fixed length; or none."""
        here = np.asarray(point, dtype=float)
        beyond = here + step
        if not self.shows(here) or not np.isfinite(beyond).all():
            return None
        start, tip = self.panel.pixels(*np.array([here, beyond]).T)
        length = float(np.hypot(*(tip - start)))
        if length == 0:
            return None
        kind = "short" if length < _SHORTEST else "step" if self.shows(beyond) else "long"
        if kind != "step":
            tip = start + (tip - start) * (_FIXED / length)
        return Arrow((float(start[0]), float(start[1])), (float(tip[0]), float(tip[1])), kind)

    def marks(self, descent: Descent, k: int, arrow: Arrow | None) -> str:
        """Return SVG marks: the path, dashed from update k on; its start open, the point at k filled."""
        points: Array = np.clip(self.panel.pixels(*descent.path.T), -_FAR, _FAR).round(1)
        ink, paper, ((x0, y0), (x, y)) = COLOURS["negative"], COLOURS["paper"], points[[0, k]]
        walked, whole, dots = _apart(points[: k + 1], 0.7), _apart(points, 0.7), _apart(points, 9)
        return (
            f'<g style="pointer-events: none">'
            f"{_line(whole, paper, 4)}{_line(whole, ink, 1.2, 'stroke-dasharray: 4 3')}"
            f"{_line(walked, ink, 2.2)}"
            f'<path d="{"".join(f"M{x:g} {y:g}h0" for x, y in dots)}" stroke="{ink}" stroke-width="5" '
            f'style="stroke-linecap: round"/>{_drawn(arrow)}'
            f'<circle cx="{x0:g}" cy="{y0:g}" r="6" fill="{paper}" stroke="{ink}" stroke-width="1.8"/>'
            f'<circle cx="{x:g}" cy="{y:g}" r="{5 if k else 2.5:g}" fill="{ink}" stroke="{paper}"/></g>'
        )


@lru_cache(8)  # the axes of two other parameters look the same
def _frame(limits: Limits) -> Panel:
    return empty_panel(limits)


def checked_limits(limits: ArrayLike) -> Limits:
    """Return left, right, bottom and top if they are a rectangle.

    Examples
    --------
    >>> checked_limits((1, 0, 0, 1))
    Traceback (most recent call last):
    ValueError: region is (1, 0, 0, 1), expected left < right and bottom < top.
    """
    values = finite_array("region", limits, ndim=(1,)).tolist()
    if len(values) != 4:
        raise ValueError(
            f"region holds {counted(len(values), 'number')}, expected 4: left, right, bottom, top."
        )
    left, right, bottom, top = values
    if not (left < right and bottom < top):
        raise ValueError(f"region is {limits!r}, expected left < right and bottom < top.")
    return left, right, bottom, top


def _finite(values: Array) -> Array:
    """Return the first rows, up to the last before one that is not finite."""
    finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    return values if finite.all() else values[: int(finite.argmin())]


def _apart(points: Array, distance: float) -> Array:
    """Return the points without those closer than this to the one kept before; the last one stays."""
    kept, (x0, y0) = [0], points[0].tolist()
    for k, (x, y) in enumerate(points.tolist()):
        if abs(x - x0) >= distance or abs(y - y0) >= distance:
            kept.append(k)
            x0, y0 = x, y
    return points[[*kept, *([] if kept[-1] == len(points) - 1 else [len(points) - 1])]]


def _line(points: Array, ink: str, width: float, style: str = "") -> str:
    return (
        f'<path d="{outline(points)}" fill="none" stroke="{ink}" stroke-width="{width:g}" style="{style}"/>'
    )


def _drawn(arrow: Arrow | None) -> str:
    if arrow is None:
        return ""
    canvas, start, tip = Canvas(), np.array(arrow.start), np.array(arrow.tip)
    along = (tip - start) / np.hypot(*(tip - start))
    shaft = np.array([start, tip - 8 * along]).round(1)
    canvas.arrow_head(arrow.tip, (float(along[0]), float(along[1])), COLOURS["ink"])
    head = canvas.marks[0]
    rim = head.replace("fill=", f'stroke="{COLOURS["paper"]}" stroke-width="3" fill=')
    paper, ink = COLOURS["paper"], COLOURS["ink"]
    return f"{rim}{_line(shaft, paper, 6)}{_line(shaft, ink, 2.8)}{head}"

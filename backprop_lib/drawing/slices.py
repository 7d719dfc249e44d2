"""A slice of the loss: two parameters move, all others are held still.

For a network with two parameters the slice is the whole surface. `Slice` holds the contours, and its `marks`
are a descent on them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, finite_array
from backprop_lib.drawing.canvas import COLOURS, Canvas, outline
from backprop_lib.drawing.panels import Panel
from backprop_lib.drawing.surfaces import empty_panel, surface_panel
from backprop_lib.text import counted
from backprop_lib.training import Descent, Limits, TwoParameters

_SHORTEST, _FIXED = 18.0, 36.0  # pixels: the least arrow, and one whose step leads out of the picture
_FAR = 1e5  # pixels: as far out as a line is drawn


@dataclass(frozen=True)
class Arrow:
    """From a point against the gradient, in pixels; `kind` is "step", or why it is not: "short", "long"."""

    start: tuple[float, float]
    tip: tuple[float, float]
    kind: str


class Slice(TwoParameters):
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
    >>> surface.shows((0.5, 0.5)), surface.shows((5, 0.5))
    (True, False)
    """

    def __init__(
        self, net: Network, x: ArrayLike, t: ArrayLike, names: tuple[str, str], limits: Limits
    ) -> None:
        self.limits = checked_limits(limits)
        super().__init__(net, x, t, names)
        left, right, bottom, top = self.limits
        with np.errstate(all="ignore"):
            corners = self.loss(*np.meshgrid([left, right], [bottom, top]))
        if not np.isfinite(corners).all():
            raise ValueError(f"the loss is not finite all over {limits}, expected smaller limits.")
        self.frame: Panel = empty_panel(self.limits)
        self.panel: Panel = surface_panel(net, x, t, names, self.limits, self.frame)

    def shows(self, point: ArrayLike) -> bool:
        """Say whether a point lies in the picture."""
        (x, y), (left, right, bottom, top) = np.asarray(point), self.limits
        return bool(left <= x <= right and bottom <= y <= top)

    def arrow(self, point: ArrayLike, step: ArrayLike) -> Arrow | None:
        """Return the arrow of the next step, or of its direction if it is very short or long; or none."""
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
            tip = start + (tip - start) * ((_SHORTEST if kind == "short" else _FIXED) / length)
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
    paper, ink, along = COLOURS["paper"], COLOURS["ink"], (tip - start) / np.hypot(*(tip - start))
    shaft = np.array([start, tip - 8 * along]).round(1)
    canvas.arrow_head(arrow.tip, (float(along[0]), float(along[1])), ink)
    head = canvas.marks[0]
    rim = head.replace("fill=", f'stroke="{paper}" stroke-width="3" fill=')
    return f"{rim}{_line(shaft, paper, 6)}{_line(shaft, ink, 2.8)}{head}"

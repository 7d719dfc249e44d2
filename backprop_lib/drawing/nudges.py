"""How far a nudge's slope is from the derivative, over the size of the nudge: a valley with two walls."""

from __future__ import annotations

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from backprop_lib.core import Array
from backprop_lib.drawing.canvas import COLOURS
from backprop_lib.drawing.panels import Panel, new_panel


def nudge_panel(sizes: ArrayLike, off: ArrayLike, off_without_rounding: ArrayLike, name: str) -> Panel:
    """Return axes with both differences over the sizes of the nudge, the biggest on the left.

    Parameters
    ----------
    sizes, off, off_without_rounding : array_like, shape (nudges,)
        Positive; a difference of 0, which has no place on a logarithmic axis, is drawn at the bottom.
    name : str
        The parameter's.

    Examples
    --------
    >>> nudge_panel([0.1, 0.01], [3e-4, 3e-5], [3e-4, 3e-5], "w₁").title
    'How far ΔE/Δw₁ is from ∂E/∂w₁, over the size of the nudge ε; both axes logarithmic'
    """
    x, floats, long = (np.asarray(values, dtype=float) for values in (sizes, off, off_without_rounding))
    seen = np.concatenate([floats[floats > 0], long[long > 0], [1e-15]])
    low, high = float(seen.min()) / 5, float(seen.max()) * 5

    def draw(axes: Axes) -> None:
        axes.plot(
            x, np.maximum(long, low), color=COLOURS["soft"], linestyle=(0, (5, 3)), label="with 60 digits"
        )
        axes.plot(
            x, np.maximum(floats, low), "o-", color=COLOURS["positive"], markersize=4, label="with floats"
        )
        axes.set_xticks(x[::2] if len(x) > 6 else x)
        axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=2, borderaxespad=0.2)

    title = f"How far ΔE/Δ{name} is from ∂E/∂{name}, over the size of the nudge ε; both axes logarithmic"
    limits, labels = (x.max() * 2, x.min() / 2, low, high), ("size of the nudge ε", "difference")
    size, frame = (620, 300), (0.1, 0.17, 0.87, 0.72)
    return new_panel(title, limits, labels, draw, log="xy", size=size, frame=frame)


def nudge_mark(panel: Panel, size: float, off: float) -> str:
    """Return SVG marks for one nudge: a line at its size, and a dot at its difference."""
    _, top, _, height = map(float, panel.inside.split())
    low = panel.axes.get_ylim()[0]
    point: Array = panel.pixels([size], [max(off, low)]).round(1)
    ink = COLOURS["negative"]
    line = f'<path d="M{point[0, 0]:g} {top:g}V{top + height:g}" stroke="{ink}" stroke-width="2"/>'
    return line + panel.end(point, ink, radius=5.5)

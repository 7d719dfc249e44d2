"""What a network with two inputs answers everywhere, and where it changes its mind."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, check_arguments, finite_rows, whole_number
from backprop_lib.drawing.canvas import COLOURS, Picture
from backprop_lib.drawing.contours import contours
from backprop_lib.drawing.panels import Panel, new_panel
from backprop_lib.text import counted, fixed

_BANDS, _POINTS = 10, 61
_NO, _MIDDLE, _YES = (np.array(rgb) for rgb in ((214, 120, 60), (248, 248, 248), (92, 148, 205)))
_MOST = 200  # examples that can be told apart on a map


def plot_decisions(net: Network, x: ArrayLike, t: ArrayLike, output: int = 0) -> Picture:
    """Return a map of what one output answers to any two inputs, with the examples on it.

    Blue is where the answer is above ½, orange where it is below. A disc is an example whose target is above
    ½, a square is another; a cross lies on those that the network gets wrong.

    Parameters
    ----------
    net : Network
        With two inputs.
    x : array_like, shape (2,) or (batch, 2)
    t : array_like, shape (outputs,) or (batch, outputs)
    output : int
        Which of the outputs, counted from 0.

    Raises
    ------
    TypeError, ValueError
        If the network has other inputs, or the examples do not fit it.

    Examples
    --------
    >>> net = Network([[[5.0, 5.0]]], biases=[[-7.5]])
    >>> plot_decisions(net, [[0, 0], [0, 1], [1, 0], [1, 1]], [[0], [0], [0], [1]])
    ... # doctest: +NORMALIZE_WHITESPACE
    Output 0 of the network over x₀ and x₁, from 0.0000 to 0.9933, with 4 examples: it is above ½ where the
    map is blue. All examples are on the right side.
    """
    check_arguments(plot_decisions, locals())
    if net.sizes[0] != 2:
        raise ValueError(f"net has {counted(net.sizes[0], 'input')}, expected 2: a map has two directions.")
    if not whole_number("output", output) < net.sizes[-1]:
        raise ValueError(f"output is {output}, expected less than {net.sizes[-1]}, the number of outputs.")
    net.loss(x, t)  # checks them
    points, targets = np.atleast_2d(finite_rows("x", x, 2)), np.atleast_2d(t)[:, output]
    if len(points) > _MOST:
        raise ValueError(f"x has {len(points)} rows, expected at most {_MOST} on a map.")
    low, high = points.min(axis=0), points.max(axis=0)
    room = np.maximum(0.25 * (high - low), 0.25)
    (left, bottom), (right, top) = (low - room).tolist(), (high + room).tolist()
    across, up = np.meshgrid(np.linspace(left, right, _POINTS), np.linspace(bottom, top, _POINTS))
    answers = net.forward(np.column_stack([across.ravel(), up.ravel()])).a[-1][:, output]
    height = answers.reshape(across.shape)
    least, most = float(height.min()), float(height.max())
    title = f"Output {output} of the network over x₀ and x₁"
    size, frame = (430, 400), (0.14, 0.13, 0.82, 0.84)
    axes = new_panel(title, (left, right, bottom, top), ("x₀", "x₁"), grid=False, size=size, frame=frame)
    levels = np.linspace(min(0.0, least), max(1.0, most), _BANDS + 1)[:-1]
    written = {0.5: "½"} if least < 0.5 < most else {}
    inks = [_ink(float(level + (levels[1] - levels[0]) / 2)) for level in levels]
    panel = axes.with_ground(title, contours(axes, across, up, height, levels.tolist(), inks, written, 13))
    wrong = (net.forward(points).a[-1][:, output] > 0.5) != (targets > 0.5)
    where = "it is above ½ where the map is blue."
    count = int(wrong.sum())
    sides = f"{counted(count, 'example')} on the wrong side: " + "; ".join(
        ", ".join(fixed(v, 2) for v in point) for point in points[wrong][:3]
    )
    said = "All examples are on the right side." if not count else f"{sides}{'; …' if count > 3 else '.'}"
    alt = (
        f"{title}, from {fixed(least, 4)} to {fixed(most, 4)}, with {counted(len(points), 'example')}: "
        f"{where} {said}"
    )
    return panel.picture(_examples(panel, points, targets > 0.5, wrong), alt)


def _ink(level: float) -> str:
    """Return the color of an answer: orange at 0, almost white at ½, blue at 1."""
    far = float(np.clip(2 * level - 1, -1, 1))
    mixed = _MIDDLE + abs(far) * ((_YES if far > 0 else _NO) - _MIDDLE)
    return "#" + "".join(f"{round(part):02x}" for part in mixed.tolist())


def _examples(panel: Panel, points: Array, yes: Array, wrong: Array) -> str:
    """Return SVG marks for examples: discs and squares, with crosses on those that are wrong."""
    marks = ""
    pixels = panel.pixels(points[:, 0], points[:, 1]).round(1).tolist()
    for (x, y), is_yes, is_wrong in zip(pixels, yes, wrong, strict=True):
        look = f'stroke="{COLOURS["paper"]}" stroke-width="1.5"'
        if is_yes:
            marks += f'<circle cx="{x:g}" cy="{y:g}" r="7" fill="{COLOURS["positive"]}" {look}/>'
        else:
            marks += (
                f'<rect x="{x - 6:g}" y="{y - 6:g}" width="12" height="12" fill="{COLOURS["negative"]}" '
                f"{look}/>"
            )
        if is_wrong:
            cross = f"M{x - 9:g} {y - 9:g}l18 18m0-18l-18 18"
            marks += f'<path d="{cross}" stroke="{COLOURS["ink"]}" stroke-width="2.5"/>'
    return marks

"""The chain of a gradient as a picture: forward along one path to the loss, and back factor by factor."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from backprop_lib.core import check_arguments, path_number
from backprop_lib.drawing.canvas import COLOURS, Canvas, Picture, text_width
from backprop_lib.text import plain_name, taken_apart

if TYPE_CHECKING:
    from backprop_lib.symbols import Derivation, Expr, Factor


_MIDDLE = 138.0  # where the chain runs
_HIGH = 25.0  # half the height of a node
_GAP = 34.0


def draw_chain(d: Derivation, name: str, path: int = 0) -> Picture:
    """Return the chain rule for one gradient: arrows forward to the loss, and the factors on arrows back.

    Parameters
    ----------
    d : Derivation
    name : str
        Name of the parameter, "w1[0,0]".
    path : int
        Which of the paths from the parameter to the loss, in the order of `d.factors(name)`.

    Raises
    ------
    ValueError
        If there is no such parameter or path.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> draw_chain(derive(Network([[[0.5]], [[0.5]]])), "w2[0,0]")
    ... # doctest: +NORMALIZE_WHITESPACE
    Chain for ∂E/∂w₂. Forward: x, w₁, z₁ | a₁, w₂, z₂ | a₂, E.
    Back: ∂E/∂a₂ = a₂ − t, ∂a₂/∂z₂ = a₂·(1 − a₂), ∂z₂/∂w₂ = a₁.
    """
    check_arguments(draw_chain, locals())
    paths = d.factors(name)
    path = path_number(path, len(paths), name)
    single = max(d.net.sizes) == 1
    canvas, goal = Canvas(), _plain(name, single=single)
    marks = [(_plain(str(f.of), single=single), _plain(str(f.by), single=single)) for f in paths[path]]
    values = [_written(f.value, single=single) for f in paths[path]]
    nodes = [
        [_plain(symbol, single=single) for symbol in node]
        for node in _nodes(name, paths[path], single=single)
    ]
    places: dict[str, float] = {}
    x, passed = 24.0, {symbol for pair in marks for symbol in pair}
    for k, labels in enumerate(nodes):
        width = sum(max(46.0, text_width(label, 15) + 18) for label in labels) + 26 * (len(labels) - 1)
        places |= {label: x + width * (i + 0.5) / len(labels) for i, label in enumerate(labels)}
        _node(canvas, x, width, labels, passed=not passed.isdisjoint(labels), goal=goal in labels)
        x += width
        if labels != ["E"]:
            gap = _GAP if k + 2 < len(nodes) else 2 * _GAP
            canvas.path(f"M{x:.1f} {_MIDDLE}h{gap - 9:.0f}", COLOURS["soft"], ' stroke-width="2"')
            canvas.arrow_head((x + gap, _MIDDLE), (1, 0), COLOURS["soft"])
            x += gap
    free = {True: 12.0, False: 12.0}  # where the last text ended, above and below the chain
    for (of, by), value in reversed(list(zip(marks, values, strict=True))):
        above = of[0] == "a"
        _arrow_back(canvas, places[of], places[by], above=above, low=by[0] in "wb")
        free[above] = _factor(
            canvas, (places[of] + places[by]) / 2, free[above], (of, by), value, above=above
        )
    which = f", path {path + 1} of {len(paths)}" if len(paths) > 1 else ""
    title = f"∂E/∂{goal}{which}: multiply the factors on the way back"
    canvas.text(24, 26, title, bold=True, size=15, anchor="start")
    forward = ", ".join(" | ".join(labels) for labels in nodes)
    back = ", ".join(f"∂{of}/∂{by} = {value}" for (of, by), value in zip(marks, values, strict=True))
    alt = f"Chain for ∂E/∂{goal}{which}. Forward: {forward}. Back: {back}."
    return canvas.picture(max(x, *free.values(), 24 + text_width(title, 17)) + 24, _MIDDLE + 128, alt)


def _nodes(name: str, factors: list[Factor], *, single: bool) -> list[tuple[str, ...]]:
    """Return the nodes from left to right by the names of their symbols; a neuron has two, z and a."""
    neurons = [str(f.by) for f in factors[:-1] if str(f.by).startswith("z")][::-1]
    layer = taken_apart(neurons[0]).layer
    nodes: list[tuple[str, ...]] = []
    if name.startswith("w"):  # a bias has nothing before it
        source = taken_apart(name).neurons[1]
        for k in range(0 if single else layer - 1, layer):
            nodes += [(f"w{k}[0,0]",)] if single and k else []
            nodes.append((f"z{k}[{source}]", f"a{k}[{source}]") if k else (f"x[{source}]",))
    nodes.append((name,))
    for k, z in enumerate(neurons):
        if k:
            (i,), (before,) = taken_apart(z).neurons, taken_apart(neurons[k - 1]).neurons
            nodes.append((f"w{layer + k}[{i},{before}]",))
        nodes.append((z, f"a{z[1:]}"))
    return [*nodes, ("E",)]


def _node(canvas: Canvas, x: float, width: float, labels: list[str], *, passed: bool, goal: bool) -> None:
    """Draw an input, a weight, a neuron or the loss; what the gradient passes through is dark."""
    kind = labels[0][0]
    small = kind in "wb"
    canvas.box(
        x + width / 2,
        _MIDDLE,
        (width / 2, _HIGH - 6 if small else _HIGH),
        COLOURS["wash" if kind in "xE" or goal else "paper"],
        corner=0 if small else _HIGH if kind == "z" else 6,
        stroke=COLOURS["negative" if goal else "ink" if passed else "line"],
        width=2.5 if goal else 1.5,
    )
    for i, label in enumerate(labels):
        ink = COLOURS["ink" if passed else "soft"]
        canvas.text(x + width * (i + 0.5) / len(labels), _MIDDLE + 5, label, bold=passed, size=15, colour=ink)
    if len(labels) == 2:
        canvas.path(f"M{x + width / 2:.1f} {_MIDDLE - _HIGH}v{2 * _HIGH}", COLOURS["line"])


def _arrow_back(canvas: Canvas, start: float, end: float, *, above: bool, low: bool) -> None:
    way, bend = (-1, 34.0) if above else (1, 58.0)
    y = _MIDDLE + way * _HIGH
    tip = y - 6 if low else y
    curve = f"M{start:.1f} {y:g}C{start:.1f} {y + way * bend:g} {end:.1f} {y + way * bend:g}"
    canvas.path(f"{curve} {end:.1f} {tip + way * 9:g}", COLOURS["negative"], ' fill="none" stroke-width="2"')
    canvas.arrow_head((end, tip), (0, -way), COLOURS["negative"])


def _factor(
    canvas: Canvas, middle: float, free: float, pair: tuple[str, str], value: str, *, above: bool
) -> float:
    """Write a factor, a fraction and what it is, about `middle` but right of `free`; return where it ends."""
    half = max(text_width(f"∂{symbol}", 14) for symbol in pair) / 2
    whole = 2 * half + 6 + text_width(f"= {value}", 14)
    left = max(middle - whole / 2, free)
    y = _MIDDLE + (-_HIGH - 44 if above else _HIGH + 72)
    canvas.text(left + half, y - 5, f"∂{pair[0]}", colour=COLOURS["negative"])
    canvas.path(f"M{left:.1f} {y}h{2 * half:.1f}", COLOURS["negative"])
    canvas.text(left + half, y + 15, f"∂{pair[1]}", colour=COLOURS["negative"])
    canvas.text(left + 2 * half + 6, y + 5, f"= {value}", anchor="start")
    return left + whole + 16


def _written(value: Expr, *, single: bool) -> str:
    """Return what a factor is; the slope of relu in its two cases."""
    if value.is_Piecewise:
        (there, condition), (elsewhere, _) = value.args
        return _plain(f"({there} if {condition}, else {elsewhere})", single=single)
    return _plain(str(value), single=single)


def _plain(expression: str, *, single: bool) -> str:
    """Return a symbol's name or a formula as it is written in drawings."""
    named = re.sub(r"[a-z]\d*\[[\d,]+\]", lambda found: plain_name(found[0], single), expression)
    return named.replace("**2", "²").replace("*", "·").replace("-", "−")

"""Derivatives from losses alone: nudge one parameter, and see what becomes of the loss.

An ordinary difference subtracts two losses that are nearly equal and loses half of their digits. A tiny
*imaginary* nudge subtracts nothing: the derivative stands in the imaginary part, exact to the last digits
(Squire and Trapp, SIAM Review 40, 1998). Either takes one parameter at a time, and a forward pass for each.

A nudge whose size one can choose is off for two reasons: a big one because the loss curves on the way, a tiny
one because floats have about 16 digits, most of which two nearly equal losses share. With 60 digits only the
first is left, which tells the two apart.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.core import Network
from backprop_lib.symbols.derivation import Derivation, Expr, Factor
from backprop_lib.text import Name, got, taken_apart

Numbers = Mapping[Expr, Any]  # mpmath's classes carry no types

_DIGITS = 60  # of a nudge whose size can be chosen
STEP = 1e-20  # its square is no number that counts beside 1, and small gradients times it do not underflow


def complex_step(
    net: Network, x: ArrayLike, t: ArrayLike, step: float = STEP, names: Iterable[str] | None = None
) -> dict[str, float]:
    """Return ∂E/∂w for every parameter, or those named, as Im E(w + i·step) / step.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    step : float
    names : list of str, optional

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> {name: round(g, 6) for name, g in complex_step(net, [0.1], [0.9]).items()}
    {'w1[0,0]': -0.001033, 'w2[0,0]': -0.042387}
    """
    nudged = _nudged(net, names, [1j * step])
    return {name: complex(other.loss(x, t)).imag / step for name, (other,) in nudged}


def central_differences(net: Network, x: ArrayLike, t: ArrayLike, step: float = 1e-5) -> dict[str, float]:
    """Return ∂E/∂w for every parameter as (E(w + step) − E(w − step)) / 2·step, good to about nine digits.

    It needs no complex arithmetic, so it also serves where a complex step cannot go.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    step : float

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> {name: round(g, 6) for name, g in central_differences(net, [0.1], [0.9]).items()}
    {'w1[0,0]': -0.001033, 'w2[0,0]': -0.042387}
    """
    nudged = _nudged(net, None, [step, -step])
    return {name: (up.loss(x, t) - down.loss(x, t)) / (2 * step) for name, (up, down) in nudged}


def differences_and_errors(
    net: Network, x: ArrayLike, t: ArrayLike, names: Iterable[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return central differences of two steps, extrapolated, and how far off each may be.

    A loss that turns sharply at the very place has no derivative there: a difference is then good for nothing
    better than the size of the turn.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    names : list of str

    Examples
    --------
    >>> slopes, errors = differences_and_errors(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], ["w2[0,0]"])
    >>> round(slopes["w2[0,0]"], 9), errors["w2[0,0]"] < 1e-8
    (-0.042386804, True)
    """
    here, h, slopes, errors = net.loss(x, t), 2.0**-10, {}, {}
    for name, near in _nudged(net, names, [h, -h, h / 2, -h / 2]):
        up, down, half_up, half_down = (other.loss(x, t) for other in near)
        wide, narrow = (up - down) / (2 * h), (half_up - half_down) / h
        turns = [(up - 2 * here + down) / h, (half_up - 2 * here + half_down) / (h / 2)]
        largest = max(map(abs, (here, up, down)))
        slopes[name] = (4 * narrow - wide) / 3
        errors[name] = (
            4 * abs(wide - narrow)
            + max(0.0, 2 * abs(turns[1]) - abs(turns[0]))
            + 100 * float(np.finfo(float).eps) * largest / h
        )
    return slopes, errors


def _nudged(
    net: Network, names: Iterable[str] | None, steps: list[complex]
) -> Iterator[tuple[str, list[Network]]]:
    """Yield each parameter's name with networks in which it is greater by each of `steps`."""
    for name in net.by_name() if names is None else names:
        yield name, [_changed(net, taken_apart(name), step) for step in steps]


def _changed(net: Network, name: Name, step: complex) -> Network:
    """Return the network with one weight or bias greater by `step`."""
    weights, biases = list(net.weights), list(net.biases or [])
    arrays = weights if name.letter == "w" else biases
    arrays[name.layer - 1] = arrays[name.layer - 1].astype(type(step))
    arrays[name.layer - 1][name.neurons] += step
    return net.replace(weights, biases or None)


def long_numbers(d: Derivation, numbers: Mapping[Expr, Any]) -> Numbers:
    """Return what every symbol stands for, computed anew with all digits from parameters, x and t."""
    known = {symbol: mpmath.mpf(value) for symbol, value in numbers.items() if symbol not in d.definitions}
    for symbol, definition in d.definitions.items():
        known[symbol] = value_of(definition, known)
    return known


def value_of(expression: Expr, known: Numbers) -> Any:
    """Return the value of an expression, with as many digits as mpmath works with at the moment."""
    symbols = sorted(expression.free_symbols, key=str)
    return sp.lambdify(symbols, expression, "mpmath")(*(known[symbol] for symbol in symbols))


def nudged(d: Derivation, f: Factor, known: Numbers, nudge: Any) -> Any:
    """Return ∂of/∂by from the definition alone: it is watched while the one quantity is nudged.

    Downwards, once and twice: where a relu has its kink, the slope is taken to be that on the left.
    """
    once, twice = (
        value_of(d.definitions[f.of], {**known, f.by: known[f.by] - step}) for step in (nudge, 2 * nudge)
    )
    return (3 * known[f.of] - 4 * once + twice) / (2 * nudge)


def nudged_once(d: Derivation, f: Factor, known: Numbers, nudge: float) -> Any:
    """Return the change of one quantity divided by the nudge of the other."""
    step = mpmath.mpf(str(nudge))  # 0.1 is a tenth here
    there = value_of(d.definitions[f.of], {**known, f.by: known[f.by] + step})
    if not mpmath.isfinite(there) or mpmath.im(there) != 0:
        raise ValueError(
            f"nudge is {got(nudge)}, expected a smaller one: "
            f"{f.of} has no value where {f.by} is {float(known[f.by] + step):g}."
        )
    return (mpmath.re(there) - known[f.of]) / step


class SizedNudge(NamedTuple):
    """What one nudge finds, ΔE/Δw in floats, and how far it is from ∂E/∂w, in floats and with all digits."""

    size: float
    slope: float
    off: float
    off_without_rounding: float


def sized_nudges(
    d: Derivation, name: str, x: ArrayLike, t: ArrayLike, sizes: Sequence[float]
) -> tuple[float, list[SizedNudge]]:
    """Return ∂E/∂`name` for one example, and what nudges of these sizes find instead.

    Parameters
    ----------
    d : Derivation
    name : str
        The parameter.
    x, t : array_like, shapes (features,) and (outputs,)
    sizes : sequence of float

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network([[[0.5]], [[0.5]]]))
    >>> slope, (nudge,) = sized_nudges(d, "w2[0,0]", [0.1], [0.9], [0.1])
    >>> round(slope, 6), round(nudge.slope, 6), round(nudge.off_without_rounding, 6)
    (-0.042387, -0.041451, 0.000936)
    """
    numbers, parameter, found = d.numbers(x, t), d.parameter(name), []
    here = d.net.loss(x, t)
    with mpmath.workdps(_DIGITS):
        known = long_numbers(d, numbers)
        exact = value_of(d.gradient(name), known)
        for size in sizes:
            there = d.net.with_values({name: d.net.by_name()[name] + size}).loss(x, t)
            slope, step = (there - here) / size, mpmath.mpf(size)
            long_there = long_numbers(d, {**numbers, parameter: known[parameter] + step})
            off = (long_there[d.E] - known[d.E]) / step - exact
            found.append(SizedNudge(size, slope, float(slope - exact), float(off)))
        return float(exact), found

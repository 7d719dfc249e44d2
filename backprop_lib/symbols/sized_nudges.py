"""Nudges of many sizes: what each says of one slope, computed in floats and with many more digits.

A big nudge is off because the loss curves on the way; a tiny one because floats have about 16 digits, most of
which two nearly equal losses share. With 60 digits only the first is left, which tells the two apart.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import mpmath
from numpy.typing import ArrayLike

from backprop_lib.symbols.derivation import Derivation
from backprop_lib.symbols.notation import long_numbers, value_of

_DIGITS = 60


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

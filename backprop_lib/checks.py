"""The witnesses: one gradient, computed in ways that share no code, must come out the same.

`Network.gradients` is the first witness and sympy's terms with the numbers put in are the second. The third
only ever computes losses: it nudges one parameter by a tiny imaginary amount and reads the derivative off the
imaginary part. Unlike an ordinary difference it subtracts nothing, so it is exact to the last digits
(Squire and Trapp, SIAM Review 40, 1998). A fourth, automatic differentiation, stands in the tests.

The one thing to notice: a check is worth what it can refuse. The tolerance is 1e-10, for what goes wrong in
hand-made gradients is a sign or a factor of two; `tests` feeds every check something it must reject.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.derivation import Derivation, derive
from backprop_lib.network import Network
from backprop_lib.text import Table, fixed

__all__ = ["Agreement", "CheckFailed", "central_differences", "check_gradients", "complex_step", "symbols"]


class CheckFailed(AssertionError):
    """Two witnesses disagree; the message says at which point, who got what, and what was expected."""


def complex_step(net: Network, x: ArrayLike, t: ArrayLike, step: float = 1e-30) -> dict[str, float]:
    """Return ∂E/∂w for every parameter as Im E(w + i·step) / step.

    Parameters
    ----------
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> {name: round(g, 6) for name, g in complex_step(net, [0.1], [0.9]).items()}
    {'w1[0,0]': -0.001033, 'w2[0,0]': -0.042387}
    """
    nudged = {name: net.with_values({name: value + 1j * step}) for name, value in net.by_name().items()}
    return {name: complex(other.loss(x, t)).imag / step for name, other in nudged.items()}


def central_differences(net: Network, x: ArrayLike, t: ArrayLike, step: float = 1e-5) -> dict[str, float]:
    """Return ∂E/∂w for every parameter as (E(w + step) − E(w − step)) / 2·step, good to about nine digits.

    It needs no complex arithmetic, so it also serves where a complex step cannot go.
    """
    slopes = {}
    for name, value in net.by_name().items():
        up, down = (net.with_values({name: value + s}).loss(x, t) for s in (step, -step))
        slopes[name] = (up - down) / (2 * step)
    return slopes


def symbols(net: Network, x: ArrayLike, t: ArrayLike, d: Derivation | None = None) -> dict[str, float]:
    """Return ∂E/∂w for every parameter from sympy's terms, averaged over the batch."""
    d = d or derive(net)
    pairs = list(zip(np.atleast_2d(np.asarray(x)), np.atleast_2d(np.asarray(t)), strict=True))
    return {name: sum(d.evaluate(name, *pair) for pair in pairs) / len(pairs) for name in d.parameters}


@dataclass(frozen=True)
class Agreement:
    """What each witness says of each parameter, after all were found to agree."""

    witnesses: Mapping[str, Mapping[str, float]]
    tolerance: float

    def __repr__(self) -> str:
        count = len(next(iter(self.witnesses.values())))
        return (
            f"{count} gradients, {len(self.witnesses)} witnesses ({', '.join(self.witnesses)}): "
            f"all agree to within {self.tolerance:g} of the largest."
        )

    def _repr_markdown_(self) -> str:
        names = list(next(iter(self.witnesses.values())))
        rows = [[f"`{n}`", *(fixed(w[n], 12) for w in self.witnesses.values())] for n in names]
        return f"{Table(['∂E/∂…', *self.witnesses], rows)}\n\n{self!r}"


def check_gradients(net: Network, x: ArrayLike, t: ArrayLike, tolerance: float = 1e-10) -> Agreement:
    """Let all witnesses compute every gradient of the network and compare them.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    tolerance : float
        Allowed difference, relative to the largest gradient.

    Raises
    ------
    CheckFailed
        If two witnesses disagree.

    Examples
    --------
    >>> check_gradients(Network(weights=[[[0.5]], [[0.5]]]), [0.1], [0.9])
    2 gradients, 3 witnesses (matrix form, symbols, complex step): all agree to within 1e-10 of the largest.
    """
    witnesses = {
        "matrix form": net.gradients(x, t).by_name(),
        "symbols": symbols(net, x, t),
        "complex step": complex_step(net, x, t),
    }
    expected = witnesses["complex step"]
    scale = max(map(abs, expected.values()))
    for method, slopes in witnesses.items():
        for name, slope in slopes.items():
            if not abs(slope - expected[name]) <= tolerance * scale:
                raise CheckFailed(
                    f"∂E/∂{name} at {name} = {net.by_name()[name]:g}: {method} got {slope:.12g}, "
                    f"complex step expected {expected[name]:.12g} "
                    f"(allowed difference {tolerance * scale:.1g})."
                )
    return Agreement(witnesses, tolerance)

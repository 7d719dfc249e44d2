"""Numbers for the symbols: what sympy wrote down, computed in long arithmetic, one delta after the other.

The numbers go in where the formulas are still short, line by line of the forward pass and delta by delta on
the way back, so the cost grows with the number of weights and not with the number of paths. mpmath's numbers
never overflow, and have as many digits as are asked for: here so many that 1 − a keeps all that a float
holds, however near to 1 the activation a is.

The one thing to notice: nothing of NumPy's arithmetic is in here, not even its exponential.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.core import ACTIVATIONS, check_targets, finite_rows
from backprop_lib.symbols.derivation import Derivation
from backprop_lib.symbols.slopes import A, Z, slope_of

Number = Any  # neither mpmath's nor sympy's classes carry types
Expr = Any
_DIGITS, _MORE = 40, 330  # e^(−745) and tanh(373) want 330 digits more; what is beyond is 0 as a float


class Evaluator:
    """The chain rule of one derivation, ready to take numbers.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> evaluator = Evaluator(derive(Network(weights=[[[0.5]], [[0.5]]])))
    >>> slopes, z = evaluator([0.1], [0.9])
    >>> {name: round(slope, 6) for name, slope in slopes.items()}, float(z["z1[0]"][0])
    ({'w1[0,0]': -0.001033, 'w2[0,0]': -0.042387}, 0.05)
    """

    def __init__(self, d: Derivation) -> None:
        self.d = d
        self._terms = {z: _products(d.definitions[z]) for _, z in d.rules.values()}
        self._onward: dict[Expr, list[tuple[Expr, Expr]]] = {}  # z to the next z, and what leads there
        self._starts: dict[
            Expr, tuple[Expr, Expr, Callable[..., Number]]
        ] = {}  # ∂E/∂a of an output, or ∂E/∂z
        self._at_z = d.net.loss_rule.slope_at_z is not None
        for a, (_, z) in d.rules.items():
            if d.used_in(a) == [d.E]:
                t = d.symbols[f"t[{str(a).partition('[')[2]}"]
                slope = d.delta(z) if self._at_z else d.factor(d.E, a).value
                self._starts[z] = a, t, sp.lambdify([a, t], slope, "mpmath")
            else:
                self._onward[z] = [(k, d.factor(k, a).value) for k in d.used_in(a)]
        self._ends: dict[str, list[tuple[Expr, Expr]]] = {}  # parameter to its z, and what leads there

    def __call__(
        self, x: ArrayLike, t: ArrayLike, names: Iterable[str] | None = None
    ) -> tuple[dict[str, float], dict[str, list[Number]]]:
        """Return ∂E/∂w of every parameter, or those named, and each z, example by example.

        A gradient is the mean over the batch.

        Parameters
        ----------
        x : array_like, shape (features,) or (batch, features)
        t : array_like, shape (outputs,) or (batch, outputs)
        """
        net, symbols = self.d.net, self.d.symbols
        rows = np.atleast_2d(finite_rows("x", x, net.sizes[0]))
        targets = np.atleast_2d(finite_rows("t", t, net.sizes[-1]))
        check_targets(targets, len(rows), net.loss_rule)
        with mpmath.workdps(_DIGITS):
            sums = dict.fromkeys(self.d.parameters if names is None else names, mpmath.mpf(0))
            ends = {name: self._ends.get(name) or self._find_ends(name) for name in sums}
            seen: dict[str, list[Number]] = {str(z): [] for z in self._terms}
            known = {symbols[name]: mpmath.mpf(value) for name, value in net.by_name().items()}
            known[sp.S.One] = mpmath.mpf(1)  # what leads to a bias
            for example in zip(rows.tolist(), targets.tolist(), strict=True):
                for letter, numbers in zip("xt", example, strict=True):
                    known |= {symbols[f"{letter}[{i}]"]: mpmath.mpf(v) for i, v in enumerate(numbers)}
                deltas = self._deltas(known, self._forward(known))
                for z, numbers in seen.items():
                    numbers.append(known[symbols[z]])
                for name, pairs in ends.items():
                    sums[name] += mpmath.fdot((deltas[z], known[factor]) for z, factor in pairs)
            return {name: float(total / len(rows)) for name, total in sums.items()}, seen

    def _find_ends(self, name: str) -> list[tuple[Expr, Expr]]:
        w = self.d.parameter(name)
        return self._ends.setdefault(name, [(z, self.d.factor(z, w).value) for z in self.d.used_in(w)])

    def _forward(self, known: dict[Expr, Number]) -> dict[Expr, Number]:
        """Add every z and a to what is known; return ∂a/∂z by z."""
        slopes = {}
        for a, (rule, z) in self.d.rules.items():
            known[z] = mpmath.fdot((known[left], known[right]) for left, right in self._terms[z])
            with mpmath.workdps(_DIGITS + int(min(abs(known[z]), _MORE))):
                formula, slope = _compiled(rule)
                known[a] = formula(known[z])
                slopes[z] = slope(known[z], known[a])
        return slopes

    def _deltas(self, known: dict[Expr, Number], slopes: dict[Expr, Number]) -> dict[Expr, Number]:
        """Return ∂E/∂z by z, from the last layer to the first, each from those above it."""
        deltas: dict[Expr, Number] = {}
        for z in reversed(slopes):
            if z in self._starts:
                a, t, start = self._starts[z]
                deltas[z] = start(known[a], known[t]) * (1 if self._at_z else slopes[z])
            else:
                onward = mpmath.fdot((deltas[k], known[factor]) for k, factor in self._onward[z])
                deltas[z] = onward * slopes[z]
        return deltas


def _products(total: Expr) -> list[tuple[Expr, Expr]]:
    """Return the terms of a weighted sum, each as two factors; a bias is multiplied by 1."""
    pairs = [sp.Mul.make_args(term) for term in sp.Add.make_args(total)]
    return [(pair[0], pair[1] if len(pair) == 2 else sp.S.One) for pair in pairs]


@cache
def _compiled(rule: str) -> tuple[Callable[..., Number], Callable[..., Number]]:
    """Return an activation's formula f(z) and its slope in z and a, for mpmath's numbers."""
    formula, slope = ACTIVATIONS[rule].formula(sp, Z), slope_of(rule)
    return sp.lambdify([Z], formula, "mpmath"), sp.lambdify([Z, A], slope, "mpmath")

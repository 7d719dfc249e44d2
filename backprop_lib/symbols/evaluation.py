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

from backprop_lib.core import ACTIVATIONS, Array, Float, check_targets, finite_rows
from backprop_lib.symbols.derivation import Derivation
from backprop_lib.symbols.slopes import A, T, Z, slope_of

Number = Any  # neither mpmath's nor sympy's classes carry types
Expr = Any
_SLOPE = sp.Symbol("slope")
_DIGITS, _MORE = 40, 330  # e^(−745) and tanh(373) want 330 digits more; what is beyond is 0 as a float


def evaluate(
    d: Derivation, x: ArrayLike, t: ArrayLike, names: Iterable[str] | None = None
) -> tuple[dict[str, float], list[Float[Array, "batch _"]]]:
    """Return ∂E/∂w of every parameter, or those named, averaged over the batch, and z by layer.

    Parameters
    ----------
    d : Derivation
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    names : list of str, optional

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> slopes, z = evaluate(derive(Network(weights=[[[0.5]], [[0.5]]])), [0.1], [0.9])
    >>> {name: round(slope, 6) for name, slope in slopes.items()}, z[0].tolist()
    ({'w1[0,0]': -0.001033, 'w2[0,0]': -0.042387}, [[0.05]])
    """
    net, symbols = d.net, d.symbols
    rows = np.atleast_2d(finite_rows("x", x, net.sizes[0]))
    targets = np.atleast_2d(finite_rows("t", t, net.sizes[-1]))
    check_targets(targets, len(rows), net.loss_rule)
    starts = {d.rules[a][1]: _start(d, a) for a in d.targets}
    terms = {z: _products(d.definitions[z]) for _, z in d.rules.values()}
    onward = {z: _leading(d, a) for a, (_, z) in d.rules.items() if z not in starts}
    ends = {name: _leading(d, d.parameter(name)) for name in (d.parameters if names is None else names)}
    seen: list[list[Number]] = []
    with mpmath.workdps(_DIGITS):
        sums = dict.fromkeys(ends, mpmath.mpf(0))
        known = {symbols[name]: mpmath.mpf(value) for name, value in net.by_name().items()}
        known[sp.S.One] = mpmath.mpf(1)  # what leads to a bias
        for example in zip(rows.tolist(), targets.tolist(), strict=True):
            for letter, numbers in zip("xt", example, strict=True):
                known |= {symbols[f"{letter}[{i}]"]: mpmath.mpf(v) for i, v in enumerate(numbers)}
            slopes = _forward(d, terms, known)
            seen.append([known[z] for z in terms])
            deltas: dict[Expr, Number] = {}
            for z in reversed(slopes):  # from the last layer to the first, each from those above it
                if z in starts:
                    needed, start = starts[z]
                    deltas[z] = start(slopes[z], *(known[symbol] for symbol in needed))
                else:
                    deltas[z] = mpmath.fdot((deltas[k], known[w]) for k, w in onward[z]) * slopes[z]
            for name, pairs in ends.items():
                sums[name] += mpmath.fdot((deltas[z], known[factor]) for z, factor in pairs)
        means = {name: float(total / len(rows)) for name, total in sums.items()}
    return means, np.split(np.array(seen, float), np.cumsum(net.sizes[1:-1]), axis=1)


def _leading(d: Derivation, symbol: Expr) -> list[tuple[Expr, Expr]]:
    """Return where the value of an activation or a parameter goes next, each with the factor on the way."""
    return [(k, d.factor(k, symbol).value) for k in d.used_in(symbol)]


def _start(d: Derivation, a: Expr) -> tuple[list[Expr], Callable[..., Number]]:
    """Return outputs and targets, this one's first, and ∂E/∂z as a function of ∂a/∂z and all of these."""
    delta = d.delta(d.rules[a][1]) if d.cancels else d.factor(d.E, a).value * _SLOPE
    needed = [a, d.targets[a]]
    needed += sorted(delta.free_symbols.difference(needed, {_SLOPE}), key=str)
    places = [A, T, *sp.symbols(f"other:{len(needed) - 2}", real=True)]
    return needed, _compiled_delta(delta.xreplace(dict(zip(needed, places, strict=True))), len(needed))


@cache
def _compiled_delta(delta: Expr, count: int) -> Callable[..., Number]:
    """Return a loss's ∂E/∂z for mpmath's numbers; all outputs have the same."""
    places = [_SLOPE, A, T, *sp.symbols(f"other:{count - 2}", real=True)]
    compiled: Callable[..., Number] = sp.lambdify(places, delta, "mpmath")
    return compiled


def _forward(
    d: Derivation, terms: dict[Expr, list[tuple[Expr, Expr]]], known: dict[Expr, Number]
) -> dict[Expr, Number]:
    """Add every z and a to what is known; return ∂a/∂z by z."""
    slopes = {}
    compared: dict[Expr, Expr] = {}
    for a, (rule, z) in d.rules.items():
        known[z] = mpmath.fdot((known[left], known[right]) for left, right in terms[z])
        if ACTIVATIONS[rule].compares:
            compared[a] = z
            continue
        with mpmath.workdps(_DIGITS + int(min(abs(known[z]), _MORE))):
            formula, slope = _compiled(rule)
            known[a] = formula(known[z])
            slopes[z] = slope(known[z], known[a])
    if compared:  # the last layer
        largest = max(known[z] for z in compared.values())
        shares = {a: mpmath.exp(known[z] - largest) for a, z in compared.items()}
        with mpmath.workdps(_DIGITS + _MORE):
            total = mpmath.fsum(shares.values())
            for a, z in compared.items():
                known[a], slopes[z] = shares[a] / total, mpmath.nan  # its slope is never asked for
    return slopes


def _products(total: Expr) -> list[tuple[Expr, Expr]]:
    """Return the terms of a weighted sum, each as two factors; a bias is multiplied by 1."""
    pairs = [sp.Mul.make_args(term) for term in sp.Add.make_args(total)]
    return [(pair[0], pair[1] if len(pair) == 2 else sp.S.One) for pair in pairs]


@cache
def _compiled(rule: str) -> tuple[Callable[..., Number], Callable[..., Number]]:
    """Return an activation's formula f(z) and its slope in z and a, for mpmath's numbers."""
    formula, slope = ACTIVATIONS[rule].formula(sp, Z), slope_of(rule)
    return sp.lambdify([Z], formula, "mpmath"), sp.lambdify([Z, A], slope, "mpmath")

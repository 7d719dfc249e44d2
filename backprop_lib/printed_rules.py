"""How a program of plain numbers computes the rules of `functions`: no digit is lost, nothing overflows.

sympy writes a·(1 − a), which is 0 from z = 37 on, and log(1 + e^z), which overflows. A program takes the
exponential of −|z|, once, and makes the activation, its slope and the loss of it.
"""

from __future__ import annotations

import sympy as sp
from sympy.codegen.cfunctions import log1p

from backprop_lib.symbols import Derivation, Expr
from backprop_lib.text import identifier

__all__ = ["activation", "cross_entropy"]


def activation(d: Derivation, a: Expr) -> tuple[list[tuple[str, Expr]], Expr]:
    """Return the lines that compute an activation, and its slope, which then keeps all its digits.

    Exponentials are taken of −|z| only, so that none overflows; 1 − a would lose what e·s keeps.
    """
    rule, z = d.rules[a]
    e, s, up = *_exponential(a), z > 0
    first = [(str(e), sp.exp(sp.Piecewise((-z, up), (z, True)))), (str(s), 1 / (1 + e))]
    if rule == "sigmoid":
        value, slope = sp.Piecewise((s, up), (e * s, True)), e * s**2
    elif rule == "softplus":
        value, slope = sp.Piecewise((z, up), (0, True)) + log1p(e), sp.Piecewise((s, up), (e * s, True))
    elif rule == "tanh":  # here of −2|z|
        first = [(str(e), sp.exp(sp.Piecewise((-2 * z, up), (2 * z, True)))), first[1]]
        value, slope = sp.tanh(z), 4 * e * s**2
    else:
        first, value, slope = [], d.definitions[a], d.factor(a, z).value
    return [*first, (identifier(str(a)), value)], slope


def cross_entropy(d: Derivation, a: Expr, t: Expr) -> tuple[Expr, Expr]:
    """Return the cross-entropy of an output and its slope ∂E/∂z, where no logarithm meets a zero."""
    z, (e, s) = d.rules[a][1], _exponential(a)
    loss = log1p(e) + sp.Piecewise(((1 - t) * z, z > 0), (-t * z, True))
    return loss, (1 - t) * a - t * sp.Piecewise((e * s, z > 0), (s, True))


def _exponential(a: Expr) -> tuple[Expr, Expr]:
    """Return the names of an activation's exponential e and of 1/(1 + e)."""
    place = identifier(str(a))[1:]
    return sp.Symbol(f"e{place}"), sp.Symbol(f"s{place}")

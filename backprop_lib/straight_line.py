"""Straight-line code: the derivation, printed as a Python function of plain numbers.

A derivation is a list of short definitions, and so is a program. For a network of a handful of weights this
program is also the fastest one there is: nothing is looped over, allocated or indexed.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import sympy as sp

from backprop_lib.derivation import Derivation, Expr
from backprop_lib.text import identifier

__all__ = ["compile_straight_line", "straight_line"]

Function = Callable[..., tuple[float, tuple[float, ...]]]


def straight_line(d: Derivation) -> str:
    """Return Python source of `loss_and_gradients(parameters…, x…, t…)` for one example.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> print(straight_line(derive(Network([[[0.5]]], activation="identity"))))
    def loss_and_gradients(w1_0_0, x_0, t_0):
        z1_0 = w1_0_0*x_0
        a1_0 = z1_0
        E = (1/2)*(-a1_0 + t_0)**2
        delta1_0 = a1_0 - t_0
        dE_dw1_0_0 = delta1_0*x_0
        return E, (dE_dw1_0_0,)
    """
    body = [(symbol, _guarded(d, symbol)) for symbol in d.definitions]
    deltas = {}
    for layer in range(len(d.net.weights), 0, -1):
        for i in range(d.net.sizes[layer]):
            z, a = d.symbols[f"z{layer}[{i}]"], d.symbols[f"a{layer}[{i}]"]
            deltas[z] = sp.Symbol(f"delta{layer}[{i}]")
            onward = [deltas[k] * d.factor(k, a).value for k in d.used_in(a) if k != d.E]
            body.append((deltas[z], sp.Add(*onward) * d.factor(a, z).value if onward else d.delta(z)))
    for name in d.parameters:
        w = d.symbols[name]
        slope = sp.Add(*(deltas[z] * d.factor(z, w).value for z in d.used_in(w)))
        body.append((sp.Symbol(f"dE_d{name}"), slope))
    inputs = [n for n in d.symbols if n[0] in "xt"]
    return "\n".join(
        [
            f"def loss_and_gradients({', '.join(map(identifier, d.parameters + inputs))}):",
            *(f"    {identifier(str(symbol))} = {_code(expression)}" for symbol, expression in body),
            f"    return E, ({' '.join(f'dE_d{identifier(n)},' for n in d.parameters)})",
        ]
    )


def compile_straight_line(d: Derivation) -> Function:
    """Return the function that `straight_line` prints.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> f = compile_straight_line(derive(Network([[[0.5]], [[0.5]]])))
    >>> loss, slopes = f(0.5, 0.5, 0.1, 0.9)
    >>> round(loss, 6), [round(slope, 6) for slope in slopes]
    (0.056544, [-0.001033, -0.042387])
    """
    scope: dict[str, Any] = {"math": math}
    exec(straight_line(d), scope)  # our own text: identifiers and sympy's arithmetic, nothing from outside
    function: Function = scope["loss_and_gradients"]
    return function


def _guarded(d: Derivation, symbol: Expr) -> Expr:
    """Return a definition; the cross-entropy from z, where its logarithms never meet a zero."""
    if symbol != d.E or d.net.loss_rule.slope_at_z is None:
        return d.definitions[symbol]
    last = len(d.net.weights)
    outputs = [(d.symbols[f"z{last}[{i}]"], d.symbols[f"t[{i}]"]) for i in range(d.net.sizes[-1])]
    return sp.Add(*(t * _softplus(-z) + (1 - t) * _softplus(z) for z, t in outputs))


def _sigmoid(z: Expr) -> Expr:
    return sp.Piecewise((sp.exp(z), z < -700), (1 / (1 + sp.exp(-z)), True))


def _softplus(z: Expr) -> Expr:
    return sp.Piecewise((z, z > 700), (sp.log(1 + sp.exp(z)), True))


def _code(expression: Expr) -> str:
    """Print an expression with identifiers for names, and with exponentials that cannot overflow."""
    names = {symbol: sp.Symbol(identifier(str(symbol))) for symbol in expression.free_symbols}
    z = [symbol for symbol in names if str(symbol).startswith("z")]
    safe = {1 / (1 + sp.exp(-k)): _sigmoid(k) for k in z} | {sp.log(1 + sp.exp(k)): _softplus(k) for k in z}
    return str(sp.pycode(expression.xreplace(safe).xreplace(names)))

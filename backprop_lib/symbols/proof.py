"""The proof that the layered derivation is right: against the derivative of the whole loss at once.

Written out in weights and inputs alone, the loss is one long expression. Differentiating it naively needs no
idea of layers or paths, so it can vouch for the derivation that does. Comparing the two with exponentials in
them is slow and unreliable; so each activation stays opaque here: of it, only the slope is known. What is
left to compare are polynomials, and for those "equal" is exact and quick.
"""

from __future__ import annotations

from functools import cache

import sympy as sp

from backprop_lib.core import ACTIVATIONS, check_arguments
from backprop_lib.symbols.derivation import Derivation, Expr
from backprop_lib.symbols.slopes import OTHER_A, A, Z, slope_in_other, slope_of
from backprop_lib.text import taken_apart


def prove(d: Derivation) -> dict[str, Expr]:
    """Return, for every parameter, the naive derivative minus the layered one, reduced: 0 is a proof.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> prove(derive(Network(weights=[[[0.5]], [[0.5]]])))
    {'w1[0,0]': 0, 'w2[0,0]': 0}
    """
    check_arguments(prove, locals())
    whole, symbol_of = _written_out(d)
    differences = {}
    for name in d.parameters:
        naive = sp.diff(whole, d.parameter(name))
        for written, symbol in symbol_of:
            naive = naive.xreplace({written: symbol})
        difference = naive - d.gradient(name)
        differences[name] = sp.cancel(sp.together(difference)) if d.cancels else sp.expand(difference)
    return differences


def _written_out(d: Derivation) -> tuple[Expr, list[tuple[Expr, Expr]]]:
    """Return the loss in weights and inputs alone, and what each written-out activation stands for."""
    whole: dict[Expr, Expr] = {}
    symbol_of: list[tuple[Expr, Expr]] = []  # outermost first
    for symbol, definition in d.definitions.items():
        if symbol not in d.rules:
            whole[symbol] = definition.xreplace(whole)
            continue
        rule, z = d.rules[symbol]
        if ACTIVATIONS[rule].compares:
            layer = [
                its
                for a, (_, its) in d.rules.items()
                if taken_apart(str(a)).layer == taken_apart(str(z)).layer
            ]
            whole[symbol] = _opaque_share(rule)(layer.index(z), *(whole[its] for its in layer))
        else:
            whole[symbol] = _opaque(rule)(whole[z])
            symbol_of.insert(0, (_opaque_slope(rule)(whole[z]), d.factor(symbol, z).value))
        symbol_of.insert(0, (whole[symbol], symbol))
    return whole[d.E], symbol_of


@cache
def _opaque_share(rule: str) -> Expr:
    """Return an activation that compares all z of its layer: which of them is its own comes first."""

    def fdiff(self: Expr, argindex: int = 1) -> Expr:
        own, *z = self.args
        if argindex == own + 2:
            return slope_of(rule).xreplace({A: self})
        return slope_in_other(rule).xreplace({A: self, OTHER_A: type(self)(sp.Integer(argindex - 2), *z)})

    return type(rule, (sp.Function,), {"fdiff": fdiff})


@cache
def _opaque(rule: str) -> Expr:
    def fdiff(self: Expr, argindex: int = 1) -> Expr:
        slope = slope_of(rule)
        return _opaque_slope(rule)(self.args[0]) if slope.has(Z) else slope.xreplace({A: self})

    return type(rule, (sp.Function,), {"fdiff": fdiff})


@cache
def _opaque_slope(rule: str) -> Expr:
    return sp.Function(f"{rule}_slope")

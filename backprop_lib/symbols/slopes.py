"""The readable slopes of `functions`, in symbols, each confirmed by sympy before anyone may use it.

sympy differentiates the sigmoid to e^(−z) / (1 + e^(−z))², which is right and says nothing. The course writes
a·(1 − a) instead. Whether the two are the same is decided here, and only here.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import sympy as sp

from backprop_lib.core import ACTIVATIONS, LOSSES, choose

Expr = Any  # sympy's classes carry no types

Z, A, T = sp.symbols("z a t", real=True)
_OTHER_Z, OTHER_A = sp.symbols("z_other a_other", real=True)


@cache
def slope_of(name: str) -> Expr:
    """Return an activation's readable slope in the symbols `Z` and `A`, after sympy has confirmed it."""
    f = choose("activation", name, ACTIVATIONS)
    others = [_OTHER_Z] if f.compares else []
    formula, slope = f.formula(sp, Z, *others), sp.sympify(f.slope_formula(sp, Z, A))
    _confirm(f"the slope of {name!r}", sp.diff(formula, Z), slope.subs(A, formula))
    return slope


@cache
def slope_in_other(name: str) -> Expr:
    """Return the slope of an activation in another z of its layer, in `A` and `OTHER_A`, once confirmed."""
    f = choose("activation", name, ACTIVATIONS)
    if f.slope_in_other is None:
        return sp.Integer(0)
    a, other = f.formula(sp, Z, _OTHER_Z), f.formula(sp, _OTHER_Z, Z)
    slope = f.slope_in_other(A, OTHER_A)
    _confirm(f"the slope of {name!r} in another z", sp.diff(a, _OTHER_Z), slope.subs({A: a, OTHER_A: other}))
    return slope


@cache
def loss_slope_of(name: str) -> Expr:
    """Return a loss's readable slope in `A` and `T`, after sympy has confirmed it."""
    f = choose("loss", name, LOSSES)
    slope = sp.sympify(f.slope_formula(sp, A, T))
    _confirm(f"the slope of {name!r}", sp.diff(f.formula(sp, A, T), A), slope)
    return slope


def _confirm(what: str, derived: Expr, written: Expr) -> None:
    if sp.simplify(derived - written) != 0:
        raise ValueError(f"{what} is written as {written}, but sympy derives {derived}.")

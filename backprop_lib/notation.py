"""How a derivation is shown: chains in LaTeX, and tables of factors with their numbers.

Each factor in a table has been computed twice: from sympy's derivative, and by nudging the one quantity
that it is the derivative by. A table that would show two different numbers is never shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.checks import CheckFailed
from backprop_lib.derivation import Derivation, Expr, Factor
from backprop_lib.inputs import path_number
from backprop_lib.text import Table, fixed, latex_name

__all__ = ["Latex", "chain", "definitions", "factor_table", "latex"]


@dataclass(frozen=True)
class Latex:
    """A formula for a notebook, shown on a line of its own."""

    source: str

    def __repr__(self) -> str:
        return self.source

    def _repr_latex_(self) -> str:
        return _inline(self.source)


def latex(d: Derivation, expression: Expr) -> str:
    r"""Return an expression in LaTeX with the derivation's symbols properly named.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network(weights=[[[0.5]], [[0.5]]]))
    >>> latex(d, d.gradient("w2[0,0]"))
    'a_{1} a_{2} \\left(1 - a_{2}\\right) \\left(a_{2} - t\\right)'
    """
    single = max(d.net.sizes) == 1
    names = {symbol: latex_name(name, single) for name, symbol in d.symbols.items()}
    return str(sp.latex(expression, symbol_names=names))


def definitions(d: Derivation) -> Latex:
    """Return the forward pass, one aligned line for each quantity."""
    rows = [f"{latex(d, s)} &= {latex(d, definition)}" for s, definition in d.definitions.items()]
    return Latex(r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}")


def chain(d: Derivation, name: str) -> Latex:
    r"""Return the chain rule for one parameter: its factors in symbols, one product for each path.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network(weights=[[[0.5]]]))
    >>> for part in chain(d, "w1[0,0]").source.replace(" = ", r" \cdot ").split(r" \cdot "):
    ...     print(part)
    \frac{\partial E}{\partial w_{1}}
    \frac{\partial E}{\partial a_{1}}
    \frac{\partial a_{1}}{\partial z_{1}}
    \frac{\partial z_{1}}{\partial w_{1}}
    """
    products = [r" \cdot ".join(_ratio(d, f.of, f.by) for f in path) for path in d.factors(name)]
    whole = _ratio(d, d.E, d.parameter(name))
    if len(products) == 1:
        return Latex(f"{whole} = {products[0]}")
    rows = r" \\ &\quad + ".join(products)
    return Latex(rf"\begin{{aligned}}{whole} &= {rows}\end{{aligned}}")


def factor_table(d: Derivation, name: str, x: ArrayLike, t: ArrayLike, path: int = 0) -> Table:
    """Return one path's factors: symbol, sympy's derivative, its readable form, and its number twice.

    Parameters
    ----------
    d : Derivation
    name : str
        The parameter.
    x, t : array_like, shapes (features,) and (outputs,)
    path : int
        Which of the paths, counted from 0.

    Raises
    ------
    CheckFailed
        If a factor and its nudged definition differ by more than 1e-10, relative.
    """
    numbers = d.numbers(x, t)
    paths = d.factors(name)
    path = path_number(path, len(paths), name)
    factors = paths[path]
    values = [float(f.value.xreplace(numbers)) for f in factors]
    nudged = [_nudged(d, f, numbers) for f in factors]
    _compare(factors, values, nudged)
    rows = [
        [
            _inline(_ratio(d, f.of, f.by)),
            *(_inline(latex(d, e)) for e in (f.derived, f.value)),
            *map(fixed, pair),
        ]
        for f, *pair in zip(factors, values, nudged, strict=True)
    ]
    products = [fixed(float(np.prod(column))) for column in (values, nudged)]
    whole = _inline(_ratio(d, d.E, d.parameter(name))) if len(paths) == 1 else f"path {path}"
    rows.append([whole, "", "product", *(f"**{product}**" for product in products)])
    return Table(["factor", "sympy derives", "which is", "number", "by nudging"], rows)


def _inline(source: str) -> str:
    return f"$\\displaystyle {source}$"


def _ratio(d: Derivation, of: Expr, by: Expr) -> str:
    return rf"\frac{{\partial {latex(d, of)}}}{{\partial {latex(d, by)}}}"


def _nudged(d: Derivation, f: Factor, numbers: dict[Expr, float]) -> float:
    """Return ∂of/∂by from the definition alone, by a complex step in the one quantity."""
    others = {symbol: value for symbol, value in numbers.items() if symbol != f.by}
    definition = sp.lambdify(f.by, d.definitions[f.of].xreplace(others), "numpy")
    return float(np.imag(definition(numbers[f.by] + 1e-30j)) / 1e-30)


def _compare(factors: Sequence[Factor], values: Sequence[float], nudged: Sequence[float]) -> None:
    for f, value, expected in zip(factors, values, nudged, strict=True):
        if not abs(value - expected) <= 1e-10 * max(abs(expected), 1e-300):
            raise CheckFailed(
                f"∂{f.of}/∂{f.by}: symbols got {value:.12g}, complex step expected {expected:.12g}."
            )

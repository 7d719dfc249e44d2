"""How a derivation is shown: chains in LaTeX, and tables of factors with their numbers.

Each factor in a table has been computed twice: from sympy's derivative, and by nudging the one quantity
that it is the derivative by. A table that would show two different numbers is never shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.core import check_arguments, path_number
from backprop_lib.symbols.derivation import Derivation, Expr, Factor
from backprop_lib.symbols.panel import CheckFailed
from backprop_lib.text import Table, fixed, latex_name, raised

Numbers = Mapping[Expr, Any]  # mpmath's classes carry no types
_FARTHEST = 5000  # digits


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

    Parameters
    ----------
    d : Derivation
    expression : sympy expression in its symbols

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network(weights=[[[0.5]], [[0.5]]]))
    >>> latex(d, d.gradient("w2[0,0]"))
    'a_{1} a_{2} \\left(1 - a_{2}\\right) \\left(a_{2} - t\\right)'
    """
    check_arguments(latex, locals())
    single = max(d.net.sizes) == 1
    names = {symbol: latex_name(name, single) for name, symbol in d.symbols.items()}
    return str(sp.latex(expression, symbol_names=names))


def definitions(d: Derivation) -> Latex:
    """Return the forward pass, one aligned line for each quantity."""
    check_arguments(definitions, locals())
    rows = [f"{latex(d, s)} &= {latex(d, definition)}" for s, definition in d.definitions.items()]
    return Latex(r"\begin{aligned}" + r" \\ ".join(rows) + r"\end{aligned}")


def chain(d: Derivation, name: str) -> Latex:
    r"""Return the chain rule for one parameter: its factors in symbols, one product for each path.

    Parameters
    ----------
    d : Derivation
    name : str
        The parameter.

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
    check_arguments(chain, locals())
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

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> table = factor_table(derive(Network(weights=[[[0.5]], [[0.5]]])), "w2[0,0]", [0.1], [0.9])
    >>> [row[3:] for row in table.rows][-1]
    ['**−0.042387**', '**−0.042387**']
    """
    check_arguments(factor_table, locals())
    numbers, paths = d.numbers(x, t), d.factors(name)
    path = path_number(path, len(paths), name)
    factors = paths[path]
    # A tanh at z is about e^−2|z| from its end: so many digits that a nudge can be seen there, too.
    far = 1 + min(int(2 * max(abs(numbers[z]) for _, z in d.rules.values()) / np.log(10)), _FARTHEST)
    with mpmath.workdps(2 * far + 100):
        known = _long_numbers(d, numbers)
        values = [_value(f.value, known) for f in factors]
        nudged = [_nudged(d, f, known, mpmath.mpf(10) ** -(far + 60)) for f in factors]
        floor = mpmath.mpf(10) ** -(far + 20)
        for f, value, expected in zip(factors, values, nudged, strict=True):
            if not abs(value - expected) <= max(1e-10 * abs(expected), floor * max(1, abs(known[f.of]))):
                raise CheckFailed(
                    f"∂{f.of}/∂{f.by}: symbols got {float(value):.12g}, "
                    f"nudging expected {float(expected):.12g}."
                )
        columns = [[*map(_shown, column), _shown(mpmath.fprod(column))] for column in (values, nudged)]
    formulas = [
        [_inline(_ratio(d, f.of, f.by)), *(_inline(latex(d, e)) for e in (f.derived, f.value))]
        for f in factors
    ]
    rows = [[*written, *pair] for written, *pair in zip(formulas, *columns, strict=False)]
    whole = _inline(_ratio(d, d.E, d.parameter(name))) if len(paths) == 1 else f"path {path}"
    rows.append([whole, "", "product", *(f"**{column[-1]}**" for column in columns)])
    return Table(["factor", "sympy derives", "which is", "number", "by nudging"], rows)


def _inline(source: str) -> str:
    return f"$\\displaystyle {source}$"


def _ratio(d: Derivation, of: Expr, by: Expr) -> str:
    return rf"\frac{{\partial {latex(d, of)}}}{{\partial {latex(d, by)}}}"


def _long_numbers(d: Derivation, numbers: Mapping[Expr, float]) -> Numbers:
    """Return what every symbol stands for, computed anew with all digits from parameters, x and t."""
    known = {symbol: mpmath.mpf(value) for symbol, value in numbers.items() if symbol not in d.definitions}
    for symbol, definition in d.definitions.items():
        known[symbol] = _value(definition, known)
    return known


def _value(expression: Expr, known: Numbers) -> Any:
    symbols = sorted(expression.free_symbols, key=str)
    return sp.lambdify(symbols, expression, "mpmath")(*(known[symbol] for symbol in symbols))


def _nudged(d: Derivation, f: Factor, known: Numbers, nudge: Any) -> Any:
    """Return ∂of/∂by from the definition alone: it is watched while the one quantity is nudged.

    Downwards, once and twice: where a relu has its kink, the slope is taken to be that on the left.
    """
    once, twice = (
        _value(d.definitions[f.of], {**known, f.by: known[f.by] - step}) for step in (nudge, 2 * nudge)
    )
    return (3 * known[f.of] - 4 * once + twice) / (2 * nudge)


def _shown(value: Any) -> str:
    """Return a number with six decimals, or a power of ten for one that would be long, or beyond a float."""
    if abs(float(value)) < 1e6:
        return fixed(float(value))
    digits, _, power = mpmath.nstr(value, 3, min_fixed=1, max_fixed=0).partition("e")
    return f"{fixed(float(digits), 2)}·10{raised(int(power))}"

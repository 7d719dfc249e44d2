"""How a derivation is shown: chains in LaTeX, and tables of factors with their numbers.

Each factor in a table has been computed twice: from sympy's derivative, and by nudging the one quantity in
its denominator. A table in which the two disagree is never shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import mpmath
import numpy as np
import sympy as sp
from numpy.typing import ArrayLike
from sympy.printing.latex import LatexPrinter

from backprop_lib.core import check_arguments, path_number
from backprop_lib.symbols.derivation import Derivation, Expr
from backprop_lib.symbols.nudging import long_numbers, nudged, nudged_once, value_of
from backprop_lib.symbols.panel import CheckFailed
from backprop_lib.text import Table, fixed, got, latex_name, raised, rate

_FARTHEST = 5000  # digits
_LEAST = 1e-30  # nudge
_CLOSE = 9  # decimals of a difference
_ORDER = "wxabztE"  # of letters in a product: weights first


@dataclass(frozen=True)
class Latex:
    """A formula for a notebook, shown on a line of its own."""

    source: str

    def __repr__(self) -> str:
        return self.source

    def _repr_latex_(self) -> str:
        return _inline(self.source)


def latex(d: Derivation, expression: Expr) -> str:
    r"""Return an expression in LaTeX, with the symbols and in the order that the course uses.

    sympy would write w·a as a·w, and t − a as −a + t.

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
    >>> latex(d, d.definitions[d.symbols["z2[0]"]]), latex(d, d.definitions[d.E])
    ('w_{2} a_{1}', '\\frac{\\left(t - a_{2}\\right)^{2}}{2}')
    """
    check_arguments(latex, locals())
    single = max(d.net.sizes) == 1
    inside = [symbol for symbol in expression.free_symbols if str(symbol) in d.symbols]
    ranked = {s: sp.Symbol(f"{_ORDER.index(str(s)[0])}{s}", real=True) for s in inside}
    names = {new: latex_name(str(symbol), single) for symbol, new in ranked.items()}
    return str(_Printer({"symbol_names": names}).doprint(expression.xreplace(ranked)))


def _positive_first(printer: Any, sum_: Expr, order: str | None = None) -> list[Expr]:
    terms = LatexPrinter._as_ordered_terms(printer, sum_, order=order)
    return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))


_Printer = type("_Printer", (LatexPrinter,), {"_as_ordered_terms": _positive_first})


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


def factor_table(
    d: Derivation, name: str, x: ArrayLike, t: ArrayLike, path: int = 0, nudge: float | None = None
) -> Table:
    """Return one path's factors: symbol, sympy's derivative, its readable form, and its number twice.

    Parameters
    ----------
    d : Derivation
    name : str
        The parameter.
    x, t : array_like, shapes (features,) and (outputs,)
    path : int
        Which of the paths, counted from 0.
    nudge : float, optional
        How far each quantity is nudged: once, as you would by hand, but computed with many more digits than
        a float has. Without it, the nudge is so tiny that no difference is left.

    Raises
    ------
    CheckFailed
        If a factor and its definition, nudged by next to nothing, differ by more than 1e-10, relative.
    ValueError
        If the path or the nudge makes no sense.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network(weights=[[[0.5]], [[0.5]]]))
    >>> factor_table(d, "w2[0,0]", [0.1], [0.9]).rows[-1][3:]
    ['−0.042387', '−0.042387', '0.000000000']
    >>> table = factor_table(d, "w2[0,0]", [0.1], [0.9], nudge=0.001)
    >>> table.head[-2:], table.rows[0][3:]
    (['nudged by 0.001', 'difference'], ['−0.336286', '−0.335786', '−0.000500000'])
    """
    check_arguments(factor_table, locals())
    if nudge is not None and not _LEAST <= abs(nudge) <= 1:
        raise ValueError(f"nudge is {got(nudge)}, expected a number such as 0.001, at most 1 and not 0.")
    numbers, paths = d.numbers(x, t), d.factors(name)
    path = path_number(path, len(paths), name)
    factors = paths[path]
    # A tanh at z is about e^−2|z| from its end: so many digits that a nudge can be seen there, too.
    far = 1 + min(int(2 * max(abs(numbers[z]) for _, z in d.rules.values()) / np.log(10)), _FARTHEST)
    with mpmath.workdps(2 * far + 100):
        known = long_numbers(d, numbers)
        values = [value_of(f.value, known) for f in factors]
        found = [nudged(d, f, known, mpmath.mpf(10) ** -(far + 60)) for f in factors]
        floor = mpmath.mpf(10) ** -(far + 20)
        for f, value, expected in zip(factors, values, found, strict=True):
            if not abs(value - expected) <= max(1e-10 * abs(expected), floor * max(1, abs(known[f.of]))):
                raise CheckFailed(
                    f"∂{f.of}/∂{f.by}: symbols got {float(value):.12g}, "
                    f"nudging expected {float(expected):.12g}."
                )
        if nudge is not None:
            found = [nudged_once(d, f, known, nudge) for f in factors]
        pairs = [*zip(values, found, strict=True), (mpmath.fprod(values), mpmath.fprod(found))]
        written = [[_shown(v), _shown(n), _shown(v - n, _CLOSE)] for v, n in pairs]
    formulas = [
        [_inline(_ratio(d, f.of, f.by)), *(_inline(latex(d, e)) for e in (f.derived, f.value))]
        for f in factors
    ]
    whole = _inline(_ratio(d, d.E, d.parameter(name))) if len(paths) == 1 else f"path {path}"
    formulas.append([whole, "", "**product**"])
    rows = [[*formula, *three] for formula, three in zip(formulas, written, strict=True)]
    by = "by nudging" if nudge is None else f"nudged by {_nudge_written(nudge)}"
    return Table(["factor", "sympy derives", "which is", "number", by, "difference"], rows)


def _inline(source: str) -> str:
    return f"$\\displaystyle {source}$"


def _ratio(d: Derivation, of: Expr, by: Expr) -> str:
    return rf"\frac{{\partial {latex(d, of)}}}{{\partial {latex(d, by)}}}"


def _nudge_written(nudge: float) -> str:
    written = f"{nudge:g}".replace("-", "−") if abs(nudge) >= 1e-4 else rate(nudge)
    return written.replace("1.00·10", "10")


def _shown(value: Any, decimals: int = 6) -> str:
    """Return a number with fixed decimals, or a power of ten if it would be long, or beyond a float."""
    if abs(float(value)) < 1e6:
        return fixed(float(value), decimals)
    digits, _, power = mpmath.nstr(value, 3, min_fixed=1, max_fixed=0).partition("e")
    return f"{fixed(float(digits), 2)}·10{raised(int(power))}"

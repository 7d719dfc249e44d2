"""Formulas as plain HTML: subscripts, fractions and signs that need neither a kernel nor a typesetter."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import sympy as sp

from backprop_lib.symbols import Expr
from backprop_lib.text import fixed, taken_apart

Writer = Callable[[str], str]


def short(value: float) -> str:
    """Return a number with six decimals, without the zeros at the end of one that has fewer.

    Examples
    --------
    >>> short(0.5), short(-0.0423868), short(1.0), short(1 / 3)
    ('0.5', '−0.042387', '1', '0.333333')
    """
    text = fixed(value)
    return text.rstrip("0").rstrip(".") if abs(value - round(value, 6)) < 1e-12 else text


def named(name: str, single: bool) -> str:
    """Return a quantity's name; a derivative becomes a fraction, and ∂E/∂z is called δ.

    Examples
    --------
    >>> named("w1[0,1]", single=False), named("∂E/∂z2[0]", single=True)
    ('<i>w</i><span class="both"><sup>(1)</sup><sub>01</sub></span>', '<i>δ</i><sub>2</sub>')
    """
    if name.startswith("∂E/∂") and not name.startswith("∂E/∂z"):
        return fraction("E", name.removeprefix("∂E/∂"), single)
    if "[" not in name:
        return f"<i>{name}</i>"
    letter, layer, neurons = taken_apart(name.removeprefix("∂E/∂"))
    letter = "δ" if name.startswith("∂") else letter
    if single:
        return f"<i>{letter}</i>" + (f"<sub>{layer}</sub>" if layer else "")
    lower = f"<sub>{('' if max(neurons) < 10 else ',').join(map(str, neurons))}</sub>"
    if not layer:
        return f"<i>{letter}</i>{lower}"
    return f'<i>{letter}</i><span class="both"><sup>({layer})</sup>{lower}</span>'


def fraction(of: str, by: str, single: bool) -> str:
    """Return the derivative of one quantity by another."""
    return _over(f"∂{named(of, single)}", f"∂{named(by, single)}")


def sum_of_products(terms: Sequence[Sequence[Expr]], write: Writer) -> str:
    """Return products joined by their signs; a factor −1 at the front of a product is its sign."""
    text = ""
    for term in terms:
        first, *rest = term
        minus = first == -1 or (not rest and first.could_extract_minus_sign())
        factors = rest if first == -1 else [-first] if minus else term
        sign = (" − " if minus else " + ") if text else "−" if minus else ""
        alone = len(factors) == 1 and not (minus and factors[0].is_Add)
        text += sign + " · ".join(shown(f, write, inside=not alone) for f in factors)
    return text


def shown(expression: Expr, write: Writer, inside: bool = False) -> str:
    """Return an expression with each symbol written by `write`; `inside` a product, sums take brackets.

    Examples
    --------
    >>> a, t = sp.symbols("a t")
    >>> shown(a * (1 - a), lambda name: name), shown((t - a) ** 2 / 2, str)
    ('a · (1 − a)', '½ · (t − a)<sup>2</sup>')
    """
    if expression.is_Symbol:
        return write(str(expression))
    if expression.is_Add:
        terms = sorted(expression.as_ordered_terms(), key=lambda term: term.could_extract_minus_sign())
        text = sum_of_products([(term,) for term in terms], write)
        return f"({text})" if inside else text
    if expression.is_Piecewise:
        (value, condition), (other, _) = expression.args
        bounds = " > ".join(shown(side, write) for side in condition.args)
        return f"({shown(value, write)} if {bounds}, else {shown(other, write)})"
    if expression.func in _FUNCTIONS:
        return f"{_FUNCTIONS[expression.func]}({shown(expression.args[0], write)})"
    if expression.func == sp.exp:
        return f"e<sup>{shown(expression.args[0], write)}</sup>"
    above, below = sp.fraction(expression)
    if below not in (1, 2):
        return _over(shown(above, write), shown(below, write))
    if expression.is_Mul:
        minus, factors = ("−", -expression) if expression.could_extract_minus_sign() else ("", expression)
        return minus + " · ".join(shown(f, write, inside=True) for f in factors.as_ordered_factors())
    if expression.is_Pow:
        return f"{shown(expression.base, write, inside=True)}<sup>{expression.exp}</sup>"
    return "½" if expression == sp.Rational(1, 2) else str(expression).replace("-", "−")


_FUNCTIONS = {sp.log: "ln", sp.tanh: "tanh"}


def _over(above: str, below: str) -> str:
    return f'<span class="over"><span>{above}</span><b>/</b><span>{below}</span></span>'

"""Reading a formula that stands in a file, without ever running it as code; and telling whether two agree.

Formulas from documents are written in a small language: numbers, names, + − * / **, parentheses, exp(…),
log(…) and D(y, x) for the derivative of y by x. The text is parsed into a syntax tree and every node is
translated by hand; whatever is not on the list is refused with a sentence. Decimal numbers stay exact.
"""

from __future__ import annotations

import ast
import operator
import re
from collections.abc import Callable, Mapping
from typing import Any

import sympy as sp

__all__ = ["parse", "reduce_to_zero"]

Expr = Any

_BINARY: Mapping[type[ast.operator], Callable[[Expr, Expr], Expr]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.Pow: operator.pow,
}
_FUNCTIONS: Mapping[str, Callable[..., Expr]] = {"exp": sp.exp, "log": sp.log}
_LONGEST = 500


def parse(
    text: str, names: Mapping[str, Expr], derivative: Callable[[Expr, Expr], Expr] | None = None
) -> Expr:
    """Return a formula as a sympy expression with exact numbers.

    Parameters
    ----------
    text : str
    names : mapping of str to sympy expression
        What each name in the formula stands for.
    derivative : callable, optional
        Computes D(y, x); without it D is refused.

    Raises
    ------
    ValueError
        If the text is no formula, or holds anything that is not on the list.

    Examples
    --------
    >>> x = sp.Symbol("x")
    >>> parse(".5 * x**2", {"x": x}), parse("D(x**2, x)", {"x": x}, sp.diff)
    (x**2/2, 2*x)
    >>> parse("open(x)", {"x": x})
    Traceback (most recent call last):
    ValueError: formula "open(x)" holds "open(x)", expected numbers, names, + - * / **, exp, log or D.
    """
    if len(text) > _LONGEST:
        raise ValueError(f"formula of {len(text)} characters, expected at most {_LONGEST}.")
    source = re.sub(r"(?<![\w.])0+(?=\d)", "", text.strip())  # Python reads no leading zeros, people do
    try:
        tree = ast.parse(source, mode="eval").body
    except SyntaxError:
        raise ValueError(f"formula {text!r} cannot be read, expected arithmetic such as 'w1 * x'.") from None

    def read(node: ast.expr) -> Expr:
        match node:
            case ast.Constant(value=int() | float()) if not isinstance(node.value, bool):
                return sp.Rational(ast.get_source_segment(source, node))
            case ast.Name(id=name):
                if name not in names:
                    known = ", ".join(names) or "no names at all"
                    raise ValueError(f"formula {text!r} names {name!r}, expected one of: {known}.")
                return names[name]
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return -read(operand)
            case ast.UnaryOp(op=ast.UAdd(), operand=operand):
                return read(operand)
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                return _BINARY[type(op)](read(left), _exponent(read(right)) if _is_power(op) else read(right))
            case ast.Call(func=ast.Name(id=name), args=[arg], keywords=[]) if name in _FUNCTIONS:
                return _FUNCTIONS[name](read(arg))
            case ast.Call(func=ast.Name(id="D"), args=[y, x], keywords=[]) if derivative:
                return derivative(read(y), read(x))
        part = ast.get_source_segment(source, node)
        raise ValueError(
            f'formula "{text}" holds "{part}", expected numbers, names, + - * / **, exp, log or D.'
        )

    def _exponent(value: Expr) -> Expr:
        if not (value.is_Integer and abs(value) <= 16):
            raise ValueError(f"formula {text!r} has exponent {value}, expected a whole number up to 16.")
        return value

    return read(tree)


def _is_power(op: ast.operator) -> bool:
    return isinstance(op, ast.Pow)


def reduce_to_zero(expression: Expr) -> Expr:
    """Return the expression reduced such that it is 0 exactly if its terms cancel.

    Every exponential and logarithm becomes a symbol of its own, e^(−u) the inverse of e^u; what remains is a
    fraction of polynomials, which has a normal form.

    Examples
    --------
    >>> z = sp.Symbol("z")
    >>> reduce_to_zero(sp.exp(-z) / (1 + sp.exp(-z)) - 1 / (1 + sp.exp(z)))
    0
    """
    symbols: dict[Expr, Expr] = {}

    def symbol(of: Expr) -> Expr:
        return symbols.setdefault(of, sp.Dummy(positive=True))

    def opaque(e: Expr) -> Expr:
        if e.func == sp.exp and e.args[0].could_extract_minus_sign():
            return 1 / symbol(sp.exp(-e.args[0]))
        if e.func in (sp.exp, sp.log):
            return symbol(e)
        return e if not e.args else e.func(*map(opaque, e.args))

    return sp.cancel(sp.together(opaque(expression)))

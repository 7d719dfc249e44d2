"""An expression is read by walking its tree: each part has a value, and nothing is ever rewritten.

What can stand in a formula of a network is listed here; everything else is refused with one sentence, before
anything is computed with it.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from functools import reduce
from typing import Any

import sympy as sp
from sympy.core.function import AppliedUndef

from backprop_lib.core import ACTIVATIONS
from backprop_lib.symbols import Expr

RATES = ("eta", "η", "learning_rate", "lr", "alpha", "α")  # how a learning rate may be called
HIGHEST = 10_000  # power
_LONGEST = 30  # digits of a number
_MOST = 20_000  # parts of an expression
_DEEPEST = 120  # parts within each other
_RULES = {
    **{name: name for name, rule in ACTIVATIONS.items() if not rule.compares},
    "σ": "sigmoid",
    "sigma": "sigmoid",
    "logistic": "sigmoid",
}


class Unreadable(ValueError):
    """An answer that is no formula of a network; the sentence says what to write."""


class Point(ABC):
    """Values of the symbols of a network, and an arithmetic: what `value` needs to walk an expression."""

    values: dict[str, Any]

    @abstractmethod
    def number(self, number: Fraction) -> Any:
        """Return a rational number."""

    @abstractmethod
    def total(self, values: Iterable[Any]) -> Any:
        """Return a sum."""

    @abstractmethod
    def product(self, values: Iterable[Any]) -> Any:
        """Return a product."""

    @abstractmethod
    def power(self, value: Any, exponent: int) -> Any:
        """Return an integer power; ZeroDivisionError for a negative one of 0."""

    @abstractmethod
    def exp(self, exponent: Expr, known: dict[Expr, Any]) -> Any:
        """Return e to the power of an expression."""

    @abstractmethod
    def log(self, value: Any) -> Any:
        """Return a natural logarithm."""

    @abstractmethod
    def sign(self, value: Any) -> int:
        """Return 1, 0 or −1."""

    def difference(self, left: Any, right: Any) -> Any:
        """Return left minus right."""
        return self.total([left, self.product([self.number(Fraction(-1)), right])])

    def value(self, expression: Expr, known: dict[Expr, Any] | None = None) -> Any:
        """Return the value of an expression that `readable` has let through.

        Parameters
        ----------
        expression : sympy expression
        known : dict of sympy expression to value, optional
            What has been evaluated before; it grows.

        Raises
        ------
        ZeroDivisionError
            If there is none.
        Unreadable
            If a function stands at a place where this point does not know it.
        """
        known = {} if known is None else known
        if expression not in known:
            known[expression] = _walker(type(expression))(self, expression, known)
        return known[expression]


def _symbol(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    return point.values[e.name]


def _number(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    return point.number(Fraction(str(e)))


def _add(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    return point.total(point.value(term, known) for term in e.args)


def _mul(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    """Multiply; powers of e together, because e^(w₁x₁)·e^(w₂x₂) is e^z."""
    exponents, others = [], []
    for factor in e.args:
        if type(factor) is sp.exp:
            exponents.append(factor.args[0])
        else:
            others.append(point.value(factor, known))
    if exponents:
        others.append(point.exp(sp.Add(*exponents), known))
    return point.product(others)


def _pow(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    base, exponent = e.args
    return point.power(point.value(base, known), int(exponent))


def _exp(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    return point.exp(e.args[0], known)


def _log(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    return point.log(point.value(e.args[0], known))


def _by(rewritten: Callable[[Expr], Expr]) -> Callable[[Point, Expr, dict[Expr, Any]], Any]:
    """Return a walker for a function by a formula of others."""
    return lambda point, e, known: point.value(rewritten(e.args[0]), known)


def _piecewise(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    for expression, condition in e.args:
        if expression != sp.zoo and _holds(point, condition, known):
            return point.value(expression, known)
    raise ZeroDivisionError


def _holds(point: Point, condition: Expr, known: dict[Expr, Any]) -> bool:
    if condition in (sp.true, sp.false):
        return bool(condition)
    left, right = (point.value(side, known) for side in condition.args)
    return point.sign(point.difference(left, right)) in _SIGNS[type(condition)]


def _max(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    def larger(one: Any, other: Any) -> Any:
        return one if point.sign(point.difference(one, other)) >= 0 else other

    return reduce(larger, (point.value(arg, known) for arg in e.args))


def _heaviside(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    return point.number(Fraction(1 + point.sign(point.value(e.args[0], known)), 2))


def _abs(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    value = point.value(e.args[0], known)
    return point.product([value, point.number(Fraction(point.sign(value)))])


def _sign(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    return point.number(Fraction(point.sign(point.value(e.args[0], known))))


def _named_rule(point: Point, e: Expr, known: dict[Expr, Any]) -> Any:
    rule = ACTIVATIONS[_RULES[type(e).__name__]]
    return point.value(rule.formula(sp, e.args[0]), known)


_SIGNS = {sp.Gt: (1,), sp.Ge: (0, 1), sp.Lt: (-1,), sp.Le: (-1, 0)}
_WALKERS: Mapping[type, Callable[[Point, Expr, dict[Expr, Any]], Any]] = {
    sp.Add: _add,
    sp.Mul: _mul,
    sp.Pow: _pow,
    sp.exp: _exp,
    sp.log: _log,
    sp.tanh: _by(lambda z: 1 - 2 / (sp.exp(2 * z) + 1)),
    sp.sinh: _by(lambda z: (sp.exp(z) - sp.exp(-z)) / 2),
    sp.cosh: _by(lambda z: (sp.exp(z) + sp.exp(-z)) / 2),
    sp.sech: _by(lambda z: 2 / (sp.exp(z) + sp.exp(-z))),
    sp.Piecewise: _piecewise,
    sp.Max: _max,
    sp.Heaviside: _heaviside,
    sp.Abs: _abs,
    sp.sign: _sign,
}


def _walker(kind: type) -> Callable[[Point, Expr, dict[Expr, Any]], Any]:
    if issubclass(kind, sp.Symbol):
        return _symbol
    return _WALKERS.get(kind) or (_number if issubclass(kind, sp.Rational | sp.Float) else _named_rule)


# ---- what can be read ----------------------------------------------------------------------------


def readable(expression: Expr, names: Iterable[str]) -> int:
    """Return how many parts an expression has, if `value` can walk it and it is not too large.

    Parameters
    ----------
    expression : sympy expression
    names : set of str
        The symbols that may occur.

    Raises
    ------
    Unreadable
        If it has other symbols, other functions, or numbers of more than 30 digits.

    Examples
    --------
    >>> readable(2 * sp.Symbol("x[0]"), {"x[0]"})
    3
    >>> readable(sp.sin(sp.Symbol("x[0]")), {"x[0]"})
    Traceback (most recent call last):
    backprop_lib.exercises.walking.Unreadable: sin is not expected here.
    """
    waiting, seen = [(expression, 1)], 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > _MOST or depth > _DEEPEST:
            raise Unreadable(
                "This is too long to read: write it with z and a where you have written them out."
            )
        _readable_part(part, names)
        waiting.extend((arg, depth + 1) for arg in part.args)
    return seen


def _readable_part(part: Any, names: Iterable[str]) -> None:
    kind = type(part)
    if issubclass(kind, AppliedUndef):
        if kind.__name__ not in _RULES or len(part.args) != 1:
            raise Unreadable(
                f"{kind.__name__[:40]} is not known here: write 1 / (1 + sympy.exp(-z)) for a sigmoid."
            )
    elif not kind.__module__.startswith("sympy."):
        raise Unreadable(f"An object of the class {kind.__name__[:40]} is not expected here.")
    elif issubclass(kind, sp.Symbol):
        if part.name not in names and part.name not in RATES:
            raise Unreadable(
                f"There is no `{part.name[:40]}` in this network: take its symbols from letters(net)."
            )
    elif issubclass(kind, sp.Rational | sp.Float):
        _readable_number(part)
    elif kind is sp.Pow:
        _readable_power(part)
    elif kind not in _WALKERS and kind not in _OTHERS and kind not in _SIGNS:
        raise Unreadable(_REFUSED.get(kind) or f"{kind.__name__[:40]} is not expected here.")


def _readable_number(number: Expr) -> None:
    if number.is_Float and not number.is_zero and not 1e-30 < abs(number) < 1e30:
        raise Unreadable("A number of this size is not expected here.")
    if number.is_Rational and max(abs(number.p), number.q) >= 10**_LONGEST:
        raise Unreadable("A number with so many digits is not expected here.")


def _readable_power(power: Expr) -> None:
    exponent = power.exp
    if not issubclass(type(exponent), sp.Rational | sp.Float) or not float(exponent).is_integer():
        raise Unreadable(
            "A power is read here only with a whole number above, and e to a power as sympy.exp."
        )
    if abs(exponent) > HIGHEST:
        raise Unreadable(f"A power above {HIGHEST:,} is not expected here.")


_OTHERS = (type(sp.true), type(sp.false), sp.functions.elementary.piecewise.ExprCondPair)
_REFUSED = {
    type(sp.nan): "This is nan, which is no number: look for 0 divided by 0.",
    **dict.fromkeys(
        (type(sp.zoo), type(sp.oo), type(-sp.oo)), "This has no finite value: look for a division by zero."
    ),
    type(sp.E): "`E` of sympy is the number 2.718…, not the loss.",
    type(sp.I): "There is an imaginary number in it, and all numbers of a network are real.",
    type(sp.pi): "π is not expected here.",
}

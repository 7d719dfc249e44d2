"""Comparing digits as printed: rounded, cut off, or put off by the rounding of earlier digits."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import MAX_EMAX, MIN_EMIN, ROUND_DOWN, Decimal, InvalidOperation, localcontext
from typing import Any

import sympy as sp

from backprop_lib.documents.expressions import parse
from backprop_lib.documents.verdicts import Verdict
from backprop_lib.text import got

Expr = Any


def compare_digits(printed: str, right: Decimal | float) -> Verdict:
    """Say whether a printed number is `right` at the digits shown: rounded, cut off, or neither.

    Parameters
    ----------
    printed : str
        The digits, such as ".57".
    right : Decimal or float
        If it has left the range of numbers, it agrees with no digits.

    Returns
    -------
    Verdict
        `AGREES`, `TRUNCATED` or `WRONG`.

    Raises
    ------
    TypeError, ValueError
        If `printed` shows no number, or `right` is none.

    Examples
    --------
    >>> for printed, right in ((".24594", "0.2459405"), (".51249", "0.5124974"), (".4", "0.5")):
    ...     print(compare_digits(printed, Decimal(right)))
    agrees
    truncated, not rounded
    wrong
    """
    shown, last = _printed(printed), unit(printed)
    if not isinstance(right, Decimal | int | float) or isinstance(right, bool):
        raise TypeError(f"right is {got(right)}, expected a number.")
    right = Decimal(right)
    if not right.is_finite():
        return Verdict.WRONG
    with localcontext(prec=len(printed) + 30, Emax=MAX_EMAX, Emin=MIN_EMIN):
        if abs(shown - right) <= last / 2:
            return Verdict.AGREES
        cut_off = abs(shown - right) < last and shown == right.quantize(last, rounding=ROUND_DOWN)
    return Verdict.TRUNCATED if cut_off else Verdict.WRONG


def own_arithmetic(shown: str, off: Mapping[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    """Return what printed arithmetic comes to, and by how much the rounding of its digits can put it off.

    Parameters
    ----------
    shown : str
        Arithmetic with numbers only, as for `expressions.parse`.
    off : mapping of Decimal to Decimal
        How far numbers are from the right ones; another decimal may be off by one unit in its last place.

    Examples
    --------
    >>> own_arithmetic("0.54 * (1 - 0.54)", {})
    (Decimal('0.2484'), Decimal('0.00088'))
    >>> own_arithmetic("0.3 * 0.25", {Decimal("0.3"): Decimal(0)})  # 0.3 is the document's own choice
    (Decimal('0.075'), Decimal('0.0033'))
    """
    expression = parse(shown, {}, constant=lambda text: (sp.Symbol if "." in text else sp.Rational)(text))
    digits = {symbol: sp.Rational(str(symbol)) for symbol in sorted(expression.free_symbols, key=str)}
    leeway = Decimal(0)
    for symbol, text in zip(digits, map(str, digits), strict=True):
        slope = decimal(sp.diff(expression, symbol).xreplace(digits))
        leeway += abs(slope) * off.get(Decimal(text), unit(text))
    curvature = Decimal("1.1")
    return decimal(expression.xreplace(digits)).normalize(), (leeway * curvature).normalize()


def unit(printed: str) -> Decimal:
    """Return one unit in the last place of a number as printed."""
    return Decimal((0, (1,), int(_printed(printed).as_tuple().exponent)))


def decimal(value: Expr) -> Decimal:
    """Return a number of sympy's with thirty digits.

    Raises
    ------
    ValueError
        If it is not a real one.
    """
    try:
        return Decimal(str(sp.N(value, 30)))
    except InvalidOperation:
        raise ValueError(f"value is {got(value)}, expected a real number.") from None


def _printed(text: object) -> Decimal:
    """Return a number as printed, or say what was got."""
    try:
        if isinstance(text, str) and (number := Decimal(text)).is_finite():
            return number
    except InvalidOperation:
        pass
    raise ValueError(f"printed is {got(text)}, expected the digits of a number, such as '0.57'.")

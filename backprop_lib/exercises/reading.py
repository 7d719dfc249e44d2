"""An answer, whatever it is, becomes an expression or one sentence that says what to write instead.

Nothing is called of an object that is not plainly an expression or a number: neither its `==` nor its `*`,
and not its `_sympy_`.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp

from backprop_lib.exercises.walking import Unreadable
from backprop_lib.symbols import Expr, Factor

_BLANK = "There is no answer yet: write an expression in the place of the dots."


def read(answer: object) -> Expr:
    """Return an answer as a sympy expression.

    Parameters
    ----------
    answer : object
        An expression, a number, or an array that holds one of them.

    Raises
    ------
    Unreadable
        If it is anything else, or a blank.

    Examples
    --------
    >>> read(np.array([0.5])), read(3)
    (1/2, 3)
    >>> read("a1[0]")
    Traceback (most recent call last):
    backprop_lib.exercises.walking.Unreadable: This is a text: write the expression without quotation marks.
    """
    kinds = type(answer).__mro__
    if answer is None or answer is Ellipsis or (str in kinds and not str.strip(answer, " .")):  # type: ignore[arg-type]
        raise Unreadable(_BLANK)
    if np.ndarray in kinds:
        return _in_array(answer)
    if Factor in kinds:
        return answer.value  # type: ignore[attr-defined]
    if sp.Expr in kinds:
        return answer
    for kind, sentence in _REFUSED:
        if kind in kinds:
            raise Unreadable(sentence)
    if kinds[0] in _NUMBERS or np.floating in kinds or np.integer in kinds:
        return _number(answer)
    raise Unreadable(f"This is an object of the type {kinds[0].__name__[:40]}: write an expression.")


def _in_array(answer: Any) -> Expr:
    shape = np.ndarray.__dict__["shape"].__get__(answer)
    if np.prod(shape) != 1 or type(answer) is np.ma.MaskedArray:
        raise Unreadable(f"This is an array of shape {shape}: write one entry, such as a1[0].")
    return read(np.ndarray.item(answer))


def _number(number: Any) -> Expr:
    """Return a number as its decimals say, so that 0.1 is a tenth."""
    if np.integer in type(number).__mro__:
        number = int(number)
    elif not isinstance(number, int | Fraction):
        text = str(float(number) if np.floating in type(number).__mro__ else number)
        if text.strip("-").lower() in ("nan", "snan", "inf", "infinity"):
            raise Unreadable(f"This is {text}, which is no finite number.")
        number = Fraction(text)
    return sp.Rational(*number.as_integer_ratio())


_NUMBERS = (int, float, Fraction, Decimal)
_REFUSED: tuple[tuple[type, str], ...] = (
    (str, "This is a text: write the expression without quotation marks."),
    (bool, "This is True or False: write an expression."),
    (np.bool_, "This is True or False: write an expression."),
    (sp.logic.boolalg.Boolean, "This is a condition: write the expression itself, without <, > or ==."),
    (sp.MatrixBase, "This is a matrix: write one entry of it."),
    (complex, "This is a complex number, and all numbers of a network are real."),
    (np.complexfloating, "This is a complex number, and all numbers of a network are real."),
    (dict, "This is a dictionary: write the expression itself."),
    (list, "This is a list: write the expression itself, without brackets around it."),
    (tuple, "There is a comma at the end, or more than one answer: write one expression."),
    (set, "This is a set: write the expression itself."),
    (type, "This is a class: write an expression in the letters."),
    (type(lambda: None), "This is a function: write the expression that it returns."),
)

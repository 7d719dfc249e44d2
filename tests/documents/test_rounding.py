"""Digits as printed: rounded, cut off, or neither."""

from decimal import Decimal

import pytest
import sympy as sp

from backprop_lib.documents.rounding import compare_digits, decimal
from backprop_lib.documents.verdicts import Verdict

V = Verdict


@pytest.mark.parametrize(
    ("printed", "right", "verdict"),
    [
        (".5637", "0.5637139", V.AGREES),
        ("-.042386", "-0.0423868", V.TRUNCATED),
        ("-.042387", "-0.0423868", V.AGREES),
        ("-.042388", "-0.0423868", V.WRONG),
        ("001033", "0.001033", V.WRONG),
        ("7", "7.4", V.AGREES),
        ("7", "7.9", V.TRUNCATED),
        (".25", "0.245", V.AGREES),  # half a unit may go either way
        (".24", "0.245", V.AGREES),
    ],
)
def test_digits_are_compared_as_printed(printed, right, verdict):
    assert compare_digits(printed, Decimal(right)) == verdict


@pytest.mark.parametrize("right", ["3.5e24", "nan", "inf", "-inf", "1e999999", "-1e999999999"])
def test_what_left_the_range_of_numbers_agrees_with_no_digits(right):
    assert compare_digits(".56", Decimal(right)) == compare_digits(".56", float(right)) == Verdict.WRONG


def test_numbers_of_many_digits_are_compared():
    assert (
        compare_digits("3.5e24", Decimal("3.5e24"))
        == compare_digits("1" * 60, Decimal("1" * 60))
        == Verdict.AGREES
    )
    assert compare_digits("1" * 60, Decimal("1" * 60 + ".7")) == Verdict.TRUNCATED
    assert compare_digits("1" * 60, Decimal("1" * 59 + "3")) == Verdict.WRONG


@pytest.mark.parametrize("printed", ["abc", "nan", "inf", "", None, 0.56, True, b".5", ".5.6"])
def test_what_shows_no_number_is_refused(printed):
    with pytest.raises(
        ValueError, match=r"^printed is .*, expected the digits of a number, such as '0\.57'\.$"
    ):
        compare_digits(printed, Decimal("0.5"))


@pytest.mark.parametrize("right", ["0.5", None, True, 1j, [0.5]])
def test_digits_are_compared_with_a_number(right):
    with pytest.raises(TypeError, match=r"^right is .*, expected a number\.$"):
        compare_digits(".5", right)


@pytest.mark.parametrize("value", [sp.I, sp.zoo, sp.Symbol("x"), sp.log(-1)])
def test_what_is_no_real_number_has_no_digits(value):
    with pytest.raises(ValueError, match=r"^value is .*, expected a real number\.$"):
        decimal(value)

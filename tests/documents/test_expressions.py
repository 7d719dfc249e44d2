"""The language of formulas: what it reads, what it refuses, and when two expressions are equal."""

import signal
from decimal import Decimal

import numpy as np
import pytest
import sympy as sp

from backprop_lib.documents.agreement import reduce_to_zero
from backprop_lib.documents.expressions import ShapeError, parse
from backprop_lib.documents.facts import Example
from backprop_lib.documents.rounding import compare_digits, decimal
from backprop_lib.documents.setting import Setting
from backprop_lib.documents.verdicts import Verdict


def test_equal_formulas_in_other_forms_are_equal():
    z = sp.Symbol("z")
    sigma = 1 / (1 + sp.exp(-z))
    assert reduce_to_zero(sigma - sp.exp(z) / (1 + sp.exp(z))) == 0
    assert reduce_to_zero(sigma - 1 / (1 + sp.exp(z))) != 0


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "x.__class__",
        "[x for x in (1, 2)]",
        "lambda: x",
        "x if x else x",
        "x < 1",
        "'text'",
        "True",
        "1j",
        "D(x, x)",
        "exp(x, x)",
        "x[0]",
        "y",
        "x +",
        "2 ** x",
        "x ** 99",
        "1 +" * 300 + "1",
    ],
)
def test_what_is_no_formula_is_refused(text):
    with pytest.raises(ValueError, match=r"^formula .*, expected"):
        parse(text, {"x": sp.Symbol("x")})


def test_numbers_in_formulas_are_exact():
    assert parse(".1 + .2", {}) == sp.Rational(3, 10)
    assert parse("001033 + 0.5", {}) == sp.Rational(2067, 2)
    assert parse("1e-3 * -x", {"x": sp.Symbol("x")}) == -sp.Symbol("x") / 1000


# ---- matrices, sums, indices --------------------------------------------------------------------

A = sp.Matrix([[1, 2, 3], [4, 5, 6]])
U, V = sp.Matrix([1, 10]), sp.Matrix([1, 10, 100])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("A @ v", sp.Matrix([321, 654])),
        ("T(A) @ u", sp.Matrix([41, 52, 63])),
        ("T(v) @ v", 10101),
        ("u * u - u", sp.Matrix([0, 90])),
        ("2 * u / 4", sp.Matrix([sp.Rational(1, 2), 5])),
        ("u**2", sp.Matrix([1, 100])),
        ("A[2,3] + v[3]", 106),
        ("sum(A[k,i] * v[i], i, 3)", 654),
        ("sum(sum(A[i,j], j, 3), i, 2)", 21),
        ("exp(u - u)", sp.Matrix([1, 1])),
    ],
)
def test_matrices_and_sums(text, value):
    names = {"A": A, "u": U, "v": V, "k": sp.Integer(2)}
    assert parse(text, names, {"T": lambda matrix: matrix.T}) == value


@pytest.mark.parametrize("text", ["A @ u", "u @ v", "A * u", "u + v", "u - 1", "u @ 2"])
def test_shapes_that_do_not_fit_are_refused(text):
    with pytest.raises(ShapeError, match=r"do not fit|does not multiply"):
        parse(text, {"A": A, "u": U, "v": V})


@pytest.mark.parametrize(
    "text", ["u[0]", "u[3]", "A[1]", "A[3,1]", "u[u]", "k[1]", "sum(1, i, 99)", "sum(1, i, u)", "u**u"]
)
def test_entries_and_sums_out_of_range_are_refused(text):
    with pytest.raises(ValueError, match=r"^formula .*, expected"):
        parse(text, {"A": A, "u": U, "k": sp.Integer(2)})


# ---- formulas of a network ----------------------------------------------------------------------

LETTERS = {
    **{"x": "x", "y": "t", "E": "E", "eta": "learning_rate", "w": "w2[0,1]", "log": "errors"},
    **{"W1": "w1", "b1": "b1", "z1": "z1", "a1": "a1", "W2": "w2", "b2": "b2", "z2": "z2", "a2": "a2"},
}
DELTA = "(-2 * (y - a2) * dsigma(z2))"


@pytest.fixture(scope="module")
def setting():
    example = Example(
        letters=LETTERS,
        start={"sizes": [10, 3, 2], "seed": 1},
        loss="squared_error",
        x=np.linspace(-1, 1, 10),
        t=[0, 1],
        numbers={"learning_rate": 0.3, "errors": [0.5, 0.25]},
    )
    return Setting("003", example)


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("z1", "W1 @ x + b1"),
        ("a1", "sigma(z1)"),
        ("a2", "sigma(W2 @ sigma(W1 @ x + b1) + b2)"),
        ("a1[2]", "1 / (1 + exp(-z1[2]))"),
        ("E", "sum((y[i] - a2[i])**2, i, 2)"),
        ("D(E, W2)", f"{DELTA} @ T(a1)"),
        ("D(E, b1)", f"(T(W2) @ {DELTA}) * dsigma(z1)"),
        ("D(E, W1)", f"((T(W2) @ {DELTA}) * dsigma(z1)) @ T(x)"),
        ("D(z2, a1)", "W2"),
        ("D(a2, a1)", "diag(dsigma(z2)) @ W2"),
        ("D(E, y)", "2 * (y - a2)"),
        ("w_new", "w - eta * D(E, w)"),
        ("log[1]", "2 * log[2] - (log[2] + log[2] - log[1])"),
    ],
)
def test_right_formulas_are_equal_and_a_sign_makes_them_wrong(setting, left, right):
    assert setting.agree(left, right).verdict == Verdict.EQUAL
    assert setting.agree(left, f"-({right})").verdict == Verdict.WRONG


def test_what_agrees_only_in_the_example_is_told_with_a_point(setting):
    found = setting.agree("log[1]", "2 * log[2]")
    assert found.verdict == Verdict.HERE
    assert found.left != found.right


@pytest.mark.parametrize("text", ["D(E, x + 1)", "D(W2, x)", "D(E, 2)"])
def test_derivatives_that_make_no_sense_are_refused(setting, text):
    with pytest.raises(ValueError, match=r"^D\(y, x\) has|do not fit"):
        setting.parse(text)


# ---- what would take for ever, or what Python and sympy say by themselves -------------------------


def nested(text, start, times):
    """Return a formula in another one's place, so many times."""
    for _ in range(times):
        start = text.replace("·", start)
    return start


HOSTILE = {
    "powers of powers": nested("(·**16)", "10", 40),
    "powers of powers of letters": nested("(·)**16", "x+y", 40),
    "a tower": "10**16**16**16",
    "sums in sums": nested("sum(·, i, 16)", "1", 9),
    "many sums in sums": nested("sum(·, i, 16)", "x/i", 40),
    "functions in functions": nested("log(·)", "7", 80),
    "exponentials of exponentials": nested("exp(·)", "9", 5),
    "products of matrices": "@".join("M" * 200),
    "sums of products of matrices": nested("sum(·, i, 16)", "M@M", 2),
    "minus minus": "-" * 699 + "x",
    "brackets": "(" * 300 + "x" + ")" * 300,
    "a number with a huge power of ten": "1e999999999",
    "a number with a tiny power of ten": "1.5e-999999999",
    **{
        text: text
        for text in (
            "v/v",
            "1/v",
            "v**v",
            "M@v",
            "T(x)",
            "v[1:2]",
            "x[()]",
            "M[()]",
            "v[x]",
            "f(1)",
            "x.y",
            "sum(1, 2, 3)",
        )
    },
    **{
        text: text
        for text in ("0x10", "0b1", "0o7", "1_000", "1if x else 2", "\0", "x\n+1", "", "{}", "…", "x''")
    },
    **{text: text for text in ("1/0", "0/0", "0**-1", "x/(y-y)", "log(0)", "sum(1/(i-1), i, 2)")},
}


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE)
def test_no_formula_takes_long_or_raises_anything_else(text):
    """The alarm is a guard, no measure: the slowest of these takes a fraction of a second."""
    names = {"x": sp.Symbol("x"), "y": sp.Symbol("y"), "v": U, "M": sp.Matrix(10, 10, sp.symbols("m:100"))}

    def late(*_):
        raise TimeoutError("still at it after 20 seconds")

    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(20)
    try:
        with pytest.raises(
            ValueError, match=r"^(formula .*, expected |.* do not (divide|fit)$|.* multiply$)"
        ):
            parse(text, names, {"T": lambda matrix: matrix.T})
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.mark.parametrize("text", [5, None, ["x"], b"x"])
def test_a_formula_is_text(text):
    with pytest.raises(TypeError, match=r"^formula .* is no text, expected arithmetic"):
        parse(text, {})


def test_what_looks_hostile_and_is_not_is_read():
    x = sp.Symbol("x")
    assert parse("0777 + 1e300 - 10**16 * 10**16", {}) == 777 + sp.Integer(10) ** 300 - sp.Integer(10) ** 32
    assert parse("exp(-x)**16 / log(2)", {"x": x}) == sp.exp(-16 * x) / sp.log(2)
    assert parse("sum(sum(sum(x, i, 16), j, 16), k, 16)", {"x": x}) == 4096 * x


# ---- digits ---------------------------------------------------------------------------------------


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

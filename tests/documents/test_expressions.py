"""The language of formulas: what it reads, and what it refuses."""

import signal

import pytest
import sympy as sp

from backprop_lib.documents.expressions import ShapeError, parse


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

"""To every answer there is one sentence, without a traceback, and nothing of the answer's own is called."""

import time
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from questions import NETWORKS

from backprop_lib.exercises import examine, letters
from backprop_lib.exercises.walking import Unreadable, readable

NET, _ = NETWORKS["2-2-2"]
X, W1, Z1, A1, W2, Z2, A2, T = letters(NET, z=True)
RIGHT = (A2[0] - T[0]) * A2[0] * (1 - A2[0]) * A1[1]


class Agreeable:
    """Equal to everything, and times everything it is right; whoever asks it is cheated."""

    def cheat(self, *_):
        raise AssertionError("asked")

    __eq__ = __mul__ = __rmul__ = __sub__ = __bool__ = __float__ = __len__ = __iter__ = __array__ = cheat
    __hash__ = __repr__ = __str__ = _sympy_ = cheat
    __class__ = property(cheat)


class Impostor(sp.Symbol):
    """A symbol with a method of its own."""

    def __eq__(self, other):
        return True

    __hash__ = sp.Symbol.__hash__


class Array(np.ndarray):
    """An array whose entries nobody gets."""

    def item(self, *_):
        raise AssertionError("asked")


def nested(depth):
    """An expression whose tree doubles with each step, though it takes little space."""
    e = A1[0]
    for _ in range(depth):
        e = sp.Mul(e, e + 1, evaluate=False) + 1
    return e


def tall(depth):
    e = A1[0]
    for _ in range(depth):
        e = sp.Pow(sp.Add(1, e, evaluate=False), -1, evaluate=False)
    return e


UNREAD = {
    "blank": (..., "There is no answer yet"),
    "None": (None, "There is no answer yet"),
    "dots": ("...", "There is no answer yet"),
    "nothing": ("", "There is no answer yet"),
    "text": ("a1[0]", "This is a text"),
    "true": (True, "This is True or False"),
    "numpy true": (np.True_, "This is True or False"),
    "sympy true": (sp.true, "This is a condition"),
    "comparison": (A1[0] > 0, "This is a condition"),
    "equation": (sp.Eq(A1[0], 1), "This is a condition"),
    "nan": (sp.nan, "This is nan"),
    "float nan": (float("nan"), "This is nan"),
    "numpy nan": (np.float64("nan"), "This is nan"),
    "decimal nan": (Decimal("NaN"), "This is NaN"),
    "oo": (sp.oo, "no finite value"),
    "-oo": (-sp.oo, "no finite value"),
    "zoo": (A1[0] * sp.zoo, "no finite value"),
    "inf": (float("-inf"), "This is -inf"),
    "complex": (1 + 2j, "This is a complex number"),
    "numpy complex": (np.complex64(1), "This is a complex number"),
    "i": (sp.I * A1[0], "imaginary"),
    "e": (sp.E * A1[0], "2.718"),
    "pi": (sp.pi * A1[0], "π"),
    "sin": (sp.sin(A1[0]), "sin is not expected"),
    "matrix": (sp.Matrix([A1[0]]), "This is a matrix"),
    "matrix symbol": (sp.MatrixSymbol("M", 2, 2)[0, 0], "is not expected"),
    "foreign": (sp.Symbol("q") * A1[0], "There is no `q` in this network"),
    "of a larger network": (sp.Symbol("a2[2]", real=True), "There is no `a2[2]`"),
    "long name": (sp.Symbol("q" * 500), "There is no `qqq"),
    "f": (sp.Function("f")(A1[0]), "f is not known here"),
    "two arguments": (sp.Function("sigmoid")(A1[0], A1[1]), "sigmoid is not known"),
    "derivative": (sp.Derivative(A1[0] ** 2, A1[0]), "Derivative is not expected"),
    "integral": (sp.Integral(A1[0]), "Integral is not expected"),
    "root": (sp.sqrt(A1[0]), "whole number"),
    "symbol above": (A1[0] ** A1[1], "whole number"),
    "power of two": (2 ** A1[0], "whole number"),
    "huge power": (A1[0] ** 10**9, "A power above 10,000"),
    "huge number": (sp.Integer(10) ** 400 * A1[0], "so many digits"),
    "huge int": (10**5000, "so many digits"),
    "tiny": (sp.Float("1e-400") * A1[0], "of this size"),
    "too deep": (tall(100), "too long"),
    "too wide": (nested(60), "too long"),
    "exp of a power": (sp.exp(A1[0] ** 7), "A power of e"),
    "tower": (sp.exp(sp.exp(sp.exp(A1[0]))), "A power of e"),
    "condition": (sp.Piecewise((1, A1[0] > 0), (0, True)), "A condition"),
    "and": (sp.Piecewise((1, (Z1[0] > 0) & (Z1[1] > 0)), (0, True)), "not expected"),
    "lambda": (lambda: RIGHT, "This is a function"),
    "builtin": (abs, "builtin_function"),
    "class": (Agreeable, "This is a class"),
    "object": (Agreeable(), "an object of the type Agreeable"),
    "subclass": (Impostor("a1[0]"), "class Impostor"),
    "list": ([RIGHT], "This is a list"),
    "tuple": ((RIGHT,), "comma"),
    "dict": ({"w": RIGHT}, "This is a dictionary"),
    "set": ({RIGHT}, "This is a set"),
    "bytes": (b"a1", "bytes"),
    "array": (A1, "an array of shape (2,)"),
    "empty array": (np.zeros(0), "an array of shape (0,)"),
    "numbers": (np.ones((2, 2)), "an array of shape (2, 2)"),
    "masked": (np.ma.masked_array([1.0], [True]), "an array of shape (1,)"),
    "text in an array": (np.array(["a"]), "This is a text"),
    "nothing in an array": (np.array([None]), "There is no answer yet"),
    "module": (sp, "module"),
}  # fmt: skip
JUDGED = {
    "zero": (0, "zero"),
    "float zero": (0.0, "zero"),
    "one": (1, "constant"),
    "third": (Fraction(1, 3), "constant"),
    "decimal": (Decimal("0.5"), "constant"),
    "numpy number": (np.float32(0.25), "constant"),
    "int8": (np.int8(3), "constant"),
    "log 2": (sp.log(sp.exp(Z1[0])) / Z1[0], "constant"),
    "power of a thousand": (RIGHT**1000, ""),
    "many terms": (sp.Add(*(A1[0] ** n for n in range(300))), ""),
    "array": (np.array([[-RIGHT]]), "sign"),
    "array of a subclass": (np.array([-RIGHT]).view(Array), "sign"),
    "0d array": (np.array(-RIGHT, dtype=object), "sign"),
    "divided by nothing": (1 / (Z1[0] - W1[0] @ X), ""),
}


@pytest.mark.parametrize("case", UNREAD)
def test_what_is_no_formula_gets_one_sentence(case):
    answer, said = UNREAD[case]
    verdict = examine(NET, "w2[0,1]", answer)
    assert (verdict.right, verdict.mistake, verdict.judged) == (False, "", False)
    assert said in verdict.sentence
    one_sentence(verdict)


@pytest.mark.parametrize("case", JUDGED)
def test_what_can_be_read_is_judged(case):
    answer, mistake = JUDGED[case]
    verdict = examine(NET, "w2[0,1]", answer)
    assert (verdict.right, verdict.mistake, verdict.judged) == (False, mistake, True)
    one_sentence(verdict)


def one_sentence(verdict):
    assert verdict.sentence[0].isupper() or verdict.sentence[0] in "`0123456789aefpstπ"
    assert verdict.sentence.endswith(".")
    assert len(verdict.sentence) < 300
    assert "\n" not in verdict.sentence
    assert repr(verdict)
    assert verdict._repr_markdown_()


def test_a_hundred_thousand_parts_are_refused_before_they_are_walked():
    """A tree of 2**60 leaves would take forever; counting stops as soon as it is too large."""
    start = time.process_time()
    with pytest.raises(Unreadable, match="too long"):
        readable(nested(60), [s.name for s in A1])
    assert time.process_time() - start < 60


@pytest.mark.parametrize("example", [None, ([0.1, 0.2], [0.3, 0.4])])
@pytest.mark.parametrize("case", UNREAD)
def test_an_example_changes_nothing_of_that(case, example):
    x, t = example or (None, None)
    assert not examine(NET, "a1[0]/z1[0]", UNREAD[case][0], x, t).judged


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ({"net": None}, "net is None, expected a Network"),
        ({"name": "w9[0,0]"}, "name is 'w9\\[0,0\\]', expected one such as"),
        ({"name": "b1[0]"}, "name is 'b1\\[0\\]'"),
        ({"name": ""}, "name is ''"),
        ({"name": None}, "name is None"),
        ({"name": "E/a/b"}, "name is 'E/a/b'"),
        ({"name": "t[0]"}, "name is 't\\[0\\]'"),
        ({"name": "E"}, "E does not depend on E"),
        ({"name": "w1[0,0]/E"}, "w1\\[0,0\\] does not depend on E"),
        ({"name": ("a1[0]", "w1[1,0]")}, "a1\\[0\\] does not depend on w1\\[1,0\\]"),
        ({"x": [1, 2]}, "t is None, expected x and t together"),
        ({"x": [1], "t": [1, 2]}, "x has"),
        ({"digits": 2.5}, "digits is 2.5"),
        ({"learning_rate": "fast"}, "learning_rate is 'fast'"),
    ],
)
def test_a_question_that_makes_no_sense_is_an_error(arguments, said):
    with pytest.raises((TypeError, ValueError), match=said):
        examine(**{"net": NET, "name": "w1[0,0]", "answer": RIGHT, **arguments})

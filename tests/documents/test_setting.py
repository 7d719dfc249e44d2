"""A document's example: its letters, derivatives along its network, and when two formulas are equal."""

import numpy as np
import pytest

from backprop_lib.documents.facts import Example
from backprop_lib.documents.setting import Setting
from backprop_lib.documents.verdicts import Verdict

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

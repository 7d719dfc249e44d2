"""A check is worth what it refuses: every kind of wrong gradient must be caught."""

from dataclasses import replace

import pytest

from backprop_lib import Network
from backprop_lib.checks import CheckFailed, check_gradients

X, T = [0.2, 0.5], [0.2, 0.7]
RIGHT = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]], [[0.1, 0.2], [0.0, -0.3]])


class Altered(Network):
    """A network whose gradients are right but for one change."""

    def __init__(self, change):
        super().__init__(RIGHT.weights, RIGHT.biases)
        self.change = change

    def gradients(self, x, t):
        return self.change(super().gradients(x, t))


def one_weight_times(factor):
    def change(g):
        first = g.weights[0].copy()
        first[0, 1] *= factor
        return replace(g, weights=[first, g.weights[1]])

    return change


WRONG = {
    "sign": one_weight_times(-1),
    "factor of two": one_weight_times(2),
    "ten digits": one_weight_times(1 + 1e-8),
    "zero": one_weight_times(0),
    "nan": one_weight_times(float("nan")),
    "transposed": lambda g: replace(g, weights=[g.weights[0].T, g.weights[1]]),
    "forgotten bias": lambda g: replace(g, biases=[0 * g.biases[0], g.biases[1]]),
}


def test_right_gradients_pass():
    agreement = check_gradients(RIGHT, X, T)
    assert repr(agreement).startswith("12 gradients, 3 witnesses")
    assert "| `b2[1]` |" in agreement._repr_markdown_()


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_wrong_gradients_are_refused(change):
    with pytest.raises(CheckFailed, match=r"matrix form got .*, complex step expected"):
        check_gradients(Altered(change), X, T)


def test_the_message_says_where_and_what():
    with pytest.raises(CheckFailed) as caught:
        check_gradients(Altered(one_weight_times(-1)), X, T)
    assert str(caught.value).startswith("∂E/∂w1[0,1] at w1[0,1] = 0.3: matrix form got -0.00")
    assert "allowed difference" in str(caught.value)

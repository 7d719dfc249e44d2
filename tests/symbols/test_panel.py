"""What the witnesses say together: who disagrees with whom, who is excused, and what is noted."""

from dataclasses import replace

import numpy as np
import pytest
from witnesses import HARD, ONE, RIGHT, T, X, altered, one_weight_times

from backprop_lib import Network
from backprop_lib.symbols.checks import check_gradients
from backprop_lib.symbols.nudging import central_differences, complex_step
from backprop_lib.symbols.panel import CheckFailed


def test_the_message_says_where_and_what_and_who_agrees():
    with pytest.raises(CheckFailed) as caught:
        check_gradients(altered(ONE, one_weight_times(-1)), [0.1], [0.9])
    assert str(caught.value) == (
        "∂E/∂w1[0,0] at w1[0,0] = 0.5: matrix form got 0.00103318387558, symbols and complex step agree on "
        "-0.00103318387558, expected a difference of at most 1e-13."
    )


def test_it_is_the_complex_step_that_is_named_if_it_alone_differs(monkeypatch):
    wrong = {name: -slope for name, slope in complex_step(ONE, [0.1], [0.9]).items()}
    monkeypatch.setattr("backprop_lib.symbols.panel.complex_step", lambda *_, **__: wrong)
    with pytest.raises(
        CheckFailed, match=r"complex step got 0\.001.*, matrix form and symbols agree on -0\.001"
    ):
        check_gradients(ONE, [0.1], [0.9])


def test_what_drowns_in_rounding_is_said():
    net, x, t = HARD["converged to loss 0"]
    assert net.loss(x, t) < 1e-30
    assert "Of 2 (w1[0,0], w2[0,0]) no sign is known" in repr(check_gradients(net, x, t))


def test_a_complex_step_that_has_nothing_to_say_is_excused():
    for name in ("underflow", "overflowing loss"):
        net, x, t = HARD[name]
        assert "leaves the range of floats for w1[0,0], so is excused" in repr(check_gradients(net, x, t))
        with pytest.raises(CheckFailed, match=r"matrix form got \S+, symbols got \S+, expected"):
            check_gradients(altered(net, one_weight_times(-1)), x, t)


# ---- kinks -----------------------------------------------------------------------------------------


XNOR = [[0, 0], [0, 1], [1, 0], [1, 1]], [[1], [0], [0], [1]]
KINK = "Exactly 0: z1[0], z1[1], z1[2], in example 0. There relu has no derivative; its slope is taken as 0."


def test_at_a_kink_it_is_said_which_z_is_0_and_what_holds_there():
    net = Network.random([2, 3, 1], activation=["relu", "identity"])
    assert KINK in repr(check_gradients(net, *XNOR))
    with pytest.raises(CheckFailed) as caught:
        check_gradients(altered(net, one_weight_times(-1)), *XNOR)
    assert KINK in str(caught.value)
    slopes, by_differences = net.gradients(*XNOR).by_name(), central_differences(net, *XNOR)
    assert max(abs(slopes[name] - by_differences[name]) for name in slopes) > 1e-3  # there is no derivative


def test_where_rounding_decides_about_a_side_it_is_said():
    net = Network([[[0.1, 0.2, -0.3]], [[1.0]]], activation="relu")
    assert "Rounding decides whether z1[0], z2[0] is above 0" in repr(check_gradients(net, [1, 1, 1], [0.5]))
    assert "0:" not in repr(check_gradients(Network([[[0.1]]], activation="relu"), [1], [0.5]))


# ---- classes of one's own ----------------------------------------------------------------------------


class L2(Network):
    """A network whose large weights cost something."""

    strength, factor = 0.1, 1.0

    def loss(self, x, t):
        return super().loss(x, t) + self.strength * sum((w**2).sum() for w in self.weights)

    def gradients(self, x, t):
        g = super().gradients(x, t)
        more = [2 * self.factor * self.strength * w for w in self.weights]
        return replace(g, weights=[a + b for a, b in zip(g.weights, more, strict=True)])


class L1(L2):
    """The same with sizes, for which no complex step is made."""

    def loss(self, x, t):
        return Network.loss(self, x, t) + self.strength * sum(np.abs(w).sum() for w in self.weights)

    def gradients(self, x, t):
        g = Network.gradients(self, x, t)
        more = [self.factor * self.strength * np.sign(w) for w in self.weights]
        return replace(g, weights=[a + b for a, b in zip(g.weights, more, strict=True)])


class Scaled(Network):
    """A network that sees twice its input."""

    def forward(self, x):
        return super().forward(2 * np.asarray(x))


@pytest.mark.parametrize(
    ("kind", "says"), [(L2, "matrix form, complex step"), (L1, "The complex step is excused")]
)
def test_a_loss_of_ones_own_is_checked_without_the_symbols(kind, says):
    net = kind.random([2, 3, 2], seed=1)
    net.strength = 0.25
    said = repr(check_gradients(net, X, T))
    assert f"The symbols are excused: {kind.__name__} has its own loss" in said
    assert says in said
    net.factor = 0.5
    with pytest.raises(CheckFailed, match="The symbols are excused"):
        check_gradients(net, X, T)


def test_a_forward_pass_of_ones_own_is_checked_too():
    net = Scaled([[[0.1, 0.3], [0.2, 0.1]]])
    assert "Scaled has its own forward" in repr(check_gradients(net, [0.0, 0.0], T))
    net = Scaled(RIGHT.weights)
    assert "its own forward" in repr(check_gradients(net, X, T))
    with pytest.raises(CheckFailed):
        check_gradients(_forgetting(net), X, T)


def _forgetting(net):
    class Forgetting(Scaled):
        def gradients(self, x, t):
            return Network(self.weights, self.biases).gradients(x, t)

    return Forgetting(net.weights, net.biases)


def test_nobody_is_believed_alone():
    class Lost(Network):
        def loss(self, x, t):
            return float("nan")

    with pytest.raises(CheckFailed, match="matrix form got"):
        check_gradients(Lost(RIGHT.weights), X, T)

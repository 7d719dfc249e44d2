"""A check is worth what it refuses, and what it accepts: every wrong gradient is caught, no right one is."""

import warnings
from dataclasses import replace

import exact
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import problems

from backprop_lib import Network, train
from backprop_lib.core.functions import ACTIVATIONS, LOSSES
from backprop_lib.symbols.checks import check_gradients, symbols
from backprop_lib.symbols.floors import floors
from backprop_lib.symbols.nudging import central_differences, complex_step
from backprop_lib.symbols.panel import CheckFailed

X, T = [0.2, 0.5], [0.2, 0.7]
RIGHT = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]], [[0.1, 0.2], [0.0, -0.3]])
ONE = Network([[[0.5]], [[0.5]]])


class Altered(Network):
    """A network whose gradients are right but for one change."""

    def gradients(self, x, t):
        return self.change(super().gradients(x, t))


def altered(net, change):
    other = Altered(net.weights, net.biases, [f.name for f in net.activations], net.loss_rule.name)
    other.change = change
    return other


def one_weight_times(factor, layer=0, place=(0, 0)):
    def change(g):
        weights = [w.copy() for w in g.weights]
        weights[layer][place] *= factor
        return replace(g, weights=weights)

    return change


WRONG = {
    "sign": one_weight_times(-1),
    "factor of two": one_weight_times(2),
    "ten digits": one_weight_times(1 + 1e-8),
    "zero": one_weight_times(0),
    "nan": one_weight_times(float("nan")),
    "inf": one_weight_times(float("inf")),
    "transposed": lambda g: replace(g, weights=[g.weights[0].T, g.weights[1]]),
    "forgotten bias": lambda g: replace(g, biases=[0 * g.biases[0], g.biases[1]]),
    "no biases": lambda g: replace(g, biases=None),
}


def test_right_gradients_pass():
    agreement = check_gradients(RIGHT, X, T)
    assert repr(agreement) == (
        "12 gradients, 3 witnesses (matrix form, symbols, complex step): all agree to within 1e-10 of each."
    )
    assert "| `b2[1]` |" in agreement._repr_markdown_()


@pytest.mark.parametrize("change", WRONG.values(), ids=WRONG)
def test_wrong_gradients_are_refused(change):
    with pytest.raises(CheckFailed, match=r"matrix form (got|has no such)"):
        check_gradients(altered(RIGHT, change), X, T)


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


# ---- against 60 digits ----------------------------------------------------------------------------


HARD = {
    "chapter 1 after training at 900": (train(ONE, [0.1], [0.9], 900, 2000).network, [[0.1]], [[0.9]]),
    "converged to loss 0": (train(ONE, [0.1], [0.9], 9.0, 10_000).network, [[0.1]], [[0.9]]),
    "underflow": (Network([[[-700.0]]]), [[1.0]], [[0.9]]),
    "underflow in a batch": (Network([[[-700.0]]]), [[1.0], [0.5], [2.0]], [[0.9]] * 3),
    "deeper underflow": (Network([[[-700.0]], [[3.0]]]), [[1.0]], [[0.9]]),
    "overflowing loss": (Network([[[1e160]]], activation="identity"), [[1.0]], [[0.9]]),
    "tanh at 20": (Network([[[20.0]]], activation="tanh"), [[1.0]], [[-1.0]]),
    "sigmoid at 30": (Network([[[30.0]], [[2.0]]]), [[1.0]], [[0.0]]),
    "sigmoid at 40": (Network([[[40.0]], [[2.0]]]), [[1.0]], [[0.0]]),
    "softplus at −200": (Network([[[-200.0]], [[2.0]]], activation="softplus"), [[1.0]], [[0.0]]),
    "cross-entropy at 40": (Network([[[40.0]]], loss="binary_cross_entropy"), [[1.0]], [[1.0]]),
    "cross-entropy at −800": (Network([[[-800.0]]], loss="binary_cross_entropy"), [[1.0]], [[0.0]]),
    "17 layers": (Network.random([3] * 18, seed=2), [[0.2, 0.5, -0.3]], [[0.1, 0.9, 0.4]]),
    "20 layers": (Network.random([3] * 21, seed=2), [[0.2, 0.5, -0.3]], [[0.1, 0.9, 0.4]]),
    "features of two sizes": (Network([[[0.5, 1e-6]]]), [[1e-6, 1e6]], [[0.2]]),
    "large features": (Network([[[3.0, -2.0]], [[0.5]]]), [[1e6, 1.5e6 + 0.1]], [[0.2]]),
}


@pytest.mark.parametrize("hard", HARD.values(), ids=HARD)
def test_the_right_gradient_is_accepted_where_floats_are_in_trouble(hard):
    net, x, t = hard
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        agreement = check_gradients(net, x, t)
    truth = exact.gradients(net, x, t)
    for name, floor in agreement.floors.items():
        for witness in ("matrix form", "symbols"):
            off = abs(agreement.witnesses[witness][name] - truth[name])
            assert off <= 1e-12 * abs(truth[name]) + floor, (witness, name)


@pytest.mark.parametrize("factor", [-1, 3, 1 + 1e-6])
@pytest.mark.parametrize("hard", HARD.values(), ids=HARD)
def test_a_wrong_gradient_is_refused_unless_rounding_drowns_it(hard, factor):
    net, x, t = hard
    truth, floor = exact.gradients(net, x, t)["w1[0,0]"], floors(net, x, t)["w1[0,0]"]
    wrong = altered(net, one_weight_times(factor))
    if abs((factor - 1) * truth) > 4 * floor:
        with pytest.raises(CheckFailed, match=r"∂E/∂w1\[0,0\]"):
            check_gradients(wrong, x, t)
    elif abs(truth) < floor:
        assert float(truth) == 0 or "(w1[0,0]" in repr(check_gradients(net, x, t))


@pytest.mark.parametrize(
    "name", ["17 layers", "20 layers", "features of two sizes", "underflow", "tanh at 20"]
)
def test_these_wrong_gradients_are_refused(name):
    net, x, t = HARD[name]
    with pytest.raises(CheckFailed):
        check_gradients(altered(net, one_weight_times(3 if "features" in name else -1)), x, t)


@settings(max_examples=40, deadline=None)
@given(problems(largest=3), st.sampled_from([1.0, 30.0, 1000.0]), st.integers(0, 10**6))
def test_random_networks_saturated_or_not(problem, scale, draw):
    """Every right gradient passes, within its floor of the truth; a sign turned anywhere is refused."""
    net, x, t = problem
    net = net.replace([scale * w for w in net.weights], net.biases)
    agreement, truth = check_gradients(net, x, t), exact.gradients(net, x, t)
    floor = agreement.floors
    for name, slope in agreement.witnesses["matrix form"].items():
        assert abs(slope - truth[name]) <= 1e-10 * abs(truth[name]) + floor[name]
    layer = draw % len(net.weights)
    place = np.unravel_index(draw % net.weights[layer].size, net.weights[layer].shape)
    name = f"w{layer + 1}[{place[0]},{place[1]}]"
    if 2 * abs(truth[name]) > 1.1 * floor[name] + 1e-290:
        with pytest.raises(CheckFailed):
            check_gradients(altered(net, one_weight_times(-1, layer, place)), x, t)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_floor_is_a_small_part_of_an_ordinary_gradient(activation, loss):
    names = [activation, activation, "sigmoid" if loss == "binary_cross_entropy" else activation]
    net = Network.random([3, 4, 3, 2], seed=3, activation=names, loss=loss)
    net = net.replace(net.weights, [b + 1 for b in net.biases])
    x, t = np.random.default_rng(1).uniform(0.1, 1, (2, 5, 3))
    found = floors(net, x, t[:, :2])
    truth = exact.gradients(net, x, t[:, :2])
    assert all(0 < floor < 1e-12 * max(map(abs, truth.values())) for floor in found.values())


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


# ---- cost, and arguments -----------------------------------------------------------------------------


def test_seven_layers_of_eight_are_done():
    net = Network.random([8] * 8)
    assert len(check_gradients(net, np.eye(8), np.eye(8)).witnesses["symbols"]) == 7 * 72


def test_the_complex_step_is_one_forward_pass_a_weight(monkeypatch):
    passes, real = [], Network.forward
    monkeypatch.setattr(Network, "forward", lambda self, x: passes.append(1) or real(self, x))
    complex_step(RIGHT, X, T)
    assert len(passes) == 12


def test_the_check_can_be_of_some_gradients():
    agreement = check_gradients(RIGHT, X, T, names=["w1[0,1]", "b2[1]"])
    assert repr(agreement).startswith("2 gradients")
    wrong = altered(RIGHT, one_weight_times(-1))
    assert check_gradients(wrong, X, T, names="b2[1]")
    with pytest.raises(CheckFailed):
        check_gradients(wrong, X, T, names=["w1[0,0]"])
    with pytest.raises(ValueError, match="'w9' is no parameter"):
        check_gradients(RIGHT, X, T, names=["w9"])
    with pytest.raises(ValueError, match="names is empty"):
        check_gradients(RIGHT, X, T, names=[])


def test_what_takes_long_says_so(monkeypatch):
    large = Network.random([784, 30, 10])
    monkeypatch.setattr("backprop_lib.symbols.checks.Panel", lambda *_: pytest.fail("began"))
    with (
        pytest.warns(
            UserWarning, match=r"checking 23860 gradients with 1000 examples takes about \d+ minutes"
        ),
        pytest.raises(pytest.fail.Exception, match="began"),
    ):
        check_gradients(large, np.zeros((1000, 784)), np.zeros((1000, 10)))


@pytest.mark.parametrize("tolerance", [float("inf"), float("nan"), -1e-10, 0, 1])
def test_a_tolerance_that_would_accept_or_refuse_all_is_refused(tolerance):
    with pytest.raises(ValueError, match=r"tolerance is .*, expected a"):
        check_gradients(RIGHT, X, T, tolerance=tolerance)


def test_complex_inputs_are_refused():
    with pytest.raises(TypeError, match="x holds complex numbers, expected real ones"):
        check_gradients(RIGHT, [0.2j, 0.5], T)


def test_symbols_are_the_mean_over_the_batch():
    batch = symbols(RIGHT, [X, [0.9, -0.4]], [T, [0.1, 0.3]])
    singles = [symbols(RIGHT, X, T), symbols(RIGHT, [0.9, -0.4], [0.1, 0.3])]
    for name, slope in batch.items():
        assert slope == pytest.approx(np.mean([single[name] for single in singles]), rel=1e-14)

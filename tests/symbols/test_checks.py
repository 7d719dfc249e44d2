"""A check is worth what it refuses, and what it accepts: every wrong gradient is caught, no right one is."""

import warnings
from dataclasses import replace

import exact
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import problems
from witnesses import HARD, RIGHT, T, X, altered, one_weight_times

from backprop_lib import Network
from backprop_lib.symbols.checks import check_gradients
from backprop_lib.symbols.panel import CheckFailed

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


def test_seven_layers_of_eight_are_done():
    net = Network.random([8] * 8)
    assert len(check_gradients(net, np.eye(8), np.eye(8)).witnesses["symbols"]) == 7 * 72


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

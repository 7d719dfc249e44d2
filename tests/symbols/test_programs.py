"""The derivation as a program: it computes what the network computes, to the last digits, far out as well."""

import exact
import numpy as np
import pytest
from hypothesis import given, settings
from strategies import BEFORE_SOFTMAX, SATURATED, problems, saturated, saturated_output

from backprop_lib import Network, derive
from backprop_lib.symbols import compile_straight_line


@settings(max_examples=20, deadline=None)
@given(problems(activations=("identity", "sigmoid", "tanh", "softplus"), largest=3, losses=BEFORE_SOFTMAX))
def test_straight_line_code_computes_the_same(problem):
    net, x, t = problem
    loss, slopes = compile_straight_line(derive(net))(*net.by_name().values(), *x[0], *t[0])
    np.testing.assert_allclose(loss, net.loss(x[0], t[0]), rtol=1e-9)
    expected = list(net.gradients(x[0], t[0]).by_name().values())
    np.testing.assert_allclose(slopes, expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("loss", ["half_squared_error", "binary_cross_entropy"])
def test_straight_line_code_does_not_overflow(loss):
    f = compile_straight_line(derive(Network([[[0.5]]], loss=loss)))
    for z in (-2000.0, 2000.0):
        got, (slope,) = f(z, 1.0, 0.5)
        assert np.isfinite([got, slope]).all()


@pytest.mark.parametrize("loss", ["half_squared_error", "squared_error", "binary_cross_entropy"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus"])
def test_slopes_keep_their_digits(activation, loss):
    for net, x, t in saturated(activation, loss):
        expected = float(exact.gradients(net, [x], [t])["w1[0,1]"])
        got = compile_straight_line(derive(net))(*net.by_name().values(), *x, *t)[1][1]
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-307), net


@pytest.mark.parametrize("z", SATURATED)
def test_a_saturated_cross_entropy_keeps_its_digits(z):
    net, x, t = saturated_output(z)
    loss, slopes = compile_straight_line(derive(net))(*net.by_name().values(), *x, *t)
    expected = float(exact.gradients(net, [x], [t])["w1[0,1]"])
    assert slopes[1] == pytest.approx(expected, rel=1e-12, abs=1e-307)
    assert loss == pytest.approx(net.loss(x, t), rel=1e-14)
    assert (loss > 0) == (abs(z) < 740)

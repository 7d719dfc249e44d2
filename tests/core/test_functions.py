"""Each rule's four lines agree with each other, and none of them overflows."""

import mpmath
import numpy as np
import pytest
import sympy as sp

from backprop_lib.core.functions import ACTIVATIONS, LOSSES, choose, log_share, sigmoid, softmax, softplus

Z, A, T = sp.symbols("z a t", real=True)
ALONE = [f for f in ACTIVATIONS.values() if not f.compares]
SQUARED_OR_BINARY = [f for f in LOSSES.values() if f.needs != "softmax"]
POINTS = np.array([-7.3, -2.0, -0.5, 0.05, 0.25624, 1.0, 3.7, 9.1])
SATURATED = np.array([-700.0, -300.0, -40.0, -20.0, -14.0, 8.0, 14.0, 20.0, 30.0, 40.0, 300.0, 700.0])
EVERYWHERE = np.concatenate([POINTS, SATURATED])
HUGE = np.array([-1000.0, -745.0, -40.0, 0.0, 40.0, 745.0, 1000.0])


def exactly(expression, points):
    """Return sympy's expression in z at each point, computed with so many digits that none is lost."""
    function = sp.lambdify(Z, expression, "mpmath")
    with mpmath.workdps(700):
        return np.array([float(function(mpmath.mpf(float(z)))) for z in points])


@pytest.mark.parametrize("f", ALONE, ids=lambda f: f.name)
def test_numpy_computes_what_sympy_writes(f):
    a, written = f.rule(EVERYWHERE), f.formula(sp, Z)
    np.testing.assert_allclose(a, exactly(written, EVERYWHERE), rtol=3e-15)
    slope = sp.sympify(f.slope_formula(sp, Z, A)).subs(A, written)
    np.testing.assert_allclose(f.slope(EVERYWHERE, a), exactly(slope, EVERYWHERE), rtol=3e-15)


@pytest.mark.parametrize("f", ALONE, ids=lambda f: f.name)
def test_a_slope_is_the_derivative_that_sympy_derives(f):
    derived = exactly(sp.diff(f.formula(sp, Z), Z), EVERYWHERE)
    np.testing.assert_allclose(f.slope(EVERYWHERE, f.rule(EVERYWHERE)), derived, rtol=3e-15)


def test_relu_is_flat_at_its_kink():
    f, zero = ACTIVATIONS["relu"], np.array([0.0, -0.0])
    assert f.slope(zero, f.rule(zero)).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("f", LOSSES.values(), ids=lambda f: f.name)
def test_a_loss_and_its_slope(f):
    a, t = np.meshgrid(np.linspace(0.02, 0.98, 7), np.linspace(0, 1, 5))
    rule = sp.lambdify([A, T], f.formula(sp, A, T), "numpy")
    derived = sp.lambdify([A, T], sp.diff(f.formula(sp, A, T), A), "numpy")
    written = sp.lambdify([A, T], f.slope_formula(sp, A, T), "numpy")
    np.testing.assert_allclose(f.rule(a, t), rule(a, t), rtol=1e-13)
    np.testing.assert_allclose(f.slope(a, t), derived(a, t), rtol=1e-12, atol=1e-13)
    np.testing.assert_allclose(f.slope(a, t), written(a, t), rtol=1e-13)


def test_cross_entropy_from_z_is_the_same_loss():
    f = LOSSES["binary_cross_entropy"]
    z, t = np.meshgrid(np.linspace(-8, 8, 9), np.linspace(0, 1, 5))
    a = sigmoid(z)
    np.testing.assert_allclose(f.rule_at_z(z, t), f.rule(a, t), rtol=1e-10)
    np.testing.assert_allclose(f.slope_at_z(z, t), f.slope(a, t) * a * (1 - a), rtol=1e-10, atol=1e-15)
    np.testing.assert_allclose(f.slope_at_z(z, t), a - t, rtol=1e-12, atol=1e-15)


@pytest.mark.parametrize("f", SQUARED_OR_BINARY, ids=lambda f: f.name)
def test_value_and_delta_are_what_the_slopes_say(f):
    z, t = np.meshgrid(np.linspace(-8, 8, 9), np.linspace(0, 1, 5))
    a, sigmoid_rule = sigmoid(z), ACTIVATIONS["sigmoid"]
    np.testing.assert_allclose(f.value(z, a, t), f.rule(a, t), rtol=1e-10)
    delta = f.slope(a, t) * sigmoid_rule.slope(z, a)
    np.testing.assert_allclose(f.delta(z, a, t, sigmoid_rule), delta, rtol=1e-10, atol=1e-15)
    assert np.isfinite(f.delta(HUGE, sigmoid(HUGE), 0.3, sigmoid_rule)).all()


@pytest.mark.parametrize("f", SQUARED_OR_BINARY, ids=lambda f: f.name)
def test_a_loss_cancels_if_its_slope_has_a_denominator_that_the_sigmoids_slope_takes_away(f):
    slope, times = f.slope_formula(sp, A, T), ACTIVATIONS["sigmoid"].slope_formula(sp, Z, A)
    assert f.cancels == (sp.fraction(slope)[1].has(A) and not sp.fraction(sp.cancel(slope * times))[1].has(A))
    z, t = np.linspace(-8, 8, 9), np.linspace(0, 1, 9)
    a, begin = sigmoid(z), f.begin(z, sigmoid(z), t)
    expected = f.slope(a, t) * (ACTIVATIONS["sigmoid"].slope(z, a) if f.cancels else 1)
    np.testing.assert_allclose(begin, expected, rtol=1e-10, atol=1e-15)


def test_nothing_finite_overflows():
    f = LOSSES["binary_cross_entropy"]
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for values in (
            sigmoid(HUGE),
            softplus(HUGE),
            *(rule.slope(HUGE, rule.rule(HUGE)) for rule in ACTIVATIONS.values()),
            *(f.rule_at_z(HUGE, t) for t in (0.0, 0.3, 1.0)),
            *(f.slope_at_z(HUGE, t) for t in (0.0, 0.3, 1.0)),
        ):
            assert np.isfinite(values).all()


def test_saturated_cross_entropy_keeps_its_digits():
    f = LOSSES["binary_cross_entropy"]
    assert f.rule_at_z(np.array(1000.0), 0.0) == 1000.0
    np.testing.assert_allclose(f.rule_at_z(np.array(40.0), 1.0), np.exp(-40.0), rtol=1e-12)
    np.testing.assert_allclose(f.slope_at_z(np.array(40.0), 1.0), -np.exp(-40.0), rtol=1e-12)


def test_scalars_stay_scalars():
    assert isinstance(sigmoid(0.5), float)
    assert isinstance(softplus(0.5), float)


@pytest.mark.parametrize("name", ["sigmod", None, 3])
def test_an_unknown_rule_is_refused(name):
    with pytest.raises(ValueError, match=r"activation is .*, expected one of: identity, sigmoid"):
        choose("activation", name, ACTIVATIONS)


# ---- the softmax and its loss, which see a whole layer ---------------------------------------------

LAYERS = [[0.3, -1.2, 2.0], [5.0, 5.0], [-40.0, 0.0, 1.0, 1.0], [700.0, -700.0], [1e4, 0.0, -1e4, 3.0]]


def shares(z):
    """Return the softmax, with so many digits that none is lost."""
    e = [mpmath.exp(mpmath.mpf(one)) for one in z]
    return [one / mpmath.fsum(e) for one in e]


@pytest.mark.parametrize("z", LAYERS, ids=str)
def test_a_softmax_and_its_loss_keep_their_digits(z):
    loss, targets = LOSSES["categorical_cross_entropy"], [*np.eye(len(z)), np.full(len(z), 1 / len(z))]
    with mpmath.workdps(20_000), np.errstate(under="ignore", over="raise", invalid="raise", divide="raise"):
        a = shares(z)
        np.testing.assert_allclose(softmax(z), [float(one) for one in a], rtol=3e-15)
        np.testing.assert_allclose(log_share(z), [float(-mpmath.log(one)) for one in a], rtol=3e-15)
        slopes = [float(one * (1 - one)) for one in a]
        np.testing.assert_allclose(
            ACTIVATIONS["softmax"].slope(np.array(z), softmax(z)), slopes, rtol=1e-14, atol=1e-320
        )
        for t in targets:
            deltas = [
                float(one * mpmath.fsum(map(mpmath.mpf, t)) - target)
                for one, target in zip(a, t, strict=True)
            ]
            found = loss.slope_at_z(np.array(z), t)
            np.testing.assert_allclose(found, deltas, rtol=1e-13, atol=1e-16 if t.max() < 1 else 1e-320)
            losses = [float(-target * mpmath.log(one)) for one, target in zip(a, t, strict=True)]
            np.testing.assert_allclose(loss.rule_at_z(np.array(z), t), losses, rtol=1e-14)


def test_a_softmax_in_a_batch_is_that_of_its_rows():
    z = np.array([LAYERS[0], LAYERS[0][::-1]])
    np.testing.assert_array_equal(softmax(z), [softmax(row) for row in z])
    np.testing.assert_array_equal(log_share(z), [log_share(row) for row in z])
    assert softmax(np.ones((2, 5, 4), "float32")).dtype == np.float32


def test_the_loss_after_a_softmax_is_what_its_formulas_say():
    f, softly = LOSSES["categorical_cross_entropy"], ACTIVATIONS["softmax"]
    z, t = sp.symbols("z:3", real=True), sp.symbols("t:3", real=True)
    outputs = [softly.formula(sp, one, *(other for other in z if other != one)) for one in z]
    E = sum(f.formula(sp, a, target) for a, target in zip(outputs, t, strict=True))
    at = np.array([0.3, -1.2, 2.0]), np.array([0.2, 0.7, 0.1])
    numbers = dict(zip([*z, *t], np.concatenate(at).tolist(), strict=True))
    assert float(E.subs(numbers)) == pytest.approx(f.value(at[0], softmax(at[0]), at[1]).sum(), rel=1e-14)
    derived = [float(sp.diff(E, one).subs(numbers)) for one in z]
    np.testing.assert_allclose(f.delta(at[0], softmax(at[0]), at[1], softly), derived, rtol=1e-13)
    np.testing.assert_allclose(f.begin(at[0], softmax(at[0]), at[1]), derived, rtol=1e-13)
    assert f.cancels
    for k, i in np.ndindex(3, 3):
        a = [float(one.subs(numbers)) for one in outputs]
        slope = softly.slope_formula(sp, None, a[k]) if k == i else softly.slope_in_other(a[k], a[i])
        assert slope == pytest.approx(float(sp.diff(outputs[k], z[i]).subs(numbers)), rel=1e-13)
        if k == i:
            assert softly.slope(at[0], softmax(at[0]))[i] == pytest.approx(slope, rel=1e-13)

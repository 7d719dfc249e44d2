"""The derivation as a program: it computes what the network computes, to the last digits, far out as well."""

from itertools import product

import exact
import numpy as np
import pytest
from hypothesis import given, settings
from node import answers
from strategies import ALONE, BEFORE_SOFTMAX, SATURATED, fitting, problems, saturated, saturated_output
from witnesses import by_autograd

from backprop_lib import Network, derive, train
from backprop_lib.core import LOSSES, Gradients
from backprop_lib.symbols import compile_straight_line, javascript, program
from backprop_lib.symbols.floors import floors
from backprop_lib.text import identifier


@settings(max_examples=20, deadline=None)
@given(problems(activations=("identity", "sigmoid", "tanh", "softplus"), largest=3))
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


# ---- as JavaScript -----------------------------------------------------------------------------------


SHAPES = [(1, 1), (1, 1, 1), (2, 2, 2), (3, 2, 2), (2, 3, 1), (2, 2, 2, 1)]
NEAR = 1e-14


def small_networks():
    """Return networks with a batch: for each shape, activation and loss, with biases or without."""
    rng, made = np.random.default_rng(15), []
    for sizes, f, loss, biases in product(SHAPES, ALONE, LOSSES, [True, False]):
        names = [f] * (len(sizes) - 2) + [fitting(loss, f)]
        if names[-1] == "softmax" and sizes[-1] < 2:
            continue
        net = Network.random(sizes, seed=len(made), biases=biases, activation=names, loss=loss)
        net = net.with_values({name: w + rng.uniform(-0.5, 0.5) for name, w in net.by_name().items()})
        made.append((net, rng.uniform(-1, 1, (3, sizes[0])), rng.uniform(size=(3, sizes[-1]))))
    return made


def near(got, expected, floors):
    """Say whether numbers agree to 1e-14 of each, but for what rounding alone can do."""
    got, expected, floors = (np.array(list(values), float) for values in (got, expected, floors))
    return got.shape == expected.shape and (abs(got - expected) <= NEAR * abs(expected) + floors).all()


def test_javascript_computes_what_the_network_computes_and_sympy_derives(tmp_path):
    made = [(net, x[0], t[0], derive(net)) for net, x, t in small_networks()]
    calls = [(javascript(d), "passes", [*net.by_name().values()], [*x, *t]) for net, x, t, d in made]
    for (net, x, t, d), passes in zip(made, answers(calls, tmp_path), strict=True):
        lines, numbers, g = program(d), d.numbers(x, t), net.gradients(x, t)
        expected = [numbers[symbol] for symbol in d.definitions]
        assert near(passes["forward"], expected, NEAR * np.ones(len(expected))), net
        factors = {
            (of, by): value for (of, by, _), value in zip(lines.factors, passes["factors"], strict=True)
        }
        for (of, by), value in factors.items():
            expected = d.factor(d.symbols[of], d.symbols[by]).value.xreplace(numbers)
            assert value == pytest.approx(float(expected), rel=NEAR, abs=NEAR), (net, of, by)
        paths = [
            [np.prod([factors[str(f.of), str(f.by)] for f in path]) for path in d.factors(w)]
            for w in d.parameters
        ]
        for expected in (g.by_name().values(), map(sum, paths)):
            assert near(passes["gradients"], expected, floors(net, x, t).values()), net
        slopes = dict(zip(d.parameters, passes["gradients"], strict=True))
        for (name, _), delta in zip(lines.deltas, passes["deltas"], strict=True):
            assert delta == slopes.get(name.replace("delta", "b"), delta)


def test_each_quantity_is_defined_alone(tmp_path):
    made = [(d := derive(net), d.numbers(x[0], t[0])) for net, x, t in small_networks()[::5]]
    asked = [(d, numbers, symbol) for d, numbers in made for symbol in d.definitions]
    modules = {d: javascript(d) for d, _ in made}
    calls = [
        (modules[d], f"definitions/{symbol}", {identifier(str(s)): value for s, value in numbers.items()})
        for d, numbers, symbol in asked
    ]
    for (_, numbers, symbol), value in zip(asked, answers(calls, tmp_path), strict=True):
        assert value == pytest.approx(numbers[symbol], rel=1e-12, abs=NEAR)


def test_javascript_trains_as_train_does_and_as_autograd_says(tmp_path):
    made = [(net, derive(net), x, t, np.hstack([x, t]).tolist()) for net, x, t in small_networks()[::3]]
    calls = [
        (javascript(d), "train", [*net.by_name().values()], rows, rate, steps)
        for net, d, _, _, rows in made
        for rate, steps in ((1.0, 1), (0.05, 5))
    ]
    got = iter(answers(calls, tmp_path))
    for net, _, x, t, _ in made:
        before, one = np.array([*net.by_name().values()]), next(got)
        moved = before - one["parameters"]
        floor = [size + 2e-16 * abs(w) for size, w in zip(floors(net, x, t).values(), before, strict=True)]
        assert near(moved, net.gradients(x, t).by_name().values(), floor), net
        weights, biases = zip(*by_autograd(net, x, t), strict=True)
        expected = Gradients(list(weights), None if net.biases is None else list(biases), []).by_name()
        np.testing.assert_allclose(moved, [*expected.values()], rtol=1e-12, atol=1e-13)
        five, expected = next(got), train(net, x, t, 0.05, epochs=5)
        np.testing.assert_allclose(five["losses"], expected.loss[:5], rtol=1e-12, atol=1e-14)
        np.testing.assert_allclose(five["parameters"], expected.path[-1], rtol=1e-12, atol=1e-14)


def test_javascript_keeps_its_digits_far_out(tmp_path):
    cases = [
        (net, x, t)
        for f, loss in product(ALONE, BEFORE_SOFTMAX)
        for net, x, t in saturated(f, loss, [-800.0, -40.0, 40.0, 800.0])
    ] + [saturated_output(z) for z in [*SATURATED, -800.0, 800.0]]
    for z, t in product([-800.0, -40.0, 40.0, 800.0], [[1.0, 0.0], [0.0, 1.0], [0.25, 0.75]]):
        net = Network([[[z], [0.0]]], activation="softmax", loss="categorical_cross_entropy")
        cases.append((net, [1.0], t))
    calls = [(javascript(derive(net)), "passes", [*net.by_name().values()], x + t) for net, x, t in cases]
    for (net, x, t), passes in zip(cases, answers(calls, tmp_path), strict=True):
        names = list(net.by_name())
        slopes, truth = dict(zip(names, passes["gradients"], strict=True)), exact.gradients(net, [x], [t])
        for name in names:
            assert slopes[name] == pytest.approx(float(truth[name]), rel=1e-14, abs=1e-307), (net, name)
        assert passes["forward"][-1] == pytest.approx(net.loss(x, t), rel=1e-14)


def test_a_module_that_forgets_a_factor_is_told(tmp_path):
    """What the tests above compare would be different."""
    (net, x, t), *_ = [one for one in small_networks() if one[0].sizes == [2, 2, 2]]
    source, given = javascript(derive(net)), ([*net.by_name().values()], [*x[0], *t[0]])
    broken = source.replace("const delta2_0 = ", "const delta2_0 = 1.00001*", 1)
    right, wrong = answers([(source, "passes", *given), (broken, "passes", *given)], tmp_path)
    expected, floor = net.gradients(x[0], t[0]).by_name().values(), floors(net, x[0], t[0]).values()
    assert near(right["gradients"], expected, floor)
    assert not near(wrong["gradients"], expected, floor)

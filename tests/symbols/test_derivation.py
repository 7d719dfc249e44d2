"""sympy's chain rule: its factors, its proof, and its refusal of a wrong slope."""

import sys
from dataclasses import replace
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from strategies import problems

from backprop_lib import Network, derive
from backprop_lib.core.functions import ACTIVATIONS, LOSSES
from backprop_lib.symbols import slopes
from backprop_lib.symbols.evaluation import Evaluator
from backprop_lib.symbols.notation import chain, definitions, factor_table
from backprop_lib.symbols.panel import CheckFailed
from backprop_lib.symbols.proof import prove
from backprop_lib.text import fixed

TWO = Network(weights=[[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])


def evaluated(d, name, x, t):
    """Return ∂E/∂name, with numbers put into the symbols."""
    return Evaluator(d)(x, t, [name])[0][name]


@settings(max_examples=20, deadline=None)
@given(problems(largest=3))
def test_the_paths_add_up_to_the_gradient(problem):
    net, x, t = problem
    d = derive(net)
    numbers = d.numbers(x[0], t[0])
    slopes = net.gradients(x[0], t[0]).by_name()
    for name in d.parameters[:3] + d.parameters[-2:]:
        paths = sum(np.prod([float(f.value.xreplace(numbers)) for f in p]) for p in d.factors(name))
        assert paths == pytest.approx(evaluated(d, name, x[0], t[0]), rel=1e-8, abs=1e-12)
        assert paths == pytest.approx(slopes[name], rel=1e-8, abs=1e-12)


@pytest.mark.parametrize("activation", ACTIVATIONS)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("biases", [True, False])
def test_the_proof_holds_for_every_rule(activation, loss, biases):
    names = [activation, "sigmoid" if loss == "binary_cross_entropy" else activation]
    net = Network.random([2, 2, 1], biases=biases, activation=names, loss=loss)
    assert set(prove(derive(net)).values()) == {0}


def test_the_proof_refuses_a_wrong_derivation(monkeypatch):
    d = derive(TWO)
    right = d.gradient
    monkeypatch.setattr(d, "gradient", lambda name: -right(name) if name == "w1[0,1]" else right(name))
    wrong = [name for name, difference in prove(d).items() if difference != 0]
    assert wrong == ["w1[0,1]"]


@pytest.mark.parametrize("kind", ["activation", "loss"])
def test_a_wrong_slope_is_refused(monkeypatch, kind):
    if kind == "activation":
        wrong = replace(ACTIVATIONS["sigmoid"], slope_formula=lambda sp, z, a: a * (1 + a))
        monkeypatch.setattr(slopes, "ACTIVATIONS", {**ACTIVATIONS, "sigmoid": wrong})
        check, name = slopes.slope_of.__wrapped__, "sigmoid"
    else:
        wrong = replace(LOSSES["squared_error"], slope_formula=lambda sp, a, t: a - t)
        monkeypatch.setattr(slopes, "LOSSES", {**LOSSES, "squared_error": wrong})
        check, name = slopes.loss_slope_of.__wrapped__, "squared_error"
    with pytest.raises(ValueError, match=f"the slope of '{name}' is written as .*, but sympy derives"):
        check(name)


def test_factors_multiply_like_expressions():
    d = derive(TWO)
    total = sum(sp.prod(path) for path in d.factors("w1[0,1]"))
    assert sp.expand(total - d.gradient("w1[0,1]")) == 0
    assert len(d.factors("w1[0,1]")) == 2
    assert len(d.factors("w2[0,1]")) == 1


def test_cross_entropy_after_a_sigmoid_leaves_a_difference():
    d = derive(Network.random([2, 3, 2], loss="binary_cross_entropy"))
    a, t = sp.symbols("a2[1] t[1]", real=True)
    assert d.delta("z2[1]") == a - t


def test_exact_arithmetic_is_exact():
    d = derive(Network(weights=[[[0.5]], [[0.5]]]))
    values = {"a2[0]": "0.563711", "a1[0]": ".51249", "t[0]": ".9"}
    a2, a1, t = Fraction("0.563711"), Fraction(".51249"), Fraction(".9")
    assert d.exact("w2[0,0]", values) == (a2 - t) * a2 * (1 - a2) * a1
    with pytest.raises(ValueError, match=r"values has no 'a1\[0\]'"):
        d.exact("w2[0,0]", {"a2[0]": "0.5", "t[0]": 1})


def test_an_unknown_parameter_is_refused():
    with pytest.raises(ValueError, match="'w9' is no parameter, expected one of"):
        derive(TWO).gradient("w9")


@pytest.mark.parametrize("name", ["z9[0]", "z1[7]", "w1[0,0]", "t[0]", ""])
def test_an_unknown_pre_activation_is_refused(name):
    with pytest.raises(ValueError, match="is no pre-activation, expected a name from 'z1"):
        derive(TWO).delta(name)


def test_numbers_are_those_of_the_readable_gradient():
    d, x, t = derive(TWO), [0.2, 0.5], [0.2, 0.7]
    numbers = d.numbers(x, t)
    for name in d.parameters:
        assert evaluated(d, name, x, t) == pytest.approx(float(d.gradient(name).xreplace(numbers)), rel=1e-13)
    with pytest.raises(ValueError, match=r"x has shape \(1,\)"):
        evaluated(d, "w1[0,0]", [0.2], t)


def test_a_factor_table_is_not_shown_if_its_columns_differ(monkeypatch):
    d = derive(TWO)
    assert len(factor_table(d, "w1[0,1]", [0.2, 0.5], [0.2, 0.7], path=1).rows) == 6
    right = d.factor

    def wrong(of, by):
        factor = right(of, by)
        return replace(factor, value=-factor.value) if of == d.E else factor

    monkeypatch.setattr(d, "factor", wrong)
    with pytest.raises(CheckFailed, match=r"∂E/∂a2\[0\]: symbols got -0.3.*, nudging expected 0.3"):
        factor_table(d, "w1[0,1]", [0.2, 0.5], [0.2, 0.7])


@pytest.mark.parametrize("weight", [12.0, 1000.0, -1000.0])
@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("sigmoid", "half_squared_error"),
        ("sigmoid", "binary_cross_entropy"),
        ("tanh", "squared_error"),
        ("relu", "half_squared_error"),
        ("identity", "half_squared_error"),
    ],
)
def test_a_factor_table_is_shown_however_saturated_a_neuron_is(activation, loss, weight):
    """Slopes go down to 10⁻⁴³⁴ here; the loss of a sure wrong answer is as steep as they are flat."""
    net = Network([[[weight]], [[weight]]], activation=activation, loss=loss)
    d = derive(net)
    for x, t in ((0.0, 0.0), (0.1, 0.0), (1000.0, 1.0)):
        for name, gradient in net.gradients([x], [t]).by_name().items():
            rows = factor_table(d, name, [x], [t]).rows
            assert all(row[3] == row[4] for row in rows)
            if abs(gradient) < 1e6:
                assert rows[-1][3] == f"**{fixed(gradient)}**"


def test_a_factor_beyond_all_floats_is_shown_as_a_power_of_ten():
    rows = factor_table(
        derive(Network([[[0.8]], [[1000.0]]], loss="binary_cross_entropy")), "w2[0,0]", [1.5], [0]
    ).rows
    assert [row[3] for row in rows] == ["5.84·10³³³", "0.000000", "0.768525", "**0.768525**"]


def test_formulas_are_written_in_latex():
    d = derive(TWO)
    assert chain(d, "w1[0,1]").source.count(r" \\ &\quad + ") == 1
    assert chain(d, "w2[0,1]").source.count("=") == 1
    assert r"w^{(1)}_{01} x_{1}" in definitions(d).source
    assert definitions(d)._repr_latex_().startswith(r"$\displaystyle \begin{aligned}")


# ---- growth -------------------------------------------------------------------------------------


def work_per_parameter(sizes, gradients):
    """Count the Python calls that all gradients of a network cost, per parameter: no clock, no noise."""
    net = Network.random(sizes, seed=1, loss="squared_error")
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1

    sp.core.cache.clear_cache()
    gradients(derive(Network.random([2, 2], loss="squared_error")), "w1[0,0]")  # what is done but once
    sys.setprofile(count)
    try:
        d = derive(net)
        for name in d.parameters:
            gradients(d, name)
    finally:
        sys.setprofile(None)
    return calls / len(d.parameters)


WIDER = [20, 6, 4], [40, 12, 8]  # 154 and 596 parameters
DEEPER = [6] * 4, [6] * 10  # 126 and 378 parameters


@pytest.mark.parametrize(("small", "large"), [WIDER, DEEPER], ids=["wider", "deeper"])
def test_the_work_grows_in_proportion_to_the_parameters(small, large):
    def gradient(d, name):
        return d.gradient(name)

    assert work_per_parameter(large, gradient) < 1.2 * work_per_parameter(small, gradient)


@pytest.mark.parametrize(("small", "large"), [WIDER, DEEPER], ids=["wider", "deeper"])
def test_the_work_of_the_numbers_grows_in_proportion_too(small, large):
    def evaluate_once(d, name):
        if name == d.parameters[0]:
            Evaluator(d)([[0.1] * d.net.sizes[0]] * 2, [[0.2] * d.net.sizes[-1]] * 2)

    assert work_per_parameter(large, evaluate_once) < 1.2 * work_per_parameter(small, evaluate_once)


def test_the_growth_test_refuses_what_follows_every_path():
    def along_every_path(d, name):
        return sum(sp.Mul(*path) for path in d.factors(name))

    shallow, deep = [3] * 3, [3] * 4
    assert work_per_parameter(deep, along_every_path) > 1.2 * work_per_parameter(shallow, along_every_path)

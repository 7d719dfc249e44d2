"""sympy's chain rule: its factors, its gradients, and what they cost."""

from fractions import Fraction

import numpy as np
import pytest
import sympy as sp
from growth import DEEPER, WIDER, work_per_parameter
from hypothesis import given, settings
from strategies import problems
from witnesses import TWO

from backprop_lib import Network, derive
from backprop_lib.symbols.evaluation import evaluate


@settings(max_examples=20, deadline=None)
@given(problems(largest=3))
def test_the_paths_add_up_to_the_gradient(problem):
    net, x, t = problem
    d = derive(net)
    numbers = d.numbers(x[0], t[0])
    slopes = net.gradients(x[0], t[0]).by_name()
    for name in d.parameters[:3] + d.parameters[-2:]:
        paths = sum(np.prod([float(f.value.xreplace(numbers)) for f in p]) for p in d.factors(name))
        assert paths == pytest.approx(evaluate(d, x[0], t[0], [name])[0][name], rel=1e-8, abs=1e-12)
        assert paths == pytest.approx(slopes[name], rel=1e-8, abs=1e-12)


def test_only_what_cancels_is_multiplied_out():
    """A delta stays the product that a reader expects, but for the cross-entropy's after a sigmoid."""
    square, entropy = (
        derive(Network([[[0.5]], [[0.5]]], loss=loss)) for loss in ("squared_error", "binary_cross_entropy")
    )
    a1, a2, t, w = (square.symbols[name] for name in ("a1[0]", "a2[0]", "t[0]", "w2[0,0]"))
    assert square.delta("z2[0]") == 2 * (a2 - t) * (a2 * (1 - a2))
    assert entropy.delta("z2[0]") == a2 - t
    assert entropy.delta("z1[0]") == (a2 - t) * w * (a1 * (1 - a1))


def test_factors_multiply_like_expressions():
    d = derive(TWO)
    total = sum(sp.prod(path) for path in d.factors("w1[0,1]"))
    assert sp.expand(total - d.gradient("w1[0,1]")) == 0
    first, second, *_ = d.factors("w1[0,1]")[0]
    assert first * second == first.value * second.value
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


@pytest.mark.parametrize(("small", "large"), [WIDER, DEEPER], ids=["wider", "deeper"])
def test_the_work_grows_in_proportion_to_the_parameters(small, large):
    def gradient(d, name):
        return d.gradient(name)

    assert work_per_parameter(large, gradient) < 1.2 * work_per_parameter(small, gradient)


def test_the_growth_test_refuses_what_follows_every_path():
    def along_every_path(d, name):
        return sum(sp.Mul(*path) for path in d.factors(name))

    shallow, deep = [3] * 3, [3] * 4
    assert work_per_parameter(deep, along_every_path) > 1.2 * work_per_parameter(shallow, along_every_path)


def test_behind_a_softmax_every_output_is_on_a_path():
    net = Network.random([2, 2, 3], activation=["tanh", "softmax"], loss="categorical_cross_entropy")
    d = derive(net)
    assert len(d.factors("w2[0,1]")) == 3
    assert len(d.factors("w1[0,1]")) == 9
    own, other = d.factors("w2[0,1]")[0][1].value, d.factors("w2[0,1]")[1][1].value
    assert (str(own), str(other)) == ("a2[0]*(1 - a2[0])", "-a2[0]*a2[1]")
    assert str(d.delta("z2[0]")) == "a2[0]*(t[0] + t[1] + t[2]) - t[0]"
    paths = [sp.Mul(*(factor.value for factor in path)) for path in d.factors("w1[0,1]")]
    assert sp.cancel(sp.Add(*paths) - d.gradient("w1[0,1]")) == 0

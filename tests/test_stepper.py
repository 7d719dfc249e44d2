"""The stepper: every number of every step against the network and the derivation, in data and in marks."""

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from strategies import problems

from backprop_lib import Network, derive
from backprop_lib.checks import CheckFailed
from backprop_lib.derivation import Derivation, Factor
from backprop_lib.steps import steps_of

W = [[0.6, 0.1, 0.15, 0.25], [0.2, 0.8, 0.4, 0.5], [0.1, 0.05, 0.3, 0.05]]
NETS = {
    "1-1-1": (Network([[[0.5]], [[0.5]]]), [0.1], [0.9]),
    "2-2-2": (Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]]), [0.2, 0.5], [0.2, 0.7]),
    "4-3": (Network([W]), [1.0, 0.5, 0.8, 0.6], [1.0, 0.9, 0.5]),
    "biases": (
        Network(
            [[[0.3, -0.2], [0.1, 0.4], [-0.5, 0.2]], [[0.7, -0.1, 0.2]]], [[0.1, -0.2, 0.3], [0.4]], "tanh"
        ),
        [0.5, 0.0],
        [0.3],
    ),
    "cross-entropy": (Network([[[0.8]], [[0.6]]], loss="binary_cross_entropy"), [1.5], [1.0]),
    "fan": (Network([[[0.8]], [[0.6], [-0.9]]], loss="binary_cross_entropy"), [1.5], [1.0, 0.0]),
    "10-3-2": (Network.random([10, 3, 2], seed=0), np.arange(10) % 2, [0.0, 1.0]),
}
RATE = 0.4
each_net = pytest.mark.parametrize("case", NETS.values(), ids=NETS)


def expected(net, x, t):
    """Return every quantity of the pass by name, computed from forward, gradients and nudges alone."""
    trace, g, found = net.forward(x), net.gradients(x, t), {"start": 0.0, "E": net.loss(x, t)}
    for layer, (z, a) in enumerate(zip(trace.z, trace.a[1:], strict=True), 1):
        for i in range(len(z)):
            found |= {f"z{layer}[{i}]": z[i], f"a{layer}[{i}]": a[i]}
            found[f"∂E/∂z{layer}[{i}]"] = delta = g.deltas[layer - 1][0][i]
            found[f"∂E/∂a{layer}[{i}]"] = delta / net.activations[layer - 1].slope(z, a)[i]
    return found | {f"∂E/∂{name}": slope for name, slope in g.by_name().items()}


def check_steps(net, x, t):
    """Check order and numbers of all steps."""
    walk, d = steps_of(net, x, t, RATE), derive(net)
    numbers = d.numbers(x, t)
    wanted, new = expected(net, x, t), net.step(net.gradients(x, t), RATE)
    seen = set()
    for step in walk.steps:
        uses = {str(s) for term in step.terms for part in term for s in sp.sympify(part).free_symbols}
        assert uses <= seen | set(net.by_name()) | {"η"} | {str(s) for s in numbers if str(s)[0] in "xt"}
        seen.add(step.name)
        if step.kind == "update":
            assert step.old == net.by_name()[step.name]
            assert step.value == pytest.approx(new.by_name()[step.name], rel=1e-12)
            continue
        value = new.loss(x, t) if step.kind == "after" else wanted[step.name]
        assert step.value == pytest.approx(value, rel=1e-9, abs=1e-14)
        if step.kind == "delta":
            assert step.value == pytest.approx(float(d.delta(step.name[4:]).xreplace(numbers)), rel=1e-10)
        if step.kind == "gradient":
            assert step.value == pytest.approx(d.evaluate(step.name[4:], x, t), rel=1e-10, abs=1e-15)
    assert seen == set(wanted) | set(net.by_name())
    return walk


@each_net
def test_every_step_is_what_network_and_derivation_compute(case):
    check_steps(*case)


@settings(max_examples=15, deadline=None)
@given(problems(activations=("identity", "sigmoid", "tanh", "softplus")))
def test_steps_of_any_small_network(problem):
    net, x, t = problem
    check_steps(net, x[0], t[0])


def test_the_output_of_cross_entropy_leaves_only_a_difference():
    walk = steps_of(*NETS["cross-entropy"], RATE)
    (delta,) = (step for step in walk.steps if step.name == "∂E/∂z2[0]")
    a, t = sp.symbols("a2[0] t[0]", real=True)
    assert delta.short == a - t
    assert sp.cancel(sp.Mul(*delta.terms[0]) - delta.short) == 0


def test_paths_that_meet_are_all_there():
    walk = steps_of(*NETS["2-2-2"], RATE)
    (meet,) = (step for step in walk.steps if step.name == "∂E/∂a1[0]")
    assert meet.chain == ((("E", "z2[0]"), ("z2[0]", "a1[0]")), (("E", "z2[1]"), ("z2[1]", "a1[0]")))
    assert "on 2 paths, through z2[0] and z2[1]" in meet.words
    assert "opposite directions" in meet.words


@pytest.mark.parametrize("of", ["E", "a", "z"])
def test_a_changed_sign_in_the_symbols_is_caught(monkeypatch, of):
    right = Derivation.factor

    def wrong(self, top, by):
        factor = right(self, top, by)
        if not str(top).startswith(of):
            return factor
        return Factor(top, by, -factor.derived, -factor.value)

    monkeypatch.setattr(Derivation, "factor", wrong)
    with pytest.raises(CheckFailed, match=r"the symbols give .*, the network"):
        steps_of(*NETS["2-2-2"], RATE)


def test_a_changed_sign_in_the_network_is_caught():
    class Wrong(Network):
        def gradients(self, x, t):
            right = super().gradients(x, t)
            right.weights[0] *= -1
            return right

    with pytest.raises(CheckFailed, match=r"∂E/∂w1\[0,0\]: the symbols give"):
        steps_of(Wrong([[[0.5]], [[0.5]]]), [0.1], [0.9], RATE)


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ([11, 3, 2], "the network has 11 inputs, expected at most 10 in a stepper"),
        ([2, 5, 2], "the network has 5 neurons in a layer, expected at most 4 in a stepper"),
        ([10, 4, 4, 4], "the network has 84 weights and biases, expected at most 60 in a stepper"),
    ],
)
def test_a_network_too_large_is_refused_in_one_sentence(sizes, says):
    net = Network.random(sizes)
    with pytest.raises(ValueError, match=says):
        steps_of(net, np.zeros(sizes[0]), np.zeros(sizes[-1]), RATE)


def test_other_bad_input_is_refused():
    net = Network([[[0.5]], [[0.5]]])
    with pytest.raises(ValueError, match="learning_rate is nan"):
        steps_of(net, [0.1], [0.9], float("nan"))
    with pytest.raises(ValueError, match="x"):
        steps_of(net, [[0.1], [0.2]], [0.9], RATE)
    with pytest.raises(ValueError, match="saturated"):
        steps_of(Network([[[50.0]]], loss="binary_cross_entropy"), [1.0], [0.0], RATE)

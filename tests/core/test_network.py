"""The two passes against independent methods, and every kind of input that makes no sense."""

import dataclasses

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import problems
from witnesses import by_autograd

from backprop_lib import Network
from backprop_lib.symbols.checks import check_gradients
from backprop_lib.symbols.nudging import central_differences, complex_step

NET = Network(weights=[[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
X, T = [0.2, 0.5], [0.2, 0.7]


def largest(gradients):
    return max(abs(g) for g in gradients.values()) or 1.0


@settings(max_examples=60, deadline=None)
@given(problems())
def test_gradients_agree_with_complex_steps(problem):
    net, x, t = problem
    got, expected = net.gradients(x, t).by_name(), complex_step(net, x, t)
    assert got.keys() == expected.keys()
    worst = max(abs(got[name] - expected[name]) for name in got)
    assert worst <= 1e-10 * largest(expected)


@settings(max_examples=40, deadline=None)
@given(problems())
def test_gradients_agree_with_automatic_differentiation(problem):
    net, x, t = problem
    got, expected = net.gradients(x, t), by_autograd(net, x, t)
    scale = largest(got.by_name())
    for layer, (w, b) in enumerate(expected):
        np.testing.assert_allclose(got.weights[layer], w, rtol=1e-9, atol=1e-10 * scale)
        if net.biases is not None:
            np.testing.assert_allclose(got.biases[layer], b, rtol=1e-9, atol=1e-10 * scale)


@settings(max_examples=15, deadline=None)
@given(problems(largest=3))
def test_all_witnesses_agree(problem):
    check_gradients(*problem)


@settings(max_examples=15, deadline=None)
@given(problems(activations=("identity", "sigmoid", "tanh", "softplus")))
def test_central_differences_are_close(problem):
    net, x, t = problem
    got, expected = net.gradients(x, t).by_name(), central_differences(net, x, t)
    assert max(abs(got[n] - expected[n]) for n in got) <= 1e-6 * max(1, largest(expected))


@settings(max_examples=20, deadline=None)
@given(problems())
def test_a_batch_is_the_mean_of_its_examples(problem):
    net, x, t = problem
    singles = [net.gradients(xi, ti).by_name() for xi, ti in zip(x, t, strict=True)]
    for name, slope in net.gradients(x, t).by_name().items():
        np.testing.assert_allclose(slope, np.mean([s[name] for s in singles]), atol=1e-12)
    losses = [net.loss(xi, ti) for xi, ti in zip(x, t, strict=True)]
    np.testing.assert_allclose(net.loss(x, t), np.mean(losses), rtol=1e-12)


def test_shapes():
    single, batch = NET.forward(X), NET.forward([X, X, X])
    assert [a.shape for a in single.a] == [(2,), (2,), (2,)]
    assert [z.shape for z in batch.z] == [(3, 2), (3, 2)]
    np.testing.assert_array_equal(single.a[0], X)
    g = NET.gradients([X, X], [T, T])
    assert [w.shape for w in g.weights] == [w.shape for w in NET.weights]
    assert g.biases is None
    assert isinstance(NET.loss(X, T), float)


def test_saturated_networks_stay_finite():
    net = Network([[[1000.0]]], [[0.0]], loss="binary_cross_entropy")
    assert net.loss([1.0], [0.0]) == 1000.0
    assert net.gradients([1.0], [0.0]).weights[0][0, 0] == 1.0
    assert net.gradients([1.0], [1.0]).weights[0][0, 0] == 0.0
    assert Network([[[1000.0]]]).gradients([-1.0], [1.0]).weights[0][0, 0] == 0.0


def test_a_network_is_a_value():
    weights = np.array([[0.5]])
    net = Network([weights])
    weights[0, 0] = 9.0
    assert net.by_name() == {"w1[0,0]": 0.5}
    with pytest.raises(ValueError, match="read-only"):
        net.weights[0][0, 0] = 1.0
    net.step(net.gradients([1.0], [1.0]), 0.1)
    assert net.by_name() == {"w1[0,0]": 0.5}


def test_each_activation_is_named_once_if_all_are_the_same():
    assert "1-1-1, sigmoid, half" in repr(Network([[[1]], [[1]]]))
    assert "1-1, tanh, half" in repr(Network([[[1]]], activation="tanh"))
    assert "1-1-1, tanh/sigmoid, half" in repr(Network([[[1]], [[1]]], activation=["tanh", "sigmoid"]))


def test_random_has_the_seed_0_if_none_is_given():
    assert Network.random([3, 2]).by_name() == Network.random([3, 2], seed=0).by_name()


def test_random_is_reproducible():
    first, second = (Network.random([3, 4, 2], seed=7) for _ in range(2))
    assert first.by_name() == second.by_name()
    assert first.by_name() != Network.random([3, 4, 2], seed=8).by_name()


@pytest.mark.parametrize(("spread", "deviation"), [("lecun", 0.1), ("glorot", 1 / 15), ("he", np.sqrt(0.02))])
def test_random_weights_have_the_spread_that_is_asked_for(spread, deviation):
    W, _ = Network.random([100, 350, 1], spread=spread).weights
    assert W.std() == pytest.approx(deviation, rel=0.02)
    assert abs(W.mean()) < 0.02 * deviation
    assert {len(b) for b in Network.random([3, 2], spread=spread).biases} == {2}


def test_random_weights_are_lecuns_if_nothing_else_is_asked_for():
    W, b = Network.random([3, 2], seed=5).weights[0], Network.random([3, 2], seed=5).biases[0]
    np.testing.assert_array_equal(W, np.random.default_rng(5).standard_normal((2, 3)) / np.sqrt(3))
    assert b.tolist() == [0, 0]
    with pytest.raises(ValueError, match="spread is 'xavier', expected one of: lecun, glorot, he"):
        Network.random([3, 2], spread="xavier")


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weights": []}, "weights is empty"),
        ({"weights": [[0.5]]}, r"weights is a single matrix, .*: write weights=\[W\]"),
        ({"weights": [[[1, 2], [3]]]}, r"weights\[0\] has rows of different lengths"),
        ({"weights": [[[float("nan")]]]}, r"weights\[0\]\[0, 0\] is nan, expected a finite"),
        ({"weights": [[[float("inf")]]]}, r"weights\[0\]\[0, 0\] is inf"),
        ({"weights": [[[1, 2]], [[1, 2]]]}, r"weights\[1\] has shape \(1, 2\), expected 1 column, one"),
        ({"weights": [[[1]]], "biases": []}, "biases is empty, expected a list with one vector per layer"),
        ({"weights": [[[1]]], "biases": [[1, 2]]}, r"biases\[0\] has shape \(2,\), expected \(1,\)"),
        ({"weights": [[[1]]], "biases": [[float("-inf")]]}, r"biases\[0\]\[0\] is -inf"),
        ({"weights": [[[1]]], "loss": "hinge"}, "loss is 'hinge', expected one of"),
        ({"weights": [[[1]]], "activation": "step"}, "activation is 'step', expected one of"),
        ({"weights": [[[1]]], "activation": ["tanh", "tanh"]}, "activation names 2 layers, expected 1"),
        (
            {"weights": [[[1]]], "activation": "tanh", "loss": "binary_cross_entropy"},
            r"needs an output in \(0, 1\): the last activation is 'tanh'",
        ),
    ],
)
def test_a_network_that_makes_no_sense_is_refused(arguments, message):
    with pytest.raises(ValueError, match=message):
        Network(**arguments)


def test_weights_that_are_no_numbers_are_refused():
    with pytest.raises(TypeError, match=r"weights\[0\] holds 'a', expected numbers only"):
        Network([[["a"]]])


@pytest.mark.parametrize(
    ("x", "t", "message"),
    [
        ([0.2], T, r"x has shape \(1,\), expected \(2,\) or \(batch, 2\)"),
        ([0.2, float("nan")], T, r"x\[1\] is nan"),
        (X, [0.1, 0.2, 0.3], r"t has shape \(3,\), expected \(2,\)"),
        ([X, X], T, "t has 1 row, expected 2"),
        ([[[0.2, 0.5]]], T, r"x has shape \(1, 1, 2\), expected 1 or 2 axes"),
        ([], T, "x is empty"),
    ],
)
def test_examples_that_do_not_fit_are_refused(x, t, message):
    with pytest.raises(ValueError, match=message):
        NET.gradients(x, t)


@pytest.mark.parametrize("target", [-0.1, 1.5])
def test_cross_entropy_targets_are_probabilities(target):
    net = Network([[[1.0]]], loss="binary_cross_entropy")
    with pytest.raises(ValueError, match=rf"t holds {target}, expected targets in \[0, 1\]"):
        net.loss([1.0], [target])


@pytest.mark.parametrize("sizes", [[3], [2, 0], [2.5, 1], []])
def test_sizes_that_make_no_sense_are_refused(sizes):
    with pytest.raises(ValueError, match=r"sizes is .*, expected two or more positive whole numbers"):
        Network.random(sizes)


def test_an_unknown_parameter_is_refused():
    with pytest.raises(ValueError, match=r"values names 'w3\[0,0\]', which is no parameter"):
        NET.with_values({"w3[0,0]": 1.0})


def test_a_step_goes_against_the_gradient():
    net = Network([[[0.5, 0.2]]], [[0.3]])
    g, moved = net.gradients(X, [0.1]), net.step(net.gradients(X, [0.1]), 0.5)
    np.testing.assert_array_equal(moved.weights[0], net.weights[0] - 0.5 * g.weights[0])
    np.testing.assert_array_equal(moved.biases[0], net.biases[0] - 0.5 * g.biases[0])


def test_a_step_leaves_biases_alone_if_there_are_no_gradients_for_them():
    net = Network([[[0.5, 0.2]]], [[0.3]])
    g = net.gradients(X, [0.1])
    moved = net.step(dataclasses.replace(g, biases=None), 0.5)
    assert moved.biases[0].tolist() == [0.3]
    assert moved.weights[0].tolist() == net.step(g, 0.5).weights[0].tolist()


@pytest.mark.parametrize(
    ("other", "says"),
    [
        (
            Network.random([2, 2], biases=False),
            r"gradients.weights has the shapes \(2, 2\), expected \(2, 2\), \(2,",
        ),
        (Network.random([2, 3, 2], biases=False), r"has the shapes \(3, 2\), \(2, 3\), expected \(2, 2\)"),
        (Network.random([2, 2, 2]), r"gradients.biases has the shapes \(2,\), \(2,\), expected none"),
    ],
)
def test_gradients_of_another_network_are_refused(other, says):
    with pytest.raises(ValueError, match=says):
        NET.step(other.gradients(X, T), 0.1)


@pytest.mark.parametrize(
    ("activation", "loss", "outputs", "says"),
    [
        (["softmax", "sigmoid"], "squared_error", 2, "activation names 'softmax' for a hidden layer"),
        (
            ["tanh", "softmax"],
            "squared_error",
            2,
            "loss is 'squared_error', expected 'categorical_cross_entropy'",
        ),
        ("sigmoid", "categorical_cross_entropy", 2, "the last activation is 'sigmoid', expected 'softmax'"),
        (
            ["tanh", "softmax"],
            "categorical_cross_entropy",
            1,
            "weights end in one output, expected two or more",
        ),
    ],
)
def test_a_softmax_where_it_has_no_meaning_is_refused(activation, loss, outputs, says):
    with pytest.raises(ValueError, match=says) as caught:
        Network.random([2, 3, outputs], activation=activation, loss=loss)
    assert str(caught.value).endswith(".")

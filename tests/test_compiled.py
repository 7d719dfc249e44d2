"""The derivation as a program that trains takes the steps of `train`; here as Python, without numba."""

import doctest

import compiled
import exact
import numpy as np
import pytest
from compiled import compile_batches, compile_training
from hypothesis import given, settings
from strategies import SATURATED, problems, saturated, saturated_output

from backprop_lib import Network, derive, train
from backprop_lib.datasets import parity
from backprop_lib.documents.document_003 import epoch_of_batches

NET = Network(weights=[[[0.5]], [[0.5]]])


def as_python(net):
    return compile_batches(derive(net), machine_code=False)


def test_the_programs_read_as_they_are_printed():
    assert doctest.testmod(compiled) == (0, 4)  # failed, tried


@settings(max_examples=20, deadline=None)
@given(problems(largest=3))
def test_a_straight_line_training_takes_the_steps_of_train(problem):
    net, x, t = problem
    loss, end = compile_training(derive(net))(x[0], t[0], 0.05, epochs=5)
    expected = train(net, x[0], t[0], 0.05, epochs=5)
    np.testing.assert_allclose(loss, expected.loss, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(list(end.by_name().values()), expected.path[-1], rtol=1e-8, atol=1e-12)


def test_a_straight_line_training_reaches_what_document_002_reaches():
    loss, net = compile_training(derive(NET))([0.1], [0.9], 0.9, epochs=812)
    assert loss[-2] > 5e-5 > loss[-1]
    assert [round(w, 4) for w in net.by_name().values()] == [0.88, 4.0056]


@settings(max_examples=20, deadline=None)
@given(problems(largest=3))
def test_the_program_of_machine_code_takes_the_steps_of_a_trainer(problem):
    """Mini-batches, the remainder too, in the same order."""
    net, x, t = problem
    for batch_size in (None, 2):
        run, network = as_python(net)(x, t, 0.05, batch_size, seed=4)
        run(1)
        run(2)
        expected = train(net, x, t, 0.05, epochs=3, batch_size=batch_size, seed=4).path[-1]
        np.testing.assert_allclose(list(network().by_name().values()), expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
def test_the_program_of_machine_code_takes_the_steps_of_the_clear_network(loss):
    x, t = parity(3)
    expected = net = Network.random([3, 2, 2], seed=1, loss=loss)
    start, rng = as_python(net), np.random.default_rng(5)
    for _ in range(4):
        for batch in epoch_of_batches(rng, len(x), 3):
            expected = expected.step(expected.gradients(x[batch], t[batch]), 0.7)
    wanted = list(expected.by_name().values())
    for seed in (5, 6):
        run, network = start(x, t, 0.7, batch_size=3, seed=seed)
        run(4)
        got = list(network().by_name().values())
        assert np.allclose(got, wanted, rtol=1e-10, atol=0) == (seed == 5)


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (([[0.1, 0.2]], [[0.9]], 0.9), r"x has shape \(1, 2\)"),
        (([[0.1]], [[0.9]], float("nan")), "learning_rate is nan"),
        (([[0.1]], [[0.9]], 0.9, 0), "batch_size is 0"),
        (([[0.1]], [[0.9]], 0.9, 1, -1), "seed is -1"),
    ],
)
def test_what_does_not_fit_is_refused(arguments, says):
    start = as_python(NET)
    with pytest.raises(ValueError, match=says):
        start(*arguments)
    run, _ = start([[0.1]], [[0.9]], 0.9)
    with pytest.raises(ValueError, match="epochs is -1"):
        run(-1)


def test_machine_code_does_not_hide_that_it_left_the_floats():
    run, network = as_python(Network([[[1.0]]], activation="identity"))([[3e5]], [[0.0]], 1e9)
    with np.errstate(over="ignore", invalid="ignore"):
        run(100)
    with pytest.raises(ValueError, match="expected a finite number"):
        network()


@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh"])
def test_a_straight_line_training_may_diverge_but_not_stumble(activation):
    run = compile_training(derive(Network([[[2.0]], [[-3.0]]], activation=activation)))
    try:
        loss, _ = run([3e5], [-1e5], 1e9, epochs=30)
    except ValueError as error:
        assert "expected a finite number" in str(error)  # noqa: PT017
    else:
        assert np.isfinite(loss).all()
    with pytest.raises(ValueError, match="several rows, expected one example"):
        run([[1.0], [2.0]], [0.0], 0.1, 1)
    with pytest.raises(ValueError, match=r"x has shape \(2,\)"):
        run([1.0, 2.0], [0.0], 0.1, 1)


@pytest.mark.parametrize("method", ["forward", "gradients", "loss", "step"])
def test_a_class_that_computes_otherwise_is_refused(method):
    own = type("Own", (Network,), {method: lambda self, *given: getattr(super(), method)(*given)})
    for use in (lambda: compile_training(derive(own(NET.weights))), lambda: as_python(own(NET.weights))):
        with pytest.raises(TypeError, match=r"net is of the class Own, which has its own .*, expected a Net"):
            use()


@pytest.mark.parametrize("loss", ["half_squared_error", "squared_error", "binary_cross_entropy"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus"])
def test_slopes_keep_their_digits(activation, loss):
    for net, x, t in saturated(activation, loss):
        expected = float(exact.gradients(net, [x], [t])["w1[0,1]"])
        got = -compile_training(derive(net))(x, t, 1.0, epochs=1)[1].weights[0][0, 1]
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-307), net


@pytest.mark.parametrize("z", SATURATED)
def test_a_saturated_cross_entropy_keeps_its_digits(z):
    net, x, t = saturated_output(z)
    expected = float(exact.gradients(net, [x], [t])["w1[0,1]"])
    got = -compile_training(derive(net))(x, t, 1.0, epochs=1)[1].weights[0][0, 1]
    assert got == pytest.approx(expected, rel=1e-12, abs=1e-307)

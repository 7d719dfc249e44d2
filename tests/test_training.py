"""One training, many trainings at once, and the words for how they end."""

import sys

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import problems

from backprop_lib import Network, machine_code, sweep, sweeping, train
from backprop_lib.datasets import parity
from backprop_lib.minibatch import epoch_of_batches
from backprop_lib.straight_line import compile_straight_line, compile_training
from backprop_lib.training import Sweep, loss_on_grid

NET = Network(weights=[[[0.5]], [[0.5]]])
X, T = [0.1], [0.9]


def test_document_002_as_its_program_runs():
    """Document 002's program, written anew with plain numbers: same iterations, same weights."""
    w1 = w2 = 0.5
    iterations = 0
    while True:
        iterations += 1
        a1 = 1 / (1 + np.exp(-0.1 * w1))
        a2 = 1 / (1 + np.exp(-a1 * w2))
        if (0.9 - a2) ** 2 / 2 < 5e-5:
            break
        delta = (a2 - 0.9) * a2 * (1 - a2)
        w1, w2 = w1 - 0.9 * delta * w2 * a1 * (1 - a1) * 0.1, w2 - 0.9 * delta * a1
    history = train(NET, X, T, 0.9, epochs=10_000, stop_below=5e-5)
    assert history.updates + 1 == iterations == 813
    np.testing.assert_allclose(list(history.network.by_name().values()), [w1, w2], rtol=1e-12)


@settings(max_examples=25, deadline=None)
@given(problems())
def test_a_sweep_takes_the_steps_of_train(problem):
    net, x, t = problem
    rates = [0.01, 0.1]
    runs = sweep(net, x, t, rates, epochs=5)
    for r, rate in enumerate(rates):
        history = train(net, x, t, rate, epochs=5)
        n = len(history.loss)
        np.testing.assert_allclose(runs.loss[:n, r], history.loss, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(runs.path[:n, :, r], history.path, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("together", [1, 40, 10**6])
def test_a_sweep_ends_when_the_last_rate_has_reached_its_goal(monkeypatch, together):
    monkeypatch.setattr(sweeping, "_TOGETHER", together)
    runs = sweep(NET, X, T, [0.9, 3.0, 9.0], epochs=2000, stop_below=5e-5)
    alone = [train(NET, X, T, rate, 2000, stop_below=5e-5).updates for rate in (0.9, 3.0, 9.0)]
    assert [runs.outcome(r).updates for r in range(3)] == alone
    assert alone[0] == 812
    assert len(runs.loss) == len(runs.path) == 813
    assert len(sweep(NET, X, T, [0.9], epochs=7).loss) == 8
    assert len(sweep(NET, X, T, [0.9], epochs=7, stop_below=1.0).loss) == 1


@settings(max_examples=20, deadline=None)
@given(problems())
def test_a_grid_holds_the_losses(problem):
    net, x, t = problem
    name = next(iter(net.by_name()))
    values = np.array([[-1.0, 0.3], [0.9, 2.0]])
    got = loss_on_grid(net, x, t, {name: values})
    expected = [[net.with_values({name: v}).loss(x, t) for v in row] for row in values]
    np.testing.assert_allclose(got, expected, rtol=1e-10)


@settings(max_examples=20, deadline=None)
@given(problems(activations=("identity", "sigmoid", "tanh", "softplus"), largest=3))
def test_straight_line_code_computes_the_same(problem):
    from backprop_lib import derive

    net, x, t = problem
    loss, slopes = compile_straight_line(derive(net))(*net.by_name().values(), *x[0], *t[0])
    np.testing.assert_allclose(loss, net.loss(x[0], t[0]), rtol=1e-9)
    expected = list(net.gradients(x[0], t[0]).by_name().values())
    np.testing.assert_allclose(slopes, expected, rtol=1e-8, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(problems(largest=3))
def test_a_straight_line_training_takes_the_steps_of_train(problem):
    from backprop_lib import derive

    net, x, t = problem
    loss, end = compile_training(derive(net))(x[0], t[0], 0.05, epochs=5)
    expected = train(net, x[0], t[0], 0.05, epochs=5)
    np.testing.assert_allclose(loss, expected.loss, rtol=1e-8, atol=1e-12)
    np.testing.assert_allclose(list(end.by_name().values()), expected.path[-1], rtol=1e-8, atol=1e-12)


@settings(max_examples=20, deadline=None)
@given(problems(largest=3))
def test_the_program_of_machine_code_takes_the_steps_of_a_trainer(problem):
    """As Python, for which nothing need be installed: mini-batches, the remainder too, in the same order."""
    from backprop_lib import derive

    net, x, t = problem
    start = machine_code._starter(derive(net), lambda program: program)
    for batch_size in (None, 2):
        training = start(x, t, 0.05, batch_size, seed=4)
        training.run(1)
        training.run(2)
        expected = train(net, x, t, 0.05, epochs=3, batch_size=batch_size, seed=4).path[-1]
        got = list(training.network.by_name().values())
        np.testing.assert_allclose(got, expected, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
def test_machine_code_takes_the_steps_of_the_clear_network(loss):
    from backprop_lib import derive

    x, t = parity(3)
    expected = net = Network.random([3, 2, 2], seed=1, loss=loss)
    start, rng = machine_code.compile_batches(derive(net)), np.random.default_rng(5)
    for _ in range(4):
        for batch in epoch_of_batches(rng, len(x), 3):
            expected = expected.step(expected.gradients(x[batch], t[batch]), 0.7)
    wanted = list(expected.by_name().values())
    for seed in (5, 6):
        training = start(x, t, 0.7, batch_size=3, seed=seed)
        training.run(4)
        got = list(training.network.by_name().values())
        assert np.allclose(got, wanted, rtol=1e-10, atol=0) == (seed == 5)


def test_machine_code_says_what_it_needs(monkeypatch):
    from backprop_lib import derive

    monkeypatch.setitem(sys.modules, "numba", None)
    with pytest.raises(ModuleNotFoundError, match=r"numba is not installed, .* pip install -e \.\[fast\]"):
        machine_code.compile_batches(derive(NET))
    start = machine_code._starter(derive(NET), lambda program: program)
    for arguments, says in (
        (([[0.1, 0.2]], [[0.9]], 0.9), r"x has shape \(1, 2\)"),
        (([[0.1]], [[0.9]], float("nan")), "learning_rate is nan"),
        (([[0.1]], [[0.9]], 0.9, 0), "batch_size is 0"),
        (([[0.1]], [[0.9]], 0.9, 1, -1), "seed is -1"),
    ):
        with pytest.raises(ValueError, match=says):
            start(*arguments)
    with pytest.raises(ValueError, match="epochs is -1"):
        start([[0.1]], [[0.9]], 0.9).run(-1)


def test_machine_code_does_not_hide_that_it_left_the_floats():
    from backprop_lib import derive

    line = Network([[[1.0]]], activation="identity")
    diverging = machine_code._starter(derive(line), lambda program: program)([[3e5]], [[0.0]], 1e9)
    with np.errstate(over="ignore", invalid="ignore"):
        diverging.run(100)
    with pytest.raises(ValueError, match="expected a finite number"):
        _ = diverging.network


@pytest.mark.parametrize("activation", ["identity", "sigmoid", "tanh"])
def test_a_straight_line_training_may_diverge_but_not_stumble(activation):
    from backprop_lib import derive

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


def test_straight_line_code_does_not_overflow():
    from backprop_lib import derive

    for loss in ("half_squared_error", "binary_cross_entropy"):
        f = compile_straight_line(derive(Network([[[0.5]]], loss=loss)))
        for z in (-2000.0, 2000.0):
            got, (slope,) = f(z, 1.0, 0.5)
            assert np.isfinite([got, slope]).all()


def test_loss_k_is_the_loss_after_k_updates():
    history = train(NET, X, T, 0.9, epochs=3)
    assert len(history.loss) == 4
    assert history.loss[0] == NET.loss(X, T)
    assert history.loss[-1] == history.network.loss(X, T)
    assert NET.by_name() == {"w1[0,0]": 0.5, "w2[0,0]": 0.5}
    assert train(NET, X, T, 0.9, epochs=0).updates == 0


def test_divergence_is_shown_and_is_no_error():
    net = Network([[[1.0]]], activation="identity")
    history = train(net, [3.0], [0.0], learning_rate=10.0, epochs=1000)
    assert np.isfinite(history.loss).all()
    assert history.loss[-1] > 1e100
    runs = sweep(net, [3.0], [0.0], [1e-9, 0.1, 10.0], epochs=1000, stop_below=1e-6)
    assert [runs.outcome(r).kind for r in range(3)] == ["crawls", "converges", "diverges"]
    assert runs.outcome(2).updates == 1


def test_what_crawls_is_not_stalled():
    runs = sweep(NET, X, T, [0.9], epochs=50, stop_below=5e-5)
    assert runs.outcome(0).kind == "crawls"


def test_a_loss_that_only_passes_through_a_peak_does_not_diverge():
    loss = np.array([[1.0], [50.0], [0.9], [0.1]])
    runs = Sweep(np.array([1.0]), loss, np.zeros((4, 1, 1)), 0.0, np.array([False]))
    assert runs.outcome(0).kind == "crawls"


@pytest.mark.parametrize("rate", [float("nan"), float("inf")])
def test_a_rate_that_is_not_finite_is_refused(rate):
    with pytest.raises(ValueError, match=r"learning_rate is (nan|inf), expected a finite number"):
        train(NET, X, T, rate, epochs=1)
    with pytest.raises(ValueError, match=r"learning_rates\[0\] is (nan|inf)"):
        sweep(NET, X, T, [rate], epochs=1)
    with pytest.raises(ValueError, match="learning_rate is"):
        NET.step(NET.gradients(X, T), rate)


@pytest.mark.parametrize("rate", ["0.9", None, True, 1j])
def test_a_rate_that_is_no_number_is_refused(rate):
    with pytest.raises(TypeError, match=r"learning_rate is .*, expected a finite number"):
        train(NET, X, T, rate, epochs=1)


@pytest.mark.parametrize(("epochs", "error"), [(-1, ValueError), (1.5, TypeError), (True, TypeError)])
def test_epochs_are_whole(epochs, error):
    with pytest.raises(error, match=r"epochs is .*, expected a whole number of at least 0"):
        train(NET, X, T, 0.9, epochs)


def test_a_grid_names_known_parameters():
    with pytest.raises(ValueError, match="'w9' is no parameter"):
        loss_on_grid(NET, X, T, {"w9": [1.0]})

"""A training: its losses, its digits, classes of one's own, and what is refused."""

from dataclasses import replace
from time import perf_counter

import exact
import numpy as np
import pytest
from strategies import SATURATED, saturated, saturated_output

from backprop_lib import Network, check_gradients, sweep, train
from backprop_lib.training.sweeping import loss_on_grid
from backprop_lib.training.trainer import Trainer
from backprop_lib.widgets import LiveTrainer, rate_explorer, rate_race, surface_explorer

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


def test_a_training_stops_below_its_goal_and_not_at_it():
    goal = float(train(NET, X, T, 0.9, epochs=3).loss[3])
    assert train(NET, X, T, 0.9, epochs=9, stop_below=goal).updates == 4
    assert sweep(NET, X, T, [0.9], epochs=9, stop_below=goal).outcome(0).updates == 4
    batched = float(train(NET, [X], [T], 0.9, epochs=3, batch_size=1).loss[3])
    assert train(NET, [X], [T], 0.9, epochs=9, batch_size=1, stop_below=batched).updates == 4


# ---- digits: 1 − a is computed nowhere --------------------------------------------------------------


def steps_of_all(net, x, t):
    """Yield ∂E/∂w1[0,1], the weight that is 0, from all that trains without `Network.gradients`."""
    yield "in place", -train(net, [x], [t], 1.0, epochs=1, batch_size=1).network.weights[0][0, 1]
    yield "sweep", -sweep(net, x, t, [1.0], epochs=1).path[-1, 1, 0]


@pytest.mark.parametrize("loss", ["half_squared_error", "squared_error", "binary_cross_entropy"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh", "softplus"])
def test_slopes_keep_their_digits_wherever_they_are_computed(activation, loss):
    for net, x, t in saturated(activation, loss):
        expected = float(exact.gradients(net, [x], [t])["w1[0,1]"])
        for who, got in steps_of_all(net, x, t):
            assert got == pytest.approx(expected, rel=1e-12, abs=1e-307), (who, net)


@pytest.mark.parametrize("z", SATURATED)
def test_a_saturated_cross_entropy_keeps_its_digits_wherever_it_is_computed(z):
    net, x, t = saturated_output(z)
    expected = float(exact.gradients(net, [x], [t])["w1[0,1]"])
    for who, got in steps_of_all(net, x, t):
        assert got == pytest.approx(expected, rel=1e-12, abs=1e-307), who


# ---- classes of one's own ----------------------------------------------------------------------------


class OneWrongSign(Network):
    """Chapter 1's mistake."""

    def gradients(self, x, t):
        right = super().gradients(x, t)
        return replace(right, weights=[-right.weights[0], right.weights[1]])


class Costly(Network):
    """A network whose weights cost something."""

    strength = 0.1

    def loss(self, x, t):
        return super().loss(x, t) + self.strength * sum((w**2).sum() for w in self.weights)

    def gradients(self, x, t):
        g = super().gradients(x, t)
        more = zip(g.weights, self.weights, strict=True)
        return replace(g, weights=[slope + 2 * self.strength * w for slope, w in more])


class OwnForward(Network):
    """A network that sees twice its input."""

    def forward(self, x):
        return super().forward(2 * np.asarray(x))


class OwnStep(Network):
    """A network that goes half as far."""

    def step(self, gradients, learning_rate):
        return super().step(gradients, learning_rate / 2)


def test_a_class_of_ones_own_trains_as_itself():
    wrong = train(OneWrongSign(NET.weights), X, T, 0.9, epochs=10_000, stop_below=5e-5)
    assert wrong.updates == 912
    assert type(wrong.network) is OneWrongSign
    net = Costly([[[0.5]], [[0.5]]])
    net.strength = 0.25
    kept = train(net, X, T, 0.9, epochs=50).network
    assert (type(kept), kept.strength) == (Costly, 0.25)
    assert check_gradients(kept, X, T)
    start = perf_counter()
    history, now = train(net, X, T, 0.9, epochs=2), net
    assert 0 <= history.seconds.sum() <= perf_counter() - start
    for loss, row in zip(history.loss, history.path, strict=True):
        assert (loss, row.tolist()) == (now.loss(X, T), list(now.by_name().values()))
        now = now.step(now.gradients(X, T), 0.9)
    assert np.isnan(history.accuracy).all()
    assert kept.weights[0][0, 0] < train(NET, X, T, 0.9, epochs=50).network.weights[0][0, 0]


def test_with_values_step_and_replace_keep_the_class_and_what_it_knows():
    net = Costly([[[0.5]], [[0.5]]], [[0.1], [0.2]])
    net.strength = 7.0
    others = (
        net.with_values({"w1[0,0]": 1.0}),
        net.step(net.gradients(X, T), 0.1),
        net.replace([[[1]], [[2]]], None),
    )
    for other in others:
        assert (type(other), other.strength) == (Costly, 7.0)
    assert net.by_name()["w1[0,0]"] == 0.5


@pytest.mark.parametrize("kind", [OneWrongSign, Costly, OwnForward, OwnStep])
def test_what_computes_by_itself_refuses_a_class_that_computes_otherwise(kind):
    net = kind(NET.weights)
    says = (
        f"net is of the class {kind.__name__}, which has its own .*, expected a Network: only check_gradients"
    )
    for use in (
        lambda: Trainer(net, [X], [T], 0.9),
        lambda: train(net, [X], [T], 0.9, epochs=1, batch_size=1),
        lambda: sweep(net, X, T, [0.9], epochs=1),
        lambda: loss_on_grid(net, X, T, {"w1[0,0]": [1.0]}),
        lambda: rate_explorer(net, X, T, [0.9, 9.0], 20, 5e-5, 0.9),
        lambda: rate_race(net, X, T, [0.9, 9.0], 20, 5e-5, [0.9]),
        lambda: surface_explorer(net, X, T, 0.9, 20),
        lambda: LiveTrainer(net, [X], [T], 0.9),
    ):
        with pytest.raises(TypeError, match=says):
            use()


def test_what_is_put_on_a_single_network_counts_as_well():
    net = Network(NET.weights)
    net.loss = lambda x, t: 0.0
    with pytest.raises(TypeError, match="its own loss"):
        sweep(net, X, T, [0.9], epochs=1)


# ---- what is refused ---------------------------------------------------------------------------------


def test_a_loss_that_is_no_number_before_training_is_refused():
    net = Network([[[1e200]]], activation="identity")
    for use in (
        lambda: train(net, [1.0], [0.0], 0.1, epochs=1),
        lambda: sweep(net, [1.0], [0.0], [0.1], epochs=1),
        lambda: Trainer(net, [[1.0]], [[0.0]], 0.1),
    ):
        with pytest.raises(
            ValueError, match="the loss is inf before training, in float64, expected a number"
        ):
            use()


def test_complex_numbers_are_refused():
    for use in (
        lambda: train(NET, [0.1j], T, 0.9, epochs=1),
        lambda: train(NET, X, [0.9j], 0.9, epochs=1),
        lambda: sweep(NET, [0.1j], T, [0.9], epochs=1),
        lambda: sweep(NET, X, T, [0.9j], epochs=1),
        lambda: loss_on_grid(NET, X, [1j], {"w1[0,0]": [1.0]}),
        lambda: loss_on_grid(NET, X, T, {"w1[0,0]": [1j]}),
    ):
        with pytest.raises(TypeError, match="holds complex numbers, expected real ones"):
            use()

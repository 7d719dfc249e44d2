"""A training in epochs: stopped, resumed, interrupted; bytes, single precision, momentum; what it refuses."""

import signal
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import problems

from backprop_lib import Network, train
from backprop_lib.datasets import parity
from backprop_lib.documents.document_003 import epoch_of_batches
from backprop_lib.training import in_place
from backprop_lib.training.batches import accuracy
from backprop_lib.training.in_place import InPlaceNetwork
from backprop_lib.training.options import Options
from backprop_lib.training.trainer import Trainer

X, T = parity(4)
NET = Network.random([4, 3, 2], seed=1, loss="squared_error")
CROSS = Network.random([4, 3, 2], seed=1, loss="binary_cross_entropy")
BATCHED = {"learning_rate": 0.3, "batch_size": 5, "momentum": 0.5, "test": (X, T)}


def trained(epochs, **settings):
    trainer = Trainer(NET, X, T, **BATCHED | settings)
    for _ in range(epochs):
        assert trainer.epoch()
    return trainer


def values(net):
    return list(net.by_name().values())


def test_train_is_the_trainer():
    history, trainer = train(NET, X, T, epochs=3, **BATCHED), trained(3)
    assert history.loss.tolist() == trainer.history.loss.tolist()
    assert values(history.network) == values(trainer.network)
    assert trainer.epochs == 3
    assert trainer.loss == history.loss[-1]


def test_stopping_and_resuming_changes_nothing():
    through, stopped = trained(6), trained(2)
    learned = stopped.network
    assert stopped.history.loss.tolist() == through.history.loss[:3].tolist()
    for _ in range(4):
        stopped.epoch()
    assert values(stopped.network) == values(through.network) != values(learned)
    assert stopped.history.loss.tolist() == through.history.loss.tolist()


@pytest.mark.parametrize("batch_size", [5, None])
def test_update_by_update_is_epoch_by_epoch(batch_size):
    """Bit for bit, however single updates and epochs follow each other."""
    through, single = trained(4, batch_size=batch_size), trained(0, batch_size=batch_size)
    of = len(range(0, len(X), batch_size or len(X)))
    for epoch in (1, 2):
        for number in range(1, of + 1):
            done = single.update()
            assert done[:2] == (number, of)
            assert single.epochs == len(single.history.loss) - 1 == epoch - (number < of)
            assert done.loss == pytest.approx(done.network.loss(X, T), rel=1e-12)
            assert done.accuracy == accuracy(done.network, X, T)
        assert values(done.network) == values(single.network)
        assert (done.loss, done.accuracy) == (single.history.loss[-1], single.history.accuracy[-1])
    for _ in range(min(2, of - 1)):
        before, done = values(single.network), single.update()
        assert values(single.network) == before != values(done.network)
    assert single.epoch()
    assert single.epoch()
    assert values(single.network) == values(through.network)
    assert single.history.loss.tolist() == through.history.loss.tolist()


def test_an_update_is_a_step_on_the_batch_whose_turn_it_is():
    trainer, net = trained(0, momentum=0.0), NET
    for batch in epoch_of_batches(np.random.default_rng(0), len(X), 5):
        net = net.step(net.gradients(X[batch], T[batch]), 0.3)
        np.testing.assert_allclose(values(trainer.update().network), values(net), rtol=1e-12)


@pytest.mark.parametrize("how", ["update", "epoch"])
def test_interrupted_after_an_update_the_epoch_starts_anew(monkeypatch, how):
    through, stopped = trained(2), trained(1)
    assert stopped.update().number == 1
    with monkeypatch.context() as patched:
        patched.setattr(InPlaceNetwork, "step", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
        with pytest.raises(KeyboardInterrupt):
            getattr(stopped, how)()
    assert values(stopped.network) == values(trained(1).network)
    assert stopped.update().number == 1
    assert stopped.epoch()
    assert values(stopped.network) == values(through.network)


@pytest.mark.parametrize("batch_size", [5, None])
@pytest.mark.parametrize("at", ["step", "_run"])
def test_an_interrupted_epoch_is_as_if_it_had_not_begun(monkeypatch, at, batch_size):
    through, stopped = trained(4, batch_size=batch_size), trained(2, batch_size=batch_size)
    learned, calls, real = values(stopped.network), [], getattr(InPlaceNetwork, at)

    def interrupting(self, *arguments):
        calls.append(at)
        if len(calls) > (1 if batch_size is None and at == "_run" else 2 * (batch_size is not None)):
            raise KeyboardInterrupt
        return real(self, *arguments)

    with monkeypatch.context() as patched:
        patched.setattr(InPlaceNetwork, at, interrupting)
        with pytest.raises(KeyboardInterrupt):
            stopped.epoch()
    assert values(stopped.network) == learned
    assert stopped.epochs == 2
    assert stopped.epoch()
    assert stopped.epoch()
    assert values(stopped.network) == values(through.network)
    assert stopped.history.loss.tolist() == through.history.loss.tolist()


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="no timer here that interrupts")
def test_interrupted_anywhere_it_ends_the_same():
    def interrupt(*_):
        raise KeyboardInterrupt

    epochs, rng, before = 30, np.random.default_rng(0), signal.signal(signal.SIGALRM, interrupt)
    through, interrupted, count = trained(epochs), trained(0), 0
    try:
        while interrupted.epochs < epochs:
            try:
                signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-5, 2e-3))
                interrupted.epoch() if rng.integers(3) else interrupted.update()
                signal.setitimer(signal.ITIMER_REAL, 0)
            except KeyboardInterrupt:
                count += 1
                signal.setitimer(signal.ITIMER_REAL, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    assert count > 0
    assert values(interrupted.network) == values(through.network)
    assert interrupted.history.loss.tolist() == through.history.loss.tolist()


def test_an_epoch_that_leaves_the_floats_is_taken_back():
    line = Network([[[1.0]]], activation="identity")
    trainer = Trainer(line, [[3.0], [2.0]], [[0.0], [0.0]], 1e200, batch_size=1)
    while trainer.epoch():
        pass
    assert trainer.epoch() is False
    while trainer.update():
        pass
    assert trainer.epoch() is False
    assert np.isfinite(trainer.history.loss).all()
    assert np.isfinite(values(trainer.network)).all()


def test_what_is_not_measured_is_nan():
    trainer = trained(1)
    trainer.epoch(measure=False)
    trainer.epoch()
    assert np.isnan(trainer.history.loss).tolist() == [False, False, True, False]
    assert values(trainer.network) == values(trained(3).network)


def test_the_history_has_accuracy_and_time():
    history = train(NET, X, T, epochs=4, **BATCHED)
    assert history.accuracy.shape == (5,)
    assert history.accuracy[0] == accuracy(NET, X, T)
    assert history.accuracy[-1] == accuracy(history.network, X, T)
    assert history.seconds.shape == (4,)
    assert (history.seconds > 0).all()
    whole = train(NET, X, T, 0.3, epochs=2)
    assert np.isnan(whole.accuracy).all()
    assert (whole.seconds > 0).all()
    np.testing.assert_allclose(whole.loss, train(NET, X, T, 0.3, epochs=2, test=(X, T)).loss, rtol=1e-12)


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("loss", ["half_squared_error", "binary_cross_entropy"])
@pytest.mark.parametrize("sizes", [[4, 2], [4, 3, 2]])
def test_momentum_and_scale_are_what_they_say(sizes, loss, momentum):
    """Checked networks, one step after the other, on x that was scaled before."""
    net = Network.random(sizes, seed=2, loss=loss)
    rng, v, w = np.random.default_rng(0), 0, np.array(values(net))
    for _ in range(3):
        for batch in epoch_of_batches(rng, len(X), 3):
            here = net.with_values(dict(zip(net.by_name(), w, strict=True)))
            v = momentum * v + 0.2 * np.array(values(here.gradients(0.25 * X[batch], T[batch])))
            w = w - v
    got = train(net, X, T, 0.2, epochs=3, batch_size=3, momentum=momentum, scale=0.25)
    np.testing.assert_allclose(values(got.network), w, rtol=1e-10)
    assert got.loss[-1] == pytest.approx(got.network.loss(0.25 * X, T), rel=1e-10)


@pytest.mark.parametrize("hidden", [30, 200])
def test_large_products_are_done_in_parts(monkeypatch, hidden):
    rng, parts, real = np.random.default_rng(3), [], in_place._product
    x, t = rng.uniform(-1, 1, (130, 400)), rng.uniform(size=(130, 2))
    monkeypatch.setattr(in_place, "_product", lambda A, B, out: real(A, B, out) or parts.append(len(A)))
    expected = net = Network.random([400, hidden, 2])
    for batch in epoch_of_batches(np.random.default_rng(0), 130, 100):
        expected = expected.step(expected.gradients(x[batch], t[batch]), 0.5)
    got = train(net, x, t, 0.5, epochs=1, batch_size=100).network
    np.testing.assert_allclose(values(got), values(expected), rtol=1e-10)
    assert {100, 401} <= set(parts)


@settings(max_examples=30, deadline=None)
@given(problems())
def test_single_precision_follows_double_precision(problem):
    net, x, t = problem
    single, double = (train(net, x, t, 0.01, 3, batch_size=2, dtype=kind) for kind in ("float32", float))
    np.testing.assert_allclose(values(single.network), values(double.network), rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(single.loss, double.loss, rtol=1e-3, atol=1e-5)
    held = {np.asarray(array).dtype for array in InPlaceNetwork(net, Options(dtype="float32")).layers}
    assert held == {np.dtype("float32")}


@pytest.mark.parametrize("scale", [1, 1 / 255])
def test_bytes_are_trained_on_as_they_are(scale):
    pixels = np.random.default_rng(0).integers(0, 256, X.shape, dtype=np.uint8)
    got = train(NET, pixels, T, 0.3, epochs=2, batch_size=4, scale=scale, test=(pixels, T))
    expected = train(NET, pixels * scale, T, 0.3, epochs=2, batch_size=4)
    np.testing.assert_allclose(got.loss, expected.loss, rtol=1e-9)
    assert got.accuracy[-1] == accuracy(got.network, pixels, T, scale=scale)


def test_bytes_stay_bytes():
    pixels, labels = np.zeros((20_000, 784), np.uint8), np.zeros((20_000, 1), np.float32)
    net = Network.random([784, 1])
    tracemalloc.start()
    train(net, pixels, labels, 0.1, epochs=1, batch_size=256, dtype="float32", test=(pixels, labels))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < pixels.nbytes


def test_one_output_is_right_on_its_side_of_a_half():
    line = Network([[[1.0]]], activation="identity")
    assert accuracy(line, [[0.9], [0.2], [0.6]], [[1], [1], [0]]) == pytest.approx(1 / 3)


def test_a_batch_may_be_larger_than_the_data():
    history = train(NET, X, T, 0.3, epochs=3, batch_size=1000)
    assert history.updates == 3
    np.testing.assert_allclose(history.loss, train(NET, X, T, 0.3, epochs=3).loss, rtol=1e-12)


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (
            {"t": np.arange(16) % 2},
            ValueError,
            r"t has shape \(16,\), expected \(16, 2\): .*one_hot\(labels, 2\)",
        ),
        ({"t": np.eye(3)[np.arange(16) % 3]}, ValueError, r"t has shape \(16, 3\), expected \(2,\)"),
        ({"t": T[:5]}, ValueError, "t has 5 rows, expected 16"),
        ({"t": np.where(T > 0, np.nan, T)}, ValueError, r"t\[0, 1\] is nan"),
        ({"x": X[:0], "t": T[:0]}, ValueError, "x is empty"),
        ({"x": X + 1j}, TypeError, "x holds complex numbers, expected real ones"),
        ({"net": CROSS, "t": 2 * T}, ValueError, r"t holds 2.0, expected targets in \[0, 1\]"),
        ({"dtype": "int"}, ValueError, "dtype is 'int', expected 'float32' or 'float64'"),
        ({"dtype": [1]}, TypeError, r"dtype is \[1\], expected 'float32'"),
        ({"momentum": 1}, ValueError, "momentum is 1, expected at least 0 and less than 1"),
        ({"scale": float("nan")}, ValueError, "scale is nan"),
        ({"scale": 0}, ValueError, "scale is 0, expected another number"),
        ({"test": X}, TypeError, r"test is not a pair, expected \(x, t\)"),
        ({"test": (X[:, :2], T)}, ValueError, r"test x has shape \(16, 2\)"),
        ({"test": (X, T[:2])}, ValueError, "test t has 2 rows, expected 16, one for each row of test x"),
        (
            {"x": 1e200 * (X - 0.5), "dtype": "float32"},
            ValueError,
            "the loss is nan before training, in float32",
        ),
    ],
)
def test_bad_arguments_get_one_sentence(change, error, says):
    arguments = {"net": NET, "x": X, "t": T, "learning_rate": 0.3, "epochs": 1, "batch_size": 8} | change
    with pytest.raises(error, match=says):
        train(**arguments)


def test_float_is_double_precision():
    for kind, bits in ((float, 64), ("float64", 64), (np.float32, 32)):
        assert Trainer(NET, X, T, 0.3, dtype=kind)._steps.dtype == f"float{bits}"
    third = train(NET, X, T, 1 / 3, epochs=1, dtype=float).network
    assert values(third) != [float(np.float32(value)) for value in values(third)]


def test_a_class_with_gradients_of_its_own_is_not_passed_over():
    class Still(Network):
        def gradients(self, x, t):
            g = super().gradients(x, t)
            for array in g.weights + g.biases:
                array *= 0
            return g

    net = Still(NET.weights, NET.biases)
    assert values(train(net, X, T, 0.3, epochs=2).network) == values(NET)
    with pytest.raises(TypeError, match="net is of the class Still, which has its own gradients, and"):
        train(net, X, T, 0.3, epochs=2, batch_size=4)

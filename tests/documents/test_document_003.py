"""Mini-batches: steps in place are the network's own, and document 003's numbers come out again.

Its run on MNIST: the stored runs, a shorter one now, and a check that can fail.
"""

import document_003_mnist as script
import numpy as np
import pytest
from hypothesis import given, settings
from strategies import problems

from backprop_lib import Network, train
from backprop_lib.core.validation import uncopied_rows
from backprop_lib.datasets import parity
from backprop_lib.documents.document_003 import (
    BOUND,
    FILE,
    Setup,
    causes,
    deviations,
    epoch_of_batches,
    load_runs,
    mean_deviation,
    printed_errors,
    train_like_document_003,
)
from backprop_lib.training.batches import accuracy

X, T = parity(4)
NET = Network.random([4, 3, 2], seed=1, loss="squared_error")


def trained_by_steps(net, x, t, learning_rate, epochs, batch_size, seed):
    """The same training with checked networks, one `gradients` and `step` after the other."""
    rng = np.random.default_rng(seed)
    for _ in range(epochs):
        for batch in epoch_of_batches(rng, len(x), batch_size):
            net = net.step(net.gradients(x[batch], t[batch]), learning_rate)
    return net


@settings(max_examples=40, deadline=None)
@given(problems())
def test_the_loop_takes_the_steps_of_the_network(problem):
    net, x, t = problem
    x, t = np.vstack([x] * 3), np.vstack([t] * 3)
    size = max(1, len(x) - 1)  # a whole batch and a remainder
    expected = trained_by_steps(net, x, t, 0.01, 2, size, seed=3)
    history = train(net, x, t, 0.01, 2, batch_size=size, seed=3)
    np.testing.assert_allclose(
        list(history.network.by_name().values()), list(expected.by_name().values()), rtol=1e-9, atol=1e-12
    )


@pytest.mark.parametrize("biases", [True, False])
@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_many_steps_stay_together(biases, loss, activation):
    net = Network.random([4, 5, 3, 2], 2, biases=biases, activation=[activation] * 2 + ["sigmoid"], loss=loss)
    expected = trained_by_steps(net, X, T, 0.5, 5, 3, seed=0)
    got = train(net, X, T, 0.5, 5, batch_size=3).network
    np.testing.assert_allclose(list(got.by_name().values()), list(expected.by_name().values()), rtol=1e-10)


@pytest.mark.parametrize("batch_size", [1, 3, 8, 16, 99])
def test_an_epoch_uses_every_example_once(batch_size):
    batches = epoch_of_batches(np.random.default_rng(5), 16, batch_size)
    assert sorted(np.concatenate(batches).tolist()) == list(range(16))
    assert all(len(batch) == batch_size for batch in batches[:-1])
    history = train(NET, X, T, 0.3, epochs=2, batch_size=batch_size)
    assert history.updates == 2 * len(batches)
    assert len(history.loss) == len(history.path) == 3


def test_loss_k_belongs_to_the_network_after_k_epochs():
    history = train(NET, X, T, 0.3, epochs=4, batch_size=5)
    for k in range(5):
        there = NET.with_values(dict(zip(NET.by_name(), history.path[k], strict=True)))
        assert history.loss[k] == pytest.approx(there.loss(X, T), rel=1e-12)
    assert history.path[-1].tolist() == list(history.network.by_name().values())


def test_one_batch_of_all_is_full_batch():
    whole = train(NET, X, T, 0.3, epochs=10)
    batched = train(NET, X, T, 0.3, epochs=10, batch_size=16)
    np.testing.assert_allclose(batched.loss, whole.loss, rtol=1e-10)
    assert batched.updates == whole.updates == 10


def test_the_seed_decides_the_order():
    runs = [train(NET, X, T, 0.3, epochs=2, batch_size=4, seed=seed).loss.tolist() for seed in (0, 0, 1)]
    assert runs[0] == runs[1] != runs[2]


def test_the_global_random_state_is_left_alone(monkeypatch):
    for name in ("seed", "shuffle", "randn", "permutation"):
        monkeypatch.delattr(np.random, name)
    train(NET, X, T, 0.3, epochs=1, batch_size=4)
    train_like_document_003(X, T, [4, 3, 2], 0.3, epochs=1, batch_size=4)


def test_rows_that_lie_scattered_in_memory_are_put_together():
    """`x[:, order]` has each row all over its memory; an epoch of the digits took 27 times longer."""
    x = np.arange(12.0).reshape(3, 4)
    for kept in (x, x[::2], x[:, 1:], x[:, ::4]):
        assert np.shares_memory(uncopied_rows("x", kept, kept.shape[1]), kept)
    scattered = x[:, [2, 0, 1, 3]]
    assert scattered.strides == (8, 24)
    together = uncopied_rows("x", scattered, 4)
    assert together.strides == (32, 8)
    np.testing.assert_array_equal(together, scattered)


def test_bytes_need_no_copy():
    pixels = (X * 255).astype(np.uint8)
    got = train(NET, pixels, T, 0.01, epochs=2, batch_size=4).loss
    np.testing.assert_allclose(got, train(NET, X * 255, T, 0.01, epochs=2, batch_size=4).loss)


def test_stops_below_and_at_divergence():
    history = train(NET, X, T, 0.5, epochs=5000, stop_below=0.1, batch_size=4)
    assert history.loss[-1] < 0.1 <= history.loss[-2]
    line = Network([[[1.0]]], activation="identity")
    lost = train(line, [[3.0], [2.0]], [[0.0], [0.0]], 10.0, epochs=1000, batch_size=1)
    assert np.isfinite(lost.loss).all()
    assert lost.loss[-1] > 1e100
    assert np.isfinite(lost.path[-1]).all()


def test_extreme_activations_do_not_warn():
    net = Network([[[1000.0]], [[1000.0]]], [[0.0], [0.0]])
    history = train(net, [[-3.0], [3.0]], [[0.0], [1.0]], 0.1, epochs=1, batch_size=1)
    assert np.isfinite(history.loss).all()


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"batch_size": 0}, ValueError, "batch_size is 0, expected a whole number of at least 1"),
        ({"batch_size": 2.0}, TypeError, r"batch_size is 2\.0, expected a whole number"),
        ({"batch_size": True}, TypeError, "batch_size is True, expected a whole number"),
        ({"seed": -1}, ValueError, "seed is -1, expected a whole number of at least 0"),
        ({"seed": None}, TypeError, "seed is None, expected a whole number"),
        ({"x": X[:, :3]}, ValueError, r"x has shape \(16, 3\), expected \(4,\) or \(batch, 4\)"),
        ({"x": X[:0]}, ValueError, "x is empty"),
        ({"x": X.astype(str)}, TypeError, "x holds '0.0', expected numbers only"),
        ({"x": np.where(X > 0, np.nan, X)}, ValueError, r"x\[1, 3\] is nan, expected a finite number"),
        ({"t": T[:5]}, ValueError, "t has 5 rows, expected 16"),
    ],
)
def test_bad_arguments_get_one_sentence(change, error, says):
    arguments = {"x": X, "t": T, "learning_rate": 0.3, "epochs": 1, "batch_size": 8} | change
    with pytest.raises(error, match=says):
        train(NET, **arguments)


def test_accuracy_counts_what_is_right():
    net = Network([np.eye(2)], activation="identity")
    x, t = [[3, 1], [1, 3], [2, 1], [0, 1]], [[1, 0], [1, 0], [1, 0], [0, 1]]
    assert accuracy(net, x, t) == 0.75
    many = np.tile(x, (100_000, 1)), np.tile(t, (100_000, 1))
    assert accuracy(net, *many) == 0.75
    with pytest.raises(ValueError, match="t has 1 row, expected 4"):
        accuracy(net, x, t[:1])


# ---- document 003 -------------------------------------------------------------------------------


def test_every_printed_epoch_error_comes_out_again():
    x, t = parity(10)
    errors, net = train_like_document_003(x[:700], t[:700], [10, 3, 2], 0.3, epochs=1000, batch_size=8)
    printed = "0.48236 0.3234 0.16235 0.075001 0.040232 0.025256 0.017793 0.013523 0.010801 0.0089463"
    assert [f"{error:>3.5}" for error in errors[:10]] == printed.split()
    assert [f"{error:.8f}" for error in errors[998:]] == ["0.00004031", "0.00004027"]
    assert accuracy(net, x[700:], t[700:]) == 1


def test_document_003_divides_its_larger_last_batch_by_the_usual_size():
    x, t = parity(3)
    errors, net = train_like_document_003(x[:7], t[:7], [3, 2, 2], 0.3, epochs=1, batch_size=3)
    stream = np.random.RandomState(0)
    drawn = [(stream.randn(2, 3), stream.randn(2)), (stream.randn(2, 2), stream.randn(2))]
    own = Network([W for W, _ in drawn], [b for _, b in drawn], loss="squared_error")
    order, found = np.arange(7), []
    stream.shuffle(order)
    for batch in (order[:3], order[3:]):
        found.append(own.loss(x[batch], t[batch]) * len(batch) / 3)
        own = own.step(own.gradients(x[batch], t[batch]), 0.3 * len(batch) / 3)
    assert errors == pytest.approx([np.mean(found)], rel=1e-12)
    np.testing.assert_allclose(list(net.by_name().values()), list(own.by_name().values()), rtol=1e-12)


def test_document_003_needs_one_whole_batch():
    with pytest.raises(ValueError, match="x has 7 rows, expected at least batch_size = 8"):
        train_like_document_003(X[:7], T[:7], [4, 2, 2], 0.3, epochs=1, batch_size=8)


# ---- its run on MNIST -----------------------------------------------------------------------------

PRINTED = printed_errors()
SCALED, LECUN = Setup(largest=1), Setup(start="LeCun")
EPOCHS = 4


def off(setup):
    return mean_deviation(PRINTED, load_runs()[setup].errors)


def test_the_conventions_of_the_document_give_its_errors():
    nudged = [setup for setup in load_runs() if setup == Setup(nudge=setup.nudge)]
    assert len(nudged) == 9
    assert all(off(setup) < BOUND for setup in nudged)
    single = [
        abs(load_runs()[s].errors[epoch] / error - 1) for s in nudged for epoch, error in PRINTED.items()
    ]
    assert max(single) > BOUND  # which is why it is the mean that is judged


@pytest.mark.parametrize("setup", [SCALED, LECUN, Setup(largest=1, start="LeCun"), Setup(learning_rate=0.1)])
def test_other_conventions_do_not(setup):
    assert off(setup) > 2 * BOUND


def test_a_shorter_run_tells_them_apart():
    """Four epochs of each, on all 60 000 images: near the stored ones, and on the same side of the bound."""
    first = {epoch: PRINTED[epoch] for epoch in range(EPOCHS)}
    stored = {setup: load_runs()[setup].errors for setup in (Setup(), SCALED, LECUN)}
    for setup, errors in stored.items():
        outcome = script.run(setup, EPOCHS)
        assert (mean_deviation(first, outcome.errors) < BOUND) == (setup == Setup())
        near = [other for other in stored if mean_deviation(outcome.errors, stored[other]) < BOUND]
        assert near == [setup]
        assert outcome.errors[0] == pytest.approx(errors[0], rel=0.03)
        assert outcome.saturated[0] == pytest.approx(load_runs()[setup].saturated[0], abs=0.001)


@pytest.mark.parametrize("wrong", [9.9, 117.5, 0.01])
def test_errors_that_were_made_up_are_found(wrong):
    errors = load_runs()[Setup()].errors
    assert mean_deviation(PRINTED | {5: wrong}, errors) > BOUND
    assert mean_deviation(dict.fromkeys(PRINTED, wrong), errors) > 10 * BOUND


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="computed has no error for epoch 49, expected all printed epochs"):
        mean_deviation(PRINTED, {epoch: 1.0 for epoch in range(11)})
    with pytest.raises(ValueError, match="printed holds no epoch"):
        mean_deviation({}, {0: 1.0})


def right(batch_size, largest, start, epochs):
    """Return the mean accuracy of three seeds after so many epochs."""
    setups = [Setup(batch_size, largest=largest, start=start, seed=seed) for seed in range(3)]
    return np.mean([load_runs()[setup].accuracy[epochs] for setup in setups])


def test_what_cost_the_document_accuracy():
    """Pixels and start, each alone and together; smaller batches only where the pixels are scaled."""
    ways = [(255, "N(0, 1)"), (1, "N(0, 1)"), (255, "LeCun"), (1, "LeCun")]
    as_printed, scaled, lecun, both = (right(256, *way, epochs=20) for way in ways)
    assert as_printed < min(scaled, lecun)
    assert max(scaled, lecun) < both
    for largest, start in ways:
        smaller, larger = right(8, largest, start, epochs=20), right(256, largest, start, epochs=20)
        assert (smaller > larger) == (largest == 1)
        assert right(8, largest, start, epochs=1) < right(256, largest, start, epochs=32)  # as many updates


def test_tables_show_what_is_stored():
    shown = {tuple(row[:3]): row[3:] for row in causes().rows}
    assert len(shown) == 8
    saturated, epochs, updates = shown["8", "0 to 1", "LeCun"]
    assert saturated == "0.0 %"
    assert epochs.startswith(f"{100 * right(8, 1, 'LeCun', epochs=20):.1f} % (")
    assert updates.startswith(f"{100 * right(8, 1, 'LeCun', epochs=1):.1f} % (")
    kinds = {row[0]: row[1:] for row in deviations().rows}
    assert kinds["nothing"] == ["1", f"{100 * off(Setup()):.1f} %", "1"]
    assert kinds["the pixels’ 16th digit"][::2] == ["8", "8"]
    assert {kinds[kind][2] for kind in ("pixels from 0 to 1", "LeCun’s start", "learning rate 0.1")} == {"0"}


def test_the_file_is_what_the_script_writes():
    assert load_runs().keys() == script.setups().keys()
    assert "\n".join(script.written(load_runs())) + "\n" == FILE.read_text(encoding="utf-8")

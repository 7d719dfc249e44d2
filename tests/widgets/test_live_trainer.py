"""The live trainer: its buttons, its thread, its sentences."""

import base64
import re
import signal
import threading

import numpy as np
import pytest

from backprop_lib import Network
from backprop_lib.datasets import mnist, one_hot, parity
from backprop_lib.drawing.canvas import COLOURS
from backprop_lib.drawing.images import weight_images
from backprop_lib.text import rate
from backprop_lib.training.trainer import Trainer
from backprop_lib.widgets import LiveTrainer, cells
from backprop_lib.widgets.live.live_view import network_in_pictures, percent

PATIENCE = 20
X, T = parity(6)
NET = Network.random([6, 3, 2], seed=1)


@pytest.fixture
def live():
    live = LiveTrainer(NET, X, T, 0.3, epochs=10, batch_size=8, test=(X, T), dtype="float64")
    yield live
    live.stop()
    live.wait(PATIENCE)


@pytest.fixture
def held(monkeypatch):
    """Let an epoch in the background wait until it is told to go on; `entered` says that one waits."""
    go, epoch = threading.Semaphore(0), Trainer.epoch
    go.entered = threading.Event()

    def slow(self, **options):
        if threading.current_thread() is not threading.main_thread():
            go.entered.set()
            assert go.acquire(timeout=PATIENCE)
        return epoch(self, **options)

    monkeypatch.setattr(Trainer, "epoch", slow)
    return go


def sentence(live):
    return live.says.answer["sentence"]


def press(live, button):
    getattr(live, f"{button}_button").click()


def plain(epochs, **options):
    """Train as the live trainer should, without it."""
    trainer = Trainer(NET, X, T, 0.3, **{"batch_size": 8, "test": (X, T)} | options)
    for _ in range(epochs):
        assert trainer.epoch()
    return trainer


def same(net, other):
    return net.by_name() == other.by_name()


def test_it_starts_with_what_it_was_given(live):
    assert live.network is NET
    assert live.history is None
    assert "6-3-2 has learned nothing yet" in sentence(live)
    assert 'max="10" value="0"' in live.view.value


def test_start_trains_and_resume_after_stop_goes_on_exactly(live, held):
    press(live, "start")
    assert live.start_button.description == "Stop"
    held.release(2)
    assert held.entered.wait(PATIENCE)
    press(live, "start")  # which now stops, after the epoch it is in
    assert "Stopping" in sentence(live)
    held.release()
    live.wait(PATIENCE)
    done = live.epochs_done
    assert 1 <= done <= 3
    assert live.start_button.description == "Resume"
    assert sentence(live).startswith(f"Stopped. Epoch {done}: loss ")
    assert sentence(live).endswith("held-out examples right. Press Resume to continue.")
    assert same(live.network, plain(done).network)
    held.release(20)
    press(live, "start")
    live.wait(PATIENCE)
    assert live.epochs_done == 10
    assert sentence(live).startswith("Done. Epoch 10: ")
    expected = plain(10)
    assert same(live.network, expected.network)
    assert np.array_equal(live.history.loss, expected.history.loss)
    press(live, "start")
    assert "All 10 epochs are done" in sentence(live)
    live.fields.epochs.value = "12"
    press(live, "start")
    live.wait(PATIENCE)
    assert live.epochs_done == 12


def test_what_is_held_and_shared_is_said_and_stays_so():
    bound = {"hold": ["b1", "w2[0,1]"], "tie": ["b2"]}
    live = LiveTrainer(NET, X, T, 0.3, epochs=2, batch_size=8, dtype="float64", **bound)
    assert sentence(live).endswith("Held fixed: b1, w2[0,1]. One shared value: b2.")
    live.start()
    live.wait(PATIENCE)
    assert same(live.network, plain(2, test=None, **bound).network)
    before, after = NET.by_name(), live.network.by_name()
    assert {n for n in after if after[n] == before[n]} == {"b1[0]", "b1[1]", "b1[2]", "w2[0,1]"}
    assert after["b2[0]"] == after["b2[1]"]
    live.fields.hidden.value = "1"
    press(live, "reset")
    press(live, "start")
    live.wait(PATIENCE)
    assert "hold names 'w2[0,1]', expected arrays of net: w1 or b1 or w2 or b2" in sentence(live)


def test_one_epoch_at_a_time(live):
    for count in (1, 2):
        press(live, "epoch")
        live.wait(PATIENCE)
        assert live.epochs_done == count
        assert len(live.history.loss) == count + 1
    assert same(live.network, plain(2).network)


def test_one_update_at_a_time(live):
    """Then whole epochs: it ends as if it had been epochs only."""
    alone = plain(0)
    for number in (1, 2, 3):
        press(live, "update")
        live.wait(PATIENCE)
        done = alone.update()
        assert same(live.network, done.network)
        said = f"loss {rate(done.loss)}, {percent(done.accuracy)} of the held-out examples right."
        assert sentence(live) == f"Update {number} of 8 in epoch 1: {said}"
        assert live.start_button.description == "Resume"
        assert (live.epochs_done, len(live.history.loss)) == (0, 1)
        assert live.view.value.endswith(network_in_pictures(done.network))
    press(live, "epoch")  # the rest of it
    live.wait(PATIENCE)
    assert same(live.network, plain(1).network)
    for _ in range(8):
        press(live, "update")
        live.wait(PATIENCE)
    assert sentence(live).startswith("Update 8 of 8 in epoch 2: ")
    assert live.epochs_done == 2
    assert same(live.network, plain(2).network)
    press(live, "update")
    live.wait(PATIENCE)
    press(live, "start")
    live.wait(PATIENCE)
    assert live.epochs_done == 10
    assert same(live.network, plain(10).network)
    assert np.array_equal(live.history.loss, plain(10).history.loss)
    press(live, "update")
    live.wait(PATIENCE)
    assert sentence(live).startswith("Update 1 of 8 in epoch 11: ")


def test_whoever_looks_at_the_network_is_told_of_every_update(live):
    seen = []
    live.observe(lambda _: seen.append(live.network), "network")
    press(live, "update")
    live.wait(PATIENCE)
    learned = live.network
    assert seen[-1] is learned
    press(live, "reset")
    assert seen[-1] is live.network is NET


def test_no_update_is_made_beside_a_training(live, held):
    live.start()
    assert held.entered.wait(PATIENCE)
    press(live, "update")
    assert sentence(live) == "It is training already."
    held.release(10)
    live.wait(PATIENCE)
    assert same(live.network, plain(10).network)


def test_an_update_that_leaves_the_numbers_is_named():
    net = Network([[[1.0]], [[1.0]]], activation="identity")
    live = LiveTrainer(net, [[1.0], [2.0]], [[0.0], [9.0]], 1e8, epochs=50, batch_size=1)
    while not sentence(live).startswith("Diverged"):
        press(live, "update")
        live.wait(PATIENCE)
    assert sentence(live).endswith(
        "In the next update the numbers would overflow. Press Reset and try a smaller η."
    )
    assert np.isfinite(list(live.network.by_name().values())).all()


def test_reset_forgets_everything_even_while_it_trains(live, held):
    press(live, "start")
    first = live._last
    assert held.entered.wait(PATIENCE)
    press(live, "reset")
    assert live.start_button.description == "Start"
    said = sentence(live)
    held.release()
    assert first.ended.wait(PATIENCE)
    assert (live.history, live.epochs_done, live.network) == (None, 0, NET)
    assert sentence(live) == said  # the run that was dropped says nothing more
    held.release(10)
    press(live, "start")
    live.wait(PATIENCE)
    assert same(live.network, plain(10).network)


def test_an_interrupted_wait_leaves_the_training_alone(live, held):
    live.start()
    assert held.entered.wait(PATIENCE)
    (thread,) = (t for t in threading.enumerate() if getattr(t, "_target", None) == live._work)
    main = threading.main_thread().ident
    threading.Timer(0.2, lambda: signal.pthread_kill(main, signal.SIGINT)).start()
    with pytest.raises(KeyboardInterrupt):
        live.wait(PATIENCE)
    assert thread.is_alive()  # ipykernel asks, and closes a dead thread's way to the page
    held.release(10)
    live.wait(PATIENCE)
    assert same(live.network, plain(10).network)


def test_python_is_free_while_it_trains(live, held):
    live.start()
    live.wait(0.05)  # returns although the training has not
    assert live.network.forward(X[0]).a[-1].shape == (2,)
    press(live, "epoch")
    assert sentence(live) == "It is training already."
    held.release(10)
    live.wait(PATIENCE)
    assert live.epochs_done == 10


def test_a_second_training_stops_the_first(live, held):
    other = LiveTrainer(NET, X, T, 0.3, epochs=1, batch_size=8)
    live.start()
    assert held.entered.wait(PATIENCE)
    other.start()
    assert "Stopping" in sentence(live)
    held.release(3)
    live.wait(PATIENCE)
    other.wait(PATIENCE)
    assert (live.epochs_done, other.epochs_done) == (1, 1)


@pytest.mark.parametrize(("cell", "stops"), [("a", True), ("b", False), (None, False)])
def test_a_cell_that_is_run_again_stops_what_it_started(held, monkeypatch, cell, stops):
    monkeypatch.setattr(cells, "running_cell", lambda: cell and ("a", "first run"))
    live = LiveTrainer(NET, X, T, 0.3, epochs=10, batch_size=8)
    live.start()
    assert held.entered.wait(PATIENCE)
    monkeypatch.setattr(cells, "running_cell", lambda: cell and (cell, "second run"))
    again = LiveTrainer(NET, X, T, 0.3, epochs=10, batch_size=8)
    held.release(10)
    live.wait(PATIENCE)
    assert live.epochs_done == (1 if stops else 10)
    assert again.history is None


@pytest.mark.parametrize(
    ("name", "typed", "said"),
    [
        ("learning_rate", "fast", "“learning rate η” is 'fast', expected a number above 0"),
        ("learning_rate", "nan", "“learning rate η” is 'nan', expected"),
        ("learning_rate", "0", "“learning rate η” is '0', expected"),
        ("learning_rate", "1e9", "“learning rate η” is '1e9', expected"),
        ("batch_size", "0", "“batch size” is '0', expected a whole number above 0"),
        ("epochs", "2.5", "“epochs” is '2.5', expected a whole number"),
        ("hidden", "32 32", "“hidden neurons” is '32 32', expected whole numbers from 1 to 2000"),
        ("hidden", "1000000", "“hidden neurons” is '1000000', expected"),
    ],
)
def test_what_makes_no_sense_is_said_and_changes_nothing(live, name, typed, said):
    press(live, "epoch")
    live.wait(PATIENCE)
    learned = live.network
    field = getattr(live.fields, name)
    good, field.value = field.value, typed
    for button in (None, "start", "reset"):
        if button:
            press(live, button)
        assert sentence(live).startswith(said)
        assert live.says.answer["traceback"] == ""
        assert live.network is learned
    field.value = good
    press(live, "start")
    live.wait(PATIENCE)
    assert live.epochs_done == 10


def test_other_hidden_neurons_make_another_network(live):
    live.fields.hidden.value = "4, 3"
    assert live.network.sizes == [6, 4, 3, 2]
    press(live, "epoch")
    live.wait(PATIENCE)
    live.fields.hidden.value = "none"
    assert "after Reset" in sentence(live)
    assert live.network.sizes == [6, 4, 3, 2]
    press(live, "reset")
    assert live.network.sizes == [6, 2]


def test_an_exception_in_the_thread_is_shown(live, monkeypatch):
    press(live, "epoch")
    live.wait(PATIENCE)

    def broken(self):
        raise RuntimeError("a < b went wrong")

    with monkeypatch.context() as patch:
        patch.setattr(Trainer, "epoch", broken)
        press(live, "start")
        live.wait(PATIENCE)
    assert sentence(live) == "RuntimeError: a < b went wrong"
    assert live.says.answer["traceback"].startswith("Traceback (most")
    assert "in broken" in live.says.answer["traceback"]
    assert live.start_button.description == "Resume"
    press(live, "start")
    live.wait(PATIENCE)
    assert same(live.network, plain(10).network)


def test_a_training_that_cannot_begin_says_why():
    live = LiveTrainer(NET, X, T[:, :1], 0.3)
    press(live, "start")
    live.wait(PATIENCE)
    assert sentence(live) == "t has shape (64, 1), expected (2,) or (batch, 2)."
    assert live.start_button.description == "Start"


def test_divergence_is_named_and_what_was_learned_stays():
    net = Network([[[1.0]], [[1.0]]], activation="identity")
    live = LiveTrainer(net, [[1.0], [2.0]], [[0.0], [9.0]], 1e8, epochs=50, batch_size=1)
    press(live, "start")
    live.wait(PATIENCE)
    assert sentence(live).startswith("Diverged. Epoch ")
    assert "try a smaller η" in sentence(live)
    assert np.isfinite(list(live.network.by_name().values())).all()
    assert live.start_button.description in ("Start", "Resume")


def test_the_first_picture_is_that_of_the_network_before_training(live, held):
    live.start()
    seen = []
    live.view.observe(lambda change: seen.append(change.new), "value")
    held.release(10)
    live.wait(PATIENCE)
    assert seen
    assert "after epoch 10" in seen[-1]


def test_it_reads_digits_from_bytes():
    digits = mnist()
    x, t = digits.x_train[:2000].reshape(-1, 784), one_hot(digits.y_train[:2000], 10)
    net = Network.random([784, 16, 10], loss="binary_cross_entropy")
    live = LiveTrainer(net, x, t, 0.5, epochs=2, batch_size=16, test=(x, t), scale=1 / 255)
    press(live, "start")
    live.wait(PATIENCE)
    assert live.history.accuracy[-1] > 0.8
    assert live.view.value.count("<image") == 16


@pytest.mark.parametrize(
    ("weights", "titles", "said"),
    [
        (np.ones((1, 9)), None, r"weights has shape \(1, 9\), expected at most 64 rows of 784"),
        (np.ones((65, 784)), None, r"weights has shape \(65, 784\), expected at most 64 rows"),
        (np.ones((2, 784)), ["one"], "titles has 1 title, expected 2"),
        (np.full((1, 784), np.nan), None, "nan, expected a finite number"),
    ],
)
def test_weights_that_are_no_images_are_refused(weights, titles, said):
    with pytest.raises(ValueError, match=said):
        weight_images(weights, titles)


def test_weight_images_show_the_sign_by_colour():
    """Blue and orange as two cells of a palette: the image of w is that of −w with its colours changed."""
    one = weight_images([[1.0, -1.0, 0.0]], [""], shape=(1, 3)).svg
    other = weight_images([[-1.0, 1.0, 0.0]], [""], shape=(1, 3)).svg
    pixels = [base64.b64decode(re.search(r"base64,([^\"]*)", svg)[1]) for svg in (one, other)]
    rows = [data[data.index(b"IDAT") + 11 :][:4] for data in pixels]  # filter type, then the three cells
    assert rows == [bytes([0, 30, 0, 15]), bytes([0, 0, 30, 15])]
    palette = pixels[0][pixels[0].index(b"PLTE") + 4 :][: 31 * 3]
    orange, white, blue = (palette[3 * k : 3 * k + 3].hex() for k in (0, 15, 30))
    assert [f"#{c}" for c in (orange, white, blue)] == [COLOURS[c] for c in ("negative", "paper", "positive")]

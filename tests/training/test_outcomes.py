"""How trainings end, in six words and near their borders."""

import numpy as np
import pytest

from backprop_lib import Network, sweep
from backprop_lib.training.outcomes import judge
from backprop_lib.training.sweeping import Sweep

ONE = Network(weights=[[[0.5]], [[0.5]]])
BOWL = Network([[[10.0], [10.0]]], activation="identity", loss="squared_error")


def kinds(net, x, t, rates, updates, goal):
    runs = sweep(net, x, t, rates, updates, stop_below=goal)
    return [runs.outcome(r).kind for r in range(len(rates))]


def test_a_bowl_crawls_converges_oscillates_and_diverges():
    """E is multiplied by (1 − 2η)² at each step: at η = 1 it stays, above it grows."""
    rates = [1e-9, 0.001, 0.1, 0.999, 1.0, 1.001, 3.0, 1e9]
    found = kinds(BOWL, [1.0], [0.0, 0.0], rates, 1000, 1e-3)
    assert found == ["crawls", "crawls", "converges", "crawls", "oscillates", *["diverges"] * 3]


def test_outputs_that_are_flat_and_wrong_saturate():
    found = kinds(ONE, [0.1], [0.9], [0.9, 451.0, 600.0, 1e9], 8200, 5e-5)
    assert found == ["converges", "converges", "saturates", "saturates"]
    # The cross-entropy does not mind a flat output. At 600 it is the hidden neuron that is flat.
    entropy = Network([[[0.5]], [[0.5]]], loss="binary_cross_entropy")
    assert kinds(entropy, [0.1], [0.9], [300.0, 600.0], 200, 1e-5) == ["stalls", "saturates"]


def test_a_hidden_layer_that_is_flat_saturates():
    dead = Network([[[-1.0], [-2.0]], [[1.0, 1.0]]], activation=["relu", "identity"])
    assert kinds(dead, [1.0], [1.0], [0.1], 50, 1e-5) == ["saturates"]
    alive = Network([[[-1.0], [2.0]], [[1.0, 1.0]]], activation=["relu", "identity"])
    assert kinds(alive, [1.0], [1.0], [0.1], 50, 1e-5) == ["converges"]


def test_the_best_a_network_can_do_is_a_stall():
    """One weight for two examples that disagree: E cannot fall below 1/8."""
    net = Network([[[0.0]]], activation="identity")
    x, t = [[1.0], [1.0]], [[0.0], [1.0]]
    assert kinds(net, x, t, [1e-4, 0.5, 1.99, 2.0, 2.01], 2000, 0.1) == [
        *("crawls", "stalls", "stalls", "oscillates", "diverges")
    ]
    assert kinds(net, x, t, [0.5], 200, 0.126) == ["converges"]


STILL = np.zeros((100, 1))
SWINGING = (-1.0) ** np.arange(100)[:, None]


@pytest.mark.parametrize(
    ("loss", "path", "stuck", "kind"),
    [
        (np.full(100, 0.5), STILL, False, "stalls"),
        (np.full(100, 0.5), STILL, True, "saturates"),
        (np.full(100, 0.5), SWINGING, False, "oscillates"),
        (np.full(100, 0.5), SWINGING * 1e-9 + 1, False, "stalls"),  # only rounding swings so little
        (np.geomspace(1, 0.01, 100), SWINGING, False, "crawls"),  # swings, but falls
        (np.geomspace(1, 0.97, 100), STILL, False, "crawls"),
        (np.r_[1, np.geomspace(0.5, 0.496, 99)], STILL, False, "stalls"),  # falls by 0.4 % later
        (np.r_[1, np.geomspace(0.5, 0.488, 99)], STILL, False, "crawls"),  # by 1.2 %
        (np.geomspace(1, 0.97, 100), STILL, True, "crawls"),
        (np.geomspace(1, 9.9, 100), STILL, False, "stalls"),
        (np.geomspace(1, 10.1, 100), STILL, False, "diverges"),
        (np.r_[1, np.full(99, np.nan)], STILL, False, "diverges"),
        (np.r_[1, np.full(98, np.nan), 0.01], STILL, False, "converges"),
        (np.r_[1, 50, np.geomspace(0.5, 0.2, 98)], STILL, False, "crawls"),  # only passes through a peak
    ],
)
def test_words_near_their_borders(loss, path, stuck, kind):
    assert judge(loss, path, goal=0.02 if kind == "converges" else 0.001, saturated=stuck).kind == kind


def test_a_divergence_begins_where_it_never_comes_back():
    loss = np.array([1.0, 50.0, 0.9, 20.0, 300.0, np.inf, np.nan])
    assert judge(loss, np.zeros((7, 1)), 0.001, saturated=False).updates == 3


@pytest.mark.parametrize("updates", range(5))
def test_a_training_may_be_short(updates):
    for word in kinds(ONE, [0.1], [0.9], [0.9, 900.0], updates, 5e-5):
        assert word in ("crawls", "stalls", "saturates")


def test_what_crawls_is_not_stalled():
    runs = sweep(ONE, [0.1], [0.9], [0.9], epochs=50, stop_below=5e-5)
    assert runs.outcome(0).kind == "crawls"


def test_a_loss_that_only_passes_through_a_peak_does_not_diverge():
    loss = np.array([[1.0], [50.0], [0.9], [0.1]])
    runs = Sweep(np.array([1.0]), loss, np.zeros((4, 1, 1)), 0.0, np.array([False]))
    assert runs.outcome(0).kind == "crawls"

"""What a live trainer shows: curves, sentences, weights as pictures."""

import re
from html import unescape

import numpy as np
import pytest

from backprop_lib import Network
from backprop_lib.training import History
from backprop_lib.widgets.live.live_view import curves, network_in_pictures, state

NET = Network.random([6, 3, 2], seed=1)


def test_curves_and_sentences():
    history = History(
        np.array([0.5, 0.25]), np.empty((0, 0)), NET, 0.3, 1, np.array([0.5, 1.0]), np.array([2.0])
    )
    assert (
        state(history, 10)
        == "Epoch 1 of 10: loss 0.250, 100.0 % of the held-out examples right, about 18 s left."
    )
    assert state(history) == "Epoch 1: loss 0.250, 100.0 % of the held-out examples right."
    drawn = curves(history, 10)
    loss, wrong = (unescape(name) for name in re.findall(r'role="img" aria-label="(.*?)"', drawn))
    assert loss == "loss over epochs, logarithmic: from 0.500 before training to 0.250 after epoch 1."
    assert wrong.endswith(": from 50.0 % before training to 0.0 % after epoch 1.")
    assert drawn.count("<circle") == 2
    assert not re.search(r"nan|inf", drawn)


@pytest.mark.parametrize("losses", [[0.25, 0.25], [0.25, 0.26], [0.9, 1e-6], [0.0, 0.0]])
def test_an_axis_has_at_least_two_numbers(losses):
    history = History(np.array(losses), np.empty((0, 0)), NET, 0.3, 1, np.full(2, np.nan), np.array([2.0]))
    drawn = curves(history, 10)
    assert len(re.findall(r'text-anchor="end">[\d.e-]+</text>', drawn)) >= 2
    inside = [float(y) for y in re.findall(r"M54 ([\d.]+)H322", drawn)]
    assert all(34 <= y <= 162 for y in inside)


@pytest.mark.parametrize("right", [0.0, 0.098, 0.5, 0.999, 1.0])
def test_no_more_than_all_are_wrong(right):
    """Neither in words nor on the axis; the start lies inside."""
    history = History(np.array([0.5]), np.empty((0, 0)), NET, 0.3, 1, np.array([right]), np.empty(0))
    drawn = curves(history, 10)
    ticks = [float(tick) for tick in re.findall(r">([\d.]+) %</text>", drawn)]
    assert len(ticks) >= 2
    assert max(ticks) <= 100
    assert all(34 <= float(y) <= 162 for y in re.findall(r'cy="([\d.]+)"', drawn))


def test_weights_are_images_heat_maps_or_nothing():
    assert network_in_pictures(Network.random([784, 5, 10])).count("<image") == 5
    assert network_in_pictures(NET).count('role="img"') == 2
    assert "svg" not in network_in_pictures(Network.random([50, 40, 30]))

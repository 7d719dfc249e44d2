"""The race of learning rates: what is prepared, what its lanes say, and what it refuses."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from backprop_lib import Network, train
from backprop_lib.widgets import log_rates, rate_race

NET = Network(weights=[[[0.5]], [[0.5]]])
X, T = [0.1], [0.9]


def race(**changes):
    given = {"learning_rates": [90.0, 0.9, 9.0, 1000.0], "updates": 900, "goal": 5e-5, "start": [0.9, 9.0]}
    return rate_race(NET, X, T, **given | changes)


def test_every_lane_has_every_rate_and_none():
    widget = race()
    for menu, lane, sentences in zip(widget.menus, widget.lanes, widget.sentences, strict=True):
        assert list(menu.options) == ["–", "0.900", "9.00", "90.0", "1,000"]
        assert len(lane.children) == len(sentences) == 5
        for frame, sentence in zip(lane.children, sentences, strict=True):
            assert sentence.replace("<", "&lt;") in frame.value
            ET.fromstring(f"<div>{frame.value}</div>")
    assert [menu.index for menu in widget.menus] == [1, 2, 0, 0]
    assert [lane.selected_index for lane in widget.lanes] == [1, 2, 0, 0]


def test_a_lane_says_what_a_training_of_its_own_gives():
    updates = train(NET, X, T, 9.0, 900, stop_below=5e-5).updates
    assert f"converges: E < 5.00·10⁻⁵ after {updates} updates" in race().sentences[1][2]
    assert "B: η = 9.00" in repr(race())
    assert repr(race()).endswith("C: no rate. D: no rate.")


def test_lanes_differ_in_more_than_their_colour():
    looks = [re.findall(r'stroke-dasharray="([\d ]*)"', lane.children[1].value) for lane in race().lanes]
    assert len({look[0] for look in looks}) == 4
    assert all(curve == sample for curve, sample in looks)
    letters = [re.search(r">(\w)</text>", lane.children[1].value)[1] for lane in race().lanes]
    assert letters == list("ABCD")


def test_letters_of_what_runs_to_the_end_lie_side_by_side():
    places = [
        re.search(r'<text x="([\d.]+)" y="([\d.]+)"', lane.children[4].value).groups()
        for lane in race().lanes
    ]
    across, up = np.array(places, dtype=float).T
    assert (np.diff(across) >= 20).all()
    assert len(set(up)) == 1


def test_the_slider_uncovers_the_curves_update_by_update():
    widget = race()
    labels = list(widget.slider._options_labels)
    assert (labels[0], labels[-1]) == ("0", "900")
    assert widget.slider.index == len(labels) - 1
    clock = widget.children[1].children[-1]
    shares = [float(re.search(r"--now: ([\d.]+)%", frame.value)[1]) for frame in clock.children]
    assert len(shares) == len(labels) <= 40
    assert (np.diff(shares) > 0).all()
    assert shares[-1] == 100


def test_a_race_is_light_enough_for_the_page():
    widget = race(learning_rates=log_rates(0.9, 1, 3, per_decade=5), updates=2000)
    assert sum(len(frame.value.encode()) for lane in widget.lanes for frame in lane.children) < 300_000


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"learning_rates": []}, "learning_rates holds 0 rates, expected 1 to 24"),
        ({"learning_rates": list(range(1, 26))}, "learning_rates holds 25 rates, expected 1 to 24"),
        ({"start": []}, "start holds 0 rates, expected 1 to 4"),
        ({"start": [1, 2, 3, 4, 5]}, "start holds 5 rates, expected 1 to 4"),
        ({"start": [-1]}, "start is or holds -1, expected positive numbers"),
        ({"goal": 0}, "goal is or holds 0, expected positive numbers"),
        ({"learning_rates": [float("nan")]}, "learning_rates is nan, expected a finite number"),
    ],
)
def test_what_cannot_race_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        race(**changes)


def test_a_race_may_end_in_numbers_that_are_not_finite():
    net = Network([[[1.0]]], activation="identity")
    widget = rate_race(net, [3.0], [0.0], [0.1, 1e9], 200, goal=1e-6, start=[0.1, 1e9])
    assert "diverges: from update 1 on" in widget.sentences[1][2]
    for lane in widget.lanes:
        assert "nan" not in lane.children[2].value

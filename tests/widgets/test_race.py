"""The race of learning rates: what is prepared, what its lanes say, and what it refuses."""

import json
import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from backprop_lib import Network, sweep, train
from backprop_lib.text import rate
from backprop_lib.widgets import log_rates, rate_race
from backprop_lib.widgets.rates.race import standings

NET = Network(weights=[[[0.5]], [[0.5]]])
X, T = [0.1], [0.9]


def race(**changes):
    given = {"learning_rates": [90.0, 0.9, 9.0, 1000.0], "updates": 900, "goal": 5e-5, "start": [0.9, 9.0]}
    return rate_race(NET, X, T, **given | changes)


def test_every_lane_has_every_rate_and_none():
    widget = race()
    assert widget.rates == ["0.900", "9.00", "90.0", "1,000"]
    assert len(widget.runs) == 4
    for run, label in zip(widget.runs, widget.rates, strict=True):
        assert run["sentence"].startswith(f"η = {label} ")
        assert len(run["letters"]) == len(widget.looks) == 4
        ET.fromstring(f"<svg>{run['end']}</svg>")
    assert widget.chosen == [1, 2, 0, 0]


@pytest.mark.parametrize("chosen", [[5, -1, 3, 10**9], [0, 0, 3, 0]])
def test_a_page_that_chooses_no_rate_gets_an_empty_lane(chosen):
    widget = race()
    widget.set_state({"chosen": chosen})
    assert widget.chosen == [0, 0, 3, 0]
    assert repr(widget).endswith("At the start: C: η = 90.0.")


def test_a_lane_says_what_a_training_of_its_own_gives():
    updates = train(NET, X, T, 9.0, 900, stop_below=5e-5).updates
    assert f"converges: E < 5.00·10⁻⁵ after {updates} updates" in race().runs[1]["sentence"]


def test_a_race_begins_at_update_0_and_gives_nothing_away():
    """Neither what is stored nor what is seen at first says how any training ends."""
    widget = race()
    assert (widget.index, widget.labels[0]) == (0, "0")
    assert repr(widget) == (
        "Race of learning rates, 4 to choose from. At the start: A: η = 0.900, B: η = 9.00."
    )
    assert all(run["known"] > 0 for run in widget.runs)
    (picture,) = widget.pictures()
    assert picture.alt.endswith(f"logarithmic. {widget!r}")
    assert not re.search("converges|diverges|after", picture.alt)
    assert not any(run["path"] in picture.svg for run in widget.runs)


def test_how_a_training_ends_is_said_when_it_has_ended():
    net = Network([[[1.0]], [[1.0]]], activation="identity")
    rates, goal = [0.01, 0.9, 2.5], 1e-4
    widget = rate_race(net, [1.0], [0.0], rates, 30, goal, start=[0.9])
    known = [run["known"] for run in widget.runs]
    with np.errstate(all="ignore"):
        losses = [train(net, [1.0], [0.0], r, 30).loss for r in rates]
    kept = np.flatnonzero(losses[2] <= 10 * losses[2][0])[-1]
    assert known == [30, np.flatnonzero(losses[1] < goal)[0], kept + 1]
    assert [moment["update"] for moment in widget.moments] == list(map(int, widget.labels))


def test_what_is_held_is_held_in_every_lane():
    history = train(NET, X, T, 9.0, 900, stop_below=5e-5, hold=["w1"])
    assert f"after {history.updates} updates, at w₁ = 0.5000" in race(hold=["w1"]).runs[1]["sentence"]
    with pytest.raises(ValueError, match="tie names 'b1', expected arrays of net: w1 or w2"):
        race(tie=["b1"])


def test_lanes_differ_in_more_than_their_colour():
    looks = race().looks
    assert len({look["dashes"] for look in looks}) == len({look["ink"] for look in looks}) == 4


def test_letters_of_what_runs_to_the_end_lie_side_by_side():
    across, up = np.array(race().runs[3]["letters"]).T
    assert (np.diff(across) >= 20).all()
    assert len(set(up)) == 1


def test_the_slider_uncovers_the_curves_update_by_update():
    widget = race()
    labels = widget.labels
    assert (labels[0], labels[-1]) == ("0", "900")
    shares = [moment["share"] for moment in widget.moments]
    assert len(shares) == len(labels) <= 40
    assert (np.diff(shares) > 0).all()
    assert shares[-1] == 100
    words = [moment["after"] for moment in widget.moments]
    assert words[:3] == ["After 0 updates: ", "After 1 update: ", "After 2 updates: "]
    assert [re.search(r"[\d,]+", w)[0] for w in words] == labels


def place(losses, goal, n):
    """Where a training is after n updates, found from its losses alone: kind, number, how good that is."""
    arrived = np.flatnonzero(losses < goal)
    kept = np.flatnonzero(losses <= 10 * losses[0])
    if len(arrived) and n >= arrived[0]:
        return 0, str(arrived[0]), arrived[0]
    if not len(arrived) and kept[-1] < len(losses) - 1 and n > kept[-1]:
        return 2, str(kept[-1] + 1), -kept[-1]
    return 1, rate(losses[n]), losses[n]


def test_at_each_moment_every_rate_has_its_place():
    rates, goal = [0.01, 0.3, 0.9, 0.91, 1.2, 1.9, 2.5, 9.0], 1e-4
    net = Network([[[1.0]], [[1.0]]], activation="identity")
    widget = rate_race(net, [1.0], [0.0], rates, 30, goal, start=[1.9])
    with np.errstate(all="ignore"):
        losses = [train(net, [1.0], [0.0], r, 30).loss for r in rates]
    kinds = set()
    for label, places in zip(widget.labels, (moment["places"] for moment in widget.moments), strict=True):
        assert sorted(r for _, _, *shared in places for r in shared) == list(range(len(rates)))
        keys = []
        for kind, number, *shared in places:
            found = [place(losses[r], goal, int(label)) for r in shared]
            assert {f[:2] for f in found} == {(kind, number)}
            keys.append((kind, min(f[2] for f in found)))
        assert keys == sorted(keys)
        kinds.add((places[0][0], places[-1][0]))
    assert kinds == {(1, 1), (0, 2)}


def test_who_is_level_shares_a_place():
    """Level is who would be shown with the same number; who arrived together is too."""
    widget = race(learning_rates=[9.0, 9.0001, 90.0, 90.01, 3000.0])
    assert widget.moments[0]["places"] == [[1, "0.0565", 0, 1, 2, 3, 4]]
    assert widget.moments[1]["places"] == [[0, "1", 2, 3], [1, "0.00500", 4], [1, "0.0417", 1, 0]]


def test_a_loss_beyond_all_numbers_is_last():
    runs = sweep(Network([[[1.0]]], activation="identity"), [1.0], [0.0], [0.5, 0.1], 9, stop_below=1e-9)
    runs.loss[3] = [np.inf, 1e300]
    assert standings(runs, 3) == [[1, "1.00·10³⁰⁰", 1], [1, "∞", 0]]


def test_a_race_is_light_enough_for_the_page():
    widget = race(learning_rates=log_rates(0.9, 1, 3, per_decade=5), updates=2000)
    assert len(json.dumps(widget.runs)) < 75_000


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"learning_rates": []}, "learning_rates holds 0 rates, expected 1 to 24"),
        ({"learning_rates": list(range(1, 26))}, "learning_rates holds 25 rates, expected 1 to 24"),
        ({"start": []}, "start holds 0 rates, expected 1 to 4"),
        ({"start": [1, 2, 3, 4, 5]}, "start holds 5 rates, expected 1 to 4"),
        ({"start": [-1]}, "start is or holds -1, expected positive numbers"),
        ({"goal": 0}, "goal is or holds 0, expected positive numbers"),
        ({"learning_rates": [float("nan")]}, r"learning_rates\[\d\] is nan, expected a finite number"),
    ],
)
def test_what_cannot_race_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        race(**changes)


def test_a_race_may_end_in_numbers_that_are_not_finite():
    net = Network([[[1.0]]], activation="identity")
    widget = rate_race(net, [3.0], [0.0], [0.1, 1e9], 200, goal=1e-6, start=[0.1, 1e9])
    assert "diverges: from update 1 on" in widget.runs[1]["sentence"]
    assert "nan" not in str(widget.runs).lower()

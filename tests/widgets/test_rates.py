"""How trainings end, in six words and near their borders, and the rate explorer with rates that are typed."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from backprop_lib import Network, sweep, train
from backprop_lib.training.outcomes import judge
from backprop_lib.widgets import log_rates, rate_explorer

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


# ---- the rate explorer -------------------------------------------------------------------------------


def explorer(**changes):
    given = {"updates": 900, "goal": 5e-5, "start": 0.9, "surface": (-4, 4, -1, 10)}
    return rate_explorer(ONE, [0.1], [0.9], [0.9, 9.0, 1000.0], **given | changes)


def test_a_rate_that_is_typed_joins_the_slider_in_its_place():
    widget = explorer()
    for typed, index, label in (("4.5", 1, "4.50"), ("1e9", 4, "1.00·10⁹"), ("0.001", 0, "0.00100")):
        widget.field.value = typed
        assert (widget.slider.index, widget.slider.label, widget.field.value) == (index, label, "")
        sentence = widget.sentences[index]
        assert sentence.startswith(f"η = {label}: ")
        assert sentence.replace("<", "&lt;") in widget.frames[index]
    assert len(widget.frames) == len(widget.sentences) == len(widget.slider.options) == 6
    assert tuple(re.findall(r'data-at="([^"]*)"', widget.children[-1].value)) == widget.slider._options_labels
    updates = train(ONE, [0.1], [0.9], 4.5, 900, stop_below=5e-5).updates
    assert f"after {updates} updates" in widget.sentences[2]
    assert widget.spoken.value.endswith("></p>")


def test_a_rate_that_is_there_is_only_gone_to():
    widget = explorer()
    for typed in ("9", " 9.00 ", "9", "0.9"):
        widget.field.value = typed
        assert widget.slider.label == ("0.900" if typed == "0.9" else "9.00")
    assert len(widget.slider.options) == len(widget.frames) == 3
    widget.field.value = "0.9001"
    assert widget.slider.label == "0.9001"


@pytest.mark.parametrize("typed", ["0", "-1", "nan", "inf", "-inf", "1e400", "fast", "0,9", "1j", "<b>"])
def test_what_is_no_rate_is_said_and_the_slider_stays(typed):
    widget = explorer()
    widget.field.value = typed
    said = f"η is {typed!r}, expected a number above 0, such as 0.9."
    assert said.replace("<", "&lt;").replace(">", "&gt;").replace("'", "&#x27;") in widget.spoken.value
    assert (widget.slider.index, len(widget.slider.options), widget.field.value) == (0, 3, typed)
    widget.field.value = ""
    assert "η is empty, expected a number above 0" in widget.spoken.value
    widget.field.value = "2"
    assert widget.slider.label == "2.00"
    assert "expected" not in widget.spoken.value


def test_an_error_in_the_training_is_shown(monkeypatch):
    widget = explorer()
    monkeypatch.setattr(widget, "_train", lambda rates: 1 / 0)
    widget.field.value = "2"
    assert "ZeroDivisionError" in widget.spoken.value
    assert "<details>" in widget.spoken.value
    assert len(widget.slider.options) == 3


def test_only_so_many_rates_may_join():
    widget = rate_explorer(BOWL, [1.0], [0.0, 0.0], [0.1], 5, goal=1e-3, start=0.1)
    for k in range(21):
        widget.field.value = str(0.2 + k / 100)
    assert "there is no room for more" in widget.spoken.value
    assert len(widget.slider.options) == 21


@pytest.mark.parametrize("typed", ["1e-300", "1e9", "1e300"])
def test_typed_rates_beyond_all_others_are_drawn_within_the_panels(typed):
    for net, x, t in ((ONE, [0.1], [0.9]), (BOWL, [1.0], [0.0, 0.0])):
        widget = rate_explorer(
            net, x, t, [0.1, 1.0, 3.0], 60, goal=1e-3, start=0.1, surface=(-12, 12, -12, 12)
        )
        widget.field.value = typed
        frame = widget.frames[widget.slider.index]
        assert "nan" not in frame
        assert "inf" not in frame
        panels = re.findall(r'viewBox="([\d. ]+)">(.*?)</svg></svg>', frame)
        assert len(panels) == 3
        for view, marks in panels:
            left, top, width, height = map(float, view.split())
            ends = re.findall(r'c[xy]="([-\d.]+)" cy="([-\d.]+)"|translate\(([-\d.]+) ([-\d.]+)\)', marks)
            for end in ends:
                x_end, y_end = (float(v) for v in end if v)
                assert left - 1 <= x_end <= left + width + 1
                assert top - 1 <= y_end <= top + height + 1


def test_the_overview_says_where_valley_and_cliff_are():
    widget = rate_explorer(ONE, [0.1], [0.9], log_rates(0.9, 1, 3, 5), 2000, goal=5e-5, start=0.9)
    title = widget._panels[0].title
    assert "the loss after 1, 10, 100, 1,000 and 2,000 updates" in title
    assert "The goal is reached first at η = 90.0: E = 2.31·10⁻⁶ after 1 update." in title
    assert title.endswith("After 2,000 updates the cliff begins at η = 568: saturates")
    calm = rate_explorer(ONE, [0.1], [0.9], [1.0, 2.0], 200, goal=5e-5, start=1)
    assert "The valley is lowest at η = 2.00: " in calm._panels[0].title  # none reaches the goal
    assert calm._panels[0].title.endswith("No cliff is in sight")


def test_the_rate_that_arrives_first_is_not_said_to_come_lowest():
    runs = sweep(ONE, [0.1], [0.9], [50.0, 80.0, 190.0], 200, stop_below=5e-5)
    assert runs.outcome(2).loss < runs.outcome(1).loss  # the third comes lower, but later
    assert runs.outcome(1).updates < runs.outcome(2).updates
    widget = rate_explorer(ONE, [0.1], [0.9], [50.0, 80.0, 190.0], 200, goal=5e-5, start=50)
    assert "The goal is reached first at η = 80.0: " in widget._panels[0].title


def test_of_many_weights_those_that_move_most_are_followed():
    net = Network.random([3, 2, 2], seed=1)
    widget = rate_explorer(net, [1.0, 0.0, -1.0], [0.1, 0.9], [0.1, 1.0, 10.0], 200, goal=1e-4, start=1)
    title = widget._panels[2].title
    names = re.findall(r"[wb]\d\[[\d,]+\]", title)
    assert len(names) == 6
    assert not any(name.startswith("w1") and name.endswith(",1]") for name in names)  # that input is 0
    assert title.startswith("Path of the weights and biases ")
    for frame in widget.frames:
        ET.fromstring(frame.replace("&#x27;", "'"))
        dashes = re.findall(r'stroke-dasharray="([\d ]*)"', frame)
        assert len(dashes) == len(set(dashes)) == 6


def test_an_explorer_of_a_chapter_is_light_enough_for_the_page():
    net = Network.random([4, 3], seed=0, biases=False)
    rates = log_rates(1.0, 1, 3)
    widget = rate_explorer(net, [1.0, 0.5, -1.0, 2.0], [0.1, 0.9, 0.5], rates, 5000, goal=1e-4, start=1.0)
    assert sum(len(frame.encode()) for frame in widget.frames) < 1_000_000

"""The rate explorer, with rates that are typed."""

import re
import xml.etree.ElementTree as ET
from contextlib import suppress

import pytest
from traitlets import TraitError

from backprop_lib import Network, sweep, train
from backprop_lib.widgets import log_rates, rate_explorer

ONE = Network(weights=[[[0.5]], [[0.5]]])
BOWL = Network([[[10.0], [10.0]]], activation="identity", loss="squared_error")


def explorer(**changes):
    given = {"updates": 900, "goal": 5e-5, "start": 0.9, "surface": (-4, 4, -1, 10)}
    return rate_explorer(ONE, [0.1], [0.9], [0.9, 9.0, 1000.0], **given | changes)


def ask(widget, text):
    """Ask for a rate, as somebody does who types it into the page, and return the answer."""
    widget.set_state({"asked": [widget.asked[0] + 1, text]})
    return widget.answer


def label(widget):
    return widget.labels[widget.index]


def test_a_rate_that_is_typed_joins_the_slider_in_its_place():
    widget = explorer()
    before = widget.marks
    for k, (typed, index, read) in enumerate(
        (("4.5", 1, "4.50"), ("1e9", 4, "1.00·10⁹"), ("0.001", 0, "0.00100"))
    ):
        assert ask(widget, typed) == {"said": k + 1, "sentence": "", "traceback": ""}
        assert (widget.index, label(widget)) == (index, read)
        assert widget.sentences[index].startswith(f"η = {read} ")
        assert widget.marks_at(index) == widget.joined[k]
    assert widget.marks is before  # which is not sent again
    assert widget.order == [5, 0, 3, 1, 2, 4]
    assert len(widget.labels) == len(widget.sentences) == 6
    updates = train(ONE, [0.1], [0.9], 4.5, 900, stop_below=5e-5).updates
    assert f"after {updates} updates" in widget.sentences[2]


def test_what_is_held_is_held_at_every_rate_even_at_one_that_is_typed():
    widget = explorer(hold=["w1"])
    ask(widget, "4.5")
    for k, eta in enumerate([0.9, 4.5, 9.0]):
        history = train(ONE, [0.1], [0.9], eta, 900, stop_below=5e-5, hold=["w1"])
        assert f"after {history.updates} updates, at w₁ = 0.5000" in widget.sentences[k]
    with pytest.raises(ValueError, match=r"hold names 'b1', expected arrays of net: w1 or w2"):
        explorer(hold=["b1"])


def test_a_rate_that_is_there_is_only_gone_to():
    widget = explorer()
    for typed in ("9", " 9.00 ", "9", "0.9"):
        ask(widget, typed)
        assert label(widget) == ("0.900" if typed == "0.9" else "9.00")
    assert len(widget.labels) == len(widget.order) == 3
    ask(widget, "0.9001")
    assert label(widget) == "0.9001"


@pytest.mark.parametrize("typed", ["0", "-1", "nan", "inf", "-inf", "1e400", "fast", "0,9", "1j", "<b>"])
def test_what_is_no_rate_is_said_and_the_slider_stays(typed):
    widget = explorer()
    said = f"η is {typed!r}, expected a number above 0, such as 0.9."
    assert ask(widget, typed) == {"said": 1, "sentence": said, "traceback": ""}
    assert (widget.index, len(widget.labels)) == (0, 3)
    assert ask(widget, "")["sentence"] == "η is empty, expected a number above 0, such as 0.9."
    assert ask(widget, "2") == {"said": 3, "sentence": "", "traceback": ""}
    assert label(widget) == "2.00"


NONSENSE = [None, 7, [], [1], [1, None], [1, {}], [1, ["0.5"]], [1, 0.5], {"a": 1}, "0.5", [1, "9" * 10**6]]


@pytest.mark.parametrize("asked", NONSENSE)
def test_a_page_that_sends_nonsense_breaks_nothing(asked):
    widget = explorer()
    with suppress(TraitError):  # which ipywidgets notes
        widget.set_state({"asked": asked})
    assert len(widget.labels) == 3
    assert ask(widget, "2")["sentence"] == ""
    assert label(widget) == "2.00"


def test_an_error_in_the_training_is_shown(monkeypatch):
    widget = explorer()
    monkeypatch.setattr(widget, "_train", lambda rates: 1 / 0)
    answer = ask(widget, "2")
    assert answer["sentence"] == "ZeroDivisionError: division by zero"
    assert answer["traceback"].startswith("Traceback")
    assert len(widget.labels) == 3


def test_only_so_many_rates_may_join():
    widget = rate_explorer(BOWL, [1.0], [0.0, 0.0], [0.1], 5, goal=1e-3, start=0.1)
    for k in range(21):
        answer = ask(widget, str(0.2 + k / 100))
    assert "there is no room for more" in answer["sentence"]
    assert len(widget.labels) == 21


@pytest.mark.parametrize("typed", ["1e-300", "1e9", "1e300"])
def test_typed_rates_beyond_all_others_are_drawn_within_the_panels(typed):
    for net, x, t in ((ONE, [0.1], [0.9]), (BOWL, [1.0], [0.0, 0.0])):
        widget = rate_explorer(
            net, x, t, [0.1, 1.0, 3.0], 60, goal=1e-3, start=0.1, surface=(-12, 12, -12, 12)
        )
        ask(widget, typed)
        drawn = widget.marks_at(widget.index)
        assert "nan" not in str(drawn)
        assert "inf" not in str(drawn)
        for panel, marks in zip(widget.panels, drawn, strict=True):
            left, top, width, height = map(float, panel["inside"].split())
            ends = re.findall(r'c[xy]="([-\d.]+)" cy="([-\d.]+)"|translate\(([-\d.]+) ([-\d.]+)\)', marks)
            for end in ends:
                x_end, y_end = (float(v) for v in end if v)
                assert left - 1 <= x_end <= left + width + 1
                assert top - 1 <= y_end <= top + height + 1


def test_the_overview_says_where_valley_and_cliff_are():
    widget = rate_explorer(ONE, [0.1], [0.9], log_rates(0.9, 1, 3, 5), 2000, goal=5e-5, start=0.9)
    title = widget.drawn[0].title
    assert "the loss after 1, 10, 100, 1,000 and 2,000 updates" in title
    assert "The goal is reached first at η = 90.0: E = 2.31·10⁻⁶ after 1 update." in title
    assert title.endswith("After 2,000 updates the cliff begins at η = 568: saturates")
    calm = rate_explorer(ONE, [0.1], [0.9], [1.0, 2.0], 200, goal=5e-5, start=1)
    assert "The valley is lowest at η = 2.00: " in calm.drawn[0].title  # none reaches the goal
    assert calm.drawn[0].title.endswith("No cliff is in sight")


def test_the_rate_that_arrives_first_is_not_said_to_come_lowest():
    runs = sweep(ONE, [0.1], [0.9], [50.0, 80.0, 190.0], 200, stop_below=5e-5)
    assert runs.outcome(2).loss < runs.outcome(1).loss  # the third comes lower, but later
    assert runs.outcome(1).updates < runs.outcome(2).updates
    widget = rate_explorer(ONE, [0.1], [0.9], [50.0, 80.0, 190.0], 200, goal=5e-5, start=50)
    assert "The goal is reached first at η = 80.0: " in widget.drawn[0].title


def test_of_many_weights_those_that_move_most_are_followed():
    net = Network.random([3, 2, 2], seed=1)
    widget = rate_explorer(net, [1.0, 0.0, -1.0], [0.1, 0.9], [0.1, 1.0, 10.0], 200, goal=1e-4, start=1)
    title = widget.drawn[2].title
    names = re.findall(r"[wb]\d\[[\d,]+\]", title)
    assert len(names) == 6
    assert not any(name.startswith("w1") and name.endswith(",1]") for name in names)  # that input is 0
    assert title.startswith("Path of the weights and biases ")
    for marks in map("".join, widget.marks):
        ET.fromstring(f"<svg>{marks}</svg>")
        dashes = re.findall(r'stroke-dasharray="([\d ]*)"', marks)
        assert len(dashes) == len(set(dashes)) == 6


def test_an_explorer_of_a_chapter_is_light_enough_for_the_page():
    net = Network.random([4, 3], seed=0, biases=False)
    rates = log_rates(1.0, 1, 3)
    widget = rate_explorer(net, [1.0, 0.5, -1.0, 2.0], [0.1, 0.9, 0.5], rates, 5000, goal=1e-4, start=1.0)
    assert sum(len(mark.encode()) for marks in widget.marks for mark in marks) < 1_000_000

"""A long training says how far it is, and what is interrupted is not lost."""

import builtins
import inspect
import linecache
import re
import sys
from itertools import pairwise

import numpy as np
import pytest

from backprop_lib import Network, train
from backprop_lib.training import loop
from backprop_lib.training.in_place import InPlaceSteps
from backprop_lib.training.trainer import OwnSteps, Training

ONE = Network([[[0.5]], [[0.5]]]), [0.1], [0.9]


class Clock:
    """A clock that goes on by an eighth of a second whenever it is read."""

    def __init__(self):
        self.now = 0.0

    def __call__(self):
        self.now += 1 / 8
        return self.now


@pytest.fixture
def notebook(monkeypatch):
    """Somebody who looks, and a clock."""
    monkeypatch.setattr(builtins, "get_ipython", lambda: None, raising=False)
    monkeypatch.setattr(loop, "monotonic", Clock())


@pytest.mark.parametrize("more", [{}, {"batch_size": 1}])
def test_a_goal_out_of_reach_shows_progress_and_ends(notebook, capsys, more):
    train(*ONE[:2], [2.0], 0.9, epochs=100, stop_below=5e-5, **more)
    *lines, last = capsys.readouterr().err.removesuffix("\n").split("\r")
    assert [int(line.split()[0]) for line in lines] == [*range(16, 101, 4)]  # after 2 seconds, each half
    assert lines[0].startswith("16 of 100 epochs: E = 0.733, goal E < 5.00·10⁻⁵")
    assert last.rstrip().startswith("100 epochs: E = 0.5")
    assert last.rstrip().endswith(", goal E < 5.00·10⁻⁵ not reached")
    assert all(
        len(after) >= len(before) for before, after in pairwise([*lines, last])
    )  # nothing is left over


def test_a_goal_within_reach_is_said_to_be_reached(notebook, capsys):
    updates = train(*ONE, 9.0, epochs=1000, stop_below=5e-5).updates
    assert capsys.readouterr().err.rstrip().endswith("goal E < 5.00·10⁻⁵ reached")
    assert updates == 80


def test_what_is_quick_or_has_no_goal_or_no_reader_says_nothing(notebook, capsys, monkeypatch):
    train(*ONE, 0.9, epochs=10, stop_below=5e-5)
    train(*ONE, 0.9, epochs=100)
    monkeypatch.delattr(builtins, "get_ipython")
    train(*ONE, 0.9, epochs=100, stop_below=5e-5)
    assert capsys.readouterr().err == ""


def interrupted(line, functions, run):
    """Run, with an interrupt before the line of these functions that is their so many-th to be executed."""
    lines, codes = iter(range(line)), {inspect.unwrap(function).__code__ for function in functions}

    def at_each_line(frame, event, _):
        code = linecache.getline(frame.f_code.co_filename, frame.f_lineno)
        # At a bare "try:" Python does nothing, and no signal can come.
        if event == "line" and code.strip() != "try:" and next(lines, None) is None:
            sys.settrace(None)
            raise KeyboardInterrupt
        return at_each_line

    sys.settrace(lambda frame, *_: at_each_line if frame.f_code in codes else None)
    try:
        return run()
    finally:
        sys.settrace(None)


class Own(Network):
    """A network with a step of its own, which does what every other one does."""

    def step(self, gradients, learning_rate):
        return super().step(gradients, learning_rate)


WITHIN_AN_EPOCH = Training.epoch, Training._count, InPlaceSteps.epoch, OwnSteps.epoch


@pytest.mark.parametrize(("kind", "more"), [(Network, {}), (Own, {}), (Network, {"batch_size": 1})])
def test_wherever_an_interrupt_comes_no_whole_epoch_is_lost(kind, more, capsys):
    problem = kind(ONE[0].weights), *ONE[1:]
    whole = train(*problem, 0.9, epochs=10, **more)
    ended = set()
    for line in range(8, 80):
        history = interrupted(line, WITHIN_AN_EPOCH, lambda: train(*problem, 0.9, epochs=10, **more))
        made = history.updates
        said = capsys.readouterr().err
        assert re.fullmatch(
            r"Interrupted after \d of 10 epochs: what was learned so far is kept\.\n", said
        ), said
        np.testing.assert_array_equal(history.loss, whole.loss[: made + 1])
        np.testing.assert_array_equal(history.path, whole.path[: made + 1])
        assert list(history.network.by_name().values()) == list(history.path[-1])
        assert len(history.seconds) == made
        ended.add(made)
    assert len(ended) > 3


def test_an_interrupt_ends_the_line_that_stood_there(notebook, capsys):
    with loop.Progress(100, goal=1e-5) as told:
        for epoch in range(1, 101):
            told.tell(epoch, 0.5)
            if epoch == 50:
                raise KeyboardInterrupt
    *_, last = capsys.readouterr().err.split("\r")
    assert last.rstrip() == "Interrupted after 50 of 100 epochs: what was learned so far is kept."

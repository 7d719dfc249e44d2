"""What a cell makes is closed when it is run again; what others made stays."""

import gc
import tracemalloc
from itertools import count
from types import SimpleNamespace

import numpy as np
import pytest
from ipywidgets.widgets import widget

from backprop_lib import Network
from backprop_lib.documents.findings import Findings
from backprop_lib.documents.judge import Judge
from backprop_lib.widgets import (
    LiveTrainer,
    PaintField,
    bias_slider,
    cells,
    rate_explorer,
    rate_race,
    slope_slider,
    start_slider,
    stepper,
    surface_explorer,
)
from backprop_lib.widgets.findings_table import FilteredFindings

NET, X, T = Network([[[0.5]], [[0.5]]]), [0.1], [0.9]
DIGITS = Network.random([784, 4, 10])
IMAGES = np.zeros((1, 28, 28), np.uint8)
RUNS = 51  # of a cell; those that take long are run less often

MAKERS = {
    "stepper": lambda: stepper(NET, X, T, 0.9),
    "explorer": lambda: rate_explorer(NET, X, T, [0.9, 9.0], 20, goal=1e-3, start=9.0),
    "race": lambda: rate_race(NET, X, T, [0.9, 9.0], 20, goal=1e-3, start=[9.0]),
    "surface": lambda: surface_explorer(NET, X, T, learning_rate=9, updates=5),
    "live": lambda: LiveTrainer(NET, X, T, 0.9),
    "paint": lambda: PaintField(DIGITS, IMAGES),
    "bias": lambda: bias_slider("tanh", weight=-2.0),
    "slope": lambda: slope_slider("tanh"),
    "start": lambda: start_slider(lambda w: w**2, lambda w: 2 * w, [-2, 2], 0.25, 5, "w", "E"),
    "findings": lambda: FilteredFindings(Findings([Judge("002")])),
}


@pytest.fixture
def run(monkeypatch):
    """Return what runs a cell of a given name, as JupyterLab and ipykernel tell it."""
    numbers = count()
    monkeypatch.setattr(cells, "_made", {})

    def run(cell, make):
        parent = {"header": {"msg_id": f"run {next(numbers)}"}, "metadata": {"cellId": cell} if cell else {}}
        shell = SimpleNamespace(get_parent=lambda: parent)
        monkeypatch.setattr(cells, "get_ipython", lambda: shell)
        return make()

    return run


def models():
    return len(widget._instances)


@pytest.mark.parametrize("name", MAKERS)
def test_a_cell_keeps_one_widget_however_often_it_is_run(run, name):
    make, runs = MAKERS[name], RUNS if name in ("live", "paint", "stepper") else 5
    before = models()
    made = [run("a", make)]
    once = models()
    assert once > before
    made += [run("a", make) for _ in range(runs - 1)]  # all of them held, as by IPython's Out
    assert models() == once
    assert [one.comm is None for one in made] == [True] * (runs - 1) + [False]
    made[-1].close()
    made[-1].close()  # once more is no mistake
    assert models() == before


def test_an_explorer_that_is_closed_lets_go_of_what_it_showed(run):
    """IPython keeps what a cell gave, so the objects themselves live on: they must be small."""
    made = [
        run("a", MAKERS["explorer"]) for _ in range(2)
    ]  # what is kept once and for all counts for nothing
    gc.collect()
    tracemalloc.start()
    before = [tracemalloc.get_traced_memory()[0]]
    for _ in range(4):
        made.append(run("a", MAKERS["explorer"]))
        gc.collect()
        before.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert before[-1] - before[1] < 3 * (before[1] - before[0]) / 4


def test_what_other_cells_made_and_what_nobody_names_stays(run):
    first, other, nameless = (run(cell, MAKERS["slope"]) for cell in ("a", "b", None))
    again = run("a", lambda: [MAKERS["slope"](), MAKERS["start"]()])  # two of one run
    run(None, MAKERS["slope"])
    assert first.comm is None
    assert all(one.comm is not None for one in (other, nameless, *again))
    for one in (other, nameless, *again):
        one.close()


def test_a_field_that_is_made_again_and_again_is_read_once(run, monkeypatch):
    live = LiveTrainer(DIGITS, np.zeros((2, 784)), np.eye(10)[:2], 0.5, epochs=1)
    made = [run("field", lambda: PaintField(live, IMAGES)) for _ in range(RUNS)]
    read = []
    monkeypatch.setattr(PaintField, "_read", lambda field, **_: read.append(field))
    live.start(1)
    live.wait(60)
    assert live.epochs_done == 1
    assert set(read) == {made[-1]}


def test_bad_arguments_close_nothing(run):
    shown = run("a", MAKERS["explorer"])
    with pytest.raises(ValueError, match="goal is or holds 0"):
        run("a", lambda: rate_explorer(NET, X, T, [0.9, 9.0], 20, goal=0, start=9.0))
    assert shown.comm is not None
    shown.close()


def test_the_cell_is_asked_of_ipython(monkeypatch):
    assert cells.running_cell() is None
    named = {"metadata": {"cellId": "c1"}, "header": {"msg_id": "m1"}}
    for asked, cell in ((named, ("c1", "m1")), ({"metadata": {}}, None), ({}, None)):
        shell = SimpleNamespace(get_parent=lambda asked=asked: asked)
        monkeypatch.setattr(cells, "get_ipython", lambda shell=shell: shell)
        assert cells.running_cell() == cell

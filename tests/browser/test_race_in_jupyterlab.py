"""The race of learning rates in a real JupyterLab: every moment, every menu, and every number on the page."""

import time

import numpy as np
import pytest
from opened import SETTLED, write_notebook
from race_shown import CASES, Race, check, check_drawn
from test_accessible import LISTEN, heard_at_rest

from backprop_lib.text import rate

SETUP = "from backprop_lib import Network\nfrom backprop_lib.widgets import log_rates, rate_race\n"


@pytest.fixture(scope="module")
def races(lab, folder):
    write_notebook(folder / "races.ipynb", [("code", f"{SETUP}rate_race({case})") for case in CASES])
    with lab.open("races.ipynb") as notebook:
        assert not list(notebook.execution())
        boxes = notebook.page.query_selector_all(".bp-race")
        yield notebook, [Race(notebook.page, *pair) for pair in zip(boxes, CASES, strict=True)]


def check_walk(race):
    """Go from the first moment to the last and back."""
    race.press(race.handle, "Home")
    forward = race.walk("ArrowRight")
    assert [state["position"] for state in forward] == list(range(len(forward)))
    labels = [int(state["label"].replace(",", "")) for state in forward]
    assert (labels[0], labels[-1]) == (0, len(race.runs.loss) - 1)
    assert labels == sorted(set(labels))
    assert len({state["top"] for state in forward}) == 1  # the picture stays where it is
    check_drawn(forward, race)
    assert race.walk("ArrowLeft") == forward[::-1]
    race.press(race.handle, "End")


def check_menus(race):
    """Enter every rate in lane A, and some in the others; then let a lane stay empty, then all."""
    first, *others = race.box.query_selector_all("select")
    rates = len(race.runs.learning_rates)
    race.press(race.handle, "Home")
    race.press(race.handle, "PageUp")
    states = [race.press(first, "Home"), *(race.press(first, "ArrowDown") for _ in range(rates))]
    assert [state["menus"][0][0] for state in states] == list(range(rates + 1))
    for menu in others:
        states += [race.press(menu, key) for key in ("ArrowUp", "End", "Home", "ArrowDown")]
    check_drawn(states, race)
    for menu in (first, *others):
        check(race, race.press(menu, "Home"))
    assert race.state["said"][0].endswith("updates: no rate is in the race.")
    for menu, start in zip((first, *others), race.start, strict=True):
        nearest = int(np.abs(np.log(race.runs.learning_rates / start)).argmin())
        menu.select_option(index=nearest + 1)
        check(race, race.state)


def check_button(race):
    """Run the race from the start, pause it, and let it reach the end."""
    button, page = race.box.query_selector("button"), race.page
    reached = "([handle, n]) => handle.valueAsNumber >= n"
    race.press(race.handle, "End")
    last, start = race.state["position"], time.monotonic()
    button.click()
    page.wait_for_function(reached, arg=[race.handle, 3], timeout=SETTLED)
    assert race.state["button"] == "❚❚ Pause"
    button.press("Enter")
    paused, seconds = race.state, time.monotonic() - start
    check(race, paused)
    assert 3 <= paused["position"] < min(last, 10 * seconds + 1)  # ten positions a second
    assert paused["button"] == "▶ Run the race"
    page.wait_for_timeout(250)
    assert race.state == paused
    for key in ("End", "ArrowLeft", "ArrowLeft"):
        race.press(race.handle, key)
    button.press("Enter")
    page.wait_for_function("button => button.innerText.includes('Run')", arg=button, timeout=SETTLED)
    ended = race.state
    check(race, ended)
    assert ended["label"] == f"{len(race.runs.loss) - 1:,}"


@pytest.mark.parametrize("n", range(len(CASES)))
def test_every_moment_and_every_menu(races, n):
    race = races[1][n]
    assert [menu[1] for menu in race.state["menus"]] == [
        rate(race.runs.learning_rates[np.abs(np.log(race.runs.learning_rates / start)).argmin()])
        for start in race.start
    ]
    check_walk(race)
    check_menus(race)
    check_button(race)


def test_who_is_ahead_is_announced_once_the_slider_rests(races):
    notebook, (race, _) = races
    race.press(race.handle, "Home")
    notebook.page.wait_for_timeout(400)
    race.box.evaluate(LISTEN)
    heard, state = heard_at_rest(notebook.page, race.handle, 7), race.state
    ended = [lane["sentence"] for lane in state["lanes"] if "verges: " in lane["sentence"]]
    assert " ".join(heard.split()) == " ".join([*state["said"], *ended])


@pytest.mark.parametrize(("width", "files"), [(800, False), (1280, True)])
def test_it_fits(races, width, files):
    notebook, pair = races
    notebook.resize(width, files)
    assert not notebook.faults("overflow", patience=1000)
    assert not notebook.faults("pictures")
    for race in pair:
        assert len({state["top"] for state in race.walk("ArrowLeft")}) == 1
        race.press(race.handle, "End")


TAMPERED = {
    "the leader": lambda state: state["said"].append(state["said"].pop().replace("B leads", "A leads")),
    "a loss": lambda state: state["said"].append(state["said"].pop().replace("0.819", "0.820")),
    "a sentence": lambda state: state["lanes"][0].update(sentence=state["lanes"][1]["sentence"]),
    "a rate": lambda state: state["menus"][1].__setitem__(0, 3),
    "a clip": lambda state: [lane.update(clips=["inset(0px 50% 0px 0px)"]) for lane in state["lanes"]],
    "one clip": lambda state: state["lanes"][2].update(clips=["inset(0px)"]),
    "an end": lambda state: state["lanes"][0]["dots"][0].__setitem__(1, 99),
}


@pytest.mark.parametrize("change", TAMPERED)
def test_what_is_wrong_is_found(races, change):
    race = races[1][1]
    race.press(race.handle, "Home")
    states = race.walk("ArrowRight")
    check_drawn(states, race)
    before = str(states)
    TAMPERED[change](states[3])
    assert str(states) != before
    with pytest.raises(AssertionError):
        check_drawn(states, race)


def test_without_a_kernel_all_is_the_same(races):
    notebook, pair = races
    assert not notebook.complaints
    assert not notebook.foreign
    assert notebook.stop_kernel()
    for race in pair:
        check_walk(race)
        check_menus(race)
        check_button(race)
    assert not notebook.complaints

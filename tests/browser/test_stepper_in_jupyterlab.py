"""The stepper in a real JupyterLab: buttons, choice of edges, look, and all steps of two networks.

The steps of the networks in the chapters are compared where these are open, in test_in_jupyterlab.py.
"""

import pytest
from numbers_shown import differences, faults, made, walk
from opened import HANDLE, SETTLED, disagreements, write_notebook

SETUP = """
from backprop_lib import Network
from backprop_lib.widgets import stepper
"""
FAN = "Network([[[0.8]], [[0.6], [-0.9]]], [[0], [1, 2]], loss='binary_cross_entropy')"
CELLS = [
    f"stepper({FAN}, [1.5], [1.0, 0.0], learning_rate=0.4)",
    "stepper(Network.random([2, 2, 2], seed=0), [0.2, 0.5], [0.2, 0.7], learning_rate=0.4)",
]


@pytest.fixture(scope="module")
def steppers(lab, folder):
    write_notebook(folder / "steppers.ipynb", [("code", cell) for cell in (SETUP, *CELLS)])
    with lab.open("steppers.ipynb") as notebook:
        assert not list(notebook.execution())
        yield notebook


def test_the_buttons(steppers):
    slider = steppers.sliders[1]
    last = slider.state["last"]
    for name, position in (("Last", last), ("Back", last - 1), ("First", 0), ("Next", 1), ("Next", 2)):
        button = slider.element(f"button:has-text('{name}')")
        after = slider.after(button.click)
        assert after["position"] == position
        assert not list(disagreements(after))
        assert button.evaluate("b => b === document.activeElement")
        assert button.evaluate("b => getComputedStyle(b).outlineStyle") == "solid"
    for key, position in (("Enter", 3), ("Space", 4), ("ArrowRight", 5), ("ArrowLeft", 4), ("Home", 0)):
        assert slider.after(lambda key=key: button.press(key))["position"] == position
    assert button.evaluate("b => b === document.activeElement")


# What a drawing has behind it, and whether the edges of weights and those of gradients are shown.
LOOK = """svg => [
  getComputedStyle(svg).backgroundImage,
  ...[".w", ".g"].map((name) => getComputedStyle(svg.querySelector(name)).display !== "none"),
]"""


def test_edges_show_weights_or_gradients(steppers):
    slider = steppers.sliders[1]
    slider.press("End")
    slider.press("Home")
    before = slider.element("svg.drawing").evaluate(LOOK)
    assert before[1:] == [True, False]
    slider.element(".show-g").check()
    after = slider.element("svg.drawing").evaluate(LOOK)
    assert after[1:] == [False, True]
    assert after[0] != before[0]
    assert not list(disagreements(slider.press("End")))
    slider.element(".show-g").press("ArrowLeft")
    assert slider.element(".show-w").is_checked()
    assert slider.element("svg.drawing").evaluate(LOOK)[1:] == [True, False]


def test_readable_in_the_dark(steppers):
    assert not steppers.complaints
    page = steppers.page
    change = "theme => jupyterapp.commands.execute('apputils:change-theme', { theme })"
    look = "e => [getComputedStyle(e).backgroundColor, getComputedStyle(e.querySelector('p')).color]"
    try:
        page.evaluate(change, "JupyterLab Dark")
        page.wait_for_selector("body[data-jp-theme-light=false]", state="attached", timeout=SETTLED)
        assert steppers.sliders[0].element(".step").evaluate(look) == [
            "rgb(255, 255, 255)",
            "rgb(31, 41, 51)",
        ]
    finally:
        page.evaluate(change, "JupyterLab Light")
        page.wait_for_selector("body[data-jp-theme-light=true]", state="attached", timeout=SETTLED)
        page.wait_for_timeout(500)
        steppers.complaints.clear()  # JupyterLab's own, if its theme is changed back too soon


# How far beneath the upper edge of the drawing the formulas begin, and how high the frame is, at every step.
PLACES = """async handle => {
  const box = handle.closest(".bp-frames"), found = [];
  for (let key = "Home"; ; key = "ArrowRight") {
    handle.dispatchEvent(new KeyboardEvent("keydown", { key }));
    await course.painted();
    const top = (part) => box.querySelector(part).getBoundingClientRect().top;
    const { height } = box.querySelector(".bp-frame").getBoundingClientRect();
    found.push([Math.round(top(".terms") - top(".drawing")), height]);
    if (handle.value === handle.max) return found;
  }
}"""


@pytest.mark.parametrize(("width", "files"), [(800, False), (1280, True)])
def test_it_fits_and_nothing_jumps(steppers, width, files):
    steppers.resize(width, files)
    assert not steppers.faults("overflow", patience=1000)
    assert not steppers.faults("pictures")
    for slider in steppers.sliders:
        places = slider.element(HANDLE).evaluate(PLACES)
        assert len(places) == slider.state["last"] + 1
        assert len({place for place, _ in places}) == 1


def test_what_is_beneath_a_frame_moves_down_once_at_most(steppers):
    steppers.resize(420, False)
    handle = steppers.sliders[1].element(HANDLE)
    first, again = ([height for _, height in handle.evaluate(PLACES)] for _ in range(2))
    assert first == sorted(first)
    assert first[0] < first[-1]
    assert set(again) == {first[-1]}
    paper = "handle => handle.closest('.bp-frames').querySelector('.step').getBoundingClientRect().height"
    assert handle.evaluate(paper) == pytest.approx(first[-1], abs=0.1)
    assert steppers.sliders[1].press("Home")["position"] == 0
    assert handle.evaluate(paper) == pytest.approx(first[-1], abs=0.1)
    steppers.resize(1280, True)
    assert handle.evaluate(PLACES)[0][1] != first[-1]


def test_every_step_by_button_without_a_kernel(steppers):
    assert steppers.stop_kernel()
    widgets = made(steppers.cells)
    assert len(widgets) == len(steppers.sliders) == len(CELLS)
    for number, (what, arguments) in enumerate(widgets):
        walk(steppers, number, "Home", button=True)
        there = walk(steppers, number, "ArrowRight", button=True)
        back = walk(steppers, number, "ArrowLeft", button=True)
        found = [*differences(there, back), *faults(what, arguments, there)]
        assert not found
    assert not steppers.complaints
    assert not steppers.foreign

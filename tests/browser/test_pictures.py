"""Every widget in its states looks as it did when somebody last looked at it.

To renew the pictures, run this file with PICTURES=new in the environment, and look at them.
"""

from functools import partial
from itertools import combinations

import pytest
from opened import HANDLE, SETTLED, write_notebook
from pictures import SHARE, check, difference, stored
from PIL import Image, ImageDraw

SETUP = """
import numpy as np

from backprop_lib import Network
from backprop_lib.widgets import LiveTrainer, log_rates, rate_explorer, rate_race, slope_slider
from backprop_lib.widgets import start_slider, stepper, surface_explorer

one = Network([[[0.5]], [[0.5]]])
two = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
rates = log_rates(0.9, 1, 3, per_decade=3)
x = np.arange(16)[:, None] // 2 ** np.arange(4) % 2
t = np.column_stack([x[:, 0] | x[:, 1], x[:, 2] & x[:, 3]])
"""
CELLS = {
    "slope": "slope_slider('sigmoid')",
    "start": "start_slider(lambda w: w**4 - 4 * w**2 + w, lambda w: 4 * w**3 - 8 * w + 1, "
    "np.linspace(-2, 2, 9), 0.05, 20, 'w', 'E')",
    "stepper": "stepper(two, [0.2, 0.5], [0.2, 0.7], learning_rate=0.4)",
    "rates": "rate_explorer(one, [0.1], [0.9], rates, 2000, goal=5e-5, start=0.9, surface=(0, 3, 0, 6))",
    "race": "rate_race(two, [0.2, 0.5], [0.2, 0.7], rates, 500, goal=1e-5, start=[0.9, 9, 90, 900])",
    "surface": "surface_explorer(one, [0.1], [0.9], 9.0, 100, region=(-4, 4, -1, 10))",
    "slice": "surface_explorer(two, [0.2, 0.5], [0.2, 0.7], 3.0, 100)",
    "trainer": "live = LiveTrainer(Network.random([4, 3, 2], seed=1), x, t, 3.0, epochs=40, batch_size=4)\n"
    "live.start()\nlive.wait()\nlive",
}
# What is pressed on a widget's slider before its picture is taken; each state starts from the one before.
STATES = {
    "slope": [("middle", []), ("far", ["End"])],
    "start": [("left", ["Home"]), ("hill", ["PageUp"])],
    "stepper": [
        ("start", ["Home"]),
        ("forward", ["ArrowRight"] * 3),
        ("back", ["PageUp"] * 2),
        ("end", ["End"]),
    ],
    "rates": [("slow", ["Home"]), ("best", ["PageUp"]), ("wild", ["End"])],
    "race": [("start", []), ("end", ["End"]), ("midway", ["PageDown"] * 4)],
    "surface": [("start", []), ("left", ["Home"])],
    "slice": [("start", []), ("left", ["Home"])],
    "trainer": [("done", [])],
}


@pytest.fixture(scope="module")
def shown(lab, folder):
    """Yield the open notebook and the output of each widget."""
    cells = [SETUP, *CELLS.values()]
    write_notebook(folder / "pictures.ipynb", [("code", cell) for cell in cells])
    with lab.open("pictures.ipynb") as notebook:
        assert not list(notebook.execution())
        notebook.page.set_viewport_size({"width": 1280, "height": 1800})
        outputs = notebook.page.query_selector_all(".jp-Notebook .jp-CodeCell .jp-OutputArea-output")
        yield notebook, dict(zip(CELLS, outputs, strict=True))
        notebook.page.set_viewport_size({"width": 1280, "height": 900})


@pytest.mark.parametrize("widget", STATES)
def test_a_widget_looks_as_it_did(shown, widget):
    notebook, outputs = shown
    output = outputs[widget]
    box = output.query_selector(":is(.bp, .widget-vbox)")
    for state, keys in STATES[widget]:
        if keys:
            handle = output.query_selector(HANDLE)
            handle.focus()
            for key in keys:
                notebook.page.keyboard.press(key)
                notebook.page.evaluate("() => course.painted()")
            handle.evaluate("handle => handle.blur()")
        check(f"{widget}-{state}", partial(box.screenshot, timeout=SETTLED))


def test_states_are_told_apart():
    for widget, states in STATES.items():
        pictures = [stored(f"{widget}-{state}") for state, _ in states]
        assert all(difference(a, b) > SHARE for a, b in combinations(pictures, 2)), widget


def test_what_is_missing_or_added_is_found():
    picture = stored("stepper-end")
    assert difference(picture, picture) == 0
    other = picture.copy()
    ImageDraw.Draw(other).line([(40, 40), (280, 120)], fill=(29, 95, 166), width=3)
    assert difference(picture, other) > SHARE
    assert difference(picture, picture.convert("L").convert("RGB")) > SHARE
    assert difference(picture, Image.new("RGB", picture.size, "white")) > SHARE

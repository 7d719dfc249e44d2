"""How long a widget takes from key press to painted picture, in JupyterLab in a headless browser.

The course's widgets and two habits of today, moved in turn: one matplotlib figure that is reused and sent as
PNG, and `interact` with a new figure each time. These two train at each press with the fastest code there is
for a network this small, so that what they cost is the drawing and the way to the page.

Usage: python benchmarks/widget_latency.py [--quick]
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from time import perf_counter
from typing import NamedTuple

import numpy as np
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "browser" / "support"))

from browser_choice import NO_BROWSER, find_browser  # noqa: E402
from lab import laboratory  # noqa: E402
from opened import HANDLE, write_notebook  # noqa: E402

TURNS, QUICK = 6, 1
KEYS = ["ArrowRight", "ArrowLeft"]
IN_A_ROW = 9  # presses on one control: the shortest slider has ten positions
PICTURE = 10_000  # milliseconds at most for one picture
REST = 400  # milliseconds before a press: what was scrolled into view has been painted
HELD, REPEAT = 45, 33  # a key held down: so many presses, one every so many milliseconds
STILL = 800  # milliseconds without another picture: it has settled

SETUP = """
import json
from io import BytesIO
from time import perf_counter

import ipywidgets
import matplotlib.pyplot as plt
import numpy as np
from ipywidgets.embed import dependency_state

from backprop_lib import Network, derive
from backprop_lib.symbols import compile_straight_line
from backprop_lib.text import rate
from backprop_lib.widgets import log_rates, rate_explorer, rate_race, stepper, surface_explorer

net, x, t, goal, updates = Network([[[0.5]], [[0.5]]]), [0.1], [0.9], 5e-5, 8200
four = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
twelve = Network.random([2, 2, 2], biases=True)
rates = log_rates(0.9, below=1, above=3, per_decade=10)
loss_and_gradients = compile_straight_line(derive(net))
made = []


def made_by(build):
    start = perf_counter()
    widget = build()
    seconds = perf_counter() - start
    states = dependency_state(widget, drop_defaults=True)
    made.append([seconds, len(json.dumps(states))])
    return widget


def losses(learning_rate):
    w1, w2, found = 0.5, 0.5, []
    for _ in range(updates + 1):
        E, (dE_dw1, dE_dw2) = loss_and_gradients(w1, w2, 0.1, 0.9)
        found.append(E)
        if E < goal:
            break
        w1, w2 = w1 - learning_rate * dE_dw1, w2 - learning_rate * dE_dw2
    return found


def slider():
    options = [(rate(r), r) for r in rates]
    return ipywidgets.SelectionSlider(options=options, value=rates[10], description="η")


def axes_of(figure):
    axes = figure.add_subplot(xscale="log", yscale="log", xlim=(0.8, 1.3 * updates), ylim=(1e-5, 0.2))
    axes.set(xlabel="iteration", ylabel="loss E")
    return axes
"""
REUSED = """
figure = plt.figure(figsize=(6, 4.3))
(line,) = axes_of(figure).plot([1], [1])
plt.close(figure)
chosen, picture = slider(), ipywidgets.Image()


def show(_):
    loss = losses(chosen.value)
    line.set_data(range(1, len(loss) + 1), loss)
    line.axes.set_title(f"η = {rate(chosen.value)}")
    png = BytesIO()
    figure.savefig(png, format="png")
    picture.value = png.getvalue()


show(None)
chosen.observe(show, "value")
ipywidgets.VBox([chosen, picture])
"""
INTERACT = """
def show(learning_rate):
    figure = plt.figure(figsize=(6, 4.3))
    loss = losses(learning_rate)
    axes = axes_of(figure)
    axes.plot(range(1, len(loss) + 1), loss)
    axes.set_title(f"η = {rate(learning_rate)}")
    plt.show()


ipywidgets.interact(show, learning_rate=slider());
"""


class Case(NamedTuple):
    """A widget of the table: its code, whose turn it is to work, and which of its controls is moved."""

    name: str
    code: str
    works: str = "browser"
    control: str = HANDLE
    which: int = 0
    made: bool = True


CASES = [
    Case(
        "rate explorer, 2 weights",
        "made_by(lambda: rate_explorer(net, x, t, rates, updates, goal, start=rates[10]))",
    ),
    Case("stepper, 1-1-1", "made_by(lambda: stepper(net, x, t, learning_rate=0.9))"),
    Case(
        "stepper, 10-3-2",
        "made_by(lambda: stepper(Network.random([10, 3, 2]), np.arange(10) % 2, [0, 1], 0.9))",
    ),
    Case(
        "race, four rates",
        "made_by(lambda: rate_race(net, x, t, rates[::2], updates, goal, rates[::10][:4]))",
    ),
    Case(
        "surface, the start moved",
        "made_by(lambda: surface_explorer(net, x, t, 9.0, 100, region=(-4, 4, -1, 10)))",
        "kernel",
    ),
    Case(
        "slice of 2-2-2, update by update",
        "made_by(lambda: surface_explorer(four, [0.2, 0.5], [0.2, 0.7], 0.9, 100))",
        "kernel",
        which=3,
    ),
    Case(
        "slice, another weight chosen",
        "made_by(lambda: surface_explorer(twelve, [0.2, 0.5], [0.2, 0.7], 0.9, 100, ['w1[0,0]', 'b2[0]']))",
        "kernel",
        control="select",
    ),
    Case("one figure reused, as PNG", REUSED, "kernel", made=False),
    Case("interact, a new figure each", INTERACT, "kernel", made=False),
]


def focus(cell, case):
    cell.evaluate("cell => cell.scrollIntoView()")
    found = cell.query_selector_all(case.control)[case.which]
    found.focus()


def press(page, cell, case, key):
    """Press a key on a widget's control and return the milliseconds until its picture is painted."""
    focus(cell, case)
    page.wait_for_timeout(REST)
    cell.evaluate("(cell, [key, ms]) => latency.start(cell, key, ms)", [key, PICTURE])
    page.keyboard.press(key)
    return page.evaluate("() => latency.result()")


def hold(page, cell, case):
    """Hold a key down and return the milliseconds from its last repetition to the last picture."""
    focus(cell, case)
    page.keyboard.press("Home")
    page.wait_for_timeout(REST)
    cell.evaluate("(cell, rest) => latency.hold(cell, rest)", STILL)
    for _ in range(HELD):
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(REPEAT)
    page.keyboard.up("ArrowRight")
    page.evaluate("() => latency.release()")
    return page.evaluate("() => latency.result()")


def measure(notebook, turns):
    """Move all controls in turn, to and fro; milliseconds by widget and press, and after a held key."""
    page = notebook.page
    page.evaluate((HERE / "widget_latency.js").read_text(encoding="utf-8"))
    cells = page.query_selector_all(".jp-Notebook .jp-CodeCell")[1 : len(CASES) + 1]
    widgets = list(zip(cells, CASES, strict=True))
    for widget in widgets:
        focus(*widget)
        page.keyboard.press("Home")
    times = [[] for _ in widgets]
    for turn in range(turns):
        for widget, found in zip(widgets, times, strict=True):
            found += [press(page, *widget, KEYS[turn % 2]) for _ in range(IN_A_ROW)]
    return np.array(times), [hold(page, *widget) for widget in widgets]


def training():
    """Milliseconds that each of the trainings takes by itself."""
    kernel, times = {}, []
    exec(SETUP, kernel)
    for learning_rate in kernel["rates"]:
        start = perf_counter()
        kernel["losses"](learning_rate)
        times.append(1000 * (perf_counter() - start))
    return np.array(times)


def report(times, held, made, trained, browser):
    median, late = np.percentile(times, [50, 95], axis=1)
    yield f"Key press to painted picture, in ms, {times.shape[1]} presses each, {IN_A_ROW} in a row;"
    yield f"held: a key held down for {HELD * REPEAT / 1000:.1f} s, from its last press to the last picture."
    yield ""
    yield (
        f"{'':33}{'works':>9}{'median':>8}{'p95':>6}{'ratio':>7}{'held':>7}"
        f"{'built in s':>12}{'kB in page':>12}"
    )
    sizes = iter(made)
    for case, middle, high, last in zip(CASES, median, late, held, strict=True):
        seconds, size = next(sizes) if case.made else (np.nan, np.nan)
        built = f"{seconds:12.2f}{size / 1000:12.0f}" if case.made else ""
        yield (
            f"{case.name:33}{case.works:>9}{middle:8.0f}{high:6.0f}{middle / median[0]:7.1f}"
            f"{last:7.0f}{built}"
        )
    yield ""
    yield f"Training, which the last two do at each press, takes {np.median(trained):.1f} ms (median) of it."
    packages = ", ".join(f"{name} {version(name)}" for name in ("jupyterlab", "ipywidgets", "matplotlib"))
    yield f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages},"
    yield f"Chromium {browser}, headless."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} turns instead of {TURNS}")
    turns = QUICK if parser.parse_args().quick else TURNS
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        executable = find_browser(playwright.chromium.executable_path)
        if executable is None:
            sys.exit(NO_BROWSER)
        notebooks = Path(folder, "notebooks")
        notebooks.mkdir()
        cells = [SETUP, *(case.code for case in CASES), "print(json.dumps(made))"]
        write_notebook(notebooks / "widgets.ipynb", [("code", code) for code in cells])
        with (
            laboratory(executable, playwright, notebooks, Path(folder)) as lab,
            lab.open("widgets.ipynb") as notebook,
        ):
            if faults := [*notebook.execution()]:
                sys.exit("\n".join(faults))
            made = json.loads("".join(notebook.cells[-1]["outputs"][0]["text"]))
            (times, held), browser = measure(notebook, turns), lab.browser.version
    print(*report(times, held, made, training(), browser), sep="\n")


if __name__ == "__main__":
    main()

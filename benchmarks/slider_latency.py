"""How long a slider takes from key press to painted picture, in JupyterLab in a headless browser.

Three sliders over the same trainings, moved in turn: the course's prepared frames; one matplotlib figure that
is reused and sent as PNG; `interact` with a new figure each time. The last two train at each press, with the
fastest code there is for a network this small, so that what they cost is the drawing and the way to the page.

Usage: python benchmarks/slider_latency.py [--quick]
"""

import argparse
import os
import platform
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from time import perf_counter

import numpy as np
from playwright.sync_api import sync_playwright

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "tests" / "browser"))

from browser_choice import NO_BROWSER, find_browser  # noqa: E402
from lab import laboratory  # noqa: E402
from opened import write_notebook  # noqa: E402

PRESSES, QUICK = 60, 8
PICTURE = 10_000  # milliseconds at most for one picture
REST = 100  # milliseconds between two presses

SETUP = """
from io import BytesIO

import ipywidgets
import matplotlib.pyplot as plt

from backprop_lib import Network, derive
from backprop_lib.straight_line import compile_straight_line
from backprop_lib.text import rate
from backprop_lib.widgets import log_rates, rate_explorer

net, x, t, goal, updates = Network([[[0.5]], [[0.5]]]), [0.1], [0.9], 5e-5, 8200
rates = log_rates(0.9, below=1, above=3)
loss_and_gradients = compile_straight_line(derive(net))


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
    return ipywidgets.SelectionSlider(options=options, value=rates[15], description="η")


def axes_of(figure):
    axes = figure.add_subplot(xscale="log", yscale="log", xlim=(0.8, 1.3 * updates), ylim=(1e-5, 0.2))
    axes.set(xlabel="iteration", ylabel="loss E")
    return axes
"""
SLIDERS = {
    "prepared frames (this course)": """
rate_explorer(net, x, t, rates, updates, goal, start=rates[15])
""",
    "one figure reused, as PNG": """
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
""",
    "interact, a new figure each": """
def show(learning_rate):
    figure = plt.figure(figsize=(6, 4.3))
    loss = losses(learning_rate)
    axes = axes_of(figure)
    axes.plot(range(1, len(loss) + 1), loss)
    axes.set_title(f"η = {rate(learning_rate)}")
    plt.show()


ipywidgets.interact(show, learning_rate=slider());
""",
}


def press(page, cell, key):
    """Press a key on the slider in a cell and return the milliseconds until its picture is painted."""
    cell.evaluate("cell => cell.scrollIntoView()")
    cell.query_selector(".noUi-handle").focus()
    page.wait_for_timeout(REST)
    cell.evaluate("(cell, ms) => latency.start(cell, ms)", PICTURE)
    page.keyboard.press(key)
    return page.evaluate("() => latency.result()")


def measure(notebook, presses):
    """Move all sliders in turn, from the left end rightwards; milliseconds by slider and press."""
    page = notebook.page
    page.evaluate((HERE / "slider_latency.js").read_text(encoding="utf-8"))
    cells = page.query_selector_all(".jp-Notebook .jp-CodeCell")[1:]
    for cell in cells:
        press(page, cell, "Home")
    return np.array([[press(page, cell, "ArrowRight") for cell in cells] for _ in range(presses)]).T


def training(presses):
    """Milliseconds that each of the trainings takes by itself."""
    kernel, times = {}, []
    exec(SETUP, kernel)
    for learning_rate in kernel["rates"][1 : presses + 1]:
        start = perf_counter()
        kernel["losses"](learning_rate)
        times.append(1000 * (perf_counter() - start))
    return np.array(times)


def report(times, trained, browser):
    median, late = np.percentile(times, [50, 95], axis=1)
    yield f"Key press to painted picture, in ms, over {times.shape[1]} presses of each slider, in turn"
    yield ""
    yield f"{'':32}{'median':>8}{'p95':>8}{'ratio':>8}"
    for name, middle, high in zip(SLIDERS, median, late, strict=True):
        yield f"{name:32}{middle:8.0f}{high:8.0f}{middle / median[0]:8.1f}"
    yield ""
    yield f"Training, which the last two do at each press, takes {np.median(trained):.1f} ms (median) of it."
    packages = ", ".join(f"{name} {version(name)}" for name in ("jupyterlab", "ipywidgets", "matplotlib"))
    yield f"{platform.system()}, {os.cpu_count()} cores, Python {platform.python_version()}, {packages},"
    yield f"Chromium {browser}, headless."


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} presses instead of {PRESSES}")
    presses = QUICK if parser.parse_args().quick else PRESSES
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        executable = find_browser(playwright.chromium.executable_path)
        if executable is None:
            sys.exit(NO_BROWSER)
        notebooks = Path(folder, "notebooks")
        notebooks.mkdir()
        write_notebook(notebooks / "sliders.ipynb", [("code", code) for code in (SETUP, *SLIDERS.values())])
        with (
            laboratory(executable, playwright, notebooks, Path(folder)) as lab,
            lab.open("sliders.ipynb") as notebook,
        ):
            if faults := [*notebook.execution()]:
                sys.exit("\n".join(faults))
            times, browser = measure(notebook, presses), lab.browser.version
    print(*report(times, training(presses), browser), sep="\n")


if __name__ == "__main__":
    main()

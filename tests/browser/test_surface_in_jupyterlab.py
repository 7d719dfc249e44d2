"""The loss surface in a real JupyterLab: every control by keyboard, and every number on the page."""

import re
import time

import numpy as np
import pytest
from opened import SETTLED, write_notebook

from backprop_lib import Network
from backprop_lib.text import fixed, rate

SETUP = """
from backprop_lib import Network
from backprop_lib.widgets import surface_explorer
"""
CASES = [
    "Network([[[0.5]], [[0.5]]]), [0.1], [0.9], 9.0, 100, region=(-4, 4, -1, 10)",
    "Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]]), [0.2, 0.5], [0.2, 0.7], 3.0, 300",
]

# What a widget shows: its controls, its words, its marks.
STATE = """cell => ({
  readouts: [...cell.querySelectorAll(".bp-readout")].map((e) => e.innerText),
  labels: [...cell.querySelectorAll(".bp-slider label")].map((e) => e.innerText.trim()),
  menus: [...cell.querySelectorAll("select")].map((e) => e.value),
  said: cell.querySelector("[data-said]").innerText,
  rows: [...cell.querySelectorAll("svg + div p")].map((e) => e.innerText),
  alt: cell.querySelector("svg[role=img]")?.ariaLabel ?? null,
  axes: getComputedStyle(cell.querySelector("svg[role=img]") ?? cell).backgroundImage,
  dots: [...cell.querySelectorAll("[role=img] circle")].map((e) => [e.cx.baseVal.value, e.cy.baseVal.value]),
})"""


class Page:
    """One of the widgets on the page."""

    def __init__(self, notebook, number):
        self.page, self.case = notebook.page, CASES[number]
        self.cell = notebook.page.query_selector_all(".jp-Notebook .jp-CodeCell")[number]

    @property
    def state(self):
        return self.cell.evaluate(STATE)

    def after(self, move):
        """Move something and return the state once something else is said."""
        before = self.state["said"]
        move()
        self.page.wait_for_function(
            "([cell, before]) => cell.querySelector('[data-said]').innerText !== before",
            arg=[self.cell, before],
            timeout=SETTLED,
        )
        self.page.evaluate("() => course.painted()")
        return self.state

    def right(self):
        """Check what is shown, once all messages on the way have come; return what `check` does."""
        end = time.monotonic() + SETTLED / 1000
        while True:
            try:
                return check(self.state, self.case)
            except AssertionError:
                if time.monotonic() > end:
                    raise
                self.page.wait_for_timeout(100)

    def handle(self, number):
        return self.cell.query_selector_all("input[type=range]")[number]

    def press(self, number, key):
        return self.after(lambda: self.handle(number).press(key))

    def choose(self, number, name):
        return self.after(lambda: self.cell.query_selector_all("select")[number].select_option(name))


@pytest.fixture(scope="module")
def surfaces(lab, folder):
    cells = [("code", f"{SETUP}\nsurface_explorer({case})") for case in CASES]
    write_notebook(folder / "surfaces.ipynb", cells)
    with lab.open("surfaces.ipynb") as notebook:
        assert not list(notebook.execution())
        yield notebook


def number(text):
    mantissa, _, power = text.strip("()").replace("−", "-").partition("·10")
    return float(mantissa) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def check(state, case):
    """Compare every number on the page with what `Network` computes for what the controls say."""
    net, x, t, _, updates = eval(f"({case.split(', region')[0]})", {"Network": Network})
    names = state["menus"] or list(net.by_name())
    w1, w2, eta, k = (number(text) for text in state["readouts"])
    now, path = net.with_values({names[0]: w1, names[1]: w2}), [[w1, w2]]
    for _ in range(int(k)):
        slopes = now.gradients(x, t).by_name()
        path.append([v - eta * slopes[n] for n, v in zip(names, path[-1], strict=True)])
        now = now.with_values(dict(zip(names, path[-1], strict=True)))
    slope = [now.gradients(x, t).by_name()[name] for name in names]
    said = re.match(r"Update (\d+) of (\d+) at η = (\S+): (.*?)\. ", state["said"])
    assert (float(said[1]), int(said[2]), said[3]) == (k, updates, rate(eta))
    found = [number(part.split(" = ")[1]) for part in said[4].split(", ")]
    assert found == pytest.approx([*path[-1], now.loss(x, t), *slope], rel=6e-3, abs=6e-5)
    steps = [row.split() for row in state["rows"] if "←" in row and " = " in row]
    for (_, _, old, _, by, _, s, _, new), v, g in zip(steps, path[-1], slope, strict=True):
        assert [number(old), number(by)] == pytest.approx([v, eta], abs=6e-5)
        assert number(s) == pytest.approx(g, rel=6e-3, abs=1e-6)
        assert number(new) == pytest.approx(v - eta * g, abs=6e-5)
    assert any(
        f"= {fixed(w1, 4)}" in row and f"= {fixed(w2, 4)}" in row for row in state["rows"] if "start: " in row
    )
    assert state["said"] in state["alt"]
    assert state["axes"] != "none"
    if net.sizes == [2, 2, 2]:
        assert state["rows"][0].startswith("A slice: the other 6 weights stay as they are")
        assert state["labels"][:2] == [f"start {name}" for name in names]
    return [state["dots"], [path[0], path[-1]]]


def check_dots(pairs):
    """Check that pixels are a straight line over weights, across and up, for starts and current points."""
    pixels, weights = np.array(pairs, dtype=float).swapaxes(0, 1).reshape(2, -1, 2)
    assert len(np.unique(weights, axis=0)) >= 4
    for drawn, meant in zip(pixels.T, weights.T, strict=True):
        line = np.polynomial.Polynomial.fit(meant, drawn, 1)
        assert np.abs(line(meant) - drawn).max() < 0.2
    assert np.polynomial.Polynomial.fit(weights[:, 1], pixels[:, 1], 1).convert().coef[1] < 0  # upwards


@pytest.mark.parametrize("n", range(len(CASES)))
def test_every_slider_in_both_directions(surfaces, n):
    widget, pairs = Page(surfaces, n), []
    for slider, key in [
        *(
            (3, key)
            for key in ("ArrowRight", "ArrowRight", "PageUp", "ArrowLeft", "End", "ArrowLeft", "Home")
        ),
        *((s, key) for s in (0, 1, 2) for key in ("ArrowRight", "PageUp", "ArrowLeft", "PageDown")),
        *((3, key) for key in ("ArrowUp", "PageUp", "ArrowDown")),
    ]:
        pairs.append(check(widget.press(slider, key), widget.case))
    check_dots(pairs)
    back = widget.cell.query_selector("button")
    check(widget.after(lambda: back.press("Enter")), widget.case)
    assert widget.state["readouts"][3] == "0"


def test_a_click_chooses_the_nearest_start(surfaces):
    widget, pairs = Page(surfaces, 0), []
    for across, up in ((0.25, 0.9), (0.8, 0.13), (0.5, 0.5), (0.0, 1.0)):
        axes = widget.cell.query_selector("rect")
        axes.scroll_into_view_if_needed()
        box = axes.bounding_box()
        x, y = box["x"] + across * (box["width"] - 1), box["y"] + (1 - up) * (box["height"] - 1)
        widget.after(lambda x=x, y=y: surfaces.page.mouse.click(x, y))
        surfaces.page.wait_for_timeout(300)  # two sliders move, one after the other
        pairs.append(widget.right())
        state = widget.state
        assert float(state["readouts"][0].replace("−", "-")) == pytest.approx(-4 + 8 * across, abs=0.11)
        assert float(state["readouts"][1].replace("−", "-")) == pytest.approx(-1 + 11 * up, abs=0.14)
    check_dots(pairs)


def test_the_menus_choose_another_slice_by_keyboard_too(surfaces):
    widget, page = Page(surfaces, 1), surfaces.page
    widget.press(3, "PageUp")
    before = widget.state["axes"]
    widget.choose(1, "w2[1,0]")
    widget.right()
    state = widget.state
    assert state["axes"] != before
    assert state["readouts"][3] == "0"
    same = widget.choose(0, "w2[1,0]")
    assert same["said"] == "Both menus say w2[1,0]: choose two different ones."
    assert same["alt"] is None
    widget.choose(0, "w2[0,1]")
    widget.right()
    menu = widget.cell.query_selector_all("select")[0]
    menu.focus()
    chosen = "() => jupyterapp.shell.currentWidget.content.activeCellIndex"
    cell = page.evaluate(chosen)
    widget.after(lambda: page.keyboard.type("w1[1,1]"))
    page.wait_for_timeout(300)  # letters on the way may have been other names
    widget.right()
    assert widget.state["menus"][0].startswith("w1[1")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowUp")
    assert page.evaluate(chosen) == cell
    assert menu.evaluate("menu => menu === document.activeElement")
    widget.after(widget.cell.query_selector("button").click)
    widget.right()


def test_a_held_key_leaves_nothing_behind(surfaces):
    widget, page = Page(surfaces, 0), surfaces.page
    widget.handle(3).focus()
    page.keyboard.press("Home")
    for _ in range(40):
        page.keyboard.down("ArrowRight")
        page.wait_for_timeout(30)
    page.keyboard.up("ArrowRight")
    page.wait_for_function(
        "cell => cell.querySelector('[data-said]').innerText.startsWith('Update 40 ')",
        arg=widget.cell,
        timeout=SETTLED,
    )
    widget.right()


@pytest.mark.parametrize(("width", "files"), [(800, False), (1280, True)])
def test_it_fits(surfaces, width, files):
    surfaces.resize(width, files)
    assert not surfaces.faults("overflow", patience=1000)
    assert not surfaces.faults("pictures")


def test_without_a_kernel_what_is_shown_is_said_to_be_old(surfaces):
    assert not surfaces.complaints
    assert not surfaces.foreign
    assert surfaces.stop_kernel()
    widget = Page(surfaces, 0)
    widget.handle(3).press("ArrowRight")
    surfaces.page.wait_for_selector(".bp-silence", timeout=SETTLED)
    faded = "cell => getComputedStyle(cell.querySelector('.bp-scrolled')).opacity"
    assert float(widget.cell.evaluate(faded)) < 0.5

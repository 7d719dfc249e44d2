"""A notebook that is open in JupyterLab and has been run: what it shows, and its sliders."""

import json
import re
import time
from contextlib import contextmanager
from urllib.parse import urlsplit

OPENED = 60_000  # milliseconds at most until the page is there
EXECUTED = 180_000  # until all cells have run
SETTLED = 15_000  # until the page shows what it was told

HANDLE = "input[type=range], .noUi-handle"  # of a slider: the course's own, and ipywidgets'
THUMB = 16  # pixels: how wide Chromium draws it

# With the kernel gone, ipywidgets notes at each move that it cannot tell Python.
WITHOUT_KERNEL = "error: Could not send widget sync message Error: Cannot send"


class OpenedNotebook:
    """A notebook on the page; its checks return the faults they find, as sentences."""

    def __init__(self, page, path, url):
        self.page, self.path, self.site = page, path, urlsplit(url).netloc
        self.complaints, self.foreign, self.cells = [], [], []
        self.has_kernel = True
        self.listeners = {
            "console": self._heard,
            "pageerror": lambda error: self.complaints.append(f"page error: {error}"),
            "request": self._asked,
        }

    def open(self):
        for event, listener in self.listeners.items():
            self.page.on(event, listener)
        self.page.evaluate("([path, ms]) => course.open(path, ms)", [self.path, OPENED])
        self.cells = self.page.evaluate("ms => course.run(ms)", EXECUTED)

    def close(self):
        self.page.evaluate("() => course.close()")
        for event, listener in self.listeners.items():
            self.page.remove_listener(event, listener)

    def _heard(self, message):
        said = f"{message.type}: {message.text}"
        expected = not self.has_kernel and said.startswith(WITHOUT_KERNEL)
        if message.type in ("error", "warning") and not expected:
            self.complaints.append(said)

    def _asked(self, request):
        target = urlsplit(request.url)
        if target.scheme not in ("data", "blob") and target.netloc != self.site:
            self.foreign.append(request.url)

    def stop_kernel(self):
        """Stop the kernel for good and say whether it is gone."""
        self.has_kernel = False
        return self.page.evaluate("ms => course.stopKernel(ms)", SETTLED)

    def execution(self):
        """Cells that did not run, failed, or warned; a cell tagged `raises-exception` must fail."""
        for number, cell in enumerate(self.cells, 1):
            if cell["cell_type"] != "code" or not "".join(cell["source"]).strip():
                continue
            if cell["execution_count"] is None:
                yield f"cell {number} did not run"
            meant = "raises-exception" in cell["metadata"].get("tags", [])
            errors = [o for o in cell["outputs"] if o["output_type"] == "error"]
            if meant and not errors:
                yield f"cell {number} did not fail"
            if not meant:
                yield from (f"cell {number}: {e['ename']}: {e['evalue']}" for e in errors)
            for output in cell["outputs"]:
                if output.get("name") == "stderr":
                    yield f"cell {number} warned: {''.join(output['text'])}"

    def faults(self, check, patience=SETTLED):
        """What one of the checks in course.js finds."""
        return self.page.evaluate(f"ms => course.settled(course.{check}, ms)", patience)

    def wait_until(self, condition):
        """Give the page time to report, until `condition` holds."""
        end = time.monotonic() + SETTLED / 1000
        while not condition() and time.monotonic() < end:
            self.page.wait_for_timeout(50)

    def resize(self, width, files):
        """Make the window `width` pixels wide, with the list of files at its side or without."""
        self.page.set_viewport_size({"width": width, "height": 900})
        side = "expandLeft" if files else "collapseLeft"
        self.page.evaluate(f"() => jupyterapp.shell.{side}()")
        self.page.evaluate("() => course.painted()")

    @contextmanager
    def theme(self, name):
        """Show JupyterLab in a theme, such as “JupyterLab Dark”."""
        heard = len(self.complaints)
        try:
            self._change_theme(name)
            yield
        finally:
            self._change_theme("JupyterLab Light")
            # JupyterLab itself complains if its theme is changed back too soon.
            self.complaints[heard:] = [c for c in self.complaints[heard:] if "theme" not in c.lower()]

    def _change_theme(self, name):
        self.page.evaluate("theme => jupyterapp.commands.execute('apputils:change-theme', { theme })", name)
        light = str("Dark" not in name).lower()
        self.page.wait_for_selector(f"body[data-jp-theme-light={light}]", state="attached", timeout=SETTLED)
        self.page.wait_for_timeout(500)

    def photograph(self, folder, name):
        """Save the notebook page by page."""
        panel = self.page.locator(".jp-NotebookPanel:visible .jp-WindowedPanel-outer")
        pages = panel.evaluate("e => Math.ceil(e.scrollHeight / e.clientHeight)")
        folder.mkdir(parents=True, exist_ok=True)
        for number in range(pages):
            panel.evaluate("(e, n) => { e.scrollTop = n * e.clientHeight }", number)
            self.page.screenshot(path=folder / f"{name}-{number + 1:02}.png")

    @property
    def announced(self):
        """How many sliders over prepared frames the outputs speak of."""
        return self.page.evaluate("() => course.announced()")

    @property
    def sliders(self):
        return [Slider(self.page, n) for n in range(self.page.evaluate("() => course.boxes().length"))]


class Slider:
    """A slider over prepared frames, moved as a person would move it."""

    patience = SETTLED

    def __init__(self, page, number):
        self.page, self.number = page, number

    def element(self, selector):
        box = self.page.evaluate_handle("n => course.boxes()[n]", self.number).as_element()
        return box.query_selector(selector)

    @property
    def state(self):
        return self.page.evaluate("n => course.state(course.boxes()[n])", self.number)

    def after(self, move):
        """Do `move` and return the state once another sentence is shown."""
        before = self.state["sentences"]
        move()
        self.page.wait_for_function(
            "([n, before]) => course.boxes()[n]"
            " && String(course.state(course.boxes()[n]).sentences) !== String(before)",
            arg=[self.number, before],
            timeout=self.patience,
        )
        self.page.evaluate("() => course.painted()")
        return self.state

    def tab_to(self):
        """Select the slider's cell, go on by Tab, and say whether that leads to the handle."""
        for _ in range(3):  # a busy JupyterLab may move the focus once more when a cell is selected
            self.page.evaluate("n => course.select(course.boxes()[n])", self.number)
            self.page.wait_for_timeout(200)
            for _ in range(6):  # code that can be scrolled is a stop of its own
                self.page.keyboard.press("Tab")
                if self.element(HANDLE).evaluate("handle => handle === document.activeElement"):
                    return True
        return False

    @property
    def look(self):
        """What marks a focused handle, as far as it can be seen."""
        return self.element(HANDLE).evaluate(
            "handle => ['backgroundColor', 'outlineStyle', 'boxShadow'].map(p => getComputedStyle(handle)[p])"
        )

    def press(self, key):
        return self.after(lambda: self.element(HANDLE).press(key))

    def point(self, share):
        """Where on the page `share` of the bar is."""
        bar = self.element(HANDLE).bounding_box()
        return bar["x"] + THUMB / 2 + share * (bar["width"] - THUMB), bar["y"] + bar["height"] / 2

    def bring(self):
        """Scroll to the handle and return where it stands: cells that come into view may still grow."""
        handle, place = self.element(HANDLE), None
        while place != (place := handle.bounding_box()):
            handle.scroll_into_view_if_needed()
            self.page.evaluate("() => course.painted()")
        return place

    def drag(self, share):
        self.bring()
        state = self.state

        def move():
            self.page.mouse.move(*self.point(state["position"] / state["last"]))
            self.page.mouse.down()
            self.page.mouse.move(*self.point(share), steps=5)
            self.page.mouse.up()

        return self.after(move)

    def click(self, share):
        self.bring()
        return self.after(lambda: self.page.mouse.click(*self.point(share)))


def disagreements(state):
    """Where sentence, drawings and the number beside the slider do not say the same."""
    if len(state["sentences"]) != 1:
        yield f"{len(state['sentences'])} frames are shown"
    for sentence in state["sentences"]:
        if not re.match(rf"(?:[^=:]+ =|Step) {re.escape(state['readout'])}[: ]", sentence):
            yield f"the slider reads {state['readout']}, the sentence says {sentence}"
        yield from (f"named {name}, not {sentence}" for name in state["names"] if not name.endswith(sentence))
    if not state["names"] or not state["paths"]:
        yield "nothing is drawn"
    if not all(state["axes"]):
        yield "a drawing has no axes behind it"


def write_notebook(path, cells):
    """Write a notebook of (type, source) pairs."""
    code = {"execution_count": None, "outputs": []}
    book = {
        "cells": [
            {"cell_type": kind, "id": f"cell{n}", "metadata": {}, "source": source}
            | (code if kind == "code" else {})
            for n, (kind, source) in enumerate(cells)
        ],
        "metadata": {"kernelspec": {"name": "python3", "display_name": "", "language": "python"}},
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    path.write_text(json.dumps(book), encoding="utf-8")

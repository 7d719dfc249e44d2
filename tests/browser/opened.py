"""A notebook that is open in JupyterLab and has been run: what it shows, and its sliders."""

import re
from urllib.parse import urlsplit

OPENED = 60_000  # milliseconds at most until the page is there
EXECUTED = 180_000  # until all cells have run
SETTLED = 15_000  # until the page shows what it was told


class OpenedNotebook:
    """Checks return the faults they find, as sentences."""

    def __init__(self, page, path):
        self.page, self.path = page, path
        self.complaints, self.foreign, self.cells = [], [], []

    def load(self, address, foreign_to):
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(f"page error: {error}"))
        here = urlsplit(foreign_to).netloc

        def asked(request):
            target = urlsplit(request.url)
            if target.scheme not in ("data", "blob") and target.netloc != here:
                self.foreign.append(request.url)

        self.page.on("request", asked)
        self.page.goto(address, timeout=OPENED)
        self.page.wait_for_selector(".jp-NotebookPanel .jp-CodeCell", timeout=OPENED)
        self.cells = self.page.evaluate("ms => course.run(ms)", EXECUTED)

    def _heard(self, message):
        if message.type in ("error", "warning"):
            self.complaints.append(f"{message.type}: {message.text}")

    def stop_kernel(self):
        """Stop the kernel for good and say whether it is gone."""
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

    def resize(self, width):
        self.page.set_viewport_size({"width": width, "height": 900})
        self.page.evaluate("async () => { await course.frame(); await course.frame() }")

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
    """A slider over prepared frames, moved like a person would."""

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
            timeout=SETTLED,
        )
        self.page.evaluate("async () => { await course.frame(); await course.frame() }")
        return self.state

    def press(self, key):
        return self.after(lambda: self.element(".noUi-handle").press(key))

    def point(self, share):
        """Where on the page `share` of the bar is."""
        bar = self.element(".noUi-base").bounding_box()
        return bar["x"] + share * bar["width"], bar["y"] + bar["height"] / 2

    def drag(self, share):
        handle = self.element(".noUi-handle")
        handle.scroll_into_view_if_needed()
        box = handle.bounding_box()

        def move():
            self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
            self.page.mouse.down()
            self.page.mouse.move(*self.point(share), steps=5)
            self.page.mouse.up()

        return self.after(move)

    def click(self, share):
        self.element(".noUi-handle").scroll_into_view_if_needed()
        return self.after(lambda: self.page.mouse.click(*self.point(share)))


def disagreements(state):
    """Where sentence, drawings and the number beside the slider do not say the same."""
    if len(state["sentences"]) != 1:
        yield f"{len(state['sentences'])} frames are shown"
    for sentence in state["sentences"]:
        said = re.match(r"\S+ = ([^\s:]+): ", sentence)
        if said is None or said[1] != state["readout"]:
            yield f"the slider reads {state['readout']}, the sentence says {sentence}"
        yield from (f"named {name}, not {sentence}" for name in state["names"] if not name.endswith(sentence))
    if not state["names"] or not state["paths"]:
        yield "nothing is drawn"

"""Notebooks saved as HTML: with no Python at all, what was prepared moves, and what needs Python says so.

To be quick, only the first cell of a notebook and those with widgets are executed, and not of every notebook;
EXPORTED=all in the environment tries all of all.
"""

import os
import re
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit

import anywidget
import nbformat
import pytest
from browser_choice import require_browser
from lab import ROOT
from npm import package
from opened import SETTLED
from race_shown import CASES, Race
from test_race_in_jupyterlab import check_button, check_menus, check_walk

from backprop_lib import widgets

REQUIRE = ("requirejs", "2.3.8", "777158e89275e16bd51aec3ef714fbcb5dc45789e7078659933bc814916d7dec")
MANAGER = (
    *("@jupyter-widgets/html-manager", "1.0.15"),
    "2b9d65cb7913e1c7d671757a10008b32c9c2448d4429513371e55c07d6107638",
)
EVERY = sorted(path.stem for path in (ROOT / "notebooks").glob("*.ipynb"))
WHOLE = os.environ.get("EXPORTED") == "all"
CHOSEN = EVERY if WHOLE else ["01_one_path", "07_digits"]
SLIDERS = ".bp-frames input[type=range]"
WIDGET = re.compile(rf"\b({'|'.join(widgets.__all__)})\(")


class Quiet(SimpleHTTPRequestHandler):
    """Serves files and writes no log."""

    def log_message(self, *_):
        pass


@contextmanager
def served(folder):
    """Serve a folder on this machine and yield its address."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    folder = tmp_path_factory.mktemp("site")
    shutil.copy(package(*MANAGER) / "dist" / "embed-amd.js", folder)
    shutil.copy(Path(anywidget.__file__).parent / "nbextension" / "index.js", folder / "anywidget.js")
    for nothing in ("none.js", "favicon.ico"):  # for MathJax, and what a browser asks for by itself
        (folder / nothing).write_text("", encoding="utf-8")
    with served(folder) as address:
        require = (package(*REQUIRE) / "require.js").read_text(encoding="utf-8")
        here = f"requirejs.config({{ paths: {{ anywidget: '{address}anywidget' }} }});"
        (folder / "require.js").write_text(f"{require}\n{here}", encoding="utf-8")
        yield folder, address


def export(name, folder, address):
    """Execute a notebook and save it as a page that loads its programs from `address`; return both."""
    book = nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)
    first, *others = (cell for cell in book.cells if cell.cell_type == "code")
    if not WHOLE:
        book.cells = [first, *(cell for cell in others if WIDGET.search(cell.source))]
    nbformat.write(book, folder / f"{name}.ipynb")
    command = [
        *(sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "--log-level=ERROR"),
        f"--HTMLExporter.require_js_url={address}require.js",
        f"--HTMLExporter.widget_renderer_url={address}embed-amd.js",
        f"--HTMLExporter.mathjax_url={address}none.js",
        f"--output-dir={folder}",
        str(folder / f"{name}.ipynb"),
    ]
    kernel = {"OPENBLAS_NUM_THREADS": "1", "IPYTHONDIR": str(folder / "ipython")}
    subprocess.run(command, env=os.environ | kernel, stdin=subprocess.DEVNULL, timeout=300, check=True)
    return f"{address}{name}.html", book


class Exported:
    """A page that was saved, in a browser, with what it complained of and asked for."""

    def __init__(self, page, name, address, book):
        self.page, self.name, self.complaints, self.foreign = page, name, [], []
        site = urlsplit(address).netloc
        page.on("console", self._heard)
        page.on("pageerror", lambda error: self.complaints.append(str(error)))
        page.on("request", lambda r: self._asked(urlsplit(r.url), site))
        page.goto(address)
        words = [
            output["data"].get("text/plain", "")
            for cell in book.cells
            for output in cell.get("outputs", [])
            if "data" in output
        ]
        self.sliders = [text for text in words if text.startswith("Slider “")]
        page.wait_for_function(
            "([handles, n]) => document.querySelectorAll(handles).length === n",
            arg=[SLIDERS, len(self.sliders)],
            timeout=SETTLED,
        )

    def _heard(self, message):
        own = message.text.startswith("strict mode:")  # the widget manager's, about its own schema
        if message.type in ("error", "warning") and not own:
            self.complaints.append(message.text)

    def _asked(self, target, site):
        if target.scheme not in ("data", "blob") and target.netloc != site:
            self.foreign.append(target.geturl())


@pytest.fixture(scope="module", params=CHOSEN)
def exported(request, site, playwright):
    folder, address = site
    page_address, book = export(request.param, folder, address)
    executable = require_browser(playwright.chromium.executable_path)
    browser = playwright.chromium.launch(executable_path=executable, args=["--disable-gpu"])
    try:
        yield Exported(browser.new_page(), request.param, page_address, book)
    finally:
        browser.close()


# Walk through all positions of a slider by a key, or by the button of that key; what each says and is called.
WALK = """async ([handles, n, key, byButton]) => {
  const handle = document.querySelectorAll(handles)[n];
  const box = handle.closest(".bp-frames");
  const button = byButton && [...box.querySelectorAll("button")].find((b) => b.value === key);
  const frame = () => new Promise((done) => requestAnimationFrame(done));
  const seen = [];
  for (let last = null; ; ) {
    const end = performance.now() + 5000;
    const at = handle.value;
    if (at === last) return seen;
    let lines;
    do {
      await frame();
      lines = [...box.querySelectorAll(".bp-said:not([data-said])")].map((line) => line.innerText);
    } while ((lines.length !== 1 || lines[0] === seen.at(-1)?.[0]) && performance.now() < end);
    seen.push([lines.join(), handle.labels[0].innerText, handle.ariaValueText]);
    last = at;
    if (byButton) button.click();
    else handle.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true }));
  }
}"""

# What Python prepared: for each slider of the saved state its name, labels and sentences.
STATE = """() => {
  const script = document.querySelector("script[type='application/vnd.jupyter.widget-state+json']");
  return Object.values(JSON.parse(script.textContent).state).map(({ state }) => state);
}"""


def prepared(page):
    """Return name, labels and sentences of every slider in the saved state."""
    models = [state for state in page.evaluate(STATE) if "sentences" in state]
    return [(state["name"], state["labels"], state["sentences"]) for state in models]


def test_every_position_says_what_python_prepared(exported):
    wanted = {(name, tuple(labels)): said for name, labels, said in prepared(exported.page)}
    for n, words in enumerate(exported.sliders):
        exported.page.locator(SLIDERS).nth(n).press("Home")
        forward = exported.page.evaluate(WALK, [SLIDERS, n, "ArrowRight", False])
        sentences, names, labels = zip(*forward, strict=True)
        assert len(set(names)) == 1
        assert words.startswith(f"Slider “{names[0]}”, {len(labels)} positions from {labels[0]} to ")
        assert list(sentences) == wanted[names[0], labels]
        assert exported.page.evaluate(WALK, [SLIDERS, n, "ArrowLeft", False]) == forward[::-1]


def test_the_buttons_of_a_stepper(exported):
    for n, words in enumerate(exported.sliders):
        if words.startswith("Slider “step”"):
            exported.page.locator(SLIDERS).nth(n).press("Home")
            forward = exported.page.evaluate(WALK, [SLIDERS, n, "ArrowRight", True])
            assert forward[-1][0].startswith(f"Step {len(forward) - 1} of {len(forward) - 1}: ")
            assert exported.page.evaluate(WALK, [SLIDERS, n, "ArrowLeft", True]) == forward[::-1]


RACES = {"01_one_path": CASES[0], "06_any_depth": CASES[1]}


def test_a_race_is_run_and_others_entered(exported):
    boxes = exported.page.query_selector_all(".bp-race")
    assert len(boxes) == (exported.name in RACES)
    for box in boxes:
        race = Race(exported.page, box, RACES[exported.name])
        check_walk(race)
        check_menus(race)
        check_button(race)


# Where Python speaks: the outermost box of each, in which something can be asked of it.
BOXES = """() => [...document.querySelectorAll("[data-said]")].map(
  (line) => line.closest(".bp-heard") ?? line.closest(".bp"),
)"""


def test_what_needs_python_says_so(exported):
    page = exported.page
    boxes = list(page.evaluate_handle(BOXES).get_properties().values())
    for box in boxes:
        box = box.as_element()
        if field := box.query_selector(".bp-typed input, .widget-text input"):
            field.fill("0.123")
            field.press("Enter")
        else:
            box.query_selector(".widget-button, .bp-asks").click()
    page.wait_for_function(
        "n => document.querySelectorAll('.bp-silence').length === n", arg=len(boxes), timeout=SETTLED
    )
    assert len(boxes) >= {"01_one_path": 1, "07_digits": 2}.get(exported.name, 0)
    for box in boxes:
        assert box.as_element().query_selector(".bp-silence")


def test_a_drawing_can_be_made_though_nobody_reads_it(exported):
    page = exported.page
    for canvas in page.query_selector_all(".bp-paint canvas"):
        before = canvas.evaluate("canvas => canvas.toDataURL()")
        canvas.click()
        assert canvas.evaluate("canvas => canvas.toDataURL()") != before


def test_nothing_complained_or_asked_for_another_site(exported):
    assert not exported.complaints
    assert not exported.foreign
    assert not exported.page.get_by_text("Error creating widget").count()

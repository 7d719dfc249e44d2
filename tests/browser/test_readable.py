"""What is shown can be read: in the dark, on a phone, and on a small screen together with its slider."""

import pytest
from opened import write_notebook

SETUP = """
import numpy as np

from backprop_lib import Network, derive
from backprop_lib.drawing import draw_network, plot_loss
from backprop_lib.symbols import factor_table
from backprop_lib.widgets import log_rates, nudge_slider, rate_explorer, rate_race, start_slider
from backprop_lib.widgets import stepper, surface_explorer

one = Network([[[0.5]], [[0.5]]])
two = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
given = [0.2, 0.5], [0.2, 0.7]
rates = log_rates(0.9, 1, 2, per_decade=3)
"""
CELLS = {
    "stepper": "stepper(two, *given, learning_rate=0.4)",
    "rates": "rate_explorer(two, *given, rates, 300, goal=1e-3, start=0.9)",
    "race": "rate_race(two, *given, rates, 300, goal=1e-5, start=[0.9, 9, 90, 0.1])",
    "start": "start_slider(lambda w: w**4 - 4 * w**2 + w, lambda w: 4 * w**3 - 8 * w + 1, "
    "np.linspace(-2, 2, 9), 0.05, 20, 'w', 'E')",
    "nudge": "nudge_slider(two, *given, 'w1[0,0]')",
    "surface": "surface_explorer(one, [0.1], [0.9], 9.0, 100, region=(-4, 4, -1, 10))",
    "slice": "surface_explorer(two, *given, 3.0, 100)",
    "network": "draw_network(two, two.forward([0.2, 0.5]))",
    "curve": "plot_loss([0.5, 0.1, 0.02])",
    "table": "factor_table(derive(one), 'w1[0,0]', [0.1], [0.9])",
}
SLIDERS = ["stepper", "rates", "race", "start", "nudge", "surface", "slice"]
DRAWN = "[...output.querySelectorAll('svg[role=img]:not([hidden]), img')]"
# How large the smallest letters of each drawing are, as shown; matplotlib's are drawn 100 times as large.
LETTERS = f"""(output) => {DRAWN}.map((drawn) => {{
  const natural = drawn.viewBox?.baseVal.width || drawn.naturalWidth;
  const scale = drawn.getBoundingClientRect().width / natural;
  const ground = decodeURIComponent(drawn.src ?? getComputedStyle(drawn).backgroundImage);
  const found = (pattern) => [...ground.matchAll(pattern)].map((match) => Number(match[1]));
  const sizes = found(/font-size=.([\\d.]+)/g);
  const paths = found(/scale\\((0\\.\\d+) -/g).map((size) => 100 * size);
  const texts = [...drawn.querySelectorAll("text")].map((e) => parseFloat(getComputedStyle(e).fontSize));
  return scale * Math.min(...sizes, ...paths, ...texts);
}})"""
# What is cut off with no way to scroll there.
CUT = """(output) => {
  const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
  const edge = output.getBoundingClientRect().right + 1, cut = [];
  for (const part of output.querySelectorAll("p, td, th, img, svg[role=img], select, button, .bp-readout")) {
    const { right, width } = part.getBoundingClientRect();
    let reached = false;
    for (let e = part; e !== output.parentElement; e = e.parentElement) reached ||= scrolls(e);
    if (width && right > edge && !reached) cut.push(part.outerHTML.slice(0, 80));
  }
  return cut;
}"""
# Boxes that scroll sideways, each with how far, whether Tab leads there, and what it is called.
BOXES = """(output) => [output, ...output.querySelectorAll("*")].filter((e) =>
  getComputedStyle(e).overflowX === "auto" && e.scrollWidth > e.clientWidth + 1).map((e) =>
  [e.scrollWidth - e.clientWidth, e.tabIndex, e.ariaLabel ?? ""])"""


# How many letters a line of a text holds: of each of its paragraphs, all letters by the lines they take.
LINES = """() => [...document.querySelectorAll(".jp-Notebook .jp-MarkdownOutput > p")].map((p) => {
  const range = document.createRange();
  range.selectNodeContents(p);
  const tops = new Set([...range.getClientRects()].map(({ top }) => Math.round(top)));
  return [p.textContent.length, tops.size, p.getBoundingClientRect().left];
})"""


@pytest.mark.parametrize("width", [390, 800, 1280, 2000])
def test_lines_of_text_hold_about_75_letters_at_most(lab, folder, width):
    text = "A neuron multiplies what comes in by a weight, and squashes what it gets into a range. " * 8
    cells = [("markdown", text), ("markdown", f"| a table |\n| - |\n| {text} |")]
    write_notebook(folder / "prose.ipynb", cells)
    with lab.open("prose.ipynb") as notebook:
        notebook.resize(width, False)
        notebook.page.wait_for_timeout(300)
        [(letters, lines, left)] = notebook.page.evaluate(LINES)
        table = notebook.page.query_selector(".jp-MarkdownOutput table").bounding_box()
        notebook.resize(1280, True)
    assert letters / lines <= 80
    assert width < 800 or letters / lines >= 65
    assert width < 1280 or table["width"] > 580  # only text is narrow
    assert abs(table["x"] - left) < 2


@pytest.fixture(scope="module")
def shown(lab, folder):
    """Yield the open notebook and the output of each cell."""
    write_notebook(folder / "readable.ipynb", [("code", cell) for cell in (SETUP, *CELLS.values())])
    with lab.open("readable.ipynb") as notebook:
        assert not list(notebook.execution())
        outputs = notebook.page.query_selector_all(".jp-Notebook .jp-CodeCell .jp-OutputArea-output")
        yield notebook, dict(zip(CELLS, outputs, strict=True))
        notebook.resize(1280, True)


@pytest.mark.parametrize("name", CELLS)
@pytest.mark.parametrize("width", [390, 800])
def test_pictures_scroll_and_do_not_shrink(shown, name, width):
    notebook, outputs = shown
    notebook.resize(width, False)
    notebook.page.wait_for_timeout(300)
    letters, boxes = outputs[name].evaluate(LETTERS), outputs[name].evaluate(BOXES)
    assert bool(letters) == (name != "table")
    assert all(size >= 9.99 for size in letters)
    assert outputs[name].evaluate(CUT) == []
    assert width == 800 or boxes
    assert all(tab == 0 and "scrolls sideways" in label for _, tab, label in boxes) or name == "table"


@pytest.mark.parametrize("name", ["rates", "network"])
def test_a_wide_picture_scrolls_by_keys(shown, name):
    notebook, outputs = shown
    notebook.resize(390, False)
    notebook.page.wait_for_timeout(300)
    box = outputs[name].query_selector("[aria-label*='scrolls sideways']")
    box.focus()
    for _ in range(3):
        notebook.page.keyboard.press("ArrowRight")
    notebook.page.wait_for_function("box => box.scrollLeft > 50", arg=box)


@pytest.mark.parametrize("name", SLIDERS)
@pytest.mark.parametrize(("width", "files"), [(1366, False), (1366, True), (1280, True)])
def test_slider_and_picture_are_on_one_screen(shown, name, width, files):
    notebook, outputs = shown
    notebook.resize(width, files)
    notebook.page.set_viewport_size({"width": width, "height": 768})
    notebook.page.wait_for_timeout(300)
    seen = notebook.page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').clientHeight")
    places = [
        part.bounding_box()
        for part in outputs[name].query_selector_all("input[type=range], .noUi-target, svg[role=img]")
    ]
    assert len(places) > 1
    top, bottom = min(p["y"] for p in places), max(p["y"] + p["height"] for p in places)
    assert bottom - top < seen


@pytest.mark.parametrize("name", ["race", "slice"])
def test_menus_have_chevrons_that_can_be_seen_in_the_dark(shown, name):
    notebook, outputs = shown
    menu = outputs[name].query_selector("select")
    look = (
        "menu => (({ backgroundImage, backgroundColor, color }) => [backgroundImage, backgroundColor, color])"
    )
    look += "(getComputedStyle(menu))"
    light = menu.evaluate(look)
    with notebook.theme("JupyterLab Dark"):
        dark = menu.evaluate(look)
    if light[0] == "none":  # the browser draws it, in the color of the text
        assert dark == light
        assert light[1:] == ["rgb(255, 255, 255)", "rgb(31, 41, 51)"]
    else:
        assert "stroke='white'" in dark[0]
        assert "stroke='white'" not in light[0]

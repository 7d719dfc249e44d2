"""On small screens and in the dark letters stay readable, and slider and picture are seen together."""

import pytest
from opened import write_notebook

SETUP = """
from backprop_lib import Network, derive
from backprop_lib.drawing import draw_network
from backprop_lib.symbols import factor_table
from backprop_lib.widgets import log_rates, nudge_slider, rate_explorer, rate_race, stepper, surface_explorer

one = Network([[[0.5]], [[0.5]]])
two = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
rates = log_rates(0.9, 1, 3, per_decade=3)
"""
CELLS = {
    "rates": "rate_explorer(one, [0.1], [0.9], rates, 2000, goal=5e-5, start=0.9, surface=(-4, 4, -1, 10))",
    "race": "rate_race(two, [0.2, 0.5], [0.2, 0.7], rates, 500, goal=1e-5, start=[0.9, 9, 90, 900])",
    "surface": "surface_explorer(two, [0.2, 0.5], [0.2, 0.7], 3.0, 100)",
    "nudge": "nudge_slider(one, [0.1], [0.9], 'w2[0,0]')",
    "stepper": "stepper(two, [0.2, 0.5], [0.2, 0.7], learning_rate=0.4)",
    "drawing": "draw_network(two, two.forward([0.2, 0.5]))",
    "table": "factor_table(derive(one), 'w1[0,0]', [0.1], [0.9])",
}
LEAST = 0.74  # of the size in which a picture is drawn
# Of each picture how much smaller it is than drawn; and what is cut off with no way to scroll there.
SIZES = """(output) => [...output.querySelectorAll("svg[viewBox][role=img], img")].map((drawn) =>
  drawn.getBoundingClientRect().width / (drawn.viewBox?.baseVal.width ?? drawn.naturalWidth))"""
CUT = """(output) => {
  const scrolls = (e) => ["auto", "scroll"].includes(getComputedStyle(e).overflowX);
  const cut = [];
  for (const part of output.querySelectorAll(".widget-readout, td, th, p, img, svg[role=img], select")) {
    const { right, width } = part.getBoundingClientRect();
    let edge = output.getBoundingClientRect().right + 1, reached = scrolls(output);
    for (let e = part.parentElement; e !== output; e = e.parentElement) reached ||= scrolls(e);
    if (width && right > edge && !reached) cut.push(part.outerHTML.slice(0, 80));
  }
  return cut;
}"""
WIDE = """(output) => [output, ...output.querySelectorAll("*")].filter((e) =>
  ["auto", "scroll"].includes(getComputedStyle(e).overflowX) && e.scrollWidth > e.clientWidth + 1 &&
  e.querySelector("svg[role=img], img, svg.field")).map((e) => [e.tabIndex, e.ariaLabel ?? ""])"""


@pytest.fixture(scope="module")
def shown(lab, folder):
    write_notebook(folder / "readable.ipynb", [("code", cell) for cell in (SETUP, *CELLS.values())])
    with lab.open("readable.ipynb") as notebook:
        assert not list(notebook.execution())
        outputs = notebook.page.query_selector_all(".jp-Notebook .jp-CodeCell .jp-OutputArea-output")
        yield notebook, dict(zip(CELLS, outputs, strict=True))
        notebook.resize(1280, True)


@pytest.mark.parametrize("name", CELLS)
def test_on_a_phone_pictures_scroll_and_do_not_shrink(shown, name):
    notebook, outputs = shown
    notebook.resize(390, False)
    notebook.page.wait_for_timeout(300)
    sizes = outputs[name].evaluate(SIZES)
    assert name == "table" or name == "race" or sizes
    assert all(size >= LEAST for size in sizes)
    assert outputs[name].evaluate(CUT) == []
    wide = outputs[name].evaluate(WIDE)
    assert name in ("table", "surface") or wide
    assert all(tab == 0 and "scrolls sideways" in label for tab, label in wide)


@pytest.mark.parametrize("name", ["rates", "race", "surface", "nudge"])
@pytest.mark.parametrize("files", [False, True])
def test_slider_and_picture_are_on_one_screen(shown, name, files):
    notebook, outputs = shown
    notebook.resize(1366, files)
    notebook.page.set_viewport_size({"width": 1366, "height": 768})
    notebook.page.wait_for_timeout(300)
    seen = notebook.page.evaluate("() => document.querySelector('.jp-WindowedPanel-outer').clientHeight")
    slider = outputs[name].query_selector(".noUi-target").bounding_box()
    drawn = [
        box.bounding_box() for box in outputs[name].query_selector_all("svg[viewBox]:not([aria-hidden])")
    ]
    assert max(box["y"] + box["height"] for box in drawn) - slider["y"] < seen


def test_menus_have_chevrons_that_can_be_seen_in_the_dark(shown):
    notebook, outputs = shown
    menu = outputs["race"].query_selector("select")
    with notebook.theme("JupyterLab Dark"):
        assert "stroke='white'" in menu.evaluate("menu => getComputedStyle(menu).backgroundImage")
    assert "stroke='white'" not in menu.evaluate("menu => getComputedStyle(menu).backgroundImage")

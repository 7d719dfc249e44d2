"""Tab leads to every control of the widgets, whose focus is seen; and nothing moves needlessly."""

import re

import pytest
from opened import write_notebook
from test_accessible import CELLS, box


@pytest.fixture(scope="module")
def widgets(lab, folder):
    """Open one notebook with several widgets."""
    write_notebook(folder / "focus.ipynb", [("code", cell) for cell in CELLS])
    with lab.open("focus.ipynb") as notebook:
        assert not list(notebook.execution())
        yield notebook


FOCUSED = """box => {
  const element = document.activeElement;
  const { outlineStyle, outlineWidth, outlineColor, outlineOffset } = getComputedStyle(element);
  const ground = (e) => {
    const { backgroundColor } = getComputedStyle(e);
    return /, 0\\)$|transparent/.test(backgroundColor) ? ground(e.parentElement) : backgroundColor;
  };
  const around = element.closest(".widget-slider") ?? element.parentElement;
  return {
    inside: box.contains(element),
    name: element.ariaLabel || element.labels?.[0]?.innerText || element.innerText,
    outline: [outlineStyle, parseFloat(outlineWidth) >= 2],
    colours: [outlineColor, ground(parseFloat(outlineOffset) < 0 ? element : around)],
  };
}"""


def luminance(colour):
    rgb = [int(c) / 255 for c in re.findall(r"\d+", colour)[:3]]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    low, high = sorted(map(luminance, (one, other)))
    return (high + 0.05) / (low + 0.05)


STOPS = {
    0: ["learning rate η", "or type a rate"],
    1: ["step", "First", "Back", "Next", "Last", "weight"],
    2: [
        "hidden neurons",
        "learning rate η",
        "batch size",
        "epochs",
        "Start",
        "One epoch",
        "One update",
        "Reset",
    ],
    3: ["n"],
}


@pytest.mark.parametrize("theme", ["JupyterLab Light", "JupyterLab Dark"])
def test_tab_reaches_every_control_in_order_and_shows_it(widgets, theme):
    page = widgets.page
    with widgets.theme(theme):
        for number, names in STOPS.items():
            output = box(widgets, number)
            page.evaluate("output => course.select(output)", output)
            stops = []
            for _ in range(len(names) + 6):  # code that can be scrolled is a stop of its own
                page.keyboard.press("Tab")
                stop = output.evaluate(FOCUSED)
                stops += [stop] if stop["inside"] else []
                if len(stops) == len(names):
                    break
            assert [re.sub(r"[^\w ]", "", stop["name"]).strip() for stop in stops] == names
            for stop in stops:
                assert stop["outline"] == ["solid", True], stop
                assert contrast(*stop["colours"]) >= 3, stop


def test_nothing_moves_for_those_who_asked_for_that(widgets):
    moving = "box => getComputedStyle(box.querySelector('.bp-frame')).transitionProperty"
    box(widgets, 1).query_selector(".bp-frame").evaluate("frame => (frame.style.transition = 'width 1s')")
    assert box(widgets, 1).evaluate(moving) == "width"
    widgets.page.emulate_media(reduced_motion="reduce")
    try:
        assert box(widgets, 1).evaluate(moving) == "none"
    finally:
        widgets.page.emulate_media(reduced_motion="no-preference")

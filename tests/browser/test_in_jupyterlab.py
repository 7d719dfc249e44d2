"""Every notebook, run and moved in a real JupyterLab."""

import os
import re
import sys
from pathlib import Path

import pytest
from axe import serious
from lab import ROOT
from numbers_shown import SLIDERS, differences, faults, made, walk
from opened import SETTLED, disagreements, write_notebook
from playwright.sync_api import TimeoutError as PageTimeoutError
from playwright.sync_api import expect

from backprop_lib.documents.facts import load

DOCUMENTS = ("002", "004", "001", "mazur", "000", "003")
FOLDER = ROOT / "notebooks"
NOTEBOOKS = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.ipynb"))
CHAPTERS = [name for name in NOTEBOOKS if "01" <= name < "07"]  # those of the documents


def notebooks(names):
    return pytest.mark.parametrize("notebook", names, indirect=True, scope="module")


each_notebook = notebooks(NOTEBOOKS)


@each_notebook
def test_every_cell_runs(notebook):
    assert not list(notebook.execution())


@each_notebook
def test_formulas_and_tables_are_typeset(notebook):
    assert not notebook.faults("typeset")


@each_notebook
def test_pictures_load_and_have_alternative_text(notebook):
    assert not notebook.faults("pictures")


@each_notebook
def test_widgets_are_displayed(notebook):
    assert not notebook.faults("widgets")
    assert len(notebook.sliders) == notebook.announced


@pytest.mark.parametrize(("width", "files"), [(800, False), (1280, True)], ids=["800", "1280"])
@each_notebook
def test_outputs_fit_their_width(notebook, width, files):
    notebook.resize(width, files)
    if folder := os.environ.get("SCREENSHOTS"):
        notebook.photograph(Path(folder), f"{Path(notebook.path).stem}-{width}")
    assert not notebook.faults("overflow", patience=1000)


@each_notebook
def test_nobody_is_kept_out(notebook):
    assert not serious(notebook.page)


@notebooks(["01_one_path.ipynb", "09_what_we_found.ipynb", "07_digits.ipynb"])  # every kind of output
def test_nobody_is_kept_out_in_the_dark(notebook):
    with notebook.theme("JupyterLab Dark"):
        assert not serious(notebook.page)


def check_moved(before, after):
    """Check that another frame is shown and says the same as the words beside it."""
    assert (after["names"], after["paths"]) != (before["names"], before["paths"])
    assert not list(disagreements(after))
    return after


@each_notebook
def test_sliders_by_keyboard(notebook):
    for slider in notebook.sliders:
        before = slider.state
        for key, position in [
            ("ArrowRight", before["position"] + 1),
            ("ArrowLeft", before["position"]),
            ("End", before["last"]),
            ("ArrowLeft", before["last"] - 1),
            ("Home", 0),
            ("PageUp", min(5, before["last"])),
        ]:
            after = slider.press(key)
            assert after["position"] == position
            before = check_moved(before, after)


@each_notebook
def test_sliders_by_mouse(notebook):
    for slider in notebook.sliders:
        before = slider.state
        for move, share in [(slider.drag, 0.7), (slider.drag, 0.3), (slider.click, 0.9)]:
            after = move(share)
            assert abs(after["position"] - share * after["last"]) <= 1
            before = check_moved(before, after)


@each_notebook
def test_tab_leads_to_the_handle_and_shows_it(notebook):
    for slider in notebook.sliders:
        notebook.page.evaluate("document.activeElement.blur()")  # another test may have left it there
        before = slider.look
        assert slider.tab_to()
        assert slider.look != before


@notebooks(CHAPTERS)
def test_every_number_at_every_position_there_and_back_without_a_kernel(notebook):
    names = [slider.state["name"] for slider in notebook.sliders]
    numbers = [number for number, name in enumerate(names) if name in SLIDERS]
    widgets, there = made(notebook.cells), []
    assert [SLIDERS[names[number]] for number in numbers] == [what for what, _ in widgets]
    assert {what for what, _ in widgets} == {"stepper", "rate_explorer"}
    for number in numbers:
        walk(notebook, number, "Home")
        there.append(walk(notebook, number, "ArrowRight"))
    assert notebook.stop_kernel()
    for number, walked, (what, arguments) in zip(numbers, there, widgets, strict=True):
        found = [*differences(walked, walk(notebook, number, "ArrowLeft")), *faults(what, arguments, walked)]
        assert not found
        walk(notebook, number, "End")  # so that the next test can go back


@each_notebook
def test_sliders_move_without_a_kernel(notebook):
    assert not notebook.has_kernel or notebook.stop_kernel()
    for slider in notebook.sliders:
        before = slider.state
        for key in ("ArrowLeft", "Home", "ArrowRight"):
            after = slider.press(key)
            before = check_moved(before, after)


@notebooks(["09_what_we_found.ipynb"])
def test_the_menus_choose_findings_without_a_kernel(notebook):
    assert not notebook.has_kernel or notebook.stop_kernel()
    findings = [(f.class_, load(number).name) for number in DOCUMENTS for f in load(number).findings]
    class_, tutorial = (notebook.page.get_by_label(name, exact=True) for name in ("class", "tutorial"))
    rows = notebook.page.locator(".findings:visible tbody tr")
    for chosen in (
        ("error", "all"),
        ("error", "Klein"),
        ("all", "Klein"),
        ("misleading", "2016 post"),
        ("all", "all"),
    ):
        class_.select_option(chosen[0])
        tutorial.select_option(chosen[1])
        meant = [(c, n) for c, n in findings if chosen[0] in ("all", c) and chosen[1] in ("all", n)]
        expect(rows).to_have_count(len(meant), timeout=SETTLED)
    class_.focus()
    notebook.page.keyboard.type("e")  # an r would be a command to the notebook
    expect(rows).to_have_count(sum(finding[0] == "error" for finding in findings), timeout=SETTLED)
    expect(notebook.page.locator(".findings:visible .bp-said")).to_contain_text("of the class “error”")


# What runs when a style sheet is loaded may come too late, when a newer output stands in its place.
LATE = """() => {
  for (const sheet of document.querySelectorAll("style[onload]"))
    sheet.cloneNode(true).dispatchEvent(new Event("load"));
}"""


@each_notebook
def test_what_was_replaced_before_it_was_loaded_does_nothing(notebook):
    notebook.page.evaluate(LATE)
    notebook.page.evaluate("() => course.painted()")
    assert not notebook.complaints


@each_notebook
def test_nothing_complained_or_asked_for_another_site(notebook):
    assert not notebook.complaints
    assert not notebook.foreign


DOT = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="

# Cells, and which check must find something in each.
BROKEN = [
    ("markdown", r"$\frac{1}{$", "typeset"),
    ("markdown", r"$\nosuchmacro$", "typeset"),
    ("markdown", "| not | a table |\n| :-- |", "typeset"),
    ("markdown", f"![]({DOT})", "pictures"),
    ("code", "from IPython.display import HTML, display", None),
    ("code", f"HTML('<img src=\"{DOT}\">')", "pictures"),
    ("code", 'HTML(\'<img alt="missing" src="missing.png">\')', "pictures"),
    ("code", 'HTML(\'<svg width="9" height="9"><path d="M0 0"/></svg>\')', "pictures"),
    (
        "code",
        "style = 'background-image: url(missing.svg)'\n"
        'HTML(f\'<svg style="{style}" role="img" aria-label="missing"></svg>\')',
        "pictures",
    ),
    (
        "code",
        "view = 'application/vnd.jupyter.widget-view+json'\n"
        "display({view: {'model_id': 'none'}, 'text/plain': 'as text'}, raw=True)",
        "widgets",
    ),
    ("code", "import ipywidgets\n\nipywidgets.HTML('hidden', layout={'display': 'none'})", "widgets"),
    ("code", "HTML('<div style=\"width: 3000px\">wide</div>')", "overflow"),
    ("code", 'HTML(\'<img alt="foreign" src="http://localhost:9/picture.png">\')', "pictures"),
    ("code", "HTML('<script>console.error(\"on the console\")</script>')", None),
    ("code", "HTML('<script>setTimeout(() => { throw Error(\"on the page\") })</script>')", None),
    ("code", "import sys\n\nprint('careful', file=sys.stderr)", "execution"),
    ("code", "1 / 0", "execution"),
    ("code", "'never reached'", "execution"),
]


def test_faults_are_found(lab, folder):
    write_notebook(folder / "broken.ipynb", [cell[:2] for cell in BROKEN])
    with lab.open("broken.ipynb") as notebook:
        faults = {check: notebook.faults(check, patience=2000) for check in ("typeset", "pictures")}
        faults |= {check: notebook.faults(check, patience=0) for check in ("widgets", "overflow")}
        complaints = {"error: on the console", "page error: on the page"}
        notebook.wait_until(lambda: complaints <= set(notebook.complaints) and notebook.foreign)
    faults["execution"] = list(notebook.execution())
    for check, found in faults.items():
        cells = {int(re.match(r"cell (\d+)", fault)[1]) for fault in found}
        assert cells == {number for number, cell in enumerate(BROKEN, 1) if cell[2] == check}
    assert complaints <= set(notebook.complaints)
    assert set(notebook.foreign) == {"http://localhost:9/picture.png"}


THROUGH_PYTHON = """
import ipywidgets
slider = ipywidgets.IntSlider()
says = ipywidgets.HTML()
def say(_):
    says.value = f"<p class='bp-said'>x = {slider.value}: so it is</p>"
say(None)
slider.observe(say, "value")
ipywidgets.VBox([slider, says]).add_class("bp-frames")
"""


def test_a_slider_that_needs_python_stands_still_without_a_kernel(lab, folder):
    write_notebook(
        folder / "through.ipynb", [("code", "import sys; sys.executable"), ("code", THROUGH_PYTHON)]
    )
    with lab.open("through.ipynb") as notebook:
        (output,) = notebook.cells[0]["outputs"]
        assert output["data"]["text/plain"] == repr(sys.executable)  # the kernel is that of the tests
        (slider,) = notebook.sliders
        assert slider.press("ArrowRight")["sentences"] == ["x = 1: so it is"]
        assert notebook.stop_kernel()
        slider.patience = 1000
        with pytest.raises(PageTimeoutError):
            slider.press("ArrowRight")


GOOD = {
    "readout": "0.900",
    "sentences": ["η = 0.900: arrives."],
    "names": ["Loss curve. η = 0.900: arrives."],
    "paths": ["M0 0"],
    "axes": [True],
}


@pytest.mark.parametrize(
    "change",
    [
        {"readout": "0.901"},
        {"sentences": []},
        {"sentences": GOOD["sentences"] * 2},
        {"sentences": ["arrives."]},
        {"names": ["Loss curve. η = 1.05: arrives."]},
        {"names": []},
        {"paths": []},
        {"axes": [False]},
    ],
)
def test_a_disagreement_is_found(change):
    assert not list(disagreements(GOOD))
    assert list(disagreements(GOOD | change))

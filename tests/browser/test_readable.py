"""What is shown can be read: in the dark, on a phone, and on a small screen together with its slider."""

import pytest
from opened import write_notebook

SETUP = """
from backprop_lib import Network
from backprop_lib.widgets import log_rates, rate_race, surface_explorer

one = Network([[[0.5]], [[0.5]]])
two = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
rates = log_rates(0.9, 1, 2, per_decade=3)
"""
CELLS = {
    "race": "rate_race(two, [0.2, 0.5], [0.2, 0.7], rates, 300, goal=1e-5, start=[0.9, 9, 90, 0.1])",
    "slice": "surface_explorer(two, [0.2, 0.5], [0.2, 0.7], 3.0, 100)",
}


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
def test_menus_have_chevrons_that_can_be_seen_in_the_dark(shown, name):
    notebook, outputs = shown
    menu = outputs[name].query_selector("select")
    chevron = "menu => getComputedStyle(menu).backgroundImage"
    with notebook.theme("JupyterLab Dark"):
        assert "stroke='white'" in menu.evaluate(chevron)
    assert "stroke='white'" not in menu.evaluate(chevron)

"""A cell that is run again closes what it made before: counted by the kernel, in JupyterLab itself."""

import pytest
from opened import write_notebook

SETUP = """
from ipywidgets.widgets.widget import _instances

from backprop_lib import Network
from backprop_lib.datasets import parity
from backprop_lib.widgets import LiveTrainer, log_rates, rate_explorer, stepper

net, (x, t) = Network([[[0.5]], [[0.5]]]), parity(bits=4)
"""
MADE = {
    "stepper": "stepper(net, [0.1], [0.9], 0.9)",
    "explorer": "rate_explorer(net, [0.1], [0.9], log_rates(0.9, 1, 1), 100, goal=0.01, start=0.9)",
    "live": "LiveTrainer(Network.random([4, 3, 2], seed=0), x, t, 0.3)",
}
# Run the cell that makes and the one that counts, and return the count.
AGAIN = """async () => {
  const notebook = jupyterapp.shell.currentWidget.content;
  for (const index of [1, 2]) {
    notebook.deselectAll();
    notebook.activeCellIndex = index;
    await jupyterapp.commands.execute("notebook:run-cell");
  }
  return notebook.model.cells.get(2).outputs.get(0).data["text/plain"];
}"""


@pytest.mark.parametrize("name", MADE)
def test_a_cell_that_is_run_again_closes_what_it_made(lab, folder, name):
    write_notebook(
        folder / f"again_{name}.ipynb", [("code", SETUP), ("code", MADE[name]), ("code", "len(_instances)")]
    )
    with lab.open(f"again_{name}.ipynb") as notebook:
        counts = [notebook.page.evaluate(AGAIN) for _ in range(3)]
        assert int(counts[0]) > 0
        assert len(set(counts)) == 1
        assert not notebook.complaints

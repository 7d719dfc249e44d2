"""Execute notebooks from top to bottom and store their outputs, normalised so that differences are small.

Usage: python tests/support/store_notebooks.py notebooks/*.ipynb notebooks/audit/*.ipynb
"""

import os
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbformat import NotebookNode

os.environ["BACKPROP_PROGRESS"] = ""  # nobody's answers are stored

KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
KEPT = {"tags", "jupyter", "exercise"}  # of a cell's metadata; jupyter.source_hidden folds its code
UNSTORED = "nbval-ignore-output"  # the tag of a cell whose output depends on the machine
WIDGET = "application/vnd.jupyter.widget-view+json"


def normalise(notebook):
    """Return the notebook without whatever changes from run to run or from machine to machine."""
    notebook.metadata = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
    count = 0
    for cell in notebook.cells:
        cell.metadata = {key: value for key, value in cell.metadata.items() if key in KEPT}
        if cell.cell_type == "code":
            count += 1
            cell.execution_count = count
            stored = [] if UNSTORED in cell.metadata.get("tags", []) else cell.outputs
            cell.outputs = [normalise_output(output, count) for output in stored]
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    return notebook


def normalise_output(output, count):
    if "execution_count" in output:
        output.execution_count = count
    if "data" in output:
        output.metadata = NotebookNode()
        output.data.pop(WIDGET, None)  # the view is live; what is stored is its description in words
    return output


def store(path):
    notebook = nbformat.read(path, as_version=4)
    here = {"metadata": {"path": str(path.parent)}}
    client = NotebookClient(notebook, timeout=300, resources=here, coalesce_streams=True)
    client.execute()
    nbformat.write(normalise(notebook), path)


if __name__ == "__main__":
    for name in sys.argv[1:]:
        store(Path(name))
        print(f"stored {name}")

"""Write the exercises of the lessons into their notebooks, from `backprop_lib/exercises/book`.

Below the heading *Exercises* each exercise gets a cell with its task and a cell with its blank and its check.
Whatever stood there before is replaced; a number that is gone leaves nothing behind.

Usage: python tests/support/write_exercises.py          writes all lessons that have exercises
"""

import re
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell

from backprop_lib.exercises.exercise import exercises, lessons

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
HEADING = "## Exercises"
INTRODUCTION = """\
{heading}

Write your answer in place of the three dots, and run the cell. It says whether you are right, and if not,
what is wrong. In a new cell (press Esc, then B), `hint("{lesson}.1")` gives a hint for exercise 1. Run it
again for a second one. `solution("{lesson}.1")` shows how it can be done."""
SENT_BACK = """

Where an exercise sends you to the first cell, run the page again after your change (*Run → Run All Cells*),
and put the old numbers back when you are done."""


def path_of(lesson, folder=NOTEBOOKS):
    """Return the notebook of a lesson."""
    (path,) = folder.glob(f"[0-9][0-9]_{lesson.replace('-', '_')}.ipynb")
    return path


def cells_of(lesson):
    """Yield the cells of a lesson's exercises, in order."""
    for exercise in exercises(lesson).values():
        name = exercise.id.replace(".", "-")
        yield new_markdown_cell(exercise.text(), id=name)
        yield new_code_cell(exercise.cell(), id=f"{name}-answer", metadata={"exercise": exercise.id})


def with_exercises(notebook, lesson):
    """Return a notebook's cells with the exercises of the lesson, whatever exercises it has had before.

    Raises
    ------
    ValueError
        If there is not exactly one cell that begins with the heading.
    """
    own = re.compile(rf"{lesson}-\d+(-answer)?")
    before = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
    cells = [cell for cell in notebook.cells if not own.fullmatch(cell.id)]
    places = [i for i, cell in enumerate(cells) if cell.source.startswith(HEADING)]
    if len(places) != 1:
        raise ValueError(f"{lesson}: {len(places)} cells begin with {HEADING!r}, expected one.")
    (place,) = places
    sent_back = any("in the first cell" in exercise.task for exercise in exercises(lesson).values())
    cells[place].source = INTRODUCTION.format(heading=HEADING, lesson=lesson) + SENT_BACK * sent_back
    written = [*cells_of(lesson)]
    for cell in written:
        if cell.id in before:  # what it showed stays, until the notebook is run again
            cell.outputs, cell.execution_count = before[cell.id].outputs, before[cell.id].execution_count
    return [*cells[: place + 1], *written, *cells[place + 1 :]]


def write(lesson, folder=NOTEBOOKS):
    """Write the exercises of a lesson into its notebook."""
    path = path_of(lesson, folder)
    notebook = nbformat.read(path, as_version=4)
    notebook.cells = with_exercises(notebook, lesson)
    nbformat.write(notebook, path)
    return path


if __name__ == "__main__":
    for name in sys.argv[1:] or lessons():
        print(f"wrote the exercises of {write(name).name}")

"""Every blank fails politely, every solution passes, in a real kernel and with what a learner has at hand."""

import json

import nbformat
import pytest
from nbclient import NotebookClient
from nbformat.v4 import new_code_cell
from write_exercises import path_of

from backprop_lib.exercises.exercise import exercises, lessons
from backprop_lib.exercises.kinds import Function


def executed(lesson, sources, folder):
    """Run the first cell of a lesson and then other cells, and return what these show as plain text."""
    notebook = nbformat.read(path_of(lesson), as_version=4)
    first = next(cell for cell in notebook.cells if cell.cell_type == "code")
    notebook.cells = [first, *map(new_code_cell, sources)]
    NotebookClient(notebook, timeout=300, resources={"metadata": {"path": str(folder)}}).execute()
    return ["".join(o.get("data", {}).get("text/plain", "") for o in c.outputs) for c in notebook.cells[1:]]


@pytest.mark.parametrize("lesson", lessons())
def test_every_solution_is_right_and_every_blank_is_polite(lesson, tmp_path, monkeypatch):
    kept = tmp_path / "progress.json"
    monkeypatch.setenv("BACKPROP_PROGRESS", str(kept))
    tasks = exercises(lesson)
    blanks = [exercise.cell() for exercise in tasks.values()]
    solved = [exercise.cell(exercise.solution) for exercise in tasks.values()]
    said = executed(lesson, [*blanks, *solved], tmp_path)
    for exercise, blank, right in zip(tasks, said, said[len(tasks) :], strict=False):
        assert blank.startswith("· "), exercise
        assert "Then run the cell again." in blank, exercise
        assert right.startswith("✓ Right."), f"{exercise}: {right}"
    assert set(tasks) <= set(json.dumps(json.loads(kept.read_text(encoding="utf-8"))).split('"'))


BUGS = [
    exercise
    for lesson in lessons()
    for exercise in exercises(lesson).values()
    if isinstance(exercise.answer, Function) and "..." not in exercise.blank
]


@pytest.mark.parametrize("exercise", BUGS, ids=lambda exercise: exercise.id)
def test_a_program_with_a_bug_is_wrong_and_its_bug_has_a_name(exercise, tmp_path, monkeypatch):
    """One line more, so that it is no longer the program as it was given."""
    monkeypatch.setenv("BACKPROP_PROGRESS", "")
    head, *body = exercise.blank.splitlines()
    changed = "\n".join([head, "    changed = 1", *body])
    (said,) = executed(exercise.lesson, [f"{exercise.cell(changed)}.mistake"], tmp_path)
    assert len(said) > 2, "the bug has no name"

"""Assignments for nbgrader: what is in them, and that right answers get their points.

`make nbgrader` takes them through the real nbgrader, see `round_trip.py`.
"""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from backprop_lib.exercises.assignments import read_assignment, save_assignments

ROOT = Path(__file__).parents[2]
LESSONS = [
    path
    for path in sorted((ROOT / "notebooks").glob("0*.ipynb"))
    if '"exercise": "' in path.read_text(encoding="utf-8")
]
FIRST = ROOT / "notebooks" / "01_one_path.ipynb"
REGION = re.compile(r"### BEGIN SOLUTION\n.*?### END SOLUTION\n", re.DOTALL)
each = pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)


def released(source):
    """What nbgrader makes of a source: the solutions are gone."""
    cells = [{**cell, "source": REGION.sub("", cell["source"])} for cell in source["cells"]]
    return {**source, "cells": cells}


def points(notebook, folder):
    """Run a notebook as nbgrader does, and return the cells that earn their points."""
    node = nbformat.from_dict(notebook)
    NotebookClient(node, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
    graded = [cell for cell in node.cells if cell.metadata.get("nbgrader", {}).get("grade")]
    return [cell.id for cell in graded if not any(map(costs_the_point, cell.outputs))]


def costs_the_point(output):
    """Say whether nbgrader gives no points for a cell that shows this."""
    return output.output_type == "error" or output.get("name") == "stderr"


def test_every_lesson_has_exercises():
    assert FIRST in LESSONS


@each
def test_an_assignment_has_what_nbgrader_needs(path):
    assignment = read_assignment(path)
    source = assignment.source()
    nbformat.validate(nbformat.from_dict(source))
    marks = [cell["metadata"]["nbgrader"] for cell in source["cells"]]
    assert all(mark["schema_version"] == 3 for mark in marks)
    assert max(Counter(mark["grade_id"] for mark in marks).values()) == 1
    assert all(re.fullmatch(r"[\w-]+", mark["grade_id"]) for mark in marks)
    assert sum(mark.get("points", 0) for mark in marks) == len(assignment.exercises)
    answers = [cell for cell in source["cells"] if cell["metadata"]["nbgrader"]["solution"]]
    assert len(answers) == len(assignment.exercises)
    for cell, exercise in zip(answers, assignment.exercises, strict=True):
        assert f"### BEGIN SOLUTION\n{exercise.solution}\n### END SOLUTION\n" in cell["source"]
        assert exercise.blank in cell["source"]
        assert not cell["metadata"]["nbgrader"]["locked"]
    text = json.dumps(released(source))
    assert "SOLUTION" not in text
    nbformat.validate(nbformat.from_dict(assignment.solutions()))


@each
def test_solutions_are_in_the_solutions_only(path):
    assignment = read_assignment(path)
    shown = [cell["source"] for cell in released(assignment.source())["cells"]]
    solved = [cell["source"] for cell in assignment.solutions()["cells"]]
    for exercise in assignment.exercises:
        assert not any(exercise.solution in source for source in shown)
        assert exercise.cell(exercise.solution) in solved
        assert exercise.why in solved


def test_right_answers_get_points_and_nothing_else_does(tmp_path):
    """Every answer right; every cell blank; and every second one right, the others broken."""
    assignment = read_assignment(FIRST)
    source = assignment.source()
    everything = [f"{exercise.id.replace('.', '-')}-test" for exercise in assignment.exercises]
    assert points(source, tmp_path) == everything
    assert points(released(source), tmp_path) == []
    for number, cell in enumerate(c for c in source["cells"] if c["id"].endswith("-answer")):
        if number % 2:
            cell["source"] = "1 / 0"
    assert points(source, tmp_path) == everything[::2]


def test_no_answer_counts_for_the_next_exercise(tmp_path):
    assignment = read_assignment(FIRST)
    source = replace(assignment, exercises=assignment.exercises[1:2] * 2).source()
    *_, again = (cell for cell in source["cells"] if cell["id"].endswith("-answer"))
    again["source"] = "1 / 0  # the exercise before this one has the same answer"
    for number, cell in enumerate(source["cells"]):
        cell["id"] = f"{cell['id']}-{number}"
    (right,) = points(source, tmp_path)
    assert right.startswith("one-path-2-test")


def test_a_right_answer_that_warns_gets_its_points(tmp_path):
    assignment = read_assignment(FIRST)
    source = assignment.source()
    (cell,) = (c for c in source["cells"] if c["id"] == "one-path-9-answer")
    warned, count = re.subn(
        r"(def gradient\(.*\n)", r"\1    import warnings\n    warnings.warn('!')\n", cell["source"]
    )
    assert count == 2  # in the blank and in the solution
    cell["source"] = warned
    assert "one-path-9-test" in points(source, tmp_path)


def test_files_stand_where_nbgrader_looks(tmp_path):
    said = repr(save_assignments([FIRST, ROOT / "notebooks" / "00_start_here.ipynb"], tmp_path / "course"))
    count = len(read_assignment(FIRST).exercises)
    assert said == f"course has 1 assignment: one-path ({count} exercises)."
    files = {path.relative_to(tmp_path / "course").as_posix() for path in (tmp_path / "course").rglob("*.*")}
    assert files == {"source/one-path/one-path.ipynb", "solutions/one-path.ipynb", "nbgrader_config.py"}
    (tmp_path / "course" / "nbgrader_config.py").write_text("# mine", encoding="utf-8")
    save_assignments([ROOT / "notebooks"], tmp_path / "course")
    found = {path.stem for path in (tmp_path / "course" / "source").rglob("*.ipynb")}
    assert found == {read_assignment(path).lesson for path in LESSONS}
    assert (tmp_path / "course" / "nbgrader_config.py").read_text(encoding="utf-8") == "# mine"


def test_what_is_no_notebook_gets_one_sentence(tmp_path):
    (tmp_path / "a.ipynb").write_text('{"cells": 1}', encoding="utf-8")
    with pytest.raises(ValueError, match=r"^a\.ipynb is not a notebook\.$"):
        save_assignments([tmp_path / "a.ipynb"], tmp_path / "course")
    said = repr(save_assignments([ROOT / "notebooks" / "00_start_here.ipynb"], tmp_path / "course"))
    assert said == "course has 0 assignments, because no exercises were found."

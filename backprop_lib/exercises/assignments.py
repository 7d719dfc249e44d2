"""The exercises of the lessons as assignments that nbgrader releases, collects and grades.

Usage: python -m backprop_lib.exercises.assignments notebooks -o COURSE

For each notebook that has exercises, COURSE/source gets an assignment, and COURSE/solutions a notebook with
all the solutions. nbgrader itself is not needed for that.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from backprop_lib.core import file_path
from backprop_lib.exercises.entries import title
from backprop_lib.exercises.exercise import Exercise, find
from backprop_lib.text import Sentence, counted

CONFIG = '''"""Settings of nbgrader for this course."""

c = get_config()  # noqa: F821

# What a learner is to replace stands above the solution, so nothing takes the solution's place.
c.ClearSolutions.code_stub = {"python": ""}
'''

_INTRODUCTION = """\
# {title}: exercises

Each exercise has a text, a cell for your answer, and a locked cell that counts its point. Write your answer
in place of the three dots and run the cell. It says whether you are right, and if not, what is wrong. You may
try as often as you like. In a new cell, `hint("{first}")` gives a hint for exercise 1. Where a text names a
section, it means a section of the lesson."""


_GRADING = """\
from contextlib import redirect_stderr
from io import StringIO

from backprop_lib.exercises import check

with redirect_stderr(StringIO()):
    verdict, {name} = {call}, ...
assert verdict.right, verdict.sentence"""


@dataclass(frozen=True)
class Assignment:
    """The exercises of one lesson.

    Parameters
    ----------
    lesson : str
        Such as "one-path".
    setup : sequence of str
        The programs that the exercises need: the lesson's first cell, and those at the head of its exercises.
    exercises : sequence of Exercise
    """

    lesson: str
    setup: Sequence[str]
    exercises: Sequence[Exercise]

    def source(self) -> dict[str, Any]:
        """Return the notebook from which nbgrader makes the learners' version."""
        cells = [self._introduction(), *self._setup()]
        for exercise in self.exercises:
            name = _cell_name(exercise)
            cells += [
                _markdown(name, exercise.text(), _marked(name, locked=True)),
                _code(f"{name}-answer", with_solution(exercise), _marked(f"{name}-answer", solution=True)),
                _code(f"{name}-test", grading_cell(exercise), _marked(f"{name}-test", locked=True, points=1)),
            ]
        return _notebook(cells)

    def solutions(self) -> dict[str, Any]:
        """Return the notebook with all the solutions, and why they are right."""
        cells = [_markdown("title", f"# {title(self.lesson)}: solutions", {}), *self._setup()]
        for exercise in self.exercises:
            name = _cell_name(exercise)
            cells += [
                _markdown(name, exercise.text(), {}),
                _code(f"{name}-answer", exercise.cell(exercise.solution), {}),
                _markdown(f"{name}-why", exercise.why, {}),
            ]
        return _notebook(cells)

    def _introduction(self) -> dict[str, Any]:
        text = _INTRODUCTION.format(title=title(self.lesson), first=self.exercises[0].id)
        return _markdown("title", text, _marked("title", locked=True))

    def _setup(self) -> list[dict[str, Any]]:
        names = [f"setup-{number}" for number in range(1, len(self.setup) + 1)]
        return [
            _code(name, text, _marked(name, locked=True))
            for name, text in zip(names, self.setup, strict=True)
        ]


def with_solution(exercise: Exercise) -> str:
    """Return a cell with the blank, the solution between nbgrader's marks, and the check.

    Examples
    --------
    >>> print(with_solution(find("one-path.2")))
    answer = ...
    ### BEGIN SOLUTION
    answer = 0.5 * (1 - 0.5)
    ### END SOLUTION
    check("one-path.2", answer)
    """
    whole = exercise.cell()
    check = whole.splitlines()[-1]
    blank = whole.removesuffix(check).rstrip()
    return f"{blank}\n### BEGIN SOLUTION\n{exercise.solution}\n### END SOLUTION\n{check}"


def grading_cell(exercise: Exercise) -> str:
    """Return a cell that fails unless the answer is right; a later exercise does not see the answer.

    nbgrader gives no points where anything is written to `stderr`, and a warning is.

    Examples
    --------
    >>> print(grading_cell(find("one-path.2")))
    from contextlib import redirect_stderr
    from io import StringIO
    <BLANKLINE>
    from backprop_lib.exercises import check
    <BLANKLINE>
    with redirect_stderr(StringIO()):
        verdict, answer = check("one-path.2", answer), ...
    assert verdict.right, verdict.sentence
    """
    call = exercise.cell().splitlines()[-1]
    name = call.rpartition(", ")[2].removesuffix(")")
    return _GRADING.format(call=call, name=name)


def read_assignment(notebook: str | Path) -> Assignment | None:
    """Return the exercises of a lesson's notebook, or None if it has none.

    Parameters
    ----------
    notebook : str or Path

    Raises
    ------
    OSError
        If it cannot be opened.
    ValueError
        If it is no notebook, or its exercises are not those of the course.
    """
    path = file_path(notebook)
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        code = [cell for cell in cells if cell["cell_type"] == "code"]
        names = [cell["metadata"].get("exercise") for cell in code]
        texts = ["".join(cell["source"]) for cell in code]
    except (ValueError, TypeError, KeyError, AttributeError):
        raise ValueError(f"{path.name} is not a notebook.") from None
    found = [find(name) for name in names if name]
    if not found:
        return None
    first = names.index(found[0].id)
    head = cells.index(code[first])
    under = [i for i, cell in enumerate(cells[:head]) if "".join(cell["source"]).startswith("## Exercises")]
    prepares = [cell for cell in cells[max(under, default=head) : head] if cell["cell_type"] == "code"]
    return Assignment(found[0].lesson, [texts[0], *("".join(cell["source"]) for cell in prepares)], found)


def save_assignments(notebooks: Iterable[str | Path], course: str | Path) -> Sentence:
    """Write the assignments of some lessons into the folder of a course that nbgrader manages.

    Parameters
    ----------
    notebooks : iterable of str or Path
        The lessons, or folders of them.
    course : str or Path
        The course's folder. Its own settings are kept.

    Returns
    -------
    Sentence
        Which assignments were written.
    """
    folder = file_path(course, "course")
    written = []
    paths = [file for place in map(Path, notebooks) for file in _notebooks_of(place)]
    for assignment in filter(None, map(read_assignment, paths)):
        _save(folder / "source" / assignment.lesson / f"{assignment.lesson}.ipynb", assignment.source())
        _save(folder / "solutions" / f"{assignment.lesson}.ipynb", assignment.solutions())
        written.append(f"{assignment.lesson} ({counted(len(assignment.exercises), 'exercise')})")
    settings = folder / "nbgrader_config.py"
    if written and not settings.exists():
        settings.write_text(CONFIG, encoding="utf-8")
    said = f"{folder.name} has {counted(len(written), 'assignment')}"
    return Sentence(
        f"{said}: {', '.join(written)}." if written else f"{said}, because no exercises were found."
    )


def _notebooks_of(place: Path) -> list[Path]:
    return sorted(place.glob("*.ipynb")) if place.is_dir() else [place]


def _save(path: Path, notebook: dict[str, Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _cell_name(exercise: Exercise) -> str:
    return exercise.id.replace(".", "-")


def _marked(name: str, solution: bool = False, locked: bool = False, points: int = 0) -> dict[str, Any]:
    """Return what nbgrader has to know of a cell."""
    marks = {"grade_id": name, "grade": bool(points), "solution": solution, "locked": locked, "task": False}
    return {"nbgrader": {**marks, **({"points": points} if points else {}), "schema_version": 3}}


def _markdown(name: str, text: str, metadata: dict[str, Any]) -> dict[str, Any]:
    return {"cell_type": "markdown", "id": name, "metadata": metadata, "source": text}


def _code(name: str, text: str, metadata: dict[str, Any]) -> dict[str, Any]:
    fresh: dict[str, Any] = {"execution_count": None, "outputs": []}
    return {"cell_type": "code", "id": name, "metadata": metadata, "source": text, **fresh}


def _notebook(cells: list[dict[str, Any]]) -> dict[str, Any]:
    kernel = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
    metadata = {"kernelspec": kernel, "language_info": {"name": "python"}}
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def _main() -> None:
    parser = argparse.ArgumentParser(description="Make assignments for nbgrader of the lessons' exercises.")
    parser.add_argument("notebooks", nargs="+", metavar="NOTEBOOK", help="a lesson, or a folder of them")
    parser.add_argument("-o", "--output", default="course", metavar="FOLDER", help="default: course")
    options = parser.parse_args()
    try:
        print(save_assignments(options.notebooks, options.output))
    except (OSError, ValueError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    _main()

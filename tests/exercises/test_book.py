"""The book of exercises and the notebooks agree; each exercise is whole, and its numbers can be examined."""

import copy
import re
from functools import cache

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from write_exercises import HEADING, path_of, with_exercises, write

from backprop_lib.exercises.exercise import Exercise, exercises, find, lessons
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.running import Unusable

BOOK = [exercise for lesson in lessons() for exercise in exercises(lesson).values()]
each = pytest.mark.parametrize("exercise", BOOK, ids=lambda exercise: exercise.id)
each_lesson = pytest.mark.parametrize("lesson", lessons())


@cache
def stored(lesson):
    return nbformat.read(path_of(lesson), as_version=4)


def read(lesson):
    return copy.deepcopy(stored(lesson))


def bare(cells):
    return [(cell.id, cell.cell_type, cell.source, cell.metadata.get("exercise")) for cell in cells]


@each_lesson
def test_the_notebook_has_the_exercises_of_the_book(lesson):
    """If it fails: make notebooks."""
    notebook = read(lesson)
    assert bare(notebook.cells) == bare(with_exercises(notebook, lesson))


@each_lesson
def test_a_lesson_has_six_exercises_or_more_in_their_order(lesson):
    numbers = [exercise.number for exercise in exercises(lesson).values()]
    assert numbers == [*range(1, len(numbers) + 1)]
    assert len(numbers) >= 6


@each_lesson
def test_the_first_cell_brings_what_the_exercises_need(lesson):
    first = next(cell for cell in stored(lesson).cells if cell.cell_type == "code")
    assert re.search(
        r"^from backprop_lib\.exercises import check, hint, solution", first.source, re.MULTILINE
    )


@each
def test_what_is_stored_says_how_to_answer_and_how_to_get_a_hint(exercise):
    (cell,) = (c for c in stored(exercise.lesson).cells if c.metadata.get("exercise") == exercise.id)
    (output,) = cell.outputs
    assert output.data["text/plain"].startswith("· ")
    assert "Then run the cell again." in output.data["text/plain"]
    assert f'`hint("{exercise.id}")`' in output.data["text/markdown"]


@each
def test_an_exercise_gives_nothing_away(exercise):
    """Neither task nor blank hold a line of the solution that is more than a name or a head."""
    lines = [line.strip() for line in exercise.solution.splitlines()]
    told = [line for line in lines if len(line) > 20 and not line.startswith("def ")]
    given = exercise.blank if "..." not in exercise.blank else ""  # a program with a bug holds most of them
    assert not [line for line in told if line in exercise.task or (line in exercise.blank and not given)]


@each
def test_hints_are_two_and_differ(exercise):
    first, second = exercise.hints
    assert first != second
    assert len(first) > 20
    assert len(second) > 20


@each
def test_cells_are_narrow(exercise):
    """Code in a cell has 88 characters a line, as everywhere in the notebooks."""
    assert max(map(len, exercise.cell().splitlines())) <= 88
    assert max(map(len, exercise.solution.splitlines())) <= 88


@pytest.mark.parametrize("exercise", [e for e in BOOK if isinstance(e.answer, Choice)], ids=lambda e: e.id)
def test_a_choice_lists_what_can_be_chosen(exercise):
    assert re.findall(r"^- \*\*(\w)\*\*:? ", exercise.task, re.MULTILINE) == [*exercise.answer.replies]
    assert exercise.answer.right() in exercise.answer.replies
    assert exercise.answer.how == f"Write {exercise.blank.partition('# ')[2]} where the dots are"


@pytest.mark.parametrize("exercise", [e for e in BOOK if isinstance(e.answer, Number)], ids=lambda e: e.id)
def test_the_mistakes_of_a_number_can_be_told_apart(exercise):
    """None is right, none is another one, and the digits asked for are enough to see it."""
    kind = exercise.answer
    values = {"": kind.value()} | {name: f() for name, (_, f) in kind.mistakes.items()}
    for name, value in values.items():
        verdict = kind.examine(value)
        assert verdict.right == (name == ""), name
        assert verdict.mistake == name
    assert kind.decimals == 0 or np.abs(kind.value()).max() * 10**kind.decimals >= 20


@pytest.mark.parametrize(
    "exercise", [e for e in BOOK if isinstance(e.answer, Derivative)], ids=lambda e: e.id
)
def test_a_derivative_is_asked_in_the_letters_of_its_network(exercise):
    made = {}
    exec(compile(exercise.blank, exercise.id, "exec"), made)
    names = made["answer"].__code__.co_varnames
    assert set(exercise.answer._arguments(made["answer"])) == set(names)


def test_an_id_and_two_hints_are_needed():
    fields = {name: getattr(find("one-path.2"), name) for name in Exercise.__dataclass_fields__}
    with pytest.raises(ValueError, match="id is 'One path', expected a name and a number"):
        Exercise(**{**fields, "id": "One path"})
    with pytest.raises(ValueError, match="expected two texts"):
        Exercise(**{**fields, "hints": ("only one",)})


@pytest.mark.parametrize("wrong", ["one-path.99", "onepath.1", "", None, 3, [], "one-path.1 "])
def test_an_unknown_exercise_is_told_with_one_that_is_spelled_alike(wrong):
    with pytest.raises(Unusable, match=r"There is no exercise .*\. Did you mean `[a-z-]+\.\d+`\?"):
        find(wrong)


# ---- the writer ----------------------------------------------------------------------------------


def a_notebook(*ids):
    cells = [new_markdown_cell("# A lesson", id="title"), new_markdown_cell(HEADING, id="exercises")]
    cells += [new_code_cell("check()", id=name) for name in ids]
    return new_notebook(cells=[*cells, new_markdown_cell("## Summary", id="summary")])


def test_exercises_are_written_below_their_heading_and_old_ones_go():
    notebook = a_notebook("one-path-1-answer", "one-path-77", "kept")
    notebook.cells = with_exercises(notebook, "one-path")
    ids = [cell.id for cell in notebook.cells]
    assert ids[:4] == ["title", "exercises", "one-path-1", "one-path-1-answer"]
    assert ids[-2:] == ["kept", "summary"]
    assert "one-path-77" not in ids
    again = copy.deepcopy(notebook)
    assert bare(with_exercises(again, "one-path")) == bare(notebook.cells)


def test_a_notebook_without_the_heading_is_refused():
    with pytest.raises(ValueError, match="one-path: 0 cells begin with '## Exercises', expected one"):
        with_exercises(new_notebook(), "one-path")


def test_an_edited_exercise_is_noticed(tmp_path):
    path = tmp_path / path_of("one-path").name
    notebook = read("one-path")
    (cell,) = (cell for cell in notebook.cells if cell.id == "one-path-2")
    cell.source += " Or so."
    assert bare(notebook.cells) != bare(with_exercises(copy.deepcopy(notebook), "one-path"))
    nbformat.write(notebook, path)
    write("one-path", tmp_path)
    assert bare(nbformat.read(path, as_version=4).cells) == bare(read("one-path").cells)


def test_every_kind_is_in_the_book():
    assert {type(exercise.answer) for exercise in BOOK} == {Choice, Derivative, Function, Number}

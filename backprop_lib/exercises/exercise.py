"""Exercises: one source for the task, the blank, the check, two hints and the solution.

The exercises of a lesson are in `book/`, in a module with the lesson's name. From there
`tests/support/write_exercises.py` writes the cells of the notebook. A teacher registers others.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections import Counter
from dataclasses import dataclass, replace
from difflib import get_close_matches
from importlib import import_module
from pathlib import Path
from textwrap import dedent
from typing import Any

from backprop_lib.exercises.book import LESSONS
from backprop_lib.exercises.kinds import Kind
from backprop_lib.exercises.records import record, record_seen
from backprop_lib.exercises.running import Unusable, is_unchanged
from backprop_lib.exercises.verdict import Verdict
from backprop_lib.text import Sentence, got

_ID = re.compile(r"[a-z]+(?:-[a-z]+)*\.[1-9]\d*")
_BOOK = Path(__file__).parent / "book"
_LONGEST = 2000  # characters of an answer that are kept
_OWN: dict[str, Exercise] = {}
_HINTED: Counter[str] = Counter()  # how often a hint was asked for


@dataclass(frozen=True)
class Exercise:
    """An exercise, from its task to its solution.

    Parameters
    ----------
    id : str
        The lesson's name and the exercise's number: "one-path.3".
    task : str
        Markdown.
    answer : Kind
        What is asked for, and how it is examined: a Derivative, Number, Choice or Function.
    blank : str
        What the learner's cell holds; it defines `answer`, or a function.
    hints : (str, str)
        Markdown.
    solution : str
        The program that takes the blank's place.
    why : str
        What explains the solution; Markdown.

    Raises
    ------
    ValueError
        If the id is none, or there are not two hints.

    Notes
    -----
    Texts and programs may be indented as a docstring is.
    """

    id: str
    task: str
    answer: Kind
    blank: str
    hints: tuple[str, str]
    solution: str
    why: str

    def __post_init__(self) -> None:
        if not isinstance(self.id, str) or not _ID.fullmatch(self.id):
            raise ValueError(f"id is {got(self.id)}, expected a name and a number, such as 'my-lesson.1'.")
        if not isinstance(self.hints, tuple) or len(self.hints) != 2:
            raise ValueError(f"hints is {got(self.hints)}, expected two texts: the second one says more.")
        for names, cleaned in ((("task", "why"), inspect.cleandoc), (("blank", "solution"), _program)):
            for name in names:
                object.__setattr__(self, name, cleaned(getattr(self, name)))
        object.__setattr__(self, "hints", tuple(map(inspect.cleandoc, self.hints)))

    @property
    def lesson(self) -> str:
        """The name of its lesson."""
        return self.id.partition(".")[0]

    @property
    def number(self) -> int:
        """Its number in the lesson."""
        return int(self.id.partition(".")[2])

    def text(self) -> str:
        """Return the task as the notebook shows it."""
        return f"**Exercise {self.number}.** {self.task}"

    def cell(self, program: str = "") -> str:
        """Return a cell with the blank, or with another program, and the check.

        Examples
        --------
        >>> print(find("one-path.2").cell())
        answer = ...
        check("one-path.2", answer)
        """
        program = program or self.blank
        last = ast.parse(program).body[-1]
        name, blank_lines = (last.name, 2) if isinstance(last, ast.FunctionDef) else ("answer", 0)
        return "\n".join([program, *[""] * blank_lines, f'check("{self.id}", {name})'])

    def __repr__(self) -> str:
        return f"Exercise {self.id}: {self.task}"

    def _repr_markdown_(self) -> str:
        return f"**Exercise {self.id}.** {self.task}"


def _program(text: str) -> str:
    """Return a program without the margin that all its lines have."""
    return dedent(text).strip()


# ---- where they are ------------------------------------------------------------------------------


def lessons() -> list[str]:
    """Return the names of the lessons that have exercises, in the order of the course.

    Examples
    --------
    >>> lessons()[0]
    'one-path'
    """
    names = [lesson for lesson in LESSONS if (_BOOK / f"{lesson.replace('-', '_')}.py").exists()]
    return [*names, *sorted({exercise.lesson for exercise in _OWN.values()} - {*names})]


def exercises(lesson: str) -> dict[str, Exercise]:
    """Return the exercises of a lesson by their ids, in order.

    Parameters
    ----------
    lesson : str
        Such as "one-path".

    Examples
    --------
    >>> [*exercises("one-path")][:2]
    ['one-path.1', 'one-path.2']
    """
    found = {}
    if lesson in lessons() and (_BOOK / f"{lesson.replace('-', '_')}.py").exists():
        module = import_module(f"backprop_lib.exercises.book.{lesson.replace('-', '_')}")
        found = {exercise.id: exercise for exercise in module.EXERCISES}
    return found | {id: exercise for id, exercise in _OWN.items() if exercise.lesson == lesson}


def register(exercise: Exercise) -> Exercise:
    """Let `check`, `hint` and `solution` know an exercise of your own.

    Parameters
    ----------
    exercise : Exercise
        It replaces one with the same id.
    """
    _OWN[exercise.id] = exercise
    return exercise


def find(id: object) -> Exercise:
    """Return the exercise with this id.

    Raises
    ------
    Unusable
        If there is none; its words name one that is spelled alike.
    """
    lesson = id.partition(".")[0] if isinstance(id, str) else ""
    if exercise := exercises(lesson).get(str(id)):
        return exercise
    known = [*exercises(lesson)] or [other for name in lessons() for other in exercises(name)]
    near = get_close_matches(str(id), known, n=1, cutoff=0)
    raise Unusable(f"There is no exercise {got(id)}. Did you mean `{near[0]}`?")


# ---- what a learner calls ------------------------------------------------------------------------


def check(id: str, answer: object = ...) -> Verdict:
    """Say whether an answer is right, and if not, what is wrong with it.

    Parameters
    ----------
    id : str
        The exercise: "one-path.3".
    answer : object
        An expression, a number, a key or a function, as the exercise asks.

    Examples
    --------
    >>> check("one-path.2")
    · Write the number, to 2 decimals, where the dots are. Then run the cell again. \
`hint("one-path.2")` gives a hint.
    """
    try:
        exercise = find(id)
    except Unusable as unknown:
        return Verdict(False, str(unknown), judged=False)
    verdict = _examined(exercise, answer)
    record(id, verdict, written(answer))
    if not verdict.right:
        verdict = replace(verdict, sentence=f'{verdict.sentence} `hint("{id}")` gives a hint.')
    return verdict


def _examined(exercise: Exercise, answer: Any) -> Verdict:
    """Return the verdict on any object at all."""
    try:
        unchanged = answer is ... or (callable(answer) and is_unchanged(answer, exercise.blank))
        if unchanged and "..." not in exercise.blank:
            raise Unusable("This is the program as it was given. Change it. Then run the cell again.")
        if unchanged:
            raise Unusable(f"{exercise.answer.how}. Then run the cell again.")
        return exercise.answer.examine(answer)
    except Unusable as stopped:
        return Verdict(False, str(stopped), stopped.mistake, judged=stopped.judged)
    except Exception as error:
        said = f"An answer of the type {type(answer).__name__} cannot be read here ({type(error).__name__})."
        return Verdict(False, said, judged=False)


def hint(id: str) -> Sentence:
    """Give the first hint, and when it is called again, the second.

    Parameters
    ----------
    id : str
        The exercise.

    Examples
    --------
    >>> hint("one-pth.3")
    There is no exercise 'one-pth.3'. Did you mean `one-path.3`?
    """
    try:
        exercise = find(id)
    except Unusable as unknown:
        return Sentence(str(unknown))
    which = min(_HINTED[id], 1)
    _HINTED[id] += 1
    record_seen(id, hints=which + 1)
    more = f'`hint("{id}")` gives another.' if which == 0 else f'`solution("{id}")` shows the solution.'
    return Sentence(f"**Hint {which + 1} of 2.** {exercise.hints[which]}\n\n{more}")


def solution(id: str) -> Sentence:
    """Show the solution, and why it is right.

    Parameters
    ----------
    id : str
        The exercise.
    """
    try:
        exercise = find(id)
    except Unusable as unknown:
        return Sentence(str(unknown))
    record_seen(id, solution=True)
    return Sentence(f"```python\n{exercise.solution}\n```\n\n{exercise.why}")


def written(answer: object) -> str:
    """Return an answer as text: a function as its program, anything else as Python prints it."""
    try:
        text = inspect.getsource(answer) if inspect.isfunction(answer) else str(answer)
    except Exception:  # no source, or an object that cannot be printed
        text = got(answer)
    return text[:_LONGEST]

"""Answers as learners type them: wrong ones are refused and named, and right ones of any form are accepted.

They were written from the lessons alone, before the examiner had seen any of them.
"""

import textwrap
import tomllib
from pathlib import Path

import numpy as np
import pytest

from backprop_lib import sigmoid
from backprop_lib.exercises import check
from backprop_lib.exercises.exercise import find
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number

FILE = Path(__file__).with_name("typed_answers.toml")
TYPED = tomllib.loads(FILE.read_text(encoding="utf-8"))["typed"]
WRONG = [one for one in TYPED if not one["right"]]
RIGHT = [one for one in TYPED if one["right"]]
KINDS = {"letters": Derivative, "number": Number, "choice": Choice, "function": Function}


def named(one):
    return f"{one['id']}: {one['meant']}"


def typed(one):
    """Return the object that the learner's cell gives to `check`."""
    text, name = one["answer"], "answer"
    if one["kind"] in ("letters", "function"):
        head = next(line for line in find(one["id"]).blank.splitlines() if line.startswith("def "))
        text, name = f"{head}\n{textwrap.indent(text, '    ')}", head[len("def ") : head.index("(")]
    cell = {"np": np, "sigmoid": sigmoid}
    exec(compile(text, one["id"], "exec"), cell)
    return cell[name]


@pytest.mark.parametrize("one", WRONG, ids=named)
def test_a_wrong_answer_is_refused_and_its_mistake_is_named(one):
    verdict = check(one["id"], typed(one))
    assert not verdict.right
    assert verdict.mistake == one["mistake"]
    assert verdict.sentence


@pytest.mark.parametrize("one", RIGHT, ids=named)
def test_a_right_answer_is_accepted_in_any_form(one):
    verdict = check(one["id"], typed(one))
    assert verdict.right, verdict.sentence
    assert verdict.mistake == one["mistake"] == ""


@pytest.mark.parametrize("one", TYPED, ids=named)
def test_each_answer_is_of_the_kind_that_its_exercise_asks_for(one):
    assert isinstance(find(one["id"]).answer, KINDS[one["kind"]])


def test_most_wrong_answers_have_a_named_mistake(record_testsuite_property):
    share = sum(one["mistake"] != "" for one in WRONG) / len(WRONG)
    record_testsuite_property("share of the typed wrong answers whose mistake is named", f"{share:.3f}")
    assert len(WRONG) >= 70
    assert len(RIGHT) >= 20
    assert share > 0.7


def test_no_answer_is_typed_twice():
    both = [(one["id"], one["answer"].strip()) for one in TYPED]
    assert len(set(both)) == len(both)

"""Wrong answers are refused, and told what is wrong with them: those of a program that makes learners' slips.

The program, `slips`, knows nothing of the list of mistakes. Whether a name is the right one is decided by it,
too: a mistake may be told by the names of all slips that give the same answer, in floats. Random answers are
refused without a name; 200 for each question, and 10,000 with `make exercises-proof`.
"""

import random
from collections import Counter
from functools import cache

import checker_page
import numpy as np
import pytest
import samples
from questions import BOOK, GRADIENTS
from slips import SLIPS, Forward, backward, runs
from wild import disturbed, symbols_of, wild

from backprop_lib.exercises import examine

CONSTANTS = (-1, 2, -0.5, 3)


@cache
def wrong_answers(question):
    """Return slip, answer, and its values at three examples, for all that differs from the right answer."""
    F = Forward.of(question.net)
    points = samples.examples(F, question.net, seed=5)
    right = samples.values(backward(question.net)[question.name], points)
    found = []
    for slip in SLIPS:
        answer = backward(question.net, slip).get(question.name)
        values = samples.values(answer, points)
        if not samples.equal(values, right):
            found.append((slip, answer, values))
    return right, found


def names_of(question, values):
    """Return how a wrong answer may be called: as every slip that gives it, up to a constant."""
    right, found = wrong_answers(question)
    if samples.equal(values, 0):
        return {"zero"}
    names = {name for slip, _, other in found if samples.alike(values, other) for name in SLIPS[slip]}
    return names | ({"sign", "factor", "mean for sum"} if samples.alike(values, right) else set())


@pytest.mark.parametrize("question", GRADIENTS + BOOK, ids=str)
def test_a_slip_is_named_alone_and_with_a_constant(question):
    right, found = wrong_answers(question)
    assert len(found) > 5
    rng = random.Random(f"constants {question}")
    for slip, answer, values in found:
        names = names_of(question, values) or SLIPS[slip]
        for constant in (1, *rng.sample(CONSTANTS, samples.count(4, 1))):
            if samples.equal(constant * values, right):
                continue
            verdict = examine(question.net, question.name, constant * answer)
            assert not verdict.right, slip
            assert verdict.mistake in names, f"{constant} · {slip}: {verdict.mistake!r}, {verdict}"


def test_there_are_enough_of_them():
    assert sum(len(wrong_answers(question)[1]) for question in GRADIENTS + BOOK) > 1500


@pytest.mark.parametrize("question", GRADIENTS + BOOK, ids=str)
def test_a_random_answer_is_refused_without_a_name(question):
    F = Forward.of(question.net)
    rng, symbols = random.Random(f"wild {question}"), symbols_of(F)
    points = samples.examples(F, question.net, seed=5)
    known = [samples.values(part, points) for part in runs(F, question.name)]
    said = Counter()
    for _ in range(samples.count(10_000, 200)):
        answer = wild(rng, symbols)
        verdict = examine(question.net, question.name, answer)
        said[verdict.mistake] += 1
        if verdict.right:
            right = samples.values(backward(question.net)[question.name], points)
            assert samples.equal(samples.values(answer, points), right), answer
        elif verdict.mistake == "zero":
            assert samples.equal(samples.values(answer, points), 0)
        elif verdict.mistake == "constant":
            assert not answer.free_symbols
        elif verdict.mistake:  # so short that it is a piece of the chain, by chance
            values = samples.values(answer, points)
            explained = any(samples.alike(values, part) for part in known) or verdict.mistake in names_of(
                question, values
            )
            assert explained, f"{answer}: {verdict}"
    assert said[""] > 0.9 * said.total()


@pytest.mark.parametrize("question", GRADIENTS + BOOK, ids=str)
def test_a_disturbed_answer_is_right_only_if_its_values_are(question):
    F = Forward.of(question.net)
    rng, symbols = random.Random(f"disturbed {question}"), symbols_of(F)
    points = samples.examples(F, question.net, seed=7)
    right = backward(question.net)[question.name]
    expected = samples.values(right, points)
    refused = 0
    for _ in range(samples.count(2000, 60)):
        answer = disturbed(rng, symbols, right)
        verdict = examine(question.net, question.name, answer)
        with np.errstate(all="ignore"):
            same = samples.equal(samples.values(answer, points), expected)
        assert verdict.right == same, f"{answer}: {verdict}"
        refused += not same
    assert refused > samples.count(1000, 30)


def test_the_page_of_verdicts_is_current():
    assert checker_page.PAGE.read_text(encoding="utf-8") == checker_page.page(), (
        "run python tests/support/checker_page.py"
    )

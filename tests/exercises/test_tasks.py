"""Tasks of functions, those of the book too: right ones pass, and mistakes have their own names."""

import numpy as np
import pytest

from backprop_lib.exercises.exercise import exercises, lessons
from backprop_lib.exercises.functions import TASKS
from backprop_lib.exercises.kinds import Function
from backprop_lib.exercises.task import Task

OF_THE_BOOK = [
    one.answer.task
    for lesson in lessons()
    for one in exercises(lesson).values()
    if isinstance(one.answer, Function) and isinstance(one.answer.task, Task)
]
ALL_TASKS = [*TASKS.values(), *(task for task in OF_THE_BOOK if task.name not in TASKS)]
each = pytest.mark.parametrize("task", ALL_TASKS, ids=lambda task: task.name)


@each
def test_what_is_right_passes_and_each_mistake_is_named_as_itself(task):
    assert task.examine(task.right).right
    for slip in task.slips:
        assert task.examine(slip.function).mistake == slip.mistake
        assert slip.sentence.endswith((".", "?"))


def changed(result, change):
    """Return a result with something done to each of its arrays."""
    if isinstance(result, tuple | list):
        return [changed(part, change) for part in result]
    return change(np.array(result, dtype=float))


def nudged(rng, size):
    """Return a function that changes one random entry of an array, by so much of the largest."""

    def change(array):
        array = np.atleast_1d(array).astype(float)
        where = tuple(int(rng.integers(n)) for n in array.shape)
        array[where] += size * (np.abs(array).max() or 1) * rng.choice([-1, 1])
        return array

    return change


@each
def test_one_number_that_is_off_is_noticed_and_given_no_name(task):
    rng = np.random.default_rng(len(task.name))
    for size in (1.0, 0.03, 0.003):
        change = nudged(rng, size)
        verdict = task.examine(lambda *given, change=change: changed(task.right(*given), change))
        assert not verdict.right
        assert verdict.mistake in ("", "shape")


@each
def test_rounding_on_the_way_is_noticed_and_single_precision_is_not(task):
    single = task.examine(lambda *given: changed(task.right(*given), np.float32))
    assert single.right, single
    near = nudged(np.random.default_rng(1), 0.003)
    single = task.examine(lambda *given: changed(task.right(*given), lambda array: np.float32(near(array))))
    assert not single.right
    rounded = task.examine(lambda *given: changed(task.right(*given), lambda array: array.round(2)))
    assert not rounded.right or task.name in ("relu_prime", "gradient_check")  # these are 0 and 1


@pytest.mark.parametrize("factor", [-1, 2, 0.5, -0.25, 3])
@each
def test_a_mistake_is_named_with_a_factor_too(task, factor):
    def times(function):
        return lambda *given: changed(function(*given), lambda array: factor * array)

    assert task.examine(times(task.right)).mistake == ("sign" if factor == -1 else "factor")
    for slip in task.slips:
        named = task.examine(times(slip.function)).mistake
        alike = {other.mistake for other in task.slips}
        assert named in alike | {"sign", "factor"}, slip

"""Functions as learners write them: right ones in several forms, and classical bugs, written by hand.

Nothing here looks at the examiner's own list of mistakes: each bug is a program of its own.
"""

import math
from fractions import Fraction

import numpy as np
import pytest

from backprop_lib.exercises import running
from backprop_lib.exercises.functions import TASKS, examine_function
from backprop_lib.exercises.task import Task


def sigmoid(z):
    return 1 / (1 + np.exp(-np.asarray(z)))


# ---- right ones, two or more of each -------------------------------------------------------------


def sigmoid_by_tanh(z):
    return (1 + np.tanh(np.asarray(z) / 2)) / 2


def sigmoid_as_lists(z):
    return (1 / (1 + np.exp(-np.array(z)))).tolist()


def sigmoid_prime_by_nudging(z):
    return (sigmoid(z + 1e-5) - sigmoid(z - 1e-5)) / 2e-5


def sigmoid_prime_in_exponentials(z):
    return np.exp(-z) / (1 + np.exp(-z)) ** 2


def relu_prime_with_loops(z):
    if np.ndim(z) == 0:
        return 1 if z > 0 else 0
    return [relu_prime_with_loops(one) for one in z]


def forward_in_a_loop(weights, biases, x):
    a = [x]
    for W, b in zip(weights, biases, strict=True):
        a.append(sigmoid(W @ a[-1] + b))
    return a


def forward_with_dot(weights, biases, x):
    a1 = sigmoid(np.dot(weights[0], x) + biases[0])
    return x, a1, sigmoid(np.dot(weights[1], a1) + biases[1])


def loss_in_a_loop(a, t):
    total = 0
    for one, target in zip(a, t, strict=True):
        total += 0.5 * (target - one) ** 2
    return total


def backward_by_columns(W, delta, a):
    back = [sum(W[i, j] * delta[i] for i in range(len(delta))) * a[j] * (1 - a[j]) for j in range(len(a))]
    return back, [[d * one for one in a] for d in delta]


def backward_as_rows(W, delta, a):
    return delta @ W * (a - a**2), delta[:, None] * a


def gradients_by_hand(W1, W2, x, t):
    a1 = sigmoid(W1 @ x)
    a2 = sigmoid(W2 @ a1)
    delta2 = (a2 - t) * a2 * (1 - a2)
    delta1 = W2.T @ delta2 * a1 * (1 - a1)
    return np.outer(delta1, x), np.outer(delta2, a1)


def gradients_in_single_precision(W1, W2, x, t):
    W1, W2, x, t = (np.float32(array) for array in (W1, W2, x, t))
    return [g.astype(np.float32) for g in gradients_by_hand(W1, W2, x, t)]


def momentum_step_by_hand(w, v, gradient, learning_rate, momentum):
    v = momentum * v + learning_rate * gradient
    return w - v, v


def numerical_gradient_one_sided(loss, w):
    slopes, before = np.zeros(w.shape), loss(w)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            other = w.copy()
            other[i, j] += 1e-6
            slopes[i, j] = (loss(other) - before) / 1e-6
    return slopes


def gradient_check_relative(loss, w, gradient):
    slopes = numerical_gradient_one_sided(loss, w)
    return np.linalg.norm(slopes - gradient) <= 1e-4 * np.linalg.norm(slopes)


def mini_batches_with_split(x, t, batch_size):
    cuts = range(batch_size, len(x), batch_size)
    return list(zip(np.split(x, cuts), np.split(t, cuts), strict=True))


def train_by_hand(W1, W2, x, t, learning_rate, epochs):
    for _ in range(epochs):
        dW1, dW2 = gradients_by_hand(W1, W2, x, t)
        W1 = W1 - learning_rate * dW1
        W2 = W2 - learning_rate * dW2
    return W1, W2


RIGHT = [
    ("sigmoid", sigmoid),
    ("sigmoid", sigmoid_by_tanh),
    ("sigmoid", sigmoid_as_lists),
    ("sigmoid_prime", lambda z: sigmoid(z) * (1 - sigmoid(z))),
    ("sigmoid_prime", sigmoid_prime_in_exponentials),
    ("sigmoid_prime", sigmoid_prime_by_nudging),
    ("relu_prime", lambda z: np.where(z > 0, 1, 0)),
    ("relu_prime", lambda z: np.asarray(z) > 0),
    ("relu_prime", relu_prime_with_loops),
    ("forward", forward_in_a_loop),
    ("forward", forward_with_dot),
    ("loss", lambda a, t: 1 / 2 * np.sum((t - a) ** 2)),
    ("loss", lambda a, t: (a - t) @ (a - t) / 2),
    ("loss", loss_in_a_loop),
    ("loss", lambda a, t: Fraction(loss_in_a_loop(a, t))),
    ("output_delta", lambda a, t: (a - t) * a * (1 - a)),
    ("output_delta", lambda a, t: -(t - a) * (a - a**2)),
    ("backward", backward_by_columns),
    ("backward", backward_as_rows),
    ("gradients", gradients_by_hand),
    ("gradients", gradients_in_single_precision),
    ("sgd_step", lambda w, gradient, learning_rate: w - learning_rate * gradient),
    ("sgd_step", lambda w, gradient, learning_rate: w + gradient * -learning_rate),
    ("momentum_step", momentum_step_by_hand),
    ("numerical_gradient", numerical_gradient_one_sided),
    ("gradient_check", gradient_check_relative),
    ("mini_batches", mini_batches_with_split),
    ("train", train_by_hand),
]


@pytest.mark.parametrize(("name", "f"), RIGHT)
def test_a_right_function_is_right(name, f):
    verdict = examine_function(name, f)
    assert verdict.right, verdict
    assert verdict.mistake == ""


def test_every_task_has_a_right_function_here():
    assert {name for name, _ in RIGHT} == set(TASKS)


# ---- classical bugs ------------------------------------------------------------------------------


def gradients_wrong(loss_sign=1, output=True, hidden=True, W=None):
    def gradients(W1, W2, x, t):
        a1 = sigmoid(W1 @ x)
        a2 = sigmoid(W2 @ a1)
        delta2 = loss_sign * (a2 - t)
        if output:
            delta2 = delta2 * a2 * (1 - a2)
        delta1 = (W2 if W == "as it is" else W2.T) @ delta2
        if hidden:
            delta1 = delta1 * a1 * (1 - a1)
        return np.outer(delta1, x), np.outer(delta2, a1)

    return gradients


def gradients_with_slope_at_z(W1, W2, x, t):
    z1 = W1 @ x
    a1 = sigmoid(z1)
    z2 = W2 @ a1
    a2 = sigmoid(z2)
    delta2 = (a2 - t) * z2 * (1 - z2)
    return np.outer(W2.T @ delta2 * z1 * (1 - z1), x), np.outer(delta2, a1)


def gradients_with_a_row_for_a_table(W1, W2, x, t):
    dW1, dW2 = gradients_by_hand(W1, W2, x, t)
    return dW1, dW2.ravel()


def momentum_step_with_old_v(w, v, gradient, learning_rate, momentum):
    w = w - v
    v = momentum * v + learning_rate * gradient
    return w, v


def numerical_gradient_without_half(loss, w):
    slopes = np.zeros(w.shape)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            up, down = w.copy(), w.copy()
            up[i, j] += 1e-5
            down[i, j] -= 1e-5
            slopes[i, j] = (loss(up) - loss(down)) / 1e-5
    return slopes


def numerical_gradient_that_leaves_its_nudge(loss, w):
    slopes, before = np.zeros(w.shape), loss(w)
    for i in range(w.shape[0]):
        for j in range(w.shape[1]):
            w[i, j] += 1e-6
            slopes[i, j] = (loss(w) - before) / 1e-6
    return slopes


def gradient_check_absolute(loss, w, gradient):
    return np.allclose(numerical_gradient_one_sided(loss, w), gradient, rtol=0, atol=1e-3)


def gradient_check_of_the_sum(loss, w, gradient):
    return abs(numerical_gradient_one_sided(loss, w).sum() / gradient.sum() - 1) < 1e-2


def mini_batches_of_full_size(x, t, batch_size):
    return [
        (x[k * batch_size : (k + 1) * batch_size], t[k * batch_size : (k + 1) * batch_size])
        for k in range(len(x) // batch_size)
    ]


def mini_batches_of_x_only(x, t, batch_size):
    return [x[k : k + batch_size] for k in range(0, len(x), batch_size)]


def train_with_stale_delta(W1, W2, x, t, learning_rate, epochs):
    for _ in range(epochs):
        a1 = sigmoid(W1 @ x)
        a2 = sigmoid(W2 @ a1)
        delta2 = (a2 - t) * a2 * (1 - a2)
        W2 = W2 - learning_rate * np.outer(delta2, a1)
        delta1 = W2.T @ delta2 * a1 * (1 - a1)
        W1 = W1 - learning_rate * np.outer(delta1, x)
    return W1, W2


def train_that_returns_at_once(W1, W2, x, t, learning_rate, epochs):
    for _ in range(epochs):
        dW1, dW2 = gradients_by_hand(W1, W2, x, t)
        return W1 - learning_rate * dW1, W2 - learning_rate * dW2


def train_in_place(W1, W2, x, t, learning_rate, epochs):
    for _ in range(epochs):
        dW1, dW2 = gradients_by_hand(W1, W2, x, t)
        W1 -= learning_rate * dW1
        W2 -= learning_rate * dW2
    return W1, W2


# A task, a wrong function, and the name of its mistake; "" if one number is shown instead.
WRONG = [
    ("sigmoid", lambda z: 1 / (1 + np.exp(z)), "sign of z"),
    ("sigmoid", lambda z: 1 / np.exp(-z), "1 forgotten"),
    ("sigmoid", np.tanh, ""),
    ("sigmoid", lambda z: 1 / 1 + np.exp(-z), ""),
    ("sigmoid", lambda z: -sigmoid(z), "sign"),
    ("sigmoid_prime", lambda z: z * (1 - z), "z for a"),
    ("sigmoid_prime", sigmoid, "value for slope"),
    ("sigmoid_prime", lambda z: sigmoid(z) * (sigmoid(z) - 1), "sign"),
    ("sigmoid_prime", lambda z: sigmoid(z) * (1 + sigmoid(z)), ""),
    ("sigmoid_prime", lambda z: 2 * sigmoid(z) * (1 - sigmoid(z)), "factor"),
    ("sigmoid_prime", lambda z: sigmoid(sigmoid(z)) * (1 - sigmoid(sigmoid(z))), "sigmoid twice"),
    ("sigmoid_prime", lambda z: 1 - np.tanh(z) ** 2, ""),
    ("sigmoid_prime", lambda z: -np.exp(-z) / (1 + np.exp(-z)) ** 2, "sign"),
    ("relu_prime", lambda z: np.where(z >= 0, 1, 0), "at zero"),
    ("relu_prime", lambda z: (np.sign(z) + 1) / 2, "at zero"),
    ("relu_prime", lambda z: np.maximum(z, 0), "value for slope"),
    ("relu_prime", lambda z: np.where(z > 0, 1, 0.01), ""),
    ("relu_prime", lambda z: np.ones_like(z), ""),
    ("relu_prime", lambda z: 1 if z > 0 else 0, "error"),
    ("forward", lambda weights, biases, x: forward_in_a_loop(weights, biases, x)[-1], "shape"),
    ("forward", lambda weights, biases, x: forward_in_a_loop(weights, biases, x)[1:], "x forgotten"),
    ("forward", lambda weights, biases, x: forward_in_a_loop(weights, [0, 0], x), "bias forgotten"),
    ("forward", lambda weights, biases, x: forward_in_a_loop([W.T for W in weights], biases, x), "error"),
    ("loss", lambda a, t: np.mean((t - a) ** 2) / 2, "mean for sum"),
    ("loss", lambda a, t: np.mean((t - a) ** 2), "mean for sum"),
    ("loss", lambda a, t: np.sum((t - a) ** 2), "factor"),
    ("loss", lambda a, t: np.sum(t - a) ** 2 / 2, "square of the sum"),
    ("loss", lambda a, t: np.abs(t - a).sum(), "not squared"),
    ("loss", lambda a, t: (t - a) ** 2 / 2, "not added"),
    ("output_delta", lambda a, t: a - t, "slope forgotten"),
    ("output_delta", lambda a, t: (t - a) * a * (1 - a), "sign"),
    ("output_delta", lambda a, t: t - a, "slope forgotten"),
    ("output_delta", lambda a, t: 2 * (a - t), "slope forgotten"),
    ("output_delta", lambda a, t: (t - a) ** 2 * a * (1 - a), "error squared"),
    ("output_delta", lambda a, t: (t - a) ** 2 / 2 * a * (1 - a), "error squared"),
    ("output_delta", lambda a, t: (a - t) * sigmoid(a) * (1 - sigmoid(a)), ""),
    ("output_delta", lambda a, t: a - t * a * (1 - a), ""),
    ("backward", lambda W, delta, a: (W.T @ delta, np.outer(delta, a)), "slope forgotten"),
    ("backward", lambda W, delta, a: (W @ delta * a * (1 - a), np.outer(delta, a)), "transposed"),
    ("backward", lambda W, delta, a: (W.T @ delta * a * (1 - a), np.outer(a, delta)), "transposed"),
    ("backward", lambda W, delta, a: (-(W.T @ delta) * a * (1 - a), np.outer(delta, a)), "sign"),
    ("backward", lambda W, delta, a: (np.outer(delta, a), W.T @ delta * a * (1 - a)), "shape"),
    ("backward", lambda W, delta, a: W.T @ delta * a * (1 - a), "shape"),
    ("backward", lambda W, delta, a: (W.T @ delta * (1 - a), np.outer(delta, a)), ""),
    ("backward", lambda W, delta, a: (W.T @ (delta * a * (1 - a)), np.outer(delta, a)), "error"),
    ("gradients", gradients_wrong(loss_sign=-1), "sign"),
    ("gradients", gradients_wrong(output=False), "slope forgotten"),
    ("gradients", gradients_wrong(hidden=False), "slope forgotten"),
    ("gradients", gradients_wrong(output=False, hidden=False), "slope forgotten"),
    ("gradients", gradients_wrong(loss_sign=-1, hidden=False), "slope forgotten"),
    ("gradients", gradients_wrong(W="as it is"), "transposed"),
    ("gradients", gradients_with_slope_at_z, "z for a"),
    ("gradients", gradients_with_a_row_for_a_table, "shape"),
    ("gradients", lambda W1, W2, x, t: [g.T for g in gradients_by_hand(W1, W2, x, t)], "transposed"),
    ("gradients", lambda W1, W2, x, t: gradients_by_hand(W1, W2, x, t)[::-1], "shape"),
    ("sgd_step", lambda w, gradient, learning_rate: w + learning_rate * gradient, "uphill"),
    ("sgd_step", lambda w, gradient, learning_rate: w - gradient, "rate forgotten"),
    ("sgd_step", lambda w, gradient, learning_rate: -learning_rate * gradient, "step only"),
    ("sgd_step", lambda w, gradient, learning_rate: learning_rate * (w - gradient), ""),
    ("momentum_step", momentum_step_with_old_v, "old v"),
    (
        "momentum_step",
        lambda w, v, gradient, learning_rate, momentum: momentum_step_by_hand(
            w, v, gradient, -learning_rate, momentum
        ),
        "",
    ),
    (
        "momentum_step",
        lambda w, v, gradient, learning_rate, momentum: momentum_step_by_hand(w, v, gradient, 1, momentum),
        "rate forgotten",
    ),
    ("numerical_gradient", numerical_gradient_without_half, "factor"),
    ("numerical_gradient", numerical_gradient_that_leaves_its_nudge, "changed in place"),
    ("gradient_check", gradient_check_absolute, ""),
    ("gradient_check", gradient_check_of_the_sum, ""),
    ("gradient_check", lambda loss, w, gradient: True, "cannot fail"),
    ("gradient_check", lambda loss, w, gradient: numerical_gradient_one_sided(loss, w), "shape"),
    ("mini_batches", mini_batches_of_full_size, "last batch lost"),
    ("mini_batches", mini_batches_of_x_only, "shape"),
    ("train", train_with_stale_delta, "new weight"),
    ("train", train_that_returns_at_once, "only one update"),
    ("train", train_in_place, "changed in place"),
    ("train", lambda *given: train_by_hand(*given[:-1], given[-1] - 1), "one update less"),
    ("train", lambda *given: train_by_hand(*given[:-1], given[-1] + 1), "one update more"),
    ("train", lambda *given: train_by_hand(*given[:-2], -given[-2], given[-1]), "uphill"),
]


@pytest.mark.parametrize(("name", "f", "mistake"), WRONG)
def test_a_wrong_function_is_named_or_shown(name, f, mistake):
    verdict = examine_function(name, f)
    assert not verdict.right
    assert verdict.mistake == mistake, verdict
    assert verdict.sentence.endswith((".", "?"))
    assert mistake or "expected" in verdict.sentence
    assert verdict.judged


@pytest.mark.parametrize(("name", "f", "mistake"), WRONG)
def test_what_is_said_leaves_the_right_numbers_to_the_learner(name, f, mistake):
    """One number at most, and of those only so many digits that it can be looked for."""
    assert len(examine_function(name, f).sentence) < 400


def test_each_task_has_wrong_functions_here():
    assert {name for name, _, _ in WRONG} == set(TASKS)


def test_a_part_that_is_wrong_is_told_by_its_name():
    verdict = examine_function(
        "backward", lambda W, delta, a: (W.T @ delta * a * (1 - a), -np.outer(delta, a))
    )
    assert verdict.sentence == "`gradient` is not right yet. It is exactly −1 times the right result."


def test_a_transposed_matrix_is_named_although_the_function_stops():
    verdict = examine_function("backward", lambda W, delta, a: (W @ delta * a * (1 - a), np.outer(delta, a)))
    assert verdict.sentence.startswith("A matrix has to be transposed")
    assert "Your function stops in line" in verdict.sentence
    assert "W has shape (4, 2), delta has shape (4,), a has shape (2,)." in verdict.sentence


def test_a_shape_comes_before_values():
    verdict = examine_function("gradients", lambda *given: [g.T for g in gradients_by_hand(*given)])
    assert verdict.sentence == "`dE_dW1` has shape (3, 2), expected (2, 3): it is transposed."


def test_a_single_number_is_shown_with_what_was_given():
    assert (
        examine_function("sigmoid", np.tanh).sentence
        == "For z = −1.0713, the result is −0.7900, expected 0.2551."
    )
    shown = examine_function("backward", lambda W, delta, a: (W.T @ delta * (1 - a), np.outer(delta, a)))
    assert shown.sentence.startswith("In a random example, `delta_before[")


# ---- whatever a function does --------------------------------------------------------------------


def stops(z):
    first = z
    return first / nothing  # noqa: F821


def calls_a_library(z):
    return math.exp(z)


def recurses(z):
    return recurses(z)


def leaves(z):
    raise SystemExit


def has_a_hostile_error(z):
    class Mute(Exception):
        def __str__(self):
            raise ValueError

    raise Mute


class Equal:
    """Equal to anything, and a number wherever it is asked."""

    def __eq__(self, other):
        return True

    __hash__ = None

    def __float__(self):
        return 0.5

    def __array__(self, *_, **__):
        return sigmoid(np.zeros(3))


class Unruly(list):
    def __iter__(self):
        raise RuntimeError


def yields(z):
    yield sigmoid(z)


async def waits(z):
    return sigmoid(z)


def itself(z):
    found = []
    found.append(found)
    return found


SAID = [
    (stops, "Your function stops in line {line}, `return first / nothing  # noqa: F821`, with NameError:"),
    (calls_a_library, "Your function stops in line {line}, `return math.exp(z)`, with TypeError:"),
    (recurses, "Your function calls itself without end."),
    (leaves, "Your function stops in line {line}, `raise SystemExit`, with SystemExit."),
    (has_a_hostile_error, "Your function stops in line "),
    (lambda z: None, "Your function returns nothing: is the line with `return` missing?"),
    (lambda z: "0.5", "The result is '0.5', and numbers are expected."),
    (lambda z: {"z": z}, "The result is {{'z':"),
    (lambda z: [[1, 2], [3]], "The result has rows of different lengths."),
    (lambda z: Equal(), "The result is <"),
    (lambda z: [Equal()], "The result is <"),
    (lambda z: np.array([Equal], object), "The result is <"),
    (lambda z: Unruly([1]), "The result is [1], and numbers are expected."),
    (lambda z: sigmoid, "The result is <function sigmoid"),
    (lambda z: sigmoid(z) + 0j, "The result holds complex numbers, and real ones are expected."),
    (lambda z: sigmoid(z) * np.nan, "The result holds nan, and finite numbers are expected."),
    (lambda z: 10**400, "The result is 10000"),
    (lambda z: itself(z), "The result is a list that holds itself, and numbers are expected."),
    (yields, "Your function returns no values yet: write `return`, and no `yield` or `async`."),
    (waits, "Your function returns no values yet: write `return`, and no `yield` or `async`."),
    (lambda: 0, "Your function takes 0 arguments, and it is given 1: (z)."),
    (lambda a, t: 0, "Your function takes 2 arguments, and it is given 1: (z)."),
    (0.5, "This is 0.5, and a function is expected: give its name, without parentheses behind it."),
    (None, "This is None, and a function is expected: give its name, without parentheses behind it."),
    (Equal, "This is the class Equal, and a function of (z) is expected."),
]


@pytest.mark.parametrize(("f", "said"), SAID)
def test_whatever_a_function_does_there_is_one_sentence(f, said):
    verdict = examine_function("sigmoid", f)
    assert not verdict.right
    line = f.__code__.co_firstlineno + 1 + (f is stops) if hasattr(f, "__code__") else 0
    assert verdict.sentence.startswith(said.format(line=line))
    assert "\n" not in verdict.sentence
    assert verdict.sentence.endswith((".", "?"))


def test_a_loop_without_end_is_stopped(monkeypatch):
    monkeypatch.setattr(running, "PATIENCE", 0.05)

    def endless(z):
        while True:
            try:
                z = z + 1
            except Exception:
                break

    verdict = examine_function("sigmoid", endless)
    assert verdict.mistake == "no end"
    assert "stopped after 0.05 seconds. Does it have a loop that never ends?" in verdict.sentence


def test_an_interrupt_goes_through():
    def interrupted(z):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        examine_function("sigmoid", interrupted)


def test_what_a_function_prints_is_shown_once(capsys):
    def chatty(z):
        print("Here I am.")
        return sigmoid(z)

    assert examine_function("sigmoid", chatty).right
    assert capsys.readouterr().out == "Here I am.\n"


def test_a_warning_of_numpy_does_not_disturb():
    def careless(z):
        np.log(np.zeros(1))
        return sigmoid(z)

    assert examine_function("sigmoid", careless).right


def test_a_task_of_ones_own():
    square = Task("square", lambda rng, sizes: {"z": rng.normal(size=sizes[0])}, lambda z: z**2)
    assert examine_function(square, lambda z: z * z).right
    assert examine_function(square, lambda z: z**2 / 2).mistake == "factor"


def test_an_unknown_name_is_told():
    with pytest.raises(ValueError, match=r"name is 'backwards', did you mean 'backward'\?"):
        examine_function("backwards", sigmoid)
    with pytest.raises(ValueError, match="name is 3, expected one of: sigmoid, "):
        examine_function(3, sigmoid)


def test_the_number_that_is_shown_is_a_wrong_one():
    verdict = examine_function(
        "backward", lambda W, delta, a: (W.T @ delta * a * (1 - a), np.outer(delta, a) + 0.1)
    )
    assert verdict.sentence.startswith("In a random example, `gradient[")

"""The exercises of chapter 2: what a wrong probability costs, what cancels, and the mean over examples."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from backprop_lib.core import Array, Network, sigmoid
from backprop_lib.exercises.exercise import Exercise
from backprop_lib.exercises.functions import slip
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.task import Arguments, Task
from backprop_lib.training import train

LOSS = "binary_cross_entropy"
X = ((0.5,), (1.0,), (2.0,), (3.0,))  # the examples of the page
W2, DELTA2 = np.array([0.5, -1.0, 2.0]), np.array([-0.3, 0.4, 0.1])  # of exercise 5


def network(w1: float, w2: float) -> Network:
    """Return the network of the page, with other weights."""
    return Network([[[w1]], [[w2]]], loss=LOSS)


# ---- what the functions are given, and the mistakes that have names ------------------------------


def examples(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give two weights, and a column of inputs with their targets."""
    w1, w2 = (float(number) for number in rng.normal(size=2))
    count = sizes[0] + sizes[2]
    return {"w1": w1, "w2": w2, "X": rng.normal(size=(count, 1)), "T": rng.integers(0, 2, (count, 1)) * 1.0}


def with_rate(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give a learning rate and a number of updates, too."""
    return {**examples(rng, sizes), "learning_rate": 0.3 * sizes[0], "updates": 1 + sizes[2]}


def gradients(w1: float, w2: float, X: Array, T: Array) -> Any:
    """Return both derivatives of the mean, as the package computes them."""
    return tuple(network(w1, w2).gradients(X, T).by_name().values())


def wrong_gradients(
    output: bool = False, hidden: bool = True, sign: float = 1.0, mean: Callable[[Array], Any] = np.mean
) -> Callable[..., Any]:
    """Return both derivatives with a slope too many or too few, or with another mean."""

    def wrong(w1: float, w2: float, X: Array, T: Array) -> Any:
        a1 = sigmoid(w1 * X)
        a2 = sigmoid(w2 * a1)
        delta2 = sign * (a2 - T) * (a2 * (1 - a2) if output else 1)
        delta1 = delta2 * w2 * (a1 * (1 - a1) if hidden else 1)
        return mean(delta1 * X), mean(delta2 * a1)

    return wrong


def descend(w1: float, w2: float, X: Array, T: Array, learning_rate: float, updates: int) -> Any:
    """Return both weights after so many updates, as the package computes them."""
    return tuple(train(network(w1, w2), X, T, learning_rate, updates).network.by_name().values())


def wrong_descent(gradients: Callable[..., Any], extra: int = 0) -> Callable[..., Any]:
    """Return a descent along other gradients, or with another number of updates."""

    def wrong(w1: float, w2: float, X: Array, T: Array, learning_rate: float, updates: int) -> Any:
        for _ in range(updates + extra):
            dE_dw1, dE_dw2 = gradients(w1, w2, X, T)
            w1, w2 = w1 - learning_rate * dE_dw1, w2 - learning_rate * dE_dw2
        return w1, w2

    return wrong


NOT_CANCELED = (
    "The slope of the output is still in it. With cross-entropy it cancels: $\\delta_2$ is $a_2 - t$ alone."
)
NOT_MEAN = "This is the sum over the examples, and their mean is needed."
FORGOTTEN = "The slope of the hidden neuron is missing. No logarithm stands beside it that could cancel it."
GRADIENTS = Task(
    "gradients of the mean",
    examples,
    gradients,
    ["dE_dw1", "dE_dw2"],
    slips=[
        slip("slope not canceled", wrong_gradients(output=True), NOT_CANCELED),
        slip("hidden slope forgotten", wrong_gradients(hidden=False), FORGOTTEN),
        slip("sum for mean", wrong_gradients(mean=np.sum), NOT_MEAN),
        slip(
            "first example only",
            wrong_gradients(mean=lambda column: column[0, 0]),
            "Only one example counts.",
        ),
    ],
)
GRADIENT = Task(
    "gradient of the mean",
    examples,
    lambda w1, w2, X, T: np.array(gradients(w1, w2, X, T)[1]),
    slips=[
        slip(
            "slope not canceled",
            lambda w1, w2, X, T: np.array(wrong_gradients(output=True)(w1, w2, X, T)[1]),
            NOT_CANCELED,
        ),
        slip(
            "sum for mean",
            lambda w1, w2, X, T: np.array(wrong_gradients(mean=np.sum)(w1, w2, X, T)[1]),
            NOT_MEAN,
        ),
        slip("not averaged", lambda w1, w2, X, T: _each(w1, w2, X, T), "Take the mean over the examples."),
    ],
)
DESCEND = Task(
    "descent along the mean",
    with_rate,
    descend,
    ["w1", "w2"],
    slips=[
        slip("uphill", wrong_descent(wrong_gradients(sign=-1.0))),
        slip("slope not canceled", wrong_descent(wrong_gradients(output=True)), NOT_CANCELED),
        slip("hidden slope forgotten", wrong_descent(wrong_gradients(hidden=False)), FORGOTTEN),
        slip("sum for mean", wrong_descent(wrong_gradients(mean=np.sum)), NOT_MEAN),
        slip("one update more", wrong_descent(gradients, 1), "It makes one update too many."),
        slip("one update less", wrong_descent(gradients, -1), "It makes one update too few."),
    ],
)


def _each(w1: float, w2: float, X: Array, T: Array) -> Array:
    a1 = sigmoid(w1 * X)
    return np.asarray((sigmoid(w2 * a1) - T) * a1)


# ---- experiments ---------------------------------------------------------------------------------


def change_of_delta() -> float:
    """Return by how much δ₂ of the page changes when the target changes from 1 to 0."""
    old, new = (network(0.8, 0.6).gradients([1.5], [t]).deltas[1].item() for t in (1.0, 0.0))
    return float(new - old)


@cache
def second_weight(updates: int) -> float:
    """Return w2 after so many updates on the examples of the page, if all their targets are 1."""
    history = train(network(0.8, 0.6), X, [[1.0]] * 4, learning_rate=0.5, epochs=updates)
    return float(history.network.by_name()["w2[0,0]"])


def all_targets_1() -> str:
    """Return whether w2 comes to rest, grows on and on, or falls."""
    first, later, last = (second_weight(updates) for updates in (0, 2000, 20_000))
    return "c" if last < first else "b" if last > later + 0.5 else "a"


# ---- the exercises -------------------------------------------------------------------------------

EXERCISES = (
    Exercise(
        id="cross-entropy.1",
        task=r"""
            The network answers 0.2, and the target is 1. How large is the cross-entropy $E$? Give four
            decimals.
            """,
        answer=Number(
            lambda: float(-np.log(0.2)),
            decimals=4,
            mistakes={
                "half squared error": (
                    "This is half the square of the error, the loss of chapter 1.",
                    lambda: (1 - 0.2) ** 2 / 2,
                ),
                "other logarithm": ("This is the logarithm to base 10.", lambda: float(-np.log10(0.2))),
                "other target": ("This is the loss for the target 0.", lambda: float(-np.log(0.8))),
            },
        ),
        blank="answer = ...",
        hints=(
            "Which probability did the network give to the right answer?",
            "With $t = 1$ only $-t \\ln a_2$ is left. In Python, $\\ln$ is `np.log`.",
        ),
        solution="answer = -np.log(0.2)",
        why=r"""
            The probability of the right answer is 0.2, and the loss is minus its logarithm. The half squared
            error would charge only 0.32.
            """,
    ),
    Exercise(
        id="cross-entropy.2",
        task=r"""
            Keep the sigmoid at the output, but take the loss $E = (t - a_2)^2$, without logarithms and
            without the ½. Write $\delta_2 = \partial E/\partial z_2$ in letters: type `a2` for $a_2$, and `*`
            for every product. You need not use all the letters.
            """,
        answer=Derivative(Network([[[0.8]], [[0.6]]], loss="squared_error"), "z2[0]"),
        blank="""
            def answer(x, w1, a1, w2, a2, t):
                return ...
            """,
        hints=(
            "Two factors: the slope of this loss, and the slope of the sigmoid.",
            "Does anything cancel this time?",
        ),
        solution="""
            def answer(x, w1, a1, w2, a2, t):
                return 2 * (a2 - t) * a2 * (1 - a2)
            """,
        why=r"""
            The slope of the loss is $2 (a_2 - t)$. It has no denominator that could cancel the sigmoid's
            slope, so $a_2 (1 - a_2)$ stays, and a saturated output learns slowly.
            """,
    ),
    Exercise(
        id="cross-entropy.3",
        task=r"""
            Back to cross-entropy, with one more neuron in the chain: $z_3 = w_3 a_2$ and $a_3 = \sigma(z_3)$.
            The loss is the cross-entropy between $a_3$ and $t$. Write $\partial E/\partial w_1$ in letters.
            """,
        answer=Derivative(Network([[[0.8]], [[0.6]], [[0.5]]], loss=LOSS), "w1[0,0]"),
        blank="""
            def answer(x, w1, a1, w2, a2, w3, a3, t):
                return ...
            """,
        hints=(
            "Begin with $\\delta_3$, in which the slope of the output has canceled.",
            "Then go back over $w_3$ and $w_2$. Both hidden neurons keep their slopes.",
        ),
        solution="""
            def answer(x, w1, a1, w2, a2, w3, a3, t):
                delta3 = a3 - t
                delta2 = delta3 * w3 * a2 * (1 - a2)
                delta1 = delta2 * w2 * a1 * (1 - a1)
                return delta1 * x
            """,
        why=r"""
            Only the last slope meets the logarithm and cancels. The slopes of the hidden neurons stay in the
            product, and each of them is ¼ at most.
            """,
    ),
    Exercise(
        id="cross-entropy.4",
        task=r"""
            Predict before you run anything. The target of the page changes from 1 to 0, and all the other
            numbers stay. By how much does $\delta_2$ change?

            Afterward, set `t` to `[0.0]` in the first cell and see for yourself in the section *The chain
            rule, symbols first*.
            """,
        answer=Number(change_of_delta, decimals=2),
        blank="answer = ...",
        hints=(
            "What does the output $a_2$ do when only the target changes?",
            "Write $\\delta_2$ for both targets, and subtract the old one from the new one.",
        ),
        solution="answer = (0.6 - 0) - (0.6 - 1)  # with any number in place of 0.6",
        why=r"""
            $\delta_2 = a_2 - t$, and $a_2$ does not depend on the target. So the change is $-0 + 1$, whatever
            the output is. With the half squared error it would be a quarter of that, at most.
            """,
    ),
    Exercise(
        id="cross-entropy.5",
        task=r"""
            One hidden neuron feeds three outputs over the weights 0.5, −1, and 2. The $\delta^{(2)}$ of the
            outputs are −0.3, 0.4, and 0.1. How large is $\partial E/\partial a^{(1)}_0$? Give two decimals.
            """,
        answer=Number(
            lambda: float(W2 @ DELTA2),
            decimals=2,
            mistakes={
                "weight forgotten": (
                    "Multiply each $\\delta$ by its weight first.",
                    lambda: float(DELTA2.sum()),
                ),
                "mean for sum": ("The paths are added, and not averaged.", lambda: float(W2 @ DELTA2) / 3),
                "first path only": ("There are three paths.", lambda: float(W2[0] * DELTA2[0])),
            },
        ),
        blank="answer = ...",
        hints=("How many paths lead from this neuron to the loss?", "Multiply along each path, and add."),
        solution="answer = 0.5 * -0.3 + -1 * 0.4 + 2 * 0.1",
        why=r"""
            There are three paths, one over each output. They bring back −0.15, −0.4, and 0.2.
            """,
    ),
    Exercise(
        id="cross-entropy.6",
        task=r"""
            Predict before you run anything. Let all four targets in `T` be 1. What will $w_2$ do in a long
            training run?

            - **a**: It comes to rest at some number.
            - **b**: It grows, and never comes to rest.
            - **c**: It falls.

            Afterward, set `T[1]` to 1 by changing the second target in the first cell, and see for yourself
            in the section *Training*.
            """,
        answer=Choice(
            all_targets_1,
            {
                "a": "At which output would the gradient be 0?",
                "b": """
                    The loss is 0 only at $a_2 = 1$, which a sigmoid never reaches. So every update adds a
                    little, and less each time.
                    """,
                "c": "Which way does an example with the target 1 pull?",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "The gradient of each example is $(a_2 - 1) \\, a_1$. Which sign does it have?",
            "Can $a_2$ become exactly 1?",
        ),
        solution='answer = "b"',
        why=r"""
            All four examples pull the same way, and none pulls back. The gradient $(a_2 - 1) \, a_1$ is
            negative as long as $a_2$ is below 1, and that is always.
            """,
    ),
    Exercise(
        id="cross-entropy.7",
        task=r"""
            Find the bug. This function should return the gradient of cross-entropy with respect to $w_2$, for
            a column of inputs and a column of targets. Training with it works, but slowly. Change it so that
            it is right.
            """,
        answer=Function(GRADIENT),
        blank="""
            def gradient(w1, w2, X, T):
                a1 = 1 / (1 + np.exp(-w1 * X))
                a2 = 1 / (1 + np.exp(-w2 * a1))
                delta2 = (a2 - T) * a2 * (1 - a2)
                return np.mean(delta2 * a1)
            """,
        hints=(
            "Which loss does this `delta2` belong to?",
            "With cross-entropy the slope of the output cancels.",
        ),
        solution="""
            def gradient(w1, w2, X, T):
                a1 = 1 / (1 + np.exp(-w1 * X))
                a2 = 1 / (1 + np.exp(-w2 * a1))
                delta2 = a2 - T
                return np.mean(delta2 * a1)
            """,
        why=r"""
            The slope $a_2 (1 - a_2)$ belongs to the half squared error. It is at most ¼, and it is positive,
            so each example still pulls the right way, but with less force. That is why the bug is hard to
            notice.
            """,
    ),
    Exercise(
        id="cross-entropy.8",
        task=r"""
            Write a function that returns both derivatives of the mean loss, $\partial E/\partial w_1$ first,
            for a column of inputs and a column of targets.
            """,
        answer=Function(GRADIENTS),
        blank="""
            def gradients(w1, w2, X, T):
                return ...
            """,
        hints=(
            "Compute `a1`, `a2`, `delta2`, and `delta1` for all the examples at once, as columns.",
            "The mean comes last, and is a mean of products: `np.mean(delta1 * X)`.",
        ),
        solution="""
            def gradients(w1, w2, X, T):
                a1 = 1 / (1 + np.exp(-w1 * X))
                a2 = 1 / (1 + np.exp(-w2 * a1))
                delta2 = a2 - T
                delta1 = delta2 * w2 * a1 * (1 - a1)
                return np.mean(delta1 * X), np.mean(delta2 * a1)
            """,
        why=r"""
            Each row of a column is one example, as if it were alone. The mean of the products is the gradient
            of the mean. A product of means would be something else.
            """,
    ),
    Exercise(
        id="cross-entropy.9",
        task=r"""
            Put it all together. Write a function that trains both weights on these examples. It makes as many
            updates as `updates` says, and returns the two weights.
            """,
        answer=Function(DESCEND),
        blank="""
            def descend(w1, w2, X, T, learning_rate, updates):
                return ...
            """,
        hints=(
            "A loop runs through `range(updates)`. Inside it there are three parts: forward, back, update.",
            "Compute both deltas before a weight moves, and step *against* the gradient.",
        ),
        solution="""
            def descend(w1, w2, X, T, learning_rate, updates):
                for _ in range(updates):
                    a1 = 1 / (1 + np.exp(-w1 * X))
                    a2 = 1 / (1 + np.exp(-w2 * a1))
                    delta2 = a2 - T
                    delta1 = delta2 * w2 * a1 * (1 - a1)
                    w1 = w1 - learning_rate * np.mean(delta1 * X)
                    w2 = w2 - learning_rate * np.mean(delta2 * a1)
                return w1, w2
            """,
        why=r"""
            It is the loop of chapter 1 with three changes: the slope of the output has gone, the examples
            stand in columns, and the mean makes one number of them.
            """,
    ),
)

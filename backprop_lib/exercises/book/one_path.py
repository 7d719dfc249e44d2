"""The exercises of chapter 1: from one factor to the whole gradient, and to a training loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import numpy as np

from backprop_lib.core import Network, sigmoid
from backprop_lib.exercises.exercise import Exercise
from backprop_lib.exercises.functions import slip
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.task import Arguments, Task
from backprop_lib.training import train

NUMBERS = (-1.0, 2.0, 1.0, 0.0)  # w1, w2, x and t of exercise 5


def slope(a: float) -> float:
    """Return the sigmoid's slope in terms of what it sends."""
    return a * (1 - a)


# ---- what the functions are given, and the mistakes that have names ------------------------------


def two_weights(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give two weights, an input and a target."""
    w1, w2, x = (float(number) for number in rng.normal(size=3))
    return {"w1": w1, "w2": w2, "x": x, "t": float(rng.uniform())}


def with_rate(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give a learning rate, too."""
    return {**two_weights(rng, sizes), "learning_rate": 0.3 * sizes[0]}


def three_weights(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give three weights, an input, a target, a learning rate and a number of updates."""
    w1, w2, w3, x = (float(number) for number in rng.normal(size=4))
    rest = {"t": float(rng.uniform()), "learning_rate": 0.5 * sizes[0], "updates": 1 + sizes[2]}
    return {"w1": w1, "w2": w2, "w3": w3, "x": x, **rest}


def gradient(w1: float, w2: float, x: float, t: float) -> Any:
    """Return both derivatives, as the package computes them."""
    return tuple(Network([[[w1]], [[w2]]]).gradients([x], [t]).by_name().values())


def wrong_gradient(
    output: Callable[[float], float] = slope, hidden: Callable[[float], float] = slope, back: bool = True
) -> Callable[..., Any]:
    """Return a gradient in which slopes are replaced, or the weight on the way back is missing."""

    def wrong(w1: float, w2: float, x: float, t: float) -> Any:
        a1 = sigmoid(w1 * x)
        a2 = sigmoid(w2 * a1)
        delta2 = (a2 - t) * output(a2)
        return delta2 * (w2 if back else 1) * hidden(a1) * x, delta2 * a1

    return wrong


def one(a: float) -> float:
    """Stand for a slope that was forgotten."""
    return 1.0


def step(w1: float, w2: float, x: float, t: float, learning_rate: float) -> Any:
    """Return both weights after an update, as the package computes them."""
    net = Network([[[w1]], [[w2]]])
    return tuple(net.step(net.gradients([x], [t]), learning_rate).by_name().values())


def early_step(w1: float, w2: float, x: float, t: float, learning_rate: float) -> Any:
    """Update one weight too early."""
    a1 = sigmoid(w1 * x)
    a2 = sigmoid(w2 * a1)
    delta2 = (a2 - t) * slope(a2)
    w2 = w2 - learning_rate * delta2 * a1
    return w1 - learning_rate * delta2 * w2 * slope(a1) * x, w2


def early_step_of_both(w1: float, w2: float, x: float, t: float, learning_rate: float) -> Any:
    """Compute the derivative for w2 in the network whose w1 has moved."""
    moved, _ = step(w1, w2, x, t, learning_rate)
    return moved, w2 - learning_rate * gradient(moved, w2, x, t)[1]


def descend(w1: float, w2: float, w3: float, x: float, t: float, learning_rate: float, updates: int) -> Any:
    """Return three weights after so many updates, as the package computes them."""
    net = Network([[[w1]], [[w2]], [[w3]]])
    return tuple(train(net, [x], [t], learning_rate, updates).network.by_name().values())


def wrong_descent(extra: int = 0, uphill: bool = False, early: bool = False) -> Callable[..., Any]:
    """Return a descent with another number of updates, uphill, or with weights that move too early."""

    def wrong(w1: float, w2: float, w3: float, x: float, t: float, learning_rate: float, updates: int) -> Any:
        rate = -learning_rate if uphill else learning_rate
        for _ in range(updates + extra):
            a1 = sigmoid(w1 * x)
            a2 = sigmoid(w2 * a1)
            a3 = sigmoid(w3 * a2)
            delta3 = (a3 - t) * slope(a3)
            new_w3 = w3 - rate * delta3 * a2
            delta2 = delta3 * (new_w3 if early else w3) * slope(a2)
            new_w2 = w2 - rate * delta2 * a1
            delta1 = delta2 * (new_w2 if early else w2) * slope(a1)
            w1, w2, w3 = w1 - rate * delta1 * x, new_w2, new_w3
        return w1, w2, w3

    return wrong


GRADIENT = Task(
    "gradient",
    two_weights,
    gradient,
    ["dE_dw1", "dE_dw2"],
    slips=[
        slip("swapped", lambda w1, w2, x, t: gradient(w1, w2, x, t)[::-1], "The two are in the wrong order."),
        slip("slope forgotten", wrong_gradient(output=one)),
        slip("slope forgotten", wrong_gradient(hidden=one)),
        slip("slope forgotten", wrong_gradient(one, one)),
        slip("weight forgotten", wrong_gradient(back=False), "The way back to $w_1$ leads over $w_2$."),
        slip(
            "x forgotten",
            lambda w1, w2, x, t: (gradient(w1, w2, x, t)[0] / x, gradient(w1, w2, x, t)[1]),
            "The last factor of $\\partial E/\\partial w_1$ is missing: what $w_1$ is multiplied by.",
        ),
    ],
)
STEP = Task(
    "step",
    with_rate,
    step,
    ["w1", "w2"],
    slips=[
        slip("new weight", early_step),
        slip("new weight", early_step_of_both),
        slip("uphill", lambda w1, w2, x, t, learning_rate: step(w1, w2, x, t, -learning_rate)),
        slip("rate forgotten", lambda w1, w2, x, t, learning_rate: step(w1, w2, x, t, 1.0)),
        slip("swapped", lambda *given: step(*given)[::-1], "The two are in the wrong order."),
    ],
)
DESCEND = Task(
    "descend",
    three_weights,
    descend,
    ["w1", "w2", "w3"],
    slips=[
        slip("one update more", wrong_descent(1), "It makes one update too many."),
        slip("one update less", wrong_descent(-1), "It makes one update too few."),
        slip(
            "one update only",
            lambda w1, w2, w3, x, t, learning_rate, updates: descend(w1, w2, w3, x, t, learning_rate, 1),
            "It makes one update only. Is `return` inside the loop?",
        ),
        slip("uphill", wrong_descent(uphill=True)),
        slip("new weight", wrong_descent(early=True)),
    ],
)


# ---- experiments that predictions are about ------------------------------------------------------


def stays() -> str:
    """Return which weight stays where it is if the second one begins at 0."""
    dE_dw1, dE_dw2 = gradient(0.5, 0.0, 0.1, 0.9)
    return "c" if dE_dw1 == dE_dw2 == 0 else "a" if dE_dw1 == 0 else "b"


@cache
def updates(t: float) -> int:
    """Return after how many updates the tutorial's network reaches the goal, with another target."""
    return train(
        Network([[[0.5]], [[0.5]]]), [0.1], [t], learning_rate=0.9, epochs=20_000, stop_below=5e-5
    ).updates


def with_target_1() -> str:
    """Return whether the target 1 needs fewer updates than 0.9, about as many, or many more."""
    share = updates(1.0) / updates(0.9)
    return "a" if share < 0.5 else "b" if share < 2 else "c"


# ---- the exercises -------------------------------------------------------------------------------

LETTERS = """
    def answer(x, w1, a1, w2, a2, t):
        return ...
    """

EXERCISES = (
    Exercise(
        id="one-path.1",
        task=r"""
            Someone leaves out the ½ and takes the loss $E = (t - a_2)^2$. Write $\partial E/\partial a_2$ in
            letters: type `a2` for $a_2$, and `*` for every product. You need not use all the letters.
            """,
        answer=Derivative(Network([[[0.5]], [[0.5]]], loss="squared_error"), "a2[0]"),
        blank=LETTERS,
        hints=(
            "The outer function is $u^2$ now. What is its derivative?",
            "The inner function is $u = t - a_2$. When $a_2$ grows, $u$ shrinks.",
        ),
        solution="""
            def answer(x, w1, a1, w2, a2, t):
                return 2 * (a2 - t)
            """,
        why=r"""
            The derivative of $u^2$ is $2u$, and the inner derivative is $-1$. Together they give
            $2 (t - a_2) \cdot (-1)$, which is $2 (a_2 - t)$. Without the ½ it is twice as large, and so is
            the whole gradient.
            """,
    ),
    Exercise(
        id="one-path.2",
        task="""
            The slope of the sigmoid is $a (1 - a)$, and $a$ lies between 0 and 1. How large can the slope
            get?
            """,
        answer=Number(
            lambda: float(sigmoid(0.0) * (1 - sigmoid(0.0))),
            decimals=2,
            mistakes={
                "a for the slope": (
                    "This is $a$ where the slope is largest. How large is the slope there?",
                    lambda: 0.5,
                ),
                "one factor": ("Where $a$ is 1, the other factor is 0.", lambda: 1),
            },
        ),
        blank="answer = ...",
        hints=(
            "Try a few values of $a$, such as 0.1, 0.5, and 0.9.",
            "The two factors always add up to 1. When is their product largest?",
        ),
        solution="answer = 0.5 * (1 - 0.5)",
        why=r"""
            $a (1 - a) = \tfrac{1}{4} - (a - \tfrac{1}{2})^2$, and a square is never negative. So the slope is
            ¼ at most, and it is ¼ at $a = \tfrac{1}{2}$, where $z = 0$. On the way back, the slope of
            every sigmoid makes the gradient at least four times smaller.
            """,
    ),
    Exercise(
        id="one-path.3",
        task=r"""
            Predict before you run anything. Let $w_2$ be 0 at the start, and leave the other numbers as they
            are. What happens in the first update?

            - **a**: $w_1$ stays where it is, and $w_2$ moves.
            - **b**: $w_2$ stays where it is, and $w_1$ moves.
            - **c**: Both stay where they are.

            Afterward, set `w2` to 0 in the first cell and see for yourself in the section *The update*.
            """,
        answer=Choice(
            stays,
            {
                "a": """The way back to $w_1$ leads over $w_2$, and with $w_2 = 0$ nothing gets through. After
                    this update $w_2$ is no longer 0, so from then on $w_1$ moves, too.""",
                "b": "Which of the two derivatives has $w_2$ as a factor?",
                "c": "One of the two derivatives is 0. The other one does not have $w_2$ as a factor.",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "Write both derivatives as products.",
            r"""$\partial E/\partial w_2 = \delta_2 a_1$. With $w_2 = 0$ the answer of the network is
            $\sigma(0)$. Is $\delta_2$ then 0?""",
        ),
        solution='answer = "a"',
        why=r"""
            $\partial E/\partial w_1 = \delta_2 \, w_2 \, a_1 (1 - a_1) \, x$ has the factor $w_2$, so it is
            0. The other derivative, $\delta_2 a_1$, is not: the answer is ½ and the target 0.9, so $\delta_2$
            is not 0, and $a_1$ never is.
            """,
    ),
    Exercise(
        id="one-path.4",
        task=r"""
            Let the output neuron pass $z_2$ on without squashing it, so that $a_2 = z_2$. The loss has its ½
            again. Write $\delta_2 = \partial E/\partial z_2$ in letters.
            """,
        answer=Derivative(Network([[[0.5]], [[0.5]]], activation=["sigmoid", "identity"]), "z2[0]"),
        blank=LETTERS,
        hints=(
            r"$\delta_2$ is the product of two factors. Which of them has changed?",
            "If $a_2 = z_2$, how fast does $a_2$ change with $z_2$?",
        ),
        solution="""
            def answer(x, w1, a1, w2, a2, t):
                return a2 - t
            """,
        why=r"""
            The first factor is $a_2 - t$, as before. The second factor, $\partial a_2/\partial z_2$, is the
            slope of $a_2 = z_2$, and that is 1. So however wrong the answer is, no flat sigmoid makes the
            gradient small.
            """,
    ),
    Exercise(
        id="one-path.5",
        task=r"""
            Both neurons have their sigmoids again. The numbers are $x = 1$, $t = 0$, $w_1 = -1$, and
            $w_2 = 2$. Compute $\partial E/\partial w_1$ to four decimals, with a calculator or with Python.
            """,
        answer=Number(
            lambda: gradient(*NUMBERS)[0],
            decimals=4,
            mistakes={
                "other weight": (r"This is $\partial E/\partial w_2$.", lambda: gradient(*NUMBERS)[1]),
                "both slopes forgotten": (
                    "The slopes of the two sigmoids are missing.",
                    lambda: wrong_gradient(one, one)(*NUMBERS)[0],
                ),
                "output slope forgotten": (
                    "The slope of the output neuron's sigmoid is missing.",
                    lambda: wrong_gradient(output=one)(*NUMBERS)[0],
                ),
                "hidden slope forgotten": (
                    "The slope of the hidden neuron's sigmoid is missing.",
                    lambda: wrong_gradient(hidden=one)(*NUMBERS)[0],
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "First go forward: $z_1 = -1$, then $a_1$, $z_2$, and $a_2$. Keep all the digits.",
            r"""Then go back: $\delta_2 = (a_2 - t) \, a_2 (1 - a_2)$ and $\delta_1 = \delta_2 \, w_2 \, a_1
            (1 - a_1)$. The last factor is $x$.""",
        ),
        solution="""
            a1 = 1 / (1 + np.exp(1))
            a2 = 1 / (1 + np.exp(-2 * a1))
            delta2 = (a2 - 0) * a2 * (1 - a2)
            delta1 = delta2 * 2 * a1 * (1 - a1)
            answer = delta1 * 1
            """,
        why=r"""
            The sign can be seen without computing. The target is 0, so the answer is too high and $\delta_2$
            is positive. The slopes are positive, and so are $w_2$ and $x$. So the derivative is positive, and
            $w_1$ has to shrink.
            """,
    ),
    Exercise(
        id="one-path.6",
        task=r"""
            Add a third neuron to the chain: $z_3 = w_3 a_2$ and $a_3 = \sigma(z_3)$. The loss is
            $E = \tfrac{1}{2} (t - a_3)^2$. Write $\partial E/\partial w_1$ in letters.
            """,
        answer=Derivative(Network([[[0.5]], [[0.5]], [[0.5]]]), "w1[0,0]"),
        blank="""
            def answer(x, w1, a1, w2, a2, w3, a3, t):
                return ...
            """,
        hints=(
            "Begin at the loss and go back link by link: $a_3$, $z_3$, $a_2$, $z_2$, $a_1$, $z_1$, $w_1$.",
            "The error comes first, and the input last. Between them there are three slopes and two weights.",
        ),
        solution="""
            def answer(x, w1, a1, w2, a2, w3, a3, t):
                delta3 = (a3 - t) * a3 * (1 - a3)
                delta2 = delta3 * w3 * a2 * (1 - a2)
                delta1 = delta2 * w2 * a1 * (1 - a1)
                return delta1 * x
            """,
        why=r"""
            One more neuron brings two more factors: its weight, and the slope of its sigmoid. The program
            carries $\delta$ back step by step. One long product is just as right.
            """,
    ),
    Exercise(
        id="one-path.7",
        task=r"""
            Predict before you run anything. With the numbers we began with, the loss falls below the goal
            after 812 updates. How many updates does it need if the target is 1?

            - **a**: less than half as many
            - **b**: about as many
            - **c**: more than twice as many

            Afterward, set `t` to 1 in the first cell and see for yourself in the section *Training*.
            """,
        answer=Choice(
            with_target_1,
            {
                "a": "What does the slope $a_2 (1 - a_2)$ become as $a_2$ gets close to 1?",
                "b": "This time $a_2$ has to get close to 1. What becomes of its slope there?",
                "c": """It needs more than twenty times as many. The closer $a_2$ gets to 1, the flatter the
                    sigmoid, and the smaller the steps.""",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "The goal is reached when the answer is off by 0.01. Where is the answer then?",
            "At 0.89 the slope of the sigmoid is about 0.1. How large is it at 0.99?",
        ),
        solution='answer = "c"',
        why="""
            The answer has to reach 0.99. There the slope of the sigmoid is 0.0099, about a tenth of what it
            is at 0.89, and each step is smaller by that much. It takes 17,462 updates. A sigmoid never
            reaches 0 or 1, so these are hard targets for it.
            """,
    ),
    Exercise(
        id="one-path.8",
        task="""
            Find the bug. This function should return both weights after one update. Its numbers are nearly
            right. Change it so that they are right.
            """,
        answer=Function(STEP),
        blank="""
            def step(w1, w2, x, t, learning_rate):
                a1 = sigmoid(w1 * x)
                a2 = sigmoid(w2 * a1)
                delta2 = (a2 - t) * a2 * (1 - a2)
                w2 = w2 - learning_rate * delta2 * a1
                delta1 = delta2 * w2 * a1 * (1 - a1)
                w1 = w1 - learning_rate * delta1 * x
                return w1, w2
            """,
        hints=(
            "Taken alone, every line is right. Look at their order.",
            r"Which $w_2$ did the forward pass use, and which one is used for $\delta_1$?",
        ),
        solution="""
            def step(w1, w2, x, t, learning_rate):
                a1 = sigmoid(w1 * x)
                a2 = sigmoid(w2 * a1)
                delta2 = (a2 - t) * a2 * (1 - a2)
                delta1 = delta2 * w2 * a1 * (1 - a1)
                w2 = w2 - learning_rate * delta2 * a1
                w1 = w1 - learning_rate * delta1 * x
                return w1, w2
            """,
        why=r"""
            The weight $w_2$ moved too early, so $\delta_1$ was computed with the new one. Compute all the
            deltas first, and move the weights afterward. The smaller the learning rate, the harder it is to
            notice this bug.
            """,
    ),
    Exercise(
        id="one-path.9",
        task=r"""
            Write a function that returns $\partial E/\partial w_1$ and $\partial E/\partial w_2$, in this
            order, for the network of this page and any numbers. You may use `sigmoid` from the first cell.
            """,
        answer=Function(GRADIENT),
        blank="""
            def gradient(w1, w2, x, t):
                return ...
            """,
        hints=(
            "Begin with the forward pass: you need `a1` and `a2`.",
            "Then compute `delta2` and `delta1`. Each derivative is a delta times one more number.",
        ),
        solution="""
            def gradient(w1, w2, x, t):
                a1 = sigmoid(w1 * x)
                a2 = sigmoid(w2 * a1)
                delta2 = (a2 - t) * a2 * (1 - a2)
                delta1 = delta2 * w2 * a1 * (1 - a1)
                return delta1 * x, delta2 * a1
            """,
        why=r"""
            The way back needs $a_1$ and $a_2$, so the forward pass comes first. Each $\delta$ follows from
            the one after it, and each derivative is a $\delta$ times the number that its weight multiplies.
            """,
    ),
    Exercise(
        id="one-path.10",
        task="""
            Put it all together. Write a function that trains the chain of three neurons from exercise 6. It
            makes as many updates as `updates` says, and returns the three weights.
            """,
        answer=Function(DESCEND),
        blank="""
            def descend(w1, w2, w3, x, t, learning_rate, updates):
                return ...
            """,
        hints=(
            "A loop runs through `range(updates)`. Inside it there are three parts: forward, back, update.",
            "There are three deltas. Compute all of them before any weight moves.",
        ),
        solution="""
            def descend(w1, w2, w3, x, t, learning_rate, updates):
                for _ in range(updates):
                    a1 = sigmoid(w1 * x)
                    a2 = sigmoid(w2 * a1)
                    a3 = sigmoid(w3 * a2)
                    delta3 = (a3 - t) * a3 * (1 - a3)
                    delta2 = delta3 * w3 * a2 * (1 - a2)
                    delta1 = delta2 * w2 * a1 * (1 - a1)
                    w1 = w1 - learning_rate * delta1 * x
                    w2 = w2 - learning_rate * delta2 * a1
                    w3 = w3 - learning_rate * delta3 * a2
                return w1, w2, w3
            """,
        why="""
            One more neuron costs one more line forward, one back, and one in the update. With a list of
            weights these lines become a loop, and that is how the package does it.
            """,
    ),
)

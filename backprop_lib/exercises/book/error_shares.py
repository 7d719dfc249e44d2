"""The exercises of chapter 5: the error of an output, what goes back to the inputs, and a whole layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backprop_lib.core import Array, Network, sigmoid
from backprop_lib.exercises.exercise import Exercise
from backprop_lib.exercises.functions import slip
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.task import Arguments, Task

X, T = np.array([1.0, 0.5, 0.8, 0.6]), np.array([1.0, 0.9, 0.5])
W = np.array([[0.6, 0.1, 0.15, 0.25], [0.2, 0.8, 0.4, 0.5], [0.1, 0.05, 0.3, 0.05]])
NET = Network([W])
SMALL, ERRORS = np.array([[1.0, 2.0], [3.0, -1.0], [0.0, 1.0]]), np.array([1.0, 2.0, 3.0])  # of exercise 3


# ---- what the functions are given, and the mistakes that have names ------------------------------


def one_layer(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give the weights of a layer, an input and its targets."""
    inputs, outputs = sizes[1:]
    return {
        "W": rng.normal(size=(outputs, inputs)),
        "x": rng.normal(size=inputs),
        "t": rng.uniform(size=outputs),
    }


def a_run(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give the same, a learning rate and a number of updates."""
    return {**one_layer(rng, sizes), "learning_rate": 0.5 * sizes[0], "updates": 2 + sizes[2]}


def layer_gradient(W: Array, x: Array, t: Array) -> Any:
    """Return the gradient of a layer of sigmoids, as the package computes it."""
    return Network([W]).gradients(x, t).weights[0]


def wrong_gradient(
    slope: Callable[[Array], Array] = lambda a: a * (1 - a), sign: float = 1.0
) -> Callable[..., Any]:
    """Return a gradient with another slope, or with another sign."""

    def wrong(W: Array, x: Array, t: Array) -> Any:
        a = sigmoid(W @ x)
        return sign * np.outer((a - t) * slope(a), x)

    return wrong


def trained(W: Array, x: Array, t: Array, learning_rate: float, updates: int) -> Any:
    """Return the weights after so many updates, each with the package's gradient."""
    for _ in range(updates):
        W = W - learning_rate * layer_gradient(W, x, t)
    return W


def wrong_training(
    gradient: Callable[..., Any] = layer_gradient, more: int = 0, times: float = 1.0
) -> Callable[..., Any]:
    """Return a training loop in which one thing is done in another way."""

    def wrong(W: Array, x: Array, t: Array, learning_rate: float, updates: int) -> Any:
        for _ in range(updates + more):
            W = W - times * learning_rate * gradient(W, x, t)
        return W

    return wrong


GRADIENT = Task(
    "layer_gradient",
    one_layer,
    layer_gradient,
    ["dE_dW"],
    slips=[
        slip("slope forgotten", wrong_gradient(np.ones_like)),
        slip("slope twice", wrong_gradient(lambda a: (a * (1 - a)) ** 2)),
    ],
)
DESCEND = Task(
    "descend_layer",
    a_run,
    trained,
    ["W"],
    slips=[
        slip("uphill", wrong_training(times=-1.0)),
        slip("slope forgotten", wrong_training(wrong_gradient(np.ones_like))),
        slip("one update more", wrong_training(more=1), "It makes one update too many."),
        slip("one update less", wrong_training(more=-1), "It makes one update too few."),
        slip(
            "only one update",
            lambda W, x, t, learning_rate, updates: trained(W, x, t, learning_rate, 1),
            "It makes a single update. Is `return` inside the loop?",
        ),
    ],
)


# ---- experiments that predictions are about ------------------------------------------------------


def shared_out(weights: Array, errors: Array) -> Array:
    """Return what each input gets if the errors are shared out in proportion to the weights."""
    shares: Array = (weights / weights.sum(axis=1, keepdims=True)).T @ errors
    return shares


def still() -> str:
    """Return which gradients vanish if input 1 is 0, and whether this input still gets a share."""
    x = np.where(np.arange(4) == 1, 0.0, X)
    gone = np.argwhere(NET.gradients(x, T).weights[0] == 0)
    share = shared_out(W, T - W @ x)[1]
    column = gone[:, 1].tolist() == [1, 1, 1]
    return ("a" if share else "b") if column else "c"


def equal_sums() -> str:
    """Return how the shares compare with what the calculus sends back if all rows have one sum."""
    even = W * W[0].sum() / W.sum(axis=1, keepdims=True)
    errors = T - even @ X
    ratios = shared_out(even, errors) / (even.T @ errors)
    if not np.allclose(ratios, ratios[0], rtol=1e-9):
        return "c"
    return "b" if np.isclose(ratios[0], 1) else "a"


def signs() -> str:
    """Return which signs the gradients have if all targets are 0.9."""
    found = NET.gradients(X, np.full(3, 0.9)).weights[0]
    return "a" if (found > 0).all() else "b" if (found < 0).all() else "c"


# ---- the exercises -------------------------------------------------------------------------------

LETTERS = """
    def answer(x, w1, a1, t):
        return ...
    """

EXERCISES = (
    Exercise(
        id="error-shares.1",
        task=r"""
            Write $\partial E/\partial a^{(1)}_1$ in letters for the loss $\frac{1}{2} \sum_k (t_k - a_k)^2$
            of this page. Type `a1[1]` for $a^{(1)}_1$ (layer 1, neuron 1). You need not use all the letters.
            """,
        answer=Derivative(NET, "a1[1]"),
        blank=LETTERS,
        hints=(
            "How many of the three terms depend on this output?",
            "The square brings down a 2, and the ½ cancels it. What does the inside contribute?",
        ),
        solution="""
            def answer(x, w1, a1, t):
                return -(t[1] - a1[1])
            """,
        why="""
            The inside, $t - a$, falls when $a$ rises. Its derivative is −1, and this is where the minus comes
            from.
            """,
    ),
    Exercise(
        id="error-shares.2",
        task=r"""
            Now the network with sigmoids. Write $\partial E/\partial w^{(1)}_{20}$ using only $x$, $a^{(1)}$,
            and $t$.
            """,
        answer=Derivative(NET, "w1[2,0]"),
        blank=LETTERS,
        hints=(
            "To which output does this weight lead, and from which input does it come?",
            "There are three factors: from the loss, the slope of the sigmoid, and the input.",
        ),
        solution="""
            def answer(x, w1, a1, t):
                return -(t[2] - a1[2]) * a1[2] * (1 - a1[2]) * x[0]
            """,
        why="""
            Only the term of output 2 depends on this weight. The weight itself does not appear in its own
            gradient, except inside $a$.
            """,
    ),
    Exercise(
        id="error-shares.3",
        task=r"""
            A layer without sigmoids has the weights `W = [[1, 2], [3, -1], [0, 1]]`, and the errors $t - a$
            of its three outputs are 1, 2, and 3. What goes back to the two inputs according to calculus,
            $W^\top (t - a)$? Give two numbers as a list.
            """,
        answer=Number(
            lambda: SMALL.T @ ERRORS,
            decimals=2,
            mistakes={
                "shares": (
                    "These are the shares. Calculus does not divide by the sum of a row.",
                    lambda: shared_out(SMALL, ERRORS),
                ),
                "no signs": (
                    "One of the weights is negative, so it turns its error around.",
                    lambda: abs(SMALL).T @ ERRORS,
                ),
                "no errors": ("These are the sums of the columns. Where are the errors?", lambda: [4, 2]),
            },
        ),
        blank="answer = ...",
        hints=(
            "Which numbers does input 0 collect: a row of the matrix or a column?",
            "Input 0 collects $1 \\cdot 1 + 3 \\cdot 2 + 0 \\cdot 3$.",
        ),
        solution="answer = np.array([[1, 2], [3, -1], [0, 1]]).T @ [1, 2, 3]",
        why="""
            Going back, an input collects down its column. The transposed matrix has the columns as its rows,
            so one product collects for both inputs.
            """,
    ),
    Exercise(
        id="error-shares.4",
        task=r"""
            Predict before you run anything. With the numbers of this page, `x[1]` is set to 0. Which
            gradients of `net` vanish? And do the shares still give input 1 a part of the errors?

            - **a**: those of the three weights from input 1, and it still gets a share
            - **b**: those of the three weights from input 1, and it gets no share
            - **c**: those of the four weights to output 1

            Afterward, set `x[1]` to 0 in the first cell and look at the table of shares and at the heat map.
            """,
        answer=Choice(
            still,
            {
                "a": """Each gradient has the input as a factor. A share depends on the weights and the errors
                    and does not ask what came in.""",
                "b": "The gradients are right. Which numbers is a share computed from?",
                "c": "In which column of `W` are the weights from input 1?",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "What is the last factor of a gradient in this layer?",
            "Does the formula of a share contain $x$ anywhere but in the error?",
        ),
        solution='answer = "a"',
        why=r"""
            What is sent back to an *input* and the gradient of a *weight* are two things. A nudge of this
            input would change the loss. A nudge of its weights changes nothing while the input is 0.
            """,
    ),
    Exercise(
        id="error-shares.5",
        task=r"""
            Predict before you run anything. The second and the third row of `W` are multiplied by a number
            each, so that all three rows have the same sum, 1.1. How do the shares now compare with
            $W^\top (t - a)$?

            - **a**: They have the same direction and another length.
            - **b**: They are equal.
            - **c**: They have another direction.
            """,
        answer=Choice(
            equal_sums,
            {
                "a": """Each output is divided by the same number now. So the shares are $W^\\top (t - a)$
                    divided by 1.1.""",
                "b": "By what does a share divide?",
                "c": "By what does each output divide, and how do these numbers differ?",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "Write down the denominators of the three outputs.",
            "If all the denominators are equal, you can take them out of the sum.",
        ),
        solution='answer = "a"',
        why="""
            This is the case in which the tutorial's reason holds: the denominators are a common factor, and
            the learning rate takes care of it.
            """,
    ),
    Exercise(
        id="error-shares.6",
        task=r"""
            An output has the weights 0.1, 0.05, 0.3, and a fourth one. For which fourth weight is the share
            of the first input exactly a hundred times the error?

            Afterward, set `W[2, 3]` to this number in the first cell and compare the shares with
            `W.T @ errors`.
            """,
        answer=Number(
            lambda: 0.1 / 100 - (0.1 + 0.05 + 0.3),
            decimals=4,
            mistakes={
                "sum of the row": ("This is the sum that the row should have.", lambda: 0.001),
                "no share": (
                    "With this weight the row adds up to 0, and there is no share at all.",
                    lambda: -0.45,
                ),
                "a hundredth": ("This gives a share of a hundredth of the error.", lambda: 9.55),
            },
        ),
        blank="answer = ...",
        hints=(
            "Which sum does the row need, so that 0.1 divided by it is 100?",
            "The first three weights add up to 0.45.",
        ),
        solution="answer = 0.1 / 100 - 0.45",
        why="""
            The row then adds up to 0.001, and the share is $0.1 / 0.001 = 100$. What calculus sends back is
            0.1 times the error, whatever the fourth weight is.
            """,
    ),
    Exercise(
        id="error-shares.7",
        task=r"""
            Predict before you run anything. With the numbers of this page, all three targets are set to 0.9.
            Which signs do the twelve gradients of `net` have?

            - **a**: All are positive.
            - **b**: All are negative.
            - **c**: There are both signs.

            Afterward, set the targets to `[0.9, 0.9, 0.9]` in the first cell and look at the heat map.
            """,
        answer=Choice(
            signs,
            {
                "a": "Should the weights grow or shrink if an output is too low?",
                "b": """All three outputs are below 0.9, so each δ is negative, and no input turns the sign
                    around.""",
                "c": "Are there outputs above 0.9? The largest $z$ is 1.22.",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "The sign of δ tells whether an output is too high or too low.",
            "Compare the three outputs with 0.9. All the inputs are positive.",
        ),
        solution='answer = "b"',
        why="""
            If all the inputs are positive, every row of the gradient has the sign of its δ. All the weights
            then move the same way in this step.
            """,
    ),
    Exercise(
        id="error-shares.8",
        task="""
            Find the bug. This function should return the gradient of a layer with sigmoids, so that a program
            can subtract it from the weights. Its shape is right.
            """,
        answer=Function(GRADIENT),
        blank="""
            def layer_gradient(W, x, t):
                a = 1 / (1 + np.exp(-W @ x))
                return np.outer((t - a) * a * (1 - a), x)
            """,
        hints=(
            "If you subtract this, does an output that is too low rise or fall?",
            "The derivative of $t - a$ with respect to $a$ is missing.",
        ),
        solution="""
            def layer_gradient(W, x, t):
                a = 1 / (1 + np.exp(-W @ x))
                return np.outer(-(t - a) * a * (1 - a), x)
            """,
        why="""
            This is the tutorial's lost minus. The program ran, and the shape was right, but a step against
            such a gradient goes uphill.
            """,
    ),
    Exercise(
        id="error-shares.9",
        task="""
            Put it together. Write a function that trains a layer with sigmoids, of any size, with as many
            updates as `updates` says. Return the weights.
            """,
        answer=Function(DESCEND),
        blank="""
            def descend_layer(W, x, t, learning_rate, updates):
                return ...
            """,
        hints=(
            "Each update goes forward to `a`, computes `delta`, and changes `W`.",
            "Write `W = W - …`, not `W -= …`: the array was only lent to you.",
        ),
        solution="""
            def descend_layer(W, x, t, learning_rate, updates):
                for _ in range(updates):
                    a = 1 / (1 + np.exp(-W @ x))
                    delta = -(t - a) * a * (1 - a)
                    W = W - learning_rate * np.outer(delta, x)
                return W
            """,
        why="""
            The table `np.outer(delta, x)` has a row for each output and a column for each input, just like
            `W`. So one line updates the whole layer.
            """,
    ),
)

"""The exercises of chapter 8: the softmax and its slopes, the pull of an L2 term, a whole layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, sigmoid
from backprop_lib.exercises.exercise import Exercise
from backprop_lib.exercises.functions import slip
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.task import Arguments, Task
from backprop_lib.training import train

THREE = Network(
    [[[0.5, -0.3], [0.1, 0.4], [-0.2, 0.2]]],
    [[0.1, 0.0, -0.1]],
    activation="softmax",
    loss="categorical_cross_entropy",
)
Z = (1.0, 2.0, 4.0)  # of exercise 2


# ---- what is right, as the package computes it ---------------------------------------------------


def shares(z: ArrayLike) -> Array:
    """Return the softmax of a layer."""
    z = np.asarray(z, dtype=float)
    identity = Network([np.eye(z.size)], activation="softmax", loss="categorical_cross_entropy")
    a: Array = identity.forward(z).a[-1]
    return a


def softmax_gradients(W: Array, b: Array, x: Array, t: Array) -> Any:
    """Return the gradients of a layer with a softmax."""
    net = Network([W], [b], activation="softmax", loss="categorical_cross_entropy")
    found = net.gradients(x, t)
    return found.weights[0], (found.biases or [])[0]


def wrong_gradients(
    back: Callable[[Array], Array] = lambda a: np.ones_like(a), squash: Callable[[Array], Array] = shares
) -> Callable[..., Any]:
    """Return gradients with a slope too many, or with another activation."""

    def wrong(W: Array, b: Array, x: Array, t: Array) -> Any:
        a = squash(W @ x + b)
        delta = (a - t) * back(a)
        return np.outer(delta, x), delta

    return wrong


def with_pull(W: Array, dE_dW: Array, l2: float) -> Array:
    """Return the gradient of E + l2/2 Σ w²: what a step of `train` against it moves, divided by the rate."""
    net, rate = Network([W], activation="identity"), 0.5
    x, t = np.zeros(W.shape[1]), np.zeros(len(W))
    pulled = train(net, x, t, rate, epochs=1, l2=l2).network.weights[0]
    gradient: Array = dE_dW + (W - pulled) / rate
    return gradient


# ---- what the functions are given ----------------------------------------------------------------


def scores(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give the z of a layer, some of them far out."""
    return {"z": rng.normal(size=sizes[1] + 1) * 10.0 ** (sizes[0] % 4)}


def layer(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give a layer, an input and the targets of one class."""
    inputs, outputs = sizes[0], sizes[1] + 1
    t = np.eye(outputs)[rng.integers(outputs)]
    return {
        "W": rng.normal(size=(outputs, inputs)),
        "b": rng.normal(size=outputs),
        "x": rng.normal(size=inputs),
        "t": t,
    }


def weights_and_gradient(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give weights, their gradient, and the factor of the L2 term."""
    W, dE_dW = rng.normal(size=(2, sizes[1], sizes[0]))
    return {"W": W, "dE_dW": dE_dW, "l2": float(rng.uniform(0.05, 0.3))}


SOFTMAX = Task(
    "softmax",
    scores,
    shares,
    ["a"],
    slips=[
        slip("not divided", lambda z: np.exp(z - z.max()), "The shares do not add up to 1."),
        slip("sigmoid", sigmoid, "These are sigmoids: each looks at its own $z$ alone."),
        slip(
            "minus",
            lambda z: shares(-z),
            "The largest $z$ gets the smallest share. Look at the sign of the exponent.",
        ),
        slip(
            "no exponential",
            lambda z: z / z.sum(),
            "These are shares of $z$ itself. Where is the exponential?",
        ),
    ],
)
PULL = Task(
    "pulled_gradient",
    weights_and_gradient,
    with_pull,
    ["gradient"],
    slips=[
        slip(
            "pushed",
            lambda W, dE_dW, l2: dE_dW - l2 * W,
            "The term pushes weights away from 0. Look at its sign.",
        ),
        slip(
            "not halved",
            lambda W, dE_dW, l2: dE_dW + 2 * l2 * W,
            "What does the ½ in front of the term cancel?",
        ),
        slip(
            "halved twice", lambda W, dE_dW, l2: dE_dW + l2 / 2 * W, "The 2 of the derivative cancels the ½."
        ),
        slip(
            "its size",
            lambda W, dE_dW, l2: dE_dW + l2 * abs(W),
            "A negative weight must be pulled upward, toward 0.",
        ),
        slip("no pull", lambda W, dE_dW, l2: dE_dW, "The L2 term is missing."),
        slip(
            "pull alone",
            lambda W, dE_dW, l2: l2 * W,
            r"This is the pull alone. Where is $\partial E/\partial W$?",
        ),
    ],
)
LAYER = Task(
    "softmax_gradients",
    layer,
    softmax_gradients,
    ["dE_dW", "dE_db"],
    slips=[
        slip(
            "slope",
            wrong_gradients(back=lambda a: a * (1 - a)),
            "A slope is left over. Behind a softmax, its slopes have canceled out of δ.",
        ),
        slip(
            "sigmoid", wrong_gradients(squash=sigmoid), "This layer has sigmoids. It should have a softmax."
        ),
        slip(
            "transposed",
            lambda W, b, x, t: (softmax_gradients(W, b, x, t)[0].T, softmax_gradients(W, b, x, t)[1]),
        ),
        slip(
            "bias forgotten",
            lambda W, b, x, t: softmax_gradients(W, 0 * b, x, t),
            "The biases are missing from $z$.",
        ),
    ],
)


# ---- experiments that predictions are about ------------------------------------------------------


def shifted() -> str:
    """Return what becomes of the shares if 10 is added to every z."""
    before, after = shares(Z), shares(np.add(Z, 10))
    if np.allclose(before, after, rtol=1e-12):
        return "c"
    return "a" if after.max() > before.max() else "b"


def bias_or_weight() -> str:
    """Return whether the bias alone gives the answer to both inputs when the weight is pulled."""
    net = Network([[[0.5]]], [[0.0]])
    run = train(net, [[0.0], [1.0]], [[0.9], [0.9]], 1.0, epochs=20_000, l2=1.0).network
    close = abs(run.forward([1.0]).a[-1].item() - 0.9) < 0.01
    small = abs(run.weights[0].item()) < 0.01
    return "b" if close and small else "a" if not close else "c"


# ---- the exercises -------------------------------------------------------------------------------

LETTERS = """
    def answer(x, w1, b1, a1, t):
        return ...
    """

EXERCISES = (
    Exercise(
        id="your-own-network.1",
        task=r"""
            Predict before you run anything. Three outputs have $z = (1, 2, 4)$. You add 10 to each of them.
            What happens to the shares that the softmax makes of them?

            - **a**: The largest share grows.
            - **b**: The shares become more alike.
            - **c**: Nothing.
            """,
        answer=Choice(
            shifted,
            {
                "a": "By which factor does each exponential grow?",
                "b": "Write $e^{z + 10}$ as a product. What do you divide by?",
                "c": """Every exponential grows by the factor $e^{10}$, and so does their sum. Only the
                    differences between the $z$ count.""",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "$e^{z + 10} = e^{10} \\cdot e^z$.",
            "Numerator and denominator have a common factor now.",
        ),
        solution='answer = "c"',
        why=r"""
            $\frac{e^{10} e^{z_i}}{\sum_k e^{10} e^{z_k}} = \frac{e^{z_i}}{\sum_k e^{z_k}}$. Programs make use
            of this: they subtract the largest $z$ first, so no exponential is above 1 and none overflows.
            """,
    ),
    Exercise(
        id="your-own-network.2",
        task="""
            Now compute the three shares for $z = (1, 2, 4)$, to three decimals. Give them as a list.
            """,
        answer=Number(
            lambda: shares(Z),
            decimals=3,
            mistakes={
                "sigmoid": (
                    "These are sigmoids. Shares add up to 1.",
                    lambda: sigmoid(np.array(Z)),
                ),
                "no exponential": (
                    "These are shares of $z$ itself. Where is the exponential?",
                    lambda: np.array(Z) / sum(Z),
                ),
                "minus": (
                    "The largest $z$ should get the largest share.",
                    lambda: shares(-np.array(Z)),
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "Compute the three exponentials first, then their sum.",
            "With the largest $z$ subtracted, the exponentials are $e^{-3}$, $e^{-2}$, and $e^0$.",
        ),
        solution="""
            e = np.exp([1, 2, 4])
            answer = e / e.sum()
            """,
        why="""
            The largest $z$ leads by only 2, and yet it gets more than four fifths: the exponential makes
            differences into factors.
            """,
    ),
    Exercise(
        id="your-own-network.3",
        task=r"""
            A layer has two inputs, three outputs, biases, and a softmax. Write $\partial a_1/\partial z_0$ in
            letters: how does the share of output 1 change when $z$ of output 0 grows? Type `a1[0]` for the
            share of output 0 (layer 1, neuron 0).
            """,
        answer=Derivative(THREE, "a1[1]/z1[0]"),
        blank=LETTERS,
        hints=(
            "If output 0 gets more, do the others get more or less?",
            """Write $a_1 = e^{z_1} / S$, where $S$ is the sum. Only $S$ depends on $z_0$, and its derivative
            is $e^{z_0}$.""",
        ),
        solution="""
            def answer(x, w1, b1, a1, t):
                return -a1[0] * a1[1]
            """,
        why=r"""
            $\frac{\partial}{\partial z_0} \frac{e^{z_1}}{S} = -\frac{e^{z_1}}{S^2} \, e^{z_0} = -a_1 a_0$.
            What one output gains, all the others lose.
            """,
    ),
    Exercise(
        id="your-own-network.4",
        task=r"""
            In the same layer, write $\partial E/\partial w^{(1)}_{21}$ in letters, for the categorical
            cross-entropy. Do not use that targets add up to 1: leave their sum as it is,
            `t[0] + t[1] + t[2]`.
            """,
        answer=Derivative(THREE, "w1[2,1]"),
        blank=LETTERS,
        hints=(
            r"It is δ of the neuron that the weight leads to, times what comes in.",
            r"$\delta_2 = a_2 \, (t_0 + t_1 + t_2) - t_2$.",
        ),
        solution="""
            def answer(x, w1, b1, a1, t):
                return (a1[2] * (t[0] + t[1] + t[2]) - t[2]) * x[1]
            """,
        why=r"""
            The weight leads to neuron 2, from input 1. Three paths go back to it, one over each output, and
            together they make δ. If the targets add up to 1, δ is $a_2 - t_2$.
            """,
    ),
    Exercise(
        id="your-own-network.5",
        task="""
            Write the softmax of a layer. It is given an array `z`, and returns an array of the same shape. It
            has to be right for small numbers, and for numbers in the thousands, too.
            """,
        answer=Function(SOFTMAX),
        blank="""
            def softmax(z):
                return ...
            """,
        hints=(
            "What is `np.exp(1000.0)`?",
            "Exercise 1 says what you may add to all of them, or subtract.",
        ),
        solution="""
            def softmax(z):
                e = np.exp(z - z.max())
                return e / e.sum()
            """,
        why="""
            With the largest $z$ subtracted, the largest exponential is 1. Small ones may underflow to 0, and
            that is all right.
            """,
    ),
    Exercise(
        id="your-own-network.6",
        task=r"""
            Write a function that returns the gradient with the L2 term: that of
            $E + \frac{\lambda}{2} \sum w^2$. It is given the weights `W`, the gradient `dE_dW`, and $\lambda$
            as `l2`.
            """,
        answer=Function(PULL),
        blank="""
            def pulled_gradient(W, dE_dW, l2):
                return ...
            """,
        hints=(
            r"The derivative of a sum is the sum of the derivatives.",
            r"What is the derivative of $\frac{\lambda}{2} w^2$ with respect to $w$?",
        ),
        solution="""
            def pulled_gradient(W, dE_dW, l2):
                return dE_dW + l2 * W
            """,
        why="""
            A step goes against this gradient, so a positive weight shrinks and a negative one grows: both
            move toward 0.
            """,
    ),
    Exercise(
        id="your-own-network.7",
        task=r"""
            Predict before you run anything. One neuron with one weight and one bias should answer 0.9 to the
            input 0 and to the input 1. It begins with $w = 0.5$ and learns with a strong pull, $\lambda = 1$.
            What is the result?

            - **a**: The weight is pulled toward 0, so the answers stay far from 0.9.
            - **b**: The weight goes to about 0, and the bias gives the answer alone.
            - **c**: The weight and the bias share the work.
            """,
        answer=Choice(
            bias_or_weight,
            {
                "a": "Is there a parameter that nothing pulls?",
                "b": "The L2 term leaves the biases out, so the bias can grow until both answers are right.",
                "c": "A weight that is not 0 costs something. Is it needed for these two examples?",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "Both examples have the same target.",
            "What does the network answer if $w = 0$? It is $\\sigma(b)$ for every input.",
        ),
        solution='answer = "b"',
        why=r"""
            With $w = 0$ the loss can still fall to 0, since $\sigma(b) = 0.9$ for a suitable $b$. The term
            costs nothing there. This is why biases are left out of it.
            """,
    ),
    Exercise(
        id="your-own-network.8",
        task="""
            Put it together: write the forward and the backward pass of a layer with a softmax and the
            categorical cross-entropy. `W` has the shape (outputs, inputs), and the targets add up to 1.
            Return both gradients.
            """,
        answer=Function(LAYER),
        blank="""
            def softmax_gradients(W, b, x, t):
                return ...
            """,
        hints=(
            "Forward: `z`, then its shares `a`. Which δ do the softmax and this loss give together?",
            "`np.outer(delta, x)` has a row for each output and a column for each input.",
        ),
        solution="""
            def softmax_gradients(W, b, x, t):
                z = W @ x + b
                e = np.exp(z - z.max())
                delta = e / e.sum() - t
                return np.outer(delta, x), delta
            """,
        why="""
            Nothing else has to be learned for a last layer that classifies. Below it, the way back is the one
            you know.
            """,
    ),
)

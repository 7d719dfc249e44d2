"""The exercises of chapter 6: shapes, deep chains, rates, momentum, batches, and any depth in one loop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_lib.core import Array, Network
from backprop_lib.exercises.exercise import Exercise
from backprop_lib.exercises.functions import slip
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.task import Arguments, Task
from backprop_lib.training import train

NET = Network.random([2, 2, 2], seed=6, loss="squared_error")
CHAIN = Network(
    [[[0.5, -0.3]], [[0.8]], [[-0.6]]], activation=["tanh", "tanh", "sigmoid"], loss="squared_error"
)
SIZES = (5, 4, 3)  # of exercise 2
WIDE = (784, 32, 32, 10)  # of exercise 4


# ---- what the functions are given, and the mistakes that have names ------------------------------


def examples(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give the gradients of single examples, a row each, and a batch size that does not divide them."""
    batch_size = sizes[1]
    return {"gradients": rng.normal(size=(3 * batch_size + 1, sizes[0])), "batch_size": batch_size}


def batches(gradients: Array, batch_size: int) -> list[Array]:
    """Return the gradients of each batch."""
    return [gradients[k : k + batch_size] for k in range(0, len(gradients), batch_size)]


def mean_gradients(gradients: Array, batch_size: int) -> Any:
    """Return the mean gradient of each batch."""
    return np.array([batch.mean(axis=0) for batch in batches(gradients, batch_size)])


def layers(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give a network of two to five layers, an input and its targets."""
    inputs, hidden, outputs = sizes
    widths = [inputs, *(hidden + k for k in range(inputs)), outputs]
    return {
        "weights": [rng.normal(size=(m, n)) for n, m in pairwise(widths)],
        "biases": [rng.normal(size=m) for m in widths[1:]],
        "x": rng.normal(size=inputs),
        "t": rng.uniform(size=outputs),
    }


def first_gradients(weights: list[Array], biases: list[Array], x: Array, t: Array) -> Any:
    """Return the gradients of the first layer, as the package computes them."""
    activation = [*["tanh"] * (len(weights) - 1), "sigmoid"]
    found = Network(weights, biases, activation, "squared_error").gradients(x, t)
    return found.weights[0], (found.biases or [])[0]


def tanh_slope(a: Array) -> Array:
    """Return the slope of tanh in terms of what it sends."""
    found: Array = 1 - a**2
    return found


def sigmoid_slope(a: Array) -> Array:
    """Return the sigmoid's slope in terms of what it sends."""
    found: Array = a * (1 - a)
    return found


def wrong_gradients(
    hidden: Callable[[Array], Array] = tanh_slope,
    output: Callable[[Array], Array] = sigmoid_slope,
    squash: Callable[[Array], Array] = np.tanh,
    with_biases: float = 1.0,
) -> Callable[..., Any]:
    """Return gradients of the first layer in which one thing is done in another way."""

    def wrong(weights: list[Array], biases: list[Array], x: Array, t: Array) -> Any:
        a = [x]
        for W, b in zip(weights[:-1], biases[:-1], strict=True):
            a.append(squash(W @ a[-1] + with_biases * b))
        a.append(logistic(weights[-1] @ a[-1] + with_biases * biases[-1]))
        delta = -2 * (t - a[-1]) * output(a[-1])
        for layer in range(len(weights) - 1, 0, -1):
            delta = (weights[layer].T @ delta) * hidden(a[layer])
        return np.outer(delta, x), delta

    return wrong


def logistic(z: Array) -> Array:
    """Return the sigmoid of an array."""
    found: Array = 1 / (1 + np.exp(-z))
    return found


MEANS = Task(
    "mean_gradients",
    examples,
    mean_gradients,
    ["means"],
    slips=[
        slip(
            "last batch too short",
            lambda gradients, batch_size: np.array(
                [batch.sum(axis=0) / batch_size for batch in batches(gradients, batch_size)]
            ),
            "The last batch is divided by too much. How many examples are in it?",
        ),
        slip(
            "sum",
            lambda gradients, batch_size: np.array(
                [batch.sum(axis=0) for batch in batches(gradients, batch_size)]
            ),
            "These are sums. A mean is divided by the number of examples.",
        ),
    ],
)
FIRST = Task(
    "first_gradients",
    layers,
    first_gradients,
    ["dE_dW1", "dE_db1"],
    slips=[
        slip(
            "slope of the sigmoid",
            wrong_gradients(hidden=sigmoid_slope),
            "The hidden layers have the slope of a sigmoid, and they use tanh.",
        ),
        slip(
            "slope of tanh",
            wrong_gradients(output=tanh_slope),
            "The output has the slope of tanh, and it is a sigmoid.",
        ),
        slip(
            "sigmoids everywhere",
            wrong_gradients(hidden=sigmoid_slope, squash=logistic),
            "The hidden layers are sigmoids here. They should be tanh.",
        ),
        slip(
            "slope forgotten",
            wrong_gradients(hidden=np.ones_like),
            "The slope of tanh is missing from the hidden layers.",
        ),
        slip("slope forgotten", wrong_gradients(output=np.ones_like), "The slope of the output is missing."),
        slip(
            "bias forgotten",
            wrong_gradients(with_biases=0.0),
            "The biases are missing from the forward pass.",
        ),
    ],
)


# ---- experiments that predictions are about ------------------------------------------------------


def paths_and_deltas() -> tuple[int, int]:
    """Return the paths of a weight in the first layer of the wide network, and all its deltas."""
    return int(np.prod(WIDE[2:])), sum(WIDE[1:])


@cache
def largest_rate() -> float:
    """Return the largest rate, in steps of 0.001, at which a descent on the long bowl does not grow."""
    return max(k / 1000 for k in range(1, 200) if max(map(abs, long_bowl(k / 1000))) <= 10)


def long_bowl(rate: float) -> tuple[float, float]:
    """Return where a descent on a² + 10 b² is after 200 steps from (10, 10)."""
    a = b = 10.0
    for _ in range(200):
        a, b = a - rate * 2 * a, b - rate * 20 * b
    return a, b


@cache
def far_out(momentum: float) -> float:
    """Return how far from the minimum of x² a descent at the rate 1.1 is after 100 steps from 10."""
    bowl = Network([[[10.0]]], activation="identity", loss="squared_error")
    run = train(bowl, [1.0], [0.0], 1.1, epochs=100, momentum=momentum)
    return float(abs(run.network.weights[0].item()))


def with_momentum() -> str:
    """Return what momentum makes of a descent that diverges without it."""
    alone, helped = far_out(0.0), far_out(0.5)
    return "c" if helped < 0.001 < alone else "a" if helped > alone else "b"


@cache
def zeros(batch_size: int = 3) -> tuple[bool, bool]:
    """Return whether one hidden neuron moves, and learns whether the last bit is 1, from weights of 0."""
    numbers = (np.arange(16)[:, None] >> np.arange(4)[::-1] & 1).astype(float)
    odd = numbers[:, -1]
    net = Network.random([4, 1, 2], seed=0, loss="squared_error")
    start = net.replace([0 * W for W in net.weights], net.biases)
    run = train(start, numbers, np.column_stack([odd, 1 - odd]), 1.0, 500, batch_size=batch_size, seed=0)
    return bool(run.network.weights[0].any()), bool(run.loss[-1] < 0.01)


def from_zeros() -> str:
    """Return what a network with one hidden neuron learns from weights of 0."""
    moved, learned = zeros()
    return "c" if learned else "b" if moved else "a"


# ---- the exercises -------------------------------------------------------------------------------

EXERCISES = (
    Exercise(
        id="any-depth.1",
        task=r"""
            A network has two inputs, two hidden neurons, two outputs, sigmoids, biases, and the loss of this
            page, $E = \sum_k (t_k - a_k)^2$. Write $\partial E/\partial w^{(2)}_{10}$ in letters. Type
            `a2[1]` for $a^{(2)}_1$ (layer 2, neuron 1). You need not use all the letters.
            """,
        answer=Derivative(NET, "w2[1,0]"),
        blank="""
            def answer(x, w1, b1, a1, w2, b2, a2, t):
                return ...
            """,
        hints=(
            "To which neuron does this weight lead, and from which one does it come?",
            r"It is $\delta^{(2)}_1$ times what comes in. The square of this loss has no ½ to cancel its 2.",
        ),
        solution="""
            def answer(x, w1, b1, a1, w2, b2, a2, t):
                return -2 * (t[1] - a2[1]) * a2[1] * (1 - a2[1]) * a1[0]
            """,
        why=r"""
            The last factor is what hidden neuron 0 sends, and all the others make $\delta^{(2)}_1$. In the
            matrix $\delta^{(2)} a^{(1)\top}$ this product stands in row 1 and column 0.
            """,
    ),
    Exercise(
        id="any-depth.2",
        task=r"""
            A network 5-4-3 has five inputs, four hidden neurons, and three outputs. Write the shapes of
            $W^{(1)}$, $\partial E/\partial W^{(2)}$, and $W^{(2)\top}$, in this order. Give three pairs of
            rows and columns, like `[[1, 2], [3, 4], [5, 6]]`.
            """,
        answer=Number(
            lambda: [[SIZES[1], SIZES[0]], [SIZES[2], SIZES[1]], [SIZES[1], SIZES[2]]],
            decimals=0,
            mistakes={
                "transposed": (
                    "All three are turned around. A matrix has one row for each neuron.",
                    lambda: [[5, 4], [4, 3], [3, 4]],
                ),
                "gradient transposed": (
                    "A gradient has exactly the shape of its matrix.",
                    lambda: [[4, 5], [4, 3], [4, 3]],
                ),
                "not transposed": (
                    "The last one is $W^{(2)}$ itself. Turn it around.",
                    lambda: [[4, 5], [3, 4], [3, 4]],
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "A matrix has one row for each neuron that it leads to. What does it have a column for?",
            r"$\partial E/\partial W$ has the shape of $W$, and the sign $\top$ swaps rows and columns.",
        ),
        solution="answer = [[4, 5], [3, 4], [4, 3]]",
        why=r"""
            $W^{(2)\top}$ has a row for each hidden neuron. So it turns a column of output deltas into a
            column of hidden ones.
            """,
    ),
    Exercise(
        id="any-depth.3",
        task=r"""
            Now a deeper network with another activation. It has two inputs, two hidden layers of one neuron
            each, one output, and no biases. The hidden neurons use tanh, whose slope is $1 - a^2$. The output
            has a sigmoid, and the loss is $(t - a^{(3)})^2$. Write $\partial E/\partial w^{(1)}_{01}$. With
            one neuron in a layer, you may type `a3`, `w2`, and so on without brackets.
            """,
        answer=Derivative(CHAIN, "w1[0,1]"),
        blank="""
            def answer(x, w1, a1, w2, a2, w3, a3, t):
                return ...
            """,
        hints=(
            "There is one path. Which factor does each layer contribute on the way back?",
            "Each neuron contributes its slope and each weight itself. What comes in at the end?",
        ),
        solution="""
            def answer(x, w1, a1, w2, a2, w3, a3, t):
                delta3 = -2 * (t - a3) * a3 * (1 - a3)
                delta2 = w3 * delta3 * (1 - a2**2)
                delta1 = w2 * delta2 * (1 - a1**2)
                return delta1 * x[1]
            """,
        why="""
            Another activation changes the slope of its own layer and nothing else. Each further layer
            multiplies by one more weight and one more slope.
            """,
    ),
    Exercise(
        id="any-depth.4",
        task=r"""
            Predict before you run anything. A network 784-32-32-10 has two hidden layers. How many paths lead
            from one weight of its first layer to the loss? And how many $\delta$ does the backward pass
            compute for one example? Give both numbers as a list.
            """,
        answer=Number(
            paths_and_deltas,
            decimals=0,
            mistakes={
                "whole layer": (
                    "One weight leads to only one neuron of the first hidden layer.",
                    lambda: [32 * 32 * 10, 74],
                ),
                "added": ("Along a path, do the choices add or multiply?", lambda: [32 + 10, 74]),
                "outputs forgotten": ("The outputs have δ, too.", lambda: [320, 64]),
                "inputs counted": ("The inputs have no δ: nothing is trained there.", lambda: [320, 858]),
            },
        ),
        blank="answer = ...",
        hints=(
            "The weight leads to one neuron. To how many does this one send its number, and they theirs?",
            "Every neuron behind a weight has one δ. Count the neurons of three layers.",
        ),
        solution="answer = [32 * 10, 32 + 32 + 10]",
        why="""
            A weight has 320 paths, and the first layer alone has 25,088 weights. With 74 numbers the backward
            pass covers them all.
            """,
    ),
    Exercise(
        id="any-depth.5",
        task=r"""
            On the long bowl $a^2 + 10\,b^2$ the two directions want different rates. Beyond which learning
            rate does plain gradient descent, without momentum, diverge?
            """,
        answer=Number(
            largest_rate,
            decimals=3,
            mistakes={
                "flat direction": (
                    "At this rate $b$ has left long ago. Which direction is steeper?",
                    lambda: 1.0,
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "Each step multiplies $a$ by one number and $b$ by another one. Write both down.",
            r"$b$ is multiplied by $1 - 20\,\eta$. When is this below −1?",
        ),
        solution="answer = 2 / 20",
        why=r"""
            The steepest direction sets the limit. Just below the limit, $b$ leaps from side to side and
            hardly shrinks, while $a$ is multiplied by about 0.8 in each step and arrives.
            """,
    ),
    Exercise(
        id="any-depth.6",
        task=r"""
            Predict before you run anything. On $g(x) = x^2$, plain gradient descent diverges at the learning
            rate 1.1. What happens at the same rate with momentum, $\mu = 0.5$?

            - **a**: It diverges even faster.
            - **b**: It diverges more slowly.
            - **c**: It arrives.
            """,
        answer=Choice(
            with_momentum,
            {
                "a": "Two steps in a row point to opposite sides here. What does momentum do with them?",
                "b": "It does slow the leaps. Try it: is each leap still longer than the one before?",
                "c": """Every step is shortened by half of the one before, which went the other way. This is
                    enough to bring the descent back.""",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "In which direction does the last step point, and in which direction the next one?",
            "Write the loop: `v = 0.5 * v + 1.1 * 2 * x`, then `x = x - v`, from `x = 10` and `v = 0`.",
        ),
        solution='answer = "c"',
        why="""
            Momentum is not only for slow descents. Where the steps swing from side to side, the old step
            cancels part of the new one, so a rate that is too large alone can work with momentum.
            """,
    ),
    Exercise(
        id="any-depth.7",
        task=r"""
            Predict before you run anything. A network has four bits as inputs, one hidden neuron, and two
            outputs for odd and even. All its weights and biases begin at 0. It trains on the 16 numbers in
            mini-batches of three. What happens?

            - **a**: Nothing moves, as in the section about *exclusive or*.
            - **b**: It moves, and never learns the task.
            - **c**: It learns the task.
            """,
        answer=Choice(
            from_zeros,
            {
                "a": """With *exclusive or*, the examples pull equally hard in both directions. Does every
                    mini-batch of three do so, too?""",
                "b": "Twins are the trouble with equal weights. Which twin does this neuron have?",
                "c": """A mini-batch of three is never half odd and half even, so the output's weights leave 0
                    with the first step. From then on, δ gets back to the hidden neuron. And it has no
                    twin.""",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "What does the hidden neuron send at the start? It is not 0.",
            "The gradient of the output's weights is δ times ½. Can the δ of three examples cancel?",
        ),
        solution='answer = "c"',
        why="""
            With all 16 numbers in one batch, nothing would ever move. And two hidden neurons that begin at 0
            would stay twins. This task needs only one of them, so here the zeros do no harm.
            """,
    ),
    Exercise(
        id="any-depth.8",
        task="""
            Find the bug. `gradients` has a row for each example. This function should cut the rows into
            batches and return the mean gradient of each batch.
            """,
        answer=Function(MEANS),
        blank="""
            def mean_gradients(gradients, batch_size):
                means = []
                for k in range(0, len(gradients), batch_size):
                    batch = gradients[k : k + batch_size]
                    means.append(batch.sum(axis=0) / batch_size)
                return np.array(means)
            """,
        hints=(
            "Try it in your head with ten examples and a batch size of four.",
            "How many rows does the last `batch` have?",
        ),
        solution="""
            def mean_gradients(gradients, batch_size):
                means = []
                for k in range(0, len(gradients), batch_size):
                    batch = gradients[k : k + batch_size]
                    means.append(batch.sum(axis=0) / len(batch))
                return np.array(means)
            """,
        why="""
            The last batch takes what is left. The tutorial's last batch is larger than the others, and so its
            steps are too long. Here it is smaller, and its steps would be too short.
            """,
    ),
    Exercise(
        id="any-depth.9",
        task=r"""
            Put it together. Write backpropagation for a network of any depth. Its hidden layers use tanh with
            the slope $1 - a^2$, its output layer has sigmoids, and the loss is $\sum_k (t_k - a_k)^2$.
            `weights` and `biases` are lists with an array for each layer. Return
            $\partial E/\partial W^{(1)}$ and $\partial E/\partial b^{(1)}$: to get there, you have to go back
            through all the layers.
            """,
        answer=Function(FIRST),
        blank="""
            def first_gradients(weights, biases, x, t):
                return ...
            """,
        hints=(
            "Forward first: keep what each layer sends in a list `a` that begins with `x`.",
            """`delta` starts with the slope of the sigmoid. Then for each layer from the last to the second,
            `delta = (weights[layer].T @ delta) * (1 - a[layer] ** 2)`.""",
        ),
        solution="""
            def first_gradients(weights, biases, x, t):
                a = [x]
                for W, b in zip(weights[:-1], biases[:-1]):
                    a.append(np.tanh(W @ a[-1] + b))
                output = 1 / (1 + np.exp(-(weights[-1] @ a[-1] + biases[-1])))
                delta = -2 * (t - output) * output * (1 - output)
                for layer in range(len(weights) - 1, 0, -1):
                    delta = (weights[layer].T @ delta) * (1 - a[layer] ** 2)
                return np.outer(delta, x), delta
            """,
        why="""
            The loop never asks how many layers there are. A layer needs three things: its weights, what came
            in, and the slope of its activation.
            """,
    ),
)

"""The exercises of chapter 4: what a bias does, its gradient, and one bias that several neurons share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from backprop_lib.core import Array, Network, sigmoid
from backprop_lib.exercises.exercise import Exercise
from backprop_lib.exercises.functions import slip
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.task import Arguments, Task
from backprop_lib.training import train

X, T = (0.05, 0.1), (0.01, 0.99)
NET = Network([[[0.15, 0.2], [0.25, 0.3]], [[0.4, 0.45], [0.5, 0.55]]], [[0.35, 0.35], [0.6, 0.6]])
PRINTED = (0.015912196, 0.984065734)  # the tutorial's last outputs
DELTAS = (0.2, -0.1, 0.5)  # of exercise 6


# ---- what the functions are given, and the mistakes that have names ------------------------------


def two_layers(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give the weights and biases of two layers, an input and its targets."""
    inputs, hidden, outputs = sizes
    return {
        "W1": rng.normal(size=(hidden, inputs)),
        "b1": rng.normal(size=hidden),
        "W2": rng.normal(size=(outputs, hidden)),
        "b2": rng.normal(size=outputs),
        "x": rng.normal(size=inputs),
        "t": rng.uniform(size=outputs),
    }


def one_layer(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give the biases of a layer, its deltas and a learning rate."""
    b, delta = rng.normal(size=(2, sizes[1]))
    return {"b": b, "delta": delta, "learning_rate": 0.3 * sizes[0]}


def shared_bias(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give two layers whose hidden neurons share one bias, a rate and a number of updates."""
    rest = {"b1": float(rng.normal()), "learning_rate": 0.2 * sizes[0], "updates": 1 + sizes[2]}
    return {**two_layers(rng, sizes), **rest}


def gradients(W1: Array, b1: Array, W2: Array, b2: Array, x: Array, t: Array) -> Any:
    """Return all four arrays of derivatives, as the package computes them."""
    found = Network([W1, W2], [b1, b2]).gradients(x, t)
    (dW1, dW2), (db1, db2) = found.weights, found.biases or []
    return dW1, db1, dW2, db2


def slope(a: Array) -> Array:
    """Return the sigmoid's slope in terms of what it sends."""
    found: Array = a * (1 - a)
    return found


def wrong_gradients(
    output: Callable[[Array], Array] = slope,
    hidden: Callable[[Array], Array] = slope,
    back: Callable[[Array, Array], Array] = lambda W2, delta2: W2.T @ delta2,
    of_bias: Callable[[Array, Array], Array] = lambda delta, a: delta,
    with_biases: float = 1.0,
) -> Callable[..., Any]:
    """Return gradients in which one thing is done in another way."""

    def wrong(W1: Array, b1: Array, W2: Array, b2: Array, x: Array, t: Array) -> Any:
        a1 = sigmoid(W1 @ x + with_biases * b1)
        a2 = sigmoid(W2 @ a1 + with_biases * b2)
        delta2 = (a2 - t) * output(a2)
        delta1 = back(W2, delta2) * hidden(a1)
        return np.outer(delta1, x), of_bias(delta1, a1), np.outer(delta2, a1), of_bias(delta2, a2)

    return wrong


def step(b: Array, delta: Array, learning_rate: float) -> Any:
    """Return the biases after an update."""
    return b - learning_rate * delta


def shared(
    W1: Array, b1: float, W2: Array, b2: Array, x: Array, t: Array, learning_rate: float, updates: int
) -> Any:
    """Return the shared bias after so many updates, as the package trains it."""
    net = Network([W1, W2], [np.full(len(W1), b1), b2])
    after = train(net, x, t, learning_rate, updates, hold=["b2"], tie=["b1"]).network
    return float((after.biases or [])[0][0])


def wrong_shared(
    together: Callable[[Array], float] = np.sum, more: int = 0, b2_too: bool = False, weights_too: bool = True
) -> Callable[..., Any]:
    """Return a program for a shared bias in which one thing is done in another way."""

    def wrong(
        W1: Array, b1: float, W2: Array, b2: Array, x: Array, t: Array, learning_rate: float, updates: int
    ) -> Any:
        for _ in range(updates + more):
            dW1, db1, dW2, db2 = gradients(W1, np.full(len(W1), b1), W2, b2, x, t)
            b1 = b1 - learning_rate * float(together(db1))
            if weights_too:
                W1, W2 = W1 - learning_rate * dW1, W2 - learning_rate * dW2
            if b2_too:
                b2 = b2 - learning_rate * db2
        return b1

    return wrong


STEP = Task(
    "step_of_biases",
    one_layer,
    step,
    ["b"],
    slips=[
        slip(
            "mean",
            lambda b, delta, learning_rate: b - learning_rate * delta.mean(),
            "All biases of the layer take the same step here. Each neuron has its own δ.",
        ),
        slip("uphill", lambda b, delta, learning_rate: b + learning_rate * delta),
        slip("rate forgotten", lambda b, delta, learning_rate: b - delta),
        slip(
            "times the bias",
            lambda b, delta, learning_rate: b - learning_rate * delta * b,
            "The derivative for a bias is δ alone: $b$ is multiplied by nothing.",
        ),
    ],
)
GRADIENTS = Task(
    "gradients",
    two_layers,
    gradients,
    ["dE_dW1", "dE_db1", "dE_dW2", "dE_db2"],
    slips=[
        slip("slope forgotten", wrong_gradients(output=np.ones_like)),
        slip("slope forgotten", wrong_gradients(hidden=np.ones_like)),
        slip("slope forgotten", wrong_gradients(np.ones_like, np.ones_like)),
        slip("weight forgotten", wrong_gradients(back=lambda W2, delta2: np.sum(delta2))),
        slip(
            "bias forgotten",
            wrong_gradients(with_biases=0.0),
            "The biases are missing from the forward pass.",
        ),
        slip(
            "bias times what it sends",
            wrong_gradients(of_bias=lambda delta, a: delta * a),
            "The derivative for a bias is δ alone: $b$ is multiplied by nothing.",
        ),
    ],
)
SHARED = Task(
    "train_shared",
    shared_bias,
    shared,
    ["b1"],
    slips=[
        slip(
            "mean",
            wrong_shared(np.mean),
            "The deltas are averaged. What does a nudge of $b$ do to each neuron?",
        ),
        slip("first only", wrong_shared(lambda delta: delta[0]), "Only the first neuron's δ is used."),
        slip("one update more", wrong_shared(more=1), "It makes one update too many."),
        slip("one update less", wrong_shared(more=-1), "It makes one update too few."),
        slip("b2 moves", wrong_shared(b2_too=True), "`b2` should be held, and it moves."),
        slip(
            "weights stay", wrong_shared(weights_too=False), "The weights should learn, too, and they stay."
        ),
    ],
)


# ---- experiments that predictions are about ------------------------------------------------------


def zero_inputs() -> str:
    """Return which gradients become exactly 0 when both inputs are 0."""
    found = NET.gradients([0.0, 0.0], T)
    weights = [not W.any() for W in found.weights]
    biases = [not b.any() for b in found.biases or []]
    return {(True, False): "a", (True, True): "b"}.get((weights[0], biases[0]), "c")


def updates_with_b1_held() -> int:
    """Return after how many updates the loss is below 0.0001 if b1 is held and b2 learns."""
    return train(NET, X, T, 0.5, epochs=20_000, stop_below=1e-4, hold=["b1"]).updates


def updates_with_all() -> int:
    """Return the same where everything learns."""
    return train(NET, X, T, 0.5, epochs=20_000, stop_below=1e-4).updates


def loss_of_printed() -> float:
    """Return the loss of the tutorial's last outputs."""
    return float(((np.array(T) - PRINTED) ** 2).sum() / 2)


# ---- the exercises -------------------------------------------------------------------------------

LETTERS = """
    def answer(x, w1, b1, a1, w2, b2, a2, t):
        return ...
    """

EXERCISES = (
    Exercise(
        id="biases.1",
        task="""
            A neuron with one input has the weight 4 and a sigmoid. Which bias puts its threshold at
            $x = 0.5$, so that it answers ½ there?
            """,
        answer=Number(
            lambda: -2.0,
            decimals=1,
            mistakes={
                "the place": (
                    "This is the place itself. How large is the weighted input there?",
                    lambda: 0.5,
                ),
                "divided": (
                    "Divide the bias by the weight to get the place, not the other way round.",
                    lambda: -0.125,
                ),
                "weight": ("Which $z$ makes a sigmoid answer ½?", lambda: -4.0),
            },
        ),
        blank="answer = ...",
        hints=(
            "A sigmoid answers ½ where $z = 0$.",
            "$z = 4 x + b$. Put in $x = 0.5$.",
        ),
        solution="answer = -4 * 0.5",
        why="""
            The threshold lies at $-b/w$. So a larger weight makes the curve steeper and also moves it, unless
            the bias grows along with it.
            """,
    ),
    Exercise(
        id="biases.2",
        task=r"""
            Now the network of this page: two inputs, two hidden neurons, two outputs, sigmoids, and the loss
            with its ½. Write $\partial E/\partial b^{(2)}_1$ in letters. Type `a2[1]` for $a^{(2)}_1$ (layer
            2, neuron 1). You need not use all the letters.
            """,
        answer=Derivative(NET, "b2[1]"),
        blank=LETTERS,
        hints=(
            "How fast does $z^{(2)}_1$ change with its bias?",
            r"The derivative is $\delta^{(2)}_1$. Which two things is that a product of?",
        ),
        solution="""
            def answer(x, w1, b1, a1, w2, b2, a2, t):
                return (a2[1] - t[1]) * a2[1] * (1 - a2[1])
            """,
        why=r"""
            $z^{(2)}_1$ is a sum with $b^{(2)}_1$ in it, so $\partial z/\partial b = 1$, and nothing is left
            but δ. The forward pass has left behind everything that it needs.
            """,
    ),
    Exercise(
        id="biases.3",
        task=r"""
            Predict before you run anything. Both inputs are 0. Which of the twelve derivatives become exactly
            0?

            - **a**: those of the four weights in layer 1, and no others
            - **b**: those of the four weights and the two biases in layer 1
            - **c**: all of them

            Afterward, set `x` to `[0, 0]` in the first cell and look at the witnesses' table.
            """,
        answer=Choice(
            zero_inputs,
            {
                "a": """Each of these derivatives is δ times an input. A bias has no input as a factor, so it
                    goes on learning.""",
                "b": "What is the last factor of a bias's derivative?",
                "c": "The network still answers something, and it is wrong. What can it change?",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "Write the derivatives for a weight and for a bias of layer 1 side by side.",
            "They differ in one factor, the input.",
        ),
        solution='answer = "a"',
        why="""
            A weight can do nothing with an input of 0. A bias does not care about inputs, and for that reason
            a network without biases is stuck with one answer where all inputs are 0.
            """,
    ),
    Exercise(
        id="biases.4",
        task=r"""
            In the same network, write $\partial E/\partial b^{(1)}_0$ in letters.
            """,
        answer=Derivative(NET, "b1[0]"),
        blank=LETTERS,
        hints=(
            "The bias reaches the hidden neuron 0, and this neuron reaches both outputs.",
            "Compute the two deltas of the outputs first. Then go back over `w2[0, 0]` and `w2[1, 0]`.",
        ),
        solution="""
            def answer(x, w1, b1, a1, w2, b2, a2, t):
                delta2 = (a2 - t) * a2 * (1 - a2)
                back = w2[0, 0] * delta2[0] + w2[1, 0] * delta2[1]
                return back * a1[0] * (1 - a1[0])
            """,
        why=r"""
            Two paths, one over each output. This is $\delta^{(1)}_0$. Times an input it would be the
            derivative for a weight.
            """,
    ),
    Exercise(
        id="biases.5",
        task="""
            Find the bug. This function should return the biases of a layer after one update. NumPy does not
            complain.
            """,
        answer=Function(STEP),
        blank="""
            def step_of_biases(b, delta, learning_rate):
                return b - learning_rate * delta.mean()
            """,
        hints=(
            "What do you get if you subtract a single number from an array?",
            "How many biases does the layer have, and how many deltas?",
        ),
        solution="""
            def step_of_biases(b, delta, learning_rate):
                step = learning_rate * delta
                return b - step
            """,
        why="""
            A mean belongs over the examples of a batch, never over the neurons. With a single neuron the two
            cannot be told apart, so test such programs on layers with several.
            """,
    ),
    Exercise(
        id="biases.6",
        task=r"""
            Three hidden neurons share one bias $b$. Their deltas are 0.2, −0.1, and 0.5. What is
            $\partial E/\partial b$?
            """,
        answer=Number(
            lambda: float(sum(DELTAS)),
            decimals=2,
            mistakes={
                "mean": (
                    "This is their mean. What does a nudge of $b$ do to each of the three?",
                    lambda: np.mean(DELTAS),
                ),
                "largest": ("This is one of them. The bias acts in all three places.", lambda: max(DELTAS)),
                "sizes": (
                    "One of the deltas is negative, so it pulls the other way.",
                    lambda: sum(map(abs, DELTAS)),
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "A nudge of $b$ moves all three $z$ at once.",
            "Paths that meet are added.",
        ),
        solution="answer = 0.2 - 0.1 + 0.5",
        why=r"""
            The bias is used in three places, and each place is a path to the loss:
            $\partial E/\partial b = \delta_0 + \delta_1 + \delta_2$.
            """,
    ),
    Exercise(
        id="biases.7",
        task="""
            The tutorial holds all biases fixed. With the numbers that this page began with, hold only `b1`,
            and train everything else. After how many updates does the loss first fall below 0.0001? Let
            `train` count: `stop_below=1e-4`, and at most 20,000 epochs.
            """,
        answer=Number(
            updates_with_b1_held,
            decimals=0,
            mistakes={
                "nothing held": ("Here `b1` learns, too. Use `hold`.", updates_with_all),
                "all held": (
                    "Here `b2` is held, too.",
                    lambda: train(NET, X, T, 0.5, 20_000, 1e-4, hold=["b1", "b2"]).updates,
                ),
                "b2 held": (
                    "Here `b2` is held, and `b1` learns.",
                    lambda: train(NET, X, T, 0.5, 20_000, 1e-4, hold=["b2"]).updates,
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "`train` has the arguments `stop_below` and `hold`, and its result has `updates`.",
            '`train(net, x, t, learning_rate, epochs=20_000, stop_below=1e-4, hold=["b1"]).updates`',
        ),
        solution="""
            start = Network(
                [[[0.15, 0.2], [0.25, 0.3]], [[0.4, 0.45], [0.5, 0.55]]],
                [[0.35, 0.35], [0.6, 0.6]],
            )
            run = train(
                start, [0.05, 0.1], [0.01, 0.99], 0.5, 20_000, stop_below=1e-4, hold=["b1"]
            )
            answer = run.updates
            """,
        why="""
            It takes 2,415. With every bias learning it would be 1,884, and with every bias held 5,493. So the
            biases of the outputs do most of what biases do here.
            """,
    ),
    Exercise(
        id="biases.8",
        task="""
            The tutorial ends with the outputs 0.015912196 and 0.984065734, for the targets 0.01 and 0.99.
            Compute the loss that belongs to them, to nine decimals.
            """,
        answer=Number(
            loss_of_printed,
            decimals=9,
            mistakes={
                "one output": (
                    "This is the share of one output. Add both.",
                    lambda: (T[0] - PRINTED[0]) ** 2 / 2,
                ),
                "other output": (
                    "This is the share of one output. Add both.",
                    lambda: (T[1] - PRINTED[1]) ** 2 / 2,
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "The loss is half the sum of the squared errors.",
            "The errors are about 0.0059 each.",
        ),
        solution="answer = ((0.01 - 0.015912196) ** 2 + (0.99 - 0.984065734) ** 2) / 2",
        why="""
            It is 0.000035085. Copies of the tutorial disagree about this number: some print 0.0000351085. The
            outputs beside it tell which one is right.
            """,
    ),
    Exercise(
        id="biases.9",
        task="""
            Write a function that returns all the derivatives of a network with two layers and biases, in this
            order: for `W1`, `b1`, `W2`, and `b2`. All neurons have sigmoids, and the loss has its ½.
            """,
        answer=Function(GRADIENTS),
        blank="""
            def gradients(W1, b1, W2, b2, x, t):
                return ...
            """,
        hints=(
            "The forward pass first, with the biases. Then δ of the outputs, then δ of the hidden neurons.",
            """`W2.T @ delta2` collects what comes back over all outputs, and `np.outer(delta1, x)` has the
            shape of `W1`.""",
        ),
        solution="""
            def gradients(W1, b1, W2, b2, x, t):
                a1 = sigmoid(W1 @ x + b1)
                a2 = sigmoid(W2 @ a1 + b2)
                delta2 = (a2 - t) * a2 * (1 - a2)
                delta1 = (W2.T @ delta2) * a1 * (1 - a1)
                return np.outer(delta1, x), delta1, np.outer(delta2, a1), delta2
            """,
        why="""
            The derivatives for the biases cost nothing: they are computed on the way to those for the
            weights.
            """,
    ),
    Exercise(
        id="biases.10",
        task="""
            Put it together. Write a function that trains a network whose hidden neurons all share the bias
            `b1`, a single number, while `b2` is held. The weights learn, and everything moves at the same
            time. Return `b1` after as many updates as `updates` says.
            """,
        answer=Function(SHARED),
        blank="""
            def train_shared(W1, b1, W2, b2, x, t, learning_rate, updates):
                return ...
            """,
        hints=(
            "`W1 @ x + b1` works with a single number, too.",
            "The step of `b1` takes the sum of all deltas in layer 1. Compute all steps before you make any.",
        ),
        solution="""
            def train_shared(W1, b1, W2, b2, x, t, learning_rate, updates):
                for _ in range(updates):
                    a1 = sigmoid(W1 @ x + b1)
                    a2 = sigmoid(W2 @ a1 + b2)
                    delta2 = (a2 - t) * a2 * (1 - a2)
                    delta1 = (W2.T @ delta2) * a1 * (1 - a1)
                    W1 = W1 - learning_rate * np.outer(delta1, x)
                    W2 = W2 - learning_rate * np.outer(delta2, a1)
                    b1 = b1 - learning_rate * delta1.sum()
                return b1
            """,
        why="""
            One parameter in several places takes the sum of what comes back from all of them. The filters of
            image networks are trained in the same way.
            """,
    ),
)

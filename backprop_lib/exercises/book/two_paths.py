"""The exercises of chapter 3: paths that are multiplied along and added where they meet, then all at once."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from backprop_lib.core import Array, Network, sigmoid
from backprop_lib.exercises.exercise import Exercise
from backprop_lib.exercises.functions import TASKS
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.symbols import derive

# The tutorial's network, which is also that of the page:
NET = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
X, T, LEARNING_RATE = (0.2, 0.5), (0.2, 0.7), 0.3
DEEP = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]], [[0.2, 0.6], [0.3, 0.5]]])
# The network of exercise 4:
W1, W2 = np.array([[0.5, -1.0], [1.0, 0.5]]), np.array([[1.0, -2.0], [3.0, 0.5]])
NUMBERS = ((1.0, 2.0), (1.0, 0.0))  # its inputs and targets


# ---- experiments ---------------------------------------------------------------------------------


def gradient_of_layer_1(
    output_slope: bool = True, hidden_slope: bool = True, back: Array = W2.T, inputs: str = "x"
) -> Array:
    """Return ∂E/∂W1 of exercise 4, or what a mistake makes of it."""
    x, t = np.array(NUMBERS[0]), np.array(NUMBERS[1])
    a1 = sigmoid(W1 @ x)
    a2 = sigmoid(W2 @ a1)
    delta2 = (a2 - t) * (a2 * (1 - a2) if output_slope else 1)
    delta1 = (back @ delta2) * (a1 * (1 - a1) if hidden_slope else 1)
    return np.outer(delta1, x if inputs == "x" else a1)


def through(output: int) -> Array:
    """Return the columns that lead back to the hidden neurons over one output only."""
    back = np.zeros((2, 2))
    back[:, output] = W2.T[:, output]
    return back


def still() -> str:
    """Return which gradients become exactly 0 if the first input is 0."""
    g = NET.gradients((0, X[1]), T).by_name()
    zero = {name for name, value in g.items() if value == 0}
    answers = {"a": {"w1[0,0]", "w1[0,1]"}, "b": {"w1[0,0]", "w1[1,0]"}, "c": {n for n in g if n[1] == "1"}}
    return next(key for key, names in answers.items() if names == zero)


def canceling_target() -> float:
    """Return the second target at which the two paths of w1[0,0] cancel."""
    _, _, a2 = NET.forward(X).a
    back = a2 * (1 - a2) * NET.weights[1][:, 0]  # without the errors
    return float(a2[1] + (a2[0] - T[0]) * back[0] / back[1])


def moves(inputs: Sequence[float]) -> tuple[float, float]:
    """Return how far the first update takes w1[0,0], and how far with the tutorial's slip."""
    delta, a1 = NET.gradients(inputs, T).deltas[0][0][0], NET.forward(inputs).a[1][0]
    return float(-LEARNING_RATE * delta * inputs[0]), float(-LEARNING_RATE * delta * a1)


def with_both_inputs(number: float = 0.54) -> str:
    """Return where the slip takes w1[0,0] if both inputs are this number."""
    right, slip = moves((number, number))
    return "c" if right * slip < 0 else "a" if slip / right > 2 else "b"


# ---- the exercises -------------------------------------------------------------------------------

LETTERS = """
    def answer(x, w1, a1, w2, a2, t):
        return ...
    """


def layer_1(*given: Any, **named: Any) -> Any:
    """Return a function that computes a wrong ∂E/∂W1, for the mistakes of exercise 4."""
    return lambda: gradient_of_layer_1(*given, **named)


EXERCISES = (
    Exercise(
        id="two-paths.1",
        task=r"""
            Write $\partial E/\partial w^{(2)}_{11}$ in letters. Type `a2[1]` for $a^{(2)}_1$, `w2[0, 1]` for
            $w^{(2)}_{01}$, and so on. You need not use all the letters.
            """,
        answer=Derivative(NET, "w2[1,1]"),
        blank=LETTERS,
        hints=(
            "Which output does this weight lead to? Which hidden neuron does it come from?",
            "There are three factors: the slope of the loss, the slope of the sigmoid, and what comes in.",
        ),
        solution="""
            def answer(x, w1, a1, w2, a2, t):
                return (a2[1] - t[1]) * a2[1] * (1 - a2[1]) * a1[1]
            """,
        why=r"""
            The weight leads to output 1, so the error and the slope are those of output 1. It comes from
            hidden neuron 1, so the last factor is $a^{(1)}_1$. Output 0 does not notice this weight.
            """,
    ),
    Exercise(
        id="two-paths.2",
        task=r"""
            Suppose there were one more hidden layer, also with two neurons. How many paths would lead from
            $w^{(1)}_{00}$ to the loss?
            """,
        answer=Number(
            lambda: len(derive(DEEP).factors("w1[0,0]")),
            decimals=0,
            mistakes={
                "one layer": ("Every path splits once more in the new layer.", lambda: 2),
                "split too often": (
                    "The weight leads to one neuron, and the paths split only after it.",
                    lambda: 8,
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "Draw the network, and follow the paths with your finger.",
            "A path chooses a neuron in the second hidden layer, and then an output.",
        ),
        solution="answer = 2 * 2",
        why=r"""
            From $a^{(1)}_0$ a path goes on to one of two neurons, and from there to one of two outputs. Each
            further layer doubles the number of paths. With δ you need not follow them one by one: each neuron
            adds up what comes back, once.
            """,
    ),
    Exercise(
        id="two-paths.3",
        task=r"""
            Back to our network. Write $\partial E/\partial w^{(1)}_{10}$ in letters. You may use several
            lines before `return`.
            """,
        answer=Derivative(NET, "w1[1,0]"),
        blank=LETTERS,
        hints=(
            "The weight leads to hidden neuron 1. Which two weights lead on from there?",
            "Add what comes back over `w2[0, 1]` and `w2[1, 1]`. Then multiply by two more factors.",
        ),
        solution="""
            def answer(x, w1, a1, w2, a2, t):
                back_0 = (a2[0] - t[0]) * a2[0] * (1 - a2[0]) * w2[0, 1]
                back_1 = (a2[1] - t[1]) * a2[1] * (1 - a2[1]) * w2[1, 1]
                return (back_0 + back_1) * a1[1] * (1 - a1[1]) * x[0]
            """,
        why=r"""
            Two paths lead from hidden neuron 1 to the loss, and they begin with the two weights that *leave*
            it: the column 1 of $W^{(2)}$. The last two factors are the same on both paths.
            """,
    ),
    Exercise(
        id="two-paths.4",
        task=r"""
            Now with numbers, and all four weights of layer 1 at once. Compute the array
            $\partial E/\partial W^{(1)}$ to four decimals, with NumPy, for

            - `x = [1, 2]` and `t = [1, 0]`,
            - `W1 = [[0.5, -1], [1, 0.5]]` and `W2 = [[1, -2], [3, 0.5]]`.
            """,
        answer=Number(
            layer_1(),
            decimals=4,
            mistakes={
                "transposed": (
                    """On the way back $W^{(2)}$ has to be transposed: the weights that leave a hidden neuron
                    form a column of it.""",
                    layer_1(back=W2),
                ),
                "slope forgotten": ("The slope of the outputs is missing.", layer_1(output_slope=False)),
                "hidden slope forgotten": (
                    "The slope of the hidden neurons is missing.",
                    layer_1(hidden_slope=False),
                ),
                "path over output 1 missing": (
                    "The path over output 1 is missing.",
                    layer_1(back=through(0)),
                ),
                "path over output 0 missing": (
                    "The path over output 0 is missing.",
                    layer_1(back=through(1)),
                ),
                "wrong input": (
                    "The last factor is what comes into the hidden neurons, not what leaves them.",
                    layer_1(inputs="a1"),
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "The section *Four lines of matrices* has all you need. Give your arrays names of their own.",
            "First go forward to `a1` and `a2`, then compute `delta2`, `delta1`, and `np.outer(delta1, x)`.",
        ),
        solution="""
            x_4, t_4 = np.array([1, 2]), np.array([1, 0])
            W1_4, W2_4 = np.array([[0.5, -1], [1, 0.5]]), np.array([[1, -2], [3, 0.5]])
            a1 = sigmoid(W1_4 @ x_4)
            a2 = sigmoid(W2_4 @ a1)
            delta2 = (a2 - t_4) * a2 * (1 - a2)
            delta1 = (W2_4.T @ delta2) * a1 * (1 - a1)
            answer = np.outer(delta1, x_4)
            """,
        why=r"""
            Row $i$ of the array belongs to hidden neuron $i$, and column $j$ to input $j$. The second column
            is twice the first one, because the second input is twice the first one, and δ is the same in a
            whole row.
            """,
    ),
    Exercise(
        id="two-paths.5",
        task=r"""
            Predict before you run anything. With `x[0]` equal to 0, and with all the other numbers as they
            were, which gradients are exactly 0?

            - **a**: those of $w^{(1)}_{00}$ and $w^{(1)}_{01}$
            - **b**: those of $w^{(1)}_{00}$ and $w^{(1)}_{10}$
            - **c**: all four of layer 1

            Afterward, set `x[0]` to 0 in the first cell and see for yourself in the section *All the weights
            at once*.
            """,
        answer=Choice(
            still,
            {
                "a": "These two lead to the same neuron. Which two come from the same input?",
                "b": "Both come from input 0, so $x_0$ is the last factor of both gradients.",
                "c": "Only two of the four come from input 0.",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "What is the last factor of the gradient of a weight in layer 1?",
            "The second small digit of a weight says where it comes from.",
        ),
        solution='answer = "b"',
        why=r"""
            A gradient is the δ of the neuron that the weight leads to, times what comes in through it. If
            nothing comes in, the weight has no effect on the loss, and it stays where it is.
            """,
    ),
    Exercise(
        id="two-paths.6",
        task=r"""
            The two paths of $w^{(1)}_{00}$ have opposite signs. Leave all the numbers as they were, except
            for `t[1]`. To which value does it have to rise for the two paths to cancel exactly? Give three
            decimals.
            """,
        answer=Number(
            canceling_target,
            decimals=3,
            mistakes={
                "no error left": (
                    "There the path over output 1 is 0. It has to make up for the other path.",
                    lambda: float(NET.forward(X).a[2][1]),
                ),
            },
        ),
        blank="answer = ...",
        hints=(
            "The last two factors are the same on both paths, so you need not look at them.",
            r"""Solve $\delta^{(2)}_0 w^{(2)}_{00} + \delta^{(2)}_1 w^{(2)}_{10} = 0$ for $t_1$. It stands in
            $\delta^{(2)}_1$ only.""",
        ),
        solution="""
            net_6 = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
            a2 = net_6.forward([0.2, 0.5]).a[2]
            back_0 = (a2[0] - 0.2) * a2[0] * (1 - a2[0]) * 0.4
            answer = a2[1] + back_0 / (a2[1] * (1 - a2[1]) * 0.5)
            """,
        why=r"""
            The path over output 0 does not change when $t_1$ does. The farther output 1 is below its target,
            the more negative the other path is. When the two cancel, $\delta^{(1)}_0$ is 0, and so both
            weights that lead to hidden neuron 0 stay where they are, although both outputs are wrong.
            """,
    ),
    Exercise(
        id="two-paths.7",
        task=r"""
            The tutorial's slip takes $a^{(1)}_0$ where $x_0$ belongs. Predict before you run anything: if
            both inputs are 0.54, where does the first update with the slip take $w^{(1)}_{00}$?

            - **a**: much too far
            - **b**: nearly to the right place
            - **c**: the wrong way

            Afterward, set `x` to `np.array([0.54, 0.54])` in the first cell and look at *Where the tutorial
            slips*.
            """,
        answer=Choice(
            with_both_inputs,
            {
                "a": "How large is $a^{(1)}_0$ with these inputs, and how large is $x_0$?",
                "b": """The factor is $a^{(1)}_0 = 0.554$ in place of $x_0 = 0.54$. Nobody would notice, and
                    that is what makes such a slip dangerous.""",
                "c": "Both factors are positive, the right one and the slip's.",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "The right factor is 0.54. What is the wrong one?",
            r"Compute $a^{(1)}_0 = \sigma(0.1 \cdot 0.54 + 0.3 \cdot 0.54)$.",
        ),
        solution='answer = "b"',
        why=r"""
            With small weights, every sigmoid sends about ½. An input near ½ hides the slip. So try a gradient
            with inputs that are far from what the neurons send: 0, or a negative number.
            """,
    ),
    Exercise(
        id="two-paths.8",
        task=r"""
            Find the bug. This function should return the gradients of both layers. With the layers of this
            page, NumPy does not complain. Change it so that it is right for any number of neurons.
            """,
        answer=Function("gradients"),
        blank="""
            def gradients(W1, W2, x, t):
                a1 = sigmoid(W1 @ x)
                a2 = sigmoid(W2 @ a1)
                delta2 = (a2 - t) * a2 * (1 - a2)
                delta1 = (W2 @ delta2) * a1 * (1 - a1)
                return np.outer(delta1, x), np.outer(delta2, a1)
            """,
        hints=(
            "Write down the shape of each array for 3 inputs, 2 hidden neurons, and 4 outputs.",
            "What comes back to a hidden neuron comes over the weights that leave it: a column of `W2`.",
        ),
        solution="""
            def gradients(W1, W2, x, t):
                a1 = sigmoid(W1 @ x)
                a2 = sigmoid(W2 @ a1)
                delta2 = (a2 - t) * a2 * (1 - a2)
                delta1 = (W2.T @ delta2) * a1 * (1 - a1)
                return np.outer(delta1, x), np.outer(delta2, a1)
            """,
        why=r"""
            A hidden neuron collects what comes back over the weights that leave it. They stand in a column of
            $W^{(2)}$, so we need `W2.T`. With two hidden neurons and two outputs, both products have the same
            shape, and only the numbers are wrong. Such a bug shows as soon as the layers differ in size.
            """,
    ),
    Exercise(
        id="two-paths.9",
        task=r"""
            Write the way back through one layer as a function. It is given the layer's weights `W`, the
            `delta` of its neurons, and the activations `a` that come into it from a layer of sigmoids. It
            returns two arrays: the delta of the layer before, and the gradient of `W`.
            """,
        answer=Function("backward"),
        blank="""
            def backward(W, delta, a):
                return ...
            """,
        hints=(
            "Both results are lines of the section *Four lines of matrices*, with other names.",
            "The delta of the layer before is `W.T @ delta`, times one more factor.",
        ),
        solution="""
            def backward(W, delta, a):
                delta_before = (W.T @ delta) * a * (1 - a)
                gradient = np.outer(delta, a)
                return delta_before, gradient
            """,
        why=r"""
            The matrix product adds up the paths. Each neuron of the layer before then multiplies by the slope
            of its own sigmoid. Call this function once for each layer, from the last one back, and you have
            backpropagation for any depth. Chapter 6 does that.
            """,
    ),
    Exercise(
        id="two-paths.10",
        task=r"""
            Put it all together. Write a function that trains a network of two layers, of any sizes. It makes
            as many updates as `updates` says, and returns both arrays of weights.
            """,
        answer=Function(TASKS["train"]),
        blank="""
            def descend(W1, W2, x, t, learning_rate, updates):
                return ...
            """,
        hints=(
            "Inside the loop there are three parts: forward, back, update.",
            "Compute all the deltas before you change an array, and write `W2 = W2 - …`, not `W2 -= …`.",
        ),
        solution="""
            def descend(W1, W2, x, t, learning_rate, updates):
                for _ in range(updates):
                    a1 = sigmoid(W1 @ x)
                    a2 = sigmoid(W2 @ a1)
                    delta2 = (a2 - t) * a2 * (1 - a2)
                    delta1 = (W2.T @ delta2) * a1 * (1 - a1)
                    W1 = W1 - learning_rate * np.outer(delta1, x)
                    W2 = W2 - learning_rate * np.outer(delta2, a1)
                return W1, W2
            """,
        why=r"""
            It is the loop of the section *Training*, and it works for any number of neurons, because the
            arrays bring their shapes. `W2 -= …` would change the array that you were given, and `W2 = W2 - …`
            makes a new one.
            """,
    ),
)

"""The exercises of chapter 7: the way back to a pixel, what training does, a network from nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_lib.core import Array, Network, bell, sigmoid
from backprop_lib.datasets import mnist, one_hot
from backprop_lib.exercises.exercise import Exercise
from backprop_lib.exercises.functions import slip
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.task import Arguments, Task
from backprop_lib.training import accuracy, train

TINY = Network(
    [[[0.5, -0.3, 0.2], [0.1, 0.4, -0.6]], [[0.3, -0.2], [0.7, 0.1]]],
    [[0.1, 0.0], [-0.1, 0.2]],
    loss="binary_cross_entropy",
)
READER = (784, 32, 10)


# ---- experiments that predictions are about ------------------------------------------------------


@cache
def runs() -> tuple[Network, Network, Network, Array]:
    """Return a network, what it learned from images, from shuffled ones, and the order of their pixels."""
    x, t = mnist().to_train(2000)
    net = Network.random([READER[0], 16, READER[-1]], seed=0, loss="binary_cross_entropy")
    order = np.random.default_rng(0).permutation(READER[0])
    plain, mixed = (train(net, some, t, 0.5, epochs=3, batch_size=32).network for some in (x, x[:, order]))
    return net, plain, mixed, order


def border() -> str:
    """Return what training does to the weights of pixels that no image has ink on."""
    net, plain, *_ = runs()
    empty = mnist().to_train(2000)[0].max(axis=0) == 0
    before, after = (np.abs(one.weights[0][:, empty]) for one in (net, plain))
    if (before == after).all():
        return "b"
    return "a" if after.mean() < before.mean() else "c"


def shuffled() -> str:
    """Return how well a network reads shuffled pixels when it was trained on such images."""
    _, plain, mixed, order = runs()
    x, t = mnist().to_test(1000)
    usual, now = accuracy(plain, x, t), accuracy(mixed, x[:, order], t)
    return "c" if now > usual - 0.05 else "b" if now > 0.2 else "a"


def unscaled() -> str:
    """Return how well a network reads pixels that are not divided, when it was trained on divided ones."""
    plain = runs()[1]
    x, t = mnist().to_test(1000)
    usual, now = accuracy(plain, x, t), accuracy(plain, 255 * x, t)
    return "c" if now > 0.85 * usual else "b" if now > 0.2 else "a"


# ---- what is right, and what is wrong ------------------------------------------------------------


def counts(net: Network) -> list[int]:
    """Return the number of a network's parameters, and that of the δ of a backward pass for one example."""
    biases = net.biases or []
    return [sum(W.size for W in net.weights) + sum(b.size for b in biases), sum(b.size for b in biases)]


def share_right(a: Array, t: Array) -> Any:
    """Return the share of the images whose largest output is the right one."""
    return np.mean(a.argmax(axis=1) == t.argmax(axis=1))


def leads(a: Array) -> Any:
    """Return by how much the largest output leads, image by image."""
    ordered = np.sort(a, axis=1)
    return ordered[:, -1] - ordered[:, -2]


def network_gradients(weights: Sequence[Array], biases: Sequence[Array], x: Array, t: Array) -> Any:
    """Return the mean gradients of a network of any depth."""
    found = Network(list(weights), list(biases)).gradients(x, t)
    return list(found.weights), list(found.biases or [])


def _slope(a: Array) -> Array:
    slope: Array = a * (1 - a)
    return slope


def wrong_network(
    output: Callable[[Array], Array] = _slope,
    hidden: Callable[[Array], Array] = _slope,
    back: Callable[[Array, Array], Array] = lambda delta, W: delta @ W,
    last: Callable[[Array], Array] = sigmoid,
    power: int = 1,
    bias: float = 1.0,
    mean: bool = True,
) -> Callable[..., Any]:
    """Return a backward pass through any depth in which something has been replaced."""

    def gradients(weights: Sequence[Array], biases: Sequence[Array], x: Array, t: Array) -> Any:
        a = [x]
        for k, (W, b) in enumerate(zip(weights, biases, strict=True), 1):
            squash = last if k == len(weights) else sigmoid
            a.append(squash(a[-1] @ W.T + bias * b))
        delta = (a[-1] - t) ** power * output(a[-1]) / (len(x) if mean else 1)
        dW: list[Array] = []
        db: list[Array] = []
        for k in reversed(range(len(weights))):
            dW.insert(0, delta.T @ a[k])
            db.insert(0, delta.sum(axis=0))
            delta = back(delta, weights[k]) * hidden(a[k])
        return dW, db

    return gradients


def _last_only(weights: Sequence[Array], biases: Sequence[Array], x: Array, t: Array) -> Any:
    dW, db = network_gradients(weights, biases, x, t)
    return tuple([*(np.zeros_like(array) for array in some[:-1]), some[-1]] for some in (dW, db))


def _turned(weights: Sequence[Array], biases: Sequence[Array], x: Array, t: Array) -> Any:
    dW, db = network_gradients(weights, biases, x, t)
    return [array.T for array in dW], db


def _summed_biases(weights: Sequence[Array], biases: Sequence[Array], x: Array, t: Array) -> Any:
    dW, db = network_gradients(weights, biases, x, t)
    return dW, [len(x) * array for array in db]


def _reversed(weights: Sequence[Array], biases: Sequence[Array], x: Array, t: Array) -> Any:
    dW, db = network_gradients(weights, biases, x, t)
    return dW[::-1], db[::-1]


# ---- what the functions are given ----------------------------------------------------------------


def read_images(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give the outputs for some images, about half of them read correctly, and the targets."""
    classes, count = sizes[2] + 2, 11 + 2 * sizes[1]
    t = one_hot(rng.integers(classes, size=count), classes)
    return {"a": 0.4 * t + rng.uniform(0, 0.6, t.shape), "t": t}


def outputs(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give the outputs for some images."""
    return {"a": rng.uniform(0, 1, (7 + sizes[0], sizes[2] + 2))}


def any_network(rng: np.random.Generator, sizes: Sequence[int]) -> Arguments:
    """Give a network of one to four layers, and a batch."""
    depth = (sizes[1] + sizes[2]) % 4 + 1
    layers = [sizes[k % 3] for k in range(depth + 1)]
    count = 2 * sizes[1] + 1
    return {
        "weights": [rng.normal(size=(n, m)) for m, n in pairwise(layers)],
        "biases": [rng.normal(size=n) for n in layers[1:]],
        "x": rng.normal(size=(count, layers[0])),
        "t": rng.uniform(0, 1, (count, layers[-1])),
    }


SHARE = Task(
    "share_right",
    read_images,
    share_right,
    slips=[
        slip(
            "outputs counted",
            lambda a, t: np.mean((a > 0.5) == (t == 1)),
            "This counts outputs, not images. What does it say of a network that answers 0 everywhere?",
        ),
        slip(
            "every output",
            lambda a, t: np.mean(((a > 0.5) == (t == 1)).all(axis=1)),
            "An image is read correctly if its largest output is the right one. No output has to pass 0.5.",
        ),
        slip(
            "counted",
            lambda a, t: np.sum(a.argmax(axis=1) == t.argmax(axis=1)),
            "This is the number of images, and their share is needed.",
        ),
        slip(
            "wrong ones",
            lambda a, t: np.mean(a.argmax(axis=1) != t.argmax(axis=1)),
            "This is the share of the wrong ones.",
        ),
        slip(
            "columns",
            lambda a, t: np.mean(a.argmax(axis=0) == t.argmax(axis=0)),
            "Each image is a row. Along which axis do you look for the largest output?",
        ),
    ],
)
LEADS = Task(
    "leads",
    outputs,
    leads,
    slips=[
        slip(
            "smallest",
            lambda a: a.max(axis=1) - a.min(axis=1),
            "This is the distance to the smallest output. Which one comes right after the largest?",
        ),
        slip("largest", lambda a: a.max(axis=1), "This is the largest output alone."),
        slip("second", lambda a: np.sort(a, axis=1)[:, -2], "This is the second largest output alone."),
        slip(
            "columns",
            lambda a: leads(a.T),
            "Each image is a row. Along which axis do you sort?",
        ),
    ],
)
NETWORK = Task(
    "gradients",
    any_network,
    network_gradients,
    ["dE_dW", "dE_db"],
    slips=[
        slip("slope forgotten", wrong_network(output=np.ones_like)),
        slip("slope forgotten", wrong_network(hidden=np.ones_like)),
        slip("slope forgotten", wrong_network(np.ones_like, np.ones_like)),
        slip("slope twice", wrong_network(lambda a: _slope(a) ** 2, lambda a: _slope(a) ** 2)),
        slip(
            "sigmoid twice",
            wrong_network(bell, bell),
            "The activations have passed the sigmoid already: their slope is $a (1 - a)$.",
        ),
        slip("transposed", wrong_network(back=lambda delta, W: delta @ W.T)),
        slip(
            "transposed",
            _turned,
            "The gradients of the weights are transposed: each has the shape of its weights.",
        ),
        slip("weight forgotten", wrong_network(back=lambda delta, W: delta.sum(axis=1, keepdims=True))),
        slip("error squared", wrong_network(power=2)),
        slip(
            "sum for mean",
            wrong_network(mean=False),
            "This is the sum over the examples, and the mean is needed.",
        ),
        slip(
            "sum for mean",
            _summed_biases,
            "The gradients of the biases are sums over the examples, and means are needed.",
        ),
        slip(
            "last sigmoid forgotten",
            wrong_network(np.ones_like, last=lambda z: z),
            "The last layer has a sigmoid, too.",
        ),
        slip("bias forgotten", wrong_network(bias=0), "The biases are missing from the forward pass."),
        slip(
            "one layer only",
            _last_only,
            "Only the last layer has a gradient. Carry δ back through all the layers.",
        ),
        slip(
            "last layer first",
            _reversed,
            "The lists begin with the last layer, and they should begin with the first.",
        ),
    ],
)


# ---- the exercises -------------------------------------------------------------------------------

LETTERS = """
    def answer(x, w1, b1, a1, w2, b2, a2, t):
        return ...
    """

EXERCISES = (
    Exercise(
        id="digits.1",
        task=r"""
            Take a tiny reader: three pixels, two hidden neurons, two outputs, sigmoids, biases, and the
            cross-entropy, added up over the outputs. Write $\partial E/\partial w^{(2)}_{10}$ in letters: the
            weight that leads from hidden neuron 0 to output 1. Type `a2[1]` for $a^{(2)}_1$ (layer 2, neuron
            1) and `w2[1, 0]` for $w^{(2)}_{10}$.
            """,
        answer=Derivative(TINY, "w2[1,0]"),
        blank=LETTERS,
        hints=(
            "What is δ of an output when a sigmoid meets this loss?",
            "Multiply the δ of the neuron that the weight leads to by what the weight carries.",
        ),
        solution="""
            def answer(x, w1, b1, a1, w2, b2, a2, t):
                return (a2[1] - t[1]) * a1[0]
            """,
        why=r"""
            The slope of the last sigmoid cancels, so $\delta^{(2)}_1 = a^{(2)}_1 - t_1$. The weight carries
            $a^{(1)}_0$.
            """,
    ),
    Exercise(
        id="digits.2",
        task=r"""
            In the same network, follow the error back to a pixel: write
            $\partial E/\partial w^{(1)}_{10}$ in letters, for the weight from pixel 0 to hidden neuron 1.
            For which pixels is such a derivative zero, whatever the targets are?
            """,
        answer=Derivative(TINY, "w1[1,0]"),
        blank=LETTERS,
        hints=(
            "Over how many outputs can this hidden neuron change the loss?",
            r"""Add up both $\delta^{(2)}$, each times its weight. Then comes the slope of the hidden neuron,
            and the pixel.""",
        ),
        solution="""
            def answer(x, w1, b1, a1, w2, b2, a2, t):
                back = (a2[0] - t[0]) * w2[0, 1] + (a2[1] - t[1]) * w2[1, 1]
                return back * a1[1] * (1 - a1[1]) * x[0]
            """,
        why="""
            The pixel is a factor. Where an image has no ink, no weight of that pixel gets a gradient from it.
            """,
    ),
    Exercise(
        id="digits.3",
        task="""
            A network 784-32-10 has biases. How many parameters does it have, and how many δ does a backward
            pass compute for one image? Give both numbers as a list, in this order.
            """,
        answer=Number(
            lambda: counts(Network.random(READER, seed=0)),
            decimals=0,
            mistakes={
                "biases forgotten": (
                    "Every hidden neuron and every output has a bias, too.",
                    lambda: [sum(W.size for W in Network.random(READER).weights), sum(READER[1:])],
                ),
                "inputs counted": (
                    "A pixel is given: it has neither a bias nor a δ.",
                    lambda: [counts(Network.random(READER))[0] + READER[0], sum(READER)],
                ),
                "a δ for each parameter": (
                    "All the weights into a neuron share one δ.",
                    lambda: [counts(Network.random(READER))[0]] * 2,
                ),
                "outputs only": (
                    "The hidden neurons have a δ, too.",
                    lambda: [counts(Network.random(READER))[0], READER[-1]],
                ),
            },
        ),
        blank="answer = ...  # [parameters, deltas]",
        hints=(
            "Which of the three layers have biases?",
            "A layer has as many weights as inputs times neurons. A neuron has a single δ.",
        ),
        solution="answer = [784 * 32 + 32 + 32 * 10 + 10, 32 + 10]",
        why="""
            A few δ are enough for all the gradients, because each gradient is a δ times what its weight
            carries.
            """,
    ),
    Exercise(
        id="digits.4",
        task="""
            Predict before you run anything. Some pixels near the border have no ink in any training image.
            What does training do to the weights of these pixels, which were random at first?

            - **a**: They shrink.
            - **b**: They stay exactly as they were.
            - **c**: They grow.

            Afterward, put zeros in their place, in a new cell: `unused = x.max(axis=0) == 0`, then
            `clean = reader.replace([np.where(unused, 0, W1), W2], [b1, b2])`. Compare
            `PaintField(clean, digits.x_test)` with the field above when you paint on the border.
            """,
        answer=Choice(
            border,
            {
                "a": "Something would have to pull them. What is their gradient?",
                "b": "Their gradient is δ times a pixel that is always empty, so no step moves them.",
                "c": "Which factor of their gradient do you know, whatever the image is?",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "Look at your answer to exercise 2.",
            "Every step is a multiple of the gradient. What is it at a pixel without ink?",
        ),
        solution='answer = "b"',
        why="""
            What was random stays random. Such weights do no harm until somebody paints there, and then they
            have a say that nobody taught them.
            """,
    ),
    Exercise(
        id="digits.5",
        task="""
            Predict before you run anything. Somebody shuffles the pixels of all images, each time in the same
            order. You can no longer read them. A new network is trained on the shuffled images, and tested on
            shuffled ones. How well does it read?

            - **a**: It can only guess.
            - **b**: It reads some, but clearly fewer than before.
            - **c**: It reads about as many as before.

            Afterward, look at such images: shuffle `x` and `x_new` in the first cell, just before the line
            with `trainer`, by `order = np.random.default_rng(0).permutation(784)` and
            `x, x_new = x[:, order], x_new[:, order]`.
            """,
        answer=Choice(
            shuffled,
            {
                "a": "Does the network know which pixels are neighbors?",
                "b": "What does the network lose that it had before?",
                "c": "Each pixel is an input of its own. Which inputs are neighbors never entered.",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "What changes in $z = W x + b$ when the entries of $x$ change places?",
            "Let the columns of $W$ change places in the same way.",
        ),
        solution='answer = "c"',
        why="""
            For each network that reads the images there is one that reads the shuffled ones: the same weights
            in the new order. Its gradients are the same, too, so learning is no harder.
            """,
    ),
    Exercise(
        id="digits.6",
        task="""
            Predict before you run anything. Somebody trains with `scale=1 / 255` and forgets it when
            measuring: `accuracy(reader, x_new, t_new)`. So the network sees pixels that are 255 times as
            large as those that it learned from. What comes out?

            - **a**: About a tenth: it can only guess.
            - **b**: Something in between.
            - **c**: Nearly as much as with the scale.

            Afterward, run that line in a new cell.
            """,
        answer=Choice(
            unscaled,
            {
                "a": "Does a hidden neuron change sides when $W x$ grows and its sign stays?",
                "b": "What is left of a hidden activation when $z$ is far from zero?",
                "c": "So the mistake hardly shows here. Compare the outputs themselves to notice it.",
            },
        ),
        blank='answer = ...  # "a", "b", or "c"',
        hints=(
            "What becomes of $W x + b$ when $x$ grows? What becomes of its sign?",
            "Think of each hidden neuron as a switch that is on or off.",
        ),
        solution='answer = "c"',
        why="""
            A test that gives a good number is no proof that the inputs are right. Training on such pixels is
            another matter, as the section on the slopes shows.
            """,
    ),
    Exercise(
        id="digits.7",
        task="""
            Find the bug. This function should return the share of the images that are read correctly. Each
            row of `a` holds the outputs for an image, and `t` has a 1 in the column of the right digit. It
            praises even a network that answers 0 everywhere. Repair it.
            """,
        answer=Function(SHARE),
        blank="""
            def share_right(a, t):
                return np.mean((a > 0.5) == (t == 1))
            """,
        hints=(
            "What is counted here: images or outputs?",
            "`a.argmax(axis=1)` is the digit that the network reads, for each row.",
        ),
        solution="""
            def share_right(a, t):
                return np.mean(a.argmax(axis=1) == t.argmax(axis=1))
            """,
        why="""
            With ten outputs, nine targets of an image are 0. A network that always answers 0 gets all of
            these right, and reads nothing.
            """,
    ),
    Exercise(
        id="digits.8",
        task="""
            How sure is the network? Write a function that returns for each image by how much its largest
            output leads: the largest output minus the second largest. Each row of `a` holds the outputs for
            an image.

            Afterward, find the closest call among the test images, in a new cell: `k` is where
            `leads(reader.forward(x_new / 255).a[-1])` has its `argmin()`, and
            `show_digits(digits.x_test[[k]])` shows it.
            """,
        answer=Function(LEADS),
        blank="""
            def leads(a):
                return ...
            """,
        hints=(
            "Where are the two largest numbers of a row once it is sorted?",
            "`np.sort(a, axis=1)` sorts each row and puts its largest number last.",
        ),
        solution="""
            def leads(a):
                in_order = np.sort(a, axis=1)
                return in_order[:, -1] - in_order[:, -2]
            """,
        why="""
            A small lead says that the network hesitates. A large one does not say that it is right.
            """,
    ),
    Exercise(
        id="digits.9",
        task=r"""
            Put the whole course together: write a network from nothing, of any depth. `weights` and `biases`
            are lists, from the first layer to the last, and a layer's weights have the shape (neurons,
            inputs). All layers have sigmoids. `x` and `t` have a row for each example. An example's loss is
            $E = \frac{1}{2} \sum_i (t_i - a_i)^2$. Return the mean gradients over the examples, in two lists:
            those of the weights and those of the biases, from the first layer to the last.
            """,
        answer=Function(NETWORK),
        blank="""
            def gradients(weights, biases, x, t):
                return ...
            """,
        hints=(
            """Go forward first and keep every activation in a list that begins with `x`. What does each layer
            need on the way back?""",
            """With rows for examples, forward is `a @ W.T + b`, a gradient is `delta.T @ a / len(x)`, and
            `delta @ W` carries δ one layer back. Which factor is still missing?""",
        ),
        solution="""
            def gradients(weights, biases, x, t):
                a = [x]
                for W, b in zip(weights, biases):
                    a.append(1 / (1 + np.exp(-(a[-1] @ W.T + b))))
                delta = (a[-1] - t) * a[-1] * (1 - a[-1])
                dE_dW, dE_db = [], []
                for k in reversed(range(len(weights))):
                    dE_dW.insert(0, delta.T @ a[k] / len(x))
                    dE_db.insert(0, delta.mean(axis=0))
                    delta = (delta @ weights[k]) * a[k] * (1 - a[k])
                return dE_dW, dE_db
            """,
        why="""
            This is all of backpropagation: a few lines, for every depth. Subtract the learning rate times
            these gradients, again and again, and it learns to read.
            """,
    ),
)

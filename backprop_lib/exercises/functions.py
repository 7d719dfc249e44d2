"""The functions that a learner writes: what each is given, what is right, and the mistakes that have names.

The right results are the package's own. A mistake is a function too: what somebody who makes it would write.
`TASKS` can be added to; an exercise may also bring a task of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from difflib import get_close_matches
from typing import Any

import numpy as np

from backprop_lib.core import Array, Network, bell, sigmoid
from backprop_lib.exercises.task import Arguments, Slip, Task
from backprop_lib.exercises.verdict import Verdict
from backprop_lib.training import train

Sizes = Sequence[int]
RNG = np.random.Generator

# ---- what is said of a mistake, once -------------------------------------------------------------

SAID = {
    "slope forgotten": "The slope of the sigmoid is missing: where a number passed a sigmoid on the way "
    "forward, it is multiplied by $a (1 - a)$ on the way back.",
    "slope twice": "The slope of the sigmoid is in it twice.",
    "z for a": "The slope is written with $z$ where it needs $a$: it is $a (1 - a)$ with $a = \\sigma(z)$.",
    "transposed": "A matrix has to be transposed: the way forward uses the rows of $W$, and the way back its "
    "columns.",
    "weight forgotten": "The weights between the two layers are missing.",
    "new weight": "A weight is updated too early: every derivative needs the weights of the forward pass.",
    "mean for sum": "This is the mean where the sum is needed.",
    "error squared": "The error is squared: the derivative of $\\tfrac{1}{2} (t - a)^2$ holds $a - t$ only "
    "once.",
    "uphill": "The step goes uphill: it has to go against the gradient.",
    "rate forgotten": "The learning rate is missing.",
    "value for slope": "This is the function itself, and its derivative is needed.",
    "at zero": "It is right everywhere but at $z = 0$, where this course takes the slope of relu as 0.",
}


def slip(mistake: str, function: Callable[..., Any], sentence: str = "") -> Slip:
    """Return a known mistake with the sentence that the course has for it, or with one of your own.

    Parameters
    ----------
    mistake : str
        Its name.
    function : function
        What makes it, with the arguments of the right one.
    sentence : str

    Examples
    --------
    >>> slip("rate forgotten", lambda w, gradient, learning_rate: w - gradient).sentence
    'The learning rate is missing.'
    """
    return Slip(mistake, sentence or SAID[mistake], function)


# ---- what is given -------------------------------------------------------------------------------


def _z(rng: RNG, sizes: Sizes) -> Arguments:
    """Give a number, a row or a table of them; 0 is among them."""
    z = rng.normal(0, 2, (sizes[1], sizes[2]))
    z[0, -1] = 0
    return {"z": [z, float(z[1, 0]), z[0]][(sizes[0] + sizes[2]) % 3]}


def _output(rng: RNG, sizes: Sizes) -> Arguments:
    return {"a": rng.uniform(0.1, 0.9, sizes[2]), "t": rng.uniform(0, 1, sizes[2])}


def _layer(rng: RNG, sizes: Sizes) -> Arguments:
    inputs, outputs = sizes[1:]
    W, delta = rng.normal(size=(outputs, inputs)), rng.normal(size=outputs)
    return {"W": W, "delta": delta, "a": rng.uniform(0.1, 0.9, inputs)}


def _two_layers(rng: RNG, sizes: Sizes) -> Arguments:
    inputs, hidden, outputs = sizes
    return {
        "W1": rng.normal(size=(hidden, inputs)),
        "W2": rng.normal(size=(outputs, hidden)),
        "x": rng.normal(size=inputs),
        "t": rng.uniform(0, 1, outputs),
    }


def _with_biases(rng: RNG, sizes: Sizes) -> Arguments:
    given = _two_layers(rng, sizes)
    biases = [rng.normal(size=size) for size in sizes[1:]]
    return {"weights": [given["W1"], given["W2"]], "biases": biases, "x": given["x"]}


def _step(rng: RNG, sizes: Sizes) -> Arguments:
    shape = sizes[1:]
    return {"w": rng.normal(size=shape), "gradient": rng.normal(size=shape), "learning_rate": 0.1 * sizes[0]}


def _momentum(rng: RNG, sizes: Sizes) -> Arguments:
    w, gradient, rate = _step(rng, sizes).values()
    v = rng.normal(size=w.shape)
    return {"w": w, "v": v, "gradient": gradient, "learning_rate": rate, "momentum": 0.9 - 0.1 * sizes[2]}


def _losses(rng: RNG, sizes: Sizes) -> Arguments:
    """Give the loss of a network as a function of its first weights, and these."""
    W1, W2, x, t = _two_layers(rng, sizes).values()
    return {"loss": lambda w: Network([np.asarray(w).reshape(W1.shape), W2]).loss(x, t), "w": W1}


def _claims(rng: RNG, sizes: Sizes) -> Arguments:
    """Give a loss, its weights, and a gradient that is right or wrong, once each where all are small."""
    W1, W2, x, t = _two_layers(rng, sizes).values()
    size = 1e-4 if sizes[0] == 2 else 1.0
    claimed = size * Network([W1, W2]).gradients(x, t).weights[0]
    claimed *= 2 if sizes[2] == 1 else -1 if sizes[1] == 4 and sizes[0] == 3 else 1
    claimed[-1, -1] *= 1.1 if sizes[0] == 4 else 1
    return {"loss": lambda w: size * Network([w, W2]).loss(x, t), "w": W1, "gradient": claimed}


def _examples(rng: RNG, sizes: Sizes) -> Arguments:
    count = 2 * sizes[1] + 1
    x, t = rng.normal(size=(count, sizes[0])), rng.normal(size=(count, sizes[2]))
    return {"x": x, "t": t, "batch_size": sizes[1]}


def _training(rng: RNG, sizes: Sizes) -> Arguments:
    return {**_two_layers(rng, sizes), "learning_rate": 0.5 * sizes[0], "epochs": 2 + sizes[2]}


# ---- what is right, and what is wrong ------------------------------------------------------------


def _relu_slope(z: Any) -> Any:
    return np.where(np.asarray(z) > 0, 1.0, 0.0)


def _slope(a: Any) -> Any:
    return a * (1 - a)


def _backward(W: Array, delta: Array, a: Array, slope: Callable[[Array], Array] = _slope) -> Any:
    return (W.T @ delta) * slope(a), np.outer(delta, a)


def _gradients(W1: Array, W2: Array, x: Array, t: Array) -> Any:
    return tuple(Network([W1, W2]).gradients(x, t).weights)


def _wrong_gradients(
    output: Callable[[Any, Any], Any] = lambda z, a: a * (1 - a),
    hidden: Callable[[Any, Any], Any] = lambda z, a: a * (1 - a),
    back: Callable[[Array, Array], Any] = lambda W, delta: W.T @ delta,
    power: int = 1,
) -> Callable[..., Any]:
    """Return a backward pass in which something has been replaced."""

    def gradients(W1: Array, W2: Array, x: Array, t: Array) -> Any:
        z1 = W1 @ x
        a1 = sigmoid(z1)
        z2 = W2 @ a1
        a2 = sigmoid(z2)
        delta2 = (a2 - t) ** power * output(z2, a2)
        return np.outer(back(W2, delta2) * hidden(z1, a1), x), np.outer(delta2, a1)

    return gradients


def _one(z: Any, a: Any) -> Any:
    return np.ones_like(a)


def _at_z(z: Any, a: Any) -> Any:
    return z * (1 - z)


def _forward(last: Callable[[Any], Any] = sigmoid, bias: float = 1.0, after: float = 0.0) -> Any:
    """Return a forward pass in which something has been replaced."""

    def forward(weights: Any, biases: Any, x: Array) -> Any:
        a = [x]
        for k, (W, b) in enumerate(zip(weights, biases, strict=True), 1):
            squash = last if k == len(weights) else sigmoid
            a.append(squash(W @ a[-1] + bias * b) + after * b)
        return a

    return forward


def _trained(extra: int = 0, direction: float = 1.0, early: bool = False) -> Callable[..., Any]:
    def trained(W1: Array, W2: Array, x: Array, t: Array, learning_rate: float, epochs: int) -> Any:
        for _ in range(epochs + extra):
            dW1, dW2 = _gradients(W1, W2, x, t)
            moved = W2 - direction * learning_rate * dW2
            if early:
                a1 = sigmoid(W1 @ x)
                a2 = sigmoid(W2 @ a1)
                dW1 = np.outer((moved.T @ ((a2 - t) * _slope(a2))) * _slope(a1), x)
            W1, W2 = W1 - direction * learning_rate * dW1, moved
        return W1, W2

    return trained


def _right_training(W1: Array, W2: Array, x: Array, t: Array, learning_rate: float, epochs: int) -> Any:
    return tuple(train(Network([W1, W2]), x, t, learning_rate, epochs).network.weights)


def _numerical(loss: Callable[[Array], float], w: Array) -> Array:
    slopes = np.zeros(w.shape)
    for where in np.ndindex(w.shape):
        nudge = np.zeros(w.shape)
        nudge[where] = 1e-5
        slopes[where] = (loss(w + nudge) - loss(w - nudge)) / 2e-5
    return slopes


def _is_right(loss: Callable[[Array], float], w: Array, gradient: Array) -> Any:
    slopes = _numerical(loss, w)
    return np.array(float(np.abs(slopes - gradient).max() < 1e-3 * np.abs(slopes).max()))


def _batches(x: Array, t: Array, batch_size: int) -> Any:
    starts = range(0, len(x), batch_size)
    return [(x[s : s + batch_size], t[s : s + batch_size]) for s in starts]


def _momentum_step(w: Array, v: Array, gradient: Array, learning_rate: float, momentum: float) -> Any:
    v = momentum * v + learning_rate * gradient
    return w - v, v


TASKS = {
    task.name: task
    for task in (
        Task(
            "sigmoid",
            _z,
            sigmoid,
            slips=[
                slip("sign of z", lambda z: sigmoid(-z), "The sign in the exponent is lost: it is $e^{-z}$."),
                slip("1 forgotten", lambda z: np.exp(z), "The 1 below the fraction line is missing."),
                slip("derived", bell, "This is the derivative, and the sigmoid itself is needed."),
            ],
        ),
        Task(
            "sigmoid_prime",
            _z,
            bell,
            slips=[
                slip("z for a", lambda z: z * (1 - z)),
                slip("value for slope", sigmoid),
                slip("slope twice", lambda z: bell(z) ** 2),
                slip("sigmoid twice", lambda z: bell(sigmoid(z)), "The sigmoid is applied twice."),
                slip("factor missing", lambda z: 1 - sigmoid(z), "The factor $a$ of $a (1 - a)$ is missing."),
                slip("a for z", lambda z: np.exp(-z), "Only the inner derivative is there."),
            ],
        ),
        Task(
            "relu_prime",
            _z,
            _relu_slope,
            slips=[
                slip("at zero", lambda z: np.where(np.asarray(z) >= 0, 1.0, 0.0)),
                slip("at zero", lambda z: np.heaviside(z, 0.5)),
                slip("value for slope", lambda z: np.maximum(z, 0)),
                slip(
                    "-1 for 0",
                    lambda z: np.sign(z),
                    "Below 0 the slope of relu is 0, because relu is flat there.",
                ),
            ],
        ),
        Task(
            "forward",
            _with_biases,
            lambda weights, biases, x: Network(weights, biases).forward(x).a,
            slips=[
                slip("sigmoid forgotten", _forward(last=lambda z: z), "The last layer has a sigmoid, too."),
                slip("bias forgotten", _forward(bias=0), "The biases are missing."),
                slip("bias too late", _forward(bias=0, after=1), "The bias belongs inside the sigmoid."),
                slip(
                    "x forgotten",
                    lambda weights, biases, x: Network(weights, biases).forward(x).a[1:],
                    "The list has to begin with $x$.",
                ),
                slip(
                    "z for a",
                    lambda weights, biases, x: [x, *Network(weights, biases).forward(x).z],
                    "These are the $z$, and the $a$ are needed.",
                ),
            ],
        ),
        Task(
            "loss",
            _output,
            lambda a, t: np.sum((t - a) ** 2) / 2,
            slips=[
                slip("mean for sum", lambda a, t: np.mean((t - a) ** 2) / 2),
                slip("mean for sum", lambda a, t: np.mean((t - a) ** 2)),
                slip("not squared", lambda a, t: np.sum(np.abs(t - a)), "The errors have to be squared."),
                slip("not squared", lambda a, t: np.sum(t - a), "The errors have to be squared."),
                slip("square of the sum", lambda a, t: np.sum(t - a) ** 2, "Square first, and add then."),
                slip("not added", lambda a, t: (t - a) ** 2 / 2, "Add the losses of all the outputs."),
                slip("root", lambda a, t: np.linalg.norm(t - a), "There is a square root too many."),
            ],
        ),
        Task(
            "output_delta",
            _output,
            lambda a, t: (a - t) * a * (1 - a),
            slips=[
                slip("slope forgotten", lambda a, t: a - t),
                slip("slope twice", lambda a, t: (a - t) * _slope(a) ** 2),
                slip("error squared", lambda a, t: (a - t) ** 2 * _slope(a)),
                slip("error forgotten", lambda a, t: _slope(a), "The factor $a - t$ is missing."),
                slip("t for a", lambda a, t: (a - t) * _slope(t), "The slope is taken at $t$, not at $a$."),
                slip(
                    "a missing", lambda a, t: (a - t) * (1 - a), "The factor $a$ of $a (1 - a)$ is missing."
                ),
                slip("a missing", lambda a, t: (a - t) * a, "The factor $1 - a$ of $a (1 - a)$ is missing."),
                slip("mean for sum", lambda a, t: (a - t) * _slope(a) / len(a)),
            ],
        ),
        Task(
            "backward",
            _layer,
            _backward,
            ["delta_before", "gradient"],
            slips=[
                slip("slope forgotten", lambda W, delta, a: _backward(W, delta, a, np.ones_like)),
                slip("slope twice", lambda W, delta, a: _backward(W, delta, a, lambda a: _slope(a) ** 2)),
                slip("transposed", lambda W, delta, a: (W @ delta * _slope(a), np.outer(delta, a))),
                slip(
                    "transposed",
                    lambda W, delta, a: (_backward(W, delta, a)[0], np.outer(a, delta)),
                    "The gradient is transposed: it needs a row for each `delta` and a column for each `a`.",
                ),
                slip("transposed", lambda W, delta, a: (W @ delta * _slope(a), np.outer(a, delta))),
                slip("weight forgotten", lambda W, delta, a: (delta * _slope(a), np.outer(delta, a))),
                slip(
                    "sigmoid twice",
                    lambda W, delta, a: _backward(W, delta, a, bell),
                    "`a` has passed the sigmoid already: its slope is $a (1 - a)$.",
                ),
            ],
        ),
        Task(
            "gradients",
            _two_layers,
            _gradients,
            ["dE_dW1", "dE_dW2"],
            slips=[
                slip("slope forgotten", _wrong_gradients(output=_one)),
                slip("slope forgotten", _wrong_gradients(hidden=_one)),
                slip("slope forgotten", _wrong_gradients(_one, _one)),
                slip("z for a", _wrong_gradients(_at_z, _at_z)),
                slip("transposed", _wrong_gradients(back=lambda W, delta: W @ delta)),
                slip("weight forgotten", _wrong_gradients(back=lambda W, delta: np.sum(delta))),
                slip("error squared", _wrong_gradients(power=2)),
            ],
        ),
        Task(
            "sgd_step",
            _step,
            lambda w, gradient, learning_rate: w - learning_rate * gradient,
            slips=[
                slip("uphill", lambda w, gradient, learning_rate: w + learning_rate * gradient),
                slip("rate forgotten", lambda w, gradient, learning_rate: w - gradient),
                slip(
                    "rate divides",
                    lambda w, gradient, learning_rate: w - gradient / learning_rate,
                    "Multiply by the learning rate, and do not divide by it.",
                ),
                slip(
                    "step only",
                    lambda w, gradient, learning_rate: learning_rate * gradient,
                    "This is only the step: subtract it from the weights.",
                ),
            ],
        ),
        Task(
            "momentum_step",
            _momentum,
            _momentum_step,
            ["w", "v"],
            slips=[
                slip(
                    "uphill",
                    lambda w, v, gradient, learning_rate, momentum: (
                        w + momentum * v + learning_rate * gradient,
                        momentum * v + learning_rate * gradient,
                    ),
                ),
                slip(
                    "old v",
                    lambda w, v, gradient, learning_rate, momentum: (
                        w - v,
                        momentum * v + learning_rate * gradient,
                    ),
                    "The step uses the old $v$: renew $v$ first.",
                ),
                slip(
                    "momentum forgotten",
                    lambda w, v, gradient, learning_rate, momentum: (
                        w - v - learning_rate * gradient,
                        v + learning_rate * gradient,
                    ),
                    "The old $v$ has to be multiplied by the momentum.",
                ),
                slip(
                    "rate forgotten",
                    lambda w, v, gradient, learning_rate, momentum: (
                        w - momentum * v - gradient,
                        momentum * v + gradient,
                    ),
                ),
            ],
        ),
        Task(
            "numerical_gradient",
            _losses,
            _numerical,
            slips=[
                slip(
                    "all at once",
                    lambda loss, w: np.full(w.shape, np.sum(_numerical(loss, w))),
                    "All the weights are nudged at once: nudge one, and leave the others as they are.",
                ),
                slip(
                    "not divided",
                    lambda loss, w: 2e-5 * _numerical(loss, w),
                    "Divide the change of the loss by the nudge.",
                ),
            ],
            tolerance=1e-3,
        ),
        Task(
            "gradient_check",
            _claims,
            _is_right,
            slips=[
                slip(
                    "cannot fail",
                    lambda loss, w, gradient: np.array(1.0),
                    "This check passes wrong gradients, too. Compare every number, and measure the "
                    "difference by the size of the gradient.",
                ),
                slip(
                    "cannot pass",
                    lambda loss, w, gradient: np.array(0.0),
                    "This check refuses right gradients, too. Nudging is not exact: allow for that.",
                ),
            ],
        ),
        Task(
            "mini_batches",
            _examples,
            _batches,
            slips=[
                slip(
                    "last batch lost",
                    lambda x, t, batch_size: _batches(x, t, batch_size)[:-1],
                    "The last batch is missing. It is smaller than the others, and its examples count.",
                ),
            ],
        ),
        Task(
            "train",
            _training,
            _right_training,
            ["W1", "W2"],
            slips=[
                slip("one update more", _trained(1), "It makes one update too many."),
                slip("one update less", _trained(-1), "It makes one update too few."),
                slip(
                    "only one update",
                    lambda W1, W2, x, t, learning_rate, epochs: _right_training(
                        W1, W2, x, t, learning_rate, 1
                    ),
                    "It makes a single update. Is `return` inside the loop?",
                ),
                slip("uphill", _trained(direction=-1.0)),
                slip("new weight", _trained(early=True)),
            ],
        ),
    )
}


def examine_function(name: str | Task, f: object) -> Verdict:
    """Run a learner's function on random examples, and compare it with the package's own.

    Parameters
    ----------
    name : str or Task
        What the function has to do; one of `TASKS`, or a task of your own.
    f : function
        It may not change what it is given, and it has ten seconds.

    Raises
    ------
    ValueError
        If there is no task of this name. Whatever is wrong with the function is said by the verdict.

    Examples
    --------
    >>> examine_function("sigmoid_prime", lambda z: sigmoid(z) * (1 - sigmoid(z)))
    ✓ Right. It agrees with the package on five random examples.
    >>> examine_function("backward", lambda W, delta, a: (W.T @ delta, np.outer(delta, a))).mistake
    'slope forgotten'
    """
    if isinstance(name, Task):
        return name.examine(f)
    if not isinstance(name, str) or name not in TASKS:
        near = get_close_matches(str(name), TASKS, n=1)
        instead = f"did you mean {near[0]!r}?" if near else f"expected one of: {', '.join(TASKS)}."
        raise ValueError(f"name is {name!r}, {instead}")
    return TASKS[name].examine(f)

"""The same training by everyone: this course, plain NumPy, document 003's algorithm, and the libraries.

Every peer is a function that takes a `Problem` and returns `epoch`, which trains one more epoch when called,
and `network`, which returns the network so far. (Those in `AT_ONCE` do all epochs of the problem in one
call.) All start from the same weights and shuffle alike, so they must compute the same numbers, and
`training_check.py` holds them to it. Every peer is written as somebody would who wants it to win: in
single precision where the course uses it, with nothing computed that is not used. It gets the data in the
form that suits it best, ready and outside the measured time.
"""

from __future__ import annotations

import gc
import json
import math
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory

import numpy as np
from numpy.typing import NDArray

from backprop_lib import Network
from backprop_lib.training.batches import cut
from backprop_lib.training.in_place import InPlaceNetwork
from backprop_lib.training.options import Options
from backprop_lib.training.trainer import Trainer

Array = NDArray[np.floating]
BLOCK = 1 << 18  # so many numbers are gathered at a time: they fit the processor's cache
Run = tuple[Callable[[], object], Callable[[], Network]]


@dataclass
class Problem:
    """What is to be trained: one epoch cuts a random order of the examples into batches."""

    net: Network  # sigmoid throughout, with biases
    x: NDArray
    t: Array
    learning_rate: float
    batch_size: int
    dtype: str = "float32"
    scale: float = 1.0
    epochs: int = 1  # so many in one measurement

    def __post_init__(self) -> None:
        self.t = self.t.astype(self.dtype)
        self.whole = [np.arange(len(self.x))]  # in one batch the order does not matter
        by_batch = self.x.dtype == np.uint8 and self.batch_size < len(self.x)
        self.given = self.x if by_batch else self.floats()  # bytes, or floats as the network is to see them
        self.slope = {"half_squared_error": 1, "squared_error": 2}.get(self.net.loss_rule.name)
        self.layers = [
            (W.astype(self.dtype), b.astype(self.dtype))
            for W, b in zip(self.net.weights, self.net.biases, strict=True)
        ]

    def floats(self) -> Array:
        """Return x as the network is to see it."""
        return (self.x * self.scale).astype(self.dtype)

    def batches(self, rng: np.random.Generator) -> list[NDArray[np.integer]]:
        if self.batch_size >= len(self.x):
            return self.whole
        order, ends = rng.permutation(len(self.x)), np.cumsum(cut(len(self.x), self.batch_size))
        return np.split(order, ends[:-1])

    def blocks(self, rng: np.random.Generator) -> Iterator[NDArray[np.integer]]:
        """Yield a random order of all examples in parts of as many batches as should be gathered at once."""
        order = rng.permutation(len(self.x))
        size = self.batch_size * max(1, BLOCK // (self.batch_size * self.x.shape[1]))
        yield from (order[start : start + size] for start in range(0, len(order), size))

    def cut(self, X, T) -> Iterator[tuple]:
        """Yield the batches of a part."""
        for start in range(0, len(X), self.batch_size):
            yield X[start : start + self.batch_size], T[start : start + self.batch_size]

    def in_batches(self, rng: np.random.Generator) -> Iterator[tuple[Array, Array]]:
        """Yield x and t of each batch, for NumPy. Bytes become floats here, for they are gathered faster."""
        if self.batch_size >= len(self.x):
            yield self.given, self.t
            return
        scale = np.dtype(self.dtype).type(self.scale)
        for chosen in self.blocks(rng):
            X = self.given.take(chosen, axis=0)
            yield from self.cut(X * scale if X.dtype == np.uint8 else X, self.t.take(chosen, axis=0))

    def copies(self) -> list[tuple[Array, Array]]:
        return [(W.copy(), b.copy()) for W, b in self.layers]

    def result(self, layers) -> Network:
        weights, biases = zip(*((np.array(W, float), np.array(b, float)) for W, b in layers), strict=True)
        return self.net.replace(weights, biases)


def this_course(p: Problem) -> Run:
    size = p.batch_size if p.batch_size < len(p.x) else None
    trainer = Trainer(p.net, p.x, p.t, p.learning_rate, batch_size=size, dtype=p.dtype, scale=p.scale)
    return lambda: trainer.epoch(measure=False), lambda: trainer.network


def lean_steps(p: Problem) -> Run:
    """The trainer's inner loop alone, on the whole batch."""
    lean = InPlaceNetwork(p.net, Options(dtype=p.dtype, scale=p.scale))
    (batch,) = lean.batches(p.x, p.t, [len(p.x)]).in_order(np.arange(len(p.x)))
    rate = lean.rate(p.learning_rate / len(p.x))

    def epochs() -> None:
        for _ in range(p.epochs):
            lean.step(*batch, rate)

    return epochs, lambda: lean.network


def straight_line(p: Problem) -> Run:
    """The derivation as a program of plain numbers, for one example: all epochs in one call."""
    from compiled import compile_training

    from backprop_lib import derive

    train, done = compile_training(derive(p.net), keep_losses=False), []

    def epochs() -> None:
        done[:] = [train(p.scale * p.x[0], p.t[0], p.learning_rate, p.epochs)[1]]

    return epochs, lambda: done[0]


def machine_code(p: Problem) -> Run:
    """The derivation as a program of plain numbers, compiled by numba, in double precision."""
    from compiled import compile_batches

    from backprop_lib import derive

    size = p.batch_size if p.batch_size < len(p.x) else None
    run, network = compile_batches(derive(p.net))(p.x * p.scale, p.t, p.learning_rate, size)
    return lambda: run(p.epochs), network


def javascript(p: Problem) -> Run:
    """The derivation as a module for the browser, in double precision, on the whole batch.

    Node runs it, with the engine of Chromium, and measures the processor's time itself, all threads together.
    """
    from backprop_lib import derive
    from backprop_lib.symbols import javascript

    if (node := which("node")) is None:
        raise ModuleNotFoundError(name="node")
    script, module, done = Path(__file__).with_name("training_in_node.mjs"), javascript(derive(p.net)), []
    rows = np.hstack([p.x * p.scale, p.t]).tolist()
    given = json.dumps([list(p.net.by_name().values()), rows, p.learning_rate, p.epochs])

    def epochs() -> None:
        with TemporaryDirectory() as folder:
            path = Path(folder, "module.mjs")
            path.write_text(module, encoding="utf-8")
            run = [node, script, path.as_uri()]
            done[:] = [json.loads(subprocess.run(run, input=given, stdout=-1, text=True, check=True).stdout)]

    def measured() -> float:
        epochs()
        return done[0]["seconds"]

    epochs.measured = measured
    return epochs, lambda: p.net.with_values(dict(zip(p.net.by_name(), done[0]["parameters"], strict=True)))


def checked_networks(p: Problem) -> Run:
    """The clear form that learners read: a new, checked network at every step."""
    rng, x, state = np.random.default_rng(0), p.floats(), [p.net]

    def epoch() -> None:
        for batch in p.batches(rng):
            state[0] = state[0].step(state[0].gradients(x[batch], p.t[batch]), p.learning_rate)

    return epoch, lambda: state[0]


def plain_numpy(p: Problem) -> Run:
    """Matrices and nothing else, in the few lines of somebody who knows NumPy: no array is made in vain."""
    rng, layers = np.random.default_rng(0), p.copies()

    def sigmoid(z: Array) -> Array:
        np.negative(z, out=z)
        np.exp(z, out=z)
        z += 1
        return np.reciprocal(z, out=z)

    def epoch() -> None:
        for X, T in p.in_batches(rng):
            a = [X]
            for W, b in layers:
                z = a[-1] @ W.T
                z += b
                a.append(sigmoid(z))
            delta = a[-1] - T
            delta *= p.slope * p.learning_rate / len(X)
            for i in range(len(layers) - 1, -1, -1):
                W, b = layers[i]
                delta *= a[i + 1]
                delta *= 1 - a[i + 1]
                below = delta @ W if i else None
                W -= delta.T @ a[i]
                b -= delta.sum(axis=0)
                delta = below

    return epoch, lambda: p.result(layers)


def document_003(p: Problem) -> Run:
    """Document 003's algorithm: example by example, gradients as objects that are summed over the batch."""
    rng, x, parameters = np.random.default_rng(0), (p.x * p.scale).astype(float), _objects(p.copies())
    t = p.t.astype(float)

    def sigmoid(z: Array) -> Array:
        return 1 / (1 + np.exp(-z))

    def one(x: Array, t: Array) -> tuple[NDArray, float]:
        weights, biases = parameters[0]
        z, a = [], [x]
        for W, b in zip(weights, biases, strict=True):
            z.append(np.dot(W, a[-1]) + b)
            a.append(sigmoid(z[-1]))
        slopes = _objects([(None, None)] * len(weights))
        delta = p.slope * (a[-1] - t) * sigmoid(z[-1]) * (1 - sigmoid(z[-1]))
        for i in range(len(weights) - 1, -1, -1):
            column, row = delta.reshape(-1, 1), a[i].reshape(1, -1)
            slopes[0][i], slopes[1][i] = np.dot(column, row), column.flatten()
            if i > 0:
                slope = sigmoid(z[i - 1]) * (1 - sigmoid(z[i - 1]))
                delta = np.dot(column.T, weights[i]).flatten() * slope
        return slopes, np.sum(np.square(t - a[-1]))

    parameters = [parameters]

    def epoch() -> None:
        for batch in p.batches(rng):
            total, error = one(x[batch[0]], t[batch[0]])
            for i in batch[1:]:
                slopes, off = one(x[i], t[i])
                total, error = total + slopes, error + off
            parameters[0] = parameters[0] - p.learning_rate * (total / len(batch))

    return epoch, lambda: p.result(zip(*parameters[0], strict=True))


def _objects(layers) -> NDArray:
    """Return [all W, all b] as an array of arrays of objects."""
    both = np.empty(2, dtype=object)
    for k in range(2):
        both[k] = np.empty(len(layers), dtype=object)
        for i, layer in enumerate(layers):
            both[k][i] = None if layer[k] is None else layer[k].astype(float)
    return both


def micrograd(p: Problem) -> Run:
    """Its graphs are rings of references, which Python is to look for only after each batch."""
    from micrograd.engine import Value

    rng, t = np.random.default_rng(0), p.t.tolist()
    x = [[Value(v) for v in row] for row in p.floats().tolist()]  # or each product would make a new one
    layers = [
        [([Value(w) for w in row], Value(bias)) for row, bias in zip(W.tolist(), b.tolist(), strict=True)]
        for W, b in p.layers
    ]
    parameters = [v for layer in layers for row, bias in layer for v in (*row, bias)]

    def sigmoid(z: Value) -> Value:  # micrograd itself has only powers and relu
        a = Value(1 / (1 + math.exp(-z.data)), (z,), "sigmoid")

        def backward() -> None:
            z.grad += a.data * (1 - a.data) * a.grad

        a._backward = backward
        return a

    def epoch() -> None:
        gc.disable()
        for batch in p.batches(rng):
            step(batch)
            gc.collect(0)
        gc.enable()

    def step(batch: NDArray[np.integer]) -> None:
        loss, rate = Value(0.0), p.learning_rate * p.slope / 2 / len(batch)
        for i in batch:
            a = x[i]
            for layer in layers:
                a = [sigmoid(sum((w * v for w, v in zip(row, a, strict=True)), bias)) for row, bias in layer]
            loss = sum(((v - u) ** 2 for v, u in zip(a, t[i], strict=True)), loss)
        for v in parameters:
            v.grad = 0.0
        loss.backward()
        for v in parameters:
            v.data -= rate * v.grad

    def network() -> Network:
        return p.result([([[w.data for w in row] for row, _ in L], [b.data for _, b in L]) for L in layers])

    return epoch, network


def autograd(p: Problem) -> Run:
    """With the sigmoid as an operation of its own, as its documentation advises for what is used much."""
    import autograd as ag
    import autograd.numpy as anp
    from autograd.extend import defvjp, primitive

    rng, layers = np.random.default_rng(0), p.copies()

    @primitive
    def sigmoid(z: Array) -> Array:
        return 1 / (1 + np.exp(-z))

    defvjp(sigmoid, lambda a, z: lambda g: g * a * (1 - a))

    def loss(layers, a, t):
        for W, b in layers:
            a = sigmoid(anp.dot(a, W.T) + b)
        off = (a - t).ravel()
        return anp.dot(off, off)

    slopes = ag.grad(loss)

    def epoch() -> None:
        for X, T in p.in_batches(rng):
            rate = p.learning_rate * p.slope / 2 / len(X)
            for (W, b), (dW, db) in zip(layers, slopes(layers, X, T), strict=True):
                dW *= rate
                W -= dW
                db *= rate
                b -= db

    return epoch, lambda: p.result(layers)


AT_ONCE = {lean_steps, machine_code, straight_line, javascript}
OWN = {
    "this course": this_course,
    "this course, lean steps": lean_steps,
    "this course, machine code": machine_code,
    "this course, straight line": straight_line,
    "this course, JavaScript": javascript,
    "this course, checked networks": checked_networks,
    "plain NumPy": plain_numpy,
    "document 003's algorithm": document_003,
    "micrograd": micrograd,
    "autograd": autograd,
}

"""The derivation as machine code: whole epochs of mini-batches, compiled by numba, which is optional.

`straight_line` makes a program of plain numbers from sympy's derivation. Here the same lines stand in loops
over epochs, batches and examples, and numba translates them: no array is made, no function called. Compiling
takes seconds, so it pays where a small network is trained for long, or again and again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.derivation import Derivation
from backprop_lib.inputs import finite_number, whole_number
from backprop_lib.network import Network
from backprop_lib.parameters import rebuilt
from backprop_lib.straight_line import inputs_of, step_lines
from backprop_lib.text import identifier
from backprop_lib.trainer import examples

__all__ = ["compile_batches", "epochs_program"]


def epochs_program(d: Derivation) -> str:
    """Return Python source of `run(values, x, t, order, batch_size, rate, epochs)`, which changes `values`.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> print(epochs_program(derive(Network([[[0.5]]], activation="identity"))))
    def run(values, x, t, order, batch_size, rate, epochs):
        (w1_0_0,) = values
        for _ in range(epochs):
            for start in range(0, len(order), batch_size):
                batch = order[start:start + batch_size]
                learning_rate = rate / len(batch)
                move_w1_0_0 = 0.0
                for k in batch:
                    x_0 = x[k, 0]
                    t_0 = t[k, 0]
                    z1_0 = w1_0_0*x_0
                    a1_0 = z1_0
                    off_0 = a1_0 - t_0
                    delta1_0 = learning_rate*off_0
                    move_w1_0_0 += delta1_0*x_0
                w1_0_0 -= move_w1_0_0
        values[:] = (w1_0_0,)
    """
    before, after = step_lines(d)
    names = ", ".join(map(identifier, d.parameters)) + ","
    return "\n".join(
        [
            "def run(values, x, t, order, batch_size, rate, epochs):",
            f"    ({names}) = values",
            "    for _ in range(epochs):",
            "        for start in range(0, len(order), batch_size):",
            "            batch = order[start:start + batch_size]",
            "            learning_rate = rate / len(batch)",
            *(f"            move_{name} = 0.0" for name, _ in after),
            "            for k in batch:",
            *(f"                {identifier(n)} = {n.replace('[', '[k, ')}" for n in inputs_of(d)),
            *(f"                {line}" for line in before),
            *(f"                move_{name} += {move}" for name, move in after),
            *(f"            {name} -= move_{name}" for name, _ in after),
            f"    values[:] = ({names})",
        ]
    )


def compile_batches(d: Derivation) -> Callable[..., Network]:
    """Return `train(x, t, learning_rate, epochs, batch_size=None, seed=0)`, which returns the network.

    It is the training of `training.train` with the same arguments, in double precision and without a
    history. The first call compiles, which takes seconds, and minutes for more than some hundred weights.

    Raises
    ------
    ModuleNotFoundError
        If numba is not installed.
    ValueError
        If the training leaves the range of floats, or an argument does not fit.
    """
    try:
        from numba import njit
    except ModuleNotFoundError:
        sentence = "numba is not installed, expected it for machine code: pip install -e .[fast]"
        raise ModuleNotFoundError(sentence, name="numba") from None
    return _training(d, njit(error_model="numpy"))


def _training(d: Derivation, translated: Callable[[Any], Any]) -> Callable[..., Network]:
    scope: dict[str, Any] = {"math": math, "exp": math.exp}
    exec(epochs_program(d), scope)  # our own text: identifiers and sympy's arithmetic, nothing from outside
    run, start = translated(scope["run"]), d.net.by_name()

    def train(
        x: ArrayLike,
        t: ArrayLike,
        learning_rate: float,
        epochs: int,
        batch_size: int | None = None,
        seed: int = 0,
    ) -> Network:
        x, t = (np.array(rows, float) for rows in examples(d.net, x, t))
        values, order = np.array(list(start.values())), np.arange(len(x))
        rate, epochs = finite_number("learning_rate", learning_rate), whole_number("epochs", epochs)
        seed = whole_number("seed", seed)
        if batch_size is None:
            run(values, x, t, order, len(x), rate, epochs)
        else:
            size, rng = whole_number("batch_size", batch_size, least=1), np.random.default_rng(seed)
            for _ in range(epochs):
                run(values, x, t, rng.permutation(order), size, rate, 1)
        end = dict(zip(start, values.tolist(), strict=True))
        return d.net.replace(*rebuilt(d.net.weights, d.net.biases, end))

    return train

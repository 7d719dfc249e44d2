"""The derivation as machine code: whole epochs of mini-batches, compiled by numba, which is optional.

`straight_line` makes a program of plain numbers from sympy's derivation. Here the same lines stand in loops
over epochs, batches and examples, and numba translates them: no array is made, no function called. Compiling
takes seconds, so it pays where a small network is trained for long, or again and again.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Network, finite_number, only_plain, rebuilt, whole_number
from backprop_lib.straight_line import inputs_of, step_lines
from backprop_lib.symbols import Derivation
from backprop_lib.text import identifier
from backprop_lib.training import examples

__all__ = ["CompiledTraining", "compile_batches", "epochs_program"]


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


class CompiledTraining:
    """A training in machine code, as many epochs at a time as is wanted; `compile_batches` makes it.

    It takes the steps of a `Trainer` with the same arguments, in double precision, and measures nothing.
    """

    def __init__(
        self,
        net: Network,
        program: Callable[..., None],
        x: ArrayLike,
        t: ArrayLike,
        learning_rate: float,
        batch_size: int | None = None,
        seed: int = 0,
    ) -> None:
        only_plain(net, "machine code")
        self._net, self._program = net, program
        self._values = np.array(list(net.by_name().values()))
        self._rate = float(finite_number("learning_rate", learning_rate))
        self._x, self._t = (np.array(rows, float) for rows in examples(net, x, t))
        self._order, self._rng = np.arange(len(self._x)), np.random.default_rng(whole_number("seed", seed))
        self._shuffled, self._size = batch_size is not None, len(self._x)
        if batch_size is not None:
            self._size = whole_number("batch_size", batch_size, least=1)

    def run(self, epochs: int) -> None:
        """Use every example so many times."""
        epochs = whole_number("epochs", epochs)
        if not self._shuffled:
            self._program(self._values, self._x, self._t, self._order, self._size, self._rate, epochs)
            return
        for _ in range(epochs):
            order = self._rng.permutation(self._order)
            self._program(self._values, self._x, self._t, order, self._size, self._rate, 1)

    @property
    def network(self) -> Network:
        """The network as it is now; `NotFinite` if it has left the range of floats."""
        now = dict(zip(self._net.by_name(), self._values.tolist(), strict=True))
        return self._net.replace(*rebuilt(self._net.weights, self._net.biases, now))


def compile_batches(d: Derivation) -> Callable[..., CompiledTraining]:
    """Return `start(x, t, learning_rate, batch_size=None, seed=0)`, which returns a `CompiledTraining`.

    The first `run` compiles, which takes seconds, and minutes for more than some hundred weights; later
    trainings of the same derivation use what was compiled.

    Raises
    ------
    ModuleNotFoundError
        If numba is not installed.
    """
    try:
        from numba import njit
    except ModuleNotFoundError:
        sentence = "numba is not installed, expected it for machine code: pip install -e .[fast]"
        raise ModuleNotFoundError(sentence, name="numba") from None
    return _starter(d, njit(error_model="numpy"))


def _starter(d: Derivation, translated: Callable[[Any], Any]) -> Callable[..., CompiledTraining]:
    scope: dict[str, Any] = {"math": math, "exp": math.exp}
    exec(epochs_program(d), scope)  # our own text: identifiers and sympy's arithmetic, nothing from outside
    return partial(CompiledTraining, d.net, translated(scope["run"]))

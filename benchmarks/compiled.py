"""The derivation as a program that trains, for small networks: plain numbers in Python, or machine code.

`backprop_lib.symbols.programs` says what one example's loss and gradients are computed from. Here the same
lines stand in a loop: over the steps on one example, or over epochs, batches and examples, which numba then
translates. Both take the steps of `backprop_lib.train`.
"""

import math
import re
from collections.abc import Callable

import numpy as np
import sympy as sp

from backprop_lib import Network
from backprop_lib.core import check_targets, finite_number, finite_rows, only_plain, whole_number
from backprop_lib.symbols import Derivation, program, python
from backprop_lib.text import identifier
from backprop_lib.training import examples


def training_program(d: Derivation, keep_losses: bool = True) -> str:
    """Return Python source of `run(steps, learning_rate, losses, parameters…, x…, t…)`, for one example.

    Each step appends its loss, from before the update, if they are to be kept.

    >>> from backprop_lib import Network, derive
    >>> print(training_program(derive(Network([[[0.5]]], activation="identity"))))
    def run(steps, learning_rate, losses, w1_0_0, x_0, t_0, exp=math.exp):
        for _ in range(steps):
            z1_0 = w1_0_0*x_0
            a1_0 = z1_0
            off_0 = a1_0 - t_0
            losses.append((1.0/2.0)*off_0*off_0)
            delta1_0 = learning_rate*off_0
            w1_0_0 -= delta1_0*x_0
        return (w1_0_0,)
    """
    lines, moves, data = step(d, keep_losses)
    names = [name for name, _ in moves]
    arguments = ["steps", "learning_rate", "losses", *names, *map(identifier, data), "exp=math.exp"]
    return "\n".join(
        [
            f"def run({', '.join(arguments)}):",
            "    for _ in range(steps):",
            *(f"        {line}" for line in lines),
            *(f"        {name} -= {move}" for name, move in moves),
            f"    return ({' '.join(f'{name},' for name in names)})",
        ]
    )


def epochs_program(d: Derivation) -> str:
    """Return Python source of `run(values, x, t, order, batch_size, rate, epochs)`, which changes `values`.

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
    lines, moves, data = step(d)
    names = ", ".join(name for name, _ in moves) + ","
    return "\n".join(
        [
            "def run(values, x, t, order, batch_size, rate, epochs):",
            f"    ({names}) = values",
            "    for _ in range(epochs):",
            "        for start in range(0, len(order), batch_size):",
            "            batch = order[start:start + batch_size]",
            "            learning_rate = rate / len(batch)",
            *(f"            move_{name} = 0.0" for name, _ in moves),
            "            for k in batch:",
            *(f"                {identifier(name)} = {name.replace('[', '[k, ')}" for name in data),
            *(f"                {line}" for line in lines),
            *(f"                move_{name} += {move}" for name, move in moves),
            *(f"            {name} -= move_{name}" for name, _ in moves),
            f"    values[:] = ({names})",
        ]
    )


def step(d: Derivation, keep_losses: bool = False) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """Return one step for one example: its lines, what each parameter moves by, and what data it needs.

    The deltas are multiplied by the learning rate where they start, so that what they become is what the
    parameters move by.
    """
    p, rate, outputs = program(d), sp.Symbol("learning_rate"), range(d.net.sizes[-1])
    offs, names = [], {}
    for i in outputs if d.net.loss_rule.slope_at_z is None else ():
        off, name = d.output(i) - d.symbols[f"t[{i}]"], sp.Symbol(f"off[{i}]")
        offs.append((f"off[{i}]", off))
        names |= {off: name, -off: -name}
    first = [f"delta{len(d.net.weights)}[{i}]" for i in outputs]
    deltas = [(name, (rate * delta if name in first else delta).xreplace(names)) for name, delta in p.deltas]
    lines = [
        *(f"{identifier(name)} = {python(expression)}" for name, expression in [*p.forward, *offs]),
        *([f"losses.append({python(p.loss.xreplace(names))})"] if keep_losses else []),
        *(f"{identifier(name)} = {python(expression)}" for name, expression in deltas),
    ]
    moves = [(identifier(name), _quickened(python(slope))) for name, slope in p.slopes]
    return [_quickened(line) for line in lines], moves, p.data


def _quickened(line: str) -> str:
    """Return a line of floats only: 1.0 − a is quicker than 1 − a, and u·u than u², which may overflow."""
    line = re.sub(r"\b(\w+)\*\*2\b", r"\1*\1", line.replace("math.exp", "exp"))
    return re.sub(r"(?<![.*])\b(\d+)\b(?!\.)", r"\1.0", line)


def compile_training(d: Derivation, keep_losses: bool = True) -> Callable[..., tuple[np.ndarray, Network]]:
    """Return `train(x, t, learning_rate, epochs)`, which trains the network on one example.

    It returns the losses, `loss[k]` after k updates, and the network. Without `keep_losses` there is the last
    loss only. For up to about 150 weights this is faster than arrays.
    """
    only_plain(d.net, "a program")
    run = _function(training_program(d, keep_losses))

    def train(x, t, learning_rate: float, epochs: int) -> tuple[np.ndarray, Network]:
        x, t = np.ravel(finite_rows("x", x, d.net.sizes[0])), np.ravel(finite_rows("t", t, d.net.sizes[-1]))
        if (len(x), len(t)) != (d.net.sizes[0], d.net.sizes[-1]):
            raise ValueError("x or t has several rows, expected one example.")
        check_targets(t[None], 1, d.net.loss_rule)
        rate, steps = finite_number("learning_rate", learning_rate), whole_number("epochs", epochs)
        losses: list[float] = []
        end = run(steps, rate, losses, *d.net.by_name().values(), *x.tolist(), *t.tolist())
        net = _with(d.net, end)
        return np.array([*losses, net.loss(x, t)]), net

    return train


def compile_batches(d: Derivation, machine_code: bool = True) -> Callable:
    """Return `start(x, t, learning_rate, batch_size=None, seed=0)`, which returns `run` and `network`.

    `run(epochs)` trains on, in double precision, and measures nothing; `network()` is the network so far. In
    machine code the first run compiles: seconds, or minutes for more than some hundred weights.
    """
    only_plain(d.net, "a program")
    trains = _function(epochs_program(d))
    if machine_code:
        from numba import njit

        trains = njit(error_model="numpy")(trains)

    def start(x, t, learning_rate: float, batch_size: int | None = None, seed: int = 0):
        x, t = (np.array(rows, float) for rows in examples(d.net, x, t))
        rate = float(finite_number("learning_rate", learning_rate))
        rng = np.random.default_rng(whole_number("seed", seed))
        size = len(x) if batch_size is None else whole_number("batch_size", batch_size, least=1)
        values, all_of_them = np.array(list(d.net.by_name().values())), np.arange(len(x))

        def run(epochs: int) -> None:
            epochs = whole_number("epochs", epochs)
            if batch_size is None:
                trains(values, x, t, all_of_them, size, rate, epochs)
                return
            for _ in range(epochs):
                trains(values, x, t, rng.permutation(all_of_them), size, rate, 1)

        return run, lambda: _with(d.net, values.tolist())

    return start


def _function(source: str) -> Callable:
    scope = {"math": math, "exp": math.exp}
    exec(source, scope)  # our own text: identifiers and sympy's arithmetic, nothing from outside
    return scope["run"]


def _with(net: Network, values) -> Network:
    """Return the network with these parameters; `NotFinite` if they have left the range of floats."""
    return net.with_values(dict(zip(net.by_name(), values, strict=True)))

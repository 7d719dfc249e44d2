"""Straight-line code: the derivation, printed as a Python function of plain numbers.

A derivation is a list of short definitions, and so is a program. For a network of a handful of weights this
program is also the fastest one there is: nothing is looped over, allocated or indexed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.core import (
    Array,
    Network,
    check_targets,
    finite_number,
    finite_rows,
    only_plain,
    rebuilt,
    whole_number,
)
from backprop_lib.printed_rules import activation, cross_entropy
from backprop_lib.symbols import Derivation, Expr
from backprop_lib.text import identifier

__all__ = [
    "compile_straight_line",
    "compile_training",
    "inputs_of",
    "step_lines",
    "straight_line",
    "training_program",
]

Function = Callable[..., tuple[float, tuple[float, ...]]]


def straight_line(d: Derivation) -> str:
    """Return Python source of `loss_and_gradients(parameters…, x…, t…)` for one example.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> print(straight_line(derive(Network([[[0.5]]], activation="identity"))))
    def loss_and_gradients(w1_0_0, x_0, t_0):
        z1_0 = w1_0_0*x_0
        a1_0 = z1_0
        E = (1/2)*(-a1_0 + t_0)**2
        delta1_0 = a1_0 - t_0
        dE_dw1_0_0 = delta1_0*x_0
        return E, (dE_dw1_0_0,)
    """
    body = _definitions(d) + _deltas(d) + [(f"dE_d{identifier(n)}", s) for n, s in _slopes(d)]
    return "\n".join(
        [
            f"def loss_and_gradients({', '.join(map(identifier, d.parameters + inputs_of(d)))}):",
            *(f"    {name} = {_code(expression)}" for name, expression in body),
            f"    return E, ({' '.join(f'dE_d{identifier(n)},' for n in d.parameters)})",
        ]
    )


def compile_straight_line(d: Derivation) -> Function:
    """Return the function that `straight_line` prints.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> f = compile_straight_line(derive(Network([[[0.5]], [[0.5]]])))
    >>> loss, slopes = f(0.5, 0.5, 0.1, 0.9)
    >>> round(loss, 6), [round(slope, 6) for slope in slopes]
    (0.056544, [-0.001033, -0.042387])
    """
    scope: dict[str, Any] = {"math": math}
    exec(straight_line(d), scope)  # our own text: identifiers and sympy's arithmetic, nothing from outside
    function: Function = scope["loss_and_gradients"]
    return function


def training_program(d: Derivation, keep_losses: bool = True) -> str:
    """Return Python source of `run(steps, learning_rate, losses, parameters…, x…, t…)`: a whole training.

    Each step appends its loss, from before the update, if they are to be kept. The deltas are multiplied by
    the learning rate where they start, so that what they become is what the parameters move by.

    Examples
    --------
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
    before, after = step_lines(d, keep_losses)
    arguments = ["steps", "learning_rate", "losses", *map(identifier, d.parameters + inputs_of(d))]
    return "\n".join(
        [
            f"def run({', '.join(arguments)}, exp=math.exp):",
            "    for _ in range(steps):",
            *(f"        {line}" for line in before),
            *(f"        {parameter} -= {move}" for parameter, move in after),
            f"    return ({' '.join(f'{identifier(n)},' for n in d.parameters)})",
        ]
    )


def step_lines(d: Derivation, keep_losses: bool = False) -> tuple[list[str], list[tuple[str, str]]]:
    """Return one step for one example: the lines up to the deltas, and what each parameter moves by."""
    *definitions, (_, E) = _definitions(d)
    last, rate = len(d.net.weights), sp.Symbol("learning_rate")
    offs, names = [], {}
    for i, (a, t) in enumerate(_outputs(d) if d.net.loss_rule.slope_at_z is None else []):
        names[a - t] = sp.Symbol(f"off_{i}")
        names[t - a] = -names[a - t]
        offs.append((f"off_{i}", a - t))
    first = [f"delta{last}_{i}" for i in range(d.net.sizes[-1])]
    deltas = [
        (name, (rate * delta if name in first else delta).xreplace(names)) for name, delta in _deltas(d)
    ]
    lines = [
        *(f"{name} = {_code(expression)}" for name, expression in definitions + offs),
        *([f"losses.append({_code(E.xreplace(names))})"] if keep_losses else []),
        *(f"{name} = {_code(expression)}" for name, expression in deltas),
    ]
    moves = [(identifier(name), _quickened(_code(slope))) for name, slope in _slopes(d)]
    return [_quickened(line) for line in lines], moves


def compile_training(
    d: Derivation, keep_losses: bool = True
) -> Callable[[ArrayLike, ArrayLike, float, int], tuple[Array, Network]]:
    """Return `train(x, t, learning_rate, epochs)`, which trains the derivation's network on one example.

    It returns the losses, `loss[k]` after k updates, and the network. Without `keep_losses` there is the last
    loss only. For up to about 150 weights this is faster than arrays.

    Raises
    ------
    ValueError
        If the training leaves the range of floats, or an argument does not fit.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> loss, net = compile_training(derive(Network([[[0.5]], [[0.5]]])))([0.1], [0.9], 0.9, epochs=812)
    >>> bool(loss[-2] > 5e-5 > loss[-1]), [round(w, 4) for w in net.by_name().values()]
    (True, [0.88, 4.0056])
    """
    scope: dict[str, Any] = {"math": math}
    exec(training_program(d, keep_losses), scope)  # our own text, as above
    run = scope["run"]

    only_plain(d.net, "straight-line code")

    def train(x: ArrayLike, t: ArrayLike, learning_rate: float, epochs: int) -> tuple[Array, Network]:
        x, t = np.ravel(finite_rows("x", x, d.net.sizes[0])), np.ravel(finite_rows("t", t, d.net.sizes[-1]))
        if (len(x), len(t)) != (d.net.sizes[0], d.net.sizes[-1]):
            raise ValueError("x or t has several rows, expected one example.")
        check_targets(t[None], 1, d.net.loss_rule)
        rate, steps = finite_number("learning_rate", learning_rate), whole_number("epochs", epochs)
        start = d.net.by_name()
        losses: list[float] = []
        end = run(steps, rate, losses, *start.values(), *x.tolist(), *t.tolist())
        net = d.net.replace(*rebuilt(d.net.weights, d.net.biases, dict(zip(start, end, strict=True))))
        return np.array([*losses, net.loss(x, t)]), net

    return train


def inputs_of(d: Derivation) -> list[str]:
    """Return the names of the inputs and targets."""
    return [name for name in d.symbols if name[0] in "xt"]


def _definitions(d: Derivation) -> list[tuple[str, Expr]]:
    """Return z and a of every neuron, and last E."""
    body = []
    for symbol, definition in d.definitions.items():
        if symbol in d.rules:
            body += activation(d, symbol)[0]
        elif symbol == d.E and d.net.loss_rule.slope_at_z is not None:
            body.append(("E", sp.Add(*(cross_entropy(d, a, t)[0] for a, t in _outputs(d)))))
        else:
            body.append((identifier(str(symbol)), definition))
    return body


def _deltas(d: Derivation) -> list[tuple[str, Expr]]:
    """Return ∂E/∂z of every neuron, from the last layer to the first, each from those above it."""
    body = []
    targets = dict(_outputs(d))
    for layer in range(len(d.net.weights), 0, -1):
        for i in range(d.net.sizes[layer]):
            a = d.symbols[f"a{layer}[{i}]"]
            if a not in targets:
                onward = sp.Add(*(_delta(k) * d.factor(k, a).value for k in d.used_in(a)))
                delta = onward * activation(d, a)[1]
            elif d.net.loss_rule.slope_at_z is None:
                delta = d.factor(d.E, a).value * activation(d, a)[1]
            else:
                delta = cross_entropy(d, a, targets[a])[1]
            body.append((f"delta{layer}_{i}", delta))
    return body


def _slopes(d: Derivation) -> list[tuple[str, Expr]]:
    """Return ∂E/∂w of every parameter, from the deltas."""
    parts = {name: d.symbols[name] for name in d.parameters}
    return [
        (name, sp.Add(*(_delta(z) * d.factor(z, w).value for z in d.used_in(w)))) for name, w in parts.items()
    ]


def _delta(z: Expr) -> Expr:
    return sp.Symbol("delta" + str(z)[1:])


def _quickened(line: str) -> str:
    """Return a line of floats only: 1.0 − a is quicker than 1 − a, and u·u than u², which may overflow."""
    line = re.sub(r"\b(\w+)\*\*2\b", r"\1*\1", line.replace("math.exp", "exp"))
    return re.sub(r"(?<![.*])\b(\d+)\b(?!\.)", r"\1.0", line)


def _outputs(d: Derivation) -> list[tuple[Expr, Expr]]:
    """Return the symbol of each output with that of its target."""
    return [(d.output(i), d.symbols[f"t[{i}]"]) for i in range(d.net.sizes[-1])]


def _code(expression: Expr) -> str:
    """Print an expression with identifiers for names."""
    names = {symbol: sp.Symbol(identifier(str(symbol))) for symbol in expression.free_symbols}
    return str(sp.pycode(expression.xreplace(names)))

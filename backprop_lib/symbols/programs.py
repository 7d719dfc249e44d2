"""The derivation as a program of plain numbers: what it computes, and the same printed as Python.

A derivation is a list of short definitions, and so is a program: nothing is looped over or indexed.

sympy writes a·(1 − a), which is 0 from z = 37 on, and log(1 + e^z), which overflows. A program takes the
exponential of −|z|, once, and makes the activation, its slope and the loss of it: no digit is lost.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import sympy as sp

from backprop_lib.symbols.derivation import Derivation, Expr
from backprop_lib.text import identifier

__all__ = ["Program", "compile_straight_line", "program", "python", "straight_line"]

Line = tuple[str, Expr]

_LOG1P = sp.Function("log1p")  # log(1 + u), to all digits; sympy's own would load its whole code generator


class Program(NamedTuple):
    """One example's loss and gradients, as lines to compute one after the other: a name and its expression.

    Attributes
    ----------
    parameters, data : list of str
        Names of weights and biases, and of inputs and targets.
    forward : list
        z and a of every neuron.
    loss : sympy expression
        E, from a or z of the outputs.
    deltas : list
        ∂E/∂z of every neuron, from the last layer to the first, each from those above it.
    slopes : list
        ∂E/∂w of every parameter, by its name, from the deltas.
    """

    parameters: list[str]
    data: list[str]
    forward: list[Line]
    loss: Expr
    deltas: list[Line]
    slopes: list[Line]


def program(d: Derivation) -> Program:
    """Return what a program of the derivation computes, in no language yet.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> lines = program(derive(Network([[[0.5]]], activation="identity")))
    >>> lines.forward, lines.slopes
    ([('z1[0]', w1[0,0]*x[0]), ('a1[0]', z1[0])], [('w1[0,0]', delta1[0]*x[0])])
    """
    if any(f.compares for f in d.net.activations):
        raise ValueError("the last activation is 'softmax', of which no program can be printed yet.")
    data = [name for name in d.symbols if name[0] in "xt"]
    outputs = [(d.output(i), d.symbols[f"t[{i}]"]) for i in range(d.net.sizes[-1])]
    forward: list[Line] = []
    for symbol, definition in d.definitions.items():
        if symbol in d.rules:
            forward += _activation(d, symbol)[0]
        elif symbol != d.E:
            forward.append((str(symbol), definition))
    if not d.net.loss_rule.cancels:
        loss = d.definitions[d.E]
        ends = {a: d.factor(d.E, a).value * _activation(d, a)[1] for a, _ in outputs}
    else:
        loss = sp.Add(*(_cross_entropy(d, a, t)[0] for a, t in outputs))
        ends = {a: _cross_entropy(d, a, t)[1] for a, t in outputs}
    deltas = []
    for layer in range(len(d.net.weights), 0, -1):
        for i in range(d.net.sizes[layer]):
            if (a := d.symbols[f"a{layer}[{i}]"]) not in ends:
                onward = sp.Add(*(_delta(z) * d.factor(z, a).value for z in d.used_in(a)))
                ends[a] = onward * _activation(d, a)[1]
            deltas.append((f"delta{layer}[{i}]", ends[a]))
    slopes = []
    for name in d.parameters:
        w = d.symbols[name]
        slopes.append((name, sp.Add(*(_delta(z) * d.factor(z, w).value for z in d.used_in(w)))))
    return Program(d.parameters, data, forward, loss, deltas, slopes)


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
    p = program(d)
    slopes = [(f"dE_d{name}", slope) for name, slope in p.slopes]
    lines = [*p.forward, ("E", p.loss), *p.deltas, *slopes]
    return "\n".join(
        [
            f"def loss_and_gradients({', '.join(map(identifier, p.parameters + p.data))}):",
            *(f"    {identifier(name)} = {python(expression)}" for name, expression in lines),
            f"    return E, ({' '.join(f'{identifier(name)},' for name, _ in slopes)})",
        ]
    )


def compile_straight_line(d: Derivation) -> Callable[..., tuple[float, tuple[float, ...]]]:
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
    function: Callable[..., tuple[float, tuple[float, ...]]] = scope["loss_and_gradients"]
    return function


def python(expression: Expr) -> str:
    """Return an expression as Python, with identifiers for names.

    Examples
    --------
    >>> import sympy as sp
    >>> python(2 * sp.exp(-sp.Symbol("z1[0]")))
    '2*math.exp(-z1_0)'
    """
    names = {symbol: sp.Symbol(identifier(str(symbol))) for symbol in expression.free_symbols}
    return str(sp.pycode(expression.xreplace(names), user_functions={"log1p": "math.log1p"}))


def _activation(d: Derivation, a: Expr) -> tuple[list[Line], Expr]:
    """Return the lines that compute an activation, and its slope: 1 − a would lose what e·s keeps."""
    rule, z = d.rules[a]
    e, s, up = *_exponential(a), z > 0
    first = [(str(e), sp.exp(sp.Piecewise((-z, up), (z, True)))), (str(s), 1 / (1 + e))]
    if rule == "sigmoid":
        value, slope = sp.Piecewise((s, up), (e * s, True)), e * s**2
    elif rule == "softplus":
        value, slope = sp.Piecewise((z, up), (0, True)) + _LOG1P(e), sp.Piecewise((s, up), (e * s, True))
    elif rule == "tanh":  # here of −2|z|
        first = [(str(e), sp.exp(sp.Piecewise((-2 * z, up), (2 * z, True)))), first[1]]
        value, slope = sp.tanh(z), 4 * e * s**2
    else:
        first, value, slope = [], d.definitions[a], d.factor(a, z).value
    return [*first, (str(a), value)], slope


def _cross_entropy(d: Derivation, a: Expr, t: Expr) -> tuple[Expr, Expr]:
    """Return the cross-entropy of an output and its slope ∂E/∂z, where no logarithm meets a zero."""
    z, (e, s) = d.rules[a][1], _exponential(a)
    loss = _LOG1P(e) + sp.Piecewise(((1 - t) * z, z > 0), (-t * z, True))
    return loss, (1 - t) * a - t * sp.Piecewise((e * s, z > 0), (s, True))


def _exponential(a: Expr) -> tuple[Expr, Expr]:
    """Return the names of an activation's exponential e and of 1/(1 + e)."""
    return sp.Symbol("e" + str(a)[1:]), sp.Symbol("s" + str(a)[1:])


def _delta(z: Expr) -> Expr:
    return sp.Symbol("delta" + str(z)[1:])

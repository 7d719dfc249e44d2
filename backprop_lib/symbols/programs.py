"""The derivation as a program of plain numbers: what it computes, printed as Python or as JavaScript.

A derivation is a list of short definitions, and so is a program: nothing is looped over or indexed. sympy
prints each of them in either language, so what a browser computes is what `prove` has proved.

sympy writes a·(1 − a), which is 0 from z = 37 on, and log(1 + e^z), which overflows. A program takes the
exponential of −|z|, once, and makes the activation, its slope and the loss of it: no digit is lost.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

import sympy as sp

from backprop_lib.symbols.derivation import Derivation, Expr
from backprop_lib.text import identifier

__all__ = ["Program", "compile_straight_line", "javascript", "program", "python", "straight_line"]

Line = tuple[str, Expr]

_TOP, _REST, _SHARE = sp.symbols("top rest share")  # of a softmax: largest z, sum of the smaller e, 1/Σe
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
    factors : list
        Every factor of the chain rule, by two names: of what, and by what.
    deltas : list
        ∂E/∂z of every neuron, from the last layer to the first, each from those above it.
    slopes : list
        ∂E/∂w of every parameter, by its name, from the deltas.
    """

    parameters: list[str]
    data: list[str]
    forward: list[Line]
    loss: Expr
    factors: list[tuple[str, str, Expr]]
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
    >>> lines.factors
    [('E', 'a1[0]', a1[0] - t[0]), ('a1[0]', 'z1[0]', 1), ('z1[0]', 'w1[0,0]', x[0])]
    """
    forward: dict[str, Expr] = {}
    for symbol in d.definitions:
        forward |= _lines_of(d, symbol) if symbol != d.E else {}
    factors = {
        (of, by): _factor(d, of, by)
        for name, by in reversed(d.symbols.items())
        if name[0] in "wbza"
        for of in d.used_in(by)
    }
    cancels = d.net.loss_rule.cancels
    loss = sp.Add(*(_cross_entropy(d, a)[0] for a in d.targets)) if cancels else d.definitions[d.E]
    deltas = []
    for a, (_, z) in reversed(d.rules.items()):
        if cancels and a in d.targets:
            delta = _cross_entropy(d, a)[1]
        else:
            onward = (factors[k, a] * (1 if k == d.E else _delta(k)) for k in d.used_in(a))
            delta = sp.Add(*onward) * factors[a, z]
        deltas.append((str(_delta(z)), delta))
    slopes = []
    for name in d.parameters:
        w = d.symbols[name]
        slopes.append((name, sp.Add(*(_delta(z) * factors[z, w] for z in d.used_in(w)))))
    named = [(str(of), str(by), value) for (of, by), value in factors.items()]
    data = [name for name in d.symbols if name[0] in "xt"]
    return Program(d.parameters, data, [*forward.items()], loss, named, deltas, slopes)


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


_DEFINITIONS = """\
/**
 * Each quantity of the forward pass, from those that it is made of.
 * @type {Record<string, (values: Record<string, number>) => number>}
 */"""
_PASSES = """\
/**
 * One forward and one backward pass for one example, in the order of `names`.
 * @param {Iterable<number>} parameters
 * @param {Iterable<number>} data inputs, then targets
 */"""
_TRAIN = """\
/**
 * Steps of gradient descent, w − η ∂E/∂w; `losses` are the means over the examples before each of them.
 * @param {Iterable<number>} parameters
 * @param {number[][]} examples each as inputs, then targets
 * @param {number} learning_rate
 * @param {number} steps
 */"""


def javascript(d: Derivation) -> str:
    """Return a JavaScript module with everything that one pass computes, and a loop that trains.

    `passes(parameters, data)` takes the inputs and then the targets as data, and returns what `names` lists:
    `forward`, `factors`, `deltas` and `gradients`. `definitions` has each quantity of the forward pass as a
    function of those that it is made of. `train(parameters, examples, learning_rate, steps)` returns the mean
    losses before each step, and the last parameters.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> module = javascript(derive(Network([[[0.5]]], activation="identity")))
    >>> for line in module.splitlines():
    ...     if "const E" in line or "const delta" in line:
    ...         print(line.strip())
    const E = (1/2)*Math.pow(-a1_0 + t_0, 2);
    const delta1_0 = a1_0 - t_0;
    const E = (1/2)*Math.pow(-a1_0 + t_0, 2);
    const delta1_0 = a1_0 - t_0;
    """
    p = program(d)
    forward, factors = [*p.forward, ("E", p.loss)], [(f"d{of}_d{by}", value) for of, by, value in p.factors]
    slopes = [(f"dE_d{name}", slope) for name, slope in p.slopes]
    shown = [name for name, _ in forward if name[0] in "zaE"]
    names = {
        "parameters": p.parameters,
        "data": p.data,
        "forward": shown,
        "factors": [[of, by] for of, by, _ in p.factors],
        "deltas": [name for name, _ in p.deltas],
    }
    parameters, data = _array(p.parameters), _array(p.data)
    moves = [f"move_{name}" for name in p.parameters]
    added = zip(moves, (slope for _, slope in p.slopes), strict=True)
    pairs = [(identifier(name), identifier(move)) for name, move in zip(p.parameters, moves, strict=True)]
    train = [
        f"export function train({parameters}, examples, learning_rate, steps) {{",
        "  const losses = new Float64Array(steps);",
        "  const rate = learning_rate / examples.length;",
        "  for (let step = 0; step < steps; step += 1) {",
        f"    let loss = 0, {', '.join(f'{move} = 0' for _, move in pairs)};",
        "    for (const data of examples) {",
        f"      const {', '.join(f'{identifier(name)} = data[{i}]' for i, name in enumerate(p.data))};",
        _indented(_lines("const", [*forward, *p.deltas]), 6),
        "      loss += E;",
        _indented(_lines("", added, "+="), 6),
        "    }",
        "    losses[step] = loss / examples.length;",
        _indented((f"{name} -= rate * {move};" for name, move in pairs), 4),
        "  }",
        f"  return {{ losses, parameters: {parameters} }};",
        "}\n",
    ]
    module = f"""\
// {d.net!r}
export const names = {{
{_indented(f"{key}: {json.dumps(value)}," for key, value in names.items())}
}};

{_DEFINITIONS}
export const definitions = {{
{_indented(_function(d, symbol) for symbol in d.definitions)}
}};

{_PASSES}
export function passes({parameters}, {data}) {{
{_indented(_lines("const", [*forward, *factors, *p.deltas, *slopes]))}
  return {{
    forward: {_array(shown)},
    factors: {_array(name for name, _ in factors)},
    deltas: {_array(name for name, _ in p.deltas)},
    gradients: {_array(name for name, _ in slopes)},
  }};
}}

{_TRAIN}
"""
    return module + "\n".join(train)


def _function(d: Derivation, symbol: Expr) -> str:
    """Return a quantity as a function of those that it is made of."""
    *first, (_, value) = _lines_of(d, symbol).items()
    given = ", ".join(sorted(identifier(str(used)) for used in d.definitions[symbol].free_symbols))
    body = _javascript(value)
    if first:
        body = f"{{ {' '.join(_lines('const', first))} return {body}; }}"
    return f"{json.dumps(str(symbol))}: ({{ {given} }}) => {body},"


def _array(names: Iterable[str]) -> str:
    return f"[{', '.join(map(identifier, names))}]"


def _lines(keyword: str, lines: Iterable[Line], sign: str = "=") -> list[str]:
    return [f"{keyword} {identifier(name)} {sign} {_javascript(e)};".lstrip() for name, e in lines]


def _javascript(expression: Expr) -> str:
    """Return an expression as JavaScript; sympy sets the branches of a choice on lines of their own."""
    text = sp.jscode(_with_identifiers(expression), user_functions={"log1p": "Math.log1p"})
    return " ".join(text.split()).replace("( ", "(").replace(" )", ")")


def _indented(lines: Iterable[str], by: int = 2) -> str:
    return "\n".join(" " * by + line for line in lines)


def python(expression: Expr) -> str:
    """Return an expression as Python, with identifiers for names.

    Examples
    --------
    >>> import sympy as sp
    >>> python(2 * sp.exp(-sp.Symbol("z1[0]")))
    '2*math.exp(-z1_0)'
    """
    return str(sp.pycode(_with_identifiers(expression), user_functions={"log1p": "math.log1p"}))


def _with_identifiers(expression: Expr) -> Expr:
    return expression.xreplace({s: sp.Symbol(identifier(str(s))) for s in expression.free_symbols})


def _lines_of(d: Derivation, symbol: Expr) -> dict[str, Expr]:
    """Return the lines that compute a quantity from those before it; the last is its own."""
    return _activation(d, symbol)[0] if symbol in d.rules else {str(symbol): d.definitions[symbol]}


def _activation(d: Derivation, a: Expr) -> tuple[dict[str, Expr], Expr]:
    """Return the lines that compute an activation, and its slope: 1 − a would lose what e·s keeps."""
    rule, z = d.rules[a]
    e, s, up = *_exponential(a), z > 0
    first = {str(e): sp.exp(-sp.Abs(z)), str(s): 1 / (1 + e)}
    if rule == "sigmoid":
        value, slope = sp.Piecewise((s, up), (e * s, True)), e * s**2
    elif rule == "softplus":
        value, slope = sp.Piecewise((z, up), (0, True)) + _LOG1P(e), sp.Piecewise((s, up), (e * s, True))
    elif rule == "tanh":  # here of −2|z|
        first[str(e)] = sp.exp(-2 * sp.Abs(z))
        value, slope = sp.tanh(z), 4 * e * s**2
    elif rule == "softmax":
        first, value, slope = _compared(d), e * _SHARE, a * sp.Add(*_others(d.targets, a))
    else:
        first, value, slope = {}, d.definitions[a], d.factor(a, z).value
    return {**first, str(a): value}, slope


def _compared(d: Derivation) -> dict[str, Expr]:
    """Return the lines before the outputs of a softmax: none of its exponentials is above 1."""
    z = {_exponential(a)[0]: d.rules[a][1] for a in d.targets}
    exponentials = {str(e): sp.exp(own - _TOP) for e, own in z.items()}
    rest = sp.Min(*(sp.Add(*_others(z, e)) for e in z))  # without the largest, which is 1
    return {"top": sp.Max(*z.values()), **exponentials, "rest": rest, "share": 1 / (1 + _REST)}


def _others(all_of_them: Iterable[Expr], one: Expr) -> list[Expr]:
    return [other for other in all_of_them if other != one]


def _factor(d: Derivation, of: Expr, by: Expr) -> Expr:
    """Return ∂of/∂by with the digits that 1 − a would lose."""
    if of in d.rules and d.rules[of][1] == by:
        return _activation(d, of)[1]
    if of == d.E and d.rules[by][0] == "sigmoid" and d.cancels:
        e, s = _exponential(by)
        t, other = d.targets[by], sp.Piecewise((e * s, d.rules[by][1] > 0), (s, True))  # 1 − a
        return (1 - t) / other - t / by
    return d.factor(of, by).value


def _cross_entropy(d: Derivation, a: Expr) -> tuple[Expr, Expr]:
    """Return the cross-entropy of an output and its slope ∂E/∂z, where no logarithm meets a zero."""
    (rule, z), t, (e, s) = d.rules[a], d.targets[a], _exponential(a)
    if rule == "softmax":
        others, targets = _others(d.targets, a), _others(d.targets.values(), t)
        return t * (_TOP - z + _LOG1P(_REST)), a * sp.Add(*targets) - t * sp.Add(*others)
    loss = _LOG1P(e) + sp.Piecewise(((1 - t) * z, z > 0), (-t * z, True))
    return loss, (1 - t) * a - t * sp.Piecewise((e * s, z > 0), (s, True))


def _exponential(a: Expr) -> tuple[Expr, Expr]:
    """Return the names of an activation's exponential e and of 1/(1 + e)."""
    return sp.Symbol("e" + str(a)[1:]), sp.Symbol("s" + str(a)[1:])


def _delta(z: Expr) -> Expr:
    return sp.Symbol("delta" + str(z)[1:])

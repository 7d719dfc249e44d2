"""One forward pass, one backward pass and one update, as a list of steps: data, without any drawing.

The symbols of each step come from `Derivation`, its number from `Network`. A step for which the two disagree
is never returned.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.core import Network, finite_number, real_array
from backprop_lib.symbols import CheckFailed, derive
from backprop_lib.widgets.stepper.step_words import Words

Expr = Any  # sympy's classes carry no types
MOST = (10, 4, 120)  # inputs, neurons in each later layer, steps: about a megabyte of frames
RATE = sp.Symbol("η", real=True)


@dataclass(frozen=True)
class Step:
    """One quantity that is computed: which, from what, and why.

    Attributes
    ----------
    kind : str
        "start", "z", "a", "E", "output" or "meet" (∂E/∂a of an output, or where paths meet),
        "delta" (∂E/∂z), "gradient", "update" or "after".
    name : str
        The quantity: "z1[0]", "E", "∂E/∂a1[0]"; of an update the parameter, "w1[0,0]".
    value : float
        Its number, as `Network` computes it.
    words : str
        What is being done and why.
    chain : tuple
        The chain rule, path by path: pairs of names (of, by), each the derivative of `of` by `by`.
    terms : tuple
        Products of expressions in the symbols, to be added; their sum is the value.
    short : sympy expression, optional
        The sum again, where factors cancel.
    old : float, optional
        The value before an update.
    parts : tuple of float
        The number of each product in `terms`.
    """

    kind: str
    name: str
    value: float
    words: str
    chain: tuple[tuple[tuple[str, str], ...], ...] = ()
    terms: tuple[tuple[Expr, ...], ...] = ()
    short: Expr = None
    old: float | None = None
    parts: tuple[float, ...] = ()

    @property
    def uses(self) -> list[str]:
        """Names of the quantities that the value is computed from."""
        symbols = (sp.sympify(part).free_symbols for term in self.terms for part in term)
        return list(dict.fromkeys(sorted(str(s) for group in symbols for s in group if s != RATE)))


@dataclass(frozen=True)
class Pass:
    """All steps of one pass, and the number of every quantity in them, by name."""

    net: Network
    steps: list[Step]
    numbers: dict[str, float]


def steps_of(net: Network, x: ArrayLike, t: ArrayLike, learning_rate: float) -> Pass:
    """Return every step of one forward pass, backward pass and update.

    Parameters
    ----------
    net : Network
        Up to ten inputs, four neurons in each later layer, and 120 steps; 10-3-2 has 105.
    x, t : array_like, shapes (features,) and (outputs,)
        One example.
    learning_rate : float

    Raises
    ------
    ValueError
        If the network is too large, its output is saturated, or a number is not finite.
    CheckFailed
        If the symbols of a step give another number than the network.

    Examples
    --------
    >>> walk = steps_of(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], 0.9)
    >>> [step.name for step in walk.steps[:6]]
    ['start', 'z1[0]', 'a1[0]', 'z2[0]', 'a2[0]', 'E']
    >>> walk.steps[7].name, walk.steps[7].terms, round(walk.steps[7].value, 6)
    ('∂E/∂z2[0]', ((∂E/∂a2[0], a2[0]*(1 - a2[0])),), -0.082706)
    """
    for number, most, what in (
        (net.sizes[0], MOST[0], "inputs"),
        (max(net.sizes[1:]), MOST[1], "neurons in a layer"),
        (3 + 4 * sum(net.sizes[1:]) + 2 * len(net.by_name()), MOST[2], "steps in a pass"),
    ):
        if number > most:
            raise ValueError(f"the network has {number} {what}, expected at most {most} in a stepper.")
    x, t = real_array("x", x, ndim=(1,)), real_array("t", t, ndim=(1,))
    return _Builder(net, x, t, finite_number("learning_rate", learning_rate)).build()


class _Builder:
    """Collects the steps; `numbers` holds what the network computed, under every name."""

    def __init__(self, net: Network, x: Any, t: Any, eta: float) -> None:
        self.net, self.x, self.t, self.d = net, x, t, derive(net)
        self.numbers = {str(s): v for s, v in self.d.numbers(x, t).items()} | {str(RATE): eta}
        trace, slopes = net.forward(x), net.gradients(x, t)
        last = len(net.weights)
        with np.errstate(divide="ignore", invalid="ignore"):
            onward = [net.loss_rule.slope(trace.a[-1], t)]
        if not np.isfinite(onward[0]).all():
            raise ValueError("an output is exactly 0 or 1: saturated, so ∂E/∂a has no number to show.")
        onward = [
            w.T @ delta[0] for w, delta in zip(net.weights[1:], slopes.deltas[1:], strict=True)
        ] + onward
        for layer in range(1, last + 1):
            for i in range(net.sizes[layer]):
                self.numbers[f"∂E/∂a{layer}[{i}]"] = float(onward[layer - 1][i])
                self.numbers[f"∂E/∂z{layer}[{i}]"] = float(slopes.deltas[layer - 1][0][i])
        self.numbers |= {f"∂E/∂{name}": g for name, g in slopes.by_name().items()}
        self.after = net.step(slopes, eta)
        self.words = Words(net, self.numbers)
        self.steps: list[Step] = []

    def build(self) -> Pass:
        """Go forward, back, and change every parameter."""
        self.steps.append(Step("start", "start", 0.0, self.words.start()))
        layers = range(1, len(self.net.sizes))
        for layer in layers:
            self._forward(layer)
        loss = [(term,) for term in self.d.definitions[self.d.E].as_ordered_terms()]
        self._add("E", "E", self.words.loss(), terms=loss)
        for layer in reversed(layers):
            for i in range(self.net.sizes[layer]):
                self._neuron_back(layer, i)
            for i in range(self.net.sizes[layer]):
                self._gradients(self.d.symbols[f"z{layer}[{i}]"])
        self._update()
        return Pass(self.net, self.steps, self.numbers)

    def _forward(self, layer: int) -> None:
        for i in range(self.net.sizes[layer]):
            z, a = self.d.symbols[f"z{layer}[{i}]"], self.d.symbols[f"a{layer}[{i}]"]
            terms: list[Any] = [(w, v) if v != 1 else (w,) for w, v in self._into(z)]
            self._add("z", str(z), self.words.arrives(layer, i), terms=terms)
            self._add("a", str(a), self.words.leaves(layer, i), terms=[(self.d.definitions[a],)])

    def _neuron_back(self, layer: int, i: int) -> None:
        z, a = self.d.symbols[f"z{layer}[{i}]"], self.d.symbols[f"a{layer}[{i}]"]
        slope, last = self.d.factor(a, z).value, layer == len(self.net.weights)
        if last:
            terms: list[Any] = [(self.d.factor(self.d.E, a).value,)]
            self._add("output", f"∂E/∂{a}", self.words.begins(str(a)), terms=terms)
        else:
            uses = self.d.used_in(a)
            chain = [((self.d.E, k), (k, a)) for k in uses]
            terms = [(_slope(k), self.d.factor(k, a).value) for k in uses]
            effects = [_number(term, self.numbers) for term in terms]
            words = self.words.meets(str(a), [str(k) for k in uses], effects)
            self._add("meet", f"∂E/∂{a}", words, chain, terms)
        cancels = last and self.net.loss_rule.slope_at_z is not None
        terms = [(self.d.factor(self.d.E, a).value if cancels else _slope(a), slope)]
        words = self.words.slope(str(z), str(a), cancels)
        short = self.d.delta(z) if cancels else None
        self._add("delta", f"∂E/∂{z}", words, [((self.d.E, a), (a, z))], terms, short)

    def _gradients(self, z: Expr) -> None:
        for w, came_in in self._into(z):
            words = self.words.gradient(str(w), str(z), str(came_in))
            terms = [(_slope(z),)] if came_in == 1 else [(_slope(z), came_in)]
            self._add("gradient", f"∂E/∂{w}", words, [((self.d.E, z), (z, w))], terms)

    def _update(self) -> None:
        after = self.after.by_name()
        for name, old in self.net.by_name().items():
            w = self.d.symbols[name]
            terms = [(w,), (sp.Integer(-1), RATE, _slope(w))]
            words = self.words.update(name, self.numbers[str(RATE)])
            self._add("update", name, words, terms=terms, value=after[name], old=old)
        new = self.after.loss(self.x, self.t)
        self.steps.append(Step("after", "E", new, self.words.after(new), old=self.numbers["E"]))

    def _add(
        self,
        kind: str,
        name: str,
        words: str,
        chain: list[Any] | tuple[()] = (),
        terms: list[Any] | tuple[()] = (),
        short: Expr = None,
        value: float | None = None,
        old: float | None = None,
    ) -> None:
        """Add a step, if its symbols give the network's number."""
        value = self.numbers[name] if value is None else value
        for form in [[(short,)], terms] if short is not None else [terms]:
            parts = tuple(_number(term, self.numbers) for term in form)
            if not abs(sum(parts) - value) <= 1e-8 * max(1e-6, *map(abs, parts)):
                raise CheckFailed(f"{name}: the symbols give {sum(parts):.12g}, the network {value:.12g}.")
        names = tuple(tuple((str(of), str(by)) for of, by in path) for path in chain)
        self.steps.append(Step(kind, name, value, words, names, tuple(terms), short, old, parts))

    def _into(self, z: Expr) -> list[tuple[Expr, Expr]]:
        """Return the parameters in z's weighted sum, each with what it is multiplied by."""
        used = [self.d.symbols[n] for n in self.d.parameters]
        return [(w, self.d.factor(z, w).value) for w in used if self.d.used_in(w) == [z]]


def _slope(symbol: Expr) -> Expr:
    return sp.Symbol(f"∂E/∂{symbol}", real=True)


def _number(term: tuple[Expr, ...], numbers: dict[str, float]) -> float:
    product = 1.0
    for factor in term:
        product *= float(factor.xreplace({s: sp.Float(numbers[str(s)]) for s in factor.free_symbols}))
    return product

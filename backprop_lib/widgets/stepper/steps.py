"""One forward pass, one backward pass and one update, as a list of steps: data, without any drawing.

The symbols of each step come from `Derivation`, its number from `Network`. A step for which the two disagree
is never returned.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.core import Gradients, Names, Network, check_arguments
from backprop_lib.symbols import CheckFailed, Derivation, Expr, derive
from backprop_lib.text import fixed, plain_name
from backprop_lib.training import Constraints

Path = tuple[tuple[str, str], tuple[str, str]]
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
    words : str
        What is being done and why.
    chain : tuple
        The chain rule, path by path: pairs of names (of, by), each the derivative of `of` by `by`.
    terms : tuple
        Products of expressions in the symbols, to be added; their sum is the value.
    short : sympy expression, optional
        The sum again, where factors cancel.
    value : float
        Its number, as `Network` computes it.
    old : float, optional
        The value before an update.
    parts : tuple of float
        The number of each product in `terms`.
    """

    kind: str
    name: str
    words: str
    chain: tuple[Path, ...] = ()
    terms: tuple[tuple[Expr, ...], ...] = ()
    short: Expr = None
    value: float = 0.0
    old: float | None = None
    parts: tuple[float, ...] = ()

    @property
    def uses(self) -> list[str]:
        """Names of the quantities that the value is computed from."""
        symbols = {symbol for term in self.terms for factor in term for symbol in factor.free_symbols}
        return sorted(str(symbol) for symbol in symbols - {RATE})


@dataclass(frozen=True)
class Pass:
    """All steps of one pass, and the number of every quantity in them, by name."""

    net: Network
    steps: list[Step]
    numbers: dict[str, float]


def steps_of(
    net: Network, x: ArrayLike, t: ArrayLike, learning_rate: float, hold: Names = (), tie: Names = ()
) -> Pass:
    """Return every step of one forward pass, backward pass and update.

    Parameters
    ----------
    net : Network
        Up to ten inputs, four neurons in each later layer, and 120 steps; 10-3-2 has 105.
    x, t : array_like, shapes (features,) and (outputs,)
        One example.
    learning_rate : float
    hold, tie : sequence of str, optional
        What the update holds fixed and what is shared, as for `train`.

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
    check_arguments(steps_of, locals())
    for number, most, what in (
        (net.sizes[0], MOST[0], "inputs"),
        (max(net.sizes[1:]), MOST[1], "neurons in a layer"),
        (3 + 4 * sum(net.sizes[1:]) + 2 * len(net.by_name()), MOST[2], "steps in a pass"),
    ):
        if number > most:
            raise ValueError(f"the network has {number} {what}, expected at most {most} in a stepper.")
    d, rate = derive(net), float(learning_rate)
    numbers = {str(symbol): value for symbol, value in d.numbers(x, t).items()} | {str(RATE): rate}
    gradients = net.gradients(x, t)
    numbers |= _slopes(net, gradients, numbers)
    bound = Constraints(net, hold, tie)
    after = net.step(bound.gradients(gradients), rate)
    steps = _checked(_Plan(d, numbers, bound), after.by_name())
    old, new = numbers["E"], after.loss(x, t)
    change = _by_sign(new - old, "fell", "is as it was", "rose")
    words = f"a second forward pass, with the new weights. The loss was {fixed(old)} and {change}."
    return Pass(net, [*steps, Step("after", "E", words, value=new, old=old)], numbers)


def _slopes(net: Network, gradients: Gradients, numbers: Mapping[str, float]) -> dict[str, float]:
    """Return the derivatives of the loss, by name, as the network computes them."""
    last = len(net.weights)
    a, t = (
        np.array([numbers[f"{letter}[{i}]"] for i in range(net.sizes[-1])]) for letter in (f"a{last}", "t")
    )
    with np.errstate(divide="ignore", invalid="ignore"):
        at_outputs = net.loss_rule.slope(a, t)
    if not np.isfinite(at_outputs).all():
        raise ValueError("an output is exactly 0 or 1: saturated, so ∂E/∂a has no number to show.")
    deltas = [delta[0] for delta in gradients.deltas]
    onward = [w.T @ delta for w, delta in zip(net.weights[1:], deltas[1:], strict=True)]
    found = {f"∂E/∂{name}": slope for name, slope in gradients.by_name().items()}
    for letter, layers in (("a", [*onward, at_outputs]), ("z", deltas)):
        for layer, slopes in enumerate(layers, 1):
            found |= {f"∂E/∂{letter}{layer}[{i}]": float(slope) for i, slope in enumerate(slopes)}
    return found


def _checked(plan: _Plan, new: Mapping[str, float]) -> Iterator[Step]:
    """Yield the steps with their numbers, if their symbols give those of the network."""
    for step in plan.steps():
        update = step.kind == "update"
        value = new[step.name] if update else plan.numbers.get(step.name, 0.0)
        for form in [step.terms] if step.short is None else [((step.short,),), step.terms]:
            parts = tuple(map(plan.number, form))
            if not abs(sum(parts) - value) <= 1e-8 * max(1e-6, *map(abs, parts), 0):
                both = f"the symbols give {sum(parts):.12g}, the network {value:.12g}"
                raise CheckFailed(f"{step.name}: {both}.")
        yield replace(step, value=value, parts=parts, old=plan.numbers[step.name] if update else None)


@dataclass(frozen=True)
class _Plan:
    """What is computed from what, in which order and why, without the numbers that come out."""

    d: Derivation
    numbers: Mapping[str, float]
    bound: Constraints

    def steps(self) -> Iterator[Step]:
        """Go forward, back, and change every parameter."""
        net, symbols = self.d.net, self.d.symbols
        given = "inputs, weights, " + ("biases, " if net.biases is not None else "")
        words = f"before the pass. The {given}and targets are given; everything else is still to be computed."
        yield Step("start", "start", words)
        neurons = [
            [(symbols[f"z{layer}[{i}]"], symbols[f"a{layer}[{i}]"]) for i in range(size)]
            for layer, size in enumerate(net.sizes[1:], 1)
        ]
        for layer, pairs in enumerate(neurons, 1):
            sums = [self._sum(layer, i, z) for i, (z, _) in enumerate(pairs)]
            answers = [self._answer(layer, i, *pair) for i, pair in enumerate(pairs)]
            yield from self._in_order(layer, sums, answers)
        added = ", added up over the outputs" if net.sizes[-1] > 1 else ""
        words = f"how wrong the answer is: {net.loss_rule.name.replace('_', ' ')}{added}."
        loss = self.d.definitions[self.d.E].as_ordered_terms()
        yield Step("E", "E", words, terms=tuple((term,) for term in loss))
        for layer, pairs in reversed(list(enumerate(neurons, 1))):
            arrivals = [self._arrive(a) for _, a in pairs]
            yield from self._in_order(layer, arrivals, [self._through(*pair) for pair in pairs])
            for z, _ in pairs:
                yield from self._gradients(z)
        for name in self.d.parameters:
            yield self._update(name)

    def _in_order(self, layer: int, first: list[Step], second: list[Step]) -> Iterator[Step]:
        """Yield both steps of one neuron after the other; a softmax needs the first of all of them first."""
        if self.d.net.activations[layer - 1].compares:
            yield from (*first, *second)
        else:
            yield from (step for pair in zip(first, second, strict=True) for step in pair)

    def _sum(self, layer: int, i: int, z: Expr) -> Step:
        net, neuron = self.d.net, _neuron(self.d.net, layer, i)
        several = net.sizes[layer - 1] > 1
        weighed = (
            "each input times the weight of its edge, added up" if several else "its input times the weight"
        )
        bias = ", plus the bias" if net.biases is not None else ""
        terms = tuple((w, came_in) if came_in != 1 else (w,) for w, came_in in self._into(z))
        return Step("z", str(z), f"what arrives at {neuron}: {weighed}{bias}.", terms=terms)

    def _answer(self, layer: int, i: int, z: Expr, a: Expr) -> Step:
        net = self.d.net
        f, among = net.activations[layer - 1], ""
        if f.compares:
            among = ", its share among all outputs"
        words = f"what leaves {_neuron(net, layer, i)}: the {f.name} of {self._plain(z)}{among}."
        return Step("a", str(a), words, terms=((self.d.definitions[a],),))

    def _arrive(self, a: Expr) -> Step:
        """Return ∂E/∂a, of an output or where paths meet."""
        onward = self.d.used_in(a)
        return self._begin(a) if onward == [self.d.E] else self._meet(a, onward)

    def _through(self, z: Expr, a: Expr) -> Step:
        """Return ∂E/∂z."""
        d, outputs = self.d, self.d.used_in(z)
        cancels = self.d.cancels and self.d.used_in(a) == [d.E]
        nudge = f"back through the activation. A nudge of {self._plain(z)}"
        if len(outputs) > 1:
            words = (
                f"{nudge} changes the shares of all outputs at once, so their effects on the loss are added. "
                "Everything in the denominators cancels."
            )
        else:
            same = " The denominator holds the same slope, so the two cancel." if cancels else ""
            words = f"{nudge} reaches {self._plain(a)} times the slope there.{same}"
        terms = tuple(
            (d.factor(d.E, out).value if cancels else _slope(out), d.factor(out, z).value) for out in outputs
        )
        short = d.delta(z) if cancels else None
        return Step("delta", f"∂E/∂{z}", words, (_path(a, z),), terms, short)

    def _begin(self, a: Expr) -> Step:
        would = _by_sign(self.numbers[f"∂E/∂{a}"], "fall", "not change", "rise")
        words = f"the way back begins. If {self._plain(a)} grew a little, the loss would {would}. How fast?"
        return Step("output", f"∂E/∂{a}", words, terms=((self.d.factor(self.d.E, a).value,),))

    def _meet(self, a: Expr, onward: Sequence[Expr]) -> Step:
        terms = tuple((_slope(z), self.d.factor(z, a).value) for z in onward)
        effects = [self.number(term) for term in terms]
        name, (*first, last) = self._plain(a), map(self._plain, onward)
        if not first:
            found = f"So its gradient is δ of {last} times the weight between them."
            words = f"{name} reaches the loss only through {last}. {found}"
        else:
            words = (
                f"{name} reaches the loss along {len(onward)} paths, through {', '.join(first)} and {last}. "
                f"A nudge of {name} takes {'both' if len(onward) == 2 else 'all'} of them at once, "
                "so their effects on the loss are added."
            )
            if min(effects) < 0 < max(effects):
                words += " Here they pull in opposite directions."
        return Step("meet", f"∂E/∂{a}", words, tuple(_path(z, a) for z in onward), terms)

    def _gradients(self, z: Expr) -> Iterator[Step]:
        for w, came_in in self._into(z):
            p, q, v = map(self._plain, (w, z, came_in))
            found = f"So its gradient is δ of {q} times what came in."
            words = f"a nudge of {p} moves {q} by {v} times as much. {found}"
            if came_in == 1:
                words = f"a nudge of the bias {p} moves {q} by just as much. So its gradient is δ itself."
            elif self.numbers[str(came_in)] == 0:
                words += " Nothing came in, so this weight can change nothing now."
            terms = ((_slope(z), came_in) if came_in != 1 else (_slope(z),),)
            yield Step("gradient", f"∂E/∂{w}", words, (_path(z, w),), terms)

    def _update(self, name: str) -> Step:
        w, rate = self.d.symbols[name], self.numbers[str(RATE)]
        if name in self.bound.held:
            words = f"{self._plain(w)} is held fixed, so it stays as it is."
            return Step("update", name, words, terms=((w,),))
        entries = next((group for group in self.bound.shared if name in group), [name])
        slope = sum(self.numbers[f"∂E/∂{entry}"] for entry in entries)
        step = _by_sign(rate, "a step uphill", "a step of no length", "a step against the gradient")
        sign = _by_sign(slope, "negative", "zero", "positive")
        too = _by_sign(rate, " and the learning rate negative", " and the learning rate zero", "")
        moves = _by_sign(slope * rate, "grows", "stays", "falls")
        gradient = "The gradient"
        if len(entries) > 1:
            *first, last = (self._plain(self.d.symbols[entry]) for entry in entries)
            one = f"{', '.join(first)} and {last} are one parameter, so their gradients are added"
            step, gradient = f"{step}. {one}", "The sum"
        words = f"{step}. {gradient} is {sign}{too}, so {self._plain(w)} {moves}."
        slopes = ((sp.Integer(-1), RATE, _slope(self.d.symbols[entry])) for entry in entries)
        return Step("update", name, words, terms=((w,), *slopes))

    def number(self, term: Sequence[Expr]) -> float:
        """Return the product of a term's factors, as a number."""
        return math.prod(float(factor.xreplace(self._known)) for factor in term)

    @cached_property
    def _known(self) -> dict[Expr, Expr]:
        return {sp.Symbol(name, real=True): sp.Float(value) for name, value in self.numbers.items()}

    def _into(self, z: Expr) -> list[tuple[Expr, Expr]]:
        """Return the parameters in z's weighted sum, each with what it is multiplied by."""
        used = [self.d.symbols[name] for name in self.d.parameters]
        return [(w, self.d.factor(z, w).value) for w in used if self.d.used_in(w) == [z]]

    def _plain(self, symbol: Expr) -> str:
        return plain_name(str(symbol), single=max(self.d.net.sizes) == 1)


def _slope(symbol: Expr) -> Expr:
    return sp.Symbol(f"∂E/∂{symbol}", real=True)


def _path(via: Expr, by: Expr) -> Path:
    return ("E", str(via)), (str(via), str(by))


def _by_sign(value: float, negative: str, zero: str, positive: str) -> str:
    return (zero, positive, negative)[int(np.sign(value))]


def _neuron(net: Network, layer: int, i: int) -> str:
    which, deep = "output" if layer == len(net.weights) else "hidden", len(net.sizes) > 3
    if net.sizes[layer] > 1:
        return f"{which} neuron {i}" + (f" of layer {layer}" if deep else "")
    return f"layer {layer}" if deep and which == "hidden" else f"the {which} neuron"

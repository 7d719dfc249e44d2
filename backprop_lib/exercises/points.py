"""Points at which two expressions are compared: exactly, without rewriting either of them.

At a point every symbol of the network has a value, and the values obey the forward pass. An expression is
evaluated by walking its tree. So it does not matter how an answer is written: a(1 − a), e^(−z)/(1 + e^(−z))²
and the same with z written out as w·x have one value.

Two expressions that are equal have equal values at every point, so a right answer is never rejected. For the
other direction the arithmetic is that of the whole numbers modulo the prime 2¹²⁷ − 1, in which nothing is
rounded and no number grows. Weights, inputs, biases and targets are drawn at random, and so are e^(w·x) and
ln a, which no polynomial ties to the rest. z and a follow from them by +, · and :. The difference of a wrong
answer and the right one is then a polynomial over another, of a degree d that is not more than a few
thousands. By Schwartz and Zippel's lemma it vanishes at a random point with probability d/2¹²⁷ at most:
below 10⁻³⁰. That is so unless the prime divides all its coefficients, which is why long numbers are refused.

The one thing to notice: there is no *less than* among such numbers. Where relu asks whether z > 0, the point
decides for each neuron. With up to three of them there is a point for every choice, and the bound holds for
each. With more there are points at which each is on and every other one of its layer off, and some at random.
An answer that is wrong only for one more special choice would pass.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterable, Mapping
from fractions import Fraction
from itertools import product

import sympy as sp

from backprop_lib.exercises.walking import HIGHEST, RATES, Point, Unreadable
from backprop_lib.symbols import Derivation, Expr

PRIME = 2**127 - 1
_FEW = 3  # relus of which all choices are tried
_MORE = 4  # choices at random, where they are more


class ExactPoint(Point):
    """A random point of a network, modulo `PRIME`.

    Parameters
    ----------
    d : Derivation
    seed : int
    off : set of str
        The relu neurons, by the names of their z, that are off here: their z is not above 0.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network([[[0.5]], [[0.5]]]))
    >>> w, x, a, z = (d.symbols[name] for name in ("w1[0,0]", "x[0]", "a1[0]", "z1[0]"))
    >>> point = ExactPoint(d, seed=1)
    >>> same = [a * (1 - a), sp.exp(-z) / (1 + sp.exp(-z)) ** 2, 0.5 / (1 + sp.cosh(w * x)), a - a**2]
    >>> len({point.value(slope) for slope in same})
    1
    """

    def __init__(self, d: Derivation, seed: int, off: Iterable[str] = ()) -> None:
        self._random = random.Random(seed)
        self.values: dict[str, int] = {}
        self._roots: dict[int, int] = {0: 1}  # value of an exponent to e to the half of it
        self._powers: dict[int, int] = {}  # the same for e to the whole, where the half is not known
        self._logs: dict[int, int] = {1: 0}
        self._signs: dict[int, int] = {}  # inverse of a relu's z to its sign here
        for name in (*d.symbols, *RATES):
            if name[0] in "xwbt" or name in RATES:
                self._begin(name, self._draw(), self._draw())
        rate = self.values[RATES[0]]
        self.values |= dict.fromkeys(RATES, rate)
        for symbol, definition in d.definitions.items():
            if symbol in d.rules:
                self._activate(symbol.name, *d.rules[symbol], definition, off)
            elif symbol != d.E:
                self._sum(symbol.name, definition)
        self.values[d.E.name] = self.value(d.definitions[d.E])

    def number(self, number: Fraction) -> int:
        """Return a rational number modulo the prime."""
        return number.numerator * pow(number.denominator, -1, PRIME) % PRIME

    def total(self, values: Iterable[int]) -> int:
        """Return a sum modulo the prime."""
        return sum(values) % PRIME

    def product(self, values: Iterable[int]) -> int:
        """Return a product modulo the prime."""
        result = 1
        for value in values:
            result = result * value % PRIME
        return result

    def power(self, value: int, exponent: int) -> int:
        """Return an integer power modulo the prime."""
        if value == 0 and exponent < 0:
            raise ZeroDivisionError
        return pow(value, exponent, PRIME)

    def exp(self, exponent: Expr, known: dict[Expr, int]) -> int:
        """Return e to a multiple of z, a or w·x, or to a sum of such."""
        value = self.value(exponent, known)
        for halves in (2, -2, 1, -1, 4, -4):  # of a z whose parts are anyhow written
            if (atom := value * 2 * pow(halves, -1, PRIME) % PRIME) in self._roots:
                return pow(self._roots[atom], halves, PRIME)
        return self.product(self._exp_of_term(term, known) for term in sp.Add.make_args(exponent))

    def log(self, value: int) -> int:
        """Return the logarithm of a power of e, or of an output a or of 1 − a."""
        if value in self._logs:
            return self._logs[value]
        if value and (inverse := pow(value, -1, PRIME)) in self._logs:
            return -self._logs[inverse] % PRIME
        raise Unreadable("A logarithm is read here only of an output a or of 1 − a.")

    def sign(self, value: int) -> int:
        """Return the sign of a multiple of the z of a relu."""
        if value == 0:
            return 0
        for inverse, sign in self._signs.items():
            if (ratio := as_fraction(value * inverse % PRIME)) is not None:
                return sign if ratio > 0 else -sign
        raise Unreadable("A condition is read here only of the form z > 0, with the z of a relu.")

    def _draw(self) -> int:
        return self._random.randrange(2, PRIME)

    def _begin(self, name: str, value: int, root: int) -> None:
        self.values[name] = value
        self._roots[value] = root
        self._logs.setdefault(root * root % PRIME, value)

    def _sum(self, z: str, definition: Expr) -> None:
        """Give z its value, and e^z, from the terms of its definition."""
        value, root = 0, 1
        for term in sp.Add.make_args(definition):
            part = self.product(self.values[symbol.name] for symbol in sp.Mul.make_args(term))
            value, root = (value + part) % PRIME, root * self._roots.setdefault(part, self._draw()) % PRIME
        self._begin(z, value, root)

    def _activate(self, a: str, rule: str, z: Expr, definition: Expr, off: Iterable[str]) -> None:
        value, root = self.values[z.name], self._roots[self.values[z.name]]
        power = root * root % PRIME
        if rule == "relu":
            if value:  # 0 only where all that comes in is off
                self._signs[pow(value, -1, PRIME)] = -1 if z.name in off else 1
            self._begin(a, *((0, 1) if z.name in off else (value, root)))
        elif rule == "identity":
            self._begin(a, value, root)
        elif rule == "softplus":
            self.values[a] = self._draw()
            self._powers[self.values[a]] = (1 + power) % PRIME
            self._logs[(1 + power) % PRIME] = self.values[a]
        else:
            output = self.value(definition)
            self._begin(a, output, self._draw())
            if rule == "sigmoid":
                self._logs[output] = self._draw()
                self._logs[(1 - output) % PRIME] = (self._logs[output] - value) % PRIME
            elif rule == "softmax":
                log_of_sum = self._logs.setdefault(power * pow(output, -1, PRIME) % PRIME, self._draw())
                self._logs[output] = (value - log_of_sum) % PRIME

    def _exp_of_term(self, term: Expr, known: dict[Expr, int]) -> int:
        number, rest = term.as_coeff_Mul()
        halves, atom = Fraction(str(number)) * 2, self.value(rest, known)
        if halves.denominator == 1 and abs(halves) <= HIGHEST:
            if atom in self._roots:
                return pow(self._roots[atom], halves.numerator, PRIME)
            if atom in self._powers and halves.numerator % 2 == 0:
                return pow(self._powers[atom], halves.numerator // 2, PRIME)
        raise Unreadable("A power of e is read here only with z, a or w·x in the exponent.")


def as_fraction(residue: int, largest: int = 10**6) -> Fraction | None:
    """Return the fraction of small whole numbers that a residue stands for, if there is one.

    Parameters
    ----------
    residue : int
    largest : int
        Numerator and denominator are not above it; there is never more than one such fraction.

    Examples
    --------
    >>> as_fraction(pow(3, -1, PRIME) * -2 % PRIME), as_fraction(12345678901234567890)
    (Fraction(-2, 3), None)
    """
    before, rest, last, factor = PRIME, residue, 0, 1
    while rest > largest:
        quotient = before // rest
        before, rest, last, factor = rest, before - quotient * rest, factor, last - quotient * factor
    return Fraction(rest, factor) if abs(factor) <= largest else None


def exact_points(d: Derivation) -> list[ExactPoint]:
    """Return the points at which answers are compared: two with every relu on, others with some off."""
    return [ExactPoint(d, seed, off) for seed, off in enumerate([set(), set(), *_patterns(d)])]


def _patterns(d: Derivation) -> list[set[str]]:
    """Return which relus are off at each further point: all choices of a few, and some of many."""
    layers: dict[str, list[str]] = {}
    for rule, z in d.rules.values():
        if rule == "relu":
            layers.setdefault(z.name.partition("[")[0], []).append(z.name)
    relus = [z for layer in layers.values() for z in layer]
    if len(relus) <= _FEW:
        return [
            {z for z, off in zip(relus, choice, strict=True) if off}
            for choice in product((0, 1), repeat=len(relus))
        ]
    found = []
    for layer in layers.values():  # of any two, each is on where the other is off
        for bit in range((len(layer) - 1).bit_length()):
            off = {z for i, z in enumerate(layer) if i >> bit & 1}
            found += [off, set(layer) - off]
    choice = random.Random(len(relus))
    return [*found, *({z for z in relus if choice.random() < 0.5} for _ in range(_MORE))]


# ---- points in decimals --------------------------------------------------------------------------


class RealPoint(Point):
    """The network at an example, in floats: where a value is shown, or a number is compared."""

    def __init__(self, values: Mapping[str, float]) -> None:
        self.values = dict(values)

    def number(self, number: Fraction) -> float:
        """Return a rational number."""
        return float(number)

    def total(self, values: Iterable[float]) -> float:
        """Return a sum."""
        return math.fsum(values)

    def product(self, values: Iterable[float]) -> float:
        """Return a product."""
        return math.prod(values)

    def power(self, value: float, exponent: int) -> float:
        """Return an integer power."""
        return float(value**exponent)

    def exp(self, exponent: Expr, known: dict[Expr, float]) -> float:
        """Return e to any power."""
        return math.exp(self.value(exponent, known))

    def log(self, value: float) -> float:
        """Return a logarithm; ZeroDivisionError where there is none."""
        if value <= 0:
            raise ZeroDivisionError
        return math.log(value)

    def sign(self, value: float) -> int:
        """Return the sign."""
        return (value > 0) - (value < 0)

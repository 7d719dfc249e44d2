"""Everything that is known about an exercise before anybody answers: its points, and all values there.

An answer is looked up by its values up to a constant: the first is divided out, and what is left is the key.
So one look finds the right answer, its negative and its half, and every mistake, alone or with a factor.
"""

from __future__ import annotations

import copy
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_lib.core import Network
from backprop_lib.exercises.chains import Chain
from backprop_lib.exercises.edits import Edit, edits
from backprop_lib.exercises.mistakes import Mistake
from backprop_lib.exercises.points import PRIME, RealPoint, as_fraction, exact_points
from backprop_lib.exercises.walking import RATES, Unreadable
from backprop_lib.symbols import Derivation, Expr, derive

_SIMPLE = 100  # numerator and denominator of a factor on top of a mistake
_RATE = 0.5
Key = tuple[int, ...]


@dataclass(frozen=True)
class Finding:
    """What an answer is: a factor times the right answer, or times what some mistakes give."""

    edits: tuple[Edit, ...] = ()
    factor: Fraction | None = Fraction(1)


class Table:
    """The right answer and all mistakes of one exercise, by their values at exact points.

    Parameters
    ----------
    d : Derivation
    of, by : str
        The names of the two quantities.

    Raises
    ------
    ValueError
        If a name is unknown, or the first does not depend on the second.

    Examples
    --------
    >>> table = table_of(Network([[[0.5]], [[0.5]]]), "E", "w2[0,0]")
    >>> x, a1, a2, t = (table.d.symbols[name] for name in ("x[0]", "a1[0]", "a2[0]", "t[0]"))
    >>> table.find(a1 * (a2 - a2**2) * (a2 - t))
    Finding(edits=(), factor=Fraction(1, 1))
    >>> found = table.find((t - a2) * a1)
    >>> found.edits[0].mistake.word, found.factor
    ('slope forgotten', Fraction(-1, 1))
    >>> table.find(x**3)
    """

    def __init__(self, d: Derivation, of: str, by: str) -> None:
        self.d, self.chain = d, Chain(d, d.symbols[of], d.symbols[by])
        self.points = exact_points(d)
        self._known: list[dict[Expr, int]] = [{} for _ in self.points]
        self.right = self._values(None)
        self._key, self._scale = _projected(self.right)
        constant = (1,) * len(self.points)
        self.is_constant = self._key == constant
        self._mistakes: dict[Key, list[tuple[Edit, int]]] = {}
        for edit in edits(self.chain):
            with suppress(ZeroDivisionError, Unreadable):
                key, scale = _projected(self._values(edit))
                if key not in (self._key, constant, ()):
                    self._mistakes.setdefault(key, []).append((edit, scale))

    def find(self, answer: Expr) -> Finding | None:
        """Return what an answer is, or None if it is nothing known.

        Parameters
        ----------
        answer : sympy expression
            One that `readable` has let through.

        Raises
        ------
        Unreadable
            If a function stands at a place where it is not expected.
        ZeroDivisionError
            If it has no value at a point.
        """
        key, scale = _projected([point.value(answer) for point in self.points])
        if not key:
            return Finding((Edit(Mistake.ZERO, repr(self.chain)),))
        if key == self._key:
            return Finding(factor=_factor(scale, self._scale, 10**6))
        known = [(edit, _factor(scale, own, _SIMPLE)) for edit, own in self._mistakes.get(key, [])]
        for wanted in (1, None):
            if fitting := [(e, f) for e, f in known if f is not None and wanted in (f, None)]:
                factor = fitting[0][1]
                return Finding(tuple(e for e, f in fitting if f == factor), factor)
        return None

    @cached_property
    def sides(self) -> list[RealPoint]:
        """Two examples with small numbers, at which a wrong answer can be shown."""
        net, outputs = self.d.net, np.arange(self.d.net.sizes[-1])
        inputs = np.arange(net.sizes[0])
        return [
            self.real_point(net, (1 + (inputs + k) % 3) / 2, (outputs + k) % 2.0, _RATE) for k in range(2)
        ]

    def real_point(self, net: Network, x: Any, t: Any, learning_rate: float | None = None) -> RealPoint:
        """Return the point of an example.

        Parameters
        ----------
        net : Network
        x, t : array_like, shapes (features,) and (outputs,)
        learning_rate : float, optional
        """
        own = copy.copy(self.d)
        own.net = net
        values = {symbol.name: value for symbol, value in own.numbers(x, t).items()}
        rates = {} if learning_rate is None else dict.fromkeys(RATES, learning_rate)
        return RealPoint(values | rates)

    def numbers(self, point: RealPoint) -> tuple[float, list[tuple[tuple[Edit, ...], float]]]:
        """Return the right number at an example, and the numbers of the mistakes; some give the same formula.

        Parameters
        ----------
        point : RealPoint
            Without a learning rate, the mistakes that need one are left out.
        """
        known: dict[Expr, float] = {}
        found = []
        for alike in self._mistakes.values():
            for scale in dict.fromkeys(scale for _, scale in alike):
                same = tuple(edit for edit, own in alike if own == scale)
                with suppress(ArithmeticError, KeyError):
                    found.append((same, same[0].value(self.chain, point, known)))
        return self.chain.value(point, known, {}), found

    def _values(self, edit: Edit | None) -> list[int]:
        pairs = list(zip(self.points, self._known, strict=True))
        if edit is None:
            return [self.chain.value(point, known, {}) for point, known in pairs]
        return [edit.value(self.chain, point, known) for point, known in pairs]


def table_of(net: Network, of: str, by: str) -> Table:
    """Return the table of an exercise; it is made once for all networks of the same structure.

    Parameters
    ----------
    net : Network
    of, by : str
    """
    names = tuple(f.name for f in net.activations)
    return _table(tuple(net.sizes), net.biases is not None, names, net.loss_rule.name, of, by)


@lru_cache(maxsize=64)
def _derived(sizes: tuple[int, ...], biases: bool, activations: tuple[str, ...], loss: str) -> Derivation:
    """Return the derivation of a network with small numbers, in which every relu is on."""
    weights, shifts = [], []
    turn = 1 if "relu" in activations else -1
    for layer, (before, neurons) in enumerate(pairwise(sizes)):
        i, j = np.indices((neurons, before))
        weights.append(float(turn) ** (i + j) * (1 + (i + 2 * j + layer) % 3) / 2)
        shifts.append((1 + np.arange(neurons) % 2) / 2)
    return derive(Network(weights, shifts if biases else None, activations, loss))


@lru_cache(maxsize=512)
def _table(
    sizes: tuple[int, ...], biases: bool, activations: tuple[str, ...], loss: str, of: str, by: str
) -> Table:
    return Table(_derived(sizes, biases, activations, loss), of, by)


def _projected(values: list[int]) -> tuple[Key, int]:
    """Return values divided by the first that is not 0, and that one."""
    scale = next(filter(None, values), 0)
    if not scale:
        return (), 0
    inverse = pow(scale, -1, PRIME)
    return tuple(value * inverse % PRIME for value in values), scale


def _factor(scale: int, own: int, largest: int) -> Fraction | None:
    return as_fraction(scale * pow(own, -1, PRIME) % PRIME, largest)

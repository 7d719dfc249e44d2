"""A document's example: its letters, what they stand for, their values, and whether two expressions agree.

Here the derivative D(y, x) of a document's formula is taken along the network's own chain rule, and here it
is decided whether two expressions are equal. That takes three questions, in this order. Are they equal in the
document's own example? Are they equal at other points, where every input, weight and target is a fraction
drawn at random? And can it be proved, first with the activations as symbols, then, layer by layer from the
output, with everything written out?

The one thing to notice: one point proves nothing. Where a target or a weight is 0, many a wrong formula is
right.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.documents.agreement import (
    DIGITS,
    EVERYWHERE,
    HERE_ONLY,
    NOWHERE,
    UNPROVED,
    Agreement,
    furthest,
    number,
    proved,
)
from backprop_lib.documents.expressions import elementwise, is_matrix, parse
from backprop_lib.documents.letters import exact, matrices_of, symbols_of
from backprop_lib.symbols import Derivation

Expr = Any

_POINTS = 3  # drawn at random, beside the example
_DRAWS = 12  # at most, if some of them leave the formula's domain


class Setting:
    """The letters of a document, read in one of its examples.

    Parameters
    ----------
    document : str
        The document's number, for messages.
    letters : mapping of str to str
        Each letter and the course's name for it: a symbol ("w1[0,1]"), a matrix ("w1") or one of `numbers`.
    d : Derivation, or None for an example without a network
    x, t : array_like, shapes (features,) and (outputs,)
        Not used without a network.
    numbers : mapping of str to number or array_like
        Numbers that belong to no symbol of the network, such as `learning_rate`; a list becomes a column.

    Raises
    ------
    ValueError
        If a letter stands for something that neither the network nor `numbers` has.

    Examples
    --------
    A formula that is right only because the target is 0, and one that is right:

    >>> from backprop_lib import Network, derive
    >>> d = derive(Network([[[0.5]]]))
    >>> setting = Setting("mine", {"a": "a1[0]", "t": "t[0]", "E": "E"}, d, [0.1], [0.0], {})
    >>> setting.agree(setting.parse("D(E, a)"), setting.parse("a + t")).kind
    'here only'
    >>> setting.agree(setting.parse("D(E, a)"), setting.parse("a - t")).kind
    'everywhere'
    """

    def __init__(
        self,
        document: str,
        letters: Mapping[str, str],
        d: Derivation | None,
        x: ArrayLike,
        t: ArrayLike,
        numbers: Mapping[str, ArrayLike],
    ) -> None:
        self._network, self.document, self.numbers = d, document, dict(numbers)
        self.x, self.t = np.asarray(x, dtype=float), np.asarray(t, dtype=float)
        known: dict[str, Expr] = {} if d is None else {**matrices_of(d), **d.symbols}
        self._own: dict[Expr, Expr] = {}  # the values that the document chose, exactly
        if d is not None:
            self._own |= {d.symbols[name]: exact(value) for name, value in d.net.by_name().items()}
            for name, array in (("x", self.x), ("t", self.t)):
                self._own |= {d.symbols[f"{name}[{i}]"]: exact(v) for i, v in enumerate(array.tolist())}
        for name, given in numbers.items():
            known[name], own = symbols_of(name, given)
            self._own |= own
        if missing := sorted(set(letters.values()) - set(known)):
            of = "this example has no network" if d is None else f"this {d.net!r} lacks it"
            raise ValueError(f"document {document} speaks of {missing[0]!r}, but {of}.")
        self.names = {letter: known[name] for letter, name in letters.items()}
        if d is not None and "learning_rate" in numbers:
            self.names |= {
                f"{letter}_new": known[name] - known["learning_rate"] * d.gradient(name)
                for letter, name in letters.items()
                if name in d.parameters
            }
        self._slopes: dict[tuple[Expr, Expr], Expr] = {}
        self.values = self._followed(self._own)
        self._points: list[dict[Expr, Expr]] = []
        self._random = random.Random(f"{document} {sorted(letters)}")
        self.functions: dict[str, Callable[..., Expr]] = {
            "D": self._derivative,
            "T": lambda matrix: _matrix("T", matrix).T,
            "diag": lambda vector: sp.diag(*_matrix("diag", vector)),
            "sigma": lambda u: elementwise(self._sigma, u),
            "dsigma": lambda u: elementwise(lambda z: self._sigma(z) * (1 - self._sigma(z)), u),
        }

    @property
    def d(self) -> Derivation:
        """The derivation of the example's network.

        Raises
        ------
        ValueError
            If the example has no network.
        """
        if self._network is None:
            raise ValueError(f"this example of document {self.document} has no network.")
        return self._network

    def parse(self, text: str, indices: Mapping[str, int] | None = None) -> Expr:
        """Return a formula in the document's letters; `indices` gives each index its number."""
        bound = {name: sp.Integer(value) for name, value in (indices or {}).items()}
        return parse(text, {**self.names, **bound}, self.functions)

    def value(self, expression: Expr) -> Expr:
        """Return an expression with the example's numbers put in."""
        return expression.xreplace(self.values)

    def agree(self, left: Expr, right: Expr) -> Agreement:
        """Say how far two sides are equal: two numbers, or two matrices of one shape.

        Returns
        -------
        Agreement
            `EVERYWHERE` if it is proved; `UNPROVED` if all points agree and no proof was found; `HERE_ONLY`
            if the example agrees and another point does not; `NOWHERE` if the example itself does not.

        Raises
        ------
        ArithmeticError
            If neither side has a value in the example.
        """
        entries = list(zip(left, right, strict=True)) if is_matrix(left) else [(left, right)]
        if all(number(self.value(side)) is None for pair in entries for side in pair):
            raise ArithmeticError(f"{left} has no value in the example, expected a finite number.")
        if off := furthest([(a, b, self.values) for a, b in entries]):
            return Agreement(NOWHERE, *off[:2], self._letters(off[2], entries))
        unequal = [pair for pair in entries if sp.expand(pair[0] - pair[1]) != 0]
        if off := furthest([(a, b, point) for a, b in unequal for point in self._drawn(a - b)]):
            return Agreement(HERE_ONLY, *off[:2], self._letters(off[2], unequal))
        return Agreement(EVERYWHERE if all(proved(a - b, self._network) for a, b in unequal) else UNPROVED)

    def _drawn(self, difference: Expr) -> list[dict[Expr, Expr]]:
        """Return points at which an expression has a value, all letters of which are fractions."""
        usable: list[dict[Expr, Expr]] = []
        for i in range(_DRAWS):
            if len(usable) == _POINTS:
                break
            if i == len(self._points):
                self._points.append(
                    self._followed({symbol: self._fraction(symbol) for symbol in sorted(self._own, key=str)})
                )
            if number(difference.xreplace(self._points[i])) is not None:
                usable.append(self._points[i])
        return usable

    def _fraction(self, symbol: Expr) -> Expr:
        """Return a random fraction for a letter: from 0 to 1 for a target, positive for what stands alone."""
        name, denominator = str(symbol), self._random.choice((7, 11, 13))
        numerator = self._random.randint(1, denominator - 1)
        if name.startswith("t[") or self._network is None or name not in self._network.symbols:
            return sp.Rational(numerator, denominator)
        return sp.Rational(self._random.choice((-1, 1)) * numerator, 7)

    def _followed(self, own: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
        """Return values for all symbols: those given, and what the forward pass makes of them."""
        values = dict(own)
        if self._network is not None:
            for symbol, definition in self._network.definitions.items():
                values[symbol] = sp.N(definition.xreplace(values), DIGITS)
        return values

    def _letters(self, point: Mapping[Expr, Expr], entries: list[tuple[Expr, Expr]]) -> dict[str, Expr]:
        """Return the values at a point of the letters that two sides contain, in the document's words."""
        used = set().union(*(side.free_symbols for pair in entries for side in pair))
        return {letter: point[symbol] for letter, symbol in self.names.items() if symbol in used & set(point)}

    # ---- what formulas may call ----------------------------------------------------------------

    def _derivative(self, y: Expr, x: Expr) -> Expr:
        """Return dy/dx: shaped like x for a number y, like y for a symbol x, else the Jacobian."""
        if not all(getattr(symbol, "is_Symbol", False) for symbol in (x if is_matrix(x) else [x])):
            raise ValueError(f"D(y, x) has x = {x}, expected a name.")
        if not is_matrix(y):
            return elementwise(lambda symbol: self._slope(y, symbol), x)
        if not is_matrix(x):
            return elementwise(lambda entry: self._slope(entry, x), y)
        if y.shape[1] != 1 or x.shape[1] != 1:
            raise ValueError("D(y, x) has a matrix and a vector, expected at most two column vectors.")
        return sp.Matrix(len(y), len(x), lambda i, j: self._slope(y[i], x[j]))

    def _slope(self, y: Expr, x: Expr) -> Expr:
        """Return dy/dx along the chain rule: through everything that y is defined by, down to x."""
        onward = {s: self._slope_of(s, x) for s in sorted(y.free_symbols, key=str)}
        return sp.Add(*(sp.diff(y, s) * slope for s, slope in onward.items() if slope != 0))

    def _slope_of(self, symbol: Expr, x: Expr) -> Expr:
        if symbol == x or self._network is None or symbol not in self.d.definitions:
            return sp.Integer(symbol == x)
        if (symbol, x) not in self._slopes:
            terms = []
            for used in sorted(self.d.definitions[symbol].free_symbols, key=str):
                if (onward := self._slope_of(used, x)) != 0:
                    terms.append(self._partial(symbol, used) * onward)
            self._slopes[symbol, x] = sp.Add(*terms)
        return self._slopes[symbol, x]

    def _partial(self, of: Expr, by: Expr) -> Expr:
        if str(by).startswith("t["):
            return sp.diff(self.d.definitions[of], by)
        return self.d.factor(of, by).value

    def _sigma(self, u: Expr) -> Expr:
        """Return the activation whose pre-activation u is, by name or written out, or else the rule."""
        rules = {} if self._network is None else self._network.rules
        for a, (rule, z) in rules.items():
            if rule == "sigmoid" and u in (z, self.d.definitions[z]):
                return a
        return 1 / (1 + sp.exp(-u))


def _matrix(function: str, value: Expr) -> Expr:
    if not is_matrix(value):
        raise ValueError(f"{function}(v) has v = {value}, expected a matrix or a column.")
    return value

"""A document's example: its network, its training, its letters with their values, and formulas in them.

A document's TOML file holds what its author chose. Here that becomes a network with a derivation, and the
document's own training is run again. Nothing here comes from a notebook, so no reader's edit can move a
verdict. The derivative D(y, x) of a document's formula is taken along the network's own chain rule, and it is
decided whether two formulas are equal. That takes three questions, in this order. Are they equal in the
document's own example? Are they equal at other points, where every input, weight and target is a fraction
drawn at random? And can it be proved, first with the activations as symbols, then, layer by layer from the
output, with everything written out?

The one thing to notice: one point proves nothing. Where a target or a weight is 0, many a wrong formula is
right.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.core import Network, whole_number
from backprop_lib.datasets import parity
from backprop_lib.documents.agreement import DIGITS, Agreement, furthest, number, proved
from backprop_lib.documents.document_003 import Run, mnist_run, parity_run, train_like_document_003
from backprop_lib.documents.expressions import elementwise, is_matrix, parse
from backprop_lib.documents.facts import Example
from backprop_lib.documents.verdicts import Verdict
from backprop_lib.symbols import Derivation, derive
from backprop_lib.training import train

Expr = Any

_POINTS = 3  # drawn at random, beside the example
_DRAWS = 12  # at most, if some of them leave the formula's domain


class Setting:
    """The letters of a document, read in one of its examples.

    Parameters
    ----------
    document : str
        The document's number, for messages.
    example : Example

    Raises
    ------
    ValueError
        If the example's data do not fit each other, or a letter stands for something that it does not have.

    Examples
    --------
    A formula that is right only because the target is 0, and one that is right:

    >>> example = Example(letters={"a": "a1[0]", "t": "t[0]", "E": "E"}, weights=[[[0.5]]], x=[0.1], t=[0.0])
    >>> setting = Setting("mine", example)
    >>> print(setting.agree("D(E, a)", "a + t").verdict, setting.agree("D(E, a)", "a - t").verdict, sep="; ")
    right here, wrong in general; equal
    """

    def __init__(self, document: str, example: Example) -> None:
        net, (x, t) = network_of(example), _input_and_target(example)
        self._d = d = None if net is None else derive(net)
        self._definitions, self._rules = ({}, {}) if d is None else (d.definitions, d.rules)
        self.document, self.x, self.t = document, np.asarray(x, dtype=float), np.asarray(t, dtype=float)
        self.numbers = {**example.numbers, **(run_of(example)[0] if example.run else {})}
        known: dict[str, Expr] = {} if d is None else {**_matrices(d), **d.symbols}
        self._own: dict[Expr, Expr] = {}  # the values that the document chose, exactly
        if d is not None:
            self._own |= {d.symbols[name]: _exact(value) for name, value in d.net.by_name().items()}
            for name, array in (("x", self.x), ("t", self.t)):
                self._own |= {d.symbols[f"{name}[{i}]"]: _exact(v) for i, v in enumerate(array.tolist())}
        for name, given in self.numbers.items():
            known[name], own = _symbols(name, given)
            self._own |= own
        if missing := [letter for letter, name in example.letters.items() if name not in known]:
            of = "this example has no network" if d is None else f"this {d.net!r} lacks it"
            said = f"letter {missing[0]} of document {document} is {example.letters[missing[0]]!r}"
            raise ValueError(f"{said}, but {of}.")
        self._letters = {letter: known[name] for letter, name in example.letters.items()}
        if d is not None and "learning_rate" in self.numbers:
            self._letters |= {
                f"{letter}_new": known[name] - known["learning_rate"] * d.gradient(name)
                for letter, name in example.letters.items()
                if name in d.parameters
            }
        self._slopes: dict[tuple[Expr, Expr], Expr] = {}
        self._values = self._followed(self._own)
        self._points: list[dict[Expr, Expr]] = []
        self._random = random.Random(f"{document} {sorted(example.letters)}")
        self._functions: dict[str, Callable[..., Expr]] = {
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
        if self._d is None:
            raise ValueError(f"this example of document {self.document} has no network.")
        return self._d

    def parse(self, text: str, indices: Mapping[str, int] | None = None) -> Expr:
        """Return a formula in the document's letters.

        Parameters
        ----------
        text : str
        indices : mapping of str to int, optional
            The number of each index.

        Raises
        ------
        ShapeError, TypeError, ValueError
            If the text is no formula in these letters, as `expressions.parse` says it.

        Examples
        --------
        >>> Setting("mine", Example(letters={"q": "q"}, numbers={"q": [5, 7]})).parse("q[i] / 2", {"i": 2})
        q[1,0]/2
        """
        bound = {name: sp.Integer(value) for name, value in (indices or {}).items()}
        return parse(text, {**self._letters, **bound}, self._functions)

    def value(self, expression: Expr) -> Expr:
        """Return an expression with the example's numbers put in."""
        return expression.xreplace(self._values)

    def agree(self, left: str, right: str, indices: Mapping[str, int] | None = None) -> Agreement:
        """Say whether two formulas are equal, and how sure that is: numbers, or matrices of one shape.

        Parameters
        ----------
        left, right : str
        indices : mapping of str to int, optional
            The number of each index.

        Raises
        ------
        ArithmeticError
            If neither side has a value in the example.
        ShapeError, TypeError, ValueError
            If a side cannot be read, or their shapes differ.

        Examples
        --------
        >>> setting = Setting("mine", Example(letters={"q": "q"}, numbers={"q": 2}))
        >>> print(setting.agree("q * q", "q + q").verdict)
        right here, wrong in general
        """
        a, b = self.parse(left, indices), self.parse(right, indices)
        parse("left - right", {"left": a, "right": b})  # their shapes fit
        entries = list(zip(a, b, strict=True)) if is_matrix(a) else [(a, b)]
        if all(number(self.value(side)) is None for pair in entries for side in pair):
            raise ArithmeticError(f"{a} has no value in the example, expected a finite number.")
        if off := furthest([(a, b, self._values) for a, b in entries]):
            return Agreement(Verdict.WRONG, *off[:2], self._of_letters(off[2], entries))
        unequal = [pair for pair in entries if sp.expand(pair[0] - pair[1]) != 0]
        if off := furthest([(a, b, point) for a, b in unequal for point in self._drawn(a - b)]):
            return Agreement(Verdict.HERE, *off[:2], self._of_letters(off[2], unequal))
        every = all(proved(a - b, self._d) for a, b in unequal)
        return Agreement(Verdict.EQUAL if every else Verdict.SEEN_EQUAL)

    def _drawn(self, difference: Expr) -> list[dict[Expr, Expr]]:
        """Return points at which an expression has a value, all letters of which are fractions."""
        usable: list[dict[Expr, Expr]] = []
        for i in range(_DRAWS):
            if len(usable) == _POINTS:
                break
            if i == len(self._points):
                drawn = {symbol: self._fraction(str(symbol)) for symbol in sorted(self._own, key=str)}
                self._points.append(self._followed(drawn))
            if number(difference.xreplace(self._points[i])) is not None:
                usable.append(self._points[i])
        return usable

    def _fraction(self, name: str) -> Expr:
        """Return a random fraction for a letter: from 0 to 1 for a target, positive for what stands alone."""
        denominator = self._random.choice((7, 11, 13))
        numerator = self._random.randint(1, denominator - 1)
        if name.startswith("t[") or self._d is None or name not in self._d.symbols:
            return sp.Rational(numerator, denominator)
        return sp.Rational(self._random.choice((-1, 1)) * numerator, 7)

    def _followed(self, own: Mapping[Expr, Expr]) -> dict[Expr, Expr]:
        """Return values for all symbols: those given, and what the forward pass makes of them."""
        values = dict(own)
        for symbol, definition in self._definitions.items():
            values[symbol] = sp.N(definition.xreplace(values), DIGITS)
        return values

    def _of_letters(self, point: Mapping[Expr, Expr], entries: list[tuple[Expr, Expr]]) -> dict[str, Expr]:
        """Return the values at a point of the letters that two sides contain, in the document's words."""
        used = {symbol for pair in entries for side in pair for symbol in side.free_symbols}
        return {
            letter: point[symbol]
            for letter, symbol in self._letters.items()
            if symbol in used and symbol in point
        }

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
        return self._through(y, x, lambda symbol: sp.diff(y, symbol))

    def _slope_of(self, symbol: Expr, x: Expr) -> Expr:
        if symbol == x or symbol not in self._definitions:
            return sp.Integer(symbol == x)
        if (symbol, x) not in self._slopes:
            definition = self._definitions[symbol]
            self._slopes[symbol, x] = self._through(definition, x, lambda used: self._partial(symbol, used))
        return self._slopes[symbol, x]

    def _through(self, y: Expr, x: Expr, slope: Callable[[Expr], Expr]) -> Expr:
        """Return the sum, over the symbols in y, of the slope along each times what it has from x."""
        onward = {symbol: self._slope_of(symbol, x) for symbol in sorted(y.free_symbols, key=str)}
        return sp.Add(
            *(slope(symbol) * dsymbol_dx for symbol, dsymbol_dx in onward.items() if dsymbol_dx != 0)
        )

    def _partial(self, of: Expr, by: Expr) -> Expr:
        if str(by).startswith("t["):
            return sp.diff(self._definitions[of], by)
        return self.d.factor(of, by).value

    def _sigma(self, u: Expr) -> Expr:
        """Return the activation whose pre-activation u is, by name or written out, or else the rule."""
        for a, (rule, z) in self._rules.items():
            if rule == "sigmoid" and u in (z, self._definitions[z]):
                return a
        return 1 / (1 + sp.exp(-u))


def _matrix(function: str, value: Expr) -> Expr:
    if not is_matrix(value):
        raise ValueError(f"{function}(v) has v = {value}, expected a matrix or a column.")
    return value


# ---- letters --------------------------------------------------------------------------------------


def _exact(value: float) -> Expr:
    """Return the fraction that a number is written as."""
    return sp.Rational(repr(value))


def _matrices(d: Derivation) -> dict[str, Expr]:
    """Return "w1", "b1", "z1", "a1", … as matrices of their symbols, "x" and "t" too; vectors are columns."""
    entries: dict[str, list[Expr]] = {}
    for name, symbol in d.symbols.items():
        if "[" in name:
            entries.setdefault(name.partition("[")[0], []).append(symbol)
    inputs = {f"w{layer}": size for layer, size in enumerate(d.net.sizes[:-1], 1)}
    return {
        name: sp.ImmutableMatrix(len(symbols) // inputs.get(name, 1), inputs.get(name, 1), symbols)
        for name, symbols in entries.items()
    }


def _symbols(name: str, given: ArrayLike) -> tuple[Expr, dict[Expr, Expr]]:
    """Return a symbol for a number, or a matrix of symbols for an array, with their values."""
    array = np.asarray(given, dtype=float)
    if array.ndim == 0:
        symbol = sp.Symbol(name, real=True)
        return symbol, {symbol: _exact(array.item())}
    array = array.reshape(len(array), -1)
    symbols = [sp.Symbol(f"{name}[{i},{j}]", real=True) for i, j in np.ndindex(array.shape)]
    values = dict(zip(symbols, map(_exact, array.ravel().tolist()), strict=True))
    return sp.ImmutableMatrix(*array.shape, symbols), values


# ---- from data to networks and trainings ----------------------------------------------------------


def network_of(example: Example) -> Network | None:
    """Return an example's network, or None if it has none.

    Raises
    ------
    ValueError
        If the weights do not fit each other, or `start` lacks the sizes.
    """
    if example.weights:
        return Network(example.weights, example.biases, example.activation, example.loss)
    if not example.start:
        return None
    if "sizes" not in example.start:
        raise ValueError(f"example {example.name!r} has a start without sizes, expected sizes and a seed.")
    sizes, seed = example.start["sizes"], example.start.get("seed", 0)
    if example.start.get("like") == "document 003":
        x, t = parity(bits=sizes[0])
        return train_like_document_003(x[:1], t[:1], sizes, 0.0, epochs=0, batch_size=1, seed=seed)[1]
    return Network.random(sizes, seed, activation=example.activation, loss=example.loss)


def _input_and_target(example: Example) -> tuple[Any, Any]:
    if not example.data:
        return example.x, example.t
    if example.data.get("set") != "parity":
        raise ValueError(f"example {example.name!r} has data {example.data!r}, expected the set 'parity'.")
    x, t = parity(bits=example.data.get("bits", 10))
    row = whole_number("row", example.data.get("row", 0))
    if row >= len(x):
        raise ValueError(f"row is {row}, expected less than {len(x)}, the number of examples.")
    return x[row], t[row]


def run_of(example: Example) -> Run:
    """Return what the training of an example prints, and the network it makes, if that is not only stored.

    Raises
    ------
    ValueError
        If the example has no such training.
    """
    if example.run not in _RUNS:
        have = ", ".join(map(repr, _RUNS))
        raise ValueError(f"example {example.name!r} has the run {example.run!r}, expected one of: {have}.")
    names, trained = _RUNS[example.run]
    if missing := [name for name in names if name not in example.numbers]:
        raise ValueError(f"example {example.name!r} has a run, but no number {missing[0]!r}.")
    numbers = (example.numbers[name] for name in names)
    return trained(example, *(tuple(value) if isinstance(value, list) else value for value in numbers))


def _biases_held(example: Example, learning_rate: float, repetitions: int) -> Run:
    """Train the weights of an example and leave its biases as they are, one update a repetition."""
    start = network_of(example)
    if start is None:
        raise ValueError(f"example {example.name!r} has a run, but no network.")
    hold = [f"b{layer}" for layer in range(1, len(start.weights) + 1)]
    history = train(start, example.x, example.t, learning_rate, epochs=repetitions, hold=hold)
    outputs = history.network.forward(example.x).a[-1].tolist()
    losses = {"first_loss": float(history.loss[1]), "last_loss": float(history.loss[-1])}
    return {**losses, "last_outputs": outputs}, history.network


# The numbers of an example that each run needs, and the run:
_OF_BATCHES = ("sizes", "learning_rate", "epochs", "batch_size")
_RUNS: Mapping[str, tuple[Sequence[str], Callable[..., Run]]] = {
    "document 003 on parity": (_OF_BATCHES, lambda _, *numbers: parity_run(*numbers)),
    "document 003 on MNIST": (_OF_BATCHES, lambda *_: mnist_run()),
    "biases held": (("learning_rate", "repetitions"), _biases_held),
}

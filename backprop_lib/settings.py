"""A document's example: its letters, what they stand for in a network, and their values.

Here the derivative D(y, x) of a document's formula is taken along the network's own chain rule, and here it
is decided whether two expressions are equal: first with the activations as symbols, then, layer by layer
from the output, with everything written out.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.derivation import Derivation
from backprop_lib.expressions import elementwise, is_matrix, parse, reduce_to_zero

__all__ = ["Setting"]

Expr = Any


class Setting:
    """The letters of a document, read in a network and an example.

    Parameters
    ----------
    document : str
        The document's number, for messages.
    letters : mapping of str to str
        Each letter and the course's name for it: a symbol ("w1[0,1]"), a matrix ("w1") or one of `more`.
    d : Derivation
    x, t : array_like, shapes (features,) and (outputs,)
    more : mapping of str to number or array_like
        Numbers that belong to no symbol of the network, such as `learning_rate`; a list becomes a column.

    Raises
    ------
    ValueError
        If a letter stands for something that neither the network nor `more` has.
    """

    def __init__(
        self,
        document: str,
        letters: Mapping[str, str],
        d: Derivation,
        x: ArrayLike,
        t: ArrayLike,
        more: Mapping[str, ArrayLike],
    ) -> None:
        self.d, self.x, self.t = d, np.asarray(x, dtype=float), np.asarray(t, dtype=float)
        values = d.numbers(x, t)
        known: dict[str, Expr] = {**_matrices(d), **d.symbols}
        for name, number in more.items():
            known[name], own = _symbols(name, number)
            values |= own
        if missing := sorted(set(letters.values()) - set(known)):
            raise ValueError(f"document {document} speaks of {missing[0]!r}, which this {d.net!r} lacks.")
        self.names = {letter: known[name] for letter, name in letters.items()}
        if "learning_rate" in more:
            self.names |= {
                f"{letter}_new": known[name] - known["learning_rate"] * d.gradient(name)
                for letter, name in letters.items()
                if name in d.parameters
            }
        self.values = {symbol: sp.Rational(str(value)) for symbol, value in values.items()}
        self._slopes: dict[tuple[Expr, Expr], Expr] = {}
        self.functions: dict[str, Callable[..., Expr]] = {
            "D": self._derivative,
            "T": lambda matrix: matrix.T,
            "diag": lambda vector: sp.diag(*vector),
            "sigma": lambda u: elementwise(self._sigma, u),
            "dsigma": lambda u: elementwise(lambda z: self._sigma(z) * (1 - self._sigma(z)), u),
        }

    def parse(self, text: str, indices: Mapping[str, int] | None = None) -> Expr:
        """Return a formula in the document's letters; `indices` gives each index its number."""
        bound = {name: sp.Integer(value) for name, value in (indices or {}).items()}
        return parse(text, {**self.names, **bound}, self.functions)

    def value(self, expression: Expr) -> Expr:
        """Return an expression with the example's numbers put in."""
        return expression.xreplace(self.values)

    def agree(self, left: Expr, right: Expr) -> bool:
        """Say whether two expressions are equal; both numbers or matrices of one shape.

        Raises
        ------
        ArithmeticError
            If their values agree in the example, but no proof was found.
        """
        difference = left - right
        entries = list(difference) if is_matrix(difference) else [difference]
        return all(self._is_zero(entry, left) for entry in entries)

    def _is_zero(self, entry: Expr, left: Expr) -> bool:
        if sp.expand(entry) == 0:
            return True
        value = abs(float(self.value(entry)))
        sizes = [abs(float(self.value(side))) for side in (left if is_matrix(left) else [left])]
        if value > 1e-12 * max(sizes) and value > 1e-300:
            return False
        for written_out in self._ever_more_written_out(entry):
            if reduce_to_zero(written_out) == 0:
                return True
        raise ArithmeticError(f"{entry} is 0 in the example, but could not be proved to be.")

    def _ever_more_written_out(self, entry: Expr) -> Any:
        """Yield the expression with z and E replaced by their definitions, then layer by layer with a."""
        backwards = list(reversed(self.d.definitions.items()))
        for keep in range(len(self.d.net.weights), -1, -1):
            for symbol, definition in backwards:
                if symbol not in self.d.rules or int(str(symbol)[1:].partition("[")[0]) > keep:
                    entry = entry.xreplace({symbol: definition})
            yield entry

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
        if symbol == x or symbol not in self.d.definitions:
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
        for a, (rule, z) in self.d.rules.items():
            if rule == "sigmoid" and u in (z, self.d.definitions[z]):
                return a
        return 1 / (1 + sp.exp(-u))


def _matrices(d: Derivation) -> dict[str, Expr]:
    """Return "w1", "b1", "z1", "a1", … as matrices of their symbols, "x" and "t" too; vectors are columns."""
    entries: dict[str, list[Expr]] = {}
    for name, symbol in d.symbols.items():
        if "[" in name:
            entries.setdefault(name.partition("[")[0], []).append(symbol)
    columns = {name: 1 for name in entries} | {
        f"w{layer}": inputs for layer, inputs in enumerate(d.net.sizes[:-1], 1)
    }
    return {
        name: sp.ImmutableMatrix(len(symbols) // columns[name], columns[name], symbols)
        for name, symbols in entries.items()
    }


def _symbols(name: str, number: ArrayLike) -> tuple[Expr, dict[Expr, float]]:
    """Return a symbol for a number, or a matrix of symbols for an array, with their values."""
    array = np.asarray(number, dtype=float)
    if array.ndim == 0:
        symbol = sp.Symbol(name, real=True)
        return symbol, {symbol: array.item()}
    array = array.reshape(len(array), -1)
    symbols = [sp.Symbol(f"{name}[{i},{j}]", real=True) for i, j in np.ndindex(array.shape)]
    values = dict(zip(symbols, array.ravel().tolist(), strict=True))
    return sp.ImmutableMatrix(*array.shape, symbols), values

"""What the letters of a document stand for: symbols of a network, matrices of them, and further numbers."""

from __future__ import annotations

from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.symbols import Derivation

Expr = Any


def exact(value: float) -> Expr:
    """Return the fraction that a number is written as."""
    return sp.Rational(repr(value))


def matrices_of(d: Derivation) -> dict[str, Expr]:
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


def symbols_of(name: str, number: ArrayLike) -> tuple[Expr, dict[Expr, Expr]]:
    """Return a symbol for a number, or a matrix of symbols for an array, with their values."""
    array = np.asarray(number, dtype=float)
    if array.ndim == 0:
        symbol = sp.Symbol(name, real=True)
        return symbol, {symbol: exact(array.item())}
    array = array.reshape(len(array), -1)
    symbols = [sp.Symbol(f"{name}[{i},{j}]", real=True) for i, j in np.ndindex(array.shape)]
    values = dict(zip(symbols, map(exact, array.ravel().tolist()), strict=True))
    return sp.ImmutableMatrix(*array.shape, symbols), values

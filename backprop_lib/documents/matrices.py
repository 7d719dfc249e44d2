"""Numbers and matrices of symbols in one formula: what fits, entry by entry, and what multiplies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import sympy as sp

Expr = Any


class ShapeError(ValueError):
    """Two matrices whose shapes do not fit what the formula does with them."""


def is_matrix(value: Expr) -> bool:
    """Say whether a value is a matrix, a column included."""
    return isinstance(value, sp.MatrixBase)


def elementwise(function: Callable[[Expr], Expr], value: Expr) -> Expr:
    """Return a function of a number, or of every entry of a matrix."""
    return value.applyfunc(function) if is_matrix(value) else function(value)


def times(a: Expr, b: Expr) -> Expr:
    """Multiply entry by entry."""
    return a.multiply_elementwise(b)


def _shape(value: Expr) -> str:
    return "×".join(map(str, value.shape)) if is_matrix(value) else "a number"


def fitted(combine: Callable[[Expr, Expr], Expr], a: Expr, b: Expr) -> Expr:
    """Combine two numbers, or two matrices of one shape, entry by entry."""
    if getattr(a, "shape", ()) != getattr(b, "shape", ()):
        raise ShapeError(f"{_shape(a)} and {_shape(b)} do not fit")
    return combine(a, b)


def quotient(a: Expr, b: Expr) -> Expr:
    """Divide a number, or every entry of a matrix, by a number."""
    if is_matrix(b):
        raise ShapeError(f"{_shape(a)} and {_shape(b)} do not divide")
    return a / b


def product_of(a: Expr, b: Expr) -> Expr:
    """Return the matrix product; a single entry is a number."""
    if not (is_matrix(a) and is_matrix(b) and a.shape[1] == b.shape[0]):
        raise ShapeError(f"{_shape(a)} times {_shape(b)} does not multiply")
    product = a * b
    return product[0] if product.shape == (1, 1) else product

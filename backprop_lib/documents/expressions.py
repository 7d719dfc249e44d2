"""Reading a formula that stands in a file, without ever running it as code.

Formulas from documents are written in a small language: numbers, names, entries such as w[2,1] counted from
1, + − * / **, the matrix product @, sums such as sum(w[1,i], i, 4), and the functions that the reader allows.
The text is parsed into a syntax tree and every node is translated by hand; whatever is not on the list is
refused with a sentence. Decimal numbers stay exact. How much there may be to do is bounded: the length of the
text, the steps of reading it, the digits of a number and the size of what comes out.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import sympy as sp

from backprop_lib.text import got

Expr = Any

_NO_NUMBERS = (sp.zoo, sp.nan, sp.oo, -sp.oo)

_LONGEST = 700  # characters of a formula
_STEPS, _SIZE = 10_000, 50_000  # of reading it, and symbols and numbers in what comes out
_DEEPEST, _HIGHEST = 6, 10_000  # functions within each other, and the exponent of a power
_BITS = 4096  # of a number, above and below its line
_NUMBER = re.compile(r"(\d+\.?\d*|\.\d+)(?:[eE]([+-]?\d{1,3}))?", re.ASCII)
_FOREIGN = (ArithmeticError, AttributeError, LookupError, NotImplementedError, TypeError)


class ShapeError(ValueError):
    """Two matrices whose shapes do not fit what the formula does with them."""


def is_matrix(value: Expr) -> bool:
    """Say whether a value is a matrix, a column included."""
    return isinstance(value, sp.MatrixBase)


def elementwise(function: Callable[[Expr], Expr], value: Expr) -> Expr:
    """Return a function of a number, or of every entry of a matrix.

    Parameters
    ----------
    function : callable
        From one expression to another.
    value : sympy expression or matrix

    Examples
    --------
    >>> elementwise(lambda entry: entry + 1, sp.Integer(1)), elementwise(sp.sign, sp.Matrix([[5, -5]]))
    (2, Matrix([[1, -1]]))
    """
    return value.applyfunc(function) if is_matrix(value) else function(value)


def _fitted(combine: Callable[[Expr, Expr], Expr], a: Expr, b: Expr) -> Expr:
    """Combine two numbers, or two matrices of one shape, entry by entry."""
    if getattr(a, "shape", ()) != getattr(b, "shape", ()):
        raise ShapeError(f"{_shape(a)} and {_shape(b)} do not fit")
    return combine(a, b)


def _times(a: Expr, b: Expr) -> Expr:
    """Multiply two matrices entry by entry, or anything by a number."""
    if is_matrix(a) and is_matrix(b):
        return _fitted(sp.MatrixBase.multiply_elementwise, a, b)
    return a * b


def _quotient(a: Expr, b: Expr) -> Expr:
    """Divide a number, or every entry of a matrix, by a number."""
    if is_matrix(b):
        raise ShapeError(f"{_shape(a)} and {_shape(b)} do not divide")
    return a / b


def _product(a: Expr, b: Expr) -> Expr:
    """Return the matrix product; a single entry is a number."""
    if not (is_matrix(a) and is_matrix(b) and a.shape[1] == b.shape[0]):
        raise ShapeError(f"{_shape(a)} times {_shape(b)} does not multiply")
    product = a * b
    return product[0] if product.shape == (1, 1) else product


def _shape(value: Expr) -> str:
    return "×".join(map(str, value.shape)) if is_matrix(value) else "a number"


_BINARY: Mapping[type[ast.operator], Callable[[Expr, Expr], Expr]] = {
    ast.Add: partial(_fitted, operator.add),
    ast.Sub: partial(_fitted, operator.sub),
    ast.Mult: _times,
    ast.Div: _quotient,
    ast.Pow: lambda a, b: elementwise(lambda entry: entry**b, a),
    ast.MatMult: _product,
}
_FUNCTIONS = {name: partial(elementwise, function) for name, function in (("exp", sp.exp), ("log", sp.log))}


def parse(
    text: str,
    names: Mapping[str, Expr],
    functions: Mapping[str, Callable[..., Expr]] | None = None,
    constant: Callable[[str], Expr] = sp.Rational,
) -> Expr:
    """Return a formula as a sympy expression with exact numbers, or as a matrix of them.

    Parameters
    ----------
    text : str
    names : mapping of str to sympy expression or matrix
        What each name in the formula stands for.
    functions : mapping of str to callable, optional
        What may be called beside exp, log and sum.
    constant : callable
        Makes an expression of a number as it is written.

    Raises
    ------
    ShapeError
        If two matrices are combined whose shapes do not fit.
    TypeError, ValueError
        If the text is no formula, holds anything that is not on the list, divides by 0, or asks for too much.

    Examples
    --------
    >>> x, v = sp.Symbol("x"), sp.Matrix([1, 2])
    >>> parse(".5 * x**2", {"x": x}), parse("D(x**2, x)", {"x": x}, {"D": sp.diff})
    (x**2/2, 2*x)
    >>> parse("sum(v[i] * x, i, 2)", {"x": x, "v": v}), parse("v * v", {"v": v})
    (3*x, Matrix([
    [1],
    [4]]))
    >>> parse("open(x)", {"x": x})
    Traceback (most recent call last):
    ValueError: formula "open(x)" holds "open(x)", expected arithmetic with the names and functions at hand.
    >>> parse("v @ v", {"v": v})
    Traceback (most recent call last):
    backprop_lib.documents.expressions.ShapeError: 2×1 times 2×1 does not multiply
    """
    if not isinstance(text, str):
        raise TypeError(f"formula {got(text)} is no text, expected arithmetic such as 'w1 * x'.")
    if len(text) > _LONGEST:
        raise ValueError(f"formula of {len(text)} characters, expected at most {_LONGEST}.")
    source = re.sub(r"(?<![\w.])0+(?=\d)", "", text.strip())  # Python reads no leading zeros, people do
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")  # what Python reads, but doubts
            tree = ast.parse(source, mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError, Warning):
        raise ValueError(f"formula {text!r} cannot be read, expected arithmetic such as 'w1 * x'.") from None
    reader = _Reader(text, source, {**_FUNCTIONS, **(functions or {})}, constant)
    try:
        return reader.read(tree, names)
    except RecursionError:
        raise ValueError(f"formula {text!r} is nested too deeply, expected a shorter one.") from None


@dataclass
class _Reader:
    """Translates one syntax tree, node by node."""

    text: str
    source: str
    functions: Mapping[str, Callable[..., Expr]]
    constant: Callable[[str], Expr]
    steps: int = 0
    depth: int = 0
    sizes: dict[Expr, int] = field(default_factory=dict)

    def read(self, node: ast.expr, names: Mapping[str, Expr]) -> Expr:
        """Return what a node stands for; every result is checked before anything is made of it."""
        self._count(1)
        value = self._read(node, names)
        if self._whole_size(value) > _SIZE:
            raise self._refusal("grows too large, expected a shorter one")
        return value

    def _count(self, steps: int) -> None:
        self.steps += steps
        if self.steps > _STEPS:
            raise self._refusal(f"takes over {_STEPS:,} steps, expected a shorter one")

    def _whole_size(self, value: Expr) -> int:
        return sum(map(self._size, value)) if is_matrix(value) else self._size(value)

    def _size(self, value: Expr) -> int:
        """Return how many symbols, numbers and operations there are in an expression, repetitions counted."""
        if value not in self.sizes:
            if value in _NO_NUMBERS:
                raise self._refusal("divides by 0, expected what has a finite value")
            if isinstance(value, sp.Rational) and max(value.p.bit_length(), value.q.bit_length()) > _BITS:
                raise self._refusal("makes a number too long, expected a shorter one")
            if isinstance(value, sp.exp | sp.Pow) and abs(_plain_number(value.exp)) > _HIGHEST:
                raise self._refusal(f"has a power too high, expected up to {_HIGHEST:,}")
            self.sizes[value] = 1 + sum(map(self._size, getattr(value, "args", ())))
        return self.sizes[value]

    def _read(self, node: ast.expr, names: Mapping[str, Expr]) -> Expr:
        match node:
            case ast.Constant() if _NUMBER.fullmatch(part := self._part(node)):
                return self.constant(part)
            case ast.Name(id=name):
                return self._named(name, names)
            case ast.Subscript(value=of, slice=index):
                return self._entry(self.read(of, names), index, names)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=operand):
                value = self.read(operand, names)
                return -value if isinstance(node.op, ast.USub) else value
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _BINARY:
                values = self.read(left, names), self.read(right, names)
                self._check(op, *values)
                return self._applied(_BINARY[type(op)], values, node)
            case ast.Call(func=ast.Name(id="sum"), args=[term, ast.Name(id=i), last], keywords=[]):
                count = self.read(last, names)
                if not _whole(count, 1, 16):
                    raise self._refusal(f"sums up to {count}, expected 1 to 16")
                terms = [self.read(term, {**names, i: sp.Integer(k)}) for k in range(1, count + 1)]
                return sum(terms[1:], terms[0])
            case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if name in self.functions:
                if self.depth == _DEEPEST:
                    raise self._refusal(f"nests functions, expected {_DEEPEST} at most")
                self.depth += 1
                given = [self.read(arg, names) for arg in args]
                self.depth -= 1
                return self._applied(self.functions[name], given, node)
        raise self._not_on_the_list(node)

    def _named(self, name: str, names: Mapping[str, Expr]) -> Expr:
        if name not in names:
            raise self._refusal(f"names {name!r}, expected one of: {', '.join(names) or 'no names at all'}")
        return names[name]

    def _entry(self, matrix: Expr, index: ast.expr, names: Mapping[str, Expr]) -> Expr:
        parts = index.elts if isinstance(index, ast.Tuple) else [index]
        at = [self.read(part, names) for part in parts]
        if len(at) == 1 and is_matrix(matrix) and matrix.shape[1] == 1:
            at.append(sp.Integer(1))  # the only column
        inside = is_matrix(matrix) and len(at) == 2 and all(map(_whole, at, (1, 1), matrix.shape))
        if not inside:
            raise self._refusal(
                f"has entry '{self._part(index)}' of {_shape(matrix)}, expected an entry of it"
            )
        return matrix[int(at[0]) - 1, int(at[1]) - 1]

    def _check(self, op: ast.operator, a: Expr, b: Expr) -> None:
        """Refuse an exponent, and count the steps of a matrix product, before it is multiplied out."""
        if isinstance(op, ast.Pow) and not _whole(b, -16, 16):
            raise self._refusal(f"has exponent {b}, expected a whole number up to 16")
        if isinstance(op, ast.MatMult) and is_matrix(a) and is_matrix(b):
            self._count((self._whole_size(a) * b.shape[1] + self._whole_size(b) * a.shape[0]) // 4)

    def _applied(self, function: Callable[..., Expr], values: Sequence[Expr], node: ast.expr) -> Expr:
        try:
            return function(*values)
        except _FOREIGN:  # sympy knows no such operation, or the function takes other values, or not so many
            raise self._not_on_the_list(node) from None

    def _refusal(self, said: str) -> ValueError:
        return ValueError(f"formula {self.text!r} {said}.")

    def _not_on_the_list(self, node: ast.expr) -> ValueError:
        return ValueError(
            f'formula "{self.text}" holds "{self._part(node)}", '
            f"expected arithmetic with the names and functions at hand."
        )

    def _part(self, node: ast.expr) -> str:
        return str(ast.get_source_segment(self.source, node))


def _whole(value: Expr, low: int, high: int) -> bool:
    return isinstance(value, sp.Integer) and low <= value <= high


def _plain_number(value: Expr) -> float:
    """Return the size of a number without symbols, and 0 for what has some."""
    if value.free_symbols:
        return 0.0
    try:
        return abs(complex(sp.N(value, 5)))
    except OverflowError:
        return math.inf

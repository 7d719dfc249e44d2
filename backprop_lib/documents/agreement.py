"""Whether two expressions agree: at points, with sixty digits, and by proof.

One point proves nothing, because many a wrong formula is right where a target or a weight is 0. And digits
prove nothing either: what agrees everywhere that was tried is reduced to a normal form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sympy as sp

from backprop_lib.documents.verdicts import Verdict
from backprop_lib.symbols import Derivation
from backprop_lib.text import taken_apart

Expr = Any

DIGITS = 60  # that values are computed with
_LARGEST = 20_000  # operations of an expression for which a proof is tried
_EQUAL = sp.Float("1e-40")  # of the larger side: what is less is rounding of the last of these digits


@dataclass(frozen=True)
class Agreement:
    """How far two sides agree; if they do not, their values `left` and `right`, and the point `at` which.

    The verdict is `EQUAL` if it is proved; `SEEN_EQUAL` if all points agree and no proof was found; `HERE` if
    the example agrees and another point does not; `WRONG` if the example itself does not.
    """

    verdict: Verdict
    left: Expr = None
    right: Expr = None
    at: Mapping[str, Expr] | None = None


def number(value: Expr) -> Expr | None:
    """Return a value with all its digits, or None if it is no finite real number."""
    value = sp.N(value, DIGITS)
    return value if value.is_Number and value.is_finite and value.is_real else None


def furthest(pairs: list[tuple[Expr, Expr, Mapping[Expr, Expr]]]) -> tuple[Expr, Expr, Any] | None:
    """Return the values of the two sides, and the point, where they differ most; None if they never do."""
    worst, most = None, sp.Integer(0)
    for left, right, point in pairs:
        a, b = (number(side.xreplace(point)) for side in (left, right))
        if a is None or b is None:
            if a is not b:  # one side has a value and the other has none
                return left.xreplace(point), right.xreplace(point), point
            continue
        off = abs(a - b)
        if off > most and off > _EQUAL * max(abs(a), abs(b), _EQUAL):
            worst, most = (a, b, point), off
    return worst


def proved(entry: Expr, d: Derivation | None) -> bool:
    """Say whether an expression reduces to 0, written out further and further.

    Parameters
    ----------
    entry : sympy expression
    d : Derivation or None
        Whose symbols are replaced by their definitions, layer by layer from the output.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network([[[0.5]]]))
    >>> proved(d.symbols["z1[0]"] - d.symbols["w1[0,0]"] * d.symbols["x[0]"], d)
    True
    """
    for written_out in _ever_more_written_out(entry, d):
        if sp.count_ops(written_out) > _LARGEST:
            return False
        if reduce_to_zero(written_out) == 0:
            return True
    return False


def _ever_more_written_out(entry: Expr, d: Derivation | None) -> Iterator[Expr]:
    """Yield the expression with z and E replaced by their definitions, then layer by layer with a."""
    if d is None:
        yield entry
        return
    backwards = list(reversed(d.definitions.items()))
    for keep in range(len(d.net.weights), -1, -1):
        for symbol, definition in backwards:
            if symbol not in d.rules or taken_apart(str(symbol)).layer > keep:
                entry = entry.xreplace({symbol: definition})
        yield entry


def reduce_to_zero(expression: Expr) -> Expr:
    """Return the expression reduced such that it is 0 exactly if its terms cancel.

    Every exponential and logarithm becomes a symbol of its own, e^(−u) the inverse of e^u; what remains is a
    fraction of polynomials, which has a normal form.

    Examples
    --------
    >>> z = sp.Symbol("z")
    >>> reduce_to_zero(sp.exp(-z) / (1 + sp.exp(-z)) - 1 / (1 + sp.exp(z)))
    0
    """
    symbols: dict[Expr, Expr] = {}

    def symbol(of: Expr) -> Expr:
        return symbols.setdefault(of, sp.Dummy(positive=True))

    def opaque(e: Expr) -> Expr:
        if e.func == sp.exp and e.args[0].could_extract_minus_sign():
            return 1 / symbol(sp.exp(-e.args[0]))
        if e.func in (sp.exp, sp.log):
            return symbol(e)
        return e if not e.args else e.func(*map(opaque, e.args))

    return sp.cancel(sp.together(opaque(expression)))

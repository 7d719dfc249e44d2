"""The right answer of an exercise: not an expression but a table of factors, path by path.

What a learner is asked for is ∂`of`/∂`by`. On each path from the one quantity back to the other there is a
factor for every step, and the derivation knows them all.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import sympy as sp

from backprop_lib.exercises.walking import Point
from backprop_lib.symbols import Derivation, Expr

Edge = tuple[Expr, Expr]


class Chain:
    """All factors between a quantity and one that it depends on, from the first back to the second.

    Parameters
    ----------
    d : Derivation
    of, by : sympy symbols

    Raises
    ------
    ValueError
        If the first does not depend on the second.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network([[[0.5]], [[0.5]]]))
    >>> chain = Chain(d, d.E, d.symbols["w2[0,0]"])
    >>> chain, list(chain.factors.values())
    (∂E/∂w2[0,0], [a2[0] - t[0], a2[0]*(1 - a2[0]), a1[0]])
    """

    def __init__(self, d: Derivation, of: Expr, by: Expr) -> None:
        self.d, self.of, self.by = d, of, by
        reached = [by]
        for symbol, definition in d.definitions.items():
            if not definition.free_symbols.isdisjoint(reached):
                reached.append(symbol)
        self.onward: dict[Expr, list[Expr]] = {of: []}  # where each quantity goes next, from `of` back
        for symbol in reversed(reached[: reached.index(of)] if of in reached else []):
            if into := [k for k in d.used_in(symbol) if k in self.onward]:
                self.onward[symbol] = into
        if by not in self.onward or of == by:
            raise ValueError(
                f"{of} does not depend on {by}, expected two quantities such as 'E' and 'w1[0,0]'."
            )
        self.factors: dict[Edge, Expr] = {
            (k, symbol): d.factor(k, symbol).value for symbol, into in self.onward.items() for k in into
        }

    def value(
        self, point: Point, known: dict[Expr, Any], changed: Mapping[Edge, Expr], multiplied: bool = False
    ) -> Any:
        """Return the sum over all paths of the products of their factors, some of them changed.

        Parameters
        ----------
        point : Point
        known : dict
            What the point has evaluated before.
        changed : dict of pairs of symbols to sympy expression
            What stands in place of a factor.
        multiplied : bool
            Whether paths that meet at an activation are multiplied where they should be added.
        """
        slopes = {self.of: point.value(sp.S.One, known)}
        for symbol, into in list(self.onward.items())[1:]:
            join = point.product if multiplied and symbol in self.d.rules else point.total
            slopes[symbol] = join(
                point.product(
                    [slopes[k], point.value(changed.get((k, symbol), self.factors[k, symbol]), known)]
                )
                for k in into
            )
        return slopes[self.by]

    def expression(self) -> Expr:
        """Return the derivative as the course writes it."""
        slopes = {self.of: sp.S.One}
        for symbol, into in list(self.onward.items())[1:]:
            slopes[symbol] = sp.Add(*(slopes[k] * self.factors[k, symbol] for k in into))
        return slopes[self.by]

    def __repr__(self) -> str:
        return ratio(self.of, self.by)


def ratio(of: Expr, by: Expr) -> str:
    """Return how a factor is called."""
    return f"∂{of}/∂{by}"

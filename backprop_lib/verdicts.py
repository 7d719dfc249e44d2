"""Judging what a document states: every verdict is computed, none is stored.

A number is compared with the right value at the digits it shows. If it does not agree, it may be that value
cut off instead of rounded, or follow from digits that were rounded earlier, which is no mistake. A formula
is right if sympy reduces the difference of its two sides to zero; if not, the example's own numbers show by
how much it is off. A claim in words is split into readings, and each reading is tested.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Any

import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.derivation import Derivation
from backprop_lib.documents import Claim, Document, Formula, Number, load
from backprop_lib.expressions import parse, reduce_to_zero
from backprop_lib.text import Table, fixed

__all__ = ["AGREES", "FOLLOWS", "TRUNCATED", "WRONG", "Judge", "Judged", "Verdicts", "compare_digits"]

Expr = Any

AGREES = "agrees"
TRUNCATED = "truncated, not rounded"
FOLLOWS = "follows from rounded intermediates"
WRONG = "wrong"


def compare_digits(printed: str, right: Decimal) -> str:
    """Say whether a printed number is `right` at the digits shown: rounded, cut off, or neither.

    Examples
    --------
    >>> compare_digits(".24594", Decimal("0.2459405")), compare_digits(".51249", Decimal("0.5124974"))
    ('agrees', 'truncated, not rounded')
    >>> compare_digits(".4", Decimal("0.5"))
    'wrong'
    """
    shown = Decimal(printed)
    unit = Decimal(1).scaleb(int(shown.as_tuple().exponent))
    if abs(shown - right) <= unit / 2:
        return AGREES
    return TRUNCATED if shown == right.quantize(unit, rounding=ROUND_DOWN) else WRONG


@dataclass(frozen=True)
class Judged:
    """One fact with its verdict: `right` is the value, proof or answer that the verdict rests on."""

    fact: Number | Formula | Claim
    right: str
    verdict: str


@dataclass(frozen=True)
class Verdicts:
    """Judged facts as a table for a notebook."""

    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    judged: Sequence[Judged]

    @property
    def counts(self) -> dict[str, int]:
        """How often each verdict was given."""
        verdicts = [j.verdict for j in self.judged]
        return {verdict: verdicts.count(verdict) for verdict in dict.fromkeys(verdicts)}

    def only(self, *verdicts: str) -> Verdicts:
        """Return the facts that were given one of these verdicts."""
        kept = [i for i, j in enumerate(self.judged) if j.verdict in verdicts]
        return Verdicts(self.head, [self.rows[i] for i in kept], [self.judged[i] for i in kept])

    def __repr__(self) -> str:
        counts = ", ".join(f"{count} × {verdict}" for verdict, count in self.counts.items())
        return f"{len(self.judged)} facts: {counts}"

    def _repr_markdown_(self) -> str:
        return f"{Table(self.head, self.rows)}\n\n{self!r}"


class Judge:
    """Judges a document by a network that was set up like the document's.

    Parameters
    ----------
    document : Document, or the number of one
    d : Derivation
        Of the network with the document's weights.
    x, t : array_like, shapes (features,) and (outputs,)
        The document's example.
    **more : float
        Numbers that belong to no symbol of the network, under the names that the document's `letters` use:
        `learning_rate`, `stop_below`.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network(weights=[[[0.5]], [[0.5]]]))
    >>> judge = Judge("002", d, [0.1], [0.9], learning_rate=0.9, stop_below=5e-5)
    >>> judge.formulas()
    33 facts: 33 × equal
    """

    def __init__(
        self, document: Document | str, d: Derivation, x: ArrayLike, t: ArrayLike, **more: float
    ) -> None:
        document = load(document) if isinstance(document, str) else document
        self.document, self.d = document, d
        self.answers: dict[str, list[bool]] = {}
        free = {name: sp.Symbol(name, real=True) for name in more}
        known = d.symbols | free
        if missing := sorted(set(document.letters.values()) - set(known)):
            raise ValueError(
                f"document {document.number} speaks of {missing[0]!r}, which this {d.net!r} lacks."
            )
        self.names = {letter: known[name] for letter, name in document.letters.items()}
        if "learning_rate" in free:
            for letter, name in document.letters.items():
                if name in d.parameters:
                    self.names[f"{letter}_new"] = known[name] - free["learning_rate"] * d.gradient(name)
        values = d.numbers(x, t) | {free[name]: value for name, value in more.items()}
        self.values = {symbol: sp.Rational(str(value)) for symbol, value in values.items()}

    # ---- the three kinds of facts --------------------------------------------------------------

    def numbers(self) -> Verdicts:
        """Judge every printed number."""
        facts = self.document.numbers
        judged = [self.number(fact) for fact in facts]
        rows = [[f.place, f"`{f.printed}`", j.right, j.verdict] for f, j in zip(facts, judged, strict=True)]
        return Verdicts(["place", "printed", "computed", "verdict"], rows, judged)

    def number(self, fact: Number) -> Judged:
        """Judge one number: first against the right value, then against its own printed arithmetic."""
        right = _decimal(self._value(self._parse(fact.of)))
        digits = -int(Decimal(fact.printed).as_tuple().exponent)
        if fact.given:
            return Judged(
                fact, fixed(float(right), digits), AGREES if Decimal(fact.printed) == right else WRONG
            )
        verdict = compare_digits(fact.printed, right)
        computed = fixed(float(right), max(6, digits + 3))
        if verdict == WRONG and fact.shown:
            own = _decimal(parse(fact.shown, {}))
            if compare_digits(fact.printed, own) != WRONG:
                verdict = FOLLOWS
                computed += f"; from the printed digits {fixed(float(own), max(6, digits + 3))}"
        return Judged(fact, computed, verdict)

    def formulas(self) -> Verdicts:
        """Judge every formula."""
        facts = self.document.formulas
        judged = [self.formula(fact) for fact in facts]
        rows = [[f.place, f.shown, j.verdict, j.right] for f, j in zip(facts, judged, strict=True)]
        return Verdicts(["place", "the document's formula", "verdict", "left − right"], rows, judged)

    def formula(self, fact: Formula) -> Judged:
        """Judge one formula: reduce left − right; if it is not zero, say how far off the example is."""
        left, right = self._parse(fact.left), self._parse(fact.right)
        difference = reduce_to_zero(self._in_inputs(left) - self._in_inputs(right))
        if difference == 0:
            return Judged(fact, "0", "equal")
        values = [float(self._value(side)) for side in (left, right)]
        if abs(values[0] - values[1]) <= 1e-12 * abs(values[0]):
            raise ArithmeticError(f"formula {fact.left} = {fact.right} could not be decided.")
        return Judged(fact, f"{fixed(values[0])} ≠ {fixed(values[1])}", WRONG)

    def answer(self, claim: str, *readings: bool) -> None:
        """Say for each reading of a claim, given by its id, whether it was found to be true.

        Raises
        ------
        ValueError
            If the document makes no such claim, or the claim has more or fewer readings.
        """
        claims = {c.id: c for c in self.document.claims}
        if claim not in claims:
            raise ValueError(f"document {self.document.number} has no claim {claim!r}.")
        expected = len(claims[claim].readings)
        if len(readings) != expected:
            raise ValueError(f"claim {claim!r} got {len(readings)} answers, expected {expected}.")
        self.answers[claim] = [bool(reading) for reading in readings]

    def claims(self) -> Verdicts:
        """Judge every claim in words by the answers to its readings.

        Raises
        ------
        ValueError
            If a claim has not been answered yet.
        """
        judged, rows = [], []
        for claim in self.document.claims:
            if claim.id not in self.answers:
                raise ValueError(f"claim {claim.id!r} has no answer yet: run the cell that tests it.")
            got = self.answers[claim.id]
            verdict = "holds" if all(got) else "holds in part" if any(got) else "does not hold"
            said = [f"{'yes' if yes else 'no'}: {r}" for yes, r in zip(got, claim.readings, strict=True)]
            judged.append(Judged(claim, "; ".join(said), verdict))
            rows.append([claim.place, claim.words, "<br>".join(said), verdict])
        return Verdicts(["place", "the document's words", "tested", "verdict"], rows, judged)

    # ---- reading and evaluating ----------------------------------------------------------------

    def _parse(self, text: str) -> Expr:
        return parse(text, self.names, self._derivative)

    def _derivative(self, y: Expr, x: Expr) -> Expr:
        """Return dy/dx with everything that y depends on written out, down to x."""
        if not x.is_Symbol:
            raise ValueError(f"D(y, x) has x = {x}, expected a single name.")
        return sp.diff(self._in_inputs(y, stop=x), x)

    def _in_inputs(self, expression: Expr, stop: Expr = None) -> Expr:
        """Replace every z, a and E by its definition, except `stop`."""
        for symbol, definition in reversed(self.d.definitions.items()):
            if symbol != stop:
                expression = expression.xreplace({symbol: definition})
        return expression

    def _value(self, expression: Expr) -> Expr:
        return expression.xreplace(self.values)


def _decimal(value: Expr) -> Decimal:
    return Decimal(str(sp.N(value, 30)))

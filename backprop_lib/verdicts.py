"""Judging what a document states: every verdict is computed, none is stored.

A number is compared with the right value at the digits it shows. If it does not agree, it may be that value
cut off instead of rounded, or follow from digits that were rounded earlier, which is no mistake. A formula
is right if sympy reduces the difference of its two sides to zero; if not, the example's own numbers show by
how much it is off. A claim in words, or a program, is split into readings, and each reading is tested.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Any

from numpy.typing import ArrayLike

from backprop_lib.derivation import Derivation
from backprop_lib.documents import Claim, Document, Finding, Formula, Number, load
from backprop_lib.expressions import ShapeError, is_matrix, parse
from backprop_lib.functions import Array
from backprop_lib.network import Network
from backprop_lib.rounding import AGREES, WRONG, compare_digits, decimal, own_arithmetic, unit
from backprop_lib.settings import Setting
from backprop_lib.text import Table, fixed

__all__ = [
    *("ARRANGED", "EQUAL", "FOLLOWS", "MISSED", "REACHED"),
    *("Judge", "Judged", "Verdicts"),
]

Expr = Any

FOLLOWS = "follows from rounded intermediates"
REACHED = "a level: reached"
MISSED = "a level: missed"
EQUAL = "equal"
ARRANGED = "equal, once arranged to fit"


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
    **more : float or array_like
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
        self, document: Document | str, d: Derivation, x: ArrayLike, t: ArrayLike, **more: ArrayLike
    ) -> None:
        self.document = load(document) if isinstance(document, str) else document
        self.answers: dict[str, list[bool]] = {}
        self.settings: dict[str, Setting] = {}
        self.also("", d, x, t, **more)
        self._known_off: dict[Decimal, Decimal] | None = None

    def also(self, setting: str, d: Derivation, x: ArrayLike, t: ArrayLike, **more: ArrayLike) -> Judge:
        """Add the network and the numbers of another of the document's examples, and return the judge."""
        letters = self.document.letters_of(setting)
        self.settings[setting] = Setting(self.document.number, letters, d, x, t, more)
        return self

    def example(self, setting: str = "") -> tuple[Network, Array, Array]:
        """Return the network, the input and the target of one of the document's examples."""
        chosen = self.settings[setting]
        return chosen.d.net, chosen.x, chosen.t

    # ---- the kinds of facts --------------------------------------------------------------------

    def numbers(self) -> Verdicts:
        """Judge every printed number."""
        facts = self.document.numbers
        judged = [self.number(fact) for fact in facts]
        rows = [[f.place, f"`{f.printed}`", j.right, j.verdict] for f, j in zip(facts, judged, strict=True)]
        return Verdicts(["place", "printed", "computed", "verdict"], rows, judged)

    def number(self, fact: Number) -> Judged:
        """Judge one number: first against the right value, then against its own printed arithmetic."""
        setting = self._setting(fact)
        right = decimal(setting.value(setting.parse(fact.of)))
        digits = max(0, -int(Decimal(fact.printed).as_tuple().exponent))
        if fact.given:
            same = Decimal(fact.printed) == right
            return Judged(fact, fixed(float(right), digits), AGREES if same else WRONG)
        if fact.level:
            short = (right - Decimal(fact.printed)) * (1 if fact.level == "at most" else -1)
            return Judged(fact, f"here {fixed(float(right), digits)}", MISSED if short > 0 else REACHED)
        verdict = compare_digits(fact.printed, right)
        decimals = max(6, digits + 3)
        computed = fixed(float(right), decimals)
        if verdict == WRONG and fact.shown:
            own, leeway = own_arithmetic(fact.shown, self._off)
            computed += f"; from the printed digits {fixed(float(own), decimals)}"
            if compare_digits(fact.printed, own) != WRONG and abs(own - right) <= leeway:
                verdict = FOLLOWS
        return Judged(fact, computed, verdict)

    @property
    def _off(self) -> Mapping[Decimal, Decimal]:
        """How far each number that the document prints, and that is not wrong, is from the right one."""
        if self._known_off is None:
            self._known_off = {}
            for fact in self.document.numbers:
                if not fact.level and self.number(fact).verdict != WRONG:
                    setting, shown = self._setting(fact), abs(Decimal(fact.printed))
                    off = abs(shown - abs(decimal(setting.value(setting.parse(fact.of)))))
                    self._known_off.setdefault(shown, off if fact.given else max(off, unit(fact.printed)))
        return self._known_off

    def formulas(self) -> Verdicts:
        """Judge every formula."""
        facts = self.document.formulas
        judged = [self.formula(fact) for fact in facts]
        rows = [[f.place, f.shown, j.verdict, j.right] for f, j in zip(facts, judged, strict=True)]
        return Verdicts(["place", "the document's formula", "verdict", "left − right"], rows, judged)

    def formula(self, fact: Formula) -> Judged:
        """Judge one formula: reduce left − right; if it is not zero, say how far off the example is."""
        setting = self._setting(fact)
        verdict = EQUAL
        for indices in _each(fact.indices):
            try:
                left, right = _sides(setting, fact.left, fact.right, indices)
            except ShapeError as error:
                if not fact.arranged:
                    return Judged(fact, str(error), WRONG)
                left, right = _sides(setting, fact.left, fact.arranged, indices)
                verdict = ARRANGED
            if not setting.agree(left, right):
                return Judged(fact, _counterexample(setting, left, right, indices), WRONG)
        return Judged(fact, "0", verdict)

    def proves(self, finding: Finding) -> bool:
        """Say whether the right formula of a finding is right."""
        setting = self._setting(finding)
        pairs = (_sides(setting, finding.left, finding.proof, i) for i in _each(finding.indices))
        return all(setting.agree(left, right) for left, right in pairs)

    def answer(self, claim: str, *readings: bool) -> None:
        """Say for each reading of a claim or listing, given by its id, whether it was found to be true.

        Raises
        ------
        ValueError
            If the document makes no such claim, or the claim has more or fewer readings.
        """
        claims = {c.id: c for c in (*self.document.claims, *self.document.listings)}
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
        return self._answered(self.document.claims, "the document's words")

    def listings(self) -> Verdicts:
        """Judge every program of the document by the answers to its readings; raises as `claims` does."""
        return self._answered(self.document.listings, "the program")

    def _answered(self, claims: Sequence[Claim], head: str) -> Verdicts:
        judged, rows = [], []
        for claim in claims:
            if claim.id not in self.answers:
                raise ValueError(f"claim {claim.id!r} has no answer yet: run the cell that tests it.")
            got = self.answers[claim.id]
            verdict = "holds" if all(got) else "holds in part" if any(got) else "does not hold"
            said = [f"{'yes' if yes else 'no'}: {r}" for yes, r in zip(got, claim.readings, strict=True)]
            judged.append(Judged(claim, "; ".join(said), verdict))
            rows.append([claim.place, claim.words, "<br>".join(said), verdict])
        return Verdicts(["place", head, "tested", "verdict"], rows, judged)

    def _setting(self, fact: Number | Formula | Finding) -> Setting:
        if fact.setting not in self.settings:
            raise ValueError(f"setting {fact.setting!r} has no network yet: add it with judge.also(…).")
        return self.settings[fact.setting]


def _each(indices: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Yield every combination of the indices, each counted from 1."""
    for values in product(*(range(1, last + 1) for last in indices.values())):
        yield dict(zip(indices, values, strict=True))


def _sides(setting: Setting, left: str, right: str, indices: Mapping[str, int]) -> tuple[Expr, Expr]:
    """Read both sides; they must be of one shape."""
    sides = setting.parse(left, indices), setting.parse(right, indices)
    parse("left - right", dict(zip(("left", "right"), sides, strict=True)))
    return sides


def _counterexample(setting: Setting, left: Expr, right: Expr, indices: Mapping[str, int]) -> str:
    """Return the values of the two sides where they differ most."""
    pairs = list(zip(left, right, strict=True)) if is_matrix(left) else [(left, right)]
    values = [(float(setting.value(a)), float(setting.value(b))) for a, b in pairs]
    worst = max(values, key=lambda pair: abs(pair[0] - pair[1]))
    where = ", ".join(f"{name} = {value}" for name, value in indices.items())
    return f"{fixed(worst[0])} ≠ {fixed(worst[1])}" + (f" for {where}" if where else "")

"""Judging what a document states: every verdict is computed, none is stored.

The judge stands on the document's own feet: its networks, inputs, targets, rates and trainings are data in
its TOML file. A number is compared with the right value at the digits it shows. If it does not agree, it may
be that value cut off instead of rounded, follow from digits that were rounded earlier, which is no mistake,
or follow from a slip that is counted already. A formula is right if it agrees at several exact points and
sympy then proves it. A claim in words, or a program, is split into readings, and each reading is tested.

What nothing could refute is counted apart: numbers that the document chose itself, and definitions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.documents import Claim, Document, Finding, Formula, Number, load
from backprop_lib.examples import run_of, setting_of
from backprop_lib.expressions import ShapeError, parse
from backprop_lib.functions import Array
from backprop_lib.network import Network
from backprop_lib.rounding import AGREES, TRUNCATED, WRONG, compare_digits, decimal, own_arithmetic, unit
from backprop_lib.settings import EVERYWHERE, HERE_ONLY, UNPROVED, Agreement, Setting
from backprop_lib.text import Sentence, Table, fixed

__all__ = [
    *("APART", "ARRANGED", "DEFINED", "EQUAL", "FITS", "FOLLOWS", "GIVEN", "HANGS", "HERE", "MISSED"),
    *("REACHED", "RIGHT", "SEEN_EQUAL", "UNREADABLE"),
    *("Judge", "Judged", "Verdicts"),
]

Expr = Any

FOLLOWS = "follows from rounded intermediates"
HANGS = "follows from an earlier slip"
FITS = "fits the run"
GIVEN = "given"
REACHED = "a level: reached"
MISSED = "a level: missed"
EQUAL = "equal"
ARRANGED = "equal, once arranged to fit"
SEEN_EQUAL = "equal at every point tried"
DEFINED = "a definition"
HERE = "right here, wrong in general"
UNREADABLE = "cannot be judged"

RIGHT = (AGREES, TRUNCATED, FOLLOWS, FITS, EQUAL, ARRANGED, SEEN_EQUAL)
APART = (GIVEN, REACHED, MISSED, DEFINED, UNREADABLE)  # nothing was computed that could refute these


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
        counts, parts = self.counts, []
        judged = {verdict: n for verdict, n in counts.items() if verdict not in APART}
        if judged:
            parts.append(f"{_facts(sum(judged.values()))} judged: {_listed(judged)}")
        if apart := {verdict: n for verdict, n in counts.items() if verdict in APART}:
            parts.append(f"{'counted apart' if judged else _facts(len(self.judged))}: {_listed(apart)}")
        return "; ".join(parts) or "no facts"

    def _repr_markdown_(self) -> str:
        return f"{Table(self.head, self.rows)}\n\n{self!r}"


class Judge:
    """Judges a document by its own example.

    Parameters
    ----------
    document : Document, the number of one ("002"), or the path of a TOML file of one's own

    Raises
    ------
    ValueError
        If there is no such document, or its file is not as `documents.load` wants it.

    Examples
    --------
    >>> judge = Judge("002")
    >>> judge.formulas()
    36 facts judged: 36 × equal; counted apart: 4 × a definition
    >>> net, x, t = judge.example()
    >>> net
    Network 1-1-1, sigmoid, half_squared_error, 2 weights, no biases
    """

    def __init__(self, document: Document | str | Path) -> None:
        self.document = document if isinstance(document, Document) else load(document)
        self.answers: dict[str, list[bool]] = {}
        self._settings: dict[str, Setting] = {}
        self._known_off: dict[Decimal, Decimal] | None = None
        self._deviations: dict[str, Decimal] = {}

    def example(self, name: str = "") -> tuple[Network, Array, Array]:
        """Return the network, the input and the target of one of the document's examples.

        Raises
        ------
        ValueError
            If the document has no such example, or it has no network.
        """
        setting = self._setting(name)
        return setting.d.net, setting.x, setting.t

    def number_of(self, text: str, example: str = "") -> float:
        """Return the value of a letter, or of a formula in letters, in one of the document's examples.

        Examples
        --------
        >>> Judge("002").number_of("eta")
        0.9
        """
        setting = self._setting(example)
        return float(setting.value(setting.parse(text)))

    def run(self, example: str) -> tuple[Mapping[str, Any], Network]:
        """Return what the training of one of the document's examples prints, and the network it makes.

        Raises
        ------
        ValueError
            If the example has no training that is run here.
        """
        printed, net = run_of(self.document.example(example))
        if net is None:
            raise ValueError(
                f"the run of example {example!r} is stored: its numbers are, its network is not."
            )
        return printed, net

    def beside(
        self,
        net: Network,
        x: ArrayLike | None = None,
        t: ArrayLike | None = None,
        example: str = "",
        **numbers: ArrayLike,
    ) -> Sentence:
        """Say in one sentence whether a reader's numbers are those of the document; no verdict depends on it.

        Parameters
        ----------
        net : Network
        x, t : array_like, shapes (features,) and (outputs,), optional
        example : str
            Which of the document's examples; the main one has no name.
        **numbers : float or array_like
            Further numbers under the names of the example's, such as `learning_rate`.

        Examples
        --------
        >>> Judge("002").beside(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], learning_rate=0.9)
        This page has the numbers of document 002.
        >>> Judge("002").beside(Network([[[0.5]], [[2.0]]])).words.partition(". ")[0]
        'Your page differs from document 002: w2[0,0] is 2.0, there it is 0.5'
        """
        setting = self._setting(example)
        theirs, differs = setting.d.net, []
        if net.sizes != theirs.sizes or (net.biases is None) != (theirs.biases is None):
            differs.append(f"the network is a {net!r}, there it is a {theirs!r}")
        else:
            both = ((n, net.by_name()[n], value) for n, value in theirs.by_name().items())
            differs += [f"{n} is {ours!r}, there it is {own!r}" for n, ours, own in both if ours != own]
        names = [f.name for f in net.activations], [f.name for f in theirs.activations]
        if len(names[0]) == len(names[1]) and names[0] != names[1]:
            differs.append(f"the activation is {names[0][0]}, there it is {names[1][0]}")
        if net.loss_rule.name != theirs.loss_rule.name:
            differs.append(f"the loss is {net.loss_rule.name}, there it is {theirs.loss_rule.name}")
        for name, value, own in (
            *(("x", x, setting.x), ("t", t, setting.t)),
            *((name, value, setting.numbers.get(name)) for name, value in numbers.items()),
        ):
            if value is not None and not np.array_equal(np.asarray(value), np.asarray(own)):
                differs.append(f"{name} is {_short(value)}, there it is {_short(own)}")
        if not differs:
            return Sentence(f"This page has the numbers of document {self.document.number}.")
        more = f", and {len(differs) - 3} more" if len(differs) > 3 else ""
        return Sentence(
            f"Your page differs from document {self.document.number}: {'; '.join(differs[:3])}{more}. "
            f"The verdicts below are about the document's own numbers, so they stay as they are."
        )

    # ---- the kinds of facts --------------------------------------------------------------------

    def numbers(self) -> Verdicts:
        """Judge every printed number."""
        facts = self.document.numbers
        judged = [self.number(fact) for fact in facts]
        rows = [[f.place, f"`{f.printed}`", j.right, j.verdict] for f, j in zip(facts, judged, strict=True)]
        return Verdicts(["place", "printed", "computed", "verdict"], rows, judged)

    def number(self, fact: Number) -> Judged:
        """Judge one number: first against the right value, then against its own printed arithmetic."""
        try:
            return self._number(fact, self._setting(fact.example))
        except (ArithmeticError, ValueError, TypeError) as error:
            return Judged(fact, str(error), UNREADABLE)

    def _number(self, fact: Number, setting: Setting) -> Judged:
        right = decimal(setting.value(setting.parse(fact.of)))
        digits = max(0, -int(Decimal(fact.printed).as_tuple().exponent))
        if fact.given:
            same = Decimal(fact.printed) == right
            return Judged(fact, fixed(float(right), digits), GIVEN if same else WRONG)
        if fact.level:
            short = (right - Decimal(fact.printed)) * (1 if fact.level == "at most" else -1)
            return Judged(fact, f"here {fixed(float(right), digits)}", MISSED if short > 0 else REACHED)
        if within := self.document.example(fact.example).mean_within:
            off = self._deviation(fact) if "errors" in fact.of else abs(Decimal(fact.printed) / right - 1)
            average = "on average " if "errors" in fact.of else ""
            said = f"{fixed(float(right), digits)}; {average}{off:.1%} off, allowed {within:.0%}"
            return Judged(fact, said, FITS if off < Decimal(str(within)) else WRONG)
        verdict = compare_digits(fact.printed, right)
        decimals = max(6, digits + 3)
        computed = fixed(float(right), decimals)
        if verdict == WRONG and fact.shown:
            own, leeway = own_arithmetic(fact.shown, self._off)
            computed += f"; from the printed digits {fixed(float(own), decimals)}"
            if compare_digits(fact.printed, own) != WRONG:
                if fact.after:
                    verdict = HANGS
                elif abs(own - right) <= leeway:
                    verdict = FOLLOWS
        return Judged(fact, computed, verdict)

    def _deviation(self, number: Number) -> Decimal:
        """Return by which share the printed errors of a number's run are off on average."""
        if number.example not in self._deviations:
            setting, off = self._setting(number.example), []
            for fact in self.document.numbers:
                if fact.example == number.example and "errors" in fact.of:
                    right = decimal(setting.value(setting.parse(fact.of)))
                    off.append(abs(Decimal(fact.printed) / right - 1))
            self._deviations[number.example] = sum(off, Decimal(0)) / len(off)
        return self._deviations[number.example]

    @property
    def _off(self) -> Mapping[Decimal, Decimal]:
        """How far each number that the document prints, and that is not wrong, is from the right one."""
        if self._known_off is None:
            self._known_off = {}
            for fact in self.document.numbers:
                if not fact.level and self.number(fact).verdict not in (WRONG, HANGS, UNREADABLE, FITS):
                    setting, shown = self._setting(fact.example), abs(Decimal(fact.printed))
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
        """Judge one formula: at the example, at exact points drawn at random, and then by proof.

        Examples
        --------
        A formula that forgets t is right where t is 0; a document of one's own says so:

        >>> from backprop_lib.documents import Example
        >>> example = Example(
        ...     letters={"a": "a1[0]", "t": "t[0]", "E": "E"}, weights=[[[0.5]]], x=[0.1], t=[0.0]
        ... )
        >>> mine = Document("mine", "Mine", "me", "today", "", [example], [], [], [], [], [])
        >>> judged = Judge(mine).formula(Formula("here", "dE/da = a", "D(E, a)", "a"))
        >>> judged.verdict, judged.right
        ('right here, wrong in general', '0.244959 ≠ 0.783421 where a = 0.783421, t = 7/13')
        """
        try:
            return self._formula(fact, self._setting(fact.example))
        except (ArithmeticError, ValueError, TypeError) as error:
            return Judged(fact, str(error), UNREADABLE)

    def _formula(self, fact: Formula, setting: Setting) -> Judged:
        verdict, worst = EQUAL, Judged(fact, "0", EQUAL)
        for indices in _each(fact.indices):
            try:
                left, right = _sides(setting, fact.left, fact.right, indices)
            except ShapeError as error:
                if not fact.arranged:
                    return Judged(fact, str(error), WRONG)
                left, right = _sides(setting, fact.left, fact.arranged, indices)
                verdict = ARRANGED
            found = setting.agree(left, right)
            if found.kind == UNPROVED:
                verdict = SEEN_EQUAL
            elif found.kind != EVERYWHERE:
                if fact.after and fact.own:
                    own = setting.agree(*_sides(setting, fact.own, fact.right, indices))
                    if own.kind in (EVERYWHERE, UNPROVED):
                        worst = Judged(fact, _counterexample(found, indices), HANGS)
                        continue
                kind = HERE if found.kind == HERE_ONLY else WRONG
                worst = Judged(fact, _counterexample(found, indices), kind)
                if kind == WRONG:
                    return worst
        if worst.verdict != EQUAL:
            return worst
        if fact.definition:
            verdict = DEFINED
        return Judged(fact, "not proved" if verdict == SEEN_EQUAL else "0", verdict)

    def proves(self, finding: Finding) -> bool:
        """Say whether the right formula of a finding is right."""
        setting = self._setting(finding.example)
        pairs = (_sides(setting, finding.left, finding.proof, i) for i in _each(finding.indices))
        return all(setting.agree(left, right).kind == EVERYWHERE for left, right in pairs)

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

    def _setting(self, example: str) -> Setting:
        if example not in self._settings:
            self._settings[example] = setting_of(self.document, example)
        return self._settings[example]


def _facts(count: int) -> str:
    return f"{count} fact{'' if count == 1 else 's'}"


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {verdict}" for verdict, count in counts.items())


def _short(value: Any) -> str:
    text = str(np.asarray(value, dtype=object).tolist())
    return text if len(text) <= 40 else text[:39] + "…"


def _each(indices: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Yield every combination of the indices, each counted from 1."""
    for values in product(*(range(1, last + 1) for last in indices.values())):
        yield dict(zip(indices, values, strict=True))


def _sides(setting: Setting, left: str, right: str, indices: Mapping[str, int]) -> tuple[Expr, Expr]:
    """Read both sides; they must be of one shape."""
    sides = setting.parse(left, indices), setting.parse(right, indices)
    parse("left - right", dict(zip(("left", "right"), sides, strict=True)))
    return sides


def _counterexample(found: Agreement, indices: Mapping[str, int]) -> str:
    """Return the values of two sides that differ, and the point if it is not the example."""
    where = ", ".join(f"{name} = {value}" for name, value in indices.items())
    said = f"{_value(found.left)} ≠ {_value(found.right)}" + (f" for {where}" if where else "")
    if found.kind == HERE_ONLY and found.at:
        said += " where " + ", ".join(f"{letter} = {_value(v)}" for letter, v in [*found.at.items()][:4])
    return said


def _value(value: Expr) -> str:
    if getattr(value, "is_Rational", False) and not value.is_Integer:
        return str(value).replace("-", "−")
    return fixed(float(value)) if getattr(value, "is_real", False) and value.is_finite else str(value)

"""Judging what a document states: every verdict is computed, none is stored.

The judge stands on the document's own feet: its networks, inputs, targets, rates and trainings are data in
its TOML file. A number is compared with the right value at the digits it shows. If it does not agree, it may
be that value cut off instead of rounded, follow from digits that were rounded earlier, which is no mistake,
or follow from a slip that is counted already. A formula is right if it agrees at several exact points and
sympy then proves it. A claim in words, or a program, is split into readings, and each reading is tested.

What nothing could refute is counted apart: numbers that the document chose itself, and definitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from itertools import product
from math import prod
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, whole_number
from backprop_lib.documents.agreement import Agreement
from backprop_lib.documents.expressions import ShapeError
from backprop_lib.documents.facts import Claim, Document, Finding, Formula, Level, Number, load
from backprop_lib.documents.rounding import compare_digits, decimal, own_arithmetic, unit
from backprop_lib.documents.setting import Setting, run_of
from backprop_lib.documents.verdicts import Judged, Verdict, Verdicts
from backprop_lib.text import Sentence, fixed

_Fact = TypeVar("_Fact", Number, Formula)

_MOST = 1000  # cases of the indices of one formula
_SAME = (Verdict.EQUAL, Verdict.ARRANGED, Verdict.SEEN_EQUAL)
_BEST_TO_WORST = (*_SAME, Verdict.HANGS, Verdict.HERE, Verdict.WRONG)


class Judge:
    """Judges a document by its own example.

    Parameters
    ----------
    document : Document, the number of one ("002"), or the path of a TOML file of one's own

    Raises
    ------
    ValueError
        If there is no such document, or its file is not as `facts.load` wants it.

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
        self._setting = cache(lambda name: Setting(self.document.number, self.document.example(name)))
        self._mean_off = cache(self._mean_off_of_run)
        self._known_off: dict[Decimal, Decimal] | None = None

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

        Parameters
        ----------
        text : str
            Written as `expressions.parse` reads it.
        example : str
            The main one has no name.

        Raises
        ------
        ValueError
            If the text is no formula in the document's letters, or has no value.

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
        """Say in one sentence whether a reader's numbers are the document's; no verdict depends on it.

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
        differs = [
            f"{name} is {ours}, there it is {theirs}"
            for name, ours, theirs in _differences(net, {"x": x, "t": t, **numbers}, self._setting(example))
        ]
        if not differs:
            return Sentence(f"This page has the numbers of document {self.document.number}.")
        more = f", and {len(differs) - 3} more" if len(differs) > 3 else ""
        return Sentence(
            f"Your page differs from document {self.document.number}: {'; '.join(differs[:3])}{more}. "
            f"The verdicts below are about the document's own numbers, so they stay as they are."
        )

    # ---- numbers -------------------------------------------------------------------------------

    def numbers(self) -> Verdicts:
        """Judge every printed number."""
        head = ["place", "printed", "computed", "verdict"]
        return Verdicts(head, [self.number(fact) for fact in self.document.numbers])

    def number(self, fact: Number) -> Judged:
        """Judge one number: first against the right value, then against its own printed arithmetic."""
        return _as_far_as_readable(self._judged_number, fact)

    def _judged_number(self, fact: Number) -> Judged:
        right, printed = self._right(fact), Decimal(fact.printed)
        digits = max(0, -int(printed.as_tuple().exponent))
        computed = fixed(float(right), digits)
        if fact.given:
            return Judged(fact, computed, Verdict.GIVEN if printed == right else Verdict.WRONG)
        if fact.level:
            missed = right > printed if fact.level == Level.AT_MOST else right < printed
            return Judged(fact, f"here {computed}", Verdict.MISSED if missed else Verdict.REACHED)
        if within := self.document.example(fact.example).mean_within:
            in_run = "errors" in fact.of
            off = self._mean_off(fact.example) if in_run else abs(printed / right - 1)
            said = f"{computed}; {'on average ' if in_run else ''}{off:.1%} off, allowed {within:.0%}"
            return Judged(fact, said, Verdict.FITS if off < Decimal(str(within)) else Verdict.WRONG)
        verdict, decimals = compare_digits(fact.printed, right), max(6, digits + 3)
        computed = fixed(float(right), decimals)
        if verdict == Verdict.WRONG and fact.shown:
            own, leeway = own_arithmetic(fact.shown, self._off())
            computed += f"; from the printed digits {fixed(float(own), decimals)}"
            if compare_digits(fact.printed, own) != Verdict.WRONG:
                if fact.after:
                    verdict = Verdict.HANGS
                elif abs(own - right) <= leeway:
                    verdict = Verdict.FOLLOWS
        return Judged(fact, computed, verdict)

    def _right(self, fact: Number) -> Decimal:
        setting = self._setting(fact.example)
        return decimal(setting.value(setting.parse(fact.of)))

    def _mean_off_of_run(self, example: str) -> Decimal:
        """Return by which share the printed errors of an example's run are off on average."""
        run = [fact for fact in self.document.numbers if fact.example == example and "errors" in fact.of]
        return sum((abs(Decimal(f.printed) / self._right(f) - 1) for f in run), Decimal(0)) / len(run)

    def _off(self) -> Mapping[Decimal, Decimal]:
        """Return how far each number that the document prints, and that is not wrong, is from the right one.

        Filled in the document's order: a number is judged by those before it.
        """
        if self._known_off is None:
            self._known_off = {}
            right = (Verdict.GIVEN, Verdict.AGREES, Verdict.TRUNCATED, Verdict.FOLLOWS)
            for fact in self.document.numbers:
                if self.number(fact).verdict in right:
                    shown = abs(Decimal(fact.printed))
                    off = abs(shown - abs(self._right(fact)))
                    self._known_off.setdefault(shown, off if fact.given else max(off, unit(fact.printed)))
        return self._known_off

    # ---- formulas ------------------------------------------------------------------------------

    def formulas(self) -> Verdicts:
        """Judge every formula."""
        head = ["place", "the document's formula", "verdict", "left − right"]
        return Verdicts(head, [self.formula(fact) for fact in self.document.formulas])

    def formula(self, fact: Formula) -> Judged:
        """Judge one formula: at the example, at exact points drawn at random, and then by proof.

        Examples
        --------
        A formula that forgets t is right where t is 0; a document of one's own says so:

        >>> from backprop_lib.documents.facts import Example
        >>> example = Example(
        ...     letters={"a": "a1[0]", "t": "t[0]", "E": "E"}, weights=[[[0.5]]], x=[0.1], t=[0.0]
        ... )
        >>> mine = Document("mine", "Mine", "me", "today", "", [example], [], [], [], [], [])
        >>> judged = Judge(mine).formula(Formula("here", "dE/da = a", "D(E, a)", "a"))
        >>> print(judged.verdict, judged.right, sep=": ")
        right here, wrong in general: 0.244959 ≠ 0.783421 where a = 0.783421, t = 7/13
        """
        return _as_far_as_readable(self._judged_formula, fact)

    def _judged_formula(self, fact: Formula) -> Judged:
        """Judge a formula for each of its indices; the worst verdict counts."""
        worst = Judged(fact, "0", Verdict.EQUAL)
        for indices in _each(fact.indices):
            judged = self._case(fact, indices)
            worst = max(judged, worst, key=lambda case: _BEST_TO_WORST.index(case.verdict))
            if worst.verdict == Verdict.WRONG:
                break
        if fact.definition and worst.verdict in _SAME:
            return Judged(fact, "0", Verdict.DEFINED)
        return worst

    def _case(self, fact: Formula, indices: Mapping[str, int]) -> Judged:
        setting, equal = self._setting(fact.example), Verdict.EQUAL
        try:
            found = setting.agree(fact.left, fact.right, indices)
        except ShapeError as error:
            if not fact.arranged:
                return Judged(fact, str(error), Verdict.WRONG)
            found, equal = setting.agree(fact.left, fact.arranged, indices), Verdict.ARRANGED
        if found.verdict in _SAME:
            proved = found.verdict == Verdict.EQUAL
            return Judged(fact, "0" if proved else "not proved", equal if proved else found.verdict)
        hangs = fact.after and fact.own and setting.agree(fact.own, fact.right, indices).verdict in _SAME
        return Judged(fact, _counterexample(found, indices), Verdict.HANGS if hangs else found.verdict)

    def proves(self, finding: Finding) -> bool:
        """Say whether the right formula of a finding is right."""
        setting = self._setting(finding.example)
        found = (setting.agree(finding.left, finding.proof, indices) for indices in _each(finding.indices))
        return all(agreement.verdict == Verdict.EQUAL for agreement in found)

    # ---- words and programs --------------------------------------------------------------------

    def answer(self, claim: str, *readings: bool) -> None:
        """Say for each reading of a claim or listing, given by its id, whether it was found to be true.

        Parameters
        ----------
        claim : str
        *readings : bool
            In the order of the file.

        Raises
        ------
        ValueError
            If the document makes no such claim, or the claim has more or fewer readings.

        Examples
        --------
        >>> judge = Judge("002")
        >>> judge.answer("convex", True)
        Traceback (most recent call last):
        ValueError: claim 'convex' got 1 answers, expected 2.
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

    def _answered(self, claims: Sequence[Claim], words: str) -> Verdicts:
        judged = []
        for claim in claims:
            if claim.id not in self.answers:
                raise ValueError(f"claim {claim.id!r} has no answer yet: run the cell that tests it.")
            got = self.answers[claim.id]
            verdict = Verdict.HOLDS if all(got) else Verdict.PARTLY if any(got) else Verdict.FAILS
            said = [f"{'yes' if yes else 'no'}: {r}" for yes, r in zip(got, claim.readings, strict=True)]
            judged.append(Judged(claim, "<br>".join(said), verdict))
        return Verdicts(["place", words, "tested", "verdict"], judged)


def _as_far_as_readable(judge: Callable[[_Fact], Judged], fact: _Fact) -> Judged:
    """Judge one fact; one that cannot be read gets a verdict of its own and stops nothing."""
    try:
        return judge(fact)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        return Judged(fact, str(error), Verdict.UNREADABLE)


def _each(indices: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Yield every combination of the indices, each counted from 1."""
    counts = [whole_number(f"indices[{name!r}]", last, least=1) for name, last in indices.items()]
    if prod(counts) > _MOST:
        raise ValueError(f"indices give {prod(counts):,} cases, expected at most {_MOST:,}.")
    for values in product(*(range(1, last + 1) for last in counts)):
        yield dict(zip(indices, values, strict=True))


def _counterexample(found: Agreement, indices: Mapping[str, int]) -> str:
    """Return the values of two sides that differ, and the point if it is not the example."""
    where = ", ".join(f"{name} = {value}" for name, value in indices.items())
    said = f"{_value(found.left)} ≠ {_value(found.right)}" + (f" for {where}" if where else "")
    if found.verdict == Verdict.HERE and found.at:
        said += " where " + ", ".join(f"{letter} = {_value(v)}" for letter, v in [*found.at.items()][:4])
    return said


def _value(value: Any) -> str:
    if getattr(value, "is_Rational", False) and not value.is_Integer:
        return str(value).replace("-", "−")
    return fixed(float(value)) if getattr(value, "is_real", False) and value.is_finite else str(value)


def _differences(
    net: Network, numbers: Mapping[str, Any], setting: Setting
) -> Iterator[tuple[str, Any, Any]]:
    """Yield where a reader's page differs from an example: name, here and there. None is not compared."""
    theirs = setting.d.net
    if net.sizes != theirs.sizes or (net.biases is None) != (theirs.biases is None):
        yield "the network", f"a {net!r}", f"a {theirs!r}"
    else:
        own = theirs.by_name()
        yield from ((n, value, own[n]) for n, value in net.by_name().items() if value != own[n])
    names, their_names = ([f.name for f in n.activations] for n in (net, theirs))
    if len(names) == len(their_names) and names != their_names:
        yield "the activation", names[0], their_names[0]
    if net.loss_rule.name != theirs.loss_rule.name:
        yield "the loss", net.loss_rule.name, theirs.loss_rule.name
    there = {"x": setting.x, "t": setting.t, **setting.numbers}
    for name, value in numbers.items():
        if value is not None and not np.array_equal(np.asarray(value), np.asarray(there.get(name))):
            yield name, _short(value), _short(there.get(name))


def _short(value: Any) -> str:
    text = str(np.asarray(value, dtype=object).tolist())
    return text if len(text) <= 40 else text[:39] + "…"

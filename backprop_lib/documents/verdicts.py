"""Judging what a document states: every verdict is computed, none is stored.

The judge stands on the document's own feet: its networks, inputs, targets, rates and trainings are data in
its TOML file. A number is compared with the right value at the digits it shows. If it does not agree, it may
be that value cut off instead of rounded, follow from digits that were rounded earlier, which is no mistake,
or follow from a slip that is counted already. A formula is right if it agrees at several exact points and
sympy then proves it. A claim in words, or a program, is split into readings, and each reading is tested.

What nothing could refute is counted apart: numbers that the document chose itself, and definitions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network
from backprop_lib.documents.beside import beside
from backprop_lib.documents.examples import run_of, setting_of
from backprop_lib.documents.facts import Claim, Document, Finding, Formula, Number, load
from backprop_lib.documents.formula_verdicts import is_proved, judged_formula
from backprop_lib.documents.number_verdicts import NumberVerdicts
from backprop_lib.documents.setting import Setting
from backprop_lib.documents.verdict_words import UNREADABLE, Judged, Verdicts
from backprop_lib.text import Sentence


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
        self._settings: dict[str, Setting] = {}
        self._numbers = NumberVerdicts(self.document, self._setting)

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
        return beside(self.document.number, self._setting(example), net, {"x": x, "t": t, **numbers})

    # ---- the kinds of facts --------------------------------------------------------------------

    def numbers(self) -> Verdicts:
        """Judge every printed number."""
        facts = self.document.numbers
        judged = [self.number(fact) for fact in facts]
        rows = [[f.place, f"`{f.printed}`", j.right, j.verdict] for f, j in zip(facts, judged, strict=True)]
        return Verdicts(["place", "printed", "computed", "verdict"], rows, judged)

    def number(self, fact: Number) -> Judged:
        """Judge one number: first against the right value, then against its own printed arithmetic."""
        return self._numbers.judged(fact)

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

        >>> from backprop_lib.documents.facts import Example
        >>> example = Example(
        ...     letters={"a": "a1[0]", "t": "t[0]", "E": "E"}, weights=[[[0.5]]], x=[0.1], t=[0.0]
        ... )
        >>> mine = Document("mine", "Mine", "me", "today", "", [example], [], [], [], [], [])
        >>> judged = Judge(mine).formula(Formula("here", "dE/da = a", "D(E, a)", "a"))
        >>> judged.verdict, judged.right
        ('right here, wrong in general', '0.244959 ≠ 0.783421 where a = 0.783421, t = 7/13')
        """
        try:
            return judged_formula(fact, self._setting(fact.example))
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            return Judged(fact, str(error), UNREADABLE)

    def proves(self, finding: Finding) -> bool:
        """Say whether the right formula of a finding is right."""
        return is_proved(finding, self._setting(finding.example))

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

"""What the tutorials got wrong: every finding with what is right, the proof, and a number that shows it.

A finding is listed only as far as its proof goes. A wrong number or formula is judged again, on the spot; the
right formula is proved; and whoever shows a finding about words or a program says what was found by testing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_lib.documents import KINDS, Document, Finding
from backprop_lib.rounding import WRONG
from backprop_lib.text import Table, fixed
from backprop_lib.verdicts import Judge

__all__ = ["Findings", "NotConfirmed"]


class NotConfirmed(AssertionError):
    """A finding whose proof fails: the document is right after all, or the course's correction is wrong."""


@dataclass(frozen=True)
class Findings:
    """The findings of several documents, each with a judge that can prove them.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> judge = Judge("002", derive(net), [0.1], [0.9], learning_rate=0.9, stop_below=5e-5)
    >>> print(Findings([judge]).show("002", "lost points", {"w1 as printed": 0.5 + 0.9 * 1033}))
    | document 002 | factor |
    | :-- | :-- |
    | says | the new $w_1$ is .5 + .9 × 001033, and the new $w_2$ is .5 + .9 × 042386 |
    | right | 0.001033 and 0.042386: the decimal points are lost, a factor of a million |
    | Update of w1: −∂E/∂w1 | `001033` is printed; computed: 0.001033 |
    | Update of w2: −∂E/∂w2 | `042386` is printed; computed: 0.042387 |
    | it shows | w1 as printed: 930.200000 |
    """

    judges: Sequence[Judge]

    @property
    def documents(self) -> list[Document]:
        """The documents, in the order given."""
        return [judge.document for judge in self.judges]

    def show(
        self, number: str, id: str, shows: Mapping[str, float | str], *, wrong: bool | None = None
    ) -> Table:
        """Return one finding with its proof, and numbers that show what it costs.

        Parameters
        ----------
        number, id : str
            The document and the finding.
        shows : mapping of str to float or str
            Numbers, with what they are, that show what happens if one believes it.
        wrong : bool, optional
            Whether a test found it to be wrong: needed for words and programs, which are not judged here.

        Raises
        ------
        ValueError
            If there is no such finding, or it needs a test and has none.
        NotConfirmed
            If the document turns out to be right, or the correction to be wrong.
        """
        judge, finding = self._find(number, id)
        proofs = [row for place in finding.facts for row in self._proof(judge, finding, place)]
        if wrong is None and not proofs:
            raise ValueError(f"finding {number} {id!r} is about words or a program: say wrong=… from a test.")
        if wrong is False:
            raise NotConfirmed(f"finding {number} {id!r}: the test found nothing wrong.")
        rows = [["says", finding.says], ["right", finding.right], *proofs]
        if finding.proof:
            if not judge.proves(finding):
                raise NotConfirmed(f"finding {number} {id!r}: {finding.left} is not {finding.proof}.")
            rows.append(["sympy", "the right formula: left − right = 0"])
        numbers = [f"{name}: {_value(value)}" for name, value in shows.items()]
        rows.append(["it shows", "<br>".join(numbers)])
        return Table([f"document {number}", finding.kind], rows)

    def counts(self) -> Table:
        """Return how many findings of each kind each document has."""
        rows = []
        for kind in [
            kind for kind in KINDS if any(f.kind == kind for d in self.documents for f in d.findings)
        ]:
            row = [sum(f.kind == kind for f in document.findings) for document in self.documents]
            rows.append([kind, *(str(n) if n else "–" for n in row), str(sum(row))])
        totals = [len(document.findings) for document in self.documents]
        rows.append(["**all**", *map(str, totals), f"**{sum(totals)}**"])
        return Table(["kind", *(f"document {d.number}" for d in self.documents), "all"], rows)

    def _find(self, number: str, id: str) -> tuple[Judge, Finding]:
        for judge in self.judges:
            for finding in judge.document.findings:
                if (judge.document.number, finding.id) == (number, id):
                    return judge, finding
        raise ValueError(f"document {number} has no finding {id!r}.")

    def _proof(self, judge: Judge, finding: Finding, place: str) -> list[list[str]]:
        """Return a row of proof for a number or formula; words have none."""
        for number in judge.document.numbers:
            if number.place == place:
                judged = judge.number(number)
                said = f"`{number.printed}` is printed; computed: {judged.right}"
                return [[place, _checked(judged.verdict, said, finding)]]
        for formula in judge.document.formulas:
            if formula.place == place:
                judged = judge.formula(formula)
                said = f"its two sides: {judged.right}"
                return [[place, _checked(judged.verdict, said, finding)]]
        return []


def _checked(verdict: str, said: str, finding: Finding) -> str:
    if verdict != WRONG:
        raise NotConfirmed(f"finding {finding.id!r}: what it rests on is judged “{verdict}” ({said}).")
    return said


def _value(value: float | str) -> str:
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int | np.integer) else fixed(float(value))

"""The verdicts with their words, and judged facts as a table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from backprop_lib.documents.facts import Claim, Formula, Number
from backprop_lib.text import Table, counted


class Verdict(StrEnum):
    """What the judge finds about a fact, in the words that a table shows."""

    AGREES = "agrees"
    TRUNCATED = "truncated, not rounded"
    FOLLOWS = "follows from rounded intermediates"
    FITS = "fits the run"
    GIVEN = "given"
    REACHED = "a level: reached"
    MISSED = "a level: missed"
    EQUAL = "equal"
    ARRANGED = "equal, once arranged to fit"
    SEEN_EQUAL = "equal at every point tried"
    DEFINED = "a definition"
    HANGS = "follows from an earlier slip"
    HERE = "right here, wrong in general"
    WRONG = "wrong"
    UNREADABLE = "cannot be judged"
    HOLDS = "holds"
    PARTLY = "holds in part"
    FAILS = "does not hold"


RIGHT = (
    *(Verdict.AGREES, Verdict.TRUNCATED, Verdict.FOLLOWS, Verdict.FITS),
    *(Verdict.EQUAL, Verdict.ARRANGED, Verdict.SEEN_EQUAL),
)
# Nothing was computed that could refute these:
APART = (Verdict.GIVEN, Verdict.REACHED, Verdict.MISSED, Verdict.DEFINED, Verdict.UNREADABLE)
NOT_RIGHT = (Verdict.FAILS, Verdict.WRONG, Verdict.HERE)
# Shown in this order; all others are folded:
WORST_FIRST = (*NOT_RIGHT, Verdict.HANGS, Verdict.PARTLY, Verdict.MISSED, Verdict.UNREADABLE)

_MARKED = '<span style="background-color: moccasin; color: saddlebrown">&nbsp;{} {}&nbsp;</span>'
_FEW = 12  # rows that need not be folded
_FOLDED = "<details><summary>{}</summary>\n\n{}\n\n</details>"


@dataclass(frozen=True)
class Judged:
    """One fact with its verdict: `right` is the value, proof or answer that the verdict rests on."""

    fact: Number | Formula | Claim
    right: str
    verdict: Verdict

    @property
    def row(self) -> list[str]:
        """The fact as a row of a table."""
        match self.fact:
            case Number(place=place, printed=printed):
                return [place, f"`{printed}`", self.right, self.verdict]
            case Formula(place=place, shown=shown):
                return [place, shown, self.verdict, self.right]
            case Claim(place=place, words=words):
                return [place, words, self.right, self.verdict]


@dataclass(frozen=True)
class Verdicts:
    """Judged facts as a table for a notebook."""

    head: Sequence[str]
    judged: Sequence[Judged]

    @property
    def rows(self) -> list[list[str]]:
        """The rows of the table."""
        return [judged.row for judged in self.judged]

    @property
    def counts(self) -> Mapping[Verdict, int]:
        """How often each verdict was given."""
        return Counter(judged.verdict for judged in self.judged)

    def only(self, *verdicts: str) -> Verdicts:
        """Return the facts that were given one of these verdicts."""
        return Verdicts(self.head, [judged for judged in self.judged if judged.verdict in verdicts])

    def count(self, *verdicts: str) -> int:
        """Return how many facts were given one of these verdicts."""
        return len(self.only(*verdicts).judged)

    def __repr__(self) -> str:
        judged = {verdict: n for verdict, n in self.counts.items() if verdict not in APART}
        apart = {verdict: n for verdict, n in self.counts.items() if verdict in APART}
        parts = []
        if judged:
            parts.append(f"{counted(sum(judged.values()), 'fact')} judged: {_listed(judged)}")
        if apart:
            counted_apart = "counted apart" if judged else counted(len(self.judged), "fact")
            parts.append(f"{counted_apart}: {_listed(apart)}")
        return "; ".join(parts) or "no facts"

    def _repr_markdown_(self) -> str:
        bad = [judged for verdict in WORST_FIRST for judged in self.only(verdict).judged]
        rest = self.only(*(verdict for verdict in self.counts if verdict not in WORST_FIRST))
        if not bad and len(rest.judged) <= _FEW:
            return f"{Table(self.head, self.rows)}\n\n{self!r}"
        shown = []
        if bad:
            shown.append(str(Table(self.head, [list(map(_marked, judged.row)) for judged in bad])))
        if rest.judged:
            summary = f"{'The other' if bad else 'All'} {len(rest.judged)}: {_listed(rest.counts)}"
            shown.append(_FOLDED.format(summary, Table(self.head, rest.rows)))
        return "\n\n".join([*shown, repr(self)])


def _marked(cell: str) -> str:
    """Return a cell of a row that is not right; its verdict is marked by color and sign."""
    if not isinstance(cell, Verdict):
        return cell
    return _MARKED.format("✗" if cell in NOT_RIGHT else "◐", cell)


def _listed(counts: Mapping[Verdict, int]) -> str:
    return ", ".join(f"{count} × {verdict}" for verdict, count in counts.items())

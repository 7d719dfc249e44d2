"""The verdicts in words, and judged facts as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from backprop_lib.documents.facts import Claim, Formula, Number
from backprop_lib.documents.rounding import AGREES, TRUNCATED, WRONG
from backprop_lib.text import Table, counted

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
NOT_RIGHT = ("does not hold", WRONG, HERE)
WORST_FIRST = (*NOT_RIGHT, HANGS, "holds in part", MISSED, UNREADABLE)  # shown; the others are folded
APART = (GIVEN, REACHED, MISSED, DEFINED, UNREADABLE)  # nothing was computed that could refute these

MARKED = '<span style="background-color: moccasin; color: saddlebrown">&nbsp;{} {}&nbsp;</span>'
FEW = 12  # rows that need not be folded
FOLDED = "<details><summary>{}</summary>\n\n{}\n\n</details>"


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
            parts.append(f"{counted(sum(judged.values()), 'fact')} judged: {_listed(judged)}")
        if apart := {verdict: n for verdict, n in counts.items() if verdict in APART}:
            parts.append(
                f"{'counted apart' if judged else counted(len(self.judged), 'fact')}: {_listed(apart)}"
            )
        return "; ".join(parts) or "no facts"

    def _repr_markdown_(self) -> str:
        order = [i for bad in WORST_FIRST for i, j in enumerate(self.judged) if j.verdict == bad]
        rest = [row for i, row in enumerate(self.rows) if i not in order]
        if not order and len(rest) <= FEW:
            return f"{Table(self.head, rest)}\n\n{self!r}"
        shown, at = [], self.head.index("verdict")
        if order:
            rows = [[_marked(c) if k == at else c for k, c in enumerate(self.rows[i])] for i in order]
            shown.append(str(Table(self.head, rows)))
        if rest:
            others = _listed({v: n for v, n in self.counts.items() if v not in WORST_FIRST})
            summary = f"{'The other' if order else 'All'} {len(rest)}: {others}"
            shown.append(FOLDED.format(summary, Table(self.head, rest)))
        return "\n\n".join([*shown, repr(self)])


def _marked(verdict: str) -> str:
    return MARKED.format("✗" if verdict in NOT_RIGHT else "◐", verdict)


def _listed(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} × {verdict}" for verdict, count in counts.items())

"""What to know before relying on a tutorial: every finding with what is right, why it matters and the proof.

A finding is listed only as far as its proof goes. A wrong number or formula is judged again, on the spot; the
right formula is proved; and whoever shows a finding about words or a program says what was found by testing.
Findings about words rest on the course's own reading of them, and say so.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from backprop_lib.documents.facts import Document, Finding, FindingClass, FindingWeight, Formula, Number
from backprop_lib.documents.judge import Judge
from backprop_lib.documents.verdicts import APART, RIGHT, Verdict
from backprop_lib.text import Table, fixed


class NotConfirmed(AssertionError):
    """A finding whose proof fails: the document is right after all, or the course's correction is wrong."""


@dataclass(frozen=True)
class Findings:
    """The findings of several documents, each with a judge that can prove them.

    Examples
    --------
    >>> book = Findings([Judge("002")])
    >>> table = book.show("002", "lost points", {"w1 as printed": 0.5 + 0.9 * 1033})
    >>> table.head[0], [row[0] for row in table.rows[:3]]
    ('2016 post 1', ['says', 'right', 'why it matters'])
    >>> totals = book.totals()
    >>> totals.head[1:3], totals.rows[0]
    (['numbers computed', 'of these right'], ['2016 post', '35', '33', '36', '36', '0', '25'])
    """

    judges: Sequence[Judge]

    @property
    def documents(self) -> list[Document]:
        """The documents, in the order given."""
        return [judge.document for judge in self.judges]

    def judge(self, number: str) -> Judge:
        """Return the judge of a document.

        Raises
        ------
        ValueError
            If it is not among these.
        """
        for judge in self.judges:
            if judge.document.number == number:
                return judge
        have = ", ".join(document.number for document in self.documents)
        raise ValueError(f"document {number!r} is not among these, expected one of: {have}.")

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

        Examples
        --------
        >>> Findings([Judge("002")]).show("002", "any start", {"E from w2 = 40": 0.08}, wrong=True).head
        ['2016 post 2', 'wording · a reader may stumble']
        """
        judge = self.judge(number)
        document, finding = judge.document, judge.document.finding(id)
        proofs = list(_proofs(judge, finding))
        if wrong is None and not proofs:
            raise ValueError(f"finding {number} {id!r} is about words or a program: say wrong=… from a test.")
        if wrong is False:
            raise NotConfirmed(f"finding {number} {id!r}: the test found nothing wrong.")
        rows = [["says", finding.says], ["right", finding.right], ["why it matters", finding.why], *proofs]
        if finding.proof:
            if not judge.proves(finding):
                raise NotConfirmed(f"finding {number} {id!r}: {finding.left} is not {finding.proof}.")
            rows.append(["sympy", "the right formula: left − right = 0"])
        said = (v if isinstance(v, str | int | np.integer) else fixed(float(v)) for v in shows.values())
        shown = "<br>".join(f"{name}: {value}" for name, value in zip(shows, said, strict=True))
        rows.append(["it shows", shown])
        link = f"[{document.notebook.removesuffix('.ipynb')}]({document.notebook}#cell-id={finding.cell})"
        rows.append(["source", f"{document.citation} ({document.place_of(finding)})"])
        lesson = f"[{document.lesson.removesuffix('.ipynb')}]({document.lesson})"
        rows += [["lesson", lesson]] if document.lesson else []
        rows.append(["proof", f"{link}, the cell “{finding.cell}”"])
        return Table([document.number_of(finding), f"{finding.class_} · {finding.weight}"], rows)

    def totals(self) -> Table:
        """Return for each document how many of its numbers and formulas were judged, and how many are right.

        What only follows from an earlier slip has a column of its own. What nothing could refute, such as a
        number that the document chose itself, is counted apart.
        """
        rows = []
        for judge in self.judges:
            tables = judge.numbers(), judge.formulas()
            row = [n for t in tables for n in (len(t.judged) - t.count(*APART), t.count(*RIGHT))]
            row += [sum(t.count(*verdicts) for t in tables) for verdicts in ((Verdict.HANGS,), APART)]
            rows.append(row)
        sums = np.array(rows, int).reshape(-1, 6).sum(axis=0)
        last = [f"**{n}**" if i in (1, 3) else str(n) for i, n in enumerate(sums)]
        head = ["numbers computed", "of these right", "formulas judged", "of these right"]
        head += ["follow from a slip", "counted apart"]
        shown = [[d.short_name, *map(str, row)] for d, row in zip(self.documents, rows, strict=True)]
        return Table(["tutorial", *head], [*shown, ["**all**", *last]])

    def counts(self) -> Table:
        """Return how many findings of each class and weight each document has."""
        found = [(d.short_name, f.class_, f.weight) for d in self.documents for f in d.findings]
        names = [d.short_name for d in self.documents]
        rows = []
        for class_ in FindingClass:
            for weight in FindingWeight:
                row = [found.count((name, class_, weight)) for name in names]
                if any(row):
                    shown = (str(n) if n else "–" for n in row)
                    rows.append([f"{class_} · {weight}", *shown, str(sum(row))])
        totals = [len(d.findings) for d in self.documents]
        rows.append(["**all**", *map(str, totals), f"**{len(found)}**"])
        return Table(["class · weight", *names, "all"], rows)


def _proofs(judge: Judge, finding: Finding) -> Iterator[list[str]]:
    """Yield a row of proof for each number and formula that a finding rests on; words have none."""
    facts: list[Formula | Number] = [*judge.document.formulas, *judge.document.numbers]
    at = {fact.place: fact for fact in facts}
    for fact in (at[place] for place in finding.facts if place in at):
        if isinstance(fact, Number):
            judged = judge.number(fact)
            said = f"`{fact.printed}` is printed; computed: {judged.right}"
        else:
            judged = judge.formula(fact)
            said = f"its two sides: {judged.right}"
        if judged.verdict not in (Verdict.WRONG, Verdict.HERE, Verdict.HANGS):
            raise NotConfirmed(
                f"finding {finding.id!r}: what it rests on is judged “{judged.verdict}” ({said})."
            )
        yield [fact.place, said]

"""The facts of a document: its examples, and everything that it prints, claims and programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_LONG = 100  # characters of LaTeX
KINDS = ("sign", "factor", "wrong variable", "shape", "definition", "rounding", "code", "words")
CLASSES = ("error", "misleading", "wording", "aged")
WEIGHTS = ("training climbs", "a number is wrong", "a reader may stumble", "none")


@dataclass(frozen=True)
class Example:
    """One of a document's examples: a network with its numbers, or numbers alone; the main one has no name.

    The network is given by `weights` (and `biases`), or by a `start`: `sizes` and `seed` of a random one,
    which with `like = "document 003"` is drawn as that document draws it. Its input and target are `x` and
    `t`, or a `row` of a `data` set. `numbers` are further numbers of the document's choice, such as
    `learning_rate`; a `run` is a training that makes more of them. With `mean_within`, what that training
    prints can be met on average only, by this share: differences of rounding size grow in it.
    """

    name: str = ""
    letters: Mapping[str, str] = field(default_factory=dict)
    weights: Sequence[Any] = ()
    biases: Sequence[Any] | None = None
    start: Mapping[str, Any] = field(default_factory=dict)
    activation: str | Sequence[str] = "sigmoid"
    loss: str = "half_squared_error"
    x: Sequence[float] = ()
    t: Sequence[float] = ()
    data: Mapping[str, Any] = field(default_factory=dict)
    numbers: Mapping[str, Any] = field(default_factory=dict)
    run: str = ""
    mean_within: float = 0.0


@dataclass(frozen=True)
class Number:
    """A number as printed; `of` says of what, `shown` is the arithmetic printed beside it, if any.

    A `given` number is the document's own choice and must be met exactly. A number with a `level`, "at most"
    or "at least", cannot be computed again, only reached. `after` is the place of an earlier slip, if this
    number follows from it by the arithmetic `shown`.
    """

    place: str
    printed: str
    of: str
    shown: str = ""
    given: bool = False
    level: str = ""
    after: str = ""
    example: str = ""


@dataclass(frozen=True)
class Formula:
    """An equation: `printed` as the document has it, `left` and `right` transcribed.

    `printed` is LaTeX, or a line of the document's program if `code` is true. With `indices` it is meant for
    each of them, from 1 to the number given. `arranged` is the right side with its factors arranged to fit,
    where the document itself asks for that. A `definition` says what a letter means, so nothing could refute
    it. `after` is the place of an earlier slip, if this line follows from it: then `own` is the left side as
    the document's own lines before have it.
    """

    place: str
    printed: str
    left: str
    right: str
    code: bool = False
    arranged: str = ""
    definition: bool = False
    after: str = ""
    own: str = ""
    indices: Mapping[str, int] = field(default_factory=dict)
    example: str = ""

    @property
    def shown(self) -> str:
        """The equation as Markdown; a long one is set small, so that it fits a narrow page."""
        if self.code:
            return f"`{self.printed}`"
        return f"${self.printed}$" if len(self.printed) > _LONG else f"$\\displaystyle {self.printed}$"


@dataclass(frozen=True)
class Claim:
    """A claim in words, with the ways in which its author may mean it; each reading can be tested."""

    id: str
    place: str
    words: str
    readings: Sequence[str]


@dataclass(frozen=True)
class Listing(Claim):
    """A program: `words` says what it is meant to do, `readings` what can be tested by running it."""


@dataclass(frozen=True)
class Finding:
    """What to know before one relies on a passage: what it says, what is right, and why that matters.

    `class_` (in the file: `class`) is one of `CLASSES`, `weight` one of `WEIGHTS`. `facts` are the places and
    ids that rest on it: one slip, and all that hangs on it. `cell` is the id of the cell in the document's
    notebook that holds the proof. If what is right is a formula, it is `left` = `proof`, written as in
    `Formula`.
    """

    id: str
    kind: str
    class_: str
    weight: str
    facts: Sequence[str]
    says: str
    right: str
    why: str
    cell: str
    left: str = ""
    proof: str = ""
    indices: Mapping[str, int] = field(default_factory=dict)
    example: str = ""


@dataclass(frozen=True)
class Document:
    """A source document: where it is from, its examples, and everything it states."""

    number: str
    title: str
    source: str
    date: str
    notebook: str
    examples: Sequence[Example]
    numbers: Sequence[Number]
    formulas: Sequence[Formula]
    claims: Sequence[Claim]
    listings: Sequence[Listing]
    findings: Sequence[Finding]

    @property
    def citation(self) -> str:
        """Title, source and date in one line."""
        return f"“{self.title}”, {self.source}, {self.date}"

    def example(self, name: str = "") -> Example:
        """Return one of the document's examples; the main one has no name.

        Raises
        ------
        ValueError
            If the document has no such example.
        """
        for example in self.examples:
            if example.name == name:
                return example
        have = ", ".join(repr(e.name) for e in self.examples)
        raise ValueError(
            f"document {self.number} has no example {name!r}, expected one of: {have or 'none'}."
        )

    def number_of(self, finding: Finding) -> str:
        """Return a finding's own number: that of the document, and its place in the list.

        Examples
        --------
        >>> from backprop_lib.documents.loading import load
        >>> document = load("002")
        >>> document.number_of(document.findings[0])
        '002-1'
        """
        return f"{self.number}-{[f.id for f in self.findings].index(finding.id) + 1}"

    def place_of(self, finding: Finding) -> str:
        """Return where in the document a finding is: the place of the first fact that it is about."""
        places = {claim.id: claim.place for claim in (*self.claims, *self.listings)}
        return places.get(finding.facts[0], finding.facts[0]) if finding.facts else ""

    def __repr__(self) -> str:
        counts = ", ".join(
            f"{len(facts)} {kind}"
            for kind, facts in [
                ("numbers", self.numbers),
                ("formulas", self.formulas),
                ("listings", self.listings),
                ("claims", self.claims),
            ]
        )
        return f"Document {self.number}, {self.citation}: {counts}"

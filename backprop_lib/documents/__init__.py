"""What the documents print and claim: one TOML file each, data and never verdicts.

A file lists every number with its place and exactly as printed, every formula, every program and every claim
in words that can be tested, and what to learn from those that are wrong. `of`, `left` and `right` are written
in the document's own letters; `letters` says which symbol of the course each letter is. What is right is
computed by `verdicts`, each time anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

__all__ = ["KINDS", "Claim", "Document", "Finding", "Formula", "Listing", "Number", "load"]

_LONG = 100  # characters of LaTeX
KINDS = ("sign", "factor", "wrong variable", "shape", "definition", "rounding", "code", "words")


@dataclass(frozen=True)
class Number:
    """A number as printed; `of` says of what, `shown` is the arithmetic printed beside it, if any.

    A `given` number is the document's own choice and must be met exactly. A number with a `level`, "at most"
    or "at least", cannot be computed again, only reached.
    """

    place: str
    printed: str
    of: str
    shown: str = ""
    given: bool = False
    level: str = ""
    setting: str = ""


@dataclass(frozen=True)
class Formula:
    """An equation: `printed` as the document has it, `left` and `right` transcribed.

    `printed` is LaTeX, or a line of the document's program if `code` is true. With `indices` it is meant for
    each of them, from 1 to the number given. `arranged` is the right side with its factors arranged to fit,
    where the document itself asks for that.
    """

    place: str
    printed: str
    left: str
    right: str
    code: bool = False
    arranged: str = ""
    indices: Mapping[str, int] = field(default_factory=dict)
    setting: str = ""

    @property
    def shown(self) -> str:
        """The equation as Markdown; a long one is set small, so that it fits a narrow page."""
        if self.code:
            return f"`{self.printed}`"
        return f"${self.printed}$" if len(self.printed) > _LONG else f"$\\displaystyle {self.printed}$"


@dataclass(frozen=True)
class Claim:
    """A claim in words, with the ways in which it can be read; each reading can be tested."""

    id: str
    place: str
    words: str
    readings: Sequence[str]


@dataclass(frozen=True)
class Listing(Claim):
    """A program: `words` says what it is meant to do, `readings` what can be tested by running it."""


@dataclass(frozen=True)
class Finding:
    """What is wrong, in one sentence, and what is right; `facts` are the places and ids that rest on it.

    If the right one is a formula, it is `left` = `proof`, written as in `Formula`.
    """

    id: str
    kind: str
    facts: Sequence[str]
    says: str
    right: str
    left: str = ""
    proof: str = ""
    indices: Mapping[str, int] = field(default_factory=dict)
    setting: str = ""


@dataclass(frozen=True)
class Document:
    """A source document: where it is from, its letters, and everything it states."""

    number: str
    title: str
    source: str
    date: str
    letters: Mapping[str, Any]
    numbers: Sequence[Number]
    formulas: Sequence[Formula]
    claims: Sequence[Claim]
    listings: Sequence[Listing]
    findings: Sequence[Finding]

    @property
    def citation(self) -> str:
        """Title, source and date in one line."""
        return f"“{self.title}”, {self.source}, {self.date}"

    def letters_of(self, setting: str) -> dict[str, str]:
        """Return the letters of one of the document's examples; the main one has no name.

        Raises
        ------
        ValueError
            If the document has no such example.
        """
        letters = self.letters if not setting else self.letters.get(setting)
        if not isinstance(letters, Mapping):
            have = ", ".join(name for name, value in self.letters.items() if isinstance(value, Mapping))
            raise ValueError(
                f"document {self.number} has no setting {setting!r}, expected one of: {have or 'none'}."
            )
        return {letter: name for letter, name in letters.items() if isinstance(name, str)}

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


_KINDS_OF_ENTRIES: Mapping[str, Any] = {
    "number": Number,
    "formula": Formula,
    "claim": Claim,
    "listing": Listing,
    "finding": Finding,
}


def load(which: str | Path) -> Document:
    """Return a document by its number, or from a TOML file of one's own.

    Raises
    ------
    ValueError
        If there is no such file, it is no TOML, or an entry lacks a field or has one too many.

    Examples
    --------
    >>> load("002").title
    'Simplified Neural Network Backpropagation Example Python'
    """
    path = which if isinstance(which, Path) else Path(__file__).with_name(f"{which}.toml")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        have = ", ".join(sorted(p.stem for p in Path(__file__).parent.glob("*.toml")))
        raise ValueError(f"there is no document {str(which)!r}, expected one of: {have}.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} cannot be read as TOML: {error}.") from None
    entries = {
        f"{kind}s": [_entry(path.name, kind, i, item, cls) for i, item in enumerate(data.pop(kind, []), 1)]
        for kind, cls in _KINDS_OF_ENTRIES.items()
    }
    head = {**data.pop("document", {}), "letters": data.pop("letters", {})}
    if data:
        raise ValueError(
            f"{path.name} has a table {next(iter(data))!r}, expected document, letters or facts."
        )
    document: Document = _entry(path.name, "document", 1, {**head, **entries}, Document)
    return document


def _entry(file: str, kind: str, place: int, item: Mapping[str, Any], cls: Any) -> Any:
    known = {field.name for field in fields(cls)}
    if stranger := sorted(set(item) - known):
        raise ValueError(
            f"{file}, {kind} {place} has {stranger[0]!r}, expected only {', '.join(sorted(known))}."
        )
    for name, allowed in (("kind", KINDS), ("level", ("at most", "at least"))):
        if name in item and item[name] not in allowed:
            raise ValueError(
                f"{file}, {kind} {place} has {name} {item[name]!r}, expected one of: {', '.join(allowed)}."
            )
    try:
        return cls(**item)
    except TypeError as error:
        missing = str(error).partition(":")[2].strip()
        raise ValueError(f"{file}, {kind} {place} lacks {missing}.") from None

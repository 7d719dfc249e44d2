"""What the documents print and claim: one TOML file each, data and never verdicts.

A file lists every number with its place and exactly as printed, every formula, and every claim in words that
can be tested. `of`, `left` and `right` are written in the document's own letters; `letters` says which
symbol of the course each letter is. What is right is computed by `verdicts`, each time anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

__all__ = ["Claim", "Document", "Formula", "Number", "load"]


@dataclass(frozen=True)
class Number:
    """A number as printed; `of` says of what, `shown` is the arithmetic printed beside it, if any.

    A `given` number is the document's own choice and must be met exactly.
    """

    place: str
    printed: str
    of: str
    shown: str = ""
    given: bool = False


@dataclass(frozen=True)
class Formula:
    """An equation: `printed` as the document has it, `left` and `right` transcribed.

    `printed` is LaTeX, or a line of the document's program if `code` is true.
    """

    place: str
    printed: str
    left: str
    right: str
    code: bool = False

    @property
    def shown(self) -> str:
        """The equation as Markdown."""
        return f"`{self.printed}`" if self.code else f"$\\displaystyle {self.printed}$"


@dataclass(frozen=True)
class Claim:
    """A claim in words, with the ways in which it can be read; each reading can be tested."""

    id: str
    place: str
    words: str
    readings: Sequence[str]


@dataclass(frozen=True)
class Document:
    """A source document: where it is from, its letters, and everything it states."""

    number: str
    title: str
    source: str
    date: str
    letters: Mapping[str, str]
    numbers: Sequence[Number]
    formulas: Sequence[Formula]
    claims: Sequence[Claim]

    @property
    def citation(self) -> str:
        """Title, source and date in one line."""
        return f"“{self.title}”, {self.source}, {self.date}"

    def __repr__(self) -> str:
        return (
            f"Document {self.number}, {self.citation}: {len(self.numbers)} numbers, "
            f"{len(self.formulas)} formulas, {len(self.claims)} claims"
        )


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
        for kind, cls in (("number", Number), ("formula", Formula), ("claim", Claim))
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
    try:
        return cls(**item)
    except TypeError as error:
        missing = str(error).partition(":")[2].strip()
        raise ValueError(f"{file}, {kind} {place} lacks {missing}.") from None

"""What the documents print and claim: one TOML file each, data and never verdicts.

A file lists the document's own examples, every number with its place and exactly as printed, every formula,
every program and every claim in words that can be tested, and what to learn from those that are wrong. `of`,
`left` and `right` are written in the document's own letters; an example's `letters` say which symbol of the
course each letter is. What is right is computed by `Judge`, each time anew.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import MISSING, dataclass, field, fields
from enum import EnumType, StrEnum
from pathlib import Path
from typing import Any

_LONG = 100  # characters of LaTeX
_LARGEST = 1_000_000  # bytes of a file


class FindingKind(StrEnum):
    """What a finding is about."""

    SIGN = "sign"
    FACTOR = "factor"
    VARIABLE = "wrong variable"
    SHAPE = "shape"
    DEFINITION = "definition"
    ROUNDING = "rounding"
    CODE = "code"
    WORDS = "words"


class FindingClass(StrEnum):
    """What sort of fault a finding is."""

    ERROR = "error"
    MISLEADING = "misleading"
    WORDING = "wording"
    AGED = "aged"


class FindingWeight(StrEnum):
    """What happens to a reader who believes the passage."""

    CLIMBS = "training climbs"
    NUMBER = "a number is wrong"
    STUMBLE = "a reader may stumble"
    NONE = "none"


class Level(StrEnum):
    """How a number that cannot be computed again is reached."""

    AT_MOST = "at most"
    AT_LEAST = "at least"


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
    level: Level | None = None
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

    `class_` is called `class` in the file. `facts` are the places and ids that rest on it: one slip, and all
    that hangs on it. `cell` is the id of the cell in the document's notebook that holds the proof. If what is
    right is a formula, it is `left` = `proof`, written as in `Formula`.
    """

    id: str
    kind: FindingKind
    class_: FindingClass
    weight: FindingWeight
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
    """A source document: where it is from, its examples, and everything it states.

    `name` is what people call it, such as its author. `lesson` is the page of the course about it.
    """

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
    name: str = ""
    lesson: str = ""

    @property
    def short_name(self) -> str:
        """What tables and headings call it: its author, if the file says so, or else its number."""
        return self.name or self.number

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

    def finding(self, id: str) -> Finding:
        """Return a finding by its id.

        Raises
        ------
        ValueError
            If the document has no such finding.
        """
        for finding in self.findings:
            if finding.id == id:
                return finding
        raise ValueError(f"document {self.number} has no finding {id!r}, expected one of those in its file.")

    def number_of(self, finding: Finding) -> str:
        """Return a finding's own number: the document's short name, and the finding's place in its list.

        Examples
        --------
        >>> document = load("002")
        >>> document.number_of(document.findings[0])
        '2016 post 1'
        """
        return f"{self.short_name} {[f.id for f in self.findings].index(finding.id) + 1}"

    def place_of(self, finding: Finding) -> str:
        """Return where in the document a finding is: the place of the first fact that it is about."""
        places = {claim.id: claim.place for claim in (*self.claims, *self.listings)}
        return places.get(finding.facts[0], finding.facts[0]) if finding.facts else ""

    def __repr__(self) -> str:
        kinds = ("numbers", "formulas", "listings", "claims")
        counts = ", ".join(f"{len(getattr(self, kind))} {kind}" for kind in kinds)
        return f"Document {self.number}, {self.citation}: {counts}"


def load(which: str | Path) -> Document:
    """Return a document by its number, or from a TOML file of one's own.

    Parameters
    ----------
    which : str or Path
        "002", or the path of a file whose name ends in ".toml".

    Raises
    ------
    ValueError
        If there is no such file, it is no TOML, or an entry lacks a field, has one too many or one that
        cannot be meant.

    Examples
    --------
    >>> load("002").title
    'Simplified Neural Network Backpropagation Example Python'
    """
    own = isinstance(which, Path) or str(which).endswith(".toml")
    path = Path(which) if own else Path(__file__).parent / f"{which}.toml"
    try:
        if (size := path.stat().st_size) > _LARGEST:
            raise ValueError(f"it has {size:,} bytes, expected at most {_LARGEST:,}")
        text = path.read_text(encoding="utf-8")
        data = tomllib.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        if own and not isinstance(error, OSError):
            raise ValueError(f"{path.name} cannot be read as TOML: {error}.") from None
        have = ", ".join(sorted(p.stem for p in Path(__file__).parent.glob("*.toml")))
        raise ValueError(
            f"there is no document {str(which)!r}, expected one of {have}, or the path of a .toml file."
        ) from None
    head, entries = data.pop("document", {}), {}
    for cls in (Example, Number, Formula, Claim, Listing, Finding):
        kind = cls.__name__.lower()
        items = data.pop(kind, [])
        if not isinstance(items, list):
            raise ValueError(f"{path.name} has one {kind!r} table, expected a list of them: [[{kind}]].")
        heads = _lines_of(text, rf"\[\[\s*{kind}\s*\]\]")
        entries[f"{kind}s"] = [
            _entry(path.name, cls, i, item, heads[i - 1] if len(heads) == len(items) else 0)
            for i, item in enumerate(items, 1)
        ]
    if data:
        stranger = next(iter(data))
        at = (_lines_of(text, rf"\[+\s*{re.escape(stranger)}\b|{re.escape(stranger)}\s*=") or [0])[0]
        raise ValueError(
            f"{_at(path.name, at)} has a table {stranger!r}, expected document, example or facts."
        )
    whole = {"notebook": "", **head, **entries} if isinstance(head, dict) else head
    first = (_lines_of(text, r"\[\s*document\s*\]") or [0])[0]
    document: Document = _entry(path.name, Document, 1, whole, first)
    return document


def _lines_of(text: str, head: str) -> list[int]:
    """Return the numbers of the lines that begin with this pattern."""
    return [i for i, line in enumerate(text.splitlines(), 1) if re.match(rf"\s*(?:{head})", line)]


def _at(file: str, line: int) -> str:
    return f"{file}, line {line}" if line else file


def _entry(file: str, cls: Any, place: int, item: Any, line: int = 0) -> Any:
    """Return one entry of a file, which begins at this line, or say what is wrong with it."""
    where = f"{_at(file, line)}, {cls.__name__.lower()} {place}"
    if not isinstance(item, dict):
        raise ValueError(f"{where} is {item!r}, expected a table.")
    item = {"class_" if name == "class" else name: value for name, value in item.items()}
    known = {field.name: field for field in fields(cls)}
    if stranger := sorted(set(item) - set(known)):
        names = ", ".join(sorted(known)).replace("class_", "class")
        raise ValueError(f"{where} has {stranger[0]!r}, expected only {names}.")
    for name, value in item.items():
        allowed, said = _TYPES.get(str(known[name].type), (object, ""))
        is_word = isinstance(allowed, EnumType)
        if not (value in list(allowed) if is_word else isinstance(value, allowed)):
            raise ValueError(f"{where} has {name.rstrip('_')} {value!r}, expected {said}.")
        item[name] = allowed(value) if is_word else value
    needed = [f for f in known.values() if f.default is MISSING and f.default_factory is MISSING]
    if missing := [f.name.rstrip("_") for f in needed if f.name not in item]:
        raise ValueError(f"{where} lacks {missing[0]!r}.")
    return cls(**item)


_TYPES: Mapping[str, tuple[Any, str]] = {
    **{
        name: (words, f"one of: {', '.join(words)}")
        for words in (FindingKind, FindingClass, FindingWeight, Level)
        for name in (words.__name__, f"{words.__name__} | None")
    },
    "str": (str, "text"),
    "bool": (bool, "true or false"),
    "float": ((int, float), "a number"),
    "Sequence[str]": (list, "a list of texts"),
    "Sequence[float]": (list, "a list of numbers"),
    "Sequence[Any]": (list, "a list"),
    "Mapping[str, int]": (dict, "a table of whole numbers"),
    "Mapping[str, str]": (dict, "a table of texts"),
    "Mapping[str, Any]": (dict, "a table"),
}

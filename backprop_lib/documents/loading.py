"""What the documents print and claim: one TOML file each, data and never verdicts.

A file lists the document's own examples, every number with its place and exactly as printed, every formula,
every program and every claim in words that can be tested, and what to learn from those that are wrong. `of`,
`left` and `right` are written in the document's own letters; an example's `letters` say which symbol of the
course each letter is. What is right is computed by `verdicts`, each time anew.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any

from backprop_lib.documents.facts import (
    CLASSES,
    KINDS,
    WEIGHTS,
    Claim,
    Document,
    Example,
    Finding,
    Formula,
    Listing,
    Number,
)

_KINDS_OF_ENTRIES: Mapping[str, Any] = {
    "example": Example,
    "number": Number,
    "formula": Formula,
    "claim": Claim,
    "listing": Listing,
    "finding": Finding,
}


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
    own = isinstance(which, Path) or (isinstance(which, str) and which.endswith(".toml"))
    path = Path(which) if own else Path(__file__).with_name(f"{which}.toml")
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        if own and not isinstance(error, OSError):
            raise ValueError(f"{path.name} cannot be read as TOML: {error}.") from None
        have = ", ".join(sorted(p.stem for p in Path(__file__).parent.glob("*.toml")))
        raise ValueError(
            f"there is no document {str(which)!r}, expected one of {have}, or the path of a .toml file."
        ) from None
    head = data.pop("document", {})
    entries = {}
    for kind, cls in _KINDS_OF_ENTRIES.items():
        items = data.pop(kind, [])
        if not isinstance(items, list):
            raise ValueError(f"{path.name} has one {kind!r} table, expected a list of them: [[{kind}]].")
        entries[f"{kind}s"] = [_entry(path.name, kind, i, item, cls) for i, item in enumerate(items, 1)]
    if data:
        raise ValueError(
            f"{path.name} has a table {next(iter(data))!r}, expected document, example or facts."
        )
    document: Document = _entry(path.name, "document", 1, {"notebook": "", **head, **entries}, Document)
    return document


_CHOICES = (("kind", KINDS), ("level", ("at most", "at least")), ("class_", CLASSES), ("weight", WEIGHTS))


def _entry(file: str, kind: str, place: int, item: Any, cls: Any) -> Any:
    where = f"{file}, {kind} {place}"
    if not isinstance(item, dict):
        raise ValueError(f"{where} is {item!r}, expected a table.")
    item = {"class_" if name == "class" else name: value for name, value in item.items()}
    known = {field.name: field for field in fields(cls)}
    if stranger := sorted(set(item) - set(known)):
        names = ", ".join(sorted(known)).replace("class_", "class")
        raise ValueError(f"{where} has {stranger[0]!r}, expected only {names}.")
    for name, allowed in _CHOICES:
        if name in item and item[name] not in allowed:
            raise ValueError(
                f"{where} has {name.rstrip('_')} {item[name]!r}, expected one of: {', '.join(allowed)}."
            )
    for name, value in item.items():
        wanted = _TYPES.get(str(known[name].type))
        if wanted and not isinstance(value, wanted[0]):
            raise ValueError(f"{where} has {name} {value!r}, expected {wanted[1]}.")
    needed = [f for f in known.values() if f.default is MISSING and f.default_factory is MISSING]
    if missing := [f.name.rstrip("_") for f in needed if f.name not in item]:
        raise ValueError(f"{where} lacks {missing[0]!r}.")
    return cls(**item)


_TYPES: Mapping[str, tuple[Any, str]] = {
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

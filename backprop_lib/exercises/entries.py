"""What is kept of each exercise, and the file it stands in: one readable line an exercise.

A file may come from anybody. Only the keys, types and lengths below are taken; anything else gets one
sentence with its key.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TypeAlias, TypeGuard

from backprop_lib.text import counted, got

VERSION = 1

_LARGEST = 1_000_000  # bytes of a file
_MOST = 1_000_000  # tries
_ANSWER = 200  # characters kept of an answer
_KINDS = 50  # of mistakes in one exercise
_HINTS = 9
_ID = re.compile(r"\w[\w.-]{0,59}")
_NAME = 60  # characters of a mistake's name
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\dZ")
_LINE = re.compile(r'\s*("[^"\\]{1,60}"):\s*(\{.*\}),?\s*')


@dataclass(frozen=True)
class Entry:
    """What is kept of one exercise; counting ends with the first right answer.

    Parameters
    ----------
    right : bool
        Whether an answer was right, once.
    tries : int
        Answers up to the first right one, that included.
    first_right : str
        When that was, in UTC, or "".
    mistakes : dict of str to int
        How often each mistake was named.
    answer : str
        The last answer, or its beginning.
    hints : int
        How many were read before the first right answer.
    solution : bool
        Whether the solution was read before it.

    Examples
    --------
    >>> entry = Entry().tried(False, "sign", "t - a", now="2026-01-31T08:00Z")
    >>> entry = entry.tried(True, "", "a - t", now="2026-01-31T08:05Z")
    >>> entry.right, entry.tries, entry.first_right, entry.mistakes
    (True, 2, '2026-01-31T08:05Z', {'sign': 1})
    """

    right: bool = False
    tries: int = 0
    first_right: str = ""
    mistakes: Mapping[str, int] = field(default_factory=dict)
    answer: str = ""
    hints: int = 0
    solution: bool = False

    def tried(self, right: bool, mistake: str, answer: str, now: str) -> Entry:
        """Return the entry after one more answer; a wrong one that is only repeated is not counted again."""
        answer = _short(answer)
        repeated = bool(answer) and answer == self.answer and self.tries > 0 and not right
        if self.right or repeated:
            return replace(self, answer=answer)
        named = dict(self.mistakes)
        if (name := _short(mistake, _NAME)) and (name in named or len(named) < _KINDS):
            named[name] = min(named.get(name, 0) + 1, _MOST)
        tries = min(self.tries + 1, _MOST)
        return replace(
            self, right=right, tries=tries, first_right=now if right else "", mistakes=named, answer=answer
        )

    def helped(self, hints: int, solution: bool) -> Entry:
        """Return the entry after a hint or the solution was read."""
        if self.right:
            return self
        return replace(self, hints=min(max(self.hints, hints), _HINTS), solution=self.solution or solution)

    def joined(self, other: Entry) -> Entry:
        """Return what is known from both: right is right, and counts are the larger ones.

        Examples
        --------
        >>> Entry(tries=3).joined(Entry(right=True, tries=1, first_right="2026-01-31T08:00Z")).tries
        3
        """
        last = max(self, other, key=lambda entry: (entry.right, entry.tries, entry.answer))
        names = sorted({*self.mistakes, *other.mistakes})
        return Entry(
            right=self.right or other.right,
            tries=max(self.tries, other.tries),
            first_right=min(filter(None, (self.first_right, other.first_right)), default=""),
            mistakes={name: max(self.mistakes.get(name, 0), other.mistakes.get(name, 0)) for name in names},
            answer=last.answer,
            hints=max(self.hints, other.hints),
            solution=self.solution or other.solution,
        )


Entries: TypeAlias = Mapping[str, Entry]


class Contents(NamedTuple):
    """What was found in a file: good entries, and a sentence about everything else."""

    entries: Entries
    faults: list[str]


def is_id(name: object) -> bool:
    """Say whether something can be the name of an exercise.

    Examples
    --------
    >>> is_id("one-path.1"), is_id("../one path"), is_id(1)
    (True, False, False)
    """
    return isinstance(name, str) and bool(_ID.fullmatch(name))


def title(lesson: str) -> str:
    """Return the name of a lesson as it is written in a sentence.

    Examples
    --------
    >>> title("one-path")
    'One path'
    """
    return lesson.replace("-", " ").capitalize()


class Newer(ValueError):
    """A file was written by a later version of the course."""


def joined(one: Entries, other: Entries) -> dict[str, Entry]:
    """Return the union of two collections of entries.

    Examples
    --------
    >>> joined({"one-path.1": Entry(tries=1)}, {"one-path.1": Entry(tries=2), "digits.1": Entry()}).keys()
    dict_keys(['one-path.1', 'digits.1'])
    """
    return {
        key: one[key].joined(other[key]) if key in one and key in other else {**one, **other}[key]
        for key in {**one, **other}
    }


def written(entries: Entries) -> str:
    """Return the text of a file.

    Examples
    --------
    >>> print(written({"one-path.1": Entry(tries=1, answer="t - a")}), end="")
    {
    "version": 1,
    "exercises": {
    "one-path.1": {"right": false, "tries": 1, "first_right": "", "mistakes": {}, "answer": "t - a", \
"hints": 0, "solution": false}
    }
    }
    """
    lines = ",\n".join(
        f"{json.dumps(key, ensure_ascii=False)}: {json.dumps(vars(entry), ensure_ascii=False)}"
        for key, entry in entries.items()
    )
    return f'{{\n"version": {VERSION},\n"exercises": {{\n{lines}\n}}\n}}\n'


def read_file(path: Path) -> Contents:
    """Return what a file holds.

    Raises
    ------
    Newer
        If a later version of the course wrote it.
    OSError
        If it cannot be opened.
    ValueError
        If it is not a regular file, or too large.
    """
    if not path.exists():
        raise FileNotFoundError(f"There is no file {path.name}.")
    if not path.is_file():
        raise ValueError(f"{path.name} is not a regular file.")
    with path.open("rb") as file:
        data = file.read(_LARGEST + 1)
    if len(data) > _LARGEST:
        raise ValueError(f"{path.name} has more than {counted(_LARGEST, 'byte')}.")
    return read_text(data.decode("utf-8", errors="surrogateescape"))


def unread(path: Path, error: Exception) -> str:
    """Return a sentence that says why a file was not read.

    Examples
    --------
    >>> unread(Path("mine.json"), PermissionError(13, "Permission denied"))
    "mine.json can't be read: Permission denied."
    """
    if isinstance(error, Newer):
        return f"{path.name} is from a newer version of this course: {error}."
    if isinstance(error, OSError) and error.strerror:
        return f"{path.name} can't be read: {error.strerror}."
    return str(error)


def read_text(text: str) -> Contents:
    """Return what the text of a file holds; of a damaged one, the lines that are whole.

    Raises
    ------
    Newer
        If a later version of the course wrote it.

    Examples
    --------
    >>> text = written({"one-path.1": Entry(tries=1), "one-path.2": Entry(tries=2)})
    >>> entries, faults = read_text(text.replace("2, ", "true, "))
    >>> list(entries), *faults
    (['one-path.1'], "In one-path.2, 'tries' is True, expected a whole number from 0 to 1,000,000.")
    >>> len(read_text(text[:-20]).entries)
    1
    """
    try:
        content = _parsed(text)
    except ValueError as error:
        whole = {key: value for line in text.split("\n") for key, value in _line(line)}
        return Contents(_checked(whole).entries, [f"It is not JSON ({error})."])
    if not isinstance(content, dict):
        return Contents({}, [f"It holds {got(content)}, expected an object with 'version' and 'exercises'."])
    version, entries = content.get("version"), content.get("exercises")
    if _is_whole(version) and version > VERSION:
        raise Newer(f"it has version {got(version)}, and here version {VERSION} is written")
    if not isinstance(entries, dict):
        return Contents(
            {}, [f"'exercises' is {got(entries)}, expected an object with a key for each exercise."]
        )
    found = _checked(entries)
    if version != VERSION or not _is_whole(version):
        found.faults.insert(0, f"'version' is {got(version)}, expected {VERSION}.")
    found.faults.extend(
        f"{got(key)} is not known beside 'version' and 'exercises'."
        for key in content
        if key not in ("version", "exercises")
    )
    return found


def _parsed(text: str) -> Any:
    """Return what JSON says, or raise ValueError with what is wrong in a few words."""

    def refuse(constant: str) -> NoReturn:
        raise ValueError(f"{constant} stands in it")

    try:
        return json.loads(text, parse_constant=refuse)
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg}, line {error.lineno}") from None
    except RecursionError:
        raise ValueError("it is nested too deeply") from None


def _line(line: str) -> list[tuple[str, Any]]:
    """Return the exercise of a line, if the line is whole."""
    if not (match := _LINE.fullmatch(line)):
        return []
    try:
        return [(json.loads(match[1]), _parsed(match[2]))]
    except ValueError:
        return []


def _checked(values: Mapping[str, Any]) -> Contents:
    """Return the entries that are as they should be, and a sentence for each that is not."""
    entries, faults = {}, []
    for key, value in values.items():
        try:
            if not is_id(key):
                raise ValueError(f"{got(key)} is not the name of an exercise, such as 'one-path.1'.")
            entries[key] = _entry(value)
        except ValueError as error:
            faults.append(str(error) if not is_id(key) else f"In {key}, {error}")
    return Contents(entries, faults)


def _entry(value: object) -> Entry:
    """Return an entry, if everything about it is as it should be."""
    if not isinstance(value, dict):
        raise ValueError(f"it is {got(value)}, expected an object with the keys {', '.join(_RULES)}.")
    for key in value:
        if key not in _RULES:
            raise ValueError(f"{got(key)} is not known, expected {', '.join(_RULES)}.")
    for key, (holds, expected) in _RULES.items():
        if key not in value:
            raise ValueError(f"{key!r} is missing.")
        if not holds(value[key]):
            raise ValueError(f"{key!r} is {got(value[key])}, expected {expected}.")
    entry = Entry(**value)
    if entry.right != bool(entry.first_right) or entry.right > entry.tries:
        raise ValueError("'right' goes with a time in 'first_right' and at least one of 'tries'.")
    return entry


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_count(value: Any, most: int = _MOST) -> bool:
    return _is_whole(value) and 0 <= value <= most


def _is_text(value: object, most: int = _ANSWER) -> bool:
    return isinstance(value, str) and len(value) <= most and value.isprintable()


def _is_time(value: object) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return value == ""
    try:
        return bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def _are_mistakes(value: object) -> bool:
    return (
        isinstance(value, dict)
        and len(value) <= _KINDS
        and all(name and _is_text(name, _NAME) and _is_count(count) for name, count in value.items())
    )


_RULES: dict[str, tuple[Callable[[Any], bool], str]] = {
    "right": (lambda value: isinstance(value, bool), "true or false"),
    "tries": (_is_count, f"a whole number from 0 to {_MOST:,}"),
    "first_right": (_is_time, 'a time such as "2026-01-31T08:00Z", or ""'),
    "mistakes": (_are_mistakes, f"at most {_KINDS} names of mistakes, each with a count"),
    "answer": (_is_text, f"at most {_ANSWER} printable characters"),
    "hints": (lambda value: _is_count(value, _HINTS), f"a count of hints, at most {_HINTS}"),
    "solution": (lambda value: isinstance(value, bool), "true or false"),
}


def _short(text: str, most: int = _ANSWER) -> str:
    """Return a text on one line, cut where it is long, without what cannot be printed."""
    line = "".join(filter(str.isprintable, " ".join(text.split())))
    return line if len(line) <= most else f"{line[: most - 1]}…"

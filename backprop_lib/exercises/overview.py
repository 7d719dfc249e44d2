"""A quiet overview of what a learner has solved, lesson by lesson."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from backprop_lib.exercises.entries import Entries, Entry, title
from backprop_lib.exercises.exercise import exercises, lessons
from backprop_lib.exercises.records import keeper
from backprop_lib.text import Table, counted, plural


@dataclass(frozen=True)
class Overview:
    """What is solved of each lesson, and what was tried; shown as a table.

    Parameters
    ----------
    entries : mapping of str to Entry
    known : sequence of str
        The names of all exercises, in the order of the course.
    note : str
        What a learner should know about the file.

    Examples
    --------
    >>> solved = Entry(right=True, tries=1, first_right="2026-01-31T08:00Z")
    >>> Overview(
    ...     {"one-path.1": solved, "one-path.3": Entry(tries=2)}, ["one-path.1", "one-path.2", "one-path.3"]
    ... )
    1 of 3 exercises is solved.
    One path: 1 of 3 solved; tried: exercise 3
    """

    entries: Entries
    known: Sequence[str]
    note: str = ""

    @property
    def solved(self) -> int:
        """How many exercises are solved."""
        return sum(entry.right for entry in self.entries.values())

    def lessons(self) -> dict[str, list[str]]:
        """Return the exercises of each lesson, those that only the file knows at its end."""
        found: dict[str, list[str]] = {}
        for exercise in dict.fromkeys([*self.known, *self.entries]):
            found.setdefault(exercise.partition(".")[0], []).append(exercise)
        return found

    def _rows(self) -> list[tuple[str, str, str]]:
        """Return, for each lesson, its name, how many are solved, and which were tried without success."""
        rows = []
        for lesson, names in self.lessons().items():
            entries = {name.partition(".")[2]: self.entries.get(name, Entry()) for name in names}
            solved = sum(entry.right for entry in entries.values())
            tried = [number for number, entry in entries.items() if entry.tries and not entry.right]
            those = f"{plural('exercise', len(tried))} {', '.join(tried)}" if tried else ""
            rows.append((title(lesson), f"{solved} of {len(names)}", those))
        return rows

    @property
    def begun(self) -> bool:
        """Whether an exercise was tried."""
        return any(entry.tries for entry in self.entries.values())

    def _head(self) -> str:
        if not self.begun:
            return "You have not tried an exercise yet."
        count = len({*self.known, *self.entries})
        return f"{self.solved} of {counted(count, 'exercise')} {'is' if self.solved == 1 else 'are'} solved."

    def __repr__(self) -> str:
        lines = [self._head()]
        if self.begun:
            lines += [
                f"{name}: {n} solved{f'; tried: {open}' * bool(open)}" for name, n, open in self._rows()
            ]
        return "\n".join([*lines, *filter(None, [self.note])])

    def _repr_markdown_(self) -> str:
        parts = [self._head()]
        if self.begun:
            parts.append(str(Table(["lesson", "solved", "tried, not solved yet"], self._rows())))
        return "\n\n".join([*parts, *filter(None, [self.note])])


def all_exercises() -> list[str]:
    """Return the names of all exercises, in the order of the course.

    Examples
    --------
    >>> "one-path.1" in all_exercises()
    True
    """
    return [exercise for lesson in lessons() for exercise in exercises(lesson)]


def progress() -> Overview:
    """Return an overview of the exercises that you have solved, from the file beside the notebooks.

    Examples
    --------
    >>> overview = progress()
    >>> overview.solved <= len(overview.known)
    True
    """
    kept = keeper()
    return Overview(kept.read(), all_exercises(), kept.note)

"""The files of a class become one page: how many solved each exercise, and which mistakes were made.

Usage: python -m backprop_lib.exercises.report FILES_OR_FOLDERS -o class.html

The page is one file without scripts. It adds results up and names no learner; nothing leaves the machine.
"""

from __future__ import annotations

import argparse
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from statistics import median

from backprop_lib.core import file_path, replaced
from backprop_lib.exercises.entries import Entries, Entry, read_file, title, unread, written
from backprop_lib.exercises.overview import all_exercises
from backprop_lib.text import Sentence, counted

UNNAMED = "not named"

_COLUMNS = (
    "“Tries” is the number of answers up to the first right one, as the median of those who solved the "
    "exercise. A hint or a solution counts if it was read before that."
)

_MOST = 1_000  # exercises in a file

_STYLE = Path(__file__).with_suffix(".css")
_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Exercises of a class</title>
<style>
{style}</style>
</head>
<body>
<main>
{body}
</main>
</body>
</html>
"""


@dataclass(frozen=True)
class ClassReport:
    """What the files of a class say together.

    Parameters
    ----------
    learners : sequence of mapping of str to Entry
        What each file holds.
    remarks : sequence of str
        A sentence about each file that could not be used, or not all of it.
    known : sequence of str
        The names of all exercises in the order of the course; others come after them.

    Examples
    --------
    >>> solved = Entry(right=True, tries=2, first_right="2026-01-31T08:00Z", mistakes={"sign": 1})
    >>> report = ClassReport([{"one-path.1": solved}, {"one-path.1": Entry(tries=1)}])
    >>> report.mistakes("one-path.1")
    Counter({'sign': 1, 'not named': 1})
    """

    learners: Sequence[Entries]
    remarks: Sequence[str] = ()
    known: Sequence[str] = ()

    def exercises(self) -> dict[str, list[str]]:
        """Return the exercises by lesson."""
        found: dict[str, list[str]] = {}
        others = sorted({name for entries in self.learners for name in entries} - {*self.known}, key=_order)
        for name in [*self.known, *others]:
            found.setdefault(name.partition(".")[0], []).append(name)
        return found

    def entries(self, exercise: str) -> list[Entry]:
        """Return what the learners who tried an exercise, or read its hints, have of it."""
        return [entries[exercise] for entries in self.learners if exercise in entries]

    def mistakes(self, exercise: str) -> Counter[str]:
        """Return how often each mistake was made in an exercise, wrong answers without a name included."""
        found: Counter[str] = Counter()
        for entry in self.entries(exercise):
            found.update(entry.mistakes)
            found[UNNAMED] += max(entry.tries - entry.right - sum(entry.mistakes.values()), 0)
        return +found

    def page(self) -> str:
        """Return the page."""
        files = counted(len(self.learners), "file")
        parts = [f"<h1>Exercises of a class</h1>\n<p>The results of {files}, added up. {_COLUMNS}</p>"]
        if self.remarks:
            items = "\n".join(f"<li>{_safe(sentence)}</li>" for sentence in self.remarks)
            parts.append(f"<h2>Please look at these files</h2>\n<ul>\n{items}\n</ul>")
        parts.append(f"<h2>Mistakes</h2>\n{self._mistakes()}")
        for lesson, names in self.exercises().items():
            parts.append(f"<h2>{_safe(title(lesson))}</h2>\n{self._lesson(title(lesson), names)}")
        return _PAGE.format(style=_STYLE.read_text(encoding="utf-8"), body="\n".join(parts))

    def _mistakes(self) -> str:
        names = [name for lesson in self.exercises().values() for name in lesson]
        total: Counter[str] = Counter()
        where: dict[str, list[str]] = {}
        for name in names:
            for mistake, times in self.mistakes(name).items():
                total[mistake] += times
                where.setdefault(mistake, []).append(name)
        if not total:
            return "<p>No mistakes were made yet.</p>"
        rows = [[mistake, f"{times:,}", ", ".join(where[mistake])] for mistake, times in _ranked(total)]
        caption = "All mistakes of the class, the most frequent first."
        return _table(caption, ["mistake", "times", "exercises"], rows, numbers={1})

    def _lesson(self, lesson: str, names: Sequence[str]) -> str:
        rows, idle = [], []
        for name in names:
            entries, number = self.entries(name), name.partition(".")[2] or name
            if not any(entry.tries for entry in entries):
                idle.append(number)
                continue
            solved = [entry.tries for entry in entries if entry.right]
            rows.append(
                [
                    number,
                    f"{sum(entry.tries > 0 for entry in entries)}",
                    f"{len(solved)} of {len(self.learners)}",
                    f"{median(solved):g}" if solved else "–",
                    ", ".join(_times(*pair) for pair in _ranked(self.mistakes(name))),
                    f"{sum(entry.hints > 0 for entry in entries)}",
                    f"{sum(entry.solution for entry in entries)}",
                ]
            )
        head = [
            "exercise",
            "tried by",
            "solved by",
            "tries",
            "mistakes (times)",
            "hint read",
            "solution read",
        ]
        table = _table(f"Exercises of “{lesson}”", head, rows, {1, 2, 3, 5, 6}) if rows else ""
        nobody = f"<p>Not tried by anybody: {_safe(', '.join(idle))}.</p>" if idle else ""
        return f"{table}\n{nobody}"


def _ranked(mistakes: Counter[str]) -> list[tuple[str, int]]:
    return sorted(mistakes.items(), key=lambda pair: (pair[0] == UNNAMED, -pair[1], pair[0]))


def _times(mistake: str, times: int) -> str:
    """Return a mistake and its count, not to be parted at the end of a line."""
    return f"{mistake} ({times:,})".replace(" ", "\u00a0")


def _order(name: str) -> tuple[str, int, str]:
    lesson, _, number = name.partition(".")
    return lesson, int(number) if number.isdecimal() and len(number) < 9 else 0, number


def _safe(text: str) -> str:
    """Return a text as HTML shows it, whatever stands in it."""
    return escape(text.encode("utf-8", errors="replace").decode())


def _table(caption: str, head: Sequence[str], rows: Iterable[Sequence[str]], numbers: set[int]) -> str:
    """Return a table whose first column names the rows, with some columns of numbers."""

    def line(texts: Sequence[str], tags: Sequence[str]) -> str:
        cells = []
        for column, (tag, text) in enumerate(zip(tags, texts, strict=True)):
            kind = ' class="number"' if column in numbers else ""
            cells.append(f"<{tag}{kind}>{_safe(text)}</{tag[:2]}>")
        return f"<tr>{''.join(cells)}</tr>"

    top = line(head, ['th scope="col"'] * len(head))
    body = "\n".join(line(row, ['th scope="row"', *["td"] * (len(head) - 1)]) for row in rows)
    return (
        f'<div class="wide" role="region" tabindex="0" aria-label="{_safe(caption)}">\n<table>\n'
        f"<caption>{_safe(caption)}</caption>\n<thead>{top}</thead>\n<tbody>\n{body}\n</tbody>\n"
        "</table>\n</div>"
    )


def class_report(paths: str | Path | Iterable[str | Path], known: Sequence[str] = ()) -> ClassReport:
    """Read the files of a class.

    Parameters
    ----------
    paths : str or Path, or several of them
        Files that learners exported, or folders of such files.
    known : sequence of str
        The names of all exercises in the order of the course.

    Returns
    -------
    ClassReport
        What cannot be used is left out, with a sentence for each file.

    Examples
    --------
    >>> class_report(["nowhere.json"]).remarks
    ['There is no file nowhere.json.']
    """
    learners: list[Entries] = []
    seen: dict[str, Path] = {}
    remarks = []
    places = map(Path, [paths] if isinstance(paths, str | Path) else paths)
    for path in dict.fromkeys(file for place in places for file in _files(place)):
        entries, fault = _read(path)
        if fault:
            remarks.append(fault)
        if entries is None:
            continue
        if entries and (twin := seen.setdefault(written(entries), path)) != path:
            remarks.append(f"{path} says exactly the same as {twin}. Both are counted.")
        learners.append(entries)
    return ClassReport(learners, remarks, known)


def _files(path: Path) -> list[Path]:
    return sorted(path.rglob("*.json")) if path.is_dir() else [path]


def _read(path: Path) -> tuple[Entries | None, str]:
    """Return what can be used of a file, and a sentence if that is not all."""
    try:
        found = read_file(path)
    except (OSError, ValueError) as error:
        return None, unread(path, error)
    if len(found.entries) > _MOST:
        return (
            None,
            f"{path.name} holds {counted(len(found.entries), 'exercise')}, expected at most {_MOST:,}.",
        )
    if not found.faults:
        return found.entries, ""
    more = len(found.faults) - 1
    others = f" {counted(more, 'more line')} can't be used." if more else ""
    return found.entries or None, f"{path.name}: {found.faults[0]}{others}"


def save_report(paths: str | Path | Iterable[str | Path], page: str | Path) -> Sentence:
    """Write the page of a class.

    Parameters
    ----------
    paths : str or Path, or several of them
        Files that learners exported, or folders of such files.
    page : str or Path

    Returns
    -------
    Sentence

    Examples
    --------
    >>> import tempfile
    >>> save_report([], Path(tempfile.mkdtemp(), "class.html"))
    class.html shows 0 files.
    """
    report, place = class_report(paths, all_exercises()), file_path(page, "class.html")
    with replaced(place) as file:
        file.write(report.page().encode())
    said = f"{place.name} shows {counted(len(report.learners), 'file')}."
    return Sentence(" ".join([said, *report.remarks]))


def _main() -> None:
    parser = argparse.ArgumentParser(description="Make one page of the exported files of a class.")
    parser.add_argument("paths", nargs="+", metavar="FILE", help="a file, or a folder of files")
    parser.add_argument("-o", "--output", default="class.html", metavar="PAGE", help="default: class.html")
    options = parser.parse_args()
    try:
        print(save_report(options.paths, options.output))
    except (OSError, ValueError) as error:
        parser.exit(1, f"{error}\n")


if __name__ == "__main__":
    _main()

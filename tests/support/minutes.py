"""How many minutes a page takes, by one formula.

Reading and playing: a minute for every 150 words (of the text, and of what the cells show; a formula is one
word), a minute for every 12 lines of code that are not folded, 10 minutes for every widget (a slider over a
single curve is none). The exercises are counted apart: 5 minutes each. A page announces it rounded to 5.

Usage: python tests/support/minutes.py [--sections] notebooks/*.ipynb   prints the minutes
       python tests/support/minutes.py --write notebooks/*.ipynb        writes them where pages announce them
"""

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import nbformat

from backprop_lib import widgets

ROOT = Path(__file__).parents[2]
START = ROOT / "notebooks" / "00_start_here.ipynb"
TEACHING = ROOT / "docs" / "teaching.md"
WORDS_A_MINUTE, LINES_A_MINUTE, MINUTES_A_WIDGET, MINUTES_AN_EXERCISE = 150, 12, 10, 5
ROUNDED_TO = 5

HELPERS = {"centred", "log_rates"}  # they prepare numbers for a widget
WIDGETS = sorted(name for name in set(widgets.__all__) - HELPERS if not name.endswith("_slider"))
A_WIDGET = re.compile(rf"\b(?:{'|'.join(WIDGETS)})\(")
HEADING = re.compile(r"^(#{1,6}) +(.+)$", re.MULTILINE)
EXERCISE = re.compile(r"^(?:#{3,6} +|\*\*)?(?:Exercise +)?\d+ ?[.·:]", re.MULTILINE)
UNREAD = re.compile(r"(?<=\])\([^)]*\)|<[^>]*>|^#+ |^[-*] |\|")  # where links go, tags, marks
FORMULA = re.compile(r"\$\$.+?\$\$|\$[^$\n]+?\$", re.DOTALL)
ANNOUNCED = re.compile(r"about (\d+) minutes(?:, and (\d+) for the exercises)?")


@dataclass
class Load:
    """What a page or a section asks of its reader."""

    words: int = 0
    lines: int = 0
    folded: int = 0
    widgets: int = 0
    exercises: int = 0

    def __iadd__(self, other):
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)
        return self

    @property
    def minutes(self):
        """For reading and playing, unrounded."""
        reading = self.words / WORDS_A_MINUTE + self.lines / LINES_A_MINUTE
        return reading + self.widgets * MINUTES_A_WIDGET

    @property
    def for_exercises(self):
        return self.exercises * MINUTES_AN_EXERCISE


def rounded(minutes):
    """To the nearest 5, and never to none."""
    return max(ROUNDED_TO, ROUNDED_TO * int(minutes / ROUNDED_TO + 1 / 2)) if minutes else 0


def whole(load):
    """Say the minutes of a section as the teacher's page does: at least one."""
    return str(max(1, round(load.minutes)))


def words(text):
    """Count what stands between blanks and holds a letter or a digit; a formula is one word."""
    text = UNREAD.sub(" ", FORMULA.sub(" formula ", text))
    return sum(any(map(str.isalnum, piece)) for piece in text.split())


def shown(output):
    """What a reader reads of an output: a table, a formula, a line; not the words for a picture."""
    data = output.get("data", {})
    if "text/html" in data:
        return ""
    forms = (data.get(kind) for kind in ("text/markdown", "text/latex", "text/plain"))
    return next(filter(None, forms), output.get("text", ""))


def load_of(cell):
    """The load of a cell outside the exercises."""
    if cell.cell_type == "markdown":
        return Load(words=words(cell.source))
    lines = sum(bool(line.strip()) for line in cell.source.splitlines())
    folded = cell.metadata.get("jupyter", {}).get("source_hidden", False)
    load = Load(widgets=len(A_WIDGET.findall(cell.source)))
    load.folded, load.lines = (lines, 0) if folded else (0, lines)
    if not load.widgets:
        load.words = sum(words(shown(output)) for output in cell.outputs)
    return load


def pieces(notebook):
    """Cut a page at its headings of levels 1 and 2: pairs of a heading and a piece of a cell."""
    heading = ""
    for cell in notebook.cells:
        if cell.cell_type != "markdown":
            yield heading, cell
            continue
        begin = 0
        for found in [m for m in HEADING.finditer(cell.source) if len(m[1]) < 3]:
            yield heading, {**cell, "source": cell.source[begin : found.start()]}
            heading, begin = found[2].strip(), found.start()
        yield heading, {**cell, "source": cell.source[begin:]}


def sections(notebook):
    """Return the load of each section by its heading, in order."""
    loads = {}
    for heading, piece in pieces(notebook):
        load = loads.setdefault(heading, Load())
        cell = nbformat.from_dict(piece)
        if not heading.startswith("Exercises"):
            load += load_of(cell)
        elif cell.cell_type == "markdown":
            load.exercises += len(EXERCISE.findall(cell.source))
    return {heading: load for heading, load in loads.items() if heading or load != Load()}


def page(notebook):
    """Return the load of the whole page."""
    total = Load()
    for load in sections(notebook).values():
        total += load
    return total


# ---- what is announced ---------------------------------------------------------------------------


def time(load):
    """Say a page's minutes as its title cell does."""
    text = f"about {rounded(load.minutes)} minutes"
    return f"{text}, and {load.for_exercises} for the exercises" if load.exercises else text


def announced(notebook):
    """What the first cell announces, word for word, or None."""
    found = ANNOUNCED.search(notebook.cells[0].source)
    return found and found[0]


def in_the_map(load):
    """Say a page's minutes as the map does."""
    return f"{rounded(load.minutes)} + {load.for_exercises}" if load.exercises else str(rounded(load.minutes))


def unannounced(text):
    """Return a text without announced minutes: these are computed from the page."""
    return ANNOUNCED.sub("", row_of(None).sub(r"\1 |", text))


def row_of(name):
    """A line of the map: its beginning with the link to a page, or to any, and the minutes at its end."""
    page = re.escape(name) if name else r"[\w/]+\.ipynb"
    return re.compile(rf"^(\|[^|\n]*\({page}\)[^\n]*\|) *(\d+(?: \+ \d+)?) *\|$", re.MULTILINE)


def listed(path, loads):
    """Return the rows of the teacher's page for the sections of a page."""
    number, _, _ = path.stem.partition("_")
    link = f"[{int(number)}](../notebooks/{path.name})"
    return "".join(
        f"| {link} | {heading} | {whole(load)} |\n" for heading, load in loads.items() if load.minutes
    )


def write(path):
    """Write a page's minutes into its first cell, into the map and into the teacher's page."""
    notebook = nbformat.read(path, as_version=4)
    load, first = page(notebook), notebook.cells[0]
    first.source = ANNOUNCED.sub(time(load), first.source, count=1)
    nbformat.write(notebook, path)
    start = nbformat.read(START, as_version=4)
    for cell in start.cells:
        cell.source = row_of(path.name).sub(rf"\1 {in_the_map(load)} |", cell.source)
    nbformat.write(start, START)
    text = TEACHING.read_text(encoding="utf-8")
    rows = re.compile(
        rf"(?:^\| \[\d\]\(\.\./notebooks/{re.escape(path.name)}\) \|[^|\n]*\| \d+ \|\n)+", re.MULTILINE
    )
    text = rows.sub(lambda _: listed(path, sections(notebook)), text)
    TEACHING.write_text(text, encoding="utf-8")


def main(*arguments):
    paths = [Path(name) for name in arguments if not name.startswith("--")]
    for path in paths:
        if "--write" in arguments:
            write(path)
        loads = sections(nbformat.read(path, as_version=4))
        whole = page(nbformat.read(path, as_version=4))
        rows = [*loads.items()] if "--sections" in arguments else []
        for heading, load in [*rows, (path.stem, whole)]:
            print(
                f"{load.minutes:6.1f} min + {load.for_exercises:2} for {load.exercises:2} exercises: "
                f"{load.words:5} words, {load.lines:4} lines, {load.folded:4} folded, "
                f"{load.widgets} widgets: {heading}"
            )


if __name__ == "__main__":
    main(*sys.argv[1:])

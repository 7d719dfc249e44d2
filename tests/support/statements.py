"""Every number that a text states is found beside it, or computed.

A text is cut into sections by its headings. A number is *found* if the code or the outputs of its own section
contain it to its last digit, and none of the numbers that it would become if that digit were changed: else
the search could not have refused it, and proves nothing. A number in a quotation is found in the document's
facts. All others stand in `statements/`, a file for each notebook, by cell: a few words, and what gives their
numbers.

Usage: python tests/support/statements.py 01_one_path    lists what is not covered, as entries to be completed
"""

import ast
import builtins
import contextlib
import importlib
import io
import math
import re
import sys
import tokenize
import tomllib
from dataclasses import dataclass, field, replace
from functools import cache
from html import unescape
from itertools import pairwise
from pathlib import Path

import nbformat
import numerals
import numpy as np
from minutes import unannounced
from numerals import Number, numbers

from backprop_lib import sweep
from backprop_lib.documents.facts import load
from backprop_lib.exercises.exercise import find

ROOT = Path(__file__).parents[2]
STATEMENTS = ROOT / "tests" / "statements"
ABOUT = "01 002, 02 004, 03 001, 04 mazur, 05 000, 06 003, 07 003"  # a chapter, and its document
DOCUMENTS = dict(pair.split() for pair in ABOUT.split(", ")) | {"09": ""}
MEASURED = {"How fast it trains"}  # a section of the README made from stored results
HEADING = re.compile(r"^(#+) ", re.MULTILINE)
MARKUP = re.compile(
    r"""=["']|[\w-]+: ?[\w.%-]+;|=>|\blet \w+ =|/\*\*"""
)  # attributes, styles and programs say nothing
REMARK = re.compile(r"\s*#")


@dataclass(eq=False)
class Section:
    """From one heading to the next of the same or a higher level: what its texts may lean on."""

    level: int
    sources: list[Number] = field(default_factory=list)


@dataclass(frozen=True)
class Passage:
    """A piece of a text that lies in one section: a cell, or what lies between two headings of it."""

    cell: str
    text: str
    section: Section


@dataclass(frozen=True)
class Entry:
    """A few words of a cell, and for each number in them an expression, or a remark why none is needed."""

    phrase: str
    expressions: tuple[str, ...]

    def for_each(self, count):
        """Return an expression for each number: a single one remarks on all of them, or gives a list."""
        if len(self.expressions) > 1 or count < 2:
            return self.expressions
        (one,) = self.expressions
        return [one if REMARK.match(one) else f"({one})[{k}]" for k in range(count)]


# ---- what is read --------------------------------------------------------------------------------


def passages(cells):
    """Cut texts into passages; `cells` are triples of a name, a text (or None) and the numbers beside it."""
    found, open_sections = [], []
    for name, text, sources in cells:
        for section in open_sections:
            section.sources += sources
        if text is None:
            continue
        starts = [0, *(m.start() for m in HEADING.finditer(text) if m.start()), len(text)]
        for start, end in pairwise(starts):
            piece = text[start:end]
            if heading := HEADING.match(piece):
                level = len(heading[1])
                open_sections = [s for s in open_sections if 1 < s.level < level] + [Section(level)]
            found.append(Passage(name, piece, open_sections[-1] if open_sections else Section(0)))
    return found


def read(name):
    """Return the passages of a notebook, the README or the widgets' sentences."""
    if name == "README":
        return [p for p in passages(readme()) if p.cell not in MEASURED]
    if name == "widgets":
        return passages((path, text, []) for path, text in sentences())
    return passages(piece for cell in notebook(name).cells for piece in said_by(cell))


def said_by(cell):
    """Yield what a cell says; an exercise also says what a learner reads later: hints, replies, why."""
    if cell.cell_type == "markdown":
        yield cell.id, unannounced(cell.source), []
        return
    yield cell.id, None, beside(cell)
    if id := cell.metadata.get("exercise"):
        exercise = find(id)
        kind, task = exercise.answer, getattr(exercise.answer, "task", None)
        replies = [*getattr(kind, "replies", {}).values()]
        mistakes = [sentence for sentence, _ in getattr(kind, "mistakes", {}).values()]
        mistakes += [slip.sentence for slip in getattr(task, "slips", ())]
        told = [*exercise.hints, *replies, *mistakes, exercise.why]
        yield id.replace(".", "-") + "-told", "\n\n".join(told), []


def is_notebook(name):
    return (ROOT / "notebooks" / f"{name}.ipynb").exists()


@cache
def notebook(name):
    return nbformat.read(ROOT / "notebooks" / f"{name}.ipynb", as_version=4)


def beside(cell):
    """Return the numbers of a code cell: its own, and those of its outputs."""
    return code_numbers(cell.source) + shown_numbers(output_text(cell))


def shown_numbers(text):
    return [n for n in numbers(text) if not n.word]


def code_numbers(source):
    found = []
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in {tokenize.NUMBER, tokenize.STRING}:
            found += shown_numbers(token.string.strip("\"'"))
    return found


def output_text(cell):
    """Return what a reader sees of a code cell's outputs, without formulas and paths of pictures."""
    texts = []
    for output in cell.outputs:
        data = {"text/plain": output.text} if output.output_type == "stream" else output.get("data", {})
        if "text/latex" in data:
            continue
        for kind in ("text/markdown", "text/html", "text/plain"):
            text = "".join(data.get(kind, ""))
            if kind == "text/html":
                said = re.findall(r'(?:alt|title|aria-label)="([^"]*)"', text)
                text = " ".join(
                    [
                        *map(unescape, said),
                        unescape(re.sub(r"<(style|script|svg).*?</\1>|<[^>]*>", " ", text, flags=re.DOTALL)),
                    ]
                )
            texts.append(re.sub(r"(?<=\d),(?=\d{3}\b)", "", text))
    return "\n".join(texts)


def readme():
    """Yield README's text and, as what stands beside it, its examples, which doctest runs."""
    text, name = (ROOT / "README.md").read_text(encoding="utf-8"), ""
    for i, piece in enumerate(re.split(r"^```.*$", text, flags=re.MULTILINE)):
        if i % 2:
            yield name, None, shown_numbers(piece)
            continue
        for part in re.split(r"^(?=#+ )", piece, flags=re.MULTILINE):
            name = match[1] if (match := re.match(r"#+ (.*)", part)) else name
            yield name, part, []


def sentences():
    """Yield the file and the text of every sentence that widgets, pictures and results say of themselves.

    The exercises of the lessons are read with their notebooks.
    """
    for path in sorted((ROOT / "backprop_lib").rglob("*.*")):
        if path.parent.name == "book":
            continue
        if path.suffix == ".py":
            tree = ast.parse(path.read_text(encoding="utf-8"))
            strings = [node.value for node in spoken(tree) if isinstance(node.value, str)]
        elif path.suffix == ".js":
            pairs = re.findall(r'"([^"\n]*)"|`([^`]*)`', path.read_text(encoding="utf-8"))
            strings = ["".join(pair) for pair in pairs]
        else:
            continue
        for string in strings:
            text = re.sub(r"<[^>]*>|/\*.*?\*/|\$?\{[^}]*\}", " ", string)
            if len(re.findall(r"[A-Za-z]{2,}", text)) > 2 and " " in text and not MARKUP.search(text):
                yield path.name, text


def spoken(node):
    """Yield the constants of a module, without docstrings and what is raised, which other tests read."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.Constant):
            if not isinstance(node, ast.Expr):
                yield child
        elif not isinstance(child, ast.Raise):
            yield from spoken(child)


# ---- what covers a number ------------------------------------------------------------------------


def changed(number):
    """Return the numbers that a number becomes when its last digit, or its word, is another one."""
    if number.word:
        texts = numerals.neighbours(number.text)
    else:
        where = max(i for i, c in enumerate(mantissa_of(number.text)) if c.isdigit())
        before, digit, after = number.text[:where], number.text[where], number.text[where + 1 :]
        texts = [before + other + after for other in "0123456789" if other != digit]
    return [n for text in texts for n in numbers(text) if n.text == text]


def mantissa_of(text):
    return re.split(r"\s*(?:\\cdot|\\times|[·×]|e[-+]?\d|(?<=10)\^|(?<=10)[⁻⁰¹²³⁴⁵⁶⁷⁸⁹])", text)[0]


def matches(number, sources):
    digits = len(re.sub(r"^[0.]+|\D", "", mantissa_of(number.text)))
    for source in sources:
        value = source.value * (100 if number.percent and not source.percent else 1)
        rounds = digits > 1 and source.step < number.step
        if number.agrees(value, exact=not rounds):
            return True
    return False


def found(number, section):
    """Whether what stands beside a text contains a number, and could have refused it."""
    return not number.word and _found(replace(number, start=0, end=0), section)


@cache
def _found(number, section):
    return matches(number, section.sources) and not any(matches(n, section.sources) for n in changed(number))


def quotation(passage, number):
    """Return the words of a quotation that a number stands in, if it has three words or more."""
    for match in re.finditer(r"“([^”]*)”", passage.text):
        if match.start() < number.start and number.end <= match.end() and len(match[1].split()) > 2:
            return one_line(match[1]).strip(" .,").lower()
    return None


def document_of(name):
    """Return the number of the document that a notebook is about, nothing if it is about all of them."""
    return Path(name).stem.partition("_")[0] if name.startswith("audit/") else DOCUMENTS.get(name[:2])


@cache
def facts(name):
    """Return the words of the document that a notebook is about, or of all of them."""
    number = document_of(name)
    paths = (
        sorted((ROOT / "backprop_lib/documents").glob(f"{number or ''}*.toml")) if number is not None else []
    )
    return one_line(" ".join(path.read_text(encoding="utf-8") for path in paths)).lower()


def one_line(text):
    return re.sub(r"\s+", " ", text)


# ---- the visible file ----------------------------------------------------------------------------


@cache
def entries(name):
    """Return the entries of a notebook by cell."""
    path = STATEMENTS / f"{name}.toml"
    cells = tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return {
        cell: [Entry(phrase, tuple([e] if isinstance(e, str) else e)) for phrase, e in phrases.items()]
        for cell, phrases in cells.items()
    }


class Chapter:
    """What the expressions of a notebook may use: its outputs as stored, and what its cells make."""

    def __init__(self, name, cells=None):
        self.name = name
        if cells is None:
            cells = notebook(name).cells if is_notebook(name) else []
        self.cells = {cell.id: cell for cell in cells}
        self.made = {}
        self.helpers = {
            **{
                f.__name__: f
                for f in (self.out, self.count, self.shown, self.run, self.text, self.rows, self.lines)
            },
            **{
                f.__name__: f
                for f in (
                    chapter,
                    sigmoid,
                    slope,
                    outcome,
                    outcomes,
                    ranges,
                    package,
                    source,
                    documents,
                )
            },
            "printed": self.printed,
            "np": np,
            "re": re,
        }

    def shown(self, cell):
        """Return the stored output of a cell, as text."""
        return output_text(self.cells[cell])

    def text(self, cell):
        """Return the text of a cell."""
        return one_line(self.cells[cell].source)

    def lines(self, cell):
        """Return the lines of a code cell, without imports and empty ones."""
        return [x for x in self.cells[cell].source.splitlines() if x and not re.match("import|from", x)]

    def rows(self, cell):
        """Return the rows of a stored table, each a dictionary of texts by column."""
        lines = [line for line in self.shown(cell).splitlines() if line.startswith("|")]
        lines = [re.sub("&(?:num|punc)sp;", "", line) for line in lines]
        head, _, *rows = ([c.strip(" *") for c in re.split(r"(?<!\\)\|", line)[1:-1]] for line in lines)
        return [dict(zip(head, row, strict=True)) for row in rows]

    def out(self, cell, column=None, row=None):
        """Return the numbers of a stored output: all, those of a column, or the one in a column and a row.

        A row is named by the first entry that it begins with; a table of one row needs no name.
        """
        if column is None:
            return [n.value for n in shown_numbers(self.shown(cell))]
        rows = self.rows(cell)
        if row is not None:
            rows = [r for r in rows if next(iter(r.values())).startswith(row)]
        values = [shown_numbers(r[column])[0].value if shown_numbers(r[column]) else None for r in rows]
        return values[0] if row is not None or len(values) == 1 else values

    def count(self, cell, verdict):
        """Return how often a table of verdicts counts one of them: “2 × wrong”; none is 0."""
        match = re.search(rf"(\d+) × {re.escape(verdict)}", self.shown(cell))
        return int(match[1]) if match else 0

    def printed(self, number):
        """Return a number if the document prints it, with just these digits."""
        facts = load(document_of(self.name)).numbers
        if number not in {fact.printed for fact in facts}:
            raise ValueError(f"the document does not print {number}")
        return float(number)

    def run(self, cell=None):
        """Return what the first cell of the notebook makes, and then a cell of it."""
        if cell not in self.made:
            if cell is None:
                scope = {"__name__": "__main__"}
                source = next(c.source for c in self.cells.values() if c.cell_type == "code")
            else:
                scope, source = dict(self.run()), self.cells[cell].source
            folder = (ROOT / "notebooks" / self.name).parent
            with contextlib.redirect_stdout(io.StringIO()), contextlib.chdir(folder):
                exec(compile(source, f"{self.name}: {cell or 'first cell'}", "exec"), scope)
            self.made[cell] = scope
        return self.made[cell]

    def compute(self, expression, n):
        """Return what an expression gives; n is the number that the text states."""
        names = [node for node in ast.walk(ast.parse(expression, mode="eval")) if isinstance(node, ast.Name)]
        bound = {node.id for node in names if isinstance(node.ctx, ast.Store)} | {
            *self.helpers,
            *dir(builtins),
            "n",
        }
        scope = self.run() if self.cells and any(node.id not in bound for node in names) else {}
        return eval(expression, {**scope, **self.helpers, "n": n})


@cache
def chapter(name):
    return Chapter(name)


def sigmoid(z):
    return 1 / (1 + math.exp(-z))


def slope(z):
    return sigmoid(z) * sigmoid(-z)


def outcomes(net, x, t, rates, updates, goal):
    """Return how trainings at many learning rates end: by rate, with `kind`, `updates` and `loss`."""
    key = str((net.by_name(), net, x, t, rates, updates, goal))
    if key not in TRAINED:
        runs = sweep(net, x, t, learning_rates=rates, epochs=updates, stop_below=goal)
        TRAINED[key] = {rate: runs.outcome(r) for r, rate in enumerate(rates)}
    return TRAINED[key]


TRAINED = {}


def outcome(net, x, t, rate, updates, goal):
    """Return how a training at one learning rate ends."""
    return outcomes(net, x, t, [rate], updates, goal)[rate]


def ranges(net, x, t, rates, updates, goal):
    """Return the ranges of rates that end alike, from the least on: (kind, first rate, last rate)."""
    found = []
    for rate, end in outcomes(net, x, t, rates, updates, goal).items():
        if found and found[-1][0] == end.kind:
            found[-1] = (end.kind, found[-1][1], rate)
        else:
            found.append((end.kind, rate, rate))
    return found


def package(module):
    """Return a module of backprop_lib."""
    return importlib.import_module(f"backprop_lib.{module}")


def source(path):
    """Return the text of a file of the project."""
    return (ROOT / path).read_text(encoding="utf-8")


def documents():
    """Return the numbers of the documents."""
    return sorted(path.stem for path in (ROOT / "backprop_lib/documents").glob("*.toml"))


@cache
def computed(name, expression, n):
    return chapter(name).compute(expression, n)


def refusal(name, expression, number, compute=computed):
    """Return why an expression does not give a number to the digits written, or nothing if it does."""
    asks = re.search(r"\bn\b", expression)
    try:
        value = compute(name, expression, number.value if asks else None)
        if bool(value) if asks else number.agrees(float(value)):
            return ""
    except Exception as error:  # whatever is wrong with an expression, the sentence says it
        return f"{expression} stops: {error!r}"
    return f"{expression} gives {value}"


# ---- the check -----------------------------------------------------------------------------------


@cache
def by_cell(name):
    """Return the passages of a notebook by cell."""
    cells = {}
    for passage in read(name):
        cells.setdefault(passage.cell, []).append(passage)
    return cells


def places(entry, texts):
    """Return where the words of an entry stand: triples of the passage's index, start and end."""
    words = re.compile(r"\s+".join(map(re.escape, entry.phrase.split())))
    return [(i, *match.span()) for i, text in enumerate(texts) for match in words.finditer(text)]


def complaints(name, passages):
    """Yield one sentence for each entry of a cell that fails, and for each number that nothing covers."""
    cell, texts = passages[0].cell, [passage.text for passage in passages]
    inside, covered = [numbers(text) for text in texts], set()
    for entry in entries(name).get(cell, []):
        start = f"{name}, {cell}: “{entry.phrase}”"
        where = places(entry, texts)
        if len(where) != 1:
            yield f"{start} stands there {len(where)} times, expected once."
            continue
        i, first, last = where[0]
        stated = [n for n in inside[i] if first <= n.start and n.end <= last]
        expressions = entry.for_each(len(stated))
        if len(stated) != len(expressions) or not stated:
            yield f"{start} has {len(stated)} numbers, but {len(entry.expressions)} expressions."
            continue
        for number, expression in zip(stated, expressions, strict=True):
            covered.add((i, number.start))
            if not REMARK.match(expression) and (why := refusal(name, expression, number)):
                yield f"{start} says {number.text}, but {why}."
    for i, passage in enumerate(passages):
        for number in inside[i]:
            if (i, number.start) in covered:
                continue
            said = quotation(passage, number)
            if not (said in facts(name) if said else found(number, passage.section)):
                yield (
                    f"{name}, {cell}: nothing confirms {number.text} in “{around(passage.text, number)}”. "
                    "Show it in an output of the section, or add what gives it to tests/statements/."
                )


def all_complaints(name):
    """Return all sentences on a notebook, also on entries for cells that it has not."""
    cells = by_cell(name)
    lost = [
        f"{name}: tests/statements/ has entries for {c!r}, but there is no such cell."
        for c in entries(name)
        if c not in cells
    ]
    return lost + [sentence for passages in cells.values() for sentence in complaints(name, passages)]


def around(text, number, size=30):
    """Return a number with a few whole words on both sides."""
    start = text.rfind(" ", 0, max(0, number.start - size)) + 1 if number.start > size else 0
    end = text.find(" ", number.end + size)
    return one_line(text[start : end if end >= 0 else len(text)]).strip()


def skeleton(name):
    """Return entries for what is not covered, with their expressions to be written."""
    lines = []
    for cell, passages in by_cell(name).items():
        said, rows = " ".join(complaints(name, passages)), []
        for passage in passages:
            groups = []
            for n in numbers(passage.text):
                if f"nothing confirms {n.text} in “{around(passage.text, n)}”" in said:
                    near = groups and n.start - groups[-1][-1].end < 40
                    if near and not re.search(r"[.:;?!]\s", passage.text[groups[-1][-1].end : n.start]):
                        groups[-1].append(n)
                    else:
                        groups.append([n])
            for group in groups:
                words = around(passage.text, replace(group[0], end=group[-1].end), 12)
                values = ", ".join('""' for _ in group)
                rows.append(f"{quote(words)} = " + (f"[{values}]" if len(group) > 1 else values))
        if rows:
            lines += [f"[{name}.{quote(cell)}]", *rows, ""]
    return "\n".join(lines)


def quote(text):
    """Return a text as a key of a TOML file."""
    if re.fullmatch(r"[\w-]+", text, re.ASCII):
        return text
    return f"'{text}'" if "'" not in text else '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


if __name__ == "__main__":
    for argument in sys.argv[1:]:
        print(skeleton(argument))

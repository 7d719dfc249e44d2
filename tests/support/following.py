"""Does the text follow the numbers? After an edit of the first cell no number in a sentence may be wrong.

A sentence that quotes what the first numbers give says so: its paragraph holds “the numbers we began with”,
or “the tutorial's numbers”, and a list, a table or a folded answer right below belongs to it. All other
numbers must still be what `statements/` computes, or stand beside the text, in the edited notebook as well.
Exercises are asked about the first numbers, which one puts back after each of them.
"""

import contextlib
import io
import re
import warnings

from nbformat.v4 import new_code_cell
from numerals import numbers
from statements import (
    REMARK,
    Chapter,
    around,
    entries,
    matches,
    passages,
    places,
    quotation,
    refusal,
    said_by,
)

ANCHOR = re.compile(r"the\s+(?:numbers|one)\s+we\s+began\s+with|the\s+tutorial's\s+numbers", re.IGNORECASE)
BELONGS = re.compile(r"\s*(?:(?:[-*|]|\d+\.)\s|<details>)")  # a list, a table or a folded answer
FOLDS, UNFOLDS = "<details>", "</details>"


def loose(text):
    """Return a text with blanks in place of what it says of the first numbers."""
    kept, above, inside = [], False, False
    for block in re.split(r"(\n\s*\n)", text):
        if not block.strip():
            kept.append(block)
            continue
        above = bool(ANCHOR.search(block)) or (above and bool(BELONGS.match(block)))
        inside = inside or (above and FOLDS in block)
        kept.append(re.sub(r"\S", " ", block) if above or inside else block)
        if UNFOLDS in block:
            above = inside = False
    return "".join(kept)


def edited(cells, sources, outputs):
    """Return the cells of a notebook with other code, and with what it shows then."""
    code = {cell: new_code_cell(source, id=cell, outputs=outputs[cell]) for cell, source in sources}
    return [code.get(cell.id, cell) for cell in cells]


def without_exercises(passages):
    """Yield the passages outside the section of exercises."""
    inside = False
    for passage in passages:
        if heading := re.match(r"#{1,2} +(.*)", passage.text):
            inside = heading[1] == "Exercises"
        if not inside:
            yield passage


def stale(name, cells):
    """Return a sentence for each number of an edited notebook that is wrong now and is not said to be old."""
    chapter, by_cell = Chapter(name, cells), {}
    said = (piece for cell in cells for piece in said_by(cell))
    found = passages((cell, text and loose(text), beside) for cell, text, beside in said)
    for passage in without_exercises(found):
        by_cell.setdefault(passage.cell, []).append(passage)
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        return [found for cell, own in by_cell.items() for found in _stale(name, cell, own, chapter)]


def _stale(name, cell, own, chapter):
    def compute(_, expression, n):
        return chapter.compute(expression, n)

    texts = [passage.text for passage in own]
    inside, covered = [numbers(text) for text in texts], set()
    for entry in entries(name).get(cell, []):
        for i, first, last in places(entry, texts):
            stated = [n for n in inside[i] if first <= n.start and n.end <= last]
            for number, expression in zip(stated, entry.for_each(len(stated)), strict=True):
                covered.add((i, number.start))
                if not REMARK.match(expression) and (why := refusal(name, expression, number, compute)):
                    yield f"{name}, {cell}: “{entry.phrase}” says {number.text}, but now {why}."
    for i, passage in enumerate(own):
        for number in inside[i]:
            if (i, number.start) in covered or quotation(passage, number):
                continue
            if not matches(number, passage.section.sources):
                yield f"{name}, {cell}: nothing gives {number.text} now in “{around(passage.text, number)}”."

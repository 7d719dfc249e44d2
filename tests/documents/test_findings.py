"""What the tutorials got wrong: shown, proved, and refused where the proof fails."""

import re
from dataclasses import replace

import numpy as np
import pytest
from audits import NOTEBOOKS, cells_of, shown_in

from backprop_lib.documents.facts import load
from backprop_lib.documents.findings import Findings, NotConfirmed
from backprop_lib.documents.judge import Judge

every_document = pytest.mark.parametrize("number", NOTEBOOKS)


@every_document
def test_every_finding_is_shown_in_the_last_chapter(number):
    shown = shown_in("all")
    for finding in load(number).findings:
        assert f"| says | {finding.says} |" in shown
        assert f"| source | {load(number).citation} ({load(number).place_of(finding)}) |" in shown
        assert f"]({load(number).lesson}) |" in shown
        assert f"| why it matters | {finding.why} |" in shown
        assert f"#cell-id={finding.cell})" in shown
        assert f"| right | {finding.right} |" in shown


def test_each_finding_has_a_heading_with_its_number():
    cells = cells_of("all")
    headings = {cell.id: cell.source for cell in cells if cell.id.endswith("-head")}
    shown = [re.search(r'book\.show\(\s*"(\w+)",\s*"([^"]+)"', cell.source) for cell in cells]
    for cell, (number, id) in ((c, s.groups()) for c, s in zip(cells, shown, strict=True) if s):
        document = load(number)
        assert headings.pop(f"{cell.id}-head").startswith(
            f"### {document.number_of(document.finding(id))} · "
        )
    assert not headings


@pytest.fixture
def book():
    return Findings([Judge("002"), Judge("004")])


def changed(book, number, kind, place, **changes):
    """Change one fact or finding of a document, for the judges of a book."""
    (judge,) = (judge for judge in book.judges if judge.document.number == number)
    entries = list(getattr(judge.document, kind))
    (i,) = (
        i
        for i, entry in enumerate(entries)
        if place in (getattr(entry, "place", ""), getattr(entry, "id", ""))
    )
    entries[i] = replace(entries[i], **changes)
    judge.document = replace(judge.document, **{kind: entries})


def test_a_finding_comes_with_its_proof(book):
    table = str(book.show("004", "z for ŷ", {"a number": np.float64(0.25), "a word": "none"}))
    assert "0.237168 ≠ 0.248488" in table
    assert "left − right = 0" in table
    assert "a number: 0.250000<br>a word: none" in table


def test_a_document_that_is_right_after_all_is_not_accused(book):
    changed(book, "004", "formulas", "Evaluating, dŷ/dz_2: result", right="yhat * (1 - yhat)")
    with pytest.raises(NotConfirmed, match="what it rests on is judged “equal”"):
        book.show("004", "z for ŷ", {})
    changed(book, "002", "numbers", "Update of w1: −∂E/∂w1", printed="0.001033")
    with pytest.raises(NotConfirmed, match="what it rests on is judged “agrees”"):
        book.show("002", "lost points", {})


def test_a_correction_that_is_wrong_is_refused(book):
    changed(book, "004", "findings", "z for ŷ", proof="yhat * (1 + yhat)")
    with pytest.raises(NotConfirmed, match=r"D\(yhat, z_2\) is not yhat"):
        book.show("004", "z for ŷ", {})


def test_words_need_a_test_that_finds_something(book):
    assert "| says | a weight is initialized to .5" in str(book.show("002", "any start", {}, wrong=True))
    with pytest.raises(NotConfirmed, match="the test found nothing wrong"):
        book.show("002", "any start", {}, wrong=False)
    with pytest.raises(ValueError, match="is about words or a program: say wrong="):
        book.show("002", "any start", {})


def test_a_finding_that_is_not_there_is_refused(book):
    with pytest.raises(ValueError, match="document 002 has no finding 'none'"):
        book.show("002", "none", {})
    with pytest.raises(ValueError, match="document '003' is not among these, expected one of: 002, 004"):
        book.show("003", "any start", {})
    with pytest.raises(ValueError, match="there is no document '9', expected one of 000, 001, 002"):
        Judge("9")


def test_the_counts_add_up(book):
    rows = [[cell.strip("*") for cell in row] for row in book.counts().rows]
    numbers = [[0 if cell == "–" else int(cell) for cell in row[1:]] for row in rows]
    assert rows[-1][0] == "all"
    assert np.array_equal(np.sum(numbers[:-1], axis=0), numbers[-1])
    assert all(sum(row[:-1]) == row[-1] for row in numbers)

"""Every number that a text states is found beside it, or computed; and a changed digit is noticed."""

from dataclasses import replace

import numerals
import pytest
from statements import REMARK, ROOT, all_complaints, by_cell, changed, complaints, entries, places, refusal

NOTEBOOKS = [path.stem for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
each = pytest.mark.parametrize("name", [*NOTEBOOKS, "README", "widgets"])


@each
def test_every_number_is_confirmed(name):
    assert not all_complaints(name), "\n".join(all_complaints(name))


@each
def test_a_changed_digit_is_noticed(name):
    """Change the last digit of each number in turn, or its word: 98 of 100 changes are noticed, or more."""
    noticed = []
    for passages in by_cell(name).values():
        for i, passage in enumerate(passages):
            for number in numerals.numbers(passage.text):
                for other in changed(number):
                    text = passage.text[: number.start] + other.text + passage.text[number.end :]
                    edited = [*passages[:i], replace(passage, text=text), *passages[i + 1 :]]
                    noticed.append(any(complaints(name, edited)))
    print(f"{name}: {sum(noticed)} of {len(noticed)} changes are noticed")
    assert sum(noticed) >= 0.98 * len(noticed)


@each
def test_an_expression_refuses_another_number(name):
    """Who changes a number in the text and its entry alike is contradicted by the expression."""
    refused = []
    for cell, found in entries(name).items():
        texts = [passage.text for passage in by_cell(name)[cell]]
        for entry in found:
            for i, start, end in places(entry, texts):
                stated = [n for n in numerals.numbers(texts[i]) if start <= n.start and n.end <= end]
                for number, expression in zip(stated, entry.for_each(len(stated)), strict=True):
                    if not REMARK.match(expression):
                        refused += [bool(refusal(name, expression, other)) for other in changed(number)]
    print(f"{name}: {sum(refused)} of {len(refused)} other numbers are refused")
    assert sum(refused) >= 0.98 * len(refused)

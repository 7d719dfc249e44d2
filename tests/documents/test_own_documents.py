"""A document of one's own, with anything in its fields: refused in a sentence, or judged."""

import re
from copy import deepcopy
from pathlib import Path

import nbformat
import pytest

from backprop_lib.documents.facts import Document, Example, Finding, Formula, Number
from backprop_lib.documents.facts import _entry as entry
from backprop_lib.documents.judge import Judge

EXAMPLE = {
    "letters": {"a": "a1[0]", "t": "t[0]", "E": "E", "eta": "learning_rate", "w": "w1[0,0]"},
    "weights": [[[0.5]]],
    "biases": [[0.1]],
    "activation": "sigmoid",
    "loss": "half_squared_error",
    "x": [0.1],
    "t": [0.9],
    "numbers": {"learning_rate": 0.3, "sizes": [2, 2]},
    "start": {},
    "data": {},
    "run": "",
    "mean_within": 0.0,
}
FORMULA = {"place": "p", "printed": "E", "left": "D(E, a)", "right": "a - t", "arranged": "", "indices": {}}
NUMBER = {"place": "n", "printed": "0.5", "of": "a", "shown": "", "after": "", "given": False}
ANYTHING = [
    *("", "nothing", "document 003 on parity", "document 003 on MNIST", 0, -1, 1.5, 10**400, True, None),
    *(float("nan"), float("inf"), [], {}, [[]], [[[]]], [0.1, 0.2], [[0.1], [0.2]], [[[0.1, 0.2]]], ["a"]),
    *({"a": 1}, {"a": "q"}, {"k": -1}, {"k": 10**6}, {"k": "b"}, {"sizes": "a"}, {"sizes": [2, 1]}),
    *({"learning_rate": "fast"}, {"learning_rate": [[1], [2, 3]]}, {"set": "parity", "row": 99_999}),
    *({"set": "parity", "bits": "a"}, {"set": "parity", "bits": 99}, {"set": "parity", "row": "a"}),
    *({"sizes": [10, 2], "like": "document 003", "seed": "x"}, {"sizes": [99, 2], "like": "document 003"}),
]


def judged(example, formula, number):
    """Return all verdicts on a document, or the sentence that refuses it."""
    try:
        parts = [
            entry("mine.toml", cls, 1, fields)
            for cls, fields in ((Example, example), (Formula, formula), (Number, number))
        ]
    except ValueError as error:
        return [str(error)]
    judge = Judge(Document("mine", "Mine", "me", "today", "", parts[:1], parts[2:], parts[1:2], [], [], []))
    found = [*judge.formulas().judged, *judge.numbers().judged]
    assert judge.formulas()._repr_markdown_()
    return [f"{one.verdict}: {one.right}" for one in found]


def changed(kind, field, value):
    parts = [deepcopy(EXAMPLE), deepcopy(FORMULA), deepcopy(NUMBER)]
    parts[kind][field] = value
    return parts


CASES = [(kind, field) for kind, part in enumerate((EXAMPLE, FORMULA, NUMBER)) for field in part]


def test_as_it_stands_it_is_right():
    assert judged(EXAMPLE, FORMULA, NUMBER) == ["equal: 0", "agrees: 0.537430"]


@pytest.mark.parametrize(
    ("kind", "field"), CASES, ids=[f"{('example', 'formula', 'number')[k]} {f}" for k, f in CASES]
)
def test_nothing_in_a_field_stops_the_judge(kind, field):
    for value in ANYTHING:
        for said in judged(*changed(kind, field, value)):
            assert len(said) > 3, (field, value, said)


def test_a_finding_is_checked_too():
    with pytest.raises(ValueError, match="finding 1 lacks 'id'"):
        entry("mine.toml", Finding, 1, {})


def test_the_page_shows_entries_of_its_file():
    folder = Path(__file__).parents[2] / "notebooks" / "audit"
    text = (folder / "your_own_tutorial.toml").read_text(encoding="utf-8")
    cells = nbformat.read(folder / "your_own_tutorial.ipynb", as_version=4).cells
    shown = [part for cell in cells for part in re.findall(r"```toml\n(.*?)```", cell.source, re.DOTALL)]
    assert len(shown) == 2
    assert all(part in text for part in shown)

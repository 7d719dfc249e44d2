"""The table of findings: every choice of the two menus has its own table."""

import re

import pytest

from backprop_lib.documents import KINDS
from backprop_lib.examples import judge_of
from backprop_lib.filters import FilteredFindings
from backprop_lib.findings import Findings


@pytest.fixture(scope="module")
def table():
    return FilteredFindings(Findings([judge_of("002"), judge_of("004")]))


def test_every_choice_shows_what_it_says(table):
    kinds, documents = table.kind.options, table.document.options
    assert (kinds[0], documents) == ("all", ("all", "002", "004"))
    assert set(kinds[1:]) == {row[0] for row in table.rows} <= set(KINDS)
    assert len(table.stack.children) == len(kinds)
    for kind, by_document in zip(kinds, table.stack.children, strict=True):
        for number, shown in zip(documents, by_document.children, strict=True):
            rows = [r for r in table.rows if kind in ("all", r[0]) and number in ("all", r[1])]
            assert shown.value.count("<tr><td>") == len(rows)
            assert re.search(rf"^<div[^>]*><p[^>]*>{len(rows)} finding", shown.value)


def test_formulas_stay_and_code_is_marked(table):
    everything = table.stack.children[0].children[0].value
    assert r"$\frac{d\hat y}{dz_2} = \hat y (1 - \hat y)$" in everything
    assert "`" not in everything


def test_it_is_described_in_words(table):
    assert repr(table).startswith("Table of 15 findings, with a menu for their kind (sign, factor,")
    assert table._repr_mimebundle_()["text/plain"] == repr(table)

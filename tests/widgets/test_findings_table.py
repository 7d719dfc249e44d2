"""The table of findings: every choice of the two menus has its own table."""

import re
from types import SimpleNamespace

import pytest
from ipywidgets import HTML, HTMLMath

from backprop_lib.documents.facts import FindingClass
from backprop_lib.documents.findings import Findings
from backprop_lib.documents.judge import Judge
from backprop_lib.widgets import cells
from backprop_lib.widgets.findings_table import FilteredFindings


@pytest.fixture(scope="module")
def table():
    return FilteredFindings(Findings([Judge("002"), Judge("004")]))


def test_every_choice_shows_what_it_says(table):
    classes, documents = table.class_.options, table.document.options
    assert (classes[0], documents) == ("all", ("all", "002", "004"))
    assert set(classes[1:]) == {row[0] for row in table.rows} <= set(FindingClass)
    assert len(table.stack.children) == len(classes)
    for class_, by_document in zip(classes, table.stack.children, strict=True):
        for number, shown in zip(documents, by_document.children, strict=True):
            rows = [r for r in table.rows if class_ in ("all", r[0]) and number in ("all", r[1])]
            assert shown.value.count("<tr><td>") == len(rows)
            assert re.search(rf"^<div[^>]*><p[^>]*>{len(rows)} finding", shown.value)


def test_formulas_stay_and_code_is_marked(table):
    everything = table.stack.children[0].children[0].value
    assert r"$\frac{d\hat y}{dz_2} = \hat y (1 - \hat y)$" in everything
    assert "`" not in everything


def test_it_is_described_in_words(table):
    assert repr(table).startswith("Table of 9 findings, with a menu for their class (error, misleading,")
    assert table._repr_mimebundle_()["text/plain"] == repr(table)


def test_what_a_file_says_is_text_and_no_markup():
    """A document's number, its findings and its words come from a file that anybody may write."""
    evil = "<img src=x onerror=alert(1)>"
    words = {name: f"{evil} $a$ `b`" for name in ("says", "right", "why")}
    finding = SimpleNamespace(class_=FindingClass.ERROR, weight=evil, **words)
    document = SimpleNamespace(number=evil, findings=[finding], number_of=lambda _: evil)
    document.place_of = document.number_of
    table = FilteredFindings(SimpleNamespace(documents=[document]))
    for part in cells.parts(table):
        assert "<img" not in str(getattr(part, "value", "") if isinstance(part, HTMLMath | HTML) else "")
    shown = table.stack.children[0].children[0].value
    assert shown.count("&lt;img") == 6

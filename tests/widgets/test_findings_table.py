"""The table of findings: a row for each, with formulas that need no typesetter, and text that stays text."""

import re
from html import escape
from types import SimpleNamespace

import pytest

from backprop_lib.documents.facts import FindingClass
from backprop_lib.documents.findings import Findings
from backprop_lib.documents.judge import Judge
from backprop_lib.widgets.findings_table import FilteredFindings, _mathml

DOCUMENTS = ("002", "004", "001", "mazur", "000", "003")


@pytest.fixture(scope="module")
def table():
    return FilteredFindings(Findings([Judge("002"), Judge("004")]))


def test_every_finding_has_its_row_and_the_menus_what_there_is(table):
    assert len(table.rows) == 9
    assert table.names == ["2016 post", "“Understanding …”"]
    assert set(table.kinds) == {row["kind"] for row in table.rows} <= set(FindingClass)
    assert table.kinds == [str(class_) for class_ in FindingClass if class_ in table.kinds]
    for row in table.rows:
        assert row["cells"][0].startswith(f"{row['name']} ")
        assert row["cells"][1].startswith(f"<b>{row['kind']}</b>")


def test_formulas_are_mathml_and_code_is_marked(table):
    everything = str(table.rows)
    assert "<mfrac>" in everything
    assert not re.search(r"\$|`|\\\\frac", everything)


@pytest.mark.parametrize("number", DOCUMENTS)
def test_every_formula_of_the_course_becomes_mathml(number):
    shown = str(FilteredFindings(Findings([Judge(number)])).rows)
    assert "$" not in shown


def test_it_is_described_in_words(table):
    assert repr(table).startswith("Table of 9 findings, with a menu for their class (error, misleading,")
    assert table._repr_mimebundle_()[0]["text/plain"] == repr(table)


def test_what_a_file_says_is_text_and_no_markup():
    """A document's number, its findings and its words come from a file that anybody may write."""
    evil = "<img src=x onerror=alert(1)>"
    words = {name: f"{evil} $a$ `b`" for name in ("says", "right", "why")}
    finding = SimpleNamespace(class_=FindingClass.ERROR, weight=evil, **words)
    document = SimpleNamespace(short_name=evil, findings=[finding], number_of=lambda _: evil)
    document.place_of = document.number_of
    table = FilteredFindings(SimpleNamespace(documents=[document]))
    shown = str(table.rows[0]["cells"])
    assert "<img" not in shown
    assert shown.count("&lt;img") == 6


@pytest.mark.parametrize(
    "formula",
    [
        *(r"\text{<img src=x onerror=alert(1)>}", r"\text{<script>alert(1)</script>}"),
        *(r"\href{javascript:a}{x}", r"\style{color:red}{x}", r"\left( x", "x_1_2"),
    ],
)
def test_a_formula_is_mathematics_or_plain_text(formula):
    assert _mathml(formula) == escape(f"${formula}$")
    assert _mathml("a < b").startswith("<math ")

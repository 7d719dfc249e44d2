"""Facts as data: complete, placed, readable, and refused in a sentence if they are not."""

import re

import pytest
from audits import DATA, NOTEBOOKS, cells_of, in_every_document, shown_in

from backprop_lib.documents.facts import FindingClass, FindingKind, FindingWeight, load
from backprop_lib.documents.verdicts import Verdict


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_only_equations_are_judged(name):
    """What stands there without an equals sign can say what a letter means, and nothing else."""
    for formula in load(name).formulas:
        assert formula.code or formula.definition or "=" in formula.printed


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_which_function_the_author_chose_is_a_definition(name):
    for formula in load(name).formulas:
        if re.fullmatch(r"sigma\(\w+\)", formula.left):
            assert formula.code or formula.definition  # a program may compute it wrongly


@pytest.mark.parametrize("name", [p.stem for p in DATA.glob("*.toml")])
def test_every_fact_has_its_own_place_and_is_shown(name):
    document, shown = load(name), shown_in(name)
    for kind in (document.numbers, document.formulas):
        places = [fact.place for fact in kind]
        assert all(places)
        assert len(set(places)) == len(places)
    for number in document.numbers:
        assert f"| {number.place} | `{number.printed}` |" in shown
    for formula in document.formulas:
        assert f"| {formula.place} | {formula.shown} |" in shown
    for claim in (*document.claims, *document.listings):
        assert f"| {claim.words} |" in shown
        assert all(reading in shown for reading in claim.readings)


def test_the_files_state_no_verdict():
    for path in DATA.glob("*.toml"):
        text = path.read_text(encoding="utf-8").lower()
        assert not any(f'"{verdict}"' in text for verdict in Verdict)


@in_every_document("findings")
def test_every_finding_is_complete(name, fact):
    assert fact.kind in list(FindingKind)
    assert fact.class_ in list(FindingClass)
    assert fact.weight in list(FindingWeight)
    assert load(name).place_of(fact)
    assert re.fullmatch(r".{20,}[.!?]”?", fact.why), "one plain sentence that says why it matters"
    assert fact.cell in {cell.id for cell in cells_of(name) if cell.cell_type == "code"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not = toml", "cannot be read as TOML"),
        ("[document", "cannot be read as TOML"),
        ("[verdicts]\nx = 1", "has a table 'verdicts'"),
        ("[[number]]\nplace = 'p'\nprinted = '1'", "number 1 lacks 'of'"),
        ("[[number]]\nplace = 'p'\nprinted = '1'\nof = 'x'\nverdict = 'w'", "number 1 has 'verdict'"),
        ("[[number]]\nplace = 'p'\nprinted = 1\nof = 'x'", "number 1 has printed 1, expected text"),
        ("[number]\nplace = 'p'", "has one 'number' table, expected a list"),
        ("number = [1]", "number 1 is 1, expected a table"),
        ("[[finding]]\nclass = 'bad'", "finding 1 has class 'bad', expected one of: error,"),
        ("[document]\nnumber = '9'", "document 1 lacks"),
        ("[[document]]\nnumber = '9'", r"document 1 is \[{.*}\], expected a table"),
        ("[[number]]\nlevel = ''", "number 1 has level '', expected one of: at most, at least"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, text, message):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"own\.toml cannot be read as TOML"):
        load(path)


def test_a_document_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"there is no document '999', expected one of .*002"):
        load("999")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("x = 1\ny = = 2", "cannot be read as TOML: .* line 2"),
        (
            "\n[[number]]\nplace = 'p'\nprinted = '1'\nof = 'x'\n[[number]]\nof = 1",
            r"own.toml, line 6, number 2 has of 1, expected text",
        ),
        ("[[ example ]]\nx = 1", "own.toml, line 1, example 1 has x 1, expected a list"),
        ("\n\n[verdicts]\nx = 1", "own.toml, line 3 has a table 'verdicts'"),
        ("\n[document]\ntitle = 1", "own.toml, line 2, document 1 has title 1"),
        ("number = [{of = 1}]", "own.toml, number 1 has of 1"),
        ("x = " + "[" * 5000, "cannot be read as TOML"),
        ("#" * 1_000_001, "it has 1,000,001 bytes, expected at most 1,000,000"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(tmp_path, text, message):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message) as caught:
        load(path)
    assert "\n" not in str(caught.value)
    assert str(caught.value).endswith(".")

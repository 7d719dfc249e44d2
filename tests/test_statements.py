"""Every number that a text states is found beside it, or computed; and a changed digit is noticed."""

import importlib
from dataclasses import replace
from itertools import count

import nbformat
import numerals
import pytest
import statements
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook, new_output
from statements import (
    MEASURED,
    REMARK,
    ROOT,
    all_complaints,
    by_cell,
    changed,
    complaints,
    entries,
    places,
    refusal,
)

READ = [
    ("The input 0.1, of 60 000 or 10,000.", [0.1, 60_000, 10_000]),
    ("From −2 to 2, or 0–20, by .51249 and `001033`.", [-2, 2, 0, 20, 0.51249, 1033]),
    (r"below $5 \cdot 10^{-5}$, $10^{-5}$, 4.03 · 10⁻⁵ or 1e-10", [5e-5, 1e-5, 4.03e-5, 1e-10]),
    ("off by 5 %, 92.59 %", [5, 92.59]),
    (r"at most ¼; $\tfrac{3}{4} \ln 2$; 1/255", [0.25, 0.75, 2, 1 / 255]),
    ("784-32-10, 28 × 28, `[10, 3, 2]`", [784, 32, 10, 28, 28, 10, 3, 2]),
    (
        "twice, forty times, a tenth, two thirds, a\nsixth, one fortieth, half, a hundredfold",
        [2, 40, 0.1, 2 / 3, 1 / 6, 1 / 40, 0.5, 100],
    ),
    ("twenty-five, three thousand, a hundred, two million, the sixth digit", [25, 3000, 100, 2_000_000, 6]),
    ("one input, but one of them is the other one", [1]),
    (r"$f(x) = \tfrac{1}{4} x^4 - 6x$, $w_1 = -3$", [0.25, 4, 6, -3]),
    (r"the shape $\underset{3 \times 10}{W^{(2)}}$", [3, 10]),
]
PASSED_OVER = [
    "# 4 · Error shares",
    "1. Set `w1[0,2]` and a₂ as in document 002, chapters 3 and 4, for Python 3.11",
    "[a post](https://mattmazur.com/2015/03/17/) of 27 July 2016, [03 · Two paths](03_two_paths.ipynb)",
    r"$w^{(1)}_{01} \, x_1$, $w^0_{10}$, $o_k (1 - o_k)$, $\frac{1}{2}(t - o)^2$, $\dfrac{1}{1 + e^{-z}}$",
    "step by step, one number at a time; at once, the first of all",
    "*Text: CC BY 4.0. Code: BSD-3-Clause.*",
]
FOLDER = ROOT / "notebooks"
NOTEBOOKS = [str(path.relative_to(FOLDER).with_suffix("")) for path in sorted(FOLDER.rglob("*.ipynb"))]
PAGES = (f"{n}_page" for n in count(90))  # each name is read once
each = pytest.mark.parametrize("name", [*NOTEBOOKS, "README", "widgets"])


@pytest.mark.parametrize(("text", "values"), READ)
def test_numbers_are_read(text, values):
    assert [number.value for number in numerals.numbers(text)] == pytest.approx(values)


@pytest.mark.parametrize("text", PASSED_OVER)
def test_what_counts_nothing_is_passed_over(text):
    assert not numerals.numbers(text)


@pytest.mark.parametrize(
    ("text", "becomes"),
    [
        ("0.5637", ["0.5630", "0.5639"]),
        ("5e-5", ["4e-5"]),
        ("60 000", ["60 009"]),
        ("forty", ["thirty", "fifty"]),
        ("a tenth", ["a ninth"]),
        ("a fortieth", ["a thirtieth", "a fiftieth"]),
        ("twice", ["thrice"]),
        ("½", ["¼"]),
        (r"\tfrac{1}{2}", [r"\tfrac{1}{3}"]),
    ],
)
def test_a_last_digit_is_changed(text, becomes):
    (number,) = numerals.numbers(text)
    assert {other.text for other in changed(number)} >= set(becomes)
    assert number.value not in {other.value for other in changed(number)}


@each
def test_every_number_is_confirmed(name):
    assert not all_complaints(name), "\n".join(all_complaints(name))


def test_no_entry_waits_to_be_corrected():
    for path in statements.STATEMENTS.rglob("*.toml"):
        assert "to be co" not in path.read_text(encoding="utf-8"), path.name


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


@pytest.fixture
def said(tmp_path, monkeypatch):
    """Return a function that says what is wrong with a notebook of two sections and a file of entries."""
    (tmp_path / "notebooks").mkdir()

    def check(first="The output is 0.5637.", second="Nothing is said.", entries=""):
        name = next(PAGES)
        cells = [
            new_markdown_cell(f"## First\n\n{first}", id="a"),
            new_code_cell("y = 61", id="run", outputs=[new_output("stream", text="0.563714, 2 × wrong")]),
            new_markdown_cell(f"## Second\n\n{second}", id="b"),
            new_code_cell("y, pair = 0.25, (2, 3)", id="other"),
        ]
        nbformat.write(new_notebook(cells=cells), tmp_path / "notebooks" / f"{name}.ipynb")
        (tmp_path / f"{name}.toml").write_text(entries, encoding="utf-8")
        monkeypatch.setattr(statements, "ROOT", tmp_path)
        monkeypatch.setattr(statements, "STATEMENTS", tmp_path)
        return " ".join(all_complaints(name))

    return check


def test_a_number_is_found_in_its_own_section(said):
    assert not said()
    assert not said("There are 61.", "A slope of 0.25.")
    assert "nothing confirms 0.5638" in said("The output is 0.5638.")
    assert "nothing confirms 0.56372" in said("The output is 0.56372.")
    assert "nothing confirms −0.5637" in said("The output is −0.5637.")
    assert "nothing confirms 61 in “## Second There are 61.”" in said(second="There are 61.")
    assert "nothing confirms two" in said("Of these, two are wrong.")


def test_what_could_not_be_refused_is_not_found(said):
    """Beside the second text stand 2 and 3: either would pass for the other."""
    assert "nothing confirms 2 in" in said(second="There are 2.")
    assert "nothing confirms 0.2 in" in said(second="A slope of 0.2.")
    assert not said(second="There are 2.", entries="[b]\n\"are 2\" = \"run('other')['pair'][0]\"")


@pytest.mark.parametrize(
    ("entry", "wrong"),
    [
        ("\"two are\" = \"count('run', 'wrong')\"", ""),
        ('"two are" = "out(\'run\')[-1]"', ""),
        ('"two are" = "y - 59"', ""),
        ("\"two are\" = \"run('other')['y'] * 8\"", ""),
        ('"two are" = "y - 58"', "“two are” says two, but y - 58 gives 3"),
        ('"two are" = "n > 2"', "says two, but n > 2 gives False"),
        ('"two are" = "lost"', "lost stops: NameError"),
        ('"two are" = ["2", "3"]', "has 1 numbers, but 2 expressions"),
        ('"three are" = "3"', "“three are” stands there 0 times, expected once"),
        ('"are" = "2"', "stands there 2 times, expected once"),
    ],
)
def test_an_entry_is_computed(said, entry, wrong):
    found = said("Of these, two are wrong, as we are.", entries=f"[a]\n{entry}")
    assert wrong in found
    assert bool(found) == bool(wrong)


def test_what_is_left_out_of_the_readme_is_made_from_what_was_measured(monkeypatch):
    monkeypatch.syspath_prepend(ROOT / "benchmarks")
    results = importlib.import_module("training_results")
    left_out = "".join(p.text for p in statements.passages(statements.readme()) if p.cell in MEASURED)
    assert left_out == results.HEADING + results.section(results.load())


def test_an_entry_for_a_cell_that_is_gone_is_told(said):
    assert "has entries for 'gone', but there is no such cell" in said(entries='[gone]\n"two" = "2"')

"""Minutes come from one formula, which gives what a learner took; pages announce what it gives."""

import copy
from pathlib import Path

import minutes
import nbformat
import pytest
from minutes import Load, announced, in_the_map, page, rounded, row_of, sections, time, unannounced, words

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"

# Seven pages as they were at commit 947897d, and the minutes in which they were read and played with, without
# the exercises. Nothing was folded then.
TAKEN = {
    "01_one_path": (Load(words=4315, lines=199, widgets=4), 90),
    "02_cross_entropy": (Load(words=3176, lines=183, widgets=3), 70),
    "03_two_paths": (Load(words=6499, lines=371, widgets=3), 125),
    "04_error_shares": (Load(words=5489, lines=342, widgets=2), 75),
    "05_any_depth": (Load(words=7257, lines=415, widgets=3), 100),
    "06_what_we_found": (Load(words=5852, lines=233, widgets=1), 60),
    "07_digits": (Load(words=1696, lines=108, widgets=3), 50),
}
# Pages that announce their minutes.
ANNOUNCING = [
    "01_one_path",
    "02_cross_entropy",
    "03_two_paths",
    "04_biases",
    "05_error_shares",
    "06_any_depth",
    "07_digits",
    "08_your_own_network",
    "09_what_we_found",
    "refresher",
]


def read(name):
    return nbformat.read(NOTEBOOKS / f"{name}.ipynb", as_version=4)


@pytest.mark.parametrize("name", TAKEN)
def test_the_formula_gives_what_a_learner_took(name):
    load, taken = TAKEN[name]
    assert load.minutes == pytest.approx(taken, rel=1 / 5)


def test_each_part_of_the_formula_is_needed():
    """Without the words, the lines or the widgets it would be off by more than a fifth somewhere."""
    for part in ("words", "lines", "widgets"):
        less = copy.deepcopy(TAKEN)
        for load, _ in less.values():
            setattr(load, part, 0)
        assert any(abs(load.minutes - taken) > taken / 5 for load, taken in less.values()), part


def fault(notebook):
    """What a page should announce and does not, or an empty string."""
    said, right = announced(notebook), time(page(notebook))
    return "" if said == right else f"the first cell says {said!r}; it should say {right!r}"


def test_pages_announce_their_minutes():
    """If it fails: python tests/support/minutes.py --write notebooks/*.ipynb."""
    assert not list(filter(None, (fault(read(name)) for name in ANNOUNCING)))


def test_the_map_has_the_same_minutes():
    (text,) = (cell.source for cell in read("00_start_here").cells if cell.id == "map")
    for name in ANNOUNCING[:-1]:
        row = row_of(f"{name}.ipynb").search(text)
        assert row, f"the map has no row for {name}"
        assert row[2] == in_the_map(page(read(name))), name


A_PAGE = nbformat.v4.new_notebook(
    cells=[
        nbformat.v4.new_markdown_cell("# A page\n\n**Time:** about 15 minutes, and 10 for the exercises."),
        nbformat.v4.new_markdown_cell("## One\n\nSee [a page](https://a.b): $a + b$ is *right*.\n\n## Two"),
        nbformat.v4.new_code_cell(
            "import x\n\nx.plot()",
            outputs=[nbformat.v4.new_output("stream", text="3 words here\n")],
        ),
        nbformat.v4.new_code_cell(
            "stepper(net)",
            metadata={"jupyter": {"source_hidden": True}},
            outputs=[nbformat.v4.new_output("execute_result", {"text/plain": "what stands for a widget"})],
        ),
        nbformat.v4.new_code_cell('slope_slider("relu")'),
        nbformat.v4.new_markdown_cell("## Exercises\n\n1. Why?\n2. How?\n\n### Hints\n\nMany words."),
        nbformat.v4.new_code_cell("answer = 0"),
        nbformat.v4.new_markdown_cell("## Summary\n\nAll said."),
    ]
)


def test_what_is_counted():
    loads = sections(A_PAGE)
    assert list(loads) == ["A page", "One", "Two", "Exercises", "Summary"]
    assert loads["One"] == Load(words=7)
    assert loads["Two"] == Load(words=4, lines=3, folded=1, widgets=1)
    assert loads["Exercises"] == Load(exercises=2)
    assert page(A_PAGE).minutes == pytest.approx((11 + 7 + 4 + 3) / 150 + 3 / 12 + 10)
    assert time(page(A_PAGE)) == "about 10 minutes, and 10 for the exercises"
    assert in_the_map(page(A_PAGE)) == "10 + 10"


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("| one | two |\n| :-- | --: |", 2),
        ("<b>bold</b> – text", 2),
        ("$$a\n+ b$$ and `w1[0,1]`", 3),
        ("", 0),
    ],
)
def test_words_are_counted(text, count):
    assert words(text) == count


@pytest.mark.parametrize(
    "item", ["1. Why?", "### 1 · Why?", "### Exercise 1: why", "**1.** Why?", "**Exercise 1.**"]
)
def test_an_exercise_is_counted(item):
    cell = nbformat.v4.new_markdown_cell(f"## Exercises\n\n{item}\n\nIt takes 2. This is no exercise.")
    assert page(nbformat.v4.new_notebook(cells=[cell])).exercises == 1


def test_minutes_are_rounded_to_five():
    assert [rounded(x) for x in (0, 0.1, 7.4, 7.6, 12.5)] == [0, 5, 5, 10, 15]


def test_minutes_that_are_off_are_found():
    assert "says 'about 15 minutes, and 10" in fault(A_PAGE)
    without = copy.deepcopy(A_PAGE)
    without.cells[0].source = "# A page"
    assert "says None" in fault(without)


def test_minutes_are_written_where_pages_announce_them(tmp_path, monkeypatch):
    nbformat.write(A_PAGE, tmp_path / "01_a.ipynb")
    table = "| [A](01_a.ipynb) | of a | 3 |\n| [B](b.ipynb) | after [A](01_a.ipynb)s | 45 + 5 |"
    start = nbformat.v4.new_notebook(cells=[nbformat.v4.new_markdown_cell(table)])
    nbformat.write(start, tmp_path / "00.ipynb")
    monkeypatch.setattr(minutes, "START", tmp_path / "00.ipynb")
    monkeypatch.setattr(minutes, "TEACHING", tmp_path / "teaching.md")
    other = "| [2](../notebooks/02_b.ipynb) | Two | 3 |\n"
    old = "| [1](../notebooks/01_a.ipynb) | Gone | 7 |\n"
    (tmp_path / "teaching.md").write_text(f"Before\n\n{old}{other}", encoding="utf-8")
    minutes.write(tmp_path / "01_a.ipynb")
    rows = [("A page", 1), ("One", 1), ("Two", 10), ("Summary", 1)]
    new = "".join(f"| [1](../notebooks/01_a.ipynb) | {name} | {n} |\n" for name, n in rows)
    assert (tmp_path / "teaching.md").read_text(encoding="utf-8") == f"Before\n\n{new}{other}"
    assert not fault(nbformat.read(tmp_path / "01_a.ipynb", as_version=4))
    written = nbformat.read(tmp_path / "00.ipynb", as_version=4).cells[0].source
    assert written == table.replace("| 3 |", "| 10 + 10 |")
    assert row_of("b.ipynb").search(written)[2] == "45 + 5"


def test_what_is_announced_claims_nothing_else():
    """Minutes are computed here, so no statement has to account for them."""
    row = "| [1 · One](01_one.ipynb) | 2 weights | 85 + 20 |"
    assert unannounced(f"It takes about 85 minutes, and 20 for the exercises.\n\n{row}\n") == (
        "It takes .\n\n| [1 · One](01_one.ipynb) | 2 weights | |\n"
    )
    assert unannounced("| 5 minutes | 3 |") == "| 5 minutes | 3 |"

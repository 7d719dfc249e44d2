"""A text that quotes the first numbers says so, and one that does not is found out when they change."""

import following
import pytest
import statements
from following import edited, loose, stale, without_exercises
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from statements import passages

SAID = "With the numbers we began with"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("It gives 5.\n\nAnd 6.", "It gives 5. And 6."),
        (f"{SAID}, it gives 5.\n\nAnd 6.", "And 6."),
        ("With the\nnumbers we began with it gives 5.\n\nAnd 6.", "And 6."),
        ("With the tutorial's numbers, it gives 5.", ""),
        (f"{SAID}:\n\n- at 1 it is 5\n\n- at 2 it is 6\n\nAnd 7.", "And 7."),
        (f"{SAID}:\n\n| at | E |\n| 1 | 5 |\n\nAnd 7.", "And 7."),
        (f"- at 0 it is 4\n\n{SAID}, it is 5.", "- at 0 it is 4"),
        (
            f"{SAID}, is it 5?\n\n<details><summary>Answer</summary>\n\nIt is 6.\n\n</details>\n\nAnd 7.",
            "And 7.",
        ),
        (f"<details><summary>Answer, {SAID.lower()}</summary>\n\nIt is 6.\n\n7.\n\n</details>\n\n8.", "8."),
        (
            f"<details><summary>Answer</summary>\n\nIt is 5.\n\n{SAID}, 6.\n\nAnd 7.\n\n</details>",
            "<details><summary>Answer</summary> It is 5. And 7. </details>",
        ),
    ],
)
def test_a_paragraph_that_names_the_first_numbers_is_let_go(text, left):
    assert " ".join(loose(text).split()) == left
    assert len(loose(text)) == len(text)
    assert loose(text).count("\n") == text.count("\n")


def cells(text, x=3):
    return [
        new_markdown_cell("# A page", id="title"),
        new_code_cell(f"x = {x}", id="setup"),
        new_code_cell(
            "print(x**2 + 0.0625)", id="square", outputs=[new_output("stream", text=f"{x**2 + 0.0625}\n")]
        ),
        new_markdown_cell(text, id="after"),
    ]


@pytest.fixture
def wrong(monkeypatch):
    """Return a function that says what is wrong in a text about x = 3 when x is 4."""

    def check(text, entry=""):
        phrases = [statements.Entry(entry, ("x + 1",))] if entry else []
        monkeypatch.setattr(following, "entries", lambda _: {"after": phrases})
        assert not stale("a page", cells(text)), "true of the first numbers"
        sources = [("setup", "x = 4"), ("square", "print(x**2 + 0.0625)")]
        shown = {"setup": [], "square": [new_output("stream", text="16.0625\n")]}
        return " ".join(stale("a page", edited(cells(text), sources, shown)))

    return check


def test_what_an_output_gave_is_wrong_once_it_gives_something_else(wrong):
    assert "after: nothing gives 9.0625 now in “The square is 9.0625.”" in wrong("The square is 9.0625.")
    assert not wrong(f"{SAID}, the square is 9.0625.")
    assert not wrong("It adds 0.0625.")


def test_what_an_expression_gave_is_wrong_once_it_gives_something_else(wrong):
    assert "“There are four” says four, but now x + 1 gives 5" in wrong("There are four.", "There are four")
    assert not wrong(f"{SAID}, there are four.", "there are four")
    assert not wrong("It is 0.0625.", "of another page")


def test_exercises_are_asked_about_the_first_numbers():
    texts = ["# A page", "Text.\n## Exercises\n1. Is it 5?", "2. And 6?", "### More", "## Summary"]
    kept = without_exercises(passages((str(i), text, []) for i, text in enumerate(texts)))
    assert [passage.text.strip() for passage in kept] == ["# A page", "Text.", "## Summary"]

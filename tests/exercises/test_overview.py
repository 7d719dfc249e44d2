"""The overview: quiet, by lesson, and the same for everybody who has not begun."""

import nbformat
from nbclient import NotebookClient

from backprop_lib.exercises.entries import Entry
from backprop_lib.exercises.exercise import exercises
from backprop_lib.exercises.overview import Overview
from backprop_lib.exercises.records import SETTING

KNOWN = ["one-path.1", "one-path.2", "one-path.3", "digits.1", "digits.2"]
SOLVED = Entry(right=True, tries=1, first_right="2026-01-31T08:00Z")


def test_before_the_first_try_it_is_one_sentence():
    said = "You have not tried an exercise yet."
    assert repr(Overview({}, KNOWN)) == said
    assert Overview({}, KNOWN)._repr_markdown_() == said
    assert repr(Overview({"digits.1": Entry(hints=1)}, KNOWN)) == said


def test_each_lesson_has_a_row():
    entries = {"digits.2": Entry(tries=1), "digits.1": Entry(tries=2), "one-path.2": SOLVED, "mine.1": SOLVED}
    seen = Overview(entries, KNOWN, "A note.")
    assert repr(seen).splitlines() == [
        "2 of 6 exercises are solved.",
        "One path: 1 of 3 solved",
        "Digits: 0 of 2 solved; tried: exercises 1, 2",
        "Mine: 1 of 1 solved",
        "A note.",
    ]
    assert seen._repr_markdown_().splitlines() == [
        "2 of 6 exercises are solved.",
        "",
        "| lesson | solved | tried, not solved yet |",
        "| :-- | :-- | :-- |",
        "| One path | 1 of 3 |  |",
        "| Digits | 0 of 2 | exercises 1, 2 |",
        "| Mine | 1 of 1 |  |",
        "",
        "A note.",
    ]
    assert seen.solved == 2


def shown(folder, source):
    """Run one cell in a kernel of its own, and return what it shows."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
    NotebookClient(notebook, resources={"metadata": {"path": str(folder)}}).execute()
    (output,) = notebook.cells[0].outputs
    return output.data["text/plain"]


def test_what_one_kernel_was_told_the_next_one_knows(tmp_path, monkeypatch):
    monkeypatch.delenv(SETTING)
    (tmp_path / "00_start_here.ipynb").touch()
    (tmp_path / "audit").mkdir()
    face, count = "from backprop_lib.exercises import check, progress\n", len(exercises("one-path"))
    assert shown(tmp_path / "audit", f'{face}check("one-path.2", 0.3)').startswith("✗ Not right.")
    assert f"One path: 0 of {count} solved; tried: exercise 2" in shown(tmp_path, f"{face}progress()")
    assert shown(tmp_path, f'{face}check("one-path.2", 0.25)').startswith("✓ Right.")
    assert f"One path: 1 of {count} solved" in shown(tmp_path / "audit", f"{face}progress()")
    assert [path.name for path in tmp_path.rglob("progress*.json")] == ["progress.json"]

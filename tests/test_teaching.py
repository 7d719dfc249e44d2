"""The teacher's pages: what they name exists, their minutes are the formula's, their solution is computed."""

import ast
import re

import nbformat
import numpy as np
import pytest
from minutes import page, sections, whole
from prose import ROOT
from test_pages import tables

import backprop_lib
from backprop_lib import Network, exercises
from backprop_lib.exercises import check, exercise, hint, solution
from backprop_lib.exercises.exercise import find
from backprop_lib.exercises.functions import TASKS

NET = Network([[[0.5, 0.2]]])
DOCS = ROOT / "docs"
LINK = re.compile(r"\[[^\]]*\]\(\.\./notebooks/([\w/]+\.ipynb)\)")


def given():
    """The network of the worksheet, as it is printed there."""
    text = (DOCS / "worksheet.md").read_text(encoding="utf-8")
    return {name: ast.literal_eval(value) for name, value in re.findall(r"`(\w+) = ([^`]+)`", text)}


def solved():
    """Every number of the solution by its name."""
    numbers = given()
    net = Network([numbers["W1"], numbers["W2"]])
    x, t = numbers["x"], numbers["t"]
    trace, g = net.forward(x), net.gradients(x, t)
    values = {"E": net.loss(x, t)} | {f"∂E/∂{name}": value for name, value in g.by_name().items()}
    for layer, (z, a, delta) in enumerate(zip(trace.z, trace.a[1:], g.deltas, strict=True), start=1):
        for i in range(2):
            values |= {
                f"z{layer}[{i}]": z[i],
                f"a{layer}[{i}]": a[i],
                f"∂E/∂z{layer}[{i}]": np.ravel(delta)[i],
            }
            values[f"∂E/∂a{layer}[{i}]"] = np.ravel(delta)[i] / (a[i] * (1 - a[i]))
    more = net.with_values({"w2[0,0]": numbers["W2"][0][0] + 0.1})
    values["nudged"] = (more.loss(x, t) - net.loss(x, t)) / 0.1
    values["new w2[0,0]"] = net.step(g, numbers["learning_rate"]).by_name()["w2[0,0]"]
    return values


def printed(text):
    """Pairs of a name and the number that the solution gives it."""
    text = text.replace("−", "-")
    found = dict(re.findall(r"\| `([^`]+)` \| (-?\d+\.\d{4})(?= )", text))
    found["E"] = re.search(r"`E` = (-?\d\.\d{4})", text)[1]
    found["new w2[0,0]"] = re.search(r"new `w2\[0,0\]` is (-?\d\.\d{4})", text)[1]
    found["nudged"] = re.search(r"changes the loss by (-?\d\.\d{4})", text)[1]
    return found


def test_the_solution_of_the_worksheet_is_computed():
    found = printed((DOCS / "worksheet_solution.md").read_text(encoding="utf-8"))
    values = solved()
    assert set(found) == set(values)
    assert found == {name: f"{values[name]:.4f}" for name in found}


def test_a_wrong_digit_in_the_solution_is_found():
    text = (DOCS / "worksheet_solution.md").read_text(encoding="utf-8").replace("−", "-")
    values = solved()
    name, number = next(iter(printed(text).items()))
    other = printed(text.replace(number, number[:-1] + str((int(number[-1]) + 1) % 10)))
    assert other[name] != f"{values[name]:.4f}"


# ---- the exercises -------------------------------------------------------------------------------

# What the page says of exercises of chapter 1, and what tells that exercise from the others.
SAID = {
    "Homework: exercise 1 and": "leaves out the ½",
    "and exercise 2.": "slope of the sigmoid",
    "Find the bug: exercise 8.": "Find the bug.",
    "Homework: exercise 9.": "Write a function that returns",
    "updated. | Exercise 8 of chapter 1.": "Find the bug.",
    '`solution("one-path.8")` shows the one of exercise 8': "Find the bug.",
}


@pytest.mark.parametrize("words", SAID)
def test_an_exercise_that_the_page_names_is_the_one_that_is_meant(words):
    assert (DOCS / "teaching.md").read_text(encoding="utf-8").count(words) == 1
    (number,) = re.findall(r"xercise (\d+)", words)
    assert SAID[words] in find(f"one-path.{number}").task


def test_no_other_exercise_is_named():
    text = (DOCS / "teaching.md").read_text(encoding="utf-8")
    named = re.findall(r"xercise (\d+)", text)
    assert sorted(named) == sorted(re.findall(r"xercise (\d+)", " ".join(SAID)))


@pytest.fixture
def own(monkeypatch):
    """Run what the page shows of a teacher's own exercises, and return what it makes."""
    monkeypatch.setattr(exercise, "_OWN", {})
    (code,) = re.findall(
        r"```python\n(.*?)```", (DOCS / "teaching.md").read_text(encoding="utf-8"), re.DOTALL
    )
    made = {}
    exec(compile(code, "docs/teaching.md", "exec"), made)
    return made | {"lines": [line for line in code.splitlines() if line]}


def test_an_exercise_of_ones_own_takes_ten_lines_and_is_checked(own):
    assert len([line for line in own["lines"] if "import" not in line]) <= 10
    made = {}
    exec(compile(own["first"].solution, "solution", "exec"), made)
    assert check("my-class.1", made["answer"]).right
    assert check("my-class.1", lambda x, w1, a1, t: -made["answer"](x, w1, a1, t)).mistake == "sign"
    assert check("my-class.1", lambda x, w1, a1, t: (a1 - t) * x[1]).mistake == "slope forgotten"
    assert hint("my-class.1").words.startswith("**Hint 1 of 2.** There are three factors.")
    assert "second input" in solution("my-class.1").words
    assert own["first"]._repr_markdown_().startswith("**Exercise my-class.1.** A neuron has two inputs.")


def test_the_kinds_of_the_table_are_those_that_there_are():
    (rows,) = (table for table in tables("docs/teaching.md") if "`answer=`" in table[0])
    kinds = [eval(row["`answer=`"].strip("`"), {**vars(exercises), "net": NET}) for row in rows]
    answers = [lambda x, w1, a1, t: (a1 - t) * a1 * (1 - a1) * x[1], 1 / 4, "b", TASKS["backward"].right]
    for kind, answer in zip(kinds, answers, strict=True):
        assert kind.examine(answer).right, kind


# ---- the plans -----------------------------------------------------------------------------------


def plans():
    """Rows of the plans, each with the minutes on the clock, a page and a section of it."""
    for table in tables("docs/teaching.md"):
        if {"minutes", "page", "section"} <= set(table[0]):
            yield table


def place(row):
    """The file and the section that a row names; a worksheet has no section."""
    found = LINK.search(row["page"])
    return (ROOT / "notebooks" / found[1], row["section"]) if found else (None, None)


def nowhere(row):
    """Why a row of a plan leads nowhere, or an empty string."""
    path, section = place(row)
    if path is None:
        return "" if re.search(r"\]\(\w+\.md\)", row["page"]) else f"{row['page']} is no page"
    loads = sections(nbformat.read(path, as_version=4))
    if section not in loads:
        return f"{path.stem} has no section {section!r}, but {list(loads)}"
    numbers = [
        int(n) for n in re.findall(r"(?<=exercise )\d+|(?<=and )\d+(?=[.,])", row.get("what you do", ""))
    ]
    if numbers and max(numbers) > (there := page(nbformat.read(path, as_version=4)).exercises):
        return f"{path.stem} has {there} exercises, not {max(numbers)}"
    return ""


def test_every_page_section_and_exercise_of_the_plans_exists():
    assert [fault for table in plans() for row in table if (fault := nowhere(row))] == []


@pytest.mark.parametrize(
    "row",
    [
        {"page": "[1](../notebooks/01_one_path.ipynb)", "section": "No such section"},
        {"page": "chapter 1", "section": ""},
        {"page": "[1](../notebooks/01_one_path.ipynb)", "section": "Exercises", "what you do": "exercise 99"},
    ],
)
def test_a_place_that_does_not_exist_is_found(row):
    assert nowhere(row)


def test_the_plans_last_as_long_as_they_say():
    text = (DOCS / "teaching.md").read_text(encoding="utf-8")
    heads = [int(n) for n in re.findall(r"^#+ .*?(\d+) minutes", text, re.MULTILINE)]
    sums = [sum(int(row["minutes"]) for row in table) for table in plans()]
    assert heads == sums


def test_the_minutes_of_each_section_are_those_of_the_formula():
    """If it fails: python tests/support/minutes.py --write notebooks/*.ipynb."""
    listed = {}
    for table in tables("docs/teaching.md"):
        for row in table if "to read" in table[0] else ():
            listed.setdefault(place(row)[0], {})[row["section"]] = row["to read"]
    assert listed
    for path, found in listed.items():
        loads = sections(nbformat.read(path, as_version=4))
        assert found == {heading: whole(load) for heading, load in loads.items() if load.minutes}


# ---- the checklist -------------------------------------------------------------------------------


def test_the_checklist_tells_the_version_of_the_package():
    text = (DOCS / "jose.md").read_text(encoding="utf-8")
    cited = re.search(r"^version: (.*)$", (ROOT / "CITATION.cff").read_text(encoding="utf-8"), re.MULTILINE)
    assert f"the same version, {backprop_lib.__version__}." in text
    assert cited[1] == backprop_lib.__version__

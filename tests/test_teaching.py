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
from backprop_lib import Network

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


# ---- the solutions -------------------------------------------------------------------------------


def exercises():
    """The exercises of chapter 1, by their numbers."""
    cells = nbformat.read(ROOT / "notebooks" / "01_one_path.ipynb", as_version=4).cells
    (text,) = (cell.source for cell in cells if cell.source.startswith("## Exercises"))
    return {
        int(part.partition(".")[0]): part for part in re.split(r"^(?=\d+\. )", text, flags=re.MULTILINE)[1:]
    }


ASKED = {1: "without the ½", 3: "slope of the sigmoid", 9: "has a bug", 10: "`gradient(w1, w2, x, t)`"}


def test_each_solution_answers_its_exercise():
    text = (DOCS / "teaching.md").read_text(encoding="utf-8")
    assert [int(n) for n in re.findall(r"<summary>Exercise (\d+)</summary>", text)] == list(ASKED)
    assert all(words in exercises()[number] for number, words in ASKED.items())
    assert re.findall(r"Find the bug: exercise (\d+)", text) == ["9"]
    assert "updated. | Exercise 9 of chapter 1." in text


def test_the_function_of_the_solution_is_right():
    (code,) = re.findall(
        r"```python\n(.*?)```", (DOCS / "teaching.md").read_text(encoding="utf-8"), re.DOTALL
    )
    made = {"np": np}
    exec(compile(code, "docs/teaching.md", "exec"), made)
    for w1, w2, x, t in [(0.5, 0.5, 0.1, 0.9), (-1.3, 2.0, 0.7, 0.2)]:
        g = Network([[[w1]], [[w2]]]).gradients([x], [t]).by_name()
        assert made["gradient"](w1, w2, x, t) == pytest.approx(tuple(g.values()), rel=1e-12)


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

"""How numbers and names are written: one is one, and an article goes by the sound."""

import json
import re
from pathlib import Path

import pytest

from backprop_lib import Network
from backprop_lib.drawing import plot_curves
from backprop_lib.text import Folded, Table, a_or_an, counted, latex_name, plural, taken_apart

ROOT = Path(__file__).parents[1]
# “1 …s” that is no count of one
_NUMBERED = {"chapter ", "neuron ", "hidden ", "output ", "input ", "layer "}
_NO_NOUNS = "bias|is|was|has|times|plus|minus|less|as|comes|goes|gives|its|this"


@pytest.mark.parametrize("noun", ["row", "fact", "update", "bias", "axis", "weight", "finding"])
def test_one_is_no_plural(noun):
    assert plural(noun, 1) == noun
    assert plural(noun, 0) == plural(noun, 2) == noun + ("es" if noun.endswith("s") else "s")
    assert counted(1000, noun).startswith("1,000 ")


def test_what_is_one_is_said_so():
    assert repr(Table(["a"], [["b"]])) == "Table of 1 row: a"
    assert repr(Network([[[0.5]]], [[0]])) == "Network 1-1, sigmoid, half_squared_error, 1 weight, 1 bias"


@pytest.mark.parametrize(
    ("shown", "kind"), [(Table(["E"], [["0.5"]]), "markdown"), (plot_curves({"a": [1, 2]}, "x", "E"), "html")]
)
def test_what_is_folded_is_closed_and_holds_all(shown, kind):
    """Markdown within HTML needs an empty line on either side."""
    data = Folded("Open me", shown)._repr_mimebundle_()
    whole = str(shown) if kind == "markdown" else shown._repr_mimebundle_()["text/html"]
    assert data[f"text/{kind}"] == f"<details><summary>Open me</summary>\n\n{whole}\n\n</details>"
    assert set(data) == {f"text/{kind}", "text/plain"}
    assert data["text/plain"] == f"Open me: {shown!r}"


def lines(table):
    return [line[2:-2].split(" | ") for line in str(table).splitlines() if line.startswith("| ")]


def test_decimal_points_stand_below_each_other():
    cells = ["0.5", "−0.042387", "12", "1,000.25", "never", "", "**7.5**", "$3$"]
    _, (mark,), *rows = lines(Table(["E"], [[cell] for cell in cells]))
    assert mark == "--:"
    for cell, (shown,) in zip(cells, rows, strict=True):
        assert shown.startswith(cell)
        if any(c.isdigit() for c in cell):
            _, _, decimals = shown.strip("*$").replace("&numsp;", "0").replace("&puncsp;", ".").partition(".")
            assert len(re.sub(r"\D", "", decimals)) == 6
        else:
            assert shown == cell


@pytest.mark.parametrize(
    ("cells", "mark"),
    [
        (["784-128-10", "1/3"], ":--"),
        (["yes", "no"], ":--"),
        (["5", "yes", "no"], ":--"),
        (["12 %", "9 %"], "--:"),
        (["5.00·10⁻⁵", "0.25"], "--:"),
        (["", ""], ":--"),
    ],
)
def test_only_numbers_are_set_to_the_right(cells, mark):
    _, (found,), *rows = lines(Table(["head"], [[cell] for cell in cells]))
    assert found == mark
    assert [row[0] for row in rows] == cells


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").rglob("*.ipynb")), ids=lambda path: path.stem)
def test_numbers_in_stored_tables_line_up(path):
    """As wide as the others, in each column of numbers, what stands after the decimal point."""
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", []):
            text = "".join(output.get("data", {}).get("text/markdown", []))
            for mark, *column in (
                c for part in text.split("\n\n") for c in zip(*lines(part)[1:], strict=True)
            ):
                widths = set(filter(None, map(_after_the_point, column)))
                assert mark == ":--" or len(widths) <= 1 or any("·10" in text for text in column), column


def _after_the_point(cell):
    """How many digits wide a number is from its decimal point on; nothing for what is no such number."""
    bare = re.sub("[*$]| ?%", "", cell)
    if not re.fullmatch(r"[−+]?[\d,]+(\.\d+)?(&\w+;)*", bare):
        return None
    whole = re.sub(r"^[−+\d,]+", "", bare)
    return len(whole.replace("&numsp;", "0").replace("&puncsp;", ".")) or None


@pytest.mark.parametrize("path", sorted((ROOT / "notebooks").rglob("*.ipynb")), ids=lambda path: path.stem)
def test_no_notebook_says_one_of_several(path):
    """In what is stored: the words of each cell and of all that it shows."""
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    said = [text for cell in cells for text in _texts(cell.get("outputs", [])) if "<svg" not in text]
    said += ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown"]
    several = re.compile(rf"(\w* ?)(?<![\d.,/])\b1 (?!{_NO_NOUNS})[a-z]+s\b")
    found = [hit[0] for text in said for hit in several.finditer(text) if hit[1].lower() not in _NUMBERED]
    assert found == []


def _texts(outputs):
    for output in outputs:
        yield "".join(output.get("text", []))
        for kind, data in output.get("data", {}).items():
            if kind in ("text/plain", "text/markdown"):
                yield "".join(data)


def test_an_article_goes_by_the_sound():
    spoken = {
        "a": (0, 1, 2, 7, 9, 10, 12, 17, 81 + 19, 180, 1100),
        "an": (8, 11, 18, 80, 88, 800, 11_000, 18_000),
    }
    for article, numbers in spoken.items():
        for number in numbers:
            assert a_or_an(number) == f"{article} {number}"


@pytest.mark.parametrize("name", ["w10[3,11]", "w9[0,0]", "w12[1,1]", "z10[0]", "x[10]", "t[0]", "b100[7]"])
def test_names_are_taken_apart_as_numbers(name):
    letter, layer, neurons = taken_apart(name)
    assert f"{letter}{layer or ''}[{','.join(map(str, neurons))}]" == name


@pytest.mark.parametrize("name", ["E", "w1", "w1[0", "∂E/∂w1[0,0]", "w1[0,1,2]", "1[0]", ""])
def test_what_is_no_name_is_refused(name):
    with pytest.raises(ValueError, match=r"^name is .*, expected one such as"):
        taken_apart(name)


def test_no_two_neurons_share_a_name_in_formulas():
    names = [latex_name(f"w12[{i},{j}]") for i in range(12) for j in range(12)]
    assert len(set(names)) == len(names)

"""The pages beside the lessons: their links lead somewhere, and what they say holds."""

import re

import nbformat
import numpy as np
import pytest
from prose import ROOT

from backprop_lib import Network
from backprop_lib.core.functions import ACTIVATIONS, LOSSES

PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("notebooks/*.md")])
ROW = re.compile(r"^\| (.+) \|$", re.MULTILINE)


def read(path):
    return (ROOT / path).read_text(encoding="utf-8")


def tables(path):
    """Yield each table of a page, as rows of a dictionary by column."""
    for block in re.findall(r"(?:^\|.*\n)+", read(path), re.MULTILINE):
        head, _, *rows = [[cell.strip() for cell in row.split("|")] for row in ROW.findall(block)]
        yield [dict(zip(head, row, strict=True)) for row in rows]


def headings(path):
    """The headings of a page or of a notebook, as GitHub makes anchors of them."""
    text = read(path)
    if path.suffix == ".ipynb":
        text = "\n".join(c.source for c in nbformat.reads(text, 4).cells if c.cell_type == "markdown")
    found = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    return {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in found}


def dead(path):
    """Links of a page that lead nowhere."""
    for target in re.findall(r"\]\(([^)\s]+)\)", read(path)):
        file, _, anchor = target.partition("#")
        there = path.parent / file if file else path
        if not target.startswith(("https://", "mailto:")) and (
            not there.exists() or (anchor and anchor not in headings(there))
        ):
            yield target


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_links_lead_somewhere(path):
    assert not list(dead(path))


def test_a_dead_link_is_found(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("# One\n\n[a](#one) [b](#two) [c](other.md) [d](https://a.b)\n", encoding="utf-8")
    assert list(dead(page)) == ["#two", "other.md"]


# ---- the glossary --------------------------------------------------------------------------------


def test_each_term_has_one_plain_sentence():
    rows = [row for table in tables("notebooks/glossary.md") for row in table]
    terms = [row["term"] for row in rows]
    assert len(set(terms)) == len(terms) >= 30
    for row in rows:
        assert re.fullmatch(r"[A-Z][^.!?]*\.", row["what it is"]), row["term"]
        assert bool(row["symbol"]) == bool(row["say"]), row["term"]


def speaks_of(path, term):
    """Whether a notebook's texts hold a term, or a word made from it: saturates, for saturation."""
    cells = nbformat.read(path, as_version=4).cells
    text = " ".join(" ".join(c.source.split()) for c in cells if c.cell_type == "markdown")
    stem = term[: max(6, len(term) - 3)] if " " not in term else term
    return re.search(rf"\b{re.escape(stem)}", text, re.IGNORECASE)


def test_each_term_stands_in_the_chapter_it_names():
    for table in tables("notebooks/glossary.md"):
        for row in table:
            number, name = re.fullmatch(r"\[(\d)\]\((.*)\)", row["chapter"]).groups()
            assert name.startswith(f"0{number}_")
            assert speaks_of(ROOT / "notebooks" / name, row["term"]), row["term"]


# ---- the formulas --------------------------------------------------------------------------------


def lines(column):
    """The NumPy of each row of the tables with this column."""
    for table in tables("notebooks/formulas.md"):
        for row in table:
            if column in row:
                yield row, row[column].strip("`")


@pytest.fixture
def numbers():
    rng = np.random.default_rng(0)
    shapes = {"W1": (3, 2), "b1": 3, "W2": (2, 3), "b2": 2, "x": 2, "t": 2}
    return {name: rng.uniform(-1, 1, shape) for name, shape in shapes.items()} | {"learning_rate": 0.3}


def test_the_lines_of_two_layers_give_what_the_package_gives(numbers):
    scope = {"np": np, **numbers}
    for _, line in lines("NumPy"):
        exec(line, scope)
    net = Network([scope["W1"], scope["W2"]], [scope["b1"], scope["b2"]])
    x, t = scope["x"], scope["t"]
    g, after = net.gradients(x, t), net.step(net.gradients(x, t), 0.3)
    expected = {
        "E": net.loss(x, t),
        **dict(zip(("z1", "z2"), net.forward(x).z, strict=True)),
        **dict(zip(("a1", "a2"), net.forward(x).a[1:], strict=True)),
        **dict(zip(("dE_dW1", "dE_dW2"), g.weights, strict=True)),
        **dict(zip(("dE_db1", "dE_db2"), g.biases, strict=True)),
        "new_W1": after.weights[0],
        "new_b1": after.biases[0],
    }
    for name, value in expected.items():
        assert scope[name] == pytest.approx(value, rel=1e-12), name


def test_slopes_and_losses_are_those_of_the_package():
    """The package's own slopes are checked against sympy and by nudging, in its tests."""
    z, a, t = np.linspace(-2, 2, 8), np.linspace(0.2, 0.8, 8), np.linspace(0.1, 0.9, 8)
    slopes, losses = list(lines("the slope in NumPy")), list(lines("in NumPy"))
    assert {row["function"] for row, _ in slopes} == {*ACTIVATIONS}
    assert {row["loss"] for row, _ in losses} == {*LOSSES}
    for row, line in slopes:
        activation = ACTIVATIONS[row["function"]]
        out = activation.rule(z)
        found = eval(line, {"np": np, "z": z, "a": out})
        assert found == pytest.approx(activation.slope(z, out), rel=1e-12), row["function"]
    z, t = np.array([0.3, -1.0, 2.0]), np.array([0.2, 0.7, 0.1])
    for loss in (loss for loss in LOSSES.values() if loss.needs):
        activation = ACTIVATIONS[loss.needs]
        out = activation.rule(z)
        assert loss.delta(z, out, t, activation) == pytest.approx(out - t, rel=1e-12), loss.name
    z, t = np.linspace(-2, 2, 8), np.linspace(0.1, 0.9, 8)
    for row, line in losses:
        found = eval(line, {"np": np, "a": a, "t": t})
        assert found == pytest.approx(LOSSES[row["loss"]].slope(a, t), rel=1e-12), row["loss"]


def test_the_formulas_stand_in_the_order_of_the_passes():
    """Each line needs only what stands above it."""
    made = {"W1", "b1", "W2", "b2", "x", "t", "learning_rate", "np"}
    for _, line in lines("NumPy"):
        name, _, expression = line.partition(" = ")
        needed = set(re.findall(r"(?<![.\w])[A-Za-z]\w*", expression)) - {"exp"}
        assert needed <= made, line
        made.add(name)

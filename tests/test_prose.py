"""Proselint reads every sentence of the course; each pattern of ours has a case on either side."""

from itertools import chain

import prose
import pytest
from prose import ROOT, faults, faults_in, patterns, plain

FILES = sorted(
    path.relative_to(ROOT).as_posix()
    for path in chain(
        ROOT.glob("*.md"),
        ROOT.glob("docs/**/*.md"),
        ROOT.glob("notebooks/**/*.ipynb"),
        *(ROOT.glob(f"backprop_lib/**/*.{kind}") for kind in ("py", "js", "html")),
    )
    if ".ipynb_checkpoints" not in path.parts
)


@pytest.mark.parametrize("name", FILES)
def test_the_linter_finds_nothing(name):
    assert not list(faults(ROOT / name))


def found(text, where):
    return {name.removeprefix("course.") for name, _ in faults_in(text, where)}


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: pattern.name)
def test_a_pattern_refuses_and_accepts(pattern):
    where = f"{pattern.only or 'README'}.md"
    assert pattern.refuse
    assert pattern.accept
    for text in pattern.refuse:
        assert pattern.name in found(text, where), text
        assert pattern.name in found(f"## A heading\n\n| {text} | `code` |", where), text
    for text in pattern.accept:
        assert pattern.name not in found(text, where), text


def test_a_pattern_can_be_for_some_pages_only():
    assert "document" in found("This document is wrong.", "notebooks/01.ipynb")
    assert "document" not in found("This document is wrong.", "notebooks/audit/002.ipynb")


@pytest.mark.parametrize(
    "text", ["It is the the loss.", "The most unique neuron.", "At this point in time it stops."]
)
def test_proselint_looks_too(text):
    assert found(text, "README.md")


def test_code_formulas_and_quotations_are_let_through():
    assert not found("He writes “this shall be so” and means it. `shall` is code, $shall$ too.", "README.md")
    assert (
        plain("# A\n\nOne *two*\n[three](four.md) `x[0]`, $y$\n\n- five")
        == "A\n§\nOne two three Xa, Xb\n§\nfive"
    )


def test_what_is_said_is_read(tmp_path):
    (tmp_path / "some.py").write_text(
        '"""First line.\n\nMore of it."""\nraise ValueError(f"the rate {rate} is not a number")\nx = "key"\n',
        encoding="utf-8",
    )
    (tmp_path / "some.js").write_text(
        "// not `read by a learner`\nsay(`after ${n} of the updates`); x = 'key';\n", encoding="utf-8"
    )
    assert [text for _, text in prose.said(tmp_path / "some.py")] == ["the rate Xa is not a number"]
    assert [text for _, text in prose.said(tmp_path / "some.js")] == ["after Xa of the updates"]

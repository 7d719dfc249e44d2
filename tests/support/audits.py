"""The documents, their judges, and what the notebooks show of them."""

from functools import cache
from pathlib import Path

import nbformat
import pytest

from backprop_lib.documents.facts import load
from backprop_lib.documents.judge import Judge

DATA = Path(load.__code__.co_filename).parent
NOTEBOOKS = {
    "002": "audit/002_one_path.ipynb",
    "004": "audit/004_cross_entropy.ipynb",
    "001": "audit/001_two_paths.ipynb",
    "mazur": "audit/mazur_biases.ipynb",
    "000": "audit/000_error_shares.ipynb",
    "003": "audit/003_any_depth.ipynb",
}
LAST = "09_what_we_found.ipynb"
judge_once = cache(Judge)


def in_every_document(kind):
    """Mark a test to run for every number or formula of every document, with the document's judge."""
    cases = [(name, fact) for name in NOTEBOOKS for fact in getattr(load(name), kind)]
    return pytest.mark.parametrize(
        ("name", "fact"), cases, ids=[f"{n}: {getattr(f, 'place', None) or f.id}" for n, f in cases]
    )


def cells_of(name):
    """Return the cells of the notebook of a document, or of all."""
    path = Path(__file__).parents[2] / "notebooks" / {**NOTEBOOKS, "all": LAST}[name]
    return nbformat.read(path, as_version=4).cells


def shown_in(name):
    """Return all that this notebook shows as Markdown."""
    return "\n".join(
        output.data["text/markdown"]
        for cell in cells_of(name)
        for output in cell.get("outputs", [])
        if "text/markdown" in output.get("data", {})
    )

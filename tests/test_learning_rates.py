"""What the chapters say about learning rates and causes stands the experiment that could refute it."""

import json
from pathlib import Path

import learning_rates
import pytest
from learning_rates import STATEMENTS

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
SHORT = [statement for statement in STATEMENTS if not statement.long]


@pytest.mark.parametrize("statement", SHORT, ids=lambda s: f"{s.cells[0]}-{s.experiment.__name__}")
def test_the_experiment_finds_what_the_sentence_says(statement):
    figures = list(statement.experiment())
    assert figures
    assert [figure for figure in figures if not figure[2]] == []


def test_each_statement_stands_in_a_cell():
    there = set()
    for path in NOTEBOOKS.rglob("*.ipynb"):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        name = str(path.relative_to(NOTEBOOKS)).partition("_")[0]
        there |= {f"{name}:{cell['id']}" for cell in cells}
    assert {cell for statement in STATEMENTS for cell in statement.cells} - there == set()


def test_a_figure_that_is_otherwise_is_said(monkeypatch, capsys):
    false = learning_rates.Statement(("01:slider-after",), "a law", lambda: iter([("E", 1, False)]), False)
    monkeypatch.setattr(learning_rates, "STATEMENTS", [false])
    assert learning_rates.main([]) == 1
    assert "WRONG E: 1" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("constant", "value", "experiment"),
    [
        ("GOAL", 6e-5, "a_tenth_of_the_rate"),  # other numbers of updates
        ("ROWS", [[1.0, 1, 1, 1], [1, 1, 1, 1], [1, 1, 1, 1]], "which_way_stand_ins_point"),
    ],
)
def test_an_experiment_on_another_example_fails(monkeypatch, constant, value, experiment):
    monkeypatch.setattr(learning_rates, constant, value)
    found = next(s for s in STATEMENTS if s.experiment.__name__ == experiment).experiment()
    assert not all(holds for _, _, holds in found)

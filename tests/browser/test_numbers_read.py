"""How shown numbers and formulas are read, and what a notebook's widgets are made from."""

import pytest
from numbers_read import computed, is_fixed, is_rate, is_short, number, with_room
from numbers_shown import made


def test_numbers_are_read_as_they_are_written():
    shown = {"−0.5": -0.5, "(−0.25)": -0.25, "1,230": 1230, "5.00·10⁻⁵": 5e-5, "10⁻⁶": 1e-6, "10": 10}
    assert {text: number(text) for text in shown} == pytest.approx(shown)
    assert is_fixed("−0.1235", -0.12345678, 4)
    assert not any(is_fixed(text, 0.0, 4) for text in ("−0.0000", "0.000", "0.0001"))
    assert is_short("0.333333", 1 / 3)
    assert not is_short("0.3333", 1 / 3)
    assert is_rate("1,230", 1234)
    assert not is_rate("1,230", 1236)


def test_formulas_are_computed_as_they_are_shown():
    assert computed("@ · (1 − @)^{2} − {{1}/{1 + e^{−@}}}", [2, 3, 0]) == [8, -0.5]
    there, room = with_room("@ · @", ["0.333333", "0.5"])
    assert there == pytest.approx(0.1666665)
    assert room == pytest.approx(0.25e-6, rel=0.02)


def test_what_a_widget_is_made_from_is_read_from_the_notebook():
    cells = [
        {"cell_type": "code", "source": "x = [1]"},
        {"cell_type": "markdown", "source": "A stepper(…)"},
        {"cell_type": "code", "source": "nothing is run here"},
        {
            "cell_type": "code",
            "source": [
                "from backprop_lib.widgets import stepper\n",
                "stepper('net', x, t=2, learning_rate=3)",
            ],
        },
    ]
    assert made(cells) == [("stepper", {"net": "net", "x": [1], "t": 2, "learning_rate": 3})]

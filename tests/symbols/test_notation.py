"""Formulas in LaTeX, and tables of factors that are never shown with two different numbers."""

from dataclasses import replace

import pytest
from witnesses import TWO

from backprop_lib import Network, derive
from backprop_lib.symbols.notation import chain, definitions, factor_table
from backprop_lib.symbols.panel import CheckFailed
from backprop_lib.text import fixed


def test_a_factor_table_is_not_shown_if_its_columns_differ(monkeypatch):
    d = derive(TWO)
    assert len(factor_table(d, "w1[0,1]", [0.2, 0.5], [0.2, 0.7], path=1).rows) == 6
    right = d.factor

    def wrong(of, by):
        factor = right(of, by)
        return replace(factor, value=-factor.value) if of == d.E else factor

    monkeypatch.setattr(d, "factor", wrong)
    with pytest.raises(CheckFailed, match=r"∂E/∂a2\[0\]: symbols got -0.3.*, nudging expected 0.3"):
        factor_table(d, "w1[0,1]", [0.2, 0.5], [0.2, 0.7])


@pytest.mark.parametrize("weight", [12.0, 1000.0, -1000.0])
@pytest.mark.parametrize(
    ("activation", "loss"),
    [
        ("sigmoid", "half_squared_error"),
        ("sigmoid", "binary_cross_entropy"),
        ("tanh", "squared_error"),
        ("relu", "half_squared_error"),
        ("identity", "half_squared_error"),
    ],
)
def test_a_factor_table_is_shown_however_saturated_a_neuron_is(activation, loss, weight):
    """Slopes go down to 10⁻⁴³⁴ here; the loss of a sure wrong answer is as steep as they are flat."""
    net = Network([[[weight]], [[weight]]], activation=activation, loss=loss)
    d = derive(net)
    for x, t in ((0.0, 0.0), (0.1, 0.0), (1000.0, 1.0)):
        for name, gradient in net.gradients([x], [t]).by_name().items():
            rows = factor_table(d, name, [x], [t]).rows
            assert all(row[3] == row[4] for row in rows)
            if abs(gradient) < 1e6:
                assert rows[-1][3] == f"**{fixed(gradient)}**"


def test_a_factor_beyond_all_floats_is_shown_as_a_power_of_ten():
    rows = factor_table(
        derive(Network([[[0.8]], [[1000.0]]], loss="binary_cross_entropy")), "w2[0,0]", [1.5], [0]
    ).rows
    assert [row[3] for row in rows] == ["5.84·10³³³", "0.000000", "0.768525", "**0.768525**"]


def test_formulas_are_written_in_latex():
    d = derive(TWO)
    assert chain(d, "w1[0,1]").source.count(r" \\ &\quad + ") == 1
    assert chain(d, "w2[0,1]").source.count("=") == 1
    assert r"w^{(1)}_{01} x_{1}" in definitions(d).source
    assert definitions(d)._repr_latex_().startswith(r"$\displaystyle \begin{aligned}")

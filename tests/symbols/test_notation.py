"""Formulas in LaTeX, and tables of factors that are never shown with two different numbers."""

from dataclasses import replace

import pytest
from witnesses import TWO

from backprop_lib import Network, derive
from backprop_lib.symbols.notation import chain, definitions, factor_table, latex
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
            assert {row[5] for row in rows} == {"0.000000000"}
            if abs(gradient) < 1e6:
                assert rows[-1][3] == fixed(gradient)


def test_a_factor_beyond_all_floats_is_shown_as_a_power_of_ten():
    rows = factor_table(
        derive(Network([[[0.8]], [[1000.0]]], loss="binary_cross_entropy")), "w2[0,0]", [1.5], [0]
    ).rows
    assert [row[3] for row in rows] == ["5.84·10³³³", "0.000000", "0.768525", "0.768525"]


def test_a_nudge_of_a_chosen_size_shows_its_own_difference():
    """What is curved is off by about half its second derivative times the nudge; what is straight is not."""
    d = derive(Network([[[0.5]], [[0.5]]]))
    for nudge, off in ((0.1, "−0.050000000"), (-0.001, "0.000500000"), (1e-8, "−0.000000005")):
        table = factor_table(d, "w2[0,0]", [0.1], [0.9], nudge=nudge)
        assert [row[5] for row in table.rows[:3:2]] == [off, "0.000000000"]
        assert (table.rows[1][5] == "0.000000000") == (nudge == 1e-8)
        for row in table.rows[1:3]:
            number, nudged, difference = (float(cell.replace("−", "-")) for cell in row[3:])
            assert difference == pytest.approx(number - nudged, abs=1.1e-6)
    heads = {nudge: factor_table(d, "w2[0,0]", [0.1], [0.9], nudge=nudge).head[4] for nudge in (0.1, -3e-8)}
    assert heads == {0.1: "nudged by 0.1", -3e-8: "nudged by −3.00·10⁻⁸"}
    assert factor_table(d, "w2[0,0]", [0.1], [0.9], nudge=1e-8).head[4] == "nudged by 10⁻⁸"


@pytest.mark.parametrize("nudge", [0, 2, -1.5, 1e-40])
def test_a_nudge_that_makes_no_sense_is_refused(nudge):
    with pytest.raises(
        ValueError, match=r"^nudge is .*, expected a number such as 0.001, at most 1 and not 0"
    ):
        factor_table(derive(TWO), "w1[0,1]", [0.2, 0.5], [0.2, 0.7], nudge=nudge)


def test_a_nudge_that_leaves_the_loss_is_refused():
    d = derive(Network([[[0.5]]], loss="binary_cross_entropy"))
    with pytest.raises(
        ValueError, match=r"nudge is 0.9, expected a smaller one: E has no value where a1\[0\] is"
    ):
        factor_table(d, "w1[0,0]", [0.1], [0], nudge=0.9)


def test_formulas_are_written_in_the_order_of_the_course():
    d = derive(Network([[[0.5]], [[0.5]]], biases=[[0.1], [0.2]]))
    z2, a2, t = (d.symbols[name] for name in ("z2[0]", "a2[0]", "t[0]"))
    assert latex(d, d.definitions[z2]) == "w_{2} a_{1} + b_{2}"
    assert latex(d, t - a2) == "t - a_{2}"
    assert latex(d, a2 - t) == "a_{2} - t"
    assert latex(d, 1 - a2) == "1 - a_{2}"
    assert latex(d, d.delta("z1[0]")).startswith("w_{2} a_{1} a_{2}")


def test_formulas_are_written_in_latex():
    d = derive(TWO)
    assert chain(d, "w1[0,1]").source.count(r" \\ &\quad + ") == 1
    assert chain(d, "w2[0,1]").source.count("=") == 1
    assert r"w^{(1)}_{01} x_{1}" in definitions(d).source
    assert definitions(d)._repr_latex_().startswith(r"$\displaystyle \begin{aligned}")

"""Curves: told apart without colour, on axes that can be read."""

import re
from urllib.parse import unquote

import numpy as np
import pytest

from backprop_lib import Network, sweep
from backprop_lib.drawing.curves import LossAxis, loss_axis, loss_panel, plot_curves, plot_loss
from backprop_lib.drawing.rates import RatePanels
from backprop_lib.text import rate
from backprop_lib.widgets import rate_race


def numbers(pattern, svg):
    return [[float(v) for v in found] for found in re.findall(pattern, svg)]


def test_curves_are_told_apart_by_dashes_and_names():
    curves = {f"curve {k}": np.exp(-np.arange(300) * (k + 1) / 100) for k in range(5)} | {"lost": [1, np.inf]}
    picture = plot_curves(curves, "epoch", "loss E")
    assert len(picture.svg) < 60_000
    drawn = re.findall(r'stroke="(#\w+)" stroke-width="2.2" stroke-dasharray="([\d ]*)"', picture.svg)
    assert len({dash for _, dash in drawn}) == len(drawn) == 6
    assert {name for _, name in re.findall("<text()[^>]*>([^<]+)", picture.svg)} == set(curves)
    heights = sorted(float(y) for y in re.findall(r'<text x="\S+" y="(\S+)"', picture.svg))
    assert min(np.diff(heights)) >= 17.9
    assert max(heights) < 360
    for name, values in curves.items():
        assert f"{name}: from {rate(values[0])}" in picture.alt
    assert f"to {rate(curves['curve 4'][-1])} at 299" in picture.alt
    assert "lost: from 1.00 to 1.00 at 0, then not finite" in picture.alt


def test_a_logarithmic_scale_names_its_powers_of_ten():
    picture = plot_curves({"falling": [1, 0.1, 1e-3]}, "epoch", "loss E", log=True)
    named = re.findall("<!-- (.+?) -->", picture.svg)
    assert {"10⁻³", "10⁻²", "0.1", "1"} <= set(named)
    assert not any("$" in name for name in named)


def test_names_of_curves_that_end_together_lie_apart():
    for end in (1e-3, 1.0):
        picture = plot_curves({str(k): [0.03, end] for k in range(5)} | {"high": [0.1, 1.0]}, "epoch", "E")
        heights = sorted(float(y) for y in re.findall(r'<text x="\S+" y="(\S+)"', picture.svg))
        assert min(np.diff(heights)) >= 17.9
        assert min(heights) > 14
        assert max(heights) < 356


@pytest.mark.parametrize(
    ("curves", "message"),
    [
        ({}, "curves holds 0 curves, expected 1 to 6"),
        ({"a": [1, 0]}, r"curves\['a'\] holds 0, expected positive numbers"),
        ({"a": []}, r"curves\['a'\] has shape \(0,\), expected numbers"),
        ({"a": [np.nan, 1]}, "the first one finite"),
    ],
)
def test_curves_refuse_what_cannot_be_shown(curves, message):
    with pytest.raises(ValueError, match=message):
        plot_curves(curves, "epoch", "E")


# ---- axes of updates and of losses -------------------------------------------------------------------


def ticks(svg, way):
    """What is written at an axis, and where."""
    found = re.findall(
        rf'id="{way}tick_\d+".*?<use xlink:href="[^"]*" x="([\d.]+)" y="([\d.]+)".*?<!-- (\S+) -->',
        svg,
        re.DOTALL,
    )
    return {text: float(at[way == "y"]) for *at, text in found}


def label(svg, text):
    return f"<!-- {text} -->" in svg


@pytest.mark.parametrize("losses", [[0.5, 0.1], [0.5, 0.3, 0.2, 0.1], np.geomspace(1, 1e-4, 813)])
def test_a_loss_stands_over_the_number_of_updates_that_led_to_it(losses):
    """The first loss stands over 0, the one after the first update over 1."""
    picture = plot_loss(losses)
    assert label(picture.svg, "updates")
    assert "iteration" not in picture.svg + picture.alt
    places = ticks(picture.svg, "x")
    assert {"0", "1"} <= set(places)
    start, *_, end = numbers(r'<circle cx="([\d.]+)" cy="([\d.]+)"', picture.svg)
    assert start[0] == pytest.approx(places["0"], abs=0.06)
    curve = re.search(r'<path d="M([\d.]+) [\d.]+L([\d.]+) ', picture.svg[picture.svg.index("clip-path") :])
    assert float(curve[2]) == pytest.approx(places["1"], abs=0.06)
    counts = np.log1p([float(text.replace(",", "")) for text in places])
    across = np.polynomial.Polynomial.fit(counts, list(places.values()), 1)
    assert end[0] == pytest.approx(across(np.log(len(losses))), abs=0.06)


def test_epochs_are_called_epochs():
    picture = plot_loss([0.5, 0.1], unit="epoch")
    assert picture.alt.startswith("Loss curve over 1 epoch, ")
    assert label(picture.svg, "epochs")


TWO = Network([[[0.5]], [[0.5]]]), [0.1], [0.9]
MANY = Network.random([3, 2, 2], seed=1), [1.0, 0.0, -1.0], [0.1, 0.9]


def test_every_axis_of_a_sweep_and_of_a_race_counts_updates():
    for net, x, t in (TWO, MANY):
        runs = sweep(net, x, t, [0.09, 0.9], 100, stop_below=1e-9)
        _, curves, path = RatePanels(runs, net, x, t).panels
        for panel in (curves, path):
            assert label(panel.svg, "updates")
            assert set(ticks(panel.svg, "x")) == {"0", "1", "10", "100"}
    race = rate_race(*TWO, [0.9, 9.0], 100, 1e-3, [9.0])
    background = unquote(race.panel["background"])
    assert "<!-- updates -->" in background
    assert "iteration" not in background


def test_losses_close_to_each_other_are_told_apart():
    """Cross-entropy on examples that no weights get right: all between 0.54 and 0.70."""
    assert loss_axis(0.54, 0.70).log is False
    assert loss_axis(0.01, 0.70).log is True
    assert loss_axis(0.5, 0.5).log is True
    net = Network([[[0.8]], [[0.6]]], loss="binary_cross_entropy")
    x, t = [[0.5], [1.0], [2.0], [3.0]], [[1.0], [0.0], [1.0], [1.0]]
    runs = sweep(net, x, t, [0.05, 0.5, 5.0, 50.0, 500.0], 1000, stop_below=0.54)
    every, curves, _ = RatePanels(runs, net, x, t, (-3, 4, -2, 5)).panels
    assert runs.loss.max() > 1.4  # on the way
    ends = [*runs.loss[-1], *runs.loss[0]]
    for panel in (every, curves):
        low, high = panel.axes.get_ylim()
        assert panel.axes.get_yscale() == "linear"
        assert low < min(ends) < max(ends) < high
        assert np.ptp(ends) > 0.6 * (high - low)
        assert len([text for text in ticks(panel.svg, "y") if low < float(text) < high]) >= 3


def test_a_goal_is_named_in_the_picture():
    panel = loss_panel(100, LossAxis(0.53, 0.7, log=False), 0.54)
    (name,) = [text for text in panel.axes.texts if "goal" in text.get_text()]
    box, axes = name.get_window_extent(), panel.axes.get_window_extent()
    assert axes.y0 < box.y0
    assert axes.x0 < box.x0 < box.x1 < axes.x1


def test_weights_that_are_left_out_are_counted():
    for (net, x, t), shown in ((MANY, "6 of 14 weights and biases: those that move the most"), (TWO, None)):
        runs = sweep(net, x, t, [0.1, 1.0], 200, stop_below=1e-4)
        panel = RatePanels(runs, net, x, t).panels[2]
        assert (shown is None) == (" of " not in panel.title.partition("updates")[2])
        assert shown is None or (shown in panel.title and label(panel.svg, shown))

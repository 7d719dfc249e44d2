"""Curves: told apart without colour, on axes that can be read."""

import re

import numpy as np
import pytest

from backprop_lib.drawing.curves import plot_curves
from backprop_lib.text import rate


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

"""A bias moves the curve of a neuron sideways, and the slider says where to."""

import re

import numpy as np
import pytest

from backprop_lib.widgets import bias_slider


@pytest.mark.parametrize("weight", [1.0, 4.0, -0.5])
def test_the_threshold_is_where_z_is_0(weight):
    widget = bias_slider("sigmoid", weight)
    assert len(widget.sentences) == 49
    for label, sentence in zip(widget.labels, widget.sentences, strict=True):
        bias, threshold, half, at_0 = (
            float(n.replace("−", "-"))
            for n in re.findall(r"(?:b|at x|where a|answers a) = (−?[\d.]+\d)", sentence)
        )
        assert float(label.replace("−", "-")) == bias
        assert abs(weight * threshold + bias) <= 0.005 * (1 + abs(weight))
        assert half == 0.5
        assert at_0 == pytest.approx(1 / (1 + np.exp(-bias)), abs=6e-5)
        assert ("outside the picture" in sentence) == (abs(bias / weight) > 6)


def test_the_curve_only_moves_and_the_dot_lies_on_it():
    widget = bias_slider("sigmoid")
    curves = [
        np.array(re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", marks.partition('d="')[2].partition('"')[0]), float)
        for (marks,) in widget.marks
    ]
    middle = curves[24]
    step = (middle[-1, 0] - middle[0, 0]) / (len(middle) - 1)
    for k in (0, 12, 36, 48):
        moved = (24 - k) * 0.25 / 0.1 * step  # a bias of 0.25 a position, an input of 0.1 a point
        inside = (middle[:, 0] + moved >= middle[0, 0]) & (middle[:, 0] + moved <= middle[-1, 0])
        heights = np.interp(middle[inside, 0] + moved, *curves[k].T)
        np.testing.assert_allclose(heights, middle[inside, 1], atol=0.7)
        x, y = map(float, re.search(r'cx="([\d.]+)" cy="([\d.]+)"', widget.marks[k][0]).groups())
        assert abs(np.interp(x, *curves[k].T) - y) < 0.7


@pytest.mark.parametrize("given", [{"weight": 0}, {"weight": 2000}, {"limit": 0}, {"limit": -1}])
def test_a_neuron_without_a_threshold_is_refused(given):
    with pytest.raises(ValueError, match=r"(weight|limit) is .*, expected a number"):
        bias_slider("sigmoid", **given)

"""The slider over the size of a nudge: its numbers are those of the losses, and its causes are tried out."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from backprop_lib import Network
from backprop_lib.widgets import nudge_slider

CHAIN = Network([[[0.5]], [[0.5]]]), [0.1], [0.9]
FOUR = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]]), [0.2, 0.5], [0.2, 0.7]
CASES = [(CHAIN, "w1[0,0]"), (CHAIN, "w2[0,0]"), (FOUR, "w1[0,1]")]


def number(text):
    mantissa, _, power = text.replace("−", "-").partition("·10")
    return float(mantissa) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


@pytest.mark.parametrize(("example", "name"), CASES)
def test_each_position_says_what_the_losses_say(example, name):
    net, x, t = example
    slope = net.gradients(x, t).by_name()[name]
    widget = nudge_slider(*example, name)
    assert widget.index == 0
    for power, sentence in enumerate(widget.sentences, 1):
        size = 10.0**-power
        nudged = (net.with_values({name: net.by_name()[name] + size}).loss(x, t) - net.loss(x, t)) / size
        said = map(number, re.findall(r"(?:Δ\S+ = |∂\S+ = |difference )(\S+\w)[,.]", sentence))
        assert list(said) == pytest.approx([nudged, slope, slope - nudged], rel=6e-3, abs=6e-10)


@pytest.mark.parametrize(("example", "name"), CASES)
def test_who_follows_the_advice_comes_closer(example, name):
    sentences = nudge_slider(*example, name).sentences
    offs = [abs(number(re.search(r"difference (\S+)\. ", s)[1])) for s in sentences]
    best = int(np.argmin(offs))
    assert "None of the other nudges comes closer" in sentences[best]
    for k, sentence in enumerate(sentences):
        closer = re.search(r"a (smaller|bigger) nudge comes closer", sentence)
        if closer:
            assert (best > k) == (closer[1] == "smaller")
    assert "The loss curves" in sentences[0]
    assert "rounding blurs" in sentences[-1]


def test_a_straight_loss_is_never_said_to_curve():
    """In a network of one weight without a curve, only rounding is left of any difference."""
    net = Network([[[0.5]]], activation="identity", loss="half_squared_error")
    for sentence in nudge_slider(net, [0.0], [0.9], "w1[0,0]").sentences:
        assert sentence.endswith("difference 0.00. The nudge finds the derivative itself.")
    curved = nudge_slider(net, [1.0], [0.9], "w1[0,0]").sentences
    assert "The loss curves between w₁ and w₁ + ε: a smaller nudge comes closer." in curved[0]


def test_both_ways_to_compute_are_drawn_apart_where_rounding_begins():
    """The dashed line, with 60 digits, falls by ten for each step; the one with floats turns."""
    (panel,) = nudge_slider(*CHAIN, "w2[0,0]").drawn
    lines = {line.get_label(): np.array(line.get_ydata()) for line in panel.axes.get_lines()}
    assert np.diff(np.log10(lines["with 60 digits"])) == pytest.approx([-1] * 11, abs=0.01)
    turned = np.diff(lines["with floats"]) > 0
    assert not turned[:5].any()
    assert turned[-4:].all()
    low, high = panel.axes.get_ylim()
    for values in lines.values():
        assert ((values >= low) & (values <= high)).all()


def test_frames_are_drawn_inside_the_panel():
    widget = nudge_slider(*CHAIN, "w2[0,0]")
    (panel,) = widget.drawn
    left, top, width, height = map(float, panel.inside.split())
    places = []
    for (marks,) in widget.marks:
        ET.fromstring(f"<svg>{marks}</svg>")
        x, y = map(float, re.search(r'cx="([\d.]+)" cy="([\d.]+)"', marks).groups())
        assert left <= x <= left + width
        assert top <= y <= top + height
        places.append(x)
    assert (np.diff(places) > 0).all()


def test_a_name_of_no_parameter_is_refused():
    with pytest.raises(ValueError, match=r"'w9' is no parameter, expected one of w1\[0,0\], w2\[0,0\]"):
        nudge_slider(*CHAIN, "w9")

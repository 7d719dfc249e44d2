"""Slopes and descents on a curve: where marks stand, and what is said of their ends."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest
from legibility import assert_legible

from backprop_lib.drawing.descents import plot_descents, plot_slope
from backprop_lib.text import fixed
from backprop_lib.training.descents import descend
from backprop_lib.widgets import start_slider
from backprop_lib.widgets.curve_sliders import where_it_ends


def square(w):
    return np.square(w)


def double(w):
    return 2 * np.asarray(w)


def landscape(w):
    return w**4 / 4 - w**3 / 3 - w**2


def steepness(w):
    return w**3 - w**2 - 2 * w


def numbers(pattern, svg):
    return [[float(v) for v in found] for found in re.findall(pattern, svg)]


def assert_legible_marks(picture):
    """As `assert_legible`, for a picture whose axes matplotlib has drawn."""
    root = ET.fromstring(picture.svg)
    texts = "".join(ET.tostring(n, encoding="unicode") for n in root.iter() if n.tag.endswith("text"))
    size = f'width="{root.get("width")}" height="{root.get("height")}"'
    assert_legible(type(picture)(f"<svg {size}>{texts.replace('ns0:', '')}</svg>", ""))
    assert len(picture.svg) < 40_000


def scaled(path):
    return (np.array(path) - path[-1]) / (path[0] - path[-1])


@pytest.mark.parametrize("at", [-1.5, 0.0, 1.5])
def test_run_and_rise_have_the_slope_of_the_curve(at):
    picture = plot_slope(square, double, at)
    assert_legible_marks(picture)
    ((x0, y0, x1, y1, x2, y2),) = numbers(
        r'<path d="M([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)L([\d.]+) ([\d.]+)" fill="none" stroke="#1f2933"',
        picture.svg,
    )
    assert y0 == y1
    assert x0 < x1 == x2
    assert np.sign(y1 - y2) == np.sign(at)
    assert f"rise {fixed(2 * at, 4)}" in picture.svg
    assert f"the slope is {fixed(2 * at, 4)}." in picture.alt
    assert f"at w = {fixed(at, 4)}: slope = rise / run = {fixed(2 * at, 4)}" in picture.svg


def test_descents_differ_in_shape_and_dashes_and_stand_on_the_curve():
    paths = [descend(double, start, 0.2, 8) for start in (-4.0, 3.5, 3.4, 1.0)]
    picture = plot_descents(square, paths, "x", "g(x)", (-5, 5))
    assert_legible_marks(picture)
    marks = re.findall(r'stroke-width="1.8"(?: stroke-dasharray="([\d ]+)")?', picture.svg)
    assert len(set(marks)) == 4
    for letter, path in zip("ABCD", paths, strict=True):
        start = f"{letter}: from x = {fixed(path[0], 4)}, g(x) = {fixed(path[0] ** 2, 4)} to "
        said = f"{start}x = {fixed(path[-1], 4)}, g(x) = {fixed(path[-1] ** 2, 4)}, 8 steps"
        assert said in picture.alt
        assert said in picture.svg
    groups = [m for m in picture.svg.split("<path ") if "m-4.5 0a4.5" in m]
    circles = numbers(r"M([\d.]+) ([\d.]+)m-4.5 0", groups[0])
    assert len(circles) == 9
    x = np.array(circles)[:, 0]
    np.testing.assert_allclose((x - x[-1]) / (x[0] - x[-1]), scaled(paths[0]), atol=2e-3)


@pytest.mark.parametrize(
    ("start", "learning_rate", "steps", "words"),
    [
        (4.0, 0.1, 200, "the lowest place in the picture"),
        (4.0, 0.01, 10, "it is still on its way after 10 steps"),
        (4.0, 1.2, 10, "it leaves the picture at step 1."),
        (-4.0, 1e300, 10, "it leaves the picture at step 1."),
    ],
)
def test_a_descent_says_where_it_ends(start, learning_rate, steps, words):
    path = descend(double, start, learning_rate, steps)
    assert words in where_it_ends(square, double, path, (-5, 5), "w", "E")


def test_a_local_minimum_is_called_one():
    ends = [
        where_it_ends(landscape, steepness, descend(steepness, s, 0.05, 300), (-2, 3), "w", "E")
        for s in (-0.5, 0.5)
    ]
    assert "rests at w = −1.0000, E = −0.4167, but the curve is lowest near w = 2.00" in ends[0]
    assert "rests at w = 2.0000, E = −2.6667, the lowest place" in ends[1]


def test_a_start_slider_shows_each_descent_and_says_where_it_ends():
    widget = start_slider(landscape, steepness, [-2.0, 0.5, 3.0, 1.0], 0.1, 60, "w", "E")
    assert widget.labels == ["−2.00", "0.50", "3.00", "1.00"]
    assert widget.index == 0
    for start, sentence, (marks,) in zip((-2.0, 0.5, 3.0, 1.0), widget.sentences, widget.marks, strict=True):
        path = descend(steepness, start, 0.1, 60)
        assert sentence == (
            f"start at w = {fixed(start, 2)}: {where_it_ends(landscape, steepness, path, (-2, 3), 'w', 'E')}"
        )
        assert len(re.findall(r"M[\d.]+ [\d.]+h0", marks)) == 59
        assert len(marks) < 4000
    assert "rests at w = −1.0000, E = −0.4167, but the curve is lowest near w = 2.00" in widget.sentences[0]
    assert "the lowest place in the picture" in widget.sentences[1]


def test_a_descent_that_is_thrown_out_gives_no_warning():
    widget = start_slider(landscape, steepness, [-2.0, 3.0], 1e3, 60, "w", "E")
    assert "it leaves the picture at step 1." in widget.sentences[0]
    assert "nan" not in str(widget.marks)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"starts": [1.0]}, "starts holds one place only, expected two or more"),
        ({"starts": [1.0, float("inf")]}, r"starts\[1\] is inf"),
        ({"steps": 0}, "steps is 0, expected a whole number of at least 1"),
        ({"learning_rate": float("nan")}, "learning_rate is nan"),
    ],
)
def test_a_start_slider_refuses_what_it_cannot_show(change, message):
    given = {"starts": [-2.0, 3.0], "learning_rate": 0.1, "steps": 5, **change}
    with pytest.raises(ValueError, match=message):
        start_slider(landscape, steepness, across="w", up="E", **given)


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (
            lambda: plot_slope(square, double, 5.0, limits=(-1, 1)),
            "at is 5, expected a point from -1 up to 1",
        ),
        (lambda: plot_slope(square, double, float("nan")), "at is nan, expected a finite number"),
        (lambda: plot_slope(lambda w: 1.0, double, 0.0), r"rule gives shape \(\) for \(161,\)"),
        (lambda: plot_descents(square, [], "w", "E", (-1, 1)), "paths holds 0 descents, expected 1 to 4"),
        (
            lambda: plot_descents(square, [[1]], "w", "E", (1, -1)),
            "limits run from 1 to -1, expected the left",
        ),
        (lambda: plot_descents(square, [[]], "w", "E", (-1, 1)), r"paths\[0\] is empty"),
    ],
)
def test_slopes_and_descents_refuse_what_they_cannot_show(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()

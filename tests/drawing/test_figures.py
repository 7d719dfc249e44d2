"""Figures: they show the numbers they were given, in marks, in words, and without relying on colour."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import matplotlib.image as plt_image
import numpy as np
import pytest
from legibility import assert_legible, luminance

from backprop_lib import Network, derive
from backprop_lib.drawing.chain_drawing import draw_chain
from backprop_lib.drawing.curves import plot_curves
from backprop_lib.drawing.descents import plot_descents, plot_slope
from backprop_lib.drawing.images import heat_map, show_digits
from backprop_lib.drawing.surfaces import plot_bowl
from backprop_lib.text import fixed, plain_name, rate
from backprop_lib.training.descents import descend, where_it_ends
from backprop_lib.widgets import start_slider


def square(w):
    return np.square(w)


def double(w):
    return 2 * np.asarray(w)


def landscape(w):
    return w**4 / 4 - w**3 / 3 - w**2


def steepness(w):
    return w**3 - w**2 - 2 * w


def test_a_heat_map_writes_every_value_on_its_colour():
    W = np.random.default_rng(0).normal(size=(3, 10))
    rows, columns = [f"neuron {i}" for i in range(3)], [f"x[{j}]" for j in range(10)]
    picture = heat_map(W, rows, columns, "Weights of layer 1")
    assert_legible(picture)
    marks = [m for m in ET.fromstring(picture.svg) if m.get("fill", "").startswith("#")][1:]
    cells = [m for m in marks if m.tag.endswith("rect")]
    inks = [m for m in marks if m.text and m.text in {fixed(v, 2) for v in W.flat}]
    assert [m.text for m in inks] == [fixed(v, 2) for v in W.flat]
    for cell, ink, v in zip(cells, inks, W.flat, strict=True):
        light, dark = sorted((luminance(cell.get("fill")), luminance(ink.get("fill"))), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5
        red, blue = (int(cell.get("fill")[k : k + 2], 16) for k in (1, 5))
        assert (blue > red) == (v > 0)
    for i, row in enumerate(W):
        j = int(abs(row).argmax())
        assert f"neuron {i} {fixed(row[j], 2)} (x[{j}])" in picture.alt


@pytest.mark.parametrize("share", np.linspace(-1, 1, 41))
def test_every_tint_carries_its_text(share):
    cells = ET.fromstring(heat_map([[share, 1]]).svg)
    fill = next(m for m in list(cells)[1:] if m.tag.endswith("rect")).get("fill")
    ink = next(m for m in cells if m.text == fixed(share, 2)).get("fill")
    light, dark = sorted((luminance(fill), luminance(ink)), reverse=True)
    assert (light + 0.05) / (dark + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([np.ones((3, 13))], r"matrix has shape \(3, 13\), expected at most 16 rows and 12 columns"),
        ([np.ones((2, 2)), ["one"]], "rows has 1 name, expected 2"),
        ([np.ones((2, 2)), None, ["one"]], "columns has 1 name, expected 2"),
        ([[[float("nan")]]], "is nan, expected a finite number"),
    ],
)
def test_a_heat_map_refuses_what_does_not_fit(arguments, message):
    with pytest.raises(ValueError, match=message):
        heat_map(*arguments)


def test_digits_are_stored_pixel_for_pixel():
    pixels = np.random.default_rng(1).integers(0, 256, (3, 28, 28), dtype=np.uint8)
    picture = show_digits(pixels, ["Label: 6", "Label: 1", "Label: 0"])
    assert_legible(picture)
    sources = re.findall('base64,([^"]+)', picture.svg)
    for image, source in zip(pixels, sources, strict=True):
        found = plt_image.imread(io.BytesIO(base64.b64decode(source)), format="png")
        np.testing.assert_allclose(found, 1 - image / 255, atol=1e-6)
        assert f"ink on {(image > 0).sum()} pixels" in picture.alt
    assert len(show_digits(pixels[0], "Label: 6").svg) < 3000
    assert show_digits(pixels / 255, ["Label: 6", "Label: 1", "Label: 0"]) == picture
    assert show_digits(np.zeros((2, 2))).alt == "A grey image of 2 × 2 pixels: blank."


@pytest.mark.parametrize(
    ("pixels", "titles", "message"),
    [
        ([[0, 256]], "", "pixels run from 0 to 256, expected 0 to 255"),
        ([[0.0, 1.5]], "", "pixels run from 0 to 1.5, expected 0 to 1"),
        (np.zeros((2, 2, 2)), ["one"], "titles has 1 title, expected 2, one per image"),
        (np.zeros((41, 2, 2)), [""] * 41, "expected at most 40 images"),
        (np.zeros(4), "", "pixels has shape"),
    ],
)
def test_digits_refuse_what_is_no_image(pixels, titles, message):
    with pytest.raises(ValueError, match=message):
        show_digits(pixels, titles)


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


def numbers(pattern, svg):
    return [[float(v) for v in found] for found in re.findall(pattern, svg)]


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


def assert_legible_marks(picture):
    """As `assert_legible`, for a picture whose axes matplotlib has drawn."""
    root = ET.fromstring(picture.svg)
    texts = "".join(ET.tostring(n, encoding="unicode") for n in root.iter() if n.tag.endswith("text"))
    size = f'width="{root.get("width")}" height="{root.get("height")}"'
    assert_legible(type(picture)(f"<svg {size}>{texts.replace('ns0:', '')}</svg>", ""))
    assert len(picture.svg) < 40_000


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


def scaled(path):
    return (np.array(path) - path[-1]) / (path[0] - path[-1])


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


def test_a_bowl_shows_the_descent_on_its_contours():
    path = [(10 * 0.4**k, 10 * 0.4**k) for k in range(9)]
    picture = plot_bowl(lambda a, b: a**2 + b**2, path, (-11, 11, -11, 11))
    ET.fromstring(picture.svg)
    assert len(picture.svg) < 40_000
    dots = np.array(numbers(r"M([\d.]+) ([\d.]+)m-3 0", picture.svg))
    assert len(dots) == 7
    np.testing.assert_allclose(
        (dots[:, 0] - dots[-1, 0]) / np.ptp(dots[:, 0]), scaled([a for a, _ in path[1:-1]]), atol=2e-3
    )
    assert (
        "from a = 10.0000, b = 10.0000, value 200.0000 to a = 0.0066, b = 0.0066, value 0.0001" in picture.alt
    )
    assert plot_bowl(lambda a, b: a**2 + b**2, path, (-11, 11, -11, 11)) == picture


CHAINS = {
    "one path": derive(Network([[[0.5]], [[0.5]]])),
    "cross-entropy": derive(Network.random([2, 2, 2], loss="binary_cross_entropy")),
    "deep": derive(Network.random([1, 1, 1, 1], activation="tanh", loss="squared_error")),
    "wide": derive(Network.random([2, 3, 2])),
}


@pytest.mark.parametrize("d", CHAINS.values(), ids=CHAINS)
def test_a_chain_shows_every_factor_of_its_path(d):
    single = max(d.net.sizes) == 1
    for name in d.parameters:
        for k, path in enumerate(d.factors(name)):
            picture = draw_chain(d, name, k)
            assert_legible(picture)
            assert ("path" in picture.alt) == (len(d.factors(name)) > 1)
            written = [node.text for node in ET.fromstring(picture.svg).iter() if node.tag.endswith("text")]
            for factor in path:
                of, by = plain_name(str(factor.of), single), plain_name(str(factor.by), single)
                assert f"∂{of}/∂{by} = " in picture.alt
                assert {f"∂{of}", f"∂{by}"} <= set(written)
            heads = re.findall(r'd="M[^C"]*z" fill="#a8480a"', picture.svg)
            assert len(heads) == len(path)


def test_a_chain_writes_the_value_of_each_factor():
    picture = draw_chain(CHAINS["one path"], "w1[0,0]")
    for value in ("a₂ − t", "a₂·(1 − a₂)", "w₂", "a₁·(1 − a₁)", "x"):
        assert f">= {value}<" in picture.svg
    assert "Forward: x, w₁, z₁ | a₁, w₂, z₂ | a₂, E." in picture.alt
    assert "Forward: b₂, z₂ | a₂, w₃, z₃ | a₃, E." in draw_chain(CHAINS["deep"], "b2[0]").alt
    relu = draw_chain(derive(Network([[[0.5]], [[0.5]]], activation="relu")), "w1[0,0]")
    assert "∂a₁/∂z₁ = (1 if z₁ > 0, else 0), ∂z₁/∂w₁ = x." in relu.alt
    second = draw_chain(CHAINS["wide"], "w1[2,1]", path=1)
    assert "path 2 of 2. Forward: x[1], w1[2,1], z1[2] | a1[2], w2[1,2], z2[1] | a2[1], E." in second.alt


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: draw_chain(CHAINS["wide"], "w1[0,0]", 2), "path is 2, expected 0 to 1: "),
        (lambda: draw_chain(CHAINS["wide"], "w9[0,0]"), r"'w9\[0,0\]' is no parameter"),
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
        (lambda: plot_bowl(lambda a, b: a + b, [[1, 2, 3]], (0, 1, 0, 1)), r"path has shape \(1, 3\)"),
        (lambda: plot_bowl(lambda a, b: 1.0, [[1, 2]], (0, 1, 0, 1)), "rule gives 1 everywhere"),
        (lambda: plot_bowl(lambda a, b: a, [[1, 2]], (1, 0, 0, 1)), "expected left, right, bottom, top"),
    ],
)
def test_figures_refuse_what_they_cannot_show(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()


def test_a_start_slider_shows_each_descent_and_says_where_it_ends():
    widget = start_slider(landscape, steepness, [-2.0, 0.5, 3.0, 1.0], 0.1, 60, "w", "E")
    assert widget.slider._options_labels == ("−2.00", "0.50", "3.00", "1.00")
    assert widget.slider.index == 0
    for start, sentence, frame in zip((-2.0, 0.5, 3.0, 1.0), widget.sentences, widget.frames, strict=True):
        path = descend(steepness, start, 0.1, 60)
        assert sentence == (
            f"start at w = {fixed(start, 2)}: {where_it_ends(landscape, steepness, path, (-2, 3), 'w', 'E')}"
        )
        assert len(re.findall(r"M[\d.]+ [\d.]+h0", frame)) == 59
        assert len(frame) < 4000
    assert "rests at w = −1.0000, E = −0.4167, but the curve is lowest near w = 2.00" in widget.sentences[0]
    assert "the lowest place in the picture" in widget.sentences[1]


def test_a_descent_that_is_thrown_out_gives_no_warning():
    widget = start_slider(landscape, steepness, [-2.0, 3.0], 1e3, 60, "w", "E")
    assert "it leaves the picture at step 1." in widget.sentences[0]
    assert "nan" not in "".join(frame for frame in widget.frames)


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

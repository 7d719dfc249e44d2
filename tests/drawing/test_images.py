"""Heat maps and digits: every value on its colour, every pixel in its place."""

import base64
import io
import re
import xml.etree.ElementTree as ET

import matplotlib.image as plt_image
import numpy as np
import pytest
from legibility import assert_legible, luminance

from backprop_lib.drawing.images import confusion_map, heat_map, show_digits
from backprop_lib.text import fixed


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


COUNTS = np.random.default_rng(5).integers(0, 30, (10, 10)) + 930 * np.eye(10, dtype=int)


def test_a_confusion_matrix_shows_every_count_where_it_belongs():
    picture = confusion_map(COUNTS, title="Test images")
    assert_legible(picture)
    marks = [m for m in ET.fromstring(picture.svg) if m.get("fill", "").startswith("#")]
    cells = [m for m in marks if m.tag.endswith("rect")][1:]
    written = [m for m in marks if m.tag.endswith("text")][-120:]
    rows = [written[12 * i : 12 * i + 12] for i in range(10)]
    for i, (above, before, *counts) in enumerate(rows):
        assert above.text == before.text == str(i)
        assert above.get("x") == counts[i].get("x")
        assert {before.get("y")} == {count.get("y") for count in counts}
        for j, count in enumerate(counts):
            cell = cells[10 * i + j]
            assert count.text == f"{COUNTS[i, j]:,}"
            light, dark = sorted((luminance(cell.get("fill")), luminance(count.get("fill"))), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 4.5
            red, blue = (int(cell.get("fill")[k : k + 2], 16) for k in (1, 5))
            assert np.sign(blue - red) == (1 if i == j else -1 if COUNTS[i, j] else 0)


def test_mistakes_can_be_told_apart_beside_a_thousand_right_answers():
    counts = np.array([[980, 2, 0], [1, 1000, 20], [0, 10, 970]])
    cells = [m.get("fill") for m in ET.fromstring(confusion_map(counts).svg) if m.get("height") == "36.0"]
    blues = [int(fill[5:], 16) for fill in cells]
    assert blues[2] == blues[6] == 255
    assert blues[1] > blues[7] > blues[5]
    assert blues[1] - blues[5] > 120


def test_a_confusion_matrix_is_told_in_words():
    alt = confusion_map(COUNTS).alt
    assert f"{np.trace(COUNTS):,} of {COUNTS.sum():,} are right." in alt
    i, j = divmod(int((COUNTS - np.diag(np.diag(COUNTS))).argmax()), 10)
    assert f"The most frequent mistakes: {i} taken for {j}: {COUNTS[i, j]};" in alt
    assert confusion_map([[3, 0], [0, 2]], ["cat", "dog"]).alt == (
        "Confusion matrix. 5 of 5 are right. Right by class: cat: 3 of 3; dog: 2 of 2. There are no mistakes."
    )


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([np.ones((2, 3))], r"counts has shape \(2, 3\), expected a square of at most 12 × 12"),
        ([np.ones((13, 13))], r"counts has shape \(13, 13\), expected a square"),
        ([[[1, -1], [0, 1]]], "counts holds -1, expected whole numbers from 0 on"),
        ([[[0.5]]], "counts holds 0.5, expected whole numbers from 0 on"),
        ([np.ones((2, 2)), ["one"]], "names has 1 name, expected 2, one for each class"),
    ],
)
def test_a_confusion_matrix_refuses_what_is_none(arguments, message):
    with pytest.raises(ValueError, match=message):
        confusion_map(*arguments)


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

"""Contours of a function with a descent on them."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from backprop_lib.drawing.surfaces import plot_bowl


def numbers(pattern, svg):
    return [[float(v) for v in found] for found in re.findall(pattern, svg)]


def scaled(path):
    return (np.array(path) - path[-1]) / (path[0] - path[-1])


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


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: plot_bowl(lambda a, b: a + b, [[1, 2, 3]], (0, 1, 0, 1)), r"path has shape \(1, 3\)"),
        (lambda: plot_bowl(lambda a, b: 1.0, [[1, 2]], (0, 1, 0, 1)), "rule gives 1 everywhere"),
        (lambda: plot_bowl(lambda a, b: a, [[1, 2]], (1, 0, 0, 1)), "expected left, right, bottom, top"),
    ],
)
def test_a_bowl_refuses_what_it_cannot_show(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()

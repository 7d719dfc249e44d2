"""Pictures keep letters that can be read: where a page is too narrow, they scroll and do not shrink."""

import re
from pathlib import Path
from urllib.parse import unquote

import nbformat
import numpy as np
import pytest

from backprop_lib import Network, derive
from backprop_lib import drawing as drawn

ROOT = Path(__file__).parents[2]
LEAST = 10  # pixels
NET = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
ONE = Network([[[0.5]], [[0.5]]])
PICTURES = {
    "network": drawn.draw_network(NET, NET.forward([0.2, 0.5]), target=[0.2, 0.7], loss=0.1),
    "chain": drawn.draw_chain(derive(ONE), "w1[0,0]"),
    "loss": drawn.plot_loss([0.5, 0.1, 0.02], goal=0.05),
    "curves": drawn.plot_curves({"slow": [1, 0.5, 0.25], "fast": [1, 0.1, 0.01]}, "epoch", "E"),
    "surface": drawn.plot_surface(
        ONE, [0.1], [0.9], ("w1[0,0]", "w2[0,0]"), (-4, 4, -1, 10), [[0.5, 0.5], [0.9, 4]]
    ),
    "heat map": drawn.heat_map(np.arange(6).reshape(2, 3) - 2.5, title="Six"),
    "digits": drawn.show_digits(np.zeros((9, 28, 28)), [str(k) for k in range(9)]),
}


def letters(svg):
    """Return the size of the smallest letters; matplotlib draws them a hundred times as large."""
    sizes = re.findall(r"""\bfont-size=["']([\d.]+)""", svg.partition(">")[2])
    return min([*map(float, sizes), *(100 * float(s) for s in re.findall(r"scale\((0\.\d+) -\1\)", svg))])


def width(svg):
    return float(re.search(r"""\bwidth=["']([\d.]+)""", svg)[1])


BOX = '<div style="overflow-x: auto" tabindex="0" role="group" aria-label="[^"]*scrolls sideways"[^>]*>'
SHOWN = re.compile(f'({BOX})?<img alt="[^"]+" src="data:image/svg.xml,([^"]+)" style="([^"]+)">')


def assert_readable(html):
    """Check that pictures as a page shows them keep their letters, in a box that scrolls where it must."""
    found = SHOWN.findall(html)
    assert len(found) == html.count("<img ")
    for box, address, style in found:
        svg, (most, *least) = unquote(address), style.split("; min-width: ")
        assert most == "max-width: 100%"
        needed = min(width(svg), width(svg) * LEAST / letters(svg))
        assert float(least[0].removesuffix("px")) >= needed - 0.01 if box else needed <= 250


@pytest.mark.parametrize("name", PICTURES)
def test_a_picture_scrolls_before_its_letters_get_too_small(name):
    picture = PICTURES[name]
    assert letters(picture.svg) >= max(LEAST, picture.letters) - 0.01
    assert_readable(picture._repr_mimebundle_()["text/html"])


def test_a_small_picture_needs_no_box():
    html = drawn.show_digits(np.zeros((28, 28)), "0")._repr_mimebundle_()["text/html"]
    assert html.startswith("<img ")
    assert_readable(html)


@pytest.mark.parametrize("page", sorted(ROOT.glob("notebooks/**/*.ipynb")), ids=lambda path: path.stem)
def test_pictures_of_a_page_can_be_read(page):
    outputs = [o for cell in nbformat.read(page, 4).cells for o in cell.get("outputs", [])]
    for html in (o["data"]["text/html"] for o in outputs if "text/html" in o.get("data", {})):
        if "data:image/svg" in html:
            assert_readable(html)

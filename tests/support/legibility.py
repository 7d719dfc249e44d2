"""What tests ask of every drawing: texts inside it, apart from each other, with enough contrast."""

import xml.etree.ElementTree as ET
from functools import cache

import numpy as np
from matplotlib.font_manager import findfont
from matplotlib.ft2font import FT2Font


def luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


@cache
def advance(letter, weight):
    """Return how wide a letter is at size 1 in DejaVu Sans, the widest of the fonts that may be used."""
    font = FT2Font(findfont(f"DejaVu Sans:{weight}"))
    font.set_size(100, 72)
    return font.load_char(ord(letter)).linearHoriAdvance / 65536 / 100


def text_boxes(picture):
    """Return each text of a drawing with its left, top, right and bottom, and the size of the drawing."""
    root = ET.fromstring(picture.svg)
    found = []
    for node in (n for n in root.iter() if n.tag.endswith("text")):
        x, y, size = (float(node.get(key)) for key in ("x", "y", "font-size"))
        width = sum(advance(letter, node.get("font-weight", "normal")) for letter in node.text) * size
        left = x - width * {"start": 0, "middle": 0.5, "end": 1}[node.get("text-anchor", "start")]
        found.append((node.text, (left, y - 0.75 * size, left + width, y + 0.2 * size)))
    return found, float(root.get("width")), float(root.get("height"))


def assert_legible(picture):
    found, width, height = text_boxes(picture)
    for k, (text, (left, top, right, bottom)) in enumerate(found):
        assert left >= 0, text
        assert top >= 0, text
        assert right <= width, text
        assert bottom <= height, text
        for other, box in found[:k]:
            apart = left >= box[2] or right <= box[0] or top >= box[3] or bottom <= box[1]
            assert apart, f"{text} lies on {other}"

"""Reference pictures: small, blurred, and compared with tolerance, so that another font does not matter."""

import os
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

FOLDER = Path(__file__).with_name("pictures")
WIDTH = 320  # pixels of a reference picture
SHADES = 24  # of 256 that a pixel may be off
SHARE = 0.002  # of the pixels that may be off by more; another font gives up to 0.0003
STRETCH = 0.04  # that a picture may be higher or lower


def reduced(png):
    """Return a screenshot as a reference picture."""
    picture = Image.open(BytesIO(png)).convert("RGB")
    height = round(picture.height * WIDTH / picture.width)
    return picture.resize((WIDTH, height), Image.Resampling.LANCZOS)


def difference(one, other):
    """Return the share of pixels that two pictures show differently; 1 if they differ in shape."""
    if abs(one.height / other.height - 1) > STRETCH:
        return 1.0
    blurred = [
        np.asarray(p.resize(one.size).filter(ImageFilter.GaussianBlur(2)), dtype=float) for p in (one, other)
    ]
    return float((np.abs(blurred[0] - blurred[1]).max(axis=2) > SHADES).mean())


def stored(name):
    return Image.open(FOLDER / f"{name}.png").convert("RGB")


def check(name, png):
    """Compare a screenshot with its reference; with PICTURES=new in the environment, make it that first."""
    picture = reduced(png)
    if os.environ.get("PICTURES") == "new":
        FOLDER.mkdir(exist_ok=True)
        picture.quantize(256, kmeans=1).save(FOLDER / f"{name}.png", optimize=True)
    share = difference(stored(name), picture)
    assert share <= SHARE, f"{name} looks different in {share:.1%} of its pixels"

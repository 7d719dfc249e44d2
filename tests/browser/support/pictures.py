"""Reference pictures: small, blurred, and compared with tolerance, so that another font does not matter."""

import os
import time
from io import BytesIO
from pathlib import Path

import numpy as np
from PIL import Image, ImageFilter

FOLDER = Path(__file__).parents[1] / "pictures"
WIDTH = 320  # pixels of a reference picture
SHADES = 24  # of 256 that a pixel may be off
SHARE = 0.002  # of the pixels that may be off by more; another font gives up to 0.0003
STRETCH = 0.04  # that a picture may be higher or lower
PATIENCE = 10  # seconds


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


def check(name, shoot):
    """Compare a screenshot with its reference, until they agree: Python may still have to answer.

    With PICTURES=new in the environment, it becomes the reference first.
    """
    if os.environ.get("PICTURES") == "new":
        time.sleep(1)
        FOLDER.mkdir(exist_ok=True)
        reduced(shoot()).quantize(256, kmeans=1).save(FOLDER / f"{name}.png", optimize=True)
    end = time.monotonic() + PATIENCE
    while (share := difference(stored(name), reduced(shoot()))) > SHARE and time.monotonic() < end:
        time.sleep(0.2)
    assert share <= SHARE, f"{name} looks different in {share:.1%} of its pixels"

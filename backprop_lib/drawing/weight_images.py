"""What the neurons of a first layer look for: their weights as images, blue for ink, orange against it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import check_arguments, finite_array, whole_number
from backprop_lib.drawing.canvas import COLOURS, Canvas, Picture, text_width
from backprop_lib.drawing.images import png
from backprop_lib.text import counted, fixed

_STEPS = 15  # shades of each colour
_SHADES = np.linspace(-1, 1, 2 * _STEPS + 1)


def weight_images(
    weights: ArrayLike,
    titles: Sequence[str] | None = None,
    across: int = 8,
    scale: int = 3,
    shape: tuple[int, int] = (28, 28),
) -> Picture:
    """Return each neuron's weights as an image, blue where positive, orange where negative, white at 0.

    Parameters
    ----------
    weights : array_like, shape (neurons, height · width)
        At most 64 neurons. The strongest colour stands for each neuron's own largest weight.
    titles : sequence of str, optional
        One for each neuron; numbers from 0 if not given.
    across : int
        Number of images in a row.
    scale : int
        Number of points on the screen for a weight.
    shape : height, width

    Raises
    ------
    ValueError
        If there are too many neurons, or their weights do not fit the shape.

    Examples
    --------
    >>> weight_images([[0.5, -2.0]], ["left not right"], shape=(1, 2))
    Weights of 1 neuron as images of 1 × 2, blue positive, orange negative: left not right −2.00 to 0.50.
    """
    check_arguments(weight_images, locals())
    for argument, number in (("across", across), ("scale", scale), ("shape", shape[0]), ("shape", shape[1])):
        whole_number(argument, number, least=1, most=1000)
    rows = finite_array("weights", weights, ndim=(2,))
    count, (height, width) = len(rows), shape
    if count > 64 or rows.shape[1] != height * width:
        raise ValueError(f"weights has shape {rows.shape}, expected at most 64 rows of {height * width}.")
    names = [str(i) for i in range(count)] if titles is None else list(titles)
    if len(names) != count:
        raise ValueError(f"titles has {counted(len(names), 'title')}, expected {count}, one for each neuron.")
    canvas, size = Canvas(), (scale * width, scale * height)
    step = max(size[0], *(text_width(n, 14) for n in names)) + 14, size[1] + 32
    for k, (row, name) in enumerate(zip(rows, names, strict=True)):
        x, y = step[0] * (k % across + 0.5), step[1] * (k // across) + 24
        canvas.text(x, y - 7, name)
        shades = _STEPS + np.round(_STEPS * row.reshape(shape) / max(float(abs(row).max()), 1e-12))
        canvas.marks.append(
            f'<image x="{x - size[0] / 2:g}" y="{y:g}" width="{size[0]}" height="{size[1]}" '
            f'style="image-rendering:pixelated" href="data:image/png;base64,{png(shades, _palette())}"/>'
        )
        middle, half = (x, y + size[1] / 2), (size[0] / 2, size[1] / 2)
        canvas.box(*middle, half, "none", stroke=COLOURS["line"], width=1)
    words = "; ".join(
        f"{n} {fixed(row.min(), 2)} to {fixed(row.max(), 2)}" for n, row in zip(names, rows, strict=True)
    )
    start = f"Weights of {counted(count, 'neuron')} as images of {height} × {width}"
    full = step[0] * min(count, across), step[1] * (1 + (count - 1) // across)
    return canvas.picture(*full, f"{start}, blue positive, orange negative: {words}.")


def _palette() -> bytes:
    """Return the shades from orange over white to blue."""
    orange, blue = (
        np.array([int(COLOURS[sign][k : k + 2], 16) for k in (1, 3, 5)]) for sign in ("negative", "positive")
    )
    rows = [255 + ((orange if s < 0 else blue) - 255) * abs(s) for s in _SHADES]
    return np.round(rows).astype(np.uint8).tobytes()

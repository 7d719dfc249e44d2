"""Matrices and images as figures: weights as coloured cells with their values, digits as grey pixels."""

from __future__ import annotations

import base64
import struct
import zlib
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, check_arguments, finite_array, whole_number
from backprop_lib.drawing.canvas import COLOURS, Canvas, Picture, text_width
from backprop_lib.text import counted, fixed, plural


def heat_map(
    matrix: ArrayLike,
    rows: Sequence[str] | None = None,
    columns: Sequence[str] | None = None,
    title: str = "",
    decimals: int = 2,
) -> Picture:
    """Return a matrix as coloured cells with its values in them: blue positive, orange negative.

    Parameters
    ----------
    matrix : array_like, shape (rows, columns)
        At most 16 by 12, such as the weights of one layer, one row for each neuron.
    rows, columns : sequence of str, optional
        Their names; numbers from 0 if not given.
    title : str
    decimals : int

    Raises
    ------
    ValueError
        If the matrix is too large to be written out, or the names do not fit.

    Examples
    --------
    >>> heat_map([[0.5, -2.0]], rows=["neuron 0"], columns=["x[0]", "x[1]"], title="Weights")
    Heat map: Weights. 1 × 2 values, by row and column: neuron 0: x[0] 0.50, x[1] −2.00.
    """
    check_arguments(heat_map, locals())
    values = finite_array("matrix", matrix, ndim=(2,))
    down, across = values.shape
    if down > 16 or across > 12:
        raise ValueError(f"matrix has shape {values.shape}, expected at most 16 rows and 12 columns.")
    rows = [str(i) for i in range(down)] if rows is None else list(rows)
    columns = [str(j) for j in range(across)] if columns is None else list(columns)
    for name, names, count in (("rows", rows, down), ("columns", columns, across)):
        if len(names) != count:
            raise ValueError(
                f"{name} has {counted(len(names), 'name')}, expected {count}, as the matrix has."
            )
    texts = [[fixed(v, decimals) for v in row] for row in values]
    written = [*columns, *(text for row in texts for text in row)]
    cell = max(64.0, 14 + max(text_width(text, 14) for text in written)), 42.0
    left, top = 24 + max(text_width(name, 14) for name in rows), 66.0 if title else 34.0
    canvas = Canvas()
    if title:
        canvas.text(12, 24, title, bold=True, size=15, anchor="start")
    for j, name in enumerate(columns):
        canvas.text(left + (j + 0.5) * cell[0], top - 10, name)
    biggest = max(float(abs(values).max()), 1e-12)
    for i, name in enumerate(rows):
        y = top + (i + 0.5) * cell[1]
        canvas.text(left - 10, y + 5, name, anchor="end")
        for j, v in enumerate(values[i]):
            x = left + (j + 0.5) * cell[0]
            fill, ink = _tint(float(v) / biggest)
            half = cell[0] / 2, cell[1] / 2
            canvas.box(x, y, half, fill, stroke=COLOURS["paper"], width=2)
            canvas.text(x, y + 5, texts[i][j], colour=ink)
    width = max(left + across * cell[0] + 12, 24 + text_width(title, 16))
    return canvas.picture(
        width, top + down * cell[1] + 12, _matrix_in_words(values, rows, columns, title, texts)
    )


def _tint(share: float) -> tuple[str, str]:
    """Return the colour of a cell, between paper and full blue or orange, and an ink that stands out."""
    full = COLOURS["negative" if share < 0 else "positive"]
    parts = [round(255 + (int(full[k : k + 2], 16) - 255) * abs(share)) for k in (1, 3, 5)]
    linear = [c / 3294.6 if c <= 10 else ((c / 255 + 0.055) / 1.055) ** 2.4 for c in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#" + "".join(f"{c:02x}" for c in parts), "#000000" if light > 0.18 else "#ffffff"


def _matrix_in_words(
    values: Array, rows: Sequence[str], columns: Sequence[str], title: str, texts: Sequence[Sequence[str]]
) -> str:
    start = f"Heat map: {title}. " if title else "Heat map. "
    size = f"{len(rows)} × {len(columns)} {plural('value', values.size)}"
    if values.size <= 12:
        lines = [
            f"{r}: " + ", ".join(f"{c} {v}" for c, v in zip(columns, line, strict=True))
            for r, line in zip(rows, texts, strict=True)
        ]
        return f"{start}{size}, by row and column: {'; '.join(lines)}."
    i, j = (divmod(int(k), len(columns)) for k in (values.argmin(), values.argmax()))
    ends = [f"{texts[a][b]} ({rows[a]}, {columns[b]})" for a, b in (i, j)]
    strongest = [
        f"{row} {texts[k][m]} ({columns[m]})"
        for k, row in enumerate(rows)
        for m in [int(abs(values[k]).argmax())]
    ]
    return (
        f"{start}{size} from {ends[0]} to {ends[1]}. The largest in size of each row: {', '.join(strongest)}."
    )


def show_digits(pixels: ArrayLike, titles: str | Sequence[str] = "", across: int = 8) -> Picture:
    """Return grey images side by side, as ink on paper, each with its title.

    Parameters
    ----------
    pixels : array_like, shape (height, width) or (images, height, width)
        Whole numbers from 0, paper, to 255, ink; or other numbers from 0 to 1.
        At most 40 images of at most 64 by 64.
    titles : str or sequence of str
        One for each image.
    across : int
        Number of images in a row, at most.

    Raises
    ------
    ValueError
        If a pixel or a shape is out of range, or the titles do not fit.

    Examples
    --------
    >>> show_digits([[0, 255], [0, 128]], "Two dots")
    A grey image of 2 × 2 pixels: “Two dots”, ink on 2 pixels, in rows 0–1 and columns 1–1.
    """
    check_arguments(show_digits, locals())
    whole_number("across", across, least=1)
    images = finite_array("pixels", pixels, ndim=(2, 3))
    top = 255 if np.asarray(pixels).dtype.kind in "iu" else 1
    images = images[None] if images.ndim == 2 else images
    names = [titles] if isinstance(titles, str) else list(titles)
    count, height, width = images.shape
    if count > 40 or max(height, width) > 64:
        raise ValueError(f"pixels has shape {images.shape}, expected at most 40 images of at most 64 × 64.")
    if images.min() < 0 or images.max() > top:
        raise ValueError(f"pixels run from {images.min():g} to {images.max():g}, expected 0 to {top}.")
    if len(names) != count:
        raise ValueError(f"titles has {counted(len(names), 'title')}, expected {count}, one per image.")
    scale = max(1, 128 // max(height, width))
    canvas, step = (
        Canvas(),
        (max(scale * width, *(text_width(n, 14) for n in names)) + 20, scale * height + 44),
    )
    for k, (image, name) in enumerate(zip(images, names, strict=True)):
        x, y = step[0] * (k % across + 0.5), step[1] * (k // across) + 34
        canvas.text(x, y - 10, name, bold=True)
        size, source = f'width="{scale * width}" height="{scale * height}"', png(255 - image * 255 / top)
        canvas.marks.append(
            f'<image x="{x - scale * width / 2:g}" y="{y}" {size} style="image-rendering:pixelated" '
            f'href="data:image/png;base64,{source}"/>'
        )
        middle, half = (x, y + scale * height / 2), (scale * width / 2, scale * height / 2)
        canvas.box(*middle, half, "none", stroke=COLOURS["soft"], width=1)
    words = "; ".join(_ink_in_words(image, name) for image, name in zip(images, names, strict=True))
    start = "A grey image" if count == 1 else f"{count} grey images"
    full = step[0] * min(count, across), step[1] * (1 + (count - 1) // across)
    return canvas.picture(*full, f"{start} of {height} × {width} {plural('pixel', height * width)}: {words}.")


def _ink_in_words(image: Array, name: str) -> str:
    title = f"“{name}”, " if name else ""
    down, across = np.nonzero(image)
    if not len(down):
        return f"{title}blank"
    return (
        f"{title}ink on {counted(len(down), 'pixel')}, in rows {down.min()}–{down.max()} "
        f"and columns {across.min()}–{across.max()}"
    )


def png(pixels: Array, palette: bytes = b"") -> str:
    """Return grey pixels, or places in a palette, as a PNG in base64.

    Its bytes are uncompressed: no two versions of zlib pack alike.
    """
    rows = np.round(pixels).astype(np.uint8)
    height, width = rows.shape
    raw = b"".join(b"\0" + row.tobytes() for row in rows)
    stored = struct.pack("<BHH", 1, len(raw), len(raw) ^ 0xFFFF) + raw + struct.pack(">I", zlib.adler32(raw))
    chunks = {
        b"IHDR": struct.pack(">2I5B", width, height, 8, 3 if palette else 0, 0, 0, 0),
        **({b"PLTE": palette} if palette else {}),
        b"IDAT": b"\x78\x01" + stored,
        b"IEND": b"",
    }
    data = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in chunks.items()
    )
    return base64.b64encode(data).decode()

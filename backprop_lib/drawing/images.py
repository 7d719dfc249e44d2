"""Matrices and images as figures: cells with their values, digits in grey, what a neuron's weights look for.

Weights are blue where positive and orange where negative.
"""

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
    rows = _named("rows", rows, down, "name", "as the matrix has")
    columns = _named("columns", columns, across, "name", "as the matrix has")
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
            fill, ink = tint(float(v) / biggest)
            half = cell[0] / 2, cell[1] / 2
            canvas.box(x, y, half, fill, stroke=COLOURS["paper"], width=2)
            canvas.text(x, y + 5, texts[i][j], colour=ink)
    width = max(left + across * cell[0] + 12, 24 + text_width(title, 16))
    return canvas.picture(
        width, top + down * cell[1] + 12, _matrix_in_words(values, rows, columns, title, texts)
    )


def confusion_map(counts: ArrayLike, names: Sequence[str] | None = None, title: str = "") -> Picture:
    """Return a confusion matrix as coloured cells with their counts: what is right blue, mistakes orange.

    The colour of a mistake is the stronger the more often it is made; 0 stays white.

    Parameters
    ----------
    counts : array_like, shape (classes, classes)
        A row for each true class, a column for each answer; whole numbers from 0, at most 12 classes.
    names : sequence of str, optional
        Of the classes; numbers from 0 if not given.
    title : str

    Raises
    ------
    ValueError
        If the matrix is not square, is too large, or holds what is no count.

    Examples
    --------
    >>> confusion_map([[8, 2], [0, 5]], title="Two digits")
    ... # doctest: +NORMALIZE_WHITESPACE
    Confusion matrix: Two digits. 13 of 15 are right. Right by class: 0: 8 of 10; 1: 5 of 5.
    The most frequent mistakes: 0 taken for 1: 2.
    """
    check_arguments(confusion_map, locals())
    values = finite_array("counts", counts, ndim=(2,))
    if values.shape[0] != values.shape[1] or values.shape[0] > 12:
        raise ValueError(f"counts has shape {values.shape}, expected a square of at most 12 × 12.")
    if (values < 0).any() or (values != values.round()).any():
        wrong = values[(values < 0) | (values != values.round())][0]
        raise ValueError(f"counts holds {wrong:g}, expected whole numbers from 0 on.")
    many = len(values)
    classes = _named("names", names, many, "name", "one for each class")
    mistakes = values - np.diag(np.diag(values))
    canvas, (wide, high), top = Canvas(), (58.0, 36.0), 86.0 if title else 54.0
    left = 70 + max(text_width(name, 14) for name in classes)
    wide = max(wide, 12 + max(text_width(text, 14) for text in [*classes, f"{values.max():,.0f}"]))
    if title:
        canvas.text(12, 24, title, bold=True, size=15, anchor="start")
    canvas.text(left + many * wide / 2, top - 32, "answer", size=13)
    canvas.text(12, top + many * high / 2 + 5, "true", size=13, anchor="start")
    for i, name in enumerate(classes):
        canvas.text(left + (i + 0.5) * wide, top - 10, name, bold=True)
        canvas.text(left - 10, top + (i + 0.5) * high + 5, name, bold=True, anchor="end")
        for j in range(many):
            of = values[i].sum() if i == j else -mistakes.max()
            fill, ink = tint(float(values[i, j] / of) if values[i, j] else 0.0)
            x, y = left + (j + 0.5) * wide, top + (i + 0.5) * high
            canvas.box(x, y, (wide / 2, high / 2), fill, stroke=COLOURS["line"], width=1)
            canvas.text(x, y + 5, f"{values[i, j]:,.0f}", colour=ink, bold=i == j)
    width = max(left + many * wide + 12, 24 + text_width(title, 16))
    return canvas.picture(width, top + many * high + 12, _confusion_in_words(values, classes, title))


def _confusion_in_words(values: Array, names: Sequence[str], title: str) -> str:
    start = f"Confusion matrix: {title}. " if title else "Confusion matrix. "
    by_class = "; ".join(
        f"{name}: {values[i, i]:,.0f} of {values[i].sum():,.0f}" for i, name in enumerate(names)
    )
    pairs = [(values[i, j], i, j) for i in range(len(names)) for j in range(len(names)) if i != j]
    most = sorted((pair for pair in pairs if pair[0]), key=lambda pair: (-pair[0], pair[1:]))[:5]
    listed = "; ".join(f"{names[i]} taken for {names[j]}: {count:,.0f}" for count, i, j in most)
    wrong = f"The most frequent mistakes: {listed}." if most else "There are no mistakes."
    right = f"{np.trace(values):,.0f} of {values.sum():,.0f} are right."
    return f"{start}{right} Right by class: {by_class}. {wrong}"


def _named(argument: str, names: Sequence[str] | None, count: int, noun: str, why: str) -> list[str]:
    """Return as many names as there must be; numbers from 0 if none are given."""
    found = [str(i) for i in range(count)] if names is None else list(names)
    if len(found) != count:
        raise ValueError(f"{argument} has {counted(len(found), noun)}, expected {count}, {why}.")
    return found


def _shade(share: float) -> list[int]:
    """Return red, green and blue of a share from −1, full orange, over 0, paper, to 1, full blue."""
    full = COLOURS["negative" if share < 0 else "positive"]
    return [round(255 + (int(full[k : k + 2], 16) - 255) * abs(share)) for k in (1, 3, 5)]


def tint(share: float) -> tuple[str, str]:
    """Return the colour of a cell and an ink that stands out on it.

    Parameters
    ----------
    share : float
        From −1, full orange, over 0, paper, to 1, full blue.

    Examples
    --------
    >>> tint(0.0), tint(-1.0)
    (('#ffffff', '#000000'), ('#a8480a', '#ffffff'))
    """
    parts = _shade(share)
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
    count, height, width = images.shape
    if count > 40 or max(height, width) > 64:
        raise ValueError(f"pixels has shape {images.shape}, expected at most 40 images of at most 64 × 64.")
    if images.min() < 0 or images.max() > top:
        raise ValueError(f"pixels run from {images.min():g} to {images.max():g}, expected 0 to {top}.")
    names = _named("titles", [titles] if isinstance(titles, str) else titles, count, "title", "one per image")
    scale = max(1, 128 // max(height, width))
    sources = [png(255 - image * 255 / top) for image in images]
    words = "; ".join(_ink_in_words(image, name) for image, name in zip(images, names, strict=True))
    start = "A grey image" if count == 1 else f"{count} grey images"
    alt = f"{start} of {height} × {width} {plural('pixel', height * width)}: {words}."
    return _side_by_side(sources, names, (scale * width, scale * height), across, alt, large=True)


def _ink_in_words(image: Array, name: str) -> str:
    title = f"“{name}”, " if name else ""
    down, across = np.nonzero(image)
    if not len(down):
        return f"{title}blank"
    return (
        f"{title}ink on {counted(len(down), 'pixel')}, in rows {down.min()}–{down.max()} "
        f"and columns {across.min()}–{across.max()}"
    )


_STEPS = 15  # shades of each colour
_PALETTE = bytes(c for s in np.linspace(-1, 1, 2 * _STEPS + 1).tolist() for c in _shade(s))


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
    1 neuron as images of 1 × 2, blue positive, orange negative: left not right −2.00 to 0.50.
    """
    check_arguments(weight_images, locals())
    for argument, number in (("across", across), ("scale", scale), ("shape", shape[0]), ("shape", shape[1])):
        whole_number(argument, number, least=1, most=1000)
    rows = finite_array("weights", weights, ndim=(2,))
    count, (height, width) = len(rows), shape
    if count > 64 or rows.shape[1] != height * width:
        raise ValueError(f"weights has shape {rows.shape}, expected at most 64 rows of {height * width}.")
    names = _named("titles", titles, count, "title", "one for each neuron")
    strongest = np.maximum(abs(rows).max(axis=1, keepdims=True), 1e-12)
    shades = _STEPS + np.round(_STEPS * rows / strongest)
    sources = [png(row.reshape(shape), _PALETTE) for row in shades]
    words = "; ".join(
        f"{n} {fixed(row.min(), 2)} to {fixed(row.max(), 2)}" for n, row in zip(names, rows, strict=True)
    )
    start = f"{counted(count, 'neuron')} as images of {height} × {width}"
    alt = f"{start}, blue positive, orange negative: {words}."
    return _side_by_side(sources, names, (scale * width, scale * height), across, alt, large=False)


def _side_by_side(
    sources: Sequence[str], names: Sequence[str], size: tuple[int, int], across: int, alt: str, *, large: bool
) -> Picture:
    """Return images with their names above them, `across` in a row."""
    gap, above, below, lift, rim = (20, 34, 10, 10, "soft") if large else (14, 24, 8, 7, "line")
    canvas, (width, height) = Canvas(), size
    step = max(width, *(text_width(n, 14) for n in names)) + gap, above + height + below
    for k, (source, name) in enumerate(zip(sources, names, strict=True)):
        x, y = step[0] * (k % across + 0.5), step[1] * (k // across) + above
        canvas.text(x, y - lift, name, bold=large)
        canvas.marks.append(
            f'<image x="{x - width / 2:g}" y="{y:g}" width="{width}" height="{height}" '
            f'style="image-rendering:pixelated" href="data:image/png;base64,{source}"/>'
        )
        canvas.box(x, y + height / 2, (width / 2, height / 2), "none", stroke=COLOURS[rim], width=1)
    rows = 1 + (len(names) - 1) // across
    return canvas.picture(step[0] * min(len(names), across), step[1] * rows, alt)


def png(pixels: Array, palette: bytes = b"") -> str:
    """Return grey pixels, or places in a palette, as a PNG in base64.

    Its bytes are neither filtered nor compressed, so that they are the same everywhere: Pillow filters grey
    rows, and no two versions of zlib pack alike.

    Parameters
    ----------
    pixels : ndarray, shape (height, width)
        Numbers from 0 to 255.
    palette : bytes, optional
        Red, green and blue of each place.

    Examples
    --------
    >>> import numpy as np
    >>> png(np.array([[0, 255]]))[:22]
    'iVBORw0KGgoAAAANSUhEUg'
    """
    rows = np.round(pixels).astype(np.uint8)
    height, width = rows.shape
    header = struct.pack(">2I5B", width, height, 8, 3 if palette else 0, 0, 0, 0)
    raw = zlib.compress(b"".join(b"\0" + row.tobytes() for row in rows), 0)
    data = b"\x89PNG\r\n\x1a\n"
    for kind, body in ((b"IHDR", header), (b"PLTE", palette), (b"IDAT", raw), (b"IEND", b"")):
        if body or kind == b"IEND":
            data += struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
    return base64.b64encode(data).decode()

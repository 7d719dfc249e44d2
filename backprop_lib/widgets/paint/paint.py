"""A field of 28 × 28 pixels to paint a digit in, and the network that reads it at once.

The browser holds the drawing (`paint.js`), by mouse, finger or keys, and sends it to Python; there the
forward pass decides, and what it says goes back as words and drawings.
"""

from __future__ import annotations

from html import escape
from itertools import cycle

import numpy as np
import traitlets
from numpy.typing import ArrayLike, NDArray

from backprop_lib.core import Array, Network, check_arguments, finite_array
from backprop_lib.drawing import COLOURS, Canvas, Picture, png, show_digits
from backprop_lib.text import a_or_an, counted, fixed
from backprop_lib.widgets.carrier import Asked, FieldError, module, sheet
from backprop_lib.widgets.live.live_trainer import LiveTrainer

SIDE, _BOX = 28, 20  # pixels of a field, and of the box that MNIST fits each digit in
_FITTED = {"fitted": True, "as it is": False}


def centred(pixels: ArrayLike) -> Array:
    """Return an image as MNIST would have prepared it: fitted into 20 × 20, its ink's centre in the middle.

    The images of MNIST have their centre of mass in pixel (14, 14), and come back as they are.

    Parameters
    ----------
    pixels : array_like, shape (28, 28)
        Grey values from 0, paper, to 255, ink.

    Examples
    --------
    >>> dot = np.zeros((28, 28))
    >>> dot[2:4, 3:5] = 255
    >>> rows, columns = np.nonzero(centred(dot))
    >>> [int(n) for n in (rows.min(), rows.max(), columns.min(), columns.max())]
    [4, 23, 4, 23]
    """
    ink = finite_array("pixels", pixels, ndim=(2,))
    if ink.shape != (SIDE, SIDE):
        raise ValueError(f"pixels has shape {ink.shape}, expected ({SIDE}, {SIDE}).")
    down, across = np.nonzero(ink)
    if not len(down):
        return ink
    box = [(int(places.min()), int(places.max()) + 1) for places in (down, across)]
    scale = _BOX / max(end - start for start, end in box)
    part = ink[slice(*box[0]), slice(*box[1])]
    rows, columns = (_moved(part.sum(axis=axis), scale) for axis in (1, 0))
    moved: Array = rows @ part @ columns.T
    return moved


def _moved(profile: Array, scale: float) -> Array:
    """Return what share of each old row each new one covers, if the centre of mass goes to the middle one."""
    old = np.arange(len(profile) + 1.0)
    centre = float((profile * (old[:-1] + 0.5)).sum() / profile.sum())
    start = float(np.clip(np.ceil(SIDE / 2 - scale * centre), 0, SIDE - scale * len(profile)))
    edges, new = start + scale * old, np.arange(SIDE + 1.0)
    covered = np.minimum(new[1:, None], edges[1:]) - np.maximum(new[:-1, None], edges[:-1])
    shares: Array = np.clip(covered, 0, None)
    return shares


class PaintField(Asked):
    """A field to paint in, read by a network; other images come with a button and can be altered.

    Parameters
    ----------
    source : Network or LiveTrainer
        784 inputs, 10 outputs. A live trainer's network reads as it is at the moment, even while it learns.
    images : array_like of bytes, shape (count, 28, 28)
        Images to begin with.
    scale : float
        The network is shown `scale` times the grey values 0 to 255.

    Attributes
    ----------
    pixels : bytes
        A trait: the drawing, row by row, from 0, paper, to 255, ink.
    centre : bool
        A trait: whether the drawing is fitted and centred as MNIST does.
    outputs : list of float
        The ten outputs.
    given : str
        What the page is given to paint on.
    drawn : str
        What the network is shown, and what its neurons make of it, as SVG.

    Examples
    --------
    >>> field = PaintField(Network.random([784, 4, 10]), np.zeros((1, 28, 28), np.uint8))
    >>> field.answer["sentence"]
    'Nothing is painted yet.'
    """

    _esm = module(__file__, "paint.js")
    _css = sheet(__file__, "paint.css")
    pixels = traitlets.Bytes()
    centre = traitlets.Bool(True).tag(sync=True)
    given = traitlets.Unicode().tag(sync=True)
    drawn = traitlets.Unicode().tag(sync=True)
    longest = 2 * SIDE * SIDE + len("ink ")

    def __init__(self, source: Network | LiveTrainer, images: ArrayLike, scale: float = 1 / 255) -> None:
        check_arguments(PaintField.__init__, locals())
        self._source, self._scale = source, scale
        self._images, self._taking = cycle(_as_bytes(images)), False
        self.outputs: list[float] = []
        sizes = self.network.sizes
        if (sizes[0], sizes[-1]) != (SIDE * SIDE, 10):
            raise ValueError(f"source is {self.network}, expected 784 inputs and 10 outputs.")
        super().__init__()
        self.observe(self._changed, ["pixels", "centre"])
        self._pick()
        if isinstance(source, LiveTrainer):
            source.observe(self._learned, "network")

    @property
    def network(self) -> Network:
        """The network that reads."""
        return self._source.network if isinstance(self._source, LiveTrainer) else self._source

    def end(self) -> None:
        """Listen to the live trainer no more."""
        if isinstance(self._source, LiveTrainer):
            self._source.unobserve(self._learned, "network")

    def pictures(self) -> list[Picture]:
        """Return what is in the field."""
        return [show_digits(np.frombuffer(self.pixels, np.uint8).reshape(SIDE, SIDE), "the drawing")]

    def reply(self, text: str) -> str:
        """Read a drawing, take another image, or fit and centre the drawing or not."""
        what, _, drawing = text.partition(" ")
        self._taking = True
        try:
            if what == "ink":
                self.pixels = bytes.fromhex(drawing)
            elif text == "another":
                self._pick()
            elif text in _FITTED:
                self.centre = _FITTED[text]
            else:
                raise FieldError(f"{text!r} is nothing that the field is asked.")
        finally:
            self._taking = False
        if what != "ink":
            self.given = self.pixels.hex()
        return self._read()

    def _changed(self, _: object) -> None:
        """Show the browser a drawing that does not come from there, and read it."""
        if not self._taking:
            self.given = self.pixels.hex()
            self.guarded(self._read)(None)

    def _learned(self, _: object) -> None:
        """Read again, with a network that has learned; say it only if it is new."""
        with self._turn:
            if (words := self._read()) != self.answer["sentence"]:
                self.say(words)

    def _pick(self) -> None:
        """Take the next of the images."""
        self.pixels = next(self._images).tobytes()

    def _read(self) -> str:
        """Show the drawing to the network, and return what it reads."""
        if len(self.pixels) != SIDE * SIDE:
            raise ValueError(f"pixels holds {counted(len(self.pixels), 'byte')}, expected {SIDE * SIDE}.")
        ink = np.frombuffer(self.pixels, np.uint8).reshape(SIDE, SIDE).astype(float)
        seen = centred(ink) if self.centre else ink
        trace = self.network.forward(self._scale * seen.ravel())
        self.outputs = [float(a) for a in trace.a[-1]]
        self.drawn = _decision(seen, trace.a)
        return _answer(trace.a, bool(ink.any()))

    def __repr__(self) -> str:
        return f"A field to paint digits in, 28 × 28, read by {self.network}."


def _as_bytes(images: ArrayLike) -> NDArray[np.uint8]:
    try:
        found = np.asarray(images)
    except ValueError:
        raise ValueError("images has rows of different lengths, expected shape (count, 28, 28).") from None
    if found.ndim != 3 or found.shape[1:] != (SIDE, SIDE) or not len(found) or found.dtype != np.uint8:
        raise ValueError(
            f"images has shape {found.shape} and type {found.dtype}, expected bytes of shape (count, 28, 28)."
        )
    return found


def _answer(a: list[Array], painted: bool) -> str:
    """Return what the network says in words: the two largest outputs."""
    if not painted:
        return "Nothing is painted yet."
    first, second = (int(k) for k in np.argsort(-a[-1], kind="stable")[:2])
    values = fixed(a[-1][first], 2), fixed(a[-1][second], 2)
    reads = "The network reads" if a[-1][first] > 0.5 else "The network is not sure. Its best guess is"
    answer = f"{reads} {a_or_an(first)}, with {values[0]}."
    if float(a[-1][second]) < 0.005:
        return f"{answer} All others have less than 0.005."
    return f"{answer} Next comes {second}, with {values[1]}."


def _decision(seen: Array, a: list[Array]) -> str:
    """Return as SVG what the network is shown, its hidden neurons, and the ten outputs as bars."""
    canvas, outputs = Canvas(), a[-1].tolist()
    canvas.text(8, 18, "what it is shown", anchor="start", bold=True)
    canvas.marks.append(
        f'<image x="8" y="28" width="112" height="112" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{png(255 - np.clip(seen, 0, 255))}"/>'
    )
    canvas.box(64, 84, (56, 56), "none", stroke=COLOURS["soft"], width=1)
    hidden = np.concatenate([*a[1:-1], []])[:128]
    canvas.text(8, 166, f"{len(hidden)} hidden activations", anchor="start", bold=True)
    for k, grey in enumerate(np.round(255 - 255 * np.clip(hidden, 0, 1)).astype(int)):
        x, y = 14 + 14 * (k % 12), 182 + 14 * (k // 12)
        canvas.box(x, y, (6, 6), "#" + 3 * f"{grey:02x}", stroke=COLOURS["line"], width=0.8)
    canvas.text(200, 18, "outputs", anchor="start", bold=True)
    written, largest = [fixed(value, 3) for value in outputs], outputs.index(max(outputs))
    for k, value in enumerate(outputs):
        y, half, bold = 34 + 22 * k, 65 * min(max(value, 0), 1), k == largest
        canvas.text(206, y + 5, str(k), bold=bold)
        canvas.box(222 + half, y, (half, 8), COLOURS["positive" if bold else "soft"], width=0)
        canvas.path(f"M222 {y - 9}v18", COLOURS["soft"])
        canvas.text(360, y + 5, written[k], anchor="start", bold=bold)
    words = ", ".join(f"{k}: {value}" for k, value in enumerate(written))
    lit, height = np.count_nonzero(hidden > 0.5), max(262, 196 + 14 * ((len(hidden) - 1) // 12))
    alt = f"Outputs {words}. {lit} of the {len(hidden)} hidden neurons are above 0.5."
    svg = canvas.picture(412, height, alt).svg
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}"', 1)

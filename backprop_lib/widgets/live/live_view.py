"""What a live trainer shows: progress and growing curves, as strings that are made in a millisecond."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape
from typing import Any

import numpy as np

from backprop_lib.core import Array, Network
from backprop_lib.drawing import COLOURS, Canvas, heat_map, weight_images
from backprop_lib.text import fixed, rate
from backprop_lib.training import History, Update

_WIDTH, _HEIGHT = 350.0, 200.0
_LEFT, _TOP, _RIGHT, _BOTTOM = 54.0, 34.0, 322.0, 162.0
_ROW = "display: flex; flex-wrap: wrap; gap: 12px; max-width: 872px"
_POINTS = 200  # as many are drawn
_LEAST = 5.0  # times as high as its foot is the axis, so that two of 1, 2, 5, 10 … stand on it


def percent(share: float) -> str:
    """Return a share in percent, with one decimal.

    Examples
    --------
    >>> percent(0.9433)
    '94.3 %'
    """
    return f"{fixed(100 * share, 1)} %"


def state(history: History, goal: int | None = None) -> str:
    """Return in a sentence how far a training run is; with a goal, also how long it will go on.

    Parameters
    ----------
    history : History
    goal : int, optional
        Epochs to train.

    Examples
    --------
    >>> from backprop_lib.training import Trainer
    >>> trainer = Trainer(Network([[[0.5]]]), [0.1], [0.9], 0.3)
    >>> state(trainer.history)
    'Epoch 0: loss 0.0751.'
    """
    done = len(history.loss) - 1
    ahead = "" if goal is None or goal == done else f" of {goal:,}"
    told = [f"Epoch {done:,}{ahead}: {_measured(history.loss[-1], history.accuracy[-1])}"]
    if ahead and done:
        left = ((goal or 0) - done) * history.seconds[-5:].mean()
        told.append(f"about {max(1, round(left)):,} s left")
    return f"{', '.join(told)}."


def update_in_words(update: Update, epochs: int) -> str:
    """Return in a sentence what one update has led to.

    Parameters
    ----------
    update : Update
    epochs : int
        Whole epochs that are done.

    Examples
    --------
    >>> update_in_words(Update(3, 235, Network([[[0.5]]]), loss=0.6, accuracy=0.25), epochs=0)
    'Update 3 of 235 in epoch 1: loss 0.600, 25.0 % of the held-out examples right.'
    """
    number, of, _, loss, accuracy = update
    epoch = epochs + (number < of)
    return f"Update {number:,} of {of:,} in epoch {epoch:,}: {_measured(loss, accuracy)}."


def _measured(loss: float, accuracy: float) -> str:
    right = f", {percent(accuracy)} of the held-out examples right" if np.isfinite(accuracy) else ""
    return f"loss {rate(loss)}{right}"


def progress_bar(done: int, goal: int) -> str:
    """Return a progress bar in HTML.

    Parameters
    ----------
    done, goal : int
        Epochs.

    Examples
    --------
    >>> progress_bar(3, 20)
    '<progress aria-label="epochs done" max="20" value="3" style="width: min(100%, 812px)">3 of 20</progress>'
    """
    return (
        f'<progress aria-label="epochs done" max="{goal}" value="{done}" '
        f'style="width: min(100%, 812px)">{done} of {goal}</progress>'
    )


def curves(history: History, goal: int) -> str:
    """Return the loss, and the share of wrong answers if there is one, over the epochs, as SVG in HTML.

    Parameters
    ----------
    history : History
    goal : int
        Epochs to train: so far the axis reaches.

    Examples
    --------
    >>> from backprop_lib.training import Trainer
    >>> trainer = Trainer(Network([[[0.5]]]), [0.1], [0.9], 0.3)
    >>> curves(trainer.history, goal=10).count('role="img"')
    1
    """
    loss, accuracy = history.loss, history.accuracy
    panels = [_panel("loss", loss, goal, rate(loss[-1]))]
    if np.isfinite(accuracy).any():
        wrong = f"{percent(1 - accuracy[-1])} wrong"
        panels.append(_panel("wrong on held-out examples", 1 - accuracy, goal, wrong, share=True))
    return f'<div style="{_ROW}" data-epochs="{len(loss) - 1}">{"".join(panels)}</div>'


def network_in_pictures(net: Network) -> str:
    """Return the weights as HTML: images if the input is one of 28 × 28, else heat maps if they are small."""
    if net.sizes[0] == 784:
        picture = weight_images(net.weights[0][:16], across=8, scale=3)
        return _named(picture.svg, f"The first {min(16, net.sizes[1])} hidden neurons. {picture.alt}")
    shown = []
    for layer, W in enumerate(net.weights, 1):
        if W.shape[0] <= 16 and W.shape[1] <= 12:
            picture = heat_map(W, title=f"w{layer}: a row for each neuron")
            shown.append(_named(picture.svg, picture.alt))
    return f'<div style="{_ROW}; max-width: 100%">{"".join(shown)}</div>'


def _named(svg: str, alt: str, style: str = "max-width: 100%") -> str:
    return svg.replace("<svg", f'<svg role="img" aria-label="{escape(alt)}" style="{style}"', 1)


def _panel(title: str, values: Array, goal: int, at_end: str, *, share: bool = False) -> str:
    """Return one curve, of numbers or of a `share`, over a logarithmic axis; zeros lie on the ground."""
    found = values[np.isfinite(values) & (values > 0)]
    low, high = (found.min() / 1.25, found.max() * 1.25) if found.size else (0.1, 1.0)
    room = max(1.0, math.sqrt(_LEAST * low / high))
    low, high = low / room, high * room
    if share and high > 1:  # more than all cannot be wrong
        low, high = min(low, 1 / _LEAST), 1.0
    across = max(goal, len(values) - 1, 1)

    def place(epoch: Any) -> Any:
        return _LEFT + (_RIGHT - _LEFT) * epoch / across

    def height(value: Any) -> Any:
        return _BOTTOM - (_BOTTOM - _TOP) * np.log(value / low) / math.log(high / low)

    canvas = Canvas()
    canvas.text(_LEFT - 46, 18, title, anchor="start", bold=True)
    for tick in _ticks(low, high):
        y = height(tick)
        canvas.path(f"M{_LEFT:g} {y:.1f}H{_RIGHT:g}", COLOURS["line"], ' stroke-width="0.6"')
        name = f"{100 * tick:g} %" if share else f"{tick:g}"
        canvas.text(_LEFT - 6, y + 4.5, name, size=12.5, anchor="end")
    for epoch in sorted({0, across // 2, across}):
        canvas.text(place(epoch), _BOTTOM + 17, f"{epoch:,}", size=12.5)
    canvas.text((_LEFT + _RIGHT) / 2, _BOTTOM + 33, "epochs", size=12.5)
    canvas.path(f"M{_LEFT:g} {_TOP:g}V{_BOTTOM:g}H{_RIGHT:g}", COLOURS["soft"], ' fill="none"')
    keep = np.unique(np.linspace(0, len(values) - 1, min(len(values), _POINTS)).round().astype(int))
    keep = keep[np.isfinite(values[keep])]
    points = np.column_stack([place(keep), height(np.clip(values[keep], low, None))])
    line = "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    canvas.path(f"M{line}", COLOURS["positive"], ' fill="none" stroke-width="2.2"')
    x, y = points[-1]
    canvas.marks.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4" fill="{COLOURS["positive"]}"/>')
    right, down, anchor = (10, 5, "start") if x < (_LEFT + _RIGHT) / 2 else (8, -11, "end")
    canvas.text(x + right, y + down, at_end, halo=True, bold=True, anchor=anchor)
    start, end = map(percent if share else rate, values[[0, -1]])
    told = f"from {start} before training to {end} after epoch {len(values) - 1:,}"
    alt = f"{title} over epochs, logarithmic: {told}."
    picture = canvas.picture(_WIDTH, _HEIGHT, alt)
    return _named(picture.svg, alt, "flex: 1 1 300px; max-width: 400px; height: auto")


def _ticks(low: float, high: float) -> Sequence[float]:
    """Return 1, 2 and 5 times powers of ten between two numbers; fewer, if they would be many."""
    powers = range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)
    steps: tuple[int, ...] = (1, 2, 5) if high < 300 * low else (1,)
    every = max(1, len(powers) // 6)
    found = [step * 10.0**power for power in powers if power % every == 0 for step in steps]
    return [tick for tick in found if low <= tick <= high]

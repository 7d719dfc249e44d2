"""The stepper: one forward pass, backward pass and update, step by step on a drawing of the network.

All frames are prepared; slider, buttons and keys only switch them, in the browser alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import traitlets
from numpy.typing import ArrayLike

from backprop_lib.core import Names, Network
from backprop_lib.drawing import Picture, address, least_width, sign_colour
from backprop_lib.text import fixed, plain_name
from backprop_lib.widgets.carrier import module, sheet
from backprop_lib.widgets.frame_slider import FrameSlider
from backprop_lib.widgets.stepper.html_formulas import fraction, named, short, shown, sum_of_products
from backprop_lib.widgets.stepper.step_drawing import LETTERS, StepDrawing
from backprop_lib.widgets.stepper.steps import Pass, Step, steps_of

_LEGEND = (
    "Each neuron shows <i>z</i>, what arrives, and <i>a</i>, what leaves it. The number below each says "
    "how fast the loss changes with it. For <i>z</i> this is called <i>δ</i>.",
    "What is being computed is yellow, and what it is computed from has a brown rim. On edges, blue means "
    "positive, and dashed orange means negative. Wider means larger.",
)


def stepper(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rate: float,
    *,
    hold: Names = (),
    tie: Names = (),
) -> Stepper:
    """Return a widget that goes through one pass for one example, step by step, forward and back.

    Parameters
    ----------
    net : Network
        Up to ten inputs, four neurons in each later layer, and 120 steps; 10-3-2 has 105.
    x, t : array_like, shapes (features,) and (outputs,)
    learning_rate : float
    hold, tie : sequence of str, optional
        What the update holds fixed and what is shared, as for `train`.

    Raises
    ------
    ValueError
        If the network is too large, its output is saturated, or a number is not finite.

    Examples
    --------
    >>> stepper(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], learning_rate=0.9).sentences[4]
    'Step 4 of 14: what leaves the output neuron: the sigmoid of z₂. a₂ = 0.563714.'
    """
    return Stepper(steps_of(net, x, t, learning_rate, hold, tie))


class Stepper(FrameSlider):
    """A slider with buttons over the steps of one pass; see `stepper`.

    Attributes
    ----------
    walk : Pass
        The steps and all numbers.
    steps : list of dict
        For each step the `marks` on the drawing, whether its edges are coloured by their `weights`, and the
        `rows` of formulas beneath it, as HTML.
    """

    _esm = module(__file__, "stepper.js")
    _css = sheet(__file__, "../frames.css", "stepper.css")
    title = traitlets.Unicode().tag(sync=True)
    size: Any = traitlets.List().tag(sync=True)
    backgrounds: Any = traitlets.List().tag(sync=True)
    steps: Any = traitlets.List().tag(sync=True)

    def __init__(self, walk: Pass) -> None:
        self.walk, drawing = walk, StepDrawing(walk)
        self.single = max(walk.net.sizes) == 1
        self._grounds = [drawing.background(weights=True), drawing.background(weights=False)]
        labels = [f"{k} of {len(walk.steps) - 1}" for k in range(len(walk.steps))]
        super().__init__(
            name="step",
            labels=labels,
            sentences=[f"Step {at}: {self._said(s)}" for at, s in zip(labels, walk.steps, strict=True)],
            title=f"Network {'-'.join(map(str, walk.net.sizes))}",
            size=[*map(round, (drawing.width, drawing.height)), least_width(drawing.width, LETTERS)],
            backgrounds=[address(ground) for ground in self._grounds],
            steps=[
                {"marks": drawing.frame(k), "weights": s.kind != "update", "rows": [*self._rows(s)]}
                for k, s in enumerate(walk.steps)
            ],
        )

    def close(self) -> None:
        """Close it, and let go of the frames."""
        super().close()
        self.steps, self.backgrounds, self._grounds = [], [], []

    def pictures(self) -> list[Picture]:
        """Return the drawing of the step shown, with the weights on its edges."""
        step = self.steps[self.index]
        ground = self._grounds[not step["weights"]].removesuffix("</svg>")
        marks = f'<style>.g {{ display: none }}</style><g text-anchor="middle">{step["marks"]}</g>'
        alt = f"{self.title}. {self.sentences[self.index]}"
        return [Picture(f"{ground}{marks}</svg>", alt, LETTERS)]

    # ---- what a step says ------------------------------------------------------------------------

    def _said(self, s: Step) -> str:
        if s.kind == "start":
            return s.words
        new = "New " if s.old is not None else ""
        lead, _, name = s.name.rpartition("∂")
        return (
            f"{s.words} {new}{lead}{'∂' if lead else ''}{plain_name(name, self.single)} = {fixed(s.value)}."
        )

    def _rows(self, s: Step) -> Iterator[list[str]]:
        """Yield the lines beneath the drawing, left and right: chain rule, symbols, numbers, result."""
        if s.kind == "start":
            yield from ([line] for line in _LEGEND)
            return
        names = partial(named, single=self.single)
        left = f"{'new ' if s.old is not None else ''}{names(s.name)}"
        if s.kind == "delta":
            left += f" = {fraction('E', s.name.removeprefix('∂E/∂'), self.single)}"
        paths = (" · ".join(fraction(*pair, self.single) for pair in path) for path in s.chain)
        lines = [" + ".join(paths), sum_of_products(s.terms, names)]
        used = s.terms
        if s.short is not None:
            used = ((s.short,),)
            lines.append(shown(s.short, names))
        lines.append(sum_of_products(used, lambda name: _bracketed(self.walk.numbers[name])))
        if len(s.parts) > 1 and any(len(term) > 1 for term in s.terms):
            lines.append(" + ".join(map(_bracketed, s.parts)))
        lines.append(f'<b style="color: {sign_colour(round(s.value, 6))}">{fixed(s.value)}</b>')
        for line in filter(None, dict.fromkeys(lines)):
            yield [f"{left} =", line]
            left = ""


def _bracketed(value: float) -> str:
    text = short(value)
    return f"({text})" if text.startswith("−") else text

"""What a loss surface shows and says at one moment: the picture, the sentence, the next update in numbers."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import numpy as np

from backprop_lib.core import Array, Network
from backprop_lib.drawing import COLOURS, FONT, Picture, Slice
from backprop_lib.text import fixed, plain_name, plural, rate
from backprop_lib.training import Descent, Ending, judge
from backprop_lib.widgets.rates.rates import ENDINGS

_ARROWS = {
    "step": "The arrow is this step.",
    "short": "The arrow shows only the direction: the step is shorter than this arrow.",
    "long": "The arrow shows only the direction: the step leads out of the picture.",
    "outside": "This point lies outside the picture.",
    "none": "The gradient is 0: there is no next step, and no arrow.",
}


class SurfaceView:
    """A descent on a slice, looked at after so many updates, or the last before it diverges.

    Parameters
    ----------
    surface : Slice
    descent : Descent
        On it, at this `learning_rate`.
    learning_rate : float
    asked : int
        After how many updates.

    Attributes
    ----------
    k : int
        The number of updates after which it is shown.
    point, gradient : ndarray, shape (2,)
        Where it stands then, and the slopes there.
    arrow : Arrow or None
        What shows the next step.
    names : list of str
        The two parameters, as they are written.
    sentence : str
        Where the point is, how high and how steep, and how the descent ends.

    Examples
    --------
    >>> surface = Slice(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], ("w1[0,0]", "w2[0,0]"), (-4, 4, -1, 10))
    >>> view = SurfaceView(surface, surface.descend((0.5, 0.5), 9.0, updates=100), 9.0, asked=1)
    >>> view.steps[0]
    'w₁ ← 0.5093 − 9.00 · (−0.001512) = 0.5229'
    """

    def __init__(self, surface: Slice, descent: Descent, learning_rate: float, asked: int) -> None:
        self.surface, self.descent, self.learning_rate = surface, descent, learning_rate
        self.k = min(asked, descent.last)
        self.point: Array = descent.path[self.k]
        self.gradient = surface.gradient(self.point)
        self.arrow = surface.arrow(self.point, -learning_rate * self.gradient)
        single = max(surface.net.sizes) == 1
        self.names = [plain_name(name, single) for name in surface.names]
        steep = [f"∂E/∂{n} = {_number(s)}" for n, s in zip(self.names, self.gradient, strict=True)]
        said = ", ".join([self._place(self.point), f"E = {_number(descent.loss[self.k])}", *steep])
        at = f"Update {self.k} of {descent.updates} at η = {rate(learning_rate)}"
        self.sentence = f"{at}: {said}. {_ending(surface, descent)}"

    @property
    def steps(self) -> list[str]:
        """The next update, one line for each parameter."""
        found, eta = [], self.learning_rate
        for name, v, s in zip(self.names, self.point, self.gradient, strict=True):
            slope = f"({_number(s)})" if s < 0 else _number(s)
            found.append(f"{name} ← {_weight(v)} − {rate(eta)} · {slope} = {_weight(v - eta * s)}")
        return found

    @property
    def _lines(self) -> list[str]:
        """What stands beside the map: the next update, and what the marks mean."""
        kind = self.arrow.kind if self.arrow else "none" if self.surface.shows(self.point) else "outside"
        start, end = self._place(self.descent.path[0]), f"after update {self.k}"
        dots = f"○ start: {start}.", f"● {end}. Dashed: the way still to go. The darker, the lower E."
        return [*self.steps, _ARROWS[kind], *dots]

    @property
    def _alt(self) -> str:
        frozen = slice_in_words(self.surface.net)
        return " ".join([f"{self.surface.panel.title}.", *frozen, self.sentence, *self._lines])

    @property
    def _names(self) -> str:
        """The names at the two axes, as SVG."""
        left, top, width, height = map(float, self.surface.panel.inside.split())
        across, up = map(escape, self.names)
        return (
            f'<text x="{left + width / 2:g}" y="{top + height + 34:g}">{across}</text>'
            f'<text transform="translate({left - 38:g} {top + height / 2:g}) rotate(-90)">{up}</text>'
        )

    @property
    def picture(self) -> Picture:
        """The map with the descent, where no widget can be shown."""
        panel = self.surface.panel
        contours = panel.svg.partition(">")[2].removesuffix("</svg>")
        ground = self.surface.frame.with_ground(panel.title, contours)
        names = f'<g font-family="{FONT}" font-size="10.5" text-anchor="middle">{self._names}</g>'
        return ground.picture(self.surface.marks(self.descent, self.k, self.arrow), self._alt, names)

    @property
    def html(self) -> str:
        """The contours with the descent on them, and beside them the next update and what the marks mean."""
        panel = self.surface.panel
        lines = [*slice_in_words(self.surface.net), "The next update, w ← w − η · ∂E/∂w:", *self._lines]
        discs = {"○": _disc(COLOURS["paper"]), "●": _disc(COLOURS["negative"])}
        rows = [discs.get(line[0], "") + escape(line.lstrip("○●")) for line in lines]
        place = 'x="{}" y="{}" width="{}" height="{}"'.format(*panel.inside.split())
        return (
            f'<div><svg viewBox="0 0 {panel.width:g} {panel.height:g}" role="img" '
            f'aria-label="{escape(self._alt)}"><rect {place} fill="none" pointer-events="all"/>{self._names}'
            f'<svg {place} viewBox="{panel.inside}">'
            f"{self.surface.marks(self.descent, self.k, self.arrow)}</svg></svg>"
            f"<div>{''.join(f'<p>{row}</p>' for row in rows)}</div></div>"
        )

    @property
    def grounds(self) -> list[str]:
        """Addresses of what lies behind the picture."""
        return [panel.address for panel in (self.surface.panel, self.surface.frame)]

    def places(self, starts: Sequence[Sequence[tuple[str, float]]]) -> list[list[float]]:
        """Return where the options of the two sliders of starts lie, as shares of the map."""
        left, right, bottom, top = self.surface.limits
        return [
            [round((v - low) / (high - low), 4) for _, v in options]
            for options, low, high in zip(starts, (left, bottom), (right, top), strict=True)
        ]

    def _place(self, point: Array) -> str:
        return ", ".join(f"{n} = {_weight(v)}" for n, v in zip(self.names, point, strict=True))


def _disc(fill: str) -> str:
    """Return a disc as it stands on the path, on paper as there, for the line that says what it means."""
    return (
        '<svg class="disc" width="14" height="14" aria-hidden="true"><rect width="14" height="14" rx="3" '
        f'fill="{COLOURS["paper"]}"/><circle cx="7" cy="7" r="5" fill="{fill}" '
        f'stroke="{COLOURS["negative"]}" stroke-width="1.6"/></svg>'
    )


def _ending(surface: Slice, descent: Descent) -> str:
    """Say how a descent ends, and whether it leaves the picture."""
    if descent.last < descent.updates:
        said = f"It diverges: update {descent.last + 1} leaves the range of numbers"
    else:
        flat = surface.saturated(descent.path[-1])
        outcome = judge(descent.loss, descent.path, -np.inf, saturated=flat)
        kind, at, loss = outcome.kind, outcome.updates, outcome.loss
        if kind == Ending.DIVERGES:
            said = f"It diverges: from update {at} on E is more than ten times what it was at the start"
        else:
            start = f"It {kind}: after" if kind in (Ending.SATURATES, Ending.OSCILLATES) else "After"
            updates = plural("update", descent.updates)
            said = f"{start} {descent.updates} {updates} E is {_number(loss)}{ENDINGS[kind]}"
    if (left := descent.leaves(surface.limits)) is None:
        return f"{said}."
    back = ", and is back in it at the end" if surface.shows(descent.path[-1]) else ""
    return f"{said}. The path leaves the picture at update {left}{back}."


def slice_in_words(net: Network) -> list[str]:
    """Say in a sentence that a slice is one; nothing if the network has but two parameters.

    Examples
    --------
    >>> slice_in_words(Network([[[1, 2, 3]]]))
    ['A slice: the other weight stays as it is, and only these two learn.']
    """
    if (count := len(net.by_name()) - 2) == 0:
        return []
    kind = "weight" if net.biases is None else "parameter"
    others = f"{kind} stays as it is" if count == 1 else f"{count} {kind}s stay as they are"
    return [f"A slice: the other {others}, and only these two learn."]


def _weight(value: float) -> str:
    return fixed(value, 4) if abs(value) < 1e5 else rate(value)


def _number(value: float) -> str:
    """Return a number of unknown size: six decimals if they show it well."""
    return fixed(value) if value == 0 or 1e-3 <= abs(value) < 1e5 else rate(value)

"""What a loss surface shows and says at one moment: the picture, the sentence, the next update in numbers."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape

import numpy as np

from backprop_lib.core import Array, Network
from backprop_lib.drawing import COLOURS, FONT, Arrow, Slice
from backprop_lib.text import fixed, plain_name, rate
from backprop_lib.training import Descent, judge

_ARROWS = {
    "step": "The arrow is this step.",
    "short": "The arrow shows only the direction: the step is too short to be seen.",
    "long": "The arrow shows only the direction: the step leads out of the picture.",
}

# A click chooses the nearest start by moving both sliders. Keys pressed in here are no commands to the page.
_CHOOSE = """
const box = this.closest('.bp-surface');
if (!box) return; // replaced before it was loaded
if (!box.onclick)
  box.addEventListener('focusin', ({ target }) => (target.dataset.lmSuppressShortcuts = true));
box.onclick = ({ target, clientX, clientY }) => {
  if (!target.matches('rect')) return;
  const { left, bottom, width, height } = target.getBoundingClientRect();
  const at = [(clientX - left) / width, (bottom - clientY) / height];
  const sliders = box.querySelectorAll('.noUi-target');
  SHARES.forEach((shares, i) => {
    const off = shares.map((share) => Math.abs(share - at[i]));
    sliders[i].noUiSlider.set(off.indexOf(Math.min(...off)));
  });
};
"""


@dataclass(frozen=True)
class SurfaceView:
    """A descent on a slice, looked at after `asked` updates, or the last before it diverges.

    Examples
    --------
    >>> surface = Slice(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], ("w1[0,0]", "w2[0,0]"), (-4, 4, -1, 10))
    >>> view = SurfaceView(surface, surface.descend((0.5, 0.5), 9.0, updates=100), 9.0, asked=1)
    >>> view.steps[0]
    'w₁ ← 0.5093 − 9.00 · (−0.001512) = 0.5229'
    """

    surface: Slice
    descent: Descent
    learning_rate: float
    asked: int

    @property
    def k(self) -> int:
        """The number of updates after which the descent is shown."""
        return min(self.asked, self.descent.last)

    @property
    def point(self) -> Array:
        """Where the descent stands then, shape (2,)."""
        point: Array = self.descent.path[self.k]
        return point

    @cached_property
    def slope(self) -> Array:
        """The gradient there, shape (2,)."""
        return self.surface.gradient(self.point)

    @cached_property
    def arrow(self) -> Arrow | None:
        """The arrow that is drawn."""
        return self.surface.arrow(self.point, -self.learning_rate * self.slope)

    @property
    def names(self) -> list[str]:
        """The names of the two parameters, as they are written."""
        single = max(self.surface.net.sizes) == 1
        return [plain_name(name, single) for name in self.surface.names]

    @cached_property
    def sentence(self) -> str:
        """Where the point is, how high and how steep, and how the descent ends."""
        steep = [f"∂E/∂{n} = {_number(s)}" for n, s in zip(self.names, self.slope, strict=True)]
        said = ", ".join([self._place(self.point), f"E = {_number(self.descent.loss[self.k])}", *steep])
        at = f"Update {self.k} of {self.descent.updates} at η = {rate(self.learning_rate)}"
        return f"{at}: {said}. {self._outcome()}"

    @property
    def steps(self) -> list[str]:
        """The next update, one line for each parameter."""
        found, eta = [], self.learning_rate
        for name, v, s in zip(self.names, self.point, self.slope, strict=True):
            slope = f"({_number(s)})" if s < 0 else _number(s)
            found.append(f"{name} ← {_weight(v)} − {rate(eta)} · {slope} = {_weight(v - eta * s)}")
        return found

    @property
    def notes(self) -> list[str]:
        """What the marks mean."""
        if self.arrow is not None:
            arrow = _ARROWS[self.arrow.kind]
        elif not self.surface.shows(self.point):
            arrow = "This point lies outside the picture."
        else:
            arrow = "The gradient is 0: there is no next step, and no arrow."
        start = f"○ start: {self._place(self.descent.path[0])}."
        return [
            arrow,
            start,
            f"● after update {self.k}. Dashed: the way still to go. The darker, the lower E.",
        ]

    @property
    def html(self) -> str:
        """The contours with the descent on them, and the next update beside them."""
        panel, held = self.surface.panel, held_still(self.surface.net)
        x, y, width, height = panel.inside.split()
        place = f'x="{x}" y="{y}" width="{width}" height="{height}"'
        alt = " ".join([f"{panel.title}.", *held, self.sentence, *self.steps, *self.notes])
        marks = self.surface.marks(self.descent, self.k, self.arrow)
        rows = [*held, "The next update, w ← w − η · ∂E/∂w:", *self.steps, *self.notes]
        return (
            f'<div class="{self._key}"><svg viewBox="0 0 {panel.width:g} {panel.height:g}" role="img" '
            f'aria-label="{escape(alt)}"><rect {place} fill="none" pointer-events="all"/>{self._axis_names()}'
            f'<svg {place} viewBox="{panel.inside}">{marks}</svg></svg>'
            f"<div>{''.join(f'<p>{escape(row)}</p>' for row in rows)}</div></div>"
        )

    def style(self, starts: Sequence[Sequence[tuple[str, float]]]) -> str:
        """Return the style sheet, which holds the contours; `starts` are the options of the two sliders."""
        key, surface = self._key, self.surface
        left, right, bottom, top = surface.limits
        ends = ((left, right), (bottom, top))
        grounds = [f'url("{panel.address}")' for panel in (surface.panel, surface.frame)]
        shares = [
            [round((v - a) / (b - a), 4) for _, v in options]
            for options, (a, b) in zip(starts, ends, strict=True)
        ]
        rules = [
            f".{key} {{ display: flex; flex-wrap: wrap; gap: 12px 20px; max-width: 920px; }}",
            f".{key} > svg {{ flex: 3 1 400px; max-width: 600px; background-size: 100% 100%; }}",
            f".{key} > svg {{ background-image: {', '.join(grounds)}; }}",
            f".{key} text {{ font: 9.5px {FONT}; fill: {COLOURS['ink']}; text-anchor: middle; }}",
            f".{key} rect {{ cursor: crosshair; }}",
            f".{key} > div {{ flex: 2 1 260px; font-variant-numeric: tabular-nums; }}",
            f".{key} p {{ margin: 0 0 8px; line-height: 1.4; }}",
            f".bp-silence ~ .{key} {{ opacity: 0.3; }}",  # Python has not drawn what the controls say now
        ]
        return f'<style onload="{_CHOOSE.replace("SHARES", str(shares))}">{" ".join(rules)}</style>'

    def _axis_names(self) -> str:
        """Return the names of the two parameters as SVG, beneath the axes and beside them."""
        left, top, width, height = map(float, self.surface.panel.inside.split())
        x, y, (across, up) = left + width / 2, top + height / 2, map(escape, self.names)
        return (
            f'<text x="{x:g}" y="{top + height + 34:g}">{across}</text>'
            f'<text transform="translate({left - 38:g} {y:g}) rotate(-90)">{up}</text>'
        )

    @property
    def _key(self) -> str:
        return "bp" + hashlib.sha256(self.surface.panel.svg.encode()).hexdigest()[:8]

    def _place(self, point: Array) -> str:
        return ", ".join(f"{n} = {_weight(v)}" for n, v in zip(self.names, point, strict=True))

    def _outcome(self) -> str:
        """Say how the descent ends, and whether it leaves the picture."""
        descent, surface = self.descent, self.surface
        if descent.last < descent.updates:
            said = f"It diverges: update {descent.last + 1} leaves the range of numbers"
        else:
            flat = surface.saturated(descent.path[-1])
            outcome = judge(descent.loss, descent.path, -np.inf, saturated=flat)
            end = f"after {descent.updates} update{'s'[: descent.updates - 1]} E is {_number(outcome.loss)}"
            said = {
                "diverges": f"It diverges: from update {outcome.updates} on E is more than ten times what it "
                "was at the start",
                "saturates": f"It saturates: {end} and hardly falls any more: slopes f′(z) are almost 0",
                "oscillates": f"It oscillates: {end}, and the steps still go back and forth",
                "stalls": f"{end[0].upper() + end[1:]} and hardly falls any more",
                "crawls": f"{end[0].upper() + end[1:]} and still falling",
            }[outcome.kind]
        if (left := descent.leaves(surface.limits)) is None:
            return f"{said}."
        back = ", and is back in it at the end" if surface.shows(descent.path[-1]) else ""
        return f"{said}. The path leaves the picture at update {left}{back}."


def held_still(net: Network) -> list[str]:
    """Say in a sentence that a slice is one; nothing if the network has but two parameters.

    Examples
    --------
    >>> held_still(Network([[[1, 2, 3]]]))
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

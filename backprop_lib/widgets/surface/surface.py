"""The loss surface to walk on: a start, a learning rate, and the descent step by step.

Python answers each move of a control with one message that holds the sentence, the numbers and the marks on
the contours; the contours themselves are drawn only when other parameters are chosen.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

import ipywidgets as ipw
import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments, finite_number, whole_number
from backprop_lib.drawing import Picture, Slice, checked_limits, holding
from backprop_lib.text import counted, fixed, plain_name, rate
from backprop_lib.training import Descent, Limits
from backprop_lib.widgets.carrier import FieldError
from backprop_lib.widgets.cells import OfCell
from backprop_lib.widgets.frame_slider import WordSlider
from backprop_lib.widgets.spoken import Spoken
from backprop_lib.widgets.surface.surface_view import SurfaceView, slice_in_words

_MOST_PARAMETERS, _MOST_UPDATES = 200, 1000  # what can be computed anew at each move of a slider


def surface_explorer(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rate: float,
    updates: int,
    weights: str | Sequence[str] | None = None,
    region: Sequence[float] | None = None,
) -> LossSurface:
    """Return the loss over two parameters, with a descent whose start and learning rate can be chosen.

    In a network with more than two parameters this is a slice: only the two that are shown learn.

    Parameters
    ----------
    net : Network
        Where the descent starts at first. From 2 to 200 parameters.
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    learning_rate : float
        The slider leads from a hundredth of it to a hundred times as much.
    updates : int
        The length of the descent, at most 1000.
    weights : two str, optional
        Names of the parameters to show first; the first two of the network if not given.
    region : left, right, bottom, top, optional
        What the map shows; it grows where the network's own parameters lie outside.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or does not fit the network.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> surface_explorer(net, [0.1], [0.9], learning_rate=9, updates=100, region=(-4, 4, -1, 10))
    ... # doctest: +NORMALIZE_WHITESPACE
    Loss surface over w₁ and w₂, with a descent. Update 0 of 100 at η = 9.00: w₁ = 0.5000, w₂ = 0.5000,
    E = 0.056544, ∂E/∂w₁ = −0.001033, ∂E/∂w₂ = −0.042387. After 100 updates E is 1.85·10⁻⁵ and still
    falling.
    """
    check_arguments(surface_explorer, locals())
    values = net.by_name()
    if not 2 <= len(values) <= _MOST_PARAMETERS:
        raise ValueError(
            f"net has {counted(len(values), 'parameter')}, expected from 2 to {_MOST_PARAMETERS}."
        )
    net.loss(x, t)  # checks x and t
    if not 0 < (eta := finite_number("learning_rate", learning_rate)) < 1e300:
        raise ValueError(
            f"learning_rate is {learning_rate}, expected a positive number: the scale is logarithmic."
        )
    if whole_number("updates", updates, least=1) > _MOST_UPDATES:
        raise ValueError(
            f"updates is {updates}, expected at most {_MOST_UPDATES}: each move computes them all."
        )
    names = list(values)[:2] if weights is None else [weights] if isinstance(weights, str) else list(weights)
    if len(names) != 2 or names[0] == names[1] or not set(names) <= set(values):
        raise ValueError(f"weights is {weights!r}, expected two different names such as {list(values)[:2]}.")
    low, high = np.floor(min(values.values())) - 4, np.ceil(max(values.values())) + 4
    limits = checked_limits((low, high, low, high) if region is None else region)
    return LossSurface(net, x, t, eta, updates, (names[0], names[1]), limits)


class LossSurface(OfCell, ipw.VBox):  # type: ignore[misc]
    """Contours of the loss with a descent on them; see `surface_explorer`.

    Attributes
    ----------
    across, up : ipywidgets.Dropdown
        The parameters shown; on the page only if the network has more than two.
    starts : list of WordSlider
        The starting point.
    rate, update : WordSlider
        The learning rate, and how many updates have been walked.
    back : ipywidgets.Button
        Everything as at first.
    says : Spoken
        The sentence, and beneath it the picture.
    view : SurfaceView
        What is shown, with its numbers.
    """

    def __init__(
        self,
        net: Network,
        x: ArrayLike,
        t: ArrayLike,
        learning_rate: float,
        updates: int,
        names: tuple[str, str],
        limits: Limits,
    ) -> None:
        self.net = net
        self._first, self._own_rate = names, learning_rate
        self._single = max(net.sizes) == 1

        @lru_cache(16)
        def of(names: tuple[str, str]) -> Slice:
            own = net.by_name()
            return Slice(net, x, t, names, holding(limits, [[own[name] for name in names]]))

        @lru_cache(4)  # walking along a path is no reason to compute it again
        def walk(names: tuple[str, str], start: tuple[float, float], eta: float) -> Descent:
            return of(names).descend(start, eta, updates)

        self._slice, self._walk = of, walk
        self.view: SurfaceView | None = None
        self._quiet = False  # while the controls are set from here
        every = [(plain_name(name, self._single), name) for name in net.by_name()]
        named = {"style": {"description_width": "initial"}, "layout": {"width": "auto"}}
        self.across, self.up = (ipw.Dropdown(options=every, description=d, **named) for d in ("across", "up"))
        self.starts = [WordSlider("start", [("0", 0)]) for _ in names]
        self.rate = WordSlider("learning rate η", [(rate(r), r) for r in _rates(learning_rate)])
        self.update = WordSlider("update", [(str(k), k) for k in range(updates + 1)])
        self.back = ipw.Button(
            description="Back to the start of the chapter", layout={"width": "max-content"}
        )
        self.says = Spoken()
        for control, trait, do in (
            *((menu, "value", self._choose) for menu in (self.across, self.up)),
            *((slider, "index", self._show) for slider in (*self.starts, self.rate, self.update)),
            (self.says, "clicked", self._start),
        ):
            control.observe(self._answer(do), trait)
        self.back.on_click(self.says.guarded(self._go_back))
        menus = [ipw.HBox([self.across, self.up])] if len(every) > 2 else []
        self.unseen = [] if menus else [self.across, self.up]
        columns = {
            "grid_template_columns": "repeat(auto-fit, minmax(min(320px, 100%), 1fr))",
            "max_width": "920px",
        }
        sliders = ipw.GridBox([*self.starts, self.rate, self.update], layout=columns)
        super().__init__([*menus, sliders, self.back, self.says])
        self.add_class("bp-heard")
        self._go_back()

    def end(self) -> None:
        """Let go of what was computed."""
        self._slice.cache_clear()
        self._walk.cache_clear()
        self.view = None

    def pictures(self) -> list[Picture]:
        """Return the map with the descent on it."""
        return [self.view.picture] if self.view else []

    def _answer(self, do: Callable[[], None]) -> Callable[[object], None]:
        """Return what answers a control, unless it was set from here; errors are shown."""
        return self.says.guarded(lambda: None if self._quiet else do())

    def _go_back(self) -> None:
        """Set every control as it was at first."""
        self._set(*self._first, eta=self._own_rate)
        self._show()

    def _choose(self) -> None:
        """Show two other parameters, from the network's own values on."""
        if self.across.value != self.up.value:
            self._set(self.across.value, self.up.value)
        self._show()

    def _set(self, across: str, up: str, eta: float | None = None) -> None:
        """Set menus and starts, and the learning rate if it is given, without an answer to each."""
        self._quiet = True
        try:
            self.across.value, self.up.value, self.update.value = across, up, 0
            limits = self._slice((across, up)).limits
            ends = limits[:2], limits[2:]
            for slider, name, (low, high) in zip(self.starts, (across, up), ends, strict=True):
                own = self.net.by_name()[name]
                places = [(fixed(v, 4), v) for v in _places(low, high, own)]
                slider.offer(places, own, f"start {plain_name(name, self._single)}")
            if eta is not None:
                self.rate.value = eta
        finally:
            self._quiet = False

    def _start(self) -> None:
        """Start where somebody clicked."""
        self._quiet = True
        try:
            for slider, at in zip(self.starts, self.says.clicked[1:], strict=True):
                slider.index = at
        finally:
            self._quiet = False
        self._show()

    def _show(self) -> None:
        """Compute and draw what belongs to the controls as they are now."""
        names, eta = (self.across.value, self.up.value), self.rate.value
        if names[0] == names[1]:
            raise FieldError(f"Both menus say {names[0]}: choose two different ones.")
        surface = self._slice(names)
        descent = self._walk(names, tuple(slider.value for slider in self.starts), eta)
        view = SurfaceView(surface, descent, eta, self.update.value)
        if self.view is None or self.view.surface is not surface:
            self.says.grounds = view.grounds
            self.says.places = view.places([slider.options for slider in self.starts])
        self.says.say(view.sentence, picture=view.html)
        self.view = view

    def __repr__(self) -> str:
        if self.view is None:
            return "Loss surface."
        across, up = self.view.names
        what = [f"Loss surface over {across} and {up}, with a descent.", *slice_in_words(self.net)]
        return " ".join([*what, self.view.sentence])


def _rates(middle: float) -> list[float]:
    """Return 41 learning rates around one, of three digits each, so that what is written is what is used."""
    return [float(f"{middle * 10 ** (k / 10):.3g}") if k else middle for k in range(-20, 21)]


def _places(low: float, high: float, own: float) -> list[float]:
    """Return 25 to 50 round numbers from low to high, and `own` among them.

    Examples
    --------
    >>> _places(-1, 10, 0.6)[:8]
    [-1.0, -0.75, -0.5, -0.25, 0.0, 0.25, 0.5, 0.6]
    """
    least = (high - low) / 50
    power = 10 ** np.floor(np.log10(least))
    step = next(n * power for n in (1, 2, 2.5, 5, 10) if n * power >= 0.999 * least)
    grid = step * np.arange(np.ceil(low / step - 1e-9), np.floor(high / step + 1e-9) + 1)
    others = grid[abs(grid - own) > 1e-9 * step]
    return sorted([*(float(f"{v:.9g}") + 0.0 for v in others), own])

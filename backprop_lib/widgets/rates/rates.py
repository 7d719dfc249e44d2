"""The rate explorer: every learning rate is trained first, then the browser only switches prepared frames.

Only a rate that is typed needs Python: it is trained and joins the others in the slider.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Names, Network, check_arguments, whole_number
from backprop_lib.drawing import RatePanels
from backprop_lib.text import counted, fixed, plain_name, rate
from backprop_lib.training import Ending, Sweep, sweep
from backprop_lib.widgets.carrier import Asked, FieldError, module, sheet
from backprop_lib.widgets.frame_slider import PanelSlider

ENDINGS = {  # “after 9 updates E is 0.1 …”
    Ending.SATURATES: " and hardly falls any more: slopes f′(z) are almost 0",
    Ending.OSCILLATES: ", and the steps still go back and forth",
    Ending.STALLS: " and hardly falls any more",
    Ending.CRAWLS: " and still falling",
}
_TYPED = 20  # so many rates may join


def log_rates(around: float, below: int, above: int, per_decade: int = 15) -> list[float]:
    """Return learning rates, evenly spaced by ratio, of which `around` is one.

    Parameters
    ----------
    around : float
    below, above : int
        Whole decades on either side.

    Examples
    --------
    >>> [round(rate, 3) for rate in log_rates(0.9, below=1, above=1, per_decade=2)]
    [0.09, 0.285, 0.9, 2.846, 9.0]
    """
    check_arguments(log_rates, locals())
    whole_number("per_decade", per_decade, least=1, most=1000)
    steps = np.arange(-below * per_decade, above * per_decade + 1)
    return [float(r) for r in around * 10.0 ** (steps / per_decade)]


def rate_explorer(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rates: Sequence[float],
    updates: int,
    goal: float,
    start: float,
    surface: tuple[float, float, float, float] | None = None,
    *,
    hold: Names = (),
    tie: Names = (),
) -> RateExplorer:
    """Train at every learning rate and return a slider over the results.

    Parameters
    ----------
    net : Network
    x, t : array_like
        As for `train`.
    learning_rates : sequence of float
    updates : int
        Number of updates at most, for each rate.
    goal : float
        The loss to get below.
    start : float
        The learning rate to show first: the nearest in the list.
    surface : left, right, bottom, top, optional
        For networks with two parameters: what part of the loss surface to show; it grows to hold the
        network's own.
    hold, tie : sequence of str, optional
        What is held fixed and what is shared, as for `train`.

    Raises
    ------
    ValueError
        If a rate or the goal is not positive, or a surface is wanted of another network.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> explorer = rate_explorer(net, [0.1], [0.9], [0.9, 9.0], 1000, goal=5e-5, start=9.0)
    >>> explorer.sentences[explorer.index]
    'η = 9.00 converges: E < 5.00·10⁻⁵ after 80 updates, at w₁ = 0.8694, w₂ = 4.0112.'
    >>> explorer.asked = [1, "4.5"]  # as somebody types it
    >>> explorer.labels[explorer.index], len(explorer.labels)
    ('4.50', 3)
    """
    check_arguments(rate_explorer, locals())
    positive(learning_rates=learning_rates, start=start, goal=goal)
    count = len(net.by_name())
    if surface is not None and count != 2:
        raise ValueError(f"surface needs a network with two parameters, got one with {count}.")
    train = partial(sweep, net, x, t, epochs=updates, stop_below=goal, hold=hold, tie=tie)
    runs = train(sorted(learning_rates))
    return RateExplorer(net, train, runs, RatePanels(runs, net, x, t, surface), start)


def positive(**given: Any) -> None:
    """Raise ValueError unless all numbers, or sequences of them, are above 0.

    Examples
    --------
    >>> positive(learning_rates=[0.9, -9.0])
    Traceback (most recent call last):
    ValueError: learning_rates is or holds -9.0, expected positive numbers: the scale is logarithmic.
    """
    for name, numbers in given.items():
        for number in numbers if np.ndim(numbers) else [numbers]:
            if not number > 0:
                raise ValueError(
                    f"{name} is or holds {number}, expected positive numbers: the scale is logarithmic."
                )


class RateExplorer(PanelSlider, Asked):
    """A slider over learning rates, to which a rate that is typed is added; see `rate_explorer`."""

    _esm = module(__file__, "rates.js")
    _css = sheet(__file__, "../frames.css", "rates.css")

    def __init__(
        self, net: Network, train: Callable[..., Sweep], runs: Sweep, drawn: RatePanels, start: float
    ) -> None:
        self._net, self._train, self._drawn = net, train, drawn
        self._rates = runs.learning_rates.tolist()
        labels = [rate(r) for r in self._rates]
        super().__init__(
            "learning rate η",
            labels,
            [said_of(runs, r, net, label) for r, label in enumerate(labels)],
            drawn.panels,
            [drawn.marks(runs, r) for r in range(len(labels))],
            int(np.abs(np.log(runs.learning_rates / start)).argmin()),
        )

    def end(self) -> None:
        """Let go of everything: no rate can be typed any more."""
        del self._drawn, self._train

    def reply(self, text: str) -> str:
        """Go to the rate that was typed; if it is new, train it first. Say nothing: the new frame does."""
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not 0 < value < math.inf:
            found = repr(text) if text else "empty"
            raise FieldError(f"η is {found}, expected a number above 0, such as 0.9.")
        label = rate(value) if float(f"{value:.3g}") == value else f"{value:.6g}"
        if label in self.labels:
            self.index = self.labels.index(label)
        else:
            self._join(value, label)
        return ""

    def _join(self, value: float, label: str) -> None:
        """Train at a new rate and put it into its place."""
        if len(self.joined) == _TYPED:
            raise FieldError(
                f"{_TYPED} rates have been typed, there is no room for more: run the cell again."
            )
        runs = self._train([value])
        at = int(np.searchsorted(self._rates, value))
        self._rates.insert(at, value)
        self.insert(at, label, said_of(runs, 0, self._net, label), self._drawn.marks(runs, 0))


def said_of(runs: Sweep, r: int, net: Network, label: str) -> str:
    """Return a sentence on one learning rate of a sweep and how its training ended.

    Parameters
    ----------
    runs : Sweep
    r : int
        Which of its rates.
    net : Network
        From which they started.
    label : str
        The rate as it is written.

    Examples
    --------
    >>> net = Network([[[0.5]]], activation="identity")
    >>> said_of(sweep(net, [1.0], [0.0], [0.5, 3.0], 20, stop_below=0.01), 0, net, "0.500")
    'η = 0.500 converges: E < 0.0100 after 2 updates, at w₁ = 0.1250.'
    """
    return f"η = {label} {training_in_words(runs, r, net)}."


def training_in_words(runs: Sweep, r: int, net: Network) -> str:
    """Return how one training run of a sweep ended, with the weights if they are two at most.

    Parameters
    ----------
    runs : Sweep
    r : int
        Which of its rates.
    net : Network
        From which they started.

    Examples
    --------
    >>> net = Network([[[0.5]]], activation="identity")
    >>> training_in_words(sweep(net, [1.0], [0.0], [0.5, 3.0], 20, stop_below=0.01), 1, net)
    'diverges: from update 2 on E is over ten times what it was before training'
    """
    outcome, names, single = runs.outcome(r), list(net.by_name()), max(net.sizes) == 1
    after, at = f"after {counted(outcome.updates, 'update')}", ""
    if len(names) <= 2:
        values = zip(names, runs.path[outcome.updates, :, r], strict=True)
        at = ", at " + ", ".join(
            f"{plain_name(name, single)} = {fixed(v, 4) if abs(v) < 1e4 else rate(v)}" for name, v in values
        )
    if outcome.kind == Ending.CONVERGES:
        said = f"E < {rate(runs.goal)} {after}{at}"
    elif outcome.kind == Ending.DIVERGES:
        said = f"from update {outcome.updates:,} on E is over ten times what it was before training"
    else:
        said = f"{after} E is {fixed(outcome.loss)}{ENDINGS[outcome.kind]}{at}"
    return f"{outcome.kind}: {said}"

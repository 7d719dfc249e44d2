"""A slider over the size of a nudge: too big, the curve bends; too small, rounding is all that is left."""

from __future__ import annotations

from collections.abc import Sequence

from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments
from backprop_lib.drawing import nudge_mark, nudge_panel
from backprop_lib.symbols import SizedNudge, derive, sized_nudges
from backprop_lib.text import fixed, plain_name, raised, rate
from backprop_lib.widgets.frame_slider import PanelSlider

_POWERS = range(-1, -13, -1)


def nudge_slider(net: Network, x: ArrayLike, t: ArrayLike, name: str) -> PanelSlider:
    """Return a slider over nudges from 10⁻¹ to 10⁻¹², each with ΔE/Δw, the derivative, and their difference.

    The picture shows the difference twice, in ordinary floats and with 60 digits: where the two part,
    rounding begins.

    Parameters
    ----------
    net : Network
    x, t : array_like, shapes (features,) and (outputs,)
    name : str
        The parameter that is nudged.

    Raises
    ------
    ValueError
        If there is no such parameter.

    Examples
    --------
    >>> slider = nudge_slider(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], "w2[0,0]")
    >>> slider
    ... # doctest: +NORMALIZE_WHITESPACE
    Slider “nudge ε”, 12 positions from 10⁻¹ to 10⁻¹². ε = 10⁻¹: ΔE/Δw₂ = −0.041450787,
    ∂E/∂w₂ = −0.042386804, difference −0.000936. The loss curves between w₂ and w₂ + ε:
    a smaller nudge comes closer.
    >>> slider.sentences[11].partition(". ")[2]
    'The two losses agree in most of their digits, and rounding blurs the rest: a bigger nudge comes closer.'
    """
    check_arguments(nudge_slider, locals())
    sizes = [10.0**power for power in _POWERS]
    slope, nudges = sized_nudges(derive(net), name, x, t, sizes)
    shown = plain_name(name, max(net.sizes) == 1)
    offs, without = ([abs(n[k]) for n in nudges] for k in (2, 3))
    panel = nudge_panel(sizes, offs, without, shown)
    labels = [f"10{raised(power)}" for power in _POWERS]
    return PanelSlider(
        "nudge ε",
        labels,
        [f"ε = {label}: {_said(nudges, k, slope, shown)}" for k, label in enumerate(labels)],
        [panel],
        [[nudge_mark(panel, n.size, abs(n.off))] for n in nudges],
        start=0,
    )


def _said(nudges: Sequence[SizedNudge], k: int, slope: float, name: str) -> str:
    """Return what nudge k finds, why it is off, and which way to go for a nudge that is closer."""
    nudge, best = nudges[k], min(range(len(nudges)), key=lambda i: abs(nudges[i].off))
    numbers = (
        f"ΔE/Δ{name} = {fixed(nudge.slope, 9)}, ∂E/∂{name} = {fixed(slope, 9)}, "
        f"difference {rate(0 - nudge.off)}."
    )
    if nudge.off == 0:
        return f"{numbers} The nudge finds the derivative itself."
    if k == best:
        return f"{numbers} None of the other nudges comes closer."
    if abs(nudge.off - nudge.off_without_rounding) <= abs(nudge.off_without_rounding):
        cause, closer = f"The loss curves between {name} and {name} + ε", "smaller" if k < best else ""
    else:
        cause = "The two losses agree in most of their digits, and rounding blurs the rest"
        closer = "bigger" if k > best else ""
    return f"{numbers} {cause}{f': a {closer} nudge comes closer' if closer else ''}."

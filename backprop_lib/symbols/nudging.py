"""Derivatives from losses alone: nudge one parameter, and see what becomes of the loss.

An ordinary difference subtracts two losses that are nearly equal and loses half of their digits. A tiny
*imaginary* nudge subtracts nothing: the derivative stands in the imaginary part, exact to the last digits
(Squire and Trapp, SIAM Review 40, 1998). Either takes one parameter at a time, and a forward pass for each.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Network
from backprop_lib.text import Name, taken_apart

STEP = 1e-20  # its square is no number that counts beside 1, and small gradients times it do not underflow


def complex_step(
    net: Network, x: ArrayLike, t: ArrayLike, step: float = STEP, names: Iterable[str] | None = None
) -> dict[str, float]:
    """Return ∂E/∂w for every parameter, or those named, as Im E(w + i·step) / step.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    step : float
    names : list of str, optional

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> {name: round(g, 6) for name, g in complex_step(net, [0.1], [0.9]).items()}
    {'w1[0,0]': -0.001033, 'w2[0,0]': -0.042387}
    """
    nudged = _nudged(net, names, [1j * step])
    return {name: complex(other.loss(x, t)).imag / step for name, (other,) in nudged}


def central_differences(net: Network, x: ArrayLike, t: ArrayLike, step: float = 1e-5) -> dict[str, float]:
    """Return ∂E/∂w for every parameter as (E(w + step) − E(w − step)) / 2·step, good to about nine digits.

    It needs no complex arithmetic, so it also serves where a complex step cannot go.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    step : float

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> {name: round(g, 6) for name, g in central_differences(net, [0.1], [0.9]).items()}
    {'w1[0,0]': -0.001033, 'w2[0,0]': -0.042387}
    """
    nudged = _nudged(net, None, [step, -step])
    return {name: (up.loss(x, t) - down.loss(x, t)) / (2 * step) for name, (up, down) in nudged}


def differences_and_errors(
    net: Network, x: ArrayLike, t: ArrayLike, names: Iterable[str]
) -> tuple[dict[str, float], dict[str, float]]:
    """Return central differences of two steps, extrapolated, and how far off each may be.

    A loss that turns sharply at the very place has no derivative there: a difference is then good for nothing
    better than the size of the turn.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    names : list of str

    Examples
    --------
    >>> slopes, errors = differences_and_errors(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], ["w2[0,0]"])
    >>> round(slopes["w2[0,0]"], 9), errors["w2[0,0]"] < 1e-8
    (-0.042386804, True)
    """
    here, h, slopes, errors = net.loss(x, t), 2.0**-10, {}, {}
    for name, near in _nudged(net, names, [h, -h, h / 2, -h / 2]):
        up, down, half_up, half_down = (other.loss(x, t) for other in near)
        wide, narrow = (up - down) / (2 * h), (half_up - half_down) / h
        turns = [(up - 2 * here + down) / h, (half_up - 2 * here + half_down) / (h / 2)]
        largest = max(map(abs, (here, up, down)))
        slopes[name] = (4 * narrow - wide) / 3
        errors[name] = (
            4 * abs(wide - narrow)
            + max(0.0, 2 * abs(turns[1]) - abs(turns[0]))
            + 100 * float(np.finfo(float).eps) * largest / h
        )
    return slopes, errors


def _nudged(
    net: Network, names: Iterable[str] | None, steps: list[complex]
) -> Iterator[tuple[str, list[Network]]]:
    """Yield each parameter's name with networks in which it is greater by each of `steps`."""
    for name in net.by_name() if names is None else names:
        yield name, [_changed(net, taken_apart(name), step) for step in steps]


def _changed(net: Network, name: Name, step: complex) -> Network:
    """Return the network with one weight or bias greater by `step`."""
    weights, biases = list(net.weights), list(net.biases or [])
    arrays = weights if name.letter == "w" else biases
    arrays[name.layer - 1] = arrays[name.layer - 1].astype(type(step))
    arrays[name.layer - 1][name.neurons] += step
    return net.replace(weights, biases or None)

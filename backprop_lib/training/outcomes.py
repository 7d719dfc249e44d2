"""How a training run ended, in one of six words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum, auto

import numpy as np

from backprop_lib.core import Array, Float, Network

_LOST = 10  # times the first loss: so high it was not even before the training
_FLAT = 0.99  # of the loss is left after another half of the updates
_SWINGS = 0.25  # of the steps go back; without swings none does, with swings a half or more
_STEADY = 0.9  # of the mean loss is left after another quarter of the updates
_ROUNDING = 1e-8  # of the weights or the loss: what is less may be rounding
_WRONG = 0.01  # is an output further than this from its target
_NEARLY_ZERO = 0.01  # of f's greatest slope; see `saturated`


class Ending(StrEnum):
    """How a training run ended: the first of these words that fits.

    It speaks of these updates: ten times as many may end otherwise. “Later” means in the second half of the
    updates.

    converges
        The loss fell below the goal; `updates` is when it first did.
    diverges
        The loss ended above ten times its start, or is no number; `updates` is when it went there for good.
    saturates
        The loss fell by less than a hundredth later, and slopes f′(z) near zero are why; see `saturated`.
    oscillates
        Later, a quarter of the steps or more went back, at more than a right angle to the step before, and
        from the third quarter to the fourth the mean loss fell by less than a tenth and the mean step by
        less than half.
    stalls
        The loss fell by less than a hundredth later, for another reason: a flat place, a local minimum, or
        the network can do no better.
    crawls
        The loss was still falling: by more, or later still at half its first pace at least.
    """

    CONVERGES = auto()
    DIVERGES = auto()
    SATURATES = auto()
    OSCILLATES = auto()
    STALLS = auto()
    CRAWLS = auto()
    __repr__ = str.__repr__


@dataclass(frozen=True)
class Outcome:
    """How a training run ended: `kind`, after how many updates, and at which loss."""

    kind: Ending
    updates: int
    loss: float


def judge(
    loss: Float[Array, " times"], path: Float[Array, "times parameters"], goal: float, *, saturated: bool
) -> Outcome:
    """Say how one training run ended.

    Parameters
    ----------
    loss : ndarray, shape (updates + 1,)
    path : ndarray, shape (updates + 1, parameters)
    goal : float
    saturated : bool
        Whether, at the end, slopes near zero keep it from learning.

    Examples
    --------
    >>> falling = 0.5 ** np.arange(8)
    >>> judge(falling, np.zeros((8, 1)), goal=0.1, saturated=False)
    Outcome(kind='converges', updates=4, loss=0.0625)
    >>> judge(falling, np.zeros((8, 1)), goal=0.001, saturated=False).kind
    'crawls'
    """
    last = len(loss) - 1
    if (reached := loss < goal).any():
        n = int(reached.argmax())
        return Outcome(Ending.CONVERGES, n, float(loss[n]))
    kept = loss <= _LOST * loss[0]  # false for nan
    if not kept[-1]:
        n = last + 1 - int(kept[::-1].argmax()) if kept.any() else 0
        return Outcome(Ending.DIVERGES, n, float(loss[n]))
    flat = loss[-1] > _FLAT * loss[last // 2]
    if flat and saturated:
        kind = Ending.SATURATES
    elif _swings(loss, path):
        kind = Ending.OSCILLATES
    else:
        first, later = loss[0] - loss[last // 2], loss[last // 2] - loss[-1]
        stalls = flat and not later > max(first / 2, _ROUNDING * loss[0])
        kind = Ending.STALLS if stalls else Ending.CRAWLS
    return Outcome(kind, last, float(loss[-1]))


def _swings(loss: Float[Array, " times"], path: Float[Array, "times parameters"]) -> bool:
    """Say whether the later steps go back and forth while the loss stays about where it is."""
    last = len(loss) - 1
    later = path[last // 2 :]
    if len(later) < 5:
        return False
    with np.errstate(over="ignore", invalid="ignore"):
        steps = np.diff(later, axis=0)
        lengths = np.linalg.norm(steps, axis=1)
        long = lengths > _ROUNDING * np.linalg.norm(later[1:], axis=1)
        back = ((steps[1:] * steps[:-1]).sum(axis=1) < 0) & long[1:] & long[:-1]
        third, fourth = np.array_split(lengths, 2)
        lasting = fourth.mean() > third.mean() / 2
        third, fourth = np.array_split(loss[last // 2 :], 2)
        steady = fourth.mean() > _STEADY * third.mean()
    return bool(lasting and steady and back.mean() >= _SWINGS)


def saturated(
    net: Network,
    z: Sequence[Float[Array, "batch _ copies"]],
    a: Sequence[Float[Array, "batch _ copies"]],
    t: Float[Array, "batch outputs _"],
) -> Array:
    """Say for each copy of a network whether slopes near zero keep it from learning.

    That is so if f′(z) is below a hundredth of f's greatest slope for outputs that make up half of the loss,
    or for every neuron of a hidden layer and every example while an output is wrong by over 0.01. A loss that
    passes its slope on to z directly, as the cross-entropy does, suffers no flat outputs.

    Parameters
    ----------
    net : Network
    z, a : sequence of ndarray, one per layer, each of shape (batch, neurons, copies)
        From the first hidden layer to the output.
    t : ndarray, shape (batch, outputs, copies or 1)

    Examples
    --------
    >>> net, z = Network([[[1.0]]]), np.array([[[0.0, -7.0]]])
    >>> saturated(net, [z], [net.activations[0].rule(z)], np.array([[[1.0]]]))
    array([False,  True])
    """
    ends = np.array([0.0, 50.0])  # the greatest slope of each f is at one of these

    def flat(layer: int) -> Array:
        f = net.activations[layer]
        flattest = _NEARLY_ZERO * f.slope(ends, f.rule(ends)).max()
        nearly_zero: Array = np.abs(f.slope(z[layer], a[layer])) < flattest
        return nearly_zero

    found: Array = np.zeros(z[-1].shape[-1], bool)
    for hidden in range(len(z) - 1):
        found |= flat(hidden).all(axis=(0, 1))
    found &= (np.abs(a[-1] - t) > _WRONG).any(axis=(0, 1))
    if not net.loss_rule.cancels:
        share = net.loss_rule.rule(a[-1], t)
        found |= (share * flat(-1)).sum(axis=(0, 1)) > 0.5 * share.sum(axis=(0, 1))
    return found

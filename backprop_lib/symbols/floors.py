"""How far rounding alone can move a gradient: the floor below which no two witnesses can be told apart.

Each rounding changes a number by at most ε/2 of its size. What becomes of all these small changes is followed
through both passes, to first order: a sum of n products may be off by n·ε times the sum of their sizes, what
was off before goes on along every path, and nothing is ever assumed to cancel. So the floor of a gradient is
about n·ε times the sizes of its path products, added up over the batch.

The one thing to notice: a loss that has converged subtracts almost equal numbers, a − t. What is left is
small beside what was subtracted, and no better than the last digits of a.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Float, Network, Trace, bell, named

Layers = list[Float[Array, "batch _"]]
Outputs = Float[Array, "batch outputs"]
_EPS, _TINY = np.finfo(float).eps, np.finfo(float).smallest_subnormal
_STRAIGHT = ("identity", "relu")  # whose slope does not change with z; the others' by a factor e² per 1


def floors(net: Network, x: ArrayLike, t: ArrayLike, near: list[Array] | None = None) -> dict[str, float]:
    """Return, for every parameter, by how much rounding alone can change its gradient.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    near : list of ndarray of bool, one per layer, each (batch, neurons), optional
        Where rounding decides on which side of a kink z is.

    Examples
    --------
    >>> found = floors(Network(weights=[[[0.5]], [[0.5]]]), [0.1], [0.9])
    >>> {name: f"{floor:.0e}" for name, floor in found.items()}
    {'w1[0,0]': '1e-17', 'w2[0,0]': '3e-16'}
    """
    rows, targets = np.atleast_2d(np.asarray(x, float)), np.atleast_2d(np.asarray(t, float))
    trace = Network.forward(net, rows)
    with np.errstate(all="ignore"):
        a_errors, _, slopes, slope_errors = errors = _forward(net, trace.z, trace.a, near)
        delta, error = _output(net, trace, targets, *(layers[-1] for layers in errors))
        weights: list[Array] = []
        biases: list[Array] = []
        for layer in range(len(net.weights) - 1, -1, -1):
            size, n = np.abs(trace.a[layer]), _EPS * (len(rows) + 4)
            weights.insert(0, (error.T @ (size + a_errors[layer]) + delta.T @ (a_errors[layer] + n * size)))
            biases.insert(0, (error + n * delta).sum(axis=0))
            if layer > 0:
                W = np.abs(net.weights[layer])
                onward = delta @ W
                off = error @ W + (len(W) + 4) * (_EPS * onward + _TINY)
                delta, error = _times(onward, off, slopes[layer - 1], slope_errors[layer - 1])
        found = [[part / len(rows) + 4 * _TINY for part in parts] for parts in (weights, biases)]
    return dict(named(found[0], None if net.biases is None else found[1]))


def _forward(
    net: Network, z: Layers, a: Layers, near: list[Array] | None
) -> tuple[Layers, Layers, Layers, Layers]:
    """Return how far off each a, each z, and each slope may be, and the slopes' sizes."""
    a_errors, z_errors, slopes, slope_errors = [np.zeros_like(a[0])], [], [], []
    for layer, (W, f) in enumerate(zip(net.weights, net.activations, strict=True)):
        size = np.abs(a[layer]) @ np.abs(W).T
        if net.biases is not None:
            size = size + np.abs(net.biases[layer])
        off = a_errors[-1] @ np.abs(W).T + _EPS * (W.shape[1] + 2) * size
        slope = np.abs(f.slope(z[layer], a[layer + 1]))
        bend = np.zeros_like(off) if f.name in _STRAIGHT else np.expm1(np.minimum(2 * off, 700))
        slope_error = slope * (bend + 8 * _EPS) + _TINY
        if near is not None:
            slope_error = np.where(near[layer], 1.0, slope_error)
        z_errors.append(off)
        slopes.append(slope)
        slope_errors.append(slope_error)
        a_errors.append(slope * off * (1 + bend) + 4 * _EPS * np.abs(a[layer + 1]) + _TINY)
    return a_errors, z_errors, slopes, slope_errors


def _output(
    net: Network,
    trace: Trace,
    t: Outputs,
    a_error: Outputs,
    z_error: Outputs,
    slope: Outputs,
    slope_error: Outputs,
) -> tuple[Outputs, Outputs]:
    """Return the size of each output's ∂E/∂z, and how far off it may be."""
    rule, z, a = net.loss_rule, trace.z[-1], trace.a[-1]
    begin = rule.begin(z, a, t)
    if rule.cancels:
        if net.activations[-1].compares:
            others = 1 - np.eye(a.shape[1])
            parts = a * (t @ others) + t * (a @ others)
            moved = np.expm1(np.minimum(4 * z_error.max(axis=-1, keepdims=True), 700)) * parts
            return np.abs(begin), moved + (8 + len(others)) * _EPS * parts
        parts = rule.begin(z, a, np.zeros_like(t)) * (1 - t) - rule.begin(z, a, np.ones_like(t)) * t
        moved = bell(z) * z_error * np.exp(np.minimum(2 * z_error, 700))
        return np.abs(begin), moved + 8 * _EPS * parts
    factor = float(rule.slope(np.ones(()), np.zeros(())))  # 1 or 2: the slope is linear in a − t
    error = factor * (a_error + _EPS * (np.abs(a) + np.abs(t)))
    return _times(np.abs(begin), error, slope, slope_error)


def _times(size: Outputs, error: Outputs, slope: Outputs, slope_error: Outputs) -> tuple[Outputs, Outputs]:
    """Return size times slope, and how far off the product may be."""
    return size * slope, error * (slope + slope_error) + size * slope_error + _TINY


def kinks(net: Network, x: ArrayLike, others: list[Layers]) -> tuple[dict[str, list[int]], list[Array]]:
    """Return which z of a relu are exactly 0, with their examples, and where rounding decides about a side.

    Parameters
    ----------
    net : Network
    x : array_like, shape (features,) or (batch, features)
    others : list of lists of ndarray
        The same z, by layer, as other witnesses have computed them.

    Examples
    --------
    >>> kinks(Network([[[1.0], [2.0]]], activation="relu"), [[0.0], [0.5]], [])[0]
    {'z1[0]': [0], 'z1[1]': [0]}
    """
    trace = Network.forward(net, np.atleast_2d(np.asarray(x, float)))
    with np.errstate(all="ignore"):
        _, z_errors, _, _ = _forward(net, trace.z, trace.a, None)
    exact: dict[str, list[int]] = {}
    near = []
    for layer, f in enumerate(net.activations):
        seen = np.stack([trace.z[layer], *(other[layer] for other in others)])
        bent = f.name == "relu"
        near.append(bent & ((np.abs(seen) <= z_errors[layer]) & (seen != 0)).any(axis=0))
        for k, i in np.argwhere(bent & (trace.z[layer] == 0)).tolist():
            exact.setdefault(f"z{layer + 1}[{i}]", []).append(k)
    return exact, near

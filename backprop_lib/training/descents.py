"""Descents of one variable on a curve, and of two parameters of a network whose others are held still."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, check_arguments, finite_array, finite_number, whole_number
from backprop_lib.text import counted, fixed
from backprop_lib.training.in_place import InPlaceNetwork
from backprop_lib.training.outcomes import saturated
from backprop_lib.training.sweeping import loss_on_grid

Rule = Callable[..., ArrayLike]
Limits = tuple[float, float, float, float]  # left, right, bottom, top


def descend(slope: Rule, start: float, learning_rate: float, steps: int) -> list[float]:
    """Return the points of gradient descent on a curve, up to the last one that is finite.

    Parameters
    ----------
    slope : callable
        The derivative of the curve.
    start, learning_rate : float
    steps : int

    Examples
    --------
    >>> descend(lambda w: 2 * w, 4.0, learning_rate=0.25, steps=3)
    [4.0, 2.0, 1.0, 0.5]
    """
    check_arguments(descend, locals())
    points = [finite_number("start", start)]
    for _ in range(steps):
        with np.errstate(over="ignore", invalid="ignore"):
            after = points[-1] - learning_rate * float(np.asarray(slope(np.float64(points[-1]))))
        if not np.isfinite(after):
            break
        points.append(after)
    return points


def sampled(rule: Rule, left: float, right: float) -> tuple[Array, Array]:
    """Return 161 points from left to right and a curve's values there.

    Raises
    ------
    ValueError
        If the limits are not in order, or the rule does not give one finite number for each point.

    Examples
    --------
    >>> [values[-1].item() for values in sampled(lambda w: w**2, -1, 3)]
    [3.0, 9.0]
    """
    if not finite_number("limits", left) < finite_number("limits", right):
        raise ValueError(f"limits run from {left:g} to {right:g}, expected the left one to be smaller.")
    x = np.linspace(left, right, 161)
    y = finite_array("rule", rule(x), ndim=(0, 1))
    if y.shape != x.shape:
        raise ValueError(f"rule gives shape {y.shape} for {x.shape}, expected one number for each point.")
    return x, y


def where_it_ends(
    rule: Rule, slope: Rule, points: Sequence[float], limits: tuple[float, float], across: str, up: str
) -> str:
    """Return in words where a descent ends: at rest in the lowest place, in another, on its way, or outside.

    Parameters
    ----------
    rule, slope : callable
        The function, for arrays, and its derivative.
    points : sequence of float
        What the descent went through, its start first.
    limits : left, right
        The part of the curve that is looked at.
    across, up : str
        Names of the variable and of the function's value.

    Examples
    --------
    >>> where_it_ends(lambda w: w**2, lambda w: 2 * w, [4.0, 2.0, 1.0], (-5, 5), "w", "E")
    'it is still on its way after 2 steps, at w = 1.0000, E = 1.0000.'
    """
    outside = [k for k, p in enumerate(points) if not limits[0] <= p <= limits[1]]
    if outside:
        return f"it leaves the picture at step {outside[0]}."
    x, y = sampled(rule, *limits)
    end, height = points[-1], float(np.asarray(rule(points[-1])))
    place = f"{across} = {fixed(end, 4)}, {up} = {fixed(height, 4)}"
    steps = counted(len(points) - 1, "step")
    if abs(float(np.asarray(slope(end)))) * (limits[1] - limits[0]) > 1e-2 * np.ptp(y):
        return f"it is still on its way after {steps}, at {place}."
    if height > y.min() + 1e-2 * np.ptp(y):
        lowest = f"{across} = {fixed(float(x[y.argmin()]), 2)}"
        return f"after {steps} it rests at {place}, but the curve is lowest near {lowest}."
    return f"after {steps} it rests at {place}, the lowest place in the picture."


@dataclass(frozen=True)
class Descent:
    """`path[k]`, shape (2,), and `loss[k]` after k updates, up to the last ones that are finite."""

    path: Array
    loss: Array
    updates: int

    @property
    def last(self) -> int:
        """The number of updates after which all is still finite: `updates`, unless the descent diverges."""
        return len(self.loss) - 1

    def leaves(self, limits: Limits) -> int | None:
        """Return the first update that leads out of `limits`, if one does."""
        (x, y), (left, right, bottom, top) = self.path.T, limits
        outside = ~((left <= x) & (x <= right) & (bottom <= y) & (y <= top))
        return int(outside.argmax()) if outside.any() else None


class TwoParameters:
    """Two parameters of a network, `names`, that learn while all others are held still.

    Raises
    ------
    ValueError
        If a name is no parameter, or both are the same.

    Examples
    --------
    >>> two = TwoParameters(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], ("w1[0,0]", "w2[0,0]"))
    >>> descent = two.descend((0.5, 0.5), learning_rate=0.9, updates=812)
    >>> descent.path[-1].round(4).tolist(), bool(descent.loss[-1] < 5e-5)
    ([0.88, 4.0056], True)
    """

    def __init__(self, net: Network, x: ArrayLike, t: ArrayLike, names: tuple[str, str]) -> None:
        if names[0] == names[1]:
            raise ValueError(f"both axes show {names[0]}, expected two different parameters.")
        self.net, self.x, self.t, self.names = net, x, t, names
        # Where the two stand among the parameters that learn, and where the others do.
        marked = net.with_values(dict.fromkeys(net.by_name(), 0.0) | {names[0]: 1.0, names[1]: 2.0})
        places = InPlaceNetwork(marked).values
        self._two, self._others = [int((places == n).argmax()) for n in (1, 2)], places == 0

    def network(self, point: ArrayLike) -> Network:
        """Return the network at a point of the slice."""
        values = finite_array("point", point, ndim=(1,))
        return self.net.with_values(dict(zip(self.names, values.tolist(), strict=True)))

    def loss(self, across: Array, up: Array) -> Array:
        """Return the loss where the two have these values, both of one shape."""
        return loss_on_grid(self.net, self.x, self.t, dict(zip(self.names, (across, up), strict=True)))

    def gradient(self, point: ArrayLike) -> Array:
        """Return the two partial derivatives at a point, shape (2,)."""
        with np.errstate(over="ignore", invalid="ignore"):
            slopes = self.network(point).gradients(self.x, self.t).by_name()
        return np.array([slopes[name] for name in self.names])

    def saturated(self, point: ArrayLike) -> bool:
        """Say whether slopes f′(z) near zero keep the network at a point from learning."""
        trace = self.network(point).forward(np.atleast_2d(self.x))
        z, a = ([part[..., None] for part in parts] for parts in (trace.z, trace.a[1:]))
        return bool(saturated(self.net, z, a, np.atleast_2d(self.t)[..., None])[0])

    def descend(self, start: ArrayLike, learning_rate: float, updates: int) -> Descent:
        """Return the descent from `start`, shape (2,), in which only the two parameters learn."""
        rate, count = finite_number("learning_rate", learning_rate), whole_number("updates", updates)
        in_place = InPlaceNetwork(self.network(start))
        x, t = (np.atleast_2d(np.asarray(rows, dtype=float)) for rows in (self.x, self.t))
        batches = in_place.batches(x, t, [len(x)])
        ((X, XT, T),) = batches.in_order(batches.as_given)
        held, step = in_place.values[self._others], in_place.rate(rate / len(x))
        path = np.empty((count + 1, 2))
        with np.errstate(all="ignore"):
            path[0] = in_place.values[self._two]
            for k in range(1, count + 1):
                in_place.step(X, XT, T, step)
                in_place.values[self._others] = held
                path[k] = in_place.values[self._two]
            path = _finite(path)
            loss = _finite(self.loss(*path.T))
        return Descent(path[: len(loss)], loss, count)


def _finite(values: Array) -> Array:
    """Return the first rows, up to the last before one that is not finite."""
    finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    return values if finite.all() else values[: int(finite.argmin())]

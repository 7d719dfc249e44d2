"""Descents of one variable on a curve, and of two parameters of a network whose others are held still."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import (
    Array,
    Float,
    Network,
    check_arguments,
    finite_array,
    finite_number,
    whole_number,
)
from backprop_lib.training.in_place import InPlaceNetwork
from backprop_lib.training.options import Options
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


@dataclass(frozen=True)
class Descent:
    """`path[k]`, shape (2,), and `loss[k]` after k updates, up to the last ones that are finite."""

    path: Float[Array, "points 2"]
    loss: Float[Array, " points"]
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
        net.with_values(dict.fromkeys(names, 0.0))  # checks them
        self.net, self.x, self.t, self.names = net, x, t, names

    def network(self, point: ArrayLike) -> Network:
        """Return the network at a point of the slice."""
        values = finite_array("point", point, ndim=(1,))
        return self.net.with_values(dict(zip(self.names, values.tolist(), strict=True)))

    def loss(self, across: Float[Array, "*shape"], up: Float[Array, "*shape"]) -> Float[Array, "*shape"]:
        """Return the loss where the two have these values, both of one shape."""
        return loss_on_grid(self.net, self.x, self.t, dict(zip(self.names, (across, up), strict=True)))

    def gradient(self, point: ArrayLike) -> Float[Array, 2]:
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
        by_name = list(self.net.by_name())
        others = [name for name in by_name if name not in self.names]
        in_place = InPlaceNetwork(self.network(start), Options(hold=others))
        x, t = (np.atleast_2d(np.asarray(rows, dtype=float)) for rows in (self.x, self.t))
        batches = in_place.batches(x, t, [len(x)])
        ((X, XT, T),) = batches.in_order(batches.as_given)
        two, step = in_place.places[[*map(by_name.index, self.names)]], in_place.rate(rate / len(x))
        path = np.empty((count + 1, 2))
        with np.errstate(all="ignore"):
            path[0] = in_place.values[two]
            for k in range(1, count + 1):
                in_place.step(X, XT, T, step)
                path[k] = in_place.values[two]
            path = _finite(path)
            loss = _finite(self.loss(*path.T))
        return Descent(path[: len(loss)], loss, count)


def _finite(values: Float[Array, " _ *shape"]) -> Float[Array, " _ *shape"]:
    """Return the first rows, up to the last before one that is not finite."""
    finite = np.isfinite(values).reshape(len(values), -1).all(axis=1)
    return values if finite.all() else values[: int(finite.argmin())]

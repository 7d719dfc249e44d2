"""Activations and losses: each rule beside its derivative, once for NumPy and once for sympy.

Read a row of the tables from left to right: the rule, then its derivative. The first line is what NumPy
computes, the second what sympy writes down. Nothing here trusts the two lines to agree: `derivation` lets
sympy differentiate the formula and refuses a slope that differs, and the tests compare both lines.

The one thing to notice: a slope that is short in symbols may be poor in numbers. Where the sigmoid saturates,
`a` is almost 1 and a·(1 − a) has lost its digits: at z = 40 it is 0. So NumPy computes σ(z)·σ(−z) and sympy
writes a·(1 − a), which is the same and all that a reader need remember.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core.shapes import Array, Float
from backprop_lib.text import got

Outputs = Float[Array, "*batch outputs"]
Rule = TypeVar("Rule")


def sigmoid(z: ArrayLike) -> Any:
    """Return 1 / (1 + e^(−z)), computed so that no finite `z` overflows.

    Parameters
    ----------
    z : array_like of any shape, real or complex
        Pre-activation. Complex values are taken for complex-step differences.

    Returns
    -------
    scalar or ndarray of the same shape

    Examples
    --------
    >>> float(sigmoid(0.05).round(6))
    0.512497
    >>> sigmoid([-1000.0, 0.0, 1000.0]).tolist()
    [0.0, 0.5, 1.0]
    """
    z = np.asarray(z)
    positive = z.real >= 0
    e = np.exp(np.where(positive, -z, z))
    return (np.where(positive, 1.0, e) / (1.0 + e))[()]


def softplus(z: ArrayLike) -> Any:
    """Return ln(1 + e^z), whose derivative is the sigmoid, without overflow.

    Parameters
    ----------
    z : array_like of any shape, real or complex

    Returns
    -------
    scalar or ndarray of the same shape

    Examples
    --------
    >>> softplus([-1000.0, 1000.0]).tolist()
    [0.0, 1000.0]
    """
    z = np.asarray(z)
    positive = z.real >= 0
    return (np.where(positive, z, 0.0) + np.log1p(np.exp(np.where(positive, -z, z))))[()]


def bell(z: ArrayLike) -> Any:
    """Return σ(z) σ(−z), the sigmoid's slope, with all its digits however saturated the sigmoid is.

    Parameters
    ----------
    z : array_like of any shape, real or complex

    Returns
    -------
    scalar or ndarray of the same shape

    Examples
    --------
    >>> bell([0.0, 40.0]).tolist()
    [0.25, 4.248354255291589e-18]
    """
    z = np.asarray(z)
    e = np.exp(np.where(z.real >= 0, -z, z))
    return (e / (1.0 + e) ** 2)[()]


def softmax(z: ArrayLike) -> Any:
    """Return e^z / Σ e^z over the last axis: positive shares that add up to 1, without overflow.

    Parameters
    ----------
    z : array_like, shape (neurons,) or (batch, neurons), real or complex

    Returns
    -------
    ndarray of the same shape

    Examples
    --------
    >>> softmax([0.0, 1000.0]).tolist()
    [0.0, 1.0]
    >>> softmax([1.0, 2.0, 3.0]).round(4).tolist()
    [0.09, 0.2447, 0.6652]
    """
    z = np.asarray(z)
    e = np.exp(z - z.real.max(axis=-1, keepdims=True))
    return e / e.sum(axis=-1, keepdims=True)


def log_share(z: ArrayLike) -> Any:
    """Return −ln softmax(z), with all its digits however near to 1 or 0 a share is.

    Parameters
    ----------
    z : array_like, shape (neurons,) or (batch, neurons), real or complex

    Returns
    -------
    ndarray of the same shape

    Examples
    --------
    >>> log_share([0.0, 40.0]).tolist()
    [40.0, 4.248354255291589e-18]
    """
    z = np.asarray(z)
    largest = z.real.argmax(axis=-1)[..., None]
    top = np.take_along_axis(z, largest, axis=-1)
    smaller = np.exp(z - top)
    np.put_along_axis(smaller, largest, 0, axis=-1)
    return (top - z) + np.log1p(smaller.sum(axis=-1, keepdims=True))


def _sum_of_others(values: Array) -> Array:
    """Return for each entry the sum of all others on the last axis: nothing is subtracted, no digit lost."""
    others: Array = values @ (1 - np.eye(values.shape[-1], dtype=values.real.dtype))
    return others


@dataclass(frozen=True)
class Activation:
    """A rule `a = f(z)` and its slope `da/dz`, for NumPy and for sympy (`sp` is the sympy module).

    The softmax compares all z of its layer. Its rule takes the last axis for the neurons, its formula the
    other z as further arguments, its slope is that in its own z, and `slope_in_other` that in another: from
    the two activations.
    """

    name: str
    rule: Callable[[Array], Array]
    slope: Callable[[Array, Array], Array]
    formula: Callable[..., Any]
    slope_formula: Callable[[Any, Any, Any], Any]
    slope_in_other: Callable[[Any, Any], Any] | None = None

    @property
    def compares(self) -> bool:
        """Whether an activation depends on all z of the layer, not on its own alone."""
        return self.slope_in_other is not None


@dataclass(frozen=True)
class Loss:
    """A rule `E(a, t)` for one output and its slope `dE/da`, for NumPy and for sympy.

    `rule_at_z` and `slope_at_z` are the same loss seen from the pre-activation of the output that it `needs`,
    a sigmoid or softmax. The cross-entropies have them: where that output saturates, dE/da · da/dz would be
    infinity times zero. The methods choose between the two, so that nobody else need.
    """

    name: str
    rule: Callable[[Array, Array], Array]
    slope: Callable[[Array, Array], Array]
    formula: Callable[[Any, Any, Any], Any]
    slope_formula: Callable[[Any, Any, Any], Any]
    rule_at_z: Callable[[Array, Array], Array] | None = None
    slope_at_z: Callable[[Array, Array], Array] | None = None
    needs: str | None = None

    @property
    def cancels(self) -> bool:
        """Whether the slope of the output that this loss `needs` cancels out of ∂E/∂z."""
        return self.slope_at_z is not None

    def value(self, z: Outputs, a: Outputs, t: Outputs) -> Outputs:
        """Return each output's loss.

        Parameters
        ----------
        z, a, t : ndarray, shape (outputs,) or (batch, outputs)
            Pre-activations and activations of the last layer, and the targets.

        Examples
        --------
        >>> z, t = np.array([0.0, 40.0]), np.array([1.0, 0.0])
        >>> LOSSES["half_squared_error"].value(z, sigmoid(z), t).tolist()
        [0.125, 0.5]
        >>> LOSSES["binary_cross_entropy"].value(z, sigmoid(z), t).round(6).tolist()
        [0.693147, 40.0]
        """
        return self.rule(a, t) if self.rule_at_z is None else self.rule_at_z(z, t)

    def begin(self, z: Outputs, a: Outputs, t: Outputs) -> Outputs:
        """Return what the way back begins with: ∂E/∂a of each output or, if this loss `cancels`, ∂E/∂z.

        Parameters
        ----------
        z, a, t : ndarray, shape (outputs,) or (batch, outputs)
            Pre-activations and activations of the last layer, and the targets.

        Examples
        --------
        >>> z, t = np.array([0.0]), np.array([1.0])
        >>> [
        ...     LOSSES[name].begin(z, sigmoid(z), t).item()
        ...     for name in ("squared_error", "binary_cross_entropy")
        ... ]
        [-1.0, -0.5]
        """
        return self.slope(a, t) if self.slope_at_z is None else self.slope_at_z(z, t)

    def delta(self, z: Outputs, a: Outputs, t: Outputs, activation: Activation) -> Outputs:
        """Return ∂E/∂z of each output.

        Parameters
        ----------
        z, a, t : ndarray, shape (outputs,) or (batch, outputs)
            Pre-activations and activations of the last layer, and the targets.
        activation : Activation
            The last layer's; for a loss that `cancels` it is the one that the loss `needs`.

        Examples
        --------
        >>> z, t = np.array([0.0, 40.0]), np.array([1.0, 0.0])
        >>> LOSSES["half_squared_error"].delta(z, sigmoid(z), t, ACTIVATIONS["sigmoid"]).tolist()
        [-0.125, 4.248354255291589e-18]
        >>> LOSSES["binary_cross_entropy"].delta(z, sigmoid(z), t, ACTIVATIONS["sigmoid"]).tolist()
        [-0.5, 1.0]
        """
        begin = self.begin(z, a, t)
        return begin if self.cancels else begin * activation.slope(z, a)


# fmt: off
ACTIVATIONS: Mapping[str, Activation] = {f.name: f for f in (
    Activation(
        "identity",
        rule=lambda z: z,                                    slope=lambda z, a: np.ones_like(z),
        formula=lambda sp, z: z,                             slope_formula=lambda sp, z, a: sp.Integer(1),
    ),
    Activation(
        "sigmoid",
        rule=sigmoid,                                        slope=lambda z, a: bell(z),
        formula=lambda sp, z: 1 / (1 + sp.exp(-z)),          slope_formula=lambda sp, z, a: a * (1 - a),
    ),
    Activation(
        "tanh",
        rule=np.tanh,                                        slope=lambda z, a: 4 * bell(2 * z),
        formula=lambda sp, z: sp.tanh(z),                    slope_formula=lambda sp, z, a: 1 - a**2,
    ),
    Activation(
        "relu",  # at z = 0, where no derivative exists, the slope is taken as 0
        rule=lambda z: np.where(z.real > 0, z, 0.0),         slope=lambda z, a: (z.real > 0) * 1.0,
        formula=lambda sp, z: sp.Piecewise((z, z > 0), (0, True)),
                                       slope_formula=lambda sp, z, a: sp.Piecewise((1, z > 0), (0, True)),
    ),
    Activation(
        "softplus",
        rule=softplus,                                       slope=lambda z, a: sigmoid(z),
        formula=lambda sp, z: sp.log(1 + sp.exp(z)),      slope_formula=lambda sp, z, a: 1 / (1 + sp.exp(-z)),
    ),
    Activation(
        "softmax",
        rule=softmax,                                        slope=lambda z, a: a * _sum_of_others(a),
        formula=lambda sp, z, *others: sp.exp(z) / sp.Add(*(sp.exp(one) for one in (z, *others))),
                                                             slope_formula=lambda sp, z, a: a * (1 - a),
        slope_in_other=lambda a, other: -a * other,
    ),
)}

LOSSES: Mapping[str, Loss] = {f.name: f for f in (
    Loss(
        "half_squared_error",
        rule=lambda a, t: (t - a) ** 2 / 2,                  slope=lambda a, t: a - t,
        formula=lambda sp, a, t: (t - a) ** 2 / 2,           slope_formula=lambda sp, a, t: a - t,
    ),
    Loss(
        "squared_error",
        rule=lambda a, t: (t - a) ** 2,                      slope=lambda a, t: 2 * (a - t),
        formula=lambda sp, a, t: (t - a) ** 2,               slope_formula=lambda sp, a, t: 2 * (a - t),
    ),
    Loss(
        "binary_cross_entropy",
        rule=lambda a, t: -(t * np.log(a) + (1 - t) * np.log(1 - a)),
                                                             slope=lambda a, t: (a - t) / (a * (1 - a)),
        formula=lambda sp, a, t: -(t * sp.log(a) + (1 - t) * sp.log(1 - a)),
                                               slope_formula=lambda sp, a, t: (a - t) / (a * (1 - a)),
        rule_at_z=lambda z, t: t * softplus(-z) + (1 - t) * softplus(z),
                                               slope_at_z=lambda z, t: (1 - t) * sigmoid(z) - t * sigmoid(-z),
        needs="sigmoid",
    ),
    Loss(
        "categorical_cross_entropy",  # ∂E/∂z is a Σt − t, and a − t for targets that add up to 1
        rule=lambda a, t: -t * np.log(a),                    slope=lambda a, t: -t / a,
        formula=lambda sp, a, t: -t * sp.log(a),             slope_formula=lambda sp, a, t: -t / a,
        rule_at_z=lambda z, t: t * log_share(z),
               slope_at_z=lambda z, t: softmax(z) * _sum_of_others(t) - t * _sum_of_others(softmax(z)),
        needs="softmax",
    ),
)}
# fmt: on


def choose(argument: str, name: object, table: Mapping[str, Rule]) -> Rule:
    """Return the rule called `name`, or say which names there are.

    Raises
    ------
    ValueError
        If the table has no such rule.

    Examples
    --------
    >>> choose("loss", "hinge", LOSSES)
    Traceback (most recent call last):
    ValueError: loss is 'hinge', expected one of: half_squared_error, squared_error, binary_cross_entropy, \
categorical_cross_entropy.
    """
    if isinstance(name, str) and name in table:
        return table[name]
    raise ValueError(f"{argument} is {got(name)}, expected one of: {', '.join(table)}.")

"""Many training runs at once: one network under many learning rates, in a single loop.

Every parameter gets a last axis with one entry per rate, so that NumPy's long inner loops run over the rates
and 64 training runs take little longer than one. It is what fills the sliders.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import (
    Activation,
    Array,
    Float,
    Names,
    Network,
    check_arguments,
    finite_number,
    only_plain,
    real_array,
    whole_number,
)
from backprop_lib.training.batches import check_loss, examples
from backprop_lib.training.in_place import Calls, calls_of
from backprop_lib.training.options import Constraints
from backprop_lib.training.outcomes import Outcome, judge, saturated

_TOGETHER = 1 << 20  # so many numbers wait until their losses are computed at one go


@dataclass(frozen=True)
class Sweep:
    """Training runs side by side: `loss[k, r]` and `path[k, :, r]` after k updates at `learning_rates[r]`.

    `saturated[r]` says whether slopes near zero kept it from learning at the end.
    """

    learning_rates: Float[Array, " rates"]
    loss: Float[Array, "times rates"]
    path: Float[Array, "times parameters rates"]
    goal: float
    saturated: Array

    def outcome(self, r: int) -> Outcome:
        """Say how the training run at `learning_rates[r]` ended.

        Examples
        --------
        >>> net = Network(weights=[[[0.5]], [[0.5]]])
        >>> runs = sweep(net, [0.1], [0.9], [0.9, 1000], epochs=2000, stop_below=5e-5)
        >>> [runs.outcome(r).kind for r in (0, 1)], runs.outcome(0).updates
        (['converges', 'saturates'], 812)
        """
        return self._outcomes[r]

    @cached_property
    def _outcomes(self) -> list[Outcome]:
        parts = zip(self.loss.T, self.path.T, self.saturated, strict=True)
        return [judge(loss, path.T, self.goal, saturated=bool(stuck)) for loss, path, stuck in parts]


def sweep(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    learning_rates: ArrayLike,
    epochs: int,
    stop_below: float | None = None,
    *,
    hold: Names = (),
    tie: Names = (),
) -> Sweep:
    """Train the same network at many learning rates in one loop and return all losses and paths.

    Each takes the steps of `train`; the loop ends once every rate is below `stop_below`. Memory grows with
    epochs · parameters · rates: 16 MB for 8000 · 4 · 61.

    Parameters
    ----------
    net : Network
    x, t : array_like, of the shapes that `train` takes
    learning_rates : array_like, shape (rates,)
    epochs : int, the number of updates at most
    stop_below : float, optional
        The loss to reach; `Sweep.outcome` judges by it.
    hold, tie : sequence of str, optional
        What is held fixed and what is shared, as for `train`.

    Raises
    ------
    TypeError, ValueError
        If an argument is of the wrong kind or does not fit the network, or the network's class computes in
        its own way. Divergence is no error.

    Examples
    --------
    >>> runs = sweep(Network(weights=[[[0.5]], [[0.5]]]), [0.1], [0.9], [0.3, 0.9], epochs=100)
    >>> runs.loss.shape, runs.path.shape
    ((101, 2), (101, 2, 2))
    """
    check_arguments(sweep, locals())
    rates = real_array("learning_rates", learning_rates, ndim=(1,))
    epochs = whole_number("epochs", epochs)
    goal = -np.inf if stop_below is None else finite_number("stop_below", stop_below)
    copies = _Copies(net, x, t, len(rates), "sweep", Constraints(net, hold, tie))
    together = max(1, _TOGETHER // (copies.values.size + copies.outputs.size))
    losses: list[Array] = []
    paths: list[Array] = []
    done, reached = 0, np.zeros(len(rates), bool)
    all_rates = np.broadcast_to(rates, copies.values.shape).copy()
    while done <= epochs and not reached.all():
        rows = min(epochs + 1 - done, together)
        path, outputs = (np.empty((rows, *part.shape)) for part in (copies.values, copies.outputs))
        with np.errstate(over="ignore", invalid="ignore"):
            for k in range(rows):
                if done + k > 0:
                    copies.step(all_rates)
                copies.forward()
                path[k], outputs[k] = copies.values, copies.outputs
            losses.append(copies.losses(outputs))
            check_loss(losses[0][0, 0])
            stuck = copies.saturated()
        paths.append(path)
        done += rows
        reached |= (losses[-1] < goal).any(axis=0)
    loss, path = (a[0] if len(a) == 1 else np.concatenate(a) for a in (losses, paths))
    if reached.all():
        last = int((loss < goal).argmax(axis=0).max())
        loss, path = loss[: last + 1], path[: last + 1]
    return Sweep(rates, loss, path, goal, stuck)


def loss_on_grid(net: Network, x: ArrayLike, t: ArrayLike, values: Mapping[str, ArrayLike]) -> Array:
    """Return the loss at many points at once.

    Parameters
    ----------
    net : Network
        Where the parameters that are not named stand.
    x, t : array_like, of the shapes that `train` takes
    values : mapping of str to array_like, all of one shape, (points,) or (rows, columns)
        The values of the named parameters.

    Returns
    -------
    ndarray of that shape

    Raises
    ------
    TypeError, ValueError
        If a name is no parameter, or shapes do not fit each other.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> loss_on_grid(net, [0.1], [0.9], {"w2[0,0]": [0.5, 4.0]}).round(6).tolist()
    [0.056544, 9.9e-05]
    """
    check_arguments(loss_on_grid, locals())
    arrays = {name: real_array(f"values[{name!r}]", value, ndim=(1, 2)) for name, value in values.items()}
    net.with_values({name: array.flat[0] for name, array in arrays.items()})  # checks the names
    if len(shapes := sorted({array.shape for array in arrays.values()})) != 1:
        got = " and ".join(map(str, shapes)) or "none"
        raise ValueError(f"values has the shapes {got}, expected one shape for all parameters.")
    copies = _Copies(net, x, t, int(np.prod(shape := shapes[0])), "loss_on_grid", Constraints(net))
    for row, name in enumerate(net.by_name()):
        if name in arrays:
            copies.values[row] = arrays[name].ravel()
    with np.errstate(over="ignore"):
        copies.forward()
        return copies.losses(copies.outputs[None]).reshape(shape)


class _Copies:
    """One network in many copies, with the copies on the last axis: `values[p, r]` is parameter p of copy r.

    The formulas are those of `Network`, as sums of products: each copy has its own matrix. All arrays
    are made once, as those of `in_place`.
    """

    def __init__(
        self, net: Network, x: ArrayLike, t: ArrayLike, copies: int, who: str, bound: Constraints
    ) -> None:
        only_plain(net, who)
        examples(net, x, t)  # checks them
        self.net = net
        self.values = np.repeat(np.array(list(net.by_name().values()))[:, None], copies, axis=1)
        self._slopes = np.empty_like(self.values)
        self._x, self._t = (  # for every copy, as NumPy takes twice as long to stretch an array
            np.repeat(np.atleast_2d(np.asarray(values, dtype=float))[:, :, None], copies, axis=2)
            for values in (x, t)
        )
        parts = zip(self._by_layer(self.values), self._by_layer(self._slopes), net.activations, strict=True)
        self._layers, inputs = [], self._x
        for values, slopes, f in parts:
            self._layers.append(_Layer(values, slopes, f, inputs))
            inputs = self._layers[-1].a
        self._forward = [call for layer in self._layers for call in layer.forward]
        self._backward = [] if net.loss_rule.cancels else list(self._layers[-1].times_slope)
        for layer, below in zip(self._layers[:0:-1], self._layers[-2::-1], strict=True):
            self._backward += [*layer.backward, *layer.pass_down(below.delta), *below.times_slope]
        self._backward += [*self._layers[0].backward, *bound.calls(self._slopes)]

    def _by_layer(self, rows: Array) -> list[tuple[Array, Array | None]]:
        """Cut rows of parameters into views: W (outputs, inputs, copies) and b (outputs, copies)."""
        biases = self.net.biases is not None
        sizes = [n for w in self.net.weights for n in (w.size, len(w) * biases)]
        parts = iter(np.split(rows, np.cumsum(sizes)[:-1]))
        return [
            (W.reshape(*w.shape, -1), b if biases else None)
            for w, W, b in zip(self.net.weights, parts, parts, strict=True)
        ]

    def forward(self) -> None:
        """Compute all z and a, each (batch, neurons, copies)."""
        for call in self._forward:
            call()

    @property
    def outputs(self) -> Float[Array, "batch outputs copies"]:
        """What the loss is computed from: a of the last layer or, for some losses, its z."""
        last = self._layers[-1]
        return last.z if self.net.loss_rule.cancels else last.a

    def losses(self, outputs: Float[Array, "times batch outputs copies"]) -> Float[Array, "times copies"]:
        """Return the losses (times, copies) that belong to `outputs` of several times."""
        # The loss takes whichever of z and a it needs, and that is what `outputs` are.
        outputs, targets = _neurons_last(outputs), _neurons_last(np.broadcast_to(self._t, outputs.shape))
        losses: Array = self.net.loss_rule.value(outputs, outputs, targets).sum(axis=(1, 3))
        return losses / len(self._x)

    def saturated(self) -> Array:
        """Say of each copy, after a forward pass, whether slopes near zero keep it from learning."""
        z, a = [layer.z for layer in self._layers], [layer.a for layer in self._layers]
        return saturated(self.net, z, a, self._t)

    def step(self, rates: Float[Array, "parameters copies"]) -> None:
        """Move each copy against its mean gradient times `rates`, shaped like it, after a forward pass."""
        last = self._layers[-1]
        z, a, t = map(_neurons_last, (last.z, last.a, self._t))
        _neurons_last(last.delta)[:] = self.net.loss_rule.begin(z, a, t)
        for call in self._backward:
            call()
        self._slopes *= rates
        if len(self._x) > 1:
            self._slopes /= len(self._x)
        self.values -= self._slopes


class _Layer:
    """One layer of all copies: arrays for z, a and delta, and the calls that fill them.

    `forward` computes z and a, `times_slope` multiplies delta by the activation's slope, and `backward` sums
    ∂E/∂W and ∂E/∂b over the batch.
    """

    def __init__(
        self,
        values: tuple[Array, Array | None],
        slopes: tuple[Array, Array | None],
        f: Activation,
        x: Float[Array, "batch inputs copies"],
    ) -> None:
        (W, b), (W_slope, b_slope), batch = values, slopes, len(x)
        self.z, self.a, self.delta = np.empty((3, batch, len(W), W.shape[2]))
        products = terms = np.empty((batch, *W.shape))
        if batch == 1:  # nothing to sum over
            products = W_slope[None]
            if b_slope is not None:
                self.delta = b_slope[None]
        self._W, self._terms, self._deltas = W[None], terms, self.delta[:, :, None]
        activate, self.times_slope = calls_of(f, *map(_neurons_last, (self.z, self.a, self.delta)))
        inputs = x[:, None]
        if W.shape[1] == 1:
            self.forward: Calls = [partial(np.multiply, inputs, self._W, self.z[:, :, None])]
        else:
            self.forward = [
                partial(np.multiply, inputs, self._W, terms),
                partial(np.add.reduce, terms, 2, None, self.z),
            ]
        if b is not None:
            self.forward.append(partial(np.add, self.z, b, self.z))
        self.forward += activate
        self.backward: Calls = [partial(np.multiply, self._deltas, inputs, products)]
        if batch > 1:
            self.backward.append(partial(np.add.reduce, products, 0, None, W_slope))
            if b_slope is not None:
                self.backward.append(partial(np.add.reduce, self.delta, 0, None, b_slope))

    def pass_down(self, delta: Float[Array, "batch inputs copies"]) -> Calls:
        """Return the calls that fill in δ W, which is ∂E/∂a of the layer below."""
        if self._W.shape[1] == 1:
            return [partial(np.multiply, self._deltas, self._W, delta[:, None])]
        return [
            partial(np.multiply, self._deltas, self._W, self._terms),
            partial(np.add.reduce, self._terms, 1, None, delta),
        ]


def _neurons_last(array: Float[Array, "*batch neurons copies"]) -> Float[Array, "*batch copies neurons"]:
    """Return a view as the rules of `functions` want it: the neurons of a layer on the last axis."""
    return array.swapaxes(-1, -2)

"""A network of layers: forward and backward in matrix form.

Every layer computes z = a_previous Wᵀ + b and a = f(z), one row per example. `forward` keeps all z and a;
`gradients` walks back over them with one quantity, delta = ∂E/∂z. These two methods are the heart of the
course, and `loss` and `step` go with them. What else a network can do stands below and is done elsewhere.

Layers are numbered from 1, as in the formulas, and layer 0 is the input: a[l] belongs to layer l. Lists that
have nothing for the input count from 0: weights[l] and z[l] belong to layer l + 1.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import copy
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core.parameters import (
    Gradients,
    Trace,
    check_shapes,
    checked_arrays,
    checked_rules,
    named,
    random_weights,
    rebuilt,
)
from backprop_lib.core.shapes import Array, Float
from backprop_lib.core.storage import read, write
from backprop_lib.core.validation import check_arguments, check_targets, finite_number, finite_rows, truth
from backprop_lib.text import got, plural


class Network:
    """A fully connected network: weights, biases or none, an activation per layer, a loss.

    Parameters
    ----------
    weights : sequence of array_like, one per layer, each of shape (outputs, inputs)
    biases : sequence of array_like, one per layer, each of shape (outputs,), or None for no biases
    activation : str, or one str per layer
        "identity", "sigmoid", "tanh", "relu" or "softplus"; in the last layer also "softmax".
    loss : str
        "half_squared_error" ½Σ(t − a)², "squared_error" Σ(t − a)², "binary_cross_entropy"
        −Σ(t ln a + (1 − t) ln(1 − a)), which needs a sigmoid in the last layer, or
        "categorical_cross_entropy" −Σ t ln a, which needs a softmax there.

    Raises
    ------
    TypeError
        If a weight or bias is not a number.
    ValueError
        If shapes do not fit each other, a value is not finite, or a name is unknown.

    Notes
    -----
    A network is a value: its arrays are read-only copies, and `step` returns a new network.

    Examples
    --------
    The network of document 002:

    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> net
    Network 1-1-1, sigmoid, half_squared_error, 2 weights, no biases
    >>> trace = net.forward([0.1])
    >>> [round(float(a[0]), 6) for a in trace.a]
    [0.1, 0.512497, 0.563714]
    >>> round(net.loss([0.1], [0.9]), 6)
    0.056544
    >>> {name: round(g, 6) for name, g in net.gradients([0.1], [0.9]).by_name().items()}
    {'w1[0,0]': -0.001033, 'w2[0,0]': -0.042387}
    """

    def __init__(
        self,
        weights: Sequence[ArrayLike],
        biases: Sequence[ArrayLike] | None = None,
        activation: str | Sequence[str] = "sigmoid",
        loss: str = "half_squared_error",
    ) -> None:
        self.weights, self.biases = checked_arrays(weights, biases)
        self.activations, self.loss_rule = checked_rules(activation, loss, len(self.weights))
        if self.activations[-1].compares and self.sizes[-1] < 2:
            raise ValueError("weights end in one output, expected two or more: softmax compares them.")

    def forward(self, x: ArrayLike) -> Trace:
        """Return every pre-activation and activation on the way from input to output.

        Parameters
        ----------
        x : array_like, shape (features,) or (batch, features)

        Returns
        -------
        Trace
            `trace.z` and `trace.a` by layer, each (neurons,) or (batch, neurons); `trace.a[0]` is `x`.
        """
        trace = Trace(z=[], a=[finite_rows("x", x, self.sizes[0])])
        for layer, (W, f) in enumerate(zip(self.weights, self.activations, strict=True)):
            z = trace.a[-1] @ W.T
            if self.biases is not None:
                z = z + self.biases[layer]
            trace.z.append(z)
            trace.a.append(f.rule(z))
        return trace

    def gradients(self, x: ArrayLike, t: ArrayLike) -> Gradients:
        """Return ∂E/∂W and ∂E/∂b for every layer: the mean over the batch.

        Parameters
        ----------
        x : array_like, shape (features,) or (batch, features)
        t : array_like, shape (outputs,) or (batch, outputs)
            The targets.
        """
        trace, t = self._forward_with_targets(x, t)
        z, a, batch = trace.z, trace.a, len(t)
        delta = self.loss_rule.delta(z[-1], a[-1], t, self.activations[-1])
        deltas = [delta]
        for layer in range(len(self.weights) - 1, 0, -1):
            slope = self.activations[layer - 1].slope(z[layer - 1], a[layer])
            delta = (delta @ self.weights[layer]) * slope
            deltas.insert(0, delta)
        weights = [delta.T @ a_in / batch for delta, a_in in zip(deltas, a[:-1], strict=True)]
        biases = None if self.biases is None else [delta.sum(axis=0) / batch for delta in deltas]
        return Gradients(weights, biases, deltas)

    def loss(self, x: ArrayLike, t: ArrayLike) -> float:
        """Return the loss, summed over the outputs and averaged over the batch.

        Parameters
        ----------
        x : array_like, shape (features,) or (batch, features)
        t : array_like, shape (outputs,) or (batch, outputs)
            The targets.

        Examples
        --------
        >>> Network([[[0.5]]], activation="identity").loss([1.0], [1.5])
        0.5
        """
        trace, t = self._forward_with_targets(x, t)
        losses = self.loss_rule.value(trace.z[-1], trace.a[-1], t)
        return losses.sum(axis=-1).mean().item()  # type: ignore[no-any-return]

    def step(self, gradients: Gradients, learning_rate: float) -> Network:
        """Return the network after one step of gradient descent, w − η ∂E/∂w.

        Parameters
        ----------
        gradients : Gradients
            Without `gradients.biases` the biases stay as they are.
        learning_rate : float
            η.

        Raises
        ------
        TypeError, ValueError
            If the gradients are those of a network of another shape, or η is no finite number.

        Examples
        --------
        >>> net = Network([[[0.5]]], activation="identity")
        >>> net.step(net.gradients([1.0], [1.5]), learning_rate=0.1).by_name()
        {'w1[0,0]': 0.6}
        """
        check_arguments(Network.step, locals())
        eta = finite_number("learning_rate", learning_rate)
        check_shapes("weights", gradients.weights, self.weights)
        weights = [W - eta * dW for W, dW in zip(self.weights, gradients.weights, strict=True)]
        if gradients.biases is None:
            return self.replace(weights, self.biases)
        check_shapes("biases", gradients.biases, self.biases or [])
        biases = [b - eta * db for b, db in zip(self.biases or [], gradients.biases, strict=True)]
        return self.replace(weights, biases)

    def _forward_with_targets(
        self, x: ArrayLike, t: ArrayLike
    ) -> tuple[Trace, Float[Array, "batch outputs"]]:
        """Run forward on rows of a batch, even of one, with targets that fit them."""
        rows = np.atleast_2d(finite_rows("x", x, self.sizes[0]))
        t = np.atleast_2d(finite_rows("t", t, self.sizes[-1]))
        check_targets(t, len(rows), self.loss_rule)
        return self.forward(rows), t

    @property
    def sizes(self) -> list[int]:
        """Number of inputs, then of neurons in each layer."""
        return [self.weights[0].shape[1], *(len(w) for w in self.weights)]

    @classmethod
    def random(
        cls,
        sizes: Sequence[int],
        seed: int = 0,
        *,
        biases: bool = True,
        activation: str | Sequence[str] = "sigmoid",
        loss: str = "half_squared_error",
        spread: str = "lecun",
    ) -> Network:
        """Return a network of the given layer sizes with normal random weights, mean 0, and zero biases.

        Parameters
        ----------
        sizes : sequence of int
            Number of inputs, then of neurons in each layer.
        seed : int
            Seeds a generator of its own; the same seed gives the same weights.
        biases : bool
        spread : str
            The weights' standard deviation: "lecun" 1/√inputs, "glorot" √(2/(inputs + outputs)) or "he"
            √(2/inputs).

        Examples
        --------
        >>> Network.random([10, 3, 2], seed=0)
        Network 10-3-2, sigmoid, half_squared_error, 36 weights, 5 biases
        """
        weights = random_weights(sizes, seed, spread)
        zeros = [np.zeros(len(W)) for W in weights] if truth("biases", biases) else None
        return cls(weights, zeros, activation, loss)

    def by_name(self) -> dict[str, float]:
        """Return every parameter under its name, layer by layer, weights before biases.

        Examples
        --------
        >>> Network([[[0.1, 0.3], [0.2, 0.1]]], biases=[[0, 1]]).by_name()
        {'w1[0,0]': 0.1, 'w1[0,1]': 0.3, 'w1[1,0]': 0.2, 'w1[1,1]': 0.1, 'b1[0]': 0.0, 'b1[1]': 1.0}
        """
        return dict(named(self.weights, self.biases))

    def with_values(self, values: Mapping[str, complex]) -> Network:
        """Return a copy in which the named parameters have new values.

        Examples
        --------
        >>> Network([[[0.5]], [[0.5]]]).with_values({"w2[0,0]": 0.6}).by_name()
        {'w1[0,0]': 0.5, 'w2[0,0]': 0.6}
        """
        check_arguments(Network.with_values, locals())
        if unknown := [name for name in values if name not in self.by_name()]:
            raise ValueError(f"values names {got(unknown[0])}, which is no parameter of this {self!r}.")
        return self.replace(*rebuilt(self.weights, self.biases, {**self.by_name(), **values}))

    def replace(self, weights: Sequence[ArrayLike], biases: Sequence[ArrayLike] | None) -> Network:
        """Return a copy with other weights and biases: same class, attributes, activations and loss."""
        checked = Network(weights, biases, [f.name for f in self.activations], self.loss_rule.name)
        other = copy(self)
        other.weights, other.biases = checked.weights, checked.biases
        return other

    def save(self, path: str | Path) -> None:
        """Write the network to an npz file of plain arrays, whole or not at all."""
        write(path, self.weights, self.biases, [f.name for f in self.activations], self.loss_rule.name)

    @classmethod
    def load(cls, path: str | Path) -> Network:
        """Return a network that `save` wrote; nothing is ever unpickled.

        Raises
        ------
        ValueError
            If the file is anything else.

        Examples
        --------
        >>> import tempfile
        >>> Network(weights=[[[0.5]], [[0.5]]]).save(path := Path(tempfile.mkdtemp(), "weights.npz"))
        >>> Network.load(path)
        Network 1-1-1, sigmoid, half_squared_error, 2 weights, no biases
        """
        return read(path, cls)

    def __repr__(self) -> str:
        names = [f.name for f in self.activations]
        biases = "no biases"
        if self.biases is not None:
            biases = f"{(n := sum(b.size for b in self.biases))} {plural('bias', n)}"
        shown = names[0] if len(set(names)) == 1 else "/".join(names)
        count, shape = sum(w.size for w in self.weights), "-".join(map(str, self.sizes))
        return f"Network {shape}, {shown}, {self.loss_rule.name}, {count} {plural('weight', count)}, {biases}"

"""A network's parameters by name, and what a pass through it leaves behind.

`w1[0,1]` is the weight of layer 1, to neuron 0, from neuron 1; `b1[0]` is a bias. Layers are counted from 1,
as in the formulas, and neurons from 0, as in Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np

from backprop_lib.functions import Array

__all__ = ["Gradients", "Trace", "named", "rebuilt"]


@dataclass(frozen=True)
class Trace:
    """What a forward pass computed: `a[0]` is the input; layer l has `z[l - 1]` and `a[l]`."""

    z: list[Array]
    a: list[Array]


@dataclass(frozen=True)
class Gradients:
    """∂E/∂W and ∂E/∂b by layer, shaped like the network's, and each layer's delta = ∂E/∂z per example."""

    weights: list[Array]
    biases: list[Array] | None
    deltas: list[Array]

    def by_name(self) -> dict[str, float]:
        """Return the gradients under their parameters' names, as `Network.by_name` does."""
        return dict(named(self.weights, self.biases))


def named(weights: list[Array], biases: list[Array] | None) -> Iterator[tuple[str, float]]:
    """Yield every parameter with its name, layer by layer, weights before biases."""
    for layer, w in enumerate(weights, 1):
        for (i, j), value in np.ndenumerate(w):
            yield f"w{layer}[{i},{j}]", value.item()
        if biases is not None:
            for i, value in enumerate(biases[layer - 1]):
                yield f"b{layer}[{i}]", value.item()


def rebuilt(
    weights: list[Array], biases: list[Array] | None, values: Mapping[str, complex]
) -> tuple[list[Array], list[Array] | None]:
    """Return arrays of the same shapes, filled with `values` by name."""
    new_weights, new_biases = [], []
    for layer, w in enumerate(weights, 1):
        outputs, inputs = w.shape
        rows = [[values[f"w{layer}[{i},{j}]"] for j in range(inputs)] for i in range(outputs)]
        new_weights.append(np.array(rows))
        new_biases.append(np.array([values[f"b{layer}[{i}]"] for i in range(outputs) if biases is not None]))
    return new_weights, None if biases is None else new_biases

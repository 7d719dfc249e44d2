"""The names of a network's parameters, and the way from names to arrays and back.

`w1[0,1]` is the weight of layer 1, to neuron 0, from neuron 1; `b1[0]` is a bias. Layers are counted from 1,
as in the formulas, and neurons from 0, as in Python.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from backprop_lib.functions import Array

__all__ = ["named", "rebuilt"]


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

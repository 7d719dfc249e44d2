"""A network's parameters by name, and what a pass through it leaves behind.

`w1[0,1]` is the weight of layer 1, to neuron 0, from neuron 1; `b1[0]` is a bias. Layers are counted from 1,
as in the formulas, and neurons from 0, as in Python.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from backprop_lib.core.functions import Array, choose
from backprop_lib.core.validation import whole_number
from backprop_lib.text import got

# Random weights have the standard deviation 1/√n, with n from a layer's numbers of inputs and outputs.
SPREADS: Mapping[str, Callable[[int, int], float]] = {
    "lecun": lambda inputs, outputs: inputs,
    "glorot": lambda inputs, outputs: (inputs + outputs) / 2,
    "he": lambda inputs, outputs: inputs / 2,
}

_MOST = 1 << 25  # weights of a random network, as many as a saved one may have


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


def random_weights(sizes: Sequence[int], seed: int, spread: str) -> list[Array]:
    """Return normal weights for layers of these sizes; `spread` names the rule for their standard deviation.

    "lecun" is 1/√inputs, which makes z about as large as a layer's inputs. "glorot" is
    √(2/(inputs + outputs)), between what keeps z and what keeps delta at one size from layer to layer. "he"
    is √(2/inputs), which makes up for a relu: it sets about half of all z to zero.

    Raises
    ------
    TypeError, ValueError
        If a size is not a positive whole number, or there are too many weights, or the seed is no number, or
        the spread is none of the three.

    References
    ----------
    LeCun, Bottou, Orr and Müller, Efficient BackProp, 1998. Glorot and Bengio, Understanding the difficulty
    of training deep feedforward neural networks, 2010. He, Zhang, Ren and Sun, Delving deep into rectifiers,
    2015.

    Examples
    --------
    >>> for spread in SPREADS:
    ...     (W,) = random_weights([200, 800], seed=0, spread=spread)
    ...     print(f"{spread}: {W.std():.3f}")
    lecun: 0.071
    glorot: 0.045
    he: 0.100
    """
    layers = list(sizes) if isinstance(sizes, list | tuple) or getattr(sizes, "ndim", 0) == 1 else []
    if len(layers) < 2 or not all(_positive(n) for n in layers):
        raise ValueError(f"sizes is {got(sizes)}, expected two or more positive whole numbers.")
    if (count := sum(int(after) * int(before) for before, after in pairwise(layers))) > _MOST:
        raise ValueError(f"sizes is {got(sizes)}, expected at most {_MOST:,} weights, not {got(count)}.")
    rng, n = np.random.default_rng(whole_number("seed", seed)), choose("spread", spread, SPREADS)
    return [
        rng.standard_normal((after, before)) / np.sqrt(n(before, after)) for before, after in pairwise(layers)
    ]


def _positive(size: object) -> bool:
    return isinstance(size, int | np.integer) and not isinstance(size, bool) and bool(size > 0)


def moved(name: str, values: list[Array] | None, slopes: list[Array], rate: float) -> list[Array]:
    """Return `values` moved against `slopes`, which must have the same shapes.

    Examples
    --------
    >>> moved("weights", [np.ones((1, 2))], [np.ones((2, 2))], 0.5)
    Traceback (most recent call last):
    ValueError: gradients.weights has the shapes (2, 2), expected (1, 2), those of the network's weights.
    """
    found, expected = ([np.shape(array) for array in arrays or []] for arrays in (slopes, values))
    if found != expected:
        here, there = (", ".join(map(str, shapes)) or "none" for shapes in (found, expected))
        raise ValueError(
            f"gradients.{name} has the shapes {here}, expected {there}, those of the network's {name}."
        )
    return [value - rate * slope for value, slope in zip(values or [], slopes, strict=True)]


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

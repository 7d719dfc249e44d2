"""The letters that an answer is written in: arrays of sympy symbols, named as the course prints them.

A learner types what the course shows, `a2[0] * (1 - a2[0])`, and Python itself makes an expression of it.
"""

from __future__ import annotations

import numpy as np
import sympy as sp

from backprop_lib.core import Array, Network, check_arguments
from backprop_lib.text import counted


class Letters(tuple[Array, ...]):
    """Arrays of symbols, to be unpacked; printed, they say which arrays and of which shapes."""

    names: tuple[str, ...]

    def __repr__(self) -> str:
        listed = (f"{name} {array.shape}" for name, array in zip(self.names, self, strict=True))
        return f"{counted(len(self), 'array')} of symbols: {', '.join(listed)}"


def letters(net: Network, z: bool = False) -> Letters:
    """Return the symbols of a network as arrays: x, then w, b, z and a of each layer, and t.

    Parameters
    ----------
    net : Network
        Where it has no biases, there is no b.
    z : bool
        Whether the pre-activations are wanted, too.

    Returns
    -------
    tuple of ndarray of symbols
        x (features,), of each layer w (outputs, inputs), b, z and a (outputs,), and t (outputs,).

    Examples
    --------
    >>> x, w1, a1, w2, a2, t = letters(Network([[[0.5]], [[0.5]]]))
    >>> (a2[0] - t[0]) * a2[0] * (1 - a2[0])
    a2[0]*(1 - a2[0])*(a2[0] - t[0])
    >>> letters(Network([[[0.5, 0.1]]], biases=[[0.3]]), z=True)
    6 arrays of symbols: x (2,), w1 (1, 2), b1 (1,), z1 (1,), a1 (1,), t (1,)
    """
    check_arguments(letters, locals())
    named = {"x": _symbols("x", net.sizes[0])}
    for layer, weights in enumerate(net.weights, 1):
        named[f"w{layer}"] = _symbols(f"w{layer}", *weights.shape)
        for letter in [*("b" * (net.biases is not None)), *("z" * z), "a"]:
            named[f"{letter}{layer}"] = _symbols(f"{letter}{layer}", len(weights))
    named["t"] = _symbols("t", net.sizes[-1])
    made = Letters(named.values())
    made.names = tuple(named)
    return made


def _symbols(letter: str, *shape: int) -> Array:
    array = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        array[place] = sp.Symbol(f"{letter}[{','.join(map(str, place))}]", real=True)
    return array

"""A chapter that follows each weight by hand keeps its shape: one sentence says so."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core.network import Network


class FixedShape(ValueError):
    """A chapter was given a network or an example of another shape than its own."""

    def _render_traceback_(self) -> list[str]:
        """Return what a notebook shows where it would show a traceback: the sentence, and nothing else."""
        return [str(self)]


def expect_shape(net: Network, x: ArrayLike, t: ArrayLike, shape: str, *, biases: bool = False) -> None:
    """Stop with one sentence unless a network and its example have the shape that a chapter works with.

    Parameters
    ----------
    net : Network
    x, t : array_like, shapes (features,) and (outputs,)
    shape : str
        The neurons of each layer, inputs first, such as "2-2-1".
    biases : bool, default False
        Whether the chapter's network has biases.

    Raises
    ------
    FixedShape
        If the network, its input or its target has another shape.

    Examples
    --------
    >>> net = Network([[[0.5]], [[0.5]]])
    >>> expect_shape(net, [0.1], [0.9], "1-1-1")
    >>> expect_shape(Network([[[0.5]]]), [0.1], [0.9], "1-1-1")
    Traceback (most recent call last):
    backprop_lib.core.shape.FixedShape: This chapter's shape is fixed: it needs a network 1-1-1, not 1-1.
    >>> expect_shape(net, 2, [0.9], "1-1-1")
    Traceback (most recent call last):
    backprop_lib.core.shape.FixedShape: This chapter's shape is fixed: it needs x as a list of \
one number, not 2.
    """
    if (found := "-".join(map(str, net.sizes))) != shape:
        raise FixedShape(_sentence(f"a network {shape}, not {found}"))
    if (net.biases is not None) != biases:
        raise FixedShape(_sentence(f"a network {'with' if biases else 'without'} biases"))
    for name, value, size in (("x", x, net.sizes[0]), ("t", t, net.sizes[-1])):
        if np.shape(value) != (size,):
            numbers = "one number" if size == 1 else f"{size} numbers"
            raise FixedShape(_sentence(f"{name} as a list of {numbers}, not {value!r}"))


def _sentence(needed: str) -> str:
    return f"This chapter's shape is fixed: it needs {needed}."

"""Networks that a chapter or a function cannot take: one sentence says so.

A chapter that follows each weight by hand keeps its shape. A class of one's own may override how a network
computes: what calls its methods (`train` on the whole batch, `check_gradients`) works with any class derived
from `Network`; what computes by formulas of its own, because that is faster, would pass over what the class
changed, so it refuses.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core.network import Network

_FORMULAS = ("forward", "loss", "gradients", "step")


class FixedShape(ValueError):
    """A chapter was given a network or an example of another shape than its own."""

    def __str__(self) -> str:
        return f"This chapter's shape is fixed: it needs {self.args[0]}."

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
    backprop_lib.core.refusals.FixedShape: This chapter's shape is fixed: it needs a network 1-1-1, not 1-1.
    >>> expect_shape(net, 2, [0.9], "1-1-1")
    Traceback (most recent call last):
    backprop_lib.core.refusals.FixedShape: This chapter's shape is fixed: it needs x as a list of \
one number, not 2.
    """
    if (found := "-".join(map(str, net.sizes))) != shape:
        raise FixedShape(f"a network {shape}, not {found}")
    if (net.biases is not None) != biases:
        raise FixedShape(f"a network {'with' if biases else 'without'} biases")
    for name, value, size in (("x", x, net.sizes[0]), ("t", t, net.sizes[-1])):
        if np.shape(value) != (size,):
            numbers = "one number" if size == 1 else f"{size} numbers"
            raise FixedShape(f"{name} as a list of {numbers}, not {value!r}")


def overridden(net: Network) -> list[str]:
    """Return which of `forward`, `loss`, `gradients` and `step` are the class's own.

    Examples
    --------
    >>> class Halved(Network):
    ...     def loss(self, x, t):
    ...         return super().loss(x, t) / 2
    >>> overridden(Halved([[[0.5]]])), overridden(Network([[[0.5]]]))
    (['loss'], [])
    """
    return [m for m in _FORMULAS if getattr(type(net), m) is not getattr(Network, m) or m in vars(net)]


def only_plain(net: Network, who: str) -> None:
    """Raise TypeError if `who`, which computes by itself, would pass over what a class changes.

    Examples
    --------
    >>> class Halved(Network):
    ...     def loss(self, x, t):
    ...         return super().loss(x, t) / 2
    >>> only_plain(Halved([[[0.5]]]), "sweep")
    Traceback (most recent call last):
    TypeError: net is of the class Halved, which has its own loss, and sweep computes without it, expected a \
Network: only check_gradients and train on the whole batch, with no other settings, call a class's methods.
    """
    if changed := overridden(net):
        raise TypeError(
            f"net is of the class {type(net).__name__}, which has its own {' and '.join(changed)}, and {who} "
            f"computes without {'it' if len(changed) == 1 else 'them'}, expected a Network: only "
            f"check_gradients and train on the whole batch, with no other settings, call a class's methods."
        )

"""Classes of one's own: a network may override how it computes, and is then asked, never passed over.

What calls the network's methods (`train` on the whole batch, `check_gradients`) works with any class derived
from `Network`. What computes by formulas of its own, because that is faster, would ignore what the class
changed, so it refuses.
"""

from __future__ import annotations

from backprop_lib.core.network import Network

_FORMULAS = ("forward", "loss", "gradients", "step")


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

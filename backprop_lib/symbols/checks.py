"""The witnesses: one gradient, computed in ways that share no code on the way back, must be the same.

`Network.gradients` is the first witness; the second is sympy's terms with the numbers put in, in long
arithmetic; the third nudges one parameter by a tiny imaginary amount and only ever computes losses. A fourth,
automatic differentiation, stands in the tests. None is taken for the truth: a check that fails says who
agrees with whom.

The one thing to notice: a check is worth what it can refuse, so each gradient is compared at its own size,
to 1e-10, however small it is beside the others. What rounding alone may do to it is allowed on top of that,
and a gradient that is no larger is named as one of which nothing can be said.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterable

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments, finite_number, finite_rows
from backprop_lib.symbols.panel import Agreement, CheckFailed, Panel

_LONG = 60  # seconds: what takes longer says so


def check_gradients(
    net: Network,
    x: ArrayLike,
    t: ArrayLike,
    tolerance: float = 1e-10,
    names: Iterable[str] | None = None,
) -> Agreement:
    """Let all witnesses compute every gradient of the network and compare them.

    Parameters
    ----------
    net : Network
        Or a class of one's own, whose methods are called. Where it has its own loss or forward pass, sympy's
        terms say nothing about it, and central differences speak in their place.
    x : array_like, shape (features,) or (batch, features)
    t : array_like, shape (outputs,) or (batch, outputs)
    tolerance : float
        Allowed difference, relative to each gradient, on top of what rounding can do.
    names : list of str, optional
        Check these parameters only. All of them take one forward pass each.

    Raises
    ------
    CheckFailed
        If witnesses disagree.

    Examples
    --------
    >>> check_gradients(Network(weights=[[[0.5]], [[0.5]]]), [0.1], [0.9])
    2 gradients, 3 witnesses (matrix form, symbols, complex step): all agree to within 1e-10 of each.
    """
    check_arguments(check_gradients, locals())
    x, t = finite_rows("x", x, net.sizes[0]), finite_rows("t", t, net.sizes[-1])
    if not 0 < finite_number("tolerance", tolerance) < 1:
        raise ValueError(f"tolerance is {tolerance}, expected a number between 0 and 1, such as 1e-10.")
    wanted = _wanted(net, names)
    for letter, array in (("x", x), ("t", t)):
        if np.iscomplexobj(array):
            raise TypeError(f"{letter} holds complex numbers, expected real ones.")
    got = net.gradients(x, t).by_name()
    if missing := [name for name in wanted if name not in got]:
        raise CheckFailed(f"∂E/∂{missing[0]}: matrix form has no such gradient.")
    _say_if_long(len(wanted), net, len(np.atleast_2d(np.asarray(x))))
    panel = Panel(net, x, t, wanted, tolerance)
    panel.hear("matrix form", got)
    if panel.own:
        panel.hear_differences()
    else:
        panel.hear_symbols()
        panel.hear_complex_step()
    return panel.verdict()


def _wanted(net: Network, names: Iterable[str] | None) -> list[str]:
    known = list(net.by_name())
    if names is None:
        return known
    wanted = [names] if isinstance(names, str) else list(names)
    if unknown := [name for name in wanted if name not in known]:
        raise ValueError(f"{unknown[0]!r} is no parameter of this {net!r}.")
    if not wanted:
        raise ValueError("names is empty, expected at least one parameter, such as 'w1[0,0]'.")
    return wanted


def _say_if_long(count: int, net: Network, batch: int) -> None:
    """Warn before the witnesses take more than a minute or so."""
    size = sum(w.size for w in net.weights)
    seconds = count * (1e-4 + 1e-8 * size + 1e-8 * size * batch) + size * (3e-4 + 3e-6 * batch)
    if seconds > _LONG:
        minutes = seconds / 60
        warnings.warn(
            f"checking {count} gradients with {batch} example{'s' * (batch > 1)} takes about {minutes:.0f} "
            f"minutes: fewer examples, or some of the names, as in names=['w1[0,0]'], take less.",
            stacklevel=3,
        )

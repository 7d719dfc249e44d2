"""Drawing a network: inputs, weights on the edges, z | a in each neuron, the loss, gradients beneath.

Everything drawn is read off the `Network`, its `Trace` and its `Gradients`; nothing is typed in.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from numpy.typing import ArrayLike

from backprop_lib.core import Gradients, Network, Trace, check_arguments, finite_array, finite_number
from backprop_lib.drawing.canvas import Picture
from backprop_lib.drawing.network_drawing import NetworkDrawing
from backprop_lib.text import counted


def draw_network(
    net: Network,
    trace: Trace | None = None,
    gradients: Gradients | None = None,
    target: ArrayLike | None = None,
    loss: float | None = None,
    highlight: Sequence[str] = (),
    backward: Mapping[str, float] | None = None,
) -> Picture:
    """Return a drawing of a network, with as many numbers as are given and as there is room for.

    Edges are coloured by the sign of their weight and the wider the larger it is; where they lie too close
    for numbers, negative ones are told by their dashes.

    Parameters
    ----------
    net : Network
        Up to ten neurons in a layer.
    trace : Trace, optional
        Of one example; fills each neuron with its z | a.
    gradients : Gradients, optional
        Written beneath the weights and biases.
    target : float or array_like of shape (outputs,), optional
    loss : float, optional
    highlight : sequence of str
        Names of weights ("w2[0,0]") whose edges stand out; all others turn pale.
    backward : mapping of str to float, optional
        Numbers that flow back over the edges of the weights with these names, towards the input.

    Raises
    ------
    ValueError
        If a layer has more than ten neurons, a name is no weight, or sizes do not fit the network.

    Examples
    --------
    >>> net = Network(weights=[[[0.5]], [[0.5]]])
    >>> draw_network(net, net.forward([0.1]))
    Network 1-1-1. x = 0.1000; w₁ = 0.5000; z₁ = 0.0500, a₁ = 0.5125; w₂ = 0.5000; z₂ = 0.2562, a₂ = 0.5637.

    The one path on which the weight `w1[0,0]` reaches the second output:

    >>> net = Network(weights=[[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
    >>> draw_network(net, highlight=["w1[0,0]", "w2[1,0]"])
    Network 2-2-2. highlighted w1[0,0] = 0.1000; highlighted w2[1,0] = 0.5000.
    """
    check_arguments(draw_network, locals())
    if max(net.sizes) > 10:
        raise ValueError(f"the widest layer has {max(net.sizes)} neurons, expected at most 10 in a drawing.")
    if trace is not None and [a.shape for a in trace.a] != [(n,) for n in net.sizes]:
        raise ValueError("trace does not fit, expected that of one example through this network.")
    if gradients is not None and [g.shape for g in gradients.weights] != [w.shape for w in net.weights]:
        raise ValueError("gradients do not fit, expected those of this network.")
    targets = [] if target is None else finite_array("target", target, ndim=(0, 1)).ravel().tolist()
    if target is not None and len(targets) != net.sizes[-1]:
        raise ValueError(
            f"target holds {counted(len(targets), 'number')}, expected {net.sizes[-1]}, one per output."
        )
    weights = [name for name in net.by_name() if name.startswith("w")]
    for given, names in (("highlight", highlight), ("backward", backward or {})):
        if strangers := [name for name in names if name not in weights]:
            raise ValueError(f"{given} holds {strangers[0]!r}, expected weights such as {weights[0]!r}.")
    flows = {name: finite_number(f"backward[{name!r}]", v) for name, v in (backward or {}).items()}
    return NetworkDrawing(net, trace, gradients, targets, loss, set(highlight), flows).picture()

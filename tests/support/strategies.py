"""Networks and examples to test with: random ones, small enough for every check, and saturated ones."""

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from backprop_lib import Network
from backprop_lib.core.functions import ACTIVATIONS, LOSSES

ALONE = tuple(name for name, f in ACTIVATIONS.items() if not f.compares)  # each needs no z but its own
BEFORE_SOFTMAX = tuple(name for name, loss in LOSSES.items() if loss.needs != "softmax")


def fitting(loss, activation):
    """Return the activation of a last layer that goes with the loss: this one, or the one it needs."""
    return LOSSES[loss].needs or activation


@st.composite
def problems(draw, activations=ALONE, largest=4, losses=tuple(LOSSES)):
    """Return a network of one to three layers with a batch of inputs and targets that fit it.

    Values are kept clear of saturation: where a is almost 1, the digits of 1 − a are few for any method.
    """
    sizes = draw(st.lists(st.integers(1, largest), min_size=2, max_size=4))
    loss = draw(st.sampled_from(losses))
    names = [draw(st.sampled_from(activations)) for _ in sizes[1:]]
    names[-1] = fitting(loss, names[-1])
    if names[-1] == "softmax":
        sizes[-1] = max(sizes[-1], 2)
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pairs = list(pairwise(sizes))
    weights = [rng.uniform(-1.2, 1.2, (o, i)) / np.sqrt(i) for i, o in pairs]
    biases = [rng.uniform(-1, 1, o) for _, o in pairs] if draw(st.booleans()) else None
    net = Network(weights, biases, names, loss)
    batch = draw(st.integers(1, 5))
    return net, rng.uniform(-1, 1, (batch, sizes[0])), rng.uniform(size=(batch, sizes[-1]))


SATURATED = [-750.0, -700.0, -300.0, -40.0, -20.0, 8.0, 14.0, 20.0, 30.0, 40.0, 300.0, 700.0]


def saturated(activation, loss, far_out=SATURATED):
    """Yield networks whose first z is far out; a weight is 0, so that its step can be read off exactly."""
    for z in far_out:
        names = [activation, "sigmoid" if loss == "binary_cross_entropy" else activation]
        net = Network([[[z, 0.0]], [[0.7]]], None, names, loss)
        yield net, [1.0, 1.0], [-0.5 if "squared" in loss else 0.25]


def saturated_output(z):
    """Return the same for a single neuron and the cross-entropy."""
    return Network([[[z, 0.0]]], loss="binary_cross_entropy"), [1.0, 1.0], [float(z > 0)]

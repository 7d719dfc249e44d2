"""Random networks and examples for property tests, small enough for every method of checking."""

from itertools import pairwise

import numpy as np
from hypothesis import strategies as st

from backprop_lib import Network
from backprop_lib.core.functions import ACTIVATIONS


@st.composite
def problems(draw, activations=tuple(ACTIVATIONS), largest=4):
    """Return a network of one to three layers with a batch of inputs and targets that fit it.

    Values are kept clear of saturation: where a is almost 1, the digits of 1 − a are few for any method.
    """
    sizes = draw(st.lists(st.integers(1, largest), min_size=2, max_size=4))
    loss = draw(st.sampled_from(["half_squared_error", "squared_error", "binary_cross_entropy"]))
    names = [draw(st.sampled_from(activations)) for _ in sizes[1:]]
    if loss == "binary_cross_entropy":
        names[-1] = "sigmoid"
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    pairs = list(pairwise(sizes))
    weights = [rng.uniform(-1.2, 1.2, (o, i)) / np.sqrt(i) for i, o in pairs]
    biases = [rng.uniform(-1, 1, o) for _, o in pairs] if draw(st.booleans()) else None
    net = Network(weights, biases, names, loss)
    batch = draw(st.integers(1, 5))
    return net, rng.uniform(-1, 1, (batch, sizes[0])), rng.uniform(size=(batch, sizes[-1]))

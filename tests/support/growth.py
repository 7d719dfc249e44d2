"""Work counted in Python calls, to see how it grows with the network: no clock, no noise."""

import sys

import sympy as sp

from backprop_lib import Network, derive

WIDER = [20, 6, 4], [40, 12, 8]  # 154 and 596 parameters
DEEPER = [6] * 4, [6] * 10  # 126 and 378 parameters


def work_per_parameter(sizes, gradients):
    """Count the Python calls that all gradients of a network cost, per parameter: no clock, no noise."""
    net = Network.random(sizes, seed=1, loss="squared_error")
    calls = 0

    def count(*_):
        nonlocal calls
        calls += 1

    sp.core.cache.clear_cache()
    gradients(derive(Network.random([2, 2], loss="squared_error")), "w1[0,0]")  # what is done but once
    sys.setprofile(count)
    try:
        d = derive(net)
        for name in d.parameters:
            gradients(d, name)
    finally:
        sys.setprofile(None)
    return calls / len(d.parameters)

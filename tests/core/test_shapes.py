"""The shapes that signatures name are those that arrays have; where nobody checks them they cost nothing."""

import subprocess
import sys

CHECKED = """
from jaxtyping import TypeCheckError, install_import_hook

with install_import_hook("backprop_lib.core", "beartype.beartype"):
    from backprop_lib.core import ACTIVATIONS, LOSSES, Gradients, Network, Trace
import numpy as np

for loss, f in LOSSES.items():
    for biases in (True, False):
        net = Network.random([3, 4, 2], biases=biases, activation=["tanh", "sigmoid"], loss=loss)
        for x, t in [([0.1, 0.2, 0.3], [0.1, 0.9]), (np.ones((5, 3)), np.ones((5, 2)))]:
            trace = net.forward(x)
            f.delta(trace.z[-1], trace.a[-1], np.array(t), net.activations[-1])
            net.step(net.gradients(x, t), 0.1).loss(x, t)
        net.with_values({"w1[0,0]": 0.5j}).gradients(x, t)

one, two, three = (np.ones((n, n)) for n in (1, 2, 3))
sigmoid, squared = ACTIVATIONS["sigmoid"], LOSSES["squared_error"]
for wrong in (
    lambda: Trace(z=[two], a=[three]),
    lambda: Trace(z=[np.ones((2, 2), int)], a=[two]),
    lambda: Gradients([one[0]], None, [one]),
    lambda: Gradients([one], [one], [one]),
    lambda: squared.value(two, two, three),
    lambda: squared.delta(two, two[0], two, sigmoid),
):
    try:
        wrong()
    except TypeCheckError:
        print("refused")
"""
UNCHECKED = "import sys, backprop_lib; print({'jaxtyping', 'beartype'} & set(sys.modules))"


def printed(code):
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


def test_arrays_have_the_shapes_that_signatures_name():
    assert printed(CHECKED) == ["refused"] * 6


def test_shapes_cost_nothing_where_nobody_checks_them():
    assert printed(UNCHECKED) == ["set()"]

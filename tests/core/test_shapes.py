"""The shapes that signatures name are those that arrays have; where nobody checks them they cost nothing."""

import subprocess
import sys
from pathlib import Path

CHECKED = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parents[1] / "support")!r})
ROOMS = "core", "symbols", "training"
from jaxtyping import TypeCheckError, install_import_hook

with install_import_hook(["backprop_lib." + room for room in ROOMS], "typed.checked"):
    from backprop_lib.core import ACTIVATIONS, LOSSES, Gradients, Network, Trace
    from backprop_lib.symbols import derive
    from backprop_lib.symbols.evaluation import evaluate
    from backprop_lib.symbols.floors import floors, kinks
    from backprop_lib.training import Descent, Sweep, Trainer, TwoParameters, judge, sweep, train
import numpy as np

class Own(Network):
    def step(self, gradients, learning_rate):
        return super().step(gradients, learning_rate)

examples = [([0.1, 0.2, 0.3], [0.1, 0.9]), (np.ones((5, 3)), np.ones((5, 2)))]
for loss, f in LOSSES.items():
    for biases in (True, False):
        names = ["tanh", f.needs or "sigmoid"]
        net = Network.random([3, 4, 2], biases=biases, activation=names, loss=loss)
        for x, t in examples:
            trace = net.forward(x)
            f.delta(trace.z[-1], trace.a[-1], np.array(t), net.activations[-1])
            net.step(net.gradients(x, t), 0.1).loss(x, t)
        net.with_values(dict([("w1[0,0]", 0.5j)])).gradients(x, t)
        floors(net, *examples[1]), kinks(net, examples[1][0], [evaluate(derive(net), *examples[1])[1]])
        tie = ["b1"] if biases else []
        for x, t in examples:
            train(net, x, t, 0.1, 3, momentum=0.5, hold=["w1[0,0]"], tie=tie, dtype="float32")
            train(Own(net.weights, net.biases, names, loss), x, t, 0.1, 2, tie=tie)
            runs = sweep(net, x, t, [0.1, 0.2, 0.3], epochs=5, stop_below=0.1, hold=["w2"], tie=tie)
            [runs.outcome(r) for r in range(3)]
            two = TwoParameters(net, x, t, ("w1[0,0]", "w2[1,0]"))
            two.descend([0.1, 0.2], 0.3, 4), two.gradient([0.1, 0.2]), two.saturated([0.1, 0.2])
            two.loss(np.ones((2, 3)), np.ones((2, 3)))
        trainer = Trainer(net, *examples[1], 0.1, batch_size=2, scale=0.5, test=examples[1], keep_path=True)
        trainer.update(), trainer.epoch(), trainer.history.updates

one, two, three = (np.ones((n, n)) for n in (1, 2, 3))
sigmoid, squared = ACTIVATIONS["sigmoid"], LOSSES["squared_error"]
for wrong in (
    lambda: Trace(z=[two], a=[three]),
    lambda: Trace(z=[np.ones((2, 2), int)], a=[two]),
    lambda: Gradients([one[0]], None, [one]),
    lambda: Gradients([one], [one], [one]),
    lambda: squared.value(two, two, three),
    lambda: squared.delta(two, two[0], two, sigmoid),
    lambda: squared.begin(two, two[0], two),
    lambda: judge(two[0], three, 0.1, saturated=False),
    lambda: Sweep(two[0], two, three[None], 0.1, two[0] > 0),
    lambda: Descent(np.ones((3, 2)), two[0], 2),
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
    assert printed(CHECKED) == ["refused"] * 10


def test_shapes_cost_nothing_where_nobody_checks_them():
    assert printed(UNCHECKED) == ["set()"]

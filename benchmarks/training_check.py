"""A ratio of different work would mean nothing: every peer first trains small networks, beside the clear one.

What is installed must find the parameters that `Network.gradients` and `Network.step` find, in double
precision. `training.py` starts this program before it measures anything.

Usage: python benchmarks/training_check.py
"""

import sys
from collections.abc import Iterator

import numpy as np
from training_frameworks import FRAMEWORKS
from training_peers import AT_ONCE, OWN, Problem
from training_results import JAVASCRIPT, MACHINE_CODE, STRAIGHT_LINE

from backprop_lib import Network

PEERS = OWN | FRAMEWORKS
EPOCHS = 2
SHAPES = [(11, 4), (12, 4), (11, 11), (1, 1)]  # examples, batch_size
TOLERANCE = 1e-10


def problem(name: str, examples: int, batch_size: int, dtype: str = "float64", loss: str = "") -> Problem:
    rng, loss = np.random.default_rng(1), loss or "squared_error"
    if name == "scikit-learn":
        loss, batch_size = "binary_cross_entropy", examples  # its own loss, and its own shuffling
    net = Network.random([5, 4, 3], seed=2, loss=loss)
    x, t = rng.integers(0, 256, (examples, 5), dtype=np.uint8), rng.uniform(size=(examples, 3))
    return Problem(net, x, t, 0.7, batch_size, dtype, scale=1 / 255, epochs=EPOCHS)


def problems(name: str) -> Iterator[Problem]:
    """Yield what a peer is made for: some take one batch only, or one example."""
    for examples, batch_size in SHAPES:
        whole = "lean steps" in name or name == JAVASCRIPT
        if (whole and batch_size < examples) or (name == STRAIGHT_LINE and examples > 1):
            continue
        yield problem(name, examples, batch_size)
    if name == MACHINE_CODE:
        yield problem(name, *SHAPES[0], loss="binary_cross_entropy")


def expected(p: Problem) -> Network:
    net, rng, x = p.net, np.random.default_rng(0), p.x * p.scale
    for _ in range(EPOCHS):
        for batch in p.batches(rng):
            net = net.step(net.gradients(x[batch], p.t[batch].astype(float)), p.learning_rate)
    return net


def trained(name: str, p: Problem) -> Network:
    peer = PEERS[name]
    epoch, network = peer(p)
    for _ in range(1 if peer in AT_ONCE else EPOCHS):
        epoch()
    return network()


def off(name: str) -> float:
    """Return how far a peer's parameters are off at most, each measured by its own size."""
    found = []
    for p in problems(name):
        got, wanted = (np.array(list(net.by_name().values())) for net in (trained(name, p), expected(p)))
        found.append(np.abs(got / wanted - 1).max())
    return float(max(found))


def is_here(name: str) -> bool:
    """Say whether a peer's framework is installed; those of `pip install -e .[bench]` need not be."""
    try:
        PEERS[name](problem(name, 1, 1))
    except ModuleNotFoundError:
        return False
    return True


def main() -> int:
    wrong = [(name, by) for name in PEERS if is_here(name) and not (by := off(name)) <= TOLERANCE]
    for name, by in wrong:
        print(f"{name} computes something else: a parameter is off by {by:.1e} of its size.")
    return int(bool(wrong))


if __name__ == "__main__":
    sys.exit(main())

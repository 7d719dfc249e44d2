"""One training from a new Python's start to its result: epochs of parity, by the peer that is named.

Everybody reads the problem with the course's package, which costs little more than importing NumPy.

Usage: OMP_NUM_THREADS=1 python benchmarks/training_start.py NAME EPOCHS
"""

import sys

from training_peers import AT_ONCE, OWN, Problem

from backprop_lib import Network
from backprop_lib.datasets import parity


def even_or_odd(epochs: int = 1) -> Problem:
    x, t = parity(10)
    net = Network.random([10, 3, 2], seed=0, loss="squared_error")
    return Problem(net, x[:700], t[:700], 0.3, 8, epochs=epochs)


def main() -> None:
    name, p = sys.argv[1], even_or_odd(int(sys.argv[2]))
    if name in OWN:
        peer = OWN[name]
    else:
        from training_frameworks import FRAMEWORKS

        peer = FRAMEWORKS[name]
    epoch, network = peer(p)
    for _ in range(1 if peer in AT_ONCE else p.epochs):
        epoch()
    print(network().loss(p.x, p.t))


if __name__ == "__main__":
    main()

"""How an answer is compared in floats, and how many are tried: a tenth of them, or all with PROOF=all."""

import os

import numpy as np
import sympy as sp

FULL = os.environ.get("PROOF") == "all"


def count(all_of_them, few):
    """Return how many to try."""
    return all_of_them if FULL else few


def examples(forward, net, seed):
    """Return the values of all symbols at twelve examples with weights of their own; some relus are off."""
    rng = np.random.default_rng(seed)
    found = []
    for _ in range(12):
        weights = [rng.uniform(-1, 1, w.shape) for w in net.weights]
        biases = None if net.biases is None else [rng.uniform(-1, 1, b.shape) for b in net.biases]
        x, t = rng.uniform(-1, 1, net.sizes[0]), rng.uniform(0.1, 0.9, net.sizes[-1])
        found.append(forward.numbers(net.replace(weights, biases), x, t))
    return found


def values(expression, points):
    """Return the values of an expression at some examples."""
    symbols = sorted(expression.free_symbols, key=str)
    f = sp.lambdify(symbols, expression, "numpy")
    return np.array([float(f(*(point[s] for s in symbols))) for point in points])


def equal(one, other):
    return bool(np.allclose(one, other, rtol=1e-9, atol=1e-13))


def alike(one, other):
    """Say whether two rows of values are a constant times each other, and not 0."""
    largest = int(np.abs(other).argmax())
    if not one[largest] or not other[largest]:
        return False
    return equal(one / one[largest], other / other[largest])

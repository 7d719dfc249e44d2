"""Networks for the witnesses: right ones, altered ones, and those that bring floats into trouble.

And autograd, the witness that shares no code with the course.
"""

from dataclasses import replace

import autograd
import autograd.numpy as anp
import numpy as np

from backprop_lib import Network, train

X, T = [0.2, 0.5], [0.2, 0.7]
RIGHT = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]], [[0.1, 0.2], [0.0, -0.3]])
ONE = Network([[[0.5]], [[0.5]]])
TWO = Network(weights=RIGHT.weights)


def by_autograd(net, x, t):
    """Gradients by automatic differentiation of a forward pass that is written anew here."""
    rules = {
        "identity": lambda z: z,
        "sigmoid": lambda z: (1 + anp.tanh(z / 2)) / 2,
        "tanh": anp.tanh,
        "relu": lambda z: anp.maximum(z, 0),
        "softplus": lambda z: anp.logaddexp(0, z),
        "softmax": lambda z: anp.exp(z) / anp.sum(anp.exp(z)),
    }
    losses = {
        "half_squared_error": lambda a, t: anp.sum((t - a) ** 2) / 2,
        "squared_error": lambda a, t: anp.sum((t - a) ** 2),
        "binary_cross_entropy": lambda a, t: -anp.sum(t * anp.log(a) + (1 - t) * anp.log(1 - a)),
        "categorical_cross_entropy": lambda a, t: -anp.sum(t * anp.log(a)),
    }

    def loss(layers):
        total = 0.0
        for xi, ti in zip(x, t, strict=True):
            a = xi
            for (w, b), f in zip(layers, net.activations, strict=True):
                a = rules[f.name](anp.dot(w, a) + b)
            total = total + losses[net.loss_rule.name](a, ti)
        return total / len(x)

    biases = net.biases or [np.zeros(len(w)) for w in net.weights]
    return autograd.grad(loss)(list(zip(net.weights, biases, strict=True)))


class Altered(Network):
    """A network whose gradients are right but for one change."""

    def gradients(self, x, t):
        return self.change(super().gradients(x, t))


def altered(net, change):
    other = Altered(net.weights, net.biases, [f.name for f in net.activations], net.loss_rule.name)
    other.change = change
    return other


def one_weight_times(factor, layer=0, place=(0, 0)):
    def change(g):
        weights = [w.copy() for w in g.weights]
        weights[layer][place] *= factor
        return replace(g, weights=weights)

    return change


HARD = {
    "chapter 1 after training at 900": (train(ONE, [0.1], [0.9], 900, 2000).network, [[0.1]], [[0.9]]),
    "converged to loss 0": (train(ONE, [0.1], [0.9], 9.0, 10_000).network, [[0.1]], [[0.9]]),
    "underflow": (Network([[[-700.0]]]), [[1.0]], [[0.9]]),
    "underflow in a batch": (Network([[[-700.0]]]), [[1.0], [0.5], [2.0]], [[0.9]] * 3),
    "deeper underflow": (Network([[[-700.0]], [[3.0]]]), [[1.0]], [[0.9]]),
    "overflowing loss": (Network([[[1e160]]], activation="identity"), [[1.0]], [[0.9]]),
    "tanh at 20": (Network([[[20.0]]], activation="tanh"), [[1.0]], [[-1.0]]),
    "sigmoid at 30": (Network([[[30.0]], [[2.0]]]), [[1.0]], [[0.0]]),
    "sigmoid at 40": (Network([[[40.0]], [[2.0]]]), [[1.0]], [[0.0]]),
    "softplus at −200": (Network([[[-200.0]], [[2.0]]], activation="softplus"), [[1.0]], [[0.0]]),
    "cross-entropy at 40": (Network([[[40.0]]], loss="binary_cross_entropy"), [[1.0]], [[1.0]]),
    "cross-entropy at −800": (Network([[[-800.0]]], loss="binary_cross_entropy"), [[1.0]], [[0.0]]),
    "17 layers": (Network.random([3] * 18, seed=2), [[0.2, 0.5, -0.3]], [[0.1, 0.9, 0.4]]),
    "20 layers": (Network.random([3] * 21, seed=2), [[0.2, 0.5, -0.3]], [[0.1, 0.9, 0.4]]),
    "features of two sizes": (Network([[[0.5, 1e-6]]]), [[1e-6, 1e6]], [[0.2]]),
    "large features": (Network([[[3.0, -2.0]], [[0.5]]]), [[1e6, 1.5e6 + 0.1]], [[0.2]]),
}

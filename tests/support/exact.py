"""The truth, in 60 digits: both passes once more, in mpmath's numbers and with plain loops."""

import mpmath

DIGITS = 60


def _sigmoid(z):
    return 1 / (1 + mpmath.exp(-z))


def _shares(z):
    e = [mpmath.exp(v - max(z)) for v in z]
    return [v / mpmath.fsum(e) for v in e]


RULES = {
    "identity": (lambda z: z, lambda z: mpmath.mpf(1)),
    "sigmoid": (_sigmoid, lambda z: _sigmoid(z) * _sigmoid(-z)),
    "tanh": (mpmath.tanh, lambda z: mpmath.sech(z) ** 2),
    "relu": (lambda z: max(z, mpmath.mpf(0)), lambda z: mpmath.mpf(z > 0)),
    "softplus": (lambda z: mpmath.log1p(mpmath.exp(z)), _sigmoid),
}


def gradients(net, x, t):
    """Return ∂E/∂w by name, the mean over the rows of x, as mpmath's numbers."""
    with mpmath.workdps(DIGITS):
        weights = [[[mpmath.mpf(v) for v in row] for row in w.tolist()] for w in net.weights]
        zeros = [[0.0] * len(w) for w in weights]
        biases = zeros if net.biases is None else [b.tolist() for b in net.biases]
        total = dict.fromkeys(net.by_name(), mpmath.mpf(0))
        for row, target in zip(x, t, strict=True):
            z, a = [], [[mpmath.mpf(float(v)) for v in row]]
            for w, b, f in zip(weights, biases, net.activations, strict=True):
                sums = [mpmath.fdot(line, a[-1]) + bias for line, bias in zip(w, b, strict=True)]
                z.append(sums)
                a.append(_shares(sums) if f.name == "softmax" else [RULES[f.name][0](v) for v in sums])
            targets = [mpmath.mpf(float(ti)) for ti in target]
            if net.loss_rule.name == "categorical_cross_entropy":
                delta = [ai * mpmath.fsum(targets) - ti for ai, ti in zip(a[-1], targets, strict=True)]
            else:
                delta = [_at_output(net, *three) for three in zip(z[-1], a[-1], targets, strict=True)]
            for layer in range(len(weights) - 1, -1, -1):
                for i, d in enumerate(delta):
                    for j, v in enumerate(a[layer]):
                        total[f"w{layer + 1}[{i},{j}]"] += d * v
                    if net.biases is not None:
                        total[f"b{layer + 1}[{i}]"] += d
                if layer > 0:
                    slope = RULES[net.activations[layer - 1].name][1]
                    delta = [
                        sum(d * weights[layer][i][j] for i, d in enumerate(delta)) * slope(v)
                        for j, v in enumerate(z[layer - 1])
                    ]
        return {name: value / len(x) for name, value in total.items()}


def _at_output(net, z, a, t):
    if net.loss_rule.name == "binary_cross_entropy":
        return (1 - t) * _sigmoid(z) - t * _sigmoid(-z)
    factor = {"half_squared_error": 1, "squared_error": 2}[net.loss_rule.name]
    return factor * (a - t) * RULES[net.activations[-1].name][1](z)

"""Backpropagation in symbols as learners write it, with the slips that they make.

The program knows nothing of the package but a network's shapes: it has symbols, loops and rules of its own,
and each slip is made on the line where a learner makes it. So it can test a checker that must not test
itself.
"""

from dataclasses import dataclass, field
from functools import cache

import numpy as np
import sympy as sp

ETA = sp.Symbol("eta")


def array(letter, *shape):
    """Symbols with the names that the course prints."""
    made = np.empty(shape, dtype=object)
    for place in np.ndindex(*shape):
        made[place] = sp.Symbol(f"{letter}[{','.join(map(str, place))}]", real=True)
    return made


@dataclass
class Forward:
    """The symbols of a network, layer by layer; index 0 is the input."""

    sizes: list
    biases: bool
    rules: list
    loss: str
    w: list = field(default_factory=lambda: [None])
    b: list = field(default_factory=lambda: [None])
    z: list = field(default_factory=lambda: [None])
    a: list = field(default_factory=list)

    def __post_init__(self):
        self.a.append(array("x", self.sizes[0]))
        for layer in range(1, len(self.sizes)):
            n = self.sizes[layer]
            self.w.append(array(f"w{layer}", n, self.sizes[layer - 1]))
            self.b.append(array(f"b{layer}", n))
            self.z.append(array(f"z{layer}", n))
            self.a.append(array(f"a{layer}", n))
        self.t = array("t", self.sizes[-1])
        self.last = len(self.sizes) - 1

    @classmethod
    def of(cls, net):
        return cls(
            list(net.sizes),
            net.biases is not None,
            [None, *(f.name for f in net.activations)],
            net.loss_rule.name,
        )

    def sum(self, layer, i):
        """What z is defined as."""
        terms = [w * a for w, a in zip(self.w[layer][i], self.a[layer - 1], strict=True)]
        return sp.Add(*terms, *([self.b[layer][i]] if self.biases else []))

    def activation(self, layer, i):
        """What a is defined as."""
        if self.rules[layer] == "softmax":
            return sp.exp(self.z[layer][i]) / sp.Add(*(sp.exp(z) for z in self.z[layer]))
        return f(self.rules[layer], self.z[layer][i])

    def numbers(self, net, x, t):
        """The value of each symbol at an example, from a forward pass in NumPy."""
        trace = net.forward(x)
        pairs = [(self.a[0], x), (self.t, t), (np.array([ETA]), [0.37])]
        for layer in range(1, self.last + 1):
            pairs += [(self.w[layer], net.weights[layer - 1]), (self.a[layer], trace.a[layer])]
            pairs += [(self.z[layer], trace.z[layer - 1])]
            if self.biases:
                pairs.append((self.b[layer], net.biases[layer - 1]))
        return {
            s: float(v)
            for symbols, values in pairs
            for s, v in zip(symbols.flat, np.ravel(values), strict=True)
        }


# ---- rules, typed again ----------------------------------------------------------------------------


def f(rule, z):
    if rule == "relu":
        return sp.Piecewise((z, z > 0), (0, True))
    return {
        "sigmoid": 1 / (1 + sp.exp(-z)),
        "tanh": sp.tanh(z),
        "identity": z,
        "softplus": sp.log(1 + sp.exp(z)),
    }[rule]


def slope(rule, z, a):
    if rule == "relu":
        return sp.Piecewise((1, z > 0), (0, True))
    if rule == "identity":
        return sp.Integer(1)
    if rule == "softplus":
        return 1 / (1 + sp.exp(-z))
    return {"sigmoid": a * (1 - a), "tanh": 1 - a**2, "softmax": a * (1 - a)}[rule]


def error(loss, a, t):
    if loss == "binary_cross_entropy":
        return (a - t) / (a * (1 - a))
    if loss == "categorical_cross_entropy":
        return -t / a
    return {"half_squared_error": a - t, "squared_error": 2 * (a - t)}[loss]


def term(loss, a, t):
    if loss == "binary_cross_entropy":
        return -(t * sp.log(a) + (1 - t) * sp.log(1 - a))
    if loss == "categorical_cross_entropy":
        return -t * sp.log(a)
    return {"half_squared_error": (t - a) ** 2 / 2, "squared_error": (t - a) ** 2}[loss]


# ---- factors, path by path, and runs of them -------------------------------------------------------


def paths(F, name):
    """Yield the factors of each path from the loss back to a parameter, a z or an a."""
    letter, layer = name[0], int(name[1 : name.index("[")])
    place = [int(n) for n in name[name.index("[") + 1 : -1].split(",")]
    if letter == "a":
        yield from _above(F, layer, place[0])
        return
    slope_here = slope(F.rules[layer], F.z[layer][place[0]], F.a[layer][place[0]])
    last = {"w": [F.a[layer - 1][place[-1]]], "b": [sp.Integer(1)], "z": []}[letter]
    for k, path in _into(F, layer, place[0]):
        own = k == place[0]
        yield [*path, slope_here if own else -F.a[layer][k] * F.a[layer][place[0]], *last]


def _into(F, layer, i):
    """Yield each activation that a z goes into, and the paths back to it."""
    for k in range(F.sizes[layer]) if F.rules[layer] == "softmax" else [i]:
        yield from ((k, path) for path in _above(F, layer, k))


def _above(F, layer, i):
    """Yield the factors of each path from the loss back to an activation."""
    if layer == F.last:
        yield [error(F.loss, F.a[layer][i], F.t[i])]
        return
    for k in range(F.sizes[layer + 1]):
        z, a = F.z[layer + 1][k], F.a[layer + 1][k]
        for n, path in _into(F, layer + 1, k):
            here = slope(F.rules[layer + 1], z, a) if n == k else -a * F.a[layer + 1][n]
            yield [*path, here, F.w[layer + 1][k, i]]


def runs(F, name):
    """Return the products of neighboring factors: what a chain is that begins late or ends early."""
    every = list(paths(F, name))
    length = len(every[0])
    spans = [(i, j) for i in range(length) for j in range(i + 1, length + 1)]
    return [sp.Mul(*path[i:j]) for path in every for i, j in spans]


# ---- the backward pass, and the slips in it --------------------------------------------------------


@cache
def backward(net, slip=""):
    """Return ∂E/∂ of every parameter, z and a by name, with one slip or none."""
    F = Forward.of(net)
    found = {}
    e = np.array([wrong_error(F, k, slip) for k in range(F.sizes[-1])], dtype=object)
    found |= {str(F.a[-1][k]): e[k] for k in range(F.sizes[-1])}
    delta = through_softmax(F, e, slip) if F.rules[F.last] == "softmax" else e * slopes(F, F.last, slip)
    if slip == "difference is delta":
        delta = F.a[-1] - F.t
    if slip == "mean over the outputs":
        delta = delta / len(delta)
    for layer in range(F.last, 0, -1):
        found |= {str(F.z[layer][i]): delta[i] for i in range(len(delta))}
        for i, j in np.ndindex(*F.w[layer].shape):
            found[str(F.w[layer][i, j])] = wrong_product(F, layer, i, j, delta, slip)
        if F.biases:
            for i in range(len(delta)):
                found[str(F.b[layer][i])] = wrong_bias(F, layer, i, delta, slip)
        if layer > 1:
            above = wrong_sum(F, layer, delta, slip)
            found |= {str(F.a[layer - 1][i]): above[i] for i in range(len(above))}
            delta = above * slopes(F, layer - 1, slip)
    return {name: afterwards(F, name, value, slip) for name, value in found.items()}


def afterwards(F, name, value, slip):
    """What is done with a derivative that needs nothing more."""
    letter, layer = name[0], int(name[1 : name.index("[")])
    if slip == "eta left in":
        return ETA * value
    if slip in ("step", "step uphill") and letter in "wb":
        parameter = next(s for s in {"w": F.w, "b": F.b}[letter][layer].flat if s.name == name)
        return parameter + (-1 if slip == "step" else 1) * ETA * value
    if slip == "chain upside down" and "relu" not in F.rules:
        return 1 / value
    return value


def through_softmax(F, e, slip):
    """∂E/∂z of the outputs: each z is in every output."""
    made = []
    for j, a in enumerate(F.a[-1]):
        others = (
            sp.Integer(0)
            if slip == "no other outputs"
            else sp.Add(*(-e[k] * F.a[-1][k] * a for k in range(len(e)) if k != j))
        )
        made.append(e[j] * a * (1 - a) + others)
    return np.array(made, dtype=object)


def wrong_error(F, k, slip):
    a, t, z = F.a[-1][k], F.t[k], F.z[-1][k]
    other = (k + 1) % F.sizes[-1]
    right = error(F.loss, a, t)
    return {
        "t - a": -right,
        "no error": sp.Integer(1),
        "error squared": right**2,
        "loss for its slope": term(F.loss, a, t),
        "a alone": a,
        "t alone": t,
        "a + t": error(F.loss, a, -t),
        "z - t": error(F.loss, z, t),
        "another loss": error(
            "half_squared_error" if F.loss.startswith("bin") else "binary_cross_entropy", a, t
        ),
        "error of the other output": error(F.loss, F.a[-1][other], F.t[other]),
        "target of the other output": error(F.loss, a, F.t[other]),
        "halved": right / 2,
        "doubled": right * 2,
    }.get(slip, right)


def slopes(F, layer, slip):
    """∂a/∂z of a layer; a slip is named with the layer that it is made in: output, hidden or every."""
    where, _, what = slip.partition(": ")
    hit = where == "every" or where == ("output" if layer == F.last else "hidden")
    rule, n = F.rules[layer], F.sizes[layer]
    made = []
    for i in range(n):
        a, z = F.a[layer][i], F.z[layer][i]
        other = (i + 1) % n
        right = slope(rule, z, a)
        wrong = {
            "no slope": sp.Integer(1),
            "slope twice": right**2,
            "slope at z": slope(rule, z, z),
            "slope at a": slope(rule, a, f(rule, a)) if rule != "relu" else right,
            "a for the slope": a,
            "1 - a": 1 - a if rule in ("sigmoid", "tanh") else right,
            "tanh's slope": 1 - a**2,
            "sigmoid's slope": a * (1 - a),
            "a sign in the slope": {"sigmoid": a * (1 + a), "tanh": 1 + a**2}.get(rule, right.subs(z, -z)),
            "a - 1": a * (a - 1),
            "slope of the neighbor": slope(rule, F.z[layer][other], F.a[layer][other]),
        }
        if layer > 1 and i < F.sizes[layer - 1]:
            wrong["slope a layer below"] = slope(F.rules[layer - 1], F.z[layer - 1][i], F.a[layer - 1][i])
        made.append(wrong.get(what, right) if hit else right)
    return np.array(made, dtype=object)


def wrong_product(F, layer, i, j, delta, slip):
    """∂E/∂w of one weight: delta times what comes in."""
    before, w = F.a[layer - 1], F.w[layer][i, j]
    if slip == "outer product transposed":
        return delta[j] * before[i] if j < len(delta) and i < len(before) else delta[i] * before[j]
    wrong = {
        "no input": sp.Integer(1),
        "weight for the input": w,
        "input times weight": w * before[j],
        "another input": before[(j + 1) % len(before)],
        "own output for the input": F.a[layer][i],
        "all inputs": sp.Add(*before),
        "input squared": before[j] ** 2,
    }
    if layer > 1:
        wrong["z for the input"] = F.z[layer - 1][j]
        if j < len(F.a[0]):
            wrong["x for the input"] = F.a[0][j]
    if slip == "delta of the neighbor":
        return delta[(i + 1) % len(delta)] * before[j]
    return delta[i] * wrong.get(slip, before[j])


def wrong_bias(F, layer, i, delta, slip):
    before = F.a[layer - 1]
    if slip == "delta of the neighbor":
        return delta[(i + 1) % len(delta)]
    wrong = {
        "input at the bias": before[0],
        "bias times bias": F.b[layer][i],
        "own output at the bias": F.a[layer][i],
    }
    return delta[i] * wrong.get(slip, sp.Integer(1))


def wrong_sum(F, layer, delta, slip):
    """∂E/∂a of the layer below: Σ over the paths of delta times weight."""
    w, n = F.w[layer], len(delta)
    if slip == "W @ delta" and w.shape[0] == w.shape[1]:
        return w @ delta
    if slip == "new weights":
        w = w - ETA * np.array([[delta[k] * a for a in F.a[layer - 1]] for k in range(n)], dtype=object)
    made = []
    for j in range(w.shape[1]):
        paths = [delta[k] * w[k, j] for k in range(n)]
        wrong = {
            "no weights": list(delta),
            "weights squared": [delta[k] * w[k, j] ** 2 for k in range(n)],
            "a for the weight": [delta[k] * F.a[layer - 1][j] for k in range(n)],
            "weight of the neighbor": [delta[k] * w[k, (j + 1) % w.shape[1]] for k in range(n)],
            "first path only": paths[:1],
            "last path only": paths[-1:],
            "first path missing": paths[1:] or paths,
            "paths subtracted": [paths[0], *(-p for p in paths[1:])],
            "paths multiplied": [sp.Mul(*paths)],
            "mean of the paths": [p / n for p in paths],
        }
        made.append(sp.Add(*wrong.get(slip, paths)))
    return np.array(made, dtype=object)


SLOPE_SLIPS = {
    "no slope": {"slope forgotten"},
    "slope twice": {"slope twice"},
    "slope at z": {"z for a"},
    "slope at a": {"slope at a"},
    "a for the slope": {"value for slope"},
    "1 - a": {"part of a factor"},
    "tanh's slope": {"another function's slope"},
    "sigmoid's slope": {"another function's slope"},
    "a sign in the slope": {"sign inside"},
    "a - 1": {"sign", "another function's slope"},
    "slope of the neighbor": {"wrong neuron"},
    "slope a layer below": {"wrong neuron"},
}
SLIPS = {  # each slip, and the names of mistakes that tell it
    "t - a": {"sign"},
    "halved": {"factor"},
    "doubled": {"factor"},
    "mean over the outputs": {"mean for sum", "factor"},
    "no error": {"error forgotten", "constant", "zero"},
    "error squared": {"factor twice"},
    "loss for its slope": {"value for slope"},
    "a alone": {"part of a factor"},
    "t alone": {"part of a factor"},
    "a + t": {"sign inside"},
    "z - t": {"z for a"},
    "another loss": {"another function's slope"},
    "difference is delta": {"slope forgotten", "sum of the targets"},
    "no other outputs": {"path missing"},
    "error of the other output": {"wrong neuron"},
    "target of the other output": {"wrong neuron"},
    **{
        f"{where}: {what}": names
        for where in ("output", "hidden", "every")
        for what, names in SLOPE_SLIPS.items()
    },
    "outer product transposed": {"transposed"},
    "no input": {"input forgotten"},
    "weight for the input": {"wrong part of the product"},
    "input times weight": {"value for slope"},
    "another input": {"wrong input"},
    "own output for the input": {"wrong input"},
    "all inputs": {"wrong input"},
    "input squared": {"factor twice"},
    "z for the input": {"z for a"},
    "x for the input": {"wrong input"},
    "delta of the neighbor": {"wrong neuron", "another derivative"},
    "input at the bias": {"input at a bias"},
    "bias times bias": {"value for slope"},
    "own output at the bias": {"input at a bias"},
    "W @ delta": {"transposed"},
    "new weights": {"new weight"},
    "no weights": {"weight forgotten"},
    "weights squared": {"factor twice"},
    "a for the weight": {"wrong part of the product"},
    "weight of the neighbor": {"wrong weight", "transposed"},
    "first path only": {"path missing"},
    "last path only": {"path missing"},
    "first path missing": {"path missing"},
    "paths subtracted": {"path subtracted"},
    "paths multiplied": {"paths multiplied"},
    "mean of the paths": {"factor", "mean for sum"},
    "eta left in": {"rate left in"},
    "step": {"step taken"},
    "step uphill": {"step taken"},
    "chain upside down": {"upside down"},
}

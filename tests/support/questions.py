"""Questions to examine answers to: networks of all the course's kinds, and the exercises of the book."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from backprop_lib import Network
from backprop_lib.exercises.exercise import exercises, lessons
from backprop_lib.exercises.kinds import Derivative


def network(sizes, biases=False, activation="sigmoid", loss="half_squared_error"):
    """Return a network with weights and biases of ordinary size; only its structure matters."""
    rng = np.random.default_rng(7)
    pairs = list(pairwise(sizes))
    weights = [rng.uniform(0.2, 1, (outputs, inputs)) for inputs, outputs in pairs]
    shifts = [rng.uniform(0.1, 0.5, outputs) for _, outputs in pairs] if biases else None
    return Network(weights, shifts, activation, loss)


@dataclass(frozen=True)
class Question:
    """A network and the name of a derivative."""

    kind: str
    net: Network
    name: str

    def __str__(self):
        return f"{self.kind} {self.name}"


NETWORKS = {
    "1-1-1": (network([1, 1, 1]), ["w1[0,0]", "w2[0,0]"]),
    "1-1-1 cross-entropy": (
        network([1, 1, 1], loss="binary_cross_entropy"),
        ["w1[0,0]", "w2[0,0]", "z2[0]"],
    ),
    "2-2-2": (network([2, 2, 2]), ["w1[0,1]", "w2[0,1]", "z1[0]", "a1[1]"]),
    "2-2-2 biases": (network([2, 2, 2], True), ["w1[1,0]", "w2[1,0]", "b1[0]", "b2[1]"]),
    "2-2-2 cross-entropy": (
        network([2, 2, 2], True, loss="binary_cross_entropy"),
        ["w1[0,1]", "w2[1,0]", "b1[1]"],
    ),
    "2-3-2 tanh": (network([2, 3, 2], True, "tanh"), ["w1[2,1]", "w2[1,2]"]),
    "2-3-2 relu": (network([2, 3, 2], True, ["relu", "identity"]), ["w1[2,1]", "w2[1,2]"]),
    "2-2-1 softplus": (network([2, 2, 1], False, "softplus"), ["w1[1,0]", "w2[0,1]"]),
    "2-3 softmax": (
        network([2, 3], True, "softmax", "categorical_cross_entropy"),
        ["w1[2,1]", "b1[0]", "z1[1]"],
    ),
    "2-2-3 softmax": (
        network([2, 2, 3], False, ["tanh", "softmax"], "categorical_cross_entropy"),
        ["w1[0,1]", "w2[1,0]"],
    ),
    "10-3-2": (network([10, 3, 2], True, loss="squared_error"), ["w1[1,7]", "w2[1,0]"]),
    "3-4-3-2": (network([3, 4, 3, 2], True, loss="squared_error"), ["w1[2,1]", "w2[0,1]"]),
}
GRADIENTS = [Question(kind, net, name) for kind, (net, names) in NETWORKS.items() for name in names]
BOOK = [
    Question(exercise.id, exercise.answer.network, exercise.answer.name)
    for lesson in lessons()
    for exercise in exercises(lesson).values()
    if isinstance(exercise.answer, Derivative) and "/" not in exercise.answer.name
]
FACTORS = [
    Question("2-2-2", NETWORKS["2-2-2"][0], name)
    for name in ("E/a2[0]", "a2[0]/z2[0]", "z2[0]/a1[1]", "z2[0]/w2[0,1]", "a2[1]/z1[0]")
]

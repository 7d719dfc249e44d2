"""Matt Mazur's example: which program printed the numbers of its last paragraph."""

from dataclasses import replace
from decimal import Decimal
from functools import cache
from itertools import product

import numpy as np
import pytest

from backprop_lib.documents.judge import Judge
from backprop_lib.documents.verdicts import Verdict

V = Verdict
JUDGE = Judge("mazur")


def test_the_verdicts():
    assert JUDGE.numbers().counts == {V.GIVEN: 42, V.AGREES: 57, V.FOLLOWS: 2, V.WRONG: 5}
    assert JUDGE.formulas().counts == {V.DEFINED: 6, V.EQUAL: 31, V.WRONG: 1}
    assert {j.fact.place.partition(",")[0] for j in JUDGE.numbers().only(V.WRONG).judged} == {"The end"}
    (index,) = JUDGE.formulas().only(V.WRONG).judged
    assert JUDGE.formula(replace(index.fact, right=index.fact.right.replace("w3", "w2"))).verdict == V.EQUAL


@pytest.mark.parametrize(
    ("place", "back", "updates", "quantity"),
    [
        ("The end, the error after the first round", "new", 1, 0),
        ("The end, the error after all repetitions", "old", 9_999, 0),
        ("The end, the error after all repetitions, in other copies", "new", 10_000, 0),
        ("The end, out_o1 after all repetitions", "new", 10_000, 1),
        ("The end, out_o2 after all repetitions", "new", 10_000, 2),
        ("Later program, its first line", "old", 1, 0),
        ("Later program, its last line", "old", 10_000, 0),
    ],
)
def test_one_program_alone_prints_these_digits(place, back, updates, quantity):
    """Old or new weights on the way back, biases held, each trained, or one for a layer; any update."""
    (printed,) = (fact.printed for fact in JUDGE.document.numbers if fact.place == place)
    half = Decimal((0, (5,), int(Decimal(printed).as_tuple().exponent) - 1))
    fits = {
        (*program, k)
        for program, seen in runs().items()
        for k in np.flatnonzero(abs(seen[quantity] - float(printed)) <= float(half)).tolist()
    }
    assert fits == {(back, "held", updates)}


@cache
def runs(updates=10_002):
    """Return loss and outputs before update 0, 1, 2, … by program: weights on the way back, and biases."""
    net, x, t = JUDGE.example()
    found = {}
    for back, treated in product(("old", "new"), ("held", "each", "shared")):
        (V1, V2), (c1, c2), seen = net.weights, net.biases, []
        for _ in range(updates):
            a1 = 1 / (1 + np.exp(-V1 @ x - c1))
            a2 = 1 / (1 + np.exp(-V2 @ a1 - c2))
            seen.append((((a2 - t) ** 2).sum() / 2, *a2))
            delta2, old = (a2 - t) * a2 * (1 - a2), V2
            V2 = V2 - 0.5 * np.outer(delta2, a1)
            delta1 = (V2 if back == "new" else old).T @ delta2 * a1 * (1 - a1)
            V1 = V1 - 0.5 * np.outer(delta1, x)
            if treated != "held":
                c1, c2 = (
                    c - 0.5 * (d if treated == "each" else d.sum()) for c, d in ((c1, delta1), (c2, delta2))
                )
        found[back, treated] = np.array(seen).T
    return found

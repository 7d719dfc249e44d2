"""Break the checker on purpose: each time an answer that it must name, accept or refuse shows it."""

from functools import cache

import pytest
import sympy as sp
from questions import NETWORKS
from slips import SLIPS, backward

from backprop_lib.exercises import examine, letters, points, tables
from backprop_lib.exercises.mistakes import Mistake

BY_EDITS = [m for m in Mistake if m.word in {name for names in SLIPS.values() for name in names}]
NO_EDITS = {Mistake.SIGN, Mistake.FACTOR, Mistake.MEAN, Mistake.CONSTANT, Mistake.ZERO}
ASKED = [
    ("2-2-2", "w1[0,1]"), ("2-2-2", "w2[0,1]"), ("2-2-2 biases", "b1[0]"), ("2-3-2 tanh", "w1[2,1]"),
    ("2-3 softmax", "w1[2,1]"),
]  # fmt: skip


@cache
def wrong_answers():
    """Slips in five derivatives, with the name that each has."""
    found = []
    for kind, name in ASKED:
        net, _ = NETWORKS[kind]
        for slip in SLIPS:
            answer = backward(net, slip)[name]
            verdict = examine(net, name, answer)
            found.append((net, name, answer, verdict.mistake, verdict.right))
    return found


@pytest.fixture
def broken(monkeypatch):
    """Change something of the engine, and make new tables."""
    wrong_answers()
    tables._table.cache_clear()
    yield monkeypatch
    monkeypatch.undo()
    tables._table.cache_clear()


def changed():
    """The names of mistakes that are told in another way, or not at all."""
    return {
        mistake
        for net, name, answer, mistake, right in wrong_answers()
        if (verdict := examine(net, name, answer)).mistake != mistake or verdict.right != right
    }


def test_nothing_changes_by_itself(broken):
    assert changed() == set()


@pytest.mark.parametrize("mistake", [m for m in BY_EDITS if m not in NO_EDITS], ids=lambda m: m.word)
def test_an_edit_that_is_dropped_is_missed(broken, mistake):
    every = tables.edits
    broken.setattr(tables, "edits", lambda chain: [e for e in every(chain) if e.mistake is not mistake])
    assert changed() >= {mistake.word}


def test_at_one_point_everything_is_a_constant_times_everything(broken):
    every = tables.exact_points
    broken.setattr(tables, "exact_points", lambda d: every(d)[:1])
    assert len(changed()) > 10


def test_a_factor_that_is_not_looked_at_makes_wrong_answers_right(broken):
    broken.setattr(tables, "_factor", lambda scale, own, largest: tables.Fraction(1))
    assert changed() >= {"sign", "factor"}


def test_with_every_relu_on_a_wrong_condition_is_accepted(broken):
    net, _ = NETWORKS["2-3-2 relu"]
    x, _, _, z1, _, w2, _, _, a2, t = letters(net, z=True)
    on = [sp.Piecewise((1, z1[k] > 0), (0, True)) for k in (1, 2)]
    start = ((a2[0] - t[0]) * w2[0, 2] + (a2[1] - t[1]) * w2[1, 2]) * x[1]
    for wrong in (start * on[0], start * on[0] * on[1]):
        assert not examine(net, "w1[2,1]", wrong).right
    tables._table.cache_clear()
    broken.setattr(points, "_patterns", lambda d: [])
    assert examine(net, "w1[2,1]", start * on[0] * on[1]).right


def test_values_that_do_not_obey_the_forward_pass_refuse_right_forms(broken):
    net, _ = NETWORKS["2-2-2"]
    x, w1, _, _, a2, t = letters(net)
    z = w1[1, 0] * x[0] + w1[1, 1] * x[1]
    right = (a2[0] - t[0]) * a2[0] * (1 - a2[0]) / (1 + sp.exp(-z))
    assert examine(net, "w2[0,1]", right).right
    tables._table.cache_clear()
    honest = points.ExactPoint._activate

    def dishonest(self, a, *others):
        honest(self, a, *others)
        self.values[a] += 1

    broken.setattr(points.ExactPoint, "_activate", dishonest)
    assert not examine(net, "w2[0,1]", right).right

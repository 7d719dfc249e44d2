"""Every form of the right answer counts: the naive derivative, a hand-written one, and random rewrites.

100 rewrites for each question; `make exercises-proof` tries 1,000.
"""

import random

import pytest
import samples
import sympy as sp
from questions import BOOK, FACTORS, GRADIENTS, NETWORKS
from rewrites import Rewriter
from slips import Forward, backward, term

from backprop_lib import derive
from backprop_lib.exercises import examine, letters


def written_out(F):
    """The loss in weights, inputs and targets alone."""
    a = list(F.a[0])
    for layer in range(1, F.last + 1):
        known = dict(zip(F.a[layer - 1], a, strict=True))
        z = {F.z[layer][i]: F.sum(layer, i).xreplace(known) for i in range(F.sizes[layer])}
        a = [F.activation(layer, i).xreplace(z) for i in range(F.sizes[layer])]
    return sp.Add(*(term(F.loss, *pair) for pair in zip(a, F.t, strict=True)))


@pytest.mark.parametrize("question", GRADIENTS + BOOK, ids=str)
def test_a_hand_written_backward_pass_is_right(question):
    assert examine(question.net, question.name, backward(question.net)[question.name]).right


@pytest.mark.parametrize("question", [q for q in GRADIENTS + BOOK if q.name[0] in "wb"], ids=str)
def test_the_derivative_of_the_whole_loss_is_right(question):
    """sympy differentiates the loss, written out in weights and inputs: no layers, no paths."""
    naive = sp.diff(written_out(Forward.of(question.net)), sp.Symbol(question.name, real=True))
    assert examine(question.net, question.name, naive).right


@pytest.mark.parametrize("kind", NETWORKS)
def test_every_parameter_has_its_right_answer_and_no_other(kind):
    net, _ = NETWORKS[kind]
    d = derive(net)
    for name in d.parameters[:8]:
        assert examine(net, name, d.gradient(name)).right
        others = [other for other in d.parameters[:8] if d.gradient(other) != d.gradient(name)]
        assert not any(examine(net, other, d.gradient(name)).right for other in others)


@pytest.mark.parametrize("question", GRADIENTS + BOOK, ids=str)
def test_rewritten_at_random_it_is_still_right(question):
    rng = random.Random(f"rewrite {question}")
    rewriter = Rewriter(Forward.of(question.net), rng)
    right = backward(question.net)[question.name]
    forms = set()
    for _ in range(samples.count(1000, 100)):
        forms.add(form := rewriter.rewritten(right, steps=6))
        verdict = examine(question.net, question.name, form)
        assert verdict.right, f"{form}: {verdict}"
    assert len(forms) > samples.count(60, 15)


@pytest.mark.parametrize("question", FACTORS, ids=str)
def test_a_single_factor_and_a_longer_piece(question):
    x, w1, _, a1, w2, z2, a2, t = letters(question.net, z=True)
    e = [a2[k] - t[k] for k in range(2)]
    slope = [a2[k] * (1 - a2[k]) for k in range(2)]
    right = {
        "E/a2[0]": [e[0], -(t[0] - a2[0])],
        "a2[0]/z2[0]": [slope[0], sp.exp(-z2[0]) / (1 + sp.exp(-z2[0])) ** 2, a2[0] - a2[0] ** 2],
        "z2[0]/a1[1]": [w2[0, 1], 1.0 * w2[0, 1]],
        "z2[0]/w2[0,1]": [a1[1], 1 / (1 + sp.exp(-w1[1, 0] * x[0] - w1[1, 1] * x[1]))],
        "a2[1]/z1[0]": [slope[1] * w2[1, 0] * a1[0] * (1 - a1[0])],
    }[question.name]
    for form in right:
        assert examine(question.net, question.name, form).right
        assert examine(question.net, tuple(question.name.split("/")), form).right
        assert not examine(question.net, question.name, form * x[0]).right


def test_what_the_learner_may_use_instead_of_a():
    """z and a, σ as a function, E for the squared difference, decimals, and arrays of one entry."""
    net, _ = NETWORKS["1-1-1"]
    _, _, z1, a1, w2, z2, a2, t = letters(net, z=True)
    E, sigmoid = sp.Symbol("E"), sp.Function("sigmoid")
    for form in (
        (a2 - t) * a2 * (1 - a2) * a1,
        (a2[0] - t[0]) * sigmoid(z2[0]) * (1 - sigmoid(w2[0, 0] * a1[0])) * sigmoid(z1[0]),
        2 * E / (a2[0] - t[0]) * (a2[0] - a2[0] ** 2) * a1[0],
        (0.5 * a2[0] - 0.5 * t[0]) * (a2[0] - a2[0] ** 2.0) * 2 * a1[0],
        (a2[0] - t[0]) * a1[0] / (2 + 2 * sp.cosh(z2[0])),
        sp.expand((a2[0] - t[0]) * a2[0] * (1 - a2[0]) * a1[0]),
        derive(net).factors("w2[0,0]")[0][0] * a2[0] * (1 - a2[0]) * a1[0],
    ):
        assert examine(net, "w2[0,0]", form).right, form


def test_a_symbol_is_known_by_its_name():
    """Whatever a learner assumed of it."""
    net, _ = NETWORKS["1-1-1"]
    a1, a2, t = (sp.Symbol(name) for name in ("a1[0]", "a2[0]", "t[0]"))
    assert examine(net, "w2[0,0]", (a2 - t) * a2 * (1 - a2) * a1).right
    assert examine(
        net, "w2[0,0]", (sp.Symbol("a2[0]", positive=True) - t) * a2 * (1 - a2) * sp.Dummy("a1[0]")
    ).right


def test_relu_counts_on_both_sides_of_its_bend():
    net, _ = NETWORKS["2-3-2 relu"]
    x, _, _, z1, a1, w2, _, _, a2, t = letters(net, z=True)
    start = ((a2[0] - t[0]) * w2[0, 2] + (a2[1] - t[1]) * w2[1, 2]) * x[1]
    on = sp.Piecewise((1, z1[2] > 0), (0, True))
    assert examine(net, "w1[2,1]", start * on).right
    assert examine(net, "w1[2,1]", start * sp.Heaviside(z1[2])).right
    assert examine(net, "w1[2,1]", start * sp.Piecewise((0, 2 * a1[2] <= 0), (1, True))).right
    assert examine(net, "w1[2,1]", start).mistake == "slope forgotten"
    assert not examine(net, "w1[2,1]", start * sp.Piecewise((1, z1[1] > 0), (0, True))).right
    assert "divides by 0" in examine(net, "w1[2,1]", start * a1[2] / a1[2] ** 2).sentence

"""At a point the values obey the forward pass, whatever the form; a wrong form has another value."""

import random
from fractions import Fraction
from itertools import permutations

import pytest
import sympy as sp
from questions import NETWORKS, network
from slips import Forward, slope

from backprop_lib import derive
from backprop_lib.exercises.points import PRIME, RealPoint, as_fraction, exact_points
from backprop_lib.exercises.walking import Unreadable, readable


def both(kind):
    """The exact points of a network, and one in floats."""
    d = derive(NETWORKS[kind][0])
    inputs, outputs = d.net.sizes[0], d.net.sizes[-1]
    real = RealPoint({s.name: v for s, v in d.numbers([0.3] * inputs, [0.6] * outputs).items()})
    return d, [*exact_points(d), real]


def same(point, one, other):
    one, other = point.value(one), point.value(other)
    return abs(one - other) < 1e-12 if isinstance(point, RealPoint) else one == other


@pytest.mark.parametrize("kind", NETWORKS)
def test_the_forward_pass_holds(kind):
    d, points = both(kind)
    for point in points:
        for symbol, definition in d.definitions.items():
            assert same(point, symbol, definition), symbol


@pytest.mark.parametrize("kind", NETWORKS)
def test_a_rule_and_its_slope_in_every_form(kind):
    d, points = both(kind)
    F = Forward.of(d.net)
    for layer in range(1, F.last + 1):
        rule, z, a = F.rules[layer], F.z[layer][0], F.a[layer][0]
        whole = F.sum(layer, 0)
        written = F.activation(layer, 0)
        pairs = [(written, a), (written.xreplace({z: whole}), a), (sp.diff(written, z), slope(rule, z, a))]
        if rule == "sigmoid":
            e = sp.exp
            pairs += [
                (e(z) / (1 + e(z)), a), ((1 + sp.tanh(z / 2)) / 2, a), (0.5 / (1 + sp.cosh(z)), a - a**2),
                (sp.expand(e(-whole)), (1 - a) / a), (e(2 * z) * e(-z), a / (1 - a)),
                (sp.sech(z / 2) ** 2 / 4, a - a**2), (sp.log(a) - sp.log(1 - a), z), (sp.Function("σ")(z), a),
            ]  # fmt: skip
        if rule == "softmax":
            pairs += [
                (sp.diff(written, F.z[layer][1]), -a * F.a[layer][1]),
                (sp.log(a) - sp.log(F.a[layer][1]), z - F.z[layer][1]),
            ]
        if rule == "softplus":
            pairs += [(1 - sp.exp(-a), slope(rule, z, a)), (sp.log(1 + sp.exp(whole)), a)]
        if rule == "relu":
            pairs += [
                (sp.Max(0, z), a),
                ((z + sp.Abs(z)) / 2, a),
                (z * sp.Heaviside(z), a),
                (sp.sign(z) * z, 2 * a - z),
            ]
        for point in points:
            for one, other in pairs:
                assert same(point, one, other), (one, other)
                assert not same(point, one * 2 + 1, other), one


@pytest.mark.parametrize("sizes", [[2, 3, 2], [2, 2, 2], [2, 7, 3, 1]], ids=str)
def test_a_relu_is_on_where_another_is_off(sizes):
    d = derive(network(sizes, activation="relu"))
    points = exact_points(d)
    for layer, size in enumerate(sizes[1:], 1):
        outputs = [d.symbols[f"a{layer}[{i}]"] for i in range(size)]
        states = [[point.value(a) != 0 for point in points] for a in outputs]
        assert all(state[:2] == [True, True] for state in states)
        for one, other in permutations(states, 2):
            assert any(a and not b for a, b in zip(one, other, strict=True))
        assert all(False in state for state in states)


def test_few_relus_are_tried_in_every_choice():
    d = derive(NETWORKS["2-3-2 relu"][0])
    outputs = [d.symbols[f"a1[{i}]"] for i in range(3)]
    assert len({tuple(point.value(a) != 0 for a in outputs) for point in exact_points(d)}) == 8


def test_numbers_are_exact():
    d, (point, *_) = both("1-1-1")
    x = d.symbols["x[0]"]
    assert point.value(sp.Float("0.1") * x) == point.value(x / 10)
    assert point.value(sp.Rational(2, 3)) == point.number(Fraction(2, 3))
    assert point.value(x**1000) == pow(point.values["x[0]"], 1000, PRIME)
    with pytest.raises(ZeroDivisionError):
        point.value(1 / (d.symbols["z1[0]"] - d.symbols["w1[0,0]"] * x))


def test_small_fractions_come_back():
    rng = random.Random(1)
    for _ in range(200):
        fraction = Fraction(rng.randint(-(10**6), 10**6), rng.randint(1, 10**6))
        residue = fraction.numerator * pow(fraction.denominator, -1, PRIME) % PRIME
        assert as_fraction(residue) == fraction
        assert as_fraction(rng.randrange(PRIME)) is None


@pytest.mark.parametrize(
    ("form", "said"),
    [
        (sp.exp(sp.Symbol("x[0]") ** 2), "A power of e is read here only"),
        (sp.exp(1 + sp.Symbol("z1[0]")), "A power of e is read here only"),
        (sp.log(1 + sp.Symbol("z1[0]")), "A logarithm is read here only"),
        (sp.Piecewise((1, sp.Symbol("z1[0]") > 0), (0, True)), "A condition is read here only"),
    ],
)
def test_a_function_where_nobody_expects_it_is_refused(form, said):
    d, (point, *_) = both("1-1-1")
    readable(form, d.symbols)
    with pytest.raises(Unreadable, match=said):
        point.value(form)

"""The living chain: what Python keeps of it, and that its page computes what the network computes."""

from pathlib import Path

import numpy as np
import pytest
from node import answers
from witnesses import RIGHT

from backprop_lib import Network, derive
from backprop_lib.core import ACTIVATIONS, LOSSES
from backprop_lib.symbols import javascript
from backprop_lib.symbols.floors import floors
from backprop_lib.widgets import living_chain
from backprop_lib.widgets.carrier import module
from backprop_lib.widgets.chain import chain as chain_module

ONE = Network([[[0.5]], [[0.5]]])


def chain(net=ONE, x=(0.1,), t=(0.9,), learning_rate=0.9):
    return living_chain(net, list(x), list(t), learning_rate)


def test_the_program_that_lies_beside_the_module_is_what_a_derivation_prints():
    text = Path(chain_module.__file__).with_name("program.js").read_text(encoding="utf-8")
    assert text == javascript(derive(ONE))
    assert "names" in chain()._esm


def test_it_says_what_it_shows_and_keeps_what_is_changed():
    one = chain()
    assert repr(one) == (
        "Living chain of a network 1-1-1: x = 0.1000, w₁ = 0.5000, w₂ = 0.5000, t = 0.9000; "
        "E = 0.056544, ∂E/∂w₁ = −0.001033."
    )
    (picture,) = one.pictures()
    assert picture.alt.startswith(repr(one))
    assert "<svg" in picture.svg
    data, _ = one._repr_mimebundle_()
    assert data["text/plain"] == repr(one)
    assert 'alt="Living chain of a network' in data["text/html"]
    one.set_state({"values": [0.25, -1, 0, 1], "selected": "w2[0,0]"})
    assert one.network.by_name() == {"w1[0,0]": 0.25, "w2[0,0]": -1.0}
    assert one.example == ([0], [1])
    assert "∂E/∂w₂ = " in repr(one)
    one.close()


@pytest.mark.parametrize(
    "state",
    [
        {"values": [float("nan"), 1, 1, 1]},
        {"values": [1e9, 1, 1, 1]},
        {"values": ["1", 1, 1, 1]},
        {"values": [1, 1, 1]},
        {"values": [None] * 4},
        {"selected": "w9[0,0]"},
        {"selected": "__class__"},
        {"size": 99},
        {"size": -4},
        {"mistake": "rm -rf"},
    ],
)
def test_nonsense_from_the_page_changes_nothing(state):
    one = chain()
    one.set_state(state)
    assert one.values == [0.5, 0.5, 0.1, 0.9]
    assert one.selected == "w1[0,0]"
    assert 1 <= one.size <= 6
    assert one.mistake == "none"
    assert repr(one) == repr(chain())


def test_it_begins_with_the_parameter_that_is_named():
    assert "∂E/∂w₂ = −0.042387" in repr(living_chain(ONE, [0.1], [0.9], name="w2[0,0]"))
    with pytest.raises(ValueError, match=r"name 'w3' is no parameter, expected one of w1\[0,0\], w2\[0,0\]"):
        living_chain(ONE, [0.1], [0.9], name="w3")


@pytest.mark.parametrize(
    ("net", "x", "t", "says"),
    [
        (Network.random([4, 4]), [0] * 4, [0] * 4, "net has 16 weights, expected at most 12"),
        (Network.random([1, 2, 2, 2, 1]), [0], [0], None),
        (ONE, [1000], [0], None),
        (Network([[[1.0]]], loss="binary_cross_entropy"), [1], [2], "expected"),
        (ONE, [[0.1], [0.2]], [0.9], "x has shape"),
        (
            Network.random([1, 3, 3], activation=["tanh", "softmax"], loss="categorical_cross_entropy"),
            [1],
            [0, 1, 0],
            "net has a weight with 9 paths to the loss, expected at most 8",
        ),
    ],
)
def test_limits_are_said_in_a_sentence(net, x, t, says):
    if says is None:
        assert living_chain(net, x, t).selected == "w1[0,0]"
        return
    with pytest.raises(ValueError, match=says) as caught:
        living_chain(net, x, t)
    assert str(caught.value).endswith(".")


def cases():
    """Yield a small network with an example for each activation and loss."""
    rng = np.random.default_rng(4)
    for f in ("identity", "sigmoid", "tanh", "relu", "softplus"):
        for loss, rule in LOSSES.items():
            last = rule.needs or f
            net = Network.random([2, 2, 2], seed=len(f), activation=[f, last], loss=loss)
            yield net, rng.uniform(-1, 1, 2).tolist(), rng.uniform(size=2).tolist()
    assert {"identity", "sigmoid", "tanh", "relu", "softplus", "softmax"} == ACTIVATIONS.keys()


def test_the_page_computes_what_the_network_computes(tmp_path):
    made = [
        (*one, derive(one[0])) for one in [*cases(), (ONE, [0.1], [0.9]), (RIGHT, [0.2, 0.5], [0.2, 0.7])]
    ]
    beside, calls, size = chain_module.__file__, [], 1e-4
    for _, x, t, d in made:
        script = module(beside, "numbers.js", {"program.js": javascript(d)})
        values = {
            str(symbol): value for symbol, value in d.numbers(x, t).items() if symbol not in d.definitions
        }
        for name in d.parameters:
            formula = f"export const asked = (v) => formula(compute(v), {name!r}, 'none').sum;\n"
            calls += [(script + formula, "asked", values), (script, "nudge", values, name, size)]
    got = iter(answers(calls, tmp_path))
    for net, x, t, d in made:
        floor = floors(net, x, t)
        for name, expected in net.gradients(x, t).by_name().items():
            assert abs(next(got) - expected) <= 1e-13 * abs(expected) + floor[name] + 1e-16, (net, name)
            there = net.with_values({name: net.by_name()[name] + size})
            nudged = next(got)
            ratio = (there.loss(x, t) - net.loss(x, t)) / size
            assert nudged["ratio"] == pytest.approx(ratio, rel=1e-9, abs=1e-10)
            assert nudged["changes"]["E"] == pytest.approx(ratio * size, rel=1e-9, abs=1e-14)
            for of_by, link in nudged["links"].items():
                of, by = of_by.split("/")
                factor = d.factor(d.symbols[of], d.symbols[by]).value.xreplace(d.numbers(x, t))
                if abs(nudged["changes"][by]) > 1e-9:
                    assert link["ratio"] == pytest.approx(float(factor), rel=2e-3, abs=2e-4), (net, of_by)


def test_a_broken_factor_moves_the_formula_and_not_the_nudge(tmp_path):
    d = derive(ONE)
    values = {"w1[0,0]": 0.5, "w2[0,0]": 0.5, "x[0]": 0.1, "t[0]": 0.9}
    right = javascript(d)
    broken = right.replace("const da1_0_dz1_0 = ", "const da1_0_dz1_0 = 3*")
    assert broken != right
    asked = "export const asked = (v, w) => [formula(compute(v), w, 'none').sum, nudge(v, w, 0.01).ratio];\n"
    scripts = [
        module(chain_module.__file__, "numbers.js", {"program.js": text}) + asked for text in (right, broken)
    ]
    (sum_, ratio), (other, same) = answers([(text, "asked", values, "w1[0,0]") for text in scripts], tmp_path)
    assert other == pytest.approx(3 * sum_)
    assert same == ratio
    assert ratio == pytest.approx(sum_, rel=1e-3)

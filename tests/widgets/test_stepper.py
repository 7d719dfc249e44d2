"""The stepper: every number of every step against the network and the derivation, in data and in marks."""

import json
import re
import time
import xml.etree.ElementTree as ET

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from ipywidgets.embed import dependency_state
from legibility import assert_legible, luminance
from strategies import problems

from backprop_lib import Network, derive, train
from backprop_lib.drawing.canvas import COLOURS, Picture
from backprop_lib.drawing.networks import draw_network
from backprop_lib.symbols.derivation import Derivation, Factor
from backprop_lib.symbols.evaluation import evaluate
from backprop_lib.symbols.panel import CheckFailed
from backprop_lib.text import fixed, plain_name
from backprop_lib.widgets import stepper
from backprop_lib.widgets.stepper import step_drawing
from backprop_lib.widgets.stepper.step_drawing import GLOW, StepDrawing
from backprop_lib.widgets.stepper.steps import steps_of

W = [[0.6, 0.1, 0.15, 0.25], [0.2, 0.8, 0.4, 0.5], [0.1, 0.05, 0.3, 0.05]]
NETS = {
    "1-1-1": (Network([[[0.5]], [[0.5]]]), [0.1], [0.9]),
    "2-2-2": (Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]]), [0.2, 0.5], [0.2, 0.7]),
    "4-3": (Network([W]), [1.0, 0.5, 0.8, 0.6], [1.0, 0.9, 0.5]),
    "biases": (
        Network(
            [[[0.3, -0.2], [0.1, 0.4], [-0.5, 0.2]], [[0.7, -0.1, 0.2]]], [[0.1, -0.2, 0.3], [0.4]], "tanh"
        ),
        [0.5, 0.0],
        [0.3],
    ),
    "cross-entropy": (Network([[[0.8]], [[0.6]]], loss="binary_cross_entropy"), [1.5], [1.0]),
    "fan": (Network([[[0.8]], [[0.6], [-0.9]]], loss="binary_cross_entropy"), [1.5], [1.0, 0.0]),
    "deep": (Network.random([3, 4, 3, 2], seed=3, loss="squared_error"), [1.0, 0.5, -1.0], [0.0, 1.0]),
    "other slopes": (
        Network.random([2, 2, 2, 1], seed=1, biases=False, activation=["relu", "softplus", "identity"]),
        [0.5, -0.25],
        [1.5],
    ),
    "10-3-2": (Network.random([10, 3, 2], seed=0), np.arange(10) % 2, [0.0, 1.0]),
}
RATE = 0.4
X, T = [0.05, 0.1], [0.01, 0.99]
each_net = pytest.mark.parametrize("case", NETS.values(), ids=NETS)


def evaluated(d, name, x, t):
    """Return ∂E/∂name, with numbers put into the symbols."""
    return evaluate(d, x, t, [name])[0][name]


def expected(net, x, t):
    """Return every quantity of the pass by name, computed from forward, gradients and nudges alone."""
    trace, g, found = net.forward(x), net.gradients(x, t), {"start": 0.0, "E": net.loss(x, t)}
    for layer, (z, a) in enumerate(zip(trace.z, trace.a[1:], strict=True), 1):
        for i in range(len(z)):
            found |= {f"z{layer}[{i}]": z[i], f"a{layer}[{i}]": a[i]}
            found[f"∂E/∂z{layer}[{i}]"] = delta = g.deltas[layer - 1][0][i]
            if net.activations[layer - 1].compares:  # delta belongs to all outputs
                found[f"∂E/∂a{layer}[{i}]"] = -t[i] / a[i]
            elif slope := net.activations[layer - 1].slope(z, a)[i]:
                found[f"∂E/∂a{layer}[{i}]"] = delta / slope
            else:  # behind a relu that is shut: ∂E/∂a cannot be told from delta
                found[f"∂E/∂a{layer}[{i}]"] = net.weights[layer][:, i] @ g.deltas[layer][0]
    return found | {f"∂E/∂{name}": slope for name, slope in g.by_name().items()}


def check_steps(net, x, t):
    """Check order and numbers of all steps."""
    walk, d = steps_of(net, x, t, RATE), derive(net)
    numbers = d.numbers(x, t)
    wanted, new = expected(net, x, t), net.step(net.gradients(x, t), RATE)
    seen = set()
    for step in walk.steps:
        uses = {str(s) for term in step.terms for part in term for s in sp.sympify(part).free_symbols}
        assert uses <= seen | set(net.by_name()) | {"η"} | {str(s) for s in numbers if str(s)[0] in "xt"}
        seen.add(step.name)
        if step.kind == "update":
            assert step.old == net.by_name()[step.name]
            assert step.value == pytest.approx(new.by_name()[step.name], rel=1e-12)
            continue
        value = new.loss(x, t) if step.kind == "after" else wanted[step.name]
        assert step.value == pytest.approx(value, rel=1e-9, abs=1e-14)
        if step.kind == "delta":
            assert step.value == pytest.approx(float(d.delta(step.name[4:]).xreplace(numbers)), rel=1e-10)
        if step.kind == "gradient":
            assert step.value == pytest.approx(evaluated(d, step.name[4:], x, t), rel=1e-10, abs=1e-15)
    assert seen == set(wanted) | set(net.by_name())
    assert len(walk.steps) == 3 + 4 * sum(net.sizes[1:]) + 2 * len(net.by_name())
    return walk


@each_net
def test_every_step_is_what_network_and_derivation_compute(case):
    check_steps(*case)


@settings(max_examples=15, deadline=None)
@given(problems(activations=("identity", "sigmoid", "tanh", "softplus"), largest=3))
def test_steps_of_any_small_network(problem):
    net, x, t = problem
    check_steps(net, x[0], t[0])


def test_the_output_of_cross_entropy_leaves_only_a_difference():
    walk = steps_of(*NETS["cross-entropy"], RATE)
    (delta,) = (step for step in walk.steps if step.name == "∂E/∂z2[0]")
    a, t = sp.symbols("a2[0] t[0]", real=True)
    assert delta.short == a - t
    assert sp.cancel(sp.Mul(*delta.terms[0]) - delta.short) == 0


def test_paths_that_meet_are_all_there():
    walk = steps_of(*NETS["2-2-2"], RATE)
    (meet,) = (step for step in walk.steps if step.name == "∂E/∂a1[0]")
    assert meet.chain == ((("E", "z2[0]"), ("z2[0]", "a1[0]")), (("E", "z2[1]"), ("z2[1]", "a1[0]")))
    assert "along 2 paths, through z2[0] and z2[1]" in meet.words
    assert "opposite directions" in meet.words


@pytest.mark.parametrize("of", ["E", "a", "z"])
def test_a_changed_sign_in_the_symbols_is_caught(monkeypatch, of):
    right = Derivation.factor

    def wrong(self, top, by):
        factor = right(self, top, by)
        if not str(top).startswith(of):
            return factor
        return Factor(top, by, -factor.derived, -factor.value)

    monkeypatch.setattr(Derivation, "factor", wrong)
    with pytest.raises(CheckFailed, match=r"the symbols give .*, the network"):
        steps_of(*NETS["2-2-2"], RATE)


def test_a_changed_sign_in_the_network_is_caught():
    class Wrong(Network):
        def gradients(self, x, t):
            right = super().gradients(x, t)
            right.weights[0] *= -1
            return right

    with pytest.raises(CheckFailed, match=r"∂E/∂w1\[0,0\]: the symbols give"):
        steps_of(Wrong([[[0.5]], [[0.5]]]), [0.1], [0.9], RATE)


@pytest.mark.parametrize(
    ("sizes", "says"),
    [
        ([11, 3, 2], "the network has 11 inputs, expected at most 10 in a stepper"),
        ([2, 5, 2], "the network has 5 neurons in a layer, expected at most 4 in a stepper"),
        ([10, 4, 4, 4], "the network has 219 steps in a pass, expected at most 120 in a stepper"),
    ],
)
def test_a_network_too_large_is_refused_in_one_sentence(sizes, says):
    net = Network.random(sizes)
    with pytest.raises(ValueError, match=says):
        steps_of(net, np.zeros(sizes[0]), np.zeros(sizes[-1]), RATE)


def test_other_bad_input_is_refused():
    net = Network([[[0.5]], [[0.5]]])
    with pytest.raises(ValueError, match="learning_rate is nan"):
        steps_of(net, [0.1], [0.9], float("nan"))
    with pytest.raises(ValueError, match="x"):
        steps_of(net, [[0.1], [0.2]], [0.9], RATE)
    with pytest.raises(ValueError, match="saturated"):
        steps_of(Network([[[50.0]]], loss="binary_cross_entropy"), [1.0], [0.0], RATE)


# ---- what is shown -------------------------------------------------------------------------------


def shown_in(widget, k, old="", new=""):
    """Return the texts of a step's drawing by place, its sentence, its lines as plain formulas, its drawing.

    In the lines `old` is replaced by `new`.
    """
    step = widget.steps[k]
    svg = ET.fromstring(f"<svg>{step['marks']}</svg>")
    texts = {(round(float(n.get("x"))), round(float(n.get("y")))): n.text for n in svg.iter("text")}
    lines = [
        ET.fromstring(f"<span>{row[1].replace(old, new)}</span>") for row in step["rows"] if len(row) == 2
    ]
    return texts, widget.sentences[k], [calculable(line) for line in lines], svg


def calculable(node):
    """Return a formula as Python would compute it, if it holds numbers only."""
    inner = [calculable(child) for child in node]
    if node.get("class") == "over":
        return f"(({inner[0]}) / ({inner[2]}))"
    text = node.text or ""
    for child, formula in zip(node, inner, strict=True):
        raised = child.tag == "sup"
        if raised and text.endswith("e"):
            text = f"{text[:-1]}exp({formula})"
        else:
            text += f"**({formula})" if raised else formula
        text += child.tail or ""
    for sign, meant in (("−", "-"), ("·", "*"), ("½", "0.5"), ("ln(", "log("), (", else", " else")):
        text = text.replace(sign, meant)
    return text


def holds_numbers_only(formula):
    return not re.search("[a-zA-Zδη∂]", re.sub("exp|log|tanh|if|else", "", formula))


def computed(formula):
    return float(eval(formula, {"exp": np.exp, "log": np.log, "tanh": np.tanh}))


def known(walk, k):
    """Return the values that the first k steps computed, by name."""
    done = walk.steps[1 : k + 1]
    return {s.name: s.value for s in done if s.kind != "update"}, {
        s.name: s.value for s in done if s.kind == "update"
    }


@each_net
def test_every_displayed_number_of_every_step(case):
    net, x, t = case
    widget = stepper(net, x, t, RATE)
    drawing, walk, single = StepDrawing(widget.walk), widget.walk, max(net.sizes) == 1
    names = {}
    for node in ET.fromstring(drawing.background(weights=True)).iter("{http://www.w3.org/2000/svg}text"):
        names[node.text] = round(float(node.get("x"))), float(node.get("y"))
    for k, step in enumerate(walk.steps):
        texts, said, lines, _ = shown_in(widget, k)
        values, new = known(walk, k)
        wanted = {}  # what stands in the boxes
        for name, value in values.items():
            if (letter := name.removeprefix("∂E/∂")[0]) not in "zaE" or name == "E":
                continue
            at, y = names[plain_name(name.removeprefix("∂E/∂"), single)]
            assert letter in "za"
            wanted[at, round(y + 36 + 4.5 + 41 * name.startswith("∂"))] = fixed(value, 4)
        assert wanted.items() <= texts.items()
        rest = [text for place, text in texts.items() if place not in wanted]
        weights = {**net.by_name(), **new}
        allowed = {f"{plain_name(n, single)} = {fixed(v, 4)}" for n, v in weights.items()}
        allowed |= {fixed(v, 4) for n, v in weights.items() if n[0] == "w"}  # where there is room for no more
        for name, value in values.items():
            if name.startswith(("∂E/∂w", "∂E/∂b")):
                whole = plain_name(name[4:], single)
                short_name = "w" if name[4] == "w" and not single else whole
                allowed.add(f"∂E/∂{short_name} = {fixed(value, 4)}")
        if step.kind == "meet":
            flows = {f"← δ · w = {fixed(part, 4)}" for part in step.parts}
            assert flows <= set(rest)
            allowed |= flows
        if step.kind == "update":
            name, change = plain_name(step.name, single), f"{fixed(step.old, 4)} → {fixed(step.value, 4)}"
            assert {name, change} <= set(rest) or f"{name}: {change}" in rest
            allowed |= {name, change, f"{name}: {change}"}
        if "E" in values:
            assert fixed(values["E"]) in rest
            allowed |= {fixed(values["E"]), f"{fixed(walk.numbers['E'])} →"}
        assert set(rest) <= allowed
        if step.kind == "start":
            continue
        assert said.endswith(f" = {fixed(step.value)}.")
        assert lines[-1] == fixed(step.value).replace("−", "-")
        if step.terms:
            numbers = [computed(line) for line in lines if holds_numbers_only(line)]
            assert len(numbers) >= 2
            assert numbers == pytest.approx([step.value] * len(numbers), abs=2e-5)


@pytest.mark.parametrize(
    ("rate", "says"),
    [
        (0.9, "a step against the gradient. The gradient is negative, so w₁ grows."),
        (-0.9, "a step uphill. The gradient is negative and the learning rate negative, so w₁ falls."),
        (0.0, "a step of no length. The gradient is negative and the learning rate zero, so w₁ stays."),
    ],
)
def test_an_update_is_explained_at_every_rate(rate, says):
    assert says in stepper(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], rate).sentences[-3]


BOUND = (Network([[[0.15, 0.2], [0.25, 0.3]], [[0.4, 0.45], [0.5, 0.55]]], [[0.35] * 2, [0.6] * 2]), X, T)


def test_an_update_says_what_is_held():
    net, x, t = BOUND
    widget = stepper(net, x, t, RATE, hold=["b1", "w2[0,1]"])
    held = [s for s in widget.walk.steps if s.kind == "update" and "held fixed" in s.words]
    assert [s.name for s in held] == ["b1[0]", "b1[1]", "w2[0,1]"]
    for step in held:
        assert step.value == step.old == net.by_name()[step.name]
        said = widget.sentences[widget.walk.steps.index(step)]
        name = plain_name(step.name, single=False)
        assert said.endswith(f"{name} is held fixed, so it stays as it is. New {name} = {fixed(step.value)}.")
    assert widget.walk.steps[-1].value == train(net, x, t, RATE, 1, hold=["b1", "w2[0,1]"]).loss[-1]


def test_an_update_adds_up_the_gradients_of_what_is_shared():
    net, x, t = BOUND
    walk = steps_of(net, x, t, RATE, tie=["b2"])
    one, other = (s for s in walk.steps if s.kind == "update" and s.name[:2] == "b2")
    slopes = [walk.numbers[f"∂E/∂b2[{i}]"] for i in range(2)]
    assert one.value == other.value == pytest.approx(0.6 - RATE * sum(slopes), rel=1e-12)
    assert one.parts == pytest.approx((0.6, *(-RATE * slope for slope in slopes)), rel=1e-12)
    words = (
        "b2[0] and b2[1] are one parameter, so their gradients are added. The sum is positive, so b2[1] falls"
    )
    assert other.words == f"a step against the gradient. {words}."
    assert walk.steps[-1].value == train(net, x, t, RATE, 1, tie=["b2"]).loss[-1]


def test_every_number_of_an_update_with_constraints_is_shown():
    net, x, t = BOUND
    widget = stepper(net, x, t, RATE, hold=["b1"], tie=["b2"])
    for k, step in enumerate(widget.walk.steps):
        if step.kind == "update":
            _, said, lines, _ = shown_in(widget, k)
            assert said.endswith(f" = {fixed(step.value)}.")
            numbers = [computed(line) for line in lines if holds_numbers_only(line)]
            assert numbers == pytest.approx([step.value] * len(numbers), abs=2e-6)
            assert len(numbers) >= 2 - (step.name[:2] == "b1")


def test_paths_light_up_and_only_they():
    widget = stepper(*NETS["2-2-2"], RATE)
    for k, step in enumerate(widget.walk.steps):
        *_, svg = shown_in(widget, k)
        for group in svg.iter("g"):
            bands = [p for p in group.iter("path") if p.get("stroke-width") == "11.0"]
            expected = [n for n in {*step.uses, step.name.removeprefix("∂E/∂")} if n.startswith("w")]
            assert len(bands) == len(expected)


@each_net
def test_drawings_are_legible(case):
    walk = steps_of(*case, RATE)
    drawing = StepDrawing(walk)
    background = drawing.background(weights=True)
    for k in range(len(walk.steps)):
        marks = re.sub("<text ", '<text text-anchor="middle" ', drawing.frame(k))
        assert_legible(Picture(background.replace("</svg>", f"{marks}</svg>"), ""))


@pytest.mark.parametrize("ink", ["ink", "positive", "negative"])
def test_every_ink_can_be_read_on_what_lights_up(ink):
    assert (luminance(GLOW) + 0.05) / (luminance(COLOURS[ink]) + 0.05) >= 4.5


def test_a_wrong_number_in_a_frame_is_caught():
    widget = stepper(*NETS["1-1-1"], RATE)
    lines = shown_in(widget, 7)[2]
    assert computed(lines[-2]) == pytest.approx(computed(lines[-1]), abs=1e-6)
    lines = shown_in(widget, 7, "(−0.336286)", "0.336286")[2]
    assert computed(lines[-2]) != pytest.approx(computed(lines[-1]), abs=1e-2)


def test_the_slider_is_linked_and_speaks():
    widget = stepper(*NETS["1-1-1"], RATE)
    assert widget.index == 0
    assert len(widget.steps) == len(widget.sentences) == len(widget.labels) == 15
    assert repr(widget).startswith(
        "Slider “step”, 15 positions from 0 of 14 to 14 of 14. Step 0 of 14: before"
    )
    assert len(set(widget.sentences)) == 15


@pytest.mark.parametrize("k", [0, 8, 12])
def test_where_there_is_no_script_a_picture_of_the_step_stands(k):
    widget = stepper(*NETS["1-1-1"], RATE)
    widget.index = k
    (picture,) = widget.pictures()
    assert picture.alt == f"Network 1-1-1. {widget.sentences[k]}"
    texts = {node.text for node in ET.fromstring(picture.svg).iter() if node.tag.endswith("text")}
    assert {node.text for node in shown_in(widget, k)[3].iter("text")} <= texts
    data, _ = widget._repr_mimebundle_()
    assert data["text/html"].count("<img ") == 1


def test_size_and_cost():
    net, x, t = NETS["10-3-2"]

    def cost(work):
        times = []
        for _ in range(5):
            start = time.perf_counter()
            work()
            times.append(time.perf_counter() - start)
        return min(times)

    widget = stepper(net, x, t, RATE)
    state = json.dumps(dependency_state(widget)).encode()
    assert len(state) < 1e6
    trace, g = net.forward(x), net.gradients(x, t)
    one = cost(lambda: draw_network(net, trace, g, t, 0.1))
    assert cost(lambda: stepper(net, x, t, RATE)) < 2 * len(widget.sentences) * one


def test_labels_of_the_eleventh_layer_stand_by_the_rule_of_the_eleventh(monkeypatch):
    net = Network.random([*[1] * 10, 3, 4], biases=False)
    drawing, asked = StepDrawing(steps_of(net, [0.5], [0, 1, 0, 1], 0.5)), []
    fit = step_drawing.labels_that_fit
    monkeypatch.setattr(
        step_drawing, "labels_that_fit", lambda edges, share: asked.append(share) or fit(edges, share)
    )
    drawing.frame(0)
    assert asked == [drawing.layout.share(11)]


def test_before_a_softmax_every_z_is_computed_and_behind_it_every_slope_of_the_loss():
    net = Network.random([2, 2, 3], seed=1, activation=["tanh", "softmax"], loss="categorical_cross_entropy")
    names = [step.name for step in steps_of(net, [0.2, 0.5], [1, 0, 0], 0.5).steps]
    assert names[5:11] == ["z2[0]", "z2[1]", "z2[2]", "a2[0]", "a2[1]", "a2[2]"]
    assert names[12:18] == [f"∂E/∂{letter}2[{i}]" for letter in "az" for i in range(3)]

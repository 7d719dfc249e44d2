"""Pictures: made from the objects that compute, well-formed, with their content in words."""

import re
import xml.etree.ElementTree as ET
from html import escape
from itertools import product

import numpy as np
import pytest
from legibility import assert_legible, luminance, text_boxes

from backprop_lib import Network, train
from backprop_lib.drawing.canvas import COLOURS
from backprop_lib.drawing.curves import plot_loss
from backprop_lib.drawing.edges import labels_that_fit
from backprop_lib.drawing.layout import Layout
from backprop_lib.drawing.networks import NetworkDrawing, draw_network
from backprop_lib.drawing.panels import thin
from backprop_lib.drawing.surfaces import plot_surface, surface_panel
from backprop_lib.text import fixed, plain_name
from backprop_lib.widgets import log_rates, rate_explorer, slope_slider

NET = Network(weights=[[[0.5]], [[-0.25]]])
X, T = [0.1], [0.9]


@pytest.mark.parametrize(
    ("loss", "goal", "words"),
    [
        ([0.5, 0.1], 0.2, "from 0.500000 down to 0.100000; both axes logarithmic."),
        ([0.1, 0.5], 0.2, "from 0.100000 up to 0.500000; both axes logarithmic. It does not reach the goal."),
        ([0.5, 0.0], None, "from 0.500000 down to 0.000000; both axes logarithmic."),
        ([0.5, 1e-310], 0.0, "down to 0.000000; both axes logarithmic. It does not reach the goal."),
        ([0.0, 0.0], 0.1, "from 0.000000 to 0.000000; both axes logarithmic."),
        ([0.5], None, "over 0 updates, from 0.500000 to 0.500000; both axes logarithmic."),
        ([0.7, 0.5], None, "from 0.700000 down to 0.500000; the axis of updates logarithmic."),
        ([0.7, 0.5], 0.1, "both axes logarithmic. It does not reach the goal."),
    ],
)
def test_any_loss_has_a_curve_that_says_whether_it_reaches_the_goal(loss, goal, words):
    assert str(plot_loss(loss, goal)).endswith(words)


@pytest.mark.parametrize("name", ["positive", "negative", "ink", "soft"])
@pytest.mark.parametrize("ground", ["paper", "wash"])
def test_colours_of_text_have_contrast(name, ground):
    assert (luminance(COLOURS[ground]) + 0.05) / (luminance(COLOURS[name]) + 0.05) >= 4.5


def test_a_drawing_holds_the_networks_numbers():
    trace, gradients = NET.forward(X), NET.gradients(X, T)
    picture = draw_network(NET, trace, gradients, target=0.9, loss=NET.loss(X, T))
    written = [node.text for node in ET.fromstring(picture.svg).iter() if node.tag.endswith("text")]
    for value in (trace.z[0][0], trace.a[1][0], trace.z[1][0], trace.a[2][0]):
        assert fixed(value, 4) in written
    assert "w₂ = −0.2500" in written
    assert f"∂E/∂w₁ = {fixed(gradients.weights[0][0, 0], 4)}" in written
    for text in written:
        assert any(part in picture.alt for part in (text, text.rpartition(" = ")[0]))


def flows(net, x, t):
    """Return what flows back over each edge of the last layer: the weight times the delta behind it."""
    layer, delta = len(net.weights), net.gradients(x, t).deltas[-1][0]
    shares = delta[:, None] * net.weights[-1]
    return {f"w{layer}[{i},{j}]": float(v) for (i, j), v in np.ndenumerate(shares)}


NETS = {
    str(sizes): (Network.random(sizes, seed=3, biases=biases), np.linspace(-1, 1, sizes[0]))
    for sizes, biases in [
        *(([1, 1, 1], False), ([1, 1, 2], False), ([2, 2, 2], False), ([2, 2, 2], True), ([2, 3, 1], True)),
        *(([4, 3], False), ([4, 3, 4], True), ([5, 1, 5], True), ([10, 3, 2], True), ([10, 10], True)),
    ]
}


@pytest.mark.parametrize(("net", "x"), NETS.values(), ids=NETS)
@pytest.mark.parametrize("kind", ["plain", "full", "highlight", "backward"])
def test_networks_are_drawn_legibly(net, x, kind):
    trace, t = net.forward(x), np.linspace(0, 1, net.sizes[-1])
    given = {
        "plain": {},
        "full": {"gradients": net.gradients(x, t), "target": list(t), "loss": net.loss(x, t)},
        "highlight": {"highlight": ["w1[0,0]"], "gradients": net.gradients(x, t)},
        "backward": {"backward": flows(net, x, t), "target": list(t), "loss": net.loss(x, t)},
    }[kind]
    picture = draw_network(net, None if kind == "plain" else trace, **given)
    assert_legible(picture)
    assert len(picture.svg) < 40_000
    dense = max(w.size for w in net.weights) > 12
    if kind == "backward" and not dense:
        for name, value in given["backward"].items():
            assert f"{fixed(value, 4)} flows back over {plain_name(name, max(net.sizes) == 1)}" in picture.alt
        assert sum("z" in path.get("d") for path in ET.fromstring(picture.svg) if path.get("d")) == len(
            given["backward"]
        )
    if kind == "full":
        assert f"E = {fixed(net.loss(x, t), 6)}" in picture.alt
        for i, value in enumerate(t):
            name = "t" if len(t) == 1 else f"t[{i}]"
            assert f"target {name} = {fixed(value, 4)}" in picture.alt


@pytest.mark.parametrize("backward", [False, True])
def test_numbers_that_edges_have_no_room_for_stand_in_a_matrix(backward):
    """Each number is in the row of its neuron and in the column of its input, and on its own colour."""
    net, x = NETS["[4, 3]"]
    back = flows(net, x, np.ones(3)) if backward else {}
    picture = draw_network(net, net.forward(x), backward=back)
    assert_legible(picture)
    assert ("what flows back over the weights W1: a row" in picture.svg) == backward
    values = np.reshape(list(back.values()), (3, 4)) if backward else net.weights[0]
    boxes, _, height = text_boxes(picture)
    below = [(text, box) for text, box in boxes if box[1] > height - 140]
    inputs = {text: box for text, box in below if text.startswith("x[")}
    neurons = {text: box for text, box in below if text.startswith("z1[")}
    assert list(inputs) == [f"x[{j}]" for j in range(4)]
    assert list(neurons) == [f"z1[{i}]" for i in range(3)]
    for (i, j), value in np.ndenumerate(values):
        (left, _, right, _), (_, top, _, bottom) = inputs[f"x[{j}]"], neurons[f"z1[{i}]"]
        found = [
            text
            for text, box in below
            if box[0] < (left + right) / 2 < box[2] and box[1] < (top + bottom) / 2 < box[3]
        ]
        assert found == [fixed(value, 4)]


def nearest(edges, point):
    """Return which of the edges passes a point most closely."""
    starts, ends = (np.array([getattr(edge, side) for edge in edges]) for side in ("start", "end"))
    away, along = np.array(point) - starts, ends - starts
    shares = ((away * along).sum(axis=1) / (along**2).sum(axis=1)).clip(0, 1)
    return int(np.hypot(*(away - shares[:, None] * along).T).argmin())


@pytest.mark.parametrize("length", [180, 310])
@pytest.mark.parametrize("kind", ["weights", "slopes", "flows"])
def test_a_label_lies_nearest_to_its_own_edge_and_on_no_other(length, kind):
    fitting = set()
    for inputs, outputs in product(range(1, 7), repeat=2):
        W = np.linspace(-1, 1, inputs * outputs).reshape(outputs, inputs)
        names = {f"w1[{i},{j}]": float(w) for (i, j), w in np.ndenumerate(W)}
        layout = Layout([inputs, outputs], 66, 78, length, [112, 112], [(50, 50)] * 2)
        given = [names if kind == what else {} for what in ("slopes", "flows")]
        edges = layout.edges(1, W, *given)
        labels = labels_that_fit(edges, layout.share(1))
        assert len(labels) in (0, len(edges))
        for k, label in enumerate(labels):
            assert nearest(edges, (label.x, label.y)) == k
            assert not any(label.hides(other) for other in edges if other is not edges[k])
            assert label.lines[0][1] == edges[k].value
            fitting.add((inputs, outputs))
    assert {(2, 2), (4, 1)} <= fitting
    assert (4, 3) not in fitting


def test_labels_of_a_drawing_lie_nearest_to_their_own_edges():
    labelled = 0
    for net, x in NETS.values():
        layout = NetworkDrawing(net, None, None, [], None, set(), {}).layout
        drawn = draw_network(net, net.forward(x), net.gradients(x, np.ones(net.sizes[-1])))
        boxes = {text.partition(" = ")[0]: box for text, box in text_boxes(drawn)[0]}
        for layer, weights in enumerate(net.weights, 1):
            edges = layout.edges(layer, weights, {}, {})
            named = [k for k, edge in enumerate(edges) if edge.label in boxes]
            assert named in ([], list(range(len(edges))))
            labelled += len(named)
            for k in named:
                left, top, right, bottom = boxes[edges[k].label]
                assert nearest(edges, ((left + right) / 2, (top + bottom) / 2)) == k
    assert labelled >= 20


def test_words_list_few_weights_and_sum_up_many():
    net = Network.random([10, 3, 2], seed=1)
    alt, W = draw_network(net, gradients=net.gradients(np.ones(10), [0, 1])).alt, net.weights[0]
    least, most = (f"w1[{i},{j}]" for i, j in (divmod(int(k), 10) for k in (W.argmin(), W.argmax())))
    said = f"30 weights of layer 1, from {fixed(W.min(), 4)} ({least}) to {fixed(W.max(), 4)} ({most})"
    assert said in alt
    assert "30 gradients ∂E/∂w of layer 1" in alt
    assert "w1[0,0] = " not in alt
    for name in ("w2[0,0]", "w2[1,2]"):
        assert f"{name} = {fixed(net.by_name()[name], 4)}" in alt


def test_what_is_highlighted_stands_out_and_the_rest_turns_pale():
    net, _ = NETS["[4, 3]"]
    into_one = [f"w1[0,{j}]" for j in range(4)]
    picture = draw_network(net, highlight=into_one)
    edges = [m for m in ET.fromstring(picture.svg) if "L" in m.get("d", "")]
    assert sum(m.get("stroke") == COLOURS["line"] for m in edges) == 8
    written = [text for text, _ in text_boxes(picture)[0]]
    for name, w in net.by_name().items():
        assert (f"{name} = {fixed(w, 4)}" in written) == (name in into_one)
        assert (f"highlighted {name} = {fixed(w, 4)}" in picture.alt) == (name in into_one)


def test_negative_weights_without_numbers_are_dashed():
    net, _ = NETS["[10, 10]"]
    edges = [m for m in ET.fromstring(draw_network(net).svg) if "L" in m.get("d", "")]
    assert sum(m.get("stroke-dasharray") is not None for m in edges) == (net.weights[0] < 0).sum()


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"target": [0.1, 0.2, 0.3]}, "target holds 3 numbers, expected 2, one per output"),
        ({"target": 0.5}, "target holds 1 number, expected 2"),
        ({"highlight": ["w3[0,0]"]}, r"highlight holds 'w3\[0,0\]', expected weights such as 'w1\[0,0\]'"),
        ({"backward": {"b1[0]": 0.1}}, r"backward holds 'b1\[0\]', expected weights"),
        ({"backward": {"w1[0,0]": float("nan")}}, "is nan, expected a finite number"),
        ({"trace": NET.forward(X)}, "trace does not fit, expected that of one example"),
        ({"trace": NETS["[2, 2, 2]"][0].forward(np.ones((3, 2)))}, "trace does not fit"),
        ({"gradients": NET.gradients(X, T)}, "gradients do not fit"),
    ],
)
def test_what_cannot_be_drawn_is_refused(given, message):
    with pytest.raises(ValueError, match=message):
        draw_network(NETS["[2, 2, 2]"][0], **given)
    with pytest.raises(ValueError, match="the widest layer has 11 neurons, expected at most 10"):
        draw_network(Network.random([11, 2]))


def test_pictures_say_what_they_show_where_none_can_be_seen():
    history = train(NET, X, T, 0.9, epochs=50)
    names = ("w1[0,0]", "w2[0,0]")
    for picture in (
        draw_network(NET),
        plot_loss(history.loss, goal=1e-4),
        plot_surface(NET, X, T, names, (-1, 1, -1, 1), history.path),
    ):
        ET.fromstring(picture.svg)
        bundle = picture._repr_mimebundle_()
        assert bundle["text/plain"] == picture.alt == repr(picture)
        assert f'alt="{picture.alt}"'.replace("<", "&lt;") in bundle["text/html"]


def test_pictures_are_the_same_each_time():
    first, second = (plot_loss([0.5, 0.1, 0.02], goal=0.01).svg for _ in range(2))
    assert first == second


def test_marks_stand_where_the_axes_say():
    panel = surface_panel(NET, X, T, ("w1[0,0]", "w2[0,0]"), (-4, 4, -1, 10))
    left, top, width, height = map(float, panel.inside.split())
    corners = panel.pixels([-4, 4], [-1, 10])
    np.testing.assert_allclose(corners, [[left, top + height], [left + width, top]], atol=0.1)


@pytest.mark.parametrize("count", [1, 2, 160, 161, 9000])
def test_long_curves_are_thinned_but_keep_their_ends(count):
    kept = thin(count)
    assert len(kept) <= 160
    assert (kept[0], kept[-1]) == (0, count - 1)
    assert (np.diff(kept) > 0).all()


def explorer():
    return rate_explorer(NET, X, T, [0.9, 9.0, 1000.0], 900, goal=5e-5, start=0.9, surface=(-4, 4, -1, 10))


def test_a_slider_has_a_frame_for_every_rate():
    widget = explorer()
    assert len(widget.marks) == len(widget.sentences) == 3
    for i, (marks, sentence) in enumerate(zip(widget.marks, widget.sentences, strict=True)):
        paths = len(re.findall(r"<path ", "".join(marks)))
        assert paths == 5 + (i == 2)  # an arrow where it leaves the surface
        assert widget.labels[i] in sentence
    assert "saturates: after" in widget.sentences[2]


def test_curves_fill_the_panel_and_stay_inside():
    heights = []
    widget = explorer()
    left, top, width, height = map(float, widget.panels[1]["inside"].split())
    for _, loss, _ in widget.marks:
        dots = re.findall(r'cx="([-\d.]+)" cy="([-\d.]+)"', loss)
        assert len(dots) == 2
        for x, y in dots:
            assert left <= float(x) <= left + width
            assert top <= float(y) <= top + height
        heights += [(float(y) - top) / height for _, y in dots]
    assert min(heights) < 0.3
    assert max(heights) > 0.7


def test_slider_and_frames_are_linked_both_in_the_browser_and_in_words():
    widget = explorer()
    assert widget.index == 0
    widget.index = 2
    assert repr(widget).endswith(widget.sentences[2])
    data, _ = widget._repr_mimebundle_()
    assert data["text/plain"] == repr(widget)
    for panel in widget.panels:
        assert f'alt="{escape(panel["title"])}. {escape(widget.sentences[2])}"' in data["text/html"]
    assert "application/vnd.jupyter.widget-view+json" in data


@pytest.mark.parametrize(("index", "shown"), [(-1, 0), (3, 2), (10**9, 2)])
def test_a_page_that_asks_for_no_position_gets_the_nearest(index, shown):
    widget = explorer()
    widget.set_state({"index": index})
    assert widget.index == shown


def test_a_slider_is_light_enough_for_the_page():
    assert sum(len(mark) for marks in slope_slider("sigmoid").marks for mark in marks) < 200_000


def test_rates_are_spaced_evenly_and_hold_the_document():
    rates = log_rates(0.9, below=1, above=3)
    assert len(rates) == 61
    assert 0.9 in rates
    np.testing.assert_allclose(np.diff(np.log10(rates)), 1 / 15)
    np.testing.assert_allclose([rates[0], rates[-1]], [0.09, 900])


@pytest.mark.parametrize("rates", [[0.0], [-1.0], [float("nan")]])
def test_rates_and_goal_are_positive(rates):
    with pytest.raises(ValueError, match=r"learning_rates(\[0\])? is .*, expected .* (number|scale)"):
        rate_explorer(NET, X, T, rates, 5, goal=0.1, start=0.9)
    with pytest.raises(ValueError, match="goal is or holds 0, expected positive numbers"):
        rate_explorer(NET, X, T, [0.9], 5, goal=0, start=0.9)


def test_a_surface_needs_two_weights():
    with pytest.raises(ValueError, match="surface needs a network with two parameters, got one with 1"):
        rate_explorer(Network([[[0.5]]]), X, T, [0.9], 5, goal=0.1, start=0.9, surface=(0, 1, 0, 1))

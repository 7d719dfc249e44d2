"""Pictures: made from the objects that compute, well-formed, with their content in words."""

import re
import xml.etree.ElementTree as ET

import numpy as np
import pytest

from backprop_lib import Network, train
from backprop_lib.drawing import COLOURS, draw_network
from backprop_lib.plots import plot_loss, plot_surface, surface_panel, thin
from backprop_lib.text import fixed, plain_name
from backprop_lib.widgets import log_rates, rate_explorer, slope_slider

NET = Network(weights=[[[0.5]], [[-0.25]]])
X, T = [0.1], [0.9]


def luminance(colour):
    parts = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)]) / 255
    linear = np.where(parts <= 0.04045, parts / 12.92, ((parts + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


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


def test_every_size_of_network_can_be_drawn():
    for sizes in ([1, 1], [2, 2, 2], [4, 3], [6, 1, 6]):
        net = Network.random(sizes)
        picture = draw_network(net, net.forward(np.ones(sizes[0])))
        assert ET.fromstring(picture.svg).tag.endswith("svg")
        for name, w in net.by_name().items():
            assert name[0] == "b" or f"{plain_name(name, max(sizes) == 1)} = {fixed(w, 4)}" in picture.alt
    with pytest.raises(ValueError, match="the widest layer has 10 neurons, expected at most 6"):
        draw_network(Network.random([10, 3, 2]))


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
    assert len(widget.stack.children) == len(widget.sentences) == 3
    for i, (frame, sentence) in enumerate(zip(widget.stack.children, widget.sentences, strict=True)):
        assert re.match(
            rf'<div class="bp\w+"><p role="status">{re.escape(sentence).replace("<", "&lt;")}', frame.value
        )
        assert len(re.findall(r"<path ", frame.value)) == 4
        assert widget.slider._options_labels[i] in sentence
    assert "stalls" in widget.sentences[2]


def test_curves_fill_the_panel_and_stay_inside():
    widget = explorer()
    heights = []
    for frame in widget.stack.children:
        view = re.search(r'viewBox="([\d. ]+)"><path', frame.value)[1]
        left, top, width, height = map(float, view.split())
        dots = re.findall(r'cx="([-\d.]+)" cy="([-\d.]+)"', frame.value)[:2]
        for x, y in dots:
            assert left <= float(x) <= left + width
            assert top <= float(y) <= top + height
        heights += [(float(y) - top) / height for _, y in dots]
    assert min(heights) < 0.3
    assert max(heights) > 0.7


def test_slider_and_frames_are_linked_both_in_the_browser_and_in_words():
    widget = explorer()
    assert widget.slider.index == widget.stack.selected_index == 0
    widget.slider.index = 2
    assert repr(widget).endswith(widget.sentences[2])
    assert widget._repr_mimebundle_()["text/plain"] == repr(widget)


def test_a_slider_is_light_enough_for_the_page():
    frames = slope_slider("sigmoid").stack.children
    assert sum(len(frame.value) for frame in frames) < 200_000


def test_rates_are_spaced_evenly_and_hold_the_document():
    rates = log_rates(0.9, below=1, above=3)
    assert len(rates) == 61
    assert 0.9 in rates
    np.testing.assert_allclose(np.diff(np.log10(rates)), 1 / 15)
    np.testing.assert_allclose([rates[0], rates[-1]], [0.09, 900])


@pytest.mark.parametrize("rates", [[0.0], [-1.0], [float("nan")]])
def test_rates_and_goal_are_positive(rates):
    with pytest.raises(ValueError, match=r"learning_rates is .*, expected .* (number|scale)"):
        rate_explorer(NET, X, T, rates, 5, goal=0.1, start=0.9)
    with pytest.raises(ValueError, match="goal is or holds 0, expected positive numbers"):
        rate_explorer(NET, X, T, [0.9], 5, goal=0, start=0.9)


def test_a_surface_needs_two_weights():
    with pytest.raises(ValueError, match="surface needs a network with two parameters, got one with 1"):
        rate_explorer(Network([[[0.5]]]), X, T, [0.9], 5, goal=0.1, start=0.9, surface=(0, 1, 0, 1))

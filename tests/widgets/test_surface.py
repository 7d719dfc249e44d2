"""The loss surface: descents, slopes, contours, marks and words, against `Network`."""

import math
import re
import xml.etree.ElementTree as ET
from html import unescape
from threading import Thread
from urllib.parse import unquote

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from legibility import assert_legible, luminance
from strategies import problems

from backprop_lib import Network, train
from backprop_lib.drawing import COLOURS
from backprop_lib.drawing.contours import contours
from backprop_lib.drawing.slices import Slice
from backprop_lib.drawing.surfaces import empty_panel, holding
from backprop_lib.symbols.nudging import central_differences
from backprop_lib.text import fixed, rate
from backprop_lib.training.sweeping import loss_on_grid
from backprop_lib.widgets import surface_explorer
from backprop_lib.widgets.surface.surface_view import SurfaceView

ONE = Network([[[0.5]], [[0.5]]]), [0.1], [0.9]
FOUR = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]]), [0.2, 0.5], [0.2, 0.7]
BATCH = (
    Network([[[0.8]], [[0.6]]], loss="binary_cross_entropy"),
    [[0.5], [1.0], [2.0], [3.0]],
    [[1.0], [0.0], [1.0], [1.0]],
)
LINE = Network([[[0.5]]], [[0.0]], "identity"), [[1.0], [2.0]], [[2.0], [3.0]]
CASES = {
    "1-1-1": (ONE, ("w1[0,0]", "w2[0,0]"), (-4, 4, -1, 10)),
    "2-2-2": (FOUR, ("w2[1,0]", "w1[0,1]"), (-6, 6, -6, 6)),
    "batch": (BATCH, ("w2[0,0]", "w1[0,0]"), (-3, 4, -2, 5)),
    "bias": (LINE, ("w1[0,0]", "b1[0]"), (-4, 4, -4, 4)),
}
each = pytest.mark.parametrize(("example", "names", "limits"), CASES.values(), ids=CASES)


def number(text):
    """Return a number as the course writes it."""
    mantissa, _, power = text.strip("()").replace("−", "-").partition("·10")
    return float(mantissa) * 10.0 ** int(power.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹", "-0123456789")) or 0)


def descent_in_two(net, x, t, names, start, learning_rate, updates):
    """Descend with `Network` alone: all gradients, of which only two are used."""
    names, start = list(names), list(start)
    now = net.with_values(dict(zip(names, start, strict=True)))
    path, loss = [start], [now.loss(x, t)]
    for _ in range(updates):
        slopes = now.gradients(x, t).by_name()
        path.append([v - learning_rate * slopes[n] for n, v in zip(names, path[-1], strict=True)])
        now = net.with_values(dict(zip(names, path[-1], strict=True)))
        loss.append(now.loss(x, t))
    return np.array(path), np.array(loss)


@each
@pytest.mark.parametrize("learning_rate", [0.01, 0.3])
def test_only_the_two_learn_and_as_the_network_would(example, names, limits, learning_rate):
    surface = Slice(*example, names, limits)
    path, loss = descent_in_two(*example, names, (0.3, -0.7), learning_rate, 50)
    descent = surface.descend((0.3, -0.7), learning_rate, 50)
    np.testing.assert_allclose(descent.path, path, rtol=1e-10)
    np.testing.assert_allclose(descent.loss, loss, rtol=1e-10)
    wrong, _ = descent_in_two(*example, names, (0.3, -0.7), -learning_rate, 50)
    assert not np.allclose(descent.path, wrong, rtol=1e-4)


@settings(max_examples=25, deadline=None)
@given(problems(largest=3), st.data())
def test_descents_of_any_small_network(problem, data):
    net, x, t = problem
    parameters = list(net.by_name())
    if len(parameters) < 2:
        return
    names = data.draw(st.permutations(parameters))[:2]
    start = [net.by_name()[name] for name in names]
    surface = Slice(net, x, t, tuple(names), (-3, 3, -3, 3))
    path, loss = descent_in_two(net, x, t, names, start, 0.1, 10)
    descent = surface.descend(start, 0.1, 10)
    np.testing.assert_allclose(descent.path, path, rtol=1e-9, atol=1e-12)
    np.testing.assert_allclose(descent.loss, loss, rtol=1e-9, atol=1e-12)


def test_with_two_weights_it_is_the_whole_training_and_with_more_it_is_not():
    descent = Slice(*ONE, ("w1[0,0]", "w2[0,0]"), (-4, 4, -1, 10)).descend((0.5, 0.5), 0.9, 100)
    np.testing.assert_allclose(descent.path, train(*ONE, 0.9, 100).path, rtol=1e-10)
    names = ("w2[0,0]", "w2[1,0]")
    descent = Slice(*FOUR, names, (-6, 6, -6, 6)).descend((0.4, 0.5), 0.9, 100)
    every = train(*FOUR, 0.9, 100).path[:, [list(FOUR[0].by_name()).index(name) for name in names]]
    assert not np.allclose(descent.path, every, rtol=1e-3)


@each
def test_slopes_are_those_of_the_network_and_of_nudges(example, names, limits):
    net, x, t = example
    surface = Slice(*example, names, limits)
    for point in ((0.3, -0.7), (2.0, 1.5)):
        there = net.with_values(dict(zip(names, point, strict=True)))
        slopes, nudged = there.gradients(x, t).by_name(), central_differences(there, x, t)
        found = surface.gradient(point)
        assert found.tolist() == [slopes[name] for name in names]
        assert found == pytest.approx([nudged[name] for name in names], rel=1e-5)
        assert found != pytest.approx([-nudged[name] for name in names], rel=1e-5)


def shapes(panel):
    """Return what is drawn as contours: bands and lines as (colour, points), labels as (words, place)."""
    root, space = ET.fromstring(panel.svg), "{http://www.w3.org/2000/svg}"
    (x0, y0), (x1, y1) = panel.axes.transData.inverted().transform([(0, panel.height), (1, panel.height - 1)])
    origin, pixel = np.array([x0, y0]), np.array([x1 - x0, y1 - y0])
    drawn = {"bands": [], "lines": [], "labels": []}
    for path in root.iter(f"{space}path"):
        parts = re.findall(r"M(-?\d+) (-?\d+)l([-\d ]+)", path.get("d"))
        moves = [np.array([x, y, *steps.split()], dtype=float).reshape(-1, 2) for x, y, steps in parts]
        if moves:
            points = np.concatenate([np.cumsum(m, axis=0) for m in moves]) / 10
            kind = "lines" if path.get("fill") == "none" else "bands"
            drawn[kind].append((path.get("stroke") or path.get("fill"), origin + pixel * points))
    for text in root.iter(f"{space}text"):
        place = np.array([float(text.get("x")), float(text.get("y")) - float(text.get("font-size")) / 3])
        drawn["labels"].append((text.text, origin + pixel * place))
    return drawn


def grid_of(example, names, limits):
    """Return what computes the loss at a point, and the size of one cell of the contours' grid."""
    net, x, t = example
    left, right, bottom, top = limits

    def loss_at(point):
        return net.with_values(dict(zip(names, point, strict=True))).loss(x, t)

    return loss_at, np.array([(right - left) / 60, (top - bottom) / 110])


def around(loss_at, point, cell):
    return [loss_at(point + cell * corner) for corner in ((0, 0), (0, 1), (1, 0), (0, -1), (-1, 0))]


@each
def test_contours_join_points_of_the_loss_that_is_written_on_them(example, names, limits):
    (loss_at, cell), checked, off = grid_of(example, names, limits), 0, []
    found = shapes(Slice(*example, names, limits).panel)
    lines, labels = [points for _, points in found["lines"]], found["labels"]
    assert len(lines) >= len(labels) >= 2
    for label, place in labels:
        level = float(label)
        places = min(lines, key=lambda points: np.hypot(*((points - place) / cell).T).min())
        assert np.hypot(*((places - place) / cell).T).min() < 0.2
        for point in places[:: max(1, len(places) // 25)]:
            near = around(loss_at, point, cell)
            assert min(near) <= 1.005 * level
            assert max(near) >= 0.995 * level  # three digits are written
            off.append(loss_at(point[::-1]) / level)
            checked += 1
    assert checked > 30
    assert np.ptp(off) > 0.1  # with the axes exchanged it would show


@each
def test_the_darker_the_lower(example, names, limits):
    loss_at, cell = grid_of(example, names, limits)
    left, right, bottom, top = limits
    found = shapes(Slice(*example, names, limits).panel)["bands"]
    shades = [luminance(ink) for ink, _ in found]
    assert shades == sorted(shades)
    x, y = np.meshgrid(np.linspace(left, right, 61), np.linspace(bottom, top, 111))
    loss = loss_on_grid(example[0], *example[1:], dict(zip(names, (x, y), strict=True)))
    height = np.ptp(loss)
    levels, checked = loss.min() + np.geomspace(1e-4 * height, height, 12)[1:-1], 0
    assert len(found) == len(levels)
    for level, (_, points) in zip(levels, found, strict=True):
        x, y = points.T
        inside = (abs(x - (left + right) / 2) < (right - left) / 2 - cell[0]) & (
            abs(y - (bottom + top) / 2) < (top - bottom) / 2 - cell[1]
        )
        for point in points[inside][:: max(1, inside.sum() // 25)]:
            near = around(loss_at, point, cell)
            assert min(near) <= level <= max(near)
            checked += 1
    assert checked > 80


def test_a_label_without_room_is_left_out():
    axes = empty_panel((-1, 1, -1, 1))
    across, up = np.meshgrid(np.linspace(-1, 1, 41), np.linspace(-1, 1, 41))
    for height, written, labelled in (
        (across + up, {-1.98: "in the corner", 0.0: "across"}, ["across"]),
        (np.hypot(across, up), {0.05: "small ring", 0.6: "ring", 0.62: "next"}, ["ring", "next"]),
    ):
        marks = contours(axes, across, up, height, [-2, 0], ["#000000", "#ffffff"], written, 9)
        found = shapes(axes.overlay("", marks))
        assert [label for label, _ in found["labels"]] == labelled
        first, *others = [axes.pixels([x], [y])[0] for _, (x, y) in found["labels"]]
        assert all(np.hypot(*(place - first)) > 28 for place in others)
        assert len(found["lines"]) == len(written)


def test_contour_labels_keep_away_from_where_paths_begin():
    names = ("w1[0,0]", "w2[0,0]")
    panel = Slice(*BATCH, names, (-3, 4, -2, 5)).panel
    start = panel.pixels(*([BATCH[0].by_name()[name]] for name in names))
    places = [panel.pixels([x], [y]) for _, (x, y) in shapes(panel)["labels"]]
    assert len(places) == 3
    assert min(np.hypot(*(place - start).T) for place in places) > 28


@each
def test_contour_labels_are_legible(example, names, limits):
    panel = Slice(*example, names, limits).panel
    assert_legible(panel)
    texts = [node for node in ET.fromstring(panel.svg).iter() if node.tag.endswith("text")]
    left, top, width, height = map(float, panel.inside.split())
    for text in texts:
        ground, ink = text.get("stroke"), text.get("fill")
        assert (luminance(ground) + 0.05) / (luminance(ink) + 0.05) >= 4.5
        assert left < float(text.get("x")) < left + width
        assert top < float(text.get("y")) < top + height


@each
def test_a_step_that_the_arrow_is_longer_than_never_has_the_longest_arrow(example, names, limits):
    """Of two steps in the picture the longer one has the longer arrow, and what is said of it is true."""
    surface, point = Slice(*example, names, limits), np.array([0.3, 0.7])
    slope = surface.gradient(point)
    lengths = []
    for learning_rate in np.geomspace(1e-6, 1e6, 61):
        arrow = surface.arrow(point, -learning_rate * slope)
        here, beyond = surface.panel.pixels(*np.array([point, point - learning_rate * slope]).T)
        step, shown = np.hypot(*(beyond - here)), np.hypot(*np.subtract(arrow.tip, arrow.start))
        assert (step < shown - 1e-6) == (arrow.kind == "short")
        if arrow.kind != "long":
            lengths.append(shown)
    assert (np.diff(lengths) > -1e-6).all()


@each
@pytest.mark.parametrize("learning_rate", [1e-4, 0.3, 1e4])
def test_the_arrow_points_down_where_the_descent_goes(example, names, limits, learning_rate):
    surface = Slice(*example, names, limits)
    point = np.array([0.3, 0.7])
    step = -learning_rate * surface.gradient(point)
    arrow = surface.arrow(point, step)
    way = np.subtract(arrow.tip, arrow.start)
    here, ahead = surface.panel.pixels(*np.array([point, point + 1e-3 * step / np.hypot(*step)]).T)
    meant = (ahead - here) / np.hypot(*(ahead - here))
    assert way / np.hypot(*way) == pytest.approx(meant, abs=1e-6)
    if arrow.kind == "step":
        assert surface.shows(point + step)
        assert arrow.tip == pytest.approx(surface.panel.pixels(*(point + step)[:, None])[0])
    else:
        assert np.hypot(*way) == pytest.approx(18 if arrow.kind == "short" else 36)
    assert arrow.kind in {1e-4: ["short"], 0.3: ["short", "step"], 1e4: ["long"]}[learning_rate]
    uphill = surface.arrow(point, -step)
    assert np.dot(np.subtract(uphill.tip, uphill.start), way) < 0


def test_there_is_no_arrow_where_there_is_no_step_or_no_point():
    surface = Slice(*ONE, ("w1[0,0]", "w2[0,0]"), (-4, 4, -1, 10))
    assert surface.arrow((0, 0), (0, 0)) is None
    assert surface.arrow((0, 11), (0, -1)) is None
    assert surface.arrow((0, 0), (0, -0.9)).kind == "step"


def explorer(example=ONE, learning_rate=9.0, updates=100, **more):
    return surface_explorer(*example, learning_rate, updates, **more)


def page(widget):
    """What stands on the page: the sentence, a traceback, the picture."""
    answer = widget.says.answer
    return unescape(f"{answer['sentence']}{answer['traceback']}{widget.says.picture}")


def check_words(widget, example):
    """Check every number on the page against `Network`, for the inputs that the controls show."""
    net, x, t = example
    names, eta = (widget.across.value, widget.up.value), widget.rate.value
    start, k = [slider.value for slider in widget.starts], widget.update.value
    path, loss = descent_in_two(*example, names, start, eta, k)
    slopes = net.with_values(dict(zip(names, path[-1], strict=True))).gradients(x, t).by_name()
    slope = [slopes[name] for name in names]
    said, html = widget.view.sentence, page(widget)
    at = re.match(r"Update (\d+) of (\d+) at η = (\S+): (.*?)\. ", said)
    assert (int(at[1]), int(at[2])) == (k, len(widget.update.options) - 1)
    assert at[3] == rate(eta) == widget.rate.label
    found = [number(part.split(" = ")[1]) for part in at[4].split(", ")]
    meant = [*path[-1], loss[-1], *slope]
    assert found == pytest.approx(meant, rel=6e-3, abs=6e-5)
    lines = re.findall(r"<p>(\S+) ← (\S+) − (\S+) · (\S+) = (\S+)</p>", html)
    assert len(lines) == 2
    for line, v, s in zip(lines, path[-1], slope, strict=True):
        assert [number(part) for part in line[1:4]] == pytest.approx([v, eta, s], rel=6e-3, abs=6e-5)
        assert number(line[4]) == pytest.approx(v - eta * s, rel=1e-4, abs=6e-5)
    (open_disc, starts), (full_disc, after) = re.findall(r"<p><svg(.*?)</svg> (.*?)</p>", html)
    starts = starts.partition("start: ")[2].removesuffix(".")
    assert starts == ", ".join(f"{m[0]} = {fixed(v, 4)}" for m, v in zip(lines, start, strict=True))
    assert after.startswith(f"after update {k}.")
    assert [re.search('r="5" fill="(#\\w+)"', disc)[1] for disc in (open_disc, full_disc)] == [
        COLOURS["paper"],
        COLOURS["negative"],
    ]
    assert f"● after update {k}." in html  # in the alternative text
    (alt,) = re.findall(r'aria-label="(.*?)"', html)
    assert said in alt
    assert starts in alt
    assert html.count(said) == 2
    return path, loss


def moves(widget):
    """Return controls, each with the trait that a learner's hand changes."""
    sliders = *widget.starts, widget.rate, widget.update
    return [(slider, "index", len(slider.options) - 1) for slider in sliders]


@pytest.mark.parametrize(
    ("example", "more"),
    [
        (ONE, {"region": (-4, 4, -1, 10)}),
        (FOUR, {"learning_rate": 0.3, "weights": ("w2[0,0]", "w1[1,1]")}),
        (BATCH, {"learning_rate": 0.5, "region": (-3, 4, -2, 5)}),
    ],
)
def test_whatever_is_moved_everything_shown_belongs_to_it_at_one_go(example, more):
    widget = explorer(example, **more)
    rng = np.random.default_rng(1)
    check_words(widget, example)
    for _ in range(25):
        control, trait, last = moves(widget)[rng.integers(4)]
        before, said = getattr(control, trait), widget.says.answer["said"]
        setattr(control, trait, int(rng.integers(last + 1)))
        assert widget.says.answer["said"] == said + (getattr(control, trait) != before)
        check_words(widget, example)
    widget.back.click()
    assert [slider.value for slider in widget.starts] == pytest.approx(
        [example[0].by_name()[name] for name in (widget.across.value, widget.up.value)]
    )
    assert (widget.update.value, widget.rate.value) == (0, more.get("learning_rate", 9.0))
    check_words(widget, example)


def test_other_weights_begin_at_their_own_values():
    widget = explorer(FOUR, learning_rate=3)
    assert "A slice: the other 6 weights stay as they are, and only these two learn." in page(widget)
    widget.update.value, background = 40, widget.says.grounds
    said = widget.says.answer["said"]
    widget.up.value = "w2[1,0]"
    assert widget.says.answer["said"] == said + 1
    assert [slider.value for slider in widget.starts] == [0.1, 0.5]
    assert [slider.name for slider in widget.starts] == ["start w1[0,0]", "start w2[1,0]"]
    assert widget.update.value == 0
    assert widget.says.grounds != background
    check_words(widget, FOUR)
    widget.back.click()
    assert (widget.across.value, widget.up.value) == ("w1[0,0]", "w1[0,1]")
    assert widget.says.grounds == background
    check_words(widget, FOUR)


def test_the_same_weight_twice_is_answered_in_words_and_nothing_old_is_left():
    widget = explorer(FOUR)
    for act in (lambda: setattr(widget.up, "value", "w1[0,0]"), lambda: setattr(widget.update, "value", 3)):
        act()
        assert "Both menus say w1[0,0]: choose two different ones." in page(widget)
        assert "<svg" not in page(widget)
        assert "Traceback" not in page(widget)
    widget.across.value = "w2[1,1]"
    check_words(widget, FOUR)


def test_controls_heard_in_other_threads_wait_for_their_turn():
    widget = surface_explorer(*FOUR, learning_rate=3, updates=20, weights=["w1[1,1]", "w1[0,1]"])
    widget.across.value = "w2[0,0]"
    second = Thread(target=setattr, args=(widget.across, "value", "w1[0,0]"))

    def meanwhile(_):
        if second.ident is None:  # going back is half done
            second.start()
            second.join(0.2)

    widget.starts[0].observe(meanwhile, "name")
    widget.back.click()
    second.join(10)
    assert widget.across.value == "w1[0,0]"
    assert widget.view.names == ["w1[0,0]", "w1[0,1]"]
    assert [slider.name for slider in widget.starts] == ["start w1[0,0]", "start w1[0,1]"]


@pytest.mark.parametrize(("clicked", "places"), [((1, 4, 9), (4, 9)), ((1, -3, 10**6), (0, -1))])
def test_a_click_moves_both_starts_and_is_answered_once(clicked, places):
    widget = explorer(ONE)
    said = widget.says.answer["said"]
    widget.says.set_state({"clicked": clicked})
    starts = [slider.options[at][1] for slider, at in zip(widget.starts, places, strict=True)]
    assert [slider.value for slider in widget.starts] == starts
    assert widget.says.answer["said"] == said + 1
    check_words(widget, ONE)


def test_a_click_is_measured_by_where_the_starts_lie():
    widget = explorer(ONE, region=(-4, 4, -1, 10))
    for slider, places, (low, high) in zip(
        widget.starts, widget.says.places, ((-4, 4), (-1, 10)), strict=True
    ):
        values = [low + share * (high - low) for share in places]
        assert values == pytest.approx([value for _, value in slider.options], abs=1e-3)


def test_menus_are_there_only_where_there_is_a_choice():
    assert explorer(ONE).across not in {
        c for box in explorer(ONE).children for c in getattr(box, "children", ())
    }
    widget = explorer(FOUR)
    assert widget.across in widget.children[0].children
    assert widget.across.options == tuple((name, name) for name in FOUR[0].by_name())


def test_a_mistake_of_the_program_is_shown_and_the_widget_goes_on(monkeypatch):
    widget = explorer(ONE)
    with monkeypatch.context() as broken:
        broken.setattr(Slice, "descend", lambda *_: 1 / 0)
        widget.rate.index = 5
        assert "ZeroDivisionError: division by zero" in page(widget)
        assert "Traceback" in page(widget)
        assert "<svg" not in page(widget)
    widget.rate.index = 6
    check_words(widget, ONE)


def test_divergence_is_named_with_its_update():
    widget = explorer(LINE, learning_rate=200, updates=1000, region=(-4, 4, -4, 4))
    last = widget.view.descent.last
    assert 0 < last < 1000
    assert f"It diverges: update {last + 1} leaves the range of numbers." in widget.view.sentence
    assert "The path leaves the picture at update 1." in widget.view.sentence
    with np.errstate(all="ignore"):
        _, loss = descent_in_two(*LINE, ("w1[0,0]", "b1[0]"), (0.5, 0.0), 200, last + 1)
    assert np.isfinite(loss).tolist() == [True] * (last + 1) + [False]
    widget.update.value = 1000
    assert widget.view.sentence.startswith(f"Update {last} of 1000")
    assert "This point lies outside the picture." in page(widget)
    widget.rate.value = widget.rate.options[0][1]
    assert "diverges" in widget.view.sentence
    slow = explorer(LINE, learning_rate=0.1, updates=1000, region=(-4, 4, -4, 4))
    assert "diverge" not in slow.view.sentence
    assert "leaves" not in slow.view.sentence


@pytest.mark.parametrize(
    ("example", "eta", "updates", "words"),
    [
        (LINE, 0.7, 20, "It diverges: from update"),
        (ONE, 900, 200, "It saturates: after 200 updates"),
        (BATCH, 15, 200, "It oscillates: after 200 updates"),
        (BATCH, 0.5, 1000, "After 1000 updates E is 0.538401 and hardly falls any more."),
        (ONE, 0.9, 1, "After 1 update E is "),
    ],
)
def test_the_end_of_the_descent_in_words(example, eta, updates, words):
    widget = explorer(example, learning_rate=eta, updates=updates)
    assert words in widget.view.sentence
    end = re.search(r"E is (\S+?),? and", widget.view.sentence)
    names = list(example[0].by_name())
    path, loss = descent_in_two(*example, names, example[0].by_name().values(), eta, updates)
    if "diverges" in words:
        first = int(re.search(r"from update (\d+) on", widget.view.sentence)[1])
        assert (loss[first:] > 10 * loss[0]).all()
        assert loss[first - 1] <= 10 * loss[0]
    else:
        assert number(end[1]) == pytest.approx(loss[-1], rel=6e-3)
    left = re.search(r"leaves the picture at update (\d+)", widget.view.sentence)
    low, high = widget.view.surface.limits[:2]
    outside = [k for k, point in enumerate(path) if not all(low <= v <= high for v in point)]
    assert outside[:1] == ([int(left[1])] if left else [])


def test_where_the_loss_is_flat_there_is_no_arrow_and_no_crash():
    flat = Network([[[0.5, 0.5]]]), [0.0, 0.0], [1.0]
    widget = explorer(flat)
    assert "The gradient is 0: there is no next step, and no arrow." in page(widget)
    check_words(widget, flat)


@each
def test_marks_stand_where_the_numbers_say(example, names, limits):
    surface = Slice(*example, names, limits)
    descent = surface.descend((0.3, 0.7), 0.3, 60)
    for k in (0, 1, 30, 60):
        root = ET.fromstring(surface.marks(descent, k, None))
        start, here = ([float(c.get("cx")), float(c.get("cy"))] for c in root.iter("circle"))
        path, loss = descent_in_two(*example, names, (0.3, 0.7), 0.3, k)
        assert loss[-1] == pytest.approx(descent.loss[k])
        assert start == pytest.approx(surface.panel.pixels([0.3], [0.7])[0], abs=0.06)
        assert here == pytest.approx(surface.panel.pixels(*path[-1:].T)[0], abs=0.06)
        _, whole, walked, _ = (p.get("d")[1:].split("L") for p in root.iter("path"))
        assert [float(v) for v in walked[-1].split()] == here
        assert whole[0] == walked[0]
    long = surface.descend((0.3, 0.7), 0.3, 1000)
    assert len(surface.marks(long, 500, None)) < 20_000


def test_every_start_and_every_rate_is_what_it_says():
    widget = explorer(ONE, learning_rate=0.9, region=(-4, 4, -1, 10))
    for slider, (low, high), own in zip(widget.starts, ((-4, 4), (-1, 10)), (0.5, 0.5), strict=True):
        values = [value for _, value in slider.options]
        assert values == sorted(set(values))
        assert (values[0], values[-1]) == (low, high)
        assert own in values
        assert 25 < len(values) < 53
    for label, value in (*widget.starts[0].options, *widget.starts[1].options, *widget.rate.options):
        assert number(label) == value
    rates = [value for _, value in widget.rate.options]
    assert (rates[0], rates[20], rates[-1]) == (0.009, 0.9, 90)
    np.testing.assert_allclose(np.diff(np.log10(rates)), 0.1, atol=0.01)


def test_it_speaks_where_no_widget_can_be_shown():
    widget = explorer(FOUR)
    assert repr(widget).startswith(
        "Loss surface over w1[0,0] and w1[0,1], with a descent. A slice: the other 6 weights stay as they are"
    )
    assert repr(widget).endswith(widget.view.sentence)
    assert widget._repr_mimebundle_()["text/plain"] == repr(widget)
    (picture,) = widget.pictures()
    ET.fromstring(picture.svg)
    assert widget.view.sentence in picture.alt
    assert widget._repr_mimebundle_()["text/html"].count("<img ") == 1
    for part in (widget.view.surface.marks(widget.view.descent, 0, widget.view.arrow), *widget.view.names):
        assert part in picture.svg


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"region": (4, -4, 0, 1)}, r"region is .*, expected left < right and bottom < top"),
        ({"region": (-4, 4, 1)}, "region holds 3 numbers, expected 4: left, right, bottom, top"),
        ({"region": (-4, math.nan, 0, 1)}, r"region\[1\] is nan, expected a finite number"),
        ({"weights": ("w1[0,0]", "w3[0,0]")}, "weights is .*, expected two different names such as"),
        ({"weights": ("w1[0,0]", "w1[0,0]")}, "expected two different names"),
        ({"weights": "w1[0,0]"}, "expected two different names"),
        ({"learning_rate": math.nan}, "learning_rate is nan, expected a finite number"),
        ({"learning_rate": 0.0}, "learning_rate is 0.0, expected a positive number"),
        ({"updates": 0}, "updates is 0, expected a whole number of at least 1"),
        ({"updates": 5000}, "updates is 5000, expected at most 1000"),
        ({"example": (ONE[0], [0.1, 0.2], [0.9])}, "x has shape"),
        ({"example": (ONE[0], [0.1], [math.nan])}, "is nan, expected a finite number"),
        ({"example": (Network([[[0.5]]]), [0.1], [0.9])}, "net has 1 parameter, expected from 2 to 200"),
        ({"example": (Network.random([20, 10]), np.ones(20), np.ones(10))}, "net has 210 parameters"),
    ],
)
def test_bad_input_is_one_sentence(given, message):
    with pytest.raises(ValueError, match=message):
        explorer(**given)


@pytest.mark.parametrize("w1", [5.0, -12.0, 0.0, 1000.0])
def test_the_map_grows_to_hold_the_start(w1):
    region = (1, 4, -1, 10)
    widget = explorer((Network([[[w1]], [[0.5]]]), [0.1], [0.9]), region=region)
    left, right, bottom, top = widget.view.surface.limits
    assert left < w1 < right
    assert (min(left, 1), max(right, 4), bottom, top) == (left, right, -1, 10)
    assert [slider.value for slider in widget.starts] == [w1, 0.5]
    assert widget.view.surface.shows((w1, 0.5))
    beside = explorer((Network([[[2.0, w1], [0.5, 0.5]]]), [0.1, 0.2], [0.9, 0.1]), region=region)
    assert beside.view.surface.limits == holding(region, [[2.0, w1]])
    beside.across.value = "w1[1,1]"  # a pair has a map of its own
    assert beside.view.surface.limits == holding(region, [[0.5, w1]])


def test_nan_weights_cannot_come_this_far():
    with pytest.raises(ValueError, match=r"weights\[0\]\[0, 0\] is nan"):
        explorer((Network([[[math.nan]], [[0.5]]]), [0.1], [0.9]))


def test_a_loss_beyond_all_numbers_is_no_surface():
    huge = Network([[[0.5]], [[0.5]]], activation="identity"), [1e80], [0.0]
    with pytest.raises(ValueError, match=r"the loss is not finite all over .*, expected smaller limits"):
        Slice(*huge, ("w1[0,0]", "w2[0,0]"), (-1e80, 1e80, -1e80, 1e80))
    with pytest.raises(ValueError, match="both axes show"):
        Slice(*ONE, ("w1[0,0]", "w1[0,0]"), (-1, 1, -1, 1))


@each
def test_the_axes_are_named_and_stand_behind_the_contours(example, names, limits):
    surface = Slice(*example, names, limits)
    view = SurfaceView(surface, surface.descend((0.3, 0.7), 0.5, 5), 0.5, asked=2)
    across, up = re.findall(r"<text ([^>]*)>([^<]*)</text>", view.html)
    assert [unescape(across[1]), unescape(up[1])] == view.names
    assert "rotate" in up[0]
    assert "rotate" not in across[0]
    found = [ground.partition(",")[2] for ground in view.grounds]
    contours_drawn, axes_drawn = (unquote(svg) for svg in found)  # the first lies on top
    assert "xtick" in axes_drawn
    assert "xtick" not in contours_drawn
    assert "evenodd" in contours_drawn
    assert "evenodd" not in axes_drawn
    assert surface.panel.inside == surface.frame.inside
    assert surface.panel.pixels([0.3], [0.7]) == pytest.approx(surface.frame.pixels([0.3], [0.7]))

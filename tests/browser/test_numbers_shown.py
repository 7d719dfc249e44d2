"""That a wrong number is found: frames as the page would show them, and the same with one mistake in them."""

import json

import numbers_of_rates
import numbers_of_steps
import numpy as np
import pytest
from numbers_in_frames import digits, walked
from numbers_of_rates import axes_of, faults_of_position
from numbers_of_steps import faults_of_step
from numbers_shown import differences, faults

from backprop_lib import Network, widgets

ONE = Network([[[0.5]], [[0.5]]])  # two weights of the same value
FOUR = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
FAN = Network([[[0.8]], [[0.6], [-0.9]]], [[0], [1, 2]], loss="binary_cross_entropy")
MADE = {
    "one": ("stepper", {"net": ONE, "x": [0.1], "t": [0.9], "learning_rate": 0.9}),
    "four": ("stepper", {"net": FOUR, "x": [0.2, 0.5], "t": [0.2, 0.7], "learning_rate": 0.3}),
    "fan": ("stepper", {"net": FAN, "x": [1.5], "t": [1.0, 0.0], "learning_rate": 0.4}),
    "crossing": (
        "stepper",
        {"net": Network.random([2, 2, 2]), "x": [0.2, 0.5], "t": [0.2, 0.7], "learning_rate": 0.4},
    ),
    "many": (
        "stepper",
        {"net": Network.random([10, 3, 2]), "x": np.arange(10) % 2, "t": [0.0, 1.0], "learning_rate": 0.4},
    ),
}
RATES = {"learning_rates": [0.9, 9.0, 90.0, 900.0], "updates": 300, "start": 9.0}
MADE["surface"] = (
    "rate_explorer",
    {"net": ONE, "x": [0.1], "t": [0.9], "goal": 5e-5, "surface": (-4, 4, -1, 10), **RATES},
)
MADE["weights"] = ("rate_explorer", {"net": FOUR, "x": [0.2, 0.5], "t": [0.2, 0.7], "goal": 1e-4, **RATES})
BOWL = Network([[[10.0], [10.0]]], activation="identity", loss="squared_error")
MADE["bowl"] = (
    "rate_explorer",
    {"net": BOWL, "x": [1.0], "t": [0.0, 0.0], "goal": 1e-3, "surface": (-12, 12, -12, 12)}
    | {**RATES, "learning_rates": [1e-4, 0.01, 0.3, 1.0, 3.0]},
)


@pytest.fixture(scope="module")
def right():
    return {name: walked(getattr(widgets, what)(**given)) for name, (what, given) in MADE.items()}


@pytest.mark.parametrize("case", MADE)
def test_a_right_widget_has_no_faults(right, case):
    assert faults(*MADE[case], right[case]) == []


def text_of(shown):
    return json.dumps(shown, ensure_ascii=False)


@pytest.fixture(scope="module")
def meant(right):
    """Return for each case what is meant, and what stands behind the marks."""
    found = {}
    for case, (what, given) in MADE.items():
        grounds = right[case]["grounds"]
        if what == "stepper":
            found[case] = numbers_of_steps.Meant(**given), grounds[0]
        else:
            rates = numbers_of_rates.Meant(**given)
            found[case] = rates, axes_of(rates, grounds)
    return found


def found(right, meant, case, position, change):
    """Return the faults after a change of one position, which must change something."""
    before = right[case]["seen"][position]
    after = json.loads(text_of(before))
    after = change(after) or after
    assert after != before
    check = faults_of_step if MADE[case][0] == "stepper" else faults_of_position
    return list(check(meant[case][0], position, after, meant[case][1]))


def swap(old, new):
    return lambda shown: json.loads(text_of(shown).replace(old, new))


def at(path, change):
    """Return a change of what stands at a path of keys: a function of it, or else what to put there."""

    def made_there(shown):
        for key in path[:-1]:
            shown = shown[key]
        shown[path[-1]] = change(shown[path[-1]]) if callable(change) else change

    return made_there


def without(*path):
    def leave_out(shown):
        for key in path[:-1]:
            shown = shown[key]
        del shown[path[-1]]

    return leave_out


def exchange(*path):
    """Return a change that lets the first two in a list change places."""
    return at(path, lambda listed: [listed[1], listed[0], *listed[2:]])


def shifted(path):
    """Return a curve of which the third point is a pixel further to the right."""
    first, second, third, *rest = path.split("L")
    x, y = third.split()
    return "L".join([first, second, f"{float(x) + 1:g} {y}", *rest])


DRAWN = ("drawings", 0, "texts")
MISTAKES = [
    ("one", 1, at(["rows", 0, 0], "z_{2} ="), "on the left stands"),
    ("one", 1, at(["rows", 0, 1], "w_{2} · x"), "w_{2} · x gives"),  # by chance the same in this network
    ("one", 1, at(["rows", 0, 1], "w_{3} · x"), "cannot be computed"),
    ("one", 1, at(["rows", 1, 1], "0.1 · 0.5"), "w_{1} is 0.1, expected 0.5"),
    ("one", 1, at(["rows", 1, 1], "0.05"), "has not the form"),
    ("one", 1, at(["rows", 2, 1], "0.500000"), "the result is 0.500000"),
    ("one", 1, without("rows", 1), "1 rows with symbols and 2 in all"),
    ("one", 8, without("rows", 0), "1 rows with symbols and 3 in all"),
    ("one", 8, swap("(−0.082706)", "0.082706"), "δ_{2} is 0.082706, expected -0.0827"),
    ("one", 12, swap("0.5 + 0.000930", "0.5 + 0.000940"), "the products are 0.5 + 0.000940"),
    ("one", 12, swap("w_{1} − η", "w_{1} + η"), "w_{1} + η · {{∂E}/{∂w_{1}}} gives"),
    ("fan", 9, without("rows", 2), "2 rows with symbols and 4 in all"),
    ("one", 0, at(["rows", 0], ["E =", "0.1"]), "a row too many"),
    ("one", 6, swap("would fall", "would rise"), "says ['would rise'], expected ['would fall']"),
    ("one", 12, swap("w₁ grows.", "w₁ falls."), "says [' falls.', 'is negative']"),
    ("one", 14, swap("and fell", "and rose"), "says ['and rose.']"),
    ("one", 14, swap("0.056544", "0.056554"), "the numbers are ['0.056554'"),
    ("one", 8, swap("∂E/∂w₂ = −0.042387.", "∂E/∂w₁ = −0.042387."), "does not end with ∂E/∂w₂"),
    ("four", 20, swap("opposite directions", "one direction"), "says ['along 2 paths']"),
    ("one", 3, at(["readout"], "2 of 14"), "position 3 of 14 reads 2 of 14"),
    ("one", 3, at(["drawings", 0, "name"], "Network 1-1-1."), "the drawing is called"),
    (
        "one",
        9,
        at([*DRAWN, 0, 2], "0.0501"),
        "in the drawing (shown, expected): {'z1[0]': ('0.0501', '0.0500')}",
    ),
    ("one", 9, without(*DRAWN, 0), "in the drawing (shown, expected): {'z1[0]': (None, '0.0500')}"),
    ("one", 9, without(*DRAWN, -1), "missing in the drawing: ['flow w2[0,0]']"),
    ("one", 9, at([*DRAWN, -1, 2], "← δ · w = 0.0414"), "on w2[0,0] stands ← δ · w = 0.0414"),
    ("one", 4, at([*DRAWN, -1, 0], 200.0), "on w1[0,0] stands w₂ = 0.5000"),
    ("one", 4, at([*DRAWN, -1, 1], 90.0), "stands on []"),
    ("one", 13, swap("0.5000 → 0.5381", "0.5381 → 0.5000"), "stands 0.5381 → 0.5000"),
    ("crossing", 1, at([*DRAWN, -1, 2], "0.1000"), "expected one edge"),
    ("many", 1, at([*DRAWN, -1, 2], "0.0001"), "on w1[0,9] stands 0.0001"),
    ("many", 1, without(*DRAWN, -1), "missing in the drawing: ['w1[0,9]']"),
    ("fan", 12, without(*DRAWN, -2), "missing in the drawing: ['∂E/∂w2[0,0]']"),
    ("surface", 1, at(["readout"], "9.01"), "reads 9.01 and says 9.00"),
    ("surface", 1, swap("80 updates", "81 updates"), "says E < "),
    ("surface", 1, swap("5.00·10⁻⁵", "5.00·10⁻⁴"), "the goal is 5.00·10⁻⁴"),
    ("surface", 1, swap("converges", "crawls"), "says crawls, expected converges"),
    ("surface", 1, swap("w₁ = 0.8694", "w₁ = −0.8694"), "the weights are [('w₁', '−0.8694')"),
    ("surface", 1, swap(", w₂ = 4.0112", ""), "the weights are [('w₁', '0.8694')]"),
    ("surface", 1, swap("at w₁", "at 3 w₁"), "6 numbers in the sentence"),
    ("surface", 0, swap("E is 0.0", "E is 0.1"), "E is 0.1"),
    ("surface", 1, at(["drawings", 1, "name"], "Loss curve."), "a drawing is called Loss curve., not"),
    ("surface", 1, at(["drawings", 0, "dots", 0, 1], lambda y: y + 0.2), "marks at"),
    ("surface", 1, at(["drawings", 0, "paths", 0], "M300 8.4V226.8"), "marks at"),
    ("surface", 1, at(["drawings", 1, "dots", 1, 0], lambda x: x - 0.2), "dots at"),
    ("surface", 1, at(["drawings", 2, "dots", 0, 0], lambda x: x - 0.2), "dots at"),
    ("surface", 1, at(["drawings", 2, "paths", 1], shifted), "point 2 of a curve is at"),
    (
        "surface",
        1,
        at(["drawings", 1, "paths", 1], lambda d: d[: d.rindex("L")]),
        "a curve of 80 points, expected 81",
    ),
    ("surface", 3, at(["drawings", 2, "moved", -1], "translate(1 1)"), "arrowheads at [(1.0, 1.0)]"),
    ("weights", 1, exchange("drawings", 2, "paths"), "point"),
    ("weights", 1, exchange("drawings", 2, "dots"), "dots at"),
    ("bowl", 4, at(["drawings", 0, "dots"], [[600.0, 20.0]]), "marks at"),
]


@pytest.mark.parametrize(("case", "position", "change", "says"), MISTAKES)
def test_a_mistake_is_found(right, meant, case, position, change, says):
    assert any(says in fault for fault in found(right, meant, case, position, change))


BEHIND = [
    ("one", ">0.1000<", ">0.2000<", "given are"),
    ("one", "target t = 0.9000", "target t = 0.8000", "given are"),
    ("many", "x[3] = 1.0000", "x[3] = 0.0000", "given are"),
]


@pytest.mark.parametrize(("case", "old", "new", "says"), BEHIND)
def test_a_mistake_behind_the_marks_is_found(right, case, old, new, says):
    grounds = right[case]["grounds"]
    assert all(old in ground for ground in grounds)
    wrong = [ground.replace(old, new) for ground in grounds]
    assert any(says in fault for fault in faults(*MADE[case], {**right[case], "grounds": wrong}))


@pytest.mark.parametrize(
    ("panel", "old", "new"), [(0, "<!-- 10 -->", "<!-- 20 -->"), (2, "<!-- 2 -->", "<!-- 3 -->")]
)
def test_a_wrong_number_at_an_axis_is_found(right, panel, old, new):
    grounds = list(right["surface"]["grounds"])
    assert old in grounds[panel]
    grounds[panel] = grounds[panel].replace(old, new)
    with pytest.raises(AssertionError, match="wrong at an axis"):
        faults(*MADE["surface"], {**right["surface"], "grounds": grounds})


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("first at η = 90.0", "first at η = 9.00", "the valley is at"),
        ("after 1 update. After", "after 2 updates. After", "the valley is at"),
        ("begins at η = 900", "begins at η = 90.0", "the cliff is at"),
        ("After 300 updates the", "After 400 updates the", "the cliff is at"),
        (" and 300 updates", " and 400 updates", "the overview speaks of"),
    ],
)
def test_a_mistake_in_what_the_overview_says_is_found(right, old, new, says):
    before = text_of(right["surface"])
    assert old in before
    assert any(says in fault for fault in faults(*MADE["surface"], json.loads(before.replace(old, new))))


@pytest.mark.parametrize(("case", "position"), [("one", 5), ("one", 12), ("four", 20), ("fan", 9)])
def test_every_wrong_digit_and_sign_is_found(right, meant, case, position):
    shown = right[case]["seen"][position]
    shown = {**shown, "drawings": [{key: shown["drawings"][0][key] for key in ("name", "texts")}]}
    wrong = list(digits(shown))
    assert len(wrong) > 80
    for path, text in wrong:
        after = json.loads(text_of(shown))
        at(path, text)(after)
        assert list(faults_of_step(meant[case][0], position, after, meant[case][1])), (path, text)


def test_positions_or_backgrounds_that_are_missing_are_found(right):
    for case, given in MADE.items():
        for key in ("seen", "grounds"):
            assert faults(*given, {**right[case], key: right[case][key][1:]})


def test_a_difference_on_the_way_back_is_found(right):
    there = right["one"]
    back = json.loads(text_of({**there, "seen": there["seen"][::-1]}))
    assert differences(there, back) == []
    back["seen"][0]["rows"][-1][-1] = "0.1"
    (found,) = differences(there, back)
    assert "Step 14 of 14" in found
    assert differences(there, {**back, "seen": back["seen"][1:]})
    assert differences(there, {**back, "grounds": []})

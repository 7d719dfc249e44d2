"""A network of one's own: put together in fields, kept as a text, safe from whatever is typed."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import problems

from backprop_lib import Network
from backprop_lib.core import ACTIVATIONS, LOSSES
from backprop_lib.documents import Judge
from backprop_lib.drawing import plot_decisions
from backprop_lib.widgets import own_network
from backprop_lib.widgets.own.recipe import MOST, Recipe, table


@pytest.fixture
def own():
    return own_network()


@settings(max_examples=30, deadline=None)
@given(problems(), st.floats(1e-6, 1e6))
def test_a_text_holds_all_of_it_to_the_last_digit(problem, rate):
    net, x, t = problem
    back = Recipe.read(Recipe(net, x, t, rate).text)
    assert back.net.by_name() == net.by_name()
    assert repr(back.net) == repr(net)
    assert (back.x == x).all()
    assert (back.t == t).all()
    assert back.learning_rate == rate


def test_what_is_chosen_is_what_the_tutorials_have(own):
    for chosen, number in {"chapter 1": "002", "chapter 3": "001", "chapter 4": "mazur"}.items():
        own.examples.value = next(option for option in own.examples.options if option.startswith(chosen))
        net, x, t = Judge(number).example()
        assert own.network.by_name() == net.by_name()
        assert (own.x, own.t) == (pytest.approx(x[None]), pytest.approx(t[None]))
        assert f"its loss is E = {net.loss(x, t):.6f}" in own.says.sentence
        assert "agree on every one of them" in own.says.sentence


def test_a_table_of_examples_is_what_its_name_says(own):
    for chosen, rule in {"exclusive or": np.logical_xor, "and": np.logical_and}.items():
        own.examples.value = chosen
        assert (own.t[:, 0] == rule(*own.x.T)).all()


def test_weights_stay_while_their_shapes_do(own):
    before = own.network.by_name()
    own.hidden.value, own.rate.value = "tanh", "0.25"
    assert own.network.by_name() == before
    assert own.learning_rate == 0.25
    own.seed.value = "7"
    assert own.network.by_name() != before
    own.biases.value = False
    assert own.network.biases is None


def test_loss_and_last_activation_are_made_to_fit(own):
    own.rows.value = "0 1 : 0 1\n1 0 : 1 0"
    own.layers.value = "2-2-2"
    for loss in LOSSES.values():
        own.loss.value = loss.name
        assert own.network.loss_rule is loss
        assert loss.needs in (None, own.last.value)
    for activation in ACTIVATIONS.values():
        own.last.value = activation.name
        assert own.network.activations[-1] is activation
        assert own.network.loss_rule.needs in (None, activation.name)
        assert own.network.loss_rule.name == own.loss.value


def test_a_text_is_opened_again(own):
    own.layers.value, own.rate.value = "2-3-1", "0.7"
    other = own_network(own.text)
    assert other.network.by_name() == own.network.by_name()
    other.keep.value = own_network().text
    other.take.click()
    assert other.network.sizes == [2, 2, 1]
    assert other.examples.value == "your own examples"


def test_examples_of_ones_own_are_told_from_those_of_the_menu(own):
    own.rows.value = "0 0 : 0\n2 2 : 1"
    assert own.examples.value == "your own examples"
    own.examples.value = "exclusive or"
    assert len(own.x) == 4


def test_where_no_widget_can_be_shown_its_words_and_pictures_stand(own):
    bundle = own._repr_mimebundle_()
    assert bundle["text/plain"] == repr(own) == f"Your own network: {own.says.sentence}"
    assert bundle["text/html"].count("<img alt=") == 2


# ---- what makes no sense ---------------------------------------------------------------------------

HUGE, DEEP = "9" * 5000, "[" * 5000
TYPED = ["", " ", "x", "-1", "nan", "inf", "1e999", "10**9", HUGE, DEEP, "2-3", "1-1-1-1-1-1-1", "2-30-1"]
TYPED += ["50-50-50-50-50-50-50-50-50-50-1", "2-0-1", "2--1", "__import__('os')", "<script>alert(1)</script>"]
TYPED += ["²-1", "2-1 ", "٣-١", "1000000000", "0", "2-10-10-10-1", "\x00", "None", "true"]


@pytest.mark.parametrize("field", ["layers", "seed", "rate", "rows"])
@pytest.mark.parametrize("typed", TYPED, ids=lambda text: repr(text[:20]))
def test_whatever_is_typed_gets_a_sentence_and_nothing_is_lost(own, field, typed):
    before, text = own.recipe, own.text
    getattr(own, field).value = typed
    if own.recipe is not before or (field, typed) == ("seed", "0"):
        assert own.says.sentence.endswith("agree on every one of them.")
    else:
        said = own.says.sentence
        assert said.endswith(". The network below is as it was before.")
        assert len(said) < 400
        assert own.says.answer["traceback"] == ""
        assert own.text == text
    own.examples.value = "and"
    assert own.says.sentence.startswith("Network 2-2-1")


def pasted():
    """Yield texts that hold something wrong, with the words that name it."""
    right = json.loads(own_network().text)
    yield from (("", "no text"), ("{}", "lacks “weights”"), ("[]", "no entries"), ("3", "no entries"))
    yield from (
        (DEEP, "cannot be read|nested"),
        ("{" * 9999, "cannot be read|nested"),
        ("'x'", "cannot be read"),
    )
    yield " " * 30_000 + "x", "30,001 characters"
    yield json.dumps({**right, "run": "os.system('true')"}), "has “run”"
    yield json.dumps(right)[:-1] + ', "t": [[0]]}', "“t” twice"
    changes = {
        "weights": [
            None,
            [],
            "w",
            [[1]],
            [[["a"]]],
            [[[True]]],
            [[[1e99]]],
            [[[1, 2], [3]]],
            [[[1]]] * 9,
            [[[[1]]]],
        ],
        "biases": ["b", [[1]], [[[1]]], [[None] * 2, [0]], {}, 0],
        "activation": [
            "sigmoid",
            ["sigmoid"],
            ["swish", "sigmoid"],
            [["sigmoid"], "sigmoid"],
            ["softmax"] * 2,
            [0, 0],
        ],
        "loss": [None, "hinge", ["squared_error"], 1],
        "x": [[], [[]], [0, 1], [[0]], [["0", "1"]], [[0, 1]] * 101, "x"],
        "t": [[], [[2]], [[0, 1]], [[0]], None],
        "learning_rate": [0, -1, None, "0.5", 1e99, [1], True],
    }
    for name, values in changes.items():
        for value in values:
            if (name, value) != ("t", [[2]]):
                yield json.dumps({**right, name: value}), "."
    for word in ("NaN", "Infinity", "-Infinity"):
        yield json.dumps(right).replace('"learning_rate": 2.0', f'"learning_rate": {word}'), word
    yield json.dumps(right).replace('"learning_rate": 2.0', f'"learning_rate": {HUGE}'), "learning_rate"


PASTED = list(pasted())


@pytest.mark.parametrize(("text", "says"), PASTED, ids=[str(k) for k in range(len(PASTED))])
def test_whatever_is_pasted_gets_a_sentence_and_nothing_is_lost(own, text, says):
    with pytest.raises((TypeError, ValueError), match=says) as caught:
        Recipe.read(text)
    assert str(caught.value).endswith(".")
    assert len(str(caught.value)) < 400
    before = own.text
    own.keep.value = text
    own.take.click()
    assert own.says.sentence == f"{caught.value} The network above is as it was before."
    assert own.says.answer["traceback"] == ""
    assert own.text == before


def test_no_text_is_evaluated(own, tmp_path):
    trap = tmp_path / "trap"
    for code in (f"open({str(trap)!r}, 'w')", f"__import__('pathlib').Path({str(trap)!r}).touch()"):
        for field in (own.layers, own.seed, own.rate, own.rows, own.keep):
            field.value = code
        own.take.click()
    assert not trap.exists()


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("0 0", "Line 1 of the examples is '0 0', expected 2 inputs, a colon and 1 target"),
        ("0 0 : 0\n\n0 1 : x", "Line 3 of the examples"),
        ("0 0 : 0 : 0", "Line 1"),
        ("0 1e999 : 0", "too large"),
        ("\n".join(["0 0 : 0"] * 101), f"more than {MOST['examples']} examples"),
    ],
)
def test_a_line_that_is_no_example_is_named(text, says):
    with pytest.raises(ValueError, match=says):
        table(text, 2, 1)


def test_numbers_may_be_written_in_many_ways():
    x, t = table(" −1, .5 :1.\n2;3e-1 : -0", 2, 1)
    assert x.tolist() == [[-1, 0.5], [2, 0.3]]
    assert t.tolist() == [[1], [0]]


# ---- the map ---------------------------------------------------------------------------------------


def test_the_map_marks_what_is_wrong():
    net = Network([[[5.0, 5.0]]], biases=[[-7.5]])
    right = plot_decisions(net, [[0, 0], [1, 1]], [[0], [1]])
    assert right.svg.count("l18 18m0-18l-18 18") == 0
    wrong = plot_decisions(net, [[0, 0], [1, 1]], [[1], [1]])
    assert wrong.svg.count("l18 18m0-18l-18 18") == 1
    assert "1 example on the wrong side: 0.00, 0.00." in wrong.alt
    assert ">½<" in right.svg


def test_the_map_is_blue_where_the_answer_is_above_a_half():
    for bias, ink in ((20.0, "#5c94cd"), (-20.0, "#d6783c")):
        svg = plot_decisions(Network([[[0.0, 0.0]]], [[bias]], activation="identity"), [[0, 0]], [[0]]).svg
        assert ink in svg


@pytest.mark.parametrize(
    ("net", "x", "output", "says"),
    [
        (Network([[[1.0]]]), [0.0], 0, "net has 1 input, expected 2"),
        (Network([[[1.0, 2.0]]]), [0.0, 0.0], 1, "output is 1, expected less than 1"),
        (Network([[[1.0, 2.0]]]), np.zeros((201, 2)), 0, "x has 201 rows, expected at most 200"),
    ],
)
def test_a_map_that_cannot_be_drawn_is_refused(net, x, output, says):
    t = np.zeros((len(np.atleast_2d(x)), 1))
    with pytest.raises(ValueError, match=says):
        plot_decisions(net, x, t, output)

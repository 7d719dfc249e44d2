"""What a learner is told: the order of the verdicts, each sentence, numbers, and what has no name."""

import re
from dataclasses import FrozenInstanceError

import numpy as np
import pytest
import sympy as sp
from questions import NETWORKS, network

from backprop_lib import Network
from backprop_lib.exercises import examine, letters
from backprop_lib.exercises.edits import edits
from backprop_lib.exercises.examine import quantities
from backprop_lib.exercises.mistakes import Mistake
from backprop_lib.exercises.tables import table_of

NET, _ = NETWORKS["2-2-2"]
X, W1, Z1, A1, W2, Z2, A2, T = letters(NET, z=True)
E0, E1 = A2[0] - T[0], A2[1] - T[1]
S0, S1 = A2[0] * (1 - A2[0]), A2[1] * (1 - A2[1])
H0 = A1[0] * (1 - A1[0])
ETA = sp.Symbol("eta")
RIGHT = (E0 * S0 * W2[0, 0] + E1 * S1 * W2[1, 0]) * H0 * X[1]

TOLD = {
    "right": (RIGHT, "", "This is ∂E/∂w1[0,1]."),
    "sign": (
        -RIGHT,
        "sign",
        "This is exactly −1 times the right answer: look at the inner derivative of t − a.",
    ),
    "two": (
        2 * RIGHT,
        "factor",
        "This is exactly 2 times the right answer: the square brings a factor 2, which the ½ cancels.",
    ),
    "half": (
        RIGHT / 2,
        "factor",
        "This is exactly ½ times the right answer: the square brings a factor 2, which the ½ cancels; "
        "or is it a mean over the outputs, where the loss is their sum.",
    ),
    "three": (-3 * RIGHT, "factor", "This is exactly −3 times the right answer."),
    "tenth": (0.1 * RIGHT, "factor", "This is exactly 0.1 times the right answer."),
    "sevenths": (RIGHT * 3 / 7, "factor", "This is exactly 3/7 times the right answer."),
    "odd": (0.123456789 * RIGHT, "factor", "This is exactly a constant times the right answer."),
    "slope": (RIGHT / H0, "slope forgotten", "The slope of the activation is missing: ∂a1[0]/∂z1[0]."),
    "slope and sign": (
        -RIGHT / H0,
        "slope forgotten",
        "The slope of the activation is missing: ∂a1[0]/∂z1[0]. Besides, the sign is wrong.",
    ),
    "slope and factor": (
        -2 * RIGHT / H0,
        "slope forgotten",
        "The slope of the activation is missing: ∂a1[0]/∂z1[0]. Besides, all of it is multiplied by −2.",
    ),
    "path": (
        E0 * S0 * W2[0, 0] * H0 * X[1],
        "path missing",
        "A path is missing, the one through a2[1]: all paths are added.",
    ),
    "path and rate": (ETA * E0 * S0 * W2[0, 0] * H0 * X[1], "", "At one example this gives"),
    "transposed": (
        (E0 * S0 * W2[0, 0] + E1 * S1 * W2[0, 1]) * H0 * X[1],
        "transposed",
        "The two indices are swapped, as in a transposed matrix: look at ∂z2[1]/∂a1[0].",
    ),
    "two slips": (
        (E0 * W2[0, 0] + E1 * W2[1, 0]) * H0 * X[1],
        "slope forgotten",
        "The slope of the activation is missing: ∂a2[0]/∂z2[0] and ∂a2[1]/∂z2[1]. "
        "Another slip gives the same. Another function's slope is in the place of ∂E/∂a2[0] and ∂E/∂a2[1]: "
        "look at this network's activations and loss.",
    ),
    "one": (
        sp.Integer(1),
        "constant",
        "It does not depend on anything, and ∂E/∂w1[0,1] changes with the numbers of the network.",
    ),
    "zero": (RIGHT - RIGHT, "zero", "It is 0 whatever the numbers are, and ∂E/∂w1[0,1] is not."),
}


@pytest.mark.parametrize("case", TOLD)
def test_what_is_told(case):
    answer, mistake, sentence = TOLD[case]
    verdict = examine(NET, "w1[0,1]", answer)
    assert verdict.right == (case == "right")
    assert verdict.mistake == mistake
    assert verdict.sentence == sentence or (not mistake and verdict.sentence.startswith(sentence))


def test_what_was_understood_is_shown_typeset():
    verdict = examine(NET, "w2[0,1]", -E0 * S0 * A1[1])
    assert "\\left(1 - a^{(2)}_{0}\\right)" in verdict.understood
    assert verdict._repr_markdown_().startswith("You wrote $\\displaystyle ")
    assert examine(NET, "w2[0,1]", sp.Add(*(A1[0] ** n for n in range(200)))).understood == ""


def test_each_verdict_is_new():
    one, other = (examine(NET, "w1[0,1]", RIGHT) for _ in range(2))
    assert one == other
    assert one is not other
    with pytest.raises(FrozenInstanceError):
        one.right = False


SQUARE = "times the right answer: the square brings a factor 2"
BY_LOSS = [
    ("squared_error", lambda a, t: a - t, f"exactly ½ {SQUARE}, and this loss has no ½"),
    ("half_squared_error", lambda a, t: 2 * (a - t), f"exactly 2 {SQUARE}, which the ½ cancels"),
    (
        "binary_cross_entropy",
        lambda a, t: (t - a) / (a * (1 - a)),
        "exactly −1 times the right answer: look at",
    ),
    (
        "binary_cross_entropy",
        lambda a, t: (a - t) / (a - a**2) / 2,
        "exactly ½ times the right answer: the loss",
    ),
    ("binary_cross_entropy", lambda a, t: a - t, "Another function's slope is in the place of ∂E/∂a1[0]"),
]


@pytest.mark.parametrize(("loss", "answer", "sentence"), BY_LOSS)
def test_a_constant_is_explained_by_the_loss(loss, answer, sentence):
    net = network([2, 2], loss=loss)
    *_, a1, t = letters(net)
    assert sentence in examine(net, "a1[0]", answer(a1[0], t[0])).sentence


def test_a_third_of_three_outputs_is_their_mean():
    net = network([1, 3])
    _, _, a1, t = letters(net)
    verdict = examine(net, "a1[2]", (a1[2] - t[2]) / 3)
    assert verdict.mistake == "mean for sum"
    assert "exactly ⅓ times" in verdict.sentence


def test_where_the_right_answer_is_a_number():
    net = network([2, 2], True)
    assert examine(net, "z1[0]/b1[0]", 1).right
    assert examine(net, "z1[0]/b1[0]", 1.0, [1, 2], [0, 1]).right
    assert examine(net, "z1[0]/b1[0]", 2).mistake == "factor"
    assert examine(net, "z1[0]/b1[0]", -1).mistake == "sign"
    assert examine(net, "z1[0]/b1[0]", letters(net)[0][0]).mistake == "input at a bias"
    assert examine(network([1, 1], activation="identity"), "a1[0]/z1[0]", 1).right


# ---- what has no name ----------------------------------------------------------------------------


def test_an_unnamed_answer_is_shown_at_one_example():
    verdict = examine(NET, "a2[0]/z2[0]", A2[0] ** 3)
    assert not verdict.mistake
    numbers = re.search(
        r"Where a2\[0\] = ([\d.]+), this gives ([\d.]+), and the right answer is positive", verdict.sentence
    )
    a, given = map(float, numbers.groups())
    assert given == pytest.approx(a**3, rel=0.01)
    size = float(re.search(r"of a size of about ([\d.]+)\.", verdict.sentence)[1])
    assert size == pytest.approx(a * (1 - a), rel=0.3)
    assert "occur" not in verdict.sentence


@pytest.mark.parametrize(
    ("answer", "missing", "extra"),
    [
        (E0 * S0 * A1[0] ** 3, ["a1[1]"], ["a1[0]"]),
        (E0**3 * S0 * A1[1], [], []),
        (A2[0] ** 5 * T[1], ["a1[1]", "t[0]"], ["t[1]"]),
        (E0 * S0 / (1 + sp.exp(-W1[1, 0] * X[0])), [], []),  # x and w1 may stand for a1
        (E0 * S0 * W1[1, 0] * X[0], ["a1[1]"], ["w1[1,0]", "x[0]"]),
    ],
)
def test_symbols_that_are_missing_or_do_not_belong_are_listed(answer, missing, extra):
    sentence = examine(NET, "w2[0,1]", answer).sentence
    for names, words in ((missing, "not occur in it"), (extra, "not belong in it")):
        match = re.search(rf"([^.]*?) (?:does|do) {words}", sentence)
        assert re.findall(r"[a-z]\d?\[[\d,]+\]", match[1] if match else "") == names


def test_an_example_of_the_learners_own_is_shown():
    verdict = examine(NET, "w2[0,1]", A1[1] ** 3, [0.1, 0.2], [0, 1])
    assert f"a1[1] = {NET.forward([0.1, 0.2]).a[1][1]:.3g}" in verdict.sentence


def test_numbers_in_the_place_of_letters_are_told():
    x, t = [0.1, 0.2], [0.0, 1.0]
    a = NET.forward(x).a
    verdict = examine(NET, "w2[0,1]", E0 * S0 * float(a[1][1]), x, t)
    assert verdict.mistake == "numbers for letters"
    assert not examine(NET, "w2[0,1]", E0 * S0 * float(a[1][1])).mistake


# ---- numbers -------------------------------------------------------------------------------------

ONE = Network([[[0.5]], [[0.5]]])
W2_RIGHT = ONE.gradients([0.1], [0.9]).weights[1][0, 0]  # −0.042387
A = ONE.forward([0.1]).a
STEP = 0.9


@pytest.mark.parametrize(
    ("answer", "digits", "mistake"),
    [
        (-0.042387, 6, None),
        (-0.042386, 6, None),  # cut off
        (-0.04239, 6, "rounding"),
        (-0.0424, 4, None),
        (W2_RIGHT, 12, None),
        (np.float32(-0.042387), 6, None),
        (0.042387, 6, "sign"),
        (-0.084774, 6, "factor"),
        (-0.021193, 6, "factor"),
        ((A[2][0] - 0.9) * A[1][0], 6, "slope forgotten"),
        (-0.172346, 6, "slope forgotten"),
        (+0.172346, 6, "slope forgotten"),
        ((A[2][0] - 0.9) * A[2][0] * (1 - A[2][0]) * 0.1, 6, "wrong input"),
        (STEP * W2_RIGHT, 6, "rate left in"),
        (0.5 - STEP * W2_RIGHT, 6, "step taken"),
        (0.538148, 6, "step taken"),
        (0.2, 6, ""),
        (0.5, 6, ""),  # is w1, w2 and σ(0): of three names, none
        (0, 6, ""),
        (1, 6, ""),
    ],
)  # fmt: skip
def test_a_number_is_compared_with_the_right_one_and_those_of_the_mistakes(answer, digits, mistake):
    verdict = examine(ONE, "w2[0,0]", answer, [0.1], [0.9], digits, STEP)
    assert verdict.right == (mistake is None)
    assert verdict.mistake == (mistake or "")
    assert (
        verdict.right
        or mistake
        or verdict.sentence == "The right number is negative, of a size of about 0.04."
    )


def test_a_number_without_an_example_depends_on_nothing():
    assert examine(ONE, "w2[0,0]", -0.042387).mistake == "constant"


def test_the_rate_is_recognized_only_where_it_is_known():
    assert not examine(ONE, "w2[0,0]", 0.538148, [0.1], [0.9]).mistake


@pytest.mark.parametrize("kind", NETWORKS)
def test_the_number_of_every_parameter_is_that_of_the_network(kind):
    net, names = NETWORKS[kind]
    rng = np.random.default_rng(3)
    x, t = rng.uniform(0.1, 1, net.sizes[0]), rng.uniform(0.2, 0.8, net.sizes[-1])
    gradients = net.gradients(x, t).by_name()
    for name in names:
        if name in gradients:
            assert examine(net, name, gradients[name], x, t, digits=12).right
            assert examine(net, name, -gradients[name], x, t).mistake == "sign"
            assert not examine(net, name, gradients[name] * 1.01, x, t, digits=12).right


# ---- the tables ----------------------------------------------------------------------------------


def test_a_table_is_made_once_for_a_structure():
    other = NET.replace([w + 1 for w in NET.weights], None)
    assert table_of(NET, "E", "w1[0,1]") is table_of(other, "E", "w1[0,1]")
    assert table_of(NET, "E", "w1[0,1]") is not table_of(
        network([2, 2, 2], loss="squared_error"), "E", "w1[0,1]"
    )


def test_every_name_and_every_sentence_is_there_once():
    assert len({m.word for m in Mistake}) == len(Mistake) == len({m.sentence() for m in Mistake})


def test_no_mistake_is_a_constant_times_the_right_answer():
    """Or the sign would have two names."""
    for net, names in NETWORKS.values():
        for name in names:
            table = table_of(net, *quantities(net, name))
            assert not any(
                table.find(answer).edits for answer in (table.chain.expression(), -table.chain.expression())
            )
            assert {edit.mistake for edit in edits(table.chain)} <= set(Mistake)


def test_a_network_with_methods_of_its_own_is_refused():
    class Halved(Network):
        def loss(self, x, t):
            return super().loss(x, t) / 2

    with pytest.raises(TypeError, match="Halved"):
        examine(Halved([[[0.5]]]), "w1[0,0]", 0)

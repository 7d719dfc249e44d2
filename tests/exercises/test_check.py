"""What a learner calls: check, hint and solution; whatever the answer is, there is one sentence."""

import json
from fractions import Fraction

import numpy as np
import pytest
import sympy as sp

from backprop_lib import Network
from backprop_lib.exercises import exercise, records
from backprop_lib.exercises.exercise import (
    Exercise,
    check,
    exercises,
    find,
    hint,
    lessons,
    register,
    solution,
)
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.letters import letters
from backprop_lib.exercises.running import Unusable


@pytest.fixture(autouse=True)
def _nobody_has_asked(monkeypatch):
    monkeypatch.setattr(exercise, "_HINTED", type(exercise._HINTED)())
    monkeypatch.setattr(exercise, "_OWN", {})


BOOK = [one for lesson in lessons() for one in exercises(lesson).values()]
each = pytest.mark.parametrize("one", BOOK, ids=lambda one: one.id)


class Equal:
    """Equal to anything."""

    def __eq__(self, other):
        return True

    __hash__ = None


class Refuses:
    """Refuses everything."""

    def __getattr__(self, name):
        raise RuntimeError

    def __repr__(self):
        raise RuntimeError


def never(*_):
    raise RuntimeError("never")


HOSTILE = [
    *(None, True, "", "no", "a\nb", b"x", 1j, float("nan"), float("inf"), 10**400, [], {}, set(), object()),
    *(
        [[1, 2], [3]],
        [None],
        np.array([]),
        np.array(["a"]),
        np.zeros((7, 5)),
        np.ma.masked_array([1], [True]),
    ),
    *(sp.zoo, sp.nan, sp.Symbol("q"), sp.Matrix([1]), sp.Symbol("x") ** 5000, sp.sin(1), sp.Eq(1, 1)),
    *(
        Equal(),
        Refuses(),
        Equal,
        Refuses,
        never,
        lambda: 0,
        lambda x: x,
        lambda **k: k,
        print,
        np.exp,
        [Equal()],
    ),
]


@each
@pytest.mark.parametrize("answer", HOSTILE, ids=lambda answer: type(answer).__name__)
def test_a_hostile_answer_gets_one_sentence(one, answer):
    verdict = check(one.id, answer)
    assert not verdict.right
    assert "\n" not in verdict.sentence
    assert verdict.sentence.count(f'`hint("{one.id}")` gives a hint.') == 1
    assert len(verdict.sentence) < 500
    assert "cannot be read here" not in verdict.sentence  # nothing stops the examiner


@each
def test_the_same_answer_gets_the_same_words_and_a_new_verdict(one):
    first, second = check(one.id, 0.123), check(one.id, 0.123)
    assert first == second
    assert first is not second


@pytest.mark.parametrize("blank", [..., "the function"])
@each
def test_a_blank_is_not_judged(one, blank):
    made = {}
    exec(compile(one.blank, one.id, "exec"), made)
    name = one.cell().splitlines()[-1].removesuffix(")").partition(", ")[2]
    verdict = check(one.id, ... if blank is ... else made[name])
    assert not verdict.judged
    assert not verdict.right
    assert "Then run the cell again." in verdict.sentence


def test_a_program_is_judged_as_soon_as_anything_in_it_has_changed():
    blank = find("one-path.8").blank
    for program, judged in [(blank, False), (blank, True), (blank + "\n# a thought", False)]:
        made = {"sigmoid": lambda z: 1 / (1 + np.exp(-z))}
        exec(compile(program.replace("delta1 * x", "delta1") if judged else program, "a cell", "exec"), made)
        assert check("one-path.8", made["step"]).judged == judged


def test_a_blank_that_was_moved_is_no_answer_yet():
    said = "Your function returns `...`: put your answer where the dots are."
    for id, answer in [("one-path.1", lambda a2, t: ...), ("one-path.9", lambda w1, w2, x, t: ...)]:
        verdict = check(id, answer)
        assert verdict.sentence.startswith(said)
        assert not verdict.judged


# ---- kinds ---------------------------------------------------------------------------------------

TWO = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])


def test_a_derivative_is_a_function_of_the_letters_or_an_expression():
    kind = Derivative(TWO, "w2[0,1]")
    _, _, a1, _, a2, t = letters(TWO)
    right = (a2[0] - t[0]) * a2[0] * (1 - a2[0]) * a1[1]
    assert kind.examine(right).right
    assert kind.examine(lambda t, a1, a2: (a2[0] - t[0]) * a2[0] * (1 - a2[0]) * a1[1]).right
    assert kind.examine(
        lambda x, w1, z1, a1, w2, z2, a2, t: right.subs(a2[0], 1 / (1 + sp.exp(-z2[0])))
    ).right
    assert (
        kind.examine(lambda a1, a2, t: (a2[0] - t[0]) * a2[0] * (1 - a2[0]) * a1[0]).mistake == "wrong input"
    )


def test_a_letter_that_there_is_not_is_told():
    with pytest.raises(
        Unusable, match=r"`b1` is no letter of this network. These are: x, w1, z1, a1, w2, z2, a2, t"
    ):
        Derivative(TWO, "w2[0,1]").examine(lambda b1: b1)


def test_numpy_on_letters_is_told_with_its_line():
    verdict = check("one-path.1", lambda x, w1, a1, w2, a2, t: np.exp(a2))
    assert verdict.sentence.startswith("Your function stops in line")
    assert "TypeError" in verdict.sentence


NUMBER = Number(lambda: -0.0424, 4, {"slope forgotten": ("The slope is missing.", lambda: -0.1723)})


@pytest.mark.parametrize(
    "right", [-0.0424, -0.04235, -0.0423, Fraction(-424, 10_000), np.float32(-0.0424), [-0.0424], [[-0.0424]]]
)
def test_a_number_is_right_to_its_digits_in_any_form(right):
    assert NUMBER.examine(right).right


@pytest.mark.parametrize(
    ("wrong", "mistake", "said"),
    [
        (0.0424, "sign", "It is −1 times the right answer."),
        (-0.0848, "factor", "It is 2 times the right answer."),
        (-0.0212, "factor", "It is 1/2 times the right answer."),
        (-0.1723, "slope forgotten", "The slope is missing."),
        (0.1723, "slope forgotten", "The slope is missing. Besides, it is multiplied by −1."),
        (-0.0427, "", "The sign and the size of the number are about right, and its digits are not."),
        (1.5, "", "The right number is negative, and between −0.1 and −0.01."),
        (0, "", "The right number is negative, and between −0.1 and −0.01."),
        ([1, 2], "shape", "Your answer has shape (2,), and a single number is expected."),
    ],
)
def test_a_wrong_number_is_named_or_its_size_is_told(wrong, mistake, said):
    verdict = NUMBER.examine(wrong)
    assert not verdict.right
    assert (verdict.mistake, verdict.sentence) == (mistake, said)


def test_a_whole_number_is_exact():
    kind = Number(lambda: 812, 0)
    assert kind.examine(812).right
    assert kind.examine(812.0).right
    assert not kind.examine(813).right
    assert kind.how == "Write the number where the dots are"


ARRAY = Number(lambda: [[0.1, 0.2, 0.3], [0.4, 0.5, -0.6]], 2)


@pytest.mark.parametrize(
    ("wrong", "mistake", "said"),
    [
        (
            np.array(ARRAY.value()).T,
            "transposed",
            "Your array has shape (3, 2), expected (2, 3): it is transposed.",
        ),
        ([0.1, 0.2], "shape", "Your array has shape (2,), expected (2, 3)."),
        (0.1, "shape", "Your array has shape (), expected (2, 3)."),
        (-np.array(ARRAY.value()), "sign", "It is −1 times the right answer."),
        (np.array(ARRAY.value()) * 0.75, "factor", "It is 3/4 times the right answer."),
        (
            [[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]],
            "",
            "The right number [1,2] is negative, and between −1 and −0.1.",
        ),
    ],
)
def test_of_a_wrong_array_the_shape_comes_first_and_then_one_number(wrong, mistake, said):
    verdict = ARRAY.examine(wrong)
    assert (verdict.right, verdict.mistake, verdict.sentence) == (False, mistake, said)


def test_random_numbers_are_never_right_and_hardly_ever_named():
    """Named are only those that agree with a multiple by chance, to the digits asked."""
    rng = np.random.default_rng(3)
    verdicts = {number: NUMBER.examine(number) for number in rng.normal(0, 0.1, 2000)}
    assert not [
        number for number, verdict in verdicts.items() if verdict.right and abs(number + 0.0424) > 1.1e-4
    ]
    near = [-0.0424 * c for c in (-1, 2, -2, 0.5, -0.5)] + [-0.1723 * c for c in (1, -1, 2, -2, 0.5, -0.5)]
    named = [number for number, verdict in verdicts.items() if verdict.mistake]
    assert not [number for number in named if min(abs(number - value) for value in near) > 2.5e-4]


def test_a_choice_is_a_key_in_any_case():
    kind = Choice(lambda: "b", {"a": "Look at the\n    sign.", "b": "It is the inner derivative."})
    assert kind.examine(" B ").right
    assert kind.examine("a").sentence == "Look at the sign."
    assert kind.examine("a").mistake == "chose a"
    with pytest.raises(Unusable, match='This is \'c\', expected "a" or "b"'):
        kind.examine("c")


# ---- hints, solutions, what is kept --------------------------------------------------------------


def test_the_second_hint_follows_the_first_and_leads_to_the_solution():
    one = find("one-path.3")
    said = [hint("one-path.3").words for _ in range(3)]
    assert said[0].startswith(f"**Hint 1 of 2.** {one.hints[0]}")
    assert '`hint("one-path.3")` gives another.' in said[0]
    assert said[1] == said[2]
    assert said[1].startswith(f"**Hint 2 of 2.** {one.hints[1]}")
    assert '`solution("one-path.3")` shows the solution.' in said[1]
    assert hint("one-path.4").words.startswith("**Hint 1 of 2.**")


@each
def test_a_solution_shows_the_program_and_why(one):
    words = solution(one.id).words
    assert words.startswith(f"```python\n{one.solution}\n```\n\n")
    assert words.endswith(one.why)


@pytest.mark.parametrize("call", [hint, solution, check])
def test_an_unknown_exercise_is_told_in_words(call):
    shown = repr(call("one-path.77"))
    assert "There is no exercise 'one-path.77'. Did you mean `one-path.7`?" in shown


def test_answers_hints_and_solutions_are_kept(tmp_path, monkeypatch):
    monkeypatch.setenv(records.SETTING, str(tmp_path / "progress.json"))
    assert not check("one-path.2", 0.5).right
    assert check("one-path.2", 0.25).right
    check("one-path.9", lambda w1, w2, x, t: (w1, w2))
    check("one-path.1")
    hint("one-path.4")
    kept = json.loads((tmp_path / "progress.json").read_text(encoding="utf-8"))
    text = json.dumps(kept)
    assert "a for the slope" in text
    assert "lambda w1, w2, x, t: (w1, w2)" in text
    assert "one-path.4" in text
    assert "one-path.1" not in text.replace("one-path.10", "")


def test_a_disk_that_cannot_be_written_does_not_disturb(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv(records.SETTING, str(tmp_path / "a file" / "progress.json"))
    (tmp_path / "a file").write_text("in the way", encoding="utf-8")
    assert check("one-path.2", 0.25).right


def test_an_exercise_of_ones_own_replaces_one_with_its_id():
    own = register(
        Exercise(
            "mine.1",
            "How many?",
            Number(lambda: 3, 0),
            "answer = ...",
            ("Count them once more.", "It is more than two."),
            "answer = 3",
            "There are three.",
        )
    )
    assert check("mine.1", 3).right
    assert repr(own) == "Exercise mine.1: How many?"
    assert own._repr_markdown_() == "**Exercise mine.1.** How many?"
    assert "mine" in lessons()
    register(Exercise(**{**vars(own), "answer": Number(lambda: 4, 0)}))
    assert not check("mine.1", 3).right


@pytest.mark.parametrize(
    ("value", "decimals", "given"), [(0.0587, 4, 0.06), (1.6094, 4, 1.609), (0.0587, 4, 0.059)]
)
def test_an_answer_that_was_rounded_too_early_is_right_so_far(value, decimals, given):
    verdict = Number(lambda: value, decimals).examine(given)
    assert (verdict.right, verdict.mistake) == (False, "rounded early")
    assert verdict.sentence == "Right so far. Give 4 decimals."


def test_a_rough_number_is_not_right_so_far():
    assert Number(lambda: 0.0587, 4).examine(0.1).mistake != "rounded early"


def test_a_single_number_is_no_known_mistake_times_two():
    kind = Number(lambda: 1.0, 2, {"one path": ("This is one path.", lambda: 0.3)})
    assert kind.examine(0.3).mistake == "one path"
    assert kind.examine(-0.3).mistake == "one path"
    assert kind.examine(0.6).mistake == ""

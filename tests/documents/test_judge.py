"""The judge: every verdict on the documents and on documents of one's own, each time anew."""

import re
from dataclasses import replace

import pytest
from audits import DATA, NOTEBOOKS, in_every_document, judge_once, shown_in

from backprop_lib import Network
from backprop_lib.documents.document_003 import Setup, load_runs
from backprop_lib.documents.facts import Document, Example, Formula, Number, load
from backprop_lib.documents.judge import Judge
from backprop_lib.documents.verdicts import Verdict

V = Verdict
NUMBERS = {V.AGREES, V.TRUNCATED, V.FOLLOWS, V.FITS, V.HANGS, V.GIVEN, V.REACHED, V.MISSED, V.WRONG}
FORMULAS = {V.EQUAL, V.ARRANGED, V.SEEN_EQUAL, V.DEFINED, V.HERE, V.HANGS, V.WRONG}
DOCUMENT = load("002")
JUDGE = Judge(DOCUMENT)


def at(place, judge=JUDGE):
    (fact,) = [n for n in judge.document.numbers if n.place == place]
    return judge.number(fact)


# ---- document 002 -------------------------------------------------------------------------------


def test_the_verdicts_on_document_002():
    assert JUDGE.numbers().counts == {V.GIVEN: 21, V.AGREES: 14, V.TRUNCATED: 11, V.FOLLOWS: 8, V.WRONG: 2}
    assert JUDGE.formulas().counts == {V.EQUAL: 36, V.DEFINED: 4}
    assert at("Forward pass, outh").verdict == V.TRUNCATED
    assert at("Forward pass, E").verdict == V.FOLLOWS
    assert at("∂E/∂w2").verdict == V.TRUNCATED
    assert [j.fact.printed for j in JUDGE.numbers().only(V.WRONG).judged] == ["001033", "042386"]


def test_the_verdicts_on_document_004():
    judge = judge_once("004")
    formulas = judge.formulas()
    assert formulas.counts == {V.DEFINED: 11, V.EQUAL: 11, V.WRONG: 3, V.HANGS: 1}
    wrong = [j.fact.place.removeprefix("Evaluating, ") for j in formulas.only(V.WRONG).judged]
    assert wrong == ["dJ/dŷ: result", "dŷ/dz_2: the sigmoid written out", "dŷ/dz_2: result"]
    assert [j.fact.place for j in formulas.only(V.HANGS).judged] == ["Evaluating, dJ/dw_2: result"]


def test_the_verdicts_on_document_001():
    judge = judge_once("001")
    assert judge.numbers().counts == {V.GIVEN: 45, V.AGREES: 45, V.FOLLOWS: 5, V.WRONG: 1, V.HANGS: 4}
    assert judge.formulas().counts == {V.EQUAL: 44, V.DEFINED: 4, V.WRONG: 3, V.HANGS: 4}
    (slip,) = judge.numbers().only(V.WRONG).judged
    assert slip.fact.place == "Backward, ∂E/∂w0_10: ∂z10/∂w0_10"
    assert {j.fact.printed for j in judge.numbers().only(V.HANGS).judged} == {"0.0034", "0.09897"}
    assert at("Update of w1_10: new weight", judge).verdict == V.AGREES
    assert at("Backward, ∂E2/∂a10: result", judge).verdict == V.FOLLOWS


def test_what_hangs_on_a_slip_is_right_without_it():
    """The lines around `v2 = a` are right; what its function returns is wrong by that line alone."""
    judge = judge_once("001")
    by_place = {f.place: f for f in judge.document.formulas}
    for line in ("second layer: def", "second layer: return", "first layer: def", "first layer: return"):
        assert judge.formula(by_place[f"Program, {line}"]).verdict == V.EQUAL
    for i, j in ((0, 0), (0, 1), (1, 0), (1, 1)):
        returned = by_place[f"Program, newW0[{i}][{j}]"]
        assert judge.formula(returned).verdict == V.HANGS
        right = returned.right.removesuffix(f"a1{j}") + f"x_{i + 1}"
        assert judge.formula(replace(returned, right=right)).verdict == V.EQUAL
        assert judge.formula(replace(returned, right=f"{returned.right} * x_1")).verdict == V.WRONG


def test_what_hangs_on_a_number_needs_its_arithmetic():
    judge = judge_once("001")
    hanging = judge.numbers().only(V.HANGS).judged
    assert len(hanging) == 4
    for judged in hanging:
        assert judge.number(replace(judged.fact, after="")).verdict == V.WRONG
        assert judge.number(replace(judged.fact, printed=f"{judged.fact.printed}9")).verdict == V.WRONG


def test_the_verdicts_on_document_000():
    judge = judge_once("000")
    assert judge.numbers().counts == {V.GIVEN: 24, V.AGREES: 14, V.WRONG: 1}
    assert judge.formulas().counts == {V.DEFINED: 7, V.EQUAL: 6, V.WRONG: 1, V.HANGS: 2}
    assert [j.fact.printed for j in judge.numbers().only(V.WRONG).judged] == ["0.0343"]
    for sign_lost in (j.fact for j in judge.formulas().only(V.WRONG, V.HANGS).judged):
        assert judge.formula(replace(sign_lost, right=f"-({sign_lost.right})")).verdict == V.EQUAL


def test_the_verdicts_on_document_003():
    judge = judge_once("003")
    formulas = judge.formulas()
    assert judge.numbers().counts == {V.AGREES: 38, V.TRUNCATED: 1, V.FITS: 13, V.GIVEN: 23}
    assert formulas.counts == {V.EQUAL: 50, V.ARRANGED: 10, V.DEFINED: 14, V.WRONG: 1}
    assert at("7.1, output, epoch 999", judge).verdict == V.TRUNCATED
    (accuracy,) = formulas.only(V.WRONG).judged
    assert (accuracy.fact.place, accuracy.right) == ("7.1, accuracy", "0.925900 ≠ 12.495277")


@pytest.mark.parametrize("other", [Setup(), Setup(largest=1), Setup(start="LeCun")])
def test_only_a_run_like_its_own_fits_the_errors_of_document_003(other):
    """The errors of another run in place of the printed ones: on raw pixels they fit, else they are wrong."""
    document = load("003")
    numbers = [
        replace(n, printed=str(load_runs()[other].errors[int(n.place.split()[-1])]))
        if n.place.startswith("7.2, output, epoch")
        else n
        for n in document.numbers
    ]
    judge = Judge(replace(document, numbers=numbers))
    errors = [n for n in numbers if n.place.startswith("7.2, output, epoch")]
    assert {judge.number(n).verdict for n in errors} == {V.FITS if other == Setup() else V.WRONG}
    share = at("7.2, output, accuracy", judge).fact
    assert judge.number(replace(share, printed="0.01")).verdict == V.WRONG


@in_every_document("numbers")
def test_no_digit_can_be_changed_unnoticed(name, fact):
    """Raise each digit in turn: the verdict turns, or the printed arithmetic still leads there."""
    judge = judge_once(name)
    before = judge.number(fact).verdict
    if before in (V.WRONG, V.HANGS, V.REACHED, V.MISSED, V.FITS):
        return  # nothing to spoil, or no single digit that could be computed
    for i, digit in enumerate(fact.printed):
        if digit.isdigit():
            other = str((int(digit) + 1) % 10)
            changed = replace(fact, printed=fact.printed[:i] + other + fact.printed[i + 1 :])
            after = judge.number(changed).verdict
            assert after == V.WRONG or (before, after) in {
                (V.AGREES, V.FOLLOWS),
                (V.TRUNCATED, V.AGREES),  # the last digit, rounded instead of cut off
                (V.TRUNCATED, V.FOLLOWS),
                (V.FOLLOWS, V.AGREES),
                (V.FOLLOWS, V.FOLLOWS),
            }
            if i < len(fact.printed.rstrip("0").rstrip(".")) - 1:
                assert after == V.WRONG


@in_every_document("formulas")
def test_no_sign_can_be_changed_unnoticed(name, fact):
    judge = judge_once(name)
    if judge.formula(fact).verdict in (V.WRONG, V.HANGS, V.HERE):
        return
    for change in ("-({})", "2 * ({})", "1.000001 * ({})"):
        sides = {
            side: change.format(getattr(fact, side)) for side in ("right", "arranged") if getattr(fact, side)
        }
        assert judge.formula(replace(fact, **sides)).verdict == V.WRONG


MARK = re.compile(r"</?span[^>]*>|&nbsp;|[✗◐]")


def verdicts_shown(name):
    """Return the verdict that the notebook gives to each fact, by place, or by id for words."""
    document = load(name)
    names = {claim.words: claim.id for claim in (*document.claims, *document.listings)}
    names |= {fact.place: fact.place for fact in (*document.numbers, *document.formulas)}
    given = {}
    for line in shown_in(name).splitlines():
        cells = [MARK.sub("", cell).strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        fact = next((names[cell] for cell in cells[:2] if cell in names), None)
        verdict = next((cell for cell in cells[2:] if cell in list(Verdict)), None)
        if fact and verdict:
            given[fact] = verdict
    return given


@pytest.mark.parametrize("name", [p.stem for p in DATA.glob("*.toml")])
def test_findings_are_about_what_is_wrong_and_about_all_of_it(name):
    given, document = verdicts_shown(name), load(name)
    bad = (V.WRONG, V.HERE, V.HANGS, V.FAILS)
    wrong = {fact for fact, verdict in given.items() if verdict in bad}
    fine = {fact for fact, verdict in given.items() if verdict not in (*bad, V.PARTLY)}
    found = [fact for finding in document.findings for fact in finding.facts]
    assert wrong <= set(found) <= set(given) - fine
    assert len({finding.id for finding in document.findings}) == len(document.findings)


def test_claims_are_answered_one_by_one():
    judge = Judge("002")
    with pytest.raises(ValueError, match="claim 'any start' has no answer yet: run the cell"):
        judge.claims()
    with pytest.raises(ValueError, match="document 002 has no claim 'flat'"):
        judge.answer("flat", True)
    with pytest.raises(ValueError, match="claim 'convex' got 1 answers, expected 2"):
        judge.answer("convex", True)
    for claim in DOCUMENT.claims:
        judge.answer(claim.id, *(True for _ in claim.readings))
    assert judge.claims().counts == {"holds": len(DOCUMENT.claims)}
    judge.answer("convex", True, False)
    judge.answer("not directly", False)
    assert judge.claims().counts["holds in part"] == 1
    assert judge.claims().counts["does not hold"] == 1


# ---- documents of one's own ----------------------------------------------------------------------


def test_a_given_number_must_be_met_exactly():
    main = replace(DOCUMENT.example(), weights=[[[0.52]], [[0.5]]])
    judge = Judge(replace(DOCUMENT, examples=[main]))
    assert at("Introduction, the first weight", judge).verdict == V.WRONG
    assert at("Introduction, the second weight", judge).verdict == V.GIVEN


def test_a_wrong_formula_comes_with_a_counterexample():
    (fact,) = (f for f in DOCUMENT.formulas if f.place == "∂E/∂outo")
    fact = replace(fact, right="target - outo")  # the sign that tutorials lose
    judged = JUDGE.formula(fact)
    assert (judged.verdict, judged.right) == (V.WRONG, "−0.336286 ≠ 0.336286")


def mine(*, t=0.0, w=0.5, loss="half_squared_error", letters=None):
    """Return the judge of a document of one's own: a network 1-1 and letters for it."""
    letters = letters or {"x": "x[0]", "w": "w1[0,0]", "z": "z1[0]", "a": "a1[0]", "t": "t[0]", "E": "E"}
    example = Example(letters=letters, weights=[[[w]]], x=[0.1], t=[t], loss=loss)
    return Judge(Document("mine", "Mine", "me", "today", "", [example], [], [], [], [], []))


@pytest.mark.parametrize(
    ("example", "left", "right"),
    [
        ({"t": 0.0}, "D(E, a)", "a"),  # t is forgotten, where it is 0
        ({"t": 0.0}, "D(E, a)", "a + t"),
        ({"t": 1.0}, "D(E, a)", "a - t**2"),
        ({"w": 0.0}, "D(E, x)", "0"),  # the weight stops what would flow back
        ({"w": 0.0}, "a", "1/2"),
        ({"w": 0.0}, "D(a, z)", "1/4"),
        ({"t": 0.5, "w": 0.0}, "D(E, a)", "t - a"),  # a lost sign of nothing
        ({"w": 1.0}, "D(E, x)", "D(E, z) / w"),
    ],
)
def test_a_formula_that_happens_to_be_right_is_wrong_in_general(example, left, right):
    judged = mine(**example).formula(Formula("here", "as printed", left, right))
    assert judged.verdict == V.HERE
    assert " ≠ " in judged.right
    assert " where " in judged.right
    for wrong in ("-({}) - 1", "2 * ({}) + 1"):
        assert mine(**example).formula(Formula("here", "", left, wrong.format(right))).verdict != V.EQUAL


@pytest.mark.parametrize("t", [0.0, 0.5, 1.0])
@pytest.mark.parametrize("w", [0.0, 0.5, -1000.0])
def test_a_right_formula_is_right_whatever_the_example(t, w):
    for left, right in (
        ("D(E, a)", "a - t"),
        ("D(E, w)", "(a - t) * a * (1 - a) * x"),
        ("D(E, x)", "(a - t) * D(a, z) * w"),
        ("a", "exp(z) / (1 + exp(z))"),
    ):
        assert mine(t=t, w=w).formula(Formula("here", "", left, right)).verdict == V.EQUAL
    entropy = mine(t=t, w=w, loss="binary_cross_entropy")
    assert entropy.formula(Formula("here", "", "D(E, w)", "(a - t) * x")).verdict == V.EQUAL


@pytest.mark.parametrize(
    "text",
    [
        *("", "a a", "D(E, 2)", "nothing", "open(x)", "1/0", "x[3]", "T(x)", "a @ a", "D(E)", "1/(x - x)"),
        *("log(0)", "log(x - x)", "0x10", "x/'x'", "__import__('os')", "E[1]", "a.b"),
    ],
)
def test_no_formula_stops_the_judge(text):
    for left, right in (("D(E, a)", text), (text, "a"), (text, text)):
        judged = mine().formula(Formula("here", "as printed", left, right))
        assert judged.verdict in (V.UNREADABLE, V.WRONG)
        assert judged.right.strip()


@pytest.mark.parametrize("printed", ["", "1e", "nan", "a number"])
@pytest.mark.parametrize("of", ["a", "", "1/0", "log(0)", "exp(exp(1000))", "nothing"])
def test_no_number_stops_the_judge(printed, of):
    assert mine().number(Number("here", printed, of)).verdict in (V.UNREADABLE, V.WRONG)


def test_an_example_that_does_not_fit_stops_nothing():
    judge = mine(letters={"q": "q"})
    assert judge.formula(Formula("here", "", "q", "q")).right.startswith("letter q of document mine is 'q'")
    none = Judge(replace(judge.document, examples=[Example(letters={"q": "q"}, numbers={"q": 2})]))
    assert none.formula(Formula("here", "", "q + q", "2 * q")).verdict == V.EQUAL
    assert none.formula(Formula("here", "", "q + q", "q * q")).verdict == V.HERE
    assert none.formula(Formula("here", "", "q", "q", example="other")).verdict == V.UNREADABLE


def test_nothing_of_ours_is_unreadable():
    for name in NOTEBOOKS:
        judge = judge_once(name)
        for verdicts in (judge.numbers(), judge.formulas()):
            assert set(verdicts.counts) <= (NUMBERS | FORMULAS), verdicts.only(V.UNREADABLE).judged


def test_a_reader_is_told_where_his_numbers_differ():
    net, x, t = JUDGE.example()
    assert repr(JUDGE.beside(net, x, t, learning_rate=0.9)) == "This page has the numbers of document 002."
    for other in (
        JUDGE.beside(net.with_values({"w1[0,0]": 2.0}), x, t),
        JUDGE.beside(net, [0.2], t),
        JUDGE.beside(net, x, [0.0]),
        JUDGE.beside(net, x, t, learning_rate=1.0),
        JUDGE.beside(Network([[[0.5]], [[0.5]]], activation="tanh"), x, t),
        JUDGE.beside(Network([[[0.5]], [[0.5]]], loss="squared_error"), x, t),
        JUDGE.beside(Network([[[0.5], [0.5]], [[0.5, 0.5]]]), x, t),
        JUDGE.beside(Network([[[0.5]], [[0.5]]], biases=[[0], [0]]), x, t),
    ):
        assert repr(other).startswith("Your page differs from document 002: ")
        assert repr(other).endswith("so they stay as they are.")


def test_one_slip_is_counted_once():
    for name in NOTEBOOKS:
        judge, found = judge_once(name), {}
        for finding in judge.document.findings:
            for place in finding.facts:
                assert place not in found, f"{place} hangs on {finding.id} and on {found.get(place)}"
                found[place] = finding.id
        for verdicts in (judge.numbers(), judge.formulas()):
            for judged in verdicts.only(V.HANGS).judged:
                assert found[judged.fact.place] == found[judged.fact.after]

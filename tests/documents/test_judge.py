"""Facts as data: complete, placed, readable, and judged anew each time."""

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import pytest
from audits import NOTEBOOKS, cells_of, shown_in

from backprop_lib import Network
from backprop_lib.documents.document_003 import Setup, load_runs
from backprop_lib.documents.facts import (
    Document,
    Example,
    FindingClass,
    FindingKind,
    FindingWeight,
    Formula,
    Number,
    load,
)
from backprop_lib.documents.judge import Judge
from backprop_lib.documents.rounding import compare_digits
from backprop_lib.documents.verdicts import APART, Verdict

V = Verdict
DATA = Path(load.__code__.co_filename).parent
NUMBERS = {V.AGREES, V.TRUNCATED, V.FOLLOWS, V.FITS, V.HANGS, V.GIVEN, V.REACHED, V.MISSED, V.WRONG}
FORMULAS = {V.EQUAL, V.ARRANGED, V.SEEN_EQUAL, V.DEFINED, V.HERE, V.HANGS, V.WRONG}
VERDICTS = NUMBERS | FORMULAS | {V.UNREADABLE, "holds", "holds in part", "does not hold"}
DOCUMENT = load("002")
JUDGE = Judge(DOCUMENT)
judge_once = cache(Judge)


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


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_only_equations_are_judged(name):
    """What stands there without an equals sign can say what a letter means, and nothing else."""
    for formula in load(name).formulas:
        assert formula.code or formula.definition or "=" in formula.printed


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_which_function_the_author_chose_is_a_definition(name):
    for formula in load(name).formulas:
        if re.fullmatch(r"sigma\(\w+\)", formula.left):
            assert formula.code or formula.definition  # a program may compute it wrongly


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


def in_every_document(kind):
    """Mark a test to run for every number or formula of every document, with the document's judge."""
    cases = [(name, fact) for name in NOTEBOOKS for fact in getattr(load(name), kind)]
    return pytest.mark.parametrize(
        ("name", "fact"), cases, ids=[f"{n}: {getattr(f, 'place', None) or f.id}" for n, f in cases]
    )


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


@pytest.mark.parametrize("name", [p.stem for p in DATA.glob("*.toml")])
def test_every_fact_has_its_own_place_and_is_shown(name):
    document, shown = load(name), shown_in(name)
    for kind in (document.numbers, document.formulas):
        places = [fact.place for fact in kind]
        assert all(places)
        assert len(set(places)) == len(places)
    for number in document.numbers:
        assert f"| {number.place} | `{number.printed}` |" in shown
    for formula in document.formulas:
        assert f"| {formula.place} | {formula.shown} |" in shown
    for claim in (*document.claims, *document.listings):
        assert f"| {claim.words} |" in shown
        assert all(reading in shown for reading in claim.readings)


def test_what_is_not_right_stands_first_and_the_others_are_folded_and_counted():
    shown, folded = JUDGE.numbers()._repr_markdown_().split("<details>")
    assert shown.count("✗ wrong") == 2
    assert "agrees" not in shown
    assert folded.startswith("<summary>The other 54: 21 × given, 14 × agrees, ")
    assert folded.count("\n| ") == 2 + 54
    assert "<details>" not in JUDGE.numbers().only(V.FOLLOWS)._repr_markdown_()
    doubtful = judge_once("001").numbers()._repr_markdown_().split("<details>")[0]
    assert doubtful.index("✗ wrong") < doubtful.index("◐ follows from an earlier slip")


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
        verdict = next((cell for cell in cells[2:] if cell in VERDICTS), None)
        if fact and verdict:
            given[fact] = verdict
    return given


@pytest.mark.parametrize("name", [p.stem for p in DATA.glob("*.toml")])
def test_findings_are_about_what_is_wrong_and_about_all_of_it(name):
    given, document = verdicts_shown(name), load(name)
    bad = (V.WRONG, V.HERE, V.HANGS, "does not hold")
    wrong = {fact for fact, verdict in given.items() if verdict in bad}
    fine = {fact for fact, verdict in given.items() if verdict not in (*bad, "holds in part")}
    found = [fact for finding in document.findings for fact in finding.facts]
    assert wrong <= set(found) <= set(given) - fine
    assert len({finding.id for finding in document.findings}) == len(document.findings)


def test_the_files_state_no_verdict():
    for path in DATA.glob("*.toml"):
        text = path.read_text(encoding="utf-8").lower()
        assert not any(f'"{verdict}"' in text for verdict in VERDICTS)


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


# ---- the judge ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "right", "verdict"),
    [
        (".5637", "0.5637139", V.AGREES),
        ("-.042386", "-0.0423868", V.TRUNCATED),
        ("-.042387", "-0.0423868", V.AGREES),
        ("-.042388", "-0.0423868", V.WRONG),
        ("001033", "0.001033", V.WRONG),
        ("7", "7.4", V.AGREES),
        ("7", "7.9", V.TRUNCATED),
        (".25", "0.245", V.AGREES),  # half a unit may go either way
        (".24", "0.245", V.AGREES),
    ],
)
def test_digits_are_compared_as_printed(printed, right, verdict):
    assert compare_digits(printed, Decimal(right)) == verdict


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
    assert judge.formula(Formula("here", "", "q", "q")).right.startswith("document mine speaks of 'q'")
    none = Judge(replace(judge.document, examples=[Example(letters={"q": "q"}, numbers={"q": 2})]))
    assert none.formula(Formula("here", "", "q + q", "2 * q")).verdict == V.EQUAL
    assert none.formula(Formula("here", "", "q + q", "q * q")).verdict == V.HERE
    assert none.formula(Formula("here", "", "q", "q", example="other")).verdict == V.UNREADABLE


def test_nothing_of_ours_is_unreadable():
    for name in NOTEBOOKS:
        judge = judge_once(name)
        for verdicts in (judge.numbers(), judge.formulas()):
            assert set(verdicts.counts) <= (NUMBERS | FORMULAS), verdicts.only(V.UNREADABLE).judged


def test_what_nothing_could_refute_is_counted_apart():
    judge = judge_once("002")
    text = repr(judge.numbers())
    assert text.startswith("35 facts judged: ")
    assert text.endswith("counted apart: 21 × given")
    assert set(APART) & set(judge.numbers().counts) == {V.GIVEN}


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


@in_every_document("findings")
def test_every_finding_is_complete(name, fact):
    assert fact.kind in list(FindingKind)
    assert fact.class_ in list(FindingClass)
    assert fact.weight in list(FindingWeight)
    assert load(name).place_of(fact)
    assert re.fullmatch(r".{20,}[.!?]”?", fact.why), "one plain sentence that says why it matters"
    assert fact.cell in {cell.id for cell in cells_of(name) if cell.cell_type == "code"}


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


# ---- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not = toml", "cannot be read as TOML"),
        ("[document", "cannot be read as TOML"),
        ("[verdicts]\nx = 1", "has a table 'verdicts'"),
        ("[[number]]\nplace = 'p'\nprinted = '1'", "number 1 lacks 'of'"),
        ("[[number]]\nplace = 'p'\nprinted = '1'\nof = 'x'\nverdict = 'w'", "number 1 has 'verdict'"),
        ("[[number]]\nplace = 'p'\nprinted = 1\nof = 'x'", "number 1 has printed 1, expected text"),
        ("[number]\nplace = 'p'", "has one 'number' table, expected a list"),
        ("number = [1]", "number 1 is 1, expected a table"),
        ("[[finding]]\nclass = 'bad'", "finding 1 has class 'bad', expected one of: error,"),
        ("[document]\nnumber = '9'", "document 1 lacks"),
        ("[[document]]\nnumber = '9'", r"document 1 is \[{.*}\], expected a table"),
        ("[[number]]\nlevel = ''", "number 1 has level '', expected one of: at most, at least"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused(tmp_path, text, message):
    path = tmp_path / "own.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError, match=message):
        load(path)


def test_bytes_that_are_no_text_are_refused(tmp_path):
    path = tmp_path / "own.toml"
    path.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ValueError, match=r"own\.toml cannot be read as TOML"):
        load(path)


def test_a_document_that_is_not_there_is_refused():
    with pytest.raises(ValueError, match=r"there is no document '999', expected one of .*002"):
        load("999")

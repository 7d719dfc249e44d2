"""Facts as data: complete, placed, readable, and judged anew each time."""

import re
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path

import nbformat
import pytest

from backprop_lib import Network, derive
from backprop_lib.documents import load
from backprop_lib.examples import judge_of
from backprop_lib.rounding import AGREES, TRUNCATED, WRONG, compare_digits
from backprop_lib.verdicts import ARRANGED, EQUAL, FOLLOWS, MISSED, REACHED, Judge

DATA = Path(load.__code__.co_filename).parent
NOTEBOOKS = {
    "002": "01_one_path.ipynb",
    "004": "02_cross_entropy.ipynb",
    "001": "03_two_paths.ipynb",
    "000": "04_error_shares.ipynb",
    "003": "05_any_depth.ipynb",
}
LAST = "06_what_they_got_wrong.ipynb"
VERDICTS = {AGREES, TRUNCATED, FOLLOWS, REACHED, MISSED, WRONG, EQUAL, ARRANGED}
VERDICTS |= {"holds", "holds in part", "does not hold"}
D = derive(Network(weights=[[[0.5]], [[0.5]]]))
MORE = {"learning_rate": 0.9, "stop_below": 5e-5}
DOCUMENT = load("002")
JUDGE = Judge(DOCUMENT, D, [0.1], [0.9], **MORE)
judge_once = cache(judge_of)


def at(place, judge=JUDGE):
    (fact,) = [n for n in judge.document.numbers if n.place == place]
    return judge.number(fact)


# ---- document 002 -------------------------------------------------------------------------------


def test_the_verdicts_on_document_002():
    assert JUDGE.numbers().counts == {AGREES: 35, TRUNCATED: 11, FOLLOWS: 8, WRONG: 2}
    assert JUDGE.formulas().counts == {"equal": 33}
    assert at("Forward pass, outh").verdict == TRUNCATED
    assert at("Forward pass, E").verdict == FOLLOWS
    assert at("∂E/∂w2").verdict == TRUNCATED
    assert [j.fact.printed for j in JUDGE.numbers().only(WRONG).judged] == ["001033", "042386"]


def test_the_verdicts_on_document_004():
    d = derive(Network([[[0.8]], [[0.6]]], loss="binary_cross_entropy"))
    fan = derive(Network([[[0.8]], [[0.6], [-0.9]]], loss="binary_cross_entropy"))
    judge = Judge("004", d, [1.5], [1.0], learning_rate=0.5)
    with pytest.raises(ValueError, match="setting 'fan' has no network yet"):
        judge.formulas()
    judge.also("fan", fan, [1.5], [1.0, 0.0])
    wrong = [j.fact.place.removeprefix("Evaluating, ") for j in judge.formulas().only(WRONG).judged]
    slope = ["dŷ/dz_2: first line", "dŷ/dz_2: result"]
    last = ["dJ/dw_2", "Backpropagation in practice"]
    assert wrong == ["dJ/dŷ: result", "the sigmoid", *slope, *last]
    assert judge.formulas().counts["equal"] == 13


def test_the_verdicts_on_document_001():
    judge = judge_of("001")
    assert judge.numbers().counts == {AGREES: 90, FOLLOWS: 5, WRONG: 5}
    assert judge.formulas().counts == {EQUAL: 44, WRONG: 9}
    wrong = {j.fact.printed for j in judge.numbers().only(WRONG).judged}
    assert wrong == {"0.54", "0.0034", "0.09897"}
    assert at("Update of w1_10: new weight", judge).verdict == AGREES
    assert at("Backward, ∂E2/∂a10: result", judge).verdict == FOLLOWS


def test_the_verdicts_on_document_000():
    judge = judge_of("000")
    assert judge.numbers().counts == {AGREES: 38, WRONG: 1}
    assert judge.formulas().counts == {EQUAL: 12, WRONG: 3}
    assert [j.fact.printed for j in judge.numbers().only(WRONG).judged] == ["0.0343"]
    for sign_lost in (j.fact for j in judge.formulas().only(WRONG).judged):
        assert judge.formula(replace(sign_lost, right=f"-({sign_lost.right})")).verdict == EQUAL


def test_the_verdicts_on_document_003():
    judge = judge_once("003")
    formulas = judge.formulas()
    assert judge.numbers().counts == {AGREES: 60, TRUNCATED: 1, REACHED: 13}
    assert formulas.counts == {EQUAL: 57, ARRANGED: 10, WRONG: 1}
    assert at("7.1, output, epoch 999", judge).verdict == TRUNCATED
    (accuracy,) = formulas.only(WRONG).judged
    assert (accuracy.fact.place, accuracy.right) == ("7.1, accuracy", "0.925900 ≠ 12.495277")


def in_every_document(kind):
    """Mark a test to run for every number or formula of every document, with the document's judge."""
    cases = [(name, fact) for name in NOTEBOOKS for fact in getattr(load(name), kind)]
    return pytest.mark.parametrize(("name", "fact"), cases, ids=[f"{n}: {f.place}" for n, f in cases])


@in_every_document("numbers")
def test_no_digit_can_be_changed_unnoticed(name, fact):
    """Raise each digit in turn: the verdict turns, or the printed arithmetic still leads there."""
    judge = judge_once(name)
    before = judge.number(fact).verdict
    if before in (WRONG, REACHED, MISSED):
        return  # nothing to spoil, or no digits that could be computed
    for i, digit in enumerate(fact.printed):
        if digit.isdigit():
            other = str((int(digit) + 1) % 10)
            changed = replace(fact, printed=fact.printed[:i] + other + fact.printed[i + 1 :])
            after = judge.number(changed).verdict
            assert after == WRONG or (before, after) in {
                (AGREES, FOLLOWS),
                (TRUNCATED, AGREES),  # the last digit, rounded instead of cut off
                (TRUNCATED, FOLLOWS),
                (FOLLOWS, AGREES),
                (FOLLOWS, FOLLOWS),
            }
            if i < len(fact.printed.rstrip("0").rstrip(".")) - 1:
                assert after == WRONG


@in_every_document("formulas")
def test_no_sign_can_be_changed_unnoticed(name, fact):
    judge = judge_once(name)
    if judge.formula(fact).verdict == WRONG:
        return
    for change in ("-({})", "2 * ({})", "1.000001 * ({})"):
        sides = {
            side: change.format(getattr(fact, side)) for side in ("right", "arranged") if getattr(fact, side)
        }
        assert judge.formula(replace(fact, **sides)).verdict == WRONG


def shown_in(name):
    """Return all that the notebook of a document shows as Markdown."""
    path = Path(__file__).parents[1] / "notebooks" / {**NOTEBOOKS, "all": LAST}[name]
    return "\n".join(
        output.data["text/markdown"]
        for cell in nbformat.read(path, as_version=4).cells
        for output in cell.get("outputs", [])
        if "text/markdown" in output.get("data", {})
    )


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


def verdicts_shown(name):
    """Return the verdict that the notebook gives to each fact, by place, or by id for words."""
    document = load(name)
    names = {claim.words: claim.id for claim in (*document.claims, *document.listings)}
    names |= {fact.place: fact.place for fact in (*document.numbers, *document.formulas)}
    given = {}
    for line in shown_in(name).splitlines():
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        fact = next((names[cell] for cell in cells[:2] if cell in names), None)
        verdict = next((cell for cell in cells[2:] if cell in VERDICTS), None)
        if fact and verdict:
            given[fact] = verdict
    return given


@pytest.mark.parametrize("name", [p.stem for p in DATA.glob("*.toml")])
def test_findings_are_about_what_is_wrong_and_about_all_of_it(name):
    given, document = verdicts_shown(name), load(name)
    wrong = {fact for fact, verdict in given.items() if verdict in (WRONG, "does not hold")}
    fine = {
        fact for fact, verdict in given.items() if verdict not in (WRONG, "does not hold", "holds in part")
    }
    found = [fact for finding in document.findings for fact in finding.facts]
    assert wrong <= set(found) <= set(given) - fine
    assert len({finding.id for finding in document.findings}) == len(document.findings)


def test_the_files_state_no_verdict():
    for path in DATA.glob("*.toml"):
        text = path.read_text(encoding="utf-8").lower()
        verdicts = (AGREES, TRUNCATED, FOLLOWS, REACHED, MISSED, WRONG, EQUAL, ARRANGED)
        assert not any(f'"{verdict}"' in text for verdict in verdicts)


def test_claims_are_answered_one_by_one():
    judge = Judge("002", D, [0.1], [0.9], **MORE)
    with pytest.raises(ValueError, match="claim 'any start' has no answer yet: run the cell"):
        judge.claims()
    with pytest.raises(ValueError, match="document 002 has no claim 'flat'"):
        judge.answer("flat", True)
    with pytest.raises(ValueError, match="claim 'convex' got 1 answers, expected 3"):
        judge.answer("convex", True)
    for claim in DOCUMENT.claims:
        judge.answer(claim.id, *(True for _ in claim.readings))
    assert judge.claims().counts == {"holds": len(DOCUMENT.claims)}
    judge.answer("convex", True, True, False)
    judge.answer("not directly", False)
    assert judge.claims().counts["holds in part"] == 1
    assert judge.claims().counts["does not hold"] == 1


# ---- the judge ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("printed", "right", "verdict"),
    [
        (".5637", "0.5637139", AGREES),
        ("-.042386", "-0.0423868", TRUNCATED),
        ("-.042387", "-0.0423868", AGREES),
        ("-.042388", "-0.0423868", WRONG),
        ("001033", "0.001033", WRONG),
        ("7", "7.4", AGREES),
        ("7", "7.9", TRUNCATED),
        (".25", "0.245", AGREES),  # half a unit may go either way
        (".24", "0.245", AGREES),
    ],
)
def test_digits_are_compared_as_printed(printed, right, verdict):
    assert compare_digits(printed, Decimal(right)) == verdict


def test_a_given_number_must_be_met_exactly():
    judge = Judge("002", derive(Network([[[0.52]], [[0.5]]])), [0.1], [0.9], **MORE)
    assert at("Introduction, the first weight", judge).verdict == WRONG
    assert at("Introduction, the second weight", judge).verdict == AGREES


def test_a_wrong_formula_comes_with_a_counterexample():
    fact = replace(DOCUMENT.formulas[6], right="target - outo")  # the sign that tutorials lose
    judged = JUDGE.formula(fact)
    assert (judged.verdict, judged.right) == (WRONG, "−0.336286 ≠ 0.336286")


def test_the_network_must_fit_the_document():
    with pytest.raises(ValueError, match=r"document 002 speaks of 'a2\[0\]', which this Network 1-1,"):
        Judge("002", derive(Network([[[0.5]]])), [0.1], [0.9], **MORE)


# ---- reading ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("not = toml", "cannot be read as TOML"),
        ("[document", "cannot be read as TOML"),
        ("[verdicts]\nx = 1", "has a table 'verdicts'"),
        ("[[number]]\nplace = 'p'\nprinted = '1'", "number 1 lacks 'of'"),
        ("[[number]]\nplace = 'p'\nprinted = '1'\nof = 'x'\nverdict = 'w'", "number 1 has 'verdict'"),
        ("[document]\nnumber = '9'", "document 1 lacks"),
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
    with pytest.raises(ValueError, match=r"there is no document '999', expected one of: .*002"):
        load("999")

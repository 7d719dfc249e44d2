"""Judged facts as a table: what is not right first, the others counted and folded."""

from audits import judge_once

from backprop_lib.documents.verdicts import APART, Verdict

V = Verdict


def test_what_is_not_right_stands_first_and_the_others_are_folded_and_counted():
    shown, folded = judge_once("002").numbers()._repr_markdown_().split("<details>")
    assert shown.count("✗ wrong") == 2
    assert "agrees" not in shown
    assert folded.startswith("<summary>The other 54: 21 × given, 14 × agrees, ")
    assert folded.count("\n| ") == 2 + 54
    assert "<details>" not in judge_once("002").numbers().only(V.FOLLOWS)._repr_markdown_()
    doubtful = judge_once("001").numbers()._repr_markdown_().split("<details>")[0]
    assert doubtful.index("✗ wrong") < doubtful.index("◐ follows from an earlier slip")


def test_what_nothing_could_refute_is_counted_apart():
    judge = judge_once("002")
    text = repr(judge.numbers())
    assert text.startswith("35 facts judged: ")
    assert text.endswith("counted apart: 21 × given")
    assert set(APART) & set(judge.numbers().counts) == {V.GIVEN}

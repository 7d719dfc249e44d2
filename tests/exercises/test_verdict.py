"""A verdict says with a sign and a word whether an answer is right, as text and as Markdown."""

from dataclasses import FrozenInstanceError

import pytest

from backprop_lib.exercises.verdict import Verdict


@pytest.mark.parametrize(
    ("verdict", "text", "markdown"),
    [
        (Verdict(True, "Well done."), "✓ Right. Well done.", "**✓ Right.** Well done."),
        (Verdict(False, "Look at a.", "sign"), "✗ Not right. Look at a.", "**✗ Not right.** Look at a."),
        (Verdict(False, "Write a number.", judged=False), "· Write a number.", "**·** Write a number."),
    ],
)
def test_it_is_shown_with_sign_and_word(verdict, text, markdown):
    assert repr(verdict) == text
    assert verdict._repr_markdown_() == markdown


def test_what_was_understood_comes_first():
    shown = Verdict(False, "Look at a.", understood="a_{1}")._repr_markdown_()
    assert shown == "You wrote $\\displaystyle a_{1}$\n\n**✗ Not right.** Look at a."


def test_it_is_a_value():
    assert Verdict(True, "Yes.") == Verdict(True, "Yes.") != Verdict(False, "Yes.")
    with pytest.raises(FrozenInstanceError):
        Verdict(True, "Yes.").right = False

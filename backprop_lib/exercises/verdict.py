"""What an examiner says to an answer: right or not, which mistake, and a sentence for the learner."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Verdict:
    r"""What the examiner says to one answer; in a notebook it is shown as Markdown.

    Parameters
    ----------
    right : bool
    sentence : str
        What the learner reads.
    mistake : str
        The name of the mistake, "" if the answer is right or the mistake has no name.
    understood : str
        What was read from the learner, in LaTeX.
    judged : bool
        False if there was nothing to judge: a blank, or an answer that could not be read.

    Examples
    --------
    >>> Verdict(False, "This is exactly −1 times the right answer.", "sign", r"t - a_{2}")
    ✗ Not right. This is exactly −1 times the right answer.
    >>> Verdict(True, "It is ∂E/∂w2[0,0].")
    ✓ Right. It is ∂E/∂w2[0,0].
    """

    right: bool
    sentence: str
    mistake: str = ""
    understood: str = ""
    judged: bool = True

    @property
    def mark(self) -> str:
        """A sign and a word, so that nothing depends on color."""
        return "✓ Right." if self.right else "✗ Not right." if self.judged else "·"

    def __repr__(self) -> str:
        return f"{self.mark} {self.sentence}"

    def _repr_markdown_(self) -> str:
        echo = f"You wrote $\\displaystyle {self.understood}$\n\n" if self.understood else ""
        return f"{echo}**{self.mark}** {self.sentence}"

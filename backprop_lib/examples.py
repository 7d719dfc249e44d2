"""The five documents' own examples, each with the judge that knows its network and its numbers.

Each chapter sets its example up before the reader's eyes; here they stand together, for the chapter that
compares them. A test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from backprop_lib.derivation import derive
from backprop_lib.network import Network
from backprop_lib.verdicts import Judge

__all__ = ["judge_of"]


def judge_of(document: str) -> Judge:
    """Return the judge of a document, set up with the document's own example.

    Raises
    ------
    ValueError
        If the course has no such document.

    Examples
    --------
    >>> judge_of("002").numbers()
    56 facts: 35 × agrees, 11 × truncated, not rounded, 8 × follows from rounded intermediates, 2 × wrong
    """
    if document not in _EXAMPLES:
        raise ValueError(f"there is no document {document!r}, expected one of: {', '.join(_EXAMPLES)}.")
    return _EXAMPLES[document]()


def _one_path() -> Judge:
    net = Network([[[0.5]], [[0.5]]])
    return Judge("002", derive(net), [0.1], [0.9], learning_rate=0.9, stop_below=5e-5)


def _cross_entropy() -> Judge:
    net = Network([[[0.8]], [[0.6]]], loss="binary_cross_entropy")
    fan = Network([[[0.8]], [[0.6], [-0.9]]], loss="binary_cross_entropy")
    judge = Judge("004", derive(net), [1.5], [1.0], learning_rate=0.5)
    return judge.also("fan", derive(fan), [1.5], [1.0, 0.0])


def _two_paths() -> Judge:
    net = Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]])
    one = Network([[[1]], [[3]]], [[1], [0]], "identity")
    two = Network([[[1, 2], [3, -1]], [[2, 1]]])
    judge = Judge("001", derive(net), [0.2, 0.5], [0.2, 0.7], learning_rate=0.3, limit=1000)
    judge.also("one variable", derive(one), [3], [12])
    return judge.also("two variables", derive(two), [0.4, 0.6], [1])


def _error_shares() -> Judge:
    h, t = [1.0, 0.5, 0.8, 0.6], [1.0, 0.9, 0.5]
    w = [[0.6, 0.1, 0.15, 0.25], [0.2, 0.8, 0.4, 0.5], [0.1, 0.05, 0.3, 0.05]]
    who = [[0.6, 0.5, 0.06], [0.3, 0.2, 0.8], [0.2, 0.1, 0.7], [0.12, 0.7, 0.54]]
    judge = Judge("000", derive(Network([w])), h, t, who=who, e=[0.1, 0.2, 0.3])
    return judge.also("linear", derive(Network([w], activation="identity")), h, t)


_EXAMPLES: Mapping[str, Callable[[], Judge]] = {
    "002": _one_path,
    "004": _cross_entropy,
    "001": _two_paths,
    "000": _error_shares,
}

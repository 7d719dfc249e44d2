"""The five documents' own examples, each with the judge that knows its network and its numbers.

Each chapter sets its example up before the reader's eyes; here they stand together, for the chapter that
compares them. A test holds the two equal.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from backprop_lib.datasets import mnist, parity
from backprop_lib.derivation import derive
from backprop_lib.minibatch import accuracy, train_like_document_003
from backprop_lib.network import Network
from backprop_lib.training import train
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


def _any_depth() -> Judge:
    (x, t), shape, digits = parity(bits=10), [10, 3, 2], mnist()
    _, start = train_like_document_003(x[:700], t[:700], shape, 0.3, epochs=0, batch_size=8)
    errors, net = train_like_document_003(x[:700], t[:700], shape, 0.3, epochs=1000, batch_size=8)
    small = Network.random([784, 32, 10], seed=0, loss="squared_error")
    run = train(small, *digits.to_train(20000), learning_rate=1.0, epochs=3, batch_size=8)
    deep = Network.random([3, 4, 3, 2], seed=3, loss="squared_error")
    at = 10.0 * 0.4 ** np.arange(8)
    down: dict[str, Any] = {"start": [10, 10], "steps": 7, "a": at[1:], "b": at[1:], "error": 2 * at[:7] ** 2}
    own: dict[str, Any] = {"sizes": shape, "bits": 10, "trained_on": 700, "epochs": 1000, "batch_size": 8}
    own |= {"errors": errors[:10] + errors[-2:], "accuracy": accuracy(net, x[700:], t[700:])}
    theirs: dict[str, Any] = {"sizes": small.sizes, "side": [28, 28], "epochs": 300, "batch_size": 256}
    theirs |= {"final_error": run.loss[-1], "accuracy": accuracy(run.network, *digits.to_test())}
    main = derive(start), x[1023], t[1023]
    judge = Judge("003", *main, learning_rate=0.3)
    judge.also("descent", *main, learning_rate=0.3, **down).also("paraboloid", *main, p=[10, 10], v=[1, 2])
    judge.also("parity run", *main, learning_rate=0.3, **own).also("digits", *main, **theirs)
    judge.also("four layers", derive(deep), [1.0, 0.5, -1.0], [0.0, 1.0])
    return judge.also("accuracy", *main, correct=9259, incorrect=741)


_EXAMPLES: Mapping[str, Callable[[], Judge]] = {
    "002": _one_path,
    "004": _cross_entropy,
    "001": _two_paths,
    "000": _error_shares,
    "003": _any_depth,
}

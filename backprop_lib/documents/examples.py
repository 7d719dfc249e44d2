"""From a document's data to its examples: the networks, inputs, targets and trainings that it speaks of.

A document's TOML file holds what its author chose. Here that becomes a network with a derivation, and the
document's own training is run again. Nothing here comes from a notebook, so no reader's edit can move a
verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from backprop_lib.core import Network, whole_number
from backprop_lib.datasets import parity
from backprop_lib.documents.document_003 import train_like_document_003
from backprop_lib.documents.facts import Document, Example
from backprop_lib.documents.setting import Setting
from backprop_lib.symbols import derive
from backprop_lib.training import accuracy

Numbers = Mapping[str, Any]


def setting_of(document: Document, name: str = "") -> Setting:
    """Return one of a document's examples, ready for its formulas; the main one has no name.

    Raises
    ------
    ValueError
        If the document has no such example, or the example's data do not fit each other.

    Examples
    --------
    >>> from backprop_lib.documents.facts import load
    >>> setting = setting_of(load("002"))
    >>> setting.d.net, setting.x.tolist(), setting.t.tolist(), setting.numbers["learning_rate"]
    (Network 1-1-1, sigmoid, half_squared_error, 2 weights, no biases, [0.1], [0.9], 0.9)
    """
    example = document.example(name)
    net, (x, t) = network_of(example), _input_and_target(example)
    d = None if net is None else derive(net)
    numbers = {**example.numbers, **(run_of(example)[0] if example.run else {})}
    return Setting(document.number, example.letters, d, x, t, numbers)


def network_of(example: Example) -> Network | None:
    """Return an example's network, or None if it has none.

    Raises
    ------
    ValueError
        If the weights do not fit each other, or `start` lacks the sizes.
    """
    if example.weights:
        return Network(example.weights, example.biases, example.activation, example.loss)
    if not example.start:
        return None
    if "sizes" not in example.start:
        raise ValueError(f"example {example.name!r} has a start without sizes, expected sizes and a seed.")
    sizes, seed = example.start["sizes"], example.start.get("seed", 0)
    if example.start.get("like") == "document 003":
        x, t = parity(bits=sizes[0])
        return train_like_document_003(x[:1], t[:1], sizes, 0.0, epochs=0, batch_size=1, seed=seed)[1]
    return Network.random(sizes, seed, activation=example.activation, loss=example.loss)


def run_of(example: Example) -> tuple[Numbers, Network | None]:
    """Return what the training of an example prints, and the network it makes, if that is not only stored.

    Raises
    ------
    ValueError
        If the example has no such training.
    """
    if example.run not in _RUNS:
        have = ", ".join(map(repr, _RUNS))
        raise ValueError(f"example {example.name!r} has the run {example.run!r}, expected one of: {have}.")
    if missing := [name for name in _NEEDED if name not in example.numbers]:
        raise ValueError(f"example {example.name!r} has a run, but no number {missing[0]!r}.")
    return _RUNS[example.run](*(_hashable(example.numbers[name]) for name in _NEEDED))


_NEEDED = ("sizes", "learning_rate", "epochs", "batch_size")


@cache
def _parity_run(
    sizes: tuple[int, ...], learning_rate: float, epochs: int, batch_size: int
) -> tuple[Numbers, Network | None]:
    """Run document 003's training of section 7.1: the first ten and the last two epochs are printed."""
    x, t = parity(bits=sizes[0])
    errors, net = train_like_document_003(x[:700], t[:700], sizes, learning_rate, epochs, batch_size)
    return {"errors": errors[:10] + errors[-2:], "accuracy": accuracy(net, x[700:], t[700:])}, net


def _mnist_run(*_: Any) -> tuple[Numbers, Network | None]:
    """Return what document 003's training of section 7.2 comes to under its own conventions, as stored."""
    from backprop_lib.documents.mnist_runs import Setup, load_runs, printed_errors

    run = load_runs()[Setup()]
    return {"errors": [run.errors[k] for k in printed_errors()], "accuracy": run.accuracy[300]}, None


_RUNS: Mapping[str, Callable[..., tuple[Numbers, Network | None]]] = {
    "document 003 on parity": _parity_run,
    "document 003 on MNIST": _mnist_run,
}


def _input_and_target(example: Example) -> tuple[Any, Any]:
    if not example.data:
        return example.x, example.t
    if example.data.get("set") != "parity":
        raise ValueError(f"example {example.name!r} has data {example.data!r}, expected the set 'parity'.")
    x, t = parity(bits=example.data.get("bits", 10))
    row = whole_number("row", example.data.get("row", 0))
    if row >= len(x):
        raise ValueError(f"row is {row}, expected less than {len(x)}, the number of examples.")
    return x[row], t[row]


def _hashable(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value

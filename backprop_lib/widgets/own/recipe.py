"""A network with its examples and its rate as a short text, to keep, to paste and to send.

The text is JSON with seven entries. What a learner pastes may be anything, so nothing in it is trusted: only
these entries are read, each must be what it should be, and nothing is ever evaluated.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from backprop_lib.core import Array, Network, finite_number
from backprop_lib.text import counted, got

MOST = {"layers": 5, "neurons": 10, "parameters": 200, "examples": 100}
_LONGEST = 20_000  # characters
_ENTRIES = ("weights", "biases", "activation", "loss", "x", "t", "learning_rate")
_NUMBER = r"[-+−]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,3})?"


@dataclass(frozen=True)
class Recipe:
    """A network, the examples it learns from, and its learning rate.

    Attributes
    ----------
    net : Network
    x : ndarray, shape (batch, features)
    t : ndarray, shape (batch, outputs)
    learning_rate : float

    Raises
    ------
    TypeError, ValueError
        If they do not fit each other, or are more than a page can show.

    Examples
    --------
    >>> recipe = Recipe(Network([[[0.5]], [[0.5]]]), np.array([[0.1]]), np.array([[0.9]]), 0.9)
    >>> print(recipe.text)
    {"weights": [[[0.5]], [[0.5]]], "biases": null, "activation": ["sigmoid", "sigmoid"], \
"loss": "half_squared_error", "x": [[0.1]], "t": [[0.9]], "learning_rate": 0.9}
    >>> Recipe.read(recipe.text).net
    Network 1-1-1, sigmoid, half_squared_error, 2 weights, no biases
    """

    net: Network
    x: Array
    t: Array
    learning_rate: float

    def __post_init__(self) -> None:
        check_size(self.net.sizes, biases=self.net.biases is not None)
        if len(self.x) > MOST["examples"]:
            raise ValueError(f"There are {len(self.x)} examples, expected at most {MOST['examples']}.")
        if not 0 < finite_number("learning_rate", self.learning_rate) <= 1e6:
            raise ValueError(
                f"The learning rate is {self.learning_rate:g}, expected a number above 0 and up to 1,000,000."
            )
        self.net.loss(self.x, self.t)  # checks them

    @property
    def text(self) -> str:
        """The recipe as a text, to its last digit."""
        biases = self.net.biases
        entries = {
            "weights": [w.tolist() for w in self.net.weights],
            "biases": None if biases is None else [b.tolist() for b in biases],
            "activation": [f.name for f in self.net.activations],
            "loss": self.net.loss_rule.name,
            "x": self.x.tolist(),
            "t": self.t.tolist(),
            "learning_rate": self.learning_rate,
        }
        return json.dumps(entries)

    @classmethod
    def read(cls, text: str) -> Recipe:
        """Return the recipe that a text holds.

        Raises
        ------
        ValueError
            If it holds anything else; the sentence says what, and where.

        Examples
        --------
        >>> Recipe.read('{"weights": [[[0.5]]], "biases": null}')
        Traceback (most recent call last):
        ValueError: The text lacks “activation”, expected: weights, biases, activation, loss, x, t, \
learning_rate.
        """
        entries = _entries(text)
        weights = [
            _numbers(f"weights of layer {i}", w, 2) for i, w in enumerate(_list("weights", entries), 1)
        ]
        biases = entries["biases"]
        if biases is not None:
            layers = enumerate(_list("biases", entries), 1)
            biases = [_numbers(f"biases of layer {i}", b, 1) for i, b in layers]
        for name in _list("activation", entries), [entries["loss"]]:
            if not all(isinstance(word, str) for word in name):
                raise ValueError(f"The text has {got(name)}, expected names such as 'sigmoid'.")
        net = Network(weights, biases, entries["activation"], entries["loss"])
        x, t = (np.array(_numbers(name, entries[name], 2), dtype=float) for name in "xt")
        (rate,) = _numbers("learning_rate", [entries["learning_rate"]], 1)
        return cls(net, x, t, rate)


def check_size(sizes: list[int], *, biases: bool) -> None:
    """Raise ValueError if a network is larger than a page can show.

    Parameters
    ----------
    sizes : list of int
        Number of inputs, then of neurons in each layer.
    biases : bool

    Examples
    --------
    >>> check_size([2, 30, 1], biases=True)
    Traceback (most recent call last):
    ValueError: A layer has 30 neurons, expected at most 10: that many can be drawn.
    """
    if len(sizes) - 1 > MOST["layers"]:
        raise ValueError(f"There are {len(sizes) - 1} layers of weights, expected at most {MOST['layers']}.")
    if max(sizes) > MOST["neurons"]:
        raise ValueError(
            f"A layer has {max(sizes):,} neurons, expected at most {MOST['neurons']}: that many can be drawn."
        )
    count = sum((before + biases) * after for before, after in pairwise(sizes))
    if count > MOST["parameters"]:
        raise ValueError(f"There are {count} weights and biases, expected at most {MOST['parameters']}.")


def table(text: str, inputs: int, outputs: int) -> tuple[Array, Array]:
    r"""Return the examples that somebody typed: a line for each, inputs, a colon, targets.

    Parameters
    ----------
    text : str
        Numbers with spaces or commas between them; empty lines count for nothing.
    inputs, outputs : int
        How many numbers there must be on either side of the colon.

    Raises
    ------
    ValueError
        If a line is anything else.

    Examples
    --------
    >>> x, t = table("0 0 : 0\n0, 1 : 1", 2, 1)
    >>> x.tolist(), t.tolist()
    ([[0.0, 0.0], [0.0, 1.0]], [[0.0], [1.0]])
    >>> table("0 0 : 0\n0 1", 2, 1)
    Traceback (most recent call last):
    ValueError: Line 2 of the examples is '0 1', expected 2 inputs, a colon and 1 target, such as “0 0 : 0”.
    """
    rows: list[list[float]] = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip():
            continue
        sides = [re.split(r"[\s,;]+", side.strip(" \t,;")) for side in line.split(":")]
        if [len(side) for side in sides] != [inputs, outputs] or not all(
            re.fullmatch(_NUMBER, part, re.ASCII) for side in sides for part in side
        ):
            write = f"{' '.join('0' * inputs)} : {' '.join('0' * outputs)}"
            raise ValueError(
                f"Line {number} of the examples is {got(line)}, expected {counted(inputs, 'input')}, a colon "
                f"and {counted(outputs, 'target')}, such as “{write}”."
            )
        rows.append([float(part.replace("−", "-")) for side in sides for part in side])
        if len(rows) > MOST["examples"]:
            raise ValueError(f"There are more than {MOST['examples']} examples, expected at most that many.")
    if not rows:
        raise ValueError("There is no example, expected at least one line such as “0 1 : 1”.")
    together = np.array(rows)
    if not np.isfinite(together).all():
        raise ValueError("A number in the examples is too large for a float, expected a smaller one.")
    return together[:, :inputs], together[:, inputs:]


def _entries(text: str) -> dict[str, Any]:
    """Return the entries of a text, if it has all of them and no other."""
    if not text.strip():
        raise ValueError("There is no text, expected one that this page made.")
    if len(text) > _LONGEST:
        raise ValueError(f"The text has {len(text):,} characters, expected at most {_LONGEST:,}.")
    try:
        entries = json.loads(text, parse_constant=_refuse, parse_int=float, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, character {error.colno}"
        raise ValueError(f"The text cannot be read at {where}, expected one that this page made.") from None
    except RecursionError:
        raise ValueError("The text is nested too deeply, expected one that this page made.") from None
    if not isinstance(entries, dict):
        raise ValueError("The text holds no entries, expected one that this page made.")
    if strangers := [name for name in entries if name not in _ENTRIES]:
        raise ValueError(f"The text has “{strangers[0][:40]}”, expected only: {', '.join(_ENTRIES)}.")
    if missing := [name for name in _ENTRIES if name not in entries]:
        raise ValueError(f"The text lacks “{missing[0]}”, expected: {', '.join(_ENTRIES)}.")
    return entries


def _refuse(word: str) -> None:
    raise ValueError(f"The text holds {word}, expected finite numbers.")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Return the entries of a text, in which each may stand once."""
    entries = dict(pairs)
    if len(entries) < len(pairs):
        twice = next(name for i, (name, _) in enumerate(pairs) if name in dict(pairs[:i]))
        raise ValueError(f"The text has “{twice[:40]}” twice, expected it once.")
    return entries


def _list(name: str, entries: dict[str, Any]) -> list[Any]:
    layers = entries[name]
    if not isinstance(layers, list) or not 0 < len(layers) <= MOST["layers"]:
        expected = f"a list with one entry per layer, at most {MOST['layers']}"
        raise ValueError(f"“{name}” is {got(layers)}, expected {expected}.")
    return layers


def _numbers(name: str, value: Any, axes: int) -> Any:
    """Return numbers, or rows of numbers, if they are such."""
    kind = "a list of numbers" if axes == 1 else "rows of numbers, all of one length"
    rows = [value] if axes == 1 else value
    whole = isinstance(rows, list) and rows and all(isinstance(row, list) and row for row in rows)
    if not whole or len({len(row) for row in rows}) > 1:
        raise ValueError(f"“{name}” is {got(value)}, expected {kind}.")
    for number in (number for row in rows for number in row):
        if isinstance(number, bool) or not isinstance(number, int | float):
            raise ValueError(f"“{name}” holds {got(number)}, expected numbers only.")
        if abs(number) > 1e9:
            raise ValueError(f"“{name}” holds {got(number)}, expected numbers up to 1,000,000,000.")
    return [[float(number) for number in row] for row in rows] if axes == 2 else list(map(float, value))

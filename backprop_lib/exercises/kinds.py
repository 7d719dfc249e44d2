"""The kinds of answers: each knows how to examine what a learner gives, and how it is to be given."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import floor, log10
from typing import Any, Protocol

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network
from backprop_lib.exercises.examine import examine
from backprop_lib.exercises.functions import examine_function
from backprop_lib.exercises.letters import letters
from backprop_lib.exercises.numeric import as_array, close, named
from backprop_lib.exercises.running import Unusable, call
from backprop_lib.exercises.task import Task
from backprop_lib.exercises.verdict import Verdict
from backprop_lib.text import counted, fixed, got

Mistakes = Mapping[str, tuple[str, Callable[[], ArrayLike]]]  # by name: what a learner is told, what it gives


class Kind(Protocol):
    """What an exercise asks for."""

    @property
    def how(self) -> str:
        """How a blank is to be filled in."""

    def examine(self, answer: Any) -> Verdict:
        """Return the verdict on an answer, whatever it is.

        Raises
        ------
        Unusable
            If there is nothing to compare: its words are for the learner.
        """
        ...


@dataclass(frozen=True)
class Derivative:
    """A derivative of the loss, in letters.

    Parameters
    ----------
    network : Network
    name : str
        With respect to what: "w1[0,1]", "b1[0]", "z1[0]" or "a1[0]".
    x, t : array_like, optional
        The network's example: a number is then compared with the value there.

    Examples
    --------
    The learner writes a function of the letters, so that his own `x` and `t` stay what they are:

    >>> kind = Derivative(Network([[[0.5]], [[0.5]]]), "w2[0,0]")
    >>> kind.examine(lambda x, w1, a1, w2, a2, t: (a2 - t) * a2 * (1 - a2) * a1).right
    True
    """

    network: Network
    name: str
    x: ArrayLike | None = None
    t: ArrayLike | None = None
    how: str = field(default="Write the derivative in letters where the dots are", init=False)

    def examine(self, answer: Any) -> Verdict:
        """Return the verdict on a function of the letters, or on an expression in them."""
        if callable(answer):
            answer = call(answer, self._arguments(answer))
        return examine(self.network, self.name, answer, self.x, self.t)

    def _arguments(self, answer: Callable[..., Any]) -> dict[str, Any]:
        """Return the letters that a function asks for."""
        alphabet = letters(self.network, z=True)
        known = dict(zip(alphabet.names, alphabet, strict=True))
        asked = list(inspect.signature(answer).parameters)
        if unknown := [name for name in asked if name not in known]:
            raise Unusable(f"`{unknown[0]}` is no letter of this network. These are: {', '.join(known)}.")
        return {name: known[name] for name in asked}


@dataclass(frozen=True)
class Number:
    """A number, or an array of them, given to so many decimals.

    The last of these decimals may be off by one, because rounding on the way is no mistake. Without decimals
    the number is a whole one, and exact.

    Parameters
    ----------
    value : function
        Computes what is right, when it is first asked for.
    decimals : int
    mistakes : mapping of str to (str, function)
        By name: what a learner is told who made it, and what it gives.

    Examples
    --------
    >>> kind = Number(lambda: 0.25, 2, {"not derived": ("This is the value, not the slope.", lambda: 0.5)})
    >>> kind.examine(1 / 4)
    ✓ Right. It is 0.25.
    >>> kind.examine(0.5)
    ✗ Not right. This is the value, not the slope.
    >>> kind.examine(-0.75)
    ✗ Not right. The right number is positive, and between 0.1 and 1.
    """

    value: Callable[[], ArrayLike]
    decimals: int = 4
    mistakes: Mistakes = field(default_factory=dict)

    @property
    def how(self) -> str:
        """How a blank is to be filled in."""
        what = "the numbers" if np.ndim(self.value()) else "the number"
        digits = f", to {counted(self.decimals, 'decimal')}," if self.decimals else ""
        return f"Write {what}{digits} where the dots are"

    def examine(self, answer: Any) -> Verdict:
        """Return the verdict on a number or an array."""
        if isinstance(answer, bool | np.bool_):
            raise Unusable(f"This is {answer}, and a number is expected.")
        right = np.asarray(self.value(), dtype=float)
        given = as_array("Your answer", answer)
        given = given.reshape(()) if right.ndim == 0 and given.size == 1 else given
        if given.shape != right.shape:
            return _wrong_shape(given, right)
        room = (10.0**-self.decimals if self.decimals else 1e-9) * 1.0001  # a float has no exact decimals
        tolerance = room / float(np.abs(right).max())
        if close(given, right, tolerance):
            return Verdict(True, "" if right.ndim else f"It is {fixed(float(right), self.decimals)}.")
        return self._wrong(given, right, room, tolerance)

    def _wrong(self, given: Array, right: Array, room: float, tolerance: float) -> Verdict:
        """Return what is wrong with an answer of the right shape."""
        known = {name: [np.asarray(f(), dtype=float)] for name, (_, f) in self.mistakes.items()}
        most = 2 if right.size < 3 else 12
        found = named([given], [right], known, tolerance, most)
        if (not found or found[1].mistake) and self._rounded(given, right):
            said = f"Right so far. Give {counted(self.decimals, 'decimal')}."
            return Verdict(False, said, "rounded early")
        if not found:
            return _sign_and_size(given, right, room)
        name, factor = found
        if name is None:
            return Verdict(False, f"It is {factor.written} times the right answer.", factor.mistake)
        if right.ndim == 0 and factor.mistake not in ("", "sign"):  # a single number may be so by chance
            return _sign_and_size(given, right, room)
        besides = f" Besides, it is multiplied by {factor.written}." if factor.mistake else ""
        return Verdict(False, " ".join(self.mistakes[name][0].split()) + besides, name)

    def _rounded(self, given: Array, right: Array) -> bool:
        """Say whether an answer is the right one, rounded to fewer decimals than are asked for."""
        fewer = (np.round(right, places) for places in range(1, self.decimals))
        near = bool(np.all(np.abs(given - right) <= 0.1 * np.abs(right)))
        return near and any(np.allclose(given, rounded, rtol=1e-9, atol=0) for rounded in fewer)


def _wrong_shape(given: Array, right: Array) -> Verdict:
    if right.ndim == 0:
        return Verdict(
            False, f"Your answer has shape {given.shape}, and a single number is expected.", "shape"
        )
    said = f"Your array has shape {given.shape}, expected {right.shape}"
    if given.shape == right.shape[::-1]:
        return Verdict(False, f"{said}: it is transposed.", "transposed")
    return Verdict(False, f"{said}.", "shape")


def _sign_and_size(given: Array, right: Array, room: float) -> Verdict:
    """Say no more of the first number that is wrong than its sign and its size."""
    where = np.unravel_index(int((np.abs(given - right) > room).argmax()), right.shape)
    g, r = float(given[where]), float(right[where])
    place = f"number [{','.join(map(str, where))}]" if where else "number"
    if abs(r) < room:
        return Verdict(False, f"The right {place} is 0.")
    power = floor(log10(abs(r)))
    sign = "negative" if r < 0 else "positive"
    if g * r > 0 and floor(log10(abs(g))) == power:
        return Verdict(
            False, f"The sign and the size of the {place} are about right, and its digits are not."
        )
    between = f"{_power(power)} and {_power(power + 1)}"
    if r < 0:
        between = f"−{_power(power + 1)} and −{_power(power)}"
    return Verdict(False, f"The right {place} is {sign}, and between {between}.")


def _power(power: int) -> str:
    return f"{10.0**power:g}"


@dataclass(frozen=True)
class Choice:
    """One of several answers, each with what is said to it: for a prediction, or a line of a program.

    Parameters
    ----------
    right : function
        Returns the key of the right one, by the experiment that the learner predicts.
    replies : mapping of str to str
        By key, what is said to it.

    Examples
    --------
    >>> kind = Choice(lambda: "b" if 0.5 > 0.25 else "a", {"a": "Look again.", "b": "Half is more."})
    >>> kind.examine(" B")
    ✓ Right. Half is more.
    """

    right: Callable[[], str]
    replies: Mapping[str, str]

    @property
    def how(self) -> str:
        """How a blank is to be filled in."""
        return f"Write {self._keys} where the dots are"

    @property
    def _keys(self) -> str:
        *first, last = (f'"{key}"' for key in self.replies)
        return f"{', '.join(first)}{',' * (len(first) > 1)} or {last}"

    def examine(self, answer: Any) -> Verdict:
        """Return the verdict on a key."""
        key = answer.strip().lower() if isinstance(answer, str) else ""
        if key not in self.replies:
            raise Unusable(f"This is {got(answer)}, expected {self._keys}.")
        right = key == self.right()
        return Verdict(right, " ".join(self.replies[key].split()), "" if right else f"chose {key}")


@dataclass(frozen=True)
class Function:
    """A function of a learner's own, run on random examples.

    Parameters
    ----------
    task : str or Task
        What it has to do: a name of the function examiner's, or a task of your own.

    Examples
    --------
    >>> Function("relu_prime").examine(lambda z: np.where(z >= 0, 1, 0)).mistake
    'at zero'
    """

    task: str | Task
    how: str = field(default="Write what the function returns where the dots are", init=False)

    def examine(self, answer: Any) -> Verdict:
        """Return the verdict on a function."""
        return examine_function(self.task, answer)

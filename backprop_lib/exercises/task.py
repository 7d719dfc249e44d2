"""Examine a learner's function: run it on random examples, and compare it with the package's own.

A task knows what a function is given, what it has to return, and what the known mistakes would return. The
random networks have layers of different sizes, because a square matrix hides that it should be transposed.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from backprop_lib.core import Array
from backprop_lib.exercises.numeric import close, flat, named
from backprop_lib.exercises.running import Unusable, call
from backprop_lib.exercises.verdict import Verdict
from backprop_lib.text import counted, fixed

Arguments = Mapping[str, Any]
Parts = list[tuple[str, Array]]
SIZES = ((3, 2, 4), (2, 4, 3), (4, 3, 2), (2, 3, 1), (3, 4, 2))
_SQUARE = ((3, 3, 3), (2, 2, 2))


@dataclass(frozen=True)
class Slip:
    """A known mistake: its name, what a learner is told, and the function that makes it."""

    mistake: str
    sentence: str
    function: Callable[..., Any]


@dataclass(frozen=True)
class Task:
    """What a learner's function has to do.

    Parameters
    ----------
    name : str
    given : function
        Takes a random generator and the sizes (inputs, hidden, outputs), and returns the arguments by name.
    right : function
        Takes the arguments in their order and returns the right result: an array, or several.
    results : sequence of str
        What the parts of the result are called.
    slips : sequence of Slip
    tolerance : float
        Measured by the largest number of an array.

    Examples
    --------
    >>> double = Task("double", lambda rng, sizes: {"z": rng.normal(size=sizes[0])}, lambda z: 2 * z)
    >>> double.examine(lambda z: z + z)
    ✓ Right. It agrees with the package on five random examples.
    >>> double.examine(lambda z: -2 * z).mistake
    'sign'
    """

    name: str
    given: Callable[[np.random.Generator, Sequence[int]], Arguments]
    right: Callable[..., Any]
    results: Sequence[str] = ()
    slips: Sequence[Slip] = field(default=(), repr=False)
    tolerance: float = 1e-6

    def examine(self, f: object) -> Verdict:
        """Return the verdict on a function.

        Parameters
        ----------
        f : function
        """
        try:
            verdict = self._compared(f, SIZES)
        except Unusable as stopped:
            verdict = Verdict(False, str(stopped), stopped.mistake, judged=stopped.judged)
        return self._on_squares(f, verdict) if verdict.mistake in ("error", "shape") else verdict

    def _compared(self, f: object, all_sizes: Sequence[Sequence[int]]) -> Verdict:
        trials = [self.given(np.random.default_rng(seed), sizes) for seed, sizes in enumerate(all_sizes)]
        answers = [self._answer(f, arguments, quiet=i > 0) for i, arguments in enumerate(trials)]
        right = [self._own(self.right, arguments) for arguments in trials]
        if _agree(answers, right, self.tolerance):
            return Verdict(True, "It agrees with the package on five random examples.")
        slips = {slip: self._all_of(slip.function, trials) for slip in self.slips}
        comparison = _Comparison(answers, right, slips, self.tolerance)
        found = comparison.as_a_whole() or comparison.shape() or comparison.first_wrong_part()
        return found or comparison.one_number(trials)

    def _on_squares(self, f: object, verdict: Verdict) -> Verdict:
        """Name a mistake that shows only where all layers have the same size; else keep the verdict."""
        try:
            other = self._compared(f, _SQUARE)
        except Unusable:
            return verdict
        named = other.mistake not in ("", "error", "shape")
        return Verdict(False, f"{other.sentence} {verdict.sentence}", other.mistake) if named else verdict

    def _answer(self, f: object, arguments: Arguments, quiet: bool) -> Parts:
        """Return what a function gives in a trial, as arrays."""
        lent = copy.deepcopy(dict(arguments))
        result = call(f, lent, quiet)
        changed = [name for name, value in arguments.items() if not _same(value, lent[name])]
        if changed:
            raise Unusable(
                f"Your function changes `{changed[0]}`, which was only lent to it. Write `w = w - …`, "
                f"which makes a new array, and not `w -= …` or `w[0] = …`.",
                "changed in place",
                judged=True,
            )
        pattern = self.right(*copy.deepcopy(dict(arguments)).values())
        return flat("The result", pattern, result, self.results)

    def _own(self, function: Callable[..., Any], arguments: Arguments) -> Parts:
        result = function(*copy.deepcopy(dict(arguments)).values())
        return flat("The result", result, result, self.results)

    def _all_of(self, function: Callable[..., Any], trials: Sequence[Arguments]) -> list[Parts] | None:
        """Return what a known mistake gives in each trial; nothing where the shapes do not fit."""
        try:
            return [self._own(function, arguments) for arguments in trials]
        except ValueError:
            return None


# ---- comparison ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Comparison:
    """What a function gave in each trial, beside what is right and what the known mistakes give."""

    answers: Sequence[Parts]
    right: Sequence[Parts]
    slips: Mapping[Slip, Sequence[Parts] | None]
    tolerance: float

    def as_a_whole(self) -> Verdict | None:
        """Name a mistake, or a factor, that explains all that was returned."""
        return self._named(lambda parts: [array for _, array in parts], "")

    def first_wrong_part(self) -> Verdict | None:
        """Name a mistake that explains the first part that is wrong."""
        count = len(self.right[0])
        for k in range(count if count > 1 else 0):
            name = self.right[0][k][0]
            pairs = zip(self.answers, self.right, strict=True)
            if not all(close(given[k][1], right[k][1], self.tolerance) for given, right in pairs):
                return self._named(lambda parts: [parts[k][1]], f"`{name}` is not right yet. ")  # noqa: B023
        return None

    def _named(self, chosen: Callable[[Parts], list[Array]], start: str) -> Verdict | None:
        def arrays(trials: Sequence[Parts]) -> list[Array]:
            return [array for parts in trials for array in chosen(parts)]

        known = {slip: arrays(parts) for slip, parts in self.slips.items() if parts}
        found = named(arrays(self.answers), arrays(self.right), known, self.tolerance)
        if not found:
            return None
        slip, factor = found
        if slip is None:
            said = f"It is exactly {factor.written} times the right result."
            return Verdict(False, f"{start}{said}", factor.mistake)
        besides = f" Besides, everything is multiplied by {factor.written}." if factor.mistake else ""
        return Verdict(False, f"{start}{slip.sentence}{besides}", slip.mistake)

    def shape(self) -> Verdict | None:
        """Say which part has another shape than it should."""
        for given, right in zip(self.answers, self.right, strict=True):
            if len(given) != len(right):
                said = f"The result has {counted(len(given), 'part')}, expected {len(right)}."
                return Verdict(False, said, "shape")
            for (name, g), (_, r) in zip(given, right, strict=True):
                if g.shape == r.shape:
                    continue
                expected = r.shape if r.ndim else "a single number"
                said = f"{_quoted(name)} has shape {g.shape}, expected {expected}"
                if g.shape == r.shape[::-1] and close(g.T, r, self.tolerance):
                    return Verdict(False, f"{said}: it is transposed.", "transposed")
                return Verdict(False, f"{said}.", "shape")
        return None

    def one_number(self, trials: Sequence[Arguments]) -> Verdict:
        """Show one number that is wrong, beside the right one."""
        for trial, given, right in zip(trials, self.answers, self.right, strict=True):
            for (name, g), (_, r) in zip(given, right, strict=True):
                if not close(g, r, self.tolerance):
                    where = np.unravel_index(int(np.abs(g - r).argmax()), r.shape)
                    place = f"[{','.join(map(str, where))}]" if where else ""
                    wrong, expected = (fixed(float(array[where]), 4) for array in (g, r))
                    said = f"{_quoted(name, place)} is {wrong}, expected {expected}."
                    return Verdict(False, f"{_written(trial)}, {said[0].lower()}{said[1:]}")
        raise AssertionError("answers that do not agree differ somewhere")


def _agree(answers: Sequence[Parts], right: Sequence[Parts], tolerance: float) -> bool:
    return all(
        len(a) == len(b) and all(close(g, r, tolerance) for (_, g), (_, r) in zip(a, b, strict=True))
        for a, b in zip(answers, right, strict=True)
    )


def _quoted(name: str, place: str = "") -> str:
    if name == "The result":
        return f"Entry {place} of the result" if place else name
    return f"`{name}{place}`"


def _written(trial: Arguments) -> str:
    """Return the arguments of a trial, if they are few and short."""
    short = (isinstance(v, float | int) or (isinstance(v, np.ndarray) and v.size < 4) for v in trial.values())
    if not all(short):
        return "In a random example"
    texts = [f"{name} = {np.array2string(np.asarray(v), precision=4)}" for name, v in trial.items()]
    return f"For {', '.join(texts)}".replace("-", "−")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, list | tuple):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and one.shape == other.shape and bool((one == other).all())
    return callable(one) or (type(one) is type(other) and bool(one == other))

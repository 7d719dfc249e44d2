"""Compare numbers with the right ones, and name what is wrong: a shape, a sign, a factor, a known mistake.

The one thing to notice: nothing is guessed. A mistake is named if the numbers are exactly what that mistake
gives, everywhere, perhaps with a sign or a simple factor; otherwise one number is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, NamedTuple, TypeVar

import numpy as np
import sympy as sp

from backprop_lib.core import Array
from backprop_lib.exercises.running import Unusable
from backprop_lib.text import got as shown_short

_NUMBERS = (int, float, Fraction, np.number, np.bool_, sp.Number)
K = TypeVar("K")
_SIMPLE = 12


class Factor(NamedTuple):
    """A constant factor: "sign" or "factor" as the name of a mistake, "" for 1, and how it is written."""

    mistake: str
    written: str


def as_array(name: str, value: Any) -> Array:
    """Return a learner's number, list or array as an array of floats.

    Parameters
    ----------
    name : str
        What a sentence calls it, such as "The gradient".
    value : object

    Raises
    ------
    Unusable
        If it is no finite real number and no regular table of them.

    Examples
    --------
    >>> as_array("The gradient", [[1, 2], [3, 4]]).shape
    (2, 2)
    >>> as_array("The gradient", [[1, 2], [3]])
    Traceback (most recent call last):
    backprop_lib.exercises.running.Unusable: The gradient has rows of different lengths.
    """
    try:
        array = _converted(name, value)
    except RecursionError:
        raise Unusable(f"{name} is a list that holds itself, and numbers are expected.") from None
    except Unusable:
        raise
    except Exception:  # an object of the learner's own that refuses to be read
        raise Unusable(f"{name} is {shown_short(value)}, and numbers are expected.") from None
    if array.dtype.kind == "c":
        raise Unusable(f"{name} holds complex numbers, and real ones are expected.")
    if not np.isfinite(array).all():
        raise Unusable(f"{name} holds {array[~np.isfinite(array)][0]}, and finite numbers are expected.")
    return array


def _converted(name: str, value: Any) -> Array:
    if np.ma.isMaskedArray(value):
        raise Unusable(f"{name} is a masked array, and plain numbers are expected.")
    if isinstance(value, np.ndarray) and value.dtype.kind in "biufc":
        return np.array(value, dtype=value.dtype if value.dtype.kind in "fc" else float)
    if isinstance(value, np.ndarray) and value.dtype.kind == "O":
        value = value.tolist()
    if isinstance(value, complex):
        return np.array(value)
    if isinstance(value, _NUMBERS):
        try:
            return np.array(float(value))
        except (OverflowError, TypeError):
            raise Unusable(f"{name} is {shown_short(value)}, and a number is expected.") from None
    if isinstance(value, list | tuple):
        parts = [_converted(name, part) for part in value]
        if len({part.shape for part in parts}) > 1:
            raise Unusable(f"{name} has rows of different lengths.")
        return np.array(parts) if parts else np.zeros(0)
    raise Unusable(f"{name} is {shown_short(value)}, and numbers are expected.")


def flat(name: str, pattern: Any, value: Any, names: Sequence[str] = ()) -> list[tuple[str, Array]]:
    """Return every array of a result under its name, as deeply nested as the pattern is.

    Parameters
    ----------
    name : str
        What a sentence calls the result.
    pattern : array, or tuple or list of patterns
        The right result, or one that is built like it.
    value : object
        What a learner's function returned.
    names : sequence of str
        What a sentence calls the parts of the result.

    Raises
    ------
    Unusable
        If the result is not nested like the pattern.

    Examples
    --------
    >>> pattern = (np.zeros(2), [np.zeros(3)])
    >>> [name for name, _ in flat("It", pattern, ([1, 2], [[3, 4, 5]]), ["delta", "gradients"])]
    ['delta', 'gradients[0]']
    """
    if not isinstance(pattern, tuple | list):
        return [(name, as_array(name, value))]
    alike = isinstance(value, np.ndarray) and value.shape[:1] == (len(pattern),)
    if not isinstance(value, tuple | list) and not alike:
        what = f"an array of shape {value.shape}" if isinstance(value, np.ndarray) else shown_short(value)
        parts = " and ".join(f"`{one}`" for one in names) or f"a list of {len(pattern)}"
        raise Unusable(f"{name} is {what}, expected {parts}.", "shape", judged=True)
    found = []
    for i, part in enumerate(value):
        own = names[i] if i < len(names) else f"{name}[{i}]"
        found += flat(own, pattern[min(i, len(pattern) - 1)], part)
    return found


def close(got: Array, expected: Array, tolerance: float) -> bool:
    """Say whether two arrays agree, measured by the largest of the right numbers; float32 gets more room.

    Examples
    --------
    >>> close(np.array([1.0, 1e-9]), np.array([1.0, 0.0]), 1e-6)
    True
    """
    room = max(tolerance, 1e-4) if got.dtype in (np.float32, np.float16) else tolerance
    largest = float(np.abs(expected).max(initial=0)) or 1.0
    return got.shape == expected.shape and bool((np.abs(got - expected) <= room * largest).all())


def ratio(got: Sequence[Array], expected: Sequence[Array], tolerance: float) -> float | None:
    """Return the one number by which all the right numbers have been multiplied, if there is one.

    Examples
    --------
    >>> ratio([np.array([-2.0, 4.0])], [np.array([1.0, -2.0])], 1e-6)
    -2.0
    """
    g, e = (np.concatenate([np.ravel(part) for part in parts]) for parts in (got, expected))
    largest = int(np.abs(e).argmax()) if e.size else 0
    if not e.size or e[largest] == 0 or g[largest] == 0:
        return None
    c = float(g[largest] / e[largest])
    return c if close(g, c * e, tolerance) else None


def simple_factor(value: float, tolerance: float, most: int = _SIMPLE) -> Factor | None:
    """Name a constant factor, if it is a simple one.

    Examples
    --------
    >>> simple_factor(-1.0, 1e-6)
    Factor(mistake='sign', written='−1')
    >>> simple_factor(0.5, 1e-6)
    Factor(mistake='factor', written='1/2')
    >>> simple_factor(0.7123, 1e-6)
    """
    simple = Fraction(value).limit_denominator(most)
    if not simple or abs(simple.numerator) > most or abs(value - float(simple)) > tolerance * abs(value):
        return None
    mistake = "" if simple == 1 else "sign" if simple == -1 else "factor"
    return Factor(mistake, str(simple).replace("-", "−"))


def named(
    got: Sequence[Array],
    right: Sequence[Array],
    known: Mapping[K, Sequence[Array]],
    tolerance: float,
    most: int = _SIMPLE,
) -> tuple[K | None, Factor] | None:
    """Return which known mistake gives these numbers, or None for none, and the factor that comes on top.

    Parameters
    ----------
    got, right : sequence of ndarray
        What was given, and what is right, trial by trial.
    known : mapping of a mistake to sequence of ndarray
        What each known mistake gives.
    tolerance : float
    most : int
        The largest numerator and denominator of a factor that is named.

    Examples
    --------
    >>> right, slip = [np.array([1.0, 2.0])], [np.array([3.0, 4.0])]
    >>> named([np.array([-3.0, -4.0])], right, {"slope forgotten": slip}, 1e-6)
    ('slope forgotten', Factor(mistake='sign', written='−1'))
    >>> named([np.array([2.0, 4.0])], right, {"slope forgotten": slip}, 1e-6)
    (None, Factor(mistake='factor', written='2'))
    """
    shapes = [g.shape for g in got]
    alike = {key: parts for key, parts in known.items() if [p.shape for p in parts] == shapes}
    for key, parts in alike.items():
        if all(close(g, p, tolerance) for g, p in zip(got, parts, strict=True)):
            return key, Factor("", "1")
    nothing: list[tuple[K | None, Sequence[Array]]] = [(None, right)] * (shapes == [r.shape for r in right])
    for found, parts in [*nothing, *alike.items()]:
        c = ratio(got, parts, tolerance)
        if c is not None and (factor := simple_factor(c, tolerance, most)):
            return found, factor
    return None

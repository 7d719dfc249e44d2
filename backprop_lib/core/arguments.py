"""Arguments of the kinds that a function's own annotations name: one line at its beginning checks them all.

Python itself would find a string where a number belongs somewhere deep inside, or never.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from backprop_lib.core.validation import finite_number, real_array, truth, whole_number
from backprop_lib.text import got


def check_arguments(function: Callable[..., object], given: Mapping[str, Any]) -> None:
    """Raise TypeError or ValueError unless what was given, by name, is of the kinds that a function asks for.

    Arrays are left to the function, which knows their shapes.

    Examples
    --------
    >>> def step(net: Network, learning_rate: float, names: Sequence[str] = ()) -> None:
    ...     check_arguments(step, locals())
    >>> step.__annotations__ = {"net": "Network", "learning_rate": "float", "names": "Sequence[str]"}
    >>> step(None, 0.5)
    Traceback (most recent call last):
    TypeError: net is None, expected a Network.
    """
    for name, annotation in function.__annotations__.items():
        kinds = str(annotation).split(" | ")
        value = given.get(name)
        if name not in given or name == "return" or (value is None and "None" in kinds):
            continue
        *others, last = [_CHECKS.get(kind, _class(kind)) for kind in kinds if kind != "None"]
        if not any(_passes(check, name, value) for check in others):
            last(name, value)


def _passes(check: Callable[[str, Any], object], name: str, value: object) -> bool:
    try:
        check(name, value)
    except (TypeError, ValueError):
        return False
    return True


def _class(kind: str) -> Callable[[str, Any], object]:
    """Return a check for an object of a class of the package, by its name; anything else is let through."""

    def check(name: str, value: object) -> None:
        if kind.isidentifier() and all(kind != parent.__name__ for parent in type(value).__mro__):
            raise TypeError(f"{name} is {got(value)}, expected a {kind}.")

    return check


def _anything(name: str, value: object) -> None:
    """Leave it to the function."""


def _text(name: str, value: object) -> None:
    if not isinstance(value, str) or not value.isprintable():
        raise TypeError(f"{name} is {got(value)}, expected a line of text.")


def _type(name: str, value: object) -> None:
    if not isinstance(value, type) and type(value).__module__ != "numpy.dtypes":
        raise TypeError(f"{name} is {got(value)}, expected 'float32' or 'float64'.")


def _texts(name: str, value: object) -> None:
    if not isinstance(value, list | tuple) or not all(isinstance(v, str) for v in value):
        raise TypeError(f"{name} is {got(value)}, expected a list of names.")
    if not all(v.isprintable() for v in value):
        raise ValueError(f"{name} is {got(value)}, expected names of one line.")


def _two_texts(name: str, value: Any) -> None:
    _texts(name, value)
    if len(value) != 2:
        raise ValueError(f"{name} is {got(value)}, expected two names.")


def _numbers(name: str, value: Any) -> None:
    if not (isinstance(value, list | tuple) and not value):  # how many there must be, the function says
        real_array(name, value, ndim=(1,))


def _so_many(count: int) -> Callable[[str, Any], None]:
    def check(name: str, value: Any) -> None:
        _numbers(name, value)
        if len(value) != count:
            raise ValueError(f"{name} is {got(value)}, expected {count} numbers.")

    return check


def _mapping(name: str, value: object) -> None:
    if not isinstance(value, Mapping):
        raise TypeError(f"{name} is {got(value)}, expected a dict of names with what belongs to each.")


def _function(name: str, value: object) -> None:
    if not callable(value):
        raise TypeError(f"{name} is {got(value)}, expected a function such as lambda w: w**2.")


_CHECKS: Mapping[str, Callable[[str, Any], object]] = {
    "str": _text,
    "int": whole_number,
    "float": finite_number,
    "bool": truth,
    "type": _type,
    **dict.fromkeys(("Array", "ArrayLike", "Expr"), _anything),
    "Sequence[str]": _texts,
    "Sequence[float]": _numbers,
    "tuple[float, float]": _so_many(2),
    "tuple[int, int]": _so_many(2),
    "tuple[float, float, float, float]": _so_many(4),
    "Limits": _so_many(4),
    "tuple[str, str]": _two_texts,
    "Mapping[str, ArrayLike]": _mapping,
    **dict.fromkeys(("Mapping[str, float]", "Mapping[str, complex]"), _mapping),
    "Rule": _function,
    "Callable[..., ArrayLike]": _function,
}

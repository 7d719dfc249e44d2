"""What goes in must make sense: one sentence that says what was wrong, what was expected and where.

`check_arguments` checks all arguments of a function by the kinds that its own annotations name. Python itself
would find a string where a number belongs somewhere deep inside, or never.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core.functions import Loss
from backprop_lib.core.shapes import Array
from backprop_lib.text import counted, got

Check = Callable[[str, Any], object]

_GREATEST = 1.7976931348623157e308  # the greatest float


class NotFinite(ValueError):
    """A number is nan or infinite where only finite ones make sense."""


def finite_array(name: str, value: ArrayLike, ndim: tuple[int, ...]) -> Array:
    """Return a float (or complex) copy of `value`, which must be full of finite numbers.

    Raises
    ------
    TypeError
        If a value is not a number.
    ValueError
        If rows differ in length or the number of axes is not in `ndim`; `NotFinite`, if a value is nan or
        infinite.

    Examples
    --------
    >>> finite_array("weights[0]", [[0.5, float("nan")]], ndim=(2,))
    Traceback (most recent call last):
    backprop_lib.core.validation.NotFinite: weights[0][0, 1] is nan, expected a finite number.
    """
    refuse_masked(name, value)
    try:
        array: Array = np.array(value)
    except (TypeError, ValueError, OverflowError, RecursionError, MemoryError):
        raise ValueError(f"{name} has rows of different lengths, expected a rectangle.") from None
    if array.dtype.kind not in "biufc":
        raise _no_numbers(name, array)
    if array.ndim not in ndim:
        axes = " or ".join(map(str, ndim))
        write = _written(name, array.shape, ndim)
        raise ValueError(
            f"{name} has shape {array.shape}, expected {axes} {'axis' if ndim == (1,) else 'axes'}{write}."
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty, expected at least one number.")
    with np.errstate(over="ignore"):
        array = array.astype(complex if array.dtype.kind == "c" else float)
    if not np.isfinite(array).all():
        where = tuple(int(i) for i in np.argwhere(~np.isfinite(array))[0])
        place = f"[{', '.join(map(str, where))}]" if where else ""
        raise NotFinite(f"{name}{place} is {array[where]}, expected a finite number.")
    return array


def real_array(name: str, value: ArrayLike, ndim: tuple[int, ...]) -> Array:
    """Return an array like `finite_array`, but of real numbers only."""
    array = finite_array(name, value, ndim)
    if array.dtype.kind == "c":
        raise TypeError(f"{name} holds complex numbers, expected real ones.")
    return array


def refuse_masked(name: str, value: object) -> None:
    """Raise ValueError if an array, or one of a list, has a mask, which plain arrays would silently lose.

    Examples
    --------
    >>> refuse_masked("x", np.ma.masked_array([0.1, 9.9], [False, True]))
    Traceback (most recent call last):
    ValueError: x is masked, expected numbers only: leave masked rows out, or write x.filled(0).
    """
    parts = value if isinstance(value, list | tuple) else [value]
    if any(isinstance(part, np.ma.MaskedArray) for part in parts):
        raise ValueError(
            f"{name} is masked, expected numbers only: leave masked rows out, or write {name}.filled(0)."
        )


def finite_number(name: str, value: Any) -> float:
    """Return `value` as a float, which must be finite.

    Examples
    --------
    >>> finite_number("learning_rate", "fast")
    Traceback (most recent call last):
    TypeError: learning_rate is 'fast', expected a finite number.
    """
    if isinstance(value, bool) or not isinstance(value, int | float | np.integer | np.floating):
        raise TypeError(f"{name} is {got(value)}, expected a finite number.")
    try:
        number = float(value)
    except OverflowError:  # an int beyond the range of floats
        number = math.inf
    if not math.isfinite(number):
        raise NotFinite(f"{name} is {got(value)}, expected a finite number.")
    return number


def whole_number(name: str, value: Any, least: int = 0, most: int = 2**63 - 1) -> int:
    """Return `value` as an int, which must be at least `least` and at most `most`.

    Examples
    --------
    >>> whole_number("epochs", -1)
    Traceback (most recent call last):
    ValueError: epochs is -1, expected a whole number of at least 0.
    """
    if not is_whole(value) or value < least:
        wrong = ValueError if is_whole(value) else TypeError
        raise wrong(f"{name} is {got(value)}, expected a whole number of at least {least}.")
    if value > most:
        raise ValueError(f"{name} is {got(value)}, expected a whole number of at most {most:,}.")
    return int(value)


def is_whole(value: object) -> bool:
    """Say whether a value is a whole number, which True and 2.0 are not."""
    return isinstance(value, int | np.integer) and not isinstance(value, bool)


def truth(name: str, value: object) -> bool:
    """Return `value`, which must be True or False: "no" would count as yes.

    Examples
    --------
    >>> truth("biases", "no")
    Traceback (most recent call last):
    TypeError: biases is 'no', expected True or False.
    """
    if not isinstance(value, bool | np.bool_):
        raise TypeError(f"{name} is {got(value)}, expected True or False.")
    return bool(value)


def path_number(path: object, count: int, name: str) -> int:
    """Return which of the `count` paths of a parameter is meant, counted from 0."""
    if (number := whole_number("path", path)) >= count:
        raise ValueError(f"path is {got(path)}, expected 0 to {count - 1}: ∂E/∂{name} has {count}.")
    return number


def finite_rows(name: str, value: ArrayLike, width: int) -> Array:
    """Return one row, or a batch of rows, of finite numbers, each row of the given width."""
    rows = finite_array(name, value, ndim=(1, 2))
    if rows.shape[-1] != width:
        write = _written_rows(name, rows, width)
        raise ValueError(f"{name} has shape {rows.shape}, expected ({width},) or (batch, {width}){write}.")
    return rows


def uncopied_rows(name: str, value: ArrayLike, width: int) -> Array:
    """Return a batch of rows like `finite_rows`, but an array of real numbers as it is, even of bytes.

    Rows that lie scattered in memory, as those of `x[:, order]` do, are copied: else reading them takes long.
    """
    refuse_masked(name, value)
    if isinstance(value, np.ndarray) and value.dtype.kind in "iuf" and value.ndim == 2:
        rows, columns = value.shape
        if rows > 0 and columns == width and (value.dtype.kind in "iu" or np.isfinite(value).all()):
            together = columns == 1 or value.strides[1] == value.itemsize
            return np.asarray(value) if together else np.ascontiguousarray(value)
    return np.atleast_2d(finite_rows(name, value, width))


def check_targets(t: Array, batch: int, loss: Loss) -> None:
    """Raise ValueError unless there is a target for each row, of a size that the loss can take."""
    if len(t) != batch:
        raise ValueError(f"t has {counted(len(t), 'row')}, expected {batch}, one for each row of x.")
    if loss.cancels and (outside := (t < 0) | (t > 1)).any():
        raise ValueError(f"t holds {t[outside][0]}, expected targets in [0, 1] for {loss.name!r}.")


def _no_numbers(name: str, array: Array) -> Exception:
    """Return what to raise for an array of something else than numbers."""
    for v in array.ravel().tolist():
        if not isinstance(v, int | float | complex):
            return TypeError(f"{name} holds {got(v)}, expected numbers only.")
        if isinstance(v, int) and abs(v) > _GREATEST:
            return NotFinite(f"{name} holds {got(v)}, expected numbers in the range of floats.")
    return TypeError(
        f"{name} is an array of the type {array.dtype}, expected one of numbers: "
        f"write np.array({name}, dtype=float)."
    )


def _written(name: str, shape: tuple[int, ...], ndim: tuple[int, ...]) -> str:
    """Return what to write, if it is plain what was meant by an array with too few or too many axes."""
    last = name.rpartition("[")[0] or name
    if len(shape) + 1 in ndim and name == last:
        return f": write [{name}]"
    if len(shape) == 2 and 1 in shape and ndim == (1,):
        letter = "b" if name.startswith("biases") else name
        return f": write {letter}[:, 0]" if shape[1] == 1 else f": write {letter}[0]"
    return ""


def _written_rows(name: str, rows: Array, width: int) -> str:
    """Return what to write, if it is plain what was meant by rows of another width."""
    if rows.shape == (width, 1):
        return f": write {name}[:, 0]"
    if rows.ndim == 1 and width == 1:
        return f": write np.reshape({name}, (-1, 1)) for a batch"
    if name.endswith("t") and rows.ndim == 1 and np.isin(rows, np.arange(width)).all():
        return f": of labels one_hot({name}, {width}) makes such rows"
    return ""


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
        *others, last = [_CHECKS.get(kind) or _of_class(kind) for kind in kinds if kind != "None"]
        for check in others:
            with suppress(TypeError, ValueError):
                check(name, value)
                break
        else:
            last(name, value)


def _expect(*rows: tuple[Callable[[Any], bool], str]) -> Check:
    """Return a check by rows of tests and words: the first is about the type, the others about the value."""

    def check(name: str, value: object) -> None:
        for row, (fits, words) in enumerate(rows):
            if not fits(value):
                raise (ValueError if row else TypeError)(f"{name} is {got(value)}, expected {words}.")

    return check


def _of_class(kind: str) -> Check:
    """Return a check for an object of a class of the package, by its name; anything else is let through."""
    if not kind.isidentifier():
        return _expect()
    return _expect((lambda v: kind in [parent.__name__ for parent in type(v).__mro__], f"a {kind}"))


def _numbers(name: str, value: Any, count: int | None = None) -> None:
    if not isinstance(value, list | tuple) or value:  # how many there must be, the function says
        real_array(name, value, ndim=(1,))
    if count is not None and len(value) != count:
        raise ValueError(f"{name} is {got(value)}, expected {count} numbers.")


_two, _four = partial(_numbers, count=2), partial(_numbers, count=4)
_names: tuple[tuple[Callable[[Any], bool], str], ...] = (
    (lambda v: isinstance(v, list | tuple) and all(isinstance(n, str) for n in v), "a list of names"),
    (lambda v: all(n.isprintable() for n in v), "names of one line"),
)
_mapping = _expect((lambda v: isinstance(v, Mapping), "a dict of names with what belongs to each"))
_function = _expect((callable, "a function such as lambda w: w**2"))
_CHECKS: Mapping[str, Check] = {
    "str": _expect((lambda v: isinstance(v, str) and v.isprintable(), "a line of text")),
    "int": whole_number,
    "float": finite_number,
    "bool": truth,
    "type": _expect(
        (lambda v: isinstance(v, type) or type(v).__module__ == "numpy.dtypes", "'float32' or 'float64'")
    ),
    **dict.fromkeys(("Any", "Array", "ArrayLike", "Expr"), _expect()),
    "Sequence[str]": _expect(*_names),
    "Names": _expect((_names[0][0], "a list of names such as ['b1', 'w1[0,0]']"), _names[1]),
    "tuple[str, str]": _expect(*_names, (lambda v: len(v) == 2, "two names")),
    "Sequence[float]": _numbers,
    **dict.fromkeys(("tuple[float, float]", "tuple[int, int]"), _two),
    **dict.fromkeys(("tuple[float, float, float, float]", "Limits"), _four),
    **dict.fromkeys(("Mapping[str, ArrayLike]", "Mapping[str, float]", "Mapping[str, complex]"), _mapping),
    **dict.fromkeys(("Rule", "Callable[..., ArrayLike]"), _function),
}

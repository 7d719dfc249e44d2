"""Call a learner's function: whatever it does, there is a result or one sentence.

What a function prints is shown at the first call only. It may run for so many seconds: a trace function looks
at the clock before each of its lines, which works on every system. If a debugger is at work it is left alone,
and nobody looks at the clock. A single step that takes for ever, such as `10**10**10`, has to be interrupted
by hand.
"""

from __future__ import annotations

import contextlib
import inspect
import io
import linecache
import sys
import sysconfig
import traceback
import warnings
from collections.abc import Callable, Mapping
from pathlib import Path
from time import monotonic
from types import CodeType, FrameType
from typing import Any

import numpy as np

from backprop_lib.text import counted, got

PATIENCE = 10.0  # seconds
_LONGEST = 120  # characters of an error
_LIBRARY = (str(Path(__file__).parents[1]), *(sysconfig.get_path(name) for name in ("stdlib", "purelib")))


class Unusable(Exception):
    """An answer that gives nothing to compare; its words are a sentence for the learner.

    Parameters
    ----------
    sentence : str
    mistake : str
    judged : bool
        False if it is no answer yet, such as a blank.
    """

    def __init__(self, sentence: str, mistake: str = "", judged: bool = False) -> None:
        super().__init__(sentence)
        self.mistake, self.judged = mistake, judged


class _TooLong(BaseException):
    """Raised in a learner's function when its time is over; no `except Exception` of his catches it."""


def call(f: object, arguments: Mapping[str, Any], quiet: bool = False) -> Any:
    """Return what a learner's function returns.

    Parameters
    ----------
    f : object
        The function, or what the learner took for it.
    arguments : mapping of str to object
        They are handed over in this order, by position.
    quiet : bool
        Swallow what the function prints.

    Raises
    ------
    Unusable
        If it is no function, takes other arguments, stops, takes too long, or returns nothing.

    Examples
    --------
    >>> call(lambda a, t: a - t, {"a": 0.5, "t": 0.75})
    -0.25
    >>> call(0.5, {"a": 0.5, "t": 0.75})
    Traceback (most recent call last):
    backprop_lib.exercises.running.Unusable: This is 0.5, and a function is expected: give its name, without \
parentheses behind it.
    """
    _expect_function(f, arguments)
    shown = contextlib.redirect_stdout(io.StringIO()) if quiet else contextlib.nullcontext()
    try:
        with shown, warnings.catch_warnings(), np.errstate(all="ignore"), _clock(PATIENCE):
            warnings.simplefilter("ignore")
            result = f(*arguments.values())  # type: ignore[operator]
    except KeyboardInterrupt:
        raise
    except _TooLong:
        raise Unusable(
            f"Your function was stopped after {PATIENCE:g} seconds. Does it have a loop that never ends?",
            "no end",
            judged=True,
        ) from None
    except BaseException as error:  # SystemExit too
        raise Unusable(_in_words(error, arguments), "error", judged=True) from None
    return _returned(result)


def _expect_function(f: object, arguments: Mapping[str, Any]) -> None:
    names = ", ".join(arguments)
    if not callable(f):
        raise Unusable(
            f"This is {got(f)}, and a function is expected: give its name, without parentheses behind it."
        )
    if isinstance(f, type):
        raise Unusable(f"This is the class {f.__name__}, and a function of ({names}) is expected.")
    try:
        inspect.signature(f).bind(*arguments)
    except TypeError:
        count = len(inspect.signature(f).parameters)
        raise Unusable(
            f"Your function takes {counted(count, 'argument')}, and it is given {len(arguments)}: ({names})."
        ) from None
    except ValueError:  # a function of C that does not say what it takes
        return


def _returned(result: Any) -> Any:
    if result is ...:
        raise Unusable("Your function returns `...`: put your answer where the dots are.")
    if result is None:
        raise Unusable(
            "Your function returns nothing: is the line with `return` missing?",
            "nothing returned",
            judged=True,
        )
    if inspect.iscoroutine(result):
        result.close()
    if inspect.iscoroutine(result) or inspect.isgenerator(result):
        raise Unusable("Your function returns no values yet: write `return`, and no `yield` or `async`.")
    return result


# ---- what stopped it -----------------------------------------------------------------------------


def _in_words(error: BaseException, arguments: Mapping[str, Any]) -> str:
    """Say where a learner's function stopped and why."""
    if isinstance(error, RecursionError):
        return "Your function calls itself without end."
    try:
        said = " ".join(str(error).split())
    except Exception:
        said = ""
    said = "the shapes do not fit" if "gufunc signature" in said else said  # what matmul says is for experts
    said = f"{said[:_LONGEST]}…" if len(said) > _LONGEST else said
    why = f"{type(error).__name__}: {said}" if said else type(error).__name__
    sentence = f"Your function stops{_place(error)} with {why.rstrip('.')}."
    return f"{sentence} {_shapes(arguments)}".rstrip() if isinstance(error, ValueError) else sentence


def _place(error: BaseException) -> str:
    """Return the last of the learner's own lines, or nothing."""
    for frame, number in reversed([*traceback.walk_tb(error.__traceback__)]):
        file = frame.f_code.co_filename
        if not _is_library(file):
            line = linecache.getline(file, number).strip().replace("`", "'")
            return f" in line {number}, `{line}`," if line else f" in line {number}"
    return ""


def _is_library(file: str) -> bool:
    return file.startswith(_LIBRARY)


def _shapes(arguments: Mapping[str, Any]) -> str:
    arrays = {name: value for name, value in arguments.items() if isinstance(value, np.ndarray)}
    shapes = [f"{name} has shape {array.shape}" for name, array in arrays.items()]
    return f"Here {', '.join(shapes)}." if shapes else ""


# ---- how long it takes ---------------------------------------------------------------------------


@contextlib.contextmanager
def _clock(seconds: float) -> Any:
    """Stop what runs inside after so many seconds, unless a debugger or a measurement is at work."""
    if sys.gettrace() is not None:
        yield
        return
    end = monotonic() + seconds

    def look(frame: FrameType, event: str, _: object) -> Any:
        if _is_library(frame.f_code.co_filename):
            return None
        if monotonic() > end:
            raise _TooLong
        return look

    sys.settrace(look)
    try:
        yield
    finally:
        sys.settrace(None)


# ---- blanks --------------------------------------------------------------------------------------


def is_unchanged(f: Callable[..., Any], blank: str) -> bool:
    r"""Say whether a function is still the one that the learner was given.

    Parameters
    ----------
    f : function
    blank : str
        What the learner was given: the program is compiled to be compared, and never run.

    Examples
    --------
    >>> def answer(a):
    ...     return ...
    >>> is_unchanged(answer, "def answer(a):\n    # in letters\n    return ...")
    True
    >>> is_unchanged(answer, "def answer(a):\n    return a")
    False
    """
    code = getattr(f, "__code__", None)
    given = [c for c in compile(blank, "blank", "exec").co_consts if isinstance(c, CodeType)]
    return isinstance(code, CodeType) and any(_same(code, other) for other in given)


def _same(one: CodeType, other: CodeType) -> bool:
    plain = [[c for c in code.co_consts if not isinstance(c, CodeType)] for code in (one, other)]
    facts = [(c.co_name, c.co_code, c.co_names, c.co_varnames) for c in (one, other)]
    return facts[0] == facts[1] and repr(plain[0]) == repr(plain[1])

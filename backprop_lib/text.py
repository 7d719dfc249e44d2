"""How numbers, names and tables are written: one place, so that they look the same everywhere.

Numbers are printed with a fixed number of decimals, which makes them the same on every platform.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

_NAME = re.compile(r"([a-zA-Z]+)(\d*)\[(\d+)(?:,(\d+))?\]")
_NUMBER = re.compile(  # decimals with their point
    r"(?P<mark>\**)\$?[−+]?\d[\d,]*(?P<decimals>\.\d+)?\$?(?P<unit>·10[⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+| %|%|)(?P=mark)"
)
_LONGEST = 51  # characters of what was got, in a message
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")


def fixed(value: float, decimals: int = 6) -> str:
    """Return a number with a fixed count of decimals and a true minus sign; zero has no sign.

    Parameters
    ----------
    value : float
    decimals : int

    Examples
    --------
    >>> fixed(-0.0423868), fixed(-1e-9), fixed(0.5, 2)
    ('−0.042387', '0.000000', '0.50')
    """
    text = f"{value:.{decimals}f}"
    if text.startswith("-") and not text.strip("-0."):
        text = text[1:]
    return text.replace("-", "−")


def got(value: object) -> str:
    """Return what was got, for a message: on one line, and short.

    Examples
    --------
    >>> got("fast"), got(10**400), got(abs)
    ("'fast'", '10000000000000000000000000000000000000000000000000…', '<built-in function abs>')
    """
    try:
        text = " ".join(repr(value).split())
    except Exception:  # an int of more digits than Python prints, or a class whose repr fails
        text = f"an object of the type {type(value).__name__}, too long to print"
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def plural(noun: str, count: int) -> str:
    """Return a noun as it stands after a count.

    Parameters
    ----------
    noun : str
        In the singular.
    count : int

    Examples
    --------
    >>> plural("update", 1), plural("update", 812), plural("bias", 0)
    ('update', 'updates', 'biases')
    """
    return noun if count == 1 else f"{noun}es" if noun.endswith("s") else f"{noun}s"


def counted(count: int, noun: str) -> str:
    """Return a count with its noun.

    Parameters
    ----------
    count : int
    noun : str
        In the singular.

    Examples
    --------
    >>> counted(1, "row"), counted(10_000, "update")
    ('1 row', '10,000 updates')
    """
    return f"{count:,} {plural(noun, count)}"


def a_or_an(number: int) -> str:
    """Return a whole number with its article, as it is read aloud.

    Examples
    --------
    >>> a_or_an(3), a_or_an(8), a_or_an(11), a_or_an(1_800), a_or_an(18_000)
    ('a 3', 'an 8', 'an 11', 'a 1800', 'an 18000')
    """
    spoken = str(number)
    an = spoken.startswith("8") or (spoken[:2] in ("11", "18") and len(spoken) % 3 == 2)
    return f"{'an' if an else 'a'} {number}"


def rate(value: float) -> str:
    """Return a learning rate, or another number of unknown size, with three significant digits.

    Examples
    --------
    >>> rate(0.9), rate(0.0104), rate(902.4), rate(1234), rate(5e-5)
    ('0.900', '0.0104', '902', '1,230', '5.00·10⁻⁵')
    """
    if value != 0 and not 1e-4 <= abs(value) < 1e5:
        digits, power = f"{value:.2e}".split("e")
        return f"{digits}·10{raised(int(power))}".replace("-", "−")
    if abs(value) >= 999.5:
        return f"{float(f'{value:.2e}'):,.0f}".replace("-", "−")
    return f"{value:#.3g}".rstrip(".").replace("-", "−")


def raised(power: int) -> str:
    """Return a whole number as an exponent.

    Examples
    --------
    >>> "10" + raised(-5)
    '10⁻⁵'
    """
    return str(power).translate(_RAISED)


def power_of_ten(value: float, _: object = None) -> str:
    """Return a power of ten for an axis, where matplotlib's own formulas take ten times as long to draw.

    Examples
    --------
    >>> [power_of_ten(value) for value in (1e-4, 0.1, 1.0, 1000.0, 1e5)]
    ['10⁻⁴', '0.1', '1', '1,000', '10⁵']
    """
    return f"{value:,g}" if 0.09 < value < 1e4 else f"10{raised(round(math.log10(value)))}"


class Name(NamedTuple):
    """What a symbol's name says: a letter, a layer, 0 for none, and the neurons."""

    letter: str
    layer: int
    neurons: tuple[int, ...]


def taken_apart(name: str) -> Name:
    """Return what the name of a symbol of the network says.

    Raises
    ------
    ValueError
        If it is no such name.

    Examples
    --------
    >>> taken_apart("w10[3,11]"), taken_apart("x[2]")
    (Name(letter='w', layer=10, neurons=(3, 11)), Name(letter='x', layer=0, neurons=(2,)))
    """
    if not (match := _NAME.fullmatch(name)):
        raise ValueError(f"name is {name!r}, expected one such as 'w1[0,1]', 'z2[0]' or 'x[0]'.")
    letter, layer, *neurons = match.groups()
    return Name(letter, int(layer or 0), tuple(int(n) for n in neurons if n is not None))


def latex_name(name: str, single: bool = False) -> str:
    """Return a symbol's name in LaTeX.

    Parameters
    ----------
    name : str
    single : bool
        Drop the neurons, where every layer has only one.

    Examples
    --------
    >>> latex_name("w1[0,1]"), latex_name("w1[0,0]", single=True), latex_name("E")
    ('w^{(1)}_{01}', 'w_{1}', 'E')
    >>> latex_name("w12[10,1]"), latex_name("w12[1,1]")
    ('w^{(12)}_{10,1}', 'w^{(12)}_{11}')
    """
    if not _NAME.fullmatch(name):
        return name
    letter, layer, neurons = taken_apart(name)
    if single:
        return f"{letter}_{{{layer}}}" if layer else letter
    upper = f"^{{({layer})}}" if layer else ""
    between = "," if max(neurons) > 9 else ""
    return f"{letter}{upper}_{{{between.join(map(str, neurons))}}}"


def plain_name(name: str, single: bool = False) -> str:
    """Return a symbol's name for drawings, where no LaTeX is set.

    Parameters
    ----------
    name : str
    single : bool
        Drop the neurons, where every layer has only one.

    Examples
    --------
    >>> plain_name("w1[0,1]"), plain_name("w1[0,0]", single=True), plain_name("x[0]", single=True)
    ('w1[0,1]', 'w₁', 'x')
    """
    match = _NAME.fullmatch(name)
    return f"{match[1]}{match[2].translate(_LOWERED)}" if match and single else name


def identifier(name: str) -> str:
    """Return a symbol's name as an identifier of Python and JavaScript.

    Examples
    --------
    >>> identifier("w1[0,1]")
    'w1_0_1'
    """
    return re.sub(r"[\[,]", "_", name).replace("]", "")


@dataclass(frozen=True)
class Table:
    """A table for a notebook, shown as Markdown; cells are Markdown or LaTeX between dollars.

    Columns of numbers are set to the right, filled up with spaces as wide as digits, so that their decimal
    points stand below each other.

    Examples
    --------
    >>> print(Table(["quantity", "value"], [["$z_1$", "0.05"], ["$z_2$", "−0.5"]]))
    | quantity | value |
    | :-- | --: |
    | $z_1$ | 0.05 |
    | $z_2$ | −0.5&numsp; |
    """

    head: Sequence[str]
    rows: Sequence[Sequence[str]]

    def __str__(self) -> str:
        columns = [_aligned([_cell(text) for text in column]) for column in zip(*self.rows, strict=True)]
        marks = [mark for mark, _ in columns] or [":--"] * len(self.head)
        rows = zip(*(column for _, column in columns), strict=True)
        lines = [[_cell(text) for text in self.head], marks, *rows]
        return "\n".join(f"| {' | '.join(line)} |" for line in lines)

    def __repr__(self) -> str:
        return f"Table of {counted(len(self.rows), 'row')}: {', '.join(self.head)}"

    def _repr_markdown_(self) -> str:
        return str(self)


@dataclass(frozen=True)
class Sentence:
    """A sentence for a notebook, shown as Markdown.

    Examples
    --------
    >>> Sentence("The loss falls.")
    The loss falls.
    """

    words: str

    def __repr__(self) -> str:
        return self.words

    def _repr_markdown_(self) -> str:
        return self.words


@dataclass(frozen=True)
class Folded:
    """A table or a picture that a reader opens with a click: what a prediction must not see before.

    Parameters
    ----------
    heading : str
        The line that can be seen from the start.
    shown : Table or Picture

    Examples
    --------
    >>> Folded("What the losses do", Table(["E"], [["0.5"]]))
    What the losses do: Table of 1 row: E
    """

    heading: str
    shown: Any

    def __repr__(self) -> str:
        return f"{self.heading}: {self.shown!r}"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, str]:
        begin = f"<details><summary>{self.heading}</summary>\n\n"
        if isinstance(self.shown, Table):
            return {"text/markdown": f"{begin}{self.shown}\n\n</details>", "text/plain": repr(self)}
        image = self.shown._repr_mimebundle_()["text/html"]
        return {"text/html": f"{begin}{image}\n\n</details>", "text/plain": repr(self)}


def _cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")


def _aligned(cells: Sequence[str]) -> tuple[str, Sequence[str]]:
    """Return how Markdown is to set a column, and its cells, the numbers filled up to equal decimals."""
    numbers = [_NUMBER.fullmatch(cell) for cell in cells]
    found = [number for number in numbers if number]
    if not found or 2 * len(found) < sum(map(bool, cells)):
        return ":--", cells
    if len({number["unit"] for number in found}) > 1:
        return "--:", cells
    most = max(len(number["decimals"] or "") for number in found)
    pairs = zip(cells, numbers, strict=True)
    return "--:", [_filled_up(number, most) if number else cell for cell, number in pairs]


def _filled_up(number: re.Match[str], most: int) -> str:
    """Return a number with spaces for the decimals that it has not, and for its point."""
    decimals, text = number["decimals"] or "", number[0]
    end = number.start("unit") if number["unit"] else len(text)
    point = "&puncsp;" if most and not decimals else ""
    return f"{text[:end]}{point}{'&numsp;' * (most - max(len(decimals), 1 if point else 0))}{text[end:]}"


def values(**named: float) -> Table:
    """Return named numbers as a table of one row, whole numbers as they are, others to six decimals.

    Examples
    --------
    >>> print(values(dE_dw2=-0.0423868, updates=812))
    | dE/dw2 | updates |
    | --: | --: |
    | −0.042387 | 812 |
    """
    cells = [str(v) if isinstance(v, int | np.integer) else fixed(float(v)) for v in named.values()]
    head = [re.sub(r"^d(\w+)_d(\w+)$", r"d\1/d\2", name).replace("_", " ") for name in named]
    return Table(head, [cells])

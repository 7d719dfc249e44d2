"""Examine a learner's derivative: say whether it is right and, if not, which mistake it is.

The order is always the same: right; exactly what one mistake gives; a constant times the right answer; what
one mistake gives, times a constant. Nobody guesses at anything else: one example shows what the answer gives
there, and of the right one the sign and the size.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import suppress
from fractions import Fraction
from math import isfinite, log10

import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments, only_plain, whole_number
from backprop_lib.exercises.edits import Edit, listed
from backprop_lib.exercises.mistakes import Mistake
from backprop_lib.exercises.points import RealPoint
from backprop_lib.exercises.reading import read
from backprop_lib.exercises.tables import Finding, Table, table_of
from backprop_lib.exercises.verdict import Verdict
from backprop_lib.exercises.walking import Unreadable, readable
from backprop_lib.symbols import Derivation, Expr, latex
from backprop_lib.text import counted, got, rate

_MOST_SHOWN = 8  # symbols of an example
_MOST_ECHOED = 300  # parts of an expression: more would fill the page
_NEAR = 1e-3  # relative: a number so near has been rounded on the way
_ENOUGH = 4  # significant digits of a number
_FRACTIONS = {Fraction(1, 2): "½", Fraction(1, 3): "⅓", Fraction(1, 4): "¼"}
_EASY = [Fraction(1), Fraction(-1), Fraction(2), Fraction(-2), Fraction(1, 2), Fraction(-1, 2)]


def examine(
    net: Network,
    name: str | tuple[str, str],
    answer: object,
    x: ArrayLike | None = None,
    t: ArrayLike | None = None,
    digits: int = 6,
    learning_rate: float | None = None,
) -> Verdict:
    """Return the verdict on a derivative, and the name of the mistake if it is one that has a name.

    Parameters
    ----------
    net : Network
    name : str or (str, str)
        With respect to what the loss is differentiated: "w1[0,1]", "b1[0]", "z1[0]", "a1[0]" or "x[0]". Two
        names, as a pair or with a slash, ask for any other derivative: "a2[0]/z2[0]" is ∂a2[0]/∂z2[0].
    answer : sympy expression, or number
        In the symbols that `letters` gives; every equivalent form counts. An array that holds one of them
        will do. A number is compared with the value at an example, if there is one.
    x, t : array_like, shapes (features,) and (outputs,), optional
        The example.
    digits : int
        How many decimals of a number are asked for; the last may be off by one.
    learning_rate : float, optional
        Where it is known, a number with the learning rate in it is recognized.

    Raises
    ------
    TypeError, ValueError
        If the question makes no sense. To the answer, whatever it is, there is always a verdict.

    Examples
    --------
    >>> from backprop_lib.exercises.letters import letters
    >>> net = Network([[[0.5]], [[0.5]]])
    >>> x, w1, a1, w2, a2, t = letters(net)
    >>> examine(net, "w2[0,0]", (a2[0] - t[0]) * (a2[0] - a2[0] ** 2) * a1[0])
    ✓ Right. This is ∂E/∂w2[0,0].
    >>> examine(net, "w2[0,0]", (t[0] - a2[0]) * a2[0] * (1 - a2[0]) * a1[0])
    ✗ Not right. This is exactly −1 times the right answer: look at the inner derivative of t − a.
    >>> examine(net, "a2[0]/z2[0]", a2[0] * (1 + a2[0])).mistake
    'sign inside'
    >>> examine(net, "w2[0,0]", -0.0424, x=[0.1], t=[0.9], digits=4)
    ✓ Right. This is ∂E/∂w2[0,0] at this example.
    """
    arguments = {"net": net, "digits": digits, "learning_rate": learning_rate}
    check_arguments(examine, arguments)
    only_plain(net, "examine")
    table = table_of(net, *quantities(net, name))
    if (x is None) != (t is None):
        raise ValueError(f"{'x' if x is None else 't'} is None, expected x and t together, or none of them.")
    whole_number("digits", digits)
    point = None if x is None or t is None else table.real_point(net, x, t, learning_rate)
    try:
        read_as = read(answer)
        parts = readable(read_as, table.d.symbols)
        if point is not None and not read_as.free_symbols and not table.is_constant:
            return _on_number(table, float(read_as), point, digits)
        verdict = _on_expression(table, read_as, point)
        echo = latex(table.d, read_as) if parts <= _MOST_ECHOED else ""
        return Verdict(verdict.right, verdict.sentence, verdict.mistake, echo)
    except Unreadable as stopped:
        return Verdict(False, str(stopped), judged=False)


def quantities(net: Network, name: object) -> tuple[str, str]:
    """Return which derivative is meant, as the names of the two quantities.

    Parameters
    ----------
    net : Network
    name : str or pair of str

    Raises
    ------
    ValueError
        If it is no such name.

    Examples
    --------
    >>> net = Network([[[0.5]], [[0.5]]])
    >>> quantities(net, "w1[0,0]"), quantities(net, "∂a2[0]/∂z2[0]"), quantities(net, ("z2[0]", "a1[0]"))
    (('E', 'w1[0,0]'), ('a2[0]', 'z2[0]'), ('z2[0]', 'a1[0]'))
    """
    parts = [str(part) for part in name] if isinstance(name, tuple) else str(name).split("/")
    parts = [part.replace("∂", "").strip() for part in parts]
    pair = ["E", *parts] if len(parts) == 1 else parts
    if len(pair) != 2 or not all(_is_quantity(net, part) for part in pair):
        raise ValueError(
            f"name is {got(name)}, expected one such as 'w1[0,0]', 'z1[0]' or 'a1[0]/z1[0]' of this {net!r}."
        )
    return pair[0], pair[1]


def _is_quantity(net: Network, name: str) -> bool:
    neurons = {
        f"{letter}{layer}[{i}]"
        for layer, n in enumerate(net.sizes[1:], 1)
        for i in range(n)
        for letter in "za"
    }
    inputs = {f"x[{j}]" for j in range(net.sizes[0])}
    return name == "E" or name in neurons or name in inputs or name in net.by_name()


# ---- expressions ---------------------------------------------------------------------------------


def _on_expression(table: Table, answer: Expr, point: RealPoint | None) -> Verdict:
    asked = repr(table.chain)
    try:
        found = table.find(answer)
    except ZeroDivisionError:
        return Verdict(
            False, "It divides by 0, at least where a relu is off: look at what is below a fraction line."
        )
    if found is not None:
        return _on_finding(table, found)
    if not answer.free_symbols:
        return Verdict(False, Mistake.CONSTANT.sentence(asked), Mistake.CONSTANT.word)
    if point is not None and _agree_at(table, answer, point):
        return Verdict(False, Mistake.NUMBERS.sentence("letters for all numbers"), Mistake.NUMBERS.word)
    said = [*_at_an_example(table, answer, [point] if point else table.sides), *_symbols(table, answer)]
    return Verdict(False, " ".join(said) or f"This is not {asked}.")


def _on_finding(table: Table, found: Finding) -> Verdict:
    if not found.edits:
        return _on_factor(table, found.factor)
    mistake, sentences = found.edits[0].mistake, dict.fromkeys(_told(found.edits))
    sentence = " Another slip gives the same. ".join(list(sentences)[:2])
    if found.factor == -1:
        sentence += " Besides, the sign is wrong."
    elif found.factor != 1:
        sentence += f" Besides, all of it is multiplied by {_times(found.factor)}."
    return Verdict(False, sentence, mistake.word)


def _told(edits: Iterable[Edit]) -> Iterator[str]:
    """Yield one sentence for each mistake."""
    seen: set[Mistake] = set()
    for edit in edits:
        if edit.mistake not in seen and not (seen and edit.mistake is Mistake.ANOTHER):
            seen.add(edit.mistake)
            yield edit.sentence


def _on_factor(table: Table, factor: Fraction | None) -> Verdict:
    """Say which constant an answer is times the right one, and where such a constant comes from."""
    chain = table.chain
    outputs, squared = len(chain.d.targets), "squared" in chain.d.net.loss_rule.name
    squared = squared and any(of == chain.d.E for of, _ in chain.factors)
    if factor == 1:
        return Verdict(True, f"This is {chain}.")
    if factor == -1:
        where = "at the inner derivative of t − a" if squared else "at the signs"
        return Verdict(False, Mistake.SIGN.sentence(where), Mistake.SIGN.word)
    times = f"{_times(factor)} times the right answer"
    two = squared and factor is not None and abs(factor) in (2, Fraction(1, 2))
    if two:
        halved = chain.d.net.loss_rule.name == "half_squared_error"
        times += (
            f": the square brings a factor 2, {'which the ½ cancels' if halved else 'and this loss has no ½'}"
        )
    if factor == Fraction(1, outputs) and outputs > 1 and chain.of == chain.d.E and not two:
        return Verdict(False, Mistake.MEAN.sentence(times), Mistake.MEAN.word)
    if factor == Fraction(1, outputs) and outputs > 1 and two:
        times += "; or is it a mean over the outputs, where the loss is their sum"
    return Verdict(False, Mistake.FACTOR.sentence(times), Mistake.FACTOR.word)


def _times(factor: Fraction | None) -> str:
    if factor is None:
        return "a constant"
    size = abs(factor)
    decimal = size.denominator > 4 and 10**6 % size.denominator == 0
    written = f"{float(size):g}" if decimal else _FRACTIONS.get(size, str(size))
    return f"{'−' if factor < 0 else ''}{written}"


def _agree_at(table: Table, answer: Expr, point: RealPoint) -> bool:
    with suppress(ArithmeticError, KeyError):
        right = table.chain.value(point, {}, {})
        return bool(abs(point.value(answer) - right) <= 1e-6 * abs(right))
    return False


def _at_an_example(table: Table, answer: Expr, points: list[RealPoint]) -> Iterator[str]:
    """Say what an answer gives at the first example that shows it to be wrong."""
    symbols = sorted({s.name for s in answer.free_symbols | table.chain.expression().free_symbols})
    for point in points:
        with suppress(ArithmeticError, KeyError):
            given, right = point.value(answer), table.chain.value(point, {}, {})
            if isfinite(given) and abs(given - right) > 0.05 * max(abs(given), abs(right)):
                numbers = [f"{name} = {point.values[name]:.3g}".replace("-", "−") for name in symbols]
                where = f"Where {listed(numbers)}," if len(numbers) <= _MOST_SHOWN else "At one example"
                yield f"{where} this gives {rate(given)}, and the right answer is {_sign_and_size(right)}."
                return


def _sign_and_size(right: float) -> str:
    if right == 0:
        return "0"
    size = f"{float(f'{abs(right):.1g}'):g}" if abs(right) >= 1e-4 else rate(abs(right))
    return f"{'negative' if right < 0 else 'positive'}, of a size of about {size}"


def _symbols(table: Table, answer: Expr) -> Iterator[str]:
    """Say which symbols are missing and which do not belong; what another can stand for is neither."""
    d, functions = table.d, bool(answer.atoms(sp.Function))
    has, needs = (
        {d.symbols[s.name] for s in e.free_symbols if s.name in d.symbols}
        for e in (answer, table.chain.expression())
    )
    inside = {s: _inside(d, s, functions) for s in has | needs}

    def alone(symbols: set[Expr], others: set[Expr]) -> list[str]:
        found = [s for s in symbols if all(s not in inside[o] and o not in inside[s] for o in others)]
        return sorted(s.name for s in found)

    if missing := alone(needs, has):
        yield f"{listed(missing)} {'does' if len(missing) == 1 else 'do'} not occur in it."
    if extra := alone(has, needs):
        yield f"{listed(extra)} {'does' if len(extra) == 1 else 'do'} not belong in it."


def _inside(d: Derivation, symbol: Expr, functions: bool) -> set[Expr]:
    """Return a symbol, and those of which its value can be written without a function, or with one."""
    found, waiting = set(), [symbol]
    while waiting:
        found.add(s := waiting.pop())
        if s not in d.rules or functions or d.rules[s][0] in ("identity", "relu"):
            waiting.extend(d.definitions[s].free_symbols if s in d.definitions else ())
    return found


# ---- numbers -------------------------------------------------------------------------------------


def _on_number(table: Table, answer: float, point: RealPoint, digits: int) -> Verdict:
    """Compare a number with the right one, and with those that the mistakes give."""
    right, known = table.numbers(point)
    room = 1.0001 * 10.0**-digits
    if abs(answer - right) <= room:
        return Verdict(True, f"This is {table.chain} at this example.")
    tight = 1e-9 * abs(answer)
    known = known if _significant(answer) >= _ENOUGH else []
    for close in (tight, room) if room <= _NEAR * abs(answer) else (tight,):
        if verdict := _named_number(table, answer, right, known, close):
            return verdict
    if abs(answer - right) <= _NEAR * abs(right):
        agreed = counted(int(-log10(abs(answer - right))), "decimal")
        return Verdict(False, Mistake.ROUNDING.sentence(f"{agreed}, not to {digits}"), Mistake.ROUNDING.word)
    return Verdict(False, f"The right number is {_sign_and_size(right)}.")


def _significant(number: float) -> int:
    """Return how many digits a number has been given with: few may be right for a wrong reason."""
    return len(f"{abs(number):.12e}".partition("e")[0].replace(".", "").rstrip("0"))


def _named_number(
    table: Table, answer: float, right: float, known: list[tuple[tuple[Edit, ...], float]], room: float
) -> Verdict | None:
    """Name a mistake if it is the only one that gives this number."""
    outputs = len(table.d.targets)
    factors = [*_EASY, Fraction(outputs), Fraction(1, outputs)]

    for factor in factors[1:]:
        if factor != 1 and abs(answer - factor * right) <= room:
            return _on_factor(table, factor)
    for factor in factors:
        fitting = [edits for edits, value in known if abs(answer - factor * value) <= room]
        if len({edits[0].mistake for edits in fitting}) == 1:
            return _on_finding(table, Finding(fitting[0], factor))
    return None

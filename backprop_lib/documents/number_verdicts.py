"""Judging the numbers of a document: at their digits, against their own arithmetic, or by a whole run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal

from backprop_lib.documents.facts import Document, Level, Number
from backprop_lib.documents.rounding import (
    AGREES,
    TRUNCATED,
    WRONG,
    compare_digits,
    decimal,
    own_arithmetic,
    unit,
)
from backprop_lib.documents.setting import Setting
from backprop_lib.documents.verdict_words import (
    FITS,
    FOLLOWS,
    GIVEN,
    HANGS,
    MISSED,
    REACHED,
    UNREADABLE,
    Judged,
)
from backprop_lib.text import fixed


class NumberVerdicts:
    """Judges the numbers of a document, each in the example that it belongs to."""

    def __init__(self, document: Document, setting: Callable[[str], Setting]) -> None:
        self._document, self._setting = document, setting
        self._deviations: dict[str, Decimal] = {}
        self._known_off: dict[Decimal, Decimal] | None = None

    def judged(self, fact: Number) -> Judged:
        """Judge one number; what cannot be read is said and stops nothing."""
        try:
            return self._judged(fact)
        except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
            return Judged(fact, str(error), UNREADABLE)

    def _judged(self, fact: Number) -> Judged:
        right, printed = self._right(fact), Decimal(fact.printed)
        digits = max(0, -int(printed.as_tuple().exponent))
        if fact.given:
            return Judged(fact, fixed(float(right), digits), GIVEN if printed == right else WRONG)
        if fact.level:
            short = (right - printed) * (1 if fact.level == Level.AT_MOST else -1)
            return Judged(fact, f"here {fixed(float(right), digits)}", MISSED if short > 0 else REACHED)
        if within := self._document.example(fact.example).mean_within:
            off = self._deviation(fact) if "errors" in fact.of else abs(printed / right - 1)
            average = "on average " if "errors" in fact.of else ""
            said = f"{fixed(float(right), digits)}; {average}{off:.1%} off, allowed {within:.0%}"
            return Judged(fact, said, FITS if off < Decimal(str(within)) else WRONG)
        verdict, decimals = compare_digits(fact.printed, right), max(6, digits + 3)
        computed = fixed(float(right), decimals)
        if verdict == WRONG and fact.shown:
            own, leeway = own_arithmetic(fact.shown, self._off)
            computed += f"; from the printed digits {fixed(float(own), decimals)}"
            if compare_digits(fact.printed, own) != WRONG:
                if fact.after:
                    verdict = HANGS
                elif abs(own - right) <= leeway:
                    verdict = FOLLOWS
        return Judged(fact, computed, verdict)

    def _right(self, fact: Number) -> Decimal:
        setting = self._setting(fact.example)
        return decimal(setting.value(setting.parse(fact.of)))

    def _deviation(self, fact: Number) -> Decimal:
        """Return by which share the printed errors of a number's run are off on average."""
        if fact.example not in self._deviations:
            run = [f for f in self._document.numbers if f.example == fact.example and "errors" in f.of]
            off = [abs(Decimal(f.printed) / self._right(f) - 1) for f in run]
            self._deviations[fact.example] = sum(off, Decimal(0)) / len(off)
        return self._deviations[fact.example]

    @property
    def _off(self) -> Mapping[Decimal, Decimal]:
        """How far each number that the document prints, and that is not wrong, is from the right one.

        Filled in the document's order: a number is judged by those before it.
        """
        if self._known_off is None:
            self._known_off = {}
            for fact in self._document.numbers:
                if self.judged(fact).verdict in (GIVEN, AGREES, TRUNCATED, FOLLOWS):
                    shown = abs(Decimal(fact.printed))
                    off = abs(shown - abs(self._right(fact)))
                    self._known_off.setdefault(shown, off if fact.given else max(off, unit(fact.printed)))
        return self._known_off

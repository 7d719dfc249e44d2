"""Judging one formula of a document, and the right one of a finding."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Any

from backprop_lib.core import whole_number
from backprop_lib.documents.agreement import EVERYWHERE, HERE_ONLY, UNPROVED, Agreement
from backprop_lib.documents.expressions import ShapeError, parse
from backprop_lib.documents.facts import Finding, Formula
from backprop_lib.documents.rounding import WRONG
from backprop_lib.documents.setting import Setting
from backprop_lib.documents.verdict_words import ARRANGED, DEFINED, EQUAL, HANGS, HERE, SEEN_EQUAL, Judged
from backprop_lib.text import fixed

Expr = Any

_MOST = 1000  # cases of the indices of one formula


def judged_formula(fact: Formula, setting: Setting) -> Judged:
    """Judge one formula in its example: at points first, then by proof; what follows from a slip as well."""
    verdict, worst = EQUAL, Judged(fact, "0", EQUAL)
    for indices in _each(fact.indices):
        try:
            left, right = _sides(setting, fact.left, fact.right, indices)
        except ShapeError as error:
            if not fact.arranged:
                return Judged(fact, str(error), WRONG)
            left, right = _sides(setting, fact.left, fact.arranged, indices)
            verdict = ARRANGED
        found = setting.agree(left, right)
        if found.kind == UNPROVED:
            verdict = SEEN_EQUAL
        elif found.kind != EVERYWHERE:
            if fact.after and fact.own:
                own = setting.agree(*_sides(setting, fact.own, fact.right, indices))
                if own.kind in (EVERYWHERE, UNPROVED):
                    worst = Judged(fact, _counterexample(found, indices), HANGS)
                    continue
            kind = HERE if found.kind == HERE_ONLY else WRONG
            worst = Judged(fact, _counterexample(found, indices), kind)
            if kind == WRONG:
                return worst
    if worst.verdict != EQUAL:
        return worst
    if fact.definition:
        verdict = DEFINED
    return Judged(fact, "not proved" if verdict == SEEN_EQUAL else "0", verdict)


def is_proved(finding: Finding, setting: Setting) -> bool:
    """Say whether the right formula of a finding is right."""
    pairs = (_sides(setting, finding.left, finding.proof, i) for i in _each(finding.indices))
    return all(setting.agree(left, right).kind == EVERYWHERE for left, right in pairs)


def _each(indices: Mapping[str, int]) -> Iterator[dict[str, int]]:
    """Yield every combination of the indices, each counted from 1."""
    counts = [whole_number(f"indices[{name!r}]", last, least=1) for name, last in indices.items()]
    if prod(counts) > _MOST:
        raise ValueError(f"indices give {prod(counts):,} cases, expected at most {_MOST:,}.")
    for values in product(*(range(1, last + 1) for last in indices.values())):
        yield dict(zip(indices, values, strict=True))


def _sides(setting: Setting, left: str, right: str, indices: Mapping[str, int]) -> tuple[Expr, Expr]:
    """Read both sides; they must be of one shape."""
    sides = setting.parse(left, indices), setting.parse(right, indices)
    parse("left - right", dict(zip(("left", "right"), sides, strict=True)))
    return sides


def _counterexample(found: Agreement, indices: Mapping[str, int]) -> str:
    """Return the values of two sides that differ, and the point if it is not the example."""
    where = ", ".join(f"{name} = {value}" for name, value in indices.items())
    said = f"{_value(found.left)} ≠ {_value(found.right)}" + (f" for {where}" if where else "")
    if found.kind == HERE_ONLY and found.at:
        said += " where " + ", ".join(f"{letter} = {_value(v)}" for letter, v in [*found.at.items()][:4])
    return said


def _value(value: Expr) -> str:
    if getattr(value, "is_Rational", False) and not value.is_Integer:
        return str(value).replace("-", "−")
    return fixed(float(value)) if getattr(value, "is_real", False) and value.is_finite else str(value)

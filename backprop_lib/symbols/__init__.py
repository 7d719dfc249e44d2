"""The chain rule in symbols, and the witnesses that check the numbers against it."""

from __future__ import annotations

from backprop_lib.symbols.checks import check_gradients
from backprop_lib.symbols.derivation import Derivation, Expr, Factor, derive
from backprop_lib.symbols.notation import Latex, chain, definitions, factor_table, latex
from backprop_lib.symbols.nudging import SizedNudge, central_differences, sized_nudges
from backprop_lib.symbols.panel import CheckFailed
from backprop_lib.symbols.programs import (
    Program,
    compile_straight_line,
    javascript,
    program,
    python,
    straight_line,
)
from backprop_lib.symbols.proof import prove

__all__ = [
    "CheckFailed",
    "Derivation",
    "Expr",
    "Factor",
    "Latex",
    "Program",
    "SizedNudge",
    "central_differences",
    "chain",
    "check_gradients",
    "compile_straight_line",
    "definitions",
    "derive",
    "factor_table",
    "javascript",
    "latex",
    "program",
    "prove",
    "python",
    "sized_nudges",
    "straight_line",
]

"""Exercises that are checked as mathematics, and a checker that names the mistake."""

from __future__ import annotations

from backprop_lib.exercises.examine import examine
from backprop_lib.exercises.letters import letters

__all__ = ["examine", "letters"]

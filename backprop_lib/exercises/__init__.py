"""Exercises that are checked as mathematics, and a checker that names the mistake."""

from __future__ import annotations

from backprop_lib.exercises.examine import examine
from backprop_lib.exercises.exercise import Exercise, check, hint, register, solution
from backprop_lib.exercises.functions import examine_function, slip
from backprop_lib.exercises.kinds import Choice, Derivative, Function, Number
from backprop_lib.exercises.letters import letters
from backprop_lib.exercises.overview import progress
from backprop_lib.exercises.records import load_progress, save_progress
from backprop_lib.exercises.task import Task

__all__ = [
    "Choice",
    "Derivative",
    "Exercise",
    "Function",
    "Number",
    "Task",
    "check",
    "examine",
    "examine_function",
    "hint",
    "letters",
    "load_progress",
    "progress",
    "register",
    "save_progress",
    "slip",
    "solution",
]

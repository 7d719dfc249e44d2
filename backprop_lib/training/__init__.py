"""Training: one loop, its steps, and what it leaves behind."""

from __future__ import annotations

from backprop_lib.training.batches import accuracy, examples
from backprop_lib.training.descents import Descent, Limits, TwoParameters, descend
from backprop_lib.training.in_place import InPlaceNetwork
from backprop_lib.training.loop import train
from backprop_lib.training.options import Constraints, Options
from backprop_lib.training.outcomes import Ending, judge
from backprop_lib.training.sweeping import Sweep, loss_on_grid, sweep
from backprop_lib.training.trainer import History, Trainer, Update

__all__ = [
    "Constraints",
    "Descent",
    "Ending",
    "History",
    "InPlaceNetwork",
    "Limits",
    "Options",
    "Sweep",
    "Trainer",
    "TwoParameters",
    "Update",
    "accuracy",
    "descend",
    "examples",
    "judge",
    "loss_on_grid",
    "sweep",
    "train",
]

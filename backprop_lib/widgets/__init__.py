"""What moves in the chapters: sliders over prepared pictures, the stepper, trainings that can be watched."""

from __future__ import annotations

from backprop_lib.widgets.curve_sliders import slope_slider, start_slider
from backprop_lib.widgets.live_trainer import LiveTrainer
from backprop_lib.widgets.paint import PaintField
from backprop_lib.widgets.pass_stepper import stepper
from backprop_lib.widgets.race import rate_race
from backprop_lib.widgets.rates import log_rates, rate_explorer
from backprop_lib.widgets.surface import surface_explorer

__all__ = [
    "LiveTrainer",
    "PaintField",
    "log_rates",
    "rate_explorer",
    "rate_race",
    "slope_slider",
    "start_slider",
    "stepper",
    "surface_explorer",
]

"""What moves in the chapters: prepared pictures with sliders, the stepper, training that can be watched."""

from __future__ import annotations

from backprop_lib.widgets.chain.chain import living_chain
from backprop_lib.widgets.curve_sliders import bias_slider, slope_slider, start_slider
from backprop_lib.widgets.findings_table import FilteredFindings
from backprop_lib.widgets.live.live_trainer import LiveTrainer
from backprop_lib.widgets.nudge_slider import nudge_slider
from backprop_lib.widgets.own.own import own_network
from backprop_lib.widgets.paint.paint import PaintField, centred
from backprop_lib.widgets.rates.race import rate_race
from backprop_lib.widgets.rates.rates import log_rates, rate_explorer
from backprop_lib.widgets.stepper.stepper import stepper
from backprop_lib.widgets.surface.surface import surface_explorer

__all__ = [
    "FilteredFindings",
    "LiveTrainer",
    "PaintField",
    "bias_slider",
    "centred",
    "living_chain",
    "log_rates",
    "nudge_slider",
    "own_network",
    "rate_explorer",
    "rate_race",
    "slope_slider",
    "start_slider",
    "stepper",
    "surface_explorer",
]

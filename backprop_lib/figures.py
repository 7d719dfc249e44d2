"""The figures of the chapters, in one place; each is a `Picture` with its content in words."""

from __future__ import annotations

from backprop_lib.chain_drawing import draw_chain
from backprop_lib.curves import plot_bowl, plot_curves
from backprop_lib.descents import plot_descents, plot_slope
from backprop_lib.images import heat_map, show_digits

__all__ = ["draw_chain", "heat_map", "plot_bowl", "plot_curves", "plot_descents", "plot_slope", "show_digits"]

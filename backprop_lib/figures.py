"""The figures of the chapters, in one place; each is a `Picture` with its content in words."""

from __future__ import annotations

from backprop_lib.drawing.chain_drawing import draw_chain
from backprop_lib.drawing.curves import plot_bowl, plot_curves
from backprop_lib.drawing.descents import plot_descents, plot_slope
from backprop_lib.drawing.images import heat_map, show_digits
from backprop_lib.drawing.plots import plot_loss, plot_surface
from backprop_lib.drawing.weight_images import weight_images

__all__ = [
    "draw_chain",
    "heat_map",
    "plot_bowl",
    "plot_curves",
    "plot_descents",
    "plot_loss",
    "plot_slope",
    "plot_surface",
    "show_digits",
    "weight_images",
]

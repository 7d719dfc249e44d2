"""Pictures of results; nothing in here trains."""

from __future__ import annotations

from backprop_lib.drawing.canvas import (
    COLOURS,
    FONT,
    Canvas,
    Picture,
    address,
    least_width,
    outline,
    sign_colour,
)
from backprop_lib.drawing.chain_drawing import draw_chain
from backprop_lib.drawing.curves import DASHES, INKS, crossing, loss_panel, plot_curves, plot_loss
from backprop_lib.drawing.decisions import plot_decisions
from backprop_lib.drawing.descents import curve_panel, plain_descent, plot_descents, plot_slope, sampled
from backprop_lib.drawing.edges import Edge, Label, Point, labels_that_fit
from backprop_lib.drawing.images import confusion_map, heat_map, png, show_digits, weight_images
from backprop_lib.drawing.layout import Layout
from backprop_lib.drawing.networks import draw_network
from backprop_lib.drawing.nudges import nudge_mark, nudge_panel
from backprop_lib.drawing.panels import Panel, thin
from backprop_lib.drawing.rates import RatePanels, limits
from backprop_lib.drawing.slices import Arrow, Slice, checked_limits
from backprop_lib.drawing.surfaces import holding, plot_bowl, plot_surface

__all__ = [
    "COLOURS",
    "DASHES",
    "FONT",
    "INKS",
    "Arrow",
    "Canvas",
    "Edge",
    "Label",
    "Layout",
    "Panel",
    "Picture",
    "Point",
    "RatePanels",
    "Slice",
    "address",
    "checked_limits",
    "confusion_map",
    "crossing",
    "curve_panel",
    "draw_chain",
    "draw_network",
    "heat_map",
    "holding",
    "labels_that_fit",
    "least_width",
    "limits",
    "loss_panel",
    "nudge_mark",
    "nudge_panel",
    "outline",
    "plain_descent",
    "plot_bowl",
    "plot_curves",
    "plot_decisions",
    "plot_descents",
    "plot_loss",
    "plot_slope",
    "plot_surface",
    "png",
    "sampled",
    "show_digits",
    "sign_colour",
    "thin",
    "weight_images",
]

"""The network: forward, backward, and what goes in. It imports NumPy only."""

from __future__ import annotations

from backprop_lib.core.functions import ACTIVATIONS, LOSSES, Activation, Loss, bell, choose, sigmoid
from backprop_lib.core.network import Network
from backprop_lib.core.parameters import Gradients, Names, Trace, named, rebuilt
from backprop_lib.core.refusals import expect_shape, only_plain, overridden
from backprop_lib.core.shapes import Array, Float
from backprop_lib.core.storage import file_path, read_arrays, replaced
from backprop_lib.core.validation import (
    NotFinite,
    check_arguments,
    check_targets,
    finite_array,
    finite_number,
    finite_rows,
    path_number,
    real_array,
    refuse_masked,
    uncopied_rows,
    whole_number,
)

__all__ = [
    "ACTIVATIONS",
    "LOSSES",
    "Activation",
    "Array",
    "Float",
    "Gradients",
    "Loss",
    "Names",
    "Network",
    "NotFinite",
    "Trace",
    "bell",
    "check_arguments",
    "check_targets",
    "choose",
    "expect_shape",
    "file_path",
    "finite_array",
    "finite_number",
    "finite_rows",
    "named",
    "only_plain",
    "overridden",
    "path_number",
    "read_arrays",
    "real_array",
    "rebuilt",
    "refuse_masked",
    "replaced",
    "sigmoid",
    "uncopied_rows",
    "whole_number",
]

"""An interactive course on backpropagation that checks every number it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backprop_lib.functions import sigmoid
from backprop_lib.network import Network
from backprop_lib.training import sweep, train

if TYPE_CHECKING:
    from backprop_lib.checks import check_gradients
    from backprop_lib.derivation import derive

__version__ = "0.1.0"
__all__ = ["Network", "check_gradients", "derive", "sigmoid", "sweep", "train"]

_LATER = {"derive": "derivation", "check_gradients": "checks"}


def __getattr__(name: str) -> Any:
    """Import what needs sympy only when it is first used: sympy takes half a second."""
    if name in _LATER:
        from importlib import import_module

        return getattr(import_module(f"backprop_lib.{_LATER[name]}"), name)
    raise AttributeError(f"module 'backprop_lib' has no attribute {name!r}")

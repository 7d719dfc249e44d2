"""An interactive course on backpropagation that checks every number it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from backprop_lib.core import Network, sigmoid
from backprop_lib.training import sweep, train

if TYPE_CHECKING:
    from backprop_lib.symbols import check_gradients, derive

__version__ = "0.1.0"
__all__ = ["Network", "check_gradients", "derive", "sigmoid", "sweep", "train"]

_LATER = ("derive", "check_gradients")


def __getattr__(name: str) -> Any:
    """Import what needs sympy only when it is first used: sympy takes half a second."""
    if name in _LATER:
        from backprop_lib import symbols

        return getattr(symbols, name)
    raise AttributeError(f"module 'backprop_lib' has no attribute {name!r}")

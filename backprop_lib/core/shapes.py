"""Shapes in signatures: `Float[Array, "batch neurons"]` is an array with two axes of these names.

Axes of one name have one length throughout a call. "*batch" is any number of axes: one for the rows of a
batch, none for a single example. "_" is any length. The tests have all this checked, as may whoever imports
jaxtyping before the package. Otherwise it means nothing at run time, and costs nothing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

from numpy.typing import NDArray

Array = NDArray[Any]

if TYPE_CHECKING:
    from jaxtyping import Float as Float
elif "jaxtyping" in sys.modules:
    from jaxtyping import Inexact

    Float = Inexact  # floats, or complex numbers for complex steps
else:
    Float = Annotated

"""Where the neurons of a drawn network stand: in columns from left to right, each around one height."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from backprop_lib.core import Array
from backprop_lib.drawing.edges import Edge, Point
from backprop_lib.text import plain_name


@dataclass(frozen=True)
class Layout:
    """Columns of neurons, with as much room between them as each layer needs.

    Attributes
    ----------
    sizes : sequence of int
        Neurons in each layer, the inputs included.
    half_width, margin, edge : float
        Half the width of a neuron, what lies left of the middle of the first column, and how long the edges
        are, in pixels.
    least_rows : sequence of float, one per layer
        How far apart its neurons must be at least.
    around : sequence of (float, float), one per layer
        How much room its neurons need above and below their centres.

    Examples
    --------
    >>> layout = Layout([2, 1], 50, 60, 200, least_rows=[80, 80], around=[(30, 20), (30, 40)])
    >>> layout.height, layout.at(0, 1)
    (130.0, (60, 110.0))
    >>> edge = layout.edges(1, np.array([[0.5, -0.5]]), {}, {})[1]
    >>> edge.name, edge.start, edge.end
    ('w1[0,1]', (110, 110.0), (310, 70.0))
    """

    sizes: Sequence[int]
    half_width: float
    margin: float
    edge: float
    least_rows: Sequence[float]
    around: Sequence[tuple[float, float]]

    @cached_property
    def rows(self) -> list[float]:
        """How far apart the neurons of each layer are."""
        span = max((n - 1) * least for n, least in zip(self.sizes, self.least_rows, strict=True))
        spread = [min(200.0, 0.8 * span / max(1, n - 1)) for n in self.sizes]
        return [max(pair) for pair in zip(self.least_rows, spread, strict=True)]

    @cached_property
    def middle(self) -> float:
        """The height around which all layers stand."""
        return max(self._reach(layer) + above for layer, (above, _) in enumerate(self.around))

    @property
    def height(self) -> float:
        """How high the whole is."""
        return self.middle + max(self._reach(layer) + below for layer, (_, below) in enumerate(self.around))

    def at(self, layer: int, i: int) -> Point:
        """Return the centre of a neuron; layer 0 holds the inputs."""
        x = self.margin + (2 * self.half_width + self.edge) * layer
        return x, self.middle - self._reach(layer) + i * self.rows[layer]

    def edges(
        self, layer: int, weights: Array, slopes: Mapping[str, float], flows: Mapping[str, float]
    ) -> list[Edge]:
        """Return the edges into a layer, with what there is of slopes and flows by the weights' names."""
        found = []
        for (i, j), weight in np.ndenumerate(weights):
            name, (x0, y0), (x1, y1) = f"w{layer}[{i},{j}]", self.at(layer - 1, j), self.at(layer, i)
            label = plain_name(name, single=max(self.sizes) == 1)
            ends = (x0 + self.half_width, y0), (x1 - self.half_width, y1)
            found.append(Edge(name, label, *ends, float(weight), slopes.get(name), flows.get(name)))
        return found

    def share(self, layer: int) -> float:
        """Return where on their way the edges into a layer are evenly spread."""
        before, after = self.rows[layer - 1], self.rows[layer]
        return before / (self.sizes[layer] * after + before)

    def _reach(self, layer: int) -> float:
        """Return how far the outer neurons of a layer are from the middle."""
        return (self.sizes[layer] - 1) / 2 * self.rows[layer]

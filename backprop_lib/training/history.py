"""What a training leaves behind."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from backprop_lib.core import Array, Network


@dataclass(frozen=True)
class History:
    """A training: `loss[k]`, `path[k]` and `accuracy[k]` belong to the network after k epochs.

    An epoch uses every example once. On the whole batch it is one update; in mini-batches it makes
    `updates_per_epoch`, and `loss[k]` is still the loss over all examples, taken when the epoch is over.
    `path` has one column per parameter, in the order of `Network.by_name`. `accuracy` is measured on the
    held-out examples, nan if there are none. `seconds[k]` is the time that the epoch after `loss[k]` took.
    """

    loss: Array
    path: Array
    network: Network
    learning_rate: float
    updates_per_epoch: int = 1
    accuracy: Array = field(default_factory=lambda: np.empty(0))
    seconds: Array = field(default_factory=lambda: np.empty(0))

    @property
    def updates(self) -> int:
        """Number of updates made."""
        return (len(self.loss) - 1) * self.updates_per_epoch

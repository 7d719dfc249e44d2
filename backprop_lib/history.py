"""What a training leaves behind."""

from __future__ import annotations

from dataclasses import dataclass

from backprop_lib.functions import Array
from backprop_lib.network import Network

__all__ = ["History"]


@dataclass(frozen=True)
class History:
    """A finished training: `loss[k]` and `path[k]` belong to the network after k epochs.

    An epoch uses every example once. On the whole batch it is one update; in mini-batches it makes
    `updates_per_epoch`, and `loss[k]` is still the loss over all examples, taken when the epoch is over.
    `path` has one column per parameter, in the order of `Network.by_name`.
    """

    loss: Array
    path: Array
    network: Network
    learning_rate: float
    updates_per_epoch: int = 1

    @property
    def updates(self) -> int:
        """Number of updates made."""
        return (len(self.loss) - 1) * self.updates_per_epoch

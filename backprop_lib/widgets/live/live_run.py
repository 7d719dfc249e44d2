"""One run of a live trainer: what its thread works on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Event

from backprop_lib.core import Network
from backprop_lib.training import Trainer, Update


@dataclass
class Run:
    """A training up to `goal` epochs, or of a `single` update; if there is no trainer yet, it makes one."""

    goal: int
    make: Callable[[], Trainer]
    trainer: Trainer | None
    single: bool = False
    update: Update | None = None
    stop: Event = field(default_factory=Event)
    # To be waited for. An interrupted `Thread.join` may take a running thread for a dead one (Python 3.11),
    # and ipykernel then closes the thread's way to the page.
    ended: Event = field(default_factory=Event)

    def work(self, show: Callable[[], object]) -> bool:
        """Train, and call `show` now and then; say whether the range of numbers would have been left."""
        if self.trainer is None:
            self.trainer = self.make()
            show()
        if self.single:
            self.update = self.trainer.update()
            return self.update is None
        while not self.stop.is_set() and self.trainer.epochs < self.goal:
            if not self.trainer.epoch():
                return True
            show()
        return False

    @property
    def network(self) -> Network:
        """What has been learned so far, in an epoch that is not over too."""
        assert self.trainer is not None
        return (self.update or self.trainer).network

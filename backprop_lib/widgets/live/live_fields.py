"""The fields of a live trainer: what the learner may type, and what is said when it makes no sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw

from backprop_lib.core import Network, whole_number
from backprop_lib.widgets.spoken import FieldError

_MOST = 2000  # hidden neurons in a layer


class Fields(ipw.HBox):  # type: ignore[misc]
    """Text fields for the hidden layers, the learning rate, the batch size and the number of epochs.

    Attributes
    ----------
    hidden, learning_rate, batch_size, epochs : ipywidgets.Text

    Examples
    --------
    >>> fields = Fields(Network.random([784, 32, 10]), 0.5, 32, epochs=20)
    >>> fields.read_rate(), fields.read_batch_size(), fields.read_epochs()
    (0.5, 32, 20)
    >>> fields.hidden.value = "64, 16"
    >>> fields.read_network(seed=0)
    Network 784-64-16-10, sigmoid, half_squared_error, 51360 weights, 90 biases
    """

    def __init__(self, net: Network, learning_rate: float, batch_size: int, epochs: int) -> None:
        self._net = net
        self.hidden = _field("hidden neurons", _joined(net.sizes[1:-1]))
        self.learning_rate = _field("learning rate η", f"{learning_rate:g}")
        self.batch_size = _field("batch size", str(whole_number("batch_size", batch_size, least=1)))
        self.epochs = _field("epochs", str(whole_number("epochs", epochs, least=1)))
        fields = [self.hidden, self.learning_rate, self.batch_size, self.epochs]
        super().__init__(fields, layout={"flex_flow": "row wrap"})

    def read_rate(self) -> float:
        """Return the learning rate."""
        value: float = _read(
            self.learning_rate, float, "a number above 0, such as 0.5", lambda v: 0 < v < 1e9
        )
        return value

    def read_batch_size(self) -> int:
        """Return the batch size."""
        value: int = _read(self.batch_size, int, "a whole number above 0, such as 32", lambda v: v > 0)
        return value

    def read_epochs(self) -> int:
        """Return the number of epochs."""
        value: int = _read(self.epochs, int, "a whole number above 0, such as 20", lambda v: 0 < v < 1e9)
        return value

    def read_network(self, seed: int) -> Network:
        """Return the network to start from: the given one, or a random one with other hidden neurons."""
        expected = f"whole numbers from 1 to {_MOST} with commas between, such as 32 or 64, 32, or “none”"

        def sizes(text: str) -> list[int]:
            return [] if text == "none" else [int(part) for part in text.split(",")]

        hidden: list[int] = _read(
            self.hidden, sizes, expected, lambda v: len(v) < 9 and all(0 < n <= _MOST for n in v)
        )
        net, names = self._net, [f.name for f in self._net.activations]
        if hidden == net.sizes[1:-1]:
            return net
        return Network.random(
            [net.sizes[0], *hidden, net.sizes[-1]],
            seed,
            biases=net.biases is not None,
            activation=[*names[:1] * len(hidden), names[-1]],
            loss=net.loss_rule.name,
        )

    def check(self) -> None:
        """Raise FieldError if any field makes no sense."""
        self.read_rate(), self.read_batch_size(), self.read_epochs(), self.read_network(seed=0)


def _joined(sizes: list[int]) -> str:
    return ", ".join(map(str, sizes)) or "none"


def _field(name: str, value: str) -> ipw.Text:
    return ipw.Text(
        value,
        description=name,
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "auto", "max_width": f"{len(name) * 8 + 90}px"},
    )


def _read(field: ipw.Text, kind: Callable[[str], Any], expected: str, fits: Callable[[Any], bool]) -> Any:
    """Return what stands in a field."""
    text = field.value.strip()
    try:
        if fits(value := kind(text)):
            return value
    except ValueError:
        pass
    raise FieldError(f"“{field.description}” is {text!r}, expected {expected}.")

"""The fields of a live trainer: what the learner may type, and what is said when it makes no sense."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import ipywidgets as ipw

from backprop_lib.core import Network, whole_number
from backprop_lib.widgets.carrier import FieldError

_MOST = 2000  # hidden neurons in a layer


def _sizes(text: str) -> list[int]:
    return [] if text == "none" else [int(part) for part in text.split(",")]


# By name: what stands before the field, how it is read, what is expected and what of it fits.
_FIELDS: dict[str, tuple[str, Callable[[str], Any], str, Callable[[Any], bool]]] = {
    "hidden": (
        "hidden neurons",
        _sizes,
        f"whole numbers from 1 to {_MOST} with commas between, such as 32 or 64, 32, or “none”",
        lambda sizes: len(sizes) < 9 and all(0 < n <= _MOST for n in sizes),
    ),
    "learning_rate": ("learning rate η", float, "a number above 0, such as 0.5", lambda eta: 0 < eta < 1e9),
    "batch_size": ("batch size", int, "a whole number above 0, such as 32", lambda size: size > 0),
    "epochs": ("epochs", int, "a whole number above 0, such as 20", lambda count: 0 < count < 1e9),
}


class Fields(ipw.HBox):  # type: ignore[misc]
    """Text fields for the hidden layers, the learning rate, the batch size and the number of epochs.

    Parameters
    ----------
    net : Network
        What gives the hidden layers to begin with, and the rest of other networks.
    learning_rate : float
    batch_size, epochs : int

    Attributes
    ----------
    hidden, learning_rate, batch_size, epochs : ipywidgets.Text

    Examples
    --------
    >>> fields = Fields(Network.random([784, 32, 10]), 0.5, 32, epochs=20)
    >>> fields.read("learning_rate"), fields.read("batch_size"), fields.read("epochs")
    (0.5, 32, 20)
    >>> fields.hidden.value = "64, 16"
    >>> fields.network(seed=0)
    Network 784-64-16-10, sigmoid, half_squared_error, 51360 weights, 90 biases
    """

    def __init__(self, net: Network, learning_rate: float, batch_size: int, epochs: int) -> None:
        self._net = net
        self.hidden = _field("hidden", ", ".join(map(str, net.sizes[1:-1])) or "none")
        self.learning_rate = _field("learning_rate", f"{learning_rate:g}")
        self.batch_size = _field("batch_size", str(whole_number("batch_size", batch_size, least=1)))
        self.epochs = _field("epochs", str(whole_number("epochs", epochs, least=1)))
        fields = [self.hidden, self.learning_rate, self.batch_size, self.epochs]
        super().__init__(fields, layout={"flex_flow": "row wrap"})

    def read(self, name: str) -> Any:
        """Return what stands in the field of this name.

        Raises
        ------
        FieldError
            If it makes no sense.
        """
        description, kind, expected, fits = _FIELDS[name]
        text = getattr(self, name).value.strip()
        try:
            if fits(value := kind(text)):
                return value
        except ValueError:
            pass
        raise FieldError(f"“{description}” is {text!r}, expected {expected}.")

    def check(self) -> None:
        """Raise FieldError if any field makes no sense."""
        for name in ("learning_rate", "batch_size", "epochs", "hidden"):
            self.read(name)

    def network(self, seed: int) -> Network:
        """Return the network to start from: the given one, or a random one with other hidden neurons."""
        net, hidden = self._net, self.read("hidden")
        if hidden == net.sizes[1:-1]:
            return net
        names = [f.name for f in net.activations]
        return Network.random(
            [net.sizes[0], *hidden, net.sizes[-1]],
            seed,
            biases=net.biases is not None,
            activation=[*names[:1] * len(hidden), names[-1]],
            loss=net.loss_rule.name,
        )


def _field(name: str, value: str) -> ipw.Text:
    description = _FIELDS[name][0]
    return ipw.Text(
        value,
        description=description,
        continuous_update=False,
        style={"description_width": "initial"},
        layout={"width": "auto", "max_width": f"{len(description) * 8 + 90}px"},
    )

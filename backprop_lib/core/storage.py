"""Networks in files: npz archives of plain arrays and a checksum."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np

from backprop_lib.core.archives import DAMAGED, file_path, read_arrays, replaced
from backprop_lib.core.functions import Array

if TYPE_CHECKING:
    from pathlib import Path

    from backprop_lib.core.network import Network


N = TypeVar("N")

FORMAT = 1


def write(net: Network, path: str | Path) -> None:
    """Write a network to a file; a crash on the way leaves the file that was there before.

    Raises
    ------
    OSError
        If the file cannot be written.
    TypeError, ValueError
        If the path is none, or the network holds complex numbers.
    """
    if any(np.iscomplexobj(array) for array in (*net.weights, *(net.biases or []))):
        raise ValueError("the network holds complex numbers, expected real ones to save.")
    arrays: dict[str, Any] = {
        "format": np.array(FORMAT),
        "activations": np.array([f.name for f in net.activations]),
        "loss": np.array(net.loss_rule.name),
    }
    arrays |= {f"weights_{layer}": w for layer, w in enumerate(net.weights, 1)}
    arrays |= {f"biases_{layer}": b for layer, b in enumerate(net.biases or [], 1)}
    arrays["sha256"] = np.array(_digest(arrays))
    with replaced(file_path(path)) as file:
        np.savez(file, **arrays)


def read(path: str | Path, make: Callable[..., N]) -> N:
    """Return the network that was written, made by `make(weights=…, biases=…, activation=…, loss=…)`.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is not a network that `write` wrote: one sentence says what is wrong with it.
    """
    path = file_path(path)
    try:
        return make(**_arguments(read_arrays(path)))
    except DAMAGED as error:
        raise ValueError(f"{path.name} is damaged or no npz file: {_sentence(error)}.") from None
    except (TypeError, ValueError) as error:
        raise ValueError(f"{path.name} is no saved network: {_sentence(error)}.") from None


def _arguments(arrays: dict[str, Array]) -> dict[str, Any]:
    """Check the names and return weights, biases, activation and loss; `Network` checks the rest."""
    needed = ("format", "activations", "loss", "weights_1", "sha256")
    if missing := [name for name in needed if name not in arrays]:
        raise ValueError(f"it has no {missing[0]!r}")
    if arrays["format"].shape != () or arrays["format"] != FORMAT:
        raise ValueError(f"its format is {arrays['format']}, expected {FORMAT}")
    if str(arrays.pop("sha256")) != _digest(arrays):
        raise ValueError("its contents are not those of its checksum")
    layers = range(1, 1 + sum(name.startswith("weights_") for name in arrays))
    names = {f"{kind}_{layer}" for kind in ("weights", "biases") for layer in layers}
    if strangers := sorted(set(arrays) - names - {"format", "activations", "loss"}):
        raise ValueError(f"it has {strangers[0]!r}, which no network has")
    biases = [arrays[f"biases_{layer}"] for layer in layers if f"biases_{layer}" in arrays]
    if arrays["activations"].ndim != 1 or arrays["loss"].ndim != 0 or len(biases) not in (0, len(layers)):
        raise ValueError("its layers do not fit together")
    return {
        "weights": [arrays[f"weights_{layer}"] for layer in layers],
        "biases": biases or None,
        "activation": [str(name) for name in arrays["activations"]],
        "loss": str(arrays["loss"]),
    }


def _digest(arrays: dict[str, Any]) -> str:
    """Return a checksum over names and contents: a slip in the archive's own tables would else go unseen."""
    digest = hashlib.sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _sentence(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__

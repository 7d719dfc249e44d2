"""Run the PyTorch code that chapter 6 prints, and compare its gradients and losses with the course's.

PyTorch is not among what the tests install, so this runs on request.

Usage: python benchmarks/bridge.py
"""

import sys
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).parents[1] / "tests/support"))
from printed_code import BLOCKS, namespace

from backprop_lib import Network

TOLERANCE = {"rtol": 1e-10, "atol": 1e-14}


def gradients() -> None:
    """Compare what the printed code leaves behind with `Network.gradients`."""
    made = namespace()
    exec(compile(BLOCKS["torch"], "chapter 6, torch", "exec"), made)
    expected = made["start"].gradients(made["x"], made["t"])
    for (W, b), dE_dW, dE_db in zip(made["gradients"], expected.weights, expected.biases, strict=True):
        np.testing.assert_allclose(W, dE_dW, **TOLERANCE)
        np.testing.assert_allclose(b, dE_db, **TOLERANCE)
    print("PyTorch's gradients are those of net.gradients")


def losses() -> None:
    """Compare the losses of chapter 6's table, for one example and for a batch."""
    rng = np.random.default_rng(0)
    x, t = rng.normal(size=(5, 4)), rng.uniform(size=(5, 3))
    for loss, summed, mean, factor in (
        ("squared_error", torch.nn.MSELoss(reduction="sum"), torch.nn.MSELoss(), 1.0),
        ("half_squared_error", torch.nn.MSELoss(reduction="sum"), torch.nn.MSELoss(), 0.5),
        ("binary_cross_entropy", torch.nn.BCELoss(reduction="sum"), torch.nn.BCELoss(), 1.0),
    ):
        net = Network.random([4, 3], seed=1, loss=loss)
        a = torch.tensor(net.forward(x).a[-1])
        np.testing.assert_allclose(
            net.loss(x[0], t[0]), factor * summed(a[0], torch.tensor(t[0])), **TOLERANCE
        )
        np.testing.assert_allclose(net.loss(x, t), factor * 3 * mean(a, torch.tensor(t)), **TOLERANCE)
        z = torch.tensor(net.forward(x).z[-1])
        if loss == "binary_cross_entropy":
            same = torch.nn.BCEWithLogitsLoss()(z, torch.tensor(t))
            np.testing.assert_allclose(same, mean(a, torch.tensor(t)), **TOLERANCE)
        print(f"{loss} is {factor:g} × the sum over outputs, and {3 * factor:g} × the mean of 3 outputs")


if __name__ == "__main__":
    gradients()
    losses()

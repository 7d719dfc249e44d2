"""What document 003 does in its own way: its training in mini-batches, and its runs on MNIST.

A step on a batch uses the mean gradient of its examples. `epoch_of_batches` cuts a random order of all
examples into batches: an epoch uses each example exactly once, and its last batch may be smaller. `train` and
`Trainer` train in this way; `train_like_document_003` does what the document's own program does.

Its runs on MNIST take minutes. `benchmarks/document_003_mnist.py` makes them, under the document's own
conventions and with one or more of them changed, and stores what comes out in `documents/runs/mnist.toml`;
here that is read and compared with what the document prints. With raw pixels a difference in the last digit
of a float grows until single epochs differ by a tenth, so no printed error can be met digit for digit. Their
mean deviation is much steadier, and that is what is judged.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cache
from itertools import islice, pairwise, product
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Network, finite_number, whole_number
from backprop_lib.datasets import parity
from backprop_lib.documents.facts import load
from backprop_lib.text import Table
from backprop_lib.training import InPlaceNetwork, Options, accuracy, examples

BOUND = 0.05  # a run agrees if its mean deviation is less
FILE = Path(__file__).with_name("runs") / "mnist.toml"
UPDATES = 7500  # one epoch in batches of 8; those of 256 come nearest after 32 epochs
Run = tuple[Mapping[str, Any], Network | None]  # what a training prints; its network, if not only stored
_SEEDS = (0, 1, 2)
_PLACE = "7.2, output, epoch "


def epoch_of_batches(rng: np.random.Generator, examples: int, batch_size: int) -> list[Array]:
    """Return the indices of one epoch's batches: every example once, in random order.

    Parameters
    ----------
    rng : numpy.random.Generator
    examples, batch_size : int

    Examples
    --------
    >>> batches = epoch_of_batches(np.random.default_rng(0), examples=7, batch_size=3)
    >>> [len(batch) for batch in batches], sorted(np.concatenate(batches).tolist())
    ([3, 3, 1], [0, 1, 2, 3, 4, 5, 6])
    """
    order = rng.permutation(examples)
    return [order[start : start + batch_size] for start in range(0, examples, batch_size)]


def train_like_document_003(
    x: ArrayLike,
    t: ArrayLike,
    sizes: Sequence[int],
    learning_rate: float,
    epochs: int,
    batch_size: int,
    seed: int = 0,
) -> tuple[list[float], Network]:
    """Train as document 003's program does, number for number; return its epoch errors and the network.

    It differs from `train` in four points. Weights and biases are standard normal and drawn layer by layer
    from NumPy's old generator, which then shuffles the examples once per epoch. The last batch takes the
    remainder with it, but is divided by `batch_size` like the others. The error of an epoch is the mean over
    its batches of the summed error before the update, divided by `batch_size`.

    Parameters
    ----------
    x : array_like, shape (examples, features)
    t : array_like, shape (examples, outputs)
    sizes : sequence of int
    learning_rate : float
    epochs, batch_size, seed : int

    Raises
    ------
    TypeError, ValueError
        If a number is none or out of range, or there are fewer examples than `batch_size`.

    Examples
    --------
    >>> x, t = parity(10)
    >>> errors, net = train_like_document_003(x[:700], t[:700], [10, 3, 2], 0.3, epochs=3, batch_size=8)
    >>> [round(error, 5) for error in errors]
    [0.48236, 0.3234, 0.16235]
    """
    training = epochs_like_document_003(x, t, sizes, learning_rate, batch_size, seed)
    errors, in_place = [], next(training)[1]
    for error, _ in islice(training, whole_number("epochs", epochs)):
        errors.append(error)
    return errors, in_place.network


def epochs_like_document_003(
    x: ArrayLike,
    t: ArrayLike,
    sizes: Sequence[int],
    learning_rate: float,
    batch_size: int,
    seed: int = 0,
    *,
    scale: float = 1.0,
    lecun: bool = False,
) -> Iterator[tuple[float, InPlaceNetwork]]:
    """Train like `train_like_document_003`, epoch by epoch, for as long as is wanted.

    Parameters
    ----------
    x : array_like, shape (examples, features)
    t : array_like, shape (examples, outputs)
    sizes : sequence of int
    learning_rate : float
    batch_size, seed : int
    scale : float
        The network is shown `scale` times x.
    lecun : bool
        Divide the same random weights by √inputs, layer by layer, and begin with zero biases.

    Raises
    ------
    TypeError, ValueError
        As `train_like_document_003` does.

    Yields
    ------
    tuple[float, InPlaceNetwork]
        The error of an epoch, and what holds the `network` so far; at first nan and the start.

    Examples
    --------
    >>> training = epochs_like_document_003(*parity(10), [10, 3, 2], 0.3, batch_size=8, lecun=True)
    >>> _, in_place = next(training)
    >>> in_place.network.biases[0].tolist()
    [0.0, 0.0, 0.0]
    >>> round(next(training)[0], 4)
    0.4171
    """
    stream = np.random.RandomState(seed)  # the document's own stream
    drawn = [(stream.randn(n, before), stream.randn(n)) for before, n in pairwise(sizes)]
    if lecun:
        drawn = [(W / np.sqrt(W.shape[1]), np.zeros_like(b)) for W, b in drawn]
    net = Network([W for W, _ in drawn], [b for _, b in drawn], loss="squared_error")
    x, t = examples(net, x, t)
    count = len(x) // whole_number("batch_size", batch_size, least=1)
    if count == 0:
        raise ValueError(f"x has {len(x)} rows, expected at least batch_size = {batch_size}.")
    in_place = InPlaceNetwork(net, Options(scale=scale))
    batches = in_place.batches(x, t, [batch_size] * (count - 1) + [len(x) - batch_size * (count - 1)])
    rate = in_place.rate(finite_number("learning_rate", learning_rate) / batch_size)
    yield np.nan, in_place
    while True:
        order = np.arange(len(x))
        stream.shuffle(order)
        sums = []
        with np.errstate(over="ignore", invalid="ignore"):
            for X, XT, T in batches.in_order(order):
                off = in_place.step(X, XT, T, rate) - T
                sums.append(np.vdot(off, off) / batch_size)
        yield float(np.mean(sums)), in_place


# ---- its runs on MNIST ----------------------------------------------------------------------------


@dataclass(frozen=True)
class Setup:
    """How a 784-32-10 network is trained on all 60 000 images; as it stands, like document 003.

    `largest` is the value of a white pixel. A `start` is "N(0, 1)" or "LeCun": the same random weights over
    √inputs, and biases of 0. A `nudge` of k multiplies the pixels by 1 + k · 2.2 · 10⁻¹⁶.
    """

    batch_size: int = 256
    learning_rate: float = 0.3
    largest: int = 255
    start: str = "N(0, 1)"
    seed: int = 0
    nudge: int = 0


@dataclass(frozen=True)
class Outcome:
    """What came out of a run.

    `errors` holds the errors of epochs, which are counted from 0. `accuracy` is the share of the test images
    that is read rightly after so many epochs, and `saturated` the share of the hidden neurons' slopes
    a(1 − a) on them that are less than a hundredth of the largest possible, ¼.
    """

    errors: Mapping[int, float]
    accuracy: Mapping[int, float]
    saturated: Mapping[int, float]


@cache
def load_runs() -> Mapping[Setup, Outcome]:
    """Return the stored runs.

    Examples
    --------
    >>> as_printed = load_runs()[Setup()]
    >>> round(as_printed.errors[0], 2), round(as_printed.accuracy[300], 2)
    (1.15, 0.92)
    """
    with FILE.open("rb") as file:
        stored = tomllib.load(file)["run"]
    runs = {}
    for run in stored:
        values = [run.pop(field.name) for field in fields(Outcome)]
        runs[Setup(**run)] = Outcome(*({int(k): value for k, value in each.items()} for each in values))
    return MappingProxyType(runs)


def printed_errors() -> dict[int, float]:
    """Return the epoch errors of the MNIST run as document 003 prints them, by epoch.

    Examples
    --------
    >>> printed = printed_errors()
    >>> len(printed), printed[0], printed[49]
    (12, 1.1664, 0.21924)
    """
    printed = {n.place: n.printed for n in load("003").numbers if n.place.startswith(_PLACE)}
    return {int(place.removeprefix(_PLACE)): float(error) for place, error in printed.items()}


def mean_deviation(printed: Mapping[int, float], computed: Mapping[int, float]) -> float:
    """Return how far computed epoch errors are from printed ones: the mean of |computed/printed − 1|.

    Parameters
    ----------
    printed, computed : mapping of int to float
        Errors by epoch; what is computed for other epochs is left out.

    Raises
    ------
    ValueError
        If an epoch was not computed, or none was printed.

    Examples
    --------
    >>> round(mean_deviation({0: 1.0, 49: 0.2}, {0: 1.1, 1: 0.8, 49: 0.2}), 6)
    0.05
    >>> mean_deviation(printed_errors(), load_runs()[Setup()].errors) < BOUND
    True
    """
    if not printed:
        raise ValueError("printed holds no epoch, expected at least one.")
    if missing := printed.keys() - computed.keys():
        raise ValueError(f"computed has no error for epoch {min(missing)}, expected all printed epochs.")
    return float(np.mean([abs(computed[epoch] / error - 1) for epoch, error in printed.items()]))


def deviations() -> Table:
    """Return how far runs are from document 003's printed epoch errors with one thing changed, nearest first.

    Examples
    --------
    >>> table = deviations()
    >>> table.head
    ['changed', 'runs', 'mean deviation', 'of them below 5 %']
    >>> {row[0]: row[3] for row in table.rows}["pixels from 0 to 1"]
    '0'
    """
    printed, kinds = printed_errors(), dict[str, list[float]]()
    for setup, outcome in load_runs().items():
        if len(changes := _changes(setup)) < 2 and setup.batch_size == 256:
            off = mean_deviation(printed, outcome.errors)
            kinds.setdefault(changes[0] if changes else "nothing", []).append(off)
    head = ["changed", "runs", "mean deviation", f"of them below {BOUND:.0%}".replace("%", " %")]
    rows = [
        [kind, str(len(found)), _range(found), str(sum(off < BOUND for off in found))]
        for kind, found in sorted(kinds.items(), key=lambda kind: np.mean(kind[1]))
    ]
    return Table(head, rows)


def _changes(setup: Setup) -> list[str]:
    """Say what differs from document 003, apart from the size of a nudge and the number of a seed."""
    changes = {
        "the pixels’ 16th digit": setup.nudge != 0,
        "another seed": setup.seed != 0,
        "pixels from 0 to 1": setup.largest == 1,
        "LeCun’s start": setup.start == "LeCun",
        f"learning rate {setup.learning_rate:g}": setup.learning_rate != 0.3,
    }
    return [change for change, made in changes.items() if made]


def causes() -> Table:
    """Return what the batches, the pixels and the start do to the accuracy on the test images, in all pairs.

    Three seeds each: their mean and, in brackets, their range. Accuracies are compared after the same number
    of epochs and after the same number of updates.

    Examples
    --------
    >>> print(causes().rows[0][:3])
    ['256', '0 to 255', 'N(0, 1)']
    """
    head = ["batch", "pixels", "start", "saturated at the start", "right after 20 epochs"]
    rows = []
    for batch_size, largest, start in product((256, 8), (255, 1), ("N(0, 1)", "LeCun")):
        setups = [Setup(batch_size, largest=largest, start=start, seed=seed) for seed in _SEEDS]
        outcomes = [load_runs()[setup] for setup in setups]
        same_updates = round(UPDATES / (60_000 // batch_size))
        shares = [
            [outcome.saturated[0] for outcome in outcomes],
            [outcome.accuracy[20] for outcome in outcomes],
            [outcome.accuracy[same_updates] for outcome in outcomes],
        ]
        rows.append([str(batch_size), f"0 to {largest}", start, *map(_range, shares)])
    return Table([*head, f"right after {UPDATES:,} updates"], rows)


def _range(shares: Iterable[float]) -> str:
    """Return the mean of shares in percent, and the least and the largest if they differ."""
    percent = [100 * share for share in shares]
    mean, least, largest = (f"{share:.1f}" for share in (np.mean(percent), min(percent), max(percent)))
    return f"{mean} %" if least == largest else f"{mean} % ({least} to {largest})"


# ---- its trainings, as its examples name them -----------------------------------------------------


@cache
def parity_run(sizes: tuple[int, ...], learning_rate: float, epochs: int, batch_size: int) -> Run:
    """Run the training of section 7.1: the first ten and the last two epochs are printed.

    Parameters
    ----------
    sizes : tuple of int
    learning_rate : float
    epochs, batch_size : int

    Examples
    --------
    >>> printed, net = parity_run((10, 3, 2), 0.3, epochs=12, batch_size=8)
    >>> len(printed["errors"]), round(printed["errors"][0], 5), net.sizes
    (12, 0.48236, [10, 3, 2])
    """
    x, t = parity(bits=sizes[0])
    errors, net = train_like_document_003(x[:700], t[:700], sizes, learning_rate, epochs, batch_size)
    return {"errors": errors[:10] + errors[-2:], "accuracy": accuracy(net, x[700:], t[700:])}, net


def mnist_run() -> Run:
    """Return what the training of section 7.2 comes to under its own conventions, as stored."""
    run = load_runs()[Setup()]
    return {"errors": [run.errors[k] for k in printed_errors()], "accuracy": run.accuracy[300]}, None

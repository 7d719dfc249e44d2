"""Document 003's run on MNIST, repeated under its own conventions, and with one or more of them changed.

The runs take minutes. `benchmarks/document_003_mnist.py` makes them and stores what comes out in
`documents/runs/mnist.toml`; here that is read and compared with what the document prints. With raw pixels a
difference in the last digit of a float grows until single epochs differ by a tenth, so no printed error can
be met digit for digit. Their mean deviation is much steadier, and that is what is judged.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields
from functools import cache
from itertools import product
from pathlib import Path
from types import MappingProxyType

import numpy as np

from backprop_lib.text import Table

BOUND = 0.05  # a run agrees if its mean deviation is less
FILE = Path(__file__).with_name("runs") / "mnist.toml"
UPDATES = 7500  # one epoch in batches of 8; those of 256 come nearest after 32 epochs
_SEEDS = (0, 1, 2)
_PLACE = "7.2, output, epoch "


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
    with FILE.parent.with_name("003.toml").open("rb") as file:
        numbers = tomllib.load(file)["number"]
    found = [(n["place"], n["printed"]) for n in numbers if n["place"].startswith(_PLACE)]
    return {int(place.removeprefix(_PLACE)): float(printed) for place, printed in found}


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
    kinds: dict[str, list[float]] = {}
    for setup, outcome in load_runs().items():
        if len(changes := _changes(setup)) < 2 and setup.batch_size == 256:
            off = mean_deviation(printed_errors(), outcome.errors)
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

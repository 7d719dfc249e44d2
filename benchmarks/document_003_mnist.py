"""Document 003's run on MNIST: under its own conventions, and with one or more of them changed.

Says how far the epoch errors of each run are from those that the document prints, and what its batches, its
raw pixels and its standard normal weights cost; stores everything for `backprop_lib.documents`. It takes
about ten minutes on two cores.

Usage: OMP_NUM_THREADS=1 python benchmarks/document_003_mnist.py [FILE]
"""

import argparse
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from itertools import product
from pathlib import Path

import numpy as np
from training import need_one_thread

from backprop_lib.datasets import mnist, one_hot
from backprop_lib.documents.document_003 import (
    FILE,
    Outcome,
    Setup,
    causes,
    deviations,
    epochs_like_document_003,
    load_runs,
    printed_errors,
)
from backprop_lib.training.batches import accuracy

SATURATED = 0.01 / 4  # a hundredth of the largest slope of a sigmoid
MARKS = (0, 1, 20, 32, 50, 100, 200, 300)  # after so many epochs it is tested


def setups() -> dict[Setup, int]:
    """Return all runs, and the number of epochs of each."""
    found = {Setup(): 300}
    found |= {Setup(nudge=k): 300 if k < 3 else 50 for k in range(1, 9)}
    found |= {Setup(seed=seed): 50 for seed in range(1, 6)}
    found |= {Setup(learning_rate=rate): 50 for rate in (0.1, 0.2, 0.4)}
    for batch_size, largest, start in product((256, 8), (255, 1), ("N(0, 1)", "LeCun")):
        for seed in range(3):
            setup = Setup(batch_size, largest=largest, start=start, seed=seed)
            found.setdefault(setup, 50 if batch_size == 256 else 20)
        rate = 0.3 * batch_size / (256 if batch_size == 8 else 8)  # in proportion to the batch
        found |= {Setup(batch_size, rate, largest, start): 50 if batch_size == 256 else 20}
    return found


def run(setup: Setup, epochs: int) -> Outcome:
    digits = mnist()
    x, t = digits.x_train.reshape(-1, 784), one_hot(digits.y_train, 10)
    unseen, wanted = digits.x_test.reshape(-1, 784), one_hot(digits.y_test, 10)
    scale = setup.largest / 255 * (1 + setup.nudge * np.finfo(float).eps)
    training = epochs_like_document_003(
        x,
        t,
        [784, 32, 10],
        setup.learning_rate,
        setup.batch_size,
        setup.seed,
        scale=scale,
        lecun=setup.start == "LeCun",
    )
    printed, errors, right, saturated = printed_errors(), {}, {}, {}
    for done, (error, in_place) in zip(range(epochs + 1), training, strict=False):
        if done - 1 in printed or done == epochs:
            errors[done - 1] = float(f"{error:.5g}")
        if done in MARKS:
            a = in_place.network.forward(scale * unseen).a[1]
            saturated[done] = round(float(np.mean(a * (1 - a) < SATURATED)), 4)
            right[done] = round(accuracy(in_place.network, unseen, wanted, scale), 4)
    return Outcome(errors, right, saturated)


def written(runs: dict[Setup, Outcome]) -> Iterator[str]:
    yield "# Document 003's run on MNIST, and others like it, by benchmarks/document_003_mnist.py: errors of"
    yield "# epochs, counted from 0; the rest after so many epochs. document_003.py says what the names mean."
    for setup, outcome in runs.items():
        yield "\n[[run]]"
        for name, value in asdict(setup).items():
            yield f'{name} = "{value}"' if isinstance(value, str) else f"{name} = {value}"
        for name, values in asdict(outcome).items():
            yield f"{name} = {{ {', '.join(f'{epoch} = {value}' for epoch, value in values.items())} }}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("file", nargs="?", type=Path, default=FILE, help="where to store the runs")
    file = parser.parse_args().file
    need_one_thread()
    todo = setups()
    with ProcessPoolExecutor() as processes:
        runs = {}
        for setup, outcome in zip(todo, processes.map(run, todo, todo.values()), strict=True):
            runs[setup] = outcome
            print(setup, f"{max(outcome.accuracy.values()):.2%} at best", flush=True)
    file.write_text("\n".join(written(runs)) + "\n", encoding="utf-8")
    if file == FILE:
        load_runs.cache_clear()
        print(deviations(), causes(), sep="\n\n")


if __name__ == "__main__":
    main()

"""How the cost of a step grows with width, depth, batch size and the number of learning rates.

Each is doubled again and again, alone, and measured against the count of operations: at first the time stays
nearly the same, because calling NumPy is what costs; later it grows as the operations do, along the dotted
line. Both axes are logarithmic, so "in proportion" is a straight line.

Usage: OMP_NUM_THREADS=1 python benchmarks/training_growth.py PICTURE [--quick] [--store]
"""

import argparse
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from pathlib import Path
from statistics import median

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import EngFormatter
from training import need_one_thread, seconds
from training_peers import Problem, lean_steps
from training_results import store

from backprop_lib import Network, sweep
from backprop_lib.drawing.canvas import COLOURS

STEPS = 20  # in one measurement
Point = tuple[str, int, Callable[[], float]]
STYLES = {
    "width": ("neurons in the hidden layer, {} to {}", "positive", "o-"),
    "depth": ("layers of 64 neurons, {} to {}", "negative", "s--"),
    "batch size": ("examples in a batch, {} to {}", "ink", "^-."),
    "learning rates": ("learning rates of a 2-2-2 network, {} to {}", "soft", "D-"),
}
FIRST = {"width": 4}  # the others begin with one


def operations(sizes: list[int], batch: int) -> int:
    """Return the multiplications and additions of one step, forward and backward, in the matrix products."""
    products = [a * b for a, b in pairwise(sizes)]
    return 2 * batch * (3 * sum(products) - products[0])


def step_of(sizes: list[int], batch: int) -> tuple[int, Callable[[], float]]:
    rng, net = np.random.default_rng(0), Network.random(sizes, loss="squared_error")
    x, t = rng.random((batch, sizes[0]), np.float32), rng.random((batch, sizes[-1]))
    steps, _ = lean_steps(Problem(net, x, t, 0.01, batch, epochs=STEPS))
    return operations(sizes, batch), lambda: seconds(steps) / STEPS


def step_at(rates: int) -> tuple[int, Callable[[], float]]:
    net, x, t, etas = Network.random([2, 2, 2]), [0.05, 0.1], [0.01, 0.99], np.geomspace(0.01, 10, rates)
    return operations(net.sizes, rates), lambda: seconds(lambda: sweep(net, x, t, etas, STEPS)) / STEPS


def points(largest: int) -> list[Point]:
    """Return what to measure: doubled again and again, `largest` times at most."""
    doubled = [2**k for k in range(largest + 1)]
    found = [("width", *step_of([64, FIRST["width"] * k, 10], 64)) for k in doubled if k <= 256]
    found += [("depth", *step_of([64] * (1 + k) + [10], 64)) for k in doubled if k <= 32]
    found += [("batch size", *step_of([64, 64, 10], k)) for k in doubled]
    return found + [("learning rates", *step_at(k)) for k in doubled]


def measured(found: list[Point], rounds: int) -> dict[str, tuple[list[int], list[float]]]:
    """Return the operations and the median times of each kind; all points take turns."""
    times: list[list[float]] = [[] for _ in found]
    for _ in range(rounds + 1):  # the first round makes arrays
        for (_, _, measure), own in zip(found, times, strict=True):
            own.append(measure())
    curves: dict[str, tuple[list[int], list[float]]] = {}
    for (kind, count, _), own in zip(found, times, strict=True):
        across, up = curves.setdefault(kind, ([], []))
        across.append(count)
        up.append(median(own[1:]))
    return curves


def flat(curves: dict[str, tuple[list[int], list[float]]]) -> dict[str, int]:
    """Return up to how many operations, and learning rates, the time stays below twice the shortest."""
    counts = {
        kind: max(count for count, time in zip(*curve, strict=True) if time < 2 * min(curve[1]))
        for kind, curve in curves.items()
    }
    rates = counts.pop("learning rates") // curves["learning rates"][0][0]
    return {"operations": min(counts.values()), "rates": rates}


def draw(curves: dict[str, tuple[list[int], list[float]]], path: Path) -> None:
    figure = Figure(figsize=(7.5, 5), layout="constrained")
    axes = figure.add_subplot(
        xscale="log",
        yscale="log",
        xlabel="multiplications and additions in the matrix products of one step",
        ylabel="time of one step",
    )
    for kind, (across, up) in curves.items():
        label, colour, style = STYLES[kind]
        first = FIRST.get(kind, 1)
        label = label.format(first, first * 2 ** (len(up) - 1))
        axes.plot(across, up, style, color=COLOURS[colour], markersize=5, label=label)
    pace = min(time / count for curve in curves.values() for count, time in zip(*curve, strict=True))
    ends = np.array([min(map(min, (up for _, up in curves.values()))) / pace / 2, max(axes.get_xlim())])
    axes.plot(ends, pace * ends, ":", color=COLOURS["ink"], label="in proportion, at the best pace of all")
    axes.yaxis.set_major_formatter(EngFormatter("s"))
    figure.legend(title="what grows", loc="outside upper left", ncols=2, frameon=False, alignment="left")
    axes.grid(color=COLOURS["line"], linewidth=0.5)
    axes.spines[["top", "right"]].set_visible(False)
    with mpl.rc_context({"svg.hashsalt": "growth"}):  # the same measurements make the same file
        figure.savefig(path, metadata={"Date": None} if path.suffix == ".svg" else None)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("picture", type=Path, help="the file to draw into: .svg, .png or .pdf")
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--store", action="store_true", help="store the figures for the README")
    chosen = parser.parse_args()
    need_one_thread()
    curves = measured(points(6 if chosen.quick else 12), 3 if chosen.quick else 15)
    for kind, (across, up) in curves.items():
        print(f"\n{kind:16}{'operations':>12}{'µs per step':>14}{'ns per 1000':>14}")
        for count, time in zip(across, up, strict=True):
            print(f"{'':16}{count:12}{1e6 * time:14.1f}{1e12 * time / count:14.1f}")
    draw(curves, chosen.picture)
    if chosen.store:
        today = date.today()
        store(growth={"day": f"{today.day} {today:%B %Y}", **flat(curves)})


if __name__ == "__main__":
    main()

"""How fast the course trains: ratios against its peers, measured side by side in one run.

Each table is one training that everybody does from the same start. They take turns, round after round, and
the figure is the time of a peer over the course's time **in the same round**: the median of the rounds and,
in brackets, the middle half of them. Time is the processor's, all threads together, so that other work on the
machine counts little. What a peer compiles in its first run is said under the table; it counts only where
everything does, from the start of Python to the result. What is not installed is named and left out
(`pip install -e .[bench]`); what is must first compute the same numbers (`training_check.py`). With `--store`
the figures go to `results.toml` beside this file, and from there into the README.

Usage: OMP_NUM_THREADS=1 python benchmarks/training.py [--quick] [--rounds N] [--store]
"""

import argparse
import gc
import os
import platform
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from importlib.metadata import PackageNotFoundError, version
from itertools import pairwise
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from shutil import which
from statistics import median
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np
from training_check import PEERS
from training_frameworks import FRAMEWORKS
from training_peers import AT_ONCE, Problem
from training_results import JAVASCRIPT, MACHINE_CODE, STRAIGHT_LINE, SWEEP, Section, digits_of, store
from training_start import even_or_odd

from backprop_lib import Network, sweep
from backprop_lib.datasets import mnist, one_hot

ONCE: dict[str, float] = {}  # what the first run of a peer took longer than the second
Rounds = dict[str, list[float]]


def digits(examples: int = 60_000) -> Problem:
    net = Network.random([784, 32, 10], seed=0, loss="squared_error")
    x, t = mnist().x_train[:examples].reshape(examples, -1), one_hot(mnist().y_train[:examples], 10)
    return Problem(net, x, t, 0.3, 256, scale=1 / 255)


def two_two_two(steps: int = 10_000) -> Problem:
    W, b = [[[0.15, 0.2], [0.25, 0.3]], [[0.4, 0.45], [0.5, 0.55]]], [[0.35, 0.35], [0.6, 0.6]]
    x, t = np.array([[0.05, 0.1]]), np.array([[0.01, 0.99]])
    return Problem(Network(W, b), x, t, 0.5, 1, "float64", epochs=steps)


def ready(name: str, p: Problem) -> Callable[[], float] | None:
    """Return a measurement of one peer, in seconds, or None if it is not installed."""
    peer = PEERS[name]
    try:
        epoch, _ = peer(p)
    except ModuleNotFoundError as missing:
        print(f"  ({name}: {missing.name} is not installed)")
        return None
    epochs = 1 if peer in AT_ONCE else p.epochs

    def run() -> None:
        for _ in range(epochs):
            epoch()

    if measured := getattr(epoch, "measured", None):  # by itself, in a process of its own
        return measured
    first, second = seconds(run), seconds(run)
    ONCE[name] = first - second  # to compile, and to make arrays
    times = int(max(1, 0.02 // second))
    return lambda: sum(seconds(run) for _ in range(times)) / times


def take_turns(measures: dict[str, Callable[[], float]], rounds: int) -> Rounds:
    gc.collect()
    gc.freeze()  # what one peer has made is not looked through while another one works
    found: Rounds = {name: [] for name in measures}
    for _ in range(rounds):
        for name, measure in measures.items():
            found[name].append(measure())
    return found


def in_words(ratios: np.ndarray) -> str:
    low, middle, high = np.percentile(ratios, [25, 50, 75])
    return f"{digits_of(middle):>7}   ({digits_of(low)} to {digits_of(high)})"


def table(title: str, found: Rounds, one: str) -> None:
    """Print a line for each peer, as multiples of `one`."""
    print(f"\n{title}\n{'':34}{'median ms':>12}   times “{one}”")
    base = np.array(found[one])
    for name, times in sorted(found.items(), key=lambda pair: np.median(np.array(pair[1]) / base)):
        print(f"{name:34}{1e3 * np.median(times):12.2f}   {in_words(np.array(times) / base)}")


def quartiles(found: Rounds, one: str, own: str = "this course") -> Section:
    """Return the ratios to `one`, which is then called `own`; what else had this name is left out."""
    names = {name: name.removesuffix(" *") for name in found if name != own} | {one: own}
    base = np.array(found[one])
    return {new: np.percentile(found[old] / base, [25, 50, 75]).tolist() for old, new in names.items()}


def compare(title: str, p: Problem, names: list[str], rounds: int, more=None, one: str = "") -> Rounds:
    measures = {name: measure for name in names if (measure := ready(name, p))} | (more or {})
    found = take_turns(measures, rounds)
    table(title, found, one or names[0])
    slow = {name: ONCE.get(name, 0) for name in measures if ONCE.get(name, 0) > max(0.1, min(found[name]))}
    if slow:
        waits = ", ".join(f"{name} {wait:.1f} s" for name, wait in slow.items())
        print(f"not in the figures: the first run took longer, by {waits}")
    return found


def limit_of(p: Problem) -> Callable[[], float]:
    """Return the least an epoch can take: bare matrix products, one read of the data, the sigmoids."""
    sizes, n = p.net.sizes, len(p.x)
    pairs = [a * b for a, b in pairwise(sizes)]
    operations = 2 * n * (3 * sum(pairs) - pairs[0])  # forward, gradient, and back through all layers but one
    square = np.random.default_rng(0).random((768, 768), dtype=np.float32)
    product = np.empty_like(square)
    z = np.zeros((p.batch_size, sum(sizes[1:])), np.float32)

    def measure() -> float:
        products = median(seconds(lambda: np.dot(square, square, product)) for _ in range(9))
        sigmoids = median(seconds(lambda: _sigmoid(z)) for _ in range(99)) * n / p.batch_size
        return operations * products / (2 * 768**3) + seconds(p.x.max) + sigmoids

    return measure


def _sigmoid(z: np.ndarray) -> None:
    np.negative(z, z)
    np.exp(z, z)
    np.add(z, np.float32(1), z)
    np.divide(np.float32(1), z, z)


def seconds(work: Callable[[], object]) -> float:
    start = process_time()
    work()
    return process_time() - start


def part_of(p: Problem, name: str, examples: int) -> dict[str, Callable[[], float]]:
    """Return a measurement on some of the examples, multiplied up to all of them."""
    some = Problem(p.net, p.x[:examples], p.t[:examples], p.learning_rate, p.batch_size, p.dtype, p.scale)
    measure = ready(name, some)
    return {f"{name} *": lambda: measure() * len(p.x) / examples} if measure else {}


def many_rates(p: Problem) -> Callable[[], float]:
    rates = np.geomspace(0.01, 10, 64)
    return lambda: seconds(lambda: sweep(p.net, p.x, p.t, rates, p.epochs))


def new_python(*arguments: str, cache: str | None = None) -> Callable[[], float]:
    """Return a measurement of a new Python; with `cache`, it keeps compiled modules there and uses them."""
    run, environment = [sys.executable, *arguments], dict(os.environ)
    if cache:
        environment |= {"PYTHONPYCACHEPREFIX": cache, "PYTHONDONTWRITEBYTECODE": ""}

    def measure() -> float:
        before = getrusage(RUSAGE_CHILDREN)
        subprocess.run(run, check=True, env=environment, stdout=subprocess.DEVNULL)
        after = getrusage(RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    if cache:
        measure()
    return measure


def from_start(names: list[str], epochs: int) -> dict[str, Callable[[], float]]:
    """Return measurements from a process's start to its result, of those that other tables found here."""
    script = str(Path(__file__).with_name("training_start.py"))
    return {name: new_python(script, name, str(epochs)) for name in names if name in ONCE}


def versions() -> str:
    found = [f"Python {platform.python_version()}"]
    for name in ("NumPy", "numba", "PyTorch", "JAX", "scikit-learn", "autograd", "micrograd"):
        try:
            found.append(f"{name} {version({'PyTorch': 'torch'}.get(name, name)).partition('+')[0]}")
        except PackageNotFoundError:
            found.append(f"no {name}")
    node = which("node")
    said = subprocess.run([node, "--version"], stdout=-1, text=True, check=True).stdout if node else ""
    return ", ".join([*found, f"Node.js {said.strip().removeprefix('v')}" if said else "no Node.js"])


def machine() -> str:
    try:
        system = platform.freedesktop_os_release()
        name = f"{system['NAME'].split()[0]} {system.get('VERSION_ID', '')}".strip()
    except OSError:
        name = platform.system()
    return f"{name}, {os.cpu_count()} cores"


def need_one_thread() -> None:
    if os.environ.get("OMP_NUM_THREADS") != "1":
        sys.exit("Set OMP_NUM_THREADS=1: small matrices are the slower for a second thread.")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--quick", action="store_true", help="fewer rounds and fewer examples")
    parser.add_argument("--rounds", type=int, help="rounds of turns, else 15, or 3 if quick")
    parser.add_argument("--store", action="store_true", help="store the figures for the README, all of them")
    chosen = parser.parse_args()
    quick, rounds = chosen.quick, chosen.rounds or (3 if chosen.quick else 15)
    need_one_thread()
    if chosen.store and (quick or "no " in versions()):
        sys.exit(f"Only a whole run is stored, of all peers; here are {versions()}.")
    print(f"{versions()}; {machine()}")
    if subprocess.run([sys.executable, Path(__file__).with_name("training_check.py")]).returncode:
        sys.exit("Nothing is measured before all peers compute the same.")

    p, own = digits(5120 if quick else 60_000), "this course"
    names = [own, "plain NumPy", *FRAMEWORKS, "autograd"]
    more = part_of(p, "document 003's algorithm", 512 if quick else 2560) | {
        "the machine's limit": limit_of(p)
    }
    on_digits = compare(f"784-32-10, batch 256, {len(p.x)} digits, one epoch", p, names, rounds, more)
    print("* measured on a part of the examples and multiplied")

    names = [name for name in PEERS if name not in (f"{own}, lean steps", STRAIGHT_LINE, JAVASCRIPT)]
    slow = ["micrograd", "document 003's algorithm", "this course, checked networks"]
    fast = [name for name in names if name not in slow]
    p = even_or_odd()
    more = {} if quick else {name: measure for name in slow if (measure := ready(name, p))}
    if quick:
        more = {k: v for name in slow for k, v in part_of(p, name, 80).items()}
    on_parity = compare("10-3-2, parity, batch 8, 700 numbers, one epoch", p, fast, rounds, more)
    compiled = ONCE.get(MACHINE_CODE, 0.0)

    p = two_two_two(1000 if quick else 10_000)
    names = [
        own,
        STRAIGHT_LINE,
        MACHINE_CODE,
        JAVASCRIPT,
        f"{own}, lean steps",
        "plain NumPy",
        "this course, checked networks",
    ]
    names += [*FRAMEWORKS, "micrograd", "autograd"]
    if quick:
        names = [name for name in names if name not in ("micrograd", "autograd", "scikit-learn")]
    in_steps = compare(f"2-2-2, one example, {p.epochs} steps", p, names, rounds)

    lean = f"{own}, lean steps"
    title = f"2-2-2, one example, {p.epochs} steps: one learning rate, and 64 at once"
    at_once = compare(title, p, [lean], rounds, {SWEEP: many_rates(p)}, lean)

    names = [own, "plain NumPy", "autograd", "JAX, compiled as a whole", "scikit-learn"]
    names += ["PyTorch, modules and SGD"]
    names += [] if quick else ["JAX, compiled step", "PyTorch, updates by hand", "micrograd"]
    started = take_turns(from_start(names, 20), 1 if quick else 3)
    table("10-3-2, parity, 20 epochs, from the start of a new Python to the result", started, own)

    with TemporaryDirectory() as cache:
        measures = {
            f"import {m}": new_python("-c", f"import {m}", cache=cache) for m in ("numpy", "backprop_lib")
        }
        table("A new Python", take_turns(measures, rounds), "import numpy")

    if chosen.store:
        today = date.today()
        saved = median(on_parity[own]) - median(on_parity[MACHINE_CODE])
        store(
            run={
                "rounds": rounds,
                "day": f"{today.day} {today:%B %Y}",
                "machine": machine(),
                "versions": versions(),
            },
            digits=quartiles(on_digits, own),
            parity=quartiles(on_parity, own),
            steps=quartiles(in_steps, own),
            sweep=quartiles(at_once, lean),
            start=quartiles(started, own),
            compile={"seconds": compiled, "saved_by_an_epoch": saved},
        )


if __name__ == "__main__":
    main()

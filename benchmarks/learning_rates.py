"""What the chapters say about learning rates and causes, each beside the experiment that could refute it.

What a rate does must survive ten times the updates and another order of summation, or the text says that it
depends on them. A cause is tried by changing that one thing alone. Each experiment names the cells whose
sentences it carries, and yields figures: a name, what was found, and whether it is as the sentence says.

Usage: python benchmarks/learning_rates.py [--all] [CELL ...]

Without `--all` the experiments that take long are left out. CELL is the beginning of a cell's place, such as
01 or 04:slider-after.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import numpy as np
from compiled import compile_batches, compile_training

from backprop_lib import Network, derive, sweep, train
from backprop_lib.datasets import mnist, one_hot, parity
from backprop_lib.documents.document_003 import train_like_document_003
from backprop_lib.training.batches import accuracy
from backprop_lib.training.outcomes import Outcome
from backprop_lib.training.sweeping import loss_on_grid
from backprop_lib.training.trainer import Trainer

Array = np.ndarray
Figure = tuple[str, object, bool]
Example = tuple[Network, Array, Array]


@dataclass(frozen=True)
class Statement:
    """A sentence of the course, the cells that say it, and the experiment that could refute it."""

    cells: tuple[str, ...]
    sentence: str
    experiment: Callable[[], Iterator[Figure]]
    long: bool


STATEMENTS: list[Statement] = []


def carries(*cells: str, says: str, long: bool = False) -> Callable[..., Callable[[], Iterator[Figure]]]:
    """Note the experiment that is defined next beside the sentence that rests on it."""

    def note(experiment: Callable[[], Iterator[Figure]]) -> Callable[[], Iterator[Figure]]:
        STATEMENTS.append(Statement(cells, says, experiment, long))
        return experiment

    return note


# ---- the examples, and other orders of summation -------------------------------------------------


def example(net: Network, x: object, t: object) -> Example:
    return net, np.array(x, float), np.array(t, float)


ONE_PATH = example(Network([[[0.5]], [[0.5]]]), [0.1], [0.9])
CROSSED = Network([[[0.8]], [[0.6]]], loss="binary_cross_entropy")
FOUR = example(CROSSED, [[0.5], [1.0], [2.0], [3.0]], [[1.0], [0.0], [1.0], [1.0]])
TWO_PATHS = example(Network([[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]]), [0.2, 0.5], [0.2, 0.7])
ROWS = [[0.6, 0.1, 0.15, 0.25], [0.2, 0.8, 0.4, 0.5], [0.1, 0.05, 0.3, 0.05]]
LAYER = example(Network([ROWS]), [1.0, 0.5, 0.8, 0.6], [1.0, 0.9, 0.5])
BOWL = example(Network([[[10.0], [10.0]]], activation="identity", loss="squared_error"), [1.0], [0.0, 0.0])


def other_orders(net: Network, x: Array, t: Array) -> list[Example]:
    """Return the same example three times: as it is, with its sums in reverse, and with nudged weights.

    In reverse are the inputs, the hidden neurons and the examples. The nudge is a few ulps.
    """
    last = len(net.weights) - 1
    turned = [W[:, ::-1] if layer == last else W[::-1, ::-1] for layer, W in enumerate(net.weights)]
    rows = (slice(None, None, -1),) * x.ndim
    nudged = [W * (1 + 4e-16) for W in net.weights]
    return [
        (net, x, t),
        (net.replace(turned, None), x[rows], t[::-1] if t.ndim > 1 else t),
        (net.replace(nudged, None), x, t),
    ]


def outcomes(case: Example, rates: list[float], updates: int, goal: float) -> dict[float, list[Outcome]]:
    """Return how the training ends at each rate, in each order of summation."""
    runs = [sweep(*order, rates, updates, goal) for order in other_orders(*case)]
    return {eta: [run.outcome(r) for run in runs] for r, eta in enumerate(rates)}


def log_rate(around: float, step: int) -> float:
    """Return a rate of a chapter's slider, which has fifteen to a decade."""
    return float(around * 10.0 ** (step / 15))


def counted(name: str, ends: list[Outcome], updates: int) -> Figure:
    """Say after how many updates the goal was reached, in each order of summation."""
    found = [end.updates if end.kind == "converges" else None for end in ends]
    return name, found, found == [updates] * len(found)


def ended(name: str, ends: list[Outcome], kind: str, low: float = 0, high: float = np.inf) -> Figure:
    """Say how the training ended in each order, and whether its loss lies between two bounds."""
    found = [f"{end.kind}, E = {end.loss:.5g}" for end in ends]
    return name, found, all(end.kind == kind and low <= end.loss <= high for end in ends)


def between(name: str, value: float, low: float, high: float) -> Figure:
    return name, f"{value:.6g}", bool(low <= value <= high)


def exactly(name: str, value: object, expected: object) -> Figure:
    return name, value, value == expected


def sigmoid(z: Array | float) -> Array:
    return np.asarray(1 / (1 + np.exp(-np.asarray(z))))


def loss_after(case: Example, eta: float, updates: int) -> float:
    return float(train(*case, eta, updates).loss[-1])


def run_for_long(case: Example, eta: float, looks: list[int]) -> list[float]:
    """Return the loss after so many updates, which take microseconds as a program of plain numbers."""
    net, x, t = case
    run, network = compile_batches(derive(net), machine_code=False)(x, t, eta)
    losses, done = [], 0
    for updates in looks:
        run(updates - done)
        done = updates
        losses.append(network().loss(x, t))
    return losses


# ---- chapter 1 -----------------------------------------------------------------------------------

GOAL = 5e-5


def updates_to_goal(net: Network, target: float, eta: float) -> int:
    """Count the updates on chapter 1's example, of at most 50,000."""
    losses, _ = compile_training(derive(net))([0.1], [target], eta, 50_000)
    return int((losses < GOAL).argmax())


@carries("01:slider-after", says="A tenth of the rate needs ten times the updates: 0.09, 0.9 and 9")
def a_tenth_of_the_rate() -> Iterator[Figure]:
    ends = outcomes(ONE_PATH, [0.09, 0.9, 9.0], 82_000, GOAL)
    for eta, updates in ((0.09, 8134), (0.9, 812), (9.0, 80)):
        yield counted(f"updates at {eta}", ends[eta], updates)


@carries(
    "01:race-after", says="Ten times the rate is the same curve, moved to the left, while steps are small"
)
def the_same_curve() -> Iterator[Figure]:
    slow, fast, leaps = (train(*ONE_PATH, eta, 800).loss for eta in (0.9, 9.0, 90.0))
    yield between("0.9 and 9: largest ratio of the losses", abs(fast[:81] / slow[::10] - 1).max(), 0, 0.15)
    yield between("9 and 90: the same", abs(leaps[1:9] / fast[10:81:10] - 1).max(), 0.9, np.inf)


@carries(
    "01:slider-after", says="Around 90 a single update lands in the valley, and stays there if not stopped"
)
def one_update_lands() -> Iterator[Figure]:
    yield counted("updates at 90", outcomes(ONE_PATH, [90.0], 100, GOAL)[90.0], 1)
    on = train(*ONE_PATH, 90.0, 10_000).loss
    yield between("largest loss in the 10,000 updates after it", on[1:].max(), 0, GOAL)


@carries("01:slider-after", says="Above 100 the way back is slow because the sigmoid is flat there")
def the_way_back() -> Iterator[Figure]:
    def updates(eta: float, flat: bool) -> int:
        """Count the updates; where it is not flat, the output's slope is ¼ from the second update on."""
        w1 = w2 = 0.5
        for k in range(100_000):
            a1 = sigmoid(w1 * 0.1)
            a2 = sigmoid(w2 * a1)
            if (0.9 - a2) ** 2 / 2 < GOAL:
                return k
            delta2 = (a2 - 0.9) * (a2 * (1 - a2) if flat or k == 0 else 0.25)
            w1, w2 = w1 - eta * delta2 * w2 * a1 * (1 - a1) * 0.1, w2 - eta * delta2 * a1
        return 100_000

    for eta, slow in ((300.0, 109), (487.1, 2760)):
        yield exactly(f"updates at {eta}", updates(eta, flat=True), slow)
        yield exactly(f"updates at {eta}, with a slope of ¼ on the way back", updates(eta, flat=False), 4)


@carries(
    "01:slider-after",
    "01:race-text",
    says="From 570 on it saturates for 8200 updates; 568 is back after 12,427, 662 after 76,105",
)
def saturation_is_slowness() -> Iterator[Figure]:
    rates = [log_rate(0.9, 42), log_rate(0.9, 43), log_rate(0.9, 44), 900.0]
    short, long = (outcomes(ONE_PATH, rates, updates, GOAL) for updates in (8200, 82_000))
    for eta in rates:
        yield ended(f"{eta:.4g} after 8200", short[eta], "saturates", 0.00499, 0.005001)
        first = ONE_PATH[0].step(ONE_PATH[0].gradients(*ONE_PATH[1:]), eta).forward([0.1]).a[-1][0]
        yield between(f"output after one update at {eta:.4g}", first, 0.999997, 1)
    yield counted("updates at 568", long[rates[0]], 12_427)
    yield counted("updates at 662", long[rates[1]], 76_105)
    yield ended("900 after 82,000", long[900.0], "saturates", 0.00499, 0.005001)


@carries("01:slider-after", says="900 is back after nine million updates", long=True)
def nine_million() -> Iterator[Figure]:
    for eta, looks in ((log_rate(0.9, 44), (670_000, 680_000)), (900.0, (9_200_000, 9_400_000))):
        before, after = run_for_long(ONE_PATH, eta, list(looks))
        yield f"E at {eta:.4g} after {looks}", (before, after), before > GOAL > after


@carries("01:slider-after", says="Nothing explodes, because no sigmoid output leaves the range from 0 to 1")
def nothing_explodes() -> Iterator[Figure]:
    without = Network(ONE_PATH[0].weights, activation=["sigmoid", "identity"])
    yield between("largest loss at 900", train(*ONE_PATH, 900.0, 1000).loss.max(), 0, 0.5 * 0.9**2)
    yield between(
        "without the output's sigmoid", train(without, [0.1], [0.9], 900.0, 1).loss[-1], 20_000, 21_000
    )


@carries(
    "01:walk-after",
    says=(
        "Above the valley the gradient is nearly forty times smaller: the slope about a twelfth, "
        "the error the rest"
    ),
)
def above_the_valley() -> Iterator[Figure]:
    found, starts = [], [ONE_PATH[0].with_values({"w1[0,0]": -3.0, "w2[0,0]": w2}) for w2 in (1.0, 9.0)]
    for net in starts:
        a2 = net.forward([0.1]).a[-1][0]
        size = np.linalg.norm(list(net.gradients([0.1], [0.9]).by_name().values()))
        found.append((size, a2 * (1 - a2), abs(a2 - 0.9)))
    for name, (below, above), low, high in zip(
        ("gradient", "slope of the sigmoid", "error"),
        zip(*found, strict=True),
        (36, 11, 3),
        (40, 12, 4),
        strict=True,
    ):
        yield between(f"{name}: below, times that above", below / above, low, high)
    for updates, low, high in ((100, 1e-3, 1e-2), (1000, 0, 1e-9)):
        yield between(
            f"E from above after {updates}", loss_after((starts[1], *ONE_PATH[1:]), 9.0, updates), low, high
        )


@carries(
    "01:delta-after",
    says="w1 learns forty times more slowly than w2 because of the small input and the slopes",
)
def forty_times() -> Iterator[Figure]:
    for x, low, high in ((0.1, 40, 42), (1.0, 5, 5.5)):
        g = ONE_PATH[0].gradients([x], [0.9]).by_name()
        yield between(f"ratio of the gradients at x = {x}", g["w2[0,0]"] / g["w1[0,0]"], low, high)


@carries(
    "audit/002:claim-start-after",
    "09:words-start",
    says=(
        "From w1 = −1000 the gradients are not 0, but too small for sixteen digits; from +1000 it takes 220"
    ),
)
def starts_far_away() -> Iterator[Figure]:
    net, x, t = ONE_PATH
    stuck = net.with_values({"w1[0,0]": -1000.0})
    g = stuck.gradients(x, t).by_name()
    yield between("∂E/∂w1 from −1000", g["w1[0,0]"], -1.9e-46, -1.8e-46)
    yield between("∂E/∂w2 from −1000", g["w2[0,0]"], -3.8e-45, -3.7e-45)
    _, after = compile_training(derive(stuck), keep_losses=False)(x, t, 0.9, 50_000)
    yield exactly("weights after 50,000 updates", after.by_name(), stuck.by_name())
    for w1, updates in ((1000.0, 220), (-50.0, 28_045)):
        start = net.with_values({"w1[0,0]": w1})
        yield exactly(f"updates from {w1:g}", updates_to_goal(start, 0.9, 0.9), updates)


@carries("01:exercises", says="With the target 1 the training takes twenty times as long")
def target_one() -> Iterator[Figure]:
    for target, updates in ((0.9, 812), (0.95, 1776), (0.99, 7363), (1.0, 17_462)):
        found = updates_to_goal(ONE_PATH[0], target, 0.9)
        yield exactly(f"updates for the target {target}", found, updates)


# ---- chapter 2 -----------------------------------------------------------------------------------


@carries(
    "02:saturated-text",
    says=(
        "Saturated at the wrong end, a neuron learns next to nothing by the squared error; now "
        "the error gets through"
    ),
)
def saturated_output() -> Iterator[Figure]:
    for loss, low, high in (("half_squared_error", 2e-7, 3e-7), ("binary_cross_entropy", 0.49, 0.5)):
        net = Network([[[0.8]], [[-20.0]]], loss=loss)
        path = sweep(net, [1.5], [1.0], [0.5], 10_000).path[..., 0]
        for updates in (100, 10_000):  # of cross-entropy: by then the hidden neuron is silent
            w1, w2 = path[updates]
            output = float(sigmoid(w2 * sigmoid(w1 * 1.5)))
            yield between(f"output after {updates}, {loss}", output, low, high)


@carries(
    "02:saturated-predict",
    says=(
        "From w2 = −8 cross-entropy brings the output close to its target in 100 updates of w2; with "
        "the half squared error it hardly moves, because of the slope alone"
    ),
)
def saturated_second_weight() -> Iterator[Figure]:
    a1 = float(sigmoid(1.2))
    for name, keeps, low, high in (
        ("cross-entropy", 0.0, 0.95, 1.0),
        ("half squared error", 1.0, 0.002, 0.003),
    ):
        w2 = -8.0
        for _ in range(100):
            a2 = float(sigmoid(w2 * a1))
            w2 -= 0.5 * (a2 - 1) * (a2 * (1 - a2)) ** keeps * a1
        yield between(f"output after 100, {name}", float(sigmoid(w2 * a1)), low, high)


@carries(
    "02:mean-times",
    "09:factor-mean",
    says="Without Σ and 1/n, one example's gradient is left: never n times the mean",
)
def one_examples_gradient() -> Iterator[Figure]:
    net, X, T = FOUR
    g = net.gradients(X, T).by_name()["w2[0,0]"]
    ratios = [net.gradients(x, t).by_name()["w2[0,0]"] / g for x, t in zip(X, T, strict=True)]
    yield exactly("times the mean", [round(r, 2) for r in ratios], [2.05, -3.46, 2.62, 2.79])


@carries(
    "02:walk-text",
    "02:walk-after",
    says="From −1 to the compromise, from −2 down the other valley, at rates 5 and 0.5",
)
def both_sides_of_the_ridge() -> Iterator[Figure]:
    net, X, T = FOUR
    for w1, low, high in ((-1.0, 0.53840, 0.53841), (-2.0, 0.57, 0.62)):
        start = (net.with_values({"w1[0,0]": w1, "w2[0,0]": 3.0}), X, T)
        for n, order in enumerate(other_orders(*start)[:2]):
            loss = sweep(*order, [0.5, 5.0], 2000).loss
            for name, E in (
                ("0.5 after 2000", loss[2000, 0]),
                ("5 after 200", loss[200, 1]),
                ("2000", loss[2000, 1]),
            ):
                yield between(f"E from {w1:g} at {name}, order {n}", E, low, high)


@carries(
    "02:slider-after",
    says=("Up to 6 no step rises or goes back; from 7 to 12 it overshoots and settles; at 15 it never does"),
)
def from_smooth_to_leaps() -> Iterator[Figure]:
    rates = [0.5, 6.0, 8.0, 12.0, 15.0]
    for order in other_orders(*FOUR)[:2]:
        runs = sweep(*order, rates, 10_000)
        steps = np.diff(runs.path[:40], axis=0)
        back = ((steps[1:] * steps[:-1]).sum(axis=1) < 0).any(axis=0)
        rests = np.ptp(runs.loss[-10:], axis=0) < 1e-9
        yield exactly(f"a step goes back at {rates}", back.tolist(), [False, False, True, True, True])
        yield exactly("comes to rest in 10,000 updates", rests.tolist(), [True, True, True, True, False])


@carries(
    "02:slider-after",
    says=(
        "From 20 to 50 E is above 0.55 after 1000 updates; ten to a hundred times as many bring "
        "it below the goal"
    ),
)
def other_valley() -> Iterator[Figure]:
    rates = [log_rate(0.5, step) for step in range(24, 31)]
    for updates, kinds, low, high in (
        (1000, {"crawls"}, 0.55, 0.57),
        (10_000, {"stalls", "crawls"}, 0.54, 0.546),
    ):
        for eta, ends in outcomes(FOUR, rates, updates, 0.54).items():
            found = [f"{end.kind}, {end.loss:.4f}" for end in ends]
            yield (
                f"{eta:.3g} after {updates}",
                found,
                all(e.kind in kinds and low < e.loss < high for e in ends),
            )


@carries("02:slider-after", says="The same valley, a hundred times the updates", long=True)
def other_valley_later() -> Iterator[Figure]:
    for eta in (log_rate(0.5, 24), 50.0):
        yield between(f"E at {eta:.3g} after 100,000", run_for_long(FOUR, eta, [100_000])[0], 0.53, 0.535)


@carries(
    "02:slider-after",
    says=(
        "From 60 on E is ln 2 after 1000 updates, because the hidden neuron is silent; 58 gets away in 10,000"
    ),
)
def guessing() -> Iterator[Figure]:
    X = FOUR[1]
    rates = [log_rate(0.5, 31), log_rate(0.5, 33), 500.0]
    for eta, ends in outcomes(FOUR, rates, 1000, 0.54).items():
        yield ended(f"{eta:.3g} after 1000", ends, "saturates", 0.6931, 0.6932)
        hidden, output = train(*FOUR, eta, 1000).network.forward(X).a[1:]
        yield between(f"largest hidden activation at {eta:.3g}", hidden.max(), 0, 0.001)
        yield between(f"output's distance from ½ at {eta:.3g}", abs(output - 0.5).max(), 0, 0.01)
    later = outcomes(FOUR, rates, 10_000, 0.54)
    yield ended("58 after 10,000", later[rates[0]], "crawls", 0.54, 0.55)
    for eta in rates[1:]:
        yield ended(f"{eta:.3g} after 10,000", later[eta], "saturates", 0.6931, 0.6932)


@carries(
    "02:slider-after", says="68 gets away in 100,000 updates; from 80 on a million change nothing", long=True
)
def guessing_for_long() -> Iterator[Figure]:
    yield between("E at 68 after 100,000", run_for_long(FOUR, log_rate(0.5, 32), [100_000])[0], 0.53, 0.54)
    for step in (33, 38, 45):
        eta = log_rate(0.5, step)
        yield between(
            f"E at {eta:.3g} after 1,000,000", run_for_long(FOUR, eta, [1_000_000])[0], 0.69314, 0.693155
        )


@carries(
    "audit/004:believe-after",
    "audit/004:elsewhere-after",
    "02:slips-after",
    "02:slips-answer",
    says=("As printed, z2 is driven to 0 and the network guesses for good; above z2 = 1 the errors cancel"),
)
def as_printed() -> Iterator[Figure]:
    a1 = float(sigmoid(1.2))
    for start, low, high in (
        (0.6, 0.6931, 0.6932),
        (1.2, 0.6931, 0.6932),
        (-0.5, 0.6931, 0.6932),
        (2.0, 0, 0.01),
    ):
        w2 = start
        for _ in range(400):
            z2 = w2 * a1
            if z2 > 30:  # as good as right
                break
            w2 -= 0.5 * z2 * (1 - z2) * a1 / float(sigmoid(z2))
        yield between(f"E from w2 = {start}", float(np.log1p(np.exp(-w2 * a1))), low, high)


@carries(
    "audit/004:claim-end-text",
    "audit/004:claim-value-text",
    "02:exercises",
    says="With one example E falls for ever; rate 1 learns; with four targets of 1 it never rests",
)
def falls_for_ever() -> Iterator[Figure]:
    losses = train(CROSSED, [1.5], [1.0], 1.0, 2000).loss
    yield exactly("updates of 2000 that do not lower E", int((np.diff(losses) >= 0).sum()), 0)
    yield between("E of the four examples at rate 1", loss_after(FOUR, 1.0, 2000), 0.53840, 0.53841)
    ends = [loss_after((CROSSED, FOUR[1], np.ones((4, 1))), 0.5, updates) for updates in (1000, 10_000)]
    yield "E with four targets of 1, after 1000 and 10,000", ends, ends[1] < ends[0] / 5


# ---- chapter 3 -----------------------------------------------------------------------------------


def printed_step(net: Network, x: Array, t: Array) -> list[Array]:
    """Return the gradients of document 001's program: a neuron's own activation where the input belongs."""
    g, a = net.gradients(x, t), net.forward(np.atleast_2d(x)).a[1]
    return [np.outer(np.mean(g.deltas[0] * a, axis=0), [1, 1]), g.weights[1]]


def losses_by(step: Callable[..., list[Array]], x: Array, t: Array, updates: int) -> Array:
    net, losses = TWO_PATHS[0], []
    for _ in range(updates):
        losses.append(net.loss(x, t))
        net = net.replace([W - 0.3 * g for W, g in zip(net.weights, step(net, x, t), strict=True)], None)
    return np.array([*losses, net.loss(x, t)])


def second_layer_only(net: Network, x: Array, t: Array) -> list[Array]:
    return [np.zeros((2, 2)), net.gradients(x, t).weights[1]]


def differences_held(net: Network, x: Array, t: Array) -> list[Array]:
    g = net.gradients(x, t).weights
    return [g[0].mean(axis=1, keepdims=True) * np.ones((1, 2)), g[1]]


@carries(
    "03:slice-after",
    says=(
        "Two weights into a neuron take less than a tenth of the loss in 300 updates, never a "
        "seventh, because both weights behind are positive"
    ),
)
def into_a_neuron() -> Iterator[Figure]:
    net, x, t = TWO_PATHS
    for turned, low, high in ((None, 0.13, 1 / 7), ((0, 0), 0.35, 0.4), ((1, 0), 0.32, 0.36)):
        W2 = np.array(net.weights[1])
        if turned:
            W2[turned] *= -1
        other = net.replace([net.weights[0], W2], None)
        least = loss_on_grid(other, x, t, {"w1[0,0]": np.linspace(-200, 200, 2001)}).min()
        name = f"w2[{turned[0]},{turned[1]}] turned" if turned else "as it is"
        yield between(f"{name}: at most", 1 - least / other.loss(x, t), low, high)
    W1 = net.weights[0].copy()
    for k in range(3001):
        now = net.replace([W1, net.weights[1]], None)
        if k in (300, 3000):
            low, high = (0.08, 0.1) if k == 300 else (0.12, 0.14)
            yield between(f"after {k}", 1 - now.loss(x, t) / net.loss(x, t), low, high)
        W1[0] -= 3.0 * now.gradients(x, t).weights[0][0]


@carries(
    "03:slider-after",
    says=(
        "0.1 is not finished after 1000 updates, 0.3 after 635; around 35 three; from 40 on more "
        "and more, 30 at 190"
    ),
)
def ways_to_the_goal() -> Iterator[Figure]:
    counts = {0.3: 635, log_rate(0.3, 31): 3, log_rate(0.3, 32): 5, log_rate(0.3, 42): 30}
    ends = outcomes(TWO_PATHS, [0.1, *counts], 10_000, 1e-5)
    for eta, updates in counts.items():
        yield counted(f"updates at {eta:.3g}", ends[eta], updates)
    yield ended("0.1 after 1000", outcomes(TWO_PATHS, [0.1], 1000, 1e-5)[0.1], "crawls", 0.0003, 0.00033)
    yield "0.1 after 10,000", ends[0.1][0].kind, ends[0.1][0].kind == "converges"


@carries(
    "03:slider-after",
    says=("From 40 on the first output falls to where its sigmoid is flat: not yet at 40, certainly at 160"),
)
def the_first_output() -> Iterator[Figure]:
    net, x, t = TWO_PATHS
    for eta, low, high in (
        (log_rate(0.3, 32), 0.14, 0.15),
        (log_rate(0.3, 35), 0.049, 0.051),
        (log_rate(0.3, 41), 0, 0.001),
    ):
        first = net.step(net.gradients(x, t), eta).forward(x).a[-1][0]
        yield between(f"first output after one update at {eta:.3g}", first, low, high)


@carries(
    "03:exercises",
    says=("220 is luck: 33 updates, but not stopped it swings on; above, it swings for 10,000 updates too"),
)
def luck_at_220() -> Iterator[Figure]:
    lucky = log_rate(0.3, 43)
    yield counted("updates at 220", outcomes(TWO_PATHS, [lucky], 1000, 1e-5)[lucky], 33)
    rates = [log_rate(0.3, 41), lucky, 300.0]
    last = sweep(*TWO_PATHS, rates, 10_000).loss[-100:].max(axis=0)
    for eta, found, low, high in zip(rates, last, (0, 1e-3, 0.01), (1e-20, 0.01, 0.02), strict=True):
        yield between(f"largest of the last losses at {eta:.3g}", found, low, high)


@carries(
    "03:one-step-text",
    says="As printed it ends a little better, and the second layer could do it alone",
)
def the_wrong_gradient_learns() -> Iterator[Figure]:
    _, x, t = TWO_PATHS
    for updates in (1000, 2000):
        right, printed = train(*TWO_PATHS, 0.3, updates).loss[-1], losses_by(printed_step, x, t, updates)[-1]
        yield f"E after {updates}, right and as printed", (right, printed), printed < right
    yield between("E after 1000, second layer only", losses_by(second_layer_only, x, t, 1000)[-1], 0, 1e-6)


@carries(
    "03:minus-after",
    says=("With −1 the first layer pushes against the second: E rises in more than half of the updates"),
)
def the_first_layer_pushes() -> Iterator[Figure]:
    x, t = np.array([-1.0, -1.0]), TWO_PATHS[2]
    for name, step, updates, low, high in (
        ("as printed", printed_step, 1000, 501, 1000),
        ("as printed", printed_step, 2000, 1001, 2000),
        ("with the first layer held", second_layer_only, 1000, 0, 0),
    ):
        rises = int((np.diff(losses_by(step, x, t, updates)) > 0).sum())
        yield between(f"updates of {updates} that raise E, {name}", rises, low, high)


@carries(
    "audit/001:two-after",
    says=("It hardly learns, because both weights of a neuron take the same step: 0.05 after 10,000 updates"),
)
def the_same_step() -> Iterator[Figure]:
    X, t = np.eye(2), TWO_PATHS[2]
    T = np.array([t, t[::-1]])
    printed = losses_by(printed_step, X, T, 10_000)
    yield between("as printed after 1000", printed[1000], 0.060, 0.061)
    yield between("as printed after 10,000", printed[-1], 0.0495, 0.0505)
    yield between("right after 1000", loss_after((TWO_PATHS[0], X, T), 0.3, 1000), 0.003, 0.0035)
    held = losses_by(differences_held, X, T, 1000)[-1]
    yield between("right, only the differences held, after 1000", held, 0.060, 0.061)
    a = sigmoid(X @ TWO_PATHS[0].weights[0].T)
    W2 = np.linalg.solve(a, np.log(T / (1 - T))).T
    reached = TWO_PATHS[0].replace([TWO_PATHS[0].weights[0], W2], None).loss(X, T)
    yield between("yet a second layer can do it: E", reached, 0, 1e-20)
    yield between("with weights up to", abs(W2).max(), 25, 35)


@carries(
    "audit/001:claim-rate-text",
    "audit/001:claim-converge-text",
    says=("0.3 is better than 0.1 after 1000 updates and after 10,000; a contradiction stays at 0.0625"),
)
def better_rate() -> Iterator[Figure]:
    net, x, t = TWO_PATHS
    for updates in (1000, 5000):
        low, high = (loss_after(TWO_PATHS, eta, updates) for eta in (0.1, 0.3))
        yield f"E at 0.1 and 0.3 after {updates}", (low, high), high < low
        both = loss_after((net, np.array([x, x]), np.array([t, t[::-1]])), 0.3, updates)
        yield between(f"E of the contradiction after {updates}", both, 0.0624999, 0.0625001)


# ---- chapter 5 -----------------------------------------------------------------------------------


@carries("05:train-after", says="It takes its time because the first target is 1")
def a_target_of_one() -> Iterator[Figure]:
    net, h, _ = LAYER
    for target, updates in ((1.0, 1170), (0.99, 580), (0.95, 155), (0.9, 82)):
        run = train(net, h, [target, 0.9, 0.5], 1.0, 10_000, stop_below=1e-4)
        yield exactly(f"updates for a first target of {target}", run.updates, updates)


def walked(starts: Array, eta: float, steps: int) -> Array:
    slope, at = np.polynomial.Polynomial([16, 0, -3, -1 / 3, 1 / 4]).deriv(), np.array(starts, float)
    with np.errstate(over="ignore", invalid="ignore"):
        for _ in range(steps):
            at = at - eta * slope(at)
    return at


@carries(
    "05:landscape-after",
    "audit/000:claim-descent-after",
    says="Left of 0 to −2, right of 0 to 3, as far as the slider goes; long steps leap and swing",
)
def walkers() -> Iterator[Figure]:
    starts = np.array([n / 5 for n in range(-17, 23) if n])
    for steps in (1000, 10_000):
        wanted = np.where(starts < 0, -2.0, 3.0)
        yield exactly(
            f"short steps arrive, {steps}", bool(np.allclose(walked(starts, 0.02, steps), wanted)), True
        )
        ends = walked(starts, 0.15, steps)
        swing = ends[(abs(ends + 2) > 1e-6) & (abs(ends - 3) > 1e-6)]
        places = sorted({round(float(end), 2) for end in swing})
        yield exactly(f"long steps swing between, {steps}", places, [2.41, 3.35])
    far = walked(np.array([-8.0, 9.0]), 0.02, 1000)
    yield exactly("from −8 and 9", far.round(6).tolist(), [3.0, -2.0])


@carries(
    "05:slider-after",
    says=(
        "Up to 14 a smooth descent; from 16 to 30 the third output swings; each output has a limit of its own"
    ),
)
def limits_of_the_outputs() -> Iterator[Figure]:
    net, h, t = LAYER
    limits = 2 / ((t * (1 - t))[1:] ** 2 * (h @ h))
    yield between("limit of the second output", limits[0], 109, 111)
    yield between("limit of the third output", limits[1], 14.2, 14.3)
    rates = [14.0, log_rate(1, 18), log_rate(1, 21)]
    runs = sweep(net, h, t, rates, 50_000)
    for r, eta in enumerate(rates):
        for updates in (5000, 50_000):
            late = runs.path[updates - 20 : updates + 1, :, r].reshape(-1, 3, 4)
            moves = np.ptp(sigmoid(late @ h), axis=0) > 1e-3
            yield exactly(f"{eta:.4g} after {updates}: which swing", moves.tolist(), [False, False, r > 0])


@carries(
    "05:slider-after",
    says=(
        "From 34 to 100 luck: training stops at the first loss below the goal, after a number "
        "that rounding decides"
    ),
)
def luck_and_rounding() -> Iterator[Figure]:
    rates = [log_rate(1, step) for step in range(23, 31)]
    below = (sweep(*LAYER, rates, 5000).loss < 1e-4).mean(axis=0)
    for share, (eta, ends) in zip(below, outcomes(LAYER, rates, 5000, 1e-4).items(), strict=True):
        updates = [end.updates for end in ends]
        same = len(set(updates)) == 1
        yield (
            f"updates at {eta:.4g}",
            updates,
            same == (eta < 60) and all(e.kind == "converges" for e in ends),
        )
        yield between(f"share of 5000 updates below the goal at {eta:.4g}", share, 1e-4, 0.04)


@carries(
    "05:slider-after", says="From 117 on the third output is stuck at 0 or 1; from 300 on the second too"
)
def stuck_outputs() -> Iterator[Figure]:
    yield from stuck_after(5000, [log_rate(1, 31), log_rate(1, 37), 1000.0])


def stuck_after(updates: int, rates: list[float]) -> Iterator[Figure]:
    for eta, ends in outcomes(LAYER, rates, updates, 1e-4).items():
        low, high = (0.125, 0.1256) if eta < 200 else (0.12999, 0.13001)
        yield ended(f"{eta:.4g} after {updates}", ends, "saturates", low, high)


@carries(
    "05:slider-after",
    says="At 117 it hardly comes back; from 300 on five million updates do not bring them back",
    long=True,
)
def stuck_for_long() -> Iterator[Figure]:
    losses = train(*LAYER, log_rate(1, 31), 50_000).loss
    yield between("share of 50,000 updates with E below 0.1 at 117", np.mean(losses < 0.1), 0.001, 0.01)
    yield from stuck_after(50_000, [log_rate(1, 37), 1000.0])
    for order in other_orders(*LAYER)[:2]:
        for step, low, high in ((31, 0.125, 0.1256), (37, 0.12999, 0.13001), (45, 0.12999, 0.13001)):
            eta = log_rate(1, step)
            yield between(
                f"E at {eta:.4g} after 5,000,000", run_for_long(order, eta, [5_000_000])[0], low, high
            )


@carries(
    "05:heuristic-after",
    says=(
        "The bare error points uphill because the second output is sure and wrong; the shares "
        "also because a row adds up to −0.2"
    ),
)
def which_way_stand_ins_point() -> Iterator[Figure]:
    V, x = np.array([[0.5, -0.4], [-0.3, 0.8], [0.9, 0.2], [-0.6, -0.7]]), np.array([1.0, 0.5])
    bold = np.array([ROWS[0], [4.0, 3.0, 2.0, 3.0], [-0.5, 0.2, -0.3, 0.4]])
    unsure, gentle, both = bold.copy(), bold.copy(), bold.copy()
    unsure[1] *= 0.1
    gentle[2] = ROWS[2]
    both[1], both[2] = unsure[1], gentle[2]
    for name, W, error_uphill, shares_uphill in (
        ("as it is", bold, True, True),
        ("second output unsure", unsure, False, True),
        ("third row with a positive sum", gentle, True, True),
        ("both", both, False, False),
    ):
        deep, t = Network([V, W]), np.array([1.0, 0.0, 1.0])
        down, (_, hidden, o) = -deep.gradients(x, t).weights[0], deep.forward(x).a
        for what, back, uphill in (
            ("bare error", W.T @ (t - o), error_uphill),
            ("shares", (W / W.sum(axis=1, keepdims=True)).T @ (t - o), shares_uphill),
        ):
            step = np.outer(back * hidden * (1 - hidden), x)
            cosine = (step * down).sum() / np.linalg.norm(step) / np.linalg.norm(down)
            degrees = float(np.degrees(np.arccos(cosine)))
            yield f"{name}: {what}, degrees off", round(degrees, 1), (degrees > 90) == uphill


# ---- chapter 6 -----------------------------------------------------------------------------------


@cache
def evens() -> tuple[Network, Array, Array, Array, Array]:
    """Return document 003's start, and the numbers to train on and to test on."""
    numbers, targets = parity(bits=10)
    _, start = train_like_document_003(numbers[:700], targets[:700], [10, 3, 2], 0.3, epochs=0, batch_size=8)
    return start, numbers[:700], targets[:700], numbers[700:], targets[700:]


@carries(
    "06:race-text",
    says="Below 0.003 not there after 1000 updates; 0.03 takes 99, 0.95 58; beyond 1 it diverges",
)
def on_the_bowl() -> Iterator[Figure]:
    ends = outcomes(BOWL, [0.0029, 0.003, 0.03, 0.95, 1.01], 10_000, 1e-3)
    yield "updates at 0.0029", ends[0.0029][0].updates, ends[0.0029][0].updates > 1000
    for eta, updates in ((0.003, 1015), (0.03, 99), (0.95, 58)):
        yield counted(f"updates at {eta}", ends[eta], updates)
    yield ended("1.01", ends[1.01], "diverges", 0)


@carries(
    "06:kinds-after",
    says=(
        "Each kind wants a rate of its own; at 20 ten full-batch steps name all unseen numbers, "
        "from this start; small batches get further"
    ),
)
def rates_of_their_own() -> Iterator[Figure]:
    start, X, T, unseen, wanted = evens()
    order = np.random.default_rng(1).permutation(len(X))
    for name, size, eta, low, high, right in (
        ("all 700", None, 0.3, 0.5, 0.6, 0.5),
        ("all 700", None, 20.0, 0.019, 0.020, 1.0),
        ("8", 8, 28.0, 0, 1e-4, 0.99),
        ("one by one", 1, 5.0, 0, 1e-4, 1.0),
    ):
        for rows in (slice(None), order):
            run = train(start, X[rows], T[rows], eta, epochs=10, batch_size=size)
            share = accuracy(run.network, unseen, wanted)
            fits = low <= run.loss[-1] <= high and (share >= right if right > 0.5 else share == right)
            yield f"{name} at {eta:g}: E and share right", (round(float(run.loss[-1]), 5), share), bool(fits)


@carries(
    "06:kinds-after",
    says=("Among the best of fourteen rates for each size; other starts, where the full batch at 20 is luck"),
    long=True,
)
def best_rates() -> Iterator[Figure]:
    start, X, T, unseen, wanted = evens()
    rates = [0.03, 0.1, 0.3, 0.5, 1.0, 2.0, 3.0, 5.0, 7.0, 10.0, 14.0, 20.0, 28.0, 40.0]
    for size, low, high in ((None, 0.019, 0.02), (100, 0, 0.001), (8, 0, 1e-4), (1, 0, 1e-4)):
        losses = [train(start, X, T, eta, 10, batch_size=size).loss[-1] for eta in rates]
        best = int(np.argmin(losses))
        yield (
            f"batches of {size or 700}: best at {rates[best]:g}",
            losses[best],
            bool(low <= losses[best] <= high),
        )
    others = [Network.random([10, 3, 2], seed=seed, loss="squared_error") for seed in range(1, 6)]
    shares = [accuracy(train(net, X, T, 20.0, 10).network, unseen, wanted) for net in others]
    yield "five other starts, full batch at 20: share right", shares, min(shares) < 0.6 and max(shares) == 1


@carries(
    "06:spread-text", says="Most random starts learn exclusive or, and some get stuck; zeros do not move"
)
def exclusive_or() -> Iterator[Figure]:
    pairs, either = np.array([[0, 0], [0, 1], [1, 0], [1, 1.0]]), np.array([[0], [1], [1], [0.0]])
    starts = [Network.random([2, 2, 1], seed=seed, loss="squared_error") for seed in range(30)]
    learned = sum(train(net, pairs, either, 1.0, 5000).loss[-1] < 0.01 for net in starts)
    yield between("of 30 random starts learn it", learned, 20, 28)
    zeros = starts[0].replace([np.zeros((2, 2)), np.zeros((1, 2))], starts[0].biases)
    yield between("largest gradient from zeros", max(abs(zeros.gradients(pairs, either).weights[1][0])), 0, 0)


@carries(
    "06:exercises",
    says=("On a² + 10 b² the descent diverges beyond 0.1; just below it b crawls, far below it a does"),
)
def the_long_bowl() -> Iterator[Figure]:
    def after(eta: float, steps: int = 100) -> tuple[float, float]:
        return abs(10 * (1 - 2 * eta) ** steps), abs(10 * (1 - 20 * eta) ** steps)

    for eta, slower in ((0.099, "b"), (0.005, "a")):
        a, b = after(eta)
        yield f"|a| and |b| after 100 steps at {eta}", (a, b), ("b" if b > a else "a") == slower
    yield "|b| beyond 0.1", after(0.101)[1], after(0.101)[1] > 10


@carries("audit/003:claim-unbiased-text", says="The cut does no harm here because only the last bit matters")
def the_cut() -> Iterator[Figure]:
    numbers, last_bit = parity(bits=10)
    first_two = numbers[:, 0] * numbers[:, 1]  # 768 and above: never in the first 700
    shuffled = np.random.default_rng(0).permutation(1024)
    for what, targets, order, low, high in (
        ("last bit", last_bit, np.arange(1024), 1, 1),
        ("last bit, shuffled", last_bit, shuffled, 1, 1),
        ("first two bits", np.column_stack([1 - first_two, first_two]), np.arange(1024), 0, 0.5),
        ("first two bits, shuffled", np.column_stack([1 - first_two, first_two]), shuffled, 1, 1),
    ):
        X, T = numbers[order], targets[order]
        _, net = train_like_document_003(X[:700], T[:700], [10, 3, 2], 0.3, epochs=200, batch_size=8)
        yield between(f"{what}: share right", accuracy(net, X[700:], T[700:]), low, high)


# ---- chapter 7 -----------------------------------------------------------------------------------


@carries(
    "07:wide-text", says="A wider layer, relu, long steps and then short ones: what each adds", long=True
)
def three_changes() -> Iterator[Figure]:
    digits = mnist()
    x, x_new = digits.x_train.reshape(-1, 784), digits.x_test.reshape(-1, 784)
    t, t_new = one_hot(digits.y_train, 10), one_hot(digits.y_test, 10)

    def share(hidden: int, activation: str, rates: list[tuple[float, int]]) -> float:
        kinds = [activation, "sigmoid"]
        net = Network.random([784, hidden, 10], seed=0, activation=kinds, loss="binary_cross_entropy")
        for eta, epochs in rates:
            run = Trainer(net, x, t, eta, batch_size=32, dtype="float32", scale=1 / 255)
            for _ in range(epochs):
                run.epoch(measure=False)
            net = run.network
        return accuracy(net, x_new, t_new, scale=1 / 255)

    down = [(0.2, 2), (0.04, 1)]
    all_three = share(128, "relu", down)
    yield between("all three", all_three, 0.97, 1)
    for name, other in (
        ("32 neurons", share(32, "relu", down)),
        ("sigmoid", share(128, "sigmoid", down)),
        ("long steps to the end", share(128, "relu", [(0.2, 3)])),
        ("short steps from the start", share(128, "relu", [(0.04, 3)])),
    ):
        yield between(f"only this changed back: {name}", other, 0.9, all_three)


# ---- running -------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--all", action="store_true", help="also what takes long")
    parser.add_argument("cells", nargs="*", metavar="CELL", help="such as 01 or 04:slider-after")
    asked = parser.parse_args(arguments)
    wrong = 0
    for statement in STATEMENTS:
        named = [cell for cell in statement.cells if cell.startswith(tuple(asked.cells or [""]))]
        if not named or (statement.long and not asked.all):
            continue
        print(f"{', '.join(statement.cells)}: {statement.sentence}")
        for name, found, holds in statement.experiment():
            wrong += not holds
            print(f"    {'ok   ' if holds else 'WRONG'} {name}: {found}")
    print(f"{wrong} figures are not as the course says." if wrong else "All as the course says.")
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

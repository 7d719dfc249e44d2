"""Every public function, given in turn each of many values that nobody can mean, in place of each argument.

It answers, or raises TypeError or ValueError with a sentence of its own: it names the argument, ends with a
full stop, and says what was expected. No other exception, no warning, nothing that takes for ever.

A seeded sample is tried; with HOSTILE=all in the environment, everything.
"""

import inspect
import os
import random
import re
import signal

import numpy as np
import pytest

from backprop_lib import Network, check_gradients, derive, sweep, train
from backprop_lib.datasets import one_hot, parity
from backprop_lib.documents.expressions import parse
from backprop_lib.documents.rounding import compare_digits
from backprop_lib.drawing.chain_drawing import draw_chain
from backprop_lib.drawing.curves import plot_curves, plot_loss
from backprop_lib.drawing.descents import plot_descents, plot_slope
from backprop_lib.drawing.images import heat_map, show_digits, weight_images
from backprop_lib.drawing.networks import draw_network
from backprop_lib.drawing.surfaces import plot_bowl, plot_surface
from backprop_lib.symbols.notation import chain, definitions, factor_table
from backprop_lib.training.options import Options
from backprop_lib.training.sweeping import loss_on_grid
from backprop_lib.training.trainer import Trainer
from backprop_lib.widgets import (
    LiveTrainer,
    PaintField,
    bias_slider,
    log_rates,
    rate_explorer,
    rate_race,
    slope_slider,
    start_slider,
    stepper,
    surface_explorer,
)

NET = Network([[[0.5]], [[0.25]]])
D = derive(NET)
EXAMPLE = {"net": NET, "x": [0.1], "t": [0.9]}
SQUARE = {"rule": lambda w: w**2, "slope": lambda w: 2 * w}
NAMES = ("w1[0,0]", "w2[0,0]")

# A valid call of each: the function, and its arguments by name.
CALLS = {
    "Network": (
        Network,
        {"weights": [[[0.5]]], "biases": [[0.1]], "activation": "tanh", "loss": "squared_error"},
    ),
    "random": (
        Network.random,
        {"sizes": [2, 1], "seed": 0, "biases": True, "activation": "tanh", "spread": "he"},
    ),
    "forward": (NET.forward, {"x": [0.1]}),
    "loss": (NET.loss, {"x": [0.1], "t": [0.9]}),
    "gradients": (NET.gradients, {"x": [0.1], "t": [0.9]}),
    "step": (NET.step, {"gradients": NET.gradients([0.1], [0.9]), "learning_rate": 0.5}),
    "with_values": (NET.with_values, {"values": {"w1[0,0]": 0.1}}),
    "derive": (derive, {"net": NET}),
    "check_gradients": (check_gradients, EXAMPLE),
    "train": (train, {**EXAMPLE, "learning_rate": 0.5, "epochs": 2, "stop_below": 0.01, "batch_size": 1}),
    "train in batches": (train, {**EXAMPLE, "learning_rate": 0.5, "epochs": 2, "seed": 1, "momentum": 0.5}),
    "train scaled": (train, {**EXAMPLE, "learning_rate": 0.5, "epochs": 2, "scale": 2.0, "dtype": "float32"}),
    "train held": (
        train,
        {**EXAMPLE, "learning_rate": 0.5, "epochs": 2, "hold": ["w1"], "tie": ["w2"], "test": ([0.1], [0.9])},
    ),
    "sweep": (sweep, {**EXAMPLE, "learning_rates": [0.5, 1.0], "epochs": 2, "stop_below": 0.01}),
    "sweep held": (sweep, {**EXAMPLE, "learning_rates": [0.5], "epochs": 2, "hold": ["w1"], "tie": ["w2"]}),
    "loss_on_grid": (loss_on_grid, {**EXAMPLE, "values": {"w1[0,0]": [0.1, 0.2], "w2[0,0]": [0.1, 0.2]}}),
    "Trainer": (Trainer, {**EXAMPLE, "learning_rate": 0.5, "batch_size": 1, "seed": 0, "momentum": 0.5}),
    "one_hot": (one_hot, {"labels": [1, 0], "classes": 2}),
    "parity": (parity, {"bits": 3}),
    "compare_digits": (compare_digits, {"printed": ".5", "right": 0.5}),
    "parse": (parse, {"text": "1 + 1", "names": {}}),
    "chain": (chain, {"d": D, "name": "w1[0,0]"}),
    "definitions": (definitions, {"d": D}),
    "factor_table": (factor_table, {"d": D, "name": "w1[0,0]", "x": [0.1], "t": [0.9], "path": 0}),
    "factors": (D.factors, {"name": "w1[0,0]"}),
    "gradient": (D.gradient, {"name": "w1[0,0]"}),
    "draw_network": (draw_network, {"net": NET, "target": 0.9, "loss": 0.1, "highlight": ["w1[0,0]"]}),
    "draw_network backward": (
        draw_network,
        {"net": NET, "trace": NET.forward([0.1]), "backward": {NAMES[0]: 0.1}},
    ),
    "draw_chain": (draw_chain, {"d": D, "name": "w1[0,0]", "path": 0}),
    "heat_map": (
        heat_map,
        {"matrix": [[1, 2]], "rows": ["a"], "columns": ["b", "c"], "title": "M", "decimals": 2},
    ),
    "show_digits": (show_digits, {"pixels": [[0, 255]], "titles": "dots", "across": 2}),
    "weight_images": (
        weight_images,
        {"weights": [[0.5, -2.0]], "titles": ["n"], "across": 8, "scale": 3, "shape": (1, 2)},
    ),
    "plot_loss": (plot_loss, {"loss": [0.5, 0.2], "goal": 0.1}),
    "plot_curves": (plot_curves, {"curves": {"slow": [1, 0.5]}, "across": "epoch", "up": "E", "log": True}),
    "plot_surface": (
        plot_surface,
        {**EXAMPLE, "names": NAMES, "limits": (-1, 1, -1, 1), "path": [[0.5, 0.25]]},
    ),
    "plot_bowl": (
        plot_bowl,
        {"rule": lambda a, b: a**2 + b**2, "path": [[4, 3], [2, 1]], "limits": (-5, 5, -5, 5)},
    ),
    "plot_slope": (plot_slope, {**SQUARE, "at": 1.5, "across": "w", "up": "E", "limits": (-2, 3)}),
    "plot_descents": (
        plot_descents,
        {"rule": SQUARE["rule"], "paths": [[2, 1]], "across": "w", "up": "E", "limits": (-3, 3)},
    ),
    "log_rates": (log_rates, {"around": 0.9, "below": 1, "above": 1, "per_decade": 2}),
    "stepper": (stepper, {**EXAMPLE, "learning_rate": 0.9, "hold": ["w1[0,0]"], "tie": ["w2"]}),
    "rate_explorer": (
        rate_explorer,
        {
            **EXAMPLE,
            "learning_rates": [0.9],
            "updates": 3,
            "goal": 0.01,
            "start": 0.9,
            "surface": (-1, 1, -1, 1),
        },
    ),
    "rate_race": (
        rate_race,
        {**EXAMPLE, "learning_rates": [0.9], "updates": 3, "goal": 0.01, "start": [0.9]},
    ),
    "surface_explorer": (
        surface_explorer,
        {**EXAMPLE, "learning_rate": 9, "updates": 3, "weights": NAMES, "region": (-4, 4, -4, 4)},
    ),
    "bias_slider": (bias_slider, {"f": "tanh", "weight": 2.0, "limit": 6.0}),
    "slope_slider": (slope_slider, {"f": "tanh", "limit": 6.0}),
    "start_slider": (
        start_slider,
        {**SQUARE, "starts": [-2, 2], "learning_rate": 0.25, "steps": 3, "across": "w", "up": "E"},
    ),
    "LiveTrainer": (LiveTrainer, {**EXAMPLE, "learning_rate": 0.5, "epochs": 3, "batch_size": 1, "seed": 0}),
    "PaintField": (
        PaintField,
        {"source": Network.random([784, 2, 10]), "images": np.zeros((1, 28, 28), np.uint8), "scale": 0.5},
    ),
}

_SELF: list = []
_SELF.append(_SELF)
HOSTILE = {
    "None": None,
    **{repr(v): v for v in (True, 0, -1, 3, 0.5, 1e308, float("nan"), float("inf"), -float("inf"), 1j)},
    **{name: v for name, v in (("10**30", 10**30), ("10**400", 10**400), ("10**5000", 10**5000))},
    **{
        repr(v): v
        for v in ("", "no", "0.5", "w1[0,0]", "$x_", "<b>", "\0", b"x", [], [[]], {}, (), [None], ["a"])
    },
    **{
        repr(v): v
        for v in ([float("nan")], [1e308], [1j], [True], [[1, 2], [3]], [[[[1]]]], [10**400], {"a": 1})
    },
    "a set": {1, 2},
    "a list of itself": _SELF,
    "a generator": iter([1, 2]),
    "a function": np.tanh,
    "a class": int,
    "an object": object(),
    "objects": np.array([0.1], object),
    "masked": np.ma.masked_array([0.1], [True]),
    "list of masked": [np.ma.masked_array([0.1], [True])],
    "dates": np.array(["2026-01-01"], "M8[D]"),
    "strings": np.array(["a"]),
    "an array of no axes": np.array(0.5),
    "many": np.ones((7, 5, 3)),
    "a record": np.zeros(2, [("a", float)]),
    "a network": Network([[[0.5, 0.5]]], [[0.1]]),
    "another derivation": derive(Network([[[0.5, 0.5]]])),
}
ENORMOUS = ("1e+308", "[1e+308]", "10**30")
CALLABLE = ("a function", "a class")  # what such a function raises, when called, is its own affair
# Words of the sentences that say what would have been right.
SAID = re.compile(r"expected|needs|is no |cannot|does not fit|has no |which .* lacks|has to")
# Where a sentence is about what the argument makes, it names that.
ALSO = {
    **dict.fromkeys(("net", "d"), "^(x|t|trace|values|surface|weights|region|names) "),
    **{
        "t": "the loss is",
        "x": "the loss is",
        "weights": "network",
        "pixels": "titles",
        "scale": "the loss is",
    },
}
# What was found in use, and is tried each time.
FOUND = [
    *(("factor_table", "path", "3"), ("loss", "x", "objects"), ("forward", "x", "[" + "1" + "0" * 400 + "]")),
    *(("derive", "net", "None"), ("step", "learning_rate", "10**400"), ("Network", "weights", "3")),
    *(("Network", "biases", "3"), ("Network", "activation", "None"), ("Network", "activation", "a function")),
    *(("random", "seed", "None"), ("random", "biases", "'no'"), ("loss", "x", "masked")),
    *(("compare_digits", "right", "nan"), ("train", "learning_rate", "10**400"), ("train", "x", "[1j]")),
]
TRIED = [
    (function, argument, value)
    for function, (_, arguments) in CALLS.items()
    for argument in arguments
    for value in HOSTILE
    if not (argument in ("rule", "slope") and value in CALLABLE)
]
if os.environ.get("HOSTILE") != "all":
    TRIED = [*random.Random(0).sample(TRIED, 1500), *FOUND]


def late(*_):
    raise BaseException("still at it after 5 seconds")


def what_is_wrong(function, argument, value):
    """Return what is wrong with how a function takes a value, or nothing."""
    call, arguments = CALLS[function]
    before = signal.signal(signal.SIGALRM, late)
    signal.alarm(5)
    try:
        call(**{**arguments, argument: HOSTILE[value]})
    except (TypeError, ValueError) as error:
        words = str(error)
        if not words.endswith(".") or "\n" in words or not SAID.search(words) or len(words) > 300:
            return f"is no sentence of the course: {type(error).__name__}: {words[:200]}"
        if not re.search(
            ALSO.get(argument, "nothing else") + rf"|\b{argument}\b|{argument}\[|^formula", words
        ):
            return f"does not name it: {words[:200]}"
    except RuntimeWarning as error:  # NumPy may say of a number near the greatest that there is what it does
        if value in ENORMOUS and re.search("overflow|invalid value", str(error)):
            return ""
        return f"warns: {error}"
    except BaseException as error:  # another warning too
        return f"raises {type(error).__name__}: {str(error)[:200]}"
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    return ""


@pytest.mark.parametrize("function", CALLS)
def test_the_valid_call_is_valid(function):
    call, arguments = CALLS[function]
    known = set(inspect.signature(call).parameters)
    if "options" in known:
        known |= set(Options.__annotations__)
    assert set(arguments) <= known
    assert call(**arguments) is not None


@pytest.mark.parametrize("function", CALLS)
def test_hostile_arguments_get_a_sentence(function):
    tried = [(argument, value) for f, argument, value in TRIED if f == function]
    found = [f"{a} = {v} {wrong}" for a, v in tried if (wrong := what_is_wrong(function, a, v))]
    assert not found, "\n".join(found)

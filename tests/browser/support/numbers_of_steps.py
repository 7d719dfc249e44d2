"""Every number that a stepper shows, compared with `Network` and `derive`. Faults come as sentences."""

import math
import re

import numpy as np
import sympy as sp
from numbers_in_drawings import faults_of_drawing, faults_of_given
from numbers_read import FACTOR, HALF, computed, is_fixed, is_short, number, with_room

from backprop_lib import derive
from backprop_lib.symbols.evaluation import evaluate
from backprop_lib.text import latex_name, plain_name

PHRASES = [
    *("would rise", "would fall", "is positive", "is negative", " falls.", " grows.", "and fell."),
    *(
        "and rose.",
        "opposite directions",
        "Nothing came in",
        "only through",
        "along 2 paths",
        "along 3 paths",
        "along 4 paths",
    ),
]


def quantities(net, x, t, rate):
    """Return all that a pass computes, by name: derivatives by `derive`, where it agrees with `Network`."""
    d, g = derive(net), net.gradients(x, t)
    known = {str(s): float(v) for s, v in d.numbers(x, t).items()} | {"η": rate}
    floats = {s: sp.Float(v) for s, v in d.numbers(x, t).items()}
    targets = {d.symbols[f"t[{i}]"] for i in range(net.sizes[-1])}
    for of, definition in d.definitions.items():
        for by in definition.free_symbols - targets:
            known[f"∂{of}/∂{by}"] = float(d.factor(of, by).value.xreplace(floats))
    for a, (_, z) in reversed(d.rules.items()):
        known[f"∂E/∂{z}"] = float(d.delta(z).xreplace(floats))
        if d.used_in(a) != [d.E]:
            known[f"∂E/∂{a}"] = sum(known[f"∂E/∂{k}"] * known[f"∂{k}/∂{a}"] for k in d.used_in(a))
    known |= {f"∂E/∂{name}": slope for name, slope in evaluate(d, x, t)[0].items()}
    own = {f"∂E/∂{name}": value for name, value in g.by_name().items()}
    own |= {f"∂E/∂z{m}[{i}]": v for m, delta in enumerate(g.deltas, 1) for i, v in enumerate(delta[0])}
    for name, value in own.items():
        assert math.isclose(known[name], value, rel_tol=1e-8, abs_tol=1e-13), name
    after = net.step(g, rate)
    known |= {f"new {name}": float(value) for name, value in after.by_name().items()}
    return known | {"new E": after.loss(x, t)}


def order(net):
    """Return what the steps compute, in their order: kind and name."""
    names, layers = list(net.by_name()), range(1, len(net.sizes))
    steps = [("start", "")]
    for m in layers:
        steps += [(letter, f"{letter}{m}[{i}]") for i in range(net.sizes[m]) for letter in "za"]
    steps.append(("E", "E"))
    for m in reversed(layers):
        kind = "output" if m == layers[-1] else "meet"
        for i in range(net.sizes[m]):
            steps += [(kind, f"∂E/∂a{m}[{i}]"), ("delta", f"∂E/∂z{m}[{i}]")]
        for i in range(net.sizes[m]):
            own = [name for name in names if re.match(rf"[wb]{m}\[{i}[,\]]", name)]
            steps += [("gradient", f"∂E/∂{name}") for name in own]
    return [*steps, *(("update", f"new {name}") for name in names), ("after", "new E")]


class Meant:
    """What a stepper must show: its steps, and all numbers by name.

    `other` holds the numbers of another network of the same shape: a formula that is right for both has no
    symbol in the place of one that only happens to have the same value.
    """

    def __init__(self, net, x, t, learning_rate):
        self.net, self.single, self.steps = net, max(net.sizes) == 1, order(net)
        self.numbers = quantities(net, x, t, learning_rate)
        rng = np.random.default_rng(0)
        shaken = net.with_values({name: v + rng.normal() for name, v in net.by_name().items()})
        self.other = quantities(shaken, rng.normal(size=len(x)), rng.uniform(0.2, 0.8, len(t)), 0.77)
        self.names = {self.written(name): name for name in self.numbers if not name.startswith("new")}
        self.names |= {self.delta(name): name for name in self.numbers if name.startswith("∂E/∂z")}
        either = "|".join(re.escape(name) for name in sorted(self.names, key=len, reverse=True))
        self.symbol = re.compile(rf"(?<![a-z])(?:{either})(?![a-z_]|\^{{\()")

    def written(self, name):
        """Return how a quantity is written in a formula."""
        if name.startswith("new "):
            return f"new {self.written(name[4:])}"
        of, _, by = name.replace("∂", "").partition("/")
        return f"{{{{∂{self.written(of)}}}/{{∂{self.written(by)}}}}}" if by else latex_name(of, self.single)

    def delta(self, name):
        return self.written(name[4:]).replace("z", "δ")

    def plain(self, name):
        """Return how a quantity is named in a sentence."""
        lead = next(lead for lead in ("∂E/∂", "new ", "") if name.startswith(lead))
        return lead.replace("n", "N") + plain_name(name.removeprefix(lead), self.single)

    def values(self, line, numbers):
        """Return the values of the symbols in a formula, one by one."""
        return [numbers[self.names[symbol]] for symbol in self.symbol.findall(line)]


# ---- the rows beneath the drawing ----------------------------------------------------------------


def faults_of_rows(meant, kind, name, rows):
    """Compare the rows of one step: what is computed, chain rule, symbols, numbers, products, result."""
    if kind == "start":
        yield from (f"a row too many: {row}" for row in rows if len(row) != 1 or re.search(r"\d", row[0]))
        return
    left = f"{meant.written(name)} ="
    left = f"{meant.delta(name)} = {left}" if kind == "delta" else left
    if [row[0].strip() for row in rows] != [left, *["="] * (len(rows) - 1)]:
        yield f"on the left stands {[row[0] for row in rows]}, expected {left}"
    lines = [row[-1] for row in rows]
    symbols = [line for line in lines if meant.symbol.search(line)]
    products = []
    for line in symbols:
        try:
            yield from faults_of_symbols(meant, name, line)
            products = computed(meant.symbol.sub("@", line), meant.values(line, meant.numbers))
        except (SyntaxError, NameError, TypeError) as error:
            yield f"{line} cannot be computed: {error}"
            return
    last, rule = f"∂E/∂z{len(meant.net.weights)}", meant.net.loss_rule
    cancels = name.startswith(last) and rule.cancels
    above = {"after": 0, "delta": 2 + cancels, "meet": 2, "gradient": 2}.get(kind, 1)
    parts = kind in ("z", "meet", "update") and len(products) > 1
    if len(symbols) != above or len(lines) != above + (kind != "after") + parts + 1:
        yield f"{len(symbols)} rows with symbols and {len(lines)} in all: {lines}"
        return
    if not is_fixed(lines[-1], meant.numbers[name], 6):
        yield f"the result is {lines[-1]}, expected {meant.numbers[name]:.9f}"
    elif symbols:
        yield from faults_of_numbers(meant, symbols[-1], lines[above], number(lines[-1]))
    if parts:
        shown = re.fullmatch(r" \+ ".join([FACTOR] * len(products)), lines[-2])
        if not shown or not all(map(is_short, shown.groups(), products)):
            yield f"the products are {lines[-2]}, expected {products}"


def faults_of_symbols(meant, name, line):
    """Compare what a formula gives, in this network and in another one."""
    for numbers in (meant.numbers, meant.other):
        given = sum(computed(meant.symbol.sub("@", line), meant.values(line, numbers)))
        if not math.isclose(given, numbers[name], rel_tol=1e-8, abs_tol=1e-12):
            yield f"{line} gives {given:.9g}, expected {numbers[name]:.9g}"


def faults_of_numbers(meant, symbols, line, result):
    """Compare the row of numbers: in each place the value of the symbol there, and together the result."""
    formula = meant.symbol.sub("@", symbols)
    match = re.fullmatch(re.escape(formula).replace("@", FACTOR), line)
    if not match:
        yield f"{line} has not the form of {symbols}"
        return
    shown, values = match.groups(), meant.values(symbols, meant.numbers)
    for text, symbol, value in zip(shown, meant.symbol.findall(symbols), values, strict=True):
        if not is_short(text, value):
            yield f"in {line}, {symbol} is {text}, expected {value:.9g}"
    there, moved = with_room(formula, shown)
    if abs(there - result) > moved + HALF * 1e-6:
        yield f"{line} gives {there:.9f}, the result says {result:.6f}"


# ---- the sentence --------------------------------------------------------------------------------


def phrases(meant, kind, name):
    """Return what the sentence must say about signs, and about how many paths."""
    value, n, net = meant.numbers.get(name, 0.0), meant.numbers, meant.net
    if kind == "output":
        return {f"would {'rise' if value > 0 else 'fall'}"} if value else set()
    if kind == "after":
        return {"and fell." if value < n["E"] else "and rose."} if value != n["E"] else set()
    if kind == "update" and (slope := n[f"∂E/∂{name[4:]}"]):
        falls = slope * n["η"] > 0
        return {f"is {'positive' if slope > 0 else 'negative'}", " falls." if falls else " grows."}
    if kind == "meet":
        layer, i = map(int, re.findall(r"\d+", name))
        deltas = [n[f"∂E/∂z{layer + 1}[{k}]"] for k in range(net.sizes[layer + 1])]
        effects = net.weights[layer][:, i] * deltas
        against = {"opposite directions"} if min(effects) < 0 < max(effects) else set()
        return against | {f"along {len(effects)} paths" if len(effects) > 1 else "only through"}
    if kind == "gradient" and name[4] == "w":
        layer, _, j = map(int, re.findall(r"\d+", name))
        return {"Nothing came in"} if n[f"a{layer - 1}[{j}]" if layer > 1 else f"x[{j}]"] == 0 else set()
    return set()


def faults_of_sentence(meant, k, kind, name, seen):
    """Compare the sentence with the number beside the slider, the drawing's name, and the numbers it says."""
    said, last = seen["said"], len(meant.steps) - 1
    if not said.startswith(f"Step {k} of {last}: ") or seen["readout"] != f"{k} of {last}":
        yield f"position {k} of {last} reads {seen['readout']}"
    if (found := {p for p in PHRASES if p in said}) != (wanted := phrases(meant, kind, name)):
        yield f"says {sorted(found)}, expected {sorted(wanted)}"
    called, shape = [drawing["name"] for drawing in seen["drawings"]], "-".join(map(str, meant.net.sizes))
    if called != [f"Network {shape}. {said}"]:
        yield f"the drawing is called {called}"
    names = {"start": [], "after": ["E", name]}.get(kind, [name])
    shown, values = re.findall(r"−?\d+\.\d+", said), [meant.numbers[n] for n in names]
    if len(shown) != len(values) or not all(map(is_fixed, shown, values, [6] * len(values))):
        yield f"the numbers are {shown}, expected {values}"
    elif names and not said.endswith(f" {meant.plain(name)} = {shown[-1]}."):
        yield f"does not end with {meant.plain(name)} = {shown[-1]}"


def faults_of_step(meant, k, one, ground):
    kind, name = meant.steps[k]
    yield from faults_of_sentence(meant, k, kind, name, one)
    yield from faults_of_rows(meant, kind, name, one["rows"])
    yield from faults_of_drawing(meant, k, ground, one["drawings"][0]["texts"])


def faults_of_stepper(seen, grounds, net, x, t, learning_rate):
    """Compare all that was seen of a stepper, from the first position to the last, with the library."""
    meant = Meant(net, x, t, learning_rate)
    if len(seen) != len(meant.steps) or len(grounds) != 2:
        yield f"{len(seen)} positions over {len(grounds)} backgrounds, expected {len(meant.steps)} over 2"
        return
    for ground in grounds:  # one with colours, one without
        yield from faults_of_given(meant, ground)
    for k, one in enumerate(seen):
        yield from (f"step {k}: {fault}" for fault in faults_of_step(meant, k, one, grounds[0]))

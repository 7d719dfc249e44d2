"""Every number and every point that a rate explorer shows, compared with the library's trainings."""

import math
import re

import numpy as np
from numbers_read import NUMBER, is_fixed, is_rate, number

from backprop_lib.drawing.panels import thin
from backprop_lib.text import plain_name
from backprop_lib.training.sweeping import sweep

NEAR = 0.06  # pixels: what rounding to one decimal allows
FAR = 1900  # pixels from its start; what is further off is drawn nearer
KINDS = ("converges", "diverges", "saturates", "oscillates", "stalls", "crawls")


def is_weight(text, value):
    return is_fixed(text, value, 4) if abs(value) < 1e4 else is_rate(text, value)


class Meant:
    """The trainings an explorer must show, each checked against `Network` in some of its updates."""

    def __init__(self, net, x, t, learning_rates, updates, goal, surface=None, **_):
        self.net, self.surface, self.goal = net, surface, goal
        self.names, self.single = list(net.by_name()), max(net.sizes) == 1
        self.rates = np.sort(np.asarray(learning_rates, dtype=float))
        self.runs = sweep(net, x, t, self.rates, updates, stop_below=goal)
        self.ends = [self.runs.outcome(r) for r in range(len(self.rates))]
        for r, end in enumerate(self.ends):
            self.check(x, t, r, end.updates)

    def check(self, x, t, r, stop):
        """Check a training's loss and, here and there, its step against `Network`."""
        for k in sorted({0, 1, stop // 2, stop - 1, stop} & set(range(stop + 1))):
            values = self.runs.path[k, :, r]
            if not np.abs(values).max() < 1e100:
                continue
            here = self.net.with_values(dict(zip(self.names, values, strict=True)))
            assert np.isclose(here.loss(x, t), self.runs.loss[k, r], rtol=1e-9, atol=1e-15)
            if k < stop:
                after = list(here.step(here.gradients(x, t), self.rates[r]).by_name().values())
                assert np.allclose(after, self.runs.path[k + 1, :, r], rtol=1e-9, atol=1e-13)

    def final(self, r):
        """Return the loss that the overview shows: at the goal, or after all updates."""
        return self.ends[r].loss if self.ends[r].kind == "converges" else self.runs.loss[-1, r]


# ---- words ---------------------------------------------------------------------------------------


def faults_of_words(meant, r, seen):
    """Compare sentence, number beside the slider and names of the drawings."""
    end, learning_rate, said = meant.ends[r], meant.rates[r], seen["said"]
    if not (match := re.fullmatch(rf"η = ({NUMBER}) (\w+): (.*)\.", said)):
        yield f"the sentence has not its form: {said}"
        return
    if not (is_rate(seen["readout"], learning_rate) and is_rate(match[1], learning_rate)):
        yield f"reads {seen['readout']} and says {match[1]}, expected {learning_rate:.6g}"
    if match[2] != end.kind or {kind for kind in KINDS if kind in said} != {end.kind}:
        yield f"says {match[2]}, expected {end.kind}"
    n = f"{end.updates:,}"
    begin = {
        "converges": rf"E < ({NUMBER}) after {n} update{'s' * (n != '1')}\b",
        "diverges": rf"from update {n} on E is over ten times",
    }.get(end.kind, rf"after {n} update{'s' * (n != '1')} E is ({NUMBER})\b")
    shown = re.match(begin, match[3])
    if not shown:
        yield f"says {match[3]}, expected {begin}"
    elif end.kind == "converges" and not is_rate(shown[1], meant.goal):
        yield f"the goal is {shown[1]}, expected {meant.goal}"
    elif end.kind not in ("converges", "diverges") and not is_fixed(shown[1], end.loss, 6):
        yield f"E is {shown[1]}, expected {end.loss:.9f}"
    names = meant.names if len(meant.names) < 3 and end.kind != "diverges" else []
    weights = meant.runs.path[end.updates, : len(names), r]
    at = re.findall(rf"(w\S+) = ({NUMBER})", match[3])
    right = [name for name, _ in at] == [plain_name(name, meant.single) for name in names]
    if not right or not all(map(is_weight, (text for _, text in at), weights)):
        yield f"the weights are {at}, expected {list(weights)}"
    words = re.sub(r"w\d\[[\d,]+\]|slopes f′\(z\) are almost 0", "", said)
    if (count := len(re.findall(NUMBER, words))) != 2 + (end.kind != "diverges") + len(names):
        yield f"{count} numbers in the sentence: {said}"
    for drawing in seen["drawings"]:
        if not drawing["name"].endswith(f". {said}"):
            yield f"a drawing is called {drawing['name']}, not {said}"


def faults_of_title(meant, title):
    """Compare what the overview says in words: the counts of updates, the valley, the cliff."""
    form = (
        rf"All learning rates at once: the loss after (.*) updates\. "
        rf"(?:The goal is reached first|The valley is lowest) at η = ({NUMBER}): "
        rf"E = ({NUMBER}) after ({NUMBER}) updates?\. "
        rf"(?:After ({NUMBER}) updates the cliff begins at η = ({NUMBER}): (\w+)|No cliff is in sight)"
    )
    match = re.fullmatch(form, title)
    if not match:
        yield f"the overview is called {title}"
        return
    last = len(meant.runs.loss) - 1
    counts = [*[10**k for k in range(9) if 10**k < last][-5:], last]
    if [int(number(n)) for n in re.findall(NUMBER, match[1])] != counts:
        yield f"the overview speaks of {match[1]} updates, expected {counts}"
    value = [end.loss if math.isfinite(end.loss) else math.inf for end in meant.ends]
    won = [r for r, end in enumerate(meant.ends) if end.kind == "converges"]
    best = min(won, key=lambda r: (meant.ends[r].updates, value[r])) if won else int(np.argmin(value))
    if ("The goal is reached first" in title) != bool(won):
        yield f"the overview is called {title}, and {len(won)} reach the goal"
    fine = is_rate(match[2], meant.rates[best]) and is_rate(match[3], value[best])
    if not fine or int(number(match[4])) != meant.ends[best].updates:
        yield f"the valley is at {match.groups()[1:4]}, expected {meant.rates[best], meant.ends[best]}"
    bad = [r for r in range(best + 1, len(meant.rates)) if meant.ends[r].kind not in ("converges", "crawls")]
    cliff = (meant.rates[bad[0]], meant.ends[bad[0]].kind) if bad else None
    if bool(match[6]) != bool(cliff) or (
        cliff and not (is_rate(match[6], cliff[0]) and match[7] == cliff[1] and number(match[5]) == last)
    ):
        yield f"the cliff is at {match[6]}: {match[7]} after {match[5]}, expected {cliff} after {last}"


# ---- marks ---------------------------------------------------------------------------------------


class Axes:
    """What pixels stand for, by the numbers that are printed at the axes."""

    def __init__(self, ground, across, up):
        self.rules = across, up
        tick = r"id='([xy])tick_\d+'.*?<use xlink:href='[^']*' x='([\d.]+)' y='([\d.]+)'.*?<!-- (\S+) -->"
        found = re.findall(tick, ground)
        self.lines = [
            self.line(
                [(rule(number(text)), float(at[way == "y"])) for axis, *at, text in found if axis == way]
            )
            for way, rule in zip("xy", self.rules, strict=True)
        ]

    @staticmethod
    def line(ticks):
        """Return the straight line on which all numbers of an axis must lie."""
        assert len(ticks) > 1, "an axis has fewer than two numbers"
        line = np.polynomial.Polynomial.fit(*np.array(ticks).T, 1)
        assert all(abs(line(value) - pixel) < 0.01 for value, pixel in ticks), f"wrong at an axis: {ticks}"
        return line

    def pixels(self, values):
        """Return where points must stand; those that are no numbers, or have no place, are left out."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            columns = zip(self.lines, self.rules, np.array(values).T, strict=True)
            places = np.column_stack([line(rule(column)) for line, rule, column in columns])
        return places[np.isfinite(places).all(axis=1)]


def points(path):
    """Return the corners of a path, shape (points, 2)."""
    return np.array([part.split() for part in path[1:].split("L")], dtype=float)


def alike(shown, meant):
    """Say whether two lists of places are the same, as near as pixels are written."""
    if list(map(len, shown)) != list(map(len, meant)):
        return False
    return all(np.allclose(*pair, atol=NEAR, rtol=0) for pair in zip(shown, meant, strict=True))


def faults_of_overview(axes, meant, r, drawing):
    """Compare the line at the learning rate with the dot or the cross on it."""
    _, top, _, height = map(float, drawing["inside"].split())
    loss = meant.final(r) if math.isfinite(meant.final(r)) else 1e300
    ((x, y),) = axes.pixels([(meant.rates[r], loss)])
    dots = [] if y < top else [(x, y)]
    cross = (x, top + 8, -6, -6, 12, 12, 0, -12, -12, 12)
    marks = [(x, top, top + height), *[cross] * (not dots)]
    shown = [tuple(map(float, re.findall(r"-?[\d.]+", path))) for path in drawing["paths"]]
    if not alike(shown, marks) or not alike(drawing["dots"], dots):
        yield f"marks at {shown} and {drawing['dots']}, expected {marks} and {dots}"


def faults_of_curves(axes, curves, drawing, first):
    """Compare curves point by point, and the dots at their ends, or the arrowheads where they leave."""
    left, top, width, height = map(float, drawing["inside"].split())

    def inside(point):
        return left - 1 <= point[0] <= left + width + 1 and top - 1 <= point[1] <= top + height + 1

    marks = list(zip(drawing["paths"], drawing["moved"], strict=True))
    drawn, arrows, dots = [points(path) for path, moved in marks if not moved], [m for _, m in marks if m], []
    if first:  # drawn twice, the first time broad and white
        curves, dots = curves * 2, [axes.pixels(curves[0])[0]]
    if len(drawn) != len(curves):
        yield f"{len(drawn)} curves, expected {len(curves)}"
        return
    for shown, values in zip(drawn, curves, strict=True):
        places = axes.pixels(values)
        if len(shown) != len(places):
            yield f"a curve of {len(shown)} points, expected {len(places)}"
            continue
        close = np.hypot(*(places - places[0]).T) < FAR
        off = np.abs(shown - places).max(axis=1)
        if (off[close] > NEAR).any() or any(map(inside, shown[~close])):
            k = int(np.where(close, off, 0).argmax())
            yield f"point {k} of a curve is at {shown[k]}, expected {places[k]}"
        ends = [] if first and values is curves[0] and len(dots) > 1 else [places[-1]]
        dots += [end for end in ends if inside(end)]
    leave = (1 if first else len(curves)) + first - len(dots)
    if not alike(drawing["dots"], dots):
        yield f"dots at {drawing['dots']}, expected {np.round(dots, 1).tolist()}"
    heads = [tuple(map(float, re.match(r"translate\((\S+) (\S+)\)", moved).groups())) for moved in arrows]
    if len(heads) != leave or not all(map(inside, heads)):
        yield f"arrowheads at {heads}, expected {leave} in the picture"


def curves_of(meant, r, title):
    """Return the points that the second and the third panel must show, in the numbers of their axes."""
    runs, stop = meant.runs, meant.ends[r].updates
    keep, few = thin(stop + 1), thin(stop + 1, 60)
    losses = [np.column_stack([keep, runs.loss[keep, r]])]
    if meant.surface is not None:
        return losses, [runs.path[keep, :, r]]
    plain = [plain_name(name, meant.single) for name in meant.names]
    followed = re.search("weights (?:and biases )?(.*) over the updates", title)[1].split(", ")
    return losses, [np.column_stack([few, runs.path[few, p, r]]) for p in map(plain.index, followed)]


def axes_of(meant, grounds):
    ends = [meant.goal, meant.runs.loss[0, 0], *(end.loss for end in meant.ends)]
    up = np.array if max(ends) < 3 * min(ends) else np.log  # what can be told apart on a linear axis
    rules = [(np.log, up), (np.log1p, up), (np.log1p if meant.surface is None else np.array, np.array)]
    return [Axes(ground, *pair) for ground, pair in zip(grounds, rules, strict=True)]


def faults_of_position(meant, r, one, axes):
    overview, curve, path = one["drawings"]
    losses, weights = curves_of(meant, r, path["name"])
    yield from faults_of_words(meant, r, one)
    yield from faults_of_overview(axes[0], meant, r, overview)
    yield from faults_of_curves(axes[1], losses, curve, first=True)
    yield from faults_of_curves(axes[2], weights, path, first=meant.surface is not None)


def faults_of_explorer(seen, grounds, **arguments):
    """Compare all that was seen of an explorer, from the first position to the last, with the library."""
    meant = Meant(**arguments)
    if len(seen) != len(meant.rates) or len(grounds) != 3:
        yield f"{len(seen)} positions over {len(grounds)} backgrounds, expected {len(meant.rates)} over 3"
        return
    axes = axes_of(meant, grounds)
    titles = {tuple(d["name"].removesuffix(f". {one['said']}") for d in one["drawings"]) for one in seen}
    if len(titles) != 1:
        yield f"the drawings have several names: {titles}"
        return
    (title,) = titles
    yield from faults_of_title(meant, title[0])
    for r, one in enumerate(seen):
        found = faults_of_position(meant, r, one, axes)
        yield from (f"η = {meant.rates[r]:.4g}: {fault}" for fault in found)

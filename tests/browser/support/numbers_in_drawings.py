"""Every number in a stepper's drawing, compared by where it stands: in a neuron, beneath it, on an edge."""

import re
from itertools import product
from statistics import mean

from backprop_lib.text import fixed, plain_name

FORWARD, BACK, GIVEN = 40.5, 81.5, 41.0  # how far beneath its name a number stands


def texts_of(ground):
    """Return the texts of a background: x, y and words."""
    found = re.findall(r"<text x='([\d.]+)' y='([\d.]+)'[^>]*>([^<]*)</text>", ground)
    return [(float(x), float(y), text) for x, y, text in found]


class Places:
    """Where the names in a background stand."""

    def __init__(self, meant, ground):
        self.net, self.single = meant.net, meant.single
        self.at = {text: (x, y) for x, y, text in texts_of(ground)}
        self.half = self.of("a1[0]")[0] - self.of("z1[0]")[0]
        self.edges = dict(self.edge(name) for name in self.net.by_name() if name[0] == "w")

    def of(self, name):
        """Return where a quantity's name stands, which may have a number behind it."""
        plain = plain_name(name, self.single)
        return next(at for text, at in self.at.items() if text == plain or text.startswith(f"{plain} = "))

    def middle(self, layer, i):
        """Return the centre of a neuron or an input."""
        if layer:
            (z, y), (a, _) = (self.of(f"{letter}{layer}[{i}]") for letter in "za")
            return (z + a) / 2, y + FORWARD - 4.5
        x, y = self.of(f"x[{i}]")
        return x, y - 5 if self.net.sizes[0] > 4 else y + GIVEN - 5

    def edge(self, name):
        layer, i, j = map(int, re.findall(r"\d+", name))
        (x0, y0), (x1, y1) = self.middle(layer - 1, j), self.middle(layer, i)
        return name, (x0 + self.half, y0, x1 - self.half, y1)

    def on(self, x, y):
        """Return the parameters at a place: of the edges there, or of the neuron above."""
        found = []
        for name, (x0, y0, x1, y1) in self.edges.items():
            if x0 < x < x1 and abs(y0 + (y1 - y0) * (x - x0) / (x1 - x0) - y) < 1:
                found.append(name)
        if self.net.biases is not None:
            for m, i in ((m, i) for m, n in enumerate(self.net.sizes[1:], 1) for i in range(n)):
                cx, cy = self.middle(m, i)
                found += [f"b{m}[{i}]"] if abs(x - cx) < 1 and 70 < y - cy < 110 else []
        return found


def faults_of_given(meant, ground):
    """Compare what is given: inputs and targets."""
    places, shown = Places(meant, ground), []
    for x, y, text in texts_of(ground):
        if number := re.search(r"−?\d+\.\d+$", text):
            name = text.removeprefix("target ").split(" = ")[0] if " = " in text else None
            above = [n for n, at in places.at.items() if at == (x, round(y - GIVEN, 1))]
            shown += [(name or "".join(above), number[0])]
    names = [f"x[{j}]" for j in range(meant.net.sizes[0])] + [f"t[{i}]" for i in range(meant.net.sizes[-1])]
    wanted = [(plain_name(name, meant.single), fixed(meant.numbers[name], 4)) for name in names]
    if sorted(shown) != sorted(wanted):
        yield f"given are {shown}, expected {wanted}"


def groups(texts):
    """Return texts that stand closely beneath each other as one label: x, y of its middle, and lines."""
    labels = []
    for x, y, text in texts:
        if labels and labels[-1][-1][0] == x and abs(y - labels[-1][-1][1] - 17) < 0.2:
            labels[-1].append((x, y, text))
        else:
            labels.append([(x, y, text)])
    return [(label[0][0], mean(y for _, y, _ in label) - 5, [text for *_, text in label]) for label in labels]


def faults_of_drawing(meant, k, ground, texts):
    """Compare all numbers of one step's drawing; `texts` are x, y and words."""
    places, boxes, rest = Places(meant, ground), {}, []
    for m, size in enumerate(meant.net.sizes[1:], 1):
        for letter, i in product("za", range(size)):
            x, y = places.of(f"{letter}{m}[{i}]")
            boxes[x, round(y + FORWARD, 1)] = f"{letter}{m}[{i}]"
            boxes[x, round(y + BACK, 1)] = f"∂E/∂{letter}{m}[{i}]"
    loss, done = places.of("loss E"), [name for _, name in meant.steps[1 : k + 1]]
    wanted, shown = {name: fixed(meant.numbers[name], 4) for name in done if name in boxes.values()}, {}
    wanted |= {"E": fixed(meant.numbers["E"])} if "E" in done else {}
    wanted |= {"E": f"{wanted['E']} → {fixed(meant.numbers['new E'])}"} if "new E" in done else {}
    for x, y, text in texts:
        if (name := boxes.get((x, y)) or ("E" if x == loss[0] else None)) is None:
            rest.append((x, y, text))
        else:
            shown[name] = f"{shown[name]} {text}" if name in shown else text
    if shown != wanted:
        wrong = {n: (shown.get(n), wanted.get(n)) for n in shown | wanted if shown.get(n) != wanted.get(n)}
        yield f"in the drawing (shown, expected): {wrong}"
    yield from faults_of_labels(meant, k, places, rest)


def faults_of_labels(meant, k, places, texts):
    """Compare what is written on edges and of biases, and look for what the step is about."""
    kind, about = meant.steps[k]
    done = {name for _, name in meant.steps[1 : k + 1]}
    said = set()
    for x, y, lines in groups(texts):
        on = places.on(x, y)
        if len(on) > 1:  # where edges cross, only a name tells which is meant
            on = [name for name in on if plain_name(name, meant.single) == lines[0].split(" = ")[0]]
        if len(on) != 1:
            yield f"{lines} stands on {on}, expected one edge"
            continue
        (name,) = on
        new = f"new {name}" if f"new {name}" in done else name
        plain, value, slope = plain_name(name, meant.single), fixed(meant.numbers[new], 4), f"∂E/∂{name}"
        by = plain if meant.single or name[0] == "b" else "w"
        allowed = {value: name, f"{plain} = {value}": name}
        if slope in done:
            allowed[f"∂E/∂{by} = {fixed(meant.numbers[slope], 4)}"] = slope
        if about == new:
            change = f"{fixed(meant.numbers[name], 4)} → {value}"
            allowed = {plain: name, change: new, f"{plain}: {change}": new, **allowed}
        if kind == "meet" and name[0] == "w":
            layer, i, _ = map(int, re.findall(r"\d+", name))
            flow = meant.numbers[f"∂E/∂z{layer}[{i}]"] * meant.numbers[name]
            allowed[f"← δ · w = {fixed(flow, 4)}"] = f"flow {name}"
        for line in lines:
            if line not in allowed:
                yield f"on {name} stands {line}, expected one of {list(allowed)}"
            said.add(allowed.get(line))
    if missing := needed(meant, k, done) - said:
        yield f"missing in the drawing: {sorted(missing)}"


def needed(meant, k, done):
    """Return what must stand on the edges in this step, and of the biases always."""
    kind, about = meant.steps[k]
    needs = {("new " if about == f"new {n}" else "") + n for n in meant.net.by_name() if n[0] == "b"}
    needs |= {f"∂E/∂{n.removeprefix('new ')}" for n in needs} & done
    if kind in ("gradient", "update"):
        needs |= {about, f"∂E/∂{about.removeprefix('∂E/∂').removeprefix('new ')}"}
    if kind == "z":
        needs |= {n for n in meant.net.by_name() if re.match(rf"[wb]{re.escape(about[1:-1])}[,\]]", n)}
    if kind == "meet":
        layer, i = map(int, re.findall(r"\d+", about))
        needs |= {f"flow w{layer + 1}[{j},{i}]" for j in range(meant.net.sizes[layer + 1])}
    return needs

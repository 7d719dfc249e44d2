"""What each mistake makes of the right answer: an edit of its table of factors.

A factor is left out, a slope is taken twice, another weight is used, one path is missing. So the mistakes of
every exercise follow from its derivation, and nothing is written down for any of them.

The one thing to notice: signs and factors are no edits. Where an answer is −1 or ½ times something known, the
ratio of the two is the same at all points, and that is seen for the right answer and for every edit alike.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import sympy as sp

from backprop_lib.core import ACTIVATIONS, LOSSES
from backprop_lib.exercises.chains import Chain, Edge, ratio
from backprop_lib.exercises.mistakes import Mistake
from backprop_lib.exercises.walking import RATES, Point
from backprop_lib.symbols import Derivation, Expr
from backprop_lib.text import taken_apart

Options = dict[tuple[Mistake, str], Expr]  # by mistake, and which of its kind
_MANY = 24  # factors: in longer tables an edit is made of all of a kind together


def options(d: Derivation, of: Expr, by: Expr) -> Options:
    """Return what learners write in place of the factor ∂`of`/∂`by`.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network([[[0.5]], [[0.5]]]))
    >>> found = options(d, d.symbols["a2[0]"], d.symbols["z2[0]"])
    >>> found[Mistake.SLOPE_TWICE, ""], found[Mistake.Z_FOR_A, ""]
    (a2[0]**2*(1 - a2[0])**2, z2[0]*(1 - z2[0]))
    """
    if of == d.E:
        return _for_loss(d, by)
    if of in d.rules:
        return (_for_slope if d.rules[of][1] == by else _for_other_slope)(d, of, by)
    return (_for_weight if by.name[0] in "ax" else _for_input)(d, of, by)


def _for_loss(d: Derivation, a: Expr) -> Options:
    """∂E/∂a: forgotten, squared, the loss itself, another loss's, a part of it, another neuron's."""
    right, t, rule = d.factor(d.E, a).value, d.targets[a], d.net.loss_rule
    found: Options = {
        (Mistake.ERROR_FORGOTTEN, ""): sp.S.One,
        (Mistake.FACTOR_TWICE, ""): right**2,
        (Mistake.NOT_A_SLOPE, ""): rule.formula(sp, a, t),
        (Mistake.Z_FOR_A, ""): right.xreplace({a: d.rules[a][1]}),
        (Mistake.PART, "a"): a,
        (Mistake.PART, "t"): t,
        (Mistake.SIGN_INSIDE, ""): right.xreplace({t: -t}),
    }
    for other in LOSSES.values():
        if other.name != rule.name:
            found[Mistake.OTHER_RULE, other.name] = sp.sympify(other.slope_formula(sp, a, t))
    for tag, k in _others(a, list(d.targets)):
        found[Mistake.WRONG_NEURON, tag] = d.factor(d.E, k).value
        found[Mistake.WRONG_NEURON, f"t {tag}"] = right.xreplace({t: d.targets[k]})
        found[Mistake.WRONG_NEURON, f"a {tag}"] = right.xreplace({a: k})
    return found


def _others(symbol: Expr, symbols: list[Expr]) -> Iterator[tuple[str, Expr]]:
    """Yield the other symbols twice: by their own places, and by how far they are from this one."""
    place = symbols.index(symbol)
    for other, found in enumerate(symbols):
        if other != place:
            yield f"{other}", found
            yield f"{(other - place) % len(symbols)} on", found


def _for_slope(d: Derivation, a: Expr, z: Expr) -> Options:
    """∂a/∂z: forgotten, twice, at z or at a, another activation's, a part of it, another neuron's."""
    rule, right = ACTIVATIONS[d.rules[a][0]], d.factor(a, z).value
    found: Options = {
        (Mistake.SLOPE_FORGOTTEN, ""): sp.S.One,
        (Mistake.SLOPE_TWICE, ""): right**2,
        (Mistake.Z_FOR_A, ""): right.xreplace({a: z}),
        (Mistake.NOT_A_SLOPE, ""): a,
    }
    inside = {"sigmoid": a * (1 + a), "tanh": 1 + a**2}
    found[Mistake.SIGN_INSIDE, ""] = inside.get(rule.name, right.xreplace({z: -z}))
    parts = {"sigmoid": [1 - a], "tanh": [1 - a, a**2]}.get(rule.name, [])
    found |= {(Mistake.PART, f"{number}"): part for number, part in enumerate(parts)}
    for other in ("sigmoid", "tanh"):
        if other != rule.name:
            found[Mistake.OTHER_RULE, other] = ACTIVATIONS[other].slope_formula(sp, z, a)
    if rule.name not in ("relu", "softmax"):
        found[Mistake.SLOPE_AT_A, ""] = rule.slope_formula(sp, a, rule.formula(sp, a))
        found[Mistake.NOT_A_SLOPE, "at a"] = rule.formula(sp, a)
        found[Mistake.UPSIDE_DOWN, ""] = 1 / right
    name = taken_apart(a.name)
    beside = [k for k in d.rules if taken_apart(k.name).layer == name.layer]
    below = [
        (f"{k.layer - name.layer} up", s)
        for s in d.rules
        if (k := taken_apart(s.name)).neurons == name.neurons
    ]
    for tag, k in [*_others(a, beside), *below]:
        if k != a:
            found[Mistake.WRONG_NEURON, tag] = d.factor(k, d.rules[k][1]).value
    return found


def _for_other_slope(d: Derivation, a: Expr, z: Expr) -> Options:
    """∂a/∂z of another neuron of a softmax: twice, at z, a part of it, or the slope in its own z."""
    right, own = d.factor(a, z).value, d.rules[a][1]
    other = next(b for b, (_, its) in d.rules.items() if its == z)
    return {
        (Mistake.SLOPE_TWICE, ""): right**2,
        (Mistake.Z_FOR_A, ""): right.xreplace({a: own, other: z}),
        (Mistake.PART, "a"): a,
        (Mistake.PART, "other"): other,
        (Mistake.SIGN_INSIDE, ""): a * (1 - other),
        (Mistake.WRONG_NEURON, "own"): d.factor(a, own).value,
        (Mistake.WRONG_NEURON, "other"): d.factor(other, z).value,
    }


def _for_weight(d: Derivation, z: Expr, a: Expr) -> Options:
    """∂z/∂a = w: forgotten, twice, transposed, another weight, an updated one, or a itself."""
    (_, layer, (i,)), j = taken_apart(z.name), taken_apart(a.name).neurons[0]
    w = d.symbols[f"w{layer}[{i},{j}]"]
    found: Options = {
        (Mistake.WEIGHT_FORGOTTEN, ""): sp.S.One,
        (Mistake.FACTOR_TWICE, ""): w**2,
        (Mistake.OTHER_PART, ""): a,
        (Mistake.NOT_A_SLOPE, ""): w * a,
        (Mistake.NEW_WEIGHT, ""): w - sp.Symbol(RATES[0]) * d.gradient(w.name),
    }
    rows, columns = d.net.weights[layer - 1].shape
    places = [(i, k, f"column {k}") for k in range(columns)] + [(k, j, f"row {k}") for k in range(rows)]
    places += [(i, (j + k) % columns, f"{k} columns on") for k in range(1, columns)]
    for row, column, tag in places:
        if (row, column) not in [(i, j), (j, i)]:
            found[Mistake.WRONG_WEIGHT, tag] = d.symbols[f"w{layer}[{row},{column}]"]
    if i != j and j < rows and i < columns:
        found[Mistake.TRANSPOSED, ""] = d.symbols[f"w{layer}[{j},{i}]"]
    for other in range(1, len(d.net.weights) + 1):
        if other != layer and (same := d.symbols.get(f"w{other}[{i},{j}]")):
            found[Mistake.WRONG_WEIGHT, f"layer {other}"] = same
    return found


def _for_input(d: Derivation, z: Expr, w: Expr) -> Options:
    """∂z/∂w = what comes in: forgotten, twice, another input, z for a, or w itself; ∂z/∂b = 1."""
    (_, layer, (i,)), (letter, _, place) = taken_apart(z.name), taken_apart(w.name)
    before = "x" if layer == 1 else f"a{layer - 1}"
    inputs = [d.symbols[f"{before}[{k}]"] for k in range(d.net.sizes[layer - 1])]
    if letter == "b":
        others = [*inputs, d.symbols[f"a{layer}[{i}]"], d.symbols[f"z{layer}[{i}]"]]
        return {(Mistake.INPUT_AT_BIAS, s.name): s for s in others} | {(Mistake.NOT_A_SLOPE, ""): w}
    right = inputs[place[1]]
    found: Options = {
        (Mistake.INPUT_FORGOTTEN, ""): sp.S.One,
        (Mistake.FACTOR_TWICE, ""): right**2,
        (Mistake.OTHER_PART, ""): w,
        (Mistake.NOT_A_SLOPE, ""): w * right,
        (Mistake.NOT_A_SLOPE, "z"): z,
        (Mistake.WRONG_INPUT, "all"): sp.Add(*inputs),
        (Mistake.UPSIDE_DOWN, ""): 1 / right,
    }
    for name in (f"{before}[{i}]", f"a{layer}[{i}]", f"a{layer}[{place[1]}]", f"x[{i}]", f"x[{place[1]}]"):
        if (other := d.symbols.get(name)) not in (None, right):
            found[Mistake.WRONG_INPUT, name] = other
    for other in inputs:
        if other != right:
            found[Mistake.WRONG_INPUT, other.name] = other
    if right in d.rules:
        found[Mistake.Z_FOR_A, ""] = d.rules[right][1]
        found[Mistake.SLOPE_TWICE, "of the input"] = d.factor(right, d.rules[right][1]).value
    return found


# ---- edits of the table --------------------------------------------------------------------------


@dataclass(frozen=True)
class Edit:
    """A mistake, where it is, and what it makes of a chain: other factors, or another expression."""

    mistake: Mistake
    where: str
    changed: Mapping[Edge, Expr] = field(default_factory=dict)
    multiplied: bool = False
    whole: Expr | None = None
    chain: Chain | None = None

    @property
    def sentence(self) -> str:
        """What a learner reads."""
        return self.mistake.sentence(self.where)

    def value(self, chain: Chain, point: Point, known: dict[Expr, Any]) -> Any:
        """Return the value of the wrong answer at a point; see `Chain.value`."""
        if self.whole is not None:
            return point.value(self.whole, known)
        return (self.chain or chain).value(point, known, self.changed, self.multiplied)


def edits(chain: Chain) -> list[Edit]:
    """Return all mistakes of an exercise that have a name, those with the simplest story first.

    Examples
    --------
    >>> from backprop_lib import Network, derive
    >>> d = derive(Network([[[0.5]], [[0.5]]]))
    >>> for edit in edits(Chain(d, d.symbols["a2[0]"], d.symbols["z2[0]"]))[:3]:
    ...     print(edit.mistake.word, list(edit.changed.values()))
    slope forgotten [1]
    slope twice [a2[0]**2*(1 - a2[0])**2]
    z for a [z2[0]*(1 - z2[0])]
    """
    groups = list(_groups(chain).values())
    found = [edit for group in groups for edit in _of_group(chain, group)]
    found += [edit for layers in _over_layers(groups) for edit in _together(chain, layers)]
    found += [*_cuts(groups), *_paths(chain), *_neurons(chain), *_updated(chain), *_wholes(chain)]
    order = {mistake: number for number, mistake in enumerate(Mistake)}
    return sorted(found, key=lambda edit: order[edit.mistake])


def _groups(chain: Chain) -> dict[str, list[Edge]]:
    """Return the factors by their kind and layer, in the order of the chain."""
    found: dict[str, list[Edge]] = {}
    for of, by in chain.factors:
        found.setdefault(_label([(of, by)], short=True), []).append((of, by))
    return {layer: sorted(edges, key=str) for layer, edges in found.items()}


def _of_group(chain: Chain, group: list[Edge]) -> Iterator[Edit]:
    yield from _together(chain, group)
    if len(group) > 1 and len(chain.factors) <= _MANY:
        for edge in group:
            yield from _together(chain, [edge])


def _together(chain: Chain, edges: list[Edge]) -> Iterator[Edit]:
    """Yield each mistake that can be made of these factors alike, of all that it can be made of."""
    choices = {edge: options(chain.d, *edge) for edge in edges}
    for made in dict.fromkeys(kind for choice in choices.values() for kind in choice):
        changed = {edge: choice[made] for edge, choice in choices.items() if made in choice}
        yield Edit(made[0], _label(list(changed)), changed)


def _over_layers(groups: list[list[Edge]]) -> list[list[Edge]]:
    """Return all slopes of activations, those of hidden layers, and all weights, where they have layers."""
    slopes = [group for group in groups if group[0][0].name[0] == "a"]
    weights = [group for group in groups if group[0][1].name[0] == "a" and group[0][0].name[0] == "z"]
    kinds = [kind for kind in (slopes, slopes[1:], weights) if len(kind) > 1]
    return [[edge for group in kind for edge in group] for kind in kinds]


def _cuts(groups: list[list[Edge]]) -> Iterator[Edit]:
    """Yield chains that end too early, or begin too late, by more than one factor."""
    for last in range(1, len(groups) - 1):
        for missing in (groups[last:], groups[:-last]):
            edges = [edge for group in missing for edge in group]
            where = listed([_label(group, short=True) for group in missing])
            first = {by: of for of, by in reversed(edges)}  # without factors, all paths are one
            late = missing[0] is groups[0]
            changed = {(of, by): sp.S.One if first[by] == of or not late else sp.S.Zero for of, by in edges}
            yield Edit(Mistake.CUT_SHORT, where, changed)


def _paths(chain: Chain) -> Iterator[Edit]:
    """Yield what can happen where several paths come together: at one place, or at all of them alike."""
    meetings = {symbol: into for symbol, into in chain.onward.items() if len(into) > 1}
    for symbols in [*([symbol] for symbol in meetings), list(meetings)] if meetings else []:
        for place in [*range(max(len(meetings[symbol]) for symbol in symbols)), -1]:
            here = [(into[place], symbol) for symbol in symbols if place < len(into := meetings[symbol])]
            others = [(k, symbol) for symbol in symbols for k in meetings[symbol] if (k, symbol) not in here]
            for missing in (here, others):
                yield Edit(Mistake.PATH_MISSING, _through(missing), dict.fromkeys(missing, sp.S.Zero))
            for turned in (here, others):
                changed = {edge: -chain.factors[edge] for edge in turned}
                yield Edit(Mistake.PATH_SUBTRACTED, _through(turned), changed)
    rules = chain.d.rules
    if across := [(of, by) for of, by in chain.factors if of in rules and rules[of][1] != by]:
        where = "the other outputs of the softmax"
        yield Edit(Mistake.PATH_MISSING, where, dict.fromkeys(across, sp.S.Zero))
    if meetings:
        yield Edit(Mistake.PATHS_MULTIPLIED, "", multiplied=True)


def _neurons(chain: Chain) -> Iterator[Edit]:
    """Yield chains that begin at another output: its error and its slope."""
    d = chain.d
    for a in [a for a in d.targets if (d.E, a) in chain.factors and (a, d.rules[a][1]) in chain.factors]:
        for k in d.targets:
            if k != a:
                edges = [(d.E, a), (a, d.rules[a][1])]
                changed = {edges[0]: d.factor(d.E, k).value, edges[1]: d.factor(k, d.rules[k][1]).value}
                yield Edit(Mistake.WRONG_NEURON, listed([_label([edge]) for edge in edges]), changed)


def _updated(chain: Chain) -> Iterator[Edit]:
    """Yield the chain of a program that updates each layer's weights before it goes on to the layer below."""
    slopes, changed = {chain.of: sp.S.One}, {}
    for symbol, into in chain.onward.items():
        for k in into:
            if symbol.name[0] == "a" and k != chain.d.E:
                step = sp.Symbol(RATES[0]) * slopes[k] * symbol
                changed[k, symbol] = chain.factors[k, symbol] - step
        factors = [(k, changed.get((k, symbol), chain.factors[k, symbol])) for k in into]
        slopes |= {symbol: sp.Add(*(slopes[k] * factor for k, factor in factors))} if into else {}
    if changed and chain.of == chain.d.E:
        yield Edit(Mistake.NEW_WEIGHT, _label(list(changed)), changed)


def _wholes(chain: Chain) -> Iterator[Edit]:
    """Yield what is taken for the derivative: the quantity itself, a step, another derivative."""
    right, rate, d = chain.expression(), sp.Symbol(RATES[0]), chain.d
    yield Edit(Mistake.NOT_A_SLOPE, repr(chain), whole=d.definitions[chain.of])
    yield Edit(Mistake.UPSIDE_DOWN, repr(chain), whole=1 / right)
    yield Edit(Mistake.RATE, repr(chain), whole=rate * right)
    if chain.of != d.E:
        return
    if d.net.loss_rule.needs == "softmax":
        own = {(a, z): sp.S.One for a, (_, z) in d.rules.items() if a in d.targets}
        changed = {edge: own.get(edge, sp.S.Zero) for edge in chain.factors if edge[0] in d.targets}
        changed |= {(d.E, a): a - t for a, t in d.targets.items()} if changed else {}
        yield Edit(Mistake.TARGETS_SUM, repr(chain), changed)
    yield Edit(Mistake.STEP, repr(chain), whole=chain.by - rate * right)
    yield Edit(Mistake.STEP, repr(chain), whole=chain.by + rate * right)
    for other in _namesakes(chain):
        swapped = taken_apart(other.name).neurons == taken_apart(chain.by.name).neurons[::-1]
        mistake = Mistake.TRANSPOSED if swapped else Mistake.ANOTHER
        where = f"{ratio(d.E, other)}{' in place of' if swapped else ', not'} {chain}"
        yield Edit(mistake, where, chain=Chain(d, d.E, other))


def _namesakes(chain: Chain) -> list[Expr]:
    """Return the symbols that another index makes of this one; in large layers, those of the same input."""
    letter, layer, place = taken_apart(chain.by.name)
    named = {s: taken_apart(s.name) for s in chain.d.symbols.values() if s not in (chain.d.E, chain.by)}
    found = {s: name.neurons for s, name in named.items() if (name.letter, name.layer) == (letter, layer)}
    if len(found) <= _MANY:
        return list(found)
    return [s for s, other in found.items() if other[1:] == place[1:] or other == place[::-1]][:_MANY]


def _label(edges: list[Edge], short: bool = False) -> str:
    """Return how some factors are called: each by its name, and many by their layers."""
    if len(edges) <= 2 and not short:
        return listed([ratio(*edge) for edge in edges])
    layers = dict.fromkeys(ratio(*(symbol.name.partition("[")[0] for symbol in edge)) for edge in edges)
    return listed(list(layers))


def _through(edges: list[Edge]) -> str:
    """Return the neurons that some paths go through: by their activations."""
    return listed(sorted({str(of).replace("z", "a", 1) for of, _ in edges}))


def listed(words: list[str]) -> str:
    """Return words as a sentence lists them."""
    return " and ".join(filter(None, (", ".join(words[:-1]), words[-1])))

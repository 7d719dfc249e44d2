"""The living chain: a network whose every number is a handle, with the chain rule beside a nudge.

What the browser shows is computed there, by the program that `javascript` prints of the derivation. A nudge
comes from a second forward pass and knows nothing of the factors, so the two can disagree: they do as soon as
one factor is made wrong.
"""

from __future__ import annotations

from math import isfinite
from typing import Any

import traitlets
from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments, finite_number, only_plain
from backprop_lib.drawing import Picture, draw_network
from backprop_lib.symbols import Derivation, derive, javascript
from backprop_lib.text import counted, fixed, plain_name
from backprop_lib.widgets.carrier import Carried, module, sheet
from backprop_lib.widgets.stepper.html_formulas import fraction, named, shown

_MOST, _PATHS = 12, 8  # weights, and paths of one of them
_FARTHEST = 100.0  # from 0, unless a number is there already
_MISTAKES = ("none", "slope", "input", "sign", "path")


def living_chain(
    net: Network, x: ArrayLike, t: ArrayLike, learning_rate: float = 0.5, name: str | None = None
) -> LivingChain:
    """Return a drawing of a network in which every number can be moved; formula and nudge follow.

    Parameters
    ----------
    net : Network
        With up to 12 weights.
    x, t : array_like, shapes (features,) and (outputs,)
        One example.
    learning_rate : float
    name : str, optional
        The weight or bias to begin with, such as "w2[0,0]"; the first one if not given.

    Raises
    ------
    ValueError
        If the network is too large to be read, x and t are not one example, or it has no such name.

    Examples
    --------
    >>> chain = living_chain(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], learning_rate=0.9)
    >>> chain  # doctest: +NORMALIZE_WHITESPACE
    Living chain of a network 1-1-1: x = 0.1000, w₁ = 0.5000, w₂ = 0.5000, t = 0.9000;
    E = 0.056544, ∂E/∂w₁ = −0.001033.
    >>> chain.values = [0.6, 0.5, 0.1, 0.9]  # as somebody drags w₁
    >>> chain.network.by_name()
    {'w1[0,0]': 0.6, 'w2[0,0]': 0.5}
    """
    check_arguments(living_chain, locals())
    only_plain(net, "a living chain")
    count = sum(W.size for W in net.weights)
    if count > _MOST:
        raise ValueError(
            f"net has {counted(count, 'weight')}, expected at most {_MOST}: more would be too many to read."
        )
    d = derive(net)
    if (paths := max(len(d.factors(name)) for name in d.parameters)) > _PATHS:
        raise ValueError(
            f"net has a weight with {paths} paths to the loss, expected at most {_PATHS}: "
            f"more would be too many to read."
        )
    chosen = d.parameters[0] if name is None else str(d.parameter(name))
    return LivingChain(d, x, t, finite_number("learning_rate", learning_rate), chosen)


class LivingChain(Carried):
    """A network, an example and a learning rate, each number a handle; see `living_chain`.

    Attributes
    ----------
    values, start : list of float
        The parameters, the inputs and the targets: now, and at the beginning.
    selected : str
        The parameter whose chain rule is shown, and which is nudged.
    size : int
        k, for a nudge of 10⁻ᵏ.
    mistake : str
        Which error the formula makes, or "none".
    learning_rate : float
    """

    _esm = traitlets.Unicode(module(__file__, "chain.js")).tag(sync=True)
    _css = sheet(__file__, "chain.css")
    given: Any = traitlets.Dict().tag(sync=True)
    start: Any = traitlets.List().tag(sync=True)
    values: Any = traitlets.List().tag(sync=True)
    selected = traitlets.Unicode().tag(sync=True)
    size = traitlets.Int(2).tag(sync=True)
    mistake = traitlets.Unicode("none").tag(sync=True)
    learning_rate = traitlets.Float().tag(sync=True)

    def __init__(self, d: Derivation, x: ArrayLike, t: ArrayLike, learning_rate: float, name: str) -> None:
        self._net = d.net
        numbers = d.numbers(x, t)
        self._handles = [name for name in d.symbols if name[0] in "wb"] + [
            n for n in d.symbols if n[0] in "xt"
        ]
        start = [numbers[d.symbols[name]] for name in self._handles]
        self._farthest = max(_FARTHEST, *(10 * abs(value) for value in start))
        self._good, self._shown = start, name  # what stands if the page sends what makes no sense
        super().__init__(
            _esm=module(__file__, "chain.js", {"program.js": javascript(d)}),
            given=_words(d) | {"bounds": {"t": [0, 1]} if d.cancels else {}, "farthest": self._farthest},
            start=start,
            values=start,
            selected=name,
            learning_rate=learning_rate,
        )

    @property
    def network(self) -> Network:
        """The network with the weights and biases of this moment."""
        return self._net.with_values(dict(zip(self._net.by_name(), self.values, strict=False)))

    @property
    def example(self) -> tuple[list[float], list[float]]:
        """The inputs and the targets of this moment."""
        inputs = len(self._net.by_name()) + self._net.sizes[0]
        return self.values[len(self._net.by_name()) : inputs], self.values[inputs:]

    @traitlets.validate("values")
    def _numbers(self, proposal: dict[str, Any]) -> Any:
        """Keep what stands if what the page sends is not one finite number for each handle."""
        values = proposal["value"]
        fit = len(values) == len(self._handles) and all(
            isinstance(value, int | float) and isfinite(value) and abs(value) <= self._farthest
            for value in values
        )
        if fit:
            self._good = values
        return self._good

    @traitlets.validate("selected")
    def _parameter(self, proposal: dict[str, str]) -> str:
        if proposal["value"] in self._net.by_name():
            self._shown = proposal["value"]
        return self._shown

    @traitlets.validate("size")
    def _power(self, proposal: dict[str, int]) -> int:
        return min(max(proposal["value"], 1), 6)

    @traitlets.validate("mistake")
    def _known(self, proposal: dict[str, str]) -> str:
        return proposal["value"] if proposal["value"] in _MISTAKES else "none"

    def pictures(self) -> list[Picture]:
        """Return the network with its numbers and gradients."""
        net, (x, t) = self.network, self.example
        drawn = draw_network(net, net.forward(x), net.gradients(x, t), t, net.loss(x, t))
        return [Picture(drawn.svg, f"{self!r} {drawn.alt}", drawn.letters)]

    def __repr__(self) -> str:
        net, (x, t), single = self.network, self.example, max(self._net.sizes) == 1
        numbers = dict(zip(self._handles, self.values, strict=True))
        order = sorted(numbers, key=lambda name: "xwbt".index(name[0]))
        said = ", ".join(f"{plain_name(name, single)} = {fixed(numbers[name], 4)}" for name in order)
        slope = net.gradients(x, t).by_name()[self.selected]
        return (
            f"Living chain of a network {'-'.join(map(str, net.sizes))}: {said}; "
            f"E = {fixed(net.loss(x, t))}, ∂E/∂{plain_name(self.selected, single)} = {fixed(slope)}."
        )


def _words(d: Derivation) -> dict[str, Any]:
    """Return all that the page writes and that no number changes: names and formulas."""
    single, symbols = max(d.net.sizes) == 1, d.symbols
    pairs = [(of, by) for name, by in symbols.items() if name[0] in "wbza" for of in d.used_in(by)]
    return {
        "sizes": d.net.sizes,
        "plain": {name: plain_name(name, single) for name in symbols},
        "labels": {name: named(name, single) for name in symbols}
        | {f"δ{z}": named(f"∂E/∂{z}", single) for z in symbols if z[0] == "z"},
        "factors": {
            f"{of}/{by}": {
                "symbol": fraction(str(of), str(by), single),
                "value": shown(d.factor(of, by).value, lambda name: named(name, single)),
            }
            for of, by in pairs
        },
        "gradients": {name: fraction("E", name, single) for name in d.parameters},
    }

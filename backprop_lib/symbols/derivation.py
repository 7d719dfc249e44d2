"""The chain rule in symbols: every factor derived by sympy, layer by layer.

Each pre-activation z, each activation a and the loss E keeps a symbol of its own, defined by the line before
it. A derivative is then taken of one short line at a time, and the chain rule multiplies the results along
every path from the loss back to a parameter. Numbers are put in last, so each factor stays readable.

The one thing to notice: nothing here knows how `Network.gradients` works. sympy differentiates the formulas
of `functions`; the two meet only in `checks`, as witnesses that never spoke to each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import sympy as sp
from numpy.typing import ArrayLike

from backprop_lib.core import Network, check_arguments, real_array
from backprop_lib.symbols.slopes import OTHER_A, A, T, Z, loss_slope_of, slope_in_other, slope_of
from backprop_lib.text import got

Expr = Any  # sympy's classes carry no types


@dataclass(frozen=True)
class Factor:
    """One factor of the chain rule, ∂`of`/∂`by`: as sympy derived it, and as `value`, its readable form.

    It can be multiplied like the expression it stands for.
    """

    of: Expr
    by: Expr
    derived: Expr
    value: Expr

    def _sympy_(self) -> Expr:
        return self.value

    def __mul__(self, other: Any) -> Expr:
        return self.value * sp.sympify(other)

    __rmul__ = __mul__


class Derivation:
    """The symbols of a network, their definitions in the order of the forward pass, and their derivatives.

    Attributes
    ----------
    symbols : dict
        Name ("x[0]", "w1[0,1]", "b1[0]", "z1[0]", "a1[0]", "t[0]", "E") to sympy symbol.
    definitions : dict
        Symbol to the expression that the forward pass computes it with, in that order; the last is E.
    rules : dict
        Each activation's symbol to the name of its rule and the symbol of its own z.
    targets : dict
        Each output's symbol to that of its target.
    parameters : list of str
        Names of weights and biases, in the order of `Network.by_name`.
    cancels : bool
        Whether ∂E/∂a has a denominator that ∂a/∂z cancels, as for a cross-entropy after its output.

    Examples
    --------
    >>> d = derive(Network(weights=[[[0.5]], [[0.5]]]))
    >>> [factor.value for factor in d.factors("w2[0,0]")[0]]
    [a2[0] - t[0], a2[0]*(1 - a2[0]), a1[0]]
    >>> d.gradient("w2[0,0]")
    a1[0]*a2[0]*(1 - a2[0])*(a2[0] - t[0])
    """

    def __init__(self, net: Network) -> None:
        self.net = net
        self.parameters = list(net.by_name())
        self.cancels = net.loss_rule.cancels
        self.symbols: dict[str, Expr] = {}
        self.definitions: dict[Expr, Expr] = {}
        self.rules: dict[Expr, tuple[str, Expr]] = {}
        self._used_in: dict[Expr, list[Expr]] = {}
        self._terms: dict[tuple[Expr, Expr], list[Expr]] = {}  # of a definition, with a symbol in them
        self._deltas: dict[Expr, Expr] = {}
        for j in range(net.sizes[0]):
            self._symbol(f"x[{j}]")
        for name in self.parameters:
            self._symbol(name)
        for layer, f in enumerate(net.activations, 1):
            neurons = [
                (self._symbol(f"z{layer}[{i}]"), self._symbol(f"a{layer}[{i}]"))
                for i in range(net.sizes[layer])
            ]
            for i, (z, a) in enumerate(neurons):
                self.rules[a] = (f.name, z)
                self._define(z, self._weighted_sum(layer, i))
                if not f.compares:
                    self._define(a, f.formula(sp, z))
            for z, a in neurons if f.compares else []:
                self._define(a, f.formula(sp, z, *(other for other, _ in neurons if other != z)))
        self.targets = {self.output(i): self._symbol(f"t[{i}]") for i in range(net.sizes[-1])}
        self.E = self._symbol("E")
        self._define(self.E, sp.Add(*(net.loss_rule.formula(sp, a, t) for a, t in self.targets.items())))

    # ---- factors, paths, gradients -------------------------------------------------------------

    def factors(self, name: str) -> list[list[Factor]]:
        """Return the chain-rule factors of ∂E/∂`name`, path by path, from the loss back to the parameter.

        Examples
        --------
        In a 2-2-2 network a weight of the first layer reaches the loss on two paths:

        >>> d = derive(Network(weights=[[[0.1, 0.3], [0.2, 0.1]], [[0.4, 0.1], [0.5, 0.3]]]))
        >>> [
        ...     [f"d{f.of}/d{f.by}" for f in path] for path in d.factors("w1[0,0]")
        ... ]  # doctest: +NORMALIZE_WHITESPACE
        [['dE/da2[0]', 'da2[0]/dz2[0]', 'dz2[0]/da1[0]', 'da1[0]/dz1[0]', 'dz1[0]/dw1[0,0]'],
         ['dE/da2[1]', 'da2[1]/dz2[1]', 'dz2[1]/da1[0]', 'da1[0]/dz1[0]', 'dz1[0]/dw1[0,0]']]
        """
        w = self.parameter(name)
        return [[*path, self.factor(z, w)] for z in self.used_in(w) for path in self._paths(z)]

    def gradient(self, name: str) -> Expr:
        """Return ∂E/∂`name` as an expression in the symbols: the sum over the paths of their products.

        What several paths share is multiplied out only once, so the cost grows with the number of
        weights and not with the number of paths.
        """
        w = self.parameter(name)
        return sp.Add(*(self.delta(z) * self.factor(z, w).value for z in self.used_in(w)))

    def delta(self, z: Expr | str) -> Expr:
        """Return ∂E/∂z for a pre-activation z, given as a symbol or by name.

        Examples
        --------
        Cross-entropy after a sigmoid leaves only the difference of output and target:

        >>> d = derive(Network([[[1.0]]], loss="binary_cross_entropy"))
        >>> d.delta("z1[0]")
        a1[0] - t[0]
        """
        if not (name := str(z)).startswith("z") or name not in self.symbols:
            raise ValueError(f"{name!r} is no pre-activation, expected a name from 'z1[0]' on.")
        z = self.symbols[name]
        if z not in self._deltas:
            self._deltas[z] = sp.Add(*(self._back(a) * self.factor(a, z).value for a in self.used_in(z)))
            if self.cancels and any(a in self.targets for a in self.used_in(z)):
                own = next(a for a, (_, its) in self.rules.items() if its == z)
                self._deltas[z] = sp.collect(sp.cancel(self._deltas[z]), own)
        return self._deltas[z]

    def _back(self, a: Expr) -> Expr:
        """Return ∂E/∂a of an activation."""
        output = a in self.targets
        return sp.Add(*((1 if output else self.delta(k)) * self.factor(k, a).value for k in self.used_in(a)))

    def factor(self, of: Expr, by: Expr) -> Factor:
        """Return ∂`of`/∂`by` for two symbols of which the first is defined directly by the second.

        Parameters
        ----------
        of, by : sympy symbols

        Examples
        --------
        >>> d = derive(Network([[[1.0]]]))
        >>> d.factor(d.symbols["a1[0]"], d.symbols["z1[0]"]).value
        a1[0]*(1 - a1[0])
        """
        derived = sp.Add(*(sp.diff(term, by) for term in self._terms[of, by]))
        if of in self.rules and self.rules[of][1] == by:
            value = slope_of(self.rules[of][0]).xreplace({Z: by, A: of})
        elif of in self.rules:
            other = next(a for a, (_, z) in self.rules.items() if z == by)
            value = slope_in_other(self.rules[of][0]).xreplace({A: of, OTHER_A: other})
        elif of == self.E:
            value = loss_slope_of(self.net.loss_rule.name).xreplace({A: by, T: self.targets[by]})
        else:
            value = derived
        return Factor(of, by, derived, value)

    # ---- numbers -------------------------------------------------------------------------------

    def numbers(self, x: ArrayLike, t: ArrayLike) -> dict[Expr, float]:
        """Return the value of every symbol for one example.

        Parameters
        ----------
        x : array_like, shape (features,)
        t : array_like, shape (outputs,)

        Examples
        --------
        >>> numbers = derive(Network([[[0.5]]], activation="identity")).numbers([0.1], [0.9])
        >>> {str(symbol): round(number, 6) for symbol, number in numbers.items()}
        {'w1[0,0]': 0.5, 'x[0]': 0.1, 'z1[0]': 0.05, 'a1[0]': 0.05, 't[0]': 0.9, 'E': 0.36125}
        """
        x, t = real_array("x", x, ndim=(1,)), real_array("t", t, ndim=(1,))
        values: dict[Expr, float] = {self.symbols[n]: v for n, v in self.net.by_name().items()}
        trace = self.net.forward(x)
        for key, arrays in (("x", trace.a[:1]), ("z", trace.z), ("a", trace.a[1:]), ("t", [t])):
            for layer, array in enumerate(arrays, 1):
                label = f"{key}{layer}" if key in "za" else key
                values |= {self.symbols[f"{label}[{i}]"]: float(v) for i, v in enumerate(np.asarray(array))}
        values[self.E] = self.net.loss(x, t)
        return values

    def exact(self, name: str, values: Mapping[str, str | int | Fraction]) -> Fraction:
        """Return ∂E/∂`name` in exact rational arithmetic, with `values` for the symbols it contains.

        Parameters
        ----------
        name : str
            The parameter.
        values : dict of str to number
            Name of a symbol to its value, exact as written.

        Raises
        ------
        ValueError
            If a symbol has no value.

        Examples
        --------
        With the rounded digits that document 002 multiplies, exactly:

        >>> d = derive(Network(weights=[[[0.5]], [[0.5]]]))
        >>> d.exact("w2[0,0]", {"a2[0]": "0.5", "a1[0]": "0.51249", "t[0]": "0.9"})
        Fraction(-51249, 1000000)
        """
        rational = {self.symbols[n]: sp.Rational(str(v)) for n, v in values.items()}
        result = self.gradient(name).xreplace(rational)
        if missing := sorted(map(str, result.free_symbols)):
            raise ValueError(f"values has no {missing[0]!r}, expected a number for every symbol.")
        return Fraction(int(result.p), int(result.q))

    # ---- the network as a graph ----------------------------------------------------------------

    def output(self, i: int) -> Expr:
        """Return the symbol of output i."""
        return self.symbols[f"a{len(self.net.weights)}[{i}]"]

    def used_in(self, symbol: Expr) -> list[Expr]:
        """Return the symbols whose definitions contain `symbol`: where its value goes next."""
        return self._used_in[symbol]

    def _symbol(self, name: str) -> Expr:
        self.symbols[name] = sp.Symbol(name, real=True)
        return self.symbols[name]

    def parameter(self, name: str) -> Expr:
        """Return the symbol of a weight or bias."""
        if not isinstance(name, str) or name not in self.parameters:
            raise ValueError(
                f"name {got(name)} is no parameter, expected one of {', '.join(self.parameters)}."
            )
        return self.symbols[name]

    def _weighted_sum(self, layer: int, i: int) -> Expr:
        s, before = self.symbols, "x" if layer == 1 else f"a{layer - 1}"
        inputs = range(self.net.sizes[layer - 1])
        terms = [s[f"w{layer}[{i},{j}]"] * s[f"{before}[{j}]"] for j in inputs]
        return sp.Add(*terms, *([] if self.net.biases is None else [s[f"b{layer}[{i}]"]]))

    def _define(self, symbol: Expr, definition: Expr) -> None:
        self.definitions[symbol] = definition
        for term in sp.Add.make_args(definition):
            for used in term.free_symbols:
                self._terms.setdefault((symbol, used), []).append(term)
                if (uses := self._used_in.setdefault(used, []))[-1:] != [symbol]:
                    uses.append(symbol)

    def _paths(self, z: Expr) -> Iterator[list[Factor]]:
        """Yield the factors from the loss down to ∂a/∂z, once for every path between the two."""
        for a in self.used_in(z):
            for k in self.used_in(a):
                before = [[]] if k == self.E else self._paths(k)  # type: Any
                for path in before:
                    yield [*path, self.factor(k, a), self.factor(a, z)]


def derive(net: Network) -> Derivation:
    """Return the symbols and chain-rule derivatives of a network; see `Derivation`."""
    check_arguments(derive, locals())
    return Derivation(net)

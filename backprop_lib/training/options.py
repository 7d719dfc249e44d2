"""What training may be told: its settings, and which parameters do not learn freely."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Float, Gradients, Names, Network, check_arguments, rebuilt, whole_number
from backprop_lib.text import got


@dataclass(frozen=True, kw_only=True)
class Options:
    """The settings of a training run, as `train` describes them, each of which makes sense.

    Raises
    ------
    TypeError, ValueError
        If one of them makes none; whether names and held-out examples fit a network is not known here.

    Examples
    --------
    >>> Options(momentum=1)
    Traceback (most recent call last):
    ValueError: momentum is 1, expected at least 0 and less than 1.
    """

    batch_size: int | None = None
    seed: int = 0
    shuffle: bool = True
    momentum: float = 0.0
    l2: float = 0.0
    dtype: str | type = "float64"
    scale: float = 1.0
    test: tuple[ArrayLike, ArrayLike] | None = None
    hold: Names = ()
    tie: Names = ()

    def __post_init__(self) -> None:
        check_arguments(Options, vars(self))
        if self.batch_size is not None:
            whole_number("batch_size", self.batch_size, least=1)
        if not 0 <= self.momentum < 1:
            raise ValueError(f"momentum is {self.momentum}, expected at least 0 and less than 1.")
        if self.l2 < 0:
            raise ValueError(
                f"l2 is {self.l2}, expected at least 0: below it, weights would be pushed outward."
            )
        if self.scale == 0:
            raise ValueError("scale is 0, expected another number: all inputs would be 0.")
        if self.test is not None and (not isinstance(self.test, tuple | list) or len(self.test) != 2):
            raise TypeError("test is not a pair, expected (x, t): inputs and their targets.")
        object.__setattr__(self, "dtype", _floating(self.dtype))

    @classmethod
    def of(cls, given: Mapping[str, Any]) -> Options:
        """Return the options given by name.

        Examples
        --------
        >>> Options.of({"batchsize": 8})
        Traceback (most recent call last):
        TypeError: batchsize is no option of training, expected one of: batch_size, seed, shuffle, \
momentum, l2, dtype, scale, test, hold, tie.
        """
        if unknown := [name for name in given if name not in cls.__annotations__]:
            known = ", ".join(cls.__annotations__)
            raise TypeError(f"{unknown[0]} is no option of training, expected one of: {known}.")
        return cls(**given)


def _floating(dtype: Any) -> np.dtype[Any]:
    for kind in (np.dtype(np.float32), np.dtype(np.float64)):
        if dtype in (kind, kind.name, kind.type) or (dtype is float and kind.itemsize == 8):
            return kind
    raise ValueError(f"dtype is {got(dtype)}, expected 'float32' or 'float64'.")


class Constraints:
    """Which parameters of a network are held fixed, and which are shared.

    A parameter that is held takes no step. All entries of an array that is tied are one parameter, used in
    several places. If b is the bias that all neurons of a layer share, a nudge of b moves the z of each of
    them, and by the chain rule ∂E/∂b is the sum of what flows back from all of them: Σδ. Each entry takes the
    step of that sum, so entries that begin with one value keep one value.

    Parameters
    ----------
    net : Network
    hold, tie : sequence of str
        As for `train`.

    Attributes
    ----------
    held : list of str
        The names of single parameters, as `by_name` has them.
    shared : list of list of str
        For each tied array, the names of its entries.

    Raises
    ------
    TypeError, ValueError
        If a name is none of the network's, nothing is left to learn, or a tied array holds several values.

    Examples
    --------
    >>> net = Network([[[0.5, 0.1], [0.2, 0.4]]], biases=[[0.3, 0.3]])
    >>> both = Constraints(net, hold=["w1[0,1]", "w1[1,0]"], tie=["b1"])
    >>> both.held, both.shared
    (['w1[0,1]', 'w1[1,0]'], [['b1[0]', 'b1[1]']])
    """

    def __init__(self, net: Network, hold: Names = (), tie: Names = ()) -> None:
        check_arguments(Constraints.__init__, locals())
        values = net.by_name() if hold or tie else {}
        arrays: dict[str, list[str]] = {}
        for name in values:
            arrays.setdefault(name.partition("[")[0], []).append(name)
        for argument, names in (("hold", hold), ("tie", tie)):
            if unknown := [n for n in names if n not in arrays and (n not in values or argument == "tie")]:
                known = f"arrays of net: {' or '.join(arrays)}"
                entry = f", or a single parameter such as {next(iter(values))}" if argument == "hold" else ""
                raise ValueError(f"{argument} names {got(unknown[0])}, expected {known}{entry}.")
        chosen = {single for name in hold for single in arrays.get(name, [name])}
        self.held = [name for name in values if name in chosen]
        self.shared = [arrays[name] for name in dict.fromkeys(tie)]
        self._at = {name: place for place, name in enumerate(values)}
        if hold and len(self.held) == len(values):
            raise ValueError("hold names every parameter, expected at least one that learns.")
        for name, entries in zip(dict.fromkeys(tie), self.shared, strict=True):
            if len(different := {values[entry] for entry in entries}) > 1:
                raise ValueError(
                    f"tie names {name!r}, which holds {min(different):g} and {max(different):g}, "
                    "expected the same value in each entry: together they are one parameter."
                )
            if chosen.intersection(entries) not in (set(), set(entries)):
                raise ValueError(
                    f"hold names a part of {name!r}, expected all of it or none: tie makes it one parameter."
                )

    def __bool__(self) -> bool:
        return bool(self.held or self.shared)

    def calls(
        self, slopes: Float[Array, " parameters *copies"], places: Array | None = None
    ) -> Iterator[Callable[[], object]]:
        """Yield what makes the gradients of free parameters those of these, in place.

        Parameters
        ----------
        slopes : ndarray, shape (parameters,) or (parameters, copies)
        places : ndarray of int, shape (parameters,), optional
            Where each parameter stands in `slopes`, if that has another order than `by_name`.
        """

        def at(names: list[str]) -> Array:
            rows = np.array([self._at[name] for name in names])
            return rows if places is None else places[rows]

        for entries in self.shared:
            yield partial(_add_up, slopes, at(entries))
        if self.held:
            yield partial(slopes.__setitem__, at(self.held), 0)

    def gradients(self, free: Gradients) -> Gradients:
        """Return the gradients that a step takes, from those of free parameters.

        Examples
        --------
        >>> net = Network([[[0.5], [0.1]]], biases=[[0.3, 0.3]])
        >>> free = net.gradients([1.0], [0.0, 1.0])
        >>> bound = Constraints(net, hold=["w1"], tie=["b1"]).gradients(free)
        >>> bound.weights[0].tolist(), bool(bound.biases[0][0] == bound.biases[0][1] == sum(free.biases[0]))
        ([[0.0], [0.0]], True)
        """
        values = free.by_name()
        for entries in self.shared:
            values |= dict.fromkeys(entries, sum(values[name] for name in entries if name in values))
        values |= dict.fromkeys(self.held, 0.0)
        weights, biases = rebuilt(free.weights, free.biases, values)
        return replace(free, weights=weights, biases=biases)


def _add_up(slopes: Float[Array, " parameters *copies"], places: Array) -> None:
    slopes[places] = slopes[places].sum(axis=0)

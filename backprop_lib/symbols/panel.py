"""Witnesses heard together: what each says of every gradient, who is silent, who agrees with whom."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isfinite

import numpy as np
from numpy.typing import ArrayLike

from backprop_lib.core import Array, Float, Network, overridden
from backprop_lib.symbols.derivation import derive
from backprop_lib.symbols.evaluation import evaluate
from backprop_lib.symbols.floors import floors, kinks
from backprop_lib.symbols.nudging import STEP, complex_step, differences_and_errors
from backprop_lib.text import Table, counted, fixed

_TINY = float(np.finfo(float).smallest_subnormal)
Slopes = Mapping[str, float]


class CheckFailed(AssertionError):
    """Witnesses disagree; the message says at which point, who got what, and who agrees with whom."""


@dataclass(frozen=True)
class Agreement:
    """What each witness says of each parameter, after all were found to agree; `notes` says with what limits.

    `floors` is how far off rounding alone may have made each gradient.
    """

    witnesses: Mapping[str, Slopes]
    tolerance: float
    floors: Slopes
    notes: Sequence[str]

    def __repr__(self) -> str:
        heard = f"{len(self.witnesses)} witnesses ({', '.join(self.witnesses)})"
        agree = f"all agree to within {self.tolerance:g} of each."
        return " ".join([f"{counted(len(self.floors), 'gradient')}, {heard}: {agree}", *self.notes])

    def _repr_markdown_(self) -> str:
        rows = [[f"`{n}`", *(fixed(w[n], 12) for w in self.witnesses.values())] for n in self.floors]
        return f"{Table(['∂E/∂…', *self.witnesses], rows)}\n\n{self!r}"


class Panel:
    """The witnesses on one network: what each has said of each parameter, and how far it may be off."""

    def __init__(self, net: Network, x: ArrayLike, t: ArrayLike, names: list[str], tolerance: float) -> None:
        self.net, self.x, self.t, self.names, self.tolerance = net, x, t, names, tolerance
        self.said: dict[str, dict[str, float]] = {}
        self.doubt: dict[str, dict[str, float]] = {}  # beyond rounding
        self.notes: list[str] = []
        self.other_z: list[list[Float[Array, "batch _"]]] = []
        self.own = [method for method in overridden(net) if method in ("forward", "loss")]

    def hear(self, witness: str, slopes: Slopes, doubt: Slopes | None = None) -> None:
        """Take down what a witness says."""
        self.said[witness] = {name: slopes[name] for name in self.names}
        self.doubt[witness] = {name: (doubt or {}).get(name, 0.0) for name in self.names}

    def hear_symbols(self) -> None:
        """Let sympy's terms speak."""
        slopes, z = evaluate(derive(self.net), self.x, self.t, self.names)
        self.hear("symbols", slopes)
        self.other_z.append(z)

    def hear_complex_step(self) -> None:
        """Let the complex step speak, where its losses stay in the range of floats."""
        with np.errstate(all="ignore"):
            slopes = complex_step(self.net, self.x, self.t, names=self.names)
            complex_net = self.net.replace([w.astype(complex) for w in self.net.weights], self.net.biases)
            rows = np.atleast_2d(np.asarray(self.x))
            self.other_z.append([z.real for z in Network.forward(complex_net, rows).z])
        doubt = {name: self._underflow(slope) for name, slope in slopes.items()}
        self.hear("complex step", slopes, doubt)
        if lost := [name for name in self.names if doubt[name] >= abs(self.said["matrix form"][name]) > 0]:
            self.notes.append(
                f"The complex step leaves the range of floats for {_some(lost)}, so is excused."
            )

    def _underflow(self, slope: float) -> float:
        if not isfinite(slope):
            return inf
        grows = [max(1.0, float(np.abs(w).sum(axis=0).max())) for w in self.net.weights]  # at most, by layer
        largest = max(1.0, float(np.abs(self.t).max()), *(float(np.abs(a).max()) for a in self.other_z[-1]))
        return _TINY / STEP * 10 * sum(self.net.sizes) * largest * float(np.prod(grows))

    def hear_differences(self) -> None:
        """Ask the witnesses that need nothing but losses, for a class with a loss of its own."""
        name, own = type(self.net).__name__, " and ".join(self.own)
        self.notes.append(f"The symbols are excused: {name} has its own {own}, which they know nothing of.")
        with np.errstate(all="ignore"):
            slopes, errors = differences_and_errors(self.net, self.x, self.t, self.names)
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error", np.exceptions.ComplexWarning)
                self.hear_complex_step()
            said = self.said["complex step"]
            follows = all(abs(said[n] - slopes[n]) <= errors[n] + 1e-6 * abs(said[n]) for n in self.names)
        except (TypeError, np.exceptions.ComplexWarning):
            follows = False
        if not follows:
            self.said.pop("complex step", None)
            self.notes.append("The complex step is excused too: this loss does not take complex numbers.")
        self.hear("central differences", slopes, errors)
        self.notes.append(f"Central differences may be off by {max(errors.values()):.0e}.")

    def verdict(self) -> Agreement:
        """Say that all agree, and with what limits; or raise `CheckFailed`."""
        near = self._kinks() if "forward" not in self.own else None
        floor = floors(self.net, self.x, self.t, near)
        for name in self.names:
            voices = [w for w in self.said if w == "matrix form" or self.doubt[w][name] < inf]
            pairs = [(a, b) for k, a in enumerate(voices) for b in voices[k + 1 :]]
            if not pairs or any(self._apart(a, b, name, floor[name]) for a, b in pairs):
                raise CheckFailed(self._disagreement(name, voices, floor[name]))
        exact = [said for witness, said in self.said.items() if witness != "central differences"]
        if small := [n for n in self.names if 0 < max(abs(said[n]) for said in exact) <= floor[n]]:
            self.notes.insert(
                0, f"Of {len(small)} ({_some(small)}) no sign is known: they are as small as rounding errors."
            )
        return Agreement(self.said, self.tolerance, {n: floor[n] for n in self.names}, tuple(self.notes))

    def _kinks(self) -> list[Array]:
        """Note which z stand at a kink; return where rounding decides about the side."""
        exact, near = kinks(self.net, self.x, self.other_z)
        if exact:
            rows = sorted({row for rows in exact.values() for row in rows})
            self.notes.append(
                f"Exactly 0: {_some(list(exact))}, in example{'s' * (len(rows) > 1)} {_some(rows)}. "
                "There relu has no derivative; its slope is taken as 0."
            )
        sides = [
            f"z{layer}[{i}]" for layer, where in enumerate(near, 1) for i in np.flatnonzero(where.any(axis=0))
        ]
        if sides:
            self.notes.append(
                f"Rounding decides whether {_some(sides)} is above 0, where the slope of relu jumps."
            )
        return near

    def _allowed(self, a: str, b: str, name: str, floor: float) -> float:
        larger = max(abs(self.said[a][name]), abs(self.said[b][name]))
        return self.tolerance * larger + floor + self.doubt[a][name] + self.doubt[b][name]

    def _apart(self, a: str, b: str, name: str, floor: float) -> bool:
        off = abs(self.said[a][name] - self.said[b][name])
        return not (off < inf and off <= self._allowed(a, b, name, floor))

    def _disagreement(self, name: str, voices: list[str], floor: float) -> str:
        groups: list[list[str]] = []
        apart = {v: [w for w in voices if self._apart(v, w, name, floor)] for v in voices}
        voices = [v for v in voices if apart[v]] or voices  # who agrees with everybody says nothing here
        for voice in voices:
            home = [group for group in groups if not set(group) & set(apart[voice])]
            home[0].append(voice) if home else groups.append([voice])
        said = [
            f"{' and '.join(g)} {'agree on' if len(g) > 1 else 'got'} {self.said[g[0]][name]:.12g}"
            for g in sorted(groups, key=len)
        ]
        allowed = max(self._allowed(a, b, name, floor) for a in voices for b in voices)
        where = f"∂E/∂{name} at {name} = {self.net.by_name()[name]:g}"
        limit = f"expected a difference of at most {allowed:.1g}."
        return " ".join([f"{where}: {', '.join(said)}, {limit}", *self.notes])


def _some(things: Sequence[object]) -> str:
    return ", ".join(map(str, things[:4])) + (", …" if len(things) > 4 else "")

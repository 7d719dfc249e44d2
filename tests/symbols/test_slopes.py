"""A readable slope is used only after sympy has confirmed it."""

from dataclasses import replace

import pytest

from backprop_lib.core.functions import ACTIVATIONS, LOSSES
from backprop_lib.symbols import slopes


def test_sympy_has_confirmed_every_slope():
    for name in ACTIVATIONS:
        slopes.slope_of.__wrapped__(name)
    for name in LOSSES:
        slopes.loss_slope_of.__wrapped__(name)


@pytest.mark.parametrize("kind", ["activation", "loss"])
def test_a_wrong_slope_is_refused(monkeypatch, kind):
    if kind == "activation":
        wrong = replace(ACTIVATIONS["sigmoid"], slope_formula=lambda sp, z, a: a * (1 + a))
        monkeypatch.setattr(slopes, "ACTIVATIONS", {**ACTIVATIONS, "sigmoid": wrong})
        check, name = slopes.slope_of.__wrapped__, "sigmoid"
    else:
        wrong = replace(LOSSES["squared_error"], slope_formula=lambda sp, a, t: a - t)
        monkeypatch.setattr(slopes, "LOSSES", {**LOSSES, "squared_error": wrong})
        check, name = slopes.loss_slope_of.__wrapped__, "squared_error"
    with pytest.raises(ValueError, match=f"the slope of '{name}' is written as .*, but sympy derives"):
        check(name)


def test_rules_are_written_in_real_symbols():
    """Only then may a rule ask whether z > 0."""
    assert all(symbol.is_real for symbol in (slopes.Z, slopes.A, slopes.T))

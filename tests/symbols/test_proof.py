"""The proof holds for every rule, and refuses a derivation that is wrong."""

import pytest
from strategies import ALONE, fitting
from witnesses import TWO

from backprop_lib import Network, derive
from backprop_lib.core.functions import LOSSES
from backprop_lib.symbols.proof import prove


@pytest.mark.parametrize("activation", ALONE)
@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("biases", [True, False])
def test_the_proof_holds_for_every_rule(activation, loss, biases):
    names = [activation, last := fitting(loss, activation)]
    net = Network.random([2, 2, 3 if last == "softmax" else 1], biases=biases, activation=names, loss=loss)
    assert set(prove(derive(net)).values()) == {0}


def test_the_proof_holds_where_layers_stand_within_layers():
    assert set(
        prove(derive(Network.random([1, 2, 2, 1], activation=["relu", "tanh", "sigmoid"]))).values()
    ) == {0}


def test_the_proof_refuses_a_wrong_derivation(monkeypatch):
    d = derive(TWO)
    right = d.gradient
    monkeypatch.setattr(d, "gradient", lambda name: -right(name) if name == "w1[0,1]" else right(name))
    wrong = [name for name, difference in prove(d).items() if difference != 0]
    assert wrong == ["w1[0,1]"]

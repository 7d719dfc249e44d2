"""Letters are arrays of symbols, with the names and shapes that the course prints."""

import numpy as np
import pytest
from questions import NETWORKS, network

from backprop_lib import derive
from backprop_lib.exercises import letters


@pytest.mark.parametrize("kind", NETWORKS)
def test_they_are_the_symbols_of_the_derivation(kind):
    net, _ = NETWORKS[kind]
    named = {str(s): s for array in letters(net, z=True) for s in array.flat}
    assert named == {name: s for name, s in derive(net).symbols.items() if name != "E"}


def test_their_order_and_shapes():
    x, w1, a1, w2, a2, t = letters(network([3, 2, 1]))
    assert [array.shape for array in (x, w1, a1, w2, a2, t)] == [(3,), (2, 3), (2,), (1, 2), (1,), (1,)]
    assert str(w1[1, 2]) == "w1[1,2]"
    assert letters(network([1, 1], True), z=True).names == ("x", "w1", "b1", "z1", "a1", "t")
    assert letters(network([1, 1], True)).names == ("x", "w1", "b1", "a1", "t")
    assert letters(network([1, 1]), z=True).names == ("x", "w1", "z1", "a1", "t")


def test_numpy_computes_with_them():
    x, w1, *_ = letters(network([2, 2]))
    assert str((w1 @ x)[1]) == "w1[1,0]*x[0] + w1[1,1]*x[1]"
    assert (w1.T @ np.ones(2)).shape == (2,)


@pytest.mark.parametrize("net", [None, "1-1-1", [1, 1], object()])
def test_only_a_network_has_letters(net):
    with pytest.raises(TypeError, match=r"net is .*, expected a Network\."):
        letters(net)

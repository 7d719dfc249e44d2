"""The floor of a gradient: wide enough for every rounding, and no wider than needed."""

import exact
import numpy as np
import pytest
from strategies import ALONE, fitting
from witnesses import HARD, altered, one_weight_times

from backprop_lib import Network
from backprop_lib.core.functions import LOSSES
from backprop_lib.symbols.checks import check_gradients
from backprop_lib.symbols.floors import floors
from backprop_lib.symbols.panel import CheckFailed


@pytest.mark.parametrize("factor", [-1, 3, 1 + 1e-6])
@pytest.mark.parametrize("hard", HARD.values(), ids=HARD)
def test_a_wrong_gradient_is_refused_unless_rounding_drowns_it(hard, factor):
    net, x, t = hard
    truth, floor = exact.gradients(net, x, t)["w1[0,0]"], floors(net, x, t)["w1[0,0]"]
    wrong = altered(net, one_weight_times(factor))
    if abs((factor - 1) * truth) > 4 * floor:
        with pytest.raises(CheckFailed, match=r"∂E/∂w1\[0,0\]"):
            check_gradients(wrong, x, t)
    elif abs(truth) < floor:
        assert float(truth) == 0 or "(w1[0,0]" in repr(check_gradients(net, x, t))


@pytest.mark.parametrize("activation", ALONE)
@pytest.mark.parametrize("loss", LOSSES)
def test_a_floor_is_a_small_part_of_an_ordinary_gradient(activation, loss):
    names = [activation, activation, fitting(loss, activation)]
    net = Network.random([3, 4, 3, 2], seed=3, activation=names, loss=loss)
    net = net.replace(net.weights, [b + 1 for b in net.biases])
    x, t = np.random.default_rng(1).uniform(0.1, 1, (2, 5, 3))
    found = floors(net, x, t[:, :2])
    truth = exact.gradients(net, x, t[:, :2])
    assert all(0 < floor < 1e-12 * max(map(abs, truth.values())) for floor in found.values())

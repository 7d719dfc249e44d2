"""Many trainings at once take the steps of one, and a grid holds the losses of single networks."""

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import problems

from backprop_lib import Network, sweep, train
from backprop_lib.training import sweeping
from backprop_lib.training.sweeping import loss_on_grid

NET = Network(weights=[[[0.5]], [[0.5]]])
X, T = [0.1], [0.9]


@settings(max_examples=25, deadline=None)
@given(problems())
def test_a_sweep_takes_the_steps_of_train(problem):
    net, x, t = problem
    rates = [0.01, 0.1]
    runs = sweep(net, x, t, rates, epochs=5)
    for r, rate in enumerate(rates):
        history = train(net, x, t, rate, epochs=5)
        n = len(history.loss)
        np.testing.assert_allclose(runs.loss[:n, r], history.loss, rtol=1e-9, atol=1e-12)
        np.testing.assert_allclose(runs.path[:n, :, r], history.path, rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize("together", [1, 40, 10**6])
def test_a_sweep_ends_when_the_last_rate_has_reached_its_goal(monkeypatch, together):
    monkeypatch.setattr(sweeping, "_TOGETHER", together)
    runs = sweep(NET, X, T, [0.9, 3.0, 9.0], epochs=2000, stop_below=5e-5)
    alone = [train(NET, X, T, rate, 2000, stop_below=5e-5).updates for rate in (0.9, 3.0, 9.0)]
    assert [runs.outcome(r).updates for r in range(3)] == alone
    assert alone[0] == 812
    assert len(runs.loss) == len(runs.path) == 813
    assert len(sweep(NET, X, T, [0.9], epochs=7).loss) == 8
    assert len(sweep(NET, X, T, [0.9], epochs=7, stop_below=1.0).loss) == 1


@settings(max_examples=20, deadline=None)
@given(problems())
def test_a_grid_holds_the_losses(problem):
    net, x, t = problem
    name = next(iter(net.by_name()))
    values = np.array([[-1.0, 0.3], [0.9, 2.0]])
    got = loss_on_grid(net, x, t, {name: values})
    expected = [[net.with_values({name: v}).loss(x, t) for v in row] for row in values]
    np.testing.assert_allclose(got, expected, rtol=1e-10)


def test_a_grid_has_one_shape_and_examples_that_fit():
    with pytest.raises(ValueError, match=r"values has the shapes \(2,\) and \(3,\), expected one shape"):
        loss_on_grid(NET, X, T, {"w1[0,0]": [1, 2], "w2[0,0]": [1, 2, 3]})
    with pytest.raises(ValueError, match="values has the shapes none"):
        loss_on_grid(NET, X, T, {})
    with pytest.raises(ValueError, match=r"x has shape \(2,\)"):
        loss_on_grid(NET, [0.1, 0.2], T, {"w1[0,0]": [1.0]})
    with pytest.raises(ValueError, match="t has 2 rows, expected 1"):
        loss_on_grid(NET, [X], [T, T], {"w1[0,0]": [1.0]})


def test_a_grid_names_known_parameters():
    with pytest.raises(ValueError, match="values names 'w9', which is no parameter"):
        loss_on_grid(NET, X, T, {"w9": [1.0]})

"""sympy's terms with numbers put in: right, averaged over the batch, each at the same cost."""

import numpy as np
import pytest
from growth import DEEPER, WIDER, work_per_parameter
from witnesses import RIGHT, TWO, T, X

from backprop_lib import derive
from backprop_lib.symbols.evaluation import evaluate


def test_numbers_are_those_of_the_readable_gradient():
    d, x, t = derive(TWO), [0.2, 0.5], [0.2, 0.7]
    numbers = d.numbers(x, t)
    for name in d.parameters:
        assert evaluate(d, x, t, [name])[0][name] == pytest.approx(
            float(d.gradient(name).xreplace(numbers)), rel=1e-13
        )
    with pytest.raises(ValueError, match=r"x has shape \(1,\)"):
        evaluate(d, [0.2], t, ["w1[0,0]"])


def test_symbols_are_the_mean_over_the_batch():
    batch = evaluate(derive(RIGHT), [X, [0.9, -0.4]], [T, [0.1, 0.3]])[0]
    singles = [evaluate(derive(RIGHT), X, T)[0], evaluate(derive(RIGHT), [0.9, -0.4], [0.1, 0.3])[0]]
    for name, slope in batch.items():
        assert slope == pytest.approx(np.mean([single[name] for single in singles]), rel=1e-14)


@pytest.mark.parametrize(("small", "large"), [WIDER, DEEPER], ids=["wider", "deeper"])
def test_the_work_of_the_numbers_grows_in_proportion_too(small, large):
    def evaluate_once(d, name):
        if name == d.parameters[0]:
            evaluate(d, [[0.1] * d.net.sizes[0]] * 2, [[0.2] * d.net.sizes[-1]] * 2)

    assert work_per_parameter(large, evaluate_once) < 1.2 * work_per_parameter(small, evaluate_once)

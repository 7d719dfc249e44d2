"""The code that chapter 6 shows of another library gives the course's gradients, run as it is printed."""

import numpy as np
from printed_code import BLOCKS, namespace


def test_autograd_finds_the_same_gradients():
    made = namespace()
    exec(compile(BLOCKS["autograd"], "chapter 6, autograd", "exec"), made)
    expected = made["start"].gradients(made["x"], made["t"])
    assert len(made["gradients"]) == 2
    for (W, b), dE_dW, dE_db in zip(made["gradients"], expected.weights, expected.biases, strict=True):
        np.testing.assert_allclose(W, dE_dW, rtol=1e-10, atol=1e-14)
        np.testing.assert_allclose(b, dE_db, rtol=1e-10, atol=1e-14)


def test_a_factor_in_the_printed_code_is_noticed():
    made = namespace()
    exec(compile(BLOCKS["autograd"].replace("return anp", "return 2 * anp"), "a factor", "exec"), made)
    expected = made["start"].gradients(made["x"], made["t"])
    assert not np.allclose(made["gradients"][0][0], expected.weights[0])

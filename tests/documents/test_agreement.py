"""Whether two expressions agree, by proof."""

import sympy as sp

from backprop_lib.documents.agreement import reduce_to_zero


def test_equal_formulas_in_other_forms_are_equal():
    z = sp.Symbol("z")
    sigma = 1 / (1 + sp.exp(-z))
    assert reduce_to_zero(sigma - sp.exp(z) / (1 + sp.exp(z))) == 0
    assert reduce_to_zero(sigma - 1 / (1 + sp.exp(z))) != 0

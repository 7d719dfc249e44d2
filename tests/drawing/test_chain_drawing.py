"""The chain rule as a picture: every factor of a path, once."""

import re
import xml.etree.ElementTree as ET

import pytest
from legibility import assert_legible

from backprop_lib import Network, derive
from backprop_lib.drawing.chain_drawing import draw_chain
from backprop_lib.text import plain_name

CHAINS = {
    "one path": derive(Network([[[0.5]], [[0.5]]])),
    "cross-entropy": derive(Network.random([2, 2, 2], loss="binary_cross_entropy")),
    "deep": derive(Network.random([1, 1, 1, 1], activation="tanh", loss="squared_error")),
    "wide": derive(Network.random([2, 3, 2])),
}


@pytest.mark.parametrize("d", CHAINS.values(), ids=CHAINS)
def test_a_chain_shows_every_factor_of_its_path(d):
    single = max(d.net.sizes) == 1
    for name in d.parameters:
        for k, path in enumerate(d.factors(name)):
            picture = draw_chain(d, name, k)
            assert_legible(picture)
            assert ("path" in picture.alt) == (len(d.factors(name)) > 1)
            written = [node.text for node in ET.fromstring(picture.svg).iter() if node.tag.endswith("text")]
            for factor in path:
                of, by = plain_name(str(factor.of), single), plain_name(str(factor.by), single)
                assert f"∂{of}/∂{by} = " in picture.alt
                assert {f"∂{of}", f"∂{by}"} <= set(written)
            heads = re.findall(r'd="M[^C"]*z" fill="#a8480a"', picture.svg)
            assert len(heads) == len(path)


def test_a_chain_writes_the_value_of_each_factor():
    picture = draw_chain(CHAINS["one path"], "w1[0,0]")
    for value in ("a₂ − t", "a₂·(1 − a₂)", "w₂", "a₁·(1 − a₁)", "x"):
        assert f">= {value}<" in picture.svg
    assert "Forward: x, w₁, z₁ | a₁, w₂, z₂ | a₂, E." in picture.alt
    assert "Forward: b₂, z₂ | a₂, w₃, z₃ | a₃, E." in draw_chain(CHAINS["deep"], "b2[0]").alt
    relu = draw_chain(derive(Network([[[0.5]], [[0.5]]], activation="relu")), "w1[0,0]")
    assert "∂a₁/∂z₁ = (1 if z₁ > 0, else 0), ∂z₁/∂w₁ = x." in relu.alt
    second = draw_chain(CHAINS["wide"], "w1[2,1]", path=1)
    assert "path 2 of 2. Forward: x[1], w1[2,1], z1[2] | a1[2], w2[1,2], z2[1] | a2[1], E." in second.alt


@pytest.mark.parametrize(
    ("draw", "message"),
    [
        (lambda: draw_chain(CHAINS["wide"], "w1[0,0]", 2), "path is 2, expected 0 to 1: "),
        (lambda: draw_chain(CHAINS["wide"], "w9[0,0]"), r"'w9\[0,0\]' is no parameter"),
    ],
)
def test_a_chain_refuses_what_it_cannot_show(draw, message):
    with pytest.raises(ValueError, match=message):
        draw()

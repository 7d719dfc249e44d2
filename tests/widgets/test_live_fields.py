"""The fields of a live trainer: what they hold, what is read from them, what is refused."""

import pytest

from backprop_lib import Network
from backprop_lib.widgets.carrier import FieldError
from backprop_lib.widgets.live.live_fields import Fields

NET = Network.random([6, 3, 2], seed=1, activation=["tanh", "sigmoid"], loss="binary_cross_entropy")


@pytest.fixture
def fields():
    return Fields(NET, 0.3, batch_size=8, epochs=10)


def test_as_they_are_they_give_back_what_they_were_made_of(fields):
    names = ("hidden", "learning_rate", "batch_size", "epochs")
    assert [fields.read(name) for name in names] == [[3], 0.3, 8, 10]
    assert fields.network(seed=0) is NET


def test_other_hidden_neurons_keep_the_functions(fields):
    fields.hidden.value = " 4, 3 "
    net = fields.network(seed=5)
    assert net.sizes == [6, 4, 3, 2]
    assert [f.name for f in net.activations] == ["tanh", "tanh", "sigmoid"]
    assert net.loss_rule is NET.loss_rule
    assert net.by_name() == fields.network(seed=5).by_name() != fields.network(seed=6).by_name()


@pytest.mark.parametrize("name", ["hidden", "learning_rate", "batch_size", "epochs"])
@pytest.mark.parametrize("typed", ["", "0", "-1", "nan", "1e400", "fast", "2,5,", "1j"])
def test_every_field_refuses_what_makes_no_sense(fields, name, typed):
    field = getattr(fields, name)
    field.value = typed
    with pytest.raises(FieldError, match=f"“{field.description}” is {typed!r}, expected .*, such as"):
        fields.check()

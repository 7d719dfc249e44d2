"""What goes in: bad arguments get one sentence that says what was got and what to write instead."""

import numpy as np
import pytest

from backprop_lib import Network, train
from backprop_lib.datasets import mnist, one_hot

W = [[0.1, 0.2], [0.3, 0.4]]
NET = Network([W])
MASKED = np.ma.masked_array([0.1, 0.2], [False, True])
HUGE = 10**400


@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (5, "weights is 5, expected a list with one matrix per layer."),
        (None, "weights is None, expected a list with one matrix per layer."),
        ("W1", "weights is 'W1', expected a list with one matrix per layer."),
        ({"w1": W}, "weights is {'w1': [[0.1, 0.2], [0.3, 0.4]]}, expected a list"),
        ((row for row in [W]), "expected a list with one matrix per layer."),
        ([], "weights is empty, expected a list with one matrix per layer."),
        (W, "weights is a single matrix, expected a list with one per layer: write weights=[W]."),
        (np.array(W), "weights is a single matrix, expected a list with one per layer: write weights=[W]."),
        ([W, None], "weights[1] holds None, expected numbers only."),
        ([np.tanh], "weights[0] holds <ufunc 'tanh'>, expected numbers only."),
        ([np.ma.masked_array(W, np.eye(2))], "weights[0] is masked, expected numbers only"),
    ],
)
def test_weights_are_a_matrix_for_each_layer(weights, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        Network(weights)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("biases", "message"),
    [
        (3, "biases is 3, expected a list with one vector per layer."),
        (False, "biases is False, expected a list with one vector per layer."),
        ([0.1, 0.2], "biases is a single vector, expected a list with one per layer: write biases=[b]."),
        ([[[0.1], [0.2]]], "biases[0] has shape (2, 1), expected 1 axis: write b[:, 0]."),
        ([[[0.1, 0.2]]], "biases[0] has shape (1, 2), expected 1 axis: write b[0]."),
        ([], "biases is empty, expected a list with one vector per layer."),
        ([[0.1, 0.2], [0.1, 0.2]], "biases has 2 vectors, expected 1, one per layer."),
    ],
)
def test_biases_are_a_vector_for_each_layer(biases, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        Network([W], biases=biases)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    "activation", [None, np.tanh, 5, {}, b"tanh", [None], [], ["relu"] * 2, float("nan")]
)
def test_activations_are_names(activation):
    with pytest.raises((TypeError, ValueError), match=r"^activation .* expected .*\.$"):
        Network([W], activation=activation)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"seed": None}, "seed is None, expected a whole number of at least 0."),
        ({"seed": True}, "seed is True, expected a whole number of at least 0."),
        ({"biases": "no"}, "biases is 'no', expected True or False."),
        ({"biases": None}, "biases is None, expected True or False."),
        ({"sizes": [True, 2]}, "sizes is [True, 2], expected two or more positive whole numbers."),
        ({"sizes": "22"}, "sizes is '22', expected two or more positive whole numbers."),
        ({"sizes": 5}, "sizes is 5, expected two or more positive whole numbers."),
        ({"sizes": [[2], 2]}, "sizes is [[2], 2], expected two or more positive whole numbers."),
        ({"sizes": [10**6, 10**6]}, "sizes is [1000000, 1000000], expected at most 33,554,432 weights"),
        ({"spread": None}, "spread is None, expected one of: lecun, glorot, he."),
    ],
)
def test_a_random_network_takes_nothing_that_cannot_be_meant(given, message):
    with pytest.raises((TypeError, ValueError)) as caught:
        Network.random(**{"sizes": [2, 2], **given})
    assert str(caught.value).startswith(message)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (
            np.array([0.1, 0.2], object),
            "x is an array of the type object, expected one of numbers: write np.arr",
        ),
        (
            [10**30, 1],
            "x is an array of the type object, expected one of numbers: write np.array(x, dtype=float).",
        ),
        ([HUGE, 1], "x holds 10000000000000000000000000000000000000000000000000…, … in the range of floats."),
        (
            np.array([10**5000, 1], object),
            "x holds an object of the type int, too long to print, … of floats.",
        ),
        (MASKED, "x is masked, expected numbers only: leave masked rows out, or write x.filled(0)."),
        ([MASKED], "x is masked, expected numbers only: leave masked rows out, or write x.filled(0)."),
        (np.array([1, 2], "m8[ns]"), "x is an array of the type timedelta64[ns], expected one of numbers"),
        (0.5, "x has shape (), expected 1 or 2 axes: write [x]."),
        ([[0.1], [0.2]], "x has shape (2, 1), expected (2,) or (batch, 2): write x[:, 0]."),
        ([[0.1, 0.2], [0.3]], "x has rows of different lengths, expected a rectangle."),
        ({0: 0.1, 1: 0.2}, "x holds {0: 0.1, 1: 0.2}, expected numbers only."),
        (None, "x holds None, expected numbers only."),
    ],
)
def test_inputs_are_rows_of_numbers(x, message):
    start, _, end = message.partition(" … ")
    for call in (NET.forward, lambda x: NET.loss(x, [0.9, 0.1]), lambda x: list(NET.forward(x) for _ in "a")):
        with pytest.raises((TypeError, ValueError)) as caught:
            call(x)
        assert str(caught.value).startswith(start)
        assert str(caught.value).endswith(end)


def test_what_makes_rows_of_labels_and_of_single_numbers_is_said():
    with pytest.raises(ValueError, match=r": of labels one_hot\(t, 2\) makes such rows\.$"):
        NET.loss(np.ones((3, 2)), [0, 1, 1])
    with pytest.raises(ValueError, match=r": write np\.reshape\(x, \(-1, 1\)\) for a batch\.$"):
        Network([[[0.5]]]).forward([0.1, 0.2, 0.3])


@pytest.mark.parametrize(
    "rate", [HUGE, -HUGE, float("nan"), "fast", None, True, 1j, [0.5], np.array(0.5), np.tanh]
)
def test_a_rate_is_a_finite_number(rate):
    with pytest.raises((TypeError, ValueError), match=r"^learning_rate is .*, expected a finite number\.$"):
        train(NET, [0.1, 0.2], [0.9, 0.1], rate, epochs=2)


@pytest.mark.parametrize("epochs", [HUGE, -1, 2.0, "all", None, True])
def test_a_count_is_a_whole_number(epochs):
    with pytest.raises(
        (TypeError, ValueError), match=r"^epochs is .*, expected a whole number of at (least|most) "
    ):
        train(NET, [0.1, 0.2], [0.9, 0.1], 0.5, epochs=epochs)


def test_labels_may_be_a_list():
    assert one_hot([2, 0], 3).tolist() == [[0, 0, 1], [1, 0, 0]]
    assert one_hot((True, False), 2).tolist() == [[0, 1], [1, 0]]


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        ([-1], 3),
        ([3], 3),
        ([1.5], 3),
        ([float("nan")], 3),
        (["a"], 3),
        ([1j], 3),
        ([[1]], 3),
        (None, 3),
        ([], 3),
    ]
    + [([0], classes) for classes in (0, True, 2.0, None, "3", 10**12, HUGE)],
)
def test_labels_that_make_no_sense_are_refused(labels, classes):
    with pytest.raises((TypeError, ValueError), match=r"^(labels|classes).* expected .*\.$"):
        one_hot(labels, classes)


@pytest.mark.parametrize("count", [0, -1, 60_001, 2.0, "all", True])
def test_a_count_of_images_is_one_that_there_is(count):
    with pytest.raises((TypeError, ValueError), match=r"^count is .*, expected a whole number of at "):
        mnist().to_train(count)

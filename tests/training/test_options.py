"""What training may be told; what is held fixed and what is one, in every way, by symbols and by nudges."""

from dataclasses import replace
from itertools import product

import numpy as np
import pytest
import sympy as sp
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import problems

from backprop_lib import Network, sweep, train
from backprop_lib.training import Constraints, Options
from backprop_lib.training.trainer import Trainer
from backprop_lib.widgets import LiveTrainer

# Two inputs, two hidden neurons and two outputs, with one bias for both neurons of a layer.
MAZUR = Network([[[0.15, 0.2], [0.25, 0.3]], [[0.4, 0.45], [0.5, 0.55]]], [[0.35, 0.35], [0.6, 0.6]])
X, T = [0.05, 0.1], [0.01, 0.99]
RATE = 0.5
BOTH = ["b1", "b2"]


class Plain(Network):
    """A class of one's own, which changes nothing."""

    def gradients(self, x, t):
        return super().gradients(x, t)


class Decaying(Network):
    """A class whose every step makes all parameters smaller, whatever the gradients."""

    def step(self, gradients, learning_rate):
        after = super().step(gradients, learning_rate)
        return after.with_values({name: 0.9 * value for name, value in after.by_name().items()})


def own(net):
    return Plain(net.weights, net.biases, [f.name for f in net.activations], net.loss_rule.name)


def ways(net, x, t, rate, epochs, **bound):
    """Yield the parameters after each epoch, on the whole batch, from all that trains."""
    yield "in place", train(net, x, t, rate, epochs, **bound).path
    yield "own class", train(own(net), x, t, rate, epochs, **bound).path
    yield "sweep", sweep(net, x, t, [2 * rate, rate], epochs, **bound).path[:, :, 1]
    trainer = Trainer(net, x, t, rate, keep_path=True, **bound)
    for _ in range(epochs):
        trainer.epoch()
    yield "Trainer", trainer.history.path
    rows = np.atleast_2d(x), np.atleast_2d(t)
    live = LiveTrainer(net, *rows, rate, epochs=epochs, batch_size=len(rows[0]), dtype="float64", **bound)
    live.start()
    live.wait()
    yield "LiveTrainer", np.array([list(n.by_name().values()) for n in (net, live.network)])


def by_hand(net, x, t, rate, epochs, held, shared):
    """Return the parameters after each epoch, by steps of `Network` and plain sums."""
    rows = [net.by_name()]
    for _ in range(epochs):
        slopes = net.gradients(x, t).by_name()
        slopes |= dict.fromkeys(held, 0.0)
        for entries in shared:
            slopes |= dict.fromkeys(entries, sum(slopes[name] for name in entries))
        net = net.with_values({name: w - rate * slopes[name] for name, w in net.by_name().items()})
        rows.append(net.by_name())
    return np.array([list(row.values()) for row in rows])


# ---- held fixed --------------------------------------------------------------------------------------


@settings(max_examples=20, deadline=None)
@given(problems(), st.data())
def test_what_is_held_stays_and_all_else_learns_as_before_in_every_way_of_training(problem, data):
    net, x, t = problem
    names = list(net.by_name())
    held = data.draw(st.lists(st.sampled_from(names), max_size=len(names) - 1, unique=True))
    expected = by_hand(net, x, t, 0.1, 3, held, [])
    for who, path in ways(net, x, t, 0.1, 3, hold=held):
        np.testing.assert_allclose(path[-1], expected[-1], rtol=1e-9, atol=1e-12, err_msg=who)
        still = [names.index(name) for name in held]
        assert (path[:, still] == expected[0, still]).all(), who
        assert (path[-1] != path[0]).any() or (expected[-1] == expected[0]).all(), who


@pytest.mark.parametrize("options", [*product([None, 2], [0.0, 0.9], ["float64", "float32"], [1.0, 0.25])])
def test_what_is_held_stays_whatever_the_other_settings(options):
    net, rng = Network.random([3, 4, 2], seed=5), np.random.default_rng(0)
    form = dict(zip(("batch_size", "momentum", "dtype", "scale"), options, strict=True))
    x, t = rng.random((7, 3)), rng.random((7, 2))
    names, held = list(net.by_name()), ["b1", "w2[1,0]"]
    history = train(net, x, t, 0.3, epochs=4, hold=held, **form)
    moved = {name for name, column in zip(names, history.path.T, strict=True) if np.ptp(column)}
    assert moved == set(names) - {"b1[0]", "b1[1]", "b1[2]", "b1[3]", "w2[1,0]"}
    free = train(net, x, t, 0.3, epochs=1, **form | {"batch_size": None})
    first = train(net, x, t, 0.3, epochs=1, hold=held, **form | {"batch_size": None})
    still = [k for k, name in enumerate(names) if name not in moved]
    np.testing.assert_array_equal(np.delete(first.path, still, 1), np.delete(free.path, still, 1))


def test_a_step_of_ones_own_cannot_move_what_is_held():
    net = Decaying(MAZUR.weights, MAZUR.biases)
    history = train(net, X, T, RATE, epochs=3, hold=["b1", "w1[0,1]"])
    values, before = history.network.by_name(), net.by_name()
    assert {name for name in values if values[name] == before[name]} == {"b1[0]", "b1[1]", "w1[0,1]"}
    assert type(history.network) is Decaying


def test_what_is_held_stays_where_its_gradient_is_beyond_all_numbers():
    net = Network([[[0.0, 1.0]]], activation="identity")
    x, t = [1e300, 1.0], [1e10]
    for who, path in (
        ("in place", train(net, x, t, 0.5, 20, hold=["w1[0,0]"]).path),
        ("sweep", sweep(net, x, t, [0.5], 20, hold=["w1[0,0]"]).path[:, :, 0]),
    ):
        assert (path[:, 0] == 0).all(), who
        assert path[-1, 1] == pytest.approx(1e10, rel=1e-5), who


def test_matt_mazurs_network_learns_as_his_program_says_when_its_biases_are_held():
    """His later program prints the loss after each update, to these digits after the first and the last."""
    history = train(MAZUR, X, T, RATE, epochs=10_000, hold=BOTH)
    assert f"{history.loss[0]:.9f}" == "0.298371109"
    assert f"{history.loss[1]:.9f}" == "0.291027774"
    assert f"{history.loss[-1]:.4e}" == "3.5102e-05"
    assert [b.tolist() for b in history.network.biases] == [[0.35, 0.35], [0.6, 0.6]]
    for free in ({}, {"tie": BOTH}):
        assert train(MAZUR, X, T, RATE, epochs=10_000, **free).loss[-1] < history.loss[-1]


class WithoutBiases(Network):
    """A class whose gradients leave the biases out, so that its steps leave them alone."""

    def gradients(self, x, t):
        return replace(super().gradients(x, t), biases=None)


def test_gradients_that_leave_biases_out_may_be_held_and_shared_too():
    net = WithoutBiases(MAZUR.weights, MAZUR.biases)
    free = net.gradients(X, T)
    bound = Constraints(net, ["b1", "w1[0,1]"], ["b2"]).gradients(free)
    assert bound.biases is None
    assert bound.by_name() == free.by_name() | {"w1[0,1]": 0.0}
    history = train(net, X, T, RATE, epochs=3, hold=["w1[0,1]"], tie=["b1"])
    assert [b.tolist() for b in history.network.biases] == [[0.35, 0.35], [0.6, 0.6]]
    assert Constraints(MAZUR, ["b1"]).gradients(MAZUR.gradients(X, T)).biases[0].tolist() == [0.0, 0.0]


# ---- one parameter in several places -----------------------------------------------------------------


def symbolic_slopes(net, x, t, shared):
    """Return dE/dp for each parameter, differentiated by sympy from one expression of the loss.

    All entries of an array in `shared` are one symbol there, so nothing is added up by us.
    """
    symbols = {
        name: sp.Symbol(name.partition("[")[0] if name[:2] in shared else name) for name in net.by_name()
    }
    a = list(map(sp.Float, x))
    for layer, W in enumerate(net.weights, 1):
        z = [
            sum((symbols[f"w{layer}[{i},{j}]"] * a[j] for j in range(W.shape[1])), symbols[f"b{layer}[{i}]"])
            for i in range(len(W))
        ]
        a = [1 / (1 + sp.exp(-each)) for each in z]
    E = sum((sp.Float(target) - output) ** 2 for target, output in zip(t, a, strict=True)) / 2
    values = {symbols[name]: value for name, value in net.by_name().items()}
    return {name: float(sp.diff(E, symbol).evalf(30, subs=values)) for name, symbol in symbols.items()}


def nudged(net, x, t, entries, nudge=1e-5):
    """Return dE/db by central differences: all entries are nudged together."""
    up, down = (
        net.with_values({name: net.by_name()[name] + side * nudge for name in entries}).loss(x, t)
        for side in (1, -1)
    )
    return (up - down) / (2 * nudge)


@pytest.mark.parametrize("shared", [["b1"], ["b1", "b2"], ["w1", "b2"]])
def test_a_shared_parameter_takes_the_step_of_its_own_derivative(shared):
    net = (
        MAZUR if "w1" not in shared else MAZUR.replace([np.full((2, 2), 0.3), MAZUR.weights[1]], MAZUR.biases)
    )
    expected = symbolic_slopes(net, X, T, shared)
    groups = [[name for name in expected if name.startswith(one)] for one in shared]
    for entries in groups:
        assert nudged(net, X, T, entries) == pytest.approx(expected[entries[0]], rel=1e-7)
    bound = Constraints(net, tie=shared).gradients(net.gradients(X, T)).by_name()
    assert bound == pytest.approx(expected, rel=1e-12)
    for who, path in ways(net, X, T, RATE, 1, tie=shared):
        steps = dict(zip(expected, (path[0] - path[-1]) / RATE, strict=True))
        assert steps == pytest.approx(expected, rel=1e-11), who


def test_the_mean_instead_of_the_sum_would_be_noticed():
    expected = symbolic_slopes(MAZUR, X, T, ["b1"])["b1[0]"]
    assert np.mean(MAZUR.gradients(X, T).biases[0]) != pytest.approx(expected, rel=0.4)


@settings(max_examples=20, deadline=None)
@given(problems(), st.data())
def test_what_is_shared_stays_one_in_every_way_of_training(problem, data):
    net, x, t = problem
    arrays = [
        f"{letter}{n}" for n in range(1, len(net.weights) + 1) for letter in "wb"[: 1 + bool(net.biases)]
    ]
    tied = data.draw(st.lists(st.sampled_from(arrays), unique=True))
    groups = [[name for name in net.by_name() if name.startswith(f"{one}[")] for one in tied]
    net = net.with_values({name: net.by_name()[entries[0]] for entries in groups for name in entries})
    expected = by_hand(net, x, t, 0.02, 3, [], groups)
    at = {name: k for k, name in enumerate(net.by_name())}
    for who, path in ways(net, x, t, 0.02, 3, tie=tied):
        np.testing.assert_allclose(path[-1], expected[-1], rtol=1e-9, atol=1e-12, err_msg=who)
        for entries in groups:
            assert (np.ptp(path[:, [at[name] for name in entries]], axis=1) == 0).all(), who


def test_a_shared_parameter_keeps_one_value_with_momentum_in_batches():
    rng = np.random.default_rng(1)
    x, t = rng.random((9, 2)), rng.random((9, 2))
    history = train(MAZUR, x, t, 0.4, epochs=5, batch_size=2, momentum=0.8, dtype="float32", tie=BOTH)
    for b, before in zip(history.network.biases, MAZUR.biases, strict=True):
        assert b[0] == b[1] != before[0]


def test_what_is_held_and_shared_is_held():
    history = train(MAZUR, X, T, RATE, epochs=3, hold=["b1"], tie=["b1", "b2"])
    b1, b2 = history.network.biases
    assert b1.tolist() == [0.35, 0.35]
    assert b2[0] == b2[1] != 0.6


# ---- what is refused ---------------------------------------------------------------------------------

HELD = {
    "b1": (TypeError, r"hold is 'b1', expected a list of names such as \['b1', 'w1\[0,0\]'\]\."),
    None: (TypeError, "hold is None, expected a list of names"),
    7: (TypeError, "hold is 7, expected a list of names"),
    ("b3",): (
        ValueError,
        r"hold names 'b3', expected arrays of net: w1 or b1 or w2 or b2, or a single parameter such as .*\.",
    ),
    ("b1", "b1[2]"): (ValueError, r"hold names 'b1\[2\]', expected arrays of net: w1 or b1"),
    ("w1[0, 1]",): (ValueError, r"hold names 'w1\[0, 1\]', .* such as w1\[0,0\]"),
    ("",): (ValueError, "hold names '', expected arrays of net: w1"),
    ("w",): (ValueError, "hold names 'w', expected arrays of net: w1"),
    ("w1[0",): (ValueError, r"hold names 'w1\[0', expected arrays of net: w1"),
    (1,): (TypeError, r"hold is \(1,\), expected a list of names"),
    ("b1\n",): (ValueError, "hold is .*, expected names of one line"),
    ("w1", "w2", "b1", "b2"): (ValueError, "hold names every parameter, expected at least one that learns"),
}
TIED = {
    "b1": (TypeError, "tie is 'b1', expected a list of names"),
    ("b1[0]",): (ValueError, r"tie names 'b1\[0\]', expected arrays of net: w1 or b1 or w2 or b2"),
    ("b0",): (ValueError, "tie names 'b0', expected arrays of net: w1 or b1 or w2 or b2"),
    ("w1",): (ValueError, "tie names 'w1', which holds 0.15 and 0.3, expected the same value in each entry"),
}


def uses(net, **bound):
    yield lambda: train(net, X, T, RATE, 1, **bound)
    yield lambda: train(own(net), X, T, RATE, 1, **bound)
    yield lambda: train(net, [X], [T], RATE, 1, batch_size=1, **bound)
    yield lambda: sweep(net, X, T, [RATE], 1, **bound)
    yield lambda: Trainer(net, X, T, RATE, **bound)
    yield lambda: LiveTrainer(net, [X], [T], RATE, **bound)
    yield lambda: Constraints(net, **bound)


@pytest.mark.parametrize(
    ("argument", "value", "error", "says"),
    [
        (name, *row)
        for name, table in (("hold", HELD), ("tie", TIED))
        for row in ((k, *v) for k, v in table.items())
    ],
)
def test_names_that_are_none_are_refused_in_one_sentence(argument, value, error, says):
    for use in uses(MAZUR, **{argument: value}):
        with pytest.raises(error, match=says) as caught:
            use()
        assert str(caught.value).endswith(".")
        assert "\n" not in str(caught.value)


def test_other_constraints_that_make_no_sense_are_refused():
    for use in uses(MAZUR, hold=["b1[0]"], tie=["b1"]):
        with pytest.raises(ValueError, match="hold names a part of 'b1', expected all of it or none"):
            use()
    two = MAZUR.replace(MAZUR.weights, [[0.35, 0.36], [0.6, 0.6]])
    with pytest.raises(ValueError, match=r"tie names 'b1', which holds 0.35 and 0.36, expected"):
        Constraints(two, tie=["b1"])
    with pytest.raises(
        ValueError, match=r"hold names 'b1', expected arrays of net: w1 or w2, or a single parameter"
    ):
        train(Network([[[0.5]], [[0.5]]]), [0.1], [0.9], 0.5, 1, hold=["b1"])


def test_names_may_be_given_twice():
    once = train(MAZUR, X, T, RATE, 2, hold=["b1"], tie=["b2"])
    twice = train(MAZUR, X, T, RATE, 2, hold=["b1", "b1[0]", "b1"], tie=["b2", "b2"])
    np.testing.assert_array_equal(once.path, twice.path)


def test_without_constraints_nothing_is_named(monkeypatch):
    """A training of a large network starts at once: its parameters are not named one by one."""
    monkeypatch.setattr(Network, "by_name", lambda self: pytest.fail("named"))
    assert not Constraints(MAZUR)


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        (
            {"batchsize": 8},
            TypeError,
            "batchsize is no option of training, expected one of: batch_size, seed",
        ),
        ({"keep_path": True, "epoch": 3}, TypeError, "epoch is no option of training"),
        ({"batch_size": 0}, ValueError, "batch_size is 0, expected a whole number of at least 1"),
        ({"momentum": 1}, ValueError, "momentum is 1, expected at least 0 and less than 1"),
        ({"momentum": -0.1}, ValueError, "momentum is -0.1, expected at least 0 and less than 1"),
        ({"l2": -1e-4}, ValueError, "l2 is -0.0001, expected at least 0"),
        ({"l2": float("nan")}, ValueError, "l2 is nan, expected a finite number"),
        ({"shuffle": "no"}, TypeError, "shuffle is 'no', expected True or False"),
        ({"scale": 0.0}, ValueError, "scale is 0, expected another number"),
        ({"dtype": "int"}, ValueError, "dtype is 'int', expected 'float32' or 'float64'"),
        ({"test": 3}, TypeError, "test is not a pair"),
    ],
)
def test_options_that_make_no_sense_are_refused_wherever_they_are_given(given, error, says):
    options = {name: value for name, value in given.items() if name != "keep_path"}
    for use in (
        lambda: train(MAZUR, X, T, RATE, 1, **options),
        lambda: Trainer(MAZUR, X, T, RATE, **given),
        lambda: LiveTrainer(MAZUR, [X], [T], RATE, **options),
        lambda: Options.of(options),
    ):
        with pytest.raises(error, match=says) as caught:
            use()
        assert str(caught.value).endswith(".")


@pytest.mark.parametrize("loss", ["squared_error", "binary_cross_entropy"])
@pytest.mark.parametrize("momentum", [0.0, 0.5])
@pytest.mark.parametrize("bound", [{}, {"hold": ["w1[0,1]", "b2"]}, {"tie": BOTH}])
def test_l2_is_the_gradient_of_its_term_and_spares_the_biases(loss, momentum, bound):
    net = Network(MAZUR.weights, MAZUR.biases, loss=loss)
    weights, penalty = sp.symbols("w:8", real=True), 0.03
    pull = [sp.diff(penalty / 2 * sum(w**2 for w in weights), w) for w in weights]
    x, t, v, here = np.array([X, T, [1, 0]]), np.array([T, X, [0, 1]]), 0, net
    constraints = Constraints(net, **bound)
    for _ in range(4):
        free, values = here.gradients(x, t), [w for W in here.weights for w in W.ravel()]
        pulled = [float(p.subs(dict(zip(weights, values, strict=True)))) for p in pull]
        more = [np.reshape(pulled[:4], (2, 2)), np.reshape(pulled[4:], (2, 2))]
        free = replace(free, weights=[g + m for g, m in zip(free.weights, more, strict=True)])
        slopes = np.array(list((constraints.gradients(free) if bound else free).by_name().values()))
        v = momentum * v + RATE * slopes
        after = np.array(list(here.by_name().values())) - v
        here = here.with_values(dict(zip(here.by_name(), after, strict=True)))
    got = train(net, x, t, RATE, epochs=4, momentum=momentum, l2=penalty, **bound)
    np.testing.assert_allclose(list(got.network.by_name().values()), after, rtol=1e-12)
    assert got.loss[-1] == pytest.approx(here.loss(x, t), rel=1e-12)


def test_l2_keeps_weights_small():
    x, t = np.eye(2), np.eye(2)
    free, pulled = (train(MAZUR, x, t, RATE, epochs=2000, l2=l2).network for l2 in (0, 0.01))
    assert sum((W**2).sum() for W in pulled.weights) < 0.5 * sum((W**2).sum() for W in free.weights)


def test_examples_in_the_order_given_make_the_same_batches_in_every_epoch():
    rng = np.random.default_rng(1)
    x, t = rng.random((7, 2)), rng.random((7, 2))
    here = MAZUR
    for _ in range(3):
        for rows in (slice(0, 3), slice(3, 6), slice(6, 7)):
            here = here.step(here.gradients(x[rows], t[rows]), RATE)
    for seed in (0, 5):
        got = train(MAZUR, x, t, RATE, epochs=3, batch_size=3, seed=seed, shuffle=False).network
        np.testing.assert_allclose(list(got.by_name().values()), list(here.by_name().values()), rtol=1e-12)
    shuffled = train(MAZUR, x, t, RATE, epochs=3, batch_size=3).network
    assert shuffled.by_name() != pytest.approx(got.by_name(), rel=1e-6)


def test_an_unshuffled_run_goes_on_where_it_was_interrupted():
    x, t = np.random.default_rng(1).random((2, 7, 2))
    whole = train(MAZUR, x, t, RATE, epochs=4, batch_size=3, shuffle=False)
    trainer = Trainer(MAZUR, x, t, RATE, batch_size=3, shuffle=False)
    trainer.update()
    while trainer.epochs < 4:
        trainer.epoch()
    np.testing.assert_array_equal(trainer.history.loss, whole.loss)

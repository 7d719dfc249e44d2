"""Document 003's run on MNIST: the stored runs, a shorter one now, and a check that can fail."""

import document_003_mnist as script
import numpy as np
import pytest

from backprop_lib.documents.mnist_runs import (
    BOUND,
    FILE,
    Setup,
    causes,
    deviations,
    load_runs,
    mean_deviation,
    printed_errors,
)

PRINTED = printed_errors()
SCALED, LECUN = Setup(largest=1), Setup(start="LeCun")
EPOCHS = 4


def off(setup):
    return mean_deviation(PRINTED, load_runs()[setup].errors)


def test_the_conventions_of_the_document_give_its_errors():
    nudged = [setup for setup in load_runs() if setup == Setup(nudge=setup.nudge)]
    assert len(nudged) == 9
    assert all(off(setup) < BOUND for setup in nudged)
    single = [
        abs(load_runs()[s].errors[epoch] / error - 1) for s in nudged for epoch, error in PRINTED.items()
    ]
    assert max(single) > BOUND  # which is why it is the mean that is judged


@pytest.mark.parametrize("setup", [SCALED, LECUN, Setup(largest=1, start="LeCun"), Setup(learning_rate=0.1)])
def test_other_conventions_do_not(setup):
    assert off(setup) > 2 * BOUND


def test_a_shorter_run_tells_them_apart():
    """Four epochs of each, on all 60 000 images: near the stored ones, and on the same side of the bound."""
    first = {epoch: PRINTED[epoch] for epoch in range(EPOCHS)}
    stored = {setup: load_runs()[setup].errors for setup in (Setup(), SCALED, LECUN)}
    for setup, errors in stored.items():
        outcome = script.run(setup, EPOCHS)
        assert (mean_deviation(first, outcome.errors) < BOUND) == (setup == Setup())
        near = [other for other in stored if mean_deviation(outcome.errors, stored[other]) < BOUND]
        assert near == [setup]
        assert outcome.errors[0] == pytest.approx(errors[0], rel=0.03)
        assert outcome.saturated[0] == pytest.approx(load_runs()[setup].saturated[0], abs=0.001)


@pytest.mark.parametrize("wrong", [9.9, 117.5, 0.01])
def test_errors_that_were_made_up_are_found(wrong):
    errors = load_runs()[Setup()].errors
    assert mean_deviation(PRINTED | {5: wrong}, errors) > BOUND
    assert mean_deviation(dict.fromkeys(PRINTED, wrong), errors) > 10 * BOUND


def test_what_cannot_be_compared_is_refused():
    with pytest.raises(ValueError, match="computed has no error for epoch 49, expected all printed epochs"):
        mean_deviation(PRINTED, {epoch: 1.0 for epoch in range(11)})
    with pytest.raises(ValueError, match="printed holds no epoch"):
        mean_deviation({}, {0: 1.0})


def right(batch_size, largest, start, epochs):
    """Return the mean accuracy of three seeds after so many epochs."""
    setups = [Setup(batch_size, largest=largest, start=start, seed=seed) for seed in range(3)]
    return np.mean([load_runs()[setup].accuracy[epochs] for setup in setups])


def test_what_cost_the_document_accuracy():
    """Pixels and start, each alone and together; smaller batches only where the pixels are scaled."""
    ways = [(255, "N(0, 1)"), (1, "N(0, 1)"), (255, "LeCun"), (1, "LeCun")]
    as_printed, scaled, lecun, both = (right(256, *way, epochs=20) for way in ways)
    assert as_printed < min(scaled, lecun)
    assert max(scaled, lecun) < both
    for largest, start in ways:
        smaller, larger = right(8, largest, start, epochs=20), right(256, largest, start, epochs=20)
        assert (smaller > larger) == (largest == 1)
        assert right(8, largest, start, epochs=1) < right(256, largest, start, epochs=32)  # as many updates


def test_tables_show_what_is_stored():
    shown = {tuple(row[:3]): row[3:] for row in causes().rows}
    assert len(shown) == 8
    saturated, epochs, updates = shown["8", "0 to 1", "LeCun"]
    assert saturated == "0.0 %"
    assert epochs.startswith(f"{100 * right(8, 1, 'LeCun', epochs=20):.1f} % (")
    assert updates.startswith(f"{100 * right(8, 1, 'LeCun', epochs=1):.1f} % (")
    kinds = {row[0]: row[1:] for row in deviations().rows}
    assert kinds["nothing"] == ["1", f"{100 * off(Setup()):.1f} %", "1"]
    assert kinds["the pixels’ 16th digit"][::2] == ["8", "8"]
    assert {kinds[kind][2] for kind in ("pixels from 0 to 1", "LeCun’s start", "learning rate 0.1")} == {"0"}


def test_the_file_is_what_the_script_writes():
    assert load_runs().keys() == script.setups().keys()
    assert "\n".join(script.written(load_runs())) + "\n" == FILE.read_text(encoding="utf-8")

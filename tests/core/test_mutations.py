"""Break the course on purpose: each mutation of its source must be caught by the check meant for it."""

import re
import subprocess
import sys
import types
from pathlib import Path

import mutate
import pytest

import backprop_lib
from backprop_lib.symbols.checks import check_gradients
from backprop_lib.symbols.panel import CheckFailed

SOURCE = Path(backprop_lib.__file__).parent


def mutated(module, old, new, monkeypatch):
    """Import a module of the package from its source with one change."""
    text = (SOURCE / f"{module}.py").read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {module}.py"
    return from_source(module, text.replace(old, new), monkeypatch)


def from_source(module, text, monkeypatch):
    """Return a module made from a changed source, under a name of its own."""
    result = types.ModuleType(f"mutated_{module}")
    monkeypatch.setitem(sys.modules, result.__name__, result)  # dataclasses look their module up
    exec(compile(text, module, "exec"), result.__dict__)
    return result


def witnesses_on(network):
    for activation in ("sigmoid", "tanh"):
        net = network.random([3, 2, 2], seed=1, activation=activation)
        check_gradients(net, [[0.2, 0.5, -0.3], [0.1, 0.9, 0.4]], [[0.2, 0.7], [0.9, 0.1]])


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("delta = (delta @ self.weights[layer]) * slope", "delta = -(delta @ self.weights[layer]) * slope"),
        ("delta = (delta @ self.weights[layer]) * slope", "delta = (delta @ self.weights[layer]) + slope"),
        ("slope(z[layer - 1], a[layer])", "slope(a[layer], a[layer])"),
        ("weights = [delta.T @ a_in / batch", "weights = [-delta.T @ a_in / batch"),
        ("weights = [delta.T @ a_in / batch", "weights = [delta.T @ a_in"),
        ("[delta.sum(axis=0) / batch", "[delta.sum(axis=0)"),
    ],
)
def test_a_change_in_the_backward_pass_is_caught(old, new, monkeypatch):
    network = mutated("core/network", old, new, monkeypatch).Network
    with pytest.raises(CheckFailed):
        witnesses_on(network)


def test_the_unchanged_backward_pass_passes(monkeypatch):
    witnesses_on(mutated("core/network", "import numpy as np", "import numpy as np", monkeypatch).Network)


def slopes_written():
    """Yield each slope of functions.py as it is written there, NumPy's and sympy's."""
    text = (SOURCE / "core" / "functions.py").read_text(encoding="utf-8")
    for match in re.finditer(r"(slope(?:_at_z|_formula|_in_other)?)=(lambda [^:]*): (.*?),?\n", text):
        yield match[0].rstrip(",\n"), f"{match[1]}={match[2]}: -({match[3].rstrip(',')})"


CHANGES = sorted(set(slopes_written()))


@pytest.mark.parametrize(("old", "new"), CHANGES, ids=[old for old, _ in CHANGES])
def test_a_sign_in_any_derivative_is_caught(old, new, monkeypatch):
    """Each slope's sign is flipped where it stands; the tests of the functions or sympy must notice."""
    import test_functions as checks

    text = (SOURCE / "core" / "functions.py").read_text(encoding="utf-8")
    caught = 0
    for place in [m.start() for m in re.finditer(re.escape(old), text)]:
        broken = from_source("core/functions", text[:place] + new + text[place + len(old) :], monkeypatch)
        caught += _noticed(broken.ACTIVATIONS, broken.LOSSES, checks, monkeypatch)
    assert caught == text.count(old)


def _noticed(activations, losses, checks, monkeypatch):
    try:
        for f in activations.values():
            if f.compares:
                continue
            checks.test_numpy_computes_what_sympy_writes(f)
            checks.test_a_slope_is_the_derivative_that_sympy_derives(f)
        for f in losses.values():
            checks.test_a_loss_and_its_slope(f)
        monkeypatch.setattr(checks, "LOSSES", losses)
        monkeypatch.setattr(checks, "ACTIVATIONS", activations)
        checks.test_cross_entropy_from_z_is_the_same_loss()
        checks.test_the_loss_after_a_softmax_is_what_its_formulas_say()
    except AssertionError:
        return True
    return False


def test_the_unchanged_derivatives_pass(monkeypatch):
    import test_functions as checks

    same = from_source(
        "functions", (SOURCE / "core" / "functions.py").read_text(encoding="utf-8"), monkeypatch
    )
    assert not _noticed(same.ACTIVATIONS, same.LOSSES, checks, monkeypatch)


# ---- all small changes: `make mutants` runs them, here is a sample -----------------------------------


def reasons():
    return mutate.known_survivors()


def test_a_sample_of_all_small_changes_is_noticed():
    rooms = ["core/functions", "core/network"]
    call = [sys.executable, mutate.__file__, "--sample", "6", "--seed", "11", *rooms]
    done = subprocess.run(call, capture_output=True, text=True, encoding="utf-8")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "of 6 mutants were killed" in done.stdout


def test_a_change_that_nothing_can_notice_survives():
    code = (
        "import mutate; source = (mutate.PACKAGE / 'core/functions.py').read_text(encoding='utf-8'); "
        "same = mutate.Mutant('core/functions', 1, '', '', source); assert mutate.survivors([same]) == [same]"
    )
    subprocess.run([sys.executable, "-c", code], check=True, cwd=Path(mutate.__file__).parent)


def test_every_survivor_with_a_reason_is_still_a_mutant():
    for room, before, after in reasons():
        assert (before, after) in [(m.before, m.after) for m in mutate.mutants(room)], (room, before, after)


def test_each_kind_of_change_is_made():
    source = "y = -a + b * 2 if a < b and not c else np.add(a, 1.5)\nraise ValueError(f'{a + 1}')\n"
    made = [source[:first] + new + source[last:] for first, last, new in mutate._changes(source)]
    for change in ("y = a +", "-a - b", "b / 2", "* 3", "a <= b", "b or not c", "and c", "2.5)"):
        assert sum(change in text for text in made) == 1, change
    assert len(made) == len(set(made)) == 8

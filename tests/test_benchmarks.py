"""The benchmarks' peers compute what the course computes: a ratio of different work would mean nothing."""

import subprocess
import sys

import numpy as np
import pytest
import training
import training_check
import training_frameworks
import training_growth
import training_peers
import training_results
import training_start
from training_check import PEERS, expected, is_here, problem, problems, trained
from training_peers import Problem
from training_results import JAVASCRIPT, STRAIGHT_LINE


def losses_of(name, p):
    """Return the losses after the peer's training and after the course's, on all examples."""
    x, t = p.x * p.scale, p.t.astype(float)
    return trained(name, p).loss(x, t), expected(p).loss(x, t)


HERE = [name for name in PEERS if is_here(name)]


@pytest.mark.parametrize("name", HERE)
def test_all_peers_compute_the_same_losses(name):
    for p in problems(name):
        got, wanted = losses_of(name, p)
        assert got == pytest.approx(wanted, rel=1e-10)
        assert abs(wanted - p.net.loss(p.x * p.scale, p.t)) > 1e-3 * wanted  # something was learned


@pytest.mark.parametrize("name", [name for name in HERE if name not in training_peers.OWN] + ["this course"])
def test_single_precision_is_close(name):
    got, wanted = losses_of(name, problem(name, 11, 4, "float32"))
    assert got == pytest.approx(wanted, rel=1e-4)


def test_what_is_installed_is_checked_before_it_is_measured(monkeypatch, capsys):
    assert training_check.main() == 0
    assert capsys.readouterr().out == ""
    monkeypatch.setattr(sys, "argv", ["training.py"])
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    monkeypatch.setattr(
        training.subprocess, "run", lambda command, **_: subprocess.CompletedProcess(command, 1, "")
    )
    with pytest.raises(SystemExit, match="Nothing is measured before all peers compute the same"):
        training.main()


def test_a_peer_that_is_missing_is_named(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "numba", None)
    assert training.ready("this course, machine code", problem("", 1, 1)) is None
    assert capsys.readouterr().out == "  (this course, machine code: numba is not installed)\n"


def test_a_peer_that_computes_something_else_is_found(monkeypatch, capsys):
    right = problem("plain NumPy", 11, 4)
    monkeypatch.setattr(training_peers.Problem, "copies", lambda p: [(1.1 * W, b) for W, b in p.layers])
    got, wanted = losses_of("plain NumPy", right)
    assert got != pytest.approx(wanted, rel=1e-4)
    monkeypatch.setattr(training_check, "PEERS", {"plain NumPy": training_peers.plain_numpy})
    assert training_check.main() == 1
    assert "plain NumPy computes something else: a parameter is off by" in capsys.readouterr().out


class Counted(np.ndarray):
    """An array that counts the multiplications in the matrix products it takes part in."""

    count = 0

    def __array_ufunc__(self, ufunc, method, *inputs, out=(), **kwargs):
        if ufunc is np.matmul:
            Counted.count += inputs[0].size * inputs[1].shape[-1]
        if out:
            kwargs["out"] = tuple(map(plain, out))
        return counted(getattr(ufunc, method)(*map(plain, inputs), **kwargs))

    def __array_function__(self, function, types, inputs, kwargs):
        if function is np.dot:
            Counted.count += inputs[0].size * (inputs[1].shape[1] if inputs[1].ndim > 1 else 1)
        return counted(function(*map(plain, inputs), **kwargs))


def plain(a):
    return a.view(np.ndarray) if isinstance(a, Counted) else a


def counted(a):
    return a.view(Counted) if isinstance(a, np.ndarray) and a.dtype != object else a


@pytest.mark.parametrize("name", ["plain NumPy", "document 003's algorithm"])
def test_no_peer_computes_what_is_not_used(name, monkeypatch):
    """Three products a layer, but two in the first: nobody needs the slopes of the inputs."""
    p = problem(name, 12, 4)
    monkeypatch.setattr(Problem, "copies", lambda p: [(counted(+W), counted(+b)) for W, b in p.layers])
    epoch, _ = PEERS[name](p)
    Counted.count = 0
    epoch()
    assert 2 * Counted.count == training_growth.operations(p.net.sizes, 12)


def test_growth_is_measured_and_drawn(tmp_path):
    curves = training_growth.measured(training_growth.points(1), rounds=1)
    assert {kind: len(up) for kind, (_, up) in curves.items()} == dict.fromkeys(training_growth.STYLES, 2)
    assert all(np.diff(across) > 0 for across, _ in curves.values())
    assert curves["depth"][0][0] == 2 * 64 * (2 * 64 * 64 + 3 * 64 * 10)  # no step back past the first layer
    training_growth.draw(curves, tmp_path / "growth.svg")
    drawn = (tmp_path / "growth.svg").read_bytes()
    assert drawn.count(b"<path") > 20
    training_growth.draw(curves, tmp_path / "growth.svg")
    assert (tmp_path / "growth.svg").read_bytes() == drawn


def test_what_hardly_grows_is_told_by_its_time():
    curves = {"width": ([10, 20, 40], [1.0, 1.5, 2.5]), "learning rates": ([3, 6, 12], [1.0, 1.1, 1.9])}
    assert training_growth.flat(curves) == {"operations": 20, "rates": 4}


def test_the_readme_gives_the_figures_that_were_measured():
    results = training_results.load()
    readme = training_results.README.read_text(encoding="utf-8")
    assert training_results.section_of(readme) == training_results.section(results)
    assert training_results.written(results) == training_results.FILE.read_text(encoding="utf-8")
    for column in training_results.COLUMNS:
        assert results[column].keys() - training_results.LEFT_OUT >= training_frameworks.FRAMEWORKS.keys()
        for name in results[column].keys() - {*training_results.LEFT_OUT, "this course"}:
            low, middle, high = results[column][name]
            assert low <= middle <= high
            other = {**results, column: {**results[column], name: [low, 1.1 * middle, high]}}
            assert training_results.section(other) != training_results.section(results), (column, name)


def test_figures_are_stored_and_the_readme_made_from_them(tmp_path, monkeypatch):
    results, readme = training_results.load(), training_results.README.read_text(encoding="utf-8")
    for name, text in (("FILE", training_results.written(results)), ("README", readme)):
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        monkeypatch.setattr(training_results, name, path)
    training_results.store(sweep={training_results.SWEEP: [1, 7.77, 9]})
    changed = training_results.README.read_text(encoding="utf-8")
    assert changed == readme.replace(
        training_results.section_of(readme), training_results.section_of(changed)
    )
    assert " in 7.8 times the time of one" in changed
    assert training_results.load() == {**results, "sweep": {training_results.SWEEP: [1, 7.77, 9]}}
    one = {"this course": [2.0, 2.0], "this course, straight line": [1.0, 2.0], "document *": [3.0, 3.0]}
    got = training.quartiles(one, "this course, straight line")
    assert got == {"document": [1.875, 2.25, 2.625], "this course": [1, 1, 1]}


def test_turns_give_ratios_round_by_round(capsys):
    next_time = iter([1.0, 3.0, 2.0, 6.0, 4.0, 20.0]).__next__
    found = training.take_turns({"one": next_time, "other": next_time}, rounds=3)
    training.table("title", found, "one")
    assert capsys.readouterr().out.splitlines()[-1].split()[1:] == ["6000.00", "3.0", "(3.0", "to", "4.0)"]


def test_tables_measure_real_work(capsys):
    p = problem("this course", 11, 4)
    found = training.compare("small", p, ["this course", "plain NumPy"], 2, {"limit": training.limit_of(p)})
    assert set(found) == {"this course", "plain NumPy", "limit"}
    assert all(time > 0 for times in found.values() for time in times)
    assert "small" in capsys.readouterr().out
    assert training.ONCE.keys() >= {"this course", "plain NumPy"}
    (part,) = training.part_of(p, "document 003's algorithm", 5).values()
    assert part() > 0


def test_a_training_is_measured_from_the_start_of_python(monkeypatch, capsys):
    monkeypatch.setattr(training, "ONCE", {"this course": 0.0})  # what is installed, as other tables found
    (measure,) = training.from_start(["this course", "not installed"], epochs=1).values()
    assert measure() > 0.05
    with pytest.raises(subprocess.CalledProcessError):
        training.new_python("-c", "raise SystemExit(1)")()
    p = training_start.even_or_odd(epochs=2)
    for name in HERE:
        if name not in ("scikit-learn", "micrograd", "this course, lean steps", STRAIGHT_LINE, JAVASCRIPT):
            monkeypatch.setattr(sys, "argv", ["", name, "2"])
            training_start.main()
            assert float(capsys.readouterr().out) == pytest.approx(expected(p).loss(p.x, p.t), rel=1e-4), name

"""Parity in document 003's convention, and MNIST bit for bit."""

import os
import pickle
import re
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from backprop_lib import datasets
from backprop_lib.datasets import mnist, one_hot, parity

DATA = Path(__file__).parents[1] / "notebooks" / "data"


def test_parity_counts_in_binary():
    x, t = parity()
    assert (x.shape, t.shape) == ((1024, 10), (1024, 2))
    for number in (0, 1, 6, 699, 700, 1023):
        assert "".join(str(int(bit)) for bit in x[number]) == format(number, "010b")
        assert t[number].tolist() == ([0, 1] if number % 2 == 0 else [1, 0])


@pytest.mark.parametrize(
    ("bits", "error", "says"),
    [
        (0, ValueError, "bits is 0, expected a whole number of at least 1"),
        (64, ValueError, "bits is 64, expected a whole number of at most 20"),
        (2.5, TypeError, "bits is 2.5, expected a whole number"),
    ],
)
def test_parity_wants_a_sensible_number_of_bits(bits, error, says):
    with pytest.raises(error, match=re.escape(says)):
        parity(bits)


def test_one_hot_takes_the_labels_of_mnist():
    labels = mnist().y_train[:5]
    assert labels.tolist() == [5, 0, 4, 1, 9]
    assert one_hot(labels, 10).argmax(axis=1).tolist() == [5, 0, 4, 1, 9]


def test_mnist_is_whole_lazy_and_read_only():
    digits = mnist()
    assert digits is mnist()
    assert digits.x_train.shape == (60000, 28, 28)
    assert digits.x_test.shape == (10000, 28, 28)
    assert np.bincount(digits.y_train).tolist()[:3] == [5923, 6742, 5958]
    with pytest.raises(ValueError, match="read-only"):
        digits.x_train[0, 0, 0] = 1


def test_images_become_rows_from_0_to_1():
    digits = mnist()
    for (x, t), pixels, labels in (
        (digits.to_train(50), digits.x_train, digits.y_train),
        (digits.to_test(), digits.x_test, digits.y_test),
    ):
        np.testing.assert_array_equal(np.rint(x * 255).reshape(-1, 28, 28), pixels[: len(x)])
        np.testing.assert_array_equal(t.argmax(axis=1), labels[: len(t)])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Let MNIST be looked for in this folder only; `read` reads it anew."""
    monkeypatch.setattr(datasets, "_FOLDERS", (tmp_path,))
    return tmp_path


read = mnist.__wrapped__


def test_one_changed_pixel_is_noticed(folder):
    digits = mnist()
    arrays = {name: getattr(digits, name).copy() for name in ("x_train", "y_train", "x_test", "y_test")}
    arrays["x_test"][9999, 27, 27] += 1
    np.savez(folder / "mnist.npz", **arrays)
    with pytest.raises(ValueError, match=r"mnist\.npz is damaged: x_test is not the published one\.$"):
        read()


def _cut(path):
    path.write_bytes(path.read_bytes()[:5_000_000])


def _flip(path):
    data = bytearray(path.read_bytes())
    data[3_000_000] ^= 255
    path.write_bytes(data)


def _empty(path):
    path.write_bytes(b"")


def _other(path):
    np.savez(path, x_train=np.zeros(3))


def _pickled(path):
    path.write_bytes(pickle.dumps({"x_train": 1}))


def _objects(path):
    np.savez(path, **{n: np.array([{}]) for n in ("x_train", "y_train", "x_test", "y_test")})


@pytest.mark.parametrize("damage", [_cut, _flip, _empty, _other, _pickled, _objects])
def test_a_damaged_file_gives_one_sentence(folder, damage):
    shutil.copy(DATA / "mnist.npz", folder)
    damage(folder / "mnist.npz")
    with pytest.raises(ValueError, match=r"mnist\.npz is damaged .*expected the MNIST file of the course\.$"):
        read()


def test_a_missing_file_gives_one_sentence_that_says_where_to_get_it(folder):
    where = (
        r"^mnist\.npz is not here: copy notebooks/data/mnist\.npz from .* named data beside your notebook\.$"
    )
    with pytest.raises(ValueError, match=where):
        read()
    assert (DATA / "mnist.npz").is_file()


@pytest.mark.parametrize("place", ["lib/backprop_lib/data", "lesson/data", "lesson/notebooks/data"])
def test_mnist_is_found_in_the_package_and_beside_the_notebook(tmp_path, monkeypatch, place):
    """A package without its data, as from a wheel, finds them where the notebook that runs has put them."""
    package = Path(datasets.__file__).parent
    shutil.copytree(package, tmp_path / "lib/backprop_lib", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "lesson").mkdir()
    code = "import backprop_lib.datasets as d; print(d.__file__, d.mnist())"

    def said():
        done = subprocess.run(
            [sys.executable, "-c", code],
            cwd=tmp_path / "lesson",
            env=os.environ | {"PYTHONPATH": str(tmp_path / "lib")},
            capture_output=True,
            text=True,
        )
        return done.stdout + done.stderr

    assert "ValueError: mnist.npz is not here" in said()
    (tmp_path / place).mkdir(parents=True)
    shutil.copy(DATA / "mnist.npz", tmp_path / place)
    assert said() == f"{tmp_path / 'lib/backprop_lib/datasets.py'} {mnist()}\n"


def test_licence_and_source_stand_beside_the_data():
    note = (DATA / "README.md").read_text(encoding="utf-8")
    assert "CC BY-SA 3.0" in note
    assert "LeCun and Corinna Cortes" in note
    assert all(f"| `{name}` |" in note and md5 in note for name, md5 in datasets._MD5.items())

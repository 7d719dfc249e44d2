"""Networks in files: they come back as they were, and nothing else is taken for one."""

import copy
import io
import os
import pickle
import stat
import subprocess
import sys
import tracemalloc
import zipfile
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given, settings
from strategies import problems

from backprop_lib import Network
from backprop_lib.core import storage

NET = Network.random([3, 4, 2], seed=1, activation=["tanh", "sigmoid"], loss="binary_cross_entropy")


@settings(max_examples=25, deadline=None)
@given(problems())
def test_what_is_saved_comes_back(tmp_path_factory, problem):
    net, x, _ = problem
    path = tmp_path_factory.mktemp("saved") / "weights.npz"
    net.save(path)
    again = Network.load(str(path))
    assert repr(again) == repr(net)
    assert again.by_name() == net.by_name()
    assert np.array_equal(again.forward(x).a[-1], net.forward(x).a[-1])


def contents(path, changes, digest=storage._digest):
    """Write a saved network anew with some arrays changed or, for None, left out; with its checksum."""
    NET.save(path)
    with np.load(path) as file:
        arrays = {name: array for name, array in (dict(file) | changes).items() if array is not None}
    if arrays.pop("sha256", None) is not None:
        arrays["sha256"] = np.array(digest(arrays))
    np.savez(path, **arrays)


CHANGES = {
    "no format": {"format": None},
    "format of the future": {"format": np.array(2)},
    "two formats": {"format": np.array([1, 1])},
    "no loss": {"loss": None},
    "unknown loss": {"loss": np.array("guess")},
    "loss as a number": {"loss": np.array(3)},
    "unknown activation": {"activations": np.array(["tanh", "step"])},
    "one activation": {"activations": np.array(["tanh"])},
    "activations in a square": {"activations": np.array([["tanh", "sigmoid"]])},
    "no first layer": {"weights_1": None},
    "no checksum": {"sha256": None},
    "a stranger": {"more": np.array(1)},
    "a layer that is not counted": {"weights_4": np.ones((1, 1))},
    "one layer without biases": {"biases_2": None},
    "shapes that do not fit": {"weights_2": np.ones((2, 5))},
    "weights in a row": {"weights_2": np.ones(4)},
    "no weights in a layer": {"weights_2": np.ones((2, 0))},
    "nan": {"weights_2": np.full((2, 4), np.nan)},
    "text for weights": {"weights_2": np.array([["a"] * 4] * 2)},
    "complex weights": {"weights_2": np.full((2, 4), 1j)},
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_file_of_something_else_is_refused(tmp_path, change):
    path = tmp_path / "weights.npz"
    contents(path, change)
    with pytest.raises(ValueError, match=r"^weights\.npz is no saved network: .*\.$"):
        Network.load(path)


def test_the_unchanged_file_is_accepted(tmp_path):
    contents(tmp_path / "weights.npz", {})
    assert Network.load(tmp_path / "weights.npz").by_name() == NET.by_name()


@pytest.mark.parametrize("data", [b"", b"PK", b"not a network", b"\x93NUMPY\x01\x00", os.urandom(500)])
def test_a_file_that_is_no_archive_is_refused(tmp_path, data):
    path = tmp_path / "weights.npz"
    path.write_bytes(data)
    with pytest.raises(ValueError, match=r"^weights\.npz is damaged or no npz file: .*\.$"):
        Network.load(path)


def test_what_does_not_fit_its_checksum_is_refused(tmp_path):
    path = tmp_path / "weights.npz"
    contents(path, {"weights_2": NET.weights[1] * (1 + 1e-15)}, digest=lambda arrays: "0" * 64)
    with pytest.raises(ValueError, match="its contents are not those of its checksum"):
        Network.load(path)


def loaded(path):
    """Return what stands in a file: the network's parameters, or the sentence that refuses it."""
    try:
        return Network.load(path).by_name()
    except ValueError as error:
        return str(error)


def test_wherever_a_file_is_cut_off_or_altered_it_is_refused_or_the_same(tmp_path):
    path = tmp_path / "weights.npz"
    NET.save(path)
    whole = path.read_bytes()
    for i in range(0, len(whole), 3):
        altered = bytearray(whole)
        altered[i] ^= 0x55
        for data in (whole[:i], bytes(altered)):
            path.write_bytes(data)
            result = loaded(path)
            refused = isinstance(result, str) and result.startswith("weights.npz is ")
            assert refused or result == NET.by_name()  # a byte that says nothing, such as a date


class Trap:
    def __reduce__(self):
        return (os.abort, ())


def test_nothing_is_unpickled(tmp_path):
    path = tmp_path / "weights.npz"
    contents(path, {"weights_1": np.array([[Trap()]], dtype=object)}, digest=str)
    with pytest.raises(ValueError, match=r"weights_1\.npy announces object"):
        Network.load(path)
    path.write_bytes(pickle.dumps(Trap()))
    with pytest.raises(ValueError, match="is damaged or no npz file"):
        Network.load(path)


def archive(path, header, data=b"", **options):
    with zipfile.ZipFile(path, "w", **options) as file:
        stream = io.BytesIO()
        np.lib.format.write_array_header_1_0(stream, header)
        file.writestr("weights_1.npy", stream.getvalue() + data)


def test_a_header_that_promises_too_much_is_refused_before_anything_is_allocated(tmp_path):
    path = tmp_path / "weights.npz"
    header = {"descr": "<f8", "fortran_order": False, "shape": (10**7, 10**7)}
    archive(path, header, bytes(8))
    with pytest.raises(ValueError, match=r"weights_1\.npy announces float64 .* and has 8 bytes"):
        Network.load(path)
    archive(path, header, bytes(1 << 29), compression=zipfile.ZIP_DEFLATED)
    with pytest.raises(ValueError, match=r"it would take 536,871,\d+ bytes, expected at most \d{3},"):
        Network.load(path)


def test_a_small_file_takes_little_memory(tmp_path):
    path = tmp_path / "weights.npz"
    NET.save(path)
    Network.load(path)  # what is imported on the way counts for nothing
    tracemalloc.start()
    Network.load(path)
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 100 * path.stat().st_size


def test_entries_that_share_their_bytes_are_refused(tmp_path):
    """As in archives that are made to unfold into many times their size without being packed."""
    path = tmp_path / "weights.npz"
    archive(path, {"descr": "<f8", "fortran_order": False, "shape": (1000,)}, bytes(8000))
    with zipfile.ZipFile(path, "a") as file:
        file.filelist += [copy.copy(file.filelist[0]) for _ in range(7)]
        file.comment = b"anything"  # so that the list is written anew
    with pytest.raises(ValueError, match=r"it would take 65,\d+ bytes, expected at most"):
        Network.load(path)


def test_a_crash_while_saving_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "weights.npz"
    NET.save(path)
    before = path.read_bytes()

    def crash(file, **arrays):
        file.write(b"half of it")
        raise OSError("no space left")

    monkeypatch.setattr(storage.np, "savez", crash)
    with pytest.raises(OSError, match="no space left"):
        Network.random([3, 4, 2], seed=2).save(path)
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["weights.npz"]


def test_a_link_and_the_permissions_stay(tmp_path):
    real, link, new = tmp_path / "real.npz", tmp_path / "link.npz", tmp_path / "new.npz"
    NET.save(real)
    link.symlink_to("real.npz")
    real.chmod(0o600)
    Network.random([3, 4, 2], seed=2).save(link)
    assert link.is_symlink()
    assert stat.S_IMODE(real.stat().st_mode) == 0o600
    assert Network.load(real).by_name() == Network.random([3, 4, 2], seed=2).by_name()
    before = os.umask(0o027)
    try:
        NET.save(new)
    finally:
        os.umask(before)
    assert stat.S_IMODE(new.stat().st_mode) == 0o640


KILLED = """
import os, signal, sys
from backprop_lib import Network
from backprop_lib.core import storage
def killed(file, **arrays):
    file.write(b"half of it")
    file.flush()
    os.kill(os.getpid(), signal.SIGKILL)
storage.np.savez = killed
Network([[[0.5]]]).save(sys.argv[1])
"""


def test_what_a_killed_save_left_behind_is_gone_after_the_next(tmp_path):
    path = tmp_path / "weights [1].npz"  # brackets mean something to a search for files
    done = subprocess.run([sys.executable, "-c", KILLED, str(path)])
    assert done.returncode
    assert len(os.listdir(tmp_path)) == 1
    of_another = f".{path.name}.{os.getppid()}.0a1b2c3d.unfinished"  # of a program that is still at work
    (tmp_path / of_another).touch()
    NET.save(path)
    assert sorted(os.listdir(tmp_path)) == [of_another, path.name]


def test_two_may_save_at_once(tmp_path):
    path = tmp_path / "weights.npz"
    with ThreadPoolExecutor(8) as several:
        list(several.map(lambda _: NET.save(path), range(40)))
    assert os.listdir(tmp_path) == ["weights.npz"]
    assert Network.load(path).by_name() == NET.by_name()


@pytest.mark.parametrize("path", [5, None, b"weights.npz", "", ".", "a\0b", ["weights.npz"]])
def test_a_path_is_the_name_of_a_file(path):
    for use in (NET.save, Network.load):
        with pytest.raises((TypeError, ValueError), match=r"^path is .*, expected the name of a file"):
            use(path)


def test_what_cannot_be_saved_or_opened(tmp_path):
    with pytest.raises(ValueError, match="holds complex numbers"):
        NET.with_values({"w1[0,0]": 1j}).save(tmp_path / "weights.npz")
    with pytest.raises(FileNotFoundError, match="none"):
        Network.load(tmp_path / "none.npz")

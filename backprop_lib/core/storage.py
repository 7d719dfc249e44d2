"""Arrays in files: npz archives written whole or not at all, and read with suspicion.

Nothing is ever unpickled. Before an array is read, the size that its header announces is compared with the
bytes that are there; so a file that was cut off, altered or made to exhaust the memory is refused. A network
is stored as plain arrays and a checksum. What is slow to import is imported when a file is read or written.
"""

from __future__ import annotations

import os
import stat
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from glob import escape
from io import BytesIO
from itertools import count, takewhile
from pathlib import Path
from typing import IO, BinaryIO, TypeVar

import numpy as np

from backprop_lib.core.shapes import Array
from backprop_lib.text import got

N = TypeVar("N")

FORMAT = 1

_LARGEST = 1 << 28  # bytes of a file: 33 million weights


class Damaged(ValueError):
    """A file is no archive, or not as it was written."""


def write(
    path: str | Path, weights: list[Array], biases: list[Array] | None, activations: list[str], loss: str
) -> None:
    """Write what makes a network to a file; a crash on the way leaves the file that was there before.

    Parameters
    ----------
    path : str or Path
    weights : list of ndarray, one per layer, each of shape (outputs, inputs)
    biases : list of ndarray, one per layer, each of shape (outputs,), or None
    activations : list of str, one per layer
    loss : str

    Raises
    ------
    OSError
        If the file cannot be written.
    TypeError, ValueError
        If the path is none, or an array holds complex numbers.

    Examples
    --------
    >>> write("weights.npz", [np.array([[1j]])], None, ["sigmoid"], "half_squared_error")
    Traceback (most recent call last):
    ValueError: the network holds complex numbers, expected real ones to save.
    """
    if any(np.iscomplexobj(array) for array in (*weights, *(biases or []))):
        raise ValueError("the network holds complex numbers, expected real ones to save.")
    arrays = {"format": np.array(FORMAT), "activations": np.array(activations), "loss": np.array(loss)}
    arrays |= {f"weights_{layer}": W for layer, W in enumerate(weights, 1)}
    arrays |= {f"biases_{layer}": b for layer, b in enumerate(biases or [], 1)}
    arrays["sha256"] = np.array(_digest(arrays))
    with replaced(file_path(path)) as file:
        np.savez(file, **arrays)  # type: ignore[arg-type]


def read(path: str | Path, make: Callable[..., N]) -> N:
    """Return the network that was written, made by `make(weights, biases, activations, loss)`.

    Parameters
    ----------
    path : str or Path
    make : callable
        It checks what it is given, and raises TypeError or ValueError.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is not a network that `write` wrote: one sentence says what is wrong with it.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "weights.npz")
    >>> write(path, [np.eye(1)], None, ["tanh"], "squared_error")
    >>> read(path, lambda *arguments: arguments)
    ([array([[1.]])], None, ['tanh'], 'squared_error')
    """
    path = file_path(path)
    try:
        return make(*_arguments(read_arrays(path)))
    except (TypeError, ValueError) as error:
        what = "damaged or no npz file" if isinstance(error, Damaged) else "no saved network"
        raise ValueError(f"{path.name} is {what}: {_sentence(error)}.") from None


def read_arrays(path: Path, largest: int | None = None) -> dict[str, Array]:
    """Return the arrays of an npz file, if they hold numbers or text and headers and bytes agree.

    Parameters
    ----------
    path : Path
    largest : int, optional
        Bytes that all arrays may take together; without it, no more than the file has.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError
        If it is no such file, for any reason.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "numbers.npz")
    >>> np.savez_compressed(path, zeros=np.zeros(1000))
    >>> read_arrays(path, largest=1_000)
    Traceback (most recent call last):
    ValueError: it would take 8,128 bytes, expected at most 1,000
    >>> read_arrays(path, largest=10_000)["zeros"].sum().item()
    0.0
    """
    from zipfile import BadZipFile, ZipFile

    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is no regular file")
        if status.st_size > _LARGEST:
            raise ValueError(f"it has {status.st_size:,} bytes, expected at most {_LARGEST:,}")
        data = BytesIO(file.read())
    most = status.st_size if largest is None else largest
    try:
        with ZipFile(data) as archive:
            if (size := sum(entry.file_size for entry in archive.infolist())) > most:
                raise ValueError(f"it would take {size:,} bytes, expected at most {most:,}")
            for entry in archive.infolist():
                with archive.open(entry) as stream:
                    _check_header(entry.filename, stream, entry.file_size)
        data.seek(0)
        with np.load(data, allow_pickle=False) as arrays:
            return dict(arrays)
    except (BadZipFile, zlib.error, EOFError, RuntimeError) as error:
        raise Damaged(_sentence(error)) from None


def _check_header(name: str, stream: IO[bytes], size: int) -> None:
    """Raise ValueError unless an array's header announces numbers or text, as many as there are."""
    if (version := np.lib.format.read_magic(stream)) != (1, 0):
        raise ValueError(f"{name} has version {version}, expected (1, 0)")
    shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
    left = size - stream.tell()
    if dtype.kind not in "iufU" or dtype.itemsize * int(np.prod(shape, dtype=object)) != left:
        raise ValueError(f"{name} announces {dtype} {shape} and has {left:,} bytes")


def _arguments(arrays: dict[str, Array]) -> tuple[list[Array], list[Array] | None, list[str], str]:
    """Return weights, biases, activations and loss, if there is nothing else and nothing was altered."""
    for name in ("format", "activations", "loss", "sha256"):
        if name not in arrays:
            raise ValueError(f"it has no {name!r}")
    if arrays["format"].tolist() != FORMAT:
        raise ValueError(f"its format is {arrays['format']}, expected {FORMAT}")
    if str(arrays.pop("sha256")) != _digest(arrays):
        raise ValueError("its contents are not those of its checksum")
    weights, biases = _pop_layers(arrays, "weights"), _pop_layers(arrays, "biases")
    _, activations, loss = (arrays.pop(name) for name in ("format", "activations", "loss"))
    if arrays:
        raise ValueError(f"it has {min(arrays)!r}, which no network has")
    return weights, biases or None, [str(name) for name in activations], str(loss)


def _pop_layers(arrays: dict[str, Array], kind: str) -> list[Array]:
    names = takewhile(arrays.__contains__, (f"{kind}_{layer}" for layer in count(1)))
    return [arrays.pop(name) for name in names]


def _digest(arrays: dict[str, Array]) -> str:
    """Return a checksum over names and contents: a slip in the archive's own tables would else go unseen."""
    from hashlib import sha256

    digest = sha256()
    for name, array in sorted(arrays.items()):
        digest.update(f"{name} {array.dtype.str} {array.shape}".encode())
        digest.update(np.ascontiguousarray(array).tobytes())
    return digest.hexdigest()


def _sentence(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__


def file_path(path: object, example: str = "weights.npz") -> Path:
    """Return the path of a file, or say what was got instead.

    Parameters
    ----------
    path : object
    example : str
        A name to give as an example.

    Raises
    ------
    TypeError, ValueError
        If it is none.

    Examples
    --------
    >>> file_path("weights.npz").name
    'weights.npz'
    >>> file_path("")
    Traceback (most recent call last):
    ValueError: path is '', expected the name of a file, such as 'weights.npz'.
    """
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if isinstance(text, str) and Path(text).name and "\0" not in text:
        return Path(text)
    wrong = ValueError if isinstance(text, str) else TypeError
    raise wrong(f"path is {got(path)}, expected the name of a file, such as {example!r}.")


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be filled, which takes the place of another one when all is written; or leave that one.

    A link stays a link, to the new contents; permissions stay as they were. What earlier programs left behind
    when they were killed in the middle is removed.

    Parameters
    ----------
    path : Path

    Raises
    ------
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> path = Path(tempfile.mkdtemp(), "greeting.txt")
    >>> with replaced(path) as file:
    ...     size, early = file.write(b"hello"), path.exists()
    >>> early, path.read_text()
    (False, 'hello')
    """
    path = Path(os.path.realpath(path))
    start = f".{path.name[:100]}."
    for left in path.parent.glob(f"{escape(start)}*.unfinished"):
        process = left.name.removeprefix(start).partition(".")[0]
        if process.isdecimal() and not _runs(int(process)):
            left.unlink(missing_ok=True)
    unfinished = path.with_name(f"{start}{os.getpid()}.{os.urandom(4).hex()}.unfinished")
    try:
        with unfinished.open("xb") as file:
            with suppress(FileNotFoundError):  # of a new file, the permissions are those of every new one
                unfinished.chmod(stat.S_IMODE(path.stat().st_mode))
            yield file
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _runs(process: int) -> bool:
    """Say whether a process is still there; where that cannot be asked, it may be."""
    if os.name == "nt":  # where asking would end it
        return process != os.getpid()
    try:
        with suppress(PermissionError):
            os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    return True

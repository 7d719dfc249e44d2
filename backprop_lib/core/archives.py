"""Files of arrays: npz archives written whole or not at all, and read with suspicion.

Nothing is ever unpickled. Before an array is read, the size that its header announces is compared with the
bytes that are there; so a file that was cut off, altered or made to exhaust the memory is refused.
"""

from __future__ import annotations

import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from glob import escape
from io import BytesIO
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO

import numpy as np

from backprop_lib.core.functions import Array
from backprop_lib.text import got

# What a damaged archive may raise on the way
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, NotImplementedError)

_LARGEST = 1 << 28  # bytes of a file: 33 million weights


def file_path(path: object) -> Path:
    """Return the path of a file, or say what was got instead.

    Examples
    --------
    >>> file_path(5)
    Traceback (most recent call last):
    TypeError: path is 5, expected the name of a file, such as 'weights.npz'.
    """
    text = os.fspath(path) if isinstance(path, str | os.PathLike) else None
    if not isinstance(text, str):
        raise TypeError(f"path is {got(path)}, expected the name of a file, such as 'weights.npz'.")
    if not Path(text).name or "\0" in text:
        raise ValueError(f"path is {got(text)}, expected the name of a file, such as 'weights.npz'.")
    return Path(text)


@contextmanager
def replaced(path: Path) -> Iterator[BinaryIO]:
    """Open a file to be filled, which takes the place of another one when all is written; or leave that one.

    A link stays a link, to the new contents; permissions stay as they were. What earlier programs left behind
    when they were killed in the middle is removed.
    """
    path = Path(os.path.realpath(path))
    start = f".{path.name[:100]}."
    for left in path.parent.glob(f"{escape(start)}*.unfinished"):
        process = left.name.removeprefix(start).partition(".")[0]
        if process.isdecimal() and not _runs(int(process)):
            left.unlink(missing_ok=True)
    unfinished = path.with_name(f"{start}{os.getpid()}.{token_hex(4)}.unfinished")
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
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def read_arrays(path: Path, largest: int | None = None) -> dict[str, Array]:
    """Return the arrays of an npz file that take at most `largest` bytes in all, or no more than the file.

    Raises
    ------
    OSError
        If the file cannot be opened.
    ValueError, or what `DAMAGED` holds
        If it is no such file, for any reason.
    """
    arrays = {}
    with path.open("rb") as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise ValueError("it is no regular file")
        if status.st_size > _LARGEST:
            raise ValueError(f"it has {status.st_size:,} bytes, expected at most {_LARGEST:,}")
        data = file.read()
    most = len(data) if largest is None else largest
    with zipfile.ZipFile(BytesIO(data)) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
        if size > most:
            raise ValueError(f"it would take {size:,} bytes, expected at most {most:,}")
        for entry in archive.infolist():
            arrays[entry.filename.removesuffix(".npy")] = _array(archive, entry)
    return arrays


def _array(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> Array:
    """Read one array if its header and its bytes agree, and it holds numbers or text."""
    with archive.open(entry) as stream:
        version = np.lib.format.read_magic(stream)
        if version != (1, 0):
            raise ValueError(f"{entry.filename} has version {version}, expected (1, 0)")
        shape, fortran, dtype = np.lib.format.read_array_header_1_0(stream)
        size, left = dtype.itemsize * int(np.prod(shape, dtype=object)), entry.file_size - stream.tell()
        if dtype.kind not in "iufU" or size != left:
            raise ValueError(f"{entry.filename} announces {dtype} {shape} and has {left:,} bytes")
        data = stream.read()
    if len(data) != size:
        raise ValueError(f"{entry.filename} has {len(data):,} bytes, expected {size:,}")
    return np.frombuffer(data, dtype).reshape(shape, order="F" if fortran else "C")

"""The two data sets of document 003: ten-bit numbers with their parity, and the handwritten digits of MNIST.

MNIST lies beside the notebooks, all of it, so nothing is downloaded. It is © Yann LeCun and Corinna Cortes,
CC BY-SA 3.0; see notebooks/data/README.md.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from backprop_lib.core import Array, read_arrays, real_array, whole_number

_FOLDERS = (  # in the package, beside the notebook or its folder, in the course's folder, beside this one
    Path(__file__).with_name("data"),
    Path("data"),
    Path("../data"),
    Path("notebooks/data"),
    Path(__file__).parents[1] / "notebooks/data",
)
_MD5 = {  # as published for the four files in IDX form
    "x_train": "6bbc9ace898e44ae57da46a324031adb",
    "y_train": "a25bea736e30d166cdddb491f175f624",
    "x_test": "2646ac647ad5339dbf082846283269ea",
    "y_test": "27ae3e4e09519cfbb04c329615203637",
}

_BYTES = 1 << 26  # of all its arrays, at most
_MOST = 1 << 28  # numbers in the rows of labels


@dataclass(frozen=True)
class Digits:
    """MNIST: images of 28 × 28 grey values from 0 to 255, and the digits that they show; all read-only.

    `x_train` has the shape (60000, 28, 28), `y_train` (60000,), `x_test` (10000, 28, 28), `y_test` (10000,).
    """

    x_train: NDArray[np.uint8]
    y_train: NDArray[np.uint8]
    x_test: NDArray[np.uint8]
    y_test: NDArray[np.uint8]

    def to_train(self, count: int | None = None) -> tuple[Array, Array]:
        """Return the first `count` training images for a network: x (count, 784) from 0 to 1, t (count, 10).

        Examples
        --------
        >>> x, t = mnist().to_train(100)
        >>> x.shape, t.shape, float(x.max())
        ((100, 784), (100, 10), 1.0)
        """
        return _first(count, self.x_train, self.y_train)

    def to_test(self, count: int | None = None) -> tuple[Array, Array]:
        """Return the first `count` test images like `to_train`."""
        return _first(count, self.x_test, self.y_test)

    def __repr__(self) -> str:
        return f"MNIST: {len(self.x_train)} training and {len(self.x_test)} test images of 28 × 28 pixels"


def _first(n: int | None, images: NDArray[np.uint8], labels: NDArray[np.uint8]) -> tuple[Array, Array]:
    """Return the first n images as rows of grey values from 0 to 1, in float32, which takes half the room."""
    n = len(images) if n is None else whole_number("count", n, least=1, most=len(images))
    return images[:n].reshape(n, -1) / np.float32(255), one_hot(labels[:n], 10)


def parity(bits: int = 10) -> tuple[Array, Array]:
    """Return all numbers of so many bits, in order, and whether each is even.

    `x` has the shape (2^bits, bits), the most significant bit first, and `t` (2^bits, 2). As in document 003,
    the target of an even number is [0, 1] and that of an odd one [1, 0].

    Examples
    --------
    >>> x, t = parity(bits=3)
    >>> x[6].tolist(), t[6].tolist()
    ([1.0, 1.0, 0.0], [0.0, 1.0])
    """
    bits = whole_number("bits", bits, least=1, most=20)
    numbers = np.arange(2**bits)
    x = (numbers[:, None] >> np.arange(bits - 1, -1, -1)) & 1
    return x.astype(float), one_hot(numbers % 2 == 0, 2)


def one_hot(labels: ArrayLike, classes: int) -> Array:
    """Return a row for each label, with a 1 in the label's column: shape (labels, classes).

    Parameters
    ----------
    labels : array_like of whole numbers, shape (labels,)
    classes : int

    Raises
    ------
    TypeError, ValueError
        If a label is not one of 0, 1, …, classes − 1.

    Examples
    --------
    >>> one_hot([2, 0], 3).tolist()
    [[0.0, 0.0, 1.0], [1.0, 0.0, 0.0]]
    """
    found, classes = real_array("labels", labels, ndim=(1,)), whole_number("classes", classes, least=1)
    if classes * len(found) > _MOST:
        most = f"{_MOST // len(found):,}"
        raise ValueError(f"classes is {classes:,}, expected at most {most} for so many labels.")
    if (strange := (found % 1 != 0) | (found < 0) | (found >= classes)).any():
        first = found[strange][0]
        raise ValueError(f"labels holds {first:g}, expected whole numbers from 0 to {classes - 1}.")
    rows: Array = (found[:, None] == np.arange(classes)).astype(float)
    return rows


@cache
def mnist() -> Digits:
    """Return MNIST from the file that comes with the course; it is read once, and checked.

    The file is looked for in the package, in a folder data beside the notebook, and in the course's own.

    Raises
    ------
    ValueError
        If the file is missing or is not, bit for bit, what was published.

    Examples
    --------
    >>> digits = mnist()
    >>> digits
    MNIST: 60000 training and 10000 test images of 28 × 28 pixels
    >>> int(digits.y_train[999])
    6
    """
    path = next((path for folder in _FOLDERS if (path := folder / "mnist.npz").exists()), None)
    if path is None:
        raise ValueError(
            "mnist.npz is not here: copy notebooks/data/mnist.npz from the course's repository into a folder "
            "named data beside your notebook."
        )
    try:
        found = read_arrays(path, _BYTES)
        arrays = {name: found[name] for name in _MD5}
    except (OSError, KeyError, ValueError) as error:
        raise ValueError(f"{path} is damaged ({error}), expected the MNIST file of the course.") from None
    for name, array in arrays.items():
        if _md5(array) != _MD5[name]:
            raise ValueError(f"{path} is damaged: {name} is not the published one.")
        array.setflags(write=False)
    return Digits(**arrays)


def _md5(array: NDArray[np.uint8]) -> str:
    """Return the MD5 sum of an array in IDX form: 0, 0, 8 for bytes, axes, lengths, and then the bytes."""
    head = bytes([0, 0, 8, array.ndim]) + np.array(array.shape, dtype=">u4").tobytes()
    return hashlib.md5(head + array.tobytes(), usedforsecurity=False).hexdigest()

"""Reading NumPy's files from several threads at once.

NumPy parses each file's header with Python's own parser, and Python 3.11 counts the parser's depth in a place that
all threads share (CPython issue 106905): two headers at once can fail with a SystemError. So headers are read one at
a time.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
from numpy.typing import NDArray

_ONE_AT_A_TIME = Lock()


def mapped(path: Path) -> NDArray[Any]:
    """The array of an ``.npy`` file, mapped into memory. What is written to it never reaches the file: it is mapped so
    because kernels are compiled once more for arrays that cannot be written."""
    with _ONE_AT_A_TIME:
        array: NDArray[Any] = np.load(path, mmap_mode="c")
        return array


def loaded(path: Path) -> dict[str, NDArray[Any]]:
    """The arrays of an ``.npz`` file by name."""
    # opened here, as NumPy leaves a file open that turns out not to be an archive
    with _ONE_AT_A_TIME, path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}

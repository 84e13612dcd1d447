"""What comes next in a unit's timeline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel

Longs = NDArray[np.int64]


@kernel
def next_rows(offsets: Longs, times: Longs, units: NDArray[np.int32], rows: NDArray[np.int32]) -> Longs:
    """The first event of the same unit at a later instant than each row; −1: there is none."""
    following = np.full(len(rows), -1, dtype=np.int64)
    for number in range(len(rows)):
        row, end = rows[number], offsets[units[number] + 1]
        now = times[row]
        while row < end and times[row] == now:
            row += 1
        if row < end:
            following[number] = row
    return following

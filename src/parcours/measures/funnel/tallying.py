"""Counting attempts by label and step, and the times they took, in one walk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel
from parcours.values import SECOND_US

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]


@kernel
def tally(
    reach: Ints, is_open: NDArray[np.bool_], rows: Ints, times: Longs, label: Longs,
    last: int, before: Longs, reached: Longs, censored: Longs, seconds: Longs, cells: Longs, lengths: Longs,
) -> int:  # fmt: skip
    """Add up ``reached``, ``censored`` and ``seconds`` [label, step], and list the time of each step reached under its
    cell, that of the whole conversion under step 0; returns how many times there are.

    ``seconds`` holds whole seconds and the microseconds beyond them, so that their sums are exact."""
    steps = rows.shape[1]
    count = 0
    for number in range(len(rows)):
        own = label[number]
        if is_open[number]:
            censored[own, reach[number] - 1] += 1
        for step in range(steps):
            if rows[number, step] >= 0:
                reached[own, step] += 1
            end, begin = (step, before[step]) if step > 0 else (last, 0)
            if rows[number, end] >= 0:
                length = times[number, end] - times[number, begin]
                cells[count], lengths[count] = own * steps + step, length
                seconds[own, step, 0] += length // SECOND_US
                seconds[own, step, 1] += length % SECOND_US
                count += 1
    return count

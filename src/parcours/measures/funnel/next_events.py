"""What comes next in a unit's timeline."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel

Longs = NDArray[np.int64]
Ints = NDArray[np.int32]


@kernel
def next_rows(ends: Longs, times: Longs, units: Ints, rows: Ints) -> Longs:
    """The first event of the same unit at a later instant than each row; −1: there is none."""
    following = np.full(len(rows), -1, dtype=np.int64)
    for number in range(len(rows)):
        following[number] = _next(times, rows[number], ends[units[number]])
    return following


@kernel
def count_next(
    ends: Longs,
    times: Longs,
    events: Ints,
    units: Ints,
    reach: Ints,
    rows: Ints,
    last_required: int,
    counts: Longs,
) -> None:
    """Count the next event of each attempt that did not convert, by its name (the last: there is none) and by the
    furthest step.
    """
    for number in range(len(units)):
        step = reach[number] - 1
        if step < last_required:
            following = _next(times, rows[number, step], ends[units[number]])
            counts[events[following] if following >= 0 else len(counts) - 1, step] += 1


@kernel
def _next(times: Longs, row: int, end: int) -> int:
    now = times[row]
    while row < end and times[row] == now:
        row += 1
    return row if row < end else -1

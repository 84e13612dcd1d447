"""The sessioniser: a unit's events as sessions, each a list of items, and the part of a session that is its path.

Kernels ask for all sessions of a unit at once: a call for each session would cost more than reading it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel

TOTALS = ("sessions", "paths", "without_items", "without_path", "units", "units_with_path")

Ints = NDArray[np.int32]
Longs = NDArray[np.int64]


@kernel
def sessions_of(
    times: Longs, codes: Ints, item_of: Ints, shown: Ints, begin: int, end: int, idle: int, collapse: bool,
    items: Ints, at: Longs, ends: Longs,
) -> int:  # fmt: skip
    """How many sessions the rows ``begin`` … ``end`` make; there must be one row at least.

    A step is an event with an item: ``items`` its place among those shown, ``at`` its instant; of a run of one item
    that is collapsed, the first event. ``ends`` is the step after the last of each session. A run is one of the item
    itself, not of the place that several items share."""
    steps, sessions, last = 0, 0, -1
    previous = times[begin]
    for row in range(begin, end):
        now = times[row]
        if now - previous > idle:
            ends[sessions] = steps
            sessions += 1
            last = -1
        previous = now
        item = item_of[codes[row]]
        if item >= 0 and not (collapse and item == last):
            items[steps] = shown[item]
            at[steps] = now
            steps += 1
            last = item
    ends[sessions] = steps
    return sessions + 1


@kernel
def paths_of(
    items: Ints, ends: Longs, sessions: int, start_at: int, end_at: int, begins: Longs, totals: Longs
) -> int:
    """How many of a unit's sessions have a path; step k of ``begins`` and ``ends`` becomes the bounds of path k.

    ``totals`` counts sessions, paths, sessions without items, sessions with items but without a path, units, and units
    with a path."""
    low, paths = 0, 0
    for session in range(sessions):
        high = ends[session]
        first, after = low, high
        if start_at != -1 or end_at != -1:
            first, after = path_of(items, low, high, start_at, end_at)
        if first < after:
            begins[paths] = first
            ends[paths] = after
            paths += 1
        elif low == high:
            totals[2] += 1
        else:
            totals[3] += 1
        low = high
    totals[0] += sessions
    totals[1] += paths
    totals[4] += 1
    totals[5] += paths > 0
    return paths


@kernel
def path_of(items: Ints, low: int, high: int, start_at: int, end_at: int) -> tuple[int, int]:
    """First step of a session's path and the step after its last; equal when the session has no such path."""
    if start_at != -1:
        while low < high and items[low] != start_at:
            low += 1
    if end_at == -1:
        return low, high
    last = low if start_at == -1 else low + 1
    while last < high and items[last] != end_at:
        last += 1
    return (low, last + 1) if last < high else (low, low)


@kernel
def visits_of(
    first_rows: Longs, end_rows: Longs, times: Longs, codes: Ints, item_of: Ints, shown: Ints, idle: int,
    start_at: int, end_at: int, room: int, visits: Longs,
) -> None:  # fmt: skip
    """Count the events on all paths by item."""
    items, at = np.empty(room, np.int32), np.empty(room, np.int64)
    begins, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    totals = np.zeros(6, dtype=np.int64)
    for unit in range(len(first_rows)):
        begin, end = first_rows[unit], end_rows[unit]
        if begin == end:
            continue
        sessions = sessions_of(times, codes, item_of, shown, begin, end, idle, False, items, at, ends)
        for path in range(paths_of(items, ends, sessions, start_at, end_at, begins, totals)):
            for step in range(begins[path], ends[path]):
                visits[items[step]] += 1


@kernel
def events_of(first_rows: Longs, end_rows: Longs, codes: Ints, size: int) -> Longs:
    """Count the events of each code; the last one is that of the code −1."""
    found = np.zeros(size + 1, np.int64)
    for unit in range(len(first_rows)):
        for row in range(first_rows[unit], end_rows[unit]):
            found[codes[row] + 1] += 1
    found[size] = found[0]
    return found[1:]

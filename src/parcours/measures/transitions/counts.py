"""Counting links between items unit by unit: how often, in how many sessions, by how many units, how soon."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.measures.flow.link_times import add_times, no_times
from parcours.measures.flow.session_walk import Ints, Longs, paths_of, sessions_of
from parcours.timelines.kernel import kernel

Flags = NDArray[np.bool_]


@kernel
def count_transitions(
    first_rows: Longs, end_rows: Longs, times: Longs, codes: Ints, item_of: Ints, shown: Ints, idle: int,
    collapse: bool, start_at: int, end_at: int, room: int,
    links: Longs, visits: Longs, sums: Longs, totals: Longs,
    wanted_source: int, wanted_target: int, chosen: Flags,
) -> Longs:  # fmt: skip
    """Count every link of every path; returns the rows of times by link and bracket.

    ``chosen`` flags the units that took the wanted link (source −1: any), unless the wanted target is −2."""
    items, at = np.empty(room, np.int32), np.empty(room, np.int64)
    begins, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    timed, elapsed, rows = no_times(room)
    written = 0
    for unit in range(len(first_rows)):
        begin, end = first_rows[unit], end_rows[unit]
        if begin == end:
            continue
        before = totals[0]
        sessions = sessions_of(times, codes, item_of, shown, begin, end, idle, collapse, items, at, ends)
        paths = paths_of(items, ends, sessions, start_at, end_at, begins, totals)
        took = _count_links(items, begins, ends, paths, before, links, visits, wanted_source, wanted_target)
        if took:
            chosen[unit] = True
        if written + end - begin > len(timed):
            rows = add_times(timed, elapsed, written, sums, rows)
            written = 0
        written = _times(items, at, begins, ends, paths, len(visits) + 1, timed, elapsed, written)
    return add_times(timed, elapsed, written, sums, rows)


@kernel
def _count_links(
    items: Ints, begins: Longs, ends: Longs, paths: int, before: int, links: Longs, visits: Longs,
    wanted_source: int, wanted_target: int,
) -> bool:  # fmt: skip
    """Count the visits and links of one unit's paths; whether it took the wanted one. Sessions up to number
    ``before`` are other units'.
    """
    edge = len(visits)
    took = False
    for path in range(paths):
        session = before + path + 1
        source = edge
        for step in range(begins[path], ends[path] + 1):
            target = edge
            if step < ends[path]:
                target = items[step]
                _count(visits, target, session, before)
            _count(links, source * (edge + 1) + target, session, before)
            if target == wanted_target and wanted_source in (-1, source):
                took = True
            source = target
    return took


@kernel
def _count(cells: Longs, cell: int, session: int, before: int) -> None:
    """Once more in this cell; a session more, and a unit more, when it was not seen there yet."""
    cells[cell, 0] += 1
    seen_in = cells[cell, 3]
    if seen_in != session:
        cells[cell, 3] = session
        cells[cell, 1] += 1
        cells[cell, 2] += seen_in <= before


@kernel
def _times(
    items: Ints, at: Longs, begins: Longs, ends: Longs, paths: int, size: int,
    timed: Longs, elapsed: Longs, count: int,
) -> int:  # fmt: skip
    """Write down the links between two items of one unit's paths and how long each took; returns how many links are
    written by now.
    """
    for path in range(paths):
        for step in range(begins[path] + 1, ends[path]):
            timed[count] = items[step - 1] * size + items[step]
            elapsed[count] = at[step] - at[step - 1]
            count += 1
    return count

"""Counting sessions unit by unit: figures, depths, lengths, entries and exits of every cell.

A session is written down as eight numbers: its period, its group, whether it is a bounce, entry, exit and depth; then
its length in µs, and its first row, later on its cell."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.measures.flow.key_table import grown, place_of
from parcours.measures.flow.session_walk import Ints, Longs
from parcours.timelines.kernel import kernel

Flags = NDArray[np.bool_]


@kernel
def count_sessions(
    offsets: Longs, times: Longs, codes: Ints, item_of: Ints, shown: Ints, idle: int, room: int,
    bounds: Longs, group_codes: Ints, kinds: int, bounce_events: int, bounce_within: int,
    figures: Longs, units: Longs, long: Longs, ends: Longs, depths: Longs, wanted: Longs, chosen: Flags,
) -> tuple[Longs, Longs, int]:  # fmt: skip
    """Count the sessions of every cell; returns the tables of entries and exits and of depths, and how many rows of
    ``long`` were filled.

    ``kinds`` is how many items there are, (other) and (none) among them. ``chosen``, unless empty, flags the units
    with a session that is all of ``wanted``."""
    found = np.empty((room, 8), dtype=np.int64)
    filled, known_ends, known_depths = 0, 0, 0
    for unit in range(len(offsets) - 1):
        begin, end = offsets[unit], offsets[unit + 1]
        if begin == end:
            continue
        sessions = _sessions_of(times, codes, item_of, shown, begin, end, idle, kinds - 1, found)
        _place(found, sessions, times, bounds, group_codes, bounce_events, bounce_within)
        filled = _count_figures(found, sessions, unit + 1, figures, units, long, filled)
        depths = grown(depths, known_depths + sessions)
        known_depths += _count_depths(found, sessions, depths)
        ends = grown(ends, known_ends + 2 * sessions)
        known_ends += _count_ends(found, sessions, unit + 1, kinds, ends)
        if len(chosen) and _any_wanted(found, sessions, wanted):
            chosen[unit] = True
    return ends, depths, filled


@kernel
def _sessions_of(
    times: Longs, codes: Ints, item_of: Ints, shown: Ints, begin: int, end: int, idle: int, none: int,
    found: Longs,
) -> int:  # fmt: skip
    """Write down one unit's sessions, the parts that the rows say; returns how many."""
    sessions = 0
    row = begin
    while row < end:
        first, entry, last, depth = row, none, none, 0
        previous = times[row]
        while row < end and times[row] - previous <= idle:
            previous = times[row]
            item = item_of[codes[row]]
            if item >= 0:
                last = shown[item]
                entry = last if depth == 0 else entry
                depth += 1
            row += 1
        found[sessions, 3], found[sessions, 4], found[sessions, 5] = entry, last, depth
        found[sessions, 6], found[sessions, 7] = previous - times[first], first
        sessions += 1
    return sessions


@kernel
def _place(
    found: Longs, sessions: int, times: Longs, bounds: Longs, group_codes: Ints,
    bounce_events: int, bounce_within: int,
) -> None:  # fmt: skip
    """The period and group of each session, and whether it is a bounce."""
    period = 0
    for session in range(sessions):
        first = found[session, 7]
        while times[first] >= bounds[period + 1]:
            period += 1
        found[session, 0] = period
        found[session, 1] = group_codes[first] if len(group_codes) else 0
        found[session, 2] = found[session, 5] <= bounce_events and found[session, 6] <= bounce_within


@kernel
def _count_figures(
    found: Longs, sessions: int, stamp: int, figures: Longs, units: Longs, long: Longs, filled: int
) -> int:
    """Count sessions, bounces and units; returns how many rows of ``long`` are filled by now."""
    groups = len(units)
    for session in range(sessions):
        group = found[session, 1]
        cell = found[session, 0] * groups + group
        figures[cell, 0] += 1
        figures[cell, 1] += found[session, 2]
        if figures[cell, 3] != stamp:
            figures[cell, 3] = stamp
            figures[cell, 2] += 1
        if units[group, 1] != stamp:
            units[group, 1] = stamp
            units[group, 0] += 1
        if found[session, 6] > 0:
            long[filled, 0], long[filled, 1] = cell, found[session, 6]
            filled += 1
        found[session, 7] = cell
    return filled


@kernel
def _count_depths(found: Longs, sessions: int, depths: Longs) -> int:
    """Count sessions by cell and depth; returns how many of these were not there before."""
    taken = 0
    for session in range(sessions):
        place = place_of(depths, (found[session, 7] << 32) | found[session, 5])
        taken += depths[place, 1] == 0
        depths[place, 1] += 1
    return taken


@kernel
def _count_ends(found: Longs, sessions: int, stamp: int, kinds: int, ends: Longs) -> int:
    """Count entries and exits by cell and item; returns how many of these were not there before."""
    taken = 0
    for session in range(sessions):
        place = place_of(ends, found[session, 7] * kinds + found[session, 3])
        taken += ends[place, 1] + ends[place, 3] == 0
        ends[place, 1] += 1
        ends[place, 2] += found[session, 2]
        if ends[place, 6] != stamp:
            ends[place, 6] = stamp
            ends[place, 4] += 1
        place = place_of(ends, found[session, 7] * kinds + found[session, 4])
        taken += ends[place, 1] + ends[place, 3] == 0
        ends[place, 3] += 1
        if ends[place, 7] != stamp:
            ends[place, 7] = stamp
            ends[place, 5] += 1
    return taken


@kernel
def _any_wanted(found: Longs, sessions: int, wanted: Longs) -> bool:
    """Whether any session is all of what is wanted (−1: anything)."""
    for session in range(sessions):
        fits = True
        for part in range(len(wanted)):
            fits &= wanted[part] in (-1, found[session, part])
        if fits:
            return True
    return False

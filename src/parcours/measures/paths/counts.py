"""Counting paths unit by unit: nodes, links, times and whole paths."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.measures.flow.key_table import grown, place_of
from parcours.measures.flow.link_times import add_times, no_times
from parcours.measures.flow.session_walk import Ints, Longs, paths_of, sessions_of
from parcours.timelines.kernel import kernel

Flags = NDArray[np.bool_]


@kernel
def count_paths(
    first_rows: Longs, end_rows: Longs, times: Longs, codes: Ints, item_of: Ints, shown: Ints, idle: int,
    collapse: bool, start_at: int, end_at: int, room: int, backwards: bool,
    nodes: Longs, links: Longs, sums: Longs, over: Longs, totals: Longs, kinds: Longs,
    wanted: Longs, wanted_keys: Longs, chosen: Flags,
) -> tuple[Longs, Longs]:  # fmt: skip
    """Count every node, link and kind of path; returns the rows of times by link and bracket, and the table of kinds.

    ``chosen`` flags the units in the wanted node (step, −1, item) or link (step, source, target), and those that took
    one of the wanted keys."""
    items, at = np.empty(room, np.int32), np.empty(room, np.int64)
    begins, ends = np.empty(room, np.int64), np.empty(room, np.int64)
    timed, elapsed, rows = no_times(room)
    keys = np.empty(room, np.int64)
    written, known = 0, 0
    for unit in range(len(first_rows)):
        begin, end = first_rows[unit], end_rows[unit]
        if begin == end:
            continue
        sessions = sessions_of(times, codes, item_of, shown, begin, end, idle, collapse, items, at, ends)
        paths = paths_of(items, ends, sessions, start_at, end_at, begins, totals)
        if backwards:
            _turn(items, at, begins, ends, paths)
        took = _count_nodes(items, begins, ends, paths, unit + 1, nodes, over, keys, wanted)
        took |= _count_links(items, begins, ends, paths, unit + 1, links, nodes.shape, wanted)
        if written + end - begin > len(timed):
            rows = add_times(timed, elapsed, written, sums, rows)
            written = 0
        written = _times(items, at, begins, ends, paths, nodes.shape, timed, elapsed, written)
        kinds = grown(kinds, known + paths)
        known += _count_kinds(keys, paths, unit + 1, kinds)
        if took or _any_wanted(keys, paths, wanted_keys):
            chosen[unit] = True
    return add_times(timed, elapsed, written, sums, rows), kinds


@kernel
def _any_wanted(keys: Longs, paths: int, wanted_keys: Longs) -> bool:
    """Whether any of one unit's paths has one of the wanted keys."""
    for wanted in wanted_keys:
        for path in range(paths):
            if keys[path] == wanted:
                return True
    return False


@kernel
def _turn(items: Ints, at: Longs, begins: Longs, ends: Longs, paths: int) -> None:
    """Turn each path round, so that it is walked from its end."""
    for path in range(paths):
        low, high = begins[path], ends[path] - 1
        while low < high:
            items[low], items[high] = items[high], items[low]
            at[low], at[high] = at[high], at[low]
            low, high = low + 1, high - 1


@kernel
def _count_nodes(
    items: Ints, begins: Longs, ends: Longs, paths: int, stamp: int, nodes: Longs, over: Longs, keys: Longs,
    wanted: Longs,
) -> bool:  # fmt: skip
    """Count one unit's paths at every step, and write down the key of each; whether the unit is in the wanted node.

    ``over`` [step] counts the units whose shortest path is over at this step."""
    steps, edge = len(nodes) - 1, nodes.shape[1] - 1
    took = False
    shortest = steps + 1
    for path in range(paths):
        length = ends[path] - begins[path]
        shortest = min(shortest, length)
        key = 0
        for step in range(min(length, steps + 1)):
            item = edge - 1 if step == steps else items[begins[path] + step]
            if step < steps:
                key = key * (edge + 1) + item + 1
            _count(nodes[step], item, stamp)
            took |= wanted[1] == -1 and step == wanted[0] and item == wanted[2]
        keys[path] = key * 2 + (length > steps)
    if paths and shortest <= steps:
        over[shortest] += 1
        took |= wanted[1] == -1 and wanted[2] == edge and shortest <= wanted[0]
    return took


@kernel
def _count_links(
    items: Ints, begins: Longs, ends: Longs, paths: int, stamp: int, links: Longs, shape: tuple[int, ...],
    wanted: Longs,
) -> bool:  # fmt: skip
    """Count the links of one unit's paths; whether the unit took the wanted one."""
    steps, size = shape[0] - 1, shape[1]
    took = False
    for path in range(paths):
        length = ends[path] - begins[path]
        for step in range(min(length, steps)):
            source = items[begins[path] + step]
            target = size - 1
            if step + 1 < length:
                target = size - 2 if step + 1 == steps else items[begins[path] + step + 1]
            _count(links, (step * size + source) * size + target, stamp)
            took |= step == wanted[0] and source == wanted[1] and target == wanted[2]
    return took


@kernel
def _count(cells: Longs, cell: int, stamp: int) -> None:
    """One path more in this cell, and a unit more when it was not seen there yet."""
    cells[cell, 0] += 1
    if cells[cell, 2] != stamp:
        cells[cell, 2] = stamp
        cells[cell, 1] += 1


@kernel
def _times(
    items: Ints, at: Longs, begins: Longs, ends: Longs, paths: int, shape: tuple[int, ...],
    timed: Longs, elapsed: Longs, count: int,
) -> int:  # fmt: skip
    """Write down the links of one unit's paths that have two ends, and how long each took; returns how many links are
    written by now.
    """
    steps, size = shape[0] - 1, shape[1]
    for path in range(paths):
        low = begins[path]
        for step in range(min(ends[path] - low - 1, steps)):
            target = size - 2 if step + 1 == steps else items[low + step + 1]
            timed[count] = (step * size + items[low + step]) * size + target
            elapsed[count] = abs(at[low + step + 1] - at[low + step])
            count += 1
    return count


@kernel
def _count_kinds(keys: Longs, paths: int, stamp: int, kinds: Longs) -> int:
    """Count one unit's whole paths by key; returns how many keys were not there before."""
    taken = 0
    for path in range(paths):
        place = place_of(kinds, keys[path])
        taken += kinds[place, 1] == 0
        _count(kinds[:, 1:], place, stamp)
    return taken

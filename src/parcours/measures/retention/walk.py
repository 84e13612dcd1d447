"""Counting who came back: one walk over each unit's events, in compiled loops over flat arrays."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel

STARTS, RETURNS, NAMED = 1, 2, 4
NO_ROW = -1
Longs = NDArray[np.int64]
Ints = NDArray[np.int32]
Flags = NDArray[np.bool_]


class Events(NamedTuple):
    """The units' events. ``kinds`` has a set of bits for each: it can start, it can return, it has the name of a
    start. ``takes`` has a flag for each unit, or nothing when all are counted.
    """

    offsets: Longs
    times: Longs
    kinds: NDArray[np.uint8]
    takes: Flags


class Asked(NamedTuple):
    """The question. ``deciding`` is the kind of event whose first instant over all history is the only one at which a
    unit may start; 0 when it may start in every period. Column j looks at the periods ``first[j]`` to ``last[j]``
    after the row's: calendar periods between ``bounds``, or when ``length`` is not 0 so long ones from the unit's own
    start.
    """

    bounds: Longs
    low: int
    high: int
    deciding: int
    least: int
    rolling: bool
    first: Longs
    last: Longs
    length: int


class Groups(NamedTuple):
    """Which group a unit counts in: ``lookup`` by the code of the unit, or ``by_event`` of the event that starts it;
    without codes all are in group 0. ``wanted`` is the first group that is counted.
    """

    lookup: Ints
    codes: Ints
    by_event: bool
    wanted: int


class Notes(NamedTuple):
    """Room for one unit: the first start of each period (NO_ROW: none), the number of returns in each, the instants
    of all returns.
    """

    anchors: Longs
    tally: Longs
    returns: Longs


@kernel
def count(events: Events, asked: Asked, groups: Groups, counts: Ints) -> None:
    """Add to ``counts`` [group, row, column]: column 0 the units that start in the row's period, column j those of
    them with at least ``least`` returns in the column's periods.
    """
    periods, columns = len(asked.bounds) - 1, len(asked.first)
    notes = room(events, periods)
    before = np.zeros(periods + 1, dtype=np.int64)  # returns in the calendar periods before each
    reach = np.zeros(
        periods, dtype=np.int32
    )  # 1 where a period, alone or with all later ones, has enough returns
    by_one = asked.length == 0 and asked.last[-1] == columns - 1  # each column is the next single period
    for unit in range(len(events.offsets) - 1):
        known = walk(events, asked, unit, notes)
        if known < 0:
            continue
        if asked.length == 0:
            gather(asked, notes.tally, before, reach)
        for row in range(periods):
            if notes.anchors[row] == NO_ROW:
                continue
            group = group_of(groups, unit, notes.anchors[row]) - groups.wanted
            if not 0 <= group < len(counts):
                continue
            cells = counts[group, row]
            cells[0] += 1
            if asked.length > 0:
                add_elapsed(asked, events.times[notes.anchors[row]], notes.returns[:known], cells)
            elif by_one:
                stop = min(columns, periods - row)
                add_plain(cells[1:stop], reach[row + 1 : row + stop])
            else:
                add_brackets(asked, row, before, cells)


@kernel
def gather(asked: Asked, tally: Longs, before: Longs, reach: Ints) -> None:
    """From the returns in each calendar period: those before each, and where there are enough."""
    for period in range(len(tally)):
        before[period + 1] = before[period] + tally[period]
    for period in range(len(tally)):
        enough = before[-1] - before[period] if asked.rolling else tally[period]
        reach[period] = enough >= asked.least


@kernel
def add_plain(cells: Ints, reach: Ints) -> None:
    """Add one unit of a row to the columns of one calendar period each."""
    for column in range(len(cells)):
        cells[column] += reach[column]


@kernel
def add_brackets(asked: Asked, row: int, before: Longs, cells: Ints) -> None:
    """Add one unit of a row to the columns of several calendar periods in which it is back."""
    periods = len(before) - 1
    for column in range(1, len(cells)):
        start = row + asked.first[column]
        if start >= periods:
            break
        stop = periods if asked.rolling else min(row + asked.last[column] + 1, periods)
        cells[column] += before[stop] - before[start] >= asked.least


@kernel
def add_elapsed(asked: Asked, start_us: int, returns: Longs, cells: Ints) -> None:
    """Add one unit of a row to the columns in which it is back, counted from its own start."""
    known = len(returns)
    begin = np.searchsorted(returns, start_us)
    end = begin
    for column in range(1, len(cells)):
        from_us = start_us + asked.first[column] * asked.length
        until_us = start_us + (asked.last[column] + 1) * asked.length
        while begin < known and returns[begin] < from_us:
            begin += 1
        if known - begin < asked.least:
            break  # the columns go forwards: what is left is not enough for the later ones either
        while end < known and (asked.rolling or returns[end] < until_us):
            end += 1
        cells[column] += end - begin >= asked.least


@kernel
def choose(
    events: Events, asked: Asked, groups: Groups, rows: Flags, column: int, back: bool, chosen: Flags
) -> None:
    """Flag the units of some rows that are back in a column, or those that are not. A wanted group of −1 is any."""
    periods = len(asked.bounds) - 1
    notes = room(events, periods)
    for unit in range(len(events.offsets) - 1):
        known = walk(events, asked, unit, notes)
        if known < 0:
            continue
        for row in range(periods):
            anchor = notes.anchors[row]
            if (
                not rows[row]
                or chosen[unit]
                or anchor == NO_ROW
                or groups.wanted not in (-1, group_of(groups, unit, anchor))
            ):
                continue
            from_us, until_us = span(asked, row, column, events.times[anchor])
            returns = notes.returns[:known]
            found = np.searchsorted(returns, until_us) - np.searchsorted(returns, from_us)
            there = column == 0 or found >= asked.least
            chosen[unit] = there == back


@kernel
def span(asked: Asked, row: int, column: int, start_us: int) -> tuple[int, int]:
    """The instants of a column, the second one outside, for a unit that starts in a row."""
    first, last = asked.first[column], asked.last[column]
    if asked.length > 0:
        until_us = start_us + (last + 1) * asked.length
        return start_us + first * asked.length, asked.high if asked.rolling else until_us
    periods = len(asked.bounds) - 1
    until = periods if asked.rolling else min(row + last + 1, periods)
    return asked.bounds[min(row + first, periods)], asked.bounds[until]


@kernel
def walk(events: Events, asked: Asked, unit: int, notes: Notes) -> int:
    """Note one unit's starts and returns; gives the number of returns, −1 when the unit never starts."""
    if len(events.takes) > 0 and not events.takes[unit]:
        return -1
    notes.anchors[:] = NO_ROW
    notes.tally[:] = 0
    period, known = 0, 0
    started, decided = False, asked.deciding == 0
    decided_us = 0
    for row in range(events.offsets[unit], events.offsets[unit + 1]):
        now, kind = events.times[row], events.kinds[row]
        if now >= asked.high:
            break
        if not decided and kind & asked.deciding:
            decided, decided_us = True, now
        if now < asked.low or kind & (STARTS | RETURNS) == 0:
            continue
        while now >= asked.bounds[period + 1]:
            period += 1
        may_start = asked.deciding == 0 or (now == decided_us and not started)
        if may_start and kind & STARTS and notes.anchors[period] == NO_ROW:
            notes.anchors[period] = row
            started = True
        if kind & RETURNS:
            notes.tally[period] += 1
            notes.returns[known] = now
            known += 1
    return known if started else -1


@kernel
def group_of(groups: Groups, unit: int, row: int) -> int:
    """The group of a unit that starts at an event."""
    if len(groups.codes) == 0:
        return 0
    place = row if groups.by_event else unit
    return int(groups.lookup[groups.codes[place]])


@kernel
def room(events: Events, periods: int) -> Notes:
    """Room for the unit that has most events."""
    most = 0
    for unit in range(len(events.offsets) - 1):
        most = max(most, events.offsets[unit + 1] - events.offsets[unit])
    return Notes(np.empty(periods, np.int64), np.empty(periods, np.int64), np.empty(most, np.int64))

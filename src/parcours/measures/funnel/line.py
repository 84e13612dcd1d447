"""One unit's events, laid out so that a funnel's attempts can look ahead and back."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from parcours.measures.funnel.query import MOST_STEPS
from parcours.measures.funnel.rules import (
    AFTER,
    BITS,
    EXCLUSIONS,
    FIRST,
    FOLLOWING,
    HOLD,
    ORDER,
    PREVIOUS,
    ROW,
    SETTING,
    STEP_COUNT,
    STEPS,
    STRICT,
    TIME,
    UNORDERED,
    Ints,
    Lines,
    Longs,
)
from parcours.timelines.kernel import kernel


@kernel
def gather(
    begin: int, end: int, times: Longs, events: Ints, bits_by_name: Ints, bits_by_row: Ints, hold: Ints,
    rules: Lines, line: Lines,
) -> int:  # fmt: skip
    """Take over the events of one unit that matter; returns how many."""
    count = any_number(0)
    starts = False
    for row in range(begin, end):
        mark = bits_by_name[events[row]]
        if len(bits_by_row):
            mark |= bits_by_row[row]
        value = 0
        if len(hold):
            value = hold[row]
            if value < 0:
                mark &= ~STEPS
        if mark == 0 and rules[SETTING, ORDER] != STRICT:
            continue
        starts = starts or (mark & (STEPS if rules[SETTING, ORDER] == UNORDERED else 1)) != 0
        line[count, TIME], line[count, BITS], line[count, HOLD] = times[row], mark, value
        line[count, ROW] = row
        same = count > 0 and times[row] == line[count - 1, TIME]
        line[count, FIRST] = line[count - 1, FIRST] if same else count
        count += 1
    if not starts:
        return 0
    _index(line, count, rules)
    return count


@kernel
def _index(line: Lines, count: int, rules: Lines) -> None:
    """Where each instant ends, which event comes next for each step, and which came last for each exclusion."""
    steps, exclusions = rules[SETTING, STEP_COUNT], rules[SETTING, EXCLUSIONS]
    fill(line, count, FOLLOWING, count)
    after = count
    for place in range(count - 1, -1, -1):
        line[place, AFTER] = after
        if line[place, FIRST] == place:
            after = place
        for step in range(steps):
            here = (line[place, BITS] >> step) & 1
            line[place, FOLLOWING + step] = place if here else line[place + 1, FOLLOWING + step]
    for exclusion in range(exclusions):
        last = -1
        for place in range(count):
            line[place, rules[SETTING, PREVIOUS] + exclusion] = last
            if (line[place, BITS] >> (MOST_STEPS + exclusion)) & 1:
                last = place
        line[count, rules[SETTING, PREVIOUS] + exclusion] = last


@kernel
def place_from(line: Lines, count: int, instant: int) -> int:
    """The first place at or after an instant."""
    low, high = 0, count
    while low < high:
        middle = (low + high) // 2
        if line[middle, TIME] < instant:
            low = middle + 1
        else:
            high = middle
    return low


@kernel
def next_event(line: Lines, count: int, step: int, place: int, hold: int) -> int:
    """The first event from ``place`` on that can fill a step of an attempt that holds ``hold``."""
    event = int(line[place, FOLLOWING + step])
    while event < count and line[event, HOLD] != hold:
        event = int(line[event + 1, FOLLOWING + step])
    return event


@kernel
def next_start(line: Lines, place: int, count: int, rules: Lines) -> int:
    """The first event from ``place`` on that opens an attempt; the count when there is none."""
    wanted = STEPS if rules[SETTING, ORDER] == UNORDERED else 1
    while place < count and line[place, BITS] & wanted == 0:
        place += 1
    return place


@kernel
def any_number(value: int) -> int:
    """A number that may be any: kernels are compiled once more for each plain 0, 1 or True that they are given."""
    return int(value)


@kernel
def fill(table: NDArray[np.integer[Any]], row: int, low: int, value: int) -> None:
    """Set a row from a column on. A loop, as slices take Numba seconds to compile wherever they stand."""
    for column in range(low, table.shape[1]):
        table[row, column] = value


@kernel
def copy(source: Lines, of: int, table: Lines, to: int) -> None:
    """Copy a row."""
    for column in range(table.shape[1]):
        table[to, column] = source[of, column]

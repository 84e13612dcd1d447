"""How long links take: exact means, and medians between two bounds that are equal where the median is known exactly.

Times are counted in brackets 1/128 of their length wide, each with its smallest and largest time; up to 255 µs, and
wherever a bracket holds but one or two different times, every time is known. So a median is exact in most logs
(instants in whole seconds, times up to two minutes; few links), and off by less than 0.8 % otherwise. Keeping every
time of millions of links exactly would cost more than all other counting together.

While units are walked, each link and its time are written down one after the other. Then they are sorted by link, and
each link's times fall into a small row of slots: a table of all links and brackets would leave the processor's cache at
almost every time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parcours.measures.flow.key_table import Way, added_rows
from parcours.timelines.kernel import kernel
from parcours.values import SECOND_US

Longs = NDArray[np.int64]
SPLIT = 20  # sums are kept in two parts, as microseconds of millions of long links do not fit 64 bits
WRITTEN_AT_ONCE = 2**19  # links written down before they are sorted: what fits a processor's cache
FIRST_BRACKET = (1023 << 7) - 1  # the one before that of 1 µs, for 0
MOST_SLOTS = 64 * 128 + 1
COLUMNS: tuple[Way, ...] = ("add", "low", "high")  # of a bracket: how many, smallest, largest


@dataclass(frozen=True)
class LinkTime:
    """Elapsed seconds between the two ends of a link; None without links."""

    mean_seconds: float | None
    median_seconds: float | None
    median_low_seconds: float | None
    median_high_seconds: float | None


@kernel
def bracket(link: int, elapsed: int) -> int:
    """The key of a link and the bracket of an elapsed time in µs: the first bits of its floating-point form."""
    return (link << 32) | _first_bits(elapsed)


@kernel
def _first_bits(elapsed: int) -> int:
    """The bracket of an elapsed time; 0 has no bits at all."""
    return int(np.float64(elapsed).view(np.int64) >> 45)


@kernel
def no_times(room: int) -> tuple[Longs, Longs, Longs]:
    """Where links, and their times, are written down, one unit's ``room`` at least; and the rows of none."""
    most = max(room, WRITTEN_AT_ONCE)
    return np.empty(most, np.int64), np.empty(most, np.int64), np.empty((0, 4), np.int64)


@kernel
def add_times(links: Longs, elapsed: Longs, count: int, sums: Longs, rows: Longs) -> Longs:
    """Add the first ``count`` times of links to ``sums`` and to the sorted ``rows`` of brackets."""
    starts = np.zeros(len(sums) + 1, np.int64)
    for number in range(count):
        starts[links[number] + 1] += 1
    for link in range(len(sums)):
        starts[link + 1] += starts[link]
    place, ordered = starts.copy(), np.empty(count, np.int64)
    for number in range(count):
        ordered[place[links[number]]] = elapsed[number]
        place[links[number]] += 1
    slots, found = np.zeros((MOST_SLOTS, 3), np.int64), np.empty((count, 4), np.int64)
    filled = 0
    for link in range(len(sums)):
        if starts[link] < starts[link + 1]:
            filled = _add_link(link, ordered, starts[link], starts[link + 1], sums, slots, found, filled)
    return added_rows(rows, found, filled, np.array([0, 1, 2]))


@kernel
def _add_link(
    link: int, elapsed: Longs, begin: int, end: int, sums: Longs, slots: Longs, found: Longs, filled: int
) -> int:
    """Write down the brackets of one link; returns how many are written by now. ``slots`` are left empty."""
    low, high = MOST_SLOTS, 0
    for number in range(begin, end):
        time = elapsed[number]
        sums[link, 0] += time >> SPLIT
        sums[link, 1] += time & (2**SPLIT - 1)
        slot = max(_first_bits(time) - FIRST_BRACKET, 0)
        low, high = min(low, slot), max(high, slot)
        if slots[slot, 0] == 0:
            slots[slot, 1] = time
        slots[slot, 0] += 1
        slots[slot, 1] = min(slots[slot, 1], time)
        slots[slot, 2] = max(slots[slot, 2], time)
    for slot in range(low, high + 1):
        if slots[slot, 0]:
            found[filled, 0] = bracket(link, slots[slot, 1])
            for column in range(3):
                found[filled, column + 1] = slots[slot, column]
                slots[slot, column] = 0
            filled += 1
    return filled


def times_by_link(brackets: Longs, sums: Longs) -> dict[int, LinkTime]:
    """The times of every link that has any.

    ``brackets``: key, count, smallest and largest time, sorted; ``sums`` [link, 2]: the sum of a link's times in
    units of 2^SPLIT µs, and the rest."""
    ends = np.flatnonzero(np.diff(brackets[:, 0] >> 32, append=-1)) + 1  # of each link's brackets
    links = (brackets[ends - 1, 0] >> 32).tolist()
    upto = np.cumsum(brackets[:, 1])
    before = np.concatenate(([0], upto[ends[:-1] - 1])) if len(ends) else upto
    counts = upto[ends - 1] - before
    lower, upper = (_ranked(brackets, upto, before + ranks) for ranks in ((counts - 1) // 2, counts // 2))
    totals = [(high << SPLIT) + low for high, low in sums[links].tolist()]
    return {
        link: _time(total, count, pair)
        for link, total, count, *pair in zip(links, totals, counts.tolist(), lower, upper, strict=True)
    }


NO_TIME = LinkTime(None, None, None, None)


def _time(total_us: int, count: int, middle: list[tuple[float, int, int]]) -> LinkTime:
    value, low, high = (sum(pair) / 2 / SECOND_US for pair in zip(*middle, strict=True))
    return LinkTime(total_us / count / SECOND_US, value, low, high)


def _ranked(brackets: Longs, upto: Longs, ranks: Longs) -> list[tuple[float, int, int]]:
    """The times with these ranks, counted from 0 over all links, each with what it lies between."""
    places = np.searchsorted(upto, ranks, side="right")
    inside = ranks - (upto[places] - brackets[places, 1])
    found = zip(inside.tolist(), *brackets[places, 1:].T.tolist(), strict=True)
    return [_within(*one) for one in found]


def _within(inside: int, count: int, low: int, high: int) -> tuple[float, int, int]:
    """One of a bracket's times in ascending order."""
    if inside == 0:
        return low, low, low
    if inside == count - 1:
        return high, high, high
    return low + (high - low) * inside / (count - 1), low, high

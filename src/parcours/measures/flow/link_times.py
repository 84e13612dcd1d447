"""How long links take: exact means, and medians between two bounds that are equal where the median is known exactly.

Times are counted in brackets 1/128 of their length wide, each with its smallest and largest time; up to 255 µs, and
wherever a bracket holds but one or two different times, every time is known. So a median is exact in most logs
(instants in whole seconds, times up to two minutes; few links), and off by less than 0.8 % otherwise. Keeping every
time of millions of links exactly would cost more than all other counting together."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from parcours.measures.flow.key_table import Way, place_of
from parcours.timelines.kernel import kernel
from parcours.values import SECOND_US

Longs = NDArray[np.int64]
SPLIT = 20  # sums are kept in two parts, as microseconds of millions of long links do not fit 64 bits
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
    return (link << 32) | int(np.float64(elapsed).view(np.int64) >> 45)  # 0 has no bits at all


@kernel
def count_times(links: Longs, elapsed: Longs, count: int, sums: Longs, table: Longs) -> int:
    """Count the first ``count`` times of links; returns how many rows of the table were taken for them."""
    taken = 0
    for number in range(count):
        link, time = links[number], elapsed[number]
        sums[link, 0] += time >> 20
        sums[link, 1] += time & 1_048_575
        place = place_of(table, bracket(link, time))
        if table[place, 1] == 0:
            taken += 1
            table[place, 2] = time
        table[place, 1] += 1
        table[place, 2] = min(table[place, 2], time)
        table[place, 3] = max(table[place, 3], time)
    return taken


def times_by_link(brackets: Longs, sums: Longs) -> dict[int, LinkTime]:
    """The times of every link that has any.

    ``brackets``: key, count, smallest and largest time, sorted; ``sums`` [link, 2]: the sum of a link's times in
    units of 2^SPLIT µs, and the rest."""
    links, starts = np.unique(brackets[:, 0] >> 32, return_index=True)
    parts = np.split(brackets[:, 1:], starts[1:]) if len(links) else []
    return {
        link: _time(part, (int(sums[link, 0]) << SPLIT) + int(sums[link, 1]))
        for link, part in zip(links.tolist(), parts, strict=True)
    }


NO_TIME = LinkTime(None, None, None, None)


def _time(part: Longs, total_us: int) -> LinkTime:
    upto = np.cumsum(part[:, 0])
    count = int(upto[-1])
    middle = [_ranked(part, upto, rank) for rank in ((count - 1) // 2, count // 2)]
    value, low, high = (sum(pair) / 2 / SECOND_US for pair in zip(*middle, strict=True))
    return LinkTime(total_us / count / SECOND_US, value, low, high)


def _ranked(part: Longs, upto: Longs, rank: int) -> tuple[float, int, int]:
    """The time with this rank in ascending order, counted from 0, with what it lies between."""
    place = int(np.searchsorted(upto, rank, side="right"))
    count, low, high = (int(number) for number in part[place])
    inside = rank - (int(upto[place]) - count)
    if inside == 0:
        return low, low, low
    if inside == count - 1:
        return high, high, high
    return low + (high - low) * inside / (count - 1), low, high

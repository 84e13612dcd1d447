"""Stays counted by place and value, in a form that merges exactly: sorted by both, each pair once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from parcours.timelines.kernel import kernel

Longs = NDArray[np.int64]
Counted = tuple[Longs, Longs, Longs]
"""Places, values, and for each pair of them a row of counts."""


def counted(places: Longs, values: Longs, ways: Longs, way_count: int) -> Counted:
    """Stays given one by one, each with the column in which it counts."""
    order = np.lexsort((values, places))
    places, values, ways = places[order], values[order], ways[order]
    fresh = np.concatenate(([True], (places[1:] != places[:-1]) | (values[1:] != values[:-1])))[: len(places)]
    begins = np.flatnonzero(fresh)
    counts = np.zeros((len(begins), way_count), dtype=np.int64)
    np.add.at(counts, (np.cumsum(fresh) - 1, ways), 1)
    return places[begins], values[begins], counts


def added(one: Counted, other: Counted) -> Counted:
    """Two of them as one, without pairs that come to nothing."""
    return _added(*one, *other)


@kernel
def _added(
    places: Longs, values: Longs, counts: Longs, other_places: Longs, other_values: Longs, other_counts: Longs
) -> Counted:
    most, ways = len(places) + len(other_places), counts.shape[1]
    found_places, found_values = np.empty(most, np.int64), np.empty(most, np.int64)
    found = np.empty((most, ways), np.int64)
    one, other, count = 0, 0, 0
    while one < len(places) or other < len(other_places):
        first = other == len(other_places)
        second = one == len(places)
        if not first and not second:
            first = (places[one], values[one]) <= (other_places[other], other_values[other])
            second = (places[one], values[one]) >= (other_places[other], other_values[other])
        filled = False
        for way in range(ways):
            total = 0
            if first:
                total += counts[one, way]
            if second:
                total += other_counts[other, way]
            found[count, way] = total
            filled = filled or total != 0
        if first:
            found_places[count], found_values[count] = places[one], values[one]
            one += 1
        if second:
            found_places[count], found_values[count] = other_places[other], other_values[other]
            other += 1
        if filled:
            count += 1
    return found_places[:count].copy(), found_values[:count].copy(), found[:count].copy()

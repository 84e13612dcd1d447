"""Two runs of timelines as one: rows that are sorted already are interleaved, and nothing is sorted again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcours.timelines.build import Arrays
from parcours.timelines.kernel import kernel

Longs = NDArray[np.int64]
Ids = Callable[[NDArray[np.int64]], list[str]]
"""The event ids of some rows of the two runs, the second's counted on from the first's."""


@dataclass(frozen=True)
class Sorted:
    """Rows by unit and time, over units that both runs share: unit u has the rows offsets[u] ≤ row < offsets[u + 1]."""

    offsets: Longs
    times: Longs


def interleaved(one: Sorted, other: Sorted, ids: Ids) -> tuple[NDArray[np.int32], Longs]:
    """The rows of both by unit, time and event id, those of ``other`` counted on from ``one``'s; and the offsets.

    Of rows of one unit and instant that share an id one is kept. Ids are read only where both runs have a row of one
    unit at one instant; within a run rows are in order and distinct.
    """
    count = len(one.times) + len(other.times)
    order, meets = np.empty(count, np.int32), np.zeros(len(other.times), np.bool_)
    _interleave(one.offsets, one.times, other.offsets, other.times, order, meets)
    offsets = one.offsets + other.offsets
    return _settled(order, offsets, one, other, meets, ids) if meets.any() else (order, offsets)


def _settled(
    order: NDArray[np.int32], offsets: Longs, one: Sorted, other: Sorted, meets: NDArray[np.bool_], ids: Ids
) -> tuple[NDArray[np.int32], Longs]:
    """Put the rows of the instants where the runs meet in order of their ids, and drop repeats."""
    first = len(one.times)
    place_of = np.empty(len(order), np.int64)
    place_of[order] = np.arange(len(order))
    heads = place_of[first + np.flatnonzero(meets)]  # the first of the other's rows at such an instant
    begins, ends = np.empty(len(heads), np.int64), np.empty(len(heads), np.int64)
    _instants(order, one.times, other.times, offsets, heads, begins, ends)
    lengths = ends - begins
    places = np.repeat(begins - (np.cumsum(lengths) - lengths), lengths) + np.arange(int(lengths.sum()))
    instant = np.repeat(np.arange(len(heads)), lengths)
    rows = order[places]
    ranks = pc.rank(pa.array(ids(rows.astype(np.int64)), pa.string()), tiebreaker="dense").to_numpy(
        zero_copy_only=False
    )
    settled = np.lexsort((rows, ranks, instant))  # of equal ids the row of the first run
    order[places] = rows[settled]
    repeated = np.zeros(len(order), np.bool_)
    ranks, instant = ranks[settled], instant[settled]
    repeated[places[1:]] = (ranks[1:] == ranks[:-1]) & (instant[1:] == instant[:-1])
    if not repeated.any():
        return order, offsets
    gone = np.concatenate(([0], np.cumsum(repeated)))
    return order[~repeated], offsets - gone[offsets]


@kernel
def _interleave(
    offsets: Longs, times: Longs, other_offsets: Longs, other_times: Longs,
    order: NDArray[np.int32], meets: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Fill the order, at equal times the first run's rows first; flag the other's rows that follow one of those."""
    first = len(times)
    place = 0
    for unit in range(len(offsets) - 1):
        row, end = offsets[unit], offsets[unit + 1]
        new, new_end = other_offsets[unit], other_offsets[unit + 1]
        begin = row
        while new < new_end:
            while row < end and times[row] <= other_times[new]:
                order[place] = row
                place += 1
                row += 1
            again = new > other_offsets[unit] and other_times[new - 1] == other_times[new]
            meets[new] = row > begin and times[row - 1] == other_times[new] and not again
            order[place] = first + new
            place += 1
            new += 1
        while row < end:
            order[place] = row
            place += 1
            row += 1


@kernel
def _instants(
    order: NDArray[np.int32], times: Longs, other_times: Longs, offsets: Longs,
    heads: Longs, begins: Longs, ends: Longs,
) -> None:  # fmt: skip
    """The places of all rows of the unit and instant of each head."""
    first = len(times)
    for number in range(len(heads)):
        head = heads[number]
        now = other_times[order[head] - first]
        unit = np.searchsorted(offsets, head, side="right") - 1
        begin, end = head, head + 1
        while begin > offsets[unit]:
            row = order[begin - 1]
            if (times[row] if row < first else other_times[row - first]) != now:
                break
            begin -= 1
        while end < offsets[unit + 1]:
            row = order[end]
            if (times[row] if row < first else other_times[row - first]) != now:
                break
            end += 1
        begins[number], ends[number] = begin, end


def together(one: Arrays, other: Arrays, ids: Ids) -> Arrays:
    """The arrays of one bucket's old and new files: a customer may be in either or in both."""
    customers, first, second = _union(one.customers, other.customers)
    names, codes, other_codes = _union(pa.array(one.names, pa.string()), pa.array(other.names, pa.string()))
    old = Sorted(_spread(one.offsets, first, len(customers)), one.timestamps)
    new = Sorted(_spread(other.offsets, second, len(customers)), other.timestamps)
    order, offsets = interleaved(old, new, ids)
    return Arrays(
        customers=customers,
        names=tuple(names.to_pylist()),
        offsets=offsets,
        timestamps=np.concatenate((old.times, new.times))[order],
        events=np.concatenate((codes[one.events], other_codes[other.events]))[order],
        order=np.concatenate((one.order, other.order + np.int32(one.row_count)))[order],
        files=(*one.files, *other.files),
    )


def _union(one: pa.Array, other: pa.Array) -> tuple[pa.Array, NDArray[np.int32], NDArray[np.int32]]:
    """Two sorted lists of distinct texts as one, sorted by their bytes, and where each one's texts stand in it."""
    fresh = other.filter(pc.invert(pc.is_in(other, value_set=one)))
    if not len(fresh):
        return one, np.arange(len(one), dtype=np.int32), _places(other, one)
    both = pa.concat_arrays([one, fresh])
    order = pc.sort_indices(both).to_numpy()
    place = np.empty(len(both), np.int32)
    place[order] = np.arange(len(both), dtype=np.int32)
    union = both.take(pa.array(order))
    return union, place[: len(one)], _places(other, union)


def _places(texts: pa.Array, among: pa.Array) -> NDArray[np.int32]:
    found = pc.index_in(texts, value_set=among).to_numpy(zero_copy_only=False)
    return np.asarray(found, dtype=np.int32)


def _spread(offsets: Longs, places: NDArray[np.int32], count: int) -> Longs:
    """Offsets over more units: those without a place have no rows."""
    lengths = np.zeros(count, np.int64)
    lengths[places] = np.diff(offsets)
    return np.concatenate(([0], np.cumsum(lengths)))

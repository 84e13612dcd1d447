"""Durations counted by cell, in a form that merges exactly: sorted by cell and length, each with its count.

Exact to the microsecond while there are at most ``MOST_TIMES`` distinct ones in all cells together; beyond that the
durations are cut to whole seconds, then minutes, then hours, whatever the parts they were counted in. Sums are kept
beside them and stay exact."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from parcours.stats.counting import ValueCounts
from parcours.timelines.kernel import kernel
from parcours.values import HOUR_US, MINUTE_US, SECOND_US

Longs = NDArray[np.int64]
MOST_TIMES = 1 << 21
RESOLUTIONS_US = (1, SECOND_US, MINUTE_US, HOUR_US)
_BITS = 62


@dataclass(frozen=True)
class Durations:
    """``cells`` and ``lengths_us`` ascend together and are distinct; ``resolution_us`` is what lengths are cut to."""

    cells: Longs
    lengths_us: Longs
    counts: Longs
    resolution_us: int

    @classmethod
    def of(cls, cells: Longs, lengths_us: Longs) -> Durations:
        """Count durations given one by one."""
        return _counted(
            cells, lengths_us, np.ones(len(cells), dtype=np.int64), RESOLUTIONS_US[0], "quicksort"
        )

    def moved(self, places: Longs) -> Durations:
        """The same with each cell at its new place; places ascend."""
        return Durations(places[self.cells], self.lengths_us, self.counts, self.resolution_us)

    def before(self, other: Durations) -> Durations:
        """These and then those of greater cells."""
        if self.resolution_us != other.resolution_us or len(self.cells) + len(other.cells) > MOST_TIMES:
            return self + other
        return Durations(*self._and(other), self.resolution_us)

    def __add__(self, other: Durations) -> Durations:
        if self.resolution_us == other.resolution_us:
            found = _together(
                self.cells, self.lengths_us, self.counts, other.cells, other.lengths_us, other.counts
            )
            if len(found[0]) <= MOST_TIMES:
                return Durations(*found, self.resolution_us)
        cells, lengths, counts = self._and(other)
        return _counted(cells, lengths, counts, max(self.resolution_us, other.resolution_us), "stable")

    def _and(self, other: Durations) -> tuple[Longs, Longs, Longs]:
        """The columns of both, one after the other."""
        return (
            np.concatenate((self.cells, other.cells)),
            np.concatenate((self.lengths_us, other.lengths_us)),
            np.concatenate((self.counts, other.counts)),
        )

    def of_cells(self, cells: list[int]) -> ValueCounts:
        """The durations of some cells together."""
        bounds = np.searchsorted(self.cells, np.array([[cell, cell + 1] for cell in cells]).reshape(-1, 2))
        if len(cells) == 1:
            part = slice(int(bounds[0, 0]), int(bounds[0, 1]))
            return ValueCounts(self.lengths_us[part], self.counts[part])
        parts = [slice(int(low), int(high)) for low, high in bounds]
        none = np.zeros(0, dtype=np.int64)
        return ValueCounts.of(
            np.concatenate([none, *(self.lengths_us[part] for part in parts)]),
            np.concatenate([none, *(self.counts[part] for part in parts)]),
        )


@kernel
def _together(
    cells: Longs, lengths: Longs, counts: Longs, other_cells: Longs, other_lengths: Longs, other_counts: Longs
) -> tuple[Longs, Longs, Longs]:
    """Two sorted runs as one, in one walk; hardly a branch, as nobody can foresee which run is next."""
    ours, theirs = len(cells), len(other_cells)
    most = ours + theirs
    found_cells, found_lengths, found_counts = (
        np.empty(most, np.int64),
        np.empty(most, np.int64),
        np.empty(most, np.int64),
    )
    one, other, place = 0, 0, 0
    while one < ours and other < theirs:
        cell, other_cell = cells[one], other_cells[other]
        length, other_length = lengths[one], other_lengths[other]
        first = (cell < other_cell) | ((cell == other_cell) & (length <= other_length))
        second = (cell > other_cell) | ((cell == other_cell) & (length >= other_length))
        found_cells[place] = cell if first else other_cell
        found_lengths[place] = length if first else other_length
        found_counts[place] = counts[one] * first + other_counts[other] * second
        one, other, place = one + first, other + second, place + 1
    while one < ours:
        found_cells[place], found_lengths[place], found_counts[place] = cells[one], lengths[one], counts[one]
        one, place = one + 1, place + 1
    while other < theirs:
        found_cells[place], found_lengths[place] = other_cells[other], other_lengths[other]
        found_counts[place] = other_counts[other]
        other, place = other + 1, place + 1
    return found_cells[:place], found_lengths[:place], found_counts[:place]


def _counted(
    cells: Longs, lengths: Longs, counts: Longs, resolution: int, sorting: Literal["quicksort", "stable"]
) -> Durations:
    """Sorted and distinct, at the finest resolution that is coarse enough."""
    for coarse in RESOLUTIONS_US:
        if coarse < resolution:
            continue
        cut = lengths if coarse == 1 else lengths // coarse * coarse
        cells, lengths, counts = _merged(cells, cut, counts, sorting)
        if len(cells) <= MOST_TIMES:
            return Durations(cells, lengths, counts, coarse)
    return Durations(cells, lengths, counts, RESOLUTIONS_US[-1])


def _merged(
    cells: Longs, lengths: Longs, counts: Longs, sorting: Literal["quicksort", "stable"]
) -> tuple[Longs, Longs, Longs]:
    if not len(cells):
        return cells, lengths, counts
    width = int(lengths.max()).bit_length()
    if width + int(cells.max()).bit_length() > _BITS:
        order = np.lexsort((lengths, cells))
        cells, lengths, counts = cells[order], lengths[order], counts[order]
        heads = np.flatnonzero(
            np.concatenate(([True], (cells[1:] != cells[:-1]) | (lengths[1:] != lengths[:-1])))
        )
        counts = np.add.reduceat(counts, heads)
        heads = heads[counts != 0]
        return cells[heads], lengths[heads], counts[counts != 0]
    keys = (cells << width) | lengths  # one number sorts faster than two
    if counts.min() == counts.max() == 1:
        keys.sort(kind=sorting)
    else:
        order = np.argsort(keys, kind="stable")
        keys, counts = keys[order], counts[order]
    fresh = keys[1:] != keys[:-1]
    if not fresh.all():
        heads = np.flatnonzero(np.concatenate(([True], fresh)))
        keys, counts = keys[heads], np.add.reduceat(counts, heads)
        if not counts.all():  # durations of customers whose part was taken away
            keys, counts = keys[counts != 0], counts[counts != 0]
    return keys >> width, keys & ((1 << width) - 1), counts

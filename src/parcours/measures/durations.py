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

    def __add__(self, other: Durations) -> Durations:
        return _counted(
            np.concatenate((self.cells, other.cells)),
            np.concatenate((self.lengths_us, other.lengths_us)),
            np.concatenate((self.counts, other.counts)),
            max(self.resolution_us, other.resolution_us),
            "stable",  # merges two runs that are sorted
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
        return cells[heads], lengths[heads], np.add.reduceat(counts, heads)
    keys = (cells << width) | lengths  # one number sorts faster than two
    if counts.max() == 1:
        keys.sort(kind=sorting)
    else:
        order = np.argsort(keys, kind="stable")
        keys, counts = keys[order], counts[order]
    fresh = keys[1:] != keys[:-1]
    if not fresh.all():
        heads = np.flatnonzero(np.concatenate(([True], fresh)))
        keys, counts = keys[heads], np.add.reduceat(counts, heads)
    return keys >> width, keys & ((1 << width) - 1), counts

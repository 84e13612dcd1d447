"""Stays counted by how long they lasted and how they ended: what cumulative incidence is computed from.

A stay ends by one of several causes (1, 2, ...) or is unfinished (0) when observation ends. Tables add up,
so stays may be counted in parts and merged without changing a digit of what is computed from them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from parcours.stats.counting import IntArray, as_integers, sum_by_value

_LARGEST = np.iinfo(np.int64).max


@dataclass(frozen=True, eq=False)
class IncidenceTable:
    """Counts of stays. ``durations_us`` (k,) is ascending and distinct, ``counts`` (k, causes + 1) holds
    for each duration the number of stays that were unfinished then (column 0) and that ended by each cause
    (columns 1, ...).
    """

    durations_us: IntArray
    counts: IntArray

    @classmethod
    def empty(cls, cause_count: int) -> IncidenceTable:
        return cls(np.empty(0, np.int64), np.empty((0, cause_count + 1), np.int64))

    @classmethod
    def of(cls, durations_us: ArrayLike, causes: ArrayLike, *, cause_count: int) -> IncidenceTable:
        """Count stays given one by one: how long each lasted, and its cause (0 = unfinished).

        Raises ValueError for negative durations, causes outside 0..cause_count, and lengths that differ.
        """
        durations = as_integers(durations_us, what="durations")
        codes = as_integers(causes, what="causes")
        if durations.ndim != 1 or durations.shape != codes.shape:
            raise ValueError(f"one duration and one cause a stay, not {durations.shape} and {codes.shape}")
        if codes.size and (codes.min() < 0 or codes.max() > cause_count):
            raise ValueError(f"causes must lie between 0 and {cause_count}")
        width = cause_count + 1
        if durations.size and not 0 <= int(durations.min()) <= int(durations.max()) <= _LARGEST // width - 1:
            raise ValueError("durations must not be negative, and not longer than the calendar")
        # one number a stay sorts faster than an order of pairs
        keys = np.sort(durations * width + codes)
        values, starts = np.unique(keys // width, return_index=True)
        place = np.zeros(keys.size, np.int64)
        place[starts[1:]] = 1
        flat = np.bincount(np.cumsum(place) * width + keys % width, minlength=values.size * width)
        return cls(values, flat.reshape(values.size, width))

    @classmethod
    def from_counts(cls, durations_us: ArrayLike, counts: ArrayLike) -> IncidenceTable:
        """A table from durations in any order, with repeats, and their counts, shape (durations, causes + 1).

        Raises ValueError for negative durations or counts and for shapes that do not fit.
        """
        durations = as_integers(durations_us, what="durations")
        given = as_integers(counts, what="counts")
        if durations.ndim != 1 or given.ndim != 2 or given.shape[0] != durations.size or given.shape[1] < 2:
            raise ValueError(f"counts must have a row a duration and a column a cause, not {given.shape}")
        if durations.size and (durations.min() < 0 or given.min() < 0):
            raise ValueError("durations and counts must not be negative")
        return cls(*sum_by_value(durations, given))

    def __add__(self, other: IncidenceTable) -> IncidenceTable:
        if self.cause_count != other.cause_count:
            raise ValueError(f"tables of {self.cause_count} and of {other.cause_count} causes do not add up")
        durations = np.concatenate((self.durations_us, other.durations_us))
        return IncidenceTable(*sum_by_value(durations, np.concatenate((self.counts, other.counts))))

    @property
    def cause_count(self) -> int:
        return int(self.counts.shape[1]) - 1

    @property
    def stays(self) -> int:
        """How many stays there are."""
        return int(self.counts.sum())

    @property
    def unfinished(self) -> int:
        """How many stays were still open when observation ended."""
        return int(self.counts[:, 0].sum())

    @property
    def at_risk(self) -> IntArray:
        """For each duration, how many stays lasted at least so long, those cut off then included."""
        return np.cumsum(sum_of_columns(self.counts)[::-1])[::-1]


def sum_of_columns(counts: IntArray) -> IntArray:
    """The sum of each row; of few columns this is faster than summing along the rows."""
    total = np.zeros(len(counts), np.int64)
    for column in range(counts.shape[1]):
        total += counts[:, column]
    return total

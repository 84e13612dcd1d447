"""Counts by value: the form in which exact figures are merged, whatever parts they were counted in.

Adding two tallies is associative and commutative and works on whole numbers only, so every way of cutting
the data into parts ends in the same tally to the last digit.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import ArrayLike, NDArray

IntArray = NDArray[np.int64]


def as_integers(values: ArrayLike, *, what: str) -> IntArray:
    """``values`` as int64, without ever rounding: raises ValueError when they are not whole numbers."""
    given = np.asarray(values)
    if given.size and not np.issubdtype(given.dtype, np.integer):
        raise ValueError(f"{what} must be whole numbers, not {given.dtype}")
    return given.astype(np.int64, copy=False)


def sum_by_value(values: IntArray, counts: IntArray) -> tuple[IntArray, IntArray]:
    """The distinct values, ascending, and for each the sum of its rows of ``counts``; all-zero rows are
    dropped.

    ``counts`` has one row a value: shape (values,) or (values, columns).
    """
    if not values.size:
        return values, counts
    order = np.argsort(values, kind="stable")
    ordered = values[order]
    starts = np.flatnonzero(np.concatenate(([True], ordered[1:] != ordered[:-1])))
    sums = np.add.reduceat(counts[order], starts, axis=0)
    filled = sums.astype(bool) if sums.ndim == 1 else sums.any(axis=1)
    return ordered[starts][filled], sums[filled]


@dataclass(frozen=True, eq=False)
class ValueCounts:
    """How often each whole number occurs: ``values`` ascending and distinct, ``counts`` all positive."""

    values: IntArray
    counts: IntArray

    @classmethod
    def empty(cls) -> ValueCounts:
        return cls(np.empty(0, np.int64), np.empty(0, np.int64))

    @classmethod
    def of(cls, values: ArrayLike, counts: ArrayLike | None = None) -> ValueCounts:
        """Count values in any order, with repeats; ``counts`` says how often each stands for (default once).

        Raises ValueError for values that are not whole, for negative counts, and for lengths that differ.
        """
        given = as_integers(values, what="values")
        weights = np.ones(given.shape, np.int64) if counts is None else as_integers(counts, what="counts")
        if given.ndim != 1 or weights.shape != given.shape:
            raise ValueError(f"one count a value is needed, not {given.shape} and {weights.shape}")
        if weights.size and weights.min() < 0:
            raise ValueError("counts must not be negative")
        return cls(*sum_by_value(given, weights))

    def __add__(self, other: ValueCounts) -> ValueCounts:
        values = np.concatenate((self.values, other.values))
        return ValueCounts(*sum_by_value(values, np.concatenate((self.counts, other.counts))))

    @cached_property
    def cumulative(self) -> IntArray:
        """For each value, how many values are not above it."""
        return np.cumsum(self.counts)

    @property
    def total(self) -> int:
        """How many values were counted."""
        return int(self.cumulative[-1]) if self.cumulative.size else 0

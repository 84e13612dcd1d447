"""Exact quantiles of whole numbers from counts that can be merged.

Definition: linear interpolation between the two neighbouring values at rank ``(n - 1) * share``, counted
from 0 - type 7 of R. J. Hyndman and Y. Fan, "Sample quantiles in statistical packages", The American
Statistician 50, 1996; what spreadsheets call PERCENTILE.INC, and numpy's and DuckDB's (``quantile_cont``)
default. The median of an even number of values is the mean of the middle two. The arithmetic is done on
whole numbers and fractions and rounded once at the end.
"""

from __future__ import annotations

from fractions import Fraction

import numpy as np

from parcours.stats.counting import ValueCounts


def quantile(tally: ValueCounts, share: float) -> float | None:
    """The value below which ``share`` (0 to 1) of all values lie; None when there is no value.

    The unit is that of the values. A share is read as it is written: 0.9 is nine tenths. Raises ValueError
    outside 0..1.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"a share lies between 0 and 1, not {share!r}")
    if tally.total == 0:
        return None
    rank = (tally.total - 1) * Fraction(repr(float(share)))
    below = rank.numerator // rank.denominator
    low = _value_at(tally, below)
    part = rank - below
    if not part:
        return float(low)
    return float(low + (_value_at(tally, below + 1) - low) * part)


def median(tally: ValueCounts) -> float | None:
    """The middle value, or the mean of the middle two; None when there is no value."""
    return quantile(tally, 0.5)


def p90(tally: ValueCounts) -> float | None:
    """The value that nine tenths do not exceed; None when there is no value."""
    return quantile(tally, 0.9)


def mean(tally: ValueCounts) -> float | None:
    """The arithmetic mean, summed in whole numbers and divided once; None when there is no value."""
    if tally.total == 0:
        return None
    pairs = zip(tally.values.tolist(), tally.counts.tolist(), strict=True)
    return float(Fraction(sum(value * count for value, count in pairs), tally.total))


def _value_at(tally: ValueCounts, rank: int) -> int:
    """The value with this rank, counted from 0, in ascending order with repeats."""
    return int(tally.values[np.searchsorted(tally.cumulative, rank, side="right")])

"""Shares of a group and differences of two shares, with intervals that hold for small groups.

Wilson's score interval (E. B. Wilson, "Probable inference, the law of succession, and statistical inference",
Journal of the American Statistical Association 22, 1927); difference by the hybrid score method (R. G.
Newcombe, "Interval estimation for the difference between independent proportions", Statistics in Medicine
17, 1998, method 10).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import hypot
from statistics import NormalDist

import numpy as np
from numpy.typing import ArrayLike, NDArray

from parcours.values import Estimate, Interval

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class Difference:
    """First share minus second share, with its interval and the two numbers of units behind it."""

    value: float
    interval: Interval
    first_n: int
    second_n: int


def normal_quantile(confidence: float) -> float:
    """How many standard errors an interval reaches: 1.96 for 0.95. Raises ValueError outside 0..1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must lie between 0 and 1, not {confidence!r}")
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson_bounds(
    successes: ArrayLike, totals: ArrayLike, *, confidence: float = 0.95
) -> tuple[FloatArray, FloatArray]:
    """Wilson's interval of many shares at once: the arrays of lower and of upper ends, broadcast together.

    Where the total is 0 there is no share, and both ends are NaN. Raises ValueError unless 0 <= successes
    <= totals.
    """
    hits, n = np.broadcast_arrays(np.asarray(successes, np.float64), np.asarray(totals, np.float64))
    if not bool(np.all((hits >= 0) & (hits <= n))):
        raise ValueError("successes must lie between 0 and their totals")
    square = normal_quantile(confidence) ** 2
    known = np.where(n > 0, n, np.nan)
    middle = (hits + square / 2) / (known + square)
    spread = np.sqrt(square * (hits * (known - hits) / known + square / 4)) / (known + square)
    # rounding must not keep 0 out of the interval of "none", nor 1 out of that of "all"
    low = np.where((hits == 0) & (n > 0), 0.0, middle - spread)
    high = np.where((hits == n) & (n > 0), 1.0, middle + spread)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def wilson(successes: int, total: int, *, confidence: float = 0.95) -> Estimate | None:
    """The share ``successes / total`` with Wilson's interval; None when the group is empty.

    Raises ValueError unless 0 <= successes <= total.
    """
    low, high = wilson_bounds(successes, total, confidence=confidence)
    if total == 0:
        return None
    return Estimate(successes / total, float(low), float(high), total)


def difference(
    successes: int,
    total: int,
    other_successes: int,
    other_total: int,
    *,
    confidence: float = 0.95,
) -> Difference | None:
    """By how much the first share is above the second; None when either group is empty."""
    first = wilson(successes, total, confidence=confidence)
    second = wilson(other_successes, other_total, confidence=confidence)
    return None if first is None or second is None else difference_of(first, second)


def difference_of(first: Estimate, second: Estimate) -> Difference:
    """By how much one estimated share is above another, from their own intervals alone.

    The square-and-add method: with Wilson's intervals it is Newcombe's, and it serves intervals of any
    kind, such as those of cumulative incidence (G. Y. Zou and A. Donner, "Construction of confidence limits
    about effect measures", Statistics in Medicine 27, 2008). Assumes that the two estimates are
    independent."""
    value = first.value - second.value
    low = value - hypot(first.value - first.low, second.high - second.value)
    high = value + hypot(first.high - first.value, second.value - second.low)
    return Difference(value, Interval(max(low, -1.0), min(high, 1.0)), first.n, second.n)

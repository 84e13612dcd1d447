"""Means with intervals that hold for few values.

``mean_interval`` is Student's: mean ± t · s / √n. On a scale with two ends it may leave the scale, and where all
answers agree it has no width; there ``scale_interval`` is used: the interval of A. Agresti and B. A. Coull
("Approximate is better than 'exact' for interval estimation of binomial proportions", The American Statistician 52,
1998) carried over to scores, as is usual for the net promoter score: three imagined answers are added, three quarters
of one at either end and the rest in the middle, and the plain interval of all is taken.
"""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache
from math import atan, cos, pi, sin, sqrt

from parcours.stats.counting import ValueCounts
from parcours.stats.proportions import normal_quantile
from parcours.values import Interval

MANY = 2_000  # from here on Student's quantile is the normal one to three digits
IMAGINED = 3.0
AT_EITHER_END = 0.75


def mean_interval(tally: ValueCounts) -> Interval | None:
    """Student's 95 % interval of the mean of whole numbers; None for less than two values."""
    n = tally.total
    if n < 2:
        return None
    pairs = list(zip(tally.values.tolist(), tally.counts.tolist(), strict=True))
    total = sum(value * times for value, times in pairs)
    squares = sum(value * value * times for value, times in pairs)
    variance = Fraction(squares * n - total * total, n * (n - 1))
    half = student_quantile(n - 1) * sqrt(variance / n)
    middle = total / n
    return Interval(middle - half, middle + half)


def scale_interval(scores: list[tuple[float, int]], low: float, high: float) -> Interval | None:
    """The 95 % interval of the mean of scores (with how often each was given) on a scale from ``low`` to ``high``.

    It holds the mean and stays on the scale; None without answers."""
    n = sum(times for _, times in scores)
    if n == 0:
        return None
    mean = sum(score * times for score, times in scores) / n
    middle = (low + high) / 2
    imagined = [(low, AT_EITHER_END), (high, AT_EITHER_END), (middle, IMAGINED - 2 * AT_EITHER_END)]
    weighted = [*((score, float(times)) for score, times in scores), *imagined]
    weight = n + IMAGINED
    shifted = sum(score * times for score, times in weighted) / weight
    variance = sum((score - shifted) ** 2 * times for score, times in weighted) / weight
    half = normal_quantile(0.95) * sqrt(variance / weight)
    return Interval(min(max(shifted - half, low), mean), max(min(shifted + half, high), mean))


@lru_cache(maxsize=256)
def student_quantile(freedom: int) -> float:
    """How many standard errors a 95 % interval reaches with so many degrees of freedom: 12.71 for 1, 2.09 for 19.

    Found by halving over the exact distribution for whole degrees of freedom (M. Abramowitz and I. A. Stegun, "Handbook
    of Mathematical Functions", 26.7.3 and 26.7.4)."""
    if freedom < 1:
        raise ValueError(f"degrees of freedom are at least 1, not {freedom}")
    if freedom > MANY:
        return normal_quantile(0.95)
    low, high = 1.9, 13.0
    while high - low > 1e-10:
        middle = (low + high) / 2
        low, high = (middle, high) if _inside(middle, freedom) < 0.95 else (low, middle)
    return (low + high) / 2


def _inside(t: float, freedom: int) -> float:
    """The chance that Student's t lies between −t and t."""
    angle = atan(t / sqrt(freedom))
    cosine, odd = cos(angle), freedom % 2
    term = cosine if odd else 1.0
    total = term if freedom > 1 else 0.0
    for step in range(2 if odd else 1, freedom - 1, 2):
        term *= step / (step + 1) * cosine * cosine
        total += term
    return 2 / pi * (angle + sin(angle) * total) if odd else sin(angle) * total

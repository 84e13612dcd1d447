"""A smooth line through points that never leaves the range of its neighbours.

Monotone cubic interpolation (Fritsch and Carlson, "Monotone piecewise cubic interpolation", SIAM J. Numer. Anal. 17,
1980): the slope at a point is the mean of the slopes beside it, nothing where these turn, and both slopes of a stretch
are scaled back when together they would overshoot. Scaling either axis scales the result, so that a renderer may keep
values until it knows how high it can draw.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass
from itertools import pairwise
from math import hypot
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

Point = tuple[float, float]


@dataclass(frozen=True)
class Stretch:
    """One cubic between two neighbouring points, as control points of a Bézier curve."""

    start: Point
    first: Point
    second: Point
    end: Point

    def at(self, x: float) -> float:
        """The value at ``x``; its abscissas are equally spaced, so that ``t`` is linear in x."""
        span = self.end[0] - self.start[0]
        t = min(max((x - self.start[0]) / span, 0.0), 1.0)
        u = 1 - t
        return (
            u**3 * self.start[1]
            + 3 * u**2 * t * self.first[1]
            + 3 * u * t**2 * self.second[1]
            + t**3 * self.end[1]
        )


def monotone_curve(points: Sequence[Point]) -> tuple[Stretch, ...]:
    """The stretches between points whose abscissas rise; none for fewer than two points."""
    slopes = _slopes(points)
    stretches = []
    for number, (a, b) in enumerate(pairwise(points)):
        third = (b[0] - a[0]) / 3
        stretches.append(
            Stretch(
                a,
                (a[0] + third, a[1] + slopes[number] * third),
                (b[0] - third, b[1] - slopes[number + 1] * third),
                b,
            )
        )
    return tuple(stretches)


def range_between(curve: Sequence[Stretch], left: float, right: float) -> Point | None:
    """Lowest and highest value of a curve between two abscissas; None where it does not pass."""
    ends = [stretch for stretch in curve if stretch.end[0] >= left and stretch.start[0] <= right]
    if not ends:
        return None
    inside = [left + (right - left) * step / 12 for step in range(13)]
    starts = [stretch.end[0] for stretch in ends]
    values = [
        ends[min(bisect_left(starts, x), len(ends) - 1)].at(x)
        for x in inside
        if ends[0].start[0] <= x <= ends[-1].end[0]
    ]
    values += [y for stretch in ends for x, y in (stretch.start, stretch.end) if left <= x <= right]
    return (min(values), max(values)) if values else None


def _slopes(points: Sequence[Point]) -> list[float]:
    rises = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in pairwise(points)]
    if not rises:
        return [0.0] * len(points)
    slopes = [rises[0], *(0.0 if a * b <= 0 else (a + b) / 2 for a, b in pairwise(rises)), rises[-1]]
    for number, rise in enumerate(rises):
        if rise == 0:
            slopes[number] = slopes[number + 1] = 0.0
            continue
        reach = hypot(slopes[number] / rise, slopes[number + 1] / rise)
        if reach > 3:
            slopes[number] *= 3 / reach
            slopes[number + 1] *= 3 / reach
    return slopes

"""From counts to figures: shares, intervals, times, the histogram, the groups that are shown."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from parcours.measures.contract import Partial
from parcours.measures.durations import Durations
from parcours.measures.funnel.query import MOST_BINS, Query
from parcours.measures.funnel.result import (
    NOTHING_NAME,
    TOTAL_NAME,
    FunnelResult,
    Group,
    OverTime,
    StepFigures,
    TimeToConvert,
)
from parcours.measures.groups import OTHER, largest
from parcours.stats.counting import ValueCounts
from parcours.stats.proportions import wilson
from parcours.stats.quantiles import median, p90
from parcours.values import SECOND_US

Longs = NDArray[np.int64]


def result_of(partial: Partial, times: Durations, query: Query) -> FunnelResult:
    """The answer from the counts of all partitions."""
    labels = partial["labels"]
    shown = [place + 1 for place in largest(labels[1:], partial["reached"][1:, 0], query.top)]
    rest = [place for place in range(1, len(labels)) if place not in set(shown)]
    groups = [_group(str(labels[place])[1:], [place], partial, times, query) for place in shown]
    if rest:
        groups.append(_group(OTHER, rest, partial, times, query))
    return FunnelResult(
        names=query.labels,
        optional=tuple(step.optional for step in query.steps),
        before=query.steps_before,
        total=_group(TOTAL_NAME, [0], partial, times, query),
        groups=tuple(groups),
        other_than=tuple(str(labels[place])[1:] for place in shown),
        excluded=int(partial["excluded"][0]),
        over_time=_over_time(partial, query),
        time_to_convert=_histogram(times.of_cells([0]), query.bins),
        did_instead=_did_instead(partial, query.top),
        resolution_us=times.resolution_us,
    )


def _group(name: str, places: list[int], partial: Partial, times: Durations, query: Query) -> Group:
    """The figures of one group, or of several labels as one."""
    reached, censored, seconds = (
        partial[part][places].sum(axis=0) for part in ("reached", "censored", "seconds")
    )
    steps, before = len(query.steps), query.steps_before
    following = {before[step]: step for step in range(1, steps) if not query.steps[step].optional}
    figures = []
    for step in range(steps):
        since = times.of_cells([place * steps + step for place in places]) if step else ValueCounts.empty()
        count = int(reached[step])
        lost = 0
        if not query.steps[step].optional and step in following:
            lost = count - int(reached[following[step]]) - int(censored[step])
        whole, rest = (int(part) for part in seconds[step])
        figures.append(
            StepFigures(
                reached=count,
                share_of_first=wilson(count, int(reached[0])),
                share_of_previous=wilson(count, int(reached[before[step]])),
                dropped=lost,
                censored=int(censored[step]),
                mean_seconds=float(Fraction(whole * SECOND_US + rest, count * SECOND_US))
                if step and count
                else None,
                median_seconds=_seconds(median(since)),
                p90_seconds=_seconds(p90(since)),
            )
        )
    return Group(name, tuple(figures))


def _seconds(us: float | None) -> float | None:
    return None if us is None else us / SECOND_US


def _over_time(partial: Partial, query: Query) -> OverTime | None:
    periods = query.periods()
    if periods is None:
        return None
    return OverTime(periods, partial["over_reached"], partial["over_censored"])


def _histogram(conversions: ValueCounts, bins: int | None) -> TimeToConvert:
    """Bins of equal whole microseconds; as many as the cube root of n unless given."""
    if conversions.total == 0:
        return TimeToConvert(np.zeros(1, dtype=np.int64), np.zeros(0, dtype=np.int64))
    number = min(MOST_BINS, _cube_root(conversions.total)) if bins is None else bins
    low, high = int(conversions.values[0]), int(conversions.values[-1]) + 1
    width = -(-(high - low) // number)
    edges = low + width * np.arange(number + 1, dtype=np.int64)
    cumulative = np.concatenate(([0], conversions.cumulative))
    return TimeToConvert(edges, np.diff(cumulative[np.searchsorted(conversions.values, edges)]))


def _cube_root(count: int) -> int:
    """The least whole number whose cube is not below ``count``."""
    root = round(count ** (1 / 3))
    return next(number for number in range(max(root - 1, 1), root + 2) if number**3 >= count)


def _did_instead(partial: Partial, top: int) -> tuple[tuple[str, Longs], ...]:
    names, counts = partial["next_names"], partial["next_counts"]
    shown = largest(names, counts.sum(axis=1), top)
    rows = [(str(names[place]) or NOTHING_NAME, counts[place]) for place in shown]
    rest: Sequence[int] = [place for place in range(len(names)) if place not in set(shown)]
    return (*rows, (OTHER, counts[rest].sum(axis=0))) if rest else tuple(rows)

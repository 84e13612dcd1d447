"""Funnel: how many get from the first step to the last, where they are lost, how long it takes.

    share of step k = units whose attempt reached step k ÷ units whose attempt began

Every event of the first step opens an **attempt**. All its steps lie within the window of its first one (ends
inside), each within its own ``within`` of the step before, all inside the range: what happened after the range is
not seen. The attempt that gets furthest stands for the unit; among equals a clean one (no exclusion), then the one
that ends earliest, then the one that began last, so that A A B is timed from the second A. One event fills one step;
events at one instant may be taken in any order. Shares carry Wilson's 95 % interval. A unit that did not convert
while one of its attempts was still open when the range ended is *censored*: undecided, not lost.

*Exclusions* forbid events strictly between two steps in time (to the window's end when the later step was not
reached); a unit whose furthest attempts are all void leaves the funnel. *Optional* steps may be skipped: they are
filled where that neither costs a step nor delays the last one, and times, shares and ``within`` refer to the step
before that is not optional. *Hold constant*: the properties are equal on every step; an event that lacks one fills
no step. *Unordered*: any event of any step opens an attempt, step n means "n of the steps were done". *Totals*: an
attempt that is over lets the unit enter again, at the first opening event after its conversion, its time-out or the
event that voided it; attempts that open within the window of the entry compete for it as they do for a unit.
*Breakdown*: the value on the first step that has one (first touch), on the last (last touch), on step k (nowhere if
k was not reached), or each value as a funnel of its own over the events with that value (all events; a unit may
then be in several). *Over time*: the best of the attempts that began in the period.

Assumes that the window is long enough for an honest customer: a conversion after it counts as none.

Other tools read the word differently. Mixpanel times A A B from the first A, and lets its window run out, unless
"optimized re-entry" is on; it takes steps within two seconds of each other in any order, where here only events of one
instant are. Mixpanel and Amplitude bind only the first step to the range: conversions after it still count, so that
the figures of a closed range go on changing. Amplitude takes the "earliest-longest" path, which is the best attempt
here, and shows those whose window is still open as lost. ClickHouse's ``windowFunnel`` returns the level that was
reached and nothing of when. A one-pass funnel fills every step with the first event that fits, so that a later one
which would meet a window or avoid an exclusion does not help.

Reference: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
American Statistical Association 22, 1927, for the intervals. The definitions are ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from parcours.measures.contract import Partial
from parcours.measures.durations import RESOLUTIONS_US, Durations
from parcours.measures.following import FollowedMeasure, ends_open
from parcours.measures.funnel.attempts import Attempts, attempts, wakes_us
from parcours.measures.funnel.breakdown import grouped
from parcours.measures.funnel.cells import units_behind
from parcours.measures.funnel.figures import result_of
from parcours.measures.funnel.next_events import count_next
from parcours.measures.funnel.query import Query
from parcours.measures.funnel.result import FunnelResult
from parcours.measures.funnel.tallying import tally
from parcours.measures.partials import add_labelled, align
from parcours.timelines.partition import Partition
from parcours.timelines.views import Spans

Longs = NDArray[np.int64]
TOTAL = ""  # labels of groups begin with "=", so that a missing value is another label


class Funnel(FollowedMeasure[Query, FunnelResult]):
    """Steps, shares, times."""

    name = "funnel"
    question = Query
    counts = frozenset(
        {
            "reached", "censored", "seconds", "time_counts", "excluded", "next_counts",
            "over_reached", "over_censored",
        }
    )  # fmt: skip

    def follows(self, query: Query) -> bool:
        return query.by is None

    def wakes_us(self, partition: Partition, query: Query) -> NDArray[np.int64] | None:
        return wakes_us(partition, query)

    def goes_on(self, before: Query, after: Query) -> bool:
        return before.end == after.end or (before.periods() is None and ends_open(before, after))

    def exact(self, partial: Partial) -> bool:
        return int(partial["resolution_us"][0]) == RESOLUTIONS_US[0]

    def tidied(self, partial: Partial, query: Query) -> Partial:  # noqa: ARG002  (the same for every question)
        """Without times and next events that nobody is left with."""
        timed, kept = partial["time_counts"] != 0, partial["next_counts"].any(axis=1)
        left = {name: partial[name][timed] for name in ("time_cells", "time_us", "time_counts")}
        return partial | left | {name: partial[name][kept] for name in ("next_names", "next_counts")}

    def map(self, partition: Partition, query: Query) -> Partial:
        seen, found = attempts(partition, query)
        clean = found.only(~found.void)
        labels, partial = [TOTAL], _tally(query, clean, np.zeros(len(clean), dtype=np.int64), 1)
        if query.by is not None:
            values, value, of_values = grouped(partition, query, query.by, clean)
            labels += [f"={value}" for value in values]
            partial = _one_after_other(partial, _tally(query, of_values, value, len(values)), query)
        next_names, next_counts = _next_events(seen, query, clean)
        return {
            "labels": np.array(labels),
            **partial,
            "excluded": np.array([np.count_nonzero(found.void)], dtype=np.int64),
            "next_names": next_names,
            "next_counts": next_counts,
            **_over_time(partition, query, clean),
        }

    def merge(self, one: Partial, other: Partial) -> Partial:
        labels, first, second = align(one["labels"], other["labels"])
        places = {"one": first.astype(np.int64), "other": second.astype(np.int64)}
        steps = one["reached"].shape[1]
        merged: Partial = {"labels": labels}
        for name in ("reached", "censored", "seconds"):
            total = np.zeros((len(labels), *one[name].shape[1:]), dtype=np.int64)
            total[first] += one[name]
            total[second] += other[name]
            merged[name] = total
        times = _durations(one).moved(_cells(places["one"], steps)) + _durations(other).moved(
            _cells(places["other"], steps)
        )
        names, counts = add_labelled(
            (one["next_names"], other["next_names"]), (one["next_counts"], other["next_counts"])
        )
        return merged | _stored(times) | {
            "excluded": one["excluded"] + other["excluded"],
            "next_names": names,
            "next_counts": counts,
            "over_reached": one["over_reached"] + other["over_reached"],
            "over_censored": one["over_censored"] + other["over_censored"],
        }  # fmt: skip

    def finish(self, partial: Partial, query: Query) -> FunnelResult:
        return result_of(partial, _durations(partial), query)

    def groups_shown(self, answer: FunnelResult) -> tuple[str, ...]:
        return answer.other_than

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``step`` (its number) with ``state`` (reached, dropped, censored), alone or in a ``group`` or a
        ``period_start``; ``state`` converted or excluded; ``step`` with ``event`` (what they did instead);
        ``from_seconds`` with ``to_seconds`` (time to convert).
        """
        return units_behind(partition, query, cell)


def _tally(query: Query, found: Attempts, label: Longs, labels: int) -> Partial:
    """Counts and times by label and step; column 0 of times is the whole conversion."""
    steps = len(query.steps)
    reached, censored = (np.zeros((labels, steps), dtype=np.int64) for _ in range(2))
    seconds = np.zeros((labels, steps, 2), dtype=np.int64)
    cells, lengths = (np.empty(len(found) * steps, dtype=np.int64) for _ in range(2))
    count = tally(
        found.reach, found.open_, found.rows, found.times, label,
        query.last_required, np.array(query.steps_before), reached, censored, seconds, cells, lengths,
    )  # fmt: skip
    times = Durations.of(cells[:count], lengths[:count])
    return {"reached": reached, "censored": censored, "seconds": seconds, **_stored(times)}


def _one_after_other(total: Partial, groups: Partial, query: Query) -> Partial:
    """The counts of all and those of the groups, whose labels follow."""
    counts = {
        name: np.concatenate((total[name], groups[name])) for name in ("reached", "censored", "seconds")
    }
    moved = np.arange(len(groups["reached"]) * len(query.steps)) + len(query.steps)
    return counts | _stored(_durations(total).before(_durations(groups).moved(moved)))


def _durations(partial: Partial) -> Durations:
    return Durations(
        partial["time_cells"], partial["time_us"], partial["time_counts"], int(partial["resolution_us"][0])
    )


def _stored(times: Durations) -> Partial:
    return {
        "time_cells": times.cells,
        "time_us": times.lengths_us,
        "time_counts": times.counts,
        "resolution_us": np.array([times.resolution_us], dtype=np.int64),
    }


def _cells(places: Longs, steps: int) -> Longs:
    """Where the cells of each label's steps go when labels go to ``places``."""
    return (places[:, None] * steps + np.arange(steps)).ravel()


def _over_time(partition: Partition, query: Query, clean: Attempts) -> Partial:
    periods, steps = query.periods(), len(query.steps)
    if periods is None:
        return {"over_reached": np.zeros((0, steps), np.int64), "over_censored": np.zeros(0, np.int64)}
    if query.count == "units":
        _, every = attempts(partition, query, periods=True)
        clean = every.only(~every.void)
    period = np.searchsorted(periods.bounds_us, clean.times[:, 0], side="right") - 1
    reached = np.zeros((len(periods), steps), dtype=np.int64)
    for step in range(steps):
        reached[:, step] = np.bincount(period[clean.rows[:, step] >= 0], minlength=len(periods))
    return {
        "over_reached": reached,
        "over_censored": np.bincount(period[clean.open_], minlength=len(periods)).astype(np.int64),
    }


def _next_events(seen: Spans, query: Query, clean: Attempts) -> tuple[NDArray[np.str_], Longs]:
    """The next event of those who did not convert, by the furthest step; "" for none."""
    part = seen.partition
    names = np.array([*part.names, ""])
    counts = np.zeros((len(names), len(query.steps)), dtype=np.int64)
    count_next(
        seen.ends, part.timestamps, part.events, clean.unit, clean.reach, clean.rows,
        query.last_required, counts,
    )  # fmt: skip
    labels, first = np.unique(names, return_index=True)
    happened = counts[first].any(axis=1)
    return labels[happened], counts[first][happened]


MEASURE = Funnel()

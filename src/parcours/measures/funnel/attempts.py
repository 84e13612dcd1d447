"""The attempts that stand for the units of one partition: what every figure of a funnel is counted from."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from parcours.measures.funnel.marks import STEP_BITS, Marks, marks
from parcours.measures.funnel.plain_pass import doubtful_units, plain_attempts
from parcours.measures.funnel.query import MOST_STEPS, Query
from parcours.measures.funnel.rules import (
    BEFORE,
    EXCLUSIONS,
    FIRST_ONLY,
    FOLLOWING,
    FOUND_COLUMNS,
    LAST_REQUIRED,
    LOWER,
    OPEN,
    ORDER,
    ORDERED,
    OVERLAP,
    PREVIOUS,
    REACH,
    REQUIRED,
    RULE_ROWS,
    SEEN_UNTIL,
    SETTING,
    SETTINGS,
    STEP_COUNT,
    STRICT,
    TOTALS,
    UNIT,
    UNLIMITED,
    UNORDERED,
    UPPER,
    VOID,
    WINDOW,
    WITHIN,
    WORK_ROWS,
)
from parcours.measures.funnel.search import search_attempts
from parcours.measures.scope import bounds_us, view
from parcours.timelines.partition import Partition
from parcours.timelines.views import Spans, View

Longs = NDArray[np.int64]
ORDERS = {"ordered": ORDERED, "strict": STRICT, "unordered": UNORDERED}
NEVER = np.iinfo(np.int64).max
LONGEST = UNLIMITED // 4  # of windows, so that an instant and a window add up


class _Line(NamedTuple):
    """Rows as the kernels read them: of each unit those from ``begins`` to before ``ends``."""

    begins: Longs
    ends: Longs
    times: Longs
    events: NDArray[np.int32]

    @classmethod
    def of(cls, spans: Spans) -> _Line:
        return cls(spans.begins, spans.ends, spans.partition.timestamps, spans.partition.events)


@dataclass(frozen=True)
class Attempts:
    """One element an attempt, in the order of units and of time."""

    unit: NDArray[np.int32]  # position in the partition's units
    reach: NDArray[np.int32]  # the number of the furthest required step that was reached, from 1
    void: NDArray[np.bool_]  # an exclusion voids it and all that get as far: not in the funnel
    open_: NDArray[
        np.bool_
    ]  # not converted, and one of the attempts it stands for is open at the range's end
    closes_us: Longs  # when one that is open closes, where its window alone tells; else NEVER
    rows: NDArray[np.int32]  # [attempt, step] the row of the event that fills the step; −1: none
    times: Longs  # [attempt, step] its instant; meaningless without a row

    def __len__(self) -> int:
        return len(self.unit)

    def only(self, chosen: NDArray[np.bool_]) -> Attempts:
        """Some of the attempts."""
        return self if chosen.all() else self.at(np.flatnonzero(chosen))

    def at(self, places: NDArray[np.integer[Any]]) -> Attempts:
        """The attempts at some places."""
        return Attempts(*(getattr(self, field.name)[places] for field in fields(self)))

    def and_(self, other: Attempts) -> Attempts:
        """These attempts and then others."""
        return Attempts(
            *(
                np.concatenate((getattr(self, field.name), getattr(other, field.name)))
                for field in fields(self)
            )
        )

    @property
    def furthest_rows(self) -> NDArray[np.int32]:
        """The row that fills the furthest required step of each attempt."""
        chosen: NDArray[np.int32] = self.rows[np.arange(len(self)), self.reach - 1]
        return chosen


def attempts(partition: Partition, query: Query, *, periods: bool = False) -> tuple[Spans, Attempts]:
    """The rows looked at, and the attempt of each unit (of each unit and calendar period with ``periods``)."""
    seen = view(partition, query)
    key = (query.key(), periods)
    kind = "funnel periods" if periods else "funnel attempts"
    found = partition.keep_latest(kind, key, lambda: _attempts(partition, seen, query, periods=periods))
    return seen.spans, found


def attempts_by_value(partition: Partition, query: Query, codes: NDArray[np.int32]) -> Attempts:
    """The attempt of each unit within each value of ``codes`` (one an event of the partition looked at): only events
    with that value are there for it.
    """
    seen = view(partition, query)
    marked = marks(partition, seen, query)
    spans = seen.spans
    part, rows_seen = spans.partition, spans.rows
    owners = np.repeat(np.arange(part.customer_count), spans.ends - spans.begins)
    codes = codes[rows_seen]
    dealing = np.lexsort((rows_seen, codes, owners))
    order, owners, codes = rows_seen[dealing], owners[dealing], codes[dealing]
    keys = owners * (int(codes.max(initial=0)) + 2) + codes + 1
    heads = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1]))) if len(keys) else keys
    offsets = np.append(heads, len(keys)).astype(np.int64)
    dealt = replace(
        marked,
        by_row=marked.by_row[order] if len(marked.by_row) else marked.by_row,
        hold=marked.hold[order] if len(marked.hold) else marked.hold,
    )
    line = _Line(offsets[:-1], offsets[1:], part.timestamps[order], part.events[order])
    found = _search(line, dealt, query, bounds=None)
    rows = np.where(found.rows < 0, -1, order[found.rows]).astype(np.int32)
    units = owners[heads].astype(np.int32)
    return replace(found, unit=units[found.unit], rows=rows)


def wakes_us(partition: Partition, query: Query) -> Longs | None:
    """When what is known of each unit changes though nothing happens: its attempt is open no more. None where that is
    not told by its window alone."""
    seen = view(partition, query)
    special = query.segment is not None or query.exclude or query.periods() is not None
    if special or not _plain(query, marks(partition, seen, query)):
        return None
    _, found = attempts(partition, query)
    open_ = found.only(found.open_)
    wakes = np.full(partition.customer_count, NEVER)
    wakes[open_.unit] = open_.closes_us
    return wakes


def _attempts(partition: Partition, seen: View, query: Query, *, periods: bool) -> Attempts:
    marked = marks(partition, seen, query)
    line = _Line.of(seen.spans)
    if not periods and _plain(query, marked):
        return _pass(line, marked, query)
    asked = query.periods() if periods and query.count == "units" else None
    bounds = None if asked is None else asked.bounds_us
    return _search(line, marked, query, bounds=bounds)


def _plain(query: Query, marked: Marks) -> bool:
    """Whether one pass finds the attempts, exclusions apart."""
    special = query.hold or any(step.optional or step.within is not None for step in query.steps)
    return query.order == "ordered" and query.count == "units" and not special and not marked.overlap


def _pass(line: _Line, marked: Marks, query: Query) -> Attempts:
    """The attempts of one pass; where an exclusion may change them they are searched for."""
    count, steps = len(line.begins), len(query.steps)
    reach, last_start = np.zeros(count, dtype=np.int8), np.zeros(count, dtype=np.int64)
    rows, times = np.full((count, steps), -1, dtype=np.int32), np.zeros((count, steps), dtype=np.int64)
    window, seen_until = min(query.window.us, LONGEST), bounds_us(query)[1]
    plain_attempts(
        *line, _numbers(marked.by_name), _numbers(marked.by_row),
        steps, window, query.entry == "first", reach, last_start, rows, times,
    )  # fmt: skip
    doubtful = np.zeros(count, dtype=np.bool_)
    if query.exclude:
        between = np.array(query.bounds_of_exclusions, dtype=np.int64)
        doubtful_units(
            line.ends, line.times, line.events, marked.by_name, marked.by_row, MOST_STEPS,
            between[:, 0].copy(), between[:, 1].copy(), window, seen_until, reach, last_start, rows, doubtful,
        )  # fmt: skip
    units = np.flatnonzero((reach > 0) & ~doubtful).astype(np.int32)
    reached = reach[units].astype(np.int32)
    if len(units) < count:
        last_start, rows, times = last_start[units], rows[units], times[units]
    sure = Attempts(
        unit=units,
        reach=reached,
        void=np.zeros(len(units), dtype=np.bool_),
        open_=(reached < steps) & (last_start + window >= seen_until),
        closes_us=last_start + window,
        rows=rows,
        times=times,
    )
    if not doubtful.any():
        return sure
    both = sure.and_(_search(line, marked, query, bounds=None, units=np.flatnonzero(doubtful)))
    return both.at(np.argsort(both.unit, kind="stable"))


def _numbers(bits: NDArray[np.int32]) -> NDArray[np.int8]:
    """The step of each set of at most one step, numbered from 1; 0 for none."""
    return np.frexp((bits & STEP_BITS).astype(np.float64))[1].astype(np.int8)


def _search(
    line: _Line, marked: Marks, query: Query, *, bounds: Longs | None, units: Longs | None = None
) -> Attempts:
    """The attempts of some units, of all unless given; of each in each calendar period with ``bounds``."""
    places = np.arange(len(line.begins)) if units is None else units
    steps = len(query.steps)
    starts = STEP_BITS if query.order == "unordered" else 1
    many = query.count == "totals" or bounds is not None
    most = int(np.count_nonzero(marked.of_rows(line.events) & starts)) if many else len(places)
    found, rows = np.empty((most, FOUND_COLUMNS), np.int32), np.empty((most, steps), np.int32)
    longest = int((line.ends - line.begins).max(initial=0)) + 1
    room = np.empty((longest, FOLLOWING + steps + len(query.exclude)), np.int64)
    rules = _rules(query, marked)
    work = np.zeros((WORK_ROWS, rules.shape[1]), np.int64)
    periods = np.zeros(0, dtype=np.int64) if bounds is None else np.array(bounds)  # writable, as all others
    count = search_attempts(
        places, *line, marked.by_name, marked.by_row, marked.hold, periods,
        rules, room, work, found, rows,
    )  # fmt: skip
    kept = Attempts(
        unit=found[:count, UNIT].copy(),
        reach=found[:count, REACH].copy(),
        void=found[:count, VOID] != 0,
        open_=found[:count, OPEN] != 0,
        closes_us=np.full(count, NEVER),
        rows=rows[:count].copy(),
        times=np.zeros(0, np.int64),
    )
    return _timed(kept, line.times)


def _timed(found: Attempts, times: Longs) -> Attempts:
    if not len(times):
        return replace(found, times=np.zeros(found.rows.shape, dtype=np.int64))
    return replace(found, times=times[found.rows])


def _rules(query: Query, marked: Marks) -> NDArray[np.int64]:
    """The question in numbers, as ``search`` reads it."""
    steps, exclusions = len(query.steps), len(query.exclude)
    rules = np.zeros((RULE_ROWS, max(steps, exclusions, SETTINGS)), dtype=np.int64)
    settings = {
        ORDER: ORDERS[query.order],
        FIRST_ONLY: query.entry == "first",
        TOTALS: query.count == "totals",
        OVERLAP: marked.overlap,
        WINDOW: min(query.window.us, LONGEST),
        SEEN_UNTIL: bounds_us(query)[1],
        STEP_COUNT: steps,
        LAST_REQUIRED: query.last_required,
        EXCLUSIONS: exclusions,
        PREVIOUS: FOLLOWING + steps,
    }
    for setting, value in settings.items():
        rules[SETTING, setting] = value
    for number, step in enumerate(query.steps):
        rules[WITHIN, number] = UNLIMITED if step.within is None else min(step.within.us, LONGEST)
        rules[REQUIRED, number] = not step.optional
    rules[BEFORE, :steps] = query.steps_before
    for number, (after, before) in enumerate(query.bounds_of_exclusions):
        rules[LOWER, number], rules[UPPER, number] = after, before
    return rules

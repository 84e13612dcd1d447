"""Growth accounting: is the active base growing because customers come, or shrinking because they go quiet?

A customer is *active* in a calendar period with at least one qualifying event in it. Each active customer
is **new** (the first qualifying event ever lies in the period), **returning** (active in the period before,
too) or **resurrected** (not active in the period before, and not new); **dormant** are those active in the
period before and not in this one. So

    active(t) = new(t) + returning(t) + resurrected(t)
    active(t) - active(t - 1) = new(t) + resurrected(t) - dormant(t)

With ``new_by`` a profile trait that holds a date, a customer is new in the period of that date instead;
active customers without the date are then returning or resurrected. One period before the range is read, so
the first one is right. Other tools call this lifecycle or user growth; here the word lifecycle means the
stages.

Reference: J. Hsu, "Diligence at Social Capital, part 1: accounting for user growth", 2015.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError
from parcours.measures import contract
from parcours.measures.cells import place
from parcours.measures.contract import Partial
from parcours.measures.following import FollowedMeasure, never
from parcours.measures.result import Result
from parcours.measures.scope import rows_in_scope
from parcours.timelines.calendar import Periods, Unit
from parcours.timelines.kernel import kernel
from parcours.timelines.masks import matches
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import Column, Partition
from parcours.values import instant_us

if TYPE_CHECKING:
    import altair

STATES = ("new", "returning", "resurrected", "dormant")
NEVER = np.iinfo(np.int64).max
NONE = np.zeros(0, dtype=np.bool_)

Longs = NDArray[np.int64]
Flags = NDArray[np.bool_]


class Query(contract.Query):
    """Which events count as activity, in which calendar periods."""

    unit: Unit = Field("month", description="Length of a calendar period.")
    events: tuple[Selector, ...] = Field((), description="Events that count as activity; default: any event.")
    new_by: str | None = Field(
        None, description="A profile trait that holds the date a customer was created (ISO 8601)."
    )

    def reads_profiles(self) -> bool:
        return self.new_by is not None or super().reads_profiles()

    def periods(self) -> Periods:
        return self.periods_of(self.unit)


@dataclass(frozen=True)
class GrowthResult(Result):
    """Customers by state and period. ``shape``: series."""

    shape: ClassVar[str] = "series"
    periods: Periods
    counts: Longs  # [period, state] in the order of STATES
    complete: tuple[bool, ...]  # False where the data ends inside the period

    def tables(self) -> Mapping[str, pa.Table]:
        columns = [
            self.periods.starts,
            self.periods.last_days(),
            *self.counts.T,
            self.counts[:, :3].sum(axis=1),
            self.complete,
        ]
        arrays = [pa.array(column, field.type) for column, field in zip(columns, _GROWTH, strict=True)]
        return {"growth": pa.Table.from_arrays(arrays, schema=_GROWTH)}

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import growth_bars

        return growth_bars(self.to_arrow())


_GROWTH = pa.schema(
    [
        pa.field("period_start", pa.date32()),
        pa.field("period_end", pa.date32()),
        *(pa.field(state, pa.int64()) for state in (*STATES, "active")),
        pa.field("complete", pa.bool_()),
    ]
)


class Growth(FollowedMeasure[Query, GrowthResult]):
    """Growth accounting."""

    name = "growth"
    question = Query
    counts = frozenset({"counts"})

    def wakes_us(self, partition: Partition, query: Query) -> Longs | None:
        return never(partition) if query.segment is None else None

    def map(self, partition: Partition, query: Query) -> Partial:
        bounds = _bounds(query)
        if query.segment is not None or query.reads_profiles():
            return {"counts": _counted(partition, query, bounds)}
        key = query.model_copy(update={"as_of_us": 0}).key()
        ever = query.model_copy(update={"as_of_us": NEVER})
        whole = partition.keep(("growth", key), lambda: _counted(partition, ever, bounds))
        # what is not known yet can only lie in the period of the last known instant, or after it
        last = int(np.searchsorted(bounds, query.as_of_us, side="right")) - 1
        low = max(last - 1, 0)
        if last < 0 or last >= len(bounds) - 1:
            return {"counts": np.zeros_like(whole) if last < 0 else whole}
        counts = np.zeros_like(whole)
        counts[:low] = whole[:low]
        ending = _counted(partition, query, bounds[low : last + 3])
        counts[low : low + len(ending)] = ending
        return {"counts": counts}

    def merge(self, one: Partial, other: Partial) -> Partial:
        return {"counts": one["counts"] + other["counts"]}

    def finish(self, partial: Partial, query: Query) -> GrowthResult:
        periods = query.periods()
        return GrowthResult(periods, partial["counts"], query.calendar.complete(periods, query.as_of_us))

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``state`` (new, returning, resurrected, dormant) and ``period_start``."""
        periods = query.periods()
        state = place(cell.get("state"), STATES, "state")
        names = tuple(day.isoformat() for day in periods.starts)
        period = place(cell.get("period_start", names[-1] if names else None), names, "period_start")
        chosen = np.zeros(partition.customer_count, dtype=np.bool_)
        _counted(partition, query, _bounds(query), (period, state), chosen)
        return np.flatnonzero(chosen)


def _bounds(query: Query) -> Longs:
    """Where the periods begin and the last one ends; the first is the one before the range."""
    periods = query.periods()
    if not periods.starts:
        return np.zeros(2, np.int64)
    before = query.calendar.step(periods.starts[0], query.unit, -1)
    return np.concatenate(([query.calendar.midnight_us(before)], periods.bounds_us)).astype(np.int64)


def _counted(
    partition: Partition,
    query: Query,
    bounds: Longs,
    wanted: tuple[int, int] = (-1, -1),
    chosen: Flags = NONE,
) -> Longs:
    """Customers by state in each period but the first; flags those in the ``wanted`` period and state."""
    counts = np.zeros((len(bounds) - 2, len(STATES)), dtype=np.int64)
    seen = _seen(partition, query)
    begins = seen.firsts if query.new_by is None else _created(partition, query.new_by, query.zone)
    _states(
        partition.offsets, partition.timestamps, seen.qualifies, bounds, query.as_of_us, seen.lasts, begins,
        counts, *wanted, chosen,
    )  # fmt: skip
    return counts


@dataclass(frozen=True)
class _Seen:
    """Which events count as activity (no flags: all of them), and of each customer the first such event ever, and
    the last event."""

    qualifies: Flags
    firsts: Longs
    lasts: Longs


def _seen(partition: Partition, query: Query) -> _Seen:
    def find() -> _Seen:
        qualifies = _activity(partition, query)
        return _Seen(qualifies, *_reach(partition.offsets, partition.timestamps, qualifies))

    if query.segment is not None or query.reads_profiles():
        return find()
    selectors = (*query.events, *([query.where] if query.where is not None else []))
    key = "\0".join(one.model_dump_json(by_alias=True) for one in selectors)
    return partition.keep(("growth", "seen", bool(query.events), key), find)


def _activity(partition: Partition, query: Query) -> Flags:
    if not query.events and query.where is None and query.segment is None:
        return NONE
    active = rows_in_scope(partition, query)
    if query.events:
        active &= np.logical_or.reduce([matches(partition, selector) for selector in query.events])
    return active


def _created(partition: Partition, trait: str, zone: str) -> Longs:
    """The instant at which each customer is new."""
    column: Column = partition.trait(trait)
    instants = [_instant(text, trait, zone) for text in column.values]
    return np.array([*instants, NEVER], dtype=np.int64)[column.codes]


def _instant(text: str, trait: str, zone: str) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise QueryError(
            f"The trait {trait!r} holds {text!r}, which is not a date.",
            hint="Use a trait with ISO dates, for example 2026-10-31.",
        ) from None
    if moment.tzinfo is not None:
        return instant_us(moment)
    return instant_us(moment.replace(tzinfo=ZoneInfo(zone)))  # without an offset: as local clocks read


@kernel
def _reach(offsets: Longs, times: Longs, qualifies: Flags) -> tuple[Longs, Longs]:
    """Of each customer the first qualifying event, and the last of any kind; NEVER and its opposite without."""
    count = len(offsets) - 1
    firsts, lasts = np.full(count, NEVER, np.int64), np.full(count, -NEVER, np.int64)
    for customer in range(count):
        begin, end = offsets[customer], offsets[customer + 1]
        if begin < end:
            lasts[customer] = times[end - 1]
        while begin < end and len(qualifies) and not qualifies[begin]:
            begin += 1
        if begin < end:
            firsts[customer] = times[begin]
    return firsts, lasts


@kernel
def _states(
    offsets: Longs, times: Longs, qualifies: Flags, bounds: Longs, as_of: int, lasts: Longs, begins: Longs,
    counts: Longs, wanted_period: int, wanted_state: int, chosen: Flags,
) -> None:  # fmt: skip
    """Count each customer's state in each period but the first of ``bounds``; a customer is new in the period that
    ``begins`` lies in. Flags those who are in the wanted state in the wanted period, unless it is negative.
    """
    after = min(as_of, bounds[-1] - 1)
    for customer in range(len(offsets) - 1):
        if lasts[customer] < bounds[0]:
            continue
        end = offsets[customer + 1]
        period, active = 0, -2
        until = bounds[0]
        for row in range(_first_since(times, offsets[customer], end, until), end):
            now = times[row]
            if now > after:
                break
            if now < until or (len(qualifies) and not qualifies[row]):
                continue  # in a period that is counted already, or no activity
            period = _period_of(bounds, period, now)
            until = bounds[period + 1]
            took = 0 <= active < period - 1 and _counts_as(3, active, counts, wanted_period, wanted_state)
            if period > 0:
                state = _state(active, period, bounds[period] <= begins[customer] < until)
                took |= _counts_as(state, period - 1, counts, wanted_period, wanted_state)
            if took:
                chosen[customer] = True
            active = period
        if 0 <= active < len(counts) and _counts_as(3, active, counts, wanted_period, wanted_state):
            chosen[customer] = True


@kernel
def _state(active: int, period: int, new: bool) -> int:
    """Position in STATES of a customer who is active in a period, and was last in ``active``."""
    if new:
        return 0
    return 1 if active == period - 1 else 2


@kernel
def _counts_as(state: int, period: int, counts: Longs, wanted_period: int, wanted_state: int) -> bool:
    """Count one customer; whether this is the wanted cell."""
    counts[period, state] += 1
    return period == wanted_period and state == wanted_state


@kernel
def _first_since(times: Longs, begin: int, end: int, instant: int) -> int:
    """The first of some rows from an instant on, looked for from the last one: what is asked anew is mostly late."""
    low, high, step = end, end, 1
    while low > begin and times[low - 1] >= instant:
        high = low - 1
        low = max(begin, high - step)
        step *= 2
    while low < high:
        middle = (low + high) // 2
        if times[middle] < instant:
            low = middle + 1
        else:
            high = middle
    return high


@kernel
def _period_of(bounds: Longs, period: int, now: int) -> int:
    """The period of an instant that does not lie before ``period``; the next ones are looked at first."""
    step = 1
    while period + step < len(bounds) and bounds[period + step] <= now:
        period += step
        step *= 2
    low, high = period, min(period + step, len(bounds))
    while low + 1 < high:
        middle = (low + high) // 2
        if bounds[middle] <= now:
            low = middle
        else:
            high = middle
    return low


MEASURE = Growth()

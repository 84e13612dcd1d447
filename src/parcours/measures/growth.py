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
        if self.start is None or self.end is None:
            raise QueryError("The range of the question has no days.", hint="Give a first and a last day.")
        return self.calendar.periods(self.start, self.end, self.unit)


@dataclass(frozen=True)
class GrowthResult(Result):
    """Customers by state and period. ``shape``: series."""

    shape: ClassVar[str] = "series"
    periods: Periods
    counts: NDArray[np.int64]  # [period, state] in the order of STATES
    complete: tuple[bool, ...]  # False where the data ends inside the period

    def tables(self) -> Mapping[str, pa.Table]:
        rows = [
            {"period_start": first, "period_end": last}
            | {state: int(self.counts[p, s]) for s, state in enumerate(STATES)}
            | {"active": int(self.counts[p, :3].sum()), "complete": self.complete[p]}
            for p, (first, last) in enumerate(zip(self.periods.starts, self.periods.last_days(), strict=True))
        ]
        return {"growth": pa.Table.from_pylist(rows, schema=_GROWTH)}

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

    def wakes_us(self, partition: Partition, query: Query) -> NDArray[np.int64] | None:
        return never(partition) if query.segment is None else None

    def map(self, partition: Partition, query: Query) -> Partial:
        counts = np.zeros((len(query.periods()), len(STATES)), dtype=np.int64)
        self._walk(partition, query, counts, (-1, -1), np.zeros(0, dtype=np.bool_))
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
        period = place(cell.get("period_start", names[-1]), names, "period_start")
        counts = np.zeros((len(periods), len(STATES)), dtype=np.int64)
        chosen = np.zeros(partition.customer_count, dtype=np.bool_)
        self._walk(partition, query, counts, (period, state), chosen)
        return np.flatnonzero(chosen)

    def _walk(
        self,
        partition: Partition,
        query: Query,
        counts: NDArray[np.int64],
        wanted: tuple[int, int],
        chosen: NDArray[np.bool_],
    ) -> None:
        periods = query.periods()
        before = query.calendar.step(periods.starts[0], query.unit, -1)
        bounds = np.concatenate(([query.calendar.midnight_us(before)], periods.bounds_us)).astype(np.int64)
        active = _activity(partition, query.events) & rows_in_scope(partition, query)
        created = _created(partition, query)
        _states(
            partition.offsets, partition.timestamps, active, bounds, query.as_of_us, created, counts, *wanted, chosen
        )  # fmt: skip


def _activity(partition: Partition, events: tuple[Selector, ...]) -> NDArray[np.bool_]:
    if not events:
        return np.ones(partition.event_count, dtype=np.bool_)
    active: NDArray[np.bool_] = np.logical_or.reduce([matches(partition, selector) for selector in events])
    return active


def _created(partition: Partition, query: Query) -> NDArray[np.int64]:
    """The instant at which each customer is new; empty: at the first qualifying event."""
    if query.new_by is None:
        return np.zeros(0, dtype=np.int64)
    column: Column = partition.trait(query.new_by)
    instants = [_instant(text, query) for text in column.values]
    return np.array([*instants, NEVER], dtype=np.int64)[column.codes]


def _instant(text: str, query: Query) -> int:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise QueryError(
            f"The trait {query.new_by!r} holds {text!r}, which is not a date.",
            hint="Use a trait with ISO dates, for example 2026-10-31.",
        ) from None
    if moment.tzinfo is not None:
        return instant_us(moment)
    return instant_us(moment.replace(tzinfo=ZoneInfo(query.zone)))  # without an offset: as local clocks read


@kernel
def _states(
    offsets: NDArray[np.int64], times: NDArray[np.int64], qualifies: NDArray[np.bool_],
    bounds: NDArray[np.int64], as_of: int, created: NDArray[np.int64],
    counts: NDArray[np.int64], wanted_period: int, wanted_state: int, chosen: NDArray[np.bool_],
) -> None:  # fmt: skip
    """Count each customer's state in each period; period 0 of ``bounds`` is the one before the range.

    When ``wanted_period`` is not negative, flag the customers who are in ``wanted_state`` in it.
    """
    periods = len(bounds) - 1
    active = np.zeros(periods, dtype=np.bool_)
    for customer in range(len(offsets) - 1):
        active[:] = False
        first = _active_periods(
            times, qualifies, bounds, as_of, offsets[customer], offsets[customer + 1], active
        )
        if len(created):
            first = created[customer]
        for period in range(1, periods):
            state = _state(active[period - 1], active[period], bounds[period] <= first < bounds[period + 1])
            if state >= 0:
                counts[period - 1, state] += 1
                if period - 1 == wanted_period and state == wanted_state:
                    chosen[customer] = True


@kernel
def _active_periods(
    times: NDArray[np.int64], qualifies: NDArray[np.bool_], bounds: NDArray[np.int64], as_of: int,
    begin: int, end: int, active: NDArray[np.bool_],
) -> int:  # fmt: skip
    """Flag the periods with a qualifying event; returns the instant of the first such event ever, or NEVER."""
    first = NEVER
    period = 0
    for row in range(begin, end):
        if times[row] > as_of:
            break
        if not qualifies[row]:
            continue
        first = min(first, times[row])
        while period < len(active) and times[row] >= bounds[period + 1]:
            period += 1
        if period == len(active):
            break
        if times[row] >= bounds[0]:
            active[period] = True
    return first


@kernel
def _state(active_before: bool, active_now: bool, first_now: bool) -> int:
    """Position in STATES, −1 for a customer who is in none."""
    if not active_now:
        return 3 if active_before else -1
    if first_now:
        return 0
    return 1 if active_before else 2


MEASURE = Growth()

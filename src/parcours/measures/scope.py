"""What a question looks at: its days, its global filter, its segment. Shared by every measure over events."""

from __future__ import annotations

import hashlib

import numpy as np
from numpy.typing import NDArray

from parcours.errors import QueryError
from parcours.lifecycle.intervals import Stays, stays, wakes_us
from parcours.lifecycle.rules import LifecycleRules
from parcours.lifecycle.segments import members
from parcours.measures.contract import Query
from parcours.timelines.masks import where_flags
from parcours.timelines.partition import Partition
from parcours.timelines.views import View, between


def bounds_us(query: Query) -> tuple[int, int]:
    """First instant of the question's range, and the instant after its last; the end of the data bounds it too."""
    days = query.days()
    if days is None:
        return 0, 0
    low = query.calendar.midnight_us(days[0])
    high = query.calendar.midnight_us(query.calendar.step(days[1], "day"))
    return low, min(high, query.as_of_us + 1)


def view(partition: Partition, query: Query) -> View:
    """The events in the question's range that pass its filter, of the customers in its segment."""
    key = _key(query)
    return partition.keep_latest("view", key, lambda: _view(partition, query, key))


def segment_flags(partition: Partition, query: Query) -> NDArray[np.bool_] | None:
    """One flag for each customer of the partition; None without a segment."""
    if query.segment is None:
        return None
    return members(partition, query.segment, query.rules, query.calendar, query.as_of_us)


def rows_in_scope(partition: Partition, query: Query) -> NDArray[np.bool_]:
    """Rows that pass the filter, of customers in the segment, whatever the range: for measures that need history."""
    rows = np.ones(partition.event_count, dtype=np.bool_)
    if query.where is not None:
        rows &= where_flags(partition, query.where)
    flags = segment_flags(partition, query)
    if flags is not None:
        rows &= np.repeat(flags, np.diff(partition.offsets))
    return rows


def lifecycle_of(query: Query) -> LifecycleRules:
    """The lifecycle that a question is asked about. A filter on events would change what stages mean."""
    if query.where is not None:
        raise QueryError(
            "Stages cannot be filtered by event.", hint="Put the condition into the rules of the lifecycle."
        )
    if query.rules is None:
        raise QueryError("The question has no lifecycle.", hint="Ask through a workspace, which has one.")
    return query.rules


def stays_in_scope(partition: Partition, query: Query) -> Stays:
    """The stays of the customers in the question's segment."""
    found = stays(partition, lifecycle_of(query), query.as_of_us)
    flags = segment_flags(partition, query)
    return found if flags is None else found.of(flags)


def stays_wake_us(partition: Partition, query: Query) -> NDArray[np.int64] | None:
    """When each customer's stays change though nothing happens: the open one lapses. None with a segment, whose
    conditions may look back from the end of the data.
    """
    return wakes_us(partition, lifecycle_of(query), query.as_of_us) if query.segment is None else None


def _view(partition: Partition, query: Query, key: str) -> View:
    low, high = bounds_us(query)
    return between(
        partition,
        low,
        high,
        hashlib.sha256(key.encode()).hexdigest()[:16],
        customers=segment_flags(partition, query),
        chosen=None if query.where is None else where_flags(partition, query.where),
    )


def _key(query: Query) -> str:
    """What the events looked at depend on, as text, as True and 1 are equal values but match differently."""
    where = query.where.model_dump_json() if query.where else ""
    low, high = bounds_us(query)
    if query.segment is None:
        return "\0".join((str(low), str(high), where))
    rules = query.rules.model_dump_json() if query.rules is not None else ""
    of_segment = (str(query.as_of_us), query.zone, query.week_start, query.segment.model_dump_json(), rules)
    return "\0".join((str(low), str(high), where, *of_segment))

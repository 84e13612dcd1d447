"""Which events are there: how often each name occurs, for how many customers, since when and until when.

The first thing to look at after an import, and what a lifecycle is checked against. Counts every event up
to the question's instant inside its range; a customer is counted once for each name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.errors import QueryError, did_you_mean
from parcours.events.schema import INSTANT
from parcours.measures import contract
from parcours.measures.contract import Measure, Partial
from parcours.measures.partials import align
from parcours.measures.result import Result
from parcours.measures.scope import rows_in_scope
from parcours.timelines.kernel import kernel
from parcours.timelines.partition import Partition

if TYPE_CHECKING:
    import altair

FOREVER = np.iinfo(np.int64).max


class Query(contract.Query):
    """Which days; default: all."""

    def bounds_us(self) -> tuple[int, int]:
        low = -FOREVER if self.start is None else self.calendar.midnight_us(self.start)
        high = self.as_of_us + 1
        if self.end is not None:
            high = min(high, self.calendar.midnight_us(self.calendar.step(self.end, "day")))
        return low, high


@dataclass(frozen=True)
class EventsResult(Result):
    """Events by name, most frequent first. ``shape``: table."""

    shape: ClassVar[str] = "table"
    names: tuple[str, ...]
    counts: NDArray[np.int64]  # [name] events
    customers: NDArray[np.int64]  # [name]
    first_us: NDArray[np.int64]
    last_us: NDArray[np.int64]

    def by_name(self) -> dict[str, int]:
        """Number of events of each name."""
        return {name: int(count) for name, count in zip(self.names, self.counts, strict=True)}

    def tables(self) -> Mapping[str, pa.Table]:
        columns = {
            "event": pa.array(self.names, pa.string()),
            "events": pa.array(self.counts),
            "customers": pa.array(self.customers),
            "first": pa.array(self.first_us).cast(INSTANT),
            "last": pa.array(self.last_us).cast(INSTANT),
        }
        return {"events": pa.table(columns)}

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import bars

        return bars(self.to_arrow().select(["event", "events", "customers"]), label="event", value="events")


class Events(Measure[Query, EventsResult]):
    """Events by name."""

    name = "events"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        low, high = query.bounds_us()
        tally = np.zeros((len(partition.names), 2), dtype=np.int64)
        span = np.empty((len(partition.names), 2), dtype=np.int64)
        span[:, 0], span[:, 1] = FOREVER, -FOREVER
        chosen = rows_in_scope(partition, query)
        _tally(partition.offsets, partition.timestamps, partition.events, chosen, low, high, tally, span)
        seen = tally[:, 0] > 0
        return {
            "names": np.array([*partition.names, ""])[:-1][seen],
            "tally": tally[seen],
            "span": span[seen],
        }

    def merge(self, one: Partial, other: Partial) -> Partial:
        names, first, second = align(one["names"], other["names"])
        tally = np.zeros((len(names), 2), dtype=np.int64)
        span = np.empty((len(names), 2), dtype=np.int64)
        span[:, 0], span[:, 1] = FOREVER, -FOREVER
        for part, position in ((one, first), (other, second)):
            tally[position] += part["tally"]
            span[position, 0] = np.minimum(span[position, 0], part["span"][:, 0])
            span[position, 1] = np.maximum(span[position, 1], part["span"][:, 1])
        return {"names": names, "tally": tally, "span": span}

    def finish(self, partial: Partial, query: Query) -> EventsResult:  # noqa: ARG002  (the counts say it all)
        names = [str(name) for name in partial["names"]]
        order = sorted(range(len(names)), key=lambda i: (-int(partial["tally"][i, 0]), names[i]))
        tally, span = partial["tally"][order], partial["span"][order]
        return EventsResult(tuple(names[i] for i in order), tally[:, 0], tally[:, 1], span[:, 0], span[:, 1])

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``event``."""
        wanted = cell.get("event")
        if wanted is None:
            raise QueryError("The cell needs an event.", hint=did_you_mean("", partition.names))
        if wanted not in partition.names:
            return np.zeros(0, dtype=np.int64)
        low, high = query.bounds_us()
        rows = partition.events == partition.names.index(wanted)
        rows &= (
            (partition.timestamps >= low) & (partition.timestamps < high) & rows_in_scope(partition, query)
        )
        owners = np.repeat(np.arange(partition.customer_count), np.diff(partition.offsets))
        return np.unique(owners[rows])


@kernel
def _tally(
    offsets: NDArray[np.int64], times: NDArray[np.int64], events: NDArray[np.int32], chosen: NDArray[np.bool_],
    low: int, high: int, tally: NDArray[np.int64], span: NDArray[np.int64],
) -> None:  # fmt: skip
    """Count events and customers by event code, and note the first and last instants."""
    seen_by = np.full(len(tally), -1, dtype=np.int64)
    for customer in range(len(offsets) - 1):
        for row in range(offsets[customer], offsets[customer + 1]):
            if not chosen[row] or times[row] < low or times[row] >= high:
                continue
            code = events[row]
            tally[code, 0] += 1
            if seen_by[code] != customer:
                seen_by[code] = customer
                tally[code, 1] += 1
            span[code, 0] = min(span[code, 0], times[row])
            span[code, 1] = max(span[code, 1], times[row])


MEASURE = Events()

"""Which events come first: for every two event names, how many customers did the one before the other.

    before[a, b] = customers whose first a lies before their first b

Only *newcomers* count, whose first event of all lies at least ``settled`` after the log begins: of others nobody knows
what they did first. What drafts of journeys are made from; no analysis of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError, did_you_mean
from parcours.measures import contract
from parcours.measures.contract import Measure, Partial
from parcours.measures.result import Result
from parcours.measures.scope import rows_in_scope
from parcours.timelines.kernel import kernel
from parcours.timelines.partition import Partition

if TYPE_CHECKING:
    import altair

Longs = NDArray[np.int64]
NEVER = np.iinfo(np.int64).max


class Query(contract.Query):
    """Which events."""

    names: tuple[str, ...] = Field(description="The event names to compare.")
    settled_us: int = Field(
        0, description="Newcomers have their first event at this instant or later (µs since 1970)."
    )


@dataclass(frozen=True)
class PrecedenceResult(Result):
    """Who did what first. ``shape``: matrix."""

    shape: ClassVar[str] = "matrix"
    names: tuple[str, ...]
    before: (
        Longs  # [a, b] newcomers whose first a lies before their first b; b may be missing only if never done
    )
    both: Longs  # [a, b] newcomers who did both; [a, a] who did a
    newcomers: int

    def tables(self) -> Mapping[str, pa.Table]:
        rows = [
            (one, other, int(self.before[a, b]), int(self.both[a, b]))
            for a, one in enumerate(self.names)
            for b, other in enumerate(self.names)
        ]
        return {
            "precedence": pa.table(
                {
                    "first": pa.array([row[0] for row in rows], pa.string()),
                    "then": pa.array([row[1] for row in rows], pa.string()),
                    "before": pa.array([row[2] for row in rows], pa.int64()),
                    "both": pa.array([row[3] for row in rows], pa.int64()),
                }
            )
        }

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import bars

        counts = [int(self.both[number, number]) for number in range(len(self.names))]
        return bars(
            pa.table({"event": list(self.names), "customers": counts}), label="event", value="customers"
        )


class Precedence(Measure[Query, PrecedenceResult]):
    """What comes first."""

    name = "precedence"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        count = len(query.names)
        before, both = np.zeros((count, count), np.int64), np.zeros((count, count), np.int64)
        totals = np.zeros(1, dtype=np.int64)
        places = np.array([_place(query, name) for name in partition.names], dtype=np.int64)
        chosen = rows_in_scope(partition, query) & (partition.timestamps <= query.as_of_us)
        codes = places[partition.events] if len(places) else np.zeros(0, dtype=np.int64)
        _compare(
            partition.offsets, partition.timestamps, codes, chosen, query.settled_us, before, both, totals
        )
        return {"before": before, "both": both, "newcomers": totals}

    def merge(self, one: Partial, other: Partial) -> Partial:
        return {name: one[name] + other[name] for name in one}

    def finish(self, partial: Partial, query: Query) -> PrecedenceResult:
        return PrecedenceResult(query.names, partial["before"], partial["both"], int(partial["newcomers"][0]))

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``first`` (the name of an event: whoever did it)."""
        wanted = cell.get("first", "")
        if wanted not in query.names:
            raise QueryError(f"There is no event {wanted!r}.", hint=did_you_mean(wanted, query.names))
        names = np.array([name == wanted for name in partition.names], dtype=np.bool_)
        rows = rows_in_scope(partition, query) & (partition.timestamps <= query.as_of_us)
        rows &= names[partition.events]
        return np.unique(np.repeat(np.arange(partition.customer_count), np.diff(partition.offsets))[rows])


def _place(query: Query, name: str) -> int:
    return query.names.index(name) if name in query.names else -1


@kernel
def _compare(
    offsets: Longs, times: Longs, codes: Longs, chosen: NDArray[np.bool_], settled: int, before: Longs, both: Longs,
    totals: Longs,
) -> None:  # fmt: skip
    count = len(before)
    first = np.empty(count, dtype=np.int64)
    for customer in range(len(offsets) - 1):
        first[:] = NEVER
        began = NEVER
        for row in range(offsets[customer], offsets[customer + 1]):
            if chosen[row]:
                began = min(began, times[row])
                if codes[row] >= 0:
                    first[codes[row]] = min(first[codes[row]], times[row])
        if began == NEVER or began < settled:
            continue
        totals[0] += 1
        for one in range(count):
            if first[one] < NEVER:
                _count_pairs(first, one, before, both)


@kernel
def _count_pairs(first: Longs, one: int, before: Longs, both: Longs) -> None:
    """The pairs of one event that a customer did."""
    for other in range(len(first)):
        if first[other] < NEVER:
            both[one, other] += 1
            before[one, other] += first[one] < first[other]


PRECEDENCE = Precedence()

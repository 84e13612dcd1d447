"""How many customers and events there are up to an instant: what every map says it rests on. No analysis of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.measures import contract
from parcours.measures.contract import Partial
from parcours.measures.following import FollowedMeasure, never
from parcours.measures.result import Result
from parcours.timelines.partition import Partition

if TYPE_CHECKING:
    import altair


class Query(contract.Query):
    """Up to which instant."""


@dataclass(frozen=True)
class SeenResult(Result):
    """The two counts."""

    shape: ClassVar[str] = "table"
    customers: int
    events: int

    def tables(self) -> Mapping[str, pa.Table]:
        counts = [self.customers, self.events]
        return {"seen": pa.table({"what": ["customers", "events"], "count": pa.array(counts, pa.int64())})}

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import bars

        return bars(self.to_arrow(), label="what", value="count")


class Seen(FollowedMeasure[Query, SeenResult]):
    """Customers with an event, and events."""

    name = "seen"
    question = Query
    counts = frozenset({"seen"})

    def wakes_us(self, partition: Partition, query: Query) -> NDArray[np.int64] | None:  # noqa: ARG002
        return never(partition)

    def map(self, partition: Partition, query: Query) -> Partial:
        customers = np.count_nonzero(partition.timestamps[partition.offsets[:-1]] <= query.as_of_us)
        return {"seen": np.array([customers, np.count_nonzero(partition.timestamps <= query.as_of_us)])}

    def merge(self, one: Partial, other: Partial) -> Partial:
        return {"seen": one["seen"] + other["seen"]}

    def finish(self, partial: Partial, query: Query) -> SeenResult:  # noqa: ARG002
        return SeenResult(*partial["seen"].tolist())

    def members(
        self,
        partition: Partition,
        query: Query,
        cell: Mapping[str, str],  # noqa: ARG002
    ) -> NDArray[np.integer[Any]]:
        """Every customer with an event up to the instant."""
        first = partition.timestamps[partition.offsets[:-1]]
        return np.flatnonzero(first <= query.as_of_us)


SEEN = Seen()

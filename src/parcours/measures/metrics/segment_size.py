"""How many customers are in a segment at the end of the data, beside how many there are at all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.measures import contract
from parcours.measures.contract import Measure, Partial
from parcours.measures.result import Result
from parcours.measures.scope import segment_flags
from parcours.timelines.partition import Partition

if TYPE_CHECKING:
    import altair


class Query(contract.Query):
    """Which segment; without one, everybody is in it."""


@dataclass(frozen=True)
class SegmentSizeResult(Result):
    """Customers with an event so far. ``shape``: table."""

    shape: ClassVar[str] = "table"
    inside: int
    customers: int

    def tables(self) -> Mapping[str, pa.Table]:
        return {
            "size": pa.table({"who": ["in the segment", "all"], "customers": [self.inside, self.customers]})
        }

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import bars

        return bars(self.to_arrow(), label="who", value="customers")


class SegmentSize(Measure[Query, SegmentSizeResult]):
    """The size of a segment."""

    name = "segment-size"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        inside, seen = _inside(partition, query)
        return {"counts": np.array([np.count_nonzero(inside), np.count_nonzero(seen)], dtype=np.int64)}

    def merge(self, one: Partial, other: Partial) -> Partial:
        return {"counts": one["counts"] + other["counts"]}

    def finish(self, partial: Partial, query: Query) -> SegmentSizeResult:  # noqa: ARG002  (the counts say it all)
        return SegmentSizeResult(*partial["counts"].tolist())

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``who`` (anything else than "all" is those in the segment)."""
        inside, seen = _inside(partition, query)
        return np.flatnonzero(seen if cell.get("who") == "all" else inside)


def _inside(partition: Partition, query: Query) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Customers in the segment, and customers with an event so far."""
    seen = partition.timestamps[partition.offsets[:-1]] <= query.as_of_us
    flags = segment_flags(partition, query)
    return (seen if flags is None else flags & seen), seen


SEGMENT_SIZE = SegmentSize()

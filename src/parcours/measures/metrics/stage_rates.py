"""Of the customers who were in a stage when a period began, the share who left it in the period, or who stayed.

Leaving is lapsing; where a contract is ended by an event (``cancelled``), it is that event. Who advanced to another
stage has not left. Retention is the share of those who did not leave, over the same people. In a stage is who entered
it before the period's first instant and left it at that instant or later, or not yet. Wilson's 95 % interval.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError, did_you_mean
from parcours.lifecycle.intervals import LAPSED
from parcours.measures.contract import Measure, Partial
from parcours.measures.metrics import periods
from parcours.measures.metrics.amounts import period_number
from parcours.measures.metrics.periods import NOTHING, PeriodsResult, Value
from parcours.measures.scope import stays_in_scope
from parcours.stats.proportions import wilson
from parcours.timelines.masks import matches
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import Partition

Flags = NDArray[np.bool_]


class Query(periods.Query):
    """Which stage, and what counts as leaving it."""

    stage: str = Field(description="The id of the lifecycle's stage.")
    cancelled: Selector | None = Field(None, description="The event that ends a contract; none: lapsing.")
    stayed: bool = Field(False, description="The share of those who did not leave.")


class StageRates(Measure[Query, PeriodsResult]):
    """Churn and retention of a stage."""

    name = "stage-rates"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        counts = np.zeros((len(query.first_days), 2), dtype=np.int64)
        for number in range(len(query.first_days)):
            there, left = _there(partition, query, number)
            counts[number] = len(there), np.count_nonzero(left)
        return {"counts": counts}

    def merge(self, one: Partial, other: Partial) -> Partial:
        return {"counts": one["counts"] + other["counts"]}

    def finish(self, partial: Partial, query: Query) -> PeriodsResult:
        values = []
        for there, left in partial["counts"].tolist():
            counted = there - left if query.stayed else left
            share = wilson(counted, there)
            values.append(
                NOTHING if share is None else Value(Fraction(counted, there), share.low, share.high, there)
            )
        return PeriodsResult(query.first_days, tuple(values), "")

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``period_start`` with ``state`` (left, stayed)."""
        if cell.get("state") not in ("left", "stayed"):
            raise QueryError(f"There is no such cell: {dict(cell)}.", hint="States: left, stayed.")
        there, left = _there(partition, query, period_number(query, cell))
        return np.unique(there[left if cell["state"] == "left" else ~left])


def _there(partition: Partition, query: Query, number: int) -> tuple[NDArray[np.int32], Flags]:
    """The customers in the stage when a period began, and whether each left it in the period."""
    bounds = query.bounds_us()
    low, high = bounds[number], min(bounds[number + 1], query.as_of_us + 1)
    found = stays_in_scope(partition, query)
    known = query.rules.ids if query.rules else ()
    if query.stage not in known:
        raise QueryError(f"There is no stage {query.stage!r}.", hint=did_you_mean(query.stage, known))
    chosen = (found.stage == known.index(query.stage)) & (found.entered_us < low) & (found.left_us >= low)
    if low > query.as_of_us:
        chosen &= False
    customers = found.customer[chosen]
    if query.cancelled is None:
        return customers, (found.exit[chosen] == LAPSED) & (found.left_us[chosen] < high)
    rows = matches(partition, query.cancelled)
    rows &= (partition.timestamps >= low) & (partition.timestamps < high)
    running = np.concatenate(([0], np.cumsum(rows, dtype=np.int64)))
    cancelled: Flags = np.diff(running[partition.offsets])[customers] > 0
    return customers, cancelled


STAGE_RATES = StageRates()

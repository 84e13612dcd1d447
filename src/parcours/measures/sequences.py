"""Does a sequence happen: how many customers match a pattern, how often, and when first?

A pattern (``parcours.timelines.patterns``) tells steps, the time between them, and what must not happen in
between:

    product_viewed -> no order_completed within 2d -> email_clicked -> order_completed within 7d

A customer **matches** when at least one choice of events satisfies it. **Matches** are counted without
overlap: the next one begins after the instant at which the last was complete; taking the earliest
completion each time gives the largest such number. **First** is the instant at which the first match is
complete; customers are shown by its calendar period. Only events in the question's range count, and an
absence that was not observed to its end proves nothing.

The share is of customers with any event in the range, with a Wilson 95 % interval. Other tools:
``sequenceMatch`` and ``sequenceCount`` of ClickHouse leave the order of events of one second undefined and
have no absence; here events of one instant may be taken in any order, so that the answer does not depend on
storage.

Reference: disjoint intervals by earliest end, J. Kleinberg and E. Tardos, "Algorithm Design", 2005, section
4.1."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError
from parcours.measures import contract, scope
from parcours.measures.cells import place
from parcours.measures.contract import Measure, Partial
from parcours.measures.partials import add_labelled
from parcours.measures.result import Result
from parcours.stats.proportions import wilson
from parcours.timelines.calendar import Periods, Unit
from parcours.timelines.partition import Partition
from parcours.timelines.patterns import Pattern
from parcours.timelines.sequences import Occurrences, occurrences
from parcours.values import Estimate

if TYPE_CHECKING:
    import altair

MATCHED = ("yes", "no")


class Query(contract.Query):
    """Which pattern, over which periods."""

    pattern: Pattern = Field(description="Steps, absences and times, as text or as a list.")
    unit: Unit = Field("month", description="Length of a calendar period.")

    def periods(self) -> Periods:
        return self.periods_of(self.unit)


@dataclass(frozen=True)
class SequencesResult(Result):
    """Customers by number of matches, and by period of the first. ``shape``: series."""

    shape: ClassVar[str] = "series"
    pattern: str
    customers: int  # with any event in the range
    matches: NDArray[np.int64]  # [k] a number of matches that occurs, ascending
    by_matches: NDArray[np.int64]  # [k] customers with so many
    periods: Periods
    first: NDArray[np.int64]  # [period] customers whose first match was complete in it

    @property
    def matched(self) -> int:
        """Customers with at least one match."""
        return int(self.by_matches[self.matches > 0].sum())

    @property
    def total(self) -> int:
        """Matches of all customers."""
        return int((self.matches * self.by_matches).sum())

    @property
    def share(self) -> Estimate | None:
        """Share of customers who match; None when there is no customer."""
        return wilson(self.matched, self.customers)

    def estimates(self) -> Mapping[str, Estimate]:
        return {} if self.share is None else {"matched": self.share}

    def tables(self) -> Mapping[str, pa.Table]:
        share = self.share
        summary = {
            "pattern": self.pattern, "customers": self.customers, "matched": self.matched, "matches": self.total,
            "share": share.value if share else None,
            "share_low": share.low if share else None,
            "share_high": share.high if share else None,
        }  # fmt: skip
        return {
            "summary": pa.Table.from_pylist([summary], schema=_SUMMARY),
            "by_matches": pa.table({"matches": self.matches, "customers": self.by_matches}),
            "first": pa.table(
                {
                    "period_start": pa.array(self.periods.starts, pa.date32()),
                    "period_end": pa.array(self.periods.last_days(), pa.date32()),
                    "customers": self.first,
                }
            ),
        }

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import period_bars

        return period_bars(self.to_arrow("first"), value="customers", title=self.pattern)


_SUMMARY = pa.schema(
    [
        pa.field("pattern", pa.string()),
        *(pa.field(name, pa.int64()) for name in ("customers", "matched", "matches")),
        *(pa.field(name, pa.float64()) for name in ("share", "share_low", "share_high")),
    ]
)


class Sequences(Measure[Query, SequencesResult]):
    """Customers who match a pattern."""

    name = "sequences"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        present, found = _found(partition, query)
        matches, customers = np.unique(found.counts[present], return_counts=True)
        bounds = query.periods().bounds_us
        period = np.searchsorted(bounds, found.first_us[present & (found.counts > 0)], side="right") - 1
        return {
            "matches": matches.astype(np.int64),
            "customers": customers.astype(np.int64),
            "first": np.bincount(period, minlength=len(bounds) - 1).astype(np.int64),
        }

    def merge(self, one: Partial, other: Partial) -> Partial:
        matches, customers = add_labelled(
            (one["matches"], other["matches"]), (one["customers"], other["customers"])
        )
        return {"matches": matches, "customers": customers, "first": one["first"] + other["first"]}

    def finish(self, partial: Partial, query: Query) -> SequencesResult:
        return SequencesResult(
            pattern=str(query.pattern),
            customers=int(partial["customers"].sum()),
            matches=partial["matches"],
            by_matches=partial["customers"],
            periods=query.periods(),
            first=partial["first"],
        )

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``matched`` (yes, no), ``matches`` (a number), or ``period_start`` of the first match."""
        present, found = _found(partition, query)
        if "matches" in cell:
            if not cell["matches"].isdecimal():
                raise QueryError(
                    f"{cell['matches']!r} is not a number of matches.", hint="For example matches=2."
                )
            return np.flatnonzero(present & (found.counts == int(cell["matches"])))
        if "period_start" in cell:
            periods = query.periods()
            names = tuple(day.isoformat() for day in periods.starts)
            number = place(cell["period_start"], names, "period_start")
            low, high = periods.bounds_us[number], periods.bounds_us[number + 1]
            return np.flatnonzero(present & (found.first_us >= low) & (found.first_us < high))
        wanted = place(cell.get("matched"), MATCHED, "matched")
        return np.flatnonzero(present & ((found.counts > 0) == (wanted == 0)))


def _found(partition: Partition, query: Query) -> tuple[NDArray[np.bool_], Occurrences]:
    """Which customers have any event in the question's scope, and their matches in it."""
    view = scope.view(partition, query).partition
    _, high = scope.bounds_us(query)
    return np.diff(view.offsets) > 0, occurrences(view, query.pattern, high - 1)


MEASURE = Sequences()

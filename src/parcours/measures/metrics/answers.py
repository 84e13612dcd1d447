"""What customers answered, period by period: how often each score was given, and how many were asked.

Every answer counts, a customer may give several. What is no number is passed over; what lies outside a scale is left
to who reads the scores."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.measures.contract import Measure, Partial
from parcours.measures.metrics import periods
from parcours.measures.metrics.amounts import SCALE, period_number, scaled_column
from parcours.measures.metrics.tallies import Tallies, of_rows
from parcours.measures.result import Result
from parcours.measures.scope import view
from parcours.stats.counting import ValueCounts
from parcours.timelines.masks import matches
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import MISSING_VALUE, Partition

if TYPE_CHECKING:
    import altair

Longs = NDArray[np.int64]


class Query(periods.Query):
    """Which answers, and where they hold their score."""

    events: Selector = Field(description="The answers.")
    asked: Selector | None = Field(None, description="The questions sent; none: not known.")
    score: str = Field(description="The property that holds the score.")


@dataclass(frozen=True)
class AnswersResult(Result):
    """Scores in millionths, counted by period. ``shape``: table."""

    shape: ClassVar[str] = "table"
    first_days: tuple[date, ...]
    scores: tuple[ValueCounts, ...]
    asked: Longs | None  # [period]

    def tables(self) -> Mapping[str, pa.Table]:
        rows = [
            (day, value / SCALE, times)
            for day, tally in zip(self.first_days, self.scores, strict=True)
            for value, times in zip(tally.values.tolist(), tally.counts.tolist(), strict=True)
        ]
        return {
            "answers": pa.table(
                {
                    "period_start": pa.array([one[0] for one in rows], pa.date32()),
                    "score": pa.array([one[1] for one in rows], pa.float64()),
                    "answers": pa.array([one[2] for one in rows], pa.int64()),
                }
            )
        }

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import bars

        table = self.to_arrow().select(["score", "answers"])
        return bars(
            table.set_column(0, "score", table["score"].cast(pa.string())), label="score", value="answers"
        )


class Answers(Measure[Query, AnswersResult]):
    """Scores counted."""

    name = "answers"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        part = view(partition, query).partition
        rows = matches(part, query.events)
        period = query.period_at(part.timestamps, rows)
        values = scaled_column(part, query.score) if rows.any() else period
        rows = rows & (period >= 0) & (values != MISSING_VALUE)
        asked = np.zeros(len(query.first_days), dtype=np.int64)
        if query.asked is not None:
            sent = query.period_of(part.timestamps[matches(part, query.asked)])
            asked += np.bincount(sent[sent >= 0], minlength=len(asked))
        found = of_rows([""], np.zeros(int(rows.sum()), np.int64), period[rows], values[rows])
        return {"asked": asked, **found.partial()}

    def merge(self, one: Partial, other: Partial) -> Partial:
        both = Tallies.read(one) + Tallies.read(other)
        return {"asked": one["asked"] + other["asked"], **both.partial()}

    def finish(self, partial: Partial, query: Query) -> AnswersResult:
        tallies = Tallies.read(partial)
        scores = tuple(tallies.of_cell(0, period) for period in range(len(query.first_days)))
        return AnswersResult(query.first_days, scores, None if query.asked is None else partial["asked"])

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``period_start`` (who answered)."""
        part = view(partition, query).partition
        rows = matches(part, query.events) & (query.period_of(part.timestamps) == period_number(query, cell))
        return np.unique(np.repeat(np.arange(part.customer_count), np.diff(part.offsets))[rows])


ANSWERS = Answers()

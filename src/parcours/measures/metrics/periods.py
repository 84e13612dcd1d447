"""Questions that are asked of several neighbouring periods at once, and the values that answer them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import TYPE_CHECKING, Annotated, ClassVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError
from parcours.measures import contract
from parcours.measures.result import Result

if TYPE_CHECKING:
    from collections.abc import Mapping

    import altair

Longs = NDArray[np.int64]


class Query(contract.Query):
    """Which periods: each from its first day to before the next one's; the last one until ``end``."""

    first_days: Annotated[tuple[date, ...], Field(min_length=1)] = Field(
        description="The first day of each period, in order."
    )

    def bounds_us(self) -> Longs:
        """The instant at which each period begins, and the one at which the last one has ended."""
        if (
            self.end is None
            or list(self.first_days) != sorted(set(self.first_days))
            or self.end < self.first_days[-1]
        ):
            raise QueryError(
                "The periods are not in order.", hint="Give first days in order, and a later end."
            )
        days = [*self.first_days, self.calendar.step(self.end, "day")]
        return np.array([self.calendar.midnight_us(day) for day in days], dtype=np.int64)

    def period_of(self, instants: Longs) -> Longs:
        """The period that each instant lies in, numbered from 0; −1 outside and after the end of the data."""
        bounds = self.bounds_us()
        found = np.searchsorted(bounds, instants, side="right") - 1
        return np.where((found >= len(self.first_days)) | (instants > self.as_of_us), -1, found)

    def period_at(self, instants: Longs, rows: NDArray[np.bool_]) -> Longs:
        """The same for the flagged rows only, which may be few; −1 elsewhere."""
        found = np.full(len(instants), -1, dtype=np.int64)
        found[rows] = self.period_of(instants[rows])
        return found


@dataclass(frozen=True)
class Value:
    """One figure of one period, as exact as it was counted; ``value`` is None where there is nothing to count."""

    value: Fraction | None
    low: float | None  # 95 % interval, where the figure has one
    high: float | None
    n: int  # events, customers or answers that it rests on
    left_out: int = 0  # customers who could not be judged yet


NOTHING = Value(None, None, None, 0)


@dataclass(frozen=True)
class PeriodsResult(Result):
    """A figure period by period. ``shape``: series."""

    shape: ClassVar[str] = "series"
    first_days: tuple[date, ...]
    values: tuple[Value, ...]
    currency: str  # "" unless the figure is money

    def tables(self) -> Mapping[str, pa.Table]:
        return {
            "periods": pa.table(
                {
                    "period_start": pa.array(self.first_days, pa.date32()),
                    "value": pa.array([_number(one.value) for one in self.values], pa.float64()),
                    "low": pa.array([one.low for one in self.values], pa.float64()),
                    "high": pa.array([one.high for one in self.values], pa.float64()),
                    "n": pa.array([one.n for one in self.values], pa.int64()),
                    "left_out": pa.array([one.left_out for one in self.values], pa.int64()),
                }
            )
        }

    def chart(self) -> altair.TopLevelMixin:
        from parcours.measures.charts import bars

        rows = self.to_arrow().select(["period_start", "value"])
        return bars(rows.set_column(0, "period_start", rows["period_start"].cast(pa.string())),
                    label="period_start", value="value")  # fmt: skip


def _number(value: Fraction | None) -> float | None:
    return None if value is None else float(value)

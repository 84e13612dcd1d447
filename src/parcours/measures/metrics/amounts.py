"""A number of each period: how many events, customers or sessions, or what events are worth in all or on average.

*Customers* counts each once a period; with ``first_ever`` only in the period of the first matching event of all their
history. *Sessions* counts those (30 minutes idle, begun in the period) that hold such an event. *Sum*, *mean* and
*median* are taken over the events' value, or over a property that is a number; events without one are passed over.
Means carry Student's 95 % interval. Values in several currencies have no sum: then the answer is empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from parcours.errors import QueryError
from parcours.measures.contract import Measure, Partial
from parcours.measures.metrics import periods
from parcours.measures.metrics.periods import NOTHING, PeriodsResult, Value
from parcours.measures.metrics.tallies import Tallies, of_rows
from parcours.measures.scope import rows_in_scope, view
from parcours.stats.counting import ValueCounts
from parcours.stats.means import mean_interval
from parcours.stats.quantiles import median
from parcours.timelines.kernel import kernel
from parcours.timelines.masks import matches, number
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import MISSING_VALUE, Partition
from parcours.values import MINUTE_US, minor_digits

Longs = NDArray[np.int64]
Way = Literal["events", "customers", "sessions", "sum", "mean", "median"]
IDLE_US = 30 * MINUTE_US
SCALE = 1_000_000  # properties are counted in millionths
MOST = Decimal(2) ** 62
NUMBERS = ""  # the label of what is no money


class Query(periods.Query):
    """What is counted, over which events."""

    way: Way = Field(description="What is counted.")
    events: Selector = Field(description="Over which events.")
    of: str = Field("value", description="With sum, mean, median: value (money), or a property.")
    first_ever: bool = Field(False, description="With customers: by the first such event of all.")


class Amounts(Measure[Query, PeriodsResult]):
    """A number of each period."""

    name = "amounts"
    question = Query

    def map(self, partition: Partition, query: Query) -> Partial:
        count = len(query.first_days)
        if query.way in ("sum", "mean", "median"):
            return {"counts": np.zeros(count, np.int64), **_values(partition, query).partial()}
        return {"counts": _counts(partition, query), **Tallies.empty().partial()}

    def merge(self, one: Partial, other: Partial) -> Partial:
        both = Tallies.read(one) + Tallies.read(other)
        return {"counts": one["counts"] + other["counts"], **both.partial()}

    def finish(self, partial: Partial, query: Query) -> PeriodsResult:
        if query.way in ("sum", "mean", "median"):
            return _of_values(Tallies.read(partial), query)
        values = tuple(Value(Fraction(int(count)), None, None, int(count)) for count in partial["counts"])
        return PeriodsResult(query.first_days, values, "")

    def members(
        self, partition: Partition, query: Query, cell: Mapping[str, str]
    ) -> NDArray[np.integer[Any]]:
        """Cells: ``period_start`` (the customers of its events)."""
        period = period_number(query, cell)
        part = view(partition, query).partition
        rows = matches(part, query.events) & (query.period_of(part.timestamps) == period)
        if query.first_ever:
            owner, first = _first_ever(partition, query)
            return np.asarray(owner[first == period])
        return np.unique(np.repeat(np.arange(part.customer_count), np.diff(part.offsets))[rows])


def period_number(query: periods.Query, cell: Mapping[str, str]) -> int:
    """The period of a cell; raises QueryError when there is none."""
    days = [str(day) for day in query.first_days]
    if cell.get("period_start") not in days:
        raise QueryError(
            f"There is no such period: {dict(cell)}.", hint=f"The first one begins on {days[0]}."
        )
    return days.index(cell["period_start"])


def _counts(partition: Partition, query: Query) -> Longs:
    count = len(query.first_days)
    if query.first_ever:
        _, period = _first_ever(partition, query)
        return _binned(period, count)
    part = view(partition, query).partition
    rows = matches(part, query.events)
    if query.way == "events":
        return _binned(query.period_of(part.timestamps[rows]), count)
    found = np.zeros(count, dtype=np.int64)
    if query.way == "customers":
        _tally_customers(part.offsets, rows, query.period_at(part.timestamps, rows), found)
    else:
        _tally_sessions(part.offsets, part.timestamps, rows, query.period_of(part.timestamps), IDLE_US, found)
    return found


def _binned(period: Longs, count: int) -> Longs:
    found: Longs = np.bincount(period[period >= 0], minlength=count).astype(np.int64)
    return found


def _first_ever(partition: Partition, query: Query) -> tuple[Longs, Longs]:
    """Customers with any such event up to the end of the data, and the period of their first one."""
    rows = np.flatnonzero(rows_in_scope(partition, query) & matches(partition, query.events))
    owners = np.repeat(np.arange(partition.customer_count), np.diff(partition.offsets))[rows]
    found, first = np.unique(owners, return_index=True)
    return found, query.period_of(partition.timestamps[rows[first]])


def _values(partition: Partition, query: Query) -> Tallies:
    part = view(partition, query).partition
    rows = matches(part, query.events)
    period = query.period_at(part.timestamps, rows)
    rows = rows & (period >= 0)
    if query.of != "value":
        values = scaled_column(part, query.of)
        rows &= values != MISSING_VALUE
        return of_rows([NUMBERS], np.zeros(int(rows.sum()), np.int64), period[rows], values[rows])
    currency, minor = part.column("currency"), part.value_minor()
    rows &= minor != MISSING_VALUE
    names = [*currency.values, NUMBERS]
    codes = np.where(currency.codes < 0, len(currency.values), currency.codes)[rows].astype(np.int64)
    return of_rows(names, codes, period[rows], minor[rows])


def scaled_column(part: Partition, name: str) -> Longs:
    """A property of every event in millionths; MISSING_VALUE where it is no number."""
    column = part.column(name)
    scaled = np.array([*(_scaled(text) for text in column.values), MISSING_VALUE], dtype=np.int64)
    values: Longs = scaled[column.codes]
    return values


def _scaled(text: str) -> int:
    """A number in millionths; what is no number, or too large, is missing."""
    found = number(text)
    if found is None or not -MOST < found * SCALE < MOST:
        return int(MISSING_VALUE)
    return round(found * SCALE)


def _of_values(tallies: Tallies, query: Query) -> PeriodsResult:
    labels = tallies.labels
    count = len(query.first_days)
    if len(labels) > 1:
        return PeriodsResult(query.first_days, (NOTHING,) * count, "")
    label = str(labels[0]) if len(labels) else NUMBERS
    unit = SCALE if query.of != "value" else 10 ** minor_digits(label)
    values = tuple(_value(tallies.of_cell(0, period), query.way, unit) for period in range(count))
    return PeriodsResult(query.first_days, values, label)


def _value(tally: ValueCounts, way: Way, unit: int) -> Value:
    if tally.total == 0:
        return Value(Fraction(0), None, None, 0) if way == "sum" else NOTHING
    if way == "median":
        middle = median(tally)
        return Value(None if middle is None else Fraction(middle) / unit, None, None, tally.total)
    total = sum(
        value * times for value, times in zip(tally.values.tolist(), tally.counts.tolist(), strict=True)
    )
    if way == "sum":
        return Value(Fraction(total, unit), None, None, tally.total)
    interval = mean_interval(tally)
    low, high = (None, None) if interval is None else (interval.low / unit, interval.high / unit)
    return Value(Fraction(total, tally.total * unit), low, high, tally.total)


@kernel
def _tally_customers(offsets: Longs, rows: NDArray[np.bool_], period: Longs, found: Longs) -> None:
    seen_by = np.full(len(found), -1, dtype=np.int64)
    for customer in range(len(offsets) - 1):
        for row in range(offsets[customer], offsets[customer + 1]):
            if rows[row] and period[row] >= 0 and seen_by[period[row]] != customer:
                seen_by[period[row]] = customer
                found[period[row]] += 1


@kernel
def _tally_sessions(
    offsets: Longs, times: Longs, rows: NDArray[np.bool_], period: Longs, idle: int, found: Longs
) -> None:
    """Sessions that hold a flagged event, by the period of their first event of any kind."""
    for customer in range(len(offsets) - 1):
        began, counted = -1, False
        for row in range(offsets[customer], offsets[customer + 1]):
            if row == offsets[customer] or times[row] - times[row - 1] > idle:
                began, counted = period[row], False
            if rows[row] and not counted and began >= 0:
                counted = True
                found[began] += 1


AMOUNTS = Amounts()

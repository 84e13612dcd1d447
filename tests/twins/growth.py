"""Growth accounting counted slowly: every customer's active periods as a set of dates."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from twins.events import Event, by_customer

Unit = Literal["day", "week", "month"]
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


@dataclass(frozen=True)
class Growth:
    """One period: ``first`` is its first local day."""

    first: date
    new: int
    returning: int
    resurrected: int
    dormant: int


def period_of(at_us: int, zone: str, unit: Unit, week_start: str = "monday") -> date:
    """First local day of the calendar period that holds an instant."""
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=at_us)
    return first_day(moment.astimezone(ZoneInfo(zone)).date(), unit, week_start)


def first_day(day: date, unit: Unit, week_start: str = "monday") -> date:
    """First day of the period that holds a day."""
    if unit == "month":
        return date(day.year, day.month, 1)
    if unit == "week":
        while _DAYS[day.weekday()] != week_start:
            day -= timedelta(days=1)
    return day


def next_period(first: date, unit: Unit) -> date:
    """First day of the period after the one that begins on ``first``."""
    if unit == "month":
        return first_day(first + timedelta(days=31), "month")
    return first + timedelta(days=7 if unit == "week" else 1)


def growth(
    events: Iterable[Event],
    first: date,
    last: date,
    *,
    zone: str = "UTC",
    unit: Unit = "day",
    week_start: str = "monday",
    names: frozenset[str] | None = None,
) -> list[Growth]:
    """The periods that touch ``first`` to ``last``; ``names`` are the events that count (None: any)."""
    active = {
        customer: {period_of(event.timestamp_us, zone, unit, week_start) for event in theirs}
        for customer, theirs in by_customer(e for e in events if names is None or e.event in names).items()
    }
    rows: list[Growth] = []
    period = first_day(first, unit, week_start)
    before = first_day(period - timedelta(days=1), unit, week_start)
    while period <= last:
        rows.append(_row(active, period, before))
        before, period = period, next_period(period, unit)
    return rows


def _row(active: dict[str, set[date]], period: date, before: date) -> Growth:
    new = returning = resurrected = dormant = 0
    for periods in active.values():
        if period not in periods:
            dormant += before in periods
        elif period == min(periods):
            new += 1
        elif before in periods:
            returning += 1
        else:
            resurrected += 1
    return Growth(period, new, returning, resurrected, dormant)

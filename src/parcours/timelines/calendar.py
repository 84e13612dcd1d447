"""Calendar periods (day, week, month, quarter, year) of a time zone, as UTC instants.

A period holds the instants from its first local midnight up to, and without, the next period's. Where a
clock change removes midnight, the period begins at the first instant that exists; a day may last 23 or 25
hours. A day that its zone never had (Samoa, 30 December 2011) holds no instant. Where a clock change repeats
midnight, the period begins at the first of the two."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Literal, get_args
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from parcours.errors import QueryError
from parcours.settings import WeekDay
from parcours.values import SECOND_US, instant_us, moment_utc

Unit = Literal["day", "week", "month", "quarter", "year"]
UNITS: tuple[Unit, ...] = get_args(Unit)
MAX_PERIODS = 5_000
_WEEK_DAYS: dict[WeekDay, int] = {"monday": 0, "saturday": 5, "sunday": 6}
_DAYS: dict[Unit, int] = {"day": 1, "week": 7}
_MONTHS: dict[Unit, int] = {"month": 1, "quarter": 3, "year": 12}


@dataclass(frozen=True)
class Calendar:
    """Local calendar of a workspace."""

    zone: str = "UTC"
    week_start: WeekDay = "monday"

    def day_of(self, us: int) -> date:
        """The local day of an instant; at the ends of the calendar (years 1 and 9999) the UTC day."""
        moment = moment_utc(us)
        try:
            return moment.astimezone(ZoneInfo(self.zone)).date()
        except OverflowError:  # the local day lies before year 1 or after 9999
            return moment.date()

    def midnight_us(self, day: date) -> int:
        """The instant at which a local day begins."""
        local = datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(self.zone))
        before, after = instant_us(local.replace(fold=1)), instant_us(local)
        if before >= after:  # midnight exists; of two, `fold=0` is the first
            return after
        # The clocks jumped over midnight: the change lies between the two readings, and the day begins at it.
        while after - before > SECOND_US:
            middle = before + (after - before) // (2 * SECOND_US) * SECOND_US
            before, after = (middle, after) if self.day_of(middle) < day else (before, middle)
        return after

    def floor(self, day: date, unit: Unit) -> date:
        """First day of the period that holds ``day``."""
        if unit == "day":
            return day
        if unit == "week":
            return _days_after(day, -((day.weekday() - _WEEK_DAYS[self.week_start]) % 7))
        if unit == "month":
            return day.replace(day=1)
        if unit == "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        return day.replace(month=1, day=1)

    def step(self, first: date, unit: Unit, count: int = 1) -> date:
        """First day of the period ``count`` periods after the one that begins on ``first``; count may be
        negative. Raises QueryError beyond the years 1 to 9999.
        """
        if unit in _DAYS:
            return _days_after(first, count * _DAYS[unit])
        months = first.year * 12 + first.month - 1 + count * _MONTHS[unit]
        try:
            return date(months // 12, months % 12 + 1, 1)
        except ValueError:
            raise _beyond(first) from None

    def periods(self, first: date, last: date, unit: Unit) -> Periods:
        """The whole periods that touch the days ``first`` to ``last``, both inside."""
        return _periods(self, first, last, unit)

    def _whole_periods(self, first: date, last: date, unit: Unit) -> Periods:
        if last < first:
            raise QueryError(
                f"The range ends ({last}) before it starts ({first}).",
                hint="Swap the two dates or leave one out.",
            )
        starts = [self.floor(first, unit)]
        while starts[-1] <= last:
            if len(starts) > MAX_PERIODS:
                raise QueryError(
                    f"{first} to {last} are more than {MAX_PERIODS:,} periods of a {unit}.",
                    hint="Ask for a shorter range or a longer period.",
                )
            starts.append(self.step(starts[-1], unit))
        bounds = np.array([self.midnight_us(day) for day in starts], dtype=np.int64)
        bounds.setflags(write=False)
        return Periods(unit=unit, starts=tuple(starts[:-1]), after=starts[-1], bounds_us=bounds)

    def complete(self, periods: Periods, as_of_us: int) -> tuple[bool, ...]:
        """Whether each period is over at an instant. A period longer than a day is over on its last day."""
        last_seen = self.day_of(as_of_us)
        return tuple(
            bool(bound <= as_of_us + 1) or (periods.unit != "day" and last_seen >= last)
            for bound, last in zip(periods.bounds_us[1:], periods.last_days(), strict=True)
        )


@dataclass(frozen=True)
class Periods:
    """Neighbouring calendar periods: period i holds the instants ``bounds_us[i]`` ≤ t < ``bounds_us[i +
    1]``.
    """

    unit: Unit
    starts: tuple[date, ...]
    after: date  # first day after the last period
    bounds_us: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.starts)

    def last_days(self) -> tuple[date, ...]:
        """Last day of each period."""
        return tuple(day - timedelta(days=1) for day in (*self.starts, self.after)[1:])


def no_periods(unit: Unit) -> Periods:
    """No period at all: those of a log without events."""
    bounds = np.zeros(1, dtype=np.int64)
    bounds.setflags(write=False)
    return Periods(unit=unit, starts=(), after=date.min, bounds_us=bounds)


@lru_cache(maxsize=64)
def _periods(calendar: Calendar, first: date, last: date, unit: Unit) -> Periods:
    """Kept, as every partition asks for the periods of the same question."""
    return calendar._whole_periods(first, last, unit)


def _days_after(day: date, count: int) -> date:
    try:
        return day + timedelta(days=count)
    except OverflowError:
        raise _beyond(day) from None


def _beyond(day: date) -> QueryError:
    return QueryError(
        f"Periods around {day} reach beyond the calendar, which has the years 1 to 9999.",
        hint="Give a first and a last day that leave such dates out.",
    )

"""When a journey is measured: the period shown, the one it is compared with, and the trend that ends with it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from parcours.errors import QueryError
from parcours.maps.measured import Span
from parcours.timelines.calendar import Calendar, Unit
from parcours.values import Duration, moment_utc

TREND_PERIODS = 12
ONE_DAY = timedelta(days=1)
When = date | Span | None


@dataclass(frozen=True)
class JourneyFrame:
    """``trend`` holds neighbouring spans, oldest first, up to ``period``. ``last`` is the last day of data."""

    calendar: Calendar
    period: Span
    comparison: Span | None
    trend: tuple[Span, ...]
    first: date
    last: date
    as_of_us: int

    @property
    def common(self) -> dict[str, Any]:
        """What every question of the map states."""
        return {
            "zone": self.calendar.zone,
            "week_start": self.calendar.week_start,
            "as_of_us": self.as_of_us,
        }

    def within(self, span: Span) -> dict[str, Any]:
        """As ``common``, over a span."""
        return self.common | {"start": span.first, "end": span.last}

    def followed_until(self, window: Duration) -> date:
        """The last day on which who began on the last day of the period may still go on; at most that of the data."""
        end_us = self.calendar.midnight_us(self.period.last + ONE_DAY) + window.us
        return max(self.period.last, min(self.last, self.calendar.day_of(min(end_us, self.as_of_us))))


def frame_of(
    calendar: Calendar,
    span_us: tuple[int, int] | None,
    *,
    unit: Unit,
    period: When,
    compare: When,
    window: Duration,
    as_of_us: int | None,
) -> JourneyFrame:
    """The period that holds the day ``period``, or exactly the span given.

    Default: the newest complete period after whose end the whole window lies inside the data, so that all who began in
    it had their time; when there is none, the newest complete one. ``compare`` is a day or a span too; default: the
    period before, where there is data."""
    first_us, last_us = span_us or (0, 0)
    end_us = last_us if as_of_us is None else as_of_us
    first, last = calendar.day_of(min(first_us, end_us)), calendar.day_of(end_us)
    shown = (
        period if isinstance(period, Span) else _holding(calendar, unit, period, first, last, end_us, window)
    )
    if shown.last < shown.first:
        raise QueryError(
            f"The period ends ({shown.last}) before it starts ({shown.first}).", hint="Swap the two days."
        )
    trend = [shown]
    while len(trend) < TREND_PERIODS and trend[0].first > first:
        trend.insert(0, _before(calendar, unit, trend[0], whole=not isinstance(period, Span)))
    other = compare if isinstance(compare, Span) or compare is None else _whole(calendar, unit, compare)
    if compare is None and len(trend) > 1:
        other = trend[-2]
    return JourneyFrame(calendar, shown, other, tuple(trend), first, last, end_us)


def span_between(first: date, last: date) -> Span:
    """A span of days, both inside; raises QueryError when they are crossed."""
    if last < first:
        raise QueryError(f"The period ends ({last}) before it starts ({first}).", hint="Swap the two days.")
    return Span(first, last)


def _holding(
    calendar: Calendar, unit: Unit, day: date | None, first: date, last: date, end_us: int, window: Duration
) -> Span:
    if day is not None:
        if not calendar.floor(first, unit) <= day <= last:
            raise QueryError(
                f"{day} lies outside the data, which runs from {first} to {last}.",
                hint=f"Choose a day from {first} to {last}.",
            )
        return _whole(calendar, unit, day)
    newest = _whole(calendar, unit, last)
    if not calendar.complete(calendar.periods(newest.first, newest.first, unit), end_us)[0]:
        newest = _earlier(calendar, unit, newest, first) or newest
    candidate: Span | None = newest
    while candidate is not None:
        if calendar.midnight_us(candidate.last + ONE_DAY) + window.us <= end_us + 1:
            return candidate
        candidate = _earlier(calendar, unit, candidate, first)
    return newest


def _earlier(calendar: Calendar, unit: Unit, span: Span, first: date) -> Span | None:
    """The period before, unless the data begins after it."""
    return _before(calendar, unit, span, whole=True) if span.first > first else None


def _whole(calendar: Calendar, unit: Unit, day: date) -> Span:
    start = calendar.floor(day, unit)
    return Span(start, calendar.step(start, unit) - ONE_DAY)


def _before(calendar: Calendar, unit: Unit, span: Span, *, whole: bool) -> Span:
    """The calendar period before, or as many days before."""
    last = span.first - ONE_DAY
    if whole:
        return _whole(calendar, unit, last)
    return Span(last - (span.last - span.first), last)


def data_until(frame: JourneyFrame) -> Any:
    """The instant up to which events were read."""
    return moment_utc(frame.as_of_us)

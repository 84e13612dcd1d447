"""Days, months, periods and lengths of time in the reader's language, through Babel."""

from __future__ import annotations

from calendar import monthrange
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_interval, format_skeleton, format_time
from babel.units import format_unit

if TYPE_CHECKING:
    from datetime import date, datetime

    from babel import Locale

    from parcours.maps.measured import Span
    from parcours.timelines.calendar import Unit


class CalendarWords:
    """Dates are calendar days of the workspace's zone; lengths are elapsed days."""

    def __init__(self, locale: Locale) -> None:
        self.locale = locale

    def day(self, day: date) -> str:
        """31 Oct 2026."""
        return str(format_date(day, "d MMM y", locale=self.locale))

    def short_day(self, day: date) -> str:
        """31 Oct."""
        return str(format_date(day, "d MMM", locale=self.locale))

    def moment(self, moment: datetime, zone: str) -> str:
        """31 Oct 2026, 23:59, in the zone given."""
        local = moment.astimezone(ZoneInfo(zone))
        return f"{self.day(local.date())}, {format_time(local, 'HH:mm', locale=self.locale)}"

    def span(self, span: Span | None) -> str:
        """October 2026 for a whole month, 2026 for a whole year, 5 Oct 2026 for a day, else 5–11 Oct 2026; nothing for
        no span.
        """
        if span is None:
            return ""
        if is_month(span):
            return str(format_skeleton("yMMMM", span.first, locale=self.locale))
        if is_year(span):
            return str(span.first.year)
        if is_quarter(span):
            return str(format_skeleton("yQQQ", span.first, locale=self.locale))
        if span.first == span.last:
            return self.day(span.first)
        return str(format_interval(span.first, span.last, "yMMMd", locale=self.locale))

    def tick(self, span: Span, unit: Unit) -> str:
        """A short name of a period under an axis, without its year: Oct, Q4 or 5 Oct; 2026 for a year."""
        if unit == "year":
            return str(span.first.year)
        if unit == "quarter":
            return str(format_date(span.first, "QQQ", locale=self.locale))
        if unit == "month":
            return str(format_skeleton("MMM", span.first, locale=self.locale))
        return self.short_day(span.first)

    def days(self, days: float) -> str:
        """6.1 days, 47 days, 5 hours: the unit that reads best."""
        value, unit = readable_length(days)
        digits = "#,##0.#" if value < 10 else "#,##0"
        return str(format_unit(value, f"duration-{unit}", format=digits, locale=self.locale))


def readable_length(days: float) -> tuple[float, str]:
    """A length in minutes below an hour, in hours below a day, else in days."""
    minutes = days * 1440
    if minutes < 60:
        return float(round(minutes)), "minute"
    if days < 1:
        return round(days * 24, 1), "hour"
    return (round(days, 1) if days < 10 else float(round(days))), "day"


def is_month(span: Span) -> bool:
    """Whether a span is one whole calendar month."""
    first, last = span.first, span.last
    whole = last.day == monthrange(last.year, last.month)[1]
    return first.day == 1 and whole and (first.year, first.month) == (last.year, last.month)


def is_quarter(span: Span) -> bool:
    """Whether a span is one whole calendar quarter."""
    first, last = span.first, span.last
    whole = last.day == monthrange(last.year, last.month)[1]
    return (
        first.day == 1
        and first.month % 3 == 1
        and whole
        and (last.year, last.month) == (first.year, first.month + 2)
    )


def is_year(span: Span) -> bool:
    """Whether a span is one whole calendar year."""
    first, last = span.first, span.last
    return first.year == last.year and (first.month, first.day, last.month, last.day) == (1, 1, 12, 31)

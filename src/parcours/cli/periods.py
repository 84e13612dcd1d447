"""The days that ``--from`` and ``--to`` mean."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta
from typing import TYPE_CHECKING

from parcours.errors import QueryError

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_HINT = "Write a day, a month or a year: 2024-03-15, 2024-03 or 2024."
_DAY = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?", re.ASCII)


def first_day(text: str | None, option: str = "--from") -> date | None:
    """The first day of what was written: ``2024-03`` is 2024-03-01."""
    return None if text is None else _days(text, option)[0]


def last_day(text: str | None, option: str = "--to") -> date | None:
    """The last day of what was written: ``2024-03`` is 2024-03-31."""
    return None if text is None else _days(text, option)[1]


def day_range(
    start: str | None, end: str | None, options: tuple[str, str] = ("--from", "--to")
) -> tuple[date | None, date | None]:
    """Both ends, each a day inside the range; raises QueryError when the end lies before the start."""
    first, last = first_day(start, options[0]), last_day(end, options[1])
    if first is not None and last is not None and last < first:
        raise QueryError(f"{options[1]} {end} lies before {options[0]} {start}.", hint="Swap them.")
    return first, last


def _days(text: str, option: str) -> tuple[date, date]:
    found = _DAY.fullmatch(text.strip())
    if found is None:
        raise QueryError(f"{option} {text!r} is not a date.", hint=_HINT)
    year, month, day = (int(part) if part else None for part in found.groups())
    try:
        first = date(year or 0, month or 1, day or 1)
        last = date(first.year, month or 12, day or monthrange(first.year, month or 12)[1])
    except ValueError as error:
        raise QueryError(f"{option} {text!r} is not a date: {error}.", hint=_HINT) from None
    return first, last


def last_instant(text: str | None, zone: ZoneInfo, option: str = "--as-of") -> datetime | None:
    """The last microsecond of the day, month or year written, in the workspace's zone."""
    day = last_day(text, option)
    if day is None:
        return None
    midnight = datetime.combine(day + timedelta(days=1), time.min, zone)
    return midnight.astimezone(UTC) - timedelta(microseconds=1)

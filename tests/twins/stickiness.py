"""Stickiness counted slowly: every unit's active periods as a list of dates."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, cast

from parcours.measures.stickiness import Query
from parcours.timelines.calendar import Calendar
from twins.events import Event, by_customer
from twins.growth import Unit, first_day
from twins.matching import as_text, holds, selects


def active_periods(
    events: Iterable[Event], query: Query, profiles: dict[str, dict[str, Any]]
) -> dict[str, tuple[int, str]]:
    """For each unit with an event that counts: the number of its active periods, which may be none, and its group."""
    calendar = Calendar(query.zone, query.week_start)
    assert query.start is not None
    assert query.end is not None
    found: dict[str, tuple[int, str]] = {}
    for customer, theirs in by_customer(events).items():
        traits = profiles.get(customer, {})
        counted = [
            event
            for event in theirs
            if event.timestamp_us <= query.as_of_us
            and query.start <= calendar.day_of(event.timestamp_us) <= query.end
            and selects(query.event, event, traits)
            and (query.where is None or holds(query.where, event, traits))
        ]
        if counted:
            periods = Counter(
                first_day(calendar.day_of(event.timestamp_us), cast("Unit", query.unit), query.week_start)
                for event in counted
            )
            number = sum(count >= query.times for count in periods.values())
            found[customer] = (number, _group(counted[0], query.by, traits))
    return found


def _group(event: Event, by: str | None, traits: dict[str, Any]) -> str:
    if by is None:
        return ""
    profile = by.startswith("profile.")
    value = traits.get(by.removeprefix("profile.")) if profile else event.properties.get(by)
    return "" if value is None else as_text(value)

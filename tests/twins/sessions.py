"""Sessions written down one by one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import cast

from parcours.measures.sessions import Query
from twins.events import Event
from twins.growth import Unit, period_of
from twins.matching import Traits, as_text
from twins.paths import item_of, seen, sessions_of

NONE = "(none)"


@dataclass(frozen=True)
class Session:
    """One session."""

    customer: str
    period: date | None  # None: the range is one period
    group: str
    items: tuple[str, ...]
    length_us: int
    bounce: bool

    @property
    def entry(self) -> str:
        return self.items[0] if self.items else NONE

    @property
    def exit(self) -> str:
        return self.items[-1] if self.items else NONE


def all_sessions(events: Iterable[Event], query: Query, profiles: dict[str, Traits]) -> list[Session]:
    """Every session of every customer, items and groups by their full names."""
    found = []
    for customer, theirs in seen(events, query, profiles).items():
        traits = profiles.get(customer, {})
        for session in sessions_of(theirs, query):
            named = [item_of(event, query, traits) for event in session]
            items = tuple(item for item in named if item is not None)
            length = session[-1].timestamp_us - session[0].timestamp_us
            short = query.bounce_within is None or length <= query.bounce_within.us
            found.append(
                Session(
                    customer,
                    _period(session[0], query),
                    _group(session[0], query, traits),
                    items,
                    length,
                    bounce=short and len(items) <= query.bounce_events,
                )
            )
    return found


def _period(event: Event, query: Query) -> date | None:
    if query.unit is None:
        return None
    return period_of(event.timestamp_us, query.zone, cast("Unit", query.unit), query.week_start)


def _group(event: Event, query: Query, traits: Traits) -> str:
    if query.by is None:
        return ""
    if query.by.startswith("profile."):
        value = traits.get(query.by.removeprefix("profile."))
    else:
        value = event.properties.get(query.by)
    return "" if value is None else as_text(value)

"""Hypothesis strategies: logs of a few weeks around a date on which clocks did something.

Many events share an instant, many lie at local midnight itself or a microsecond beside it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from hypothesis import strategies as st

from parcours.values import instant_us
from twins.events import Event
from twins.logs import CUSTOMERS, NAMES, PROPERTIES, TRAITS

# clock changes: Paris at night, São Paulo (until 2019) and Beirut at midnight, Apia left out a whole day
ZONES = ("UTC", "Europe/Paris", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "America/Los_Angeles")
STARTS = (date(2026, 3, 20), date(2018, 10, 28), date(2011, 12, 24), date(2022, 3, 20), date(2024, 2, 20))
HOURS = (0, 0, 0, 1, 2, 3, 9, 10, 14, 21, 22, 23, 24)


@dataclass(frozen=True)
class Story:
    """Events and traits, with the day and the zone that they are around."""

    events: tuple[Event, ...]
    profiles: dict[str, dict[str, str]]
    zone: str
    day: date

    @property
    def last_us(self) -> int:
        return max((event.timestamp_us for event in self.events), default=instant_us(_midnight(self.day)))


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


_ROW = st.tuples(
    st.sampled_from([CUSTOMERS[0], *CUSTOMERS]),
    st.sampled_from([*range(8), *range(15), *range(41)]),
    st.sampled_from(HOURS),
    st.sampled_from([-1, 0, 0, 0, 0]),
    st.sampled_from([*NAMES, NAMES[0], NAMES[1]]),
    PROPERTIES,
)
_ROWS = st.one_of(
    st.lists(_ROW, min_size=9, max_size=24),
    st.lists(_ROW, min_size=14, max_size=30),
    st.lists(_ROW, max_size=4),
)
_TRAITS = st.lists(TRAITS, min_size=len(CUSTOMERS), max_size=len(CUSTOMERS))


def _story(
    rows: list[tuple[str, int, int, int, str, dict[str, object]]],
    traits: list[dict[str, str]],
    zone: str,
    day: date,
) -> Story:
    events = [
        Event(
            customer,
            instant_us(_midnight(day) + timedelta(days=days, hours=hours)) + off,
            name,
            properties,
            f"{place:03d}",
        )
        for place, (customer, days, hours, off, name, properties) in enumerate(rows)
    ]
    return Story(tuple(events), dict(zip(CUSTOMERS, traits, strict=True)), zone, day)


STORIES: st.SearchStrategy[Story] = st.builds(
    _story, _ROWS, _TRAITS, st.sampled_from(ZONES), st.sampled_from(STARTS)
)

"""Growth accounting equals that counted slowly on dates, in zones east and west and over clock changes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import reduce
from typing import get_args
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.measures.growth import STATES, Growth, GrowthResult, Query
from parcours.settings import WeekDay
from parcours.timelines.calendar import Calendar
from parcours.values import HOUR_US, instant_us
from twins.events import Event
from twins.growth import Unit, first_day, growth, period_of
from twins.partitions import partition_of

MEASURE = Growth()
CUSTOMERS = ("ann", "bob", "eve")
# clock changes: Paris and London at night, São Paulo (until 2019) and Beirut at midnight, Apia left out a whole day
ZONES = ["UTC", "Europe/Paris", "America/Sao_Paulo", "Asia/Beirut", "Pacific/Apia", "America/Los_Angeles"]
STARTS = [date(2026, 3, 20), date(2018, 10, 28), date(2011, 12, 24), date(2022, 3, 20), date(2024, 2, 20)]
UNITS: list[Unit] = ["day", "week", "month"]


@st.composite
def stories(draw: st.DrawFn) -> tuple[list[Event], date, str]:
    """Events of forty days around a date on which clocks did something, many at local midnight itself."""
    zone, start = draw(st.sampled_from(ZONES)), draw(st.sampled_from(STARTS))
    midnight = datetime(start.year, start.month, start.day, tzinfo=UTC)
    offsets = st.tuples(st.integers(0, 40), st.sampled_from([0, 0, 1, 2, 3, 9, 10, 14, 21, 22, 23, 24]))
    rows = draw(
        st.lists(
            st.tuples(
                st.sampled_from(CUSTOMERS), offsets, st.sampled_from([-1, 0, 0]), st.sampled_from("ab")
            ),
            max_size=25,
        )
    )
    events = [
        Event(
            customer, instant_us(midnight + timedelta(days=days, hours=hours)) + off, name, {}, f"{place:02d}"
        )
        for place, (customer, (days, hours), off, name) in enumerate(rows)
    ]
    return events, start, zone


def ask(events: list[Event], query: Query) -> GrowthResult:
    parts = [partition_of([one for one in events if one.customer == customer]) for customer in CUSTOMERS]
    return MEASURE.finish(reduce(MEASURE.merge, [MEASURE.map(part, query) for part in parts]), query)


RANGES = st.tuples(st.integers(-3, 20), st.integers(0, 25))


@settings(deadline=None, max_examples=300)
@given(
    stories(),
    RANGES,
    st.sampled_from(UNITS),
    st.sampled_from(get_args(WeekDay)),
    st.sampled_from([None, frozenset("a")]),
)
def test_growth_is_that_of_the_twin(
    story: tuple[list[Event], date, str],
    days: tuple[int, int],
    unit: Unit,
    week_start: WeekDay,
    names: frozenset[str] | None,
) -> None:
    events, start, zone = story
    first = start + timedelta(days=days[0])
    last = first + timedelta(days=days[1])
    query = Query(
        start=first,
        end=last,
        unit=unit,
        zone=zone,
        week_start=week_start,
        as_of_us=max((event.timestamp_us for event in events), default=0),
        events=() if names is None else ({"event": sorted(names)},),
    )
    result = ask(events, query)
    expected = growth(events, first, last, zone=zone, unit=unit, week_start=week_start, names=names)
    rows = result.to_arrow().to_pylist()
    assert [row["period_start"] for row in rows] == [one.first for one in expected]
    for row, one in zip(rows, expected, strict=True):
        assert tuple(row[state] for state in STATES) == (one.new, one.returning, one.resurrected, one.dormant)
        opened = {state: _opened(events, query, state, one.first) for state in STATES}
        assert {state: len(customers) for state, customers in opened.items()} == {
            state: row[state] for state in STATES
        }


def _opened(events: list[Event], query: Query, state: str, first: date) -> set[str]:
    partition = partition_of(events)
    cell = {"state": state, "period_start": first.isoformat()}
    return {partition.customers[place].as_py() for place in MEASURE.members(partition, query, cell).tolist()}


@settings(deadline=None, max_examples=100)
@given(stories(), st.sampled_from(UNITS))
def test_the_active_base_reconciles(story: tuple[list[Event], date, str], unit: Unit) -> None:
    """active(t) - active(t - 1) = new + resurrected - dormant."""
    events, start, zone = story
    query = Query(
        start=start,
        end=start + timedelta(days=45),
        unit=unit,
        zone=zone,
        as_of_us=instant_us(datetime(2030, 1, 1, tzinfo=UTC)),
    )
    counts = ask(events, query).counts
    active = counts[:, :3].sum(axis=1)
    for place in range(1, len(counts)):
        new, _, resurrected, dormant = counts[place].tolist()
        assert active[place] - active[place - 1] == new + resurrected - dormant


@settings(deadline=None, max_examples=300)
@given(
    st.sampled_from(ZONES),
    st.integers(
        instant_us(datetime(2005, 1, 1, tzinfo=UTC)) // HOUR_US,
        instant_us(datetime(2030, 1, 1, tzinfo=UTC)) // HOUR_US,
    ),
    st.sampled_from([-1, 0, 1]),
    st.sampled_from(UNITS),
    st.sampled_from(get_args(WeekDay)),
)
def test_calendar_periods_hold_the_instants_of_their_local_days(
    zone: str, hour: int, off: int, unit: Unit, week_start: WeekDay
) -> None:
    at_us = hour * HOUR_US + off
    calendar = Calendar(zone, week_start)
    first = period_of(at_us, zone, unit, week_start)
    low, high = calendar.midnight_us(first), calendar.midnight_us(calendar.step(first, unit))
    assert low <= at_us < high
    assert calendar.floor(calendar.day_of(at_us), unit) == first == first_day(first, unit, week_start)


def test_a_day_that_never_was_is_empty_and_one_without_midnight_begins_at_one() -> None:
    apia = Calendar("Pacific/Apia")
    assert apia.midnight_us(date(2011, 12, 30)) == apia.midnight_us(date(2011, 12, 31))
    sao_paulo = Calendar("America/Sao_Paulo")
    begin = sao_paulo.midnight_us(date(2018, 11, 4))
    assert begin == instant_us(datetime(2018, 11, 4, 1, tzinfo=ZoneInfo("America/Sao_Paulo")))
    assert sao_paulo.midnight_us(date(2018, 11, 5)) - begin == 23 * HOUR_US

"""Calendar periods in zones east and west, over clock changes, and at the ends of the calendar."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.errors import QueryError
from parcours.settings import WeekDay
from parcours.timelines.calendar import MAX_PERIODS, UNITS, Calendar, Unit
from parcours.values import DAY_US, HOUR_US, MINUTE_US, instant_us

ZONES = (
    "UTC", "Europe/Paris", "America/New_York", "America/Sao_Paulo", "America/St_Johns", "America/Havana",
    "Africa/Cairo", "Asia/Beirut", "Asia/Kolkata", "Asia/Kathmandu", "Atlantic/Azores", "Australia/Lord_Howe",
    "Pacific/Apia", "Pacific/Auckland", "Pacific/Kiritimati", "Pacific/Pago_Pago",
)  # fmt: skip


def utc(year: int, month: int, day: int, hour: int = 0, minute: int = 0, second: int = 0) -> int:
    return instant_us(datetime(year, month, day, hour, minute, second, tzinfo=UTC))


@pytest.mark.parametrize(
    ("unit", "start", "after"),
    [
        ("day", date(2026, 5, 14), date(2026, 5, 15)),
        ("week", date(2026, 5, 11), date(2026, 5, 18)),
        ("month", date(2026, 5, 1), date(2026, 6, 1)),
        ("quarter", date(2026, 4, 1), date(2026, 7, 1)),
        ("year", date(2026, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_period_of_each_unit_holds_its_day(unit: Unit, start: date, after: date) -> None:
    periods = Calendar().periods(date(2026, 5, 14), date(2026, 5, 14), unit)
    assert (periods.starts, periods.after) == ((start,), after)
    assert periods.last_days() == (after - timedelta(days=1),)
    assert periods.bounds_us.tolist() == [
        utc(start.year, start.month, start.day),
        utc(after.year, after.month, after.day),
    ]


@pytest.mark.parametrize(("week_start", "first"), [("monday", 11), ("sunday", 10), ("saturday", 9)])
def test_weeks_begin_on_the_chosen_day(week_start: WeekDay, first: int) -> None:
    calendar = Calendar("UTC", week_start)
    assert calendar.floor(date(2026, 5, 14), "week") == date(2026, 5, first)
    assert calendar.floor(date(2026, 5, first), "week") == date(2026, 5, first)
    assert calendar.floor(date(2026, 5, first) - timedelta(days=1), "week") == date(2026, 5, first - 7)


@pytest.mark.parametrize(
    ("zone", "hour_utc"), [("Pacific/Kiritimati", -14), ("Asia/Kathmandu", -5.75), ("Pacific/Pago_Pago", 11)]
)
def test_days_begin_at_local_midnight_east_and_west(zone: str, hour_utc: float) -> None:
    day = date(2026, 5, 14)
    assert Calendar(zone).midnight_us(day) == utc(2026, 5, 14) + int(hour_utc * HOUR_US)


@pytest.mark.parametrize(
    ("zone", "day", "hours"),
    [
        ("Europe/Paris", date(2026, 3, 29), 23),
        ("Europe/Paris", date(2026, 10, 25), 25),
        ("America/New_York", date(2026, 3, 8), 23),
        ("Australia/Lord_Howe", date(2026, 4, 5), 24.5),
        ("Australia/Lord_Howe", date(2026, 10, 4), 23.5),
        ("Europe/Paris", date(2026, 5, 14), 24),
    ],
)
def test_a_clock_change_shortens_or_lengthens_its_day(zone: str, day: date, hours: float) -> None:
    low, high = Calendar(zone).periods(day, day, "day").bounds_us
    assert high - low == int(hours * HOUR_US)


@pytest.mark.parametrize(
    ("zone", "day", "begins"),
    [
        # clocks jump from 24:00 to 01:00
        ("America/Sao_Paulo", date(2018, 11, 4), utc(2018, 11, 4, 3)),
        ("Africa/Cairo", date(2014, 5, 16), utc(2014, 5, 15, 22)),
        ("Asia/Beirut", date(2022, 3, 27), utc(2022, 3, 26, 22)),
        ("America/Havana", date(2024, 3, 10), utc(2024, 3, 10, 5)),
        # from 23:30 to 00:30 of the next day
        ("America/Toronto", date(1919, 3, 31), utc(1919, 3, 31, 4, 30)),
    ],
)
def test_a_day_without_midnight_begins_at_the_change(zone: str, day: date, begins: int) -> None:
    calendar = Calendar(zone)
    assert calendar.midnight_us(day) == begins
    assert calendar.day_of(begins) == day
    assert calendar.day_of(begins - 1) == day - timedelta(days=1)


def test_a_day_with_two_midnights_begins_at_the_first() -> None:
    calendar = Calendar("Atlantic/Azores")  # on 25 October 2026 the clocks go back from 01:00 to 00:00
    first = calendar.midnight_us(date(2026, 10, 25))
    assert first == utc(2026, 10, 25, 0)
    assert calendar.day_of(first + HOUR_US) == date(2026, 10, 25)
    assert calendar.midnight_us(date(2026, 10, 26)) - first == 25 * HOUR_US


def test_the_day_that_samoa_never_had_holds_no_instant() -> None:
    calendar = Calendar("Pacific/Apia")
    periods = calendar.periods(date(2011, 12, 29), date(2011, 12, 31), "day")
    assert (periods.bounds_us[1:] - periods.bounds_us[:-1]).tolist() == [DAY_US, 0, DAY_US]
    assert calendar.day_of(int(periods.bounds_us[2])) == date(2011, 12, 31)
    assert calendar.day_of(int(periods.bounds_us[2]) - 1) == date(2011, 12, 29)
    week = calendar.periods(date(2011, 12, 26), date(2011, 12, 26), "week").bounds_us
    assert week[1] - week[0] == 6 * DAY_US


days = st.dates(date(1900, 1, 1), date(2100, 12, 31))


@given(
    st.sampled_from(ZONES), st.sampled_from(["monday", "sunday", "saturday"]), days, st.sampled_from(UNITS)
)
def test_periods_are_neighbours_that_begin_on_their_first_day(
    zone: str, week_start: WeekDay, day: date, unit: Unit
) -> None:
    calendar = Calendar(zone, week_start)
    last = calendar.step(calendar.floor(day, unit), unit, 3)
    periods = calendar.periods(day, last, unit)
    assert len(periods) == 4
    assert periods.starts[0] <= day < periods.starts[1]
    for start, bound, after in zip(periods.starts, periods.bounds_us, periods.bounds_us[1:], strict=False):
        if zone == "Pacific/Apia" and start == date(2011, 12, 30) and unit == "day":
            assert bound == after
            continue
        assert bound < after
        assert calendar.day_of(int(bound)) == start


@given(st.sampled_from(ZONES), days, st.integers(0, DAY_US - 1))
def test_every_instant_lies_in_the_period_of_its_local_day(zone: str, day: date, rest: int) -> None:
    local = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(microseconds=rest)
    instant = instant_us(local)
    calendar = Calendar(zone)
    here = calendar.day_of(instant)
    assert here == local.astimezone(ZoneInfo(zone)).date()
    low, high = calendar.periods(here, here, "day").bounds_us
    if zone == "America/St_Johns":  # until 2011 its clocks went back at 00:01: a day's last hour came twice
        assert low <= instant < high + HOUR_US + MINUTE_US
    else:
        assert low <= instant < high


@given(st.sampled_from(UNITS), days, st.integers(-40, 40))
def test_steps_there_and_back_meet(unit: Unit, day: date, count: int) -> None:
    calendar = Calendar()
    first = calendar.floor(day, unit)
    there = calendar.step(first, unit, count)
    assert calendar.floor(there, unit) == there
    assert calendar.step(there, unit, -count) == first


def test_a_range_that_ends_before_it_starts_is_refused() -> None:
    with pytest.raises(QueryError, match=r"ends \(2026-05-01\) before it starts \(2026-05-02\)"):
        Calendar().periods(date(2026, 5, 2), date(2026, 5, 1), "day")


def test_too_many_periods_are_refused_and_the_most_are_not() -> None:
    first = date(2000, 1, 1)
    assert len(Calendar().periods(first, first + timedelta(days=MAX_PERIODS - 1), "day")) == MAX_PERIODS
    with pytest.raises(QueryError, match="more than 5,000 periods of a day"):
        Calendar().periods(first, first + timedelta(days=MAX_PERIODS), "day")


@pytest.mark.parametrize("unit", UNITS)
def test_the_calendar_ends_with_a_clear_error(unit: Unit) -> None:
    with pytest.raises(QueryError, match="years 1 to 9999"):
        Calendar().periods(date.max, date.max, unit)
    with pytest.raises(QueryError, match="years 1 to 9999"):
        Calendar().step(date.min, unit, -1)


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])
def test_the_first_and_last_instants_have_a_day(zone: str) -> None:
    assert Calendar(zone).day_of(utc(1, 1, 1)).year == 1
    assert Calendar(zone).day_of(utc(9999, 12, 31, 23)).year == 9999
    assert Calendar(zone).midnight_us(date.min) - utc(1, 1, 1) in range(-DAY_US, DAY_US)


@pytest.mark.parametrize(
    ("unit", "seen", "complete"),
    [
        ("day", utc(2026, 5, 31, 23, 59, 59), False),
        ("day", utc(2026, 6, 1) - 1, True),
        ("month", utc(2026, 5, 30, 23), False),
        ("month", utc(2026, 5, 31, 8), True),  # a long period is over on its last day
        ("year", utc(2026, 5, 31), False),
    ],
)
def test_a_period_is_complete_once_its_last_day_is_seen(unit: Unit, seen: int, complete: bool) -> None:
    calendar = Calendar()
    periods = calendar.periods(date(2026, 5, 31), date(2026, 5, 31), unit)
    assert calendar.complete(periods, seen) == (complete,)

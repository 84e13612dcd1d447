"""Durations, money and instants: exact, round trips, clear errors."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from parcours.errors import InputError
from parcours.values import (
    DAY_US,
    HOUR_US,
    LONGEST_US,
    MINUTE_US,
    SECOND_US,
    WEEK_US,
    Duration,
    Money,
    instant_us,
    minor_digits,
    moment_utc,
)


@given(st.integers(0, LONGEST_US))
def test_a_duration_is_read_as_it_is_written(us: int) -> None:
    assert Duration.parse(str(Duration(us))) == Duration(us)


@pytest.mark.parametrize(
    ("text", "us", "written"),
    [
        ("30d", 30 * DAY_US, "30d"), ("2w", 2 * WEEK_US, "14d"), ("36h", 36 * HOUR_US, "1d12h"),
        ("1d12h", 36 * HOUR_US, "1d12h"), (" 90 m ", 90 * MINUTE_US, "1h30m"), ("0.5d", 12 * HOUR_US, "12h"),
        ("1.5s", 1_500_000, "1.5s"), ("0.000001s", 1, "0.000001s"), ("10s", 10 * SECOND_US, "10s"), ("0d", 0, "0s"),
        ("1d 2h 3m 4s", DAY_US + 2 * HOUR_US + 3 * MINUTE_US + 4 * SECOND_US, "1d2h3m4s"), ("1d1d", 2 * DAY_US, "2d"),
        ("1w0.25d", 7 * DAY_US + 6 * HOUR_US, "7d6h"), ("3660000d", LONGEST_US, "3660000d"),
    ],
)  # fmt: skip
def test_durations_by_hand(text: str, us: int, written: str) -> None:
    assert Duration.parse(text) == Duration(us)
    assert str(Duration(us)) == written


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "30",
        "d",
        "30 days",
        "-1d",
        "1y",
        "1D",
        "1,5d",
        "1.d",
        ".5d",
        "1d x",
        "30d!",
        "1e3d",
        "٣d",
        "1d\0",
        "∞",
    ],
)
def test_what_is_no_duration_says_how_to_write_one(text: str) -> None:
    with pytest.raises(InputError, match="is not a duration") as error:
        Duration.parse(text)
    assert "30d, 36h or 1d12h" in str(error.value)


@pytest.mark.parametrize("text", ["3660001d", "99999999999999999999999999w", "9" * 400 + "s"])
def test_a_duration_beyond_the_calendar_is_refused(text: str) -> None:
    with pytest.raises(InputError, match=r"longer than 10,000 years"):
        Duration.parse(text)
    assert LONGEST_US + instant_us(datetime.max.replace(tzinfo=UTC)) < 2**63


def test_durations_compare_and_convert() -> None:
    assert Duration(1) < Duration(2)
    assert (Duration(DAY_US).days, Duration(1_500_000).seconds) == (1.0, 1.5)


def test_durations_in_documents() -> None:
    durations = TypeAdapter(Duration)
    assert durations.validate_python("1d12h") == durations.validate_python(Duration(36 * HOUR_US))
    assert durations.dump_json(Duration(36 * HOUR_US)) == b'"1d12h"'
    assert durations.validate_json(b'"1d12h"').days == 1.5
    assert durations.json_schema()["type"] == "string"
    for wrong in (30, None, "soon", ["1d"]):
        with pytest.raises(ValidationError, match="is not a duration"):
            durations.validate_python(wrong)


minor = st.integers(-(10**24), 10**24)


@given(minor, minor, minor)
def test_money_adds_exactly_in_any_order(one: int, two: int, three: int) -> None:
    first, second, third = (Money(amount, "EUR") for amount in (one, two, three))
    assert (first + second) + third == first + (third + second) == Money(one + two + three, "EUR")


@given(minor, st.sampled_from(["EUR", "JPY", "KWD", "CLF", "RSD", ""]))
def test_money_has_the_amount_it_was_made_of(amount: int, currency: str) -> None:
    money = Money(amount, currency)
    assert money.amount * 10 ** minor_digits(currency) == amount
    assert Money.of(money.amount, currency) == money


def test_thirty_dimes_are_three() -> None:
    total = Money(0, "EUR")
    for _ in range(30):
        total += Money.of(Decimal("0.10"), "EUR")
    assert total.amount == Decimal("3.00")
    assert str(total.amount) == "3.00"


def test_currencies_are_never_summed() -> None:
    with pytest.raises(InputError, match="EUR and USD cannot be summed"):
        Money(1, "EUR") + Money(1, "USD")


@pytest.mark.parametrize(
    ("amount", "currency", "rounded"),
    [
        ("0.005", "EUR", 0), ("0.015", "EUR", 2), ("0.025", "EUR", 2), ("-0.005", "EUR", 0), ("-0.015", "EUR", -2),
        ("0.0051", "EUR", 1), ("0.5", "JPY", 0), ("1.5", "JPY", 2), ("0.0005", "KWD", 0), ("0.0015", "KWD", 2),
        ("1E+3", "EUR", 100_000), ("12.34", "", 1234), ("99.99", "RSD", 9_999),
    ],
)  # fmt: skip
def test_halves_are_rounded_to_even(amount: str, currency: str, rounded: int) -> None:
    assert Money.of(Decimal(amount), currency) == Money(rounded, currency)


@pytest.mark.parametrize(
    ("currency", "digits"),
    [
        ("EUR", 2), ("USD", 2), ("JPY", 0), ("KRW", 0), ("ISK", 0), ("XOF", 0), ("KWD", 3), ("BHD", 3), ("TND", 3),
        ("CLF", 4), ("HUF", 2), ("IDR", 2), ("COP", 2), ("RSD", 2), ("ALL", 2), ("LBP", 2), ("IQD", 3), ("", 2),
        ("ZZZ", 2), ("eur", 2), ("not a currency", 2),
    ],
)  # fmt: skip
def test_digits_of_currencies(currency: str, digits: int) -> None:
    assert minor_digits(currency) == digits


@given(st.datetimes(timezones=st.just(UTC)))
def test_instants_and_moments_there_and_back(moment: datetime) -> None:
    assert moment_utc(instant_us(moment)) == moment


@pytest.mark.parametrize(
    ("moment", "us"),
    [
        (datetime(1970, 1, 1, tzinfo=UTC), 0),
        (datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), -1),
        (datetime(1, 1, 1, tzinfo=UTC), -62_135_596_800_000_000),
        (datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC), 253_402_300_799_999_999),
        (datetime(2026, 3, 29, 2, 0, 0, 1, tzinfo=timezone(timedelta(hours=2))), 1_774_742_400_000_001),
    ],
)
def test_instants_by_hand(moment: datetime, us: int) -> None:
    assert instant_us(moment) == us
    assert moment_utc(us) == moment


def test_a_moment_without_zone_is_refused() -> None:
    with pytest.raises(InputError, match="no time zone"):
        instant_us(datetime.fromisoformat("2026-01-01"))

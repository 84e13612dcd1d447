from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, cast

import pytest

from parcours.errors import InputError
from parcours.maps.measured import Span
from parcours.render.words import Words

if TYPE_CHECKING:
    from parcours.render.words import Language
    from parcours.timelines.calendar import Unit

ENGLISH, FRENCH = Words("en"), Words("fr")
NARROW = "\u202f"


@pytest.mark.parametrize(
    ("value", "english", "french"),
    [
        (0, "0", "0"),
        (1_234, "1,234", f"1{NARROW}234"),
        (-5_200, "−5,200", f"−5{NARROW}200"),
        (12_345_678, "12,345,678", f"12{NARROW}345{NARROW}678"),
    ],
)
def test_writes_whole_numbers(value: int, english: str, french: str) -> None:
    assert ENGLISH.number(value) == english
    assert FRENCH.number(value) == french


def test_shortens_only_numbers_that_do_not_fit() -> None:
    assert ENGLISH.short_number(9_999_999) == "9,999,999"
    assert ENGLISH.short_number(12_345_678) == "12.3M"
    assert FRENCH.short_number(-12_345_678) == "−12,3\xa0M"


@pytest.mark.parametrize(
    ("share", "n", "english", "french"),
    [
        (0.341, 500, "34.1%", f"34,1{NARROW}%"),
        (0.341, 99, "34%", f"34{NARROW}%"),
        (0.0042, 5_000, "0.42%", f"0,42{NARROW}%"),
        (0.0, 5_000, "0.0%", f"0,0{NARROW}%"),
        (-0.013, 5_000, "−1.3%", f"−1,3{NARROW}%"),
        (-0.0000001, 5_000, "0.00%", f"0,00{NARROW}%"),
        (1.0, 31, "100%", f"100{NARROW}%"),
    ],
)
def test_writes_shares_as_exactly_as_their_number_allows(
    share: float, n: int, english: str, french: str
) -> None:
    assert ENGLISH.percent(share, n) == english
    assert FRENCH.percent(share, n) == french


def test_signs_changes() -> None:
    assert [ENGLISH.signed(n) for n in (7, 0, -7)] == ["+7", "0", "−7"]
    assert ENGLISH.percent(0.102, 1_000, sign=True) == "+10.2%"
    assert ENGLISH.percent(0.0, 1_000, sign=True) == "0.0%"


def test_writes_both_ends_of_an_interval_alike() -> None:
    assert ENGLISH.interval(0.312, 0.3251) == "31.2–32.5"
    assert ENGLISH.interval(0.0, 0.0071) == "0.00–0.71"
    assert FRENCH.interval(0.312, 0.3251, 40) == "31–33"


@pytest.mark.parametrize(
    ("days", "english", "french"),
    [
        (0.0, "0 minutes", "0 minute"),
        (0.01, "14 minutes", "14 minutes"),
        (0.2, "4.8 hours", "4,8 heures"),
        (1.0, "1 day", "1 jour"),
        (6.1, "6.1 days", "6,1 jours"),
        (47.4, "47 days", "47 jours"),
        (1_200.0, "1,200 days", f"1{NARROW}200 jours"),
    ],
)
def test_writes_lengths_of_time(days: float, english: str, french: str) -> None:
    assert ENGLISH.days(days) == english
    assert FRENCH.days(days).replace("\xa0", " ") == french


@pytest.mark.parametrize(
    ("first", "last", "english", "french"),
    [
        ((2026, 10, 1), (2026, 10, 31), "October 2026", "octobre 2026"),
        ((2024, 2, 1), (2024, 2, 29), "February 2024", "février 2024"),
        ((2026, 1, 1), (2026, 12, 31), "2026", "2026"),
        ((2026, 4, 1), (2026, 6, 30), "Q2 2026", "T2 2026"),
        ((2026, 10, 5), (2026, 10, 5), "5 Oct 2026", "5 oct. 2026"),
        ((2026, 10, 5), (2026, 10, 11), "5–11 Oct 2026", "5–11 oct. 2026"),
        ((2026, 2, 1), (2026, 2, 27), "1–27 Feb 2026", "1–27 févr. 2026"),
    ],
)
def test_names_periods(
    first: tuple[int, int, int], last: tuple[int, int, int], english: str, french: str
) -> None:
    span = Span(date(*first), date(*last))
    assert ENGLISH.span(span) == english
    assert FRENCH.span(span) == french


def test_gives_moments_in_the_zone_of_the_workspace() -> None:
    moment = datetime(2026, 10, 31, 22, 59, tzinfo=UTC)
    assert ENGLISH.moment(moment, "Europe/Paris") == "31 Oct 2026, 23:59"
    assert FRENCH.moment(moment, "Asia/Tokyo") == "1 nov. 2026, 07:59"


@pytest.mark.parametrize(
    ("unit", "tick"),
    [("day", "1 Oct"), ("week", "1 Oct"), ("month", "Oct"), ("quarter", "Q4"), ("year", "2026")],
)
def test_names_ticks(unit: Unit, tick: str) -> None:
    span = Span(date(2026, 10, 1), date(2026, 10, 31))
    assert ENGLISH.tick(span, unit) == tick


def test_chooses_singular_and_plural_by_the_language() -> None:
    def customers(words: Words, n: int) -> str:
        return words.say_many("{n} customer", "{n} customers", n)

    assert [customers(ENGLISH, n) for n in (0, 1, 2)] == ["0 customers", "1 customer", "2 customers"]
    assert [customers(FRENCH, n) for n in (0, 1, 2)] == ["0 client", "1 client", "2 clients"]


def test_escapes_what_fills_a_message_with_html() -> None:
    said = FRENCH.say_html(
        "{period}: <b>{new}</b>, <b>{lapsed}</b>, <b>{back}</b>.", period="<i>", new="&", lapsed=1, back=2
    )
    assert said == "&lt;i&gt;\xa0: <b>&amp;</b>, <b>1</b>, <b>2</b>."


def test_keeps_names_with_braces_as_they_are() -> None:
    assert ENGLISH.say("{name}: {customers}", name="{x}", customers="{0}") == "{x}: {0}"


def test_isolates_names_written_from_right_to_left() -> None:
    assert ENGLISH.say("{name}: {customers}", name="شراء", customers="3") == "\u2068شراء\u2069: 3"


def test_refuses_a_language_it_has_no_words_for() -> None:
    with pytest.raises(InputError, match=r"no words for the language 'de'\. Choose one of: en, fr"):
        Words(cast("Language", "de"))

"""Figures of the narrative in the reader's language: every rate with its n, money, days, dates; French typography."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from babel.dates import format_date
from babel.lists import format_list
from babel.numbers import format_currency, format_decimal

from parcours.maps.measured import Span
from parcours.maps.measured_journey import MeasuredCard, Reading
from parcours.settings import Language
from parcours.values import minor_digits

NARROW, NO_BREAK = "\u202f", "\u00a0"


def whole(number: int, language: Language) -> str:
    """1,240 or 1 240."""
    return format_decimal(number, locale=language)


def plain(value: float, language: Language, digits: int = 1) -> str:
    """A number with few digits, and a true minus sign."""
    pattern = "#,##0" + ("." + "#" * digits if digits else "")
    return format_decimal(round(value, digits) + 0.0, format=pattern, locale=language).replace("-", "−")


def rate(value: float, n: int, language: Language) -> str:
    """A share with what it rests on: 14.1% (n = 426)."""
    return f"{percent(value, language)} {of_n(n, language)}"


def percent(value: float, language: Language) -> str:
    """A share alone."""
    said = plain(100 * value, language)
    return f"{said}{NARROW}%" if language == "fr" else f"{said}%"


def of_n(n: int, language: Language) -> str:
    """(n = 426), which no line break may tear."""
    return f"(n{NO_BREAK}={NO_BREAK}{whole(n, language)})"


def money(minor: int, currency: str, language: Language) -> str:
    """Whole minor units as an amount, without cents from a hundred on."""
    amount = Decimal(minor).scaleb(-minor_digits(currency))
    return major(amount, currency, language)


def major(amount: Decimal, currency: str, language: Language) -> str:
    """An amount in major units, without cents from a hundred on."""
    if not currency:
        return plain(float(amount), language, 2)
    if abs(amount) < 100:
        return format_currency(amount, currency, locale=language).replace("-", "−")
    pattern = "#,##0\u00a0¤" if language == "fr" else "¤#,##0"
    said = format_currency(
        amount.quantize(Decimal(1)), currency, locale=language, format=pattern, currency_digits=False
    )
    return said.replace("-", "−")


def days(value: float, language: Language) -> str:
    """Elapsed time in the unit that reads best."""
    words = {
        "en": (("day", "days"), ("hour", "hours"), ("minute", "minutes")),
        "fr": (("jour", "jours"), ("heure", "heures"), ("minute", "minutes")),
    }[language]
    for (one, many), size in zip(words, (1.0, 24.0, 1440.0), strict=True):
        amount = value * size
        if amount >= 1 or size == 1440.0:
            said = plain(amount, language)
            single = said == "1" or (language == "fr" and amount < 2)
            return f"{said}{NO_BREAK}{one if single else many}"
    raise AssertionError("minutes are always said")


def day(value: date, language: Language) -> str:
    """31 March 2026, 1er mars 2026."""
    said = format_date(value, "d MMMM y", locale=language)
    return said.replace("1 ", "1er ", 1) if language == "fr" and value.day == 1 else said


def span(value: Span, language: Language) -> str:
    """The days of a period."""
    if language == "fr":
        return f"du {day(value.first, language)} au {day(value.last, language)}"
    return f"from {day(value.first, language)} to {day(value.last, language)}"


def listed(parts: Sequence[str], language: Language) -> str:
    """One, two and three; parts that hold commas are set apart by semicolons."""
    given = list(dict.fromkeys(parts))
    if any(", " in part for part in given):
        return (f"{NARROW}; " if language == "fr" else "; ").join(given)
    return format_list(given, locale=language)


def quoted(text: str, language: Language) -> str:
    """What somebody said."""
    return f"«{NO_BREAK}{text}{NO_BREAK}»" if language == "fr" else f"“{text}”"


def card_value(card: MeasuredCard, reading: Reading, language: Language) -> str:
    """The value of a card with what it rests on; a count is its own n."""
    if reading.value is None:
        return ""
    said = in_unit(Decimal(str(reading.value)), card.unit, card.currency, language)
    return (
        said
        if card.unit == "number" and reading.value == reading.n
        else f"{said} {of_n(reading.n, language)}"
    )


def in_unit(value: Decimal, unit: str, currency: str, language: Language) -> str:
    """A value of a metric's unit."""
    if unit == "share":
        return percent(float(value), language)
    if unit == "money":
        return major(value, currency, language)
    return days(float(value), language) if unit == "days" else plain(float(value), language)


def french_spaces(text: str) -> str:
    """No line breaks before the signs that French sets apart."""
    text = re.sub(r" ([;!?])", rf"{NARROW}\1", text)
    return re.sub(r" :", f"{NO_BREAK}:", text)

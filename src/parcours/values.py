"""Small frozen values that every layer shares: durations, money, intervals. No I/O.

Times are UTC instants in whole microseconds since 1970 (``int``, names end in ``_us``); durations are elapsed
microseconds, never calendar time.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Any

from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import core_schema

from parcours.errors import InputError

SECOND_US = 1_000_000
MINUTE_US = 60 * SECOND_US
HOUR_US = 60 * MINUTE_US
DAY_US = 24 * HOUR_US
WEEK_US = 7 * DAY_US

LONGEST_US = 10_000 * 366 * DAY_US  # longer than the calendar; an instant plus this still fits 64 bits

_UNIT_US = {"w": WEEK_US, "d": DAY_US, "h": HOUR_US, "m": MINUTE_US, "s": SECOND_US}
_DURATION = re.compile(r"\s*(\d+(?:\.\d+)?)\s*([wdhms])\s*", re.ASCII)


@dataclass(frozen=True, order=True)
class Duration:
    """Elapsed time, written ``14d``, ``36h``, ``1d12h``: a whole number of microseconds."""

    us: int

    @classmethod
    def parse(cls, text: str) -> Duration:
        """Read ``30d``, ``2w``, ``1d12h``, ``90m``, ``45s``; raises InputError on anything else, and on more
        than 10,000 years.
        """
        position, total = 0, Decimal(0)
        while position < len(text):
            found = _DURATION.match(text, position)
            if found is None:
                break
            total += Decimal(found[1]) * _UNIT_US[found[2]]
            position = found.end()
        if position != len(text) or not text.strip():
            raise InputError(
                f"{text!r} is not a duration.",
                hint="Write a number and a unit: w (weeks), d (days), h (hours), m (minutes), s (seconds); "
                "for example 30d, 36h or 1d12h.",
            )
        if total > LONGEST_US:
            raise InputError(f"{text!r} is longer than 10,000 years.", hint="Write a shorter duration.")
        return cls(int(total))

    @property
    def seconds(self) -> float:
        return self.us / SECOND_US

    @property
    def days(self) -> float:
        return self.us / DAY_US

    def __str__(self) -> str:
        if self.us == 0:
            return "0s"
        rest, parts = self.us, []
        for letter, unit in (("d", DAY_US), ("h", HOUR_US), ("m", MINUTE_US)):
            count, rest = divmod(rest, unit)
            if count:
                parts.append(f"{count}{letter}")
        if rest:
            parts.append(
                f"{Decimal(rest) / SECOND_US:f}".rstrip("0").rstrip(".") + "s"
                if rest % SECOND_US
                else f"{rest // SECOND_US}s"
            )
        return "".join(parts)

    @classmethod
    def __get_pydantic_core_schema__(
        cls, source: Any, handler: GetCoreSchemaHandler
    ) -> core_schema.CoreSchema:
        def validate(value: Any) -> Duration:
            if isinstance(value, Duration):
                return value
            try:
                return cls.parse(str(value))
            except InputError as error:
                raise ValueError(str(error)) from None

        return core_schema.no_info_plain_validator_function(
            validate, serialization=core_schema.to_string_ser_schema()
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, schema: core_schema.CoreSchema, handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "type": "string",
            "pattern": r"^\s*(\d+(\.\d+)?\s*[wdhms]\s*)+$",
            "description": "Elapsed time: a number and a unit (w, d, h, m, s), for example 30d or 1d12h.",
        }


@dataclass(frozen=True)
class Money:
    """An exact amount: whole minor units (cents) of one currency."""

    minor: int
    currency: str

    def __add__(self, other: Money) -> Money:
        if other.currency != self.currency:
            raise InputError(
                f"{self.currency} and {other.currency} cannot be summed.",
                hint="Ask for one currency at a time, or convert before the import.",
            )
        return Money(self.minor + other.minor, self.currency)

    @property
    def amount(self) -> Decimal:
        """The amount in major units, exactly."""
        return Decimal(self.minor).scaleb(-minor_digits(self.currency))

    @classmethod
    def of(cls, amount: Decimal, currency: str) -> Money:
        """Round to the currency's minor unit, half to even."""
        exact = amount.scaleb(minor_digits(currency))
        return cls(int(exact.to_integral_value(rounding=ROUND_HALF_EVEN)), currency)


# CLDR, where the digits come from, rounds these to whole units, as their small coins are gone. Ledgers still
# carry what ISO 4217 says, and an import must not round it away.
_WRITTEN_WITH_MORE_DIGITS = {"IQD": 3} | dict.fromkeys(
    ("AFN", "ALL", "IRR", "KPW", "LAK", "LBP", "MGA", "MMK", "RSD", "SOS", "SYP", "YER"), 2
)


def minor_digits(currency: str) -> int:
    """Decimal places of a currency (ISO 4217): EUR 2, JPY 0, KWD 3; 2 when there is no currency, or one
    that nobody knows.
    """
    if not currency:
        return 2
    if currency in _WRITTEN_WITH_MORE_DIGITS:
        return _WRITTEN_WITH_MORE_DIGITS[currency]
    from babel.numbers import get_currency_precision

    return int(get_currency_precision(currency))


@dataclass(frozen=True)
class Interval:
    """A two-sided confidence interval of a figure, at 95 % unless its maker says otherwise."""

    low: float
    high: float


@dataclass(frozen=True)
class Estimate:
    """A share with its 95 % interval and the number of units it rests on."""

    value: float
    low: float
    high: float
    n: int


def instant_us(moment: datetime) -> int:
    """Whole microseconds since 1970 of an aware datetime, exactly."""
    if moment.tzinfo is None:
        raise InputError(f"{moment.isoformat()} has no time zone.", hint="Add an offset, for example +00:00.")
    delta = moment - datetime(1970, 1, 1, tzinfo=UTC)
    return (delta.days * 86_400 + delta.seconds) * SECOND_US + delta.microseconds


def moment_utc(us: int) -> datetime:
    """The aware UTC datetime of an instant."""
    days, rest = divmod(us, DAY_US)
    seconds, micro = divmod(rest, SECOND_US)
    return datetime.fromordinal(719_163 + days).replace(
        hour=seconds // 3600, minute=seconds % 3600 // 60, second=seconds % 60, microsecond=micro, tzinfo=UTC
    )

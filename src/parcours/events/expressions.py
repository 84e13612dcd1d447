"""SQL of what a mapping says: conditions, texts, instants, exact money."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import cache, reduce
from typing import Any, Final

from babel.core import Locale
from babel.numbers import list_currencies

from parcours.errors import MappingError
from parcours.events import sql_text as sql
from parcours.events.comparisons import Scalar
from parcours.events.conditions import Condition, Rows
from parcours.events.mapping import FromColumn, Text, Time, Value
from parcours.events.table import Table
from parcours.values import minor_digits

EARLIEST: Final = "TIMESTAMPTZ '1970-01-01 00:00:00+00'"
LATEST: Final = "TIMESTAMPTZ '2100-01-01 00:00:00+00'"
_COMPARISONS: Final = {"gt": ">", "gte": ">=", "lt": "<", "lte": "<="}
_EPOCH_US: Final = {"epoch_s": 1_000_000, "epoch_ms": 1_000, "epoch_us": 1}
_DAY: Final = "[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
_CLOCK: Final = "[0-9]{1,2}:[0-9]{2}(:[0-9]{2}([.][0-9]+)?)?"
_LOCAL: Final = f"{_DAY}([T ]{_CLOCK})?"
_WITH_OFFSET: Final = f"{_DAY}[T ]{_CLOCK} ?([Zz]|UTC|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?)"


# -- conditions ------------------------------------------------------------------------------------------------------


def rows(condition: Rows | None, table: Table) -> str:
    """A condition on rows; never NULL."""
    if condition is None:
        return "true"
    terms = [_condition(test, table, column) for column, test in condition.columns.items()]
    terms += [rows(inner, table) for inner in condition.all_]
    if condition.any_:
        terms.append(sql.either(rows(inner, table) for inner in condition.any_))
    if condition.not_ is not None:
        terms.append(f"NOT ({rows(condition.not_, table)})")
    return sql.both(terms)


def _condition(test: Condition, table: Table, column: str) -> str:
    text = table.text(column)
    terms = [make(text, wanted) for key, make in _TESTS.items() if (wanted := getattr(test, key)) is not None]
    for key, sign in _COMPARISONS.items():
        bound: Decimal | None = getattr(test, key)
        if bound is not None:
            terms.append(f"coalesce({table.number(column)} {sign} {sql.literal(bound)}, false)")
    if test.not_ is not None:
        terms.append(f"NOT ({_condition(test.not_, table, column)})")
    return sql.both(terms)


def _one_of(text: str, values: tuple[Scalar, ...]) -> str:
    return f"({sql.either(_equal(text, value) for value in values)})"


def _equal(text: str, value: Scalar) -> str:
    if isinstance(value, bool):
        return f"coalesce(lower({text}) = '{str(value).lower()}', false)"
    if isinstance(value, int | float):
        return f"coalesce(TRY_CAST({text} AS DECIMAL(30, 12)) = {sql.literal(Decimal(str(value)))}, false)"
    return f"coalesce({text} = {sql.literal(value)}, false)"


def _by_function(function: str) -> Callable[[str, str], str]:
    return lambda text, wanted: f"coalesce({function}({text}, {sql.literal(wanted)}), false)"


_TESTS: Final[dict[str, Callable[[str, Any], str]]] = {
    "eq": _equal,
    "ne": lambda text, value: f"NOT {_equal(text, value)}",
    "in_": _one_of,
    "not_in": lambda text, values: f"NOT {_one_of(text, values)}",
    "starts_with": _by_function("starts_with"),
    "ends_with": _by_function("ends_with"),
    "contains": _by_function("contains"),
    "matches": _by_function("regexp_full_match"),
    "is_set": lambda text, wanted: f"{text} IS {'NOT ' if wanted else ''}NULL",
}


# -- texts -----------------------------------------------------------------------------------------------------------


def text(given: Text | None, table: Table, what: str) -> str:
    """A fixed text, or a column's with its renames."""
    if given is None:
        return "NULL"
    if isinstance(given, str):
        if given in table.types:
            raise MappingError(
                f"{what}: {given!r} would be written as it stands, but it is a column of {table.file}.",
                hint=f"To take it from the column, write {what}: {{column: {given}}}.",
            )
        return sql.literal(given)
    return _renamed(table.text(given.column), given)


def _renamed(value: str, given: FromColumn) -> str:
    if not given.names:
        return value
    cases = " ".join(f"WHEN {sql.literal(old)} THEN {sql.literal(new)}" for old, new in given.names.items())
    return f"CASE {value} {cases} ELSE {value} END"


def fields(given: Text | None) -> str:
    """The name to show for a text: its column, or nothing."""
    return given.column if isinstance(given, FromColumn) else ""


# -- instants --------------------------------------------------------------------------------------------------------


def time_text(time: Time, table: Table) -> str:
    """The text a time is read from, to be shown when it is wrong."""
    texts = [table.text(column) for column in time.columns]
    return texts[0] if len(texts) == 1 else f"concat_ws(' ', {', '.join(texts)})"


def time_missing(time: Time, table: Table) -> str:
    """Whether there is no time at all; never NULL. Instants are not written out to be looked at."""
    if time.column is not None and table.types[table.column(time.column)].startswith(("TIMESTAMP", "DATE")):
        return f"{sql.name(table.column(time.column))} IS NULL"
    return f"coalesce({time_text(time, table)}, '') = ''"


def instant(time: Time, table: Table, zone: str) -> str:
    """A TIMESTAMPTZ; NULL when no format fits. A time without an offset is local to its own zone, else to ``zone``."""
    place = sql.literal(time.zone or zone)
    if time.column is not None:
        column = table.column(time.column)
        kind = table.types[column]
        if kind.startswith("TIMESTAMP") and ("TZ" in kind or "TIME ZONE" in kind):
            return f"CAST({sql.name(column)} AS TIMESTAMPTZ)"
        if kind.startswith("TIMESTAMP") or kind == "DATE":
            return f"timezone({place}, CAST({sql.name(column)} AS TIMESTAMP))"
    read_from = time_text(time, table)
    tries = [_one_format(form, read_from, place) for form in time.format]
    return tries[0] if len(tries) == 1 else f"coalesce({', '.join(tries)})"


def _one_format(form: str, read_from: str, place: str) -> str:
    if form == "iso":
        return (
            f"CASE WHEN regexp_full_match({read_from}, '{_LOCAL}') "
            f"THEN timezone({place}, TRY_CAST({read_from} AS TIMESTAMP)) "
            f"WHEN regexp_full_match({read_from}, '{_WITH_OFFSET}') THEN TRY_CAST({read_from} AS TIMESTAMPTZ) END"
        )
    if form in _EPOCH_US:
        scaled = f"TRY_CAST({read_from} AS DECIMAL(24, 6)) * {_EPOCH_US[form]}"
        return f"TRY(make_timestamptz(CAST({scaled} AS BIGINT)))"
    if "%" not in form:
        raise MappingError(
            f"time: format {form!r} is not iso, epoch_s, epoch_ms or epoch_us, and has no % codes.",
            hint="Write strptime codes, for example '%d/%m/%Y %H:%M'.",
        )
    parsed = f"try_strptime({read_from}, {sql.literal(form)})"
    return parsed if "%z" in form else f"timezone({place}, {parsed})"


# -- money -----------------------------------------------------------------------------------------------------------


def amount(value: Value, table: Table) -> str:
    """An exact DECIMAL(30, 12); NULL when a factor is no number or too large."""
    factors = value.factors
    kind = "DECIMAL(30, 12)" if len(factors) == 1 else "DECIMAL(15, 6)"
    terms = [
        f"CAST({factor} AS {kind})" if isinstance(factor, Decimal) else table.number(factor, kind)
        for factor in factors
    ]
    product = reduce(lambda left, right: f"({left}) * ({right})", terms)
    return f"-({product})" if value.negate else product


def amount_text(value: Value, table: Table) -> str:
    """The text of the factors, to be shown when one is wrong."""
    texts = [f"coalesce({table.text(factor)}, '')" for factor in value.factors if isinstance(factor, str)]
    return " || ' × ' || ".join(texts)


def amount_missing(value: Value, table: Table) -> str:
    """Whether every factor is missing, so that there is no value rather than a wrong one."""
    return sql.both(f"{table.text(factor)} IS NULL" for factor in value.factors if isinstance(factor, str))


def factors_rounded(value: Value, table: Table) -> str:
    """Whether a factor of a product has more decimals than are kept."""
    if len(value.factors) == 1:
        return "false"
    return sql.either(
        f"coalesce({table.number(factor)} <> {table.number(factor, 'DECIMAL(15, 6)')}, false)"
        for factor in value.factors
        if isinstance(factor, str)
    )


def minor_units(value: str, currency: str, digits: int | None) -> str:
    """Whole minor units (BIGINT) of a DECIMAL(30, 12), half to even; NULL beyond BIGINT.

    ``digits`` are the currency's decimal places, None when rows differ in currency.
    """
    return _by_digits(currency, digits, lambda places: _scaled(value, places))


def is_rounded(value: str, currency: str, digits: int | None) -> str:
    """Whether ``minor_units`` had to round."""
    return _by_digits(currency, digits, lambda places: f"{value} <> {_cut(value, places)}")


def _by_digits(currency: str, digits: int | None, expression: Callable[[int], str]) -> str:
    if digits is not None:
        return expression(digits)
    cases = "".join(
        f"WHEN {currency} IN {sql.listed(names)} THEN {expression(places)} "
        for places, names in odd_currencies().items()
    )
    return f"CASE {cases}ELSE {expression(2)} END"


def _cut(value: str, digits: int) -> str:
    return f"TRY_CAST({value} AS DECIMAL({18 + digits}, {digits}))"


def _scaled(value: str, digits: int) -> str:
    rounded = _cut(value, digits)
    whole = f"TRY_CAST({rounded} * CAST({10**digits} AS DECIMAL({digits + 1}, 0)) AS BIGINT)"
    half = Decimal(5).scaleb(-digits - 1)
    return (
        f"CASE WHEN {value} <> {rounded} AND abs({value} - {rounded}) = {half:f} AND {whole} % 2 <> 0 "
        f"THEN {whole} - sign({whole}) ELSE {whole} END"
    )


@cache
def odd_currencies() -> dict[int, tuple[str, ...]]:
    """Currencies by their decimal places, those with two left out."""
    digits = {code: minor_digits(code) for code in known_currencies()}
    return {
        places: tuple(sorted(code for code, own in digits.items() if own == places))
        for places in sorted(set(digits.values()) - {2})
    }


@cache
def known_currencies() -> tuple[str, ...]:
    """ISO 4217 codes, past and present."""
    return tuple(sorted(list_currencies(Locale("en"))))

"""Which column is what, guessed from names and values; every guess that could be wrong says so."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from parcours.events.column_profile import ColumnProfile

_PERSON: Final = (
    "customer|client|user|member|household|contact|person|account|subscriber|buyer|shopper|profile|respondent"
)
_CUSTOMER: Final = (
    rf"({_PERSON})s?_?(id|no|nr|number|code|key|ref|uid)?",
    r"e_?mail(_address)?|cust_?id|uid",
    rf".*({_PERSON}).*(id|email)",
)
_ANONYMOUS: Final = (r"anonymous_?id|visitor_?id|device_?id|cookie_?id|client_?id|session_?id|distinct_?id",)
_EVENT: Final = (r"event(_?(name|type))?", r"action|activity|verb|type|what|metric_name|status")
_TIME: Final = (
    r"(event_)?(timestamp|time|datetime|occurred_at|date_?time)|created(_at)?",
    r".*(timestamp|_at|date|time|day).*",
)
_TOTAL: Final = (
    r"(grand_)?total(_(price|amount|value|paid))?",
    r"(order_|total_|sales_|net_|gross_)?(amount|total|value|revenue|turnover|sales)(_paid|_value|_amount)?",
    r".*(amount|total|revenue|value|dollar|euro|paid|spend|price).*",
)
_QUANTITY: Final = (r"quantity|qty|units|count|number_of_.*",)
_UNIT_PRICE: Final = (r"(unit_?)?price|unit_cost",)
_EVENT_ID: Final = (r"(event|message|row|line)?_?(id|uuid|guid)",)
_GROUP: Final = (r"(invoice|order|basket|transaction|receipt|cart)s?(_?(id|no|nr|number|code))?",)
_LABELS: Final = {
    "channel": (r"channel|utm_medium|medium",),
    "campaign": (r"campaign(_?(id|name))?|utm_campaign",),
    "source": (r"source|utm_source|referrer",),
}
MANY_NAMES: Final = 200
PROPERTIES: Final = 20


@dataclass(frozen=True)
class Guess:
    """Columns by what they seem to be; None where nothing fits."""

    customer: str | None
    anonymous: str | None
    time: ColumnProfile | None
    clock: str | None
    event: str | None
    fixed_event: str
    value: tuple[str, ...]
    currency: str | None
    event_id: str | None
    group: str | None
    labels: dict[str, str]
    properties: dict[str, ColumnProfile]
    doubts: list[str] = field(default_factory=list)


def guess(columns: list[ColumnProfile]) -> Guess:
    """What the columns of a file seem to be."""
    doubts: list[str] = []
    left = {column.name: column for column in columns}

    def take(patterns: tuple[str, ...], fits: str = "filled") -> ColumnProfile | None:
        found = _first(left, patterns, fits)
        if found is not None:
            del left[found.name]
        return found

    when = _time(left, doubts)
    clock = take((r"time|hour|.*_time",), "clock") if when is not None and not when.has_clock else None
    event_id = take(_EVENT_ID, "unique")
    customer = take(_CUSTOMER, "person")
    anonymous = take(_ANONYMOUS)
    if customer is None and anonymous is None:
        doubts.append("No column looks like a customer's id; put the right one in `customer_id`.")
    group = take(_GROUP, "repeated")
    event = take(_EVENT, "names")
    if event is None:
        doubts.append(
            "No column holds event names, so every row is the same event; give it its right name in `event`."
        )
    currency = take((r".*currency.*|devise",), "currency")
    value = _value(left, doubts, currency is not None)
    labels = {label: found.name for label, patterns in _LABELS.items() if (found := take(patterns))}
    rest = {column.words or column.name: column for column in left.values() if column.filled}
    properties = dict(list(rest.items())[:PROPERTIES])
    if group is not None and not event and len(value) == 1:
        doubts.append(
            f"{value[0]} is summed over the rows of one {group.name}; is it the amount of a row, not of the whole?"
        )
    if len(rest) > PROPERTIES:
        doubts.append(f"{len(rest) - PROPERTIES} more columns are left out of `properties`.")
    return Guess(
        customer.name if customer else None,
        anonymous.name if anonymous else None,
        when,
        clock.name if clock else None,
        event.name if event else None,
        "order_completed" if value or group else "recorded",
        value,
        currency.name if currency else None,
        event_id.name if event_id else None,
        group.name if group and not event else None,
        labels,
        properties,
        doubts,
    )


def _first(
    left: dict[str, ColumnProfile], patterns: tuple[str, ...], fits: str = "filled"
) -> ColumnProfile | None:
    for pattern in patterns:
        for column in left.values():
            if re.fullmatch(pattern, column.words) and _FITS[fits](column):
                return column
    return None


_FITS: Final[dict[str, Callable[[ColumnProfile], bool]]] = {
    "filled": lambda column: column.filled > 0,
    "person": lambda column: column.filled > 0 and not column.is_time,
    "repeated": lambda column: column.distinct < column.filled and not column.is_time,
    "unique": lambda column: column.is_unique and column.rows > 1,
    "names": lambda column: 0 < column.distinct <= MANY_NAMES and not column.is_number and not column.is_time,
    "currency": lambda column: column.is_currency,
    "clock": lambda column: column.is_clock,
    "number": lambda column: column.is_number,
}


def _time(left: dict[str, ColumnProfile], doubts: list[str]) -> ColumnProfile | None:
    times = {name: column for name, column in left.items() if column.is_time}
    found = _first(times, _TIME) or next(iter(times.values()), None)
    if found is None:
        doubts.append("No column can be read as a time; put the right one and its format in `time`.")
        return None
    del left[found.name]
    others = [name for name in times if name != found.name]
    if others:
        doubts.append(f"{', '.join(others)} could also be the time; {found.name} was taken.")
    day_first = [form for form in found.formats if form.startswith("%d/%m/")]
    if day_first and any(form.startswith("%m/%d/") for form in found.formats):
        doubts.append(f"{found.name} reads both as day/month and as month/day; day/month was taken.")
    if not found.has_offset:
        doubts.append(
            f"{found.name} names no time zone; the workspace's is taken unless `zone` says another."
        )
    return found


def _value(left: dict[str, ColumnProfile], doubts: list[str], has_currency: bool) -> tuple[str, ...]:
    quantity, price = _first(left, _QUANTITY, "number"), _first(left, _UNIT_PRICE, "number")
    total = _first(left, _TOTAL[:2], "number")
    if total is None and quantity is not None and price is not None:
        found: tuple[str, ...] = (quantity.name, price.name)
        del left[price.name]
        doubts.append(f"The value is taken as {quantity.name} × {price.name}.")
    else:
        total = total or _first(left, _TOTAL[2:], "number")
        if total is None:
            return ()
        del left[total.name]
        found = (total.name,)
    if not has_currency:
        doubts.append("No column holds a currency; the workspace's is taken unless `currency` says another.")
    return found

"""The matcher language read slowly: does one event match, does it make a rule true?

Every answer looks at the whole list of the customer's events again, so that nothing has to be remembered.
"""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Any

from parcours.events.comparisons import Scalar
from parcours.timelines.matchers import Condition, Rule, Selector, Then, Where
from twins.events import Event

Traits = dict[str, Any]


def selects(selector: Selector, event: Event, traits: Traits) -> bool:
    """Whether the event, for itself, is one that the selector means."""
    named = "*" in selector.event or event.event in selector.event
    return named and (selector.where is None or holds(selector.where, event, traits))


def holds(where: Where, event: Event, traits: Traits) -> bool:
    """Whether all conditions hold, joined as they are written."""
    return (
        all(satisfies(condition, _value(name, event, traits)) for name, condition in where.properties.items())
        and all(holds(part, event, traits) for part in where.all_)
        and (not where.any_ or any(holds(part, event, traits) for part in where.any_))
        and (where.not_ is None or not holds(where.not_, event, traits))
    )


def _value(name: str, event: Event, traits: Traits) -> Any:
    if name.startswith("profile."):
        return traits.get(name.removeprefix("profile."))
    return event.properties.get(name)


def satisfies(condition: Condition, value: Any) -> bool:
    """Whether a property's value (None: missing) satisfies every key of the condition."""
    return all(
        _check(key, wanted, value)
        for key in Condition.model_fields
        if (wanted := getattr(condition, key)) is not None
    )


def _check(key: str, wanted: Any, value: Any) -> bool:
    if key in {"gt", "gte", "lt", "lte"}:
        return _compares(key, wanted, as_number(value))
    if key == "is_set":
        return (value is not None) == bool(wanted)
    if key.startswith("not_") or key == "ne":
        return not _check({"ne": "eq", "not_in": "in_", "not_contains": "contains"}[key], wanted, value)
    if key == "contains":
        return value is not None and wanted.casefold() in as_text(value).casefold()
    return any(equal(value, one) for one in (wanted if key == "in_" else [wanted]))


def _compares(key: str, wanted: Decimal, number: Decimal | None) -> bool:
    if number is None:
        return False
    return {"gt": number > wanted, "gte": number >= wanted, "lt": number < wanted, "lte": number <= wanted}[
        key
    ]


def equal(value: Any, wanted: Scalar) -> bool:
    """A number equals what reads as it; a text or a boolean equals what is written like it."""
    if value is None:
        return False
    if isinstance(wanted, (int, float)) and not isinstance(wanted, bool):
        return as_number(value) == Decimal(str(wanted))
    return as_text(value) == as_text(wanted)


def as_number(value: Any) -> Decimal | None:
    """The value as a number; None when it is missing, a boolean, or a text that is no number."""
    if value is None or isinstance(value, bool):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def as_text(value: Any) -> str:
    """The value as written in JSON, a text without its quotes."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def is_true_at(rule: Rule, place: int, events: list[Event], traits: Traits) -> bool:
    """Whether the event at ``place`` of one customer's events makes the rule true."""
    if rule.then is None:
        return _is_true_without_then(rule, place, events, traits)
    return selects(rule.then, events[place], traits) and any(
        other != place
        and _in_reach(rule.then, events[other].timestamp_us, events[place].timestamp_us)
        and _is_true_without_then(rule, other, events, traits)
        for other in range(len(events))
    )


def _in_reach(then: Then, first_us: int, second_us: int) -> bool:
    return first_us <= second_us and (then.within is None or second_us - first_us <= then.within.us)


def _is_true_without_then(rule: Rule, place: int, events: list[Event], traits: Traits) -> bool:
    event = events[place]
    if not selects(rule, event, traits):
        return False
    so_far = [other for other in events[: place + 1] if selects(rule, other, traits)]
    if rule.first:
        return len(so_far) == 1
    if rule.count is None:
        return True
    if rule.within is not None:
        so_far = [other for other in so_far if other.timestamp_us >= event.timestamp_us - rule.within.us]
    fewest, most = rule.count.bounds
    return fewest <= len(so_far) and (most is None or len(so_far) <= most)

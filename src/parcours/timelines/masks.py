"""Which rows of a partition a selector matches: decided on distinct values, then spread over the rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from parcours.events.comparisons import Scalar
from parcours.timelines.matchers import Condition, Selector, Where
from parcours.timelines.partition import MISSING_VALUE, Column, Partition
from parcours.values import minor_digits

Flags = NDArray[np.bool_]
PROFILE = "profile."
# what JSON, CSV and people write; Decimal alone would also read "1_000" and digits of other scripts
_NUMBER = re.compile(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,6})?\s*", re.ASCII)


def matches(partition: Partition, selector: Selector) -> Flags:
    """One flag for each row."""
    named = name_flags(partition, selector)
    rows = named[partition.events] if len(named) else np.zeros(0, dtype=bool)
    if selector.where is not None and rows.any():
        rows = rows & where_flags(partition, selector.where)
    return rows


def name_flags(partition: Partition, selector: Selector) -> Flags:
    """One flag for each event name of the partition: whether the selector names it."""
    wanted = set(selector.event)
    return np.array([selector.any_event or name in wanted for name in partition.names], dtype=bool)


def where_flags(partition: Partition, where: Where) -> Flags:
    """One flag for each row: whether the conditions hold."""
    flags = np.ones(partition.event_count, dtype=bool)
    for name, condition in where.properties.items():
        flags &= _property(partition, name, condition)
    for part in where.all_:
        flags &= where_flags(partition, part)
    if where.any_:
        flags &= np.logical_or.reduce([where_flags(partition, part) for part in where.any_])
    if where.not_ is not None:
        flags &= ~where_flags(partition, where.not_)
    return flags


def _property(partition: Partition, name: str, condition: Condition) -> Flags:
    if name == "value":
        return _value(partition, condition)
    if name.startswith(PROFILE):
        column = partition.trait(name.removeprefix(PROFILE))
        by_customer = _decide(column, condition)
        return np.repeat(by_customer, np.diff(partition.offsets))
    return _decide(partition.column(name), condition)


def _decide(column: Column, condition: Condition) -> Flags:
    return column.take(
        np.array([satisfies(text, condition) for text in column.values], dtype=bool),
        satisfies(None, condition),
    )


def _value(partition: Partition, condition: Condition) -> Flags:
    """Conditions on the amount: distinct amounts are few beside rows, and each is compared exactly."""
    minor = partition.value_minor()
    currency = partition.column("currency")
    flags = np.zeros(len(minor), dtype=bool)
    for code in range(-1, len(currency.values)):
        rows = np.flatnonzero(currency.codes == code)
        digits = minor_digits(currency.values[code]) if code >= 0 else 2
        amounts, inverse = np.unique(minor[rows], return_inverse=True)
        decided = [
            satisfies(
                None if amount == MISSING_VALUE else str(Decimal(int(amount)).scaleb(-digits)), condition
            )
            for amount in amounts
        ]
        flags[rows] = np.array(decided, dtype=bool)[inverse] if len(rows) else False
    return flags


def satisfies(text: str | None, condition: Condition) -> bool:
    """Whether one value, as text, satisfies every part of a condition."""
    return all(check(text, condition) for check in _CHECKS)


def number(text: str | None) -> Decimal | None:
    """The number that a text is, if it is one."""
    return Decimal(text) if text is not None and _NUMBER.fullmatch(text) else None


def _equals(text: str | None, wanted: Scalar) -> bool:
    if text is None:
        return False
    if isinstance(wanted, bool):
        return text == ("true" if wanted else "false")
    if isinstance(wanted, (int, float)):
        return number(text) == Decimal(str(wanted))
    return text == wanted


def _equality(text: str | None, condition: Condition) -> bool:
    return (condition.eq is None or _equals(text, condition.eq)) and (
        condition.ne is None or not _equals(text, condition.ne)
    )


def _membership(text: str | None, condition: Condition) -> bool:
    def among(wanted: Sequence[Scalar]) -> bool:
        return any(_equals(text, one) for one in wanted)

    return (condition.in_ is None or among(condition.in_)) and (
        condition.not_in is None or not among(condition.not_in)
    )


def _containment(text: str | None, condition: Condition) -> bool:
    def holds(part: str) -> bool:
        return text is not None and part.casefold() in text.casefold()

    return (condition.contains is None or holds(condition.contains)) and (
        condition.not_contains is None or not holds(condition.not_contains)
    )


def _comparison(text: str | None, condition: Condition) -> bool:
    bounds = (condition.gt, condition.gte, condition.lt, condition.lte)
    if all(bound is None for bound in bounds):
        return True
    given = number(text)
    if given is None:
        return False
    return (
        (condition.gt is None or given > condition.gt)
        and (condition.gte is None or given >= condition.gte)
        and (condition.lt is None or given < condition.lt)
        and (condition.lte is None or given <= condition.lte)
    )


def _presence(text: str | None, condition: Condition) -> bool:
    return condition.is_set is None or (text is not None) == condition.is_set


_CHECKS: tuple[Callable[[str | None, Condition], bool], ...] = (
    _equality,
    _membership,
    _containment,
    _comparison,
    _presence,
)

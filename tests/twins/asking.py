"""Asking a measure over parts of the customers without an engine: what it asks first, then itself."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from typing import Any, TypeVar

from parcours.measures.contract import Measure, Query
from parcours.measures.result import Result
from parcours.timelines.partition import Partition

Q = TypeVar("Q", bound=Query)
R = TypeVar("R", bound=Result)


def settle(measure: Measure[Q, Any], parts: Sequence[Partition], query: Q) -> Q:
    """The question with what the parts together settle."""
    first = measure.asks_first(query)
    return query if first is None else measure.settled(query, ask(first[0], parts, first[1]))


def ask(measure: Measure[Q, R], parts: Sequence[Partition], query: Q) -> R:
    """The answer, the parts merged from the last to the first."""
    settled = settle(measure, parts, query)
    partials = [measure.map(part, settled) for part in parts]
    return measure.finish(reduce(measure.merge, reversed(partials)), settled)

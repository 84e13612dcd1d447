"""Sequences counted over partitions equal those counted customer by customer from the definition."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import reduce

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.measures.sequences import MEASURE, Query, SequencesResult
from parcours.timelines.calendar import Calendar
from parcours.values import DAY_US
from twins.events import Event, by_customer
from twins.partitions import partition_of
from twins.patterns import matched

CUSTOMERS = ("ann", "bob", "eve")
FIRST, LAST = date(2026, 3, 1), date(2026, 3, 20)
ZONE = "Europe/Paris"
BEGIN = Calendar(ZONE).midnight_us(FIRST)
PATTERNS = ("a -> b", "a -> no c within 1d -> b within 3d", "a -> a", "b -> no a", "a -> b after 1d -> c")


def ask(events: list[Event], query: Query) -> SequencesResult:
    parts = [partition_of([one for one in events if one.customer == customer]) for customer in CUSTOMERS]
    return MEASURE.finish(reduce(MEASURE.merge, [MEASURE.map(part, query) for part in parts]), query)


happened = st.lists(
    st.tuples(st.sampled_from(CUSTOMERS), st.integers(-2, 48), st.sampled_from("abc")), max_size=18
)


@settings(max_examples=300)
@given(happened, st.sampled_from(PATTERNS), st.integers(5, 25))
def test_customers_matches_and_first_periods(
    rows: list[tuple[str, int, str]], pattern: str, as_of_days: int
) -> None:
    events = [
        Event(customer, BEGIN + half * DAY_US // 2, name, {}, f"{place:03}")
        for place, (customer, half, name) in enumerate(rows)
    ]
    as_of_us = BEGIN + as_of_days * DAY_US
    query = Query(pattern=pattern, unit="week", start=FIRST, end=LAST, zone=ZONE, as_of_us=as_of_us)
    result = ask(events, query)
    high = min(Calendar(ZONE).midnight_us(date(2026, 3, 21)), as_of_us + 1)
    counts: Counter[int] = Counter()
    firsts: Counter[date] = Counter()
    for theirs in by_customer(events).values():
        inside = [(one.timestamp_us, one.event) for one in theirs if BEGIN <= one.timestamp_us < high]
        if inside:
            count, first = matched(inside, query.pattern, high - 1)
            counts[count] += 1
            if first is not None:
                firsts[query.calendar.floor(query.calendar.day_of(first), "week")] += 1
    assert dict(zip(result.matches.tolist(), result.by_matches.tolist(), strict=True)) == counts
    assert {
        day: count for day, count in zip(result.periods.starts, result.first.tolist(), strict=True) if count
    } == firsts
    assert result.customers == counts.total()
    assert result.matched == counts.total() - counts[0]

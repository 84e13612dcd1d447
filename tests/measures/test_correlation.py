"""Which events and properties go with success: worked by hand, and counted slowly on small random logs."""

from __future__ import annotations

from collections import Counter
from datetime import date
from functools import reduce
from math import exp, log, sqrt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from parcours.errors import QueryError
from parcours.measures.correlation import MEASURE, CorrelationResult, Query
from parcours.measures.scope import bounds_us
from parcours.values import DAY_US
from twins import funnel as twin
from twins.events import Event
from twins.logs import NAMES, ORIGIN_US, UNIT_US
from twins.matching import selects
from twins.partitions import partition_of

START_US = 1_772_323_200_000_000  # 1 March 2026, midnight UTC
RANGE: dict[str, Any] = {
    "start": date(2026, 3, 1),
    "end": date(2026, 3, 31),
    "as_of_us": START_US + 40 * DAY_US,
}


def story(customer: str, text: str) -> list[Event]:
    """``A1 H2``: an A on day 1 and an H on day 2 of March 2026."""
    return [
        Event(customer, START_US + (int(word[1:]) - 1) * DAY_US, word[0], {}, f"{customer}{place}")
        for place, word in enumerate(text.split())
    ]


SHOP = [
    *(event for number in range(3) for event in story(f"helped {number}", "A1 H2 B3")),
    *(event for number in range(2) for event in story(f"alone {number}", "A1 B3")),
    *story("helped too late", "A1 B3 H4"),
    *story("helped and lost", "A1 H2"),
    *(event for number in range(4) for event in story(f"lost {number}", "A1 A2")),
    *story("undecided", "A30 H31"),
]
COUNTRIES = {"helped 0": {"country": "FR"}, "lost 0": {"country": "FR"}, "lost 1": {"country": "DE"}}


def ask(
    query: Query, events: list[Event], profiles: dict[str, dict[str, Any]] | None = None
) -> CorrelationResult:
    customers = sorted({event.customer for event in events}) or [""]
    parts = [
        MEASURE.map(partition_of([event for event in events if event.customer == one], profiles), query)
        for one in customers
    ]
    return MEASURE.finish(reduce(MEASURE.merge, reversed(parts)), query)


def question(**asked: Any) -> Query:
    return Query.model_validate({"steps": ["A", "B"], **RANGE, **asked})


def test_an_event_before_success_has_its_odds_ratio_with_one_added_to_each_cell() -> None:
    result = ask(question(), SHOP)
    assert (result.converted, result.lost, result.undecided) == (6, 5, 1)
    (row,) = result.events
    assert (row.name, row.converted_with, row.lost_with, row.converted_without, row.lost_without) == (
        "H",
        3,
        1,
        3,
        4,
    )
    assert row.odds_ratio == pytest.approx((4 * 5) / (2 * 4))
    error = 1.959963984540054 * sqrt(1 / 4 + 1 / 2 + 1 / 4 + 1 / 5)
    assert row.interval == pytest.approx((exp(log(2.5) - error), exp(log(2.5) + error)))


def test_steps_of_the_funnel_do_not_go_with_it_by_definition() -> None:
    assert "A" not in {row.name for row in ask(question(), SHOP).events}


def test_properties_go_with_success_too_and_a_missing_one_is_a_value() -> None:
    result = ask(question(properties=["profile.country"]), SHOP, COUNTRIES)
    rows = {row.value: (row.converted_with, row.lost_with) for row in result.properties}
    assert rows == {"FR": (1, 1), "DE": (0, 1), "": (5, 3)}
    shown = ask(question(properties=["profile.country"], top=1), SHOP, COUNTRIES)
    assert {row.value: row.converted_with for row in shown.properties} == {"": 5, "(other)": 1}


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ({"event": "H"}, "helped 0, helped 1, helped 2, helped and lost"),
        ({"event": "H", "outcome": "lost"}, "helped and lost"),
        ({"outcome": "converted"}, "alone 0, alone 1, helped 0, helped 1, helped 2, helped too late"),
        ({"property": "profile.country", "value": "FR"}, "helped 0, lost 0"),
        ({"property": "profile.country", "value": "IT"}, ""),
        ({"event": "never"}, ""),
    ],
)
def test_every_cell_opens_to_its_units(cell: dict[str, str], names: str) -> None:
    part = partition_of(SHOP, COUNTRIES)
    found = MEASURE.members(part, question(properties=["profile.country"]), cell)
    assert ", ".join(part.customers[int(place)].as_py() for place in found) == names


@pytest.mark.parametrize("cell", [{}, {"step": "1"}, {"property": "profile.town"}, {"outcome": "maybe"}])
def test_no_such_cell_is_refused(cell: dict[str, str]) -> None:
    with pytest.raises(QueryError):
        MEASURE.members(partition_of(SHOP), question(properties=["profile.country"]), cell)


@pytest.mark.parametrize("name", ["value", "profile."])
def test_what_cannot_be_correlated_is_refused(name: str) -> None:
    with pytest.raises(QueryError, match="cannot be correlated"):
        question(properties=[name])


def test_an_empty_log_has_no_rows_and_no_outcomes() -> None:
    result = ask(question(properties=["plan"]), [])
    assert (result.converted, result.lost, result.undecided) == (0, 0, 0)
    assert (result.events, result.properties) == ((), ())


LOGS = st.lists(
    st.tuples(st.sampled_from(["ann", "bob", "cat"]), st.integers(0, 9), st.sampled_from(NAMES)), max_size=16
)


@settings(deadline=None, max_examples=400, suppress_health_check=[HealthCheck.too_slow])
@given(
    LOGS,
    st.sampled_from(["ordered", "strict", "unordered"]),
    st.sampled_from(["6h", "12h", "1d"]),
    st.lists(st.sampled_from(NAMES), min_size=1, max_size=3),
)
def test_events_are_those_counted_slowly(
    rows: list[tuple[str, int, str]], order: str, window: str, steps: list[str]
) -> None:
    events = [
        Event(who, ORIGIN_US + at * UNIT_US, name, {}, f"{n:03d}") for n, (who, at, name) in enumerate(rows)
    ]
    query = Query.model_validate(
        {
            "steps": steps, "order": order, "window": window, "start": "2026-03-28", "end": "2026-03-29",
            "as_of_us": ORIGIN_US + 20 * UNIT_US,
        }
    )  # fmt: skip
    low, high = bounds_us(query)
    having: Counter[tuple[str, bool]] = Counter()
    outcomes: Counter[bool] = Counter()
    for one in twin.attempts(events, query, low, high):
        if one.open_:
            continue
        won = one.reach == len(steps)
        outcomes[won] += 1
        first, last = one.events[0], one.events[-1]
        assert first is not None
        end = last.timestamp_us if last is not None and won else first.timestamp_us + query.window.us + 1
        having.update(
            {
                (event.event, won)
                for event in events
                if event.customer == one.unit
                and first.timestamp_us < event.timestamp_us < min(end, high)
                and not any(selects(step, event, {}) for step in query.steps)
            }
        )
    result = ask(query, events)
    assert (result.converted, result.lost) == (outcomes[True], outcomes[False])
    found = Counter(
        {
            (row.name, won): count
            for row in result.events
            for won, count in ((True, row.converted_with), (False, row.lost_with))
            if count
        }
    )
    assert found == having

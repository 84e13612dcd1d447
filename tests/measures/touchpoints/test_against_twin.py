"""Touchpoints equal those counted slowly, whatever the parts they were counted in."""

from __future__ import annotations

from datetime import date
from functools import reduce
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.errors import QueryError
from parcours.measures.touchpoints import MEASURE, Query, TouchpointsResult
from twins import touchpoints as twin
from twins.logs import CUSTOMERS, SELECTORS, Log, logs
from twins.matching import selects
from twins.partitions import partition_of

IDS = ("one", "two", "three", "four")


@st.composite
def questions(draw: st.DrawFn, log: Log) -> Query:
    ids = IDS[: draw(st.integers(1, len(IDS)))]
    first = date(2026, 3, draw(st.sampled_from([27, 28, 29])))
    points: list[dict[str, Any]] = [
        {
            "id": name,
            "events": draw(st.lists(SELECTORS, min_size=1, max_size=2)),
            "next": draw(st.lists(st.sampled_from(ids), max_size=1)),
        }
        for name in ids
    ]
    return Query.model_validate(
        {
            "touchpoints": points,
            "start": first,
            "end": draw(st.sampled_from([date(2026, 3, 29), date(2026, 3, 30), date(2026, 4, 9)])),
            "zone": draw(st.sampled_from(["UTC", "Europe/Paris"])),
            "as_of_us": log.as_of_us,
        }
    )


LOG_AND_QUESTION = logs().flatmap(lambda log: st.tuples(st.just(log), questions(log)))


def ask(log: Log, query: Query) -> TouchpointsResult:
    parts = [
        partition_of([one for one in log.events if one.customer == customer], log.profiles)
        for customer in CUSTOMERS
    ]
    return MEASURE.finish(reduce(MEASURE.merge, [MEASURE.map(part, query) for part in parts]), query)


def bounds(query: Query) -> tuple[int, int]:
    assert query.start is not None
    assert query.end is not None
    after = query.calendar.midnight_us(query.calendar.step(query.end, "day"))
    return query.calendar.midnight_us(query.start), min(after, query.as_of_us + 1)


@settings(max_examples=200)
@given(LOG_AND_QUESTION)
def test_touchpoints_are_those_of_the_twin(given: tuple[Log, Query]) -> None:
    log, query = given
    found, wanted = ask(log, query), twin.count(log.events, query.touchpoints, log.profiles, *bounds(query))
    ids = query.ids
    assert (found.active, found.on_the_path, found.with_two, found.conforming, found.event_count) == (
        wanted.active,
        wanted.on_the_path,
        wanted.with_two,
        wanted.conforming,
        wanted.events,
    )
    assert dict(zip(ids, found.customers.tolist(), strict=True)) == {name: wanted.met[name] for name in ids}
    assert dict(zip(ids, found.events.tolist(), strict=True)) == {
        name: wanted.met_events[name] for name in ids
    }
    assert {(one, other): n for one, other, n in found.deviations()} == wanted.offences
    assert dict(found.unclaimed) == wanted.unclaimed
    after = {(ids[number], ids[what] if isinstance(what, int) else f"→{what}"): n
             for number in range(len(ids)) for what, n in found.after(number)}  # fmt: skip
    assert after == wanted.onwards + type(wanted.otherwise)(
        {(point, f"→{name}"): n for (point, name), n in wanted.otherwise.items()}
    )
    channels = {
        (ids[number], name): int(by[number]) for name, by in found.channels for number in range(len(ids))
    }
    assert {key: n for key, n in channels.items() if n} == wanted.channels


@settings(max_examples=100)
@given(LOG_AND_QUESTION)
def test_figures_add_up(given: tuple[Log, Query]) -> None:
    """Everybody who met a touchpoint went on to something; what breaks the order is counted once a customer."""
    log, query = given
    found = ask(log, query)
    for number, customers in enumerate(found.customers.tolist()):
        assert sum(count for _, count in found.after(number)) == customers <= found.active
    assert int(found.offences.sum()) == found.with_two - found.conforming
    assert sum(count for _, count in found.unclaimed) <= found.event_count
    assert found.conforming <= found.with_two <= found.on_the_path <= found.active


@settings(max_examples=60)
@given(LOG_AND_QUESTION)
def test_a_touchpoint_opens_to_its_customers(given: tuple[Log, Query]) -> None:
    log, query = given
    low, high = bounds(query)
    part = partition_of(log.events, log.profiles)
    for rule in query.touchpoints:
        opened = {
            part.customers[place].as_py()
            for place in MEASURE.members(part, query, {"touchpoint": rule.id}).tolist()
        }
        assert opened == {
            one.customer
            for one in log.events
            if low <= one.timestamp_us < high
            and any(selects(selector, one, log.profiles.get(one.customer, {})) for selector in rule.events)
        }


def test_channels_may_share_a_name_and_count_a_customer_once() -> None:
    from twins.events import Event

    events = [
        Event("ann", 1, "buy", {"channel": "email"}, "1"),
        Event("ann", 2, "buy", {"channel": "newsletter"}, "2"),
        Event("bob", 2, "buy", {}, "3"),
        Event("eve", 2, "buy", {"channel": ""}, "4"),
    ]
    query = Query.model_validate(
        {
            "touchpoints": [{"id": "buy", "events": ["buy"]}],
            "channels": {"email": "E-mail", "newsletter": "E-mail"},
            "start": date(1970, 1, 1),
            "end": date(1970, 1, 1),
            "as_of_us": 10,
        }
    )
    found = MEASURE.finish(MEASURE.map(partition_of(events), query), query)
    assert {name: by.tolist() for name, by in found.channels} == {"": [2], "E-mail": [1]}


def test_questions_that_make_no_sense_are_refused() -> None:
    with pytest.raises(QueryError, match="same id"):
        Query.model_validate({"touchpoints": [{"id": "a", "events": ["x"]}, {"id": "a", "events": ["y"]}]})
    with pytest.raises(QueryError, match="no touchpoint 'b'"):
        Query.model_validate({"touchpoints": [{"id": "a", "events": ["x"], "next": ["b"]}]})
    with pytest.raises(QueryError, match="At most 60"):
        Query.model_validate({"touchpoints": [{"id": f"a{n}", "events": ["x"]} for n in range(61)]})

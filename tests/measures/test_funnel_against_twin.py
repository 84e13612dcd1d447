"""Funnels of every kind equal those found by brute force, attempt by attempt and figure by figure."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from parcours.measures.funnel import Query
from parcours.measures.funnel_attempts import attempts, attempts_by_value
from parcours.measures.scope import bounds_us
from parcours.timelines.partition import Partition
from parcours.values import Duration
from twins import funnel as twin
from twins.events import Event
from twins.logs import CONDITIONS, NAMES, ORIGIN_US, UNIT_US, Log
from twins.partitions import partition_of


PATIENT = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
FIRST = date(2026, 3, 28)
STEP_NAMES = (*NAMES[:3], "*")
_instants = st.tuples(st.integers(0, 7), st.sampled_from([0, 0, 0, 0, 0, -1, 1])).map(
    lambda step: ORIGIN_US + step[0] * UNIT_US + step[1]
)
_held = st.fixed_dictionaries(
    {}, optional={"channel": st.sampled_from(["email", "ads", ""]), "plan": st.sampled_from([5, "5", "Pro"])}
)
_rows = st.tuples(
    st.sampled_from(["ann", "ann", "bob"]), _instants, st.sampled_from([*NAMES[:3], *NAMES]), _held
)


def _log(rows: list[tuple[str, int, str, dict[str, Any]]], last: int, countries: list[str]) -> Log:
    events = tuple(Event(*row, f"{place:03d}") for place, row in enumerate(rows))
    profiles = {name: {"country": country} for name, country in zip(("ann", "bob"), countries, strict=True)}
    return Log(events, ORIGIN_US + last * UNIT_US, profiles)


LOGS = st.builds(
    _log,
    st.lists(_rows, min_size=1, max_size=9),
    st.sampled_from([2, 4, 8, 8, 8, 20]),
    st.lists(st.sampled_from(["FR", "DE"]), min_size=2, max_size=2),
)
_durations = st.integers(1, 6).map(lambda steps: str(Duration(steps * UNIT_US)))
_steps = st.tuples(
    st.sampled_from([*NAMES[:3], *NAMES[:3], "*"]),
    st.none() | st.none() | CONDITIONS,
    st.none() | st.none() | st.sampled_from(["ever", "matching"]),
    st.none() | st.none() | _durations,
    st.sampled_from([False, False, True]),
).map(
    lambda parts: {
        key: value
        for key, value in zip(("event", "where", "first_time", "within", "optional"), parts, strict=True)
        if value
    }
)
_PLAIN_STEPS = st.sampled_from([{"event": name} for name in NAMES[:3]])


@st.composite
def queries(draw: st.DrawFn, **fixed: Any) -> Query:
    """Any funnel that makes sense."""
    asked: dict[str, Any] = {
        "order": draw(st.sampled_from(["ordered", "ordered", "strict", "unordered"])),
        "window": draw(_durations),
        "entry": draw(st.sampled_from(["best", "best", "first"])),
        "count": draw(st.sampled_from(["units", "units", "totals"])),
        "hold": draw(st.sampled_from([(), (), (), ("channel",), ("channel", "plan")])),
        "start": FIRST + timedelta(days=draw(st.sampled_from([0, 0, 0, 1]))),
        "end": FIRST + timedelta(days=draw(st.sampled_from([1, 2, 5, 5]))),
        "zone": draw(st.sampled_from(["UTC", "Europe/Paris", "Pacific/Auckland"])),
        "unit": "day",
        "where": draw(st.none() | st.none() | st.none() | CONDITIONS),
    } | fixed  # fmt: skip
    steps = draw(st.lists(draw(st.sampled_from([_steps, _PLAIN_STEPS])), min_size=1, max_size=4))
    for number, step in enumerate(steps):
        if number == 0 or asked["order"] != "ordered":
            step = {key: value for key, value in step.items() if key != "optional"}
        if number == 0 or asked["order"] == "unordered":
            step = {key: value for key, value in step.items() if key != "within"}
        steps[number] = step
    asked["steps"] = steps
    required = [number for number, step in enumerate(steps, 1) if not step.get("optional")]
    if len(required) > 1 and len(steps) > 1 and draw(st.booleans()):
        names = draw(st.lists(st.sampled_from(NAMES), min_size=1, max_size=2))
        asked["exclude"] = [_exclusion(draw, name, asked["order"], required, len(steps)) for name in names]
    return Query.model_validate(asked)


def _exclusion(draw: st.DrawFn, name: str, order: str, required: list[int], last: int) -> dict[str, Any]:
    if order == "unordered":
        return {"event": name, "after": 1, "before": last}
    pairs = [(after, before) for after in required for before in required if after < before]
    after, before = draw(st.sampled_from(pairs))
    return {"event": name, "after": after, "before": before}


def fast(part: Partition, events: list[Event], query: Query, *, periods: bool) -> list[twin.Attempt]:
    seen, found = attempts(part, query, periods=periods)
    rows = [events[row] for row in seen.rows]
    return [
        twin.Attempt(
            part.customers[int(found.unit[number])].as_py(),
            int(found.reach[number]),
            bool(found.void[number]),
            bool(found.open_[number]),
            tuple(rows[row] if row >= 0 else None for row in found.rows[number].tolist()),
        )
        for number in range(len(found))
    ]


def in_order(log: Log) -> list[Event]:
    return sorted(log.events, key=lambda one: (one.customer, one.timestamp_us, one.event_id))


@settings(PATIENT, max_examples=1000)
@given(LOGS, queries(), st.booleans())
def test_attempts_are_those_found_by_brute_force(log: Log, query: Query, periods: bool) -> None:
    query = query.model_copy(update={"as_of_us": log.as_of_us})
    periods = periods and query.count == "units"
    slow = twin.attempts(log.events, query, *bounds_us(query), log.profiles, periods=periods)
    found = fast(partition_of(log.events, log.profiles), in_order(log), query, periods=periods)
    assert found == slow

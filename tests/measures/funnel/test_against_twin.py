"""Funnels of every kind equal those found by brute force, attempt by attempt and figure by figure."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date, timedelta
from functools import reduce
from statistics import mean, median
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from parcours.measures.funnel import MEASURE, FunnelResult, Query, Step
from parcours.measures.funnel.attempts import attempts
from parcours.measures.funnel.result import NOTHING_NAME
from parcours.measures.scope import bounds_us, view
from parcours.timelines.partition import Partition
from parcours.values import DAY_US, SECOND_US, Duration
from twins import funnel as twin
from twins.events import Event
from twins.growth import period_of
from twins.logs import CONDITIONS, NAMES, ORIGIN_US, UNIT_US, Log
from twins.matching import holds
from twins.partitions import partition_of

FOREVER = Duration(100_000 * DAY_US)
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
def queries(draw: st.DrawFn, /, **fixed: Any) -> Query:
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
    drawn = draw(st.lists(draw(st.sampled_from([_steps, _PLAIN_STEPS])), min_size=1, max_size=4))
    senseless = {
        "optional": lambda number: number == 0 or asked["order"] != "ordered",
        "within": lambda number: number == 0 or asked["order"] == "unordered",
    }
    steps = [
        {key: value for key, value in step.items() if key not in senseless or not senseless[key](number)}
        for number, step in enumerate(drawn)
    ]
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
    spans, found = attempts(part, query, periods=periods)
    rows = events if spans.partition is part else [events[row] for row in view(part, query).rows]
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


@settings(PATIENT, max_examples=500)
@given(LOGS, queries(order="ordered", count="units", hold=()), st.booleans())
def test_the_one_pass_finds_what_the_search_finds(log: Log, query: Query, first: bool) -> None:
    """Plain funnels take another kernel; a window of its own that never ends asks for the general one."""
    names = dict.fromkeys(step.event for step in query.steps if not step.any_event)
    assume(names)
    changed = {"exclude": (), "entry": "first" if first else "best", "as_of_us": log.as_of_us}
    plain = query.model_copy(update={"steps": tuple(Step(event=name) for name in names), **changed})
    later = [Step(event=step.event, within=FOREVER) for step in plain.steps[1:]]
    general = plain.model_copy(update={"steps": (plain.steps[0], *later)})
    part, events = partition_of(log.events, log.profiles), in_order(log)
    found = fast(part, events, plain, periods=False)
    assert found == fast(part, events, general, periods=False)
    assert found == twin.attempts(log.events, plain, *bounds_us(plain), log.profiles)


def parts_of(log: Log) -> list[Partition]:
    """A partition for each customer."""
    return [
        partition_of([event for event in log.events if event.customer == customer], log.profiles)
        for customer in ("ann", "bob")
    ]


def ask(log: Log, query: Query) -> FunnelResult:
    return MEASURE.finish(reduce(MEASURE.merge, [MEASURE.map(part, query) for part in parts_of(log)]), query)


@settings(PATIENT, max_examples=400)
@given(LOGS, queries())
def test_figures_are_counted_from_these_attempts(log: Log, query: Query) -> None:
    query = query.model_copy(update={"as_of_us": log.as_of_us})
    result = ask(log, query)
    every = twin.attempts(log.events, query, *bounds_us(query), log.profiles)
    clean = [one for one in every if not one.void]
    full = max(number for number, step in enumerate(query.steps, 1) if not step.optional)
    assert result.excluded == len(every) - len(clean)
    for number, figures in enumerate(result.total.steps, 1):
        here = [one for one in clean if one.events[number - 1] is not None]
        stuck = [one for one in clean if one.reach == number and number < full]
        assert figures.reached == len(here)
        assert figures.censored == sum(one.open_ for one in stuck)
        assert figures.dropped == sum(not one.open_ for one in stuck)
        before = max((one for one in range(number - 1) if not query.steps[one].optional), default=None)
        if before is not None and here:
            took = sorted(seconds(one, before, number - 1) for one in here)
            assert figures.mean_seconds == pytest.approx(mean(took))
            assert figures.median_seconds == pytest.approx(median(took))
            assert figures.p90_seconds == pytest.approx(np.quantile(took, 0.9))
        else:
            assert (figures.mean_seconds, figures.median_seconds, figures.p90_seconds) == (None, None, None)
    converted = [one for one in clean if one.reach == full]
    assert result.time_to_convert.counts.sum() == len(converted)
    for low, high, counted in zip(
        result.time_to_convert.edges_us[:-1], result.time_to_convert.edges_us[1:], result.time_to_convert.counts,
        strict=True,
    ):  # fmt: skip
        assert counted == sum(low <= seconds(one, 0, full - 1) * SECOND_US < high for one in converted)
    instead = {
        (row["step"], row["event"]): row["count"] for row in result.to_arrow("did_instead").to_pylist()
    }
    assert instead == Counter(
        (one.reach, twin.next_event(one, seen_of(log, query, one.unit)) or NOTHING_NAME)
        for one in clean
        if one.reach < full
    )


@settings(PATIENT, max_examples=300)
@given(LOGS, queries())
def test_over_time_is_counted_by_the_local_day_of_the_first_step(log: Log, query: Query) -> None:
    query = query.model_copy(update={"as_of_us": log.as_of_us})
    periods = query.count == "units"
    every = twin.attempts(log.events, query, *bounds_us(query), log.profiles, periods=periods)
    slow: Counter[tuple[date, int]] = Counter()
    open_: Counter[date] = Counter()
    for one in every:
        first = one.events[0]
        assert first is not None
        day = period_of(first.timestamp_us, query.zone, "day")
        if not one.void:
            slow.update((day, number) for number, event in enumerate(one.events, 1) if event is not None)
            open_[day] += one.open_
    rows = ask(log, query).to_arrow("over_time").to_pylist()
    assert {(row["period_start"], row["step"]): row["reached"] for row in rows if row["reached"]} == slow
    assert {row["period_start"]: row["censored"] for row in rows if row["censored"]} == +open_


@settings(PATIENT, max_examples=400)
@given(
    LOGS,
    queries(hold=()),
    st.sampled_from(["channel", "plan", "profile.country"]),
    st.sampled_from(["first_touch", "last_touch", "step 1", "step 2", "all_events"]),
)
def test_groups_are_those_of_the_values_on_the_steps(
    log: Log, query: Query, by: str, attribution: str
) -> None:
    assume(attribution != "step 2" or (len(query.steps) > 1 and query.order != "unordered"))
    query = query.model_copy(update={"as_of_us": log.as_of_us, "by": by, "attribution": attribution})
    bounds = bounds_us(query)
    slow: dict[str, list[twin.Attempt]] = defaultdict(list)
    if attribution == "all_events" and not by.startswith("profile."):
        slow |= twin.attempts_by_value(log.events, query, *bounds, by, log.profiles)
    else:
        for one in twin.attempts(log.events, query, *bounds, log.profiles):
            label = label_of(one, by, attribution, log.profiles)
            if label is not None:
                slow[label].append(one)
    counts = {label: twin.counted(found) for label, found in slow.items()}
    result = ask(log, query)
    assert {
        group.name: {number: step.reached for number, step in enumerate(group.steps, 1) if step.reached}
        for group in result.groups
    } == {label: dict(found) for label, found in counts.items() if found}
    part = partition_of(log.events, log.profiles)
    for label, found in slow.items():
        opened = MEASURE.members(part, query, {"group": label})
        units = {one.unit for one in found if not one.void}
        assert {part.customers[int(place)].as_py() for place in opened} == units


def label_of(one: twin.Attempt, by: str, attribution: str, profiles: dict[str, dict[str, str]]) -> str | None:
    """The value an attempt counts under; None: under none."""
    if attribution == "step 2" and one.events[1] is None:
        return None
    if by.startswith("profile."):
        return profiles[one.unit]["country"]
    filled = [event for event in one.events if event is not None]
    if attribution.startswith("step"):
        event = one.events[int(attribution[-1]) - 1]
        return None if event is None else twin.text_of(event, by)
    valued = [event for event in filled if event.properties.get(by) is not None]
    if not valued:
        return ""
    return twin.text_of(valued[0 if attribution == "first_touch" else -1], by)


@settings(PATIENT, max_examples=200)
@given(LOGS, queries())
def test_every_cell_opens_to_its_units(log: Log, query: Query) -> None:
    query = query.model_copy(update={"as_of_us": log.as_of_us})
    part = partition_of(log.events, log.profiles)
    every = twin.attempts(log.events, query, *bounds_us(query), log.profiles)
    full = max(number for number, step in enumerate(query.steps, 1) if not step.optional)

    def opened(**cell: str) -> set[str]:
        return {part.customers[int(place)].as_py() for place in MEASURE.members(part, query, cell)}

    assert opened(state="excluded") == {one.unit for one in every if one.void}
    clean = [one for one in every if not one.void]
    assert opened(state="converted") == {one.unit for one in clean if one.reach == full}
    for number in range(1, len(query.steps) + 1):
        here = {one.unit for one in clean if one.events[number - 1] is not None}
        assert opened(step=str(number)) == here
        stuck = [one for one in clean if one.reach == number and number < full]
        assert opened(step=str(number), state="censored") == {one.unit for one in stuck if one.open_}
        assert opened(step=str(number), state="dropped") == {one.unit for one in stuck if not one.open_}
        for event in (*NAMES, NOTHING_NAME):
            assert opened(step=str(number), event=event) == {
                one.unit
                for one in stuck
                if (twin.next_event(one, seen_of(log, query, one.unit)) or NOTHING_NAME) == event
            }


def seconds(one: twin.Attempt, begin: int, end: int) -> float:
    first, last = one.events[begin], one.events[end]
    assert first is not None
    assert last is not None
    return (last.timestamp_us - first.timestamp_us) / SECOND_US


def seen_of(log: Log, query: Query, unit: str) -> list[Event]:
    low, high = bounds_us(query)
    return [
        event
        for event in log.events
        if event.customer == unit
        and low <= event.timestamp_us < high
        and (query.where is None or holds(query.where, event, log.profiles[unit]))
    ]

"""Outcomes of stays equal those worked out slowly: shares in exact fractions, skips, next events, cells."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from functools import reduce
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.lifecycle.rules import LifecycleRules
from parcours.measures.lifecycle import Lifecycle, LifecycleResult, Query
from parcours.values import DAY_US, Duration, instant_us
from twins.events import Event
from twins.lifecycle import Interval, intervals, next_after_lapse
from twins.logs import CUSTOMERS, DURATIONS, Log, lifecycles, logs
from twins.partitions import partition_of
from twins.stage_flows import durations

MEASURE = Lifecycle()
FIRST = date(2026, 3, 27)
RANGES = st.tuples(st.integers(0, 4), st.integers(0, 8))
Ends = list[tuple[int, str | None]]


def ask(log: Log, query: Query) -> LifecycleResult:
    parts = [
        partition_of([event for event in log.events if event.customer == customer], log.profiles)
        for customer in CUSTOMERS
    ]
    return MEASURE.finish(
        reduce(MEASURE.merge, reversed([MEASURE.map(part, query) for part in parts])), query
    )


def question(
    log: Log, rules: LifecycleRules, days: tuple[int, int], horizon: str
) -> tuple[Query, list[Interval], list[Interval]]:
    """The question, all stays, and those that began in its range."""
    first = FIRST + timedelta(days=days[0])
    last = first + timedelta(days=days[1])
    query = Query(rules=rules, start=first, end=last, horizon=Duration.parse(horizon), as_of_us=log.as_of_us)
    stays = intervals(log.events, rules, as_of_us=log.as_of_us, profiles=log.profiles)
    low_us = (first - date(1970, 1, 1)).days * DAY_US
    high_us = ((last - date(1970, 1, 1)).days + 1) * DAY_US
    return query, stays, [stay for stay in stays if low_us <= stay.entered_at_us < high_us]


def incidence(ends: Ends, way: str, horizon_us: int) -> Fraction | None:
    """The Aalen-Johansen share by its textbook sum; None where it is not known."""
    if not ends:
        return None
    alive, share = Fraction(1), Fraction(0)
    for time in sorted({length for length, how in ends if how is not None}):
        at_risk = sum(length >= time for length, _ in ends)
        left = [how for length, how in ends if length == time and how is not None]
        if time <= horizon_us:
            share += alive * Fraction(left.count(way), at_risk)
        alive *= 1 - Fraction(len(left), at_risk)
    observed = max(length for length, _ in ends)
    return share if alive == 0 or horizon_us <= observed else None


@settings(deadline=None, max_examples=250)
@given(logs(least_events=5, most_events=30), lifecycles(), RANGES, DURATIONS)
def test_outcomes_are_those_of_the_twin(
    log: Log, rules: LifecycleRules, days: tuple[int, int], horizon: str
) -> None:
    query, stays, begun = question(log, rules, days, horizon)
    result = ask(log, query)
    following = next_after_lapse(begun)
    for stage, stage_id in enumerate(rules.ids):
        outcome = result.of(stage_id)
        ends = durations(begun, stage, log.as_of_us)
        assert outcome.stays == len(ends)
        assert outcome.unfinished == sum(how is None for _, how in ends)
        for found, way in ((outcome.advance, "advanced"), (outcome.lapse, "lapsed")):
            share = incidence(ends, way, query.horizon.us)
            assert (None if found.estimate is None else found.estimate.value) == (
                None if share is None else pytest.approx(float(share), abs=1e-12)
            )
            assert found.ended == sum(how == way and length <= query.horizon.us for length, how in ends)
        skips = Counter(
            rules.ids[after.stage_index]
            for stay, after in pairwise(stays)
            if stay in begun and stay.stage_index == stage and stay.how_left == "advanced"
        )
        assert dict(outcome.advanced_to) == skips
        expected = {event or "": count for event, count in following.get(stage, {}).items()}
        assert dict(outcome.next_after_lapse) == expected


@settings(deadline=None, max_examples=100)
@given(logs(least_events=5, most_events=30), lifecycles(), RANGES)
def test_every_cell_opens_to_its_customers(log: Log, rules: LifecycleRules, days: tuple[int, int]) -> None:
    query, _, begun = question(log, rules, days, "1d")
    partition = partition_of(log.events, log.profiles)
    ways = {"advanced": "advanced", "lapsed": "lapsed", "unfinished": None}
    for stage, stage_id in enumerate(rules.ids):
        for ending, how in ways.items():
            found = MEASURE.members(partition, query, {"stage": stage_id, "ending": ending}).tolist()
            expected = {stay.customer for stay in begun if stay.stage_index == stage and stay.how_left == how}
            assert sorted(partition.customers[place].as_py() for place in found) == sorted(expected)


@settings(deadline=None, max_examples=100)
@given(
    logs(least_events=5, most_events=30),
    lifecycles(),
    RANGES,
    st.sampled_from(["channel", "plan", "profile.country"]),
)
def test_groups_make_up_the_whole(log: Log, rules: LifecycleRules, days: tuple[int, int], by: str) -> None:
    query, _, _ = question(log, rules, days, "1d")
    whole, split = ask(log, query), ask(log, query.model_copy(update={"by": by, "top": 200}))
    for stage_id in rules.ids:
        groups = [outcome for outcome in split.outcomes if outcome.stage == stage_id]
        outcome = whole.of(stage_id)
        assert sum(group.stays for group in groups) == outcome.stays
        assert sum(group.unfinished for group in groups) == outcome.unfinished
        assert sum((Counter(dict(group.advanced_to)) for group in groups), Counter()) == dict(
            outcome.advanced_to
        )
        assert sum((Counter(dict(group.next_after_lapse)) for group in groups), Counter()) == dict(
            outcome.next_after_lapse
        )


def test_a_month_of_lookers_by_hand() -> None:
    """Of three who looked on 1 March two bought (day 3 and day 10) and one lapsed (day 30).

    Zoë looked on 20 March and was seen for 15 days. Within 30 days: bought 1/4 + 3/4 · 1/3 = 1/2, as nobody is cut off
    before day 10; lapsed 1/2 · 1/1 = 1/2: at day 30 only the one who lapses is still at risk.
    """
    rules = LifecycleRules.model_validate(
        {
            "stages": [
                {"id": "look", "enter": "browse", "lapse": {"after": "30d"}},
                {"id": "buy", "enter": "order"},
            ]
        }
    )
    begin = instant_us(datetime(2026, 3, 1, tzinfo=UTC))
    seen = [
        ("ann", 0, "browse"),
        ("ann", 3, "order"),
        ("bob", 0, "browse"),
        ("bob", 10, "order"),
        ("cyd", 0, "browse"),
    ]
    log = Log(
        tuple(
            Event(customer, begin + day * DAY_US, name, {}, str(place))
            for place, (customer, day, name) in enumerate([*seen, ("Zoë", 19, "browse")])
        ),
        as_of_us=begin + 34 * DAY_US,
    )
    query = Query(
        rules=rules,
        start=date(2026, 3, 1),
        end=date(2026, 3, 31),
        horizon=Duration(30 * DAY_US),
        as_of_us=log.as_of_us,
    )
    partition = partition_of(log.events)
    look = MEASURE.finish(MEASURE.map(partition, query), query).of("look")
    assert (look.stays, look.unfinished) == (4, 1)
    assert look.advance.estimate is not None
    assert look.lapse.estimate is not None
    assert look.advance.estimate.value == pytest.approx(0.5)
    assert look.lapse.estimate.value == pytest.approx(0.5)
    assert look.median_advance_us == 10 * DAY_US
    assert look.median_stay_us == 10 * DAY_US
    assert look.advanced_to == (("buy", 2),)
    assert look.next_after_lapse == (("", 1),)

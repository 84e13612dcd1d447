"""What a partition keeps of a question serves every end of the data, in whatever order these are asked for."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.lifecycle.intervals import OPEN, STILL_THERE, stays, wakes_us
from parcours.lifecycle.rules import LifecycleRules
from parcours.measures.contract import measures
from parcours.measures.following import FollowedMeasure
from parcours.timelines.matchers import Selector, Where
from parcours.values import DAY_US
from twins.logs import Log, lifecycles, logs
from twins.partitions import partition_of

FIRST = date(2026, 3, 28)
RANGES = st.tuples(st.integers(-3, 4), st.integers(0, 6), st.sampled_from(["day", "day", "week", "month"]))
ENDS = st.lists(st.integers(-4 * DAY_US, 4 * DAY_US), min_size=2, max_size=5)
FILTERS: list[dict[str, Any]] = [
    {},
    {"events": (Selector(event=("buy",)),)},
    {"where": Where.model_validate({"channel": {"is_set": True}})},
]


@settings(max_examples=100)
@given(logs(least_events=3, most_events=30), lifecycles(), RANGES, ENDS, st.sampled_from(FILTERS))
def test_other_ends_of_the_data_are_counted_as_if_nothing_were_kept(
    log: Log, rules: LifecycleRules, days: tuple[int, int, Any], ends: list[int], given_: dict[str, Any]
) -> None:
    start = FIRST + timedelta(days=days[0])
    asked = {"start": start, "end": start + timedelta(days=days[1]), "unit": days[2]}
    kept = partition_of(log.events, log.profiles)
    for end in ends:
        for name, more in (("stages", {"rules": rules}), ("growth", given_)):
            measure = measures()[name]
            query = measure.question.model_validate(asked | more | {"as_of_us": log.as_of_us + end})
            found = measure.map(kept, query)
            fresh = measure.map(partition_of(log.events, log.profiles), query)
            assert {key: array.tolist() for key, array in found.items()} == {
                key: array.tolist() for key, array in fresh.items()
            }


@settings(max_examples=100)
@given(logs(least_events=3, most_events=30), lifecycles(), ENDS)
def test_stays_at_an_instant_are_those_of_the_events_up_to_then(
    log: Log, rules: LifecycleRules, ends: list[int]
) -> None:
    kept = partition_of(log.events, log.profiles)
    for end in ends:
        as_of = log.as_of_us + end
        known = partition_of([one for one in log.events if one.timestamp_us <= as_of], log.profiles)
        one, other = stays(kept, rules, as_of), stays(known, rules, as_of)
        assert kept.customers.take(one.customer).equals(known.customers.take(other.customer))
        for field in ("stage", "entered_us", "left_us", "entry", "exit"):
            assert getattr(one, field).tolist() == getattr(other, field).tolist()
        assert (one.left_us[one.exit == OPEN] == STILL_THERE).all()
        assert (one.next_row < 0).tolist() == (other.next_row < 0).tolist()


@settings(max_examples=100)
@given(logs(least_events=3, most_events=30), lifecycles(), ENDS)
def test_nothing_changes_before_a_customer_wakes(log: Log, rules: LifecycleRules, ends: list[int]) -> None:
    part = partition_of(log.events, log.profiles)
    before, after = sorted(log.as_of_us + end for end in ends)[:2]
    asleep = wakes_us(part, rules, before) > after
    one, other = (stays(part, rules, instant).of(asleep) for instant in (before, after))
    assert np.array_equal(one.left_us, other.left_us)
    assert np.array_equal(one.entered_us, other.entered_us)


@pytest.mark.parametrize("name", ["growth", "stages"])
def test_a_partition_without_events_counts_nothing(name: str) -> None:
    measure = measures()[name]
    rules = LifecycleRules.model_validate({"stages": [{"id": "a", "enter": "x", "lapse": {"after": "1d"}}]})
    more = {"rules": rules} if name == "stages" else {}
    query = measure.question.model_validate({"start": FIRST, "end": FIRST, "as_of_us": 2**51} | more)
    part = partition_of([])
    assert not any(array.any() for key, array in measure.map(part, query).items() if key != "labels")
    assert isinstance(measure, FollowedMeasure)
    assert len(measure.wakes_us(part, query)) == 0

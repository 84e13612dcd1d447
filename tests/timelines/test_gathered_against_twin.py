"""Timelines put together from several partitions - by joined ids, by another unit - walk as the slow twin does."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.events.identity import Identity
from parcours.events.schema import bucket_of
from parcours.lifecycle.rules import LifecycleRules
from parcours.timelines.joined import join
from parcours.timelines.partition import Column, Partition
from parcours.timelines.units import regroup
from twins.events import Event
from twins.fast import fast_intervals
from twins.lifecycle import Interval, intervals
from twins.logs import CUSTOMERS, Log, lifecycles, logs
from twins.matching import as_text
from twins.partitions import partition_of

BUCKETS = 3
LOGS = logs(least_events=5, most_events=30)


def parts_of(log: Log) -> list[Partition]:
    return [
        partition_of([one for one in log.events if bucket_of(one.customer, BUCKETS) == bucket], log.profiles)
        for bucket in range(BUCKETS)
    ]


def walked(parts: list[Partition], rules: LifecycleRules, as_of_us: int) -> list[Interval]:
    found = [stay for part in parts for stay in fast_intervals(part, rules, as_of_us)]
    return sorted(found, key=lambda stay: stay.customer)  # stable: a customer's stays keep their order


def known_as(event: Event, person: str) -> Event:
    return replace(event, customer=person)


@settings(max_examples=120)
@given(LOGS, lifecycles(), st.sampled_from(["plan", "channel", "campaign"]))
def test_another_unit_walks_as_if_its_values_were_customers(
    log: Log, rules: LifecycleRules, unit: str
) -> None:
    """Events without the unit are dropped and counted; profiles are the customers', so no unit has any."""
    regrouped = regroup(parts_of(log), unit)
    texts = [as_text(event.properties.get(unit, "")) for event in log.events]
    dealt = [known_as(event, text) for event, text in zip(log.events, texts, strict=True) if text]
    assert regrouped.dropped_events == len(log.events) - len(dealt)
    expected = intervals(dealt, rules, as_of_us=log.as_of_us)
    assert walked(list(regrouped.partitions), rules, log.as_of_us) == expected


@settings(max_examples=120)
@given(LOGS, lifecycles(), st.sets(st.sampled_from(CUSTOMERS), min_size=2))
def test_joined_ids_walk_as_one_customer(log: Log, rules: LifecycleRules, same: set[str]) -> None:
    person = min(same, key=str.encode)
    canonical = {key: person for key in same if key != person}
    profiles = {key: log.profiles[key] for key in CUSTOMERS}

    def trait(name: str, persons: pa.Array) -> Column:
        return _column([profiles.get(key, {}).get(name) for key in persons.to_pylist()])

    joined = join(parts_of(log), Identity((), (), canonical), trait, {})
    events = [known_as(event, canonical.get(event.customer, event.customer)) for event in log.events]
    expected = intervals(events, rules, as_of_us=log.as_of_us, profiles=profiles)
    assert walked(joined, rules, log.as_of_us) == expected
    assert sum(part.event_count for part in joined) == len(log.events)


def _column(texts: list[Any]) -> Column:
    values = sorted({text for text in texts if text is not None})
    return Column(
        np.array([-1 if text is None else values.index(text) for text in texts], np.int32), tuple(values)
    )

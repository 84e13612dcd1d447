"""Timelines of accounts, devices, any property: whole units in time order, nothing lost, nothing from nowhere."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made_logs import append, made_timelines, row
from made_shop import held_traits, shop
from parcours.timelines.timelines import Timelines
from parcours.timelines.units import Regrouped, regroup

NOON = 1_800_000_000_000_000


@pytest.fixture(scope="module")
def timelines(tmp_path_factory: pytest.TempPathFactory) -> Timelines:
    return made_timelines(tmp_path_factory.mktemp("units"), shop(), profiles=held_traits())


def told(regrouped: Regrouped) -> dict[str, list[tuple[int, str, str]]]:
    """Each unit's events: time, id, name."""
    found = {}
    for part in regrouped.partitions:
        ids = part.event_ids(np.arange(part.event_count))
        for place, unit in enumerate(part.customers.to_pylist()):
            rows = range(int(part.offsets[place]), int(part.offsets[place + 1]))
            found[unit] = [(int(part.timestamps[at]), ids[at], part.names[part.events[at]]) for at in rows]
    return found


def expected(rows: list[Any], unit: Any) -> dict[str, list[tuple[int, str, str]]]:
    found: dict[str, list[tuple[int, str, str]]] = {}
    for one in rows:
        if value := unit(one):
            found.setdefault(value, []).append((one["timestamp"], one["event_id"], one["event"]))
    return {value: sorted(theirs, key=lambda event: event[:2]) for value, theirs in found.items()}


def test_a_column_s_units_have_all_their_events_in_order(timelines: Timelines) -> None:
    regrouped = regroup(timelines.partitions(), "channel")
    wanted = expected(shop(), lambda one: one["channel"])
    assert told(regrouped) == wanted
    assert regrouped.dropped_events == len(shop()) - sum(map(len, wanted.values()))


def test_a_trait_s_units_are_those_of_the_customers(timelines: Timelines) -> None:
    country = {customer: held["country"] for customer, held in held_traits().items()}
    assert told(regroup(timelines.partitions(), "profile.country")) == expected(
        shop(), lambda one: country.get(one["customer"])
    )


def test_columns_values_and_properties_follow_their_rows(timelines: Timelines) -> None:
    by_id = {one["event_id"]: one for one in shop()}
    for part in regroup(timelines.partitions(), "plan").partitions:
        ids = part.event_ids(np.arange(part.event_count))
        channel, held = part.column("channel"), part.properties(list(range(part.event_count)))
        values = part.value_minor()
        for place, event_id in enumerate(ids):
            one = by_id[event_id]
            assert channel.text(place) == one["channel"]
            assert held[place] == one["properties"]
            assert (values[place] == one["value_minor"]) if one["value_minor"] else values[place] < 0


def test_two_customers_events_of_one_id_are_two(tmp_path: Path) -> None:
    """Ids are unique to a customer; an account that both belong to has two events."""
    rows = [row(customer, NOON, "visit", "same", channel="web") for customer in ("ann", "bob")]
    timelines = made_timelines(tmp_path, rows)
    assert [len(theirs) for theirs in told(regroup(timelines.partitions(), "channel")).values()] == [2]


def test_joined_ids_are_regrouped_as_one_person(tmp_path: Path) -> None:
    rows = [
        row("ann", NOON, "visit", "b", channel="web"),
        row("anonymous:v", NOON, "visit", "a", channel="web"),
        row("ann", NOON + 1, "identity_joined", "j", anonymous_id="v", channel="web"),
    ]
    timelines = made_timelines(tmp_path, rows, profiles={"ann": {"country": "FR"}})
    assert told(regroup(timelines.partitions(), "channel")) == {
        "web": [(NOON, "a", "visit"), (NOON, "b", "visit")]
    }
    assert told(regroup(timelines.partitions(), "profile.country")) == {
        "FR": [(NOON, "a", "visit"), (NOON, "b", "visit")]
    }


def test_a_new_event_names_other_partitions(tmp_path: Path) -> None:
    timelines = made_timelines(tmp_path, [row("ann", NOON, "visit", channel="web")])
    before = regroup(timelines.partitions(), "channel").partitions[0].fingerprint
    assert regroup(timelines.partitions(), "channel").partitions[0].fingerprint == before
    assert regroup(timelines.partitions(), "campaign").partitions[0].fingerprint != before
    append(timelines.log, [row("ann", NOON + 1, "visit", channel="web")], "more")
    timelines.refresh()
    assert regroup(timelines.partitions(), "channel").partitions[0].fingerprint != before


def test_nobody_has_the_unit(timelines: Timelines) -> None:
    regrouped = regroup(timelines.partitions(), "no such property")
    assert regrouped.dropped_events == len(shop())
    assert told(regrouped) == {}
    assert len(regrouped.partitions) == len(timelines.partitions())

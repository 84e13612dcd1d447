"""Links, visits and their times equal those of the twin, whatever parts the customers are split into."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.measures.flow.item_query import FlowQuery
from parcours.measures.flow.link_times import add_times, bracket, no_times, times_by_link
from parcours.measures.transitions import MEASURE, Query, TransitionsResult
from parcours.timelines.partition import Partition
from parcours.values import SECOND_US
from twins import paths as twin
from twins.asking import ask, settle
from twins.logs import CONDITIONS, CUSTOMERS, NAMES, SELECTORS, Log, logs
from twins.partitions import partition_of

FIRST = date(2026, 3, 28)
IDLE = ["6h", "6h", "12h", "1d", "1s"]
WHOLE: dict[str, Any] = {}
ITEMS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        WHOLE, WHOLE, WHOLE,
        {"item": "channel"}, {"item": "plan"},
        {"groups": {"act": ["buy", "rate"]}}, {"groups": {"b": ["b*"], "rest": ["*"]}},
        {"exclude": ["mail"]}, {"exclude": ["b*", "act"], "groups": {"act": ["mail"]}},
        {"item": "channel", "exclude": [""], "groups": {"own": ["email", "Shop"]}},
        {"items": [{"name": "large", "event": "*", "where": {"value": {"gte": 10}}}, {"event": ["buy", "mail"]}]},
        {"items": ["buy", "mail"], "groups": {"all": ["*"]}},
    ]
)  # fmt: skip
ANCHORS: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [
        WHOLE, WHOLE, WHOLE, {"start_at": "browse"}, {"end_at": "buy"}, {"start_at": "browse", "end_at": "buy"},
        {"start_at": "mail", "end_at": "mail"}, {"start_at": "nowhere"},
    ]
)  # fmt: skip
SHOWN: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.integers(1, 4).map(lambda top: {"top": top}), st.just({"only": ["buy", "never"]})
)


@st.composite
def asked(draw: st.DrawFn) -> dict[str, Any]:
    """The shared part of a question about items in sessions."""
    items, ends = draw(ITEMS), draw(ANCHORS)
    found = {
        "start": FIRST + timedelta(days=draw(st.sampled_from([-1, 0, 1]))),
        "end": FIRST + timedelta(days=draw(st.integers(1, 6))),
        "zone": draw(st.sampled_from(["UTC", "Europe/Paris", "Pacific/Auckland"])),
        "idle": draw(st.sampled_from(IDLE)),
        "split": draw(st.sampled_from(["sessions", "sessions", "sessions", "timeline"])),
        "collapse": draw(st.booleans()),
        **(draw(SHOWN) if not items else {"top": draw(st.integers(1, 4))}),
        **items,
        **(ends if not items else {}),
    }
    if draw(st.integers(0, 3)) == 0:
        found["where"] = draw(CONDITIONS)
    if draw(st.integers(0, 3)) == 0:
        found["activity"] = draw(st.lists(SELECTORS, min_size=1, max_size=2))
    return found


def parts_of(log: Log) -> list[Partition]:
    """A partition for each customer."""
    return [
        partition_of([event for event in log.events if event.customer == customer], log.profiles)
        for customer in CUSTOMERS
    ]


def opened(partition: Partition, query: Query, cell: Mapping[str, str]) -> set[str]:
    found = MEASURE.members(partition, query, cell).tolist()
    assert len(found) == len(set(found))
    return {partition.customers[place].as_py() for place in found}


def middle(times: list[int]) -> float:
    ordered = sorted(times)
    return (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2


@settings(max_examples=150)
@given(logs(least_events=6, most_events=30), asked())
def test_links_and_visits_are_those_of_the_twin(log: Log, given_: dict[str, Any]) -> None:
    query = Query.model_validate(given_ | {"as_of_us": log.as_of_us})
    read = twin.read(log.events, query, log.profiles)
    links, visits = twin.transitions(read)
    result = ask(MEASURE, parts_of(log), query)
    assert result.items == (*read.shown, twin.OTHER)
    rows = {(row["source"], row["target"]): row for row in result.to_arrow().to_pylist()}
    found = {link: (row["times"], row["sessions"], row["units"]) for link, row in rows.items()}
    assert found == {link: cell.figures for link, cell in links.items()}
    for link, cell in links.items():
        check_times(rows[link], cell.elapsed_us)
    for row in result.to_arrow("items").to_pylist():
        assert (row["visits"], row["sessions"], row["units"]) == visits[row["item"]].figures
        assert row["starts"] == links[twin.START, row["item"]].figures[0]
        assert row["exits"] == links[row["item"], twin.EXIT].figures[0]
    totals = [read.sessions, len(read.paths), read.without_items, read.without_path, read.customers]
    assert [*result.totals] == [*totals, len({path.customer for path in read.paths})]


def check_times(row: Mapping[str, Any], elapsed_us: list[int]) -> None:
    if not elapsed_us:
        assert row["mean_seconds"] is None
        assert row["median_seconds"] is None
        return
    assert row["mean_seconds"] == sum(elapsed_us) / len(elapsed_us) / SECOND_US
    exact = middle(elapsed_us) / SECOND_US
    assert row["median_low_seconds"] <= exact <= row["median_high_seconds"]
    assert row["median_low_seconds"] <= row["median_seconds"] <= row["median_high_seconds"]
    assert row["median_high_seconds"] - row["median_low_seconds"] <= exact / 128
    if row["median_low_seconds"] == row["median_high_seconds"]:
        assert row["median_seconds"] == exact


@settings(max_examples=80)
@given(logs(least_events=6, most_events=30), asked())
def test_nothing_vanishes(log: Log, given_: dict[str, Any]) -> None:
    """Each visit has one way in and one way out; what is not shown is (other), and the whole stays the whole."""
    query = Query.model_validate(given_ | {"as_of_us": log.as_of_us})
    result = ask(MEASURE, parts_of(log), query)
    counts = result.links[:, :, 0]
    assert counts[:, :-1].sum(axis=0).tolist() == result.visits[:, 0].tolist()
    assert counts[:-1].sum(axis=1).tolist() == result.visits[:, 0].tolist()
    assert counts[-1].sum() == counts[:, -1].sum() == result.total("paths")
    assert counts[-1, -1] == 0
    assert result.total("sessions") == sum(
        result.total(name) for name in ("paths", "without_items", "without_path")
    )
    everything = ask(MEASURE, parts_of(log), query.model_copy(update={"top": 100, "only": ()}))
    assert everything.visits[:, 0].sum() == result.visits[:, 0].sum()
    assert everything.links[..., 0].sum() == counts.sum()
    assert everything.totals == result.totals


@settings(max_examples=60)
@given(logs(least_events=6, most_events=30), asked())
def test_every_cell_opens_to_its_customers(log: Log, given_: dict[str, Any]) -> None:
    query = Query.model_validate(given_ | {"as_of_us": log.as_of_us})
    links, visits = twin.transitions(twin.read(log.events, query, log.profiles))
    whole = partition_of(log.events, log.profiles)
    settled = settle(MEASURE, [whole], query)
    for (source, target), cell in links.items():
        assert opened(whole, settled, {"source": source, "target": target}) == cell.customers
    for item in (*settled.shown, twin.OTHER):
        assert opened(whole, settled, {"item": item}) == visits[item].customers


@settings(max_examples=40)
@given(logs(least_events=6, most_events=30), asked())
def test_the_parts_do_not_matter(log: Log, given_: dict[str, Any]) -> None:
    query = Query.model_validate(given_ | {"as_of_us": log.as_of_us})
    one: TransitionsResult = ask(MEASURE, [partition_of(log.events, log.profiles)], query)
    many = ask(MEASURE, parts_of(log), query)
    assert all(one.to_arrow(name).equals(many.to_arrow(name)) for name in one.tables())


@given(st.lists(st.integers(0, 2**55), min_size=1, max_size=400), st.integers(0, 5))
def test_medians_lie_between_their_bounds_and_parts_do_not_matter(times: list[int], cuts: int) -> None:
    """Brackets counted in any parts give one table, whose median is within its stated bounds."""
    sums, (_, _, rows) = np.zeros((5, 2), np.int64), no_times(1)
    for part in range(cuts + 1):
        theirs = np.array(times[part :: cuts + 1], dtype=np.int64)
        links = np.full(len(theirs), 3)
        rows = add_times(links, theirs, len(theirs), sums, rows)
    assert rows[:, 0].tolist() == sorted({bracket(3, time) for time in times})
    assert rows[:, 1].sum() == len(times)
    found = times_by_link(rows, sums)[3]
    assert found.mean_seconds == sum(times) / len(times) / SECOND_US
    assert found.median_low_seconds is not None
    assert found.median_high_seconds is not None
    assert found.median_low_seconds <= middle(times) / SECOND_US <= found.median_high_seconds
    assert found.median_high_seconds - found.median_low_seconds <= middle(times) / SECOND_US / 128


@pytest.mark.parametrize("name", NAMES)
def test_a_named_item_is_always_shown(name: str) -> None:
    query = FlowQuery(start_at=name, only=("browse",))
    assert query.shown == (("browse",) if name == "browse" else (name, "browse"))

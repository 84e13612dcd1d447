"""Nodes, links and whole paths equal those of the twin; every step holds all paths; every cell opens."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.measures.flow.item_query import REST
from parcours.measures.paths import MEASURE, PathsResult, Query
from parcours.timelines.partition import Partition
from twins import paths as twin
from twins.asking import ask, settle
from twins.logs import Log, logs
from twins.partitions import partition_of

from ..transitions.test_against_twin import asked, check_times, parts_of

STORIES = st.tuples(logs(least_events=6, most_events=30), asked(), st.integers(1, 5))


def question(log: Log, given_: dict[str, Any], steps: int) -> Query:
    return Query.model_validate(given_ | {"steps": steps, "top_paths": 1000, "as_of_us": log.as_of_us})


def slow(log: Log, query: Query) -> tuple[twin.Read, twin.Flow]:
    read = twin.read(log.events, query, log.profiles)
    return read, twin.flow(read, query.steps, backwards=query.end_at is not None and query.start_at is None)


@settings(max_examples=150)
@given(STORIES)
def test_nodes_links_and_paths_are_those_of_the_twin(story: tuple[Log, dict[str, Any], int]) -> None:
    query = question(*story)
    read, flow = slow(story[0], query)
    result = ask(MEASURE, parts_of(story[0]), query)
    for row in result.to_arrow("steps").to_pylist():
        times, _, customers = flow.nodes[row["step"], row["item"]].figures
        assert (row["paths"], row["units"]) == (times, customers), row
    rows = {(row["step"], row["source"], row["target"]): row for row in result.to_arrow("links").to_pylist()}
    assert {link: (row["paths"], row["units"]) for link, row in rows.items()} == {
        link: (cell.figures[0], cell.figures[2]) for link, cell in flow.links.items()
    }
    for link, cell in flow.links.items():
        check_times(rows[link], cell.elapsed_us)
    assert {row["path"]: (row["paths"], row["units"]) for row in result.to_arrow("paths").to_pylist()} == {
        name: (cell.figures[0], cell.figures[2]) for name, cell in flow.kinds.items()
    }
    totals = [read.sessions, len(read.paths), read.without_items, read.without_path, read.customers]
    assert [*result.totals] == [*totals, len({path.customer for path in read.paths})]


@settings(max_examples=80)
@given(STORIES)
def test_nothing_vanishes(story: tuple[Log, dict[str, Any], int]) -> None:
    """Every step holds every path, every node passes on what it holds, and the list of paths is complete."""
    query = question(*story)
    result = ask(MEASURE, parts_of(story[0]), query)
    paths = result.total("paths")
    at_step: Counter[int] = Counter()
    held: dict[tuple[int, str], int] = {}
    for row in result.to_arrow("steps").to_pylist():
        at_step[row["step"]] += row["paths"]
        held[row["step"], row["item"]] = row["paths"]
    assert set(at_step.values()) == {paths}
    out: Counter[tuple[int, str]] = Counter()
    into: Counter[tuple[int, str]] = Counter()
    for row in result.to_arrow("links").to_pylist():
        out[row["step"], row["source"]] += row["paths"]
        into[row["step"] + 1, row["target"]] += row["paths"]
    first, last = min(at_step), max(at_step)
    for (step, item), count in held.items():
        if item in {twin.START, twin.EXIT}:
            continue
        assert step == last or out[step, item] == count
        assert step == first or into[step, item] == count
    few = ask(MEASURE, parts_of(story[0]), query.model_copy(update={"top_paths": 1}))
    listed = few.to_arrow("paths").to_pylist()
    assert sum(row["paths"] for row in listed) == paths
    assert len(listed) <= 2
    assert all(row["units"] is None for row in listed if row["path"] == REST)


@settings(max_examples=60)
@given(STORIES)
def test_every_cell_opens_to_its_customers(story: tuple[Log, dict[str, Any], int]) -> None:
    log, query = story[0], question(*story)
    _, flow = slow(log, query)
    whole = partition_of(log.events, log.profiles)
    settled = settle(MEASURE, [whole], query)
    for row in ask(MEASURE, [whole], query).to_arrow("steps").to_pylist():
        cell = {"step": str(row["step"]), "item": row["item"]}
        assert opened(whole, settled, cell) == flow.nodes[row["step"], row["item"]].customers, cell
    for (step, source, target), found in flow.links.items():
        link = {"step": str(step), "source": source, "target": target}
        assert opened(whole, settled, link) == found.customers, link
    for name, found in flow.kinds.items():
        assert opened(whole, settled, {"path": name}) == found.customers


def opened(partition: Partition, query: Query, cell: Mapping[str, str]) -> set[str]:
    found = MEASURE.members(partition, query, cell).tolist()
    assert len(found) == len(set(found))
    return {partition.customers[place].as_py() for place in found}


@settings(max_examples=40)
@given(STORIES)
def test_the_parts_do_not_matter(story: tuple[Log, dict[str, Any], int]) -> None:
    query = question(*story)
    one: PathsResult = ask(MEASURE, [partition_of(story[0].events, story[0].profiles)], query)
    many = ask(MEASURE, parts_of(story[0]), query)
    assert all(one.to_arrow(name).equals(many.to_arrow(name)) for name in one.tables())

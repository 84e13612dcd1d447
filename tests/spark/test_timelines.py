"""Timelines that the cluster builds are those that this machine builds: joined, each event once, nobody erased."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pyspark.cloudpickle import register_pickle_by_value
from pyspark.sql import SparkSession

import parcours as pc
from made_logs import Row, append, made_log, row, timelines_over
from parcours.errors import QueryError
from parcours.events.log import EventLog
from parcours.measures.contract import Query, measures
from parcours.measures.engine import LocalEngine
from parcours.measures.naming import in_segment
from parcours.spark.dataset import FOLDER
from parcours.spark.engine import SparkEngine
from parcours.spark.sessions import session_of
from parcours.spark.timelines import Sizes
from parcours.timelines.calendar import Calendar
from parcours.timelines.partition import Partition

pytestmark = pytest.mark.xdist_group("spark")  # one cluster for all

register_pickle_by_value(sys.modules[__name__])  # executors do not have the tests
LIMIT = 20
EVENTS = measures()["events"]
ANY = EVENTS.question(as_of_us=10**9)


def written(partition: Partition) -> list[str]:
    """Every row of a partition as a text."""
    owners = partition.customers.to_pylist()
    values, ids = (
        partition.value_minor(),
        partition.event_ids(np.arange(partition.event_count)),
    )
    plan, trait = partition.column("plan"), partition.trait("country")
    return [
        repr(
            (owner, position, int(partition.timestamps[at]), partition.names[partition.events[at]], ids[at],
             int(values[at]), plan.text(at), trait.text(number), partition.properties([at]))
        )
        for number, owner in enumerate(owners)
        for position, at in enumerate(range(int(partition.offsets[number]), int(partition.offsets[number + 1])))
    ]  # fmt: skip


def both(session: SparkSession, log: EventLog, folder: Path) -> tuple[SparkEngine, LocalEngine]:
    sizes = Sizes(share_events=10, least_share_events=10, piece_events=3, fan_in=2)
    there = SparkEngine(session_of(session), log, identity_limit=LIMIT, sizes=sizes)
    return there, LocalEngine(timelines_over(log, folder), threads=2)


def joining(known: str, anonymous: str, when: int, event: str = "identify") -> Row:
    return row(
        f"anonymous:{anonymous}",
        when,
        event,
        f"join {known} {anonymous}",
        customer_id=known,
        anonymous_id=anonymous,
    )


@pytest.fixture
def tangled(tmp_path: Path) -> EventLog:
    """Ids joined across buckets, an event id that comes again (also under another id of the person), statements."""
    rows = [
        row(f"anonymous:a{number}", number, "visit", properties={"plan": number % 3}) for number in range(12)
    ]
    rows += [
        row(f"c{number}", 50 - number, "order", value_minor=number, currency="EUR") for number in range(12)
    ]
    rows += [joining(f"c{number}", f"a{number}", 60) for number in range(0, 12, 2)]
    rows += [joining("c1", "a3", 61, "identity_joined"), joining("c3", "a3", 62)]
    rows += [row("c4", 7, name, "twice", properties={"plan": name}) for name in ("first", "second")]
    rows += [row(who, 8, "both", "shared id", properties={"plan": who}) for who in ("c6", "anonymous:a6")]
    rows += [row("émile", 9, f"é{number % 2}", f"{number:02}") for number in range(10)]
    log = made_log(
        tmp_path / "log",
        rows,
        buckets=4,
        profiles={"c1": {"country": "FR"}, "anonymous:a2": {"country": "DE"}},
    )
    append(log, [row("c4", 7, "third", "twice")], "again", {"c2": {"country": "BE"}}, when=5)
    return log


def test_rows_are_the_same_in_the_same_order(
    session: SparkSession, tangled: EventLog, tmp_path: Path
) -> None:
    there, here = both(session, tangled, tmp_path)
    assert there.named(written) == here.named(written)
    assert there.timelines.event_names() >= here.timelines.event_names() - {"identity_joined"}
    assert there.timelines.span_us() == here.timelines.span_us()


@pytest.mark.parametrize("unit", ["plan", "profile.country"])
def test_other_units_too(unit: str, session: SparkSession, tangled: EventLog, tmp_path: Path) -> None:
    there, here = both(session, tangled, tmp_path)

    def rows(partition: Partition) -> list[str]:
        return [text for text in written(partition) if text]

    assert there.named(rows, unit) == here.named(rows, unit)
    query = ANY.model_copy(update={"per": unit})
    one, other = there.ask(EVENTS, query), here.ask(EVENTS, query)
    assert one.dropped_events == other.dropped_events > 0
    assert one.to_arrow().equals(other.to_arrow())


def test_customers_behind_cells_and_in_segments(
    session: SparkSession, tangled: EventLog, tmp_path: Path
) -> None:
    from functools import partial

    from parcours.lifecycle.segments import Segment

    there, here = both(session, tangled, tmp_path)
    assert (
        there.members(EVENTS, ANY, {"event": "visit"}) == here.members(EVENTS, ANY, {"event": "visit"}) != ()
    )
    for engine in (here, there):
        with pytest.raises(QueryError, match="The cell needs"):
            engine.members(EVENTS, ANY, {"no": "such column"})
    segment = Segment.model_validate({"profile": {"country": "FR"}, "did": "visit"})
    find = partial(in_segment, segment, None, Calendar("UTC", "monday"), 10**9)
    assert there.named(find) == here.named(find)


def test_new_events_are_seen_and_old_timelines_go(session: SparkSession, tmp_path: Path) -> None:
    log = made_log(tmp_path, [row("ann", 1, "visit"), row("bob", 2, "visit")], buckets=4)
    there, here = both(session, log, tmp_path)
    assert there.ask(EVENTS, ANY).by_name() == {"visit": 2}
    append(log, [row("ann", 3, "order")], "more")
    log.refresh()
    assert there.ask(EVENTS, ANY).to_arrow().equals(here.ask(EVENTS, ANY).to_arrow())
    assert len([name for name in log.storage.names(FOLDER) if name.endswith(".json")]) == 1


def test_nobody_and_one_customer(session: SparkSession, tmp_path: Path) -> None:
    there, here = both(session, made_log(tmp_path / "none", []), tmp_path / "none")
    assert there.ask(EVENTS, ANY).to_arrow().equals(here.ask(EVENTS, ANY).to_arrow())
    assert there.named(lambda part: part.customers.to_pylist()) == ()
    assert there.timelines.span_us() is None
    per_plan = ANY.model_copy(update={"per": "plan"})
    assert there.ask(EVENTS, per_plan).to_arrow().equals(here.ask(EVENTS, per_plan).to_arrow())


def test_who_is_erased_is_in_no_file(session: SparkSession, tmp_path: Path) -> None:
    shop = pc.init(tmp_path / "a shop {1}")
    append(shop.log, [row("ann", 1, "visit"), row("bob", 2, "visit")], "first")
    shop = pc.open(tmp_path / "a shop {1}", engine=session)
    assert shop.events().by_name() == {"visit": 2}
    proof = shop.erase("ann")
    assert proof.clean
    assert shop.log.storage.names(FOLDER) == set()
    assert shop.events().by_name() == {"visit": 1}
    assert shop.members(None) == ("bob",)
    assert shop.as_known(datetime.now(UTC)).events().by_name() == {"visit": 1}


def test_maps_and_questions_of_a_workspace(session: SparkSession, tmp_path: Path) -> None:
    here = pc.init(tmp_path / "shop")
    rows: list[Row] = [
        row(f"c{number % 5}", f"2026-0{1 + number % 6}-03", "order_completed", str(number))
        for number in range(20)
    ]
    append(here.log, rows, "first")
    here.refresh()
    there = pc.open(tmp_path / "shop", engine=session)
    assert there.map() == here.map()
    asked: dict[str, Any] = {"segment": {"did": {"event": "order_completed", "count": {"gte": 2}}}}
    assert there.growth(**asked).to_arrow().equals(here.growth(**asked).to_arrow())
    question: Query = there.question("funnel", steps=["order_complete"])
    assert there.absent_events(question) == {"order_complete": "order_completed"}

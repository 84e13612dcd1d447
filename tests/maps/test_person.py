"""All that is held on one person: every row that names them, exact, in one order, by any of their ids."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

import parcours
from made_logs import append, row, table
from parcours.errors import QueryError, UnknownCustomerError, WorkspaceError
from parcours.events.log import Batch
from parcours.events.schema import OBSERVATIONS
from parcours.settings import Settings
from parcours.workspace import Workspace

NOW = datetime(2026, 3, 1, tzinfo=UTC)
SOMEONE = 'Zoë "z" 🦊'


@pytest.fixture
def shop(tmp_path: Path) -> Workspace:
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4))
    rows = [
        row(SOMEONE, 5, "order_completed", "e5", value_minor=10**16 + 1, currency="EUR", channel="email"),
        row(SOMEONE, 3, "order_completed", "e3", value_minor=12345, currency="JPY"),
        row("anonymous:v1", 3, "page_viewed", "e2", anonymous_id="v1", properties={"page": "/é"}),
        row(SOMEONE, 9, "identify", "e9", anonymous_id="v1"),
        row("bob", 4, "referral", "r1", properties={"friend": SOMEONE}),
        row("bob", 6, "referral", "r2", properties={"friend": "nobody"}),
    ]
    figure = {
        "observation_id": "f1", "metric": "sent", "timestamp": 5, "value": Decimal("1.5"), "currency": None,
        "dimensions": json.dumps({"to": "v1"}), "import_id": "one",
    }  # fmt: skip
    workspace.log.append(
        Batch("one", table(rows, 4, "one"), observations=pa.Table.from_pylist([figure], OBSERVATIONS))
    )
    append(workspace.log, [], "two", {SOMEONE: {"country": "FR"}, "anonymous:v1": {"country": "BE"}}, when=7)
    append(workspace.log, [], "three", {SOMEONE: {"country": "DE"}, "bob": {"friend of": "v1"}}, when=8)
    append(workspace.log, [], "four", {"bob": {"country": "FR"}}, when=9)
    refused = workspace.folder.parent / "refused.csv"
    refused.write_text(
        "event_id,customer_id,anonymous_id,event,timestamp\n"
        "x1,,v1,page_viewed,never\nx2,bob,,page_viewed,never\nx3,bob,,v1,never\n",
        encoding="utf-8",
    )
    workspace.import_files([refused], now=NOW, max_bad_share=1.0)
    return workspace


def exported(shop: Workspace, given: str) -> Any:
    return json.loads(shop.person(given).to_json())


def test_any_id_gives_the_same(shop: Workspace) -> None:
    first = exported(shop, SOMEONE)
    assert first["customer"] == SOMEONE
    assert first["ids"] == [SOMEONE, "anonymous:v1"]
    for given in ("v1", "anonymous:v1"):
        assert exported(shop, given) == first
    assert shop.person("v1").to_json() == parcours.open(shop.folder).person(SOMEONE).to_json()


def test_amounts_are_exact_and_events_in_order(shop: Workspace) -> None:
    events = exported(shop, "v1")["events"]
    assert [event["event_id"] for event in events] == ["e2", "e3", "e5", "e9"]
    assert [event["value"] for event in events] == [None, "12345", "100000000000000.01", None]
    assert events[0]["timestamp"] == "1970-01-01T00:00:00.000003+00:00"
    assert json.loads(events[0]["properties"]) == {"page": "/é"}


def test_every_row_that_names_the_person_is_there(shop: Workspace) -> None:
    """Any row of any table in whose text one of the ids can be read."""
    document = exported(shop, SOMEONE)
    held = json.dumps(document, ensure_ascii=False)
    log = shop.log
    tables = {"events": log.events().to_table()}
    tables |= {name: log.side(name) for name in ("profiles", "quarantine", "observations")}
    found = 0
    for name, rows in tables.items():
        for one in rows.to_pylist():
            read = json.dumps(
                [json.loads(v) if str(v)[:1] == "{" else v for v in one.values()],
                default=str,
                ensure_ascii=False,
            )
            if (
                json.dumps(SOMEONE, ensure_ascii=False)[1:-1] in read
                or '"v1"' in read
                or "anonymous:v1" in read
            ):
                found += 1
                key = next(one[k] for k in ("event_id", "observation_id", "row_key", "value") if k in one)
                assert json.dumps(str(key), ensure_ascii=False)[1:-1] in held, (name, one)
    assert found == 5 + 4 + 2 + 1
    assert len(document["profile"]) == 3
    told = [mention["table"] for mention in document["mentions"]]
    assert told == ["events", "profiles", "quarantine", "observations"]
    assert [json.loads(row["row"])["event_id"] for row in document["quarantine"]] == ["x1"]


def test_joins_are_told_with_it(shop: Workspace) -> None:
    assert [join["event_id"] for join in exported(shop, "v1")["joins"]] == ["e9"]
    shop.undo_join("e9", now=NOW)
    document = exported(shop, SOMEONE)
    assert document["ids"] == [SOMEONE]
    assert (document["joins"], [join["event_id"] for join in document["undone"]]) == ([], ["e9"])


def test_nobody_is_an_unknown_customer(shop: Workspace) -> None:
    with pytest.raises(UnknownCustomerError, match="Nothing is held on 'nobody'"):
        shop.person("nobody")


def test_someone_with_only_a_refused_row_is_held_too(shop: Workspace) -> None:
    path = shop.folder.parent / "other.csv"
    path.write_text("event_id,customer_id,event,timestamp\nx9,eve,a,never\n", encoding="utf-8")
    shop.import_files([path], now=NOW, max_bad_share=1.0)
    assert len(shop.person("eve").quarantine) == 1


# -- joins by hand ---------------------------------------------------------------------------------------------------


@pytest.fixture
def apart(tmp_path: Path) -> Workspace:
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4, identity_limit=2))
    rows = [row(f"c{number}", number, "order_completed") for number in range(4)]
    append(workspace.log, [*rows, row("anonymous:v", 9, "page_viewed", anonymous_id="v")], "one")
    workspace.refresh()
    return workspace


def test_a_join_by_hand_leaves_nothing_but_the_person(apart: Workspace) -> None:
    end, before = apart.timelines.span_us(), apart.events().tables()["events"].to_pylist()
    join = apart.join("v", "c1", now=NOW)
    assert [one.event for one in apart.customer("v").happenings] == ["order_completed", "page_viewed"]
    assert apart.timelines.span_us() == end, "a statement of today does not move the end of the data"
    apart.undo_join(join.event_id, now=NOW + timedelta(days=1))
    assert apart.events().tables()["events"].to_pylist() == before
    again = apart.join("v", "c1", now=NOW + timedelta(days=2))
    assert again.event_id != join.event_id
    assert apart.ids_of("v") == ("anonymous:v", "c1")


def test_two_known_ids_may_be_joined(apart: Workspace) -> None:
    apart.join("c3", "c2", now=NOW)
    assert apart.ids_of("c3") == ("c2", "c3")
    people = apart.sql("select distinct customer from events order by 1")["customer"].to_pylist()
    assert people == ["anonymous:v", "c0", "c1", "c2"]


def test_a_join_that_makes_no_sense_is_refused(apart: Workspace) -> None:
    apart.join("v", "c0", now=NOW)
    version = apart.log.version
    with pytest.raises(QueryError, match="one person already"):
        apart.join("v", "c0", now=NOW)
    with pytest.raises(UnknownCustomerError, match="'nobody'"):
        apart.join("nobody", "c0", now=NOW)
    with pytest.raises(UnknownCustomerError, match="'nobody'"):
        apart.join("v", "nobody", now=NOW)
    with pytest.raises(QueryError, match="anonymous id"):
        apart.join("c0", "anonymous:v", now=NOW)
    with pytest.raises(QueryError, match="No join has the id 'what'"):
        apart.undo_join("what", now=NOW)
    assert apart.log.version == version


def test_a_join_too_many_is_refused(apart: Workspace) -> None:
    for customer in ("c0", "c1"):
        apart.join("v", customer, now=NOW)
    with pytest.raises(QueryError, match="shared by 3 known ids, more than 2"):
        apart.join("v", "c2", now=NOW)


def test_a_join_is_taken_back_once(apart: Workspace) -> None:
    join = apart.join("v", "c0", now=NOW)
    apart.undo_join(join.event_id, now=NOW)
    with pytest.raises(QueryError, match="taken back already"):
        apart.undo_join(join.event_id, now=NOW)


# -- what was known on a day -----------------------------------------------------------------------------------------


def at(day: int) -> datetime:
    return datetime(2026, 1, day, tzinfo=UTC)


@pytest.fixture
def grown(tmp_path: Path) -> Workspace:
    """Three batches, received on three days; on the fourth ids were joined."""
    workspace = parcours.init(tmp_path / "shop", settings=Settings(buckets=4))
    for day, rows in (
        (1, [row("ann", 5, "order_completed")]),
        (2, [row("anonymous:v", 1, "page_viewed", anonymous_id="v")]),
        (3, [row("bob", 2, "order_completed")]),
    ):
        workspace.log.append(Batch(f"day {day}", table(rows, 4, f"day {day}"), received_at=at(day)))
    workspace.refresh()
    workspace.join("v", "ann", now=at(4))
    return workspace


def known(workspace: Workspace) -> tuple[int, int]:
    return workspace.timelines.customer_count(), len(workspace.identity().joins)


def test_what_was_known_on_a_day(grown: Workspace) -> None:
    second = timedelta(seconds=1)
    assert [known(grown.as_known(at(day))) for day in (1, 2, 3, 4)] == [(1, 0), (2, 0), (3, 0), (2, 1)]
    assert known(grown.as_known(at(4) - second)) == (3, 0)
    assert known(grown.as_known(at(9))) == known(grown) == (2, 1)
    assert known(grown.as_known(version=2)) == (2, 0)
    assert [one.event for one in grown.as_known(at(3)).customer("ann").happenings] == ["order_completed"]


def test_an_older_view_stays_as_it_was_and_takes_nothing(grown: Workspace) -> None:
    view = grown.as_known(at(2))
    append(grown.log, [row("cec", 2, "order_completed")], "later")
    view.refresh()
    assert known(view) == (2, 0)
    path = grown.folder.parent / "more.csv"
    path.write_text("event_id,customer_id,event,timestamp\nx9,eve,a,2026-01-01\n", encoding="utf-8")
    for change in (
        lambda: view.import_files([path], now=NOW),
        lambda: view.erase("ann"),
        lambda: view.join("v", "ann", now=NOW),
    ):
        with pytest.raises(WorkspaceError, match="nothing can be added"):
            change()
    assert known(grown.as_known(at(2))) == (2, 0)


def test_a_view_that_cannot_be_is_refused(grown: Workspace) -> None:
    with pytest.raises(QueryError, match="first batch came at 2026-01-01"):
        grown.as_known(at(1) - timedelta(microseconds=1))
    with pytest.raises(QueryError, match="no version 99"):
        grown.as_known(version=99)
    with pytest.raises(QueryError, match="Say either"):
        grown.as_known()
    grown.erase("bob")
    with pytest.raises(WorkspaceError, match="an erasure has removed"):
        grown.as_known(at(3))
    assert known(grown.as_known(at(9))) == (1, 1)

"""The log: one commit point, nothing twice, nothing lost, whoever writes and whatever is killed."""

from __future__ import annotations

import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from deltalake import DeltaTable

from made_logs import append, made_log, row, table, traits
from parcours.errors import WorkspaceBusyError, WorkspaceError, WorkspaceExistsError, WorkspaceNotFoundError
from parcours.events import schema
from parcours.events.log import Batch, EventLog, _append_side
from parcours.events.schema import bucket_of


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return EventLog.create(tmp_path / "log", buckets=4)


def ids(log: EventLog) -> list[str]:
    return sorted(log.events().to_table(columns=["event_id"])["event_id"].to_pylist())


def observation(number: int, import_id: str) -> pa.Table:
    held = {
        "observation_id": str(number), "metric": "ad_spend", "timestamp": number, "value": Decimal(number),
        "import_id": import_id,
    }  # fmt: skip
    return pa.Table.from_pylist([held], schema=schema.OBSERVATIONS)


def test_a_new_log_is_empty(log: EventLog) -> None:
    assert (log.version, log.event_count(), ids(log)) == (0, 0, [])
    assert [log.files(bucket) for bucket in range(4)] == [[], [], [], []]
    for name in ("observations", "profiles", "quarantine"):
        assert log.side(name).num_rows == 0
    assert not log.has("first")


def test_a_log_is_made_once_and_opened_where_it_is(log: EventLog, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceExistsError, match="already holds an event log"):
        EventLog.create(tmp_path / "log", buckets=4)
    with pytest.raises(WorkspaceNotFoundError, match="no event log") as error:
        EventLog.open(tmp_path / "nowhere", buckets=4)
    assert "parcours init" in str(error.value)
    assert EventLog.open(tmp_path / "log", buckets=4).version == 0


@pytest.mark.parametrize("buckets", [2, 3, 5, 8, 4096])
def test_another_number_of_buckets_is_refused(buckets: int, log: EventLog, tmp_path: Path) -> None:
    with pytest.raises(WorkspaceError, match=rf"has 4 buckets, the settings say {buckets}"):
        EventLog.open(tmp_path / "log", buckets=buckets)


def test_a_batch_lands_once_in_its_buckets(log: EventLog) -> None:
    rows = [row(f"customer {number}", number, "buy") for number in range(40)]
    batch = Batch("first", table(rows, 4, "first"))
    assert log.append(batch)
    assert not log.append(batch)
    assert (log.version, log.event_count(), log.has("first")) == (1, 40, True)
    assert ids(log) == sorted(one["event_id"] for one in rows)
    for bucket in range(4):
        assert len(log.files(bucket)) == 1
        found = ds.dataset(log.files(bucket)).to_table(columns=["customer"])["customer"].to_pylist()
        assert {bucket_of(customer, 4) for customer in found} == {bucket}


def test_events_may_come_as_a_stream(log: EventLog) -> None:
    rows = table([row("ann", number, "buy") for number in range(10)], 4, "stream")
    reader = pa.RecordBatchReader.from_batches(schema.EVENTS, rows.to_batches(max_chunksize=3))
    assert log.append(Batch("stream", reader))
    assert log.event_count() == 10


def test_rows_come_back_as_they_were_written(log: EventLog) -> None:
    given = row(
        "Zoë 🛒", -1, "été", "id", channel="e\nmail", campaign="", source="s", value_minor=-(2**63) + 1,
        currency="KWD", properties={"a": [None, "é"]}, anonymous_id="x",
    )  # fmt: skip
    edge = row("ann", 253_402_300_799_999_999, "buy", "last")
    log.append(Batch("first", table([given, edge], 4, "first")))
    expected = table([given, edge], 4, "first").drop_columns("bucket").sort_by("event_id")
    assert log.events().to_table().sort_by("event_id").to_pylist() == expected.to_pylist()


def test_a_batch_without_events_lands_too(log: EventLog) -> None:
    batch = Batch("traits", schema.EVENTS.empty_table(), profiles=traits({"ann": {"c": "FR"}}, "traits"))
    assert log.append(batch)
    assert not log.append(batch)
    assert (log.version, log.event_count(), log.side("profiles").num_rows) == (1, 0, 1)


def test_only_touched_buckets_change_their_fingerprint(log: EventLog) -> None:
    append(log, [row(f"customer {number}", number, "buy") for number in range(40)], "first")
    before = [log.fingerprint(bucket) for bucket in range(4)]
    append(log, [row("ann", 1, "buy")], "second")
    after = [log.fingerprint(bucket) for bucket in range(4)]
    assert len({*before, *after}) == 5
    assert [old != new for old, new in zip(before, after, strict=True)] == [
        bucket == bucket_of("ann", 4) for bucket in range(4)
    ]


def test_older_versions_can_be_read(log: EventLog, tmp_path: Path) -> None:
    append(log, [row("ann", 1, "buy", "one")], "first", {"ann": {"c": "FR"}})
    append(log, [row("ann", 2, "buy", "two")], "second", {"ann": {"c": "DE"}}, when=1)
    older = EventLog.open(tmp_path / "log", buckets=4, version=1)
    assert (older.version, ids(older), older.has("second")) == (1, ["one"], False)
    assert older.side("profiles")["value"].to_pylist() == ["FR"]
    assert ids(log) == ["one", "two"]


def test_another_handle_sees_new_events_when_it_refreshes(log: EventLog, tmp_path: Path) -> None:
    other = EventLog.open(tmp_path / "log", buckets=4)
    append(log, [row("ann", 1, "buy")], "first")
    assert other.event_count() == 0
    other.refresh()
    assert (other.event_count(), other.version) == (1, 1)


def test_what_was_killed_between_tables_is_unseen_and_then_completed(log: EventLog) -> None:
    batch = Batch(
        "first",
        table([row("ann", 1, "buy")], 4, "first"),
        observations=observation(1, "first"),
        profiles=traits({"ann": {"c": "FR"}}, "first"),
    )
    table_of_observations = DeltaTable(str(log.folder / "observations"))
    _append_side(table_of_observations, observation(1, "first"), "first")  # and then it was killed
    assert (log.side("observations").num_rows, log.event_count()) == (0, 0)
    append(log, [row("bob", 1, "buy")], "second")
    assert log.side("observations").num_rows == 0
    assert log.append(batch)
    assert (log.side("observations").num_rows, log.side("profiles").num_rows, log.event_count()) == (1, 1, 2)


def test_a_batch_that_breaks_off_leaves_the_old_version(log: EventLog) -> None:
    append(log, [row("ann", 1, "buy", "kept")], "first")
    before = sorted(log.folder.rglob("*.parquet"))

    def broken() -> Any:
        yield table([row("bob", 2, "buy")], 4, "second").to_batches()[0]
        raise RuntimeError("the source broke off")

    with pytest.raises(Exception, match="the source broke off"):
        log.append(Batch("second", pa.RecordBatchReader.from_batches(schema.EVENTS, broken())))
    assert (log.version, ids(log), log.has("second")) == (1, ["kept"], False)
    assert sorted(log.folder.rglob("*.parquet")) == before, "nothing half-written is left behind"
    assert log.append(Batch("second", table([row("bob", 2, "buy")], 4, "second")))


WRITER = """
import sys
from pathlib import Path
from made_logs import append, row
from parcours.events.log import EventLog
folder, name, import_ids = Path(sys.argv[1]), sys.argv[2], sys.argv[3:]
log = EventLog.open(folder, buckets=4)
sys.stdin.readline()
for import_id in import_ids:
    append(log, [row(f"customer {n}", n, "buy", f"{import_id}/{n}") for n in range(8)], import_id)
"""


def test_processes_write_at_once_and_the_same_batch_lands_once(log: EventLog) -> None:
    tests = str(Path(__file__).parents[1])
    program = f"import sys; sys.path.insert(0, {tests!r})\n{WRITER}"
    writers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", program, str(log.folder), name, "shared", name, "shared too"],
            stdin=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for name in ("one", "two")
    ]  # fmt: skip
    assert [writer.communicate("go\n", timeout=60)[1] for writer in writers] == ["", ""]
    log.refresh()
    assert log.version == 4
    assert ids(log) == sorted(
        f"{name}/{n}" for name in ("shared", "shared too", "one", "two") for n in range(8)
    )


def test_a_log_that_is_being_written_says_so(log: EventLog, tmp_path: Path) -> None:
    other = EventLog.open(tmp_path / "log", buckets=4)
    with log.writing():
        with pytest.raises(WorkspaceBusyError, match="Another import"), other.writing(wait_seconds=0.05):
            raise AssertionError("two writers at once")
        assert other.event_count() == 0, "readers are not kept waiting"
    with other.writing(wait_seconds=1):
        pass


def test_the_buckets_of_a_log_hold_whole_customers(tmp_path: Path) -> None:
    rows = [
        row(customer, number, "buy") for number in range(3) for customer in ("ann", "é", "🛒", "anonymous:x")
    ]
    log = made_log(tmp_path, rows, buckets=4)
    for customer in ("ann", "é", "🛒", "anonymous:x"):
        files = log.files(bucket_of(customer, 4))
        held = ds.dataset(files).to_table(columns=["customer"])["customer"].to_pylist()
        assert held.count(customer) == 3


@pytest.mark.parametrize(
    ("customer_id", "anonymous_id", "key"),
    [
        ("a", "x", "a"),
        ("a", None, "a"),
        (None, "x", "anonymous:x"),
        ("", "x", "anonymous:x"),
        (None, None, "anonymous:"),
    ],
)
def test_a_person_has_one_key(customer_id: str | None, anonymous_id: str | None, key: str) -> None:
    assert schema.customer_key(customer_id, anonymous_id) == key


def test_buckets_of_customers_never_change() -> None:
    names = ["", "ann", "é", "🛒"]
    assert [bucket_of(name, 16) for name in names] == [9, 12, 6, 0]
    with duckdb.connect() as connection:
        found = connection.execute("select md5_number_lower(unnest(?)) % 16", [names]).fetchall()
    assert [number for (number,) in found] == [9, 12, 6, 0], "imports ask DuckDB for it"

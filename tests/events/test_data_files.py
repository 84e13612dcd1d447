"""Files that are written beside the Delta library must be to it as its own."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from deltalake import DeltaTable
from deltalake.transaction import AddAction

from parcours.events import data_files, schema
from parcours.events.log import EVENTS, Batch, EventLog

CODED = pa.dictionary(pa.int32(), pa.string())


def rows_of(count: int, *, buckets: int, first: int = 0) -> pa.Table:
    """Events whose buckets are mixed, with instants to the microsecond."""
    people = [f"person {number % 7}" for number in range(count)]
    rows = [
        {
            "event_id": f"{first + number:05}", "customer": person, "customer_id": person, "event": "ordered",
            "timestamp": datetime(2025, 1, 1, 0, 0, 0, number + 1, tzinfo=UTC),
            "received_at": datetime(2026, 1, 1, tzinfo=UTC), "import_id": "one", "value_minor": number,
            "properties": None if number % 3 else '{"a":1}', "bucket": schema.bucket_of(person, buckets),
        }
        for number, person in enumerate(people)
    ]  # fmt: skip
    return pa.Table.from_pylist(rows, schema.EVENTS)


def coded(rows: pa.Table) -> pa.Table:
    columns = {"customer", "customer_id", "event", "properties", "import_id"}
    fields = [field.with_type(CODED) if field.name in columns else field for field in rows.schema]
    parts = [rows[field.name].cast(field.type) for field in fields]
    return pa.Table.from_arrays(parts, schema=pa.schema(fields))


@pytest.mark.parametrize("as_codes", [False, True])
@pytest.mark.parametrize("buckets", [4, data_files.MOST_BUCKETS + 1], ids=["direct", "by the library"])
def test_every_reader_finds_the_same_rows(tmp_path: Path, buckets: int, as_codes: bool) -> None:
    rows = rows_of(100, buckets=buckets)
    log = EventLog.create(tmp_path, buckets=buckets)
    given = coded(rows) if as_codes else rows
    assert log.append(Batch("one", pa.RecordBatchReader.from_batches(given.schema, given.to_batches(30))))

    wanted = rows.drop_columns(["bucket"]).sort_by("event_id")
    assert log.events().to_table().sort_by("event_id") == wanted
    files = log.storage.local(log.event_files())
    read = duckdb.execute(f"SELECT event_id, customer, properties FROM read_parquet({files})")
    assert sorted(read.fetchall()) == sorted(
        zip(*(rows[name].to_pylist() for name in ("event_id", "customer", "properties")), strict=True)
    )
    by_delta = DeltaTable(tmp_path / EVENTS).to_pyarrow_table(columns=schema.EVENTS.names)
    assert by_delta.cast(schema.EVENTS).sort_by("event_id") == rows
    late = DeltaTable(tmp_path / EVENTS).to_pyarrow_table(
        filters=[("timestamp", ">=", datetime(2025, 1, 1, 0, 0, 0, 91, tzinfo=UTC))]
    )
    assert late.num_rows == 10
    assert log.event_count() == 100
    assert not log.append(Batch("one", rows))


def test_the_log_of_versions_tells_times_alone(tmp_path: Path) -> None:
    log = EventLog.create(tmp_path, buckets=4)
    log.append(Batch("one", coded(rows_of(100, buckets=4))))
    said = (tmp_path / EVENTS / "_delta_log" / f"{1:020}.json").read_text(encoding="utf-8")
    assert "person" not in said
    stats = [json.loads(one["add"]["stats"]) for one in map(json.loads, said.splitlines()) if "add" in one]
    assert sum(one["numRecords"] for one in stats) == 100
    assert {tuple(one[name]) for one in stats for name in ("minValues", "maxValues", "nullCount")} == {
        ("timestamp",)
    }
    assert min(one["minValues"]["timestamp"] for one in stats) == "2025-01-01T00:00:00.000001Z"
    assert max(one["maxValues"]["timestamp"] for one in stats) == "2025-01-01T00:00:00.000100Z"


def test_rows_keep_their_order_within_a_bucket(tmp_path: Path) -> None:
    actions = data_files.written(tmp_path, rows_of(100, buckets=4).to_batches(9))
    assert len(actions) == 4
    for action in actions:
        assert isinstance(action, AddAction)
        ids = pq.read_table(tmp_path / action.path, partitioning=None)["event_id"].to_pylist()
        assert ids == sorted(ids)
        assert action.size == (tmp_path / action.path).stat().st_size


def test_an_event_without_a_required_value_is_no_event(tmp_path: Path) -> None:
    log = EventLog.create(tmp_path, buckets=4)
    rows = rows_of(10, buckets=4)
    nobody = rows.set_column(1, rows.schema.field("customer"), pa.nulls(10, pa.string()))
    with pytest.raises(pa.ArrowInvalid, match="customer"):
        log.append(Batch("one", nobody))
    assert log.version == 0
    assert not log.storage.names(EVENTS) - {f"{EVENTS}/_delta_log/{0:020}.json"}


def test_a_stream_that_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    log = EventLog.create(tmp_path, buckets=4)
    rows = rows_of(100, buckets=4)

    def broken() -> Iterator[pa.RecordBatch]:
        yield from rows.to_batches(30)
        raise ValueError("the source is gone")

    with pytest.raises(ValueError, match="gone"):
        log.append(Batch("one", pa.RecordBatchReader.from_batches(rows.schema, broken())))
    assert log.version == 0
    assert not log.left_files()
    assert log.append(Batch("one", rows))
    assert log.event_count() == 100


def test_a_batch_without_events_lands(tmp_path: Path) -> None:
    log = EventLog.create(tmp_path, buckets=4)
    assert log.append(Batch("one", schema.EVENTS.empty_table()))
    assert (log.version, log.event_count(), log.has("one")) == (1, 0, True)

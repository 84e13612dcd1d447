"""Events as Parquet files of the log, one for each bucket: written here, and named for the commit that adds them.

The Delta library's own writer takes every text apart and codes it anew. Here a column that comes coded (a dictionary)
is stored as it is, and the files of several buckets are written at once. A reader sees no difference: the columns are
those of the table, and the coding is Parquet's own."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction, RemoveAction

MOST_BUCKETS: Final = 256  # so many files are open at once
_AT_ONCE: Final = 2
_BUCKET: Final = "bucket"
_CODES_BYTES: Final = 1 << 24  # beyond, Parquet writes the texts themselves
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


def written(table: Path, batches: Iterable[pa.RecordBatch]) -> list[AddAction | RemoveAction]:
    """Write batches with a ``bucket`` and a ``timestamp`` into new files below the folder of a table.

    Rows keep their order within a bucket. No file belongs to the table before its action is committed."""
    files: dict[int, _File] = {}
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="parcours-files") as pool:
        try:
            for batch in batches:
                for bucket, rows in _by_bucket(batch):
                    if bucket not in files:
                        files[bucket] = _File(table, bucket, rows.schema)
                    files[bucket].write_on(pool, rows)
        finally:
            for file in files.values():
                file.close()
        return [file.action() for file in files.values()]


class _File:
    """One file under way; what it is given is written in order, one batch at a time."""

    def __init__(self, table: Path, bucket: int, columns: pa.Schema) -> None:
        self.bucket = bucket
        self.name = f"{_BUCKET}={bucket}/part-00000-{uuid.uuid4()}-c000.snappy.parquet"
        self.path = table / self.name
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self.rows = 0
        self._spans: list[tuple[int, int]] = []
        coded = [field.name for field in columns if pa.types.is_dictionary(field.type)]
        self._writer = pq.ParquetWriter(
            self.path,
            columns,
            compression="snappy",
            use_dictionary=coded,
            dictionary_pagesize_limit=_CODES_BYTES,
            write_statistics=["timestamp"],
            store_schema=False,  # it would make every reader code the columns too
        )
        self._under_way: Future[None] | None = None

    def write_on(self, pool: ThreadPoolExecutor, rows: pa.RecordBatch) -> None:
        """Write when the batch before is written; raises what that ran into."""
        self._settle()
        self._under_way = pool.submit(self._write, rows)

    def close(self) -> None:
        try:
            self._settle()
        finally:
            self._writer.close()

    def action(self) -> AddAction:
        """What a commit says of the file: of its content, how many rows and from when to when, and no more."""
        facts = self.path.stat()
        said = {
            "numRecords": self.rows,
            "minValues": {"timestamp": _instant(min(self._spans)[0])},
            "maxValues": {"timestamp": _instant(max(last for _, last in self._spans))},
            "nullCount": {"timestamp": 0},
        }
        changed_ms = facts.st_mtime_ns // 1_000_000
        return AddAction(
            self.name, facts.st_size, {_BUCKET: str(self.bucket)}, changed_ms, True, json.dumps(said)
        )

    def _settle(self) -> None:
        if self._under_way is not None:
            self._under_way.result()

    def _write(self, rows: pa.RecordBatch) -> None:
        span = pc.min_max(rows["timestamp"].cast(pa.int64()))
        self._spans.append((span["min"].as_py(), span["max"].as_py()))
        self.rows += rows.num_rows
        self._writer.write_batch(rows)


def _by_bucket(batch: pa.RecordBatch) -> Iterator[tuple[int, pa.RecordBatch]]:
    """The rows of each bucket, in order, without the column that says it."""
    buckets = np.asarray(batch[_BUCKET])
    rest = batch.drop_columns([_BUCKET])
    if not len(buckets):
        return
    if (buckets == buckets[0]).all():
        yield int(buckets[0]), rest
        return
    order = np.argsort(buckets, kind="stable")
    ends: Any = np.flatnonzero(np.diff(buckets[order], append=-1)) + 1
    for rows in np.split(order, ends[:-1]):
        yield int(buckets[rows[0]]), rest.take(pa.array(rows))


def _instant(at_us: int) -> str:
    return (_EPOCH + timedelta(microseconds=at_us)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

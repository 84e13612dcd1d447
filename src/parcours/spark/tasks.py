"""What executors do: map a measure over the customers of a file, merge partials, name customers, deal rows out anew.

Every function here is pickled by name and runs in a Python worker of Spark, after ``sent`` has checked the release.
"""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.errors import ParcoursError
from parcours.events.schema import bucket_of
from parcours.measures.contract import Measure, Partial, Query
from parcours.spark.pieces import CutCustomerError, MissingColumnError, Source, partition_of, whole_customers
from parcours.timelines.partition import Partition
from parcours.timelines.units import unit_of_rows

LARGEST_PARTIAL_BYTES = 2**31 - 2**16  # a value of Spark's binary type
MISSING_COLUMN, CUT_CUSTOMER = "missing-column", "cut-customer"


@dataclass(frozen=True)
class Mapping:
    """The partial of one file's customers, as one row."""

    measure: Measure[Any, Any]
    query: Query
    source: Source
    fan_in: int

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from _told(lambda: self._rows(batches), _group(self.fan_in))

    def _rows(self, batches: Iterable[pa.RecordBatch]) -> bytes | None:
        partials = (self.measure.map(piece, self.query) for piece in self.source.partitions(batches))
        merged = merged_evenly(self.measure, partials)
        return None if merged is None else packed(merged)


@dataclass(frozen=True)
class Merging:
    """The partials of one group as one row of the next, wider group."""

    measure: Measure[Any, Any]
    fan_in: int

    def __call__(self, rows: pa.Table) -> pa.Table:
        group = rows["group"][0].as_py() // self.fan_in
        problems = [text for text in rows["problem"].to_pylist() if text]
        if problems:
            return pa.Table.from_batches([_row(group, None, problems[0])])
        return pa.Table.from_batches(_told(lambda: self._merged(rows), group, always=True))

    def _merged(self, rows: pa.Table) -> bytes | None:
        partials = (unpacked(data) for data in rows["payload"].to_pylist() if data is not None)
        merged = merged_evenly(self.measure, partials)
        return None if merged is None else packed(merged)


@dataclass(frozen=True)
class Naming:
    """The names of the customers that ``find`` picks from each partition, as one Arrow stream a file."""

    find: Callable[[Partition], Sequence[str]]
    source: Source

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        yield from _told(lambda: self._rows(batches), 0)

    def _rows(self, batches: Iterable[pa.RecordBatch]) -> bytes | None:
        names = [name for piece in self.source.partitions(batches) for name in self.find(piece)]
        return packed_names(names) if names else None


@dataclass(frozen=True)
class Dealing:
    """The events of a file with the unit that each belongs to in place of its customer; those without one go."""

    unit: str
    source: Source
    buckets: int
    columns: tuple[str, ...]

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        for rows in whole_customers(batches, self.source.piece_rows):
            piece = partition_of(rows, self.source.names, fingerprint=self.source.dataset)
            owners = unit_of_rows(piece, self.unit)
            kept = np.flatnonzero(
                owners.take(np.array([bool(text) for text in owners.values], np.bool_), False)
            )
            yield from self._dealt(rows, piece, kept, pa.array(owners.values, pa.string())).to_batches()

    def _dealt(self, rows: pa.Table, piece: Partition, kept: NDArray[np.intp], values: pa.Array) -> pa.Table:
        codes = unit_of_rows(piece, self.unit).codes[kept]
        members = np.repeat(np.arange(piece.customer_count), np.diff(piece.offsets))[kept]
        homes = np.array([bucket_of(key, self.buckets) for key in piece.customers.to_pylist()], np.int32)
        taken = rows.take(pa.array(kept))
        found = {name: taken[name] for name in self.columns if name != "customer"}
        found |= {
            "customer": values.take(pa.array(codes)),
            "home": pa.array(homes[members]),
            "member": piece.customers.take(pa.array(members)),
        }
        return pa.table(found).select([*self.columns, "home", "member"]).combine_chunks()


def merged_evenly(measure: Measure[Any, Any], partials: Iterable[Partial]) -> Partial | None:
    """Partials as one, those of equal weight first: what grows as it merges is copied log n times, not n."""
    held: list[tuple[int, Partial]] = []
    for partial in partials:
        weight, merged = 1, partial
        while held and held[-1][0] == weight:
            merged = measure.merge(held.pop()[1], merged)
            weight *= 2
        held.append((weight, merged))
    result: Partial | None = None
    for _, partial in reversed(held):
        result = partial if result is None else measure.merge(partial, result)
    return result


def packed(partial: Partial) -> bytes:
    """A partial as bytes."""
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **partial)
    return file.getvalue()


def unpacked(data: bytes) -> Partial:
    """The partial that was packed."""
    with np.load(io.BytesIO(data), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def packed_names(names: Sequence[str]) -> bytes:
    """Names as an Arrow stream."""
    sink = pa.BufferOutputStream()
    table = pa.table({"name": pa.array(names, pa.string())})
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue())


def unpacked_names(data: bytes) -> list[str]:
    """The names that were packed."""
    return list(pa.ipc.open_stream(data).read_all()["name"].to_pylist())


def _told(work: Callable[[], bytes | None], group: int, *, always: bool = False) -> list[pa.RecordBatch]:
    """What a piece of work gives as one row; what the user must know is a row too, and anything else is raised."""
    try:
        payload = work()
    except MissingColumnError as missing:
        return [_row(group, None, json.dumps({"code": MISSING_COLUMN, "message": missing.column}))]
    except CutCustomerError:
        return [_row(group, None, json.dumps({"code": CUT_CUSTOMER, "message": ""}))]
    except ParcoursError as error:
        told = {"code": error.code, "message": error.message, "hint": error.hint}
        return [_row(group, None, json.dumps(told))]
    if payload is not None and len(payload) > LARGEST_PARTIAL_BYTES:
        told = {
            "code": "cluster",
            "message": f"A merged count has {len(payload):,} bytes, more than Spark can carry.",
        }
        return [_row(group, None, json.dumps(told))]
    return [_row(group, payload, None)] if always or payload is not None else []


def _row(group: int, payload: bytes | None, problem: str | None) -> pa.RecordBatch:
    columns = [
        pa.array([group], pa.int64()), pa.array([payload], pa.binary()), pa.array([problem], pa.string())
    ]  # fmt: skip
    return pa.RecordBatch.from_arrays(columns, names=["group", "payload", "problem"])


def _group(fan_in: int) -> int:
    from pyspark import TaskContext

    task = TaskContext.get()
    return (task.partitionId() if task else 0) // fan_in

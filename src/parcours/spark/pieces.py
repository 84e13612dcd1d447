"""On an executor: the sorted rows of one file, batch by batch, as partitions of whole customers.

A file need not fit into memory. Rows are taken until there are enough for one piece, and a piece ends where a customer
does; only one customer's events must fit at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcours.timelines.columns import LOG_COLUMNS, coded_column, filled_values
from parcours.timelines.partition import Column, Loader, Partition

PROPERTIES, VALUE, EVENT_ID = "properties", "value_minor", "event_id"
TRAIT = "trait:"  # before the name of a trait's column


class MissingColumnError(Exception):
    """A question reads a column that was not sent; ``column`` is its name in the rows."""

    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


class CutCustomerError(Exception):
    """The rows do not begin with a customer's first event, or leave one out."""


@dataclass(frozen=True)
class Source:
    """How to read the rows: all event names by code, and how many rows make one piece."""

    dataset: str
    names: tuple[str, ...]
    piece_rows: int

    def partitions(self, batches: Iterable[pa.RecordBatch]) -> Iterator[Partition]:
        """The customers of one file, some at a time."""
        for number, rows in enumerate(whole_customers(batches, self.piece_rows)):
            yield partition_of(rows, self.names, fingerprint=f"{self.dataset}/{number}")


def whole_customers(batches: Iterable[pa.RecordBatch], piece_rows: int) -> Iterator[pa.Table]:
    """Tables of whole customers of at least so many rows (the last may have fewer)."""
    held: list[pa.RecordBatch] = []
    count, before = 0, -1
    for batch in batches:
        if not batch.num_rows:
            continue
        positions = _positions(batch, before)
        before = int(positions[-1])
        starts = np.flatnonzero(positions == 0)
        end = (
            int(starts[-1]) if len(starts) else 0
        )  # where the last customer of the batch begins, if one does
        enough = len(starts) > 0 and count + end >= piece_rows
        if enough:
            yield pa.Table.from_batches([*held, batch.slice(0, end)])
            held, count = [], 0
        held.append(batch.slice(end) if enough else batch)
        count += held[-1].num_rows
    if held:
        yield pa.Table.from_batches(held)


def partition_of(rows: pa.Table, names: Sequence[str], *, fingerprint: str, bucket: int = 0) -> Partition:
    """Whole customers as a partition; columns that were not sent raise MissingColumnError when they are read."""
    starts = np.flatnonzero(rows["position"].to_numpy() == 0)
    if rows.num_rows and (not len(starts) or starts[0]):
        raise CutCustomerError
    codes = rows["code"].to_numpy()
    present = np.flatnonzero(np.bincount(codes, minlength=len(names)))
    recoded = np.zeros(len(names) + 1, dtype=np.int32)
    recoded[present] = np.arange(len(present), dtype=np.int32)
    return Partition(
        bucket=bucket,
        fingerprint=fingerprint,
        customers=_single(rows["customer"].take(pa.array(starts))),
        offsets=np.append(starts, rows.num_rows).astype(np.int64),
        timestamps=np.ascontiguousarray(rows["timestamp_us"].to_numpy(), dtype=np.int64),
        events=recoded[codes],
        names=tuple(names[code] for code in present.tolist()),
        loader=_loader(rows, starts),
    )


def column_in_rows(name: str) -> str:
    """The column of the rows that a property is read from."""
    return name if name in LOG_COLUMNS else PROPERTIES


def nothing(names: Sequence[str] = ()) -> Partition:
    """A partition of no customers, whose every column is there."""
    empty = np.zeros(0, dtype=np.int32)
    rows = {"position": empty, "code": empty, "timestamp_us": empty, "customer": pa.array([], pa.string())}
    whole = partition_of(pa.table(rows), names, fingerprint="nothing")
    missing = Column(empty, ())
    loader = Loader(
        lambda _: missing, lambda _: missing, lambda: np.zeros(0, np.int64), lambda _: [], lambda _: []
    )
    return replace(whole, loader=loader)


def _positions(batch: pa.RecordBatch, before: int) -> NDArray[np.int32]:
    """The rows' places in their timelines; they go on by one or begin anew."""
    positions: NDArray[np.int32] = batch.column("position").to_numpy()
    steps = np.diff(positions, prepend=np.int32(before))
    if (before < 0 and positions[0] != 0) or np.any((steps != 1) & (positions != 0)):
        raise CutCustomerError
    return positions


def _loader(rows: pa.Table, starts: NDArray[np.intp]) -> Loader:
    def held(name: str) -> pa.ChunkedArray:
        if name not in rows.column_names:
            raise MissingColumnError(name)
        return rows[name]

    def trait(name: str) -> Column:
        return coded_column(held(f"{TRAIT}{name}").take(pa.array(starts)), "channel")

    return Loader(
        column=lambda name: coded_column(held(column_in_rows(name)), name),
        trait=trait,
        value_minor=lambda: filled_values(held(VALUE)),
        properties=lambda wanted: held(PROPERTIES).take(pa.array(list(wanted), pa.int64())).to_pylist(),
        event_ids=lambda wanted: held(EVENT_ID).take(pa.array(wanted)).to_pylist(),
    )


def _single(array: pa.ChunkedArray) -> pa.Array:
    return pa.concat_arrays(
        [pc.cast(chunk, pa.string()) for chunk in array.chunks] or [pa.array([], pa.string())]
    )

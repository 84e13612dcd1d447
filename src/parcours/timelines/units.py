"""Timelines of another unit than the customer: an account, a device, any property.

The events of all partitions are dealt out again by the value of the unit, so that each unit's events stand together in
time order. Events without the unit are dropped and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.events.schema import bucket_of
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Column, Loader, Partition

CUSTOMER = "customer"


@dataclass(frozen=True)
class Regrouped:
    """The partitions of a unit, and how many events have none."""

    partitions: tuple[Partition, ...]
    dropped_events: int


def regroup(wholes: Sequence[Partition], unit: str) -> Regrouped:
    """Partitions by ``unit``: a property of the events, or ``profile.<trait>`` of their customers."""
    columns = [_unit_of_rows(whole, unit) for whole in wholes]
    values = sorted({value for column in columns for value in column.values}, key=str.encode)
    code_of = {value: code for code, value in enumerate(values)}
    codes = np.concatenate([_recoded(column, code_of) for column in columns] or [np.zeros(0, np.int64)])
    source = np.repeat(np.arange(len(wholes)), [whole.event_count for whole in wholes])
    rows = np.concatenate([np.arange(whole.event_count) for whole in wholes] or [np.zeros(0, np.int64)])
    times = np.concatenate([whole.timestamps for whole in wholes] or [np.zeros(0, np.int64)])
    bucket_by_value = np.array([bucket_of(value, len(wholes)) for value in values] + [-1], dtype=np.int64)
    buckets = bucket_by_value[codes]
    content = "\n".join([unit, *(whole.fingerprint for whole in wholes)])
    fingerprint = hashlib.sha256(content.encode()).hexdigest()[:24]
    partitions = []
    for bucket in range(len(wholes)):
        mine = np.flatnonzero(buckets == bucket)
        mine = mine[np.lexsort((rows[mine], source[mine], times[mine], codes[mine]))]
        partitions.append(
            _partition(bucket, fingerprint, wholes, values, codes[mine], source[mine], rows[mine])
        )
    return Regrouped(tuple(partitions), int(np.count_nonzero(codes < 0)))


def _unit_of_rows(whole: Partition, unit: str) -> Column:
    if not unit.startswith(PROFILE):
        return whole.column(unit)
    trait = whole.trait(unit.removeprefix(PROFILE))
    return Column(np.repeat(trait.codes, np.diff(whole.offsets)), trait.values)


def _recoded(column: Column, code_of: dict[str, int]) -> NDArray[np.int64]:
    """Codes into all units' values; −1 for missing or empty."""
    lookup = np.array([code_of[value] if value else -1 for value in column.values] + [-1], dtype=np.int64)
    return lookup[column.codes]


def _partition(
    bucket: int,
    fingerprint: str,
    wholes: Sequence[Partition],
    values: Sequence[str],
    codes: NDArray[np.int64],
    source: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> Partition:
    present, counts = np.unique(codes, return_counts=True)
    offsets = np.concatenate(([0], np.cumsum(counts))).astype(np.int64)
    names = sorted({name for whole in wholes for name in whole.names}, key=str.encode)
    event_codes = Column(*_gathered([Column(w.events, w.names) for w in wholes], source, rows, names))
    return Partition(
        bucket=bucket,
        fingerprint=fingerprint,
        customers=pa.array([values[code] for code in present], pa.string()),
        offsets=offsets,
        timestamps=_taken([whole.timestamps for whole in wholes], source, rows),
        events=event_codes.codes,
        names=event_codes.values,
        loader=_loader(wholes, source, rows, len(present)),
    )


def _loader(
    wholes: Sequence[Partition], source: NDArray[np.int64], rows: NDArray[np.int64], unit_count: int
) -> Loader:
    def column(name: str) -> Column:
        columns = [whole.column(name) for whole in wholes]
        values = sorted({value for one in columns for value in one.values})
        return Column(*_gathered(columns, source, rows, values))

    def trait(name: str) -> Column:  # noqa: ARG001  (profiles are the customers', not the units')
        return Column(np.full(unit_count, -1, dtype=np.int32), ())

    def properties(wanted: Sequence[int]) -> list[str | None]:
        return [wholes[source[row]].properties([int(rows[row])])[0] for row in wanted]

    def value_minor() -> NDArray[np.int64]:
        return _taken([whole.value_minor() for whole in wholes], source, rows)

    return Loader(column, trait, value_minor, properties)


def _gathered(
    columns: Sequence[Column], source: NDArray[np.int64], rows: NDArray[np.int64], values: Sequence[str]
) -> tuple[NDArray[np.int32], tuple[str, ...]]:
    """One column from several, recoded into ``values``."""
    code_of = {value: code for code, value in enumerate(values)}
    recoded = [
        np.array([code_of[value] for value in column.values] + [-1], dtype=np.int32)[column.codes]
        for column in columns
    ]
    codes: NDArray[np.int32] = _taken(recoded, source, rows).astype(np.int32)
    return codes, tuple(values)


def _taken(
    arrays: Sequence[NDArray[np.int64] | NDArray[np.int32]],
    source: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> NDArray[np.int64]:
    starts = np.concatenate(([0], np.cumsum([len(array) for array in arrays])))
    together: NDArray[Any] = np.concatenate(arrays) if arrays else np.zeros(0, np.int64)
    taken: NDArray[np.int64] = together[starts[source] + rows]
    return taken

"""Timelines of another unit than the customer: an account, a device, any property.

The events of all partitions are dealt out again by the value of the unit, so that each unit's events stand together in
time order. Events without the unit are dropped and counted.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.events.schema import bucket_of
from parcours.timelines.gather import Rows, gather
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Column, Partition

CUSTOMER = "customer"


@dataclass(frozen=True)
class Regrouped:
    """The partitions of a unit, and how many events have none."""

    partitions: tuple[Partition, ...]
    dropped_events: int


def regroup(wholes: Sequence[Partition], unit: str) -> Regrouped:
    """Partitions by ``unit``: a property of the events, or ``profile.<trait>`` of their customers."""
    columns = [unit_of_rows(whole, unit) for whole in wholes]
    values = sorted({value for column in columns for value in column.values if value}, key=str.encode)
    code_of = {value: code for code, value in enumerate(values)}
    everything = Rows(
        source=np.repeat(np.arange(len(wholes)), [whole.event_count for whole in wholes]),
        rows=np.concatenate([np.arange(whole.event_count) for whole in wholes]),
        codes=np.concatenate([_recoded(column, code_of) for column in columns]),
    )
    bucket_of_unit = np.array([*(bucket_of(value, len(wholes)) for value in values), -1], dtype=np.int64)
    buckets = bucket_of_unit[everything.codes]
    content = "\n".join([unit, *(whole.fingerprint for whole in wholes)])
    fingerprint = hashlib.sha256(content.encode()).hexdigest()[:24]
    partitions = [
        gather(
            wholes,
            everything.take(np.flatnonzero(buckets == bucket)),
            values,
            bucket=bucket,
            fingerprint=fingerprint,
            trait=_no_trait,
        )
        for bucket in range(len(wholes))
    ]
    return Regrouped(tuple(partitions), int(np.count_nonzero(everything.codes < 0)))


def unit_of_rows(whole: Partition, unit: str) -> Column:
    """The unit that each row of a partition belongs to: a property of its own, or a trait of its customer."""
    if not unit.startswith(PROFILE):
        return whole.column(unit)
    trait = whole.trait(unit.removeprefix(PROFILE))
    return Column(np.repeat(trait.codes, np.diff(whole.offsets)), trait.values)


def _recoded(column: Column, code_of: dict[str, int]) -> NDArray[np.int64]:
    """Codes into all units' values; −1 for missing or empty."""
    lookup = np.array([*(code_of.get(value, -1) for value in column.values), -1], dtype=np.int64)
    return lookup[column.codes]


def _no_trait(name: str, units: pa.Array) -> Column:  # noqa: ARG001  (profiles are the customers', not the units')
    return Column(np.full(len(units), -1, dtype=np.int32), ())

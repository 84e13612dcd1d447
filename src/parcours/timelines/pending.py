"""What came after the last whole build: events that lie beside the partitions until there are enough to merge them.

A **base** is one partition a bucket, flat and complete up to some version of the log. A **run** holds the events of one
later version. A **standing** is a base with its runs: all events at one version. A refresh adds a run, which costs what
is new; the timelines of the customers it touches are put together from base and runs when a question needs them.

Persons are numbered: those of the base in the order of buckets, then newcomers in the order of their arrival. Numbers
hold for all standings over one base.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from operator import is_
from threading import Lock

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from parcours.events.schema import bucket_of
from parcours.timelines.gather import Rows, TraitLoader, gathered, joined_runs, partition_of
from parcours.timelines.partition import Partition

Longs = NDArray[np.int64]
FEW = 200  # persons that are looked up one by one rather than all at once


class Base:
    """One partition a bucket, keyed by person, and the numbers of all persons that are known over it."""

    def __init__(self, partitions: Sequence[Partition]) -> None:
        self.partitions = tuple(partitions)
        counts = [partition.customer_count for partition in self.partitions]
        self.first = np.concatenate(([0], np.cumsum(counts, dtype=np.int64)))
        self._newcomers: dict[str, int] = {}
        self._lock = Lock()

    @property
    def person_count(self) -> int:
        return int(self.first[-1]) + len(self._newcomers)

    @cached_property
    def event_counts(self) -> Longs:
        """How many events each person of the base has."""
        counts = [np.diff(partition.offsets) for partition in self.partitions]
        return np.concatenate([np.zeros(0, np.int64), *counts])

    def numbers(self, persons: pa.Array) -> Longs:
        """The number of each person; those not seen before get the next ones."""
        found = self._one_by_one(persons) if len(persons) <= FEW else self._all_at_once(persons)
        with self._lock:
            for place in np.flatnonzero(found < 0).tolist():
                name = persons[place].as_py()
                found[place] = self._newcomers.setdefault(name, self.person_count)
        return found

    def numbers_in(self, partition: Partition) -> Longs:
        """The numbers of the customers of one bucket's partition, of the base or of a later version of it."""
        own = self.partitions[partition.bucket]
        first = int(self.first[partition.bucket])
        found = np.arange(first, first + own.customer_count)
        if partition.customers is own.customers or partition.customers.equals(own.customers):
            return found
        places = pc.index_in(partition.customers, value_set=own.customers).fill_null(-1)
        here = places.to_numpy(zero_copy_only=False).astype(np.int64)
        numbers = np.where(here >= 0, first + here, -1)
        fresh = np.flatnonzero(numbers < 0)
        numbers[fresh] = [
            self._newcomers[name] for name in partition.customers.take(pa.array(fresh)).to_pylist()
        ]
        return numbers

    def names(self, numbers: Longs) -> pa.Array:
        """The persons of some ascending numbers."""
        parts = [
            partition.customers.take(pa.array(numbers[(numbers >= low) & (numbers < high)] - low))
            for partition, low, high in zip(self.partitions, self.first[:-1], self.first[1:], strict=True)
        ]
        known = list(self._newcomers)
        later = numbers[numbers >= self.first[-1]] - self.first[-1]
        return pa.concat_arrays([*parts, pa.array([known[number] for number in later.tolist()], pa.string())])

    def _one_by_one(self, persons: pa.Array) -> Longs:
        found = np.full(len(persons), -1, np.int64)
        for place, person in enumerate(persons.to_pylist()):
            bucket = bucket_of(person, len(self.partitions))
            rows, offsets = self.partitions[bucket].rows_of(person), self.partitions[bucket].offsets
            if rows:
                found[place] = self.first[bucket] + np.searchsorted(offsets, rows.start)
        return found

    def _all_at_once(self, persons: pa.Array) -> Longs:
        found = np.full(len(persons), -1, np.int64)
        for partition, first in zip(self.partitions, self.first[:-1], strict=True):
            places = pc.index_in(partition.customers, value_set=persons)
            here = places.fill_null(-1).to_numpy(zero_copy_only=False)
            held = np.flatnonzero(here >= 0)
            found[here[held]] = first + held
        return found


@dataclass(frozen=True, eq=False)
class Run:
    """The events that one version added. ``numbers`` holds the person of each of the partition's ids."""

    partition: Partition
    numbers: Longs

    @cached_property
    def persons(self) -> Longs:
        """Whom it touches, ascending."""
        return np.unique(self.numbers)

    def rows_of(self, numbers: Longs) -> tuple[Longs, Longs]:
        """The rows of some ascending persons, and the place of each row's person among them."""
        place = np.searchsorted(numbers, self.numbers)
        here = np.flatnonzero(
            numbers[np.minimum(place, len(numbers) - 1)] == self.numbers if len(numbers) else place < 0
        )
        rows, lengths = rows_between(self.partition.offsets, here)
        return rows, np.repeat(place[here], lengths)


@dataclass(frozen=True, eq=False)
class Chosen:
    """The whole timelines of some persons, in the order of their ``numbers`` (and so not of their names)."""

    partition: Partition
    numbers: Longs


@dataclass(frozen=True, eq=False)
class Standing:
    """All events at one version of the log. ``fingerprint`` changes exactly when they do, or whom they belong to."""

    fingerprint: str
    base: Base
    runs: tuple[Run, ...]
    person_count: int
    trait: TraitLoader
    _kept: dict[str, tuple[Chosen, Chosen]] = field(default_factory=dict, repr=False)
    _lock: Lock = field(default_factory=Lock, repr=False)

    def and_(self, run: Run) -> Standing:
        """This and one more run."""
        digest = hashlib.sha256(f"{self.fingerprint}\n{run.partition.fingerprint}".encode())
        return Standing(
            digest.hexdigest()[:24], self.base, (*self.runs, run), self.base.person_count, self.trait
        )

    @cached_property
    def event_count(self) -> int:
        """How many events there are; those that come twice counted as they came."""
        return sum(part.event_count for part in self._parts())

    def event_count_of(self, numbers: Longs) -> int:
        """How many events of the base some persons have."""
        return int(self.base.event_counts[numbers[numbers < len(self.base.event_counts)]].sum())

    @cached_property
    def span_us(self) -> tuple[int, int] | None:
        """First and last instant of any event; None when there is none."""
        held = [part.span_us() for part in self._parts() if part.event_count]
        return (min(low for low, _ in held), max(high for _, high in held)) if held else None

    @cached_property
    def names(self) -> frozenset[str]:
        """The names of all events."""
        return frozenset(name for part in self._parts() for name in part.names)

    def touched_since(self, before: Standing) -> Longs | None:
        """The persons whose events changed since an earlier standing, ascending; None when that is not known."""
        known = len(before.runs)
        same = len(self.runs) >= known and all(map(is_, before.runs, self.runs))
        if before.base is not self.base or not same:
            return None
        return np.unique(np.concatenate([np.zeros(0, np.int64), *(run.persons for run in self.runs[known:])]))

    def change_since(self, before: Standing, touched: Longs) -> tuple[Chosen, Chosen]:
        """The timelines of those touched, as they were and as they are; the latest is kept for the next question."""
        with self._lock:
            if before.fingerprint not in self._kept:
                self._kept.clear()
                known = touched[touched < before.person_count]
                self._kept[before.fingerprint] = before.timelines_of(known), self.timelines_of(touched)
            return self._kept[before.fingerprint]

    def timelines_of(self, numbers: Longs) -> Chosen:
        """The timelines of some persons (ascending numbers), in one partition."""
        persons, wholes = self.base.names(numbers), self._parts()
        chosen, arrays = joined_runs(
            wholes, self._base_rows(numbers), self._later_rows(numbers, persons), persons
        )
        partition = partition_of(
            wholes, chosen, arrays, bucket=-1, fingerprint=f"{self.fingerprint}/some", trait=self.trait
        )
        return Chosen(partition, numbers)

    def _parts(self) -> tuple[Partition, ...]:
        return (*self.base.partitions, *(run.partition for run in self.runs))

    def _base_rows(self, numbers: Longs) -> Rows:
        """The rows of the base of some persons."""
        buckets = np.searchsorted(self.base.first, numbers, side="right") - 1
        begins, lengths = np.zeros(len(numbers), np.int64), np.zeros(len(numbers), np.int64)
        for bucket, partition in enumerate(self.base.partitions):
            mine = np.flatnonzero(buckets == bucket)
            position = numbers[mine] - self.base.first[bucket]
            begins[mine] = partition.offsets[position]
            lengths[mine] = partition.offsets[position + 1] - begins[mine]
        first = np.cumsum(lengths) - lengths
        rows = np.arange(int(lengths.sum())) + np.repeat(begins - first, lengths)
        return Rows(np.repeat(buckets, lengths), rows, np.repeat(np.arange(len(numbers)), lengths))

    def _later_rows(self, numbers: Longs, persons: pa.Array) -> Rows:
        """The rows of the runs of some persons, by person, time and event id."""
        parts = []
        for place, run in enumerate(self.runs, start=len(self.base.partitions)):
            rows, person = run.rows_of(numbers)
            if len(rows):
                parts.append(Rows(np.full(len(rows), place, np.int64), rows, person))
        if not parts:
            nothing = np.zeros(0, np.int64)
            return Rows(nothing, nothing, nothing)
        together = Rows(
            np.concatenate([part.source for part in parts]),
            np.concatenate([part.rows for part in parts]),
            np.concatenate([part.codes for part in parts]),
        )
        return together.take(gathered(self._parts(), together, persons, once=True).order)


def standing_name(partitions: Sequence[Partition]) -> str:
    """Names what some partitions hold together."""
    return hashlib.sha256("\n".join(part.fingerprint for part in partitions).encode()).hexdigest()[:24]


def rows_between(offsets: Longs, positions: NDArray[np.integer]) -> tuple[Longs, Longs]:
    """The rows of some customers, one after the other, and how many each has."""
    begins = np.asarray(offsets[positions])
    lengths = np.asarray(offsets[positions + 1]) - begins
    first = np.cumsum(lengths) - lengths
    return np.arange(int(lengths.sum())) + np.repeat(begins - first, lengths), lengths

"""The timelines of one version of the log: partitions, built where the log changed, mapped where it did not."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from threading import RLock

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.events.identity import IDENTITY_EVENTS, Identity, IdentityEvent, resolve
from parcours.events.log import EventLog
from parcours.events.schema import bucket_of
from parcours.timelines import build, columns
from parcours.timelines.identity_events import identity_events
from parcours.timelines.joined import join
from parcours.timelines.partition import Column, Loader, Partition


@dataclass(frozen=True)
class State:
    """What one version of the log comes to."""

    version: int
    identity: Identity
    profiles: columns.Profiles
    partitions: tuple[Partition, ...]


class Timelines:
    """All persons' timelines at the log's present version, joined ids together.

    ``cache`` is the folder of derived arrays; it may be deleted at any time, and when it cannot be written the arrays
    are kept in memory. An anonymous id that more than ``identity_limit`` known ids share joins nobody.
    """

    def __init__(self, log: EventLog, cache: Path, *, threads: int, identity_limit: int) -> None:
        self.log = log
        self.threads = threads
        self.identity_limit = identity_limit
        self._cache = cache / "timelines"
        self._raw: dict[int, Partition] = {}
        self._state: State | None = None
        self._resolved: tuple[list[IdentityEvent], Identity] | None = None
        self._lock = RLock()

    def refresh(self) -> None:
        """Follow the log to its newest version; only changed partitions will be built again."""
        with self._lock:
            self.log.refresh()

    @property
    def state(self) -> State:
        """Identity, profiles and partitions of the log's version; what did not change is kept from the one before."""
        with self._lock:
            if self._state is None or self._state.version != self.log.version:
                self._state = self._read(self._state)
            return self._state

    @property
    def profiles(self) -> columns.Profiles:
        """The latest traits of all customers."""
        return self.state.profiles

    @property
    def identity(self) -> Identity:
        """Which ids are one person."""
        return self.state.identity

    def partitions(self) -> list[Partition]:
        """Every partition, in bucket order."""
        return list(self.state.partitions)

    def find(self, customer: str) -> tuple[Partition, range]:
        """The partition that would hold a customer, and the customer's rows in it (empty when unknown)."""
        person = self.identity.of(customer)
        partition = self.state.partitions[bucket_of(person, self.log.buckets)]
        return partition, partition.rows_of(person)

    def span_us(self) -> tuple[int, int] | None:
        """First and last instant of any event; None for an empty log."""
        spans = [partition.span_us() for partition in self.state.partitions if partition.event_count]
        return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None

    def event_names(self) -> frozenset[str]:
        """The names of all events."""
        return frozenset(name for partition in self.partitions() for name in partition.names)

    def customer_count(self) -> int:
        """How many customers have any event."""
        return sum(partition.customer_count for partition in self.state.partitions)

    def _read(self, before: State | None) -> State:
        raw = self._raw_partitions()
        events = [event for whole in raw for event in self._identity_events(whole)]
        if self._resolved is None or self._resolved[0] != events:  # most imports join nobody
            self._resolved = events, resolve(events, limit=self.identity_limit)
        identity = self._resolved[1]
        profiles = columns.Profiles.of(self.log.side("profiles"), identity)
        known = {} if before is None else {one.fingerprint: one for one in before.partitions}
        if before is not None and before.profiles.fingerprint != profiles.fingerprint:
            self._raw.clear()  # open partitions hold traits, and what was decided by them
            raw, known = self._raw_partitions(), {}
        joined = join(raw, identity, profiles.column, known, self._joined, threads=self.threads)
        return State(self.log.version, identity, profiles, tuple(joined))

    def _raw_partitions(self) -> list[Partition]:
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(self._raw_partition, range(self.log.buckets)))

    def _raw_partition(self, bucket: int) -> Partition:
        """One partition by the ids of the log, mapped or built."""
        fingerprint = self.log.fingerprint(bucket)
        known = self._raw.get(bucket)
        if known is None or known.fingerprint != fingerprint:
            known = self._raw[bucket] = self._load(bucket, fingerprint, self.log.files(bucket))
        return known

    def _load(self, bucket: int, fingerprint: str, files: list[str]) -> Partition:
        arrays = self._shelved(f"{bucket:04d}", fingerprint, lambda: build.build(files))
        return self._partition(bucket, fingerprint, arrays, files)

    def _identity_events(self, whole: Partition) -> tuple[IdentityEvent, ...]:
        """A bucket's events about ids: few, and asked for at every start, so kept beside its arrays."""
        if not set(whole.names) & set(IDENTITY_EVENTS):
            return ()
        folder = self._cache / f"{whole.bucket:04d}-{build.FORMAT}-{whole.fingerprint}"
        return whole.keep("identity", lambda: identity_events(whole, folder / "identity.json"))

    def _joined(self, bucket: int, fingerprint: str, make: Callable[[], build.Arrays]) -> build.Arrays:
        return self._shelved(f"joined-{bucket:04d}", fingerprint, make)

    def _shelved(self, name: str, fingerprint: str, make: Callable[[], build.Arrays]) -> build.Arrays:
        """Arrays as they are kept on disk, else made and kept there."""
        folder = self._cache / f"{name}-{build.FORMAT}-{fingerprint}"
        arrays = _read(folder)
        if arrays is None:
            shutil.rmtree(folder, ignore_errors=True)  # broken, if it is there at all
            arrays = self._shelve(make(), folder, name)
        return arrays

    def _shelve(self, arrays: build.Arrays, folder: Path, name: str) -> build.Arrays:
        """Write the folder and drop the older ones of its name; a cache that cannot be written is no error."""
        try:
            build.write(arrays, folder)
        except OSError:
            return arrays
        for older in self._cache.glob(f"{name}-*"):
            if older != folder:
                shutil.rmtree(older, ignore_errors=True)
        return _read(folder) or arrays  # another process may have dropped the folder by now

    def _partition(self, bucket: int, fingerprint: str, arrays: build.Arrays, files: list[str]) -> Partition:
        def value_minor() -> NDArray[np.int64]:
            return columns.value_minor(files, arrays.order)

        def properties(rows: Sequence[int]) -> list[str | None]:
            texts = build.read_column(files, "properties").take(
                pa.array(arrays.order[np.asarray(rows, np.int64)])
            )
            return list(texts.to_pylist())

        def column(name: str) -> Column:
            return columns.event_column(files, arrays.order, name)

        def event_ids(rows: NDArray[np.int64]) -> list[str]:
            taken = build.read_column(files, "event_id").take(pa.array(arrays.order[rows]))
            return list(taken.to_pylist())

        def stored(rows: NDArray[np.int64]) -> bytes:
            return build.stored_rows(files, arrays.order[rows])

        def trait(name: str) -> Column:
            return self.profiles.column(name, arrays.customers)

        return Partition(
            bucket=bucket,
            fingerprint=fingerprint,
            customers=arrays.customers,
            offsets=arrays.offsets,
            timestamps=arrays.timestamps,
            events=arrays.events,
            names=arrays.names,
            loader=Loader(column, trait, value_minor, properties, event_ids, stored),
        )


def _read(folder: Path) -> build.Arrays | None:
    """The arrays of a folder; None when it is not there, not whole, or dropped by another process meanwhile."""
    try:
        return build.read(folder)
    except (OSError, ValueError, EOFError, KeyError, pa.ArrowException):
        return None

"""The timelines of one version of the log: partitions, built where the log changed, mapped where it did not."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Mapping, Sequence
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
from parcours.timelines.allocation import share_pools
from parcours.timelines.identity_events import identity_events
from parcours.timelines.joined import join
from parcours.timelines.merge import together
from parcours.timelines.partition import Column, Loader, Partition
from parcours.timelines.pending import Base, Run, Standing, standing_name
from parcours.timelines.shelf import Shelf

MOST_PENDING = 10  # a new base is made when runs hold more than one in so many events
MOST_RUNS = 256


@dataclass(frozen=True)
class State:
    """What one version of the log comes to. ``files`` are those of the log by bucket."""

    version: int
    identity: Identity
    profiles: columns.Profiles
    standing: Standing
    files: Mapping[int, frozenset[str]]


class Timelines:
    """All persons' timelines at the log's present version, joined ids together.

    ``cache`` is the folder of derived arrays; it may be deleted at any time, and when it cannot be written the arrays
    are kept in memory. An anonymous id that more than ``identity_limit`` known ids share joins nobody.

    A refresh reads the new files only and lays their events beside the partitions (see ``pending``). They are merged
    into the partitions when somebody asks for these, or when they have become many.
    """

    def __init__(self, log: EventLog, cache: Path, *, threads: int, identity_limit: int) -> None:
        self.log = log
        self.threads = threads
        self.identity_limit = identity_limit
        self._cache = cache / "timelines"
        self._shelf = Shelf()  # one for all partitions, so that what they keep has one budget
        share_pools(threads)
        self._raw: dict[int, _Raw] = {}
        self._state: State | None = None
        self._whole: tuple[Standing, tuple[Partition, ...]] | None = None
        self._resolved: tuple[list[IdentityEvent], Identity] | None = None
        self._lock = RLock()

    def refresh(self) -> None:
        """Follow the log to its newest version; only changed partitions will be built again."""
        with self._lock:
            self.log.refresh()

    @property
    def state(self) -> State:
        """Identity, profiles and events of the log's version; what did not change is kept from the one before."""
        with self._lock:
            if self._state is None or self._state.version != self.log.version:
                before = self._state
                self._state = (before and self._followed(before)) or self._read()
            return self._state

    @property
    def profiles(self) -> columns.Profiles:
        """The latest traits of all customers."""
        return self.state.profiles

    @property
    def identity(self) -> Identity:
        """Which ids are one person."""
        return self.state.identity

    def standing(self) -> Standing:
        """All events of the log's version, those that came lately beside the partitions."""
        return self.state.standing

    def partitions(self) -> list[Partition]:
        """Every partition, in bucket order, with all events in it."""
        with self._lock:
            return list(self._partitions_of(self.state))

    def whole(self) -> tuple[Standing, list[Partition]]:
        """The standing, and every partition of just that."""
        with self._lock:
            state = self.state
            return state.standing, list(self._partitions_of(state))

    def find(self, customer: str) -> tuple[Partition, range]:
        """The partition that would hold a customer, and the customer's rows in it (empty when unknown)."""
        person = self.identity.of(customer)
        partition = self.partitions()[bucket_of(person, self.log.buckets)]
        return partition, partition.rows_of(person)

    def span_us(self) -> tuple[int, int] | None:
        """First and last instant of any event; None for an empty log."""
        return self.standing().span_us

    def event_names(self) -> frozenset[str]:
        """The names of all events."""
        return frozenset(name for partition in self.partitions() for name in partition.names)

    def customer_count(self) -> int:
        """How many customers have any event."""
        return self.standing().person_count

    # -- following the log -------------------------------------------------------------------------------------------

    def _followed(self, before: State) -> State | None:
        """The state after batches were added and nothing else was done; None when more has to be looked at.

        What joins ids, and what changes traits, concerns customers who have no new events."""
        new = self._new_files(before)
        pending = sum(run.partition.event_count for run in before.standing.runs)
        events = sum(part.event_count for part in before.standing.base.partitions)
        if new is None or len(before.standing.runs) >= MOST_RUNS or pending > events // MOST_PENDING:
            return None
        run = self._run(new, before) if new else None
        if run is not None and set(run.partition.names) & set(IDENTITY_EVENTS):
            return None
        profiles = columns.Profiles.of(self.log.side("profiles"), before.identity)
        if profiles.fingerprint != before.profiles.fingerprint:
            return None
        standing = before.standing if run is None else before.standing.and_(run)
        return State(self.log.version, before.identity, before.profiles, standing, self._files())

    def _new_files(self, before: State) -> list[str] | None:
        """The files added since, in the order of buckets; None when others went."""
        now, new = self._files(), []
        for bucket in range(self.log.buckets):
            held = before.files.get(bucket, frozenset())
            if held - now[bucket]:
                return None
            new += [path for path in self.log.files(bucket) if build.name_of(path) not in held]
        return new

    def _run(self, files: list[str], before: State) -> Run:
        names = "\n".join(build.name_of(path) for path in files)
        fingerprint = hashlib.sha256(names.encode()).hexdigest()[:24]
        partition = self._partition(-1, fingerprint, build.build(files), files)
        keys = partition.customers
        persons = keys
        if before.identity.canonical:
            persons = pa.array([before.identity.of(key) for key in keys.to_pylist()], pa.string())
        return Run(partition, before.standing.base.numbers(persons))

    def _files(self) -> dict[int, frozenset[str]]:
        return {
            bucket: frozenset(build.name_of(path) for path in self.log.files(bucket))
            for bucket in range(self.log.buckets)
        }

    # -- reading it whole --------------------------------------------------------------------------------------------

    def _read(self) -> State:
        """The state with a new base: every event in its partition."""
        before = self._state
        raw = self._raw_partitions()
        events = [event for whole in raw for event in self._identity_events(whole)]
        if self._resolved is None or self._resolved[0] != events:  # most imports join nobody
            self._resolved = events, resolve(events, limit=self.identity_limit)
        identity = self._resolved[1]
        profiles = columns.Profiles.of(self.log.side("profiles"), identity)
        if before is not None and before.profiles.fingerprint != profiles.fingerprint:
            self._raw.clear()  # open partitions hold traits, and what was decided by them
            self._whole = None
            raw = self._raw_partitions()
        partitions = self._joined_partitions(raw, identity, profiles)
        base = Base(partitions)
        standing = Standing(standing_name(partitions), base, (), base.person_count, profiles.column)
        self._whole = standing, partitions
        return State(self.log.version, identity, profiles, standing, self._files())

    def _partitions_of(self, state: State) -> tuple[Partition, ...]:
        """The partitions of a state, its runs merged into them."""
        if self._whole is None or self._whole[0] is not state.standing:
            merged = self._joined_partitions(self._raw_partitions(), state.identity, state.profiles)
            self._whole = state.standing, merged
        return self._whole[1]

    def _joined_partitions(
        self, raw: list[Partition], identity: Identity, profiles: columns.Profiles
    ) -> tuple[Partition, ...]:
        known = {} if self._whole is None else {one.fingerprint: one for one in self._whole[1]}
        joined = join(raw, identity, profiles.column, known, self._joined, threads=self.threads)
        return tuple(one.on(self._shelf) for one in joined)

    def _raw_partitions(self) -> list[Partition]:
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(self._raw_partition, range(self.log.buckets)))

    def _raw_partition(self, bucket: int) -> Partition:
        """One partition by the ids of the log, mapped, merged with what is new, or built."""
        fingerprint, files = self.log.fingerprint(bucket), self.log.files(bucket)
        known = self._raw.get(bucket)
        if known is None or known.partition.fingerprint != fingerprint:
            arrays = self._shelved(f"{bucket:04d}", fingerprint, lambda: self._made(bucket, known, files))
            ordered = _in_order(arrays, files)
            known = _Raw(self._partition(bucket, fingerprint, arrays, ordered), arrays)
            self._raw[bucket] = known
        return known.partition

    def _made(self, bucket: int, known: _Raw | None, files: list[str]) -> build.Arrays:
        """The arrays of a bucket: of an earlier version's and the new files where that can be, else of all files."""
        older = known or self._older(bucket)
        names = {build.name_of(path) for path in files}
        if older is None or not older.arrays.files or not {name for name, _ in older.arrays.files} <= names:
            return build.build(files)
        held = {name for name, _ in older.arrays.files}
        new = [path for path in files if build.name_of(path) not in held]
        added = build.build(new)
        ids = self._partition(bucket, "", added, new).event_ids
        count = len(older.arrays.timestamps)

        def read(rows: NDArray[np.int64]) -> list[str]:
            found = np.empty(len(rows), dtype=object)
            first = rows < count
            found[first] = older.partition.event_ids(rows[first])
            found[~first] = ids(rows[~first] - count)
            return list(found)

        return together(older.arrays, added, read)

    def _older(self, bucket: int) -> _Raw | None:
        """What an earlier process left of a bucket."""
        for folder in self._cache.glob(f"{bucket:04d}-{build.FORMAT}-*"):
            arrays = _read(folder)
            paths = {build.name_of(path): path for path in self.log.files(bucket)}
            if arrays is not None and all(name in paths for name, _ in arrays.files):
                files = [paths[name] for name, _ in arrays.files]
                return _Raw(self._partition(bucket, "", arrays, files), arrays)
        return None

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
            counts = [count for _, count in arrays.files]
            return columns.properties_at(files, counts, arrays.order[np.asarray(rows, np.int64)])

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
        ).on(self._shelf)


@dataclass(frozen=True)
class _Raw:
    """A partition by the ids of the log, and its arrays."""

    partition: Partition
    arrays: build.Arrays


def _in_order(arrays: build.Arrays, files: list[str]) -> list[str]:
    """The files in the order of the arrays' rows."""
    paths = {build.name_of(path): path for path in files}
    return [paths[name] for name, _ in arrays.files]


def _read(folder: Path) -> build.Arrays | None:
    """The arrays of a folder; None when it is not there, not whole, or dropped by another process meanwhile."""
    try:
        return build.read(folder)
    except (OSError, ValueError, EOFError, KeyError, pa.ArrowException):
        return None

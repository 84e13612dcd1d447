"""The timelines of one version of the log: partitions, built where the log changed, mapped where it did
not.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from threading import RLock

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from parcours.events.log import EventLog
from parcours.events.schema import bucket_of
from parcours.timelines import build, columns
from parcours.timelines.partition import Column, Loader, Partition


class Timelines:
    """All customers' timelines at the log's present version.

    ``cache`` is the folder of derived arrays; it may be deleted at any time, and when it cannot be written
    the arrays are kept in memory."""

    def __init__(self, log: EventLog, cache: Path, *, threads: int) -> None:
        self.log = log
        self.threads = threads
        self._cache = cache / "timelines"
        self._open: dict[int, Partition] = {}
        self._lock = RLock()

    def refresh(self) -> None:
        """Follow the log to its newest version; only changed partitions will be built again."""
        with self._lock:
            self.log.refresh()
            before: columns.Profiles | None = self.__dict__.pop("profiles", None)
            if before is not None and before.fingerprint != self.profiles.fingerprint:
                self._open.clear()  # open partitions hold traits, and what was decided by them

    @cached_property
    def profiles(self) -> columns.Profiles:
        """The latest traits of all customers."""
        return columns.Profiles.of(self.log.side("profiles"))

    @property
    def fingerprint(self) -> str:
        """Changes exactly when any event or profile does."""
        parts = [self.log.fingerprint(bucket) for bucket in range(self.log.buckets)]
        return hashlib.sha256("\n".join([*parts, self.profiles.fingerprint]).encode()).hexdigest()[:24]

    def partitions(self) -> list[Partition]:
        """Every partition, in bucket order; missing ones are built, on all threads."""
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(self.partition, range(self.log.buckets)))

    def partition(self, bucket: int) -> Partition:
        """One partition, mapped or built."""
        with self._lock:  # one version of the log for both, whatever thread refreshes
            fingerprint, files = self.log.fingerprint(bucket), self.log.files(bucket)
        known = self._open.get(bucket)
        if known is not None and known.fingerprint == fingerprint:
            return known
        partition = self._load(bucket, fingerprint, files)
        with self._lock:
            self._open[bucket] = partition
        return partition

    def find(self, customer: str) -> tuple[Partition, range]:
        """The partition that would hold a customer, and the customer's rows in it (empty when unknown)."""
        partition = self.partition(bucket_of(customer, self.log.buckets))
        return partition, partition.rows_of(customer)

    def span_us(self) -> tuple[int, int] | None:
        """First and last instant of any event; None for an empty log."""
        spans = [
            (int(part.timestamps.min()), int(part.timestamps.max()))
            for part in self._filled(self.partitions())
        ]
        return (min(low for low, _ in spans), max(high for _, high in spans)) if spans else None

    def customer_count(self) -> int:
        """How many customers have any event."""
        return sum(partition.customer_count for partition in self.partitions())

    @staticmethod
    def _filled(partitions: list[Partition]) -> Iterator[Partition]:
        return (partition for partition in partitions if partition.event_count)

    def _load(self, bucket: int, fingerprint: str, files: list[str]) -> Partition:
        folder = self._cache / f"{bucket:04d}-{build.FORMAT}-{fingerprint}"
        arrays = _read(folder)
        if arrays is None:
            shutil.rmtree(folder, ignore_errors=True)  # broken, if it is there at all
            arrays = self._shelve(build.build(files), folder, bucket)
        return self._partition(bucket, fingerprint, arrays, files)

    def _shelve(self, arrays: build.Arrays, folder: Path, bucket: int) -> build.Arrays:
        """Write the folder and drop the bucket's older ones; a cache that cannot be written is no error."""
        try:
            build.write(arrays, folder)
        except OSError:
            return arrays
        for older in self._cache.glob(f"{bucket:04d}-*"):
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
            loader=Loader(column, trait, value_minor, properties),
        )


def _read(folder: Path) -> build.Arrays | None:
    """The arrays of a folder; None when it is not there, not whole, or dropped by another process meanwhile."""
    try:
        return build.read(folder)
    except (OSError, ValueError, EOFError, KeyError, pa.ArrowException):
        return None

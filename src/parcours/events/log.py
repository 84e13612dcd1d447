"""The event log of a workspace: four Delta Lake tables in one place, with one commit point.

Events are the table that decides. The side tables (observations, profiles, quarantine) are written first
and carry the ``import_id`` of their batch; a batch exists once the events table's commit names that id as
an application transaction. Whatever is killed in between, readers see the old log or the new one, and the
same batch sent again completes it without doubling anything."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from deltalake import CommitProperties, DeltaTable, Transaction, write_deltalake
from deltalake.exceptions import CommitFailedError, TableNotFoundError

from parcours.errors import (
    QueryError,
    WorkspaceBusyError,
    WorkspaceError,
    WorkspaceExistsError,
    WorkspaceNotFoundError,
)
from parcours.events import schema
from parcours.events.data_files import MOST_BUCKETS, written
from parcours.events.stopping import run_stoppably, until_stopped
from parcours.events.storage import Storage, storage_of, taken_over

SIDE_TABLES = {
    "observations": schema.OBSERVATIONS,
    "profiles": schema.PROFILES,
    "quarantine": schema.QUARANTINE,
}

# an import that was killed between the side tables and the events may, run again, write a row that another
# import wrote meanwhile: readers see it once
_IDENTITY: Final = {
    "observations": ["observation_id"],
    "profiles": ["customer", "trait", "value", "timestamp"],
}
EVENTS: Final = "events"
DERIVED: Final = "spark"  # below it lies what a cluster has made of the log, see parcours.spark
_ATTEMPTS: Final = 5
BUCKETS: Final = "parcours.buckets"  # kept with the events table, as its files depend on it
WRITER: Final = "parcours.writer"  # changes when a silent writer's turn was taken over
LOCK_WAIT_SECONDS: Final = 600.0
RECEIVED_AT: Final = "receivedAt"  # in the metadata of a commit
Keep = Callable[[pa.Table], pa.ChunkedArray | pa.Array]


@dataclass(frozen=True)
class Batch:
    """What one import adds. ``events`` may be a reader, so that a batch need not fit in memory."""

    import_id: str
    events: pa.Table | pa.RecordBatchReader
    observations: pa.Table | None = None
    profiles: pa.Table | None = None
    quarantine: pa.Table | None = None
    received_at: datetime | None = None  # the import's "now"; by default the clock of the commit


class EventLog:
    """A view of the log at one version; ``refresh`` moves to the newest."""

    def __init__(self, storage: Storage, events: DeltaTable, buckets: int, *, pinned: bool = False) -> None:
        self.storage = storage
        self.folder = storage.folder
        self.buckets = buckets
        self.pinned = pinned
        self._events = events
        self._lock = storage.lock()
        self._files: dict[int, list[str]] | None = None
        self._tables: dict[str, DeltaTable] = {}
        self._landed: set[str] = set()

    @classmethod
    def create(cls, place: Path | Storage, *, buckets: int) -> EventLog:
        """Make the empty tables; raises WorkspaceExistsError when there is a log already."""
        storage = storage_of(place)
        with storage.asked():
            if _is_table(storage, EVENTS):
                raise WorkspaceExistsError(f"{storage.address} already holds an event log.")
            storage.folder.mkdir(parents=True, exist_ok=True)
            for name, columns in SIDE_TABLES.items():
                _create(storage, name, columns, _statistics_of(columns))
            settings = _statistics_of(schema.EVENTS) | {BUCKETS: str(buckets)}
            _create(storage, EVENTS, schema.EVENTS, settings, partition_by=["bucket"])
        return cls.open(storage, buckets=buckets)

    @classmethod
    def open(cls, place: Path | Storage, *, buckets: int, version: int | None = None) -> EventLog:
        """The log in a folder or store, at its newest version or at the one given.

        Raises WorkspaceNotFoundError when there is none, WorkspaceError when it was made with another number of
        buckets: customers would be looked for where they are not.
        """
        storage = storage_of(place)
        copies = storage.held(EVENTS)
        try:
            with storage.asked():
                events = _table(storage, EVENTS, version)
        except TableNotFoundError:
            raise WorkspaceNotFoundError(
                f"There is no event log in {storage.address}.", hint="Run: parcours init FOLDER"
            ) from None
        made_with = events.metadata().configuration.get(BUCKETS, str(buckets))
        if made_with != str(buckets):
            raise WorkspaceError(
                f"The event log in {storage.address} has {made_with} buckets, the settings say {buckets}.",
                hint=f"Set buckets = {made_with}; the number is fixed when a workspace is made.",
            )
        log = cls(storage, events, buckets, pinned=version is not None)
        log._forget(EVENTS, copies)
        return log

    @property
    def version(self) -> int:
        """The version of the log; it grows by one with every batch."""
        return int(self._events.version())

    def refresh(self) -> None:
        """Move to the newest version; a log that was opened at an older one stays there."""
        if self.pinned:
            return
        copies = self.storage.held(EVENTS)
        with self.storage.asked():
            self._events.update_incremental()
        self._files = None
        self._forget(EVENTS, copies)

    def received(self) -> dict[int, datetime]:
        """When each version that added a batch was received: its import's "now", else the clock of the commit."""
        found = {}
        with self.storage.asked():
            history = self._events.history()
        for entry in history:
            given = entry.get(RECEIVED_AT)
            if given:
                found[int(entry["version"])] = datetime.fromisoformat(given)
            elif entry.get("operationParameters", {}).get("mode") == "Append":
                found[int(entry["version"])] = datetime.fromtimestamp(entry["timestamp"] / 1000, UTC)
        return dict(sorted(found.items()))

    def version_known(self, on: datetime) -> int:
        """The last version of which every batch had been received by an instant.

        What an erasure rewrote adds no knowledge and so does not count. Raises QueryError when nothing had been
        received by then."""
        received = self.received()
        late = [version for version, instant in received.items() if instant > on]
        if not received or (late and late[0] == min(received)):
            first = f"; the first batch came at {min(received.values()).isoformat()}" if received else ""
            raise QueryError(f"Nothing was known on {on.isoformat()}{first}.", hint="Ask for a later day.")
        return late[0] - 1 if late else self.version

    def missing_files(self) -> list[str]:
        """Files of this version that are no longer there, because an erasure rewrote them."""
        return sorted(self._current_names(EVENTS) - self.storage.names(EVENTS))

    def left_files(self) -> list[str]:
        """Names of data files that the newest version of no table needs, and that are there nevertheless."""
        current = {name for table in (EVENTS, *SIDE_TABLES) for name in self._current_names(table)}
        return sorted(name for name in self._data_files() if name not in current)

    def _current_names(self, table: str) -> set[str]:
        if table == EVENTS:
            return {name for names in self._files_by_bucket().values() for name in names}
        return set(_names_of(self._table(table), table))

    def _forget(self, table: str, copies: set[str]) -> None:
        """Drop copies, listed before the table was read, of files that it does not need: an erasure rewrote them."""
        if copies and not self.pinned:
            self.storage.forget(sorted(copies - self._current_names(table)))

    def _table(self, name: str) -> DeltaTable:
        """A table at its newest version; one that was opened before is only brought up to date."""
        with self.storage.asked():
            if name in self._tables:
                self._tables[name].update_incremental()
            else:
                self._tables[name] = _table(self.storage, name)
            return self._tables[name]

    def has(self, import_id: str) -> bool:
        """Whether a batch has landed."""
        if import_id not in self._landed:  # what has landed stays so, and each look reads the log of versions
            if self._events.transaction_version(import_id) is None:
                return False
            self._landed.add(import_id)
        return True

    @contextmanager
    def writing(self, wait_seconds: float = LOCK_WAIT_SECONDS) -> Iterator[None]:
        """Be the only writer for a while; raises WorkspaceBusyError when another one does not finish in time.

        Inside, the log is at its newest version. Raises WorkspaceError for a log opened at an older version."""
        if self.pinned:
            raise WorkspaceError(
                f"This is version {self.version} of the log in {self.storage.address}, as it was; nothing can be "
                "added to it.",
                hint="Open the workspace itself.",
            )
        if self._lock.held:  # already inside, at the version that was looked at
            yield
            return
        try:
            with self.storage.asked():
                was_silent = self._lock.acquire(wait_seconds)
        except TimeoutError:
            raise WorkspaceBusyError(
                f"Another import has been writing to {self.storage.address} for more than {wait_seconds:g} seconds.",
                hint="Wait for it to end, then run this again; nothing was lost.",
            ) from None
        try:
            self.refresh()
            if was_silent:
                self._shut_out()
            with self.storage.asked():
                yield
        except CommitFailedError:  # begun before another one took over
            raise taken_over() from None
        finally:
            with self.storage.asked():
                self._lock.release()

    def _shut_out(self) -> None:
        """Make every commit fail that was begun before: one whose turn was taken over may wake up again."""
        for name in (*SIDE_TABLES, EVENTS):
            table = self._table(name)
            for left in reversed(range(_ATTEMPTS)):
                try:
                    table.alter.set_table_properties({WRITER: uuid.uuid4().hex}, raise_if_not_exists=False)
                    break
                except CommitFailedError:  # it was that one's last commit
                    if not left:
                        raise
                    table.update_incremental()
        self.refresh()

    def append(self, batch: Batch) -> bool:
        """Add a batch; False when it had landed before. The events' commit is the moment it exists."""
        with self.writing():
            if self.has(batch.import_id):
                return False
            for name in SIDE_TABLES:
                rows: pa.Table | None = getattr(batch, name)
                if rows is not None and rows.num_rows:
                    table = self._table(name)
                    self._lock.confirm()
                    _append_side(table, rows, batch.import_id)
            self._append_events(batch)
        return True

    def _append_events(self, batch: Batch) -> None:
        before = self._event_files()
        self._lock.confirm()
        try:
            run_stoppably(lambda stopped: self._write_events(batch, stopped))
            self.refresh()
        except BaseException:
            # stopped half-way: what it wrote belongs to no version, unless the commit itself got through
            self._lock.confirm()  # else a file of the one who took over might be taken for one of ours
            self.refresh()
            if not self.has(batch.import_id):
                self.storage.remove(sorted(self._event_files() - before))
            raise

    def rewrite_events(self, buckets: Sequence[int], keep: Keep) -> int:
        """Keep only some rows of some buckets, in one commit; how many went. Call inside ``writing``."""
        rows = self._with_buckets(buckets)
        kept = rows.filter(keep(rows))
        if kept.num_rows < rows.num_rows:
            where = " or ".join(f"bucket = {bucket}" for bucket in buckets)
            self._lock.confirm()
            write_deltalake(self._events, kept, mode="overwrite", predicate=where)
            self.refresh()
        return int(rows.num_rows - kept.num_rows)

    def rewrite_side(self, name: str, keep: Keep) -> int:
        """Keep only some rows of a side table; how many went. Call inside ``writing``."""
        table = self._table(name)
        rows = self._rows(table, name)
        kept = rows.filter(keep(rows))
        if kept.num_rows < rows.num_rows:
            self._lock.confirm()
            write_deltalake(table, kept, mode="overwrite", schema_mode="overwrite")
        return int(rows.num_rows - kept.num_rows)

    def drop_old_files(self) -> int:
        """Delete every file that the newest version does not need, and what a store keeps of such files; how many.
        Older versions cannot be read then.
        """
        before = len(self._data_files())
        self._lock.confirm()
        for name in (EVENTS, *SIDE_TABLES):
            # in full: also what a killed import wrote and no version ever named
            table = self._table(name)
            table.vacuum(retention_hours=0, enforce_retention_duration=False, dry_run=False, full=True)
            self._forget(name, self.storage.held(name))
        self.storage.remove(sorted(self.storage.names(DERIVED)))
        self.refresh()
        return before - len(self._data_files())

    def _data_files(self) -> set[str]:
        return {name for name in self.storage.names() if name.endswith(".parquet")}

    def _with_buckets(self, buckets: Sequence[int]) -> pa.Table:
        columns = pa.schema([field for field in schema.EVENTS if field.name != "bucket"])
        parts = []
        for bucket in buckets:
            files = self.files(bucket)
            if files:
                rows = ds.dataset(files, schema=columns, format="parquet").to_table()
                parts.append(rows.append_column("bucket", pa.array([bucket] * rows.num_rows, pa.int32())))
        return pa.concat_tables(parts).cast(schema.EVENTS) if parts else schema.EVENTS.empty_table()

    def _write_events(self, batch: Batch, stopped: Event) -> None:
        rows, named = until_stopped(batch.events, stopped), _commit_of(batch)
        if self.storage.options is not None or self.buckets > MOST_BUCKETS:
            plain = pa.RecordBatchReader.from_batches(
                schema.EVENTS, (part.cast(schema.EVENTS) for part in rows)
            )
            write_deltalake(self._events, plain, mode="append", commit_properties=named)
            return
        self._events.create_write_transaction(
            written(self.folder / EVENTS, rows),
            "append",
            schema.EVENTS,
            ["bucket"],
            commit_properties=named,
        )

    def _event_files(self) -> set[str]:
        return {name for name in self.storage.names(EVENTS) if name.startswith(f"{EVENTS}/bucket=")}

    def files(self, bucket: int) -> list[str]:
        """The Parquet files on this machine that hold one bucket's events, sorted by name."""
        return self.storage.local(self._files_by_bucket().get(bucket, []))

    def event_files(self) -> list[str]:
        """The names in the log's place of all files with events."""
        return [name for names in self._files_by_bucket().values() for name in names]

    def fingerprint(self, bucket: int) -> str:
        """Names one bucket's content: it changes exactly when the bucket's files do."""
        names = "\n".join(Path(name).name for name in self._files_by_bucket().get(bucket, []))
        return hashlib.sha256(names.encode()).hexdigest()[:24]

    def events(self) -> ds.Dataset:
        """All events at this version, as an Arrow dataset that filters and projects lazily."""
        files = self.storage.local([name for names in self._files_by_bucket().values() for name in names])
        columns = pa.schema([field for field in schema.EVENTS if field.name != "bucket"])
        return (
            ds.dataset(files, schema=columns, format="parquet")
            if files
            else ds.dataset(columns.empty_table())
        )

    def event_count(self) -> int:
        """How many events the log holds, from its metadata alone."""
        return sum(pa.table(self._events.get_add_actions(flatten=True))["num_records"].to_pylist())

    def side(self, name: str) -> pa.Table:
        """The rows of ``observations``, ``profiles`` or ``quarantine`` whose batch has landed, each once.

        The quarantine shows the rows that are still refused: those mended and imported since are gone."""
        rows = self.landed(name)
        if name == "quarantine":
            return _still_refused(rows)
        return rows.take(_first_of_each(rows, _IDENTITY[name]))

    def landed(self, name: str) -> pa.Table:
        """All rows of a side table whose batch has landed, as they were written."""
        copies = self.storage.held(name)
        table = self._table(name)
        rows = self._rows(table, name)
        self._forget(name, copies)
        landed = [key for key in pc.unique(rows["import_id"]).to_pylist() if self.has(key)]
        return rows.filter(pc.is_in(rows["import_id"], value_set=pa.array(landed, pa.string())))

    def _rows(self, table: DeltaTable, name: str) -> pa.Table:
        columns = SIDE_TABLES[name]
        files = self.storage.local(_names_of(table, name))
        return (
            ds.dataset(files, schema=columns, format="parquet").to_table() if files else columns.empty_table()
        )

    def _files_by_bucket(self) -> dict[int, list[str]]:
        if self._files is None:
            self._files = self._list_files()
        return self._files

    def _list_files(self) -> dict[int, list[str]]:
        actions = pa.table(self._events.get_add_actions(flatten=True))
        by_bucket: dict[int, list[str]] = {}
        for path, bucket in zip(
            actions["path"].to_pylist(), actions["partition.bucket"].to_pylist(), strict=True
        ):
            by_bucket.setdefault(int(bucket), []).append(f"{EVENTS}/{path}")
        return {bucket: sorted(paths) for bucket, paths in sorted(by_bucket.items())}


def _is_table(storage: Storage, name: str) -> bool:
    return DeltaTable.is_deltatable(storage.table(name), storage.options)


def _table(storage: Storage, name: str, version: int | None = None) -> DeltaTable:
    return DeltaTable(storage.table(name), version=version, storage_options=storage.options)


def _create(
    storage: Storage,
    name: str,
    columns: pa.Schema,
    settings: dict[str, str | None],
    partition_by: list[str] | None = None,
) -> None:
    DeltaTable.create(
        storage.table(name),
        schema=columns,
        mode="ignore",
        partition_by=partition_by,
        configuration=settings,
        storage_options=storage.options,
        raise_if_key_not_exists=False,  # the number of buckets is our own key
    )


def _names_of(table: DeltaTable, name: str) -> list[str]:
    return [f"{name}/{path}" for path in pa.table(table.get_add_actions())["path"].to_pylist()]


def _statistics_of(columns: pa.Schema) -> dict[str, str | None]:
    """Statistics on times alone: those of text columns would put people's ids into the log of versions."""
    named = "timestamp" if "timestamp" in columns.names else "line"
    # the versions' log is small, and questions about what was known on a day need all of it
    return {"delta.dataSkippingStatsColumns": named, "delta.enableExpiredLogCleanup": "false"}


def _commit_of(batch: Batch) -> CommitProperties:
    named = [Transaction(batch.import_id, 0)]
    if batch.received_at is None:
        return CommitProperties(app_transactions=named)
    return CommitProperties(
        app_transactions=named, custom_metadata={RECEIVED_AT: batch.received_at.isoformat()}
    )


def _append_side(table: DeltaTable, rows: pa.Table, import_id: str) -> None:
    """Add the rows of a batch; those that an attempt wrote before it was stopped give way."""
    named = CommitProperties(app_transactions=[Transaction(import_id, 0)])
    # merging: a table made by an earlier release may lack a column
    if table.transaction_version(import_id) is None:
        write_deltalake(table, rows, mode="append", schema_mode="merge", commit_properties=named)
    else:
        own = "import_id = '{}'".format(import_id.replace("'", "''"))
        write_deltalake(
            table, rows, mode="overwrite", predicate=own, schema_mode="merge", commit_properties=named
        )


def _still_refused(rows: pa.Table) -> pa.Table:
    """The rows of the quarantine that were not mended since, of the import that refused them first."""
    mended = rows.filter(rows["resolved"])["row_key"]
    rows = rows.filter(pc.invert(pc.or_(rows["resolved"], pc.is_in(rows["row_key"], value_set=mended))))
    first: dict[str, str] = {}
    keys, imports = rows["row_key"].to_pylist(), rows["import_id"].to_pylist()
    kept = [first.setdefault(key, own) == own for key, own in zip(keys, imports, strict=True)]
    return rows.filter(pa.array(kept, pa.bool_()))


def _first_of_each(rows: pa.Table, keys: list[str]) -> pa.Array:
    """Positions of the first row of each key, in order."""
    numbered = rows.select(keys).append_column("position", pa.array(range(rows.num_rows), pa.int64()))
    return numbered.group_by(keys).aggregate([("position", "min")])["position_min"].combine_chunks().sort()

"""The DuckDB connection that reads, sorts and joins for one import: bounded memory, its own folder, no network."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillRunning
from contextlib import suppress
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from parcours.errors import SourceError

POLL_SECONDS = 0.1
Watch = Callable[[float], None]


def connect(
    database: Path | str, *, memory_mb: int, folder: Path, threads: int = 0
) -> duckdb.DuckDBPyConnection:
    """A connection that keeps to ``memory_mb`` and spills to ``folder``; it never loads or fetches an extension."""
    options: dict[str, str | bool | int | float | list[str]] = {
        "memory_limit": f"{memory_mb}MB",
        "temp_directory": str(folder / "spill"),
        "autoinstall_known_extensions": False,
        "autoload_known_extensions": False,
        "allow_community_extensions": False,
    }
    if threads:
        options["threads"] = threads
    connection = duckdb.connect(str(database), config=options)
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("PRAGMA disable_checkpoint_on_shutdown")
    with suppress(duckdb.InvalidInputException):  # in a notebook without ipywidgets: then nobody can watch
        connection.execute("SET enable_progress_bar = true")
        connection.execute("SET enable_progress_bar_print = false")
    return connection


class Engine:
    """Statements of one import: long ones run beside the caller, so that it can show progress and be interrupted."""

    def __init__(self, connection: duckdb.DuckDBPyConnection) -> None:
        self.connection = connection
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="parcours-import")

    def close(self) -> None:
        self._worker.shutdown(wait=True)
        self.connection.close()

    def run(self, statement: str, watch: Watch | None = None) -> None:
        """Execute a long statement; ``watch`` gets the share done (0 to 1). Ctrl-C stops it at once."""
        future = self._worker.submit(self.connection.execute, statement)
        try:
            while True:
                try:
                    future.result(timeout=POLL_SECONDS)
                except StillRunning:
                    if watch is not None:
                        watch(max(0.0, self.connection.query_progress()) / 100)
                else:
                    return
        except BaseException as error:
            self._stop(future.done)
            if isinstance(error, duckdb.OutOfMemoryException):
                raise too_little_memory() from None
            raise

    def all(self, statement: str) -> list[tuple[Any, ...]]:
        """The rows of a short answer."""
        return self.connection.execute(statement).fetchall()

    def one(self, statement: str) -> tuple[Any, ...]:
        """The first row of an answer that has one."""
        return self.all(statement)[0]

    def arrow(self, statement: str) -> pa.Table:
        """A whole answer as an Arrow table."""
        return self.connection.sql(statement).to_arrow_table()

    def insert(self, table: str, rows: pa.Table | pa.RecordBatchReader) -> None:
        """Append Arrow rows to a table whose columns have the same names."""
        self.connection.register("parcours_rows", rows)
        try:
            self.connection.execute(f"INSERT INTO {table} BY NAME SELECT * FROM parcours_rows")
        finally:
            self.connection.unregister("parcours_rows")

    def _stop(self, done: Callable[[], bool]) -> None:
        while not done():
            self.connection.interrupt()
            time.sleep(0.01)


def reading_error(file: str, error: Exception, what: str) -> SourceError:
    """A SourceError out of the engine's own words, the first line of them."""
    words = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
    return SourceError(f"{file} cannot be read as {what}: {words}")


def too_little_memory() -> SourceError:
    """What to do when the engine cannot do with what it was given."""
    return SourceError(
        "Reading needs more memory than the workspace allows.",
        hint="Raise memory_mb in parcours.toml, or set PARCOURS_MEMORY_MB.",
    )

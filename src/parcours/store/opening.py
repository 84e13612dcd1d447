"""Opening a store: SQLite in the workspace, or PostgreSQL by its URL, with its tables brought up to date.

Writers wait for each other in the database itself (SQLite's write lock, an advisory lock of PostgreSQL), so the
steps of a new release run once, and two applies come one after the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import ArgumentError, DBAPIError
from sqlalchemy.pool import NullPool

from parcours.errors import InputError, MissingExtraError, WorkspaceBusyError, WorkspaceError
from parcours.settings import Settings
from parcours.store import STORE_FILE

NEWEST_STEP = "0001"  # of the migrations; a test keeps it so
BUSY_SECONDS = 30
_LOCK = 7_305_811_420_973  # any number that no other program of the database is likely to take
_KNOWN = "sqlite:///path/to/file.sqlite or postgresql://user@host/database"


def store_url(folder: Path, settings: Settings) -> sa.URL:
    """Where the documents of a workspace are kept: by its setting ``store``, else a SQLite file in its folder."""
    if not settings.store:
        return sa.URL.create("sqlite+pysqlite", database=str(folder / STORE_FILE))
    try:
        url = sa.make_url(settings.store)
    except ArgumentError:
        raise InputError(
            "The setting 'store' is not the URL of a database.", hint=f"Write it as {_KNOWN}."
        ) from None
    backend = url.get_backend_name()
    if backend == "sqlite":
        return url.set(drivername="sqlite+pysqlite")
    if backend == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    raise InputError(f"The setting 'store' names {backend!r}, which is not supported.", hint=f"Use {_KNOWN}.")


def is_there(url: sa.URL) -> bool:
    """Whether a store may hold anything: a SQLite file that does not exist holds nothing."""
    return url.get_backend_name() != "sqlite" or Path(url.database or "").is_file()


class Database:
    """An open database with the newest tables; ``reading`` and ``writing`` give connections in a transaction."""

    def __init__(self, url: sa.URL) -> None:
        self.url = url
        self._engine = _engine(url)
        try:
            with self._told():
                self._bring_up_to_date()
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of every connection."""
        self._engine.dispose()

    @contextmanager
    def reading(self) -> Iterator[sa.Connection]:
        """One consistent view of everything."""
        with self._told(), self._engine.connect() as connection, connection.begin():
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    @contextmanager
    def writing(self) -> Iterator[sa.Connection]:
        """The only writer until the end; everything is kept at the end, or nothing when an error is raised."""
        with self._told(), self._engine.connect() as plain:
            connection = plain.execution_options(writing=True)
            with connection.begin():
                if connection.dialect.name == "postgresql":
                    connection.exec_driver_sql(f"SET LOCAL lock_timeout = '{BUSY_SECONDS}s'")
                    connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
                yield connection

    def _bring_up_to_date(self) -> None:
        with self.reading() as connection:
            there = _step(connection)
        if there == NEWEST_STEP:
            return
        with self.writing() as connection:
            there = _step(connection)  # another process may have been quicker
            if there is not None and there > NEWEST_STEP:
                raise WorkspaceError(
                    "The document store was written by a newer Parcours.", hint="Install the newest release."
                )
            if there != NEWEST_STEP:
                _upgrade(connection)

    @contextmanager
    def _told(self) -> Iterator[None]:
        """Errors of the database in words; its password stays out of them."""
        try:
            yield
        except DBAPIError as error:
            reason = str(error.orig).strip().splitlines()[0] if str(error.orig).strip() else "no answer"
            where = self.url.render_as_string(hide_password=True)
            if "locked" in reason or "lock timeout" in reason:
                raise WorkspaceBusyError(
                    f"The document store {where} is busy: another process has been writing for {BUSY_SECONDS} s.",
                    hint="Try again in a moment.",
                ) from None
            raise WorkspaceError(
                f"The document store {where} cannot be used: {reason}.",
                hint="Check the setting 'store' and that the database runs.",
            ) from None


def _engine(url: sa.URL) -> sa.Engine:
    if url.get_backend_name() == "postgresql":
        if find_spec("psycopg") is None:
            raise MissingExtraError("A document store in PostgreSQL", "postgres")
        return sa.create_engine(url, pool_pre_ping=True, connect_args={"connect_timeout": 10})
    if not Path(url.database or "").parent.is_dir():
        raise WorkspaceError(f"The folder {Path(url.database or '').parent} of the store does not exist.")
    settings = {"timeout": BUSY_SECONDS, "isolation_level": None}  # we begin and end transactions ourselves
    engine = sa.create_engine(url, poolclass=NullPool, connect_args=settings)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    cursor = connection.cursor()
    for pragma in ("journal_mode = WAL", "foreign_keys = ON", "synchronous = FULL"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    writing = connection.get_execution_options().get("writing", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _step(connection: sa.Connection) -> str | None:
    """The last step that the tables have seen, None for a new database."""
    if not sa.inspect(connection).has_table("alembic_version"):
        return None
    found = connection.scalar(sa.text("SELECT version_num FROM alembic_version"))
    return None if found is None else str(found)


def _upgrade(connection: sa.Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", "parcours.store:migrations")
    config.attributes["connection"] = connection
    command.upgrade(config, "head")

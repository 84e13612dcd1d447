"""The folder and the tables in which one import is prepared, out of everybody's sight.

A folder is held by a lock for as long as its import runs; what a killed import left is removed by the next one.
"""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from parcours.events.engine import Engine, connect

FOLDER: Final = "staging"
_LOCK: Final = "lock"

TABLES: Final = {
    "staged": (
        "file INTEGER, part INTEGER, ordinal BIGINT, event_id VARCHAR, customer_id VARCHAR, anonymous_id VARCHAR, "
        "event VARCHAR, timestamp TIMESTAMPTZ, channel VARCHAR, campaign VARCHAR, source VARCHAR, value_minor BIGINT, "
        "currency VARCHAR, rounded BOOLEAN, properties VARCHAR, problem INTEGER"
    ),
    "members": "file INTEGER, part INTEGER, event_id VARCHAR, ordinal BIGINT",
    "observed": (
        "file INTEGER, part INTEGER, ordinal BIGINT, observation_id VARCHAR, metric VARCHAR, timestamp TIMESTAMPTZ, "
        "value DECIMAL(38, 9), currency VARCHAR, dimensions VARCHAR, rounded BOOLEAN, problem INTEGER"
    ),
    "traits": (
        "file INTEGER, part INTEGER, ordinal BIGINT, customer VARCHAR, trait VARCHAR, value VARCHAR, "
        "timestamp TIMESTAMPTZ, timed BOOLEAN, problem INTEGER"
    ),
    "refusals": "file INTEGER, part VARCHAR, ordinal BIGINT, reason VARCHAR, field VARCHAR, value VARCHAR",
    "left_out": "file INTEGER, reason VARCHAR, rows BIGINT",
}


@contextmanager
def staging_area(log_folder: Path, *, memory_mb: int) -> Iterator[tuple[Engine, Path]]:
    """An engine with the empty tables of one import, in a folder that is gone afterwards, whatever happens."""
    home = log_folder / FOLDER
    home.mkdir(parents=True, exist_ok=True)
    folder = home / uuid.uuid4().hex
    lock = FileLock(folder / _LOCK)
    with FileLock(home / "making"):
        _sweep(home)
        folder.mkdir()
        lock.acquire()
    with lock:
        lock.release()  # the acquisition above, now that the block holds its own
        try:
            engine = Engine(connect(":memory:", memory_mb=memory_mb, folder=folder))
            try:
                for table, columns in TABLES.items():
                    engine.connection.execute(f"CREATE TABLE {table} ({columns})")
                yield engine, folder
            finally:
                engine.close()
        finally:
            shutil.rmtree(folder, ignore_errors=True)


def sweep(log_folder: Path) -> list[Path]:
    """Remove what killed imports left; gives the folders of imports that are under way."""
    home = log_folder / FOLDER
    if not home.is_dir():
        return []
    with FileLock(home / "making"):
        _sweep(home)
        return sorted(folder for folder in home.iterdir() if folder.is_dir())


def _sweep(home: Path) -> None:
    """Remove the folders whose import is no longer alive."""
    for folder in home.iterdir():
        if not folder.is_dir():
            continue
        try:
            with FileLock(folder / _LOCK, timeout=0):
                shutil.rmtree(folder, ignore_errors=True)
        except Timeout:
            continue  # its import is alive

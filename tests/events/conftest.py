"""A log, a way to import text into it, and the real data where it is there."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from made_store import Server, server
from parcours.events.importing import ImportReport, import_files
from parcours.events.log import EventLog
from parcours.events.mapping import Mapping, parse_mapping
from parcours.settings import Settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)

SIMPLE = """
name: simple
customer_id: id
time: {column: when}
events:
  - name: events
    event: {column: what}
    value: amount
    currency: EUR
"""


@pytest.fixture
def settings() -> Settings:
    return Settings(buckets=4)


@pytest.fixture
def log(tmp_path: Path, settings: Settings) -> EventLog:
    return EventLog.create(tmp_path / "log", buckets=settings.buckets)


@pytest.fixture
def simple() -> Mapping:
    """Columns id, when, what, amount."""
    return parse_mapping(SIMPLE)


class Importer:
    """Writes files and imports them."""

    now = NOW

    def __init__(self, log: EventLog, settings: Settings, folder: Path) -> None:
        self.log = log
        self.settings = settings
        self.folder = folder

    def file(self, content: str | bytes, name: str = "file.csv") -> Path:
        path = self.folder / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def __call__(
        self,
        content: str | bytes | Path,
        mapping: Mapping | str | None,
        *,
        name: str = "file.csv",
        max_bad_share: float | None = 1.0,
    ) -> ImportReport:
        path = content if isinstance(content, Path) else self.file(content, name)
        plan = parse_mapping(mapping) if isinstance(mapping, str) else mapping
        return import_files(
            self.log, [path], plan, settings=self.settings, now=NOW, max_bad_share=max_bad_share
        )

    def events(self, *columns: str) -> list[tuple[Any, ...]]:
        """Columns of all events, in order of time and id."""
        self.log.refresh()
        rows = self.log.events().to_table().to_pylist()
        rows.sort(key=lambda row: (row["timestamp"], row["customer"], row["event"], row["event_id"]))
        return [tuple(row[column] for column in columns) for row in rows]

    def refused(self, *columns: str) -> list[tuple[Any, ...]]:
        """Columns of the quarantine, in order of line."""
        self.log.refresh()
        rows = self.log.side("quarantine").to_pylist()
        rows.sort(key=lambda row: (row["file"], row["line"] or 0, row["part"] or "", row["reason"]))
        return [tuple(row[column] for column in columns) for row in rows]


@pytest.fixture
def importer(log: EventLog, settings: Settings, tmp_path: Path) -> Importer:
    return Importer(log, settings, tmp_path)


@pytest.fixture
def real_data() -> Callable[[str], Path]:
    """Path of a file of the real data; skips where there is none."""
    folder = Path(os.environ.get("PARCOURS_DATA", Path(__file__).parents[3] / "shared" / "data"))

    def find(name: str) -> Path:
        if not (folder / name).exists():
            pytest.skip(f"{folder / name} is not there: set PARCOURS_DATA to the folder of the sample data")
        return folder / name

    return find


@pytest.fixture(scope="session")
def s3() -> Iterator[Server]:
    """A server of the S3 protocol."""
    with server() as started:
        yield started


@pytest.fixture
def bucket(s3: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A new bucket; the environment names the server, a key that may do everything, and a folder for copies."""
    for name, value in s3.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("PARCOURS_CACHE", str(tmp_path / "cache"))
    return s3.bucket()

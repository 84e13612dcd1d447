"""Rows of the quarantine, imported again: after the mapping was mended, or as edited in an export.

    export_quarantine(log, Path("refused.csv"))        # edit the columns of the rows there
    retry(log, mapping, settings=settings, now=now, edited=Path("refused.csv"))

A row that gets in leaves the quarantine; one that is refused again stays as it was. Rows of a group wait for each
other: all rows of the quarantine take part, whether the edited file still has them or not.
"""

from __future__ import annotations

import csv
import hashlib
import json
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Final

import pyarrow as pa

from parcours.errors import SourceError
from parcours.events.commit import Commit
from parcours.events.file_run import FileRun
from parcours.events.joining import joined
from parcours.events.log import LOCK_WAIT_SECONDS, EventLog
from parcours.events.mapping import Mapping
from parcours.events.report import ImportReport, Progress, nothing_to_import
from parcours.events.sources.loaded import EXTRA, ORDINAL, REFUSED, TEXT, Loaded, Reading
from parcours.events.sql_text import name
from parcours.events.staging import staging_area
from parcours.settings import Settings

ABOUT: Final = ("row_key", "file", "line", "reason", "field", "value", "part", "mapping")
_KEY: Final = "parcours row key"
_NOT_COLUMNS: Final = (EXTRA, TEXT)
_Place = tuple[str, str, int | None]


@dataclass(frozen=True)
class Refusal:
    """One row of the quarantine: where it stood, its columns, and whether it could be read at all."""

    row_key: str
    file: str
    line: int | None
    reason: str
    row: dict[str, str | None]
    readable: bool
    value: str | None = None

    @property
    def place(self) -> _Place:
        return self.row_key, self.file, self.line

    def edited(self, row: dict[str, str | None]) -> Refusal:
        """The row as somebody mended it; it is readable when something was changed and nothing is left over."""
        left_over = any(row.get(column) for column in _NOT_COLUMNS)
        before = {column: value for column, value in self.row.items() if value}
        changed = {column: value for column, value in row.items() if value} != before
        if left_over or not (self.readable or changed):
            return self
        kept = {column: value for column, value in row.items() if column not in _NOT_COLUMNS}
        return replace(self, row=kept, readable=True)


def refusals(log: EventLog, mapping: str | None = None) -> list[Refusal]:
    """The rows in quarantine, each once however many parts refused it."""
    found: dict[_Place, Refusal] = {}
    for row in log.side("quarantine").to_pylist():
        if mapping is None or row["mapping"] == mapping:
            content = json.loads(row["row"] or "{}")
            readable = row["part"] is not None
            refusal = Refusal(
                row["row_key"], row["file"], row["line"], row["reason"], content, readable, row["value"]
            )
            found.setdefault(refusal.place, refusal)
    return sorted(found.values(), key=lambda refusal: (refusal.file, refusal.line or 0, refusal.row_key))


def export_quarantine(log: EventLog, path: Path, mapping: str | None = None) -> int:
    """Write the rows in quarantine as CSV, their columns beside what is wrong with them; gives their number.

    A row that several parts refused stands there once, with the first reason."""
    details = {
        (row["row_key"], row["file"], row["line"]): row
        for row in reversed(log.side("quarantine").to_pylist())
    }
    rows = refusals(log, mapping)
    columns = list(dict.fromkeys(column for refusal in rows for column in refusal.row))
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*(f"({about})" for about in ABOUT), *columns])
        for refusal in rows:
            about = details[refusal.place]
            writer.writerow(
                [*(about[column] for column in ABOUT), *(refusal.row.get(column) for column in columns)]
            )
    return len(rows)


def retry(
    log: EventLog,
    mapping: Mapping,
    *,
    settings: Settings,
    now: datetime,
    edited: Path | None = None,
    progress: Callable[[Progress], None] | None = None,
    lock_wait_seconds: float = LOCK_WAIT_SECONDS,
) -> ImportReport:
    """Import the rows that a mapping of this name refused, as they are or as ``edited`` has them.

    However often it runs, no row gets in twice. Raises SourceError for a file that is not an export of the quarantine.
    """
    log.refresh()
    settings = settings.model_copy(update={"buckets": log.buckets})
    rows = refusals(log, mapping.name)
    if edited is not None:
        mended = read_edited(edited)
        rows = [row.edited(mended[row.place]) if row.place in mended else row for row in rows]
    readable = {row.file for row in rows if row.readable}
    if not readable:
        return nothing_to_import(log.version, Counter(row.reason for row in rows))
    show = progress or (lambda _: None)
    with staging_area(log.folder, memory_mb=settings.memory_mb) as (engine, folder):
        runs = []
        for number, file in enumerate(sorted(readable)):
            own = [row for row in rows if row.file == file]
            reading = Reading(engine, folder, f"retry{number}")
            loaded = _load(file, own, reading)
            table, _ = joined(loaded, mapping, reading)
            runs.append(FileRun(number, loaded, table, mapping, settings, now, engine, row_key=name(_KEY)))
        for run in runs:
            run.stage(lambda _part: None)
        import_id = _import_id(rows, mapping)
        return Commit(log, engine, tuple(runs), import_id, now, show).finish(1.0, lock_wait_seconds)


def read_edited(path: Path) -> dict[_Place, dict[str, str | None]]:
    """Rows of an edited export by where they stood; raises SourceError when the columns that say so are gone."""
    limit = csv.field_size_limit(sys.maxsize)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            return dict(_edited_rows(csv.DictReader(file), path))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise SourceError(f"{path} cannot be read: {error}.", hint="Save it as CSV in UTF-8.") from None
    finally:
        csv.field_size_limit(limit)


def _edited_rows(reader: csv.DictReader[str], path: Path) -> Iterable[tuple[_Place, dict[str, str | None]]]:
    about = [f"({column})" for column in ABOUT]
    missing = [column for column in about if column not in (reader.fieldnames or ())]
    if missing:
        raise SourceError(
            f"{path} lacks the column {missing[0]!r}, so its rows cannot be told.",
            hint="Export the quarantine again and edit only the columns without brackets.",
        )
    for row in reader:
        line = row["(line)"]
        place = row["(row_key)"], row["(file)"], int(line) if line and line.isdigit() else None
        yield place, {column: value or None for column, value in row.items() if column not in about}


def _load(file: str, rows: Sequence[Refusal], reading: Reading) -> Loaded:
    """The refused rows of one file, as if they had just been read from it."""
    good = [row for row in rows if row.readable]
    columns = [
        column
        for column in dict.fromkeys(key for row in rows for key in row.row)
        if column not in _NOT_COLUMNS
    ]
    texts = {column: pa.array([row.row.get(column) for row in good], pa.string()) for column in columns}
    table = pa.table(
        {
            ORDINAL: pa.array(range(len(good)), pa.int64()),
            _KEY: pa.array([row.row_key for row in good], pa.string()),
        }
        | texts
    )
    raw = name(reading.table("raw"))
    kinds = ", ".join(f"{name(column)} VARCHAR" for column in [_KEY, *columns])
    reading.engine.connection.execute(f"CREATE TABLE {raw} ({name(ORDINAL)} BIGINT, {kinds})")
    reading.engine.insert(raw, table)
    unread = [_unread(row) for row in rows if not row.readable]
    reading.keep_refused(pa.Table.from_pylist(unread, REFUSED))
    lines = [row.line if row.line is not None else 0 for row in good]
    return Loaded(
        file=file,
        relation=raw,
        columns=dict.fromkeys(columns, "VARCHAR"),
        digest="",
        rows=len(rows),
        refused=name(reading.table("refused")),
        lines=lambda ordinals: [lines[ordinal] for ordinal in ordinals],
    )


def _unread(row: Refusal) -> dict[str, object]:
    content = json.dumps(row.row, ensure_ascii=False)
    return {"line": row.line, "field": None, "value": row.value, "reason": row.reason, "row": content}


def _import_id(rows: Sequence[Refusal], mapping: Mapping) -> str:
    content = [json.dumps([row.place, row.row, row.readable], sort_keys=True) for row in rows]
    return hashlib.sha256("\n".join([*content, mapping.fingerprint()]).encode()).hexdigest()[:32]

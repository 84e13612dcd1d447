"""Importing files into the log: read, map, tell apart, commit once, report.

    report = import_files(log, [Path("orders.csv")], mapping, settings=settings, now=now)

Everything is prepared in a staging area; the log changes in one commit at the very end, inside a short stretch in which
only one import writes. Ids are derived from the rows, so that the same or an overlapping file, or the same import run
again after it was killed, adds nothing twice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Final

from parcours.errors import SourceError, WritingTakenOverError
from parcours.events.commit import Commit
from parcours.events.direct import direct_mapping
from parcours.events.engine import Engine, Watch
from parcours.events.file_run import FileRun
from parcours.events.joining import joined
from parcours.events.log import LOCK_WAIT_SECONDS, EventLog
from parcours.events.mapping import FileFormat, Mapping
from parcours.events.report import Example, ImportReport, Progress
from parcours.events.sources import Reading, read_file
from parcours.events.sources.content import head_of
from parcours.events.staging import staging_area
from parcours.settings import Settings

__all__ = ["Example", "ImportReport", "Progress", "import_files"]

_TURNS_LOST: Final = 2
Show = Callable[[Progress], None]


def import_files(
    log: EventLog,
    files: Sequence[Path],
    mapping: Mapping | None,
    *,
    settings: Settings,
    now: datetime,
    progress: Show | None = None,
    max_bad_share: float | None = None,
    lock_wait_seconds: float = LOCK_WAIT_SECONDS,
) -> ImportReport:
    """Import files through a mapping, as one batch: all of it lands or nothing.

    Without a mapping the files' columns must be the log's own. ``now`` becomes the events' received_at. Raises
    SourceError for a file that cannot be read, MappingError for a mapping that does not fit, TooManyBadRowsError when
    more than ``max_bad_share`` of the rows are bad (default: the settings'), WorkspaceBusyError when another import
    does not finish within ``lock_wait_seconds``.
    """
    if not files:
        raise SourceError("There is no file to import.", hint="Name one or more files.")
    settings = settings.model_copy(update={"buckets": log.buckets})
    share = settings.max_bad_share if max_bad_share is None else max_bad_share
    for _ in range(_TURNS_LOST):
        try:
            return _import(log, files, mapping, settings, now, _Shown(progress), share, lock_wait_seconds)
        except WritingTakenOverError:  # asleep for so long that another writer went first: nothing was kept
            continue
    return _import(log, files, mapping, settings, now, _Shown(progress), share, lock_wait_seconds)


def _import(
    log: EventLog,
    files: Sequence[Path],
    mapping: Mapping | None,
    settings: Settings,
    now: datetime,
    shown: _Shown,
    share: float,
    lock_wait_seconds: float,
) -> ImportReport:
    with staging_area(log.folder, memory_mb=settings.memory_mb) as (engine, folder):
        runs, digests = [], []
        for number, path in enumerate(files):
            run, own = _read(number, path, mapping, settings, now, engine, folder, shown)
            runs.append(run)
            digests += own
        for run in runs:
            run.stage(shown.mapping(run))
        import_id = _import_id(digests, runs[0].mapping, settings)
        return Commit(log, engine, tuple(runs), import_id, now, shown.show).finish(share, lock_wait_seconds)


class _Shown:
    """Turns shares of long statements into progress of rows."""

    def __init__(self, progress: Show | None) -> None:
        self.show: Show = progress or (lambda _: None)

    def reading(self, path: Path, rows: int) -> Watch:
        return lambda share: self.show(Progress("reading", int(share * rows), rows, str(path)))

    def mapping(self, run: FileRun) -> Callable[[str], Watch]:
        rows = run.loaded.rows
        return lambda _part: (
            lambda share: self.show(Progress("mapping", int(share * rows), rows, run.loaded.file))
        )


def _read(
    number: int,
    path: Path,
    mapping: Mapping | None,
    settings: Settings,
    now: datetime,
    engine: Engine,
    folder: Path,
    shown: _Shown,
) -> tuple[FileRun, list[str]]:
    own = folder / f"file{number}"
    own.mkdir()
    watch = shown.reading(path, _estimated_rows(path))
    watch(0.0)
    reading = Reading(engine, own, f"file{number}", watch)
    loaded = read_file(path, mapping.format if mapping else FileFormat(), reading)
    used = mapping or direct_mapping(loaded)
    table, digests = joined(loaded, used, reading)
    return FileRun(number, loaded, table, used, settings, now, engine), [loaded.digest, *digests]


def _estimated_rows(path: Path) -> int:
    """Rows of a text file by its size and the length of its first lines; an archive counts five to one."""
    head = head_of(path, 1 << 16)
    if not head.count(b"\n"):
        return 1
    packed = 5 if path.suffix in {".gz", ".zst"} else 1
    return max(1, path.stat().st_size * packed * head.count(b"\n") // len(head))


def _import_id(digests: Sequence[str], mapping: Mapping, settings: Settings) -> str:
    """Names the batch by what goes into it: the files' bytes, the mapping, and the settings it falls back on."""
    content = [*sorted(digests), mapping.fingerprint(), settings.zone, settings.currency]
    return hashlib.sha256("\n".join(content).encode()).hexdigest()[:32]

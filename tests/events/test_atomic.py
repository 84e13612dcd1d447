"""Whatever is killed when, the log is at the old or the new version, and running again completes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from parcours.errors import WorkspaceBusyError
from parcours.events.importing import import_files
from parcours.events.log import EventLog
from parcours.events.mapping import Mapping

ROWS = 3000

CHILD = """
import os, signal, sys, time
from datetime import UTC, datetime
from pathlib import Path
from parcours.events import commit, file_run, log, staging
from parcours.events.importing import import_files
from parcours.events.log import EventLog
from parcours.events.mapping import parse_mapping
from parcours.settings import Settings

folder, file, mapping, point = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], sys.argv[4]

def stop(*args, **kwargs):
    print("reached", flush=True)
    os.kill(os.getpid(), signal.SIGKILL)

def wait(*args, **kwargs):
    print("reached", flush=True)
    time.sleep(60)

at = {
    "staging": (file_run.FileRun, "_count_left_out", stop),
    "before side tables": (log, "_append_side", stop),
    "between side tables and events": (log.EventLog, "_append_events", stop),
    "after the commit": (commit, "report_at", stop),
    "waiting": (commit.settling, "settle_traits", wait),
}
if point in at:
    owner, name, action = at[point]
    setattr(owner, name, action)
if point == "while events are written":
    inner = commit.writing.events_stream
    def half(engine, **options):
        return inner(engine, **options | {"wrote": stop})
    commit.writing.events_stream = half
if point == "slowly":
    inner_events = commit.writing.events_stream
    def slow(engine, **options):
        def wrote(done):
            print("reached", flush=True)
            time.sleep(1)
        return inner_events(engine, **options | {"wrote": wrote})
    commit.writing.events_stream = slow
try:
    report = import_files(
        EventLog.open(folder, buckets=4), [file], parse_mapping(mapping),
        settings=Settings(buckets=4, memory_mb=512), now=datetime(2026, 1, 1, tzinfo=UTC), max_bad_share=1,
    )
    print("events", report.events, "duplicates", report.duplicates, flush=True)
except KeyboardInterrupt:
    print("interrupted", flush=True)
    sys.exit(130)
"""

MAPPING = """
name: all
customer_id: id
time: when
events: [{event: seen, rows: {what: seen}}]
traits: [{rows: {what: seen}, traits: {letter: letter}}]
observations: [{metric: spend, rows: {what: spend}, value: n}]
"""


def rows(start: int, end: int) -> str:
    lines = ["id,when,what,letter,n"]
    lines += [f"c{n % 500},2024-01-01 00:00:{n % 60:02},seen,{'ab'[n % 2]},{n}" for n in range(start, end)]
    lines += [f",2024-02-{day:02},spend,,{day}" for day in range(1, 20)]
    lines += ["c1,never,seen,a,1", "c2,never,seen,b,2"]
    return "\n".join(lines) + "\n"


@contextmanager
def child(log: EventLog, file: Path, point: str) -> Iterator[subprocess.Popen[str]]:
    """An import in a process of its own, which has reached the point."""
    with start(log, file, point) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "reached\n"
        yield process


def start(log: EventLog, file: Path, point: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(log.folder), str(file), MAPPING, point],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )


def counts(log: EventLog) -> tuple[int, int, int, int]:
    log.refresh()
    assert log.event_count() == log.events().count_rows()
    return (
        log.event_count(),
        log.side("profiles").num_rows,
        log.side("observations").num_rows,
        log.side("quarantine").num_rows,
    )


WHOLE = (ROWS, 500, 19, 4)


@pytest.mark.parametrize(
    ("point", "left"),
    [
        ("staging", (0, 0, 0, 0)),
        ("before side tables", (0, 0, 0, 0)),
        ("between side tables and events", (0, 0, 0, 0)),
        ("while events are written", (0, 0, 0, 0)),
        ("after the commit", WHOLE),
    ],
)
def test_an_import_that_is_killed_is_completed_by_the_next(
    importer: Any, log: EventLog, point: str, left: tuple[int, ...]
) -> None:
    file = importer.file(rows(0, ROWS))
    with child(log, file, point) as process:
        assert process.wait(timeout=60) == -signal.SIGKILL
    assert counts(log) == left
    report = importer(file, MAPPING)
    assert report.events == (0 if left == WHOLE else ROWS)
    assert counts(log) == WHOLE
    assert importer(file, MAPPING).events == 0
    assert counts(log) == WHOLE
    assert [path.name for path in (log.folder / "staging").iterdir()] == ["making"]


def test_another_import_between_a_kill_and_the_rerun_doubles_nothing(importer: Any, log: EventLog) -> None:
    file = importer.file(rows(0, ROWS))
    with child(log, file, "between side tables and events") as process:
        assert process.wait(timeout=60) == -signal.SIGKILL
    importer(rows(0, ROWS // 2), MAPPING, name="half.csv")
    importer(file, MAPPING)
    assert counts(log) == WHOLE


def test_two_imports_at_once_both_land_and_their_overlap_is_there_once(importer: Any, log: EventLog) -> None:
    files = [importer.file(rows(0, 2000), "a.csv"), importer.file(rows(1000, ROWS), "b.csv")]
    processes = [start(log, file, "none") for file in files]
    told = [process.communicate(timeout=120)[0].split() for process in processes]
    added = sorted(int(words[1]) for words in told)
    assert added == [1000, 2000]
    assert sorted(int(words[3]) for words in told) == [0, 1000]
    assert counts(log) == WHOLE


@pytest.mark.parametrize("point", ["waiting", "slowly"])
def test_ctrl_c_leaves_nothing_behind(importer: Any, log: EventLog, point: str) -> None:
    file = importer.file(rows(0, ROWS))
    before = set(log.folder.rglob("*.parquet"))
    with child(log, file, point) as process:
        process.send_signal(signal.SIGINT)
        out, _ = process.communicate(timeout=60)
    assert (process.returncode, out.splitlines()[-1]) == (130, "interrupted")
    events_left = set((log.folder / "events").rglob("*.parquet")) - before
    assert events_left == set()
    assert [path.name for path in (log.folder / "staging").iterdir()] == ["making"]
    assert counts(log) == (0, 0, 0, 0)
    importer(file, MAPPING)
    assert counts(log) == WHOLE


def test_a_lock_that_stays_taken_is_told(importer: Any, log: EventLog, simple: Mapping) -> None:
    file = importer.file("id,when,what,amount\nc1,2024-01-01,a,1\n")
    with FileLock(log.folder / "import.lock"):
        begun = time.monotonic()
        with pytest.raises(WorkspaceBusyError, match=r"more than 0.2 seconds"):
            import_files(
                log, [file], simple, settings=importer.settings, now=importer.now, lock_wait_seconds=0.2
            )
        assert time.monotonic() - begun < 10
    assert importer(file, simple).events == 1

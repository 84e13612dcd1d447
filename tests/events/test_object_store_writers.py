"""Several writers to one log in an object store: all of it lands, none of it twice, whoever is killed or stopped."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import obstore
import pytest
from obstore.store import S3Store

import parcours
from made_store import Server
from parcours.errors import StoreError, WorkspaceBusyError, WritingTakenOverError
from parcours.events import lease
from parcours.events.lease import Lease
from parcours.journeys.templates import template_text
from parcours.settings import Settings
from parcours.workspace import Workspace

LIFECYCLE = template_text("ecommerce", "en")  # and no other document: each takes requests

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SILENCE = 1.0

WRITER = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from parcours.events import lease, log
from parcours.events.importing import import_files
from parcours.events.storage import storage_of
from parcours.settings import Settings

address, point, files = sys.argv[1], sys.argv[2], sys.argv[3:]
lease.LEASE_SECONDS = 1.0
place = log.EventLog.open(storage_of(address).below("log"), buckets=2)
settings, now = Settings(buckets=2, memory_mb=512), datetime(2026, 1, 1, tzinfo=UTC)

def at(sign):
    def stop(*given, **named):
        if "was here" not in os.environ:
            os.environ["was here"] = "yes"
            print("reached", flush=True)
            os.kill(os.getpid(), sign)
    return stop

def before(inner, act):
    def call(*given, **named):
        act()
        return inner(*given, **named)
    return call

def after_writing(inner, act):
    def rows(*given, **named):
        yield from inner(*given, **named)
        act()
    return lambda given, stopped: log.pa.RecordBatchReader.from_batches(log.schema.EVENTS, rows(given, stopped))

sign = signal.SIGKILL if point.startswith("killed") else signal.SIGSTOP
if point.endswith("before the side tables"):
    log._append_side = before(log._append_side, at(sign))
elif point.endswith("between the tables"):
    log.EventLog._append_events = before(log.EventLog._append_events, at(sign))
elif point.endswith("before the commit"):
    log.until_stopped = after_writing(log.until_stopped, at(sign))
else:
    print("ready", flush=True)
    sys.stdin.readline()

for file in files:
    report = import_files(place, [Path(file)], None, settings=settings, now=now, max_bad_share=1)
    print(report.events, report.duplicates, flush=True)
"""
KILLED = ("killed between the tables", "killed before the commit")
STOPPED = ("stopped before the side tables", "stopped before the commit")


@pytest.fixture
def address(bucket: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(lease, "LEASE_SECONDS", SILENCE)
    place = f"s3://{bucket}/shop"
    parcours.init(place, settings=Settings(buckets=2, memory_mb=512), lifecycle=LIFECYCLE)
    return place


@pytest.fixture
def started(tmp_path: Path) -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Writers in processes of their own, as on other machines: each with a folder of its own for copies."""
    running: list[subprocess.Popen[str]] = []

    def start(address: str, point: str, *files: Path) -> subprocess.Popen[str]:
        own = os.environ | {"PARCOURS_CACHE": str(tmp_path / f"machine{len(running)}")}
        running.append(
            subprocess.Popen(
                [sys.executable, "-c", WRITER, address, point, *map(str, files)],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=own,
            )
        )  # fmt: skip
        return running[-1]

    yield start
    for process in running:
        process.kill()
        process.communicate()


def events_file(folder: Path, name: str, numbers: range, customer: str = "") -> Path:
    """Events with ids, and a row that is refused."""
    path = folder / f"{name}.csv"
    rows = [f"e{n},{customer or f'c{n}'},visit,2025-01-01T00:00:{n % 60:02}Z" for n in numbers]
    rows.append(f"{name},,visit,no time")
    path.write_text("\n".join(["event_id,customer_id,event,timestamp", *rows]), encoding="utf-8")
    return path


def said(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    line = process.stdout.readline().strip()
    assert line, process.communicate()[1]
    return line


def go(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.write("go\n")
    process.stdin.flush()


def held(address: str) -> list[str]:
    """The ids of all events, as the tables have them: one that is there twice is here twice."""
    rows = parcours.open(address).log.events().to_table(columns=["event_id"])
    return sorted(rows["event_id"].to_pylist(), key=lambda one: int(one[1:]))


def numbered(numbers: range) -> list[str]:
    return [f"e{n}" for n in numbers]


def here(address: str, *files: Path) -> Workspace:
    workspace = parcours.open(address)
    for file in files:
        workspace.import_files([file], now=NOW, max_bad_share=1)
    return workspace


def test_writers_at_once_lose_nothing_and_write_nothing_twice(
    address: str, tmp_path: Path, started: Callable[..., subprocess.Popen[str]]
) -> None:
    shared = events_file(tmp_path, "shared", range(100, 110))
    files = [
        (events_file(tmp_path, f"own{n}", range(n * 10, n * 10 + 15)), shared) for n in range(2)
    ]  # five of each are in the next one's too
    writers = [started(address, "free", *own) for own in files]
    assert [said(writer) for writer in writers] == ["ready"] * 2
    for writer in writers:
        go(writer)
    reports = [[tuple(map(int, said(writer).split())) for _ in range(2)] for writer in writers]
    assert [writer.wait(60) for writer in writers] == [0] * 2
    assert held(address) == [*numbered(range(25)), *numbered(range(100, 110))]
    assert sum(events for report in reports for events, _ in report) == 35
    refused = parcours.open(address).log.side("quarantine")["value"].to_pylist()
    assert len(refused) == 3


@pytest.mark.parametrize("point", KILLED)
def test_whatever_is_killed_the_next_import_goes_on(
    point: str, address: str, tmp_path: Path, started: Callable[..., subprocess.Popen[str]]
) -> None:
    file, other = events_file(tmp_path, "first", range(8)), events_file(tmp_path, "other", range(5, 12))
    writer = started(address, point, file)
    assert said(writer) == "reached"
    assert writer.wait(10) == -signal.SIGKILL
    assert held(address) == []
    here(address, other)
    assert held(address) == numbered(range(5, 12))
    workspace = here(address, file, file)
    assert held(address) == numbered(range(12))
    assert len(workspace.log.side("quarantine")) == 2
    workspace.erase("c11")  # what the killed one left goes too
    assert workspace.log.left_files() == []


@pytest.mark.parametrize("point", STOPPED)
def test_a_writer_that_slept_begins_anew(
    point: str, address: str, tmp_path: Path, started: Callable[..., subprocess.Popen[str]]
) -> None:
    """Its turn is taken over, its files are deleted, its person is erased: none of that may it bring back."""
    here(address, events_file(tmp_path, "known", range(50, 53), "ann"))
    file = tmp_path / "mixed.csv"
    file.write_text(
        events_file(tmp_path, "bob's", range(4), "bob").read_text(encoding="utf-8")
        + "\ne9,ann,visit,2025-01-01T00:00:00Z",
        encoding="utf-8",
    )
    writer = started(address, point, file)
    assert said(writer) == "reached"
    overlapping = events_file(tmp_path, "overlapping", range(3, 6), "bob")
    workspace = here(address, overlapping)
    proof = workspace.erase("ann")
    assert (proof.events, proof.mentions) == (3, ())
    os.kill(writer.pid, signal.SIGCONT)
    assert said(writer) == "3 1"
    assert writer.wait(20) == 0
    assert held(address) == numbered(range(6))
    workspace.refresh()
    assert workspace.members(None) == ("bob",)
    assert workspace.log.missing_files() == []


def test_a_log_that_is_being_written_says_so(address: str) -> None:
    one, other = parcours.open(address).log, parcours.open(address).log
    with one.writing():
        with one.writing():
            assert one.event_count() == 0
        with pytest.raises(WorkspaceBusyError, match="Another import"), other.writing(0.05):
            raise AssertionError("two writers at once")
        assert other.event_count() == 0, "readers are not kept waiting"
    with other.writing(1):
        pass


@pytest.fixture
def store(s3: Server, bucket: str) -> S3Store:
    return S3Store(bucket, client_options={"allow_http": True})


def test_one_holder_at_a_time(store: S3Store) -> None:
    inside: list[int] = []
    seen = []

    def write(number: int) -> None:
        own = Lease(store, "turn", seconds=30)
        for _ in range(3):
            own.acquire(60)
            inside.append(number)
            seen.append(list(inside))
            time.sleep(0.01)
            inside.remove(number)
            own.release()

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(write, range(4)))
    assert [len(there) for there in seen] == [1] * 12


def test_a_turn_lasts_as_long_as_it_is_renewed(store: S3Store) -> None:
    one, other = Lease(store, "turn", seconds=0.4), Lease(store, "turn", seconds=0.4)
    assert not one.acquire(1)
    with pytest.raises(TimeoutError):
        other.acquire(1.2)
    one.confirm()
    one.release()
    assert not other.acquire(1)
    other.release()


def test_a_silent_holder_is_taken_over_and_told(store: S3Store) -> None:
    one, other = Lease(store, "turn", seconds=60), Lease(store, "turn", seconds=0.4)
    one.acquire(1)
    assert other.acquire(10), "taken over"
    assert one.held, "it slept, and does not know yet"
    with pytest.raises(WritingTakenOverError):
        one.confirm()
    assert not one.held
    one.release()
    other.confirm()
    other.release()


def test_an_answer_that_was_lost_is_no_lost_turn(store: S3Store) -> None:
    class Twice:
        """Sends everything twice, as a client does that got no answer."""

        def get(self, name: str) -> Any:
            return store.get(name)

        def put(self, name: str, content: bytes, *, mode: Any) -> Any:
            obstore.put(store, name, content, mode=mode)
            return obstore.put(store, name, content, mode=mode)

    own = Lease(cast("S3Store", Twice()), "turn", seconds=60)
    assert not own.acquire(1)
    own.confirm()
    own.release()
    assert not Lease(store, "turn").acquire(1)


def test_a_lock_that_cannot_be_written_is_told(
    address: str, s3: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in s3.environment("reader").items():
        monkeypatch.setenv(name, value)
    log = parcours.open(address).log
    for _ in range(2):  # a first failure must not leave it locked within the process
        with pytest.raises(StoreError, match="do not allow this"), log.writing(1):
            raise AssertionError("there is no right to write")

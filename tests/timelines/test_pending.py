"""Events that lie beside the partitions: a refresh reads new files only, and gives what a build would give."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from made_logs import Row, append, made_log, row, timelines_over
from parcours.events.identity import IDENTIFY
from parcours.events.log import EventLog
from parcours.timelines import build
from parcours.timelines.partition import Partition
from parcours.timelines.timelines import Timelines

BUCKETS = 3
PEOPLE = [f"person {number}" for number in range(12)]
Told = dict[str, list[tuple[object, ...]]]


def events(random: np.random.Generator, count: int, people: list[str]) -> list[Row]:
    """Events at few instants, so that many meet; an id says what its event is, so that some come twice."""
    found = []
    for _ in range(count):
        person, when = people[int(random.integers(len(people)))], int(random.integers(20))
        name, number = ("browse", "buy", "rate")[int(random.integers(3))], int(random.integers(3))
        event_id = f"{number}/{person}/{when}/{name}"
        found.append(row(person, when, name, event_id, channel=f"channel {when % 3}", value_minor=when * 7))
    return found


def told(*partitions: Partition) -> Told:
    """Every customer's events with all that a question may read of them."""
    found: Told = {}
    for part in partitions:
        ids, values = part.event_ids(np.arange(part.event_count)), part.value_minor().tolist()
        channel = part.column("channel")
        for number, customer in enumerate(part.customers.to_pylist()):
            rows = range(int(part.offsets[number]), int(part.offsets[number + 1]))
            found[customer] = [
                (
                    int(part.timestamps[one]),
                    part.names[part.events[one]],
                    ids[one],
                    channel.text(one),
                    values[one],
                )
                for one in rows
            ]
    return found


def everybody(over: Timelines) -> Told:
    standing = over.standing()
    return told(standing.timelines_of(np.arange(standing.person_count)).partition)


def afresh(folder: Path, cache: str) -> Timelines:
    return timelines_over(EventLog.open(folder / "log", buckets=BUCKETS), folder / cache)


@pytest.mark.parametrize("seed", range(4))
def test_what_lies_beside_is_what_a_build_gives(seed: int, tmp_path: Path) -> None:
    random = np.random.default_rng(seed)
    log = made_log(tmp_path, events(random, 300, PEOPLE), buckets=BUCKETS)
    over = timelines_over(log, tmp_path)
    over.partitions()
    base = over.standing().base
    for number in range(4):
        append(log, events(random, 6, [*PEOPLE, f"newcomer {number}"]), f"batch {number}")
        over.refresh()
        assert over.standing().base is base, "nothing was built again"
        expected = told(*afresh(tmp_path, f"afresh {number}").partitions())
        assert everybody(over) == expected
        if number % 2:
            assert told(*over.partitions()) == expected
            assert over.standing().base is base


def test_a_new_base_is_made_when_much_is_pending(tmp_path: Path) -> None:
    random = np.random.default_rng(5)
    log = made_log(tmp_path, events(random, 60, PEOPLE), buckets=BUCKETS)
    over = timelines_over(log, tmp_path)
    base = over.standing().base
    for number in range(6):
        append(log, events(random, 5, PEOPLE), f"batch {number}")
        over.refresh()
        assert everybody(over) == told(*afresh(tmp_path, f"afresh {number}").partitions())
    assert over.standing().base is not base


def test_a_refresh_reads_the_new_files_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(6)
    log = made_log(tmp_path, events(random, 200, PEOPLE), buckets=BUCKETS)
    over = timelines_over(log, tmp_path)
    over.partitions()
    held = {path for bucket in range(BUCKETS) for path in log.files(bucket)}
    later = [row("person 1", 100, "buy", "later"), row("newcomer", 101, "buy", "other")]
    append(log, later, "second")
    whole = build.read_columns

    def only_new(files: list[str], *given: Any) -> pa.Table:
        assert held.isdisjoint(files)
        return whole(files, *given)

    monkeypatch.setattr(build, "read_columns", only_new)
    over.refresh()
    over.standing()
    merged = timelines_over(log, tmp_path)  # and so does another process, which merges what the first left
    sizes = [part.event_count for part in merged.partitions()]
    monkeypatch.undo()
    expected = told(*afresh(tmp_path, "afresh").partitions())
    assert everybody(over) == told(*merged.partitions()) == expected
    assert sum(sizes) == sum(map(len, expected.values()))


def test_an_identity_said_later_joins_what_came_before(tmp_path: Path) -> None:
    random = np.random.default_rng(7)
    people = [*PEOPLE, "anonymous:x"]
    log = made_log(tmp_path, events(random, 300, people), buckets=BUCKETS)
    over = timelines_over(log, tmp_path)
    over.partitions()
    said = row("person 1", 50, IDENTIFY, "said", anonymous_id="x", customer_id="person 1")
    for number, batch in enumerate(([said], events(random, 5, people), events(random, 5, ["anonymous:x"]))):
        append(log, batch, f"batch {number}")
        over.refresh()
        expected = told(*afresh(tmp_path, f"afresh {number}").partitions())
        assert "anonymous:x" not in expected
        assert everybody(over) == told(*over.partitions()) == expected


def test_rows_that_were_taken_out_are_gone(tmp_path: Path) -> None:
    random = np.random.default_rng(8)
    log = made_log(tmp_path, events(random, 200, PEOPLE), buckets=BUCKETS)
    over = timelines_over(log, tmp_path)
    over.partitions()
    append(log, [row("person 1", 100, "buy", "later")], "second")
    over.refresh()
    before = everybody(over)
    other = EventLog.open(tmp_path / "log", buckets=BUCKETS)
    with other.writing():
        other.rewrite_events(range(BUCKETS), lambda rows: pa.compute.not_equal(rows["customer"], "person 1"))
    over.refresh()
    assert (
        everybody(over)
        == told(*over.partitions())
        == {person: theirs for person, theirs in before.items() if person != "person 1"}
    )


KILLED = """
import os, signal, sys
from pathlib import Path
from parcours.events.log import EventLog
from parcours.timelines import build, timelines
folder, point = Path(sys.argv[1]), sys.argv[2]
over = timelines.Timelines(EventLog.open(folder / "log", buckets=3), folder / "cache", threads=1, identity_limit=20)
def stop(*given, **named):
    os.kill(os.getpid(), signal.SIGKILL)
owner, name = {"reading": (build, "read_columns"), "merging": (timelines, "together"), "writing": (build.np, "save"),
               "dropping": (timelines.shutil, "rmtree")}[point]
setattr(owner, name, stop)
over.partitions()
"""


@pytest.mark.parametrize("point", ["reading", "merging", "writing", "dropping"])
def test_killed_in_a_refresh_the_next_one_is_right(point: str, tmp_path: Path) -> None:
    random = np.random.default_rng(9)
    log = made_log(tmp_path, events(random, 100, PEOPLE), buckets=BUCKETS)
    timelines_over(log, tmp_path).partitions()
    append(log, events(random, 20, [*PEOPLE, "newcomer"]), "second")
    child = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), point], check=False)
    assert child.returncode == -signal.SIGKILL
    over = timelines_over(log, tmp_path)
    assert told(*over.partitions()) == told(*afresh(tmp_path, "afresh").partitions())

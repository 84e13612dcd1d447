"""Timelines over a log on disk: the same whatever the batches, built only where the log changed, any cache or none."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from made_logs import Row, append, made_log, made_timelines, row, timelines_over
from parcours.events.log import EventLog
from parcours.events.schema import bucket_of
from parcours.timelines import build
from parcours.timelines.masks import matches
from parcours.timelines.matchers import Selector
from parcours.timelines.timelines import Timelines

CUSTOMERS = ("ann", "Ann", "é", "😀", "ｚ", "anonymous:x", "名前", 'o\'neil "q"', "a\nb")
EVENTS: list[Row] = [
    row(customer, instant, name, f"{number}/{instant}/{name}", channel=name, properties={"n": number})
    for number, customer in enumerate(CUSTOMERS)
    for instant in (0, 5, 5_000_000)
    for name in ("browse", "buy")
]


def content(timelines: Timelines) -> list[tuple[object, ...]]:
    """Everything that is read of each partition, but for what depends on the files."""
    found: list[tuple[object, ...]] = []
    for partition in timelines.partitions():
        rows = range(partition.event_count)
        found.append(
            (
                partition.bucket,
                partition.customers.to_pylist(),
                partition.names,
                partition.offsets.tolist(),
                partition.timestamps.tolist(),
                partition.events.tolist(),
                partition.value_minor().tolist(),
                [partition.column("channel").text(one) for one in rows],
                [partition.column("n").text(one) for one in rows],
                partition.properties(list(rows)),
            )
        )
    return found


@settings(deadline=None, max_examples=6)
@given(st.randoms(use_true_random=False), st.integers(1, 5))
def test_arrays_are_the_same_whatever_the_order_and_the_batches(random: Random, batches: int) -> None:
    shuffled = random.sample(EVENTS, len(EVENTS))
    with TemporaryDirectory() as first, TemporaryDirectory() as second:
        log = EventLog.create(Path(first) / "log", buckets=3)
        for number in range(batches):
            append(log, shuffled[number::batches], f"batch {number}")
        append(log, shuffled[:7], "the same events from an overlapping file")
        assert content(timelines_over(log, Path(first))) == content(
            made_timelines(Path(second), EVENTS, buckets=3)
        )


def test_each_customer_is_found_in_one_place_in_the_order_of_bytes(tmp_path: Path) -> None:
    timelines = made_timelines(tmp_path, EVENTS, buckets=3)
    for number, customer in enumerate(CUSTOMERS):
        partition, rows = timelines.find(customer)
        assert partition.bucket == bucket_of(customer, 3)
        assert [partition.timestamps[one] for one in rows] == [0, 0, 5, 5, 5_000_000, 5_000_000]
        assert {partition.column("n").text(one) for one in rows} == {str(number)}
    for partition in timelines.partitions():
        customers = partition.customers.to_pylist()
        assert customers == sorted(customers, key=str.encode)
    assert timelines.customer_count() == len(CUSTOMERS)
    assert timelines.span_us() == (0, 5_000_000)


@pytest.mark.parametrize("customer", ["", "an", "anna", "zzz", "x", "\0", "é́"])
def test_an_unknown_customer_has_no_rows(customer: str, tmp_path: Path) -> None:
    _, rows = made_timelines(tmp_path, EVENTS, buckets=1).find(customer)
    assert len(rows) == 0


def test_an_empty_log_has_empty_partitions(tmp_path: Path) -> None:
    timelines = made_timelines(tmp_path, [], buckets=4)
    assert [partition.bucket for partition in timelines.partitions()] == [0, 1, 2, 3]
    assert (timelines.span_us(), timelines.customer_count()) == (None, 0)
    assert len(timelines.find("ann")[1]) == 0
    for partition in timelines.partitions():
        assert len(partition.value_minor()) == len(partition.column("channel").codes) == 0
        assert len(partition.trait("country").codes) == 0


Folders = dict[str, int]


def folders(cache: Path) -> Folders:
    """The partitions' folders and when each was last changed."""
    return {path.name: path.stat().st_mtime_ns for path in (cache / "timelines").iterdir()}


def test_only_changed_buckets_are_built_again(tmp_path: Path) -> None:
    log = made_log(tmp_path, EVENTS, buckets=3)
    timelines = timelines_over(log, tmp_path)
    before, kept = timelines.partitions(), folders(tmp_path / "cache")
    assert len(kept) == 3
    bucket = bucket_of("ann", 3)
    append(log, [row("ann", 77, "buy")], "second")
    timelines.refresh()
    after, now = timelines.partitions(), folders(tmp_path / "cache")
    for one, other in zip(before, after, strict=True):
        assert (one.fingerprint == other.fingerprint) == (one.bucket != bucket)
        assert (one is other) == (one.bucket != bucket), "what did not change keeps its columns"
    assert {name: changed for name, changed in kept.items() if int(name[:4]) != bucket} == {
        name: changed for name, changed in now.items() if int(name[:4]) != bucket
    }
    assert len(now) == 3, "the folder of the bucket's older version is dropped"
    assert after[bucket].event_count == before[bucket].event_count + 1


def test_a_second_process_maps_what_the_first_built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = made_log(tmp_path, EVENTS, buckets=3)
    first = content(timelines_over(log, tmp_path))

    def refuse(*_: Any) -> None:
        raise AssertionError("built again")

    monkeypatch.setattr(build, "build", refuse)
    assert content(timelines_over(EventLog.open(tmp_path / "log", buckets=3), tmp_path)) == first


def test_an_older_version_of_the_log_keeps_its_timelines(tmp_path: Path) -> None:
    log = made_log(tmp_path, EVENTS, buckets=1)
    older = EventLog.open(tmp_path / "log", buckets=1, version=log.version)
    append(log, [row("ann", 77, "buy")], "second")
    assert timelines_over(log, tmp_path).partitions()[0].event_count == len(EVENTS) + 1
    assert timelines_over(older, tmp_path).partitions()[0].event_count == len(EVENTS)
    assert timelines_over(log, tmp_path).partitions()[0].event_count == len(EVENTS) + 1


def delete(folder: Path) -> None:
    shutil.rmtree(folder)


def truncate(folder: Path) -> None:
    for path in folder.rglob("*.npy"):
        path.write_bytes(path.read_bytes()[:-8])


def garble(folder: Path) -> None:
    for path in folder.rglob("*.*"):
        path.write_bytes(b"garbage")


def empty(folder: Path) -> None:
    for path in folder.rglob("*.*"):
        path.write_bytes(b"")


def lose_a_part(folder: Path) -> None:
    for path in folder.rglob("names.json"):
        path.unlink()


@pytest.mark.parametrize("harm", [delete, truncate, garble, empty, lose_a_part])
def test_a_harmed_cache_is_built_again(harm: Callable[[Path], None], tmp_path: Path) -> None:
    log = made_log(tmp_path, EVENTS, buckets=2)
    expected = content(timelines_over(log, tmp_path))
    harm(tmp_path / "cache")
    assert content(timelines_over(log, tmp_path)) == expected
    assert content(timelines_over(log, tmp_path)) == expected, "and mapped from then on"
    assert len(folders(tmp_path / "cache")) == 2


def test_a_cache_deleted_while_it_is_used_harms_nobody(tmp_path: Path) -> None:
    timelines = made_timelines(tmp_path, EVENTS, buckets=2)
    timelines.partitions()
    shutil.rmtree(tmp_path / "cache")
    expected = content(made_timelines(tmp_path / "other", EVENTS, buckets=2))
    assert content(timelines) == expected


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    log = made_log(tmp_path, EVENTS, buckets=2)
    (tmp_path / "file").write_text("a file where the cache should be")
    timelines = Timelines(log, tmp_path / "file", threads=2, identity_limit=20)
    assert content(timelines) == content(timelines_over(log, tmp_path))


RACE = """
import sys
from pathlib import Path
from parcours.events.log import EventLog
from parcours.timelines.timelines import Timelines
folder = Path(sys.argv[1])
log = EventLog.open(folder / "log", buckets=8)
sys.stdin.readline()
for _ in range(3):
    parts = Timelines(log, folder / "cache", threads=2, identity_limit=20).partitions()
    print(sum(part.event_count for part in parts), [part.fingerprint for part in parts])
"""


def test_two_processes_may_build_the_same_cache_at_once(tmp_path: Path) -> None:
    rows = [row(f"customer {number}", number, "buy") for number in range(300)]
    made_log(tmp_path, rows, buckets=8)
    racers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", RACE, str(tmp_path)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    answers = [racer.communicate("go\n", timeout=60) for racer in racers]
    assert [errors for _, errors in answers] == ["", ""]
    lines = {line for output, _ in answers for line in output.splitlines()}
    assert len(lines) == 1
    assert lines.pop().startswith("300 ")
    assert len(folders(tmp_path / "cache")) == 8
    assert not list((tmp_path / "cache").rglob(".draft-*"))


def test_changed_profiles_reach_what_was_decided_by_them(tmp_path: Path) -> None:
    log = made_log(
        tmp_path, [row("ann", 1, "buy"), row("bob", 2, "buy")], buckets=1, profiles={"ann": {"c": "FR"}}
    )
    timelines = timelines_over(log, tmp_path)
    french = Selector.model_validate({"event": "buy", "where": {"profile.c": "FR"}})
    assert matches(timelines.partitions()[0], french).tolist() == [True, False]
    append(log, [], "second", {"ann": {"c": "BE"}, "bob": {"c": "FR"}}, when=9)
    timelines.refresh()
    assert matches(timelines.partitions()[0], french).tolist() == [False, True]


def test_equal_profiles_have_equal_fingerprints(tmp_path: Path) -> None:
    rows = [row("ann", 1, "buy")]
    held: dict[str, dict[str, str | None]] = {"ann": {"c": "FR", "size": "5"}, "bob": {"c": None}}
    one = made_timelines(tmp_path / "one", rows, profiles=held)
    log = made_log(tmp_path / "other", rows)
    append(log, [], "b", {"bob": {"c": None}})
    append(log, [], "a", {"ann": {"size": "5", "c": "FR"}})
    other = timelines_over(log, tmp_path / "other")
    assert one.profiles.fingerprint == other.profiles.fingerprint
    assert one.profiles.names() == ["c", "size"]
    append(log, [], "c", {"ann": {"size": "6"}}, when=1)
    other.refresh()
    assert one.profiles.fingerprint != other.profiles.fingerprint

"""The engine answers from what it has counted, and counts again only what changed."""

from __future__ import annotations

import os
from collections import Counter
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pytest

from made_logs import Row, append, made_log, row, timelines_over
from parcours.events.log import EventLog
from parcours.events.schema import bucket_of
from parcours.measures.contract import Partial, measures
from parcours.measures.engine import LocalEngine
from parcours.measures.events import Events, EventsResult, Query
from parcours.measures.growth import Query as GrowthQuery
from parcours.measures.partials import prune, save
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import Partition
from parcours.timelines.shelf import bytes_of

BUCKETS = 4
ROWS: list[Row] = [row(f"customer {number}", number, "buy") for number in range(20)]
QUERY = Query(as_of_us=1_000)


class Counted(Events):
    """The events measure, which notes the buckets that it is asked to count."""

    def __init__(self) -> None:
        self.mapped: Counter[int] = Counter()
        self._lock = Lock()

    def map(self, partition: Partition, query: Query) -> Partial:
        with self._lock:
            self.mapped[partition.bucket] += 1
        return super().map(partition, query)


@pytest.fixture(autouse=True)
def everything_is_worth_writing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("parcours.measures.engine.WORTH_WRITING_S", 0)


@pytest.fixture
def log(tmp_path: Path) -> EventLog:
    return made_log(tmp_path, ROWS, buckets=BUCKETS)


def engine_over(log: EventLog, folder: Path, **given: Any) -> LocalEngine:
    return LocalEngine(timelines_over(log, folder), threads=2, **({"cache": folder / "cache"} | given))


def count(result: EventsResult) -> int:
    return result.by_name()["buy"]


def test_the_second_ask_counts_nothing(log: EventLog, tmp_path: Path) -> None:
    engine, measure = engine_over(log, tmp_path), Counted()
    first = engine.ask(measure, QUERY)
    assert measure.mapped == {0: 1, 1: 1, 2: 1, 3: 1}
    assert engine.ask(measure, Query(as_of_us=1_000)).to_arrow().equals(first.to_arrow())
    assert measure.mapped.total() == BUCKETS
    engine.ask(measure, Query(as_of_us=999))
    assert measure.mapped.total() == 2 * BUCKETS, "another question is counted"


def test_a_new_process_reads_what_was_counted(log: EventLog, tmp_path: Path) -> None:
    first, measure = engine_over(log, tmp_path).ask(Counted(), QUERY), Counted()
    assert engine_over(log, tmp_path).ask(measure, QUERY).to_arrow().equals(first.to_arrow())
    assert not measure.mapped


def test_after_an_append_only_changed_partitions_are_counted(log: EventLog, tmp_path: Path) -> None:
    engine, measure = engine_over(log, tmp_path), Counted()
    assert count(engine.ask(measure, QUERY)) == 20
    append(log, [row("customer 3", 77, "buy"), row("customer 3", 78, "buy")], "second")
    engine.timelines.refresh()
    measure.mapped.clear()
    assert count(engine.ask(measure, QUERY)) == 22
    assert measure.mapped == {bucket_of("customer 3", BUCKETS): 1}


def test_new_profiles_count_again_what_depends_on_them(log: EventLog, tmp_path: Path) -> None:
    append(log, [], "profiles", {"customer 1": {"country": "FR"}})
    engine, measure = engine_over(log, tmp_path), Counted()
    french = Query.model_validate({"as_of_us": 1_000, "where": {"profile.country": "FR"}})
    assert count(engine.ask(measure, french)) == 1
    assert count(engine.ask(measure, QUERY)) == 20
    append(log, [], "more profiles", {"customer 2": {"country": "FR"}})
    engine.timelines.refresh()
    measure.mapped.clear()
    assert count(engine.ask(measure, QUERY)) == 20
    assert not measure.mapped
    assert count(engine.ask(measure, french)) == 2
    assert count(engine_over(log, tmp_path).ask(Counted(), french)) == 2


def test_a_trait_that_dates_customers_counts_as_profile() -> None:
    assert GrowthQuery(new_by="joined").reads_profiles()
    assert not GrowthQuery(events=(Selector(event=("buy",)),)).reads_profiles()
    assert GrowthQuery.model_validate(
        {"events": [{"event": "buy", "where": {"profile.c": 1}}]}
    ).reads_profiles()
    assert GrowthQuery.model_validate({"segment": {"not": {"profile": {"c": 1}}}}).reads_profiles()


def test_what_is_counted_in_no_time_is_not_written(
    log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("parcours.measures.engine.WORTH_WRITING_S", 60)
    engine, measure = engine_over(log, tmp_path), Counted()
    engine.ask(measure, QUERY)
    engine.ask(measure, QUERY)
    assert measure.mapped.total() == BUCKETS, "it is kept in memory"
    assert not list((tmp_path / "cache" / "partials").rglob("*.npz"))


@pytest.mark.parametrize("harm", [b"", b"PK\x03\x04garbage", b"garbage", b"\x93NUMPY", None])
def test_broken_cache_files_are_counted_again(harm: bytes | None, log: EventLog, tmp_path: Path) -> None:
    first = engine_over(log, tmp_path).ask(Counted(), QUERY)
    files = list((tmp_path / "cache" / "partials").rglob("*.npz"))
    assert len(files) == BUCKETS
    for path in files:
        path.write_bytes(path.read_bytes()[:-40] if harm is None else harm)
    measure = Counted()
    assert engine_over(log, tmp_path).ask(measure, QUERY).to_arrow().equals(first.to_arrow())
    assert measure.mapped.total() == BUCKETS
    measure.mapped.clear()
    assert engine_over(log, tmp_path).ask(measure, QUERY).to_arrow().equals(first.to_arrow())
    assert not measure.mapped, "the broken files were written anew"


def test_a_cache_that_cannot_be_written_is_no_error(log: EventLog, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file where the cache should be")
    assert count(engine_over(log, tmp_path, cache=tmp_path / "file").ask(Counted(), QUERY)) == 20
    assert count(engine_over(log, tmp_path, cache=None).ask(Counted(), QUERY)) == 20


def test_no_draft_stays_when_a_partial_cannot_take_its_place(log: EventLog, tmp_path: Path) -> None:
    engine, measure = engine_over(log, tmp_path), Counted()
    engine.ask(measure, QUERY)
    files = list((tmp_path / "cache" / "partials").rglob("*.npz"))
    for path in files:
        path.unlink()
        (path / "in the way").mkdir(parents=True)
    assert count(engine_over(log, tmp_path).ask(measure, QUERY)) == 20
    assert sorted(path for path in files[0].parent.iterdir()) == sorted(files)


def test_memory_does_not_grow_without_end(
    log: EventLog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = engine_over(log, tmp_path).timelines.partitions()[0]
    room = bytes_of(measures()["events"].map(whole, Query(as_of_us=0)))
    monkeypatch.setattr("parcours.measures.engine.KEPT_PARTIAL_BYTES", 6 * room)
    engine, measure = engine_over(log, tmp_path, cache=None), Counted()
    for instant in range(5):
        engine.ask(measure, Query(as_of_us=instant))
    measure.mapped.clear()
    engine.ask(measure, Query(as_of_us=4))
    assert not measure.mapped
    engine.ask(measure, Query(as_of_us=0))
    assert measure.mapped.total() == BUCKETS


def test_another_unit_than_the_customer(log: EventLog, tmp_path: Path) -> None:
    rows = [row("ann", 1, "buy", channel="web"), row("bob", 2, "buy", channel="web")]
    rows += [row("cat", 3, "buy", channel="shop"), row("dan", 4, "buy")]
    engine = engine_over(made_log(tmp_path / "other", rows, buckets=BUCKETS), tmp_path / "other")
    query = Query(as_of_us=1_000, per="channel")
    result = engine.ask(measures()["events"], query)
    assert result.to_arrow().select(["events", "customers"]).to_pylist() == [{"events": 3, "customers": 2}]
    assert result.dropped_events == 1
    assert engine.members(measures()["events"], query, {"event": "buy"}) == ("shop", "web")


def test_old_partials_do_not_fill_the_disk(tmp_path: Path) -> None:
    for number in range(5):
        save({"counts": np.array([number])}, tmp_path / "events" / f"{number}.npz")
        os.utime(tmp_path / "events" / f"{number}.npz", (number, number))
    prune(tmp_path, keep=2)
    assert sorted(path.name for path in tmp_path.glob("*/*")) == ["3.npz", "4.npz"]
    prune(tmp_path / "nowhere", keep=2)

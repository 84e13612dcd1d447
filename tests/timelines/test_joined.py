"""Joined ids are one customer in every measure, at once and for all that came before; a join taken back never was."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made_logs import Row, append, at, made_engine, made_log, made_timelines, row, timelines_over
from made_shop import Asked, held_traits, questions, shop
from parcours.events.schema import ANONYMOUS, bucket_of
from parcours.measures.engine import LocalEngine
from parcours.timelines.gather import gathered
from parcours.timelines.partition import Partition
from parcours.timelines.timelines import Timelines

BUCKETS = 4
LATE = at("2027-01-01")
ASKED = questions()


def statement(known: str, anonymous: str, event_id: str, name: str = "identity_joined") -> Row:
    return row(known, LATE, name, event_id, anonymous_id=anonymous)


def taken_back(known: str, event_id: str) -> Row:
    return row(known, LATE + 1, "identity_undone", f"undo {event_id}", properties={"join": event_id})


def split(rows: Iterable[Row]) -> tuple[list[Row], list[Row]]:
    """Every third customer with half of the events under an anonymous id, many of them at one instant with the
    other half; and the statements that join the two.
    """
    parted, people = [], set()
    for place, one in enumerate(rows):
        customer = one["customer"]
        if customer.startswith("customer") and int(customer.split()[1]) % 3 == 0:
            people.add(customer)
            if place % 2:
                parted.append(one | {"customer": f"{ANONYMOUS}v {customer}", "anonymous_id": f"v {customer}"})
                continue
        parted.append(one)
    joins = [statement(known, f"v {known}", f"join {known}") for known in sorted(people)]
    return parted, joins


PARTED, JOINS = split(shop())
UNDONE = [taken_back(join["customer"], join["event_id"]) for join in JOINS]


def tables_of(engine: LocalEngine, asked: Asked) -> dict[str, list[dict[str, Any]]]:
    tables = engine.ask(asked.measure, asked.query).tables()
    return {name: table.to_pylist() for name, table in tables.items()}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    """The shop as if every id had been the customer's all along."""
    return made_engine(tmp_path_factory.mktemp("whole"), shop(), buckets=BUCKETS, profiles=held_traits())


@pytest.fixture(scope="module")
def apart(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    """The same events where nobody ever joined the ids."""
    return made_engine(tmp_path_factory.mktemp("apart"), PARTED, buckets=BUCKETS, profiles=held_traits())


@pytest.fixture(scope="module")
def late(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    """Asked while the ids were apart; then they were joined."""
    folder = tmp_path_factory.mktemp("late")
    engine = made_engine(folder, PARTED, buckets=BUCKETS, profiles=held_traits())
    for asked in ASKED.values():
        engine.ask(asked.measure, asked.query)
    append(engine.timelines.log, JOINS, "joins")
    return engine


@pytest.fixture(scope="module")
def undone(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    """Asked while the ids were joined; then every join was taken back."""
    folder = tmp_path_factory.mktemp("undone")
    engine = made_engine(folder, [*PARTED, *JOINS], buckets=BUCKETS, profiles=held_traits())
    for asked in ASKED.values():
        engine.ask(asked.measure, asked.query)
    append(engine.timelines.log, UNDONE, "undone")
    return engine


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_late_join_moves_earlier_events_in_every_measure(
    name: str, late: LocalEngine, whole: LocalEngine
) -> None:
    assert tables_of(late, ASKED[name]) == tables_of(whole, ASKED[name])


@pytest.mark.parametrize("name", sorted(ASKED))
def test_a_join_taken_back_never_was(name: str, undone: LocalEngine, apart: LocalEngine) -> None:
    assert tables_of(undone, ASKED[name]) == tables_of(apart, ASKED[name])


def test_the_joins_do_change_something(late: LocalEngine, apart: LocalEngine) -> None:
    assert late.timelines.customer_count() == apart.timelines.customer_count() - len(JOINS)
    assert any(tables_of(late, asked) != tables_of(apart, asked) for asked in ASKED.values())


def content(timelines: Timelines) -> list[Any]:
    return [
        (
            part.customers.to_pylist(), part.offsets.tolist(), part.timestamps.tolist(),
            [part.names[code] for code in part.events], part.event_ids(range_of(part)),
            part.value_minor().tolist(), texts(part, "channel"), texts(part, "plan"), part.properties(range_of(part)),
            [part.trait("country").text(place) for place in range(part.customer_count)],
        )
        for part in timelines.partitions()
    ]  # fmt: skip


def range_of(part: Partition) -> Any:
    return np.arange(part.event_count)


def texts(part: Partition, name: str) -> list[str | None]:
    column = part.column(name)
    return [column.text(place) for place in range(part.event_count)]


def test_timelines_are_the_same_row_by_row(
    late: LocalEngine, undone: LocalEngine, whole: LocalEngine, apart: LocalEngine
) -> None:
    """Order at one instant, ids, values, properties and traits, in memory and from the files of the cache."""
    assert content(late.timelines) == content(whole.timelines)
    assert content(undone.timelines) == content(apart.timelines)
    for engine, same in ((late, whole), (undone, apart)):
        folder = engine.timelines.log.folder.parent
        assert content(timelines_over(engine.timelines.log, folder)) == content(same.timelines)


def test_a_later_join_joins_again(tmp_path: Path, whole: LocalEngine) -> None:
    log = made_log(tmp_path, [*PARTED, *JOINS, *UNDONE], buckets=BUCKETS, profiles=held_traits())
    timelines = timelines_over(log, tmp_path)
    assert not timelines.identity.canonical
    again = [one | {"event_id": f"again {one['event_id']}", "timestamp": LATE + 2} for one in JOINS]
    append(log, again, "again")
    timelines.refresh()
    assert content(timelines) == content(whole.timelines)


def test_an_identify_of_a_collector_stays_an_event(tmp_path: Path) -> None:
    """The customer did log in; only statements made by hand are about the data alone."""
    rows = [
        row("anonymous:v", 1, "visit", anonymous_id="v"),
        statement("ann", "v", "e2", "identify"),
        row("ann", 3, "order"),
    ]
    timelines = made_timelines(tmp_path, rows)
    partition, found = timelines.find("anonymous:v")
    assert [partition.names[partition.events[place]] for place in found] == ["visit", "order", "identify"]
    append(timelines.log, [taken_back("ann", "e2")], "undo")
    timelines.refresh()
    assert [len(timelines.find(key)[1]) for key in ("anonymous:v", "ann")] == [1, 2]


def test_an_event_sent_under_two_ids_counts_once_when_they_are_joined(tmp_path: Path) -> None:
    rows = [
        row("anonymous:v", 5, "order", "same", anonymous_id="v"),
        row("ann", 5, "order", "same"),
        row("ann", 5, "order", "other"),
    ]
    timelines = made_timelines(tmp_path, rows)
    assert sum(part.event_count for part in timelines.partitions()) == 3
    append(timelines.log, [statement("ann", "v", "join")], "join")
    timelines.refresh()
    assert sum(part.event_count for part in timelines.partitions()) == 2


def test_of_joined_traits_the_latest_holds(tmp_path: Path) -> None:
    rows = [row("ann", 1, "order"), row("anonymous:v", 2, "visit"), statement("ann", "v", "join")]
    log = made_log(tmp_path, rows, profiles={"ann": {"plan": "free", "country": "FR"}})
    append(log, [], "later", {"anonymous:v": {"plan": "pro", "language": "fr"}}, when=10)
    timelines = timelines_over(log, tmp_path)
    held = timelines.profiles.rows.to_pylist()
    assert {(one["customer"], one["trait"], one["value"]) for one in held} == {
        ("ann", "plan", "pro"), ("ann", "country", "FR"), ("ann", "language", "fr"),
    }  # fmt: skip
    append(log, [taken_back("ann", "join")], "undo")
    timelines.refresh()
    kept = {(one["customer"], one["trait"]): one["value"] for one in timelines.profiles.rows.to_pylist()}
    assert kept[("ann", "plan")] == "free"


class Counter:
    """Counts how often a partition is put together."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls = 0
        monkeypatch.setattr("parcours.timelines.joined.gathered", self._count)

    def _count(self, *given: Any, **named: Any) -> Any:
        self.calls += 1
        return gathered(*given, **named)


def in_bucket(bucket: int, besides: str = "") -> str:
    """A customer of a bucket."""
    names = (f"someone {number}" for number in range(1000))
    return next(name for name in names if bucket_of(name, BUCKETS) == bucket and name != besides)


@pytest.mark.parametrize("reopened", [False, True])
def test_only_what_a_join_touches_is_put_together_again(
    reopened: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = in_bucket(0), in_bucket(1)
    others = [in_bucket(2), in_bucket(3)]
    rows = [row(one, number, "visit") for number, one in enumerate([first, second, *others])]
    rows.append(row(first, 9, "alias", "join", properties={"previous_id": second}))
    timelines = made_timelines(tmp_path, rows, buckets=BUCKETS)
    counter = Counter(monkeypatch)

    def calls() -> int:
        nonlocal timelines
        if reopened:
            timelines = timelines_over(timelines.log, tmp_path)
        timelines.refresh()
        before = counter.calls
        timelines.partitions()
        return counter.calls - before

    assert calls() == 2  # the bucket that loses an id, and the one that gains it
    assert calls() == 0
    append(timelines.log, [row(others[0], 20, "visit")], "elsewhere")
    assert calls() == 0
    append(
        timelines.log,
        [row(others[0], 21, "alias", "j2", properties={"previous_id": others[1]})],
        "join elsewhere",
    )
    assert calls() == 2
    append(timelines.log, [row(in_bucket(1, second), 22, "visit")], "a neighbour of one who left")
    assert calls() == 1  # the neighbours' own bucket; the rows that came from there are the same
    append(timelines.log, [row(second, 23, "visit")], "the one who left")
    assert calls() == 2
    append(timelines.log, [taken_back(others[0], "j2")], "undo elsewhere")
    assert calls() == 1  # the bucket of the statement, which is left out; its neighbour is as it was


def test_without_joins_nothing_is_copied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    counter = Counter(monkeypatch)
    made_timelines(tmp_path, PARTED).partitions()
    assert counter.calls == 0

"""Answers carried along as events come in are those of a log read afresh, to the last digit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made_logs import Row, append, made_log, row, timelines_over
from made_shop import Asked, held_traits, questions, shop
from parcours.events.log import EventLog
from parcours.measures.contract import Query
from parcours.measures.engine import LocalEngine
from parcours.measures.following import FollowedMeasure
from parcours.measures.result import Result
from parcours.measures.totals import Total, Totals
from parcours.timelines.calendar import Calendar
from parcours.values import DAY_US, HOUR_US

FOLLOWED = {name: asked for name, asked in questions().items() if isinstance(asked.measure, FollowedMeasure)}
RANDOMS = (1, 2)


def engine_over(log: EventLog, cache: Path) -> LocalEngine:
    return LocalEngine(timelines_over(log, cache), threads=2, cache=cache / "cache")


def same(one: Result, other: Result) -> bool:
    first, second = one.tables(), other.tables()
    return list(first) == list(second) and all(first[name].equals(second[name]) for name in first)


def asked_at(asked: Asked, end_us: int) -> Query:
    """The question up to an end of the data, as a workspace asks it: the range ends with them."""
    day = Calendar(asked.query.zone, asked.query.week_start).day_of(end_us)
    return asked.query.model_copy(update={"as_of_us": end_us, "end": max(day, asked.query.start)})


def batches(random: np.random.Generator) -> Iterator[list[Row]]:
    """The shop's last months in small batches, a few events late, some twice, some for customers nobody knew."""
    rows = sorted(shop(), key=lambda one: (one["timestamp"], one["event_id"]))
    first = len(rows) * 3 // 4
    late = set(random.choice(first, 40, replace=False).tolist())
    yield [one for number, one in enumerate(rows[:first]) if number not in late]
    held = [rows[number] for number in sorted(late)]
    new = rows[first:]
    for number in range(0, 24, 4):
        extra = [held.pop()] if held and random.random() < 0.5 else []
        again = [rows[int(random.integers(first))]] if random.random() < 0.5 else []
        at_once = new[number]["timestamp"]
        fresh = [row(f"newcomer {number}", at_once, "visit", channel="ads")] if random.random() < 0.5 else []
        yield [*new[number : number + 4], *extra, *again, *fresh]


@pytest.fixture
def followed(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each measure's total was carried along."""
    seen: Counter[str] = Counter()
    carried = Totals._followed

    def noted(self: Totals, measure: Any, *given: Any) -> Total | None:
        found = carried(self, measure, *given)
        seen[measure.name] += found is not None
        return found

    monkeypatch.setattr(Totals, "_followed", noted)
    return seen


@pytest.mark.parametrize("seed", RANDOMS)
def test_carried_along_is_read_afresh(seed: int, tmp_path: Path, followed: Counter[str]) -> None:
    random = np.random.default_rng(seed)
    first, *more = batches(random)
    log = made_log(tmp_path, first, buckets=4, profiles=held_traits())
    engine = engine_over(log, tmp_path)
    for number, batch in enumerate([[], *more]):
        append(log, batch, f"batch {number}")
        engine.timelines.refresh()
        end_us = max(one["timestamp"] for part in (first, *more[:number]) for one in part)
        end_us += int(random.choice((0, 0, HOUR_US, 3 * DAY_US)))
        fresh = engine_over(EventLog.open(tmp_path / "log", buckets=4), tmp_path / f"afresh {number}")
        for name, asked in FOLLOWED.items():
            for query in (asked_at(asked, end_us), asked.query):
                found, expected = engine.ask(asked.measure, query), fresh.ask(asked.measure, query)
                assert same(found, expected), f"{name}, batch {number}, {query.as_of_us}"
    assert min(followed[name] for name in ("stages", "lifecycle", "growth", "funnel", "retention")) > 5


def test_an_answer_is_worked_out_again_only_for_another_total(tmp_path: Path) -> None:
    first, second, *_ = batches(np.random.default_rng(1))
    log = made_log(tmp_path, first, buckets=4)
    engine = engine_over(log, tmp_path)
    asked = FOLLOWED["lifecycle"]
    answer = engine.ask(asked.measure, asked.query)
    assert engine.ask(asked.measure, asked.query) is answer
    later = engine.ask(asked.measure, asked.query.model_copy(update={"as_of_us": asked.query.as_of_us + 1}))
    assert later is not answer
    append(log, second, "second")
    engine.timelines.refresh()
    assert not same(engine.ask(asked.measure, asked.query), answer)

"""At which events a rule is true: the ends of windows, ties, and the boundary between customers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made_logs import Row, made_timelines, row
from parcours.timelines.hits import rule_hits
from parcours.timelines.matchers import Rule
from parcours.values import DAY_US


def hits(folder: Path, rows: list[Row], *rules: Any) -> list[list[str]]:
    """For each rule the ids of the events at which it is true, in the order of the timelines."""
    partition = made_timelines(folder, rows, buckets=1).partitions()[0]
    found = [np.flatnonzero(rule_hits(partition, Rule.model_validate(rule))) for rule in rules]
    return [partition.event_ids(rows_found) for rows_found in found]


def ann(*moments: tuple[float, str], customer: str = "ann") -> list[Row]:
    """One customer's events, by day and name, numbered in the order given."""
    return [
        row(customer, int(day * DAY_US), name, f"{customer}{place}")
        for place, (day, name) in enumerate(moments)
    ]


A_MICROSECOND = 1 / DAY_US


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ({"event": "buy"}, ["ann0", "ann1", "ann2", "ann3"]),
        ({"event": "buy", "first": True}, ["ann0"]),
        ({"event": "buy", "count": 1}, ["ann0"]),
        ({"event": "buy", "count": 2}, ["ann1"]),
        ({"event": "buy", "count": {"gte": 2}}, ["ann1", "ann2", "ann3"]),
        ({"event": "buy", "count": {"gt": 1, "lt": 4}}, ["ann1", "ann2"]),
        ({"event": "buy", "count": {"lte": 2}}, ["ann0", "ann1"]),
        ({"event": "buy", "count": {"gte": 2}, "within": "10d"}, ["ann1", "ann3"]),
        ({"event": "buy", "count": 1, "within": "10d"}, ["ann0", "ann2"]),
        ({"event": "buy", "count": {"gte": 5}}, []),
        ({"event": "never", "count": {"gte": 1}}, []),
    ],
    ids=str,
)
def test_counts_and_windows(rule: Any, expected: list[str], tmp_path: Path) -> None:
    # ten days, ends inside; then ten days and a microsecond
    rows = ann((0, "buy"), (10, "buy"), (20 + A_MICROSECOND, "buy"), (30, "buy"))
    assert hits(tmp_path, rows, rule) == [expected]


def test_counts_begin_anew_with_each_customer(tmp_path: Path) -> None:
    rows = ann((0, "buy"), (1, "buy")) + ann((0, "buy"), (1, "mail"), customer="bob")
    second, first = {"event": "buy", "count": 2}, {"event": "buy", "first": True}
    followed = {"event": "buy", "then": {"event": "mail"}}
    assert hits(tmp_path, rows, second, first, followed) == [["ann1"], ["ann0", "bob0"], ["bob1"]]


def test_events_of_one_instant_are_counted_in_the_order_of_their_ids(tmp_path: Path) -> None:
    rows = ann((5, "buy"), (5, "buy"), (5, "buy"))[::-1]
    second, first = {"event": "buy", "count": 2}, {"event": "buy", "first": True}
    assert hits(tmp_path, rows, second, first) == [["ann1"], ["ann0"]]


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ({"event": "order"}, ["ann2", "ann4"]),
        ({"event": "order", "within": "7d"}, ["ann2"]),
        ({"event": "order", "within": "3d"}, ["ann2"]),
        ({"event": "order", "within": "2d"}, []),
        ({"event": "*", "within": "1d"}, ["ann1"]),
    ],
    ids=str,
)
def test_a_following_event_within_its_time(then: dict[str, Any], expected: list[str], tmp_path: Path) -> None:
    rows = ann((0, "mail"), (1, "visit"), (3, "order"), (4, "visit"), (10 + A_MICROSECOND, "order"))
    assert hits(tmp_path, rows, {"event": "mail", "then": then}) == [expected]


def test_events_of_one_instant_may_follow_each_other_but_none_itself(tmp_path: Path) -> None:
    again = {"event": "order", "then": {"event": "order"}}
    mailed = {"event": "mail", "then": {"event": "order"}}
    assert hits(tmp_path / "one", ann((5, "order"), (5, "mail")), mailed, again) == [["ann0"], []]
    assert hits(tmp_path / "two", ann((5, "order"), (5, "order")), again) == [["ann0", "ann1"]]


def test_a_sequence_may_begin_with_the_first_of_its_kind(tmp_path: Path) -> None:
    rows = ann((0, "mail"), (1, "mail"), (2, "order"), (9, "order"))
    soon, later = (
        {"event": "mail", "first": True, "then": {"event": "order", "within": within}}
        for within in ("1d", "2d")
    )
    assert hits(tmp_path, rows, soon, later) == [[], ["ann2"]]

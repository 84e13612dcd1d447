"""Stickiness worked out by hand, with its traps and refusals."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from made_logs import at
from parcours.errors import QueryError
from parcours.measures.stickiness import MEASURE, Query, StickinessResult
from twins.events import Event
from twins.partitions import partition_of

WEEK: dict[str, Any] = {"start": "2026-01-05", "end": "2026-01-11"}
ROWS = (
    ("ann", "2026-01-05T00:00", "visit"),
    ("ann", "2026-01-05T23:59", "visit"),
    ("ann", "2026-01-06T00:00", "visit"),
    ("ann", "2026-01-11T23:59:59.999999", "order"),
    ("bob", "2026-01-04T23:59:59.999999", "visit"),  # before the range
    ("bob", "2026-01-07T10:00", "visit"),
    ("bob", "2026-01-07T10:00", "visit"),  # at the same instant
    ("bob", "2026-01-12T00:00", "visit"),  # after it
    ("eve", "2026-01-20T00:00", "visit"),
)
EVENTS = [
    Event(customer, at(when), name, {}, f"{place:02d}") for place, (customer, when, name) in enumerate(ROWS)
]


def question(events: list[Event], asked: dict[str, Any]) -> Query:
    seen = {"as_of_us": max((event.timestamp_us for event in events), default=0)}
    return Query.model_validate(WEEK | seen | asked)


def ask(events: list[Event], **asked: Any) -> StickinessResult:
    query = question(events, asked)
    return MEASURE.finish(MEASURE.map(partition_of(events), query), query)


def opened(cell: dict[str, str], **asked: Any) -> list[str]:
    part = partition_of(EVENTS)
    return [str(part.customers[place]) for place in MEASURE.members(part, question(EVENTS, asked), cell)]


def test_distinct_periods_are_counted_exactly_and_at_least() -> None:
    (group,) = ask(EVENTS).groups
    assert group.exactly.tolist() == [1, 0, 1, 0, 0, 0, 0]
    assert group.at_least.tolist() == [2, 1, 1, 0, 0, 0, 0]
    assert ask(EVENTS, unit="week").groups[0].exactly.tolist() == [2]


def test_a_period_may_need_several_events() -> None:
    assert ask(EVENTS, times=2).groups[0].exactly.tolist() == [2, 0, 0, 0, 0, 0, 0]
    assert ask(EVENTS, times=3).groups[0].active == 0


def test_only_the_named_events_make_a_unit_active() -> None:
    assert ask(EVENTS, event="order").groups[0].exactly.tolist() == [1, 0, 0, 0, 0, 0, 0]


def test_the_ratio_is_mean_daily_active_over_active_in_the_range() -> None:
    result = ask(EVENTS)
    (line,) = result.to_arrow("summary").to_pylist()
    # one or none is active on each day: 4 unit-days in 7 days, of 2 units
    assert line["ratio"] == pytest.approx((4 / 7) / 2)
    assert (line["active_units"], line["mean_active_periods"], line["incomplete_periods"]) == (2, 2.0, 0)


def test_periods_that_are_not_over_are_counted_and_said() -> None:
    result = ask(EVENTS, end="2026-01-25")
    assert result.complete.count(False) == 6, "the data ends at the first instant of the 20th"
    assert "6 days are not over yet." in str(result.chart().to_dict()["title"])


def test_days_are_local() -> None:
    # in Tokyo ann's visits are of the 5th and 6th, and her order of the 12th; bob comes on the 5th, too
    assert ask(EVENTS, zone="Asia/Tokyo").groups[0].exactly.tolist() == [0, 2, 0, 0, 0, 0, 0]


def test_an_empty_log_gives_zeros_with_the_names() -> None:
    result = ask([])
    assert result.to_arrow()["periods"].to_pylist() == list("1234567")
    assert set(result.to_arrow()["units_exactly"].to_pylist()) == {0}
    assert result.to_arrow("summary")["ratio"].to_pylist() == [None]
    assert "No customers active" in str(result.chart().to_dict()["title"])


def test_cells_open_to_their_units() -> None:
    assert opened({"periods": "3"}) == ["ann"]
    assert opened({"periods": "1", "how": "at_least"}) == ["ann", "bob"]
    assert opened({"periods": "2"}) == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({}, "names no number of periods"),
        ({"periods": "8"}, "no number of periods '8'"),
        ({"periods": "1", "how": "about"}, "no how 'about'"),
    ],
)
def test_a_cell_that_is_not_there_says_what_is(cell: dict[str, str], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        opened(cell)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"end": "2026-01-01"}, "ends .* before it starts"),
        ({"end": None}, "no days"),
        ({"by": "value"}, "each amount"),
        ({"by": ""}, "no property"),
        ({"by": "profile.country", "per": "plan"}, "Profiles are those of customers"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_the_reason(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        ask(EVENTS, **asked)


@pytest.mark.parametrize("asked", [{"times": 0}, {"unit": "hour"}, {"event": {"event": []}}, {"top": 0}])
def test_unknown_words_and_impossible_numbers_are_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ask(EVENTS, **asked)


def test_estimates_are_the_shares_of_at_least_so_many() -> None:
    found = ask(EVENTS).estimates()
    assert (found["1+ days"].value, found["3+ days"].value, found["3+ days"].n) == (1.0, 0.5, 2)

"""Retention worked out by hand: every rule and every trap of the definitions, and every refusal."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from made_logs import at
from parcours.errors import QueryError
from parcours.measures.retention import MEASURE, RetentionResult
from parcours.measures.retention.query import Bracket, Query
from twins.events import Event
from twins.partitions import partition_of

JANUARY: dict[str, Any] = {"start": "2026-01-01", "end": "2026-01-10", "unit": "day"}


def story(*rows: str) -> list[Event]:
    """Events written "customer time event"; a word with "=" is a property."""
    events = []
    for place, text in enumerate(rows):
        customer, when, name, *held = text.split()
        properties = dict(one.split("=") for one in held)
        events.append(Event(customer, at(when), name, properties, f"{place:03d}"))
    return events


def question(events: list[Event], asked: dict[str, Any]) -> Query:
    seen = {"as_of_us": max((event.timestamp_us for event in events), default=0)}
    return Query.model_validate(JANUARY | seen | asked)


def ask(events: list[Event], **asked: Any) -> RetentionResult:
    query = question(events, asked)
    return MEASURE.finish(MEASURE.map(partition_of(events), query), query)


def cells(result: RetentionResult, row: str, group: str = "") -> dict[str, tuple[int, bool]]:
    """The units back and whether the cell is complete, by column, of one row."""
    return {
        one["column"]: (one["returned_units"], one["complete"])
        for one in result.to_arrow().to_pylist()
        if one["period_start"].isoformat() == row and one["group"] == group
    }


def counts(result: RetentionResult, row: str, group: str = "") -> list[int]:
    return [back for back, _ in cells(result, row, group).values()]


def opened(events: list[Event], cell: dict[str, str], **asked: Any) -> list[str]:
    part = partition_of(events)
    return [str(part.customers[place]) for place in MEASURE.members(part, question(events, asked), cell)]


ORDERS = story(
    "ann 2026-01-01 order",
    "ann 2026-01-02T23:59:59.999999 order",
    "ann 2026-01-04 order",
    "bob 2026-01-01T12:00 order",
    "bob 2026-01-04T12:00 visit",
    "bob 2026-01-04T12:00 visit",
    "eve 2026-01-02 visit",
    "eve 2026-01-05 order",
)


def test_column_0_is_who_starts_and_column_k_who_is_back_k_periods_later() -> None:
    result = ask(ORDERS, start_event="order", end="2026-01-05")
    assert cells(result, "2026-01-01") == {
        "0": (2, True), "1": (1, True), "2": (0, True), "3": (2, True), "4": (0, False)
    }  # fmt: skip
    assert cells(result, "2026-01-02") == {"0": (1, True), "1": (0, True), "2": (1, True), "3": (0, False)}
    assert cells(result, "2026-01-03") == {"0": (0, True), "1": (0, True), "2": (0, False)}
    assert cells(result, "2026-01-05") == {"0": (1, False)}, "the last day is not over at its first instant"


def test_the_minimum_binds_returns_only() -> None:
    result = ask(ORDERS, start_event="order", times=2, end="2026-01-05")
    assert counts(result, "2026-01-01") == [2, 0, 0, 1, 0], "bob starts once and is back twice on one day"


def test_modes_differ_in_the_rows_that_a_unit_is_in() -> None:
    asked: dict[str, Any] = {"start_event": "order", "end": "2026-01-05"}
    rows = {
        mode: [counts(ask(ORDERS, mode=mode, **asked), f"2026-01-0{day}")[0] for day in (1, 2, 4, 5)]
        for mode in ("recurring", "first_time", "first_ever")
    }
    assert rows == {"recurring": [2, 1, 1, 1], "first_time": [2, 0, 0, 1], "first_ever": [2, 0, 0, 1]}


def test_the_first_event_of_the_name_must_itself_match() -> None:
    events = story(
        "ann 2026-01-01 order size=small", "ann 2026-01-02 order size=large", "ann 2026-01-03 visit"
    )
    large = {"event": "order", "where": {"size": "large"}}
    assert counts(ask(events, start_event=large, mode="first_time"), "2026-01-02")[:2] == [1, 1]
    assert all(
        counts(ask(events, start_event=large, mode="first_ever"), f"2026-01-0{day}")[0] == 0 for day in (1, 2)
    )
    # the question's filter is a condition like those of the selector
    by_filter = ask(events, start_event="order", mode="first_ever", where={"size": "large"})
    assert [counts(by_filter, f"2026-01-0{day}")[0] for day in (1, 2)] == [0, 0]


def test_of_events_at_one_instant_any_may_be_the_first() -> None:
    events = story(
        "ann 2026-01-01 order size=small", "ann 2026-01-01 order size=large", "ann 2026-01-02 visit"
    )
    for size in ("small", "large"):
        asked: dict[str, Any] = {
            "start_event": {"event": "order", "where": {"size": size}},
            "mode": "first_ever",
        }
        assert counts(ask(events, **asked), "2026-01-01")[0] == 1


@pytest.mark.parametrize("mode", ["first_time", "first_ever"])
def test_a_first_time_before_the_range_is_in_no_row(mode: str) -> None:
    events = story("ann 2025-12-31T23:59:59.999999 order", "ann 2026-01-01 order", "bob 2026-01-01 order")
    assert counts(ask(events, start_event="order", mode=mode), "2026-01-01")[0] == 1
    assert counts(ask(events, start_event="order"), "2026-01-01")[0] == 2


def test_returns_after_the_range_end_do_not_count() -> None:
    events = story("ann 2026-01-01 order", "ann 2026-01-04 order", "bob 2026-01-09 order")
    assert counts(ask(events, end="2026-01-03", reading="rolling"), "2026-01-01") == [1, 0, 0]
    assert cells(ask(events, end="2026-01-03"), "2026-01-01")["2"] == (0, True)
    assert counts(ask(events, end="2026-01-04"), "2026-01-01") == [1, 0, 0, 1]


def test_rolling_is_in_that_period_or_later() -> None:
    result = ask(ORDERS, start_event="order", reading="rolling", end="2026-01-05")
    assert counts(result, "2026-01-01") == [2, 2, 2, 2, 0]
    twice = ask(ORDERS, start_event="order", reading="rolling", times=2, end="2026-01-05")
    assert counts(twice, "2026-01-01") == [2, 2, 1, 1, 0], (
        "ann is back twice from day 1 on, once from day 2 on"
    )


def test_elapsed_days_begin_at_the_units_own_start() -> None:
    events = story(
        "ann 2026-01-01T18:00 order",
        "ann 2026-01-02T17:59:59.999999 visit",  # still within 24 hours
        "ann 2026-01-03T18:00 visit",  # the first instant of the third day
        "bob 2026-01-08 visit",
    )
    calendar = counts(ask(events, start_event="order"), "2026-01-01")
    elapsed = counts(ask(events, start_event="order", alignment="elapsed"), "2026-01-01")
    assert calendar[:4] == [1, 1, 1, 0]
    assert elapsed[:4] == [1, 0, 1, 0]


def test_elapsed_time_takes_no_notice_of_clock_changes() -> None:
    events = story(
        "ann 2026-03-28T12:00+01:00 order", "ann 2026-03-29T12:30+02:00 visit", "bob 2026-04-09 visit"
    )
    asked: dict[str, Any] = {
        "start": "2026-03-28",
        "end": "2026-04-09",
        "zone": "Europe/Paris",
        "start_event": "order",
    }
    assert counts(ask(events, alignment="elapsed", **asked), "2026-03-28")[:2] == [1, 0], "23.5 hours later"
    assert counts(ask(events, **asked), "2026-03-28")[:2] == [1, 1], "the next day all the same"


def test_an_elapsed_cell_is_complete_when_the_last_start_of_the_row_could_have_come_back() -> None:
    events = story("ann 2026-01-01 order", "bob 2026-01-03T23:59:59.999999 visit")
    row = cells(ask(events, start_event="order", alignment="elapsed"), "2026-01-01")
    # a start at the end of 1 January has its day 1 until the end of 3 January, less one microsecond
    assert row == {"0": (1, True), "1": (0, True), "2": (0, False)}
    earlier = story("ann 2026-01-01 order", "bob 2026-01-03T23:59:59.999997 visit")
    assert cells(ask(earlier, start_event="order", alignment="elapsed"), "2026-01-01")["1"] == (0, False)


def test_monthly_rows_may_have_elapsed_days_as_columns() -> None:
    events = story("ann 2026-01-31T12:00 order", "ann 2026-02-02T13:00 visit", "bob 2026-03-09 visit")
    result = ask(
        events, start_event="order", unit="day", rows="month", alignment="elapsed", brackets=["1", "2-6"],
        end="2026-03-09",
    )  # fmt: skip
    assert counts(result, "2026-01-01") == [1, 0, 1]


def test_brackets_join_periods_and_may_leave_gaps() -> None:
    events = story(
        "ann 2026-01-01 order", "ann 2026-01-03 visit", "ann 2026-01-04 visit", "ann 2026-01-05 visit",
        "bob 2026-01-10 visit",
    )  # fmt: skip
    asked: dict[str, Any] = {"start_event": "order", "times": 2}
    result = ask(events, brackets=["1-3", [4, 4], "6-20"], **asked)
    assert cells(result, "2026-01-01") == {
        "0": (1, True),
        "1-3": (1, True),
        "4": (0, True),
        "6-20": (0, False),
    }
    assert counts(ask(events, brackets=["1-2", 4], **asked), "2026-01-01") == [1, 0, 0]
    assert counts(ask(events, brackets=["1-2", 4], reading="rolling", **asked), "2026-01-01") == [1, 1, 0]


def test_the_summary_averages_only_rows_whose_cell_is_over() -> None:
    events = story(
        *(f"early{n} 2026-01-05 order" for n in range(3)),
        "early0 2026-01-12 order",
        *(f"late{n} 2026-01-12 order" for n in range(5)),
        "late0 2026-01-19 order",
        "new 2026-01-20 order",
    )
    result = ask(
        events, unit="week", start="2026-01-05", end="2026-01-25", mode="first_time", start_event="order"
    )
    lines = {line["column"]: line for line in result.to_arrow("summary").to_pylist()}
    assert [lines[name]["complete_rows"] for name in ("0", "1", "2")] == [2, 1, 0]
    # the row of the 12th is back in the week that is not over: it is left out of the average, not counted as lost
    assert (lines["1"]["started_units"], lines["1"]["returned_units"]) == (3, 1)
    assert lines["2"]["share"] is None
    assert cells(result, "2026-01-12")["1"] == (1, False)


def test_the_last_day_of_the_data_ends_a_week_but_not_a_day() -> None:
    events = story("ann 2026-01-05 order", "ann 2026-01-18T20:00 order")
    asked: dict[str, Any] = {"start": "2026-01-05", "end": "2026-01-18"}
    assert cells(ask(events, unit="week", **asked), "2026-01-05") == {"0": (1, True), "1": (1, True)}
    assert cells(ask(events, unit="day", **asked), "2026-01-05")["13"] == (1, False)


def test_weeks_begin_where_the_question_says_and_months_have_their_own_lengths() -> None:
    events = story(
        "ann 2026-01-03 order", "ann 2026-01-04 order", "ann 2026-02-28 order", "bob 2026-03-31 visit"
    )
    asked: dict[str, Any] = {"start": "2026-01-01", "end": "2026-03-31", "start_event": "order"}
    sunday = ask(events, unit="week", week_start="sunday", **asked)
    assert counts(sunday, "2025-12-28")[:2] == [1, 1]
    assert counts(ask(events, unit="week", **asked), "2025-12-29")[:2] == [1, 0]
    assert counts(ask(events, unit="month", **asked), "2026-01-01") == [1, 1, 0]


@pytest.mark.parametrize(
    ("zone", "row"), [("Pacific/Auckland", "2026-01-02"), ("America/Los_Angeles", "2026-01-01")]
)
def test_rows_are_local(zone: str, row: str) -> None:
    events = story("ann 2026-01-01T12:00 order", "ann 2026-01-02T12:00 order", "bob 2026-01-09 visit")
    assert counts(ask(events, zone=zone), row)[:2] == [1, 1]


def test_a_breakdown_by_a_property_is_that_of_the_first_start_in_the_row() -> None:
    events = story(
        "ann 2026-01-01T10:00 order channel=mail", "ann 2026-01-01T11:00 order channel=ads", "ann 2026-01-02 order",
        "bob 2026-01-01 order", "eve 2026-01-02 order channel=ads",
    )  # fmt: skip
    result = ask(events, by="channel", end="2026-01-02")
    assert [group.name for group in result.groups] == ["", "ads", "mail"], "largest first, then by name"
    assert counts(result, "2026-01-01", "mail") == [1, 1]
    assert counts(result, "2026-01-01", "") == [1, 0]
    assert counts(result, "2026-01-02", "") == [1], "ann starts again on the 2nd, without a channel"
    cut = ask(events, by="channel", end="2026-01-02", top=1)
    assert [group.name for group in cut.groups] == ["", "(other)"]
    assert counts(cut, "2026-01-01", "(other)") == [1, 1]


def test_segments_are_named_and_may_share_units() -> None:
    segments = {
        "visitors": {"did": {"event": "visit"}},
        "buyers": {"did": {"event": "order"}},
        "nobody": {"did": {"event": "none"}},
    }
    result = ask(ORDERS, segments=segments, end="2026-01-05")
    assert [group.name for group in result.groups] == ["visitors", "buyers", "nobody"]
    assert [counts(result, "2026-01-01", name)[0] for name in segments] == [1, 2, 0]
    cell = {"period_start": "2026-01-01", "column": "3"}
    assert opened(ORDERS, cell | {"group": "visitors"}, segments=segments) == ["bob"]
    assert opened(ORDERS, cell | {"group": "buyers"}, segments=segments) == ["ann", "bob"]
    with pytest.raises(QueryError, match="names no group"):
        opened(ORDERS, cell, segments=segments)


def test_an_empty_log_gives_zeros_with_the_names() -> None:
    result = ask([], columns=2, end="2026-01-02")
    assert [row["returned_units"] for row in result.to_arrow().to_pylist()] == [0, 0]
    assert result.to_arrow("summary")["column"].to_pylist() == ["0", "1", "2"]
    assert set(result.to_arrow("summary")["share"].to_pylist()) == {None}
    assert "No starts" in str(result.chart().to_dict()["title"])


def test_a_cell_lists_who_is_back_and_who_is_not() -> None:
    asked: dict[str, Any] = {"start_event": "order", "end": "2026-01-05"}
    cell = {"period_start": "2026-01-01", "column": "1"}
    assert opened(ORDERS, cell, **asked) == ["ann"]
    assert opened(ORDERS, cell | {"back": "no"}, **asked) == ["bob"]
    assert opened(ORDERS, {"column": "1"}, **asked) == ["ann"], "the summary's"
    assert opened(ORDERS, {"column": "0", "back": "no"}, **asked) == []


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        ({}, "names no column"),
        ({"column": "12"}, "no column '12'"),
        ({"column": "1", "period_start": "2026-02-01"}, "no period_start"),
        ({"column": "1", "period_start": "2026-01-05"}, "has not begun"),
        ({"column": "1", "back": "perhaps"}, "no back 'perhaps'"),
    ],
)
def test_a_cell_that_is_not_there_says_what_is(cell: dict[str, str], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        opened(ORDERS, cell, end="2026-01-05")


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"alignment": "elapsed", "unit": "month"}, "no fixed number of hours"),
        ({"rows": "month"}, "no common calendar"),
        ({"brackets": []}, "list of brackets is empty"),
        ({"brackets": ["1-3", "3-5"]}, "overlap"),
        ({"brackets": ["4-5", "1-3"]}, "out of order"),
        ({"brackets": ["1-3"], "columns": 3}, "'columns' or 'brackets'"),
        ({"brackets": list(range(1, 102))}, "at most 100"),
        ({"by": "value"}, "an amount|each amount"),
        ({"by": "profile."}, "no property"),
        ({"by": "channel", "segments": {"all": {"did": {"event": "order"}}}}, "broken down twice"),
        ({"by": "profile.country", "per": "plan"}, "Profiles are those of customers"),
        ({"end": "2025-12-31"}, "ends .* before it starts"),
        ({"start": None}, "no days"),
        ({"end": "2036-01-01", "columns": 3_000}, "more than 2,500,000 cells"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_the_reason(asked: dict[str, Any], said: str) -> None:
    with pytest.raises(QueryError, match=said):
        ask(ORDERS, **asked)


@pytest.mark.parametrize(
    "asked",
    [
        {"times": 0}, {"mode": "sometimes"}, {"reading": "loose"}, {"unit": "hour"}, {"columns": 0}, {"top": 0},
        {"brackets": ["a-b"]}, {"brackets": ["3-1"]}, {"brackets": [0]}, {"brackets": [True]},
        {"start_event": {"event": []}}, {"segments": {"none": {}}},
    ],
)  # fmt: skip
def test_unknown_words_and_impossible_numbers_are_refused(asked: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        ask(ORDERS, **asked)


def test_brackets_are_written_as_people_write_them() -> None:
    written = ["1-3", " 4 – 5 ", 6, [7, 9], {"first": 10, "last": 10}]
    assert [str(Bracket.model_validate(one)) for one in written] == ["1-3", "4-5", "6", "7-9", "10"]


def test_many_groups_are_counted_in_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    events = story(*(f"c{number} 2026-01-0{number % 5 + 1} order plan=p{number}" for number in range(40)))
    whole = ask(events, by="plan", top=50).to_arrow()
    monkeypatch.setattr("parcours.measures.retention.measure.CELLS_AT_ONCE", 300)
    assert ask(events, by="plan", top=50).to_arrow().equals(whole)


def test_estimates_are_the_summarys_shares() -> None:
    result = ask(ORDERS, start_event="order", end="2026-01-05", by="plan")
    lines = [
        line for line in result.to_arrow("summary").to_pylist() if line["column"] != "0" and line["share"]
    ]
    found = result.estimates()
    assert [(found[f"day {line['column']}"].value, found[f"day {line['column']}"].n) for line in lines] == [
        (line["share"], line["started_units"]) for line in lines
    ]
    assert lines

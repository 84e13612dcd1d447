"""Sessions worked out by hand: bounces, lengths, periods in zones, groups."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from made_logs import at
from parcours.errors import QueryError
from parcours.measures.sessions import MEASURE, Query, SessionsResult
from parcours.values import MINUTE_US
from twins.asking import ask
from twins.events import Event
from twins.partitions import partition_of


def visit(customer: str, begin: str, *names: str, gap_us: int = MINUTE_US, **held: Any) -> list[Event]:
    return [
        Event(customer, at(begin) + place * gap_us, name, held, f"{customer}{begin}{place}")
        for place, name in enumerate(names)
    ]


def answer(
    events: list[Event], profiles: dict[str, dict[str, Any]] | None = None, **given: Any
) -> SessionsResult:
    days = {"start": date(2026, 3, 28), "end": date(2026, 3, 30), "as_of_us": at("2026-04-01"), "unit": "day"}
    return ask(MEASURE, [partition_of(events, profiles)], Query.model_validate(days | given))


EVENTS = [
    *visit("ann", "2026-03-28T10:00", "ad", "page", "page", "order"),
    *visit("ann", "2026-03-28T20:00", "page"),
    *visit("bob", "2026-03-28T10:00", "ad", "page", gap_us=10 * 1_000_000),
]


def test_count_length_depth_and_bounces() -> None:
    row = answer(EVENTS).to_arrow().to_pylist()[0]
    assert (row["sessions"], row["units"], row["sessions_per_unit"], row["bounces"]) == (3, 2, 1.5, 1)
    assert row["bounce_rate"] == pytest.approx(1 / 3)
    assert row["bounce_rate_low"] < 1 / 3 < row["bounce_rate_high"]
    assert (row["median_length_seconds"], row["mean_length_seconds"]) == (10, 190 / 3)
    assert (row["median_depth"], row["p90_depth"]) == (2, pytest.approx(3.6))


def test_a_bounce_may_be_given_more_events_and_a_longest_length() -> None:
    def bounces(**given: Any) -> int:
        return int(answer(EVENTS, **given).to_arrow("totals").to_pylist()[0]["bounces"])

    assert bounces(bounce_events=2) == 2
    assert bounces(bounce_events=4, bounce_within="10s") == 2, "the end is inside"
    assert bounces(bounce_events=4, bounce_within="9s") == 1
    assert bounces(exclude=["page"]) == 2, "what is excluded gives no depth"


def test_entries_and_exits() -> None:
    rows = {row["item"]: row for row in answer(EVENTS, exclude=["page"]).to_arrow("items").to_pylist()}
    assert {item: (row["entries"], row["exits"]) for item, row in rows.items()} == {
        "ad": (2, 1), "order": (0, 1), "(none)": (1, 1),
    }  # fmt: skip
    assert rows["ad"]["bounce_rate"] == 0.5
    assert rows["order"]["bounce_rate"] is None


def test_a_session_belongs_to_the_local_day_on_which_it_began() -> None:
    """23:50 to 00:10 in Paris, on the night before the clocks change."""
    events = visit("ann", "2026-03-28T22:50", "page", "page", gap_us=20 * MINUTE_US)

    def by_day(zone: str) -> list[int]:
        return [row["sessions"] for row in answer(events, zone=zone).to_arrow().to_pylist()]

    assert by_day("Europe/Paris") == [1, 0, 0]
    assert by_day("Pacific/Auckland") == [0, 1, 0]


def test_groups_are_those_of_the_first_event_or_of_the_unit() -> None:
    events = [
        *visit("ann", "2026-03-28T10:00", "ad", channel="ads"),
        *visit("ann", "2026-03-28T10:05", "page", channel="mail"),
        *visit("bob", "2026-03-29T10:00", "page"),
    ]
    by_channel = answer(events, by="channel", unit=None).to_arrow().to_pylist()
    assert {row["group"]: row["sessions"] for row in by_channel if row["sessions"]} == {"ads": 1, "": 1}
    country = (
        answer(events, {"ann": {"country": "FR"}}, by="profile.country", unit=None).to_arrow().to_pylist()
    )
    assert {row["group"]: row["sessions"] for row in country} == {"FR": 1, "": 1}


def test_an_empty_log_gives_every_period_with_zeros() -> None:
    rows = answer([]).to_arrow().to_pylist()
    assert [row["sessions"] for row in rows] == [0, 0, 0]
    assert all(row["bounce_rate"] is None and row["median_depth"] is None for row in rows)


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"by": "value"}, "amount"),
        ({"by": "profile."}, "no trait"),
        ({"only_groups": ["a"]}, "without a breakdown"),
        ({"by": "channel", "only_groups": ["a", "a"]}, "shown twice"),
        ({"idle": "0s"}, "no time at all"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(given: dict[str, Any], reason: str) -> None:
    with pytest.raises(QueryError, match=reason):
        Query.model_validate(given)


def test_a_cell_says_something_true_about_sessions() -> None:
    part = partition_of(EVENTS)
    query = Query(start=date(2026, 3, 28), end=date(2026, 3, 30), as_of_us=at("2026-04-01"), only=("ad",))
    for cell in ({}, {"depth": "many"}, {"bounce": "perhaps"}, {"entry": "nothing"}):
        with pytest.raises(QueryError):
            MEASURE.members(part, query, cell)
    assert MEASURE.members(part, query, {"depth": "2", "entry": "ad"}).tolist() == [1]

from __future__ import annotations

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest

from parcours.cli.periods import day_range, first_day, last_day, last_instant
from parcours.errors import QueryError


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        ("2024-03-15", date(2024, 3, 15), date(2024, 3, 15)),
        ("2024-02", date(2024, 2, 1), date(2024, 2, 29)),
        ("2023-2", date(2023, 2, 1), date(2023, 2, 28)),
        ("2024", date(2024, 1, 1), date(2024, 12, 31)),
        (" 2024 ", date(2024, 1, 1), date(2024, 12, 31)),
    ],
)
def test_a_date_may_be_a_day_a_month_or_a_year(text: str, first: date, last: date) -> None:
    assert (first_day(text), last_day(text)) == (first, last)


@pytest.mark.parametrize(
    "text", ["", "yesterday", "2024-13", "2024-02-30", "0000", "15/03/2024", "2024-1-1-1", "٢٠٢٤"]
)
def test_anything_else_is_refused_with_an_example(text: str) -> None:
    with pytest.raises(QueryError, match="is not a date") as caught:
        first_day(text)
    assert "2024-03-15" in (caught.value.hint or "")


def test_a_range_may_be_open_at_either_end() -> None:
    assert day_range(None, None) == (None, None)
    assert day_range("2024", None) == (date(2024, 1, 1), None)
    assert day_range(None, "2024") == (None, date(2024, 12, 31))
    assert day_range("2024-03-15", "2024-03") == (date(2024, 3, 15), date(2024, 3, 31))


def test_the_end_may_not_lie_before_the_start() -> None:
    with pytest.raises(QueryError, match="--to 2023 lies before --from 2024"):
        day_range("2024", "2023")


def test_as_of_is_the_last_moment_of_the_day_where_the_workspace_is() -> None:
    paris = ZoneInfo("Europe/Paris")
    assert last_instant("2024-03-30", paris) == datetime(2024, 3, 30, 22, 59, 59, 999999, tzinfo=UTC)
    assert last_instant("2024-03", paris) == datetime(2024, 3, 31, 21, 59, 59, 999999, tzinfo=UTC)
    assert last_instant(None, paris) is None

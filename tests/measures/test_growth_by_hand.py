"""Growth accounting by hand: who is new by a date of creation, days of clock changes, bad dates."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from made_logs import Row, at, made_engine, row
from parcours.errors import QueryError
from parcours.measures.growth import MEASURE, GrowthResult, Query

STATES = ("new", "returning", "resurrected", "dormant")


def ask(folder: Path, rows: list[Row], joined: dict[str, str] | None = None, **given: Any) -> GrowthResult:
    profiles: dict[str, dict[str, str | None]] = {
        name: {"joined": text} for name, text in (joined or {}).items()
    }
    engine = made_engine(folder, rows, profiles=profiles)
    plain = {"unit": "day", "as_of_us": at("2026-12-31"), "new_by": "joined" if joined else None}
    return engine.ask(MEASURE, Query.model_validate(plain | given))


def states(result: GrowthResult) -> dict[int, list[str]]:
    """For each day of the month the states of those who have one."""
    return {
        line["period_start"].day: [state for state in STATES for _ in range(line[state])]
        for line in result.to_arrow().to_pylist()
        if sum(line[state] for state in STATES)
    }


MARCH: dict[str, Any] = {"start": "2026-03-27", "end": "2026-03-31", "zone": "Europe/Paris"}


@pytest.mark.parametrize(
    ("joined", "day"),
    [
        ("2026-03-29", 29),
        ("2026-03-29T00:00:00", 29),
        ("2026-03-29T23:30:00", 29),  # the day has 23 hours: half past eleven is its last half hour
        ("2026-03-29T02:30:00", 29),  # no clock ever showed it
        ("2026-03-29T23:59:59.999999", 29),
        ("2026-03-30T00:00:00", 30),
        ("2026-03-29T22:00:00Z", 30),
        ("2026-03-29T21:59:59Z", 29),
        ("2026-03-30T07:00:00+09:00", 30),
        ("2026-03-30 08:00", 30),
    ],
)
def test_a_customer_is_new_in_the_period_of_the_date(joined: str, day: int, tmp_path: Path) -> None:
    rows = [row("ann", f"2026-03-{number}T12:00", "visit") for number in range(27, 32)]
    expected = {number: ["returning"] for number in range(28, 32)} | {27: ["resurrected"], day: ["new"]}
    assert states(ask(tmp_path, rows, {"ann": joined}, **MARCH)) == expected


def test_without_the_date_nobody_is_new(tmp_path: Path) -> None:
    rows = [row("ann", "2026-03-28T12:00", "visit"), row("bob", "2026-03-28T12:00", "visit")]
    found = states(ask(tmp_path, rows, {"bob": "2026-03-28"}, **MARCH))
    assert found == {28: ["new", "resurrected"], 29: ["dormant", "dormant"]}


@pytest.mark.parametrize("text", ["yesterday", "29/03/2026", "", "2026-02-30"])
def test_what_is_no_date_is_a_clear_error(text: str, tmp_path: Path) -> None:
    with pytest.raises(QueryError, match="is not a date"):
        ask(tmp_path, [row("ann", "2026-03-28T12:00", "visit")], {"ann": text}, **MARCH)


def test_the_period_before_the_range_is_read(tmp_path: Path) -> None:
    rows = [row("ann", "2026-03-26T12:00", "visit"), row("ann", "2026-03-27T12:00", "visit")]
    rows += [row("bob", "2026-03-26T12:00", "visit"), row("cat", "2026-03-20T12:00", "visit")]
    rows += [row("cat", "2026-03-27T12:00", "visit")]
    assert states(ask(tmp_path, rows, **MARCH)) == {
        27: ["returning", "resurrected", "dormant"],
        28: ["dormant"] * 2,
    }


def test_the_balance_holds_in_every_period(tmp_path: Path) -> None:
    rows = [
        row(f"customer {number}", f"2026-03-{day:02d}T{number % 24:02d}:30", "visit")
        for number in range(30)
        for day in range(1 + number % 9, 31, 1 + number % 7)
    ]
    for zone in ("Europe/Paris", "Pacific/Apia", "Pacific/Pago_Pago"):
        lines = (
            ask(tmp_path / zone, rows, **(MARCH | {"start": "2026-03-02", "zone": zone}))
            .to_arrow()
            .to_pylist()
        )
        for before, line in pairwise(lines):
            assert line["active"] == line["new"] + line["returning"] + line["resurrected"]
            assert line["active"] - before["active"] == line["new"] + line["resurrected"] - line["dormant"]
            assert before["active"] == line["returning"] + line["dormant"]


def test_the_day_that_the_data_ends_in_is_not_complete(tmp_path: Path) -> None:
    rows = [row("ann", "2026-03-28T12:00", "visit")]
    found = ask(tmp_path, rows, **(MARCH | {"as_of_us": at("2026-03-29T12:00")}))
    assert found.complete == (True, True, False, False, False)

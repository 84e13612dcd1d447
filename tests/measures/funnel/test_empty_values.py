"""A missing value and an empty one are both "": a unit that has both counts under it once."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from made_logs import at, made_engine, row
from parcours.measures.funnel import MEASURE, Query

ATTRIBUTIONS = ["first_touch", "last_touch", "step 1", "all_events"]


@pytest.mark.parametrize("attribution", ATTRIBUTIONS)
def test_missing_and_empty_are_one_value(attribution: str, tmp_path: Path) -> None:
    rows = [
        row("ann", "2026-03-01T12:00", "order", "1", channel=None),
        row("ann", "2026-03-02T12:00", "order", "2", channel=""),
        row("bob", "2026-03-02T12:00", "order", "3", channel="ads"),
    ]
    query = Query(
        steps=["order"],
        by="channel",
        attribution=attribution,
        start=date(2026, 3, 1),
        end=date(2026, 3, 9),
        as_of_us=at("2026-03-09"),
    )
    result = made_engine(tmp_path, rows).ask(MEASURE, query)
    assert {group.name: group.steps[0].reached for group in result.groups} == {"": 1, "ads": 1}

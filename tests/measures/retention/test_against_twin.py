"""Retention equals that counted slowly: every mode, reading, alignment and breakdown, over clock changes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import reduce
from itertools import product
from typing import Any, get_args

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.lifecycle.segments import Segment
from parcours.measures.retention import MEASURE, RetentionResult
from parcours.measures.retention.query import MODES, Query
from parcours.settings import WeekDay
from parcours.stats.proportions import wilson
from parcours.timelines.partition import Partition
from parcours.values import HOUR_US
from twins.calendar_logs import STORIES, Story
from twins.logs import CONDITIONS, CUSTOMERS, SELECTORS
from twins.matching import satisfies
from twins.partitions import partition_of
from twins.retention import Cell, retention

ANY = {"event": ["*"]}
SEGMENTS: dict[str, Any] = {
    "french": {"profile": {"country": "FR"}},
    "all": {"profile": {"country": {"ne": "nowhere"}}},
}
BRACKETS = st.sampled_from([["1-3"], [1, "2-6", "8-30"], ["2-2", "3-5"], [[1, 40]]])
UNITS = st.sampled_from(["day", "day", "week", "month"])
NAMED = st.sampled_from(["browse", "buy"]).map(lambda name: {"event": [name]})
SELECTOR = st.one_of(st.just(ANY), st.just(ANY), NAMED, NAMED, SELECTORS)
BREAKDOWN: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {}, {}, {"by": "channel"}, {"by": "plan"}, {"by": "profile.country"}, {"segments": SEGMENTS}]
)


@st.composite
def questions(draw: st.DrawFn, story: Story) -> Query:
    first = story.day + timedelta(days=draw(st.sampled_from([-1, -1, 0, 0, 0, 1, 2, 3, 5, 12])))
    asked: dict[str, Any] = {
        "start": first,
        "end": first + timedelta(days=draw(st.sampled_from([0, 3, 8, 13, 14, 20, 27, 34, 41, 60]))),
        "zone": story.zone,
        "week_start": draw(st.sampled_from(get_args(WeekDay))),
        "as_of_us": story.last_us + draw(st.sampled_from([0, 0, 0, 0, -1, 1, 30 * HOUR_US, -30 * HOUR_US])),
        "unit": draw(UNITS),
        "start_event": draw(SELECTOR),
        "return_event": draw(SELECTOR),
        "times": draw(st.sampled_from([1, 1, 1, 1, 2])),
        "mode": draw(st.sampled_from(["recurring", "first_time", "first_ever"])),
        "reading": draw(st.sampled_from(["exact", "rolling"])),
        "top": 200,
    }
    if asked["unit"] != "month" and draw(st.booleans()):
        asked |= {"alignment": "elapsed", "rows": draw(st.none() | UNITS)}
    columns = draw(st.sampled_from([None, "columns", "brackets", "brackets"]))
    if columns == "columns":
        asked["columns"] = draw(st.integers(1, 9))
    elif columns == "brackets":
        asked["brackets"] = draw(BRACKETS)
    if draw(st.sampled_from([False] * 5 + [True])):
        asked["where"] = draw(CONDITIONS)
    return Query.model_validate(asked | draw(BREAKDOWN))


STORY_AND_QUESTION = STORIES.flatmap(lambda story: st.tuples(st.just(story), questions(story)))


def partitions(story: Story) -> list[Partition]:
    return [
        partition_of([one for one in story.events if one.customer == customer], story.profiles)
        for customer in CUSTOMERS
    ]


def in_segment(story: Story) -> Callable[[str, str], bool]:
    def inside(customer: str, name: str) -> bool:
        condition = Segment.model_validate(SEGMENTS[name]).profile["country"]
        return satisfies(condition, story.profiles.get(customer, {}).get("country"))

    return inside


def ask(parts: list[Partition], query: Query) -> RetentionResult:
    return MEASURE.finish(reduce(MEASURE.merge, [MEASURE.map(part, query) for part in parts]), query)


@settings(max_examples=350)
@given(STORY_AND_QUESTION)
def test_retention_is_that_of_the_twin(given: tuple[Story, Query]) -> None:
    story, asked = given
    parts = partitions(story)
    for mode, reading in product(MODES, ("exact", "rolling")):
        query = asked.model_copy(update={"mode": mode, "reading": reading})
        result = ask(parts, query)
        cells = retention(story.events, query, story.profiles, in_segment(story))
        groups = {group for cell in cells.values() for group in cell.started} | set(query.segments)
        assert {group.name for group in result.groups} == (groups or {""})
        rows = result.to_arrow().to_pylist()
        assert {(row["period_start"], row["column"]) for row in rows} == set(cells)
        for row in rows:
            cell = cells[row["period_start"], row["column"]]
            counts = _counts(cell, row["group"])
            assert (row["started_units"], row["returned_units"], row["complete"]) == (*counts, cell.complete)


@settings(max_examples=200)
@given(STORY_AND_QUESTION)
def test_the_summary_sums_the_rows_whose_cell_is_complete(given: tuple[Story, Query]) -> None:
    story, query = given
    result = ask(partitions(story), query)
    cells = retention(story.events, query, story.profiles, in_segment(story))
    for line in result.to_arrow("summary").to_pylist():
        over = [cell for (_, name), cell in cells.items() if name == line["column"] and cell.complete]
        counts = [_counts(cell, line["group"]) for cell in over]
        share = wilson(line["returned_units"], line["started_units"])
        assert (line["share"], line["share_low"], line["share_high"]) == (
            (share.value, share.low, share.high) if share else (None, None, None)
        )
        assert line["complete_rows"] == len(over)
        assert line["started_units"] == sum(started for started, _ in counts)
        assert line["returned_units"] == sum(back for _, back in counts)


@settings(max_examples=150)
@given(STORY_AND_QUESTION)
def test_cells_open_to_their_units(given: tuple[Story, Query]) -> None:
    story, query = given
    parts = [partition_of(story.events, story.profiles)]
    result = ask(parts, query)
    cells = retention(story.events, query, story.profiles, in_segment(story))
    for (row, column), cell in list(cells.items())[::5]:
        for group in [one.name for one in result.groups]:
            named = {"period_start": row.isoformat(), "column": column, "group": group}
            started, back = cell.started.get(group, set()), cell.back.get(group, set())
            assert _opened(parts, query, named) == back
            assert _opened(parts, query, named | {"back": "no"}) == started - back
    for column in result.grid.names[::3]:
        for group in [one.name for one in result.groups]:
            over = [cell for (_, name), cell in cells.items() if name == column and cell.complete]
            units = set[str]().union(*(cell.back.get(group, set()) for cell in over))
            assert _opened(parts, query, {"column": column, "group": group}) == units


@settings(max_examples=100)
@given(STORY_AND_QUESTION, st.integers(1, 3))
def test_small_groups_are_shown_as_one_and_nothing_vanishes(given: tuple[Story, Query], top: int) -> None:
    story, query = given
    asked = query.model_copy(update={"by": "channel", "segments": {}, "top": top})
    whole = ask(partitions(story), query.model_copy(update={"by": None, "segments": {}}))
    parts = ask(partitions(story), asked)
    assert len(parts.groups) <= top + 1
    assert np.array_equal(sum(group.units for group in parts.groups), whole.groups[0].units)


def _counts(cell: Cell, group: str) -> tuple[int, int]:
    return len(cell.started.get(group, ())), len(cell.back.get(group, ()))


def _opened(parts: list[Partition], query: Query, cell: dict[str, str]) -> set[str]:
    return {
        part.customers[place].as_py()
        for part in parts
        for place in MEASURE.members(part, query, cell).tolist()
    }

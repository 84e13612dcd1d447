"""Stickiness equals that counted slowly on dates, in zones east and west and over clock changes."""

from __future__ import annotations

from datetime import timedelta
from functools import reduce
from typing import Any, get_args

from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.measures.stickiness import MEASURE, Query, StickinessResult
from parcours.settings import WeekDay
from parcours.stats.proportions import wilson
from parcours.values import HOUR_US
from twins.calendar_logs import STORIES, Story
from twins.logs import CONDITIONS, CUSTOMERS, SELECTORS
from twins.partitions import partition_of
from twins.stickiness import active_periods

SEGMENTS: dict[str, Any] = {
    "french": {"profile": {"country": "FR"}},
    "german": {"profile": {"country": "DE"}},
    "any": {"profile": {"country": {"ne": "nowhere"}}},
}
ANY, TWO = {"event": ["*"]}, {"event": ["browse", "buy"]}
SELECTOR = st.one_of(st.just(ANY), st.just(ANY), st.just(TWO), SELECTORS)
BREAKDOWN: st.SearchStrategy[dict[str, Any]] = st.sampled_from(
    [{}, {}, {"by": "channel"}, {"by": "plan"}, {"by": "profile.country"}]
)


@st.composite
def questions(draw: st.DrawFn, story: Story) -> Query:
    first = story.day + timedelta(days=draw(st.sampled_from([-1, -1, 0, 0, 0, 1, 2, 3, 5, 12])))
    asked: dict[str, Any] = {
        "start": first,
        "end": first + timedelta(days=draw(st.sampled_from([0, 3, 8, 13, 14, 20, 27, 34, 41, 60]))),
        "zone": story.zone,
        "week_start": draw(st.sampled_from(get_args(WeekDay))),
        "as_of_us": story.last_us + draw(st.sampled_from([0, 0, 0, -1, 1, -30 * HOUR_US])),
        "unit": draw(st.sampled_from(["day", "week", "month"])),
        "event": draw(SELECTOR),
        "times": draw(st.sampled_from([1, 1, 1, 2, 3])),
        "top": 200,
    }
    if draw(st.sampled_from([False] * 5 + [True])):
        asked["where"] = draw(CONDITIONS)
    return Query.model_validate(asked | draw(BREAKDOWN))


STORY_AND_QUESTION = STORIES.flatmap(lambda story: st.tuples(st.just(story), questions(story)))


def ask(story: Story, query: Query) -> StickinessResult:
    parts = [
        partition_of([one for one in story.events if one.customer == customer], story.profiles)
        for customer in CUSTOMERS
    ]
    return MEASURE.finish(reduce(MEASURE.merge, [MEASURE.map(part, query) for part in parts]), query)


def opened(story: Story, query: Query, cell: dict[str, str]) -> set[str]:
    part = partition_of(story.events, story.profiles)
    return {part.customers[place].as_py() for place in MEASURE.members(part, query, cell).tolist()}


@settings(max_examples=400)
@given(STORY_AND_QUESTION)
def test_stickiness_is_that_of_the_twin(given: tuple[Story, Query]) -> None:
    story, query = given
    result = ask(story, query)
    units = {
        name: held for name, held in active_periods(story.events, query, story.profiles).items() if held[0]
    }
    assert {group.name for group in result.groups} == ({group for _, group in units.values()} or {""})
    for row in result.to_arrow().to_pylist():
        numbers = [number for number, group in units.values() if group == row["group"]]
        wanted = int(row["periods"])
        exactly, at_least = numbers.count(wanted), sum(number >= wanted for number in numbers)
        assert (row["units_exactly"], row["units_at_least"]) == (exactly, at_least)
        for name, count in (("exactly", exactly), ("at_least", at_least)):
            share = wilson(count, len(numbers))
            found = tuple(row[f"{part}_{name}"] for part in ("share", "share_low", "share_high"))
            assert found == ((share.value, share.low, share.high) if share else (None, None, None))


@settings(max_examples=150)
@given(STORY_AND_QUESTION)
def test_cells_open_to_their_units(given: tuple[Story, Query]) -> None:
    story, query = given
    result = ask(story, query)
    units = {
        name: held for name, held in active_periods(story.events, query, story.profiles).items() if held[0]
    }
    for group in [one.name for one in result.groups]:
        for wanted in range(1, min(len(result.periods), 6) + 1):
            cell = {"periods": str(wanted), "group": group}
            exactly = {name for name, held in units.items() if held == (wanted, group)}
            at_least = {name for name, held in units.items() if held[0] >= wanted and held[1] == group}
            assert opened(story, query, cell) == exactly
            assert opened(story, query, cell | {"how": "at_least"}) == at_least


@settings(max_examples=100)
@given(STORY_AND_QUESTION)
def test_segments_count_whom_they_hold_and_may_share_them(given: tuple[Story, Query]) -> None:
    story, query = given
    asked = Query.model_validate(query.model_dump(exclude_unset=True) | {"by": None, "segments": SEGMENTS})
    result = ask(story, asked)
    assert [group.name for group in result.groups] == list(SEGMENTS)
    plain = query.model_copy(update={"by": None})
    for group, country in zip(result.groups, ("FR", "DE", None), strict=True):
        theirs = tuple(
            event
            for event in story.events
            if country is None or story.profiles.get(event.customer, {}).get("country") == country
        )
        units = active_periods(theirs, plain, story.profiles).values()
        assert group.active == sum(number > 0 for number, _ in units)
        assert group.active_periods == sum(number for number, _ in units)
        for wanted in range(1, min(len(result.periods), 4) + 1):
            names = opened(story, asked, {"periods": str(wanted), "group": group.name})
            assert len(names) == group.exactly[wanted - 1]

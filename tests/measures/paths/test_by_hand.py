"""Paths and transitions worked out by hand: every rule, and the traps."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import vl_convert

from made_logs import at
from parcours.errors import QueryError
from parcours.measures import paths, transitions
from parcours.values import MINUTE_US
from twins.asking import ask, settle
from twins.events import Event
from twins.partitions import partition_of

DAY = date(2026, 3, 10)
NOON = at("2026-03-10T12:00")


def story(
    *visits: str, gap_us: int = MINUTE_US, customer: str = "ann", begin_us: int = NOON, **held: Any
) -> list[Event]:
    """Events of one customer, so far apart."""
    return [
        Event(customer, begin_us + place * gap_us, name, held, f"{customer}{begin_us}{place:03d}")
        for place, name in enumerate(visits)
    ]


def links(events: list[Event], **given: Any) -> dict[tuple[str, str], int]:
    """How often each link was taken."""
    query = transitions.Query.model_validate({"start": DAY, "end": DAY, "as_of_us": NOON * 2} | given)
    result = ask(transitions.MEASURE, [partition_of(events)], query)
    return {(row["source"], row["target"]): row["times"] for row in result.to_arrow().to_pylist()}


def whole_paths(events: list[Event], **given: Any) -> dict[str, int]:
    return {row["path"]: row["paths"] for row in flow(events, **given).to_arrow("paths").to_pylist()}


def flow(events: list[Event], **given: Any) -> paths.PathsResult:
    query = paths.Query.model_validate({"start": DAY, "end": DAY, "as_of_us": NOON * 2} | given)
    return ask(paths.MEASURE, [partition_of(events)], query)


def test_thirty_minutes_still_belong_together_and_a_microsecond_more_does_not() -> None:
    assert whole_paths(story("a", "b", gap_us=30 * MINUTE_US)) == {"a → b": 1}
    assert whole_paths(story("a", "b", gap_us=30 * MINUTE_US + 1)) == {"a": 1, "b": 1}
    assert whole_paths(story("a", "b", gap_us=31 * MINUTE_US), idle="31m") == {"a → b": 1}
    assert whole_paths(story("a", "b", gap_us=300 * MINUTE_US), split="timeline") == {"a → b": 1}


def test_a_run_is_one_step_unless_it_shall_not_be() -> None:
    assert links(story("a", "a", "b")) == {("(start)", "a"): 1, ("a", "b"): 1, ("b", "(exit)"): 1}
    assert links(story("a", "a", "b"), collapse=False)["a", "a"] == 1
    assert whole_paths([*story("a"), *story("a", begin_us=NOON + 40 * MINUTE_US)]) == {"a": 2}


def test_a_link_over_a_run_is_timed_from_the_run_s_first_event() -> None:
    query = transitions.Query(start=DAY, end=DAY, as_of_us=NOON * 2)
    result = ask(transitions.MEASURE, [partition_of(story("a", "a", "b"))], query)
    row = next(row for row in result.to_arrow().to_pylist() if row["target"] == "b")
    assert row["mean_seconds"] == row["median_seconds"] == 120


def test_what_is_excluded_joins_the_runs_on_its_two_sides_but_keeps_the_session_alive() -> None:
    assert whole_paths(story("a", "x", "a", "b"), exclude=["x"]) == {"a → b": 1}
    assert whole_paths(story("a", "x", "b", gap_us=20 * MINUTE_US), exclude=["x"]) == {"a → b": 1}
    apart = whole_paths(story("a", "x", "b", gap_us=20 * MINUTE_US), activity=["a", "b"])
    assert apart == {"a": 1, "b": 1}, "what is no activity is not seen at all"


def test_exclusion_comes_after_grouping() -> None:
    events = story("a1", "a2", "b", "c")
    assert whole_paths(events, groups={"a": ["a*"]}) == {"a → b → c": 1}
    assert whole_paths(events, groups={"a": ["a*"]}, exclude=["a1"]) == {"a → b → c": 1}
    assert whole_paths(events, groups={"a": ["a*"]}, exclude=["a"]) == {"b → c": 1}
    assert whole_paths(events, groups={"a": ["a1"], "rest": ["*"]}) == {"a → rest": 1}


def test_what_is_not_among_the_top_is_other_and_two_of_them_are_two_steps() -> None:
    events = story("a", "b", "c", "a")
    assert whole_paths(events, top=1) == {"a → (other) → (other) → a": 1}
    assert links(events, top=1)["(other)", "(other)"] == 1


def test_paths_start_and_end_where_they_shall() -> None:
    events = story("x", "a", "y", "b", "z", "a", "b")
    assert whole_paths(events, start_at="a", steps=9) == {"a → y → b → z → a → b": 1}
    assert whole_paths(events, end_at="b", steps=9) == {"x → a → y → b": 1}
    assert whole_paths(events, start_at="a", end_at="b", steps=9) == {"a → y → b": 1}
    assert whole_paths(events, start_at="a", end_at="a", steps=9) == {"a → y → b → z → a": 1}
    assert whole_paths(events, start_at="z", end_at="y", steps=9) == {}
    assert flow(events, start_at="z", end_at="y").total("without_path") == 1


def test_paths_to_an_end_are_lined_up_there() -> None:
    events = [*story("a", "c", "b"), *story("c", "b", customer="bob"), *story("b", customer="cyd")]
    result = flow(events, end_at="b", steps=2)
    held = {
        (row["step"], row["item"]): row["paths"]
        for row in result.to_arrow("steps").to_pylist()
        if row["paths"]
    }
    assert held == {(0, "b"): 3, (-1, "c"): 2, (-1, "(start)"): 1, (-2, "(other)"): 1, (-2, "(start)"): 2}
    taken = {tuple(row.values())[:3]: row["paths"] for row in result.to_arrow("links").to_pylist()}
    assert taken == {
        (-2, "(other)", "c"): 1, (-2, "(start)", "c"): 1, (-1, "c", "b"): 2, (-1, "(start)", "b"): 1,
    }  # fmt: skip


def test_what_lies_beyond_the_steps_is_other() -> None:
    result = flow(story("a", "b", "c"), steps=2)
    held = {
        (row["step"], row["item"]): row["paths"]
        for row in result.to_arrow("steps").to_pylist()
        if row["paths"]
    }
    assert held == {(1, "a"): 1, (2, "b"): 1, (3, "(other)"): 1}
    assert whole_paths(story("a", "b", "c"), steps=2) == {"a → b → …": 1}
    assert whole_paths(story("a", "b"), steps=2) == {"a → b": 1}


def test_a_unit_is_counted_once_in_a_cell_and_its_sessions_each() -> None:
    later = NOON + 120 * MINUTE_US
    events = [*story("a", "b"), *story("a", "b", begin_us=later), *story("a", "b", customer="bob")]
    query = transitions.Query(start=DAY, end=DAY, as_of_us=NOON * 2)
    result = ask(transitions.MEASURE, [partition_of(events)], query)
    row = next(row for row in result.to_arrow().to_pylist() if row["source"] == "a")
    assert (row["times"], row["sessions"], row["units"]) == (3, 3, 2)
    back = ask(transitions.MEASURE, [partition_of(story("a", "b", "a", "b"))], query).to_arrow().to_pylist()
    row = next(row for row in back if (row["source"], row["target"]) == ("a", "b"))
    assert (row["times"], row["sessions"], row["units"]) == (2, 1, 1)


def test_one_instant_is_walked_in_the_order_of_event_ids() -> None:
    events = [
        Event("ann", NOON, "b", {}, "2"),
        Event("ann", NOON, "a", {}, "1"),
        Event("ann", NOON, "c", {}, "3"),
    ]
    assert whole_paths(events) == {"a → b → c": 1}
    assert flow(events).to_arrow("links").to_pylist()[0]["median_seconds"] == 0


def test_a_property_is_an_item_and_its_lack_one_too() -> None:
    events = [
        *story("v", page="home"),
        *story("v", begin_us=NOON + 1),
        *story("v", begin_us=NOON + 2, page="end"),
    ]
    assert whole_paths(events, item="page") == {"home →  → end": 1}
    assert whole_paths(events, item="page", exclude=[""]) == {"home → end": 1}


def test_items_by_selector_take_the_first_that_fits_and_pass_over_the_rest() -> None:
    items = [{"name": "mobile", "event": "*", "where": {"device": "phone"}}, "a"]
    events = [*story("a", "b", device="phone"), *story("a", "b", begin_us=NOON + 5 * MINUTE_US)]
    assert whole_paths(events, items=items) == {"mobile → a": 1}


def test_a_session_is_cut_at_the_ends_of_the_range() -> None:
    late = at("2026-03-10T23:59:30")
    assert whole_paths(story("a", "b", begin_us=late)) == {"a": 1}
    assert whole_paths(story("a", "b", begin_us=late), zone="Europe/Paris") == {}
    assert whole_paths(story("a", "b", begin_us=late), end="2026-03-11") == {"a → b": 1}
    assert whole_paths(story("a", "b"), as_of_us=NOON) == {"a": 1}


def test_an_item_called_like_one_of_ours_is_never_mixed_up_with_it() -> None:
    found = links(story("(exit)", "a"))
    assert found == {("(start)", "(other)"): 1, ("(other)", "a"): 1, ("a", "(exit)"): 1}


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ({"idle": "0s"}, "no time at all"),
        ({"start": "2026-03-11", "end": "2026-03-10"}, "ends .* before it starts"),
        ({"start_at": "x", "exclude": ["x"]}, "cannot start at 'x': it is excluded"),
        ({"end_at": "a1", "groups": {"a": ["a*"]}}, "cannot end at 'a1': it is grouped under 'a'"),
        ({"items": ["a", "b"], "start_at": "c"}, "not one of the items"),
        ({"items": ["a", "a"]}, "Two items are called 'a'"),
        ({"items": ["a"], "item": "channel"}, "not both"),
        ({"item": "value"}, "amount"),
        ({"item": "profile.country"}, "same all along"),
        ({"groups": {"a": []}}, "no members"),
        ({"groups": {"(other)": ["a"]}}, "meaning of its own"),
        ({"only": ["a", "a"]}, "shown twice"),
        ({"only": ["(exit)"]}, "meaning of its own"),
        ({"end_at": "(other)"}, "it is no item"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused(given: dict[str, Any], reason: str) -> None:
    for question in (paths.Query, transitions.Query):
        with pytest.raises(QueryError, match=reason):
            question.model_validate(given)


def test_too_many_kinds_of_paths_are_refused() -> None:
    with pytest.raises(QueryError, match="too many kinds"):
        paths.Query(steps=20, top=100)


def test_cells_that_do_not_exist_are_refused() -> None:
    part = partition_of(story("a", "b"))
    whole = paths.Query(start=DAY, end=DAY, as_of_us=NOON * 2)
    query = settle(paths.MEASURE, [part], whole)
    for cell in (
        {"step": "9", "item": "a"},
        {"step": "1", "item": "c"},
        {"step": "1"},
        {"path": "(other paths)"},
    ):
        with pytest.raises(QueryError):
            paths.MEASURE.members(part, query, cell)
    assert paths.MEASURE.members(part, query, {"path": "no such path"}).tolist() == []


@pytest.mark.parametrize("given", [{}, {"end_at": "b"}, {"steps": 1}, {"start_at": "nowhere"}])
def test_pictures_are_drawn(given: dict[str, Any]) -> None:
    events = [*story("a", "b", "c", "b"), *story("c", "b", customer="bob"), *story("a", customer="cyd")]
    for kind in ("sankey", "steps"):
        assert drawn(flow(events, **given), kind)
    query = transitions.Query.model_validate(
        {"start": DAY, "end": DAY, "as_of_us": NOON * 2, "collapse": False}
    )
    for kind in ("matrix", "graph"):
        assert drawn(ask(transitions.MEASURE, [partition_of(events)], query), kind)
    result: Any = flow(events)
    with pytest.raises(QueryError, match="no chart 'pie'"):
        result.chart("pie")


def drawn(result: Any, kind: str) -> bool:
    svg = vl_convert.vegalite_to_svg(result.chart(kind).to_dict())
    return bool(svg.startswith("<svg")) and "NaN" not in svg

"""Every rule and every trap of funnels on stories that a reader can follow with a calendar.

Each story is told to the fast funnel and to its slow twin; both must give the answer written here. Steps are letters;
a story is written ``A1 B3``: an A on day 1, a B on day 3 (of March 2026, midnight UTC unless an hour is given: A1.06).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date
from itertools import count
from typing import Any

import pytest

from parcours.errors import QueryError
from parcours.measures.funnel import MEASURE, FunnelResult, Query, read_exclusions, read_steps
from parcours.measures.funnel.attempts import attempts
from parcours.measures.funnel.query import Step
from parcours.measures.scope import bounds_us, view
from parcours.timelines.units import regroup
from parcours.values import DAY_US, HOUR_US, Duration
from twins import funnel as twin
from twins.events import Event
from twins.partitions import partition_of

START_US = 1_772_323_200_000_000  # 1 March 2026, midnight UTC
RANGE: dict[str, Any] = {
    "start": date(2026, 3, 1),
    "end": date(2026, 3, 31),
    "as_of_us": START_US + 40 * DAY_US,
}
Told = Callable[..., list[str]]


def at(text: str) -> int:
    """``3`` is midnight of day 3, ``3.06`` six in the morning."""
    day, _, hour = text.partition(".")
    return START_US + (int(day) - 1) * DAY_US + (int(hour) * HOUR_US if hour else 0)


def story(text: str, customer: str = "ann") -> list[Event]:
    """``A1 B3/x``: an A on day 1; a B on day 3 whose plan is x."""
    numbers = count()
    events = []
    for word in text.split():
        moment, _, plan = word[1:].partition("/")
        held = {"plan": plan} if plan else {}
        events.append(Event(customer, at(moment), word[0], held, f"{customer}{next(numbers):03d}"))
    return events


def question(steps: str | Sequence[Any] = "A B C", **asked: Any) -> Query:
    given = steps.split() if isinstance(steps, str) else steps
    return Query.model_validate({"steps": given, **RANGE, **asked})


def _word(event: Event | None) -> str:
    if event is None:
        return "–"
    days, rest = divmod(event.timestamp_us - START_US, DAY_US)
    hour = f".{rest // HOUR_US:02d}" if rest else ""
    return f"{event.event}{days + 1}{hour}"


def _words(attempt: twin.Attempt) -> str:
    if attempt.void:
        return "void"
    words = list(attempt.events)
    while words[-1] is None:
        words.pop()
    return " ".join(map(_word, words)) + (" open" if attempt.open_ else "")


@pytest.fixture(params=["fast", "slow"])
def told(request: pytest.FixtureRequest) -> Told:
    """Tell one customer's story; hear each attempt that counts."""

    def tell(text: str, query: Query, *, periods: bool = False) -> list[str]:
        events = sorted(story(text), key=lambda one: (one.timestamp_us, one.event_id))
        if request.param == "slow":
            return [_words(one) for one in twin.attempts(events, query, *bounds_us(query), periods=periods)]
        part = partition_of(events)
        spans, found = attempts(part, query, periods=periods)
        rows = events if spans.partition is part else [events[row] for row in view(part, query).rows]
        return [
            _words(
                twin.Attempt(
                    "ann",
                    int(found.reach[number]),
                    bool(found.void[number]),
                    bool(found.open_[number]),
                    tuple(rows[row] if row >= 0 else None for row in found.rows[number].tolist()),
                )
            )
            for number in range(len(found))
        ]

    return tell


def ask(
    query: Query, *stories: list[Event], profiles: dict[str, dict[str, Any]] | None = None
) -> FunnelResult:
    events = [event for one in stories for event in one]
    return MEASURE.finish(MEASURE.map(partition_of(events, profiles), query), query)


def reached(result: FunnelResult) -> list[int]:
    return [step.reached for step in result.total.steps]


# -- which attempt stands for the unit ---------------------------------------------------------------------------------


def test_a_a_b_is_timed_from_the_second_a_and_not_from_the_first_as_mixpanel_does(told: Told) -> None:
    assert told("A1 A3 B4", question("A B")) == ["A3 B4"]


def test_the_furthest_attempt_counts_even_if_an_earlier_one_got_somewhere(told: Told) -> None:
    assert told("A1 B2 A20 B21 C22", question()) == ["A20 B21 C22"]


def test_among_equals_the_one_that_ends_earliest(told: Told) -> None:
    assert told("A1 B2 A20 B21", question("A B")) == ["A1 B2"]


def test_each_step_is_the_earliest_after_the_start(told: Told) -> None:
    assert told("A1 B2 B3 C4", question()) == ["A1 B2 C4"]


def test_only_the_first_attempt_if_asked_so(told: Told) -> None:
    assert told("A1 A20 B21", question("A B", entry="first")) == ["A1"]
    assert told("A1 A20 B21", question("A B")) == ["A20 B21"]


# -- windows -----------------------------------------------------------------------------------------------------------


def test_the_window_ends_inside(told: Told) -> None:
    assert told("A1 B15", question("A B")) == ["A1 B15"]
    assert told("A1 B15.01", question("A B")) == ["A1"]


def test_the_window_is_of_all_steps_not_of_each(told: Told) -> None:
    assert told("A1 B10 C20", question()) == ["A1 B10"]


def test_a_window_is_elapsed_time_whatever_the_clocks_do(told: Told) -> None:
    """The clocks of Paris go forward on 29 March: fourteen days are 336 hours all the same."""
    paris = question("A B", zone="Europe/Paris", end=date(2026, 4, 9))
    assert told("A20 B34", paris) == ["A20 B34"]
    assert told("A20 B34.01", paris) == ["A20"]


def test_a_step_may_have_a_window_of_its_own(told: Told) -> None:
    steps = ["A", {"event": "B", "within": "2d"}]
    assert told("A1 B3", question(steps)) == ["A1 B3"]
    assert told("A1 B3.01", question(steps)) == ["A1"]


def test_a_later_b_mends_what_the_first_b_would_miss(told: Told) -> None:
    """Taking the first B, as one-pass funnels do, would lose the conversion."""
    assert told("A1 B2 B8 C9", question(["A", "B", {"event": "C", "within": "2d"}])) == ["A1 B8 C9"]


# -- the range ---------------------------------------------------------------------------------------------------------


def test_a_conversion_after_the_range_is_not_counted_as_mixpanel_and_amplitude_do_its_attempt_is_open(
    told: Told,
) -> None:
    assert told("A30 B32", question("A B")) == ["A30 open"]


def test_a_first_step_before_the_range_opens_nothing(told: Told) -> None:
    assert told("A1 B11", question("A B", start=date(2026, 3, 10))) == []


def test_an_attempt_whose_window_is_over_is_lost_not_open(told: Told) -> None:
    ten_days = question("A B", end=date(2026, 3, 10))
    assert told("A1", question("A B", end=date(2026, 3, 15))) == ["A1"]
    assert told("A1", question("A B", end=date(2026, 3, 14))) == ["A1 open"]
    assert told("A1 B2", ten_days) == ["A1 B2"]


def test_a_unit_with_any_open_attempt_is_undecided_although_its_first_one_is_lost(told: Told) -> None:
    assert told("A1 A25", question("A B")) == ["A1 open"]


def test_an_attempt_whose_next_step_is_too_late_already_is_not_open(told: Told) -> None:
    steps = ["A", {"event": "B", "within": "2d"}]
    assert told("A29", question(steps)) == ["A29"]
    assert told("A30", question(steps)) == ["A30 open"]


def test_the_end_of_the_data_ends_the_range_too(told: Told) -> None:
    assert told("A1 B5", question("A B", as_of_us=at("4"))) == ["A1 open"]


# -- one event, one step; ties -----------------------------------------------------------------------------------------


def test_one_event_does_not_fill_two_equal_steps(told: Told) -> None:
    assert told("A1", question("A A")) == ["A1"]
    assert told("A1 A2", question("A A")) == ["A1 A2"]


def test_events_at_one_instant_may_be_taken_in_any_order(told: Told) -> None:
    assert told("C1 B1 A1", question()) == ["A1 B1 C1"]


def test_an_event_that_fits_two_steps_leaves_the_other_to_its_neighbour(told: Told) -> None:
    steps = ["A", {"event": ["B", "C"]}, "B"]
    assert told("A1 B2 C2", question(steps)) == ["A1 C2 B2"]


# -- order -------------------------------------------------------------------------------------------------------------


def test_ordered_steps_may_have_others_between(told: Told) -> None:
    assert told("A1 X2 B3 C4", question()) == ["A1 B3 C4"]


def test_strict_steps_are_neighbours(told: Told) -> None:
    strict = question("A B", order="strict")
    assert told("A1 X2 B3", strict) == ["A1"]
    assert told("A1 X2 A3 B4", strict) == ["A3 B4"]


def test_strict_neighbours_at_one_instant_stand_side_by_side(told: Told) -> None:
    strict = question(order="strict")
    assert told("A1 X1 B2 C2", strict) == ["A1 B2 C2"]
    assert told("A1 B2 X2 C3", strict) == ["A1 B2"]


def test_strict_neighbours_are_those_that_pass_the_filter(told: Told) -> None:
    strict = question("A B", order="strict", where={"plan": "x"})
    assert told("A1/x Q2/y B3/x", strict) == ["A1 B3"]


def test_unordered_counts_how_many_steps_were_done(told: Told) -> None:
    anyhow = question(order="unordered")
    assert told("C1 A2", anyhow) == ["C1 A2"]
    assert told("C1 A2 B3", anyhow) == ["C1 A2 B3"]
    assert told("C1 C2 A3", anyhow) == ["C2 A3"]


def test_unordered_steps_lie_in_the_window_of_the_first_one_done(told: Told) -> None:
    assert told("C1 A2 B16", question(order="unordered")) == ["C1 A2"]


# -- exclusions --------------------------------------------------------------------------------------------------------


def test_an_exclusion_voids_the_attempt_and_the_unit_leaves_the_funnel(told: Told) -> None:
    query = question("A B", exclude=["X"])
    assert told("A1 X2 B3", query) == ["void"]
    result = ask(query, story("A1 X2 B3"), story("A1 B3", "bob"))
    assert (reached(result), result.excluded) == ([1, 1], 1)


def test_a_clean_attempt_is_not_voided_by_an_earlier_void_one(told: Told) -> None:
    assert told("A1 X2 B3 A5 B6", question("A B", exclude=["X"])) == ["A5 B6"]


def test_an_exclusion_after_a_partial_attempt_voids_it_to_the_end_of_its_window_only(told: Told) -> None:
    query = question("A B", exclude=["X"])
    assert told("A1 X15", query) == ["void"]
    assert told("A1 X15.01", query) == ["A1"]


def test_a_void_attempt_that_got_further_takes_the_unit_out_although_a_shorter_one_is_clean(
    told: Told,
) -> None:
    assert told("A1 X2 B3 A20", question("A B", exclude=["X"])) == ["void"]


def test_an_exclusion_lies_strictly_between_its_steps(told: Told) -> None:
    query = question("A B", exclude=["X"])
    assert told("A1 X1 B3", query) == ["A1 B3"]
    assert told("A1 X3 B3", query) == ["A1 B3"]
    assert told("X0 A1 B3 X4", question("A B", exclude=["X"], start=date(2026, 2, 1))) == ["A1 B3"]


def test_an_exclusion_may_lie_between_two_steps_of_several(told: Told) -> None:
    query = question(exclude=[{"event": "X", "after": 2, "before": 3}])
    assert told("A1 X2 B3 C4", query) == ["A1 B3 C4"]
    assert told("A1 B3 X4 C5", query) == ["void"]


def test_a_later_b_keeps_an_attempt_clean(told: Told) -> None:
    query = question(exclude=[{"event": "X", "after": 2, "before": 3}])
    assert told("A1 B2 X3 B4 C5", query) == ["A1 B4 C5"]


def test_of_unordered_steps_an_exclusion_holds_until_all_are_done(told: Told) -> None:
    query = question("A B", order="unordered", exclude=["X"])
    assert told("B1 X2 A3", query) == ["void"]
    assert told("B1 A3 X4", query) == ["B1 A3"]
    assert told("X1 B2 A3", query) == ["B2 A3"]


# -- optional steps, hold constant, first times ------------------------------------------------------------------------


def test_an_optional_step_is_skipped_to_get_further_and_filled_where_it_can_be(told: Told) -> None:
    query = question(["A", {"event": "B", "optional": True}, "C"])
    assert told("A1 C3", query) == ["A1 – C3"]
    assert told("A1 B2 C3", query) == ["A1 B2 C3"]
    assert told("A1 B2", query) == ["A1 B2"]


def test_conversion_times_ignore_optional_steps() -> None:
    query = question(["A", {"event": "B", "optional": True}, "C"])
    result = ask(query, story("A1 B2 C4"), story("A1 C2", "bob"))
    figures = result.total.steps[2]
    assert (figures.reached, figures.mean_seconds) == (2, 2 * 86_400)
    assert figures.share_of_previous is not None
    assert figures.share_of_previous.n == 2


def test_a_held_property_is_equal_on_every_step(told: Told) -> None:
    query = question("A B", hold=["plan"])
    assert told("A1/x B2/y B3/x", query) == ["A1 B3"]
    assert told("A1/x A2/y B3/y", query) == ["A2 B3"]


def test_an_event_that_lacks_the_held_property_fills_no_step(told: Told) -> None:
    assert told("A1 B2", question("A B", hold=["plan"])) == []


def test_a_first_time_looks_at_all_history_also_before_the_range(told: Told) -> None:
    steps = [{"event": "A", "first_time": "matching"}, "B"]
    assert told("A1 A12 B13", question(steps, start=date(2026, 3, 10))) == []
    assert told("A12 B13", question(steps, start=date(2026, 3, 10))) == ["A12 B13"]


def test_first_time_ever_asks_that_the_very_first_event_passes(told: Told) -> None:
    def steps(kind: str) -> list[Any]:
        return [{"event": "A", "where": {"plan": "x"}, "first_time": kind}, "B"]

    assert told("A1/y A2/x B3", question(steps("ever"))) == []
    assert told("A1/y A2/x A3/x B4", question(steps("matching"))) == ["A2 B4"]


# -- totals, periods ---------------------------------------------------------------------------------------------------


def test_totals_enter_again_after_a_conversion(told: Told) -> None:
    assert told("A1 B2 A3 B4", question("A B", count="totals")) == ["A1 B2", "A3 B4"]


def test_totals_enter_again_after_a_time_out(told: Told) -> None:
    assert told("A1 A5 A16 B17", question("A B", count="totals", entry="first")) == ["A1", "A16 B17"]


def test_totals_enter_again_after_an_exclusion(told: Told) -> None:
    query = question("A B", count="totals", exclude=["X"], entry="first")
    assert told("A1 X2 A3 B4", query) == ["void", "A3 B4"]


def test_an_entry_is_timed_from_its_best_attempt(told: Told) -> None:
    assert told("A1 A10 B16", question("A B", count="totals")) == ["A10 B16"]


def test_over_time_counts_a_unit_once_a_period_by_the_day_of_its_first_step(told: Told) -> None:
    query = question("A B", unit="week")
    assert told("A3 A4 B5 A20 B21", query, periods=True) == ["A4 B5", "A20 B21"]
    table = ask(query, story("A3 A4 B5 A20 B21")).to_arrow("over_time").to_pylist()
    first = [(row["period_start"], row["reached"]) for row in table if row["step"] == 1 and row["reached"]]
    assert first == [(date(2026, 3, 2), 1), (date(2026, 3, 16), 1)]


def test_weeks_start_on_the_day_that_the_workspace_says() -> None:
    query = question("A B", unit="week", week_start="sunday")
    table = ask(query, story("A7 A8 B9")).to_arrow("over_time").to_pylist()
    first = [row["period_start"] for row in table if row["step"] == 1 and row["reached"]]
    assert first == [date(2026, 3, 1), date(2026, 3, 8)]


@pytest.mark.parametrize(
    ("zone", "day"), [("UTC", 5), ("Pacific/Auckland", 6), ("America/Los_Angeles", 5), ("Asia/Tokyo", 6)]
)
def test_periods_are_days_of_the_workspace(zone: str, day: int) -> None:
    query = question("A", unit="day", zone=zone)
    table = ask(query, story("A5.17")).to_arrow("over_time").to_pylist()
    assert [row["period_start"].day for row in table if row["reached"]] == [day]


# -- breakdown ---------------------------------------------------------------------------------------------------------


def groups(result: FunnelResult) -> dict[str, list[int]]:
    return {group.name: [step.reached for step in group.steps] for group in result.groups}


@pytest.mark.parametrize(
    ("attribution", "answer"),
    [
        ("first_touch", {"x": [1, 1, 1], "y": [1, 1, 0]}),
        ("last_touch", {"x": [1, 1, 0], "z": [1, 1, 1]}),
        ("step 1", {"": [1, 1, 1], "y": [1, 1, 0]}),
        ("step 3", {"z": [1, 1, 1]}),
        ("all_events", {"": [1, 0, 0], "x": [0, 0, 0], "y": [1, 0, 0], "z": [0, 0, 0]}),
    ],
)
def test_a_breakdown_by_an_event_property(attribution: str, answer: dict[str, list[int]]) -> None:
    result = ask(
        question(by="plan", attribution=attribution), story("A1 B2/x C3/z"), story("A1/y B2/x", "bob")
    )
    assert groups(result) == {name: counts for name, counts in answer.items() if counts[0]}
    assert reached(result) == [2, 2, 1]


def test_all_events_asks_for_the_value_on_every_step_and_counts_a_unit_under_several() -> None:
    result = ask(question("A B", by="plan", attribution="all_events"), story("A1/x B2/x A3/y B4/y A5/z B6/x"))
    assert groups(result) == {"x": [1, 1], "y": [1, 1], "z": [1, 0]}


def test_a_breakdown_by_a_customer_property_shows_the_largest_and_the_rest() -> None:
    stories = [story("A1 B2", name) for name in ("ann", "bob", "cat", "dan")]
    profiles = {"ann": {"country": "FR"}, "bob": {"country": "FR"}, "cat": {"country": "DE"}}
    result = ask(question("A B", by="profile.country", top=1), *stories, profiles=profiles)
    assert groups(result) == {"FR": [2, 2], "(other)": [2, 2]}
    part = partition_of([event for one in stories for event in one], profiles)
    found = MEASURE.members(part, question("A B", by="profile.country", top=1), result.other_cell())
    assert [part.customers[int(place)].as_py() for place in found] == ["cat", "dan"]


# -- figures -----------------------------------------------------------------------------------------------------------


def test_times_shares_and_losses_of_each_step() -> None:
    result = ask(
        question(),
        story("A1 B2 C3"), story("A1 B4 C8", "bob"), story("A1 B2", "cat"), story("A1", "dan"), story("A30", "eve"),
    )  # fmt: skip
    second = result.total.steps[1]
    assert (second.reached, second.dropped, second.censored) == (3, 1, 0)
    assert second.mean_seconds == pytest.approx(5 / 3 * 86_400)
    assert second.median_seconds == 86_400
    assert second.p90_seconds == pytest.approx((1 + 0.8 * 2) * 86_400)
    assert second.share_of_first is not None
    assert second.share_of_first.value == 0.6
    assert round(second.share_of_first.low, 4) == 0.2307  # Wilson, 3 of 5
    assert round(second.share_of_first.high, 4) == 0.8824
    first = result.total.steps[0]
    assert (first.reached, first.dropped, first.censored) == (5, 1, 1)
    assert result.converted == 2


def test_what_they_did_instead() -> None:
    result = ask(
        question("A B"),
        story("A1 Q2 R3"),
        story("A1 Q2", "bob"),
        story("A1 R1.01", "cat"),
        story("A1", "dan"),
    )
    rows = result.to_arrow("did_instead").to_pylist()
    assert [(row["step"], row["event"], row["count"]) for row in rows] == [
        (1, "Q", 2),
        (1, "(nothing)", 1),
        (1, "R", 1),
    ]


def test_the_time_to_convert_has_as_many_bins_as_the_cube_root_of_n() -> None:
    stories = [story(f"A1 B{2 + number}", f"customer {number}") for number in range(9)]
    table = ask(question("A B"), *stories).to_arrow("time_to_convert")
    assert table["converted"].to_pylist() == [3, 3, 3]
    assert table["from_seconds"][0].as_py() == 86_400
    given = ask(question("A B", bins=2), *stories).to_arrow("time_to_convert")
    assert given["converted"].to_pylist() == [5, 4]


def test_an_empty_log_gives_zeros_with_the_names_of_the_steps() -> None:
    result = ask(question(unit="month"))
    rows = result.to_arrow().to_pylist()
    assert [(row["name"], row["reached"], row["share_of_first"]) for row in rows] == [
        ("A", 0, None),
        ("B", 0, None),
        ("C", 0, None),
    ]
    assert [row["reached"] for row in result.to_arrow("over_time").to_pylist()] == [0, 0, 0]
    assert result.to_arrow("time_to_convert").num_rows == result.to_arrow("did_instead").num_rows == 0


def test_negative_and_missing_values_can_be_asked_for() -> None:
    events = story("A1 B2") + story("A1", "bob")
    steps = ["A", {"event": "B", "where": {"value": {"is_set": False}}}]
    assert reached(ask(question(steps), events)) == [2, 1]


def test_any_property_can_be_the_unit_and_events_without_it_are_dropped_and_counted() -> None:
    """Plan x went from ann's A to bob's B; the events without a plan belong to nobody."""
    part = partition_of([*story("A1/x A2"), *story("B3/x A4/y B5", "bob")])
    units = regroup([part], "plan")
    query = question("A B", per="plan")
    result = MEASURE.finish(MEASURE.map(units.partitions[0], query), query)
    assert (reached(result), units.dropped_events) == ([2, 1], 2)
    found = MEASURE.members(units.partitions[0], query, {"state": "converted"})
    assert [units.partitions[0].customers[int(place)].as_py() for place in found] == ["x"]


def test_one_customer_with_one_event_is_a_funnel() -> None:
    result = ask(question("A"), story("A1"))
    assert (reached(result), result.converted) == ([1], 1)


# -- cells -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("cell", "names"),
    [
        ({"step": "1"}, "ann bob cat dan"),
        ({"step": "2"}, "ann bob"),
        ({"step": "2", "state": "dropped"}, "bob"),
        ({"step": "1", "state": "dropped"}, "cat"),
        ({"step": "1", "state": "censored"}, "dan"),
        ({"state": "converted"}, "ann"),
        ({"state": "excluded"}, "eve"),
        ({"step": "1", "period_start": "2026-03-30"}, "dan"),
        ({"step": "2", "event": "Q"}, "bob"),
        ({"step": "1", "event": "(nothing)"}, "cat dan"),
        ({"from_seconds": "0", "to_seconds": "172801"}, "ann"),
        ({"from_seconds": "0", "to_seconds": "172800"}, ""),
        ({"group": "x"}, "ann"),
        ({"group": "x", "step": "3"}, "ann"),
        ({"group": ""}, "bob cat dan"),
        ({"group": "nobody's"}, ""),
    ],
)
def test_every_cell_opens_to_its_units(cell: dict[str, str], names: str) -> None:
    stories = [
        story("A1/x B2 C3"), story("A1 B2 Q3", "bob"), story("A1", "cat"), story("A30", "dan"), story("A1 X2", "eve"),
    ]  # fmt: skip
    query = question(exclude=["X"], unit="week", by="plan")
    part = partition_of([event for one in stories for event in one])
    found = MEASURE.members(part, query, cell)
    assert " ".join(part.customers[int(place)].as_py() for place in found) == names


@pytest.mark.parametrize(
    "cell",
    [
        {"step": "4"},
        {"state": "lost"},
        {"stage": "A"},
        {"period_start": "2026-03-30"},
        {"group": "x"},
        {"to_seconds": "?"},
    ],
)
def test_no_such_cell_is_refused(cell: dict[str, str]) -> None:
    with pytest.raises(QueryError):
        MEASURE.members(partition_of(story("A1 B2")), question(), cell)


# -- questions that make no sense --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"steps": []}, "at least one step"),
        ({"steps": ["A"] * 21}, "at most 20 steps"),
        ({"window": "0s"}, "window of zero"),
        ({"start": date(2026, 3, 2), "end": date(2026, 3, 1)}, "ends .* before it starts"),
        ({"exclude": [{"event": "X", "after": 2, "before": 1}]}, "crossed"),
        ({"exclude": [{"event": "X", "after": 2, "before": 2}]}, "crossed"),
        ({"exclude": [{"event": "X", "after": 1, "before": 4}]}, "steps are 1 to 3"),
        ({"exclude": [{"event": "X", "after": 0}]}, "steps are 1 to 3"),
        ({"steps": ["A"], "exclude": ["X"]}, "no two steps"),
        ({"exclude": ["X"] * 11}, "at most 10"),
        ({"order": "unordered", "exclude": [{"event": "X", "after": 2}]}, "no between"),
        ({"order": "unordered", "by": "plan", "attribution": "step 2"}, "later step"),
        ({"order": "unordered", "steps": ["A", {"event": "B", "within": "1d"}]}, "no step before"),
        ({"order": "unordered", "steps": ["A", {"event": "B", "optional": True}]}, "no optional steps"),
        ({"order": "strict", "steps": ["A", {"event": "B", "optional": True}, "C"]}, "no optional steps"),
        ({"steps": [{"event": "A", "optional": True}, "B"]}, "first step cannot be optional"),
        ({"steps": [{"event": "A", "within": "1d"}, "B"]}, "no step before"),
        ({"steps": ["A", {"event": "B", "within": "0s"}]}, "more than no time"),
        (
            {"steps": ["A", {"event": "B", "optional": True}, "C"], "exclude": [{"event": "X", "after": 2}]},
            "optional step",
        ),
        ({"by": "plan", "attribution": "step 4"}, "steps are 1 to 3"),
        ({"by": "plan", "attribution": "step 0"}, "steps are 1 to 3"),
        ({"by": "plan", "attribution": "first"}, "no attribution"),
        ({"by": "value"}, "each amount"),
        ({"by": "profile."}, "no trait"),
        ({"hold": ["value"]}, "amount"),
        ({"bins": 0}, "1 to 90 bins"),
        ({"bins": 91}, "1 to 90 bins"),
    ],
)
def test_a_question_that_makes_no_sense_is_refused_with_the_reason(
    asked: dict[str, Any], reason: str
) -> None:
    with pytest.raises(QueryError, match=reason):
        Query.model_validate({"steps": ["A", "B", "C"], **RANGE, **asked})


def test_steps_have_short_forms() -> None:
    steps = read_steps(
        ["A", {"event": "B", "where": {"plan": "x"}, "optional": True, "within": "2d", "first_time": "ever"}]
    )
    assert [step.label for step in steps] == ["A", "B"]
    assert steps[1].within == Duration(2 * DAY_US)
    assert read_steps(steps) == steps
    assert Step.model_validate({"event": ["A", "B"]}).label == "A or B"
    assert Step.model_validate({"event": "A", "name": "see"}).label == "see"
    assert read_exclusions(["X"])[0].after == 1


@pytest.mark.parametrize(
    "given", [3, {"event": []}, {"event": "A", "widthin": "2d"}, {"event": "A", "within": "soon"}]
)
def test_a_wrong_step_is_refused_with_its_number(given: Any) -> None:
    with pytest.raises(QueryError, match="Step 2"):
        read_steps(["A", given])


@pytest.mark.parametrize("where", [{}, {"plan": "x"}])
def test_attempts_that_begin_until_a_day_may_go_on_after_it(where: dict[str, str]) -> None:
    """As if the first steps after that day had never been; those whose window is open by then stay open."""
    steps = [{"event": "A", "where": where} if where else "A", "B", "C"]
    told = {"early": "A1/x B9 C12", "late": "A7/x B8 C9", "both": "A2/x A8/x B9 C10", "stuck": "A5/x B6"}
    events = [event for name, text in told.items() for event in story(text, name)]
    before = [event for event in events if event.event != "A" or event.timestamp_us < at("7")]
    bounded = question(steps, window="14d", starts_until=date(2026, 3, 6))
    plain = question(steps, window="14d")
    one, other = (
        MEASURE.finish(MEASURE.map(partition_of(rows), query), query)
        for rows, query in ((events, bounded), (before, plain))
    )
    assert [step.reached for step in one.total.steps] == [3, 3, 2]
    assert one.total == other.total


def test_a_bound_of_the_first_step_must_make_sense() -> None:
    with pytest.raises(QueryError, match="no first one"):
        question("A B", order="unordered", starts_until=date(2026, 3, 6))
    with pytest.raises(QueryError, match="before the range starts"):
        question("A B", starts_until=date(2026, 2, 6))


def test_a_step_may_be_filled_by_other_events_as_well() -> None:
    """``or`` is any of several selectors, each with its own conditions; the name alone or a plan may decide."""
    events = [
        *story("A1 B2", "ann"),
        *story("A1/x C3/y", "bob"),
        *story("A1 C3", "eve"),
        *story("D1 C2/y", "kim"),
    ]
    steps = [{"event": "A", "or": ["D"]}, {"event": "B", "or": [{"event": "C", "where": {"plan": "y"}}]}]
    query = question(steps)
    result = MEASURE.finish(MEASURE.map(partition_of(events), query), query)
    assert [step.reached for step in result.total.steps] == [4, 3]
    assert result.names == ("A or D", "B or C")
    with pytest.raises(QueryError, match="first_time"):
        read_steps([{"event": "A", "or": ["B"], "first_time": "ever"}])

"""Every rule of the stage walk on a story that a reader can follow with a calendar.

Each story is told to the fast walk and to its slow twin; both must give the stays written here.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from parcours.lifecycle.rules import LifecycleRules
from parcours.values import instant_us, moment_utc
from twins.events import Event
from twins.fast import fast_intervals
from twins.lifecycle import Interval, intervals
from twins.partitions import partition_of

Happening = tuple[str, str] | tuple[str, str, dict[str, Any]]  # when, which event, its properties
Told = list[str]
Tell = Callable[..., Told]

STAGES = ("look", "buy", "stay")
PLAIN = [
    {"id": "look", "enter": {"event": "browse"}, "lapse": {"after": "30d"}},
    {"id": "buy", "enter": {"event": "order"}, "lapse": {"after": "90d"}},
    {"id": "stay", "enter": {"event": "order", "count": {"gte": 2}}},
]


def at(text: str) -> int:
    """``2026-01-31``, with a time of day where it matters."""
    return instant_us(datetime.fromisoformat(text).replace(tzinfo=UTC))


def _day(us: int) -> str:
    text = moment_utc(us).isoformat(" ").removesuffix("+00:00")
    return text.removesuffix(" 00:00:00").removesuffix(":00")


def _words(stay: Interval, names: tuple[str, ...]) -> str:
    head = f"{names[stay.stage_index]}: {stay.how_entered} {_day(stay.entered_at_us)}"
    if stay.left_at_us is None:
        return f"{head}, still there"
    after = f", then {stay.next_event or 'nothing'}" if stay.how_left == "lapsed" else ""
    return f"{head}, {stay.how_left} {_day(stay.left_at_us)}{after}"


@pytest.fixture(params=["fast", "slow"])
def tell(request: pytest.FixtureRequest) -> Tell:
    """Tell a story, and hear the stays in words."""

    def story(
        stages: list[dict[str, Any]], *happenings: Happening, until: str, traits: dict[str, str] | None = None
    ) -> Told:
        rules = LifecycleRules.model_validate({"stages": stages})
        events = [
            Event("ann", at(when), name, dict(*held), f"{place:02d}")
            for place, (when, name, *held) in enumerate(happenings)
        ]
        profiles = {"ann": traits or {}}
        if request.param == "fast":
            found = fast_intervals(partition_of(events, profiles), rules, at(until))
        else:
            found = intervals(events, rules, as_of_us=at(until), profiles=profiles)
        return [_words(stay, rules.ids) for stay in found]

    return story


# -- rule 1: nomination ------------------------------------------------------------------------------------------


def test_an_event_that_fits_several_stages_nominates_the_furthest(tell: Tell) -> None:
    """The second order fits both buy and stay; the first order is a customer's way in as well."""
    assert tell(PLAIN, ("2026-01-01", "order"), ("2026-01-10", "order"), until="2026-02-01") == [
        "buy: new 2026-01-01, advanced 2026-01-10",
        "stay: advanced 2026-01-10, still there",
    ]


def test_an_event_that_no_stage_names_does_nothing(tell: Tell) -> None:
    assert tell(PLAIN, ("2026-01-01", "newsletter"), until="2026-06-01") == []
    assert tell(PLAIN, until="2026-06-01") == []


def test_any_of_several_rules_enters(tell: Tell) -> None:
    stages = [{"id": "look", "enter": [{"event": "browse"}, {"event": ["search", "wish"]}]}]
    assert tell(stages, ("2026-01-03", "wish"), until="2026-02-01") == ["look: new 2026-01-03, still there"]


# -- rule 2: entering --------------------------------------------------------------------------------------------


def test_stages_may_be_skipped(tell: Tell) -> None:
    stages = [*PLAIN[:2], {"id": "fan", "enter": {"event": "recommend"}}]
    assert tell(stages, ("2026-01-01", "browse"), ("2026-01-02", "recommend"), until="2026-02-01") == [
        "look: new 2026-01-01, advanced 2026-01-02",
        "fan: advanced 2026-01-02, still there",
    ]


def test_an_equal_nomination_changes_nothing_but_keeps(tell: Tell) -> None:
    """Thirty days run from the second visit: 20 January + 30 days."""
    assert tell(PLAIN, ("2026-01-01", "browse"), ("2026-01-20", "browse"), until="2026-06-01") == [
        "look: new 2026-01-01, lapsed 2026-02-19, then nothing"
    ]


def test_an_earlier_nomination_keeps_even_where_keep_is_narrower(tell: Tell) -> None:
    """Only renewals keep a buyer, but a visit nominates the earlier stage: 1 March + 90 days."""
    stages = [PLAIN[0], {**PLAIN[1], "keep": [{"event": "renew"}]}]
    assert tell(stages, ("2026-01-01", "order"), ("2026-03-01", "browse"), until="2026-12-31") == [
        "buy: new 2026-01-01, lapsed 2026-05-30, then nothing"
    ]


def test_after_a_lapse_the_nominated_stage_is_entered_even_an_earlier_one(tell: Tell) -> None:
    assert tell(PLAIN, ("2026-01-01", "order"), ("2026-05-01", "browse"), until="2026-05-02") == [
        "buy: new 2026-01-01, lapsed 2026-04-01, then browse",
        "look: reactivated 2026-05-01, still there",
    ]


# -- rule 3: lapsing ---------------------------------------------------------------------------------------------


def test_a_long_silent_customers_next_order_reactivates_and_does_not_advance(tell: Tell) -> None:
    """A look on 1 January lapses on 31 January; the order of 1 March finds nobody in look."""
    assert tell(PLAIN, ("2026-01-01", "browse"), ("2026-03-01", "order"), until="2026-03-02") == [
        "look: new 2026-01-01, lapsed 2026-01-31, then order",
        "buy: reactivated 2026-03-01, still there",
    ]


def test_an_event_at_the_very_end_of_the_window_still_keeps(tell: Tell) -> None:
    assert tell(PLAIN, ("2026-01-01", "browse"), ("2026-01-31", "browse"), until="2026-02-10") == [
        "look: new 2026-01-01, still there"
    ]
    assert tell(PLAIN, ("2026-01-01", "browse"), ("2026-01-31", "order"), until="2026-02-10") == [
        "look: new 2026-01-01, advanced 2026-01-31",
        "buy: advanced 2026-01-31, still there",
    ]


def test_a_microsecond_later_it_is_too_late(tell: Tell) -> None:
    late = "2026-01-31 00:00:00.000001"
    assert tell(PLAIN, ("2026-01-01", "browse"), (late, "order"), until="2026-02-10") == [
        "look: new 2026-01-01, lapsed 2026-01-31, then order",
        f"buy: reactivated {late}, still there",
    ]


@pytest.mark.parametrize(
    ("until", "ending"),
    [
        ("2026-01-30 23:59:59.999999", "still there"),
        ("2026-01-31", "lapsed 2026-01-31, then nothing"),
        ("2026-02-01", "lapsed 2026-01-31, then nothing"),
    ],
)
def test_at_the_end_of_observation(tell: Tell, until: str, ending: str) -> None:
    assert tell(PLAIN, ("2026-01-01", "browse"), until=until) == [f"look: new 2026-01-01, {ending}"]


def test_the_clock_change_does_not_move_a_lapse(tell: Tell) -> None:
    """Clocks went forward in Europe on 29 March 2026; thirty days are 720 hours all the same."""
    assert tell(PLAIN, ("2026-03-15 10:00", "browse"), until="2026-05-01") == [
        "look: new 2026-03-15 10:00, lapsed 2026-04-14 10:00, then nothing"
    ]


def test_a_stage_without_lapse_is_never_lapsed_from(tell: Tell) -> None:
    stages = [{"id": "member", "enter": {"event": "join"}}]
    assert tell(stages, ("2020-01-01", "join"), until="2026-01-01") == ["member: new 2020-01-01, still there"]


def test_by_default_any_event_that_a_stage_names_keeps(tell: Tell) -> None:
    """``renew`` is named by the keep of another stage, ``parcel`` by a then: both keep a looker; ``mail`` does not."""
    stages = [
        PLAIN[0],
        {"id": "buy", "enter": {"event": "order", "then": {"event": "parcel"}}, "keep": {"event": "renew"}},
    ]
    kept = tell(stages, ("2026-01-01", "browse"), ("2026-01-11", "renew"), until="2026-06-01")
    assert kept == ["look: new 2026-01-01, lapsed 2026-02-10, then nothing"]
    kept = tell(stages, ("2026-01-01", "browse"), ("2026-01-12", "parcel"), until="2026-06-01")
    assert kept == ["look: new 2026-01-01, lapsed 2026-02-11, then nothing"]
    kept = tell(stages, ("2026-01-01", "browse"), ("2026-01-12", "mail"), until="2026-06-01")
    assert kept == ["look: new 2026-01-01, lapsed 2026-01-31, then nothing"]


def test_by_default_keep_goes_by_name_and_not_by_condition(tell: Tell) -> None:
    """An order of 10 does not make a buyer, where 100 are asked for, but it shows a looker alive."""
    stages = [PLAIN[0], {"id": "buy", "enter": {"event": "order", "where": {"value": {"gte": 100}}}}]
    told = tell(
        stages, ("2026-01-01", "browse"), ("2026-01-21", "order", {"plan": "small"}), until="2026-06-01"
    )
    assert told == ["look: new 2026-01-01, lapsed 2026-02-20, then nothing"]


def test_keep_as_written_replaces_the_default_and_minds_its_conditions(tell: Tell) -> None:
    stages = [{**PLAIN[0], "keep": [{"event": "open", "where": {"channel": "email"}}]}, PLAIN[1]]
    told = tell(
        stages, ("2026-01-01", "browse"), ("2026-01-11", "open", {"channel": "email"}), until="2026-06-01"
    )
    assert told == ["look: new 2026-01-01, lapsed 2026-02-10, then nothing"]
    told = tell(
        stages, ("2026-01-01", "browse"), ("2026-01-11", "open", {"channel": "push"}), until="2026-06-01"
    )
    assert told == ["look: new 2026-01-01, lapsed 2026-01-31, then nothing"]


def test_what_keeps_does_not_bring_back(tell: Tell) -> None:
    """An opened mail keeps a looker; once lapsed only a nomination brings the customer back."""
    stages = [{**PLAIN[0], "keep": [{"event": "open"}]}]
    told = tell(
        stages, ("2026-01-01", "browse"), ("2026-03-01", "open"), ("2026-03-05", "browse"), until="2026-03-06"
    )
    assert told == [
        "look: new 2026-01-01, lapsed 2026-01-31, then open",
        "look: reactivated 2026-03-05, still there",
    ]


def test_the_next_event_after_a_lapse_is_of_any_kind_and_after_it(tell: Tell) -> None:
    """The newsletter at the instant of the lapse came while the customer was still there."""
    told = tell(
        PLAIN,
        ("2026-01-01", "browse"),
        ("2026-01-31", "newsletter"),
        ("2026-02-01", "complain"),
        until="2026-03-01",
    )
    assert told == ["look: new 2026-01-01, lapsed 2026-01-31, then complain"]


def test_what_comes_after_the_end_of_observation_is_not_read(tell: Tell) -> None:
    told = tell(PLAIN, ("2026-01-01", "browse"), ("2026-02-20", "order"), until="2026-02-10")
    assert told == ["look: new 2026-01-01, lapsed 2026-01-31, then nothing"]
    assert tell(PLAIN, ("2026-01-01", "browse"), until="2025-12-31") == []


# -- rule 4: what makes a rule true ------------------------------------------------------------------------------


def test_count_is_over_all_history_lapses_or_not(tell: Tell) -> None:
    """The second order comes after half a year of silence, and is the second all the same."""
    assert tell(PLAIN, ("2026-01-01", "order"), ("2026-07-01", "order"), until="2026-07-02") == [
        "buy: new 2026-01-01, lapsed 2026-04-01, then order",
        "stay: reactivated 2026-07-01, still there",
    ]


@pytest.mark.parametrize(("third", "loyal"), [("2026-01-31", True), ("2026-01-31 00:00:00.000001", False)])
def test_count_within_looks_back_to_its_end_inclusive(tell: Tell, third: str, loyal: bool) -> None:
    stages = [{"id": "loyal", "enter": {"event": "order", "count": {"gte": 3}, "within": "30d"}}]
    told = tell(
        stages, ("2026-01-01", "order"), ("2026-01-15", "order"), (third, "order"), until="2026-02-10"
    )
    assert told == ([f"loyal: new {third}, still there"] if loyal else [])


def test_an_exact_count_is_true_once(tell: Tell) -> None:
    """Entered at the second order only: the third, after the lapse, does not bring back."""
    stages = [{"id": "second", "enter": {"event": "order", "count": 2}, "lapse": {"after": "10d"}}]
    told = tell(
        stages, ("2026-01-01", "order"), ("2026-01-02", "order"), ("2026-02-01", "order"), until="2026-02-02"
    )
    assert told == ["second: new 2026-01-02, lapsed 2026-01-12, then order"]


def test_first_is_the_first_that_matches(tell: Tell) -> None:
    """The first order by e-mail is the customer's second order; a later one by e-mail is not first."""
    stages = [
        {
            "id": "won",
            "enter": {"event": "order", "where": {"channel": "email"}, "first": True},
            "keep": [],
            "lapse": {"after": "5d"},
        }
    ]
    told = tell(
        stages,
        ("2026-01-01", "order", {"channel": "ads"}),
        ("2026-01-02", "order", {"channel": "email"}),
        ("2026-02-02", "order", {"channel": "email"}),
        until="2026-03-01",
    )
    assert told == ["won: new 2026-01-02, lapsed 2026-01-07, then order"]


@pytest.mark.parametrize(("review", "happy"), [("2026-01-08", True), ("2026-01-08 00:00:00.000001", False)])
def test_then_is_true_at_the_later_event_within_its_time(tell: Tell, review: str, happy: bool) -> None:
    stages = [{"id": "happy", "enter": {"event": "order", "then": {"event": "review", "within": "7d"}}}]
    told = tell(stages, ("2026-01-01", "order"), (review, "review"), until="2026-02-10")
    assert told == ([f"happy: new {review}, still there"] if happy else [])


def test_then_needs_another_event(tell: Tell) -> None:
    """An order does not follow itself; two orders of one instant follow each other, in whatever order they came."""
    stages = [{"id": "twice", "enter": {"event": "order", "then": {"event": "order"}}}]
    assert tell(stages, ("2026-01-01", "order"), until="2026-02-01") == []
    told = tell(stages, ("2026-01-01", "order"), ("2026-01-01", "order"), until="2026-02-01")
    assert told == ["twice: new 2026-01-01, still there"]


def test_then_takes_events_of_one_instant_in_any_order(tell: Tell) -> None:
    stages = [{"id": "happy", "enter": {"event": "order", "then": {"event": "review"}}}]
    told = tell(stages, ("2026-01-01", "review"), ("2026-01-01", "order"), until="2026-02-01")
    assert told == ["happy: new 2026-01-01, still there"]
    assert tell(stages, ("2026-01-01", "review"), ("2026-01-02", "order"), until="2026-02-01") == []


def test_then_after_the_second_only(tell: Tell) -> None:
    stages = [
        {"id": "happy", "enter": {"event": "order", "count": 2, "then": {"event": "review", "within": "7d"}}}
    ]
    assert tell(stages, ("2026-01-01", "order"), ("2026-01-02", "review"), until="2026-02-01") == []
    told = tell(
        stages, ("2026-01-01", "order"), ("2026-01-03", "order"), ("2026-01-04", "review"), until="2026-02-01"
    )
    assert told == ["happy: new 2026-01-04, still there"]


def test_conditions_on_the_profile(tell: Tell) -> None:
    stages = [{"id": "look", "enter": {"event": "browse", "where": {"profile.country": ["FR", "BE"]}}}]
    assert tell(stages, ("2026-01-01", "browse"), until="2026-02-01", traits={"country": "DE"}) == []
    told = tell(stages, ("2026-01-01", "browse"), until="2026-02-01", traits={"country": "BE"})
    assert told == ["look: new 2026-01-01, still there"]


# -- one instant -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("first", ["browse", "order"])
def test_one_instant_passes_through_the_stages_from_the_earliest(tell: Tell, first: str) -> None:
    """Whichever row came first: consideration is entered and left at once."""
    second = {"browse": "order", "order": "browse"}[first]
    assert tell(PLAIN, ("2026-01-01 09:00", first), ("2026-01-01 09:00", second), until="2026-02-01") == [
        "look: new 2026-01-01 09:00, advanced 2026-01-01 09:00",
        "buy: advanced 2026-01-01 09:00, still there",
    ]


def test_the_lapse_is_checked_once_before_an_instant(tell: Tell) -> None:
    """Lapsed on 31 January; the visit and the order of one later instant are one return, then one step on."""
    told = tell(
        PLAIN, ("2026-01-01", "browse"), ("2026-03-01", "order"), ("2026-03-01", "browse"), until="2026-03-02"
    )
    assert told == [
        "look: new 2026-01-01, lapsed 2026-01-31, then order",
        "look: reactivated 2026-03-01, advanced 2026-03-01",
        "buy: advanced 2026-03-01, still there",
    ]


def test_two_orders_of_one_instant_are_counted_one_by_one(tell: Tell) -> None:
    """The first nominates buy, the second stay."""
    assert tell(PLAIN, ("2026-01-01", "order"), ("2026-01-01", "order"), until="2026-02-01") == [
        "buy: new 2026-01-01, advanced 2026-01-01",
        "stay: advanced 2026-01-01, still there",
    ]

"""A journey measured over a log that can be counted by hand: six customers in February 2026."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from journey_texts import documents, story
from made_logs import made_engine
from parcours.errors import DocumentError, QueryError
from parcours.lifecycle.segments import Segment
from parcours.maps.experience import attainment, experience, friction
from parcours.maps.journey_map import measure_journey
from parcours.maps.measured import Count, Span
from parcours.maps.measured_journey import MeasuredJourney
from parcours.measures.engine import LocalEngine
from parcours.settings import Settings
from parcours.stats.proportions import wilson

SETTINGS = Settings(title="Shop", zone="UTC")
FEBRUARY = date(2026, 2, 1)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> LocalEngine:
    profiles: dict[str, dict[str, str | None]] = {"ann": {"country": "FR"}, "eve": {"country": "FR"}}
    return made_engine(tmp_path_factory.mktemp("gift"), story(), profiles=profiles)


@pytest.fixture(scope="module")
def gift(engine: LocalEngine) -> MeasuredJourney:
    return measure_journey(documents(), "gift", engine, SETTINGS, period=FEBRUARY)


def test_the_flow_is_that_of_the_story(gift: MeasuredJourney) -> None:
    """ann gets through; bob is lost at the basket, kim at the club, eve at the start, and so is zoe, who had three days
    for the basket; ida has until the 9th of March."""
    flows = {point.id: point.flow for point in gift.touchpoints}
    assert flows["give"] is None
    counted = {
        name: (flow.reached, flow.moved_on, flow.dropped, flow.open) for name, flow in flows.items() if flow
    }
    assert counted == {
        "look": (6, 4, 2, 0),
        "club": (2, 1, 1, 0),
        "basket": (3, 1, 1, 1),
        "order": (1, 1, 0, 0),
    }
    assert (gift.entered, gift.completed) == (6, 1)
    assert gift.completion == wilson(1, 6)
    assert gift.median_days_to_complete == 3.0
    basket = flows["basket"]
    assert basket is not None
    assert basket.share_moving_on == wilson(1, 3)
    assert basket.median_days_since_before == 2.0
    assert basket.did_instead == (Count("complain", 1, 1.0),)


def test_the_value_at_stake_is_what_those_who_moved_on_spent(gift: MeasuredJourney) -> None:
    """ann spent 60 within 20 days. At the start four went on, two were lost: 2 × 60 / 4."""
    stakes = {point.id: point.flow.value_at_stake_minor for point in gift.touchpoints if point.flow}
    assert stakes == {"look": 3000, "club": 6000, "basket": 6000, "order": None}
    assert gift.value_at_stake_minor == 15_000
    assert [phase.value_at_stake_minor for phase in gift.phases] == [9000, 6000]
    assert gift.value_assumption == "as-those-who-moved-on-so-far"
    assert gift.currency == "EUR"
    assert gift.worst in ("club", "basket")


def test_touchpoints_count_whoever_was_there(gift: MeasuredJourney) -> None:
    look = gift.touchpoint("look").figures
    assert look is not None
    assert (look.customers, look.events, look.customers_before) == (6, 7, 1)
    assert look.share == 1.0
    assert {one.name: one.customers for one in look.channels} == {"Web shop": 2, "ads": 1, "email": 1, "": 2}
    following = {one.name: one.customers for one in look.next}
    assert following == {"Join the club": 2, "Fill the basket": 2, "look": 1, "": 1}
    assert gift.touchpoint("give").figures is None


def test_phases_say_who_moves_on(gift: MeasuredJourney) -> None:
    assert [(phase.reached, phase.moved_on) for phase in gift.phases] == [(6, 3), (3, 1)]
    assert [phase.stage for phase in gift.phases] == ["Aware", "Buyer"]
    assert gift.stages == ("Aware", "Buyer")


def test_evidence_is_derived_and_grows_old(gift: MeasuredJourney) -> None:
    look, give = gift.touchpoint("look"), gift.touchpoint("give")
    assert [one.state for one in look.doing] == ["researched", "assumed"]
    assert [one.state for one in look.thinking] == ["stale"]
    assert (look.state, give.state) == ("measured", "assumed")
    assert look.drawn[0].quote == "Ideas at last."
    assert gift.touchpoint("basket").cells["back"][0].text == "Stock is counted"


def test_metrics_stand_where_they_are_drawn(gift: MeasuredJourney) -> None:
    lookers = gift.phases[0].headline
    assert lookers is not None
    assert (lookers.now.value, lookers.status, lookers.now.span) == (
        5.0, "on_target", Span(date(2026, 2, 1), date(2026, 2, 28))
    )  # fmt: skip
    assert lookers.before is not None
    assert (lookers.before.value, len(lookers.trend)) == (1.0, 2)
    cards = {card.id: card for card in gift.touchpoint("order").cards}
    converted = cards["basket-to-order"]
    assert (converted.now.value, converted.now.n, converted.status) == (pytest.approx(1 / 3), 3, "off_target")
    third = wilson(1, 3)
    assert third is not None
    assert (converted.now.low, converted.now.high) == (third.low, third.high)
    worth = cards["orders-worth"]
    assert (worth.now.value, worth.now.n, worth.currency, worth.status) == (30.0, 2, "EUR", "too_few")
    assert cards["gone"].status == "no_data"  # no buyer was there when February began


def test_emotions_keep_drawn_and_measured_apart(gift: MeasuredJourney) -> None:
    order = gift.touchpoint("order")
    assert order.drawn == ()
    felt = order.measured[0]
    assert (felt.value, felt.n, felt.original_mean, felt.conversion) == (2.0, 1, 5.0, "x − 3")
    assert felt.low < felt.value <= felt.high == 2.0


def test_what_hurts_and_what_is_done_stand_at_the_touchpoint(gift: MeasuredJourney) -> None:
    basket = gift.touchpoint("basket")
    assert [(one.id, one.customers, one.state) for one in basket.pain_points] == [("slow", 1, "measured")]
    assert [one.id for one in basket.opportunities] == ["faster"]
    solution = basket.solutions[0]
    assert (solution.id, solution.expected_metric, solution.expected_change) == (
        "cache",
        "Lookers",
        Decimal(2),
    )
    # 21 days from the 10th of February on: eve, ida, zoe; as many before: old, ann, bob
    assert solution.measured_change == 0.0


def test_coverage_tells_how_well_map_and_events_fit(gift: MeasuredJourney) -> None:
    coverage = gift.coverage
    assert (coverage.events, coverage.unclaimed_events) == (16, 2)
    assert {one.name for one in coverage.unclaimed} == {"complain", "rate"}
    assert coverage.touchpoints_unbound == ("Give it",)
    assert (coverage.customers_on_the_path, coverage.customers_with_two, coverage.conforming) == (6, 4, 4)
    assert coverage.never_used == ("odd",)
    assert coverage.needed_but_missing == ()


def test_the_score_shows_its_parts(gift: MeasuredJourney) -> None:
    score = gift.score
    assert score.emotion_is_measured
    assert score.emotion == 1.0
    # 3 of 6 got from the start to the basket, with or without the club, and 1 of 2 whose time is over from there
    assert score.friction == pytest.approx((3 / 6 * 1 / 2) ** 0.5)
    assert score.attainment == pytest.approx((1 + (1 / 3) / 0.5) / 2)
    parts = (score.attainment, score.emotion, score.friction)
    assert score.value == pytest.approx(100 * sum(part for part in parts if part is not None) / 3)
    assert attainment([]) is None
    assert friction([]) is None
    assert experience(documents().journeys["gift"].weights, [], []).value is None


def test_personas_are_live_and_a_map_may_be_theirs_alone(engine: LocalEngine, gift: MeasuredJourney) -> None:
    claire = gift.personas[0]
    assert (claire.customers, claire.share, claire.state) == (2, 2 / 7, "measured")
    hers = measure_journey(documents(), "gift", engine, SETTINGS, period=FEBRUARY, persona="claire")
    assert (hers.entered, hers.segment) == (2, "Claire")
    both = measure_journey(
        documents(), "gift", engine, SETTINGS, period=FEBRUARY, persona="claire",
        segment=Segment.model_validate({"did": "order"}), segment_title="buyers",
    )  # fmt: skip
    assert (both.entered, both.segment) == (1, "Claire · buyers")
    with pytest.raises(QueryError, match="no persona"):
        measure_journey(documents(), "gift", engine, SETTINGS, persona="clare")


def test_a_touchpoint_may_be_taken_from_another_journey(engine: LocalEngine) -> None:
    again = measure_journey(documents(), "again", engine, SETTINGS, period=FEBRUARY)
    come, buy = again.touchpoints
    assert (come.title, come.reused_from, buy.title) == ("Come back", "gift/look", "Order")
    assert come.figures is not None
    assert come.figures.customers == 6
    assert buy.measured[0].n == 1
    broken = documents()
    del broken.journeys["gift"]
    with pytest.raises(DocumentError, match="no touchpoint 'gift/look'"):
        measure_journey(broken, "again", engine, SETTINGS)


def test_without_a_period_it_is_the_newest_in_which_all_had_their_time(engine: LocalEngine) -> None:
    """The data end on the 5th of March; ten days after February are not over, so January is shown."""
    assert measure_journey(documents(), "gift", engine, SETTINGS).period.first == date(2026, 1, 1)
    days = Span(date(2026, 2, 2), date(2026, 2, 8))
    exact = measure_journey(documents(), "gift", engine, SETTINGS, period=days)
    assert (exact.period, exact.entered) == (days, 3)
    assert exact.comparison == Span(date(2026, 1, 26), date(2026, 2, 1))
    with pytest.raises(QueryError, match="outside the data"):
        measure_journey(documents(), "gift", engine, SETTINGS, period=date(2027, 1, 1))
    with pytest.raises(QueryError, match="no journey 'gft'"):
        measure_journey(documents(), "gft", engine, SETTINGS)


def test_an_empty_log_gives_zeros_with_the_names(tmp_path: Path) -> None:
    empty = measure_journey(documents(), "gift", made_engine(tmp_path, []), SETTINGS)
    assert empty.touchpoints[0].title == "Look around"
    assert (empty.entered, empty.completed, empty.completion, empty.value_at_stake_minor) == (
        0,
        0,
        None,
        None,
    )
    assert {card.status for point in empty.touchpoints for card in point.cards} == {"no_data"}
    assert empty.coverage.needed_but_missing == (
        "basket",
        "complain",
        "join",
        "look",
        "mail",
        "order",
        "rate",
    )
    assert empty.touchpoint("look").state == "no_data"


def test_a_journey_that_is_only_drawn_measures_nothing(engine: LocalEngine) -> None:
    drawn = documents()
    journey = drawn.journeys["gift"]
    bare = journey.model_copy(
        update={
            "phases": tuple(
                phase.model_copy(
                    update={
                        "touchpoints": tuple(
                            one.model_copy(update={"events": ()}) for one in phase.touchpoints
                        )
                    }
                )
                for phase in journey.phases
            )
        }
    )
    found = measure_journey(
        replace(drawn, journeys=drawn.journeys | {"gift": bare}), "gift", engine, SETTINGS, period=FEBRUARY
    )
    assert found.entered is None
    assert all(point.flow is None and point.figures is None for point in found.touchpoints)
    assert len(found.coverage.touchpoints_unbound) == 5
    assert found.coverage.unclaimed_events == found.coverage.events == 16

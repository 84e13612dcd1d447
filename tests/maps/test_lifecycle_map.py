"""The measured lifecycle map: the right period, figures that add up, and zeros where there is nothing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from made_logs import at, made_engine, row
from made_shop import END
from parcours.errors import QueryError
from parcours.journeys.lifecycle import LifecycleDocument
from parcours.maps.lifecycle_map import TREND_PERIODS, frame, in_words, measure
from parcours.maps.measured import LAPSED, NEW, MeasuredLifecycle, Span
from parcours.measures.engine import LocalEngine
from parcours.settings import Settings
from parcours.timelines.calendar import Calendar, Unit
from parcours.timelines.matchers import Rule
from parcours.values import Duration

HORIZON = Duration.parse("60d")
SETTINGS = Settings(title="Shop", zone="Europe/Paris", source="made up", simulated=True)


def measured(document: LifecycleDocument, engine: LocalEngine, **given: Any) -> MeasuredLifecycle:
    return measure(document, engine, SETTINGS, **({"horizon": HORIZON} | given))


PERIODS: list[dict[str, Any]] = [
    {}, {"period": date(2026, 4, 10)}, {"unit": "week"}, {"unit": "day", "period": date(2026, 3, 29)},
    {"unit": "quarter"}, {"unit": "year"}, {"as_of_us": at("2026-05-05")}, {"period": date(2026, 1, 1)},
]  # fmt: skip


@pytest.mark.parametrize("given", PERIODS, ids=str)
def test_flows_reconcile_with_every_size(
    given: dict[str, Any], document: LifecycleDocument, engine: LocalEngine
) -> None:
    found = measured(document, engine, **given)
    into = {stage.id: 0 for stage in found.stages} | {LAPSED: 0}
    out = dict(into) | {NEW: 0}
    for flow in found.flows:
        assert flow.customers > 0
        into[flow.target] += flow.customers
        out[flow.source] += flow.customers
    for stage in found.stages:
        assert (stage.entered, stage.left) == (into[stage.id], out[stage.id])
        assert stage.change == stage.entered - stage.left
        assert stage.trend[-1] == stage.size
        if len(stage.trend) > 1:
            assert stage.trend[-1] - stage.trend[-2] == stage.change
        assert len(stage.trend) == len(found.trend_periods)
    assert found.lapsed_change == into[LAPSED] - out[LAPSED]
    assert found.lapsed_trend[-1] == found.lapsed
    assert found.trend_periods[-1] == found.period == found.growth[-1].span
    assert len(found.lapsed_trend) == len(found.trend_periods) == len(found.growth) <= TREND_PERIODS


@pytest.mark.parametrize("given", PERIODS, ids=str)
def test_shares_sum_to_one(given: dict[str, Any], document: LifecycleDocument, engine: LocalEngine) -> None:
    found = measured(document, engine, **given)
    shares = [stage.share for stage in found.stages if stage.share is not None]
    assert len(shares) in {0, 3}
    assert not shares or sum(shares) == pytest.approx(1)
    for stage in found.stages:
        for counts in (stage.entry_channels, stage.next_after_lapse):
            assert sum(count.share for count in counts) == pytest.approx(1 if counts else 0)
            assert all(count.customers > 0 for count in counts)
        assert sum(count.customers for count in stage.entry_channels) == stage.entered


def test_words_and_figures_stand_together(document: LifecycleDocument, engine: LocalEngine) -> None:
    found = measured(document, engine)
    assert (found.title, found.workspace, found.source, found.simulated) == (
        "Our customers",
        "Shop",
        "made up",
        True,
    )
    assert (found.zone, found.unit, found.horizon_days) == ("Europe/Paris", "month", 60)
    aware, buyer, loyal = found.stages
    assert (aware.id, aware.title, aware.purpose, aware.channels) == (
        "aware",
        "Awareness",
        "They hear of us.",
        ("ads", "e-mail"),
    )
    assert [(one.text, one.verdict) for one in aware.strategies] == [
        ("Billboards", "in_use"),
        ("Coupons", "works"),
    ]
    assert (aware.enter, aware.lapse_after_days, loyal.lapse_after_days) == ("visit", 45, None)
    assert loyal.enter == "{event: order, count: {gte: 3}, within: 120d}"
    assert found.growth_events == ("order", "visit")
    assert aware.advance is not None
    assert aware.advance.low <= aware.advance.value <= aware.advance.high
    assert aware.lapse is not None
    assert 0 < aware.advance.value + aware.lapse.value <= 1
    assert (loyal.advance is not None, loyal.lapse is not None) == (True, True)
    assert buyer.stays >= buyer.unfinished > 0


def test_the_map_counts_what_its_instant_has_seen(document: LifecycleDocument, engine: LocalEngine) -> None:
    whole, early = measured(document, engine), measured(document, engine, as_of_us=at("2026-02-10"))
    assert whole.customers == engine.timelines.customer_count()
    assert whole.events == engine.timelines.log.event_count()
    assert 0 < early.customers < whole.customers
    assert 0 < early.events < whole.events
    assert early.data_until.date() == date(2026, 2, 10)


UNITS: list[tuple[Unit, Span]] = [
    ("day", Span(date(2026, 5, 19), date(2026, 5, 19))),
    ("week", Span(date(2026, 5, 11), date(2026, 5, 17))),
    ("month", Span(date(2026, 4, 1), date(2026, 4, 30))),
    ("quarter", Span(date(2026, 1, 1), date(2026, 3, 31))),
    ("year", Span(date(2025, 1, 1), date(2025, 12, 31))),
]


@pytest.mark.parametrize(("unit", "expected"), UNITS)
def test_the_last_complete_period_is_shown(unit: Unit, expected: Span) -> None:
    span = (at("2025-11-05T10:00"), at("2026-05-20T15:00"))
    assert frame(Calendar(), span, unit, None, None).period == expected


def test_a_period_that_ends_with_the_data_is_complete() -> None:
    def shown(last: str) -> Span:
        return frame(Calendar("Europe/Paris"), (at("2026-01-10"), at(last)), "month", None, None).period

    assert shown("2026-04-30T12:00") == Span(date(2026, 4, 1), date(2026, 4, 30))
    assert shown("2026-04-30T21:59") == shown("2026-04-30T22:01") == Span(date(2026, 4, 1), date(2026, 4, 30))
    assert shown("2026-04-29T12:00") == Span(date(2026, 3, 1), date(2026, 3, 31))


def test_the_only_period_is_shown_though_it_is_not_over() -> None:
    found = frame(Calendar(), (at("2026-05-02"), at("2026-05-20")), "month", None, None)
    assert found.period == Span(date(2026, 5, 1), date(2026, 5, 31))
    assert len(found.trend) == 1


def test_the_trend_is_a_year_of_periods_or_what_there_is() -> None:
    span = (at("2024-01-15"), at("2026-05-20"))
    long = frame(Calendar(), span, "month", date(2026, 3, 5), None)
    assert (len(long.trend), long.trend.starts[0]) == (TREND_PERIODS, date(2025, 4, 1))
    short = frame(Calendar(), span, "month", date(2024, 3, 5), None)
    assert short.trend.starts == (date(2024, 1, 1), date(2024, 2, 1), date(2024, 3, 1))


@pytest.mark.parametrize("day", [date(2025, 12, 31), date(2026, 5, 21), date.min, date.max])
def test_a_period_outside_the_data_is_refused(day: date) -> None:
    with pytest.raises(QueryError, match="outside the data, which runs from 2026-01-10 to 2026-05-20"):
        frame(Calendar(), (at("2026-01-10"), at("2026-05-20")), "month", day, None)


def test_a_period_that_the_data_begins_in_is_not_outside() -> None:
    found = frame(Calendar(), (at("2026-01-10"), at("2026-05-20")), "month", date(2026, 1, 1), None)
    assert found.period.first == date(2026, 1, 1)


def test_an_instant_before_all_data_gives_zeros(document: LifecycleDocument, engine: LocalEngine) -> None:
    found = measured(document, engine, as_of_us=at("2020-02-10"))
    assert (found.customers, found.events, found.flows) == (0, 0, ())
    assert [stage.size for stage in found.stages] == [0, 0, 0]


@pytest.mark.parametrize("unit", ["day", "week", "month", "quarter", "year"])
def test_an_empty_log_gives_zeros_with_the_stages(
    unit: Unit, document: LifecycleDocument, empty_engine: LocalEngine
) -> None:
    found = measured(document, empty_engine, unit=unit)
    assert [(stage.id, stage.size, stage.share) for stage in found.stages] == [
        ("aware", 0, None), ("buyer", 0, None), ("loyal", 0, None),
    ]  # fmt: skip
    for stage in found.stages:
        assert {stage.advance, stage.lapse, stage.median_stay_days, stage.median_days_to_advance} == {None}
    assert (found.customers, found.events, found.lapsed, found.flows) == (0, 0, 0, ())
    assert (found.period, found.data_until, found.trend_periods, found.growth) == (None, None, (), ())
    assert [stage.trend for stage in found.stages] == [(), (), ()]


def test_the_horizon_decides_the_shares(document: LifecycleDocument, engine: LocalEngine) -> None:
    shares = []
    for horizon in ("1d", "20d", "400d"):
        advance = measured(document, engine, horizon=Duration.parse(horizon)).stages[0].advance
        assert advance is not None
        shares.append(advance.value)
    assert shares == sorted(shares)
    assert shares[0] < shares[2]


def test_twenty_years_of_data_are_measured(document: LifecycleDocument, tmp_path: Path) -> None:
    engine = made_engine(tmp_path, [row("ann", "2006-01-01", "visit"), row("bob", "2026-05-31", "order")])
    found = measured(document, engine)
    assert found.period == Span(date(2026, 5, 1), date(2026, 5, 31))
    assert [stage.stays for stage in found.stages] == [1, 1, 0]
    assert found.lapsed == 1


def test_rules_in_words() -> None:
    rules = [
        Rule.model_validate(one)
        for one in (
            {"event": "visit"},
            {"event": ["a", "b"]},
            {"event": "order", "where": {"value": {"gte": 5}}},
        )
    ]
    assert in_words(rules[:1]) == "visit"
    assert in_words(rules[:2]) == "visit | {event: [a, b]}"
    assert in_words(rules[2:]) == "{event: order, where: {value: {gte: 5}}}"


def test_the_last_event_may_come_at_the_end_of_the_shop(
    document: LifecycleDocument, engine: LocalEngine
) -> None:
    assert measured(document, engine, as_of_us=END).period == Span(date(2026, 6, 1), date(2026, 6, 30))

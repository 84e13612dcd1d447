"""Realistic measured lifecycles, and a browser to open their pages in."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from parcours.maps.measured import (
    LAPSED,
    NEW,
    Count,
    Flow,
    GrowthPeriod,
    MeasuredLifecycle,
    MeasuredStage,
    Span,
    Strategy,
)
from parcours.values import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def months(last: date, count: int) -> tuple[Span, ...]:
    """The ``count`` calendar months that end with the one of ``last``."""
    spans: list[Span] = []
    first = last.replace(day=1)
    for _ in range(count):
        following = (first + timedelta(days=32)).replace(day=1)
        spans.append(Span(first, following - timedelta(days=1)))
        first = (first - timedelta(days=1)).replace(day=1)
    return tuple(reversed(spans))


def counts(**named: int) -> tuple[Count, ...]:
    """Counts with their shares; the name ``none`` is nothing seen, or no channel."""
    total = sum(named.values())
    return tuple(Count("" if name == "none" else name, n, n / total) for name, n in named.items())


def share(value: float, half: float, n: int) -> Estimate:
    return Estimate(value, max(value - half, 0.0), min(value + half, 1.0), n)


def trend(last: int, growth: float, count: int = 12) -> tuple[int, ...]:
    """Sizes that grew by ``growth`` over the whole run, a little bumpy, ending at ``last``."""
    bumps = (0, 3, 11, 5, 7, 10, 12, 11, 13, 8, 4, 0)
    return tuple(
        round(last / (1 + growth) ** ((count - 1 - at) / (count - 1)) * (1 + bumps[at % 12] / 100))
        if at < count - 1
        else last
        for at in range(count)
    )


def stage(name: str, flows: Sequence[Flow], size: int, **changes: object) -> MeasuredStage:
    """A stage whose entries and exits follow from the flows."""
    entered = sum(flow.customers for flow in flows if flow.target == name)
    left = sum(flow.customers for flow in flows if flow.source == name)
    values: dict[str, object] = {
        "id": name,
        "title": name.capitalize(),
        "purpose": "",
        "enter": "event is page_viewed",
        "lapse_after_days": 90.0,
        "size": size,
        "share": None,
        "change": entered - left,
        "entered": entered,
        "left": left,
        "trend": (),
        "advance": None,
        "lapse": None,
        "median_days_to_advance": None,
        "median_stay_days": None,
        "stays": 0,
        "unfinished": 0,
        "next_after_lapse": (),
        "entry_channels": (),
        "channels": (),
        "strategies": (),
    }
    return MeasuredStage(**(values | changes))  # type: ignore[arg-type]


def lifecycle(stages: Sequence[MeasuredStage], flows: Sequence[Flow], **changes: object) -> MeasuredLifecycle:
    """A lifecycle whose shares follow from the sizes."""
    standing = sum(stage.size for stage in stages)
    shared = tuple(_with_share(stage, standing) for stage in stages)
    periods = months(date(2026, 10, 31), 12)
    lapsed = sum(flow.customers for flow in flows if flow.target == LAPSED)
    back = sum(flow.customers for flow in flows if flow.source == LAPSED)
    trends = {len(stage.trend) for stage in stages}
    length = trends.pop() if len(trends) == 1 else 0
    values: dict[str, object] = {
        "title": "Customer lifecycle",
        "workspace": "Maison Orme",
        "simulated": False,
        "source": "",
        "zone": "Europe/Paris",
        "unit": "month",
        "period": periods[-1],
        "data_until": datetime(2026, 10, 31, 22, 59, tzinfo=UTC),
        "customers": standing,
        "events": 10 * standing,
        "horizon_days": 180.0,
        "stages": shared,
        "flows": tuple(flows),
        "lapsed": 0,
        "lapsed_change": lapsed - back,
        "trend_periods": periods[-length:] if length else (),
        "lapsed_trend": (0,) * length,
        "growth_unit": "month",
        "growth": (),
        "growth_events": (),
    }
    return MeasuredLifecycle(**(values | changes))  # type: ignore[arg-type]


def _with_share(stage: MeasuredStage, standing: int) -> MeasuredStage:
    from dataclasses import replace

    return replace(stage, share=stage.size / standing) if standing else stage


def growth_periods(base: int, count: int = 12) -> tuple[GrowthPeriod, ...]:
    periods = months(date(2026, 10, 31), count)
    bumps = (0, 2, 9, 4, 5, 8, 9, 8, 10, 12, 15, 3)
    return tuple(
        GrowthPeriod(
            span,
            new=round(base * (0.42 + bumps[at % 12] / 100)),
            returning=round(base * (0.9 + at / 40)),
            resurrected=round(base * (0.11 + bumps[(at + 3) % 12] / 300)),
            dormant=round(base * (0.38 + bumps[(at + 5) % 12] / 120)),
            complete=at < count - 1,
        )
        for at, span in enumerate(periods)
    )


def five_stage_shop() -> MeasuredLifecycle:
    """A shop as in the drawing rules: five stages, every kind of flow, one drop clearly worst."""
    flows = (
        Flow(NEW, "awareness", 23_600),
        Flow(NEW, "consideration", 1_450),
        Flow(NEW, "purchase", 380),
        Flow("awareness", "consideration", 10_900),
        Flow("awareness", "purchase", 520),
        Flow("awareness", LAPSED, 11_600),
        Flow("consideration", "purchase", 5_480),
        Flow("consideration", LAPSED, 8_030),
        Flow("purchase", "retention", 3_410),
        Flow("purchase", "advocacy", 130),
        Flow("purchase", LAPSED, 1_790),
        Flow("retention", "advocacy", 1_460),
        Flow("retention", LAPSED, 1_640),
        Flow("advocacy", LAPSED, 720),
        Flow(LAPSED, "awareness", 1_150),
        Flow(LAPSED, "consideration", 890),
        Flow(LAPSED, "purchase", 460),
        Flow(LAPSED, "retention", 310),
        Flow(LAPSED, "advocacy", 45),
    )
    stages = (
        stage(
            "awareness", flows, 18_640,
            purpose="People who have met the shop for the first time.",
            enter="event is ad_clicked or site_visited",
            trend=trend(18_640, 0.3),
            advance=share(0.489, 0.003, 212_400), lapse=share(0.406, 0.003, 212_400),
            median_days_to_advance=3.4, median_stay_days=6.1, lapse_after_days=30.0,
            stays=212_400, unfinished=18_640,
            next_after_lapse=counts(none=8_584, ad_clicked=1_972, email_opened=1_044),
            entry_channels=counts(search=9_405, social=5_940, referral=2_228, email=1_980, none=5_197),
            channels=("Search", "Social", "Referral link"),
            strategies=(Strategy("Gift-search ads", "works"), Strategy("Display retargeting", "must_improve")),
        ),
        stage(
            "consideration", flows, 19_870,
            purpose="They look at products and compare.",
            enter="event is product_viewed, count at least 2 within 30d",
            trend=trend(19_870, 0.2),
            advance=share(0.402, 0.004, 121_900), lapse=share(0.461, 0.004, 121_900),
            median_days_to_advance=8.6, median_stay_days=13.0, lapse_after_days=45.0,
            stays=121_900, unfinished=19_870,
            next_after_lapse=counts(none=4_176, email_opened=2_489, site_visited=1_365),
            entry_channels=counts(email=5_826, product_pages=4_104, reviews=1_589, none=1_721),
            channels=("E-mail", "Product pages"),
            strategies=(
                Strategy("Welcome series", "works"),
                Strategy("Comparison page", "must_improve"),
                Strategy("Wish list", "in_use"),
            ),
        ),
        stage(
            "purchase", flows, 16_420,
            purpose="They have ordered once.",
            enter="first order_completed",
            trend=trend(16_420, 0.65),
            advance=share(0.317, 0.005, 64_300), lapse=share(0.581, 0.005, 64_300),
            median_days_to_advance=38.0, median_stay_days=47.0, lapse_after_days=90.0,
            stays=64_300, unfinished=16_420,
            next_after_lapse=counts(email_opened=788, none=590, order_returned=412),
            entry_channels=counts(web_shop=4_309, app=1_505, shop=1_026),
            channels=("Web shop", "App", "Shop"),
            strategies=(Strategy("€10 credit for next order", "works"), Strategy("Thank-you message", "must_improve")),
        ),
        stage(
            "retention", flows, 31_250,
            purpose="They order again.",
            enter="event is order_completed, count at least 2",
            trend=trend(31_250, 0.1),
            advance=share(0.249, 0.006, 33_800), lapse=share(0.273, 0.006, 33_800),
            median_days_to_advance=121.0, median_stay_days=214.0, lapse_after_days=180.0,
            stays=33_800, unfinished=31_250,
            next_after_lapse=counts(email_opened=787, none=476, support_contacted=377),
            entry_channels=counts(email=1_525, app=1_228, loyalty_club=670, none=297),
            channels=("E-mail", "App", "Loyalty club"),
            strategies=(Strategy("Loyalty points", "works"), Strategy("Reorder reminder", "must_improve")),
        ),
        stage(
            "advocacy", flows, 9_480,
            purpose="They bring others.",
            enter="event is referral_sent or review_posted",
            trend=trend(9_480, 0.4),
            lapse=share(0.312, 0.01, 9_900), median_stay_days=286.0, lapse_after_days=365.0,
            stays=9_900, unfinished=9_480,
            next_after_lapse=counts(email_opened=439, none=281),
            entry_channels=counts(referral=785, reviews=572, social=278),
            channels=("Referral link", "Reviews"),
            strategies=(Strategy("Reward for both friends", "works"), Strategy("Asking for a review", "must_improve")),
        ),
    )  # fmt: skip
    return lifecycle(
        stages,
        flows,
        simulated=True,
        source="simulated by Parcours, seed 7; no licence needed",
        customers=243_920,
        events=3_104_118,
        lapsed=148_260,
        lapsed_trend=trend(148_260, 1.4),
        growth=growth_periods(21_000),
        growth_events=("order_completed", "site_visited"),
    )


BUILDERS: dict[str, Callable[[], MeasuredLifecycle]] = {"shop": five_stage_shop}


@pytest.fixture(scope="session")
def shop() -> MeasuredLifecycle:
    return five_stage_shop()

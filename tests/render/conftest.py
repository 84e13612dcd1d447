"""Realistic measured lifecycles, and a browser to open their pages in."""

from __future__ import annotations

import shutil
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from parcours.maps.measured import (
    LAPSED,
    NEW,
    Cohort,
    CohortCell,
    Count,
    Flow,
    FunnelStep,
    GrowthPeriod,
    MainFunnel,
    MeasuredLifecycle,
    MeasuredStage,
    RetentionTriangle,
    Span,
    Strategy,
)
from parcours.render.lifecycle_page import render
from parcours.stats.proportions import wilson
from parcours.values import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from playwright.sync_api import Browser, Dialog, Page

    from parcours.render.words import Language
    from parcours.timelines.calendar import Unit


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


def stage(name: str, flows: Sequence[Flow], size: int, **changes: Any) -> MeasuredStage:
    """A stage whose entries and exits follow from the flows."""
    entered = sum(flow.customers for flow in flows if flow.target == name)
    left = sum(flow.customers for flow in flows if flow.source == name)
    nothing_listed = {field.name: () for field in fields(MeasuredStage)}
    values: dict[str, Any] = nothing_listed | {
        "id": name,
        "title": name.capitalize(),
        "purpose": "",
        "enter": "event is page_viewed",
        "details": None,
        "lapse_after_days": 90.0,
        "size": size,
        "share": None,
        "change": entered - left,
        "entered": entered,
        "left": left,
        "advance": None,
        "lapse": None,
        "median_days_to_advance": None,
        "median_stay_days": None,
        "stays": 0,
        "unfinished": 0,
    }
    return MeasuredStage(**(values | changes))


def lifecycle(stages: Sequence[MeasuredStage], flows: Sequence[Flow], **changes: Any) -> MeasuredLifecycle:
    """A lifecycle whose shares follow from the sizes."""
    standing = sum(stage.size for stage in stages)
    shared = tuple(_with_share(stage, standing) for stage in stages)
    periods = months(date(2026, 10, 31), 12)
    lapsed = sum(flow.customers for flow in flows if flow.target == LAPSED)
    back = sum(flow.customers for flow in flows if flow.source == LAPSED)
    trends = {len(stage.trend) for stage in stages}
    length = trends.pop() if len(trends) == 1 else 0
    values: dict[str, Any] = {
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
    return MeasuredLifecycle(**(values | changes))


def _with_share(stage: MeasuredStage, standing: int) -> MeasuredStage:
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


def paths(lapsed: int, **named: int) -> tuple[Count, ...]:
    """The most frequent last steps of ``lapsed`` customers; ``__`` is an arrow, ``more`` what was before."""
    return tuple(
        Count(name.replace("more", "…").replace("__", " → "), n, n / lapsed) for name, n in named.items()
    )


def funnel(
    *steps: tuple[str, int, int, int], instead: Sequence[Count] = (), window: float = 14.0
) -> MainFunnel:
    """A funnel of steps with their customers, dropped and open; ``instead`` is of the first step."""
    first = steps[0][1]
    before = [first, *(step[1] for step in steps)]
    return MainFunnel(
        window,
        tuple(
            FunnelStep(
                name=name,
                customers=customers,
                share=wilson(customers, first) if first else None,
                share_before=wilson(customers, before[number]) if before[number] else None,
                dropped=dropped,
                open=unfinished,
                median_days=0.4 * number if number and customers else None,
                did_instead=() if number else tuple(instead),
            )
            for number, (name, customers, dropped, unfinished) in enumerate(steps)
        ),
    )


def triangle(
    spans: Sequence[Span],
    sizes: Sequence[int],
    first: float,
    unit: Unit = "month",
    back: str = "order_completed",
) -> RetentionTriangle:
    """Cohorts of which a share ``first`` is back in the next period, and fewer later; the newest period is not over."""
    cohorts = []
    for row, (span, customers) in enumerate(zip(spans, sizes, strict=True)):
        cells = []
        for period in range(1, len(spans) - row):
            returned = round(customers * first * 0.9**period)
            cells.append(CohortCell(returned, wilson(returned, customers), period < len(spans) - row - 1))
        cohorts.append(Cohort(span, customers, tuple(cells)))
    return RetentionTriangle(unit, ("order_completed",), (back,), tuple(cohorts))


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
            enter="ad_clicked | site_visited",
            trend=trend(18_640, 0.3),
            advance=share(0.489, 0.003, 212_400), lapse=share(0.406, 0.003, 212_400),
            median_days_to_advance=3.4, median_stay_days=6.1, lapse_after_days=30.0,
            stays=212_400, unfinished=18_640,
            next_after_lapse=counts(none=8_584, ad_clicked=1_972, email_opened=1_044),
            last_before_lapse=paths(86_000, site_visited=41_200, ad_clicked__site_visited=9_100,
                                    more__site_visited__ad_clicked__site_visited=8_700, ad_clicked=2_000),
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
            last_before_lapse=paths(37_300, more__order_completed__email_sent__email_sent=19_000,
                                    order_completed__order_returned=18_300),
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
        funnel=funnel(
            ("site_visited", 24_860, 6_180, 40),
            ("product_viewed", 18_640, 10_760, 60),
            ("product_added", 7_820, 4_340, 70),
            ("order_completed", 3_410, 0, 0),
            instead=counts(none=4_020, ad_clicked=980, site_visited=710, email_opened=300, page_viewed=210),
        ),
        retention=triangle(
            months(date(2026, 10, 31), 12),
            (4_050, 4_120, 4_300, 4_410, 4_610, 4_720, 4_850, 5_060, 5_190, 5_440, 5_712, 6_380),
            0.27,
        ),
    )


def tiny_shop() -> MeasuredLifecycle:
    """Three stages and a handful of customers: counts only, everything hatched."""
    flows = (
        Flow(NEW, "visit", 12),
        Flow("visit", "order", 4),
        Flow("visit", LAPSED, 6),
        Flow("order", "return", 1),
        Flow(LAPSED, "visit", 1),
    )
    stages = (
        stage(
            "visit", flows, 9, title="Visit", trend=(2, 4, 6, 9), stays=24, unfinished=9,
            advance=share(0.25, 0.2, 24), lapse=share(0.4, 0.2, 24), median_stay_days=0.2,
            entry_channels=counts(search=7, none=5), next_after_lapse=counts(none=4, site_visited=2),
            last_before_lapse=paths(9, page_viewed=5, page_viewed__ad_clicked=3),
        ),
        stage(
            "order", flows, 5, title="First order", trend=(0, 1, 2, 5), stays=6, unfinished=5,
            advance=share(0.2, 0.2, 6), lapse=share(0, 0.4, 6), median_days_to_advance=0.01,
        ),
        stage("return", flows, 1, title="Coming back", trend=(0, 0, 0, 1), stays=1, unfinished=1,
              lapse_after_days=None),
    )  # fmt: skip
    return lifecycle(
        stages,
        flows,
        workspace="Atelier",
        lapsed=5,
        lapsed_trend=(0, 0, 0, 5),
        funnel=funnel(
            ("visit", 12, 6, 2), ("order", 4, 3, 0), ("again", 1, 0, 0), instead=counts(none=5, visit=3)
        ),
        retention=triangle(months(date(2026, 10, 31), 4), (0, 3, 5, 4), 0.4),
    )


def empty_log() -> MeasuredLifecycle:
    stages = tuple(stage(name, (), 0) for name in ("awareness", "consideration", "purchase"))
    return lifecycle(
        stages,
        (),
        workspace="New shop",
        events=0,
        customers=0,
        period=None,
        data_until=None,
        trend_periods=(),
        lapsed_trend=(),
        growth=(),
        funnel=funnel(("visit", 0, 0, 0), ("order", 0, 0, 0)),
        retention=RetentionTriangle("month", (), (), ()),
    )


def one_stage() -> MeasuredLifecycle:
    flows = (Flow(NEW, "member", 410), Flow("member", LAPSED, 160), Flow(LAPSED, "member", 35))
    only = stage(
        "member", flows, 2_950, title="Member", trend=trend(2_950, 0.3), stays=3_600, unfinished=2_950,
        lapse=share(0.21, 0.014, 3_600), median_stay_days=None, lapse_after_days=60.0,
        next_after_lapse=counts(none=120, email_opened=40), entry_channels=counts(desk=300, web=110),
        strategies=(Strategy("Welcome call", "in_use"),),
    )  # fmt: skip
    return lifecycle((only,), flows, workspace="Gym", lapsed=640, lapsed_trend=trend(640, 0.9))


def seven_stages() -> MeasuredLifecycle:
    """Too many to stand side by side: the vertical drawing at every width."""
    names = ("awareness", "consideration", "decision", "purchase", "experience", "loyalty", "promotion")
    flows = [
        Flow(NEW, names[0], 8_000),
        Flow(NEW, names[2], 600),
        Flow(names[1], names[4], 240),
        Flow(names[0], names[6], 12),
    ]
    for at, name in enumerate(names):
        flows.append(Flow(name, LAPSED, 2_400 // (at + 1)))
        if at + 1 < len(names):
            flows.append(Flow(name, names[at + 1], 4_800 // (at + 1)))
        if at % 2:
            flows.append(Flow(LAPSED, name, 300 // at))
    stages = tuple(
        stage(
            name, flows, 900 * (8 - at), trend=trend(900 * (8 - at), 0.1 * at + 0.05), stays=9_000 - 1_000 * at,
            unfinished=900, lapse=share(0.62 - at / 14, 0.01, 9_000 - 1_000 * at),
            advance=share(0.3, 0.01, 9_000 - 1_000 * at) if at < 6 else None, median_stay_days=10.0 + 9 * at,
            median_days_to_advance=4.0 + 5 * at, channels=("Search", "E-mail"),
            entry_channels=counts(search=400, email=120, none=33), next_after_lapse=counts(none=300, email_opened=77),
        )
        for at, name in enumerate(names)
    )  # fmt: skip
    weeks = tuple(
        Span(date(2026, 8, 3) + timedelta(weeks=at), date(2026, 8, 9) + timedelta(weeks=at))
        for at in range(12)
    )
    return lifecycle(
        stages,
        flows,
        lapsed=21_000,
        lapsed_trend=trend(21_000, 0.6),
        growth=growth_periods(3_000),
        funnel=funnel(
            *((name, 7_000 - 1_000 * at, 995, 5) for at, name in enumerate(names[:6])),
            (names[6], 1_000, 0, 0),
        ),
        retention=triangle(weeks, (29, *range(30, 41)), 0.5, unit="week", back="email_opened"),
    )


def six_stages() -> MeasuredLifecycle:
    """As many as stand side by side, with many leaps."""
    names = ("visitor", "lead", "trial", "customer", "regular", "champion")
    flows = [
        Flow(NEW, "visitor", 5_200), Flow(NEW, "lead", 700), Flow(NEW, "customer", 310),
        Flow("visitor", "trial", 420), Flow("visitor", "customer", 260), Flow("lead", "customer", 510),
        Flow("lead", "regular", 40), Flow("trial", "regular", 22), Flow("trial", "champion", 8),
        Flow("customer", "champion", 95),
    ]  # fmt: skip
    for at, name in enumerate(names):
        flows.append(Flow(name, LAPSED, 1_900 // (at + 1)))
        flows.append(Flow(LAPSED, name, 420 // (at + 1)))
        if at + 1 < len(names):
            flows.append(Flow(name, names[at + 1], 2_300 // (at + 1)))
    stages = tuple(
        stage(
            name, flows, 1_200 * (7 - at), trend=trend(1_200 * (7 - at), 0.2), stays=7_000, unfinished=1_200,
            lapse=share(0.31, 0.01, 7_000), advance=share(0.44, 0.01, 7_000) if at < 5 else None,
            median_stay_days=12.0 * (at + 1), median_days_to_advance=9.0, channels=("Search",),
            entry_channels=counts(search=400, email=120), next_after_lapse=counts(none=300, support_contacted=77),
        )
        for at, name in enumerate(names)
    )  # fmt: skip
    return lifecycle(stages, flows, title="B2B lifecycle", lapsed=9_000, lapsed_trend=trend(9_000, 0.6))


def skewed() -> MeasuredLifecycle:
    """One flow a thousand times the others, and numbers of eight digits."""
    flows = (
        Flow(NEW, "reach", 12_345_678),
        Flow("reach", "visit", 12_300),
        Flow("reach", LAPSED, 11_900),
        Flow("visit", "order", 9),
        Flow("visit", LAPSED, 8_000),
        Flow(LAPSED, "reach", 31),
    )
    stages = (
        stage("reach", flows, 87_654_321, trend=trend(87_654_321, 0.2), stays=90_000_000, unfinished=87_654_321,
              advance=share(0.001, 0.0001, 90_000_000), lapse=share(0.002, 0.0001, 90_000_000), lapse_after_days=400.0),
        stage("visit", flows, 40_000, trend=trend(40_000, 0.2), stays=51_000, unfinished=40_000,
              advance=share(0.0004, 0.0001, 51_000), lapse=share(0.33, 0.004, 51_000), median_stay_days=700.0),
        stage("order", flows, 90, trend=trend(90, 2.0), stays=97, unfinished=90, lapse=share(0.0, 0.02, 97)),
    )  # fmt: skip
    return lifecycle(stages, flows, customers=99_999_999, lapsed=123_456, lapsed_trend=trend(123_456, 0.2))


def grocery() -> MeasuredLifecycle:
    """Households of a grocer: most are regulars at once, few lapse, many skip."""
    flows = (
        Flow(NEW, "mailed", 61),
        Flow(NEW, "shopper", 34),
        Flow(NEW, "regular", 228),
        Flow("mailed", "redeemer", 19),
        Flow("mailed", "regular", 44),
        Flow("mailed", "devoted", 37),
        Flow("mailed", LAPSED, 3),
        Flow("shopper", "regular", 96),
        Flow("shopper", "redeemer", 12),
        Flow("shopper", "devoted", 31),
        Flow("shopper", LAPSED, 41),
        Flow("regular", "redeemer", 58),
        Flow("regular", "devoted", 77),
        Flow("regular", LAPSED, 29),
        Flow("redeemer", "devoted", 40),
        Flow(LAPSED, "shopper", 17),
        Flow(LAPSED, "regular", 22),
    )
    stages = (
        stage("mailed", flows, 112, trend=trend(112, 0.5), stays=320, unfinished=112, lapse=share(0.08, 0.03, 320),
              advance=share(0.61, 0.05, 320), median_days_to_advance=21.0, median_stay_days=24.0,
              next_after_lapse=counts(none=3), entry_channels=counts(mail=61)),
        stage("shopper", flows, 402, trend=trend(402, 0.1), stays=1_120, unfinished=402, lapse=share(0.34, 0.03, 1_120),
              advance=share(0.42, 0.03, 1_120), median_days_to_advance=60.0, median_stay_days=44.0,
              next_after_lapse=counts(none=21, basket_paid=20), entry_channels=counts(none=51)),
        stage("regular", flows, 1_034, trend=trend(1_034, 0.2), stays=2_300, unfinished=1_034,
              lapse=share(0.14, 0.02, 2_300), advance=share(0.37, 0.02, 2_300), median_stay_days=130.0,
              lapse_after_days=60.0,
              next_after_lapse=counts(none=19, basket_paid=10), entry_channels=counts(none=390)),
        stage("redeemer", flows, 208, title="Coupon redeemer", trend=trend(208, 0.9), stays=430, unfinished=208,
              lapse=share(0.05, 0.02, 430), advance=share(0.4, 0.05, 430), lapse_after_days=90.0,
              entry_channels=counts(coupon=89)),
        stage("devoted", flows, 640, trend=trend(640, 1.2), stays=700, unfinished=640, lapse=share(0.0, 0.005, 700),
              lapse_after_days=None, entry_channels=counts(none=185)),
    )  # fmt: skip
    return lifecycle(
        stages,
        flows,
        title="Grocery lifecycle",
        workspace="Complete Journey",
        source="Complete Journey, provided by 84.51°, CC0",
        customers=2_469,
        events=251_340,
        lapsed=73,
        lapsed_trend=trend(73, 0.3),
        growth=growth_periods(1_300),
        growth_events=("basket_paid",),
        funnel=funnel(
            ("campaign_received", 745, 374, 175),
            ("coupon_redeemed", 196, 0, 0),
            ("basket_paid", 196, 0, 0),
            instead=counts(basket_paid=534, campaign_received=13, none=2),
            window=56.0,
        ),
    )


def hostile() -> MeasuredLifecycle:
    """Names that try to break out of the page, out of their columns, or out of the alphabet."""
    flows = (
        Flow(NEW, "one", 5_000),
        Flow("one", "two", 2_000),
        Flow("one", "three", 300),
        Flow("one", LAPSED, 900),
        Flow("two", "three", 700),
        Flow("two", LAPSED, 800),
        Flow(LAPSED, "two", 90),
    )
    titles = (
        "<script>alert('x')</script> & \"quotes\"",
        "مرحلة الشراء 🛒 التسوق",
        "A stage whose name goes on for quite some sixty characters!",
    )
    stages = tuple(
        stage(
            name, flows, 1_000 + at, title=title, stays=4_000, unfinished=900,
            purpose="<img src=x onerror=alert(1)> {braces} %s",
            enter="event is <b>\"order\"</b> and " + "x" * 90, lapse=share(0.3 + at / 20, 0.02, 4_000),
            advance=share(0.4, 0.02, 4_000), trend=trend(1_000 + at, 0.3),
            next_after_lapse=counts(**{"<script>": 40, "日本語の出来事": 30, LONG_EVENT: 9}),
            last_before_lapse=paths(99, **{f"more__<b>__{LONG_EVENT}__日本語": 40, LONG_EVENT * 2: 30}),
            entry_channels=counts(**{"</style>": 40, "🙂 emoji": 25, "{channel}": 10}),
            channels=("<i>", "W" * 60), strategies=(Strategy("</section>" + "y" * 70, "works"),),
        )
        for at, (name, title) in enumerate(zip(("one", "two", "three"), titles, strict=True))
    )  # fmt: skip
    return lifecycle(
        stages,
        flows,
        title="@font-data@ <title>",
        workspace="</title><script>alert(2)</script>",
        source='<a href="http://example.org">x</a> ' + "z" * 200,
        lapsed=300,
        lapsed_trend=trend(300, 0.3),
        growth=growth_periods(90),
        growth_events=("<b>", "paid"),
        funnel=funnel(
            ("<i>" + LONG_EVENT, 300, 250, 20),
            ("مرحلة", 30, 29, 1),
            ("</li>", 0, 0, 0),
            instead=counts(**{"<script>": 200, LONG_EVENT: 70}),
        ),
        retention=triangle(months(date(2026, 10, 31), 3), (31, 40, 50), 0.0, back="<u>" + LONG_EVENT),
    )


LONG_EVENT = "an_event_with_a_name_of_more_than_sixty_characters_in_it_really"

BUILDERS: dict[str, Callable[[], MeasuredLifecycle]] = {
    "shop": five_stage_shop,
    "tiny": tiny_shop,
    "empty": empty_log,
    "one": one_stage,
    "six": six_stages,
    "seven": seven_stages,
    "skewed": skewed,
    "grocery": grocery,
    "hostile": hostile,
}


@pytest.fixture(scope="session")
def shop() -> MeasuredLifecycle:
    return five_stage_shop()


CHROMIUM = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(params=sorted(BUILDERS))
def any_lifecycle(request: pytest.FixtureRequest) -> MeasuredLifecycle:
    """Each of the lifecycles in turn."""
    return BUILDERS[request.param]()


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """One headless Chromium for all tests of the session."""
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    assert program, "these tests need Chromium: install the package chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def page_files(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Language], Path]:
    """The page of a lifecycle in a language, written once."""
    folder = tmp_path_factory.mktemp("pages")

    def written(name: str, language: Language) -> Path:
        file = folder / f"{name}.{language}.html"
        if not file.exists():
            file.write_text(render(BUILDERS[name](), language=language), "utf-8")
        return file

    return written


@pytest.fixture
def open_page(
    chromium: Browser, page_files: Callable[[str, Language], Path]
) -> Iterator[Callable[..., Page]]:
    """Open a lifecycle's page; requests other than the file itself and errors on the page fail the test."""
    opened: list[Page] = []
    troubles: list[str] = []
    asked: list[str] = []
    own: list[str] = []

    def on_dialog(dialog: Dialog) -> None:
        troubles.append(dialog.message)
        dialog.dismiss()

    def opener(name: str, language: Language = "en", **context: Any) -> Page:
        file = page_files(name, language)
        page = chromium.new_page(viewport={"width": 1280, "height": 900}, **context)
        page.on("pageerror", lambda error: troubles.append(str(error)))
        page.on("dialog", on_dialog)
        page.on("request", lambda request: asked.append(request.url))
        page.goto(file.as_uri())
        opened.append(page)
        own.append(file.as_uri())
        return page

    yield opener
    for page in opened:
        page.close()
    assert troubles == []
    assert [address for address in asked if not address.startswith(("data:", *own))] == []

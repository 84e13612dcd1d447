from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

from parcours.maps.measured import Span
from parcours.render.growth_view import GrowthView, GrowthWriter
from parcours.render.lifecycle_page import render
from parcours.render.words import Words

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle


def growth_view(measured: MeasuredLifecycle) -> GrowthView:
    chart = GrowthWriter(measured, Words("en")).chart()
    assert chart is not None
    return chart.views[0]


def test_every_bar_has_its_own_title(shop: MeasuredLifecycle) -> None:
    titles = [bar.title for bar in growth_view(shop).bars]
    assert len(titles) == len(set(titles)) == 48
    assert "October 2026, new: 9,450" in titles


def test_the_year_stands_under_the_first_tick_and_where_it_changes(shop: MeasuredLifecycle) -> None:
    ticks = [(tick.text, tick.under) for tick in growth_view(shop).columns]
    assert ticks == [("Dec", "2025"), ("Feb", "2026"), ("Apr", ""), ("Jun", ""), ("Aug", ""), ("Oct", "")]


def test_a_year_of_days_stays_a_light_page(shop: MeasuredLifecycle) -> None:
    days = [date(2026, 1, 1) + timedelta(days=number) for number in range(365)]
    growth = tuple(replace(shop.growth[0], span=Span(day, day)) for day in days)
    measured = replace(shop, growth=growth, growth_unit="day")
    assert [bar.title for bar in growth_view(measured).bars] == ["returning", "resurrected", "new", "dormant"]
    assert len(render(measured)) < 500_000


def test_no_period_draws_no_chart(shop: MeasuredLifecycle) -> None:
    assert GrowthWriter(replace(shop, growth=()), Words("en")).chart() is None

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import TYPE_CHECKING

import pytest

from parcours.maps.measured import Span
from parcours.render.chart_views import AreaView, ChartWriter, GrowthView, shortened, tint
from parcours.render.lifecycle_page import render
from parcours.render.words import Words

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle


def growth_view(measured: MeasuredLifecycle) -> GrowthView:
    chart = ChartWriter(measured, Words("en")).growth()
    assert chart is not None
    view = chart.views[0]
    assert isinstance(view, GrowthView)
    return view


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


def test_areas_are_labelled_with_what_they_end_at(shop: MeasuredLifecycle) -> None:
    chart = ChartWriter(shop, Words("fr")).sizes()
    assert chart is not None
    for view in chart.views:
        assert isinstance(view, AreaView)
        assert next((area.number, area.name) for area in view.areas) == ("18\u202f640", "Awareness")
        assert [area.area.index for area in view.areas] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("strength", "dark", "light", "percent"),
    [
        (0.0, "--route-3", "--route-4", 0),
        (0.5, "--route-2", "--route-3", 50),
        (1.0, "--route", "--route-2", 100),
    ],
)
def test_tints_run_along_the_navy_family(strength: float, dark: str, light: str, percent: int) -> None:
    found = tint(strength)
    assert (found.dark, found.light, found.percent) == (dark, light, percent)


def test_nothing_measured_draws_no_chart(shop: MeasuredLifecycle) -> None:
    writer = ChartWriter(replace(shop, trend_periods=(), growth=()), Words("en"))
    assert writer.sizes() is None
    assert writer.growth() is None


def test_shortens_names() -> None:
    assert shortened("Awareness", 9) == "Awareness"
    assert shortened("Awareness stage", 9) == "Awarenes…"

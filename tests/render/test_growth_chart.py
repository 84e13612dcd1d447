from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from parcours.maps.measured import GrowthPeriod, Span
from parcours.render.growth_chart import WIDE, growth_chart

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle

MONTH = Span(date(2026, 10, 1), date(2026, 10, 31))


def test_draws_what_came_above_zero_and_what_went_below(shop: MeasuredLifecycle) -> None:
    chart = growth_chart(shop.growth, WIDE)
    assert len(chart.bars) == 4 * len(shop.growth)
    pixel = (chart.rows[0].at - chart.rows[-1].at) / (chart.rows[-1].value - chart.rows[0].value)
    for bar in chart.bars:
        assert bar.box.height == pytest.approx(bar.customers * pixel)
        assert (bar.box.y >= chart.zero) == (bar.state == "dormant")
    for number, period in enumerate(shop.growth):
        stacked = [bar.box for bar in chart.bars if bar.period == number and bar.state != "dormant"]
        assert max(box.bottom for box in stacked) == pytest.approx(chart.zero)
        active = period.new + period.returning + period.resurrected
        assert chart.zero - min(box.y for box in stacked) == pytest.approx(active * pixel)


def test_marks_the_period_that_is_not_over(shop: MeasuredLifecycle) -> None:
    chart = growth_chart(shop.growth, WIDE)
    assert {bar.period for bar in chart.bars if not bar.complete} == {11}


def test_nobody_is_no_bar() -> None:
    chart = growth_chart([GrowthPeriod(MONTH, 0, 0, 0, 0, complete=True)], WIDE)
    assert chart.bars == ()
    assert chart.zero == WIDE.bottom


def test_stays_inside_its_frame(shop: MeasuredLifecycle) -> None:
    for bar in growth_chart(shop.growth, WIDE).bars:
        assert bar.box.x >= WIDE.left
        assert bar.box.right <= WIDE.right
        assert bar.box.y >= WIDE.top - 0.01
        assert bar.box.bottom <= WIDE.bottom + 0.01

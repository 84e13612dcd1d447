from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from parcours.render.sizes_view import SizesWriter, tint
from parcours.render.words import Words

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle


def test_areas_are_labelled_with_what_they_end_at(shop: MeasuredLifecycle) -> None:
    chart = SizesWriter(shop, Words("fr")).chart()
    assert chart is not None
    for view in chart.views:
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


def test_no_period_draws_no_chart(shop: MeasuredLifecycle) -> None:
    assert SizesWriter(replace(shop, trend_periods=()), Words("en")).chart() is None

from __future__ import annotations

import re
from itertools import pairwise

import pytest

from parcours.render.area_chart import NARROW, WIDE, area_chart, sparkline


def corners(path: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def test_stacks_the_furthest_stage_at_the_bottom() -> None:
    chart = area_chart([(10, 20), (30, 30)], WIDE)
    first, last = chart.areas
    assert (first.index, last.index) == (0, 1)
    scale = (WIDE.bottom - WIDE.top) / chart.rows[-1].value
    top = WIDE.bottom - 30 * scale
    across = (WIDE.left, WIDE.right, WIDE.right, WIDE.left)
    down = (top, top, WIDE.bottom, WIDE.bottom)
    for corner, expected in zip(corners(last.path), zip(across, down, strict=True), strict=True):
        assert corner == pytest.approx(expected, abs=0.01)
    assert corners(first.path)[1] == pytest.approx((WIDE.right, WIDE.bottom - 50 * scale), abs=0.01)


def test_the_scale_starts_at_zero_and_holds_the_largest_total() -> None:
    chart = area_chart([(10, 90), (30, 30)], WIDE)
    assert chart.rows[0].value == 0
    assert chart.rows[0].at == WIDE.bottom
    assert chart.rows[-1].value >= 120


def test_one_period_is_drawn_as_a_flat_band() -> None:
    (area,) = area_chart([(7,)], WIDE).areas
    assert {x for x, _ in corners(area.path)} == {WIDE.left, WIDE.left + (WIDE.right - WIDE.left)}


def test_nobody_is_drawn_flat_on_zero() -> None:
    (area,) = area_chart([(0, 0, 0)], NARROW).areas
    assert {y for _, y in corners(area.path)} == {NARROW.bottom}


def test_labels_of_thin_areas_are_kept_apart() -> None:
    labels = [area.label_y for area in area_chart([(1_000,), (1,), (1,), (1,)], WIDE).areas]
    assert all(after - before >= 17 - 1e-9 for before, after in pairwise(labels))


def test_sparklines_show_shape_only() -> None:
    drawn = sparkline((10, 20, 15))
    assert drawn is not None
    path, x, y = drawn
    assert corners(path) == [(2, 24), (34, 4), (66, 14)]
    assert (x, y) == (66, 14)
    assert sparkline((5, 5)) == ("M2 14L66 14", 66, 14)
    assert sparkline((5,)) is None
    assert sparkline(()) is None

"""The curve passes its points and never overshoots them, whatever they are."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.render.monotone_curve import Point, monotone_curve, range_between

scores = st.lists(st.floats(-2, 2, allow_nan=False), min_size=2, max_size=25)
gaps = st.lists(st.floats(1, 400), min_size=25, max_size=25)


def points(values: list[float], steps: list[float]) -> list[Point]:
    x, placed = 0.0, []
    for value, step in zip(values, steps, strict=False):
        placed.append((x, value))
        x += step
    return placed


@given(scores, gaps)
def test_never_leaves_the_range_of_its_neighbours(values: list[float], steps: list[float]) -> None:
    given_points = points(values, steps)
    for stretch, (a, b) in zip(monotone_curve(given_points), pairwise(given_points), strict=True):
        low, high = min(a[1], b[1]), max(a[1], b[1])
        for step in range(101):
            y = stretch.at(a[0] + (b[0] - a[0]) * step / 100)
            assert low - 1e-9 <= y <= high + 1e-9


@given(scores, gaps)
def test_rises_and_falls_only_with_its_points(values: list[float], steps: list[float]) -> None:
    for stretch in monotone_curve(points(values, steps)):
        xs = [stretch.start[0] + (stretch.end[0] - stretch.start[0]) * step / 50 for step in range(51)]
        ys = [stretch.at(x) for x in xs]
        direction = 1 if stretch.end[1] >= stretch.start[1] else -1
        assert all((b - a) * direction >= -1e-9 for a, b in pairwise(ys))


@given(scores, gaps)
def test_is_smooth_where_stretches_meet(values: list[float], steps: list[float]) -> None:
    for before, after in pairwise(monotone_curve(points(values, steps))):
        assert before.end == after.start
        left = (before.end[1] - before.second[1]) / (before.end[0] - before.second[0])
        right = (after.first[1] - after.start[1]) / (after.first[0] - after.start[0])
        assert left == pytest.approx(right, abs=1e-9)


def test_a_straight_line_stays_straight() -> None:
    (stretch,) = monotone_curve([(0, -1), (30, 2)])
    assert stretch.at(10) == pytest.approx(0)
    assert stretch.first == pytest.approx((10, 0))


@pytest.mark.parametrize("few", [[], [(3.0, 1.0)]])
def test_fewer_than_two_points_make_no_line(few: list[Point]) -> None:
    assert monotone_curve(few) == ()


def test_tells_how_high_and_low_it_runs_between_two_places() -> None:
    curve = monotone_curve([(0, 0), (100, 2), (200, -1)])
    low, high = range_between(curve, 90, 110) or (0, 0)
    assert high == pytest.approx(2)
    assert 1.5 < low < 2
    assert range_between(curve, 300, 400) is None
    assert range_between((), 0, 1) is None

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from parcours.render.route_flows import GUTTER, Leap, RouteFlows
from parcours.render.route_scale import (
    THINNEST,
    Limits,
    assign_lanes,
    customers_per_pixel,
    swatch,
    thickness,
)

COUNTS = st.integers(0, 10**9)


def flows_of(new: int = 0, lapse: tuple[int, ...] = (0,), leaps: tuple[Leap, ...] = ()) -> RouteFlows:
    zeros = (0,) * len(lapse)
    return RouteFlows(new, zeros, lapse, zeros, leaps)


@pytest.mark.parametrize(
    ("new", "scale"), [(0, 1.0), (96, 1.0), (97, 1.25), (9_600, 100.0), (23_600, 250.0), (12, 0.125)]
)
def test_takes_the_smallest_round_scale_that_fits(new: int, scale: float) -> None:
    assert customers_per_pixel(flows_of(new), Limits()) == scale


@given(COUNTS, st.lists(COUNTS, min_size=1, max_size=6))
def test_every_part_stays_within_its_limit(new: int, lapse: list[int]) -> None:
    limits = Limits()
    flows = flows_of(new, tuple(lapse))
    scale = customers_per_pixel(flows, limits)
    assert new / scale <= limits.flow * 1.000001
    assert max(lapse) / scale <= limits.drop * 1.000001
    assert sum(lapse) / scale <= limits.rail * 1.000001
    if flows.largest:  # and no coarser than needed: one of them takes two thirds of its room or more
        used = max(new / limits.flow, max(lapse) / limits.drop, sum(lapse) / limits.rail) / scale
        assert used > 0.66


@given(COUNTS, st.floats(0.01, 1e7))
def test_nothing_that_exists_is_thinner_than_can_be_seen(customers: int, scale: float) -> None:
    width = thickness(customers, scale)
    assert width == 0 if customers == 0 else width >= THINNEST
    if customers / scale >= THINNEST:
        assert width == customers / scale


@given(st.floats(0.01, 1e7))
def test_the_swatch_is_round_and_legible(scale: float) -> None:
    customers = swatch(scale)
    assert str(customers).rstrip("0") in ("1", "2", "5")
    assert customers == 1 or 8 <= customers / scale <= 22.0001


def test_gives_room_to_the_largest_skips_and_counts_the_rest() -> None:
    skips = (Leap(0, 2, 10), Leap(0, 3, 30), Leap(1, 3, 20), Leap(1, 4, 5), Leap(2, 4, 40))
    lanes = assign_lanes(flows_of(lapse=(0,) * 5, leaps=skips))
    assert set(lanes.leaps) | set(lanes.hidden) == set(skips)
    assert lanes.hidden == (Leap(1, 3, 20), Leap(1, 4, 5))
    assert [lane.leaps for lane in lanes.drawn] == [(Leap(0, 2, 10), Leap(2, 4, 40)), (Leap(0, 3, 30),)]


def test_later_starts_share_one_lane() -> None:
    leaps = (Leap(GUTTER, 2, 5), Leap(GUTTER, 1, 9), Leap(0, 2, 3))
    lanes = assign_lanes(flows_of(lapse=(0,) * 3, leaps=leaps))
    assert [(lane.starts, lane.leaps) for lane in lanes.drawn] == [
        (False, (Leap(0, 2, 3),)),
        (True, (Leap(GUTTER, 1, 9), Leap(GUTTER, 2, 5))),
    ]

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import pytest

from parcours.render.funnel_route import GAP, THICKEST, THINNEST, funnel_route

if TYPE_CHECKING:
    from parcours.maps.measured import MainFunnel, MeasuredLifecycle


@pytest.fixture
def funnel(shop: MeasuredLifecycle) -> MainFunnel:
    assert shop.funnel is not None
    return shop.funnel


def test_every_customer_is_in_one_line_and_thickness_is_to_scale(funnel: MainFunnel) -> None:
    route = funnel_route(funnel.steps)
    assert sum(line.customers for line in route.lines) == funnel.steps[0].customers
    for line in route.lines:
        assert line.width == pytest.approx(max(line.customers / route.per_pixel, THINNEST))
    assert route.per_pixel == pytest.approx(24_860 / THICKEST)


def test_who_arrives_lies_left_and_the_first_lost_lie_right(funnel: MainFunnel) -> None:
    route = funnel_route(funnel.steps)
    assert [line.step for line in route.lines] == [3, 2, 2, 1, 1, 0, 0]
    for one, other in pairwise(route.lines):
        assert other.x == pytest.approx(one.right + GAP)


def test_lines_that_turn_off_keep_apart_and_end_at_one_place(funnel: MainFunnel) -> None:
    route = funnel_route(funnel.steps)
    for number, step in enumerate(route.steps):
        assert {turn.line.step for turn in step.turns} <= {number}
        assert all(turn.path.endswith(f"H{route.end:.2f}".rstrip("0").rstrip(".")) for turn in step.turns)
        edges = sorted((turn.y - turn.line.width / 2, turn.y + turn.line.width / 2) for turn in step.turns)
        for (_, bottom), (top, _) in pairwise(edges):
            assert top == pytest.approx(bottom + GAP)
        assert all(bottom < step.turn_height for _, bottom in edges)
    assert [len(step.turns) for step in route.steps] == [2, 2, 2, 0]


def test_stations_reach_over_all_their_lines(funnel: MainFunnel) -> None:
    route = funnel_route(funnel.steps)
    for number, step in enumerate(route.steps):
        here = [line for line in route.lines if line.step >= number]
        assert step.station.x < here[0].x
        assert step.station.right > here[-1].right
    assert route.steps[-1].onward == ()


def test_lines_that_all_end_early_still_turn_off(any_lifecycle: MeasuredLifecycle) -> None:
    if any_lifecycle.funnel is None:
        return
    route = funnel_route(any_lifecycle.funnel.steps)
    turned = sum(turn.line.customers for step in route.steps for turn in step.turns)
    assert turned == sum(step.dropped + step.open for step in any_lifecycle.funnel.steps[:-1])

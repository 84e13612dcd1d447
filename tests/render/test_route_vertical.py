from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from parcours.render.route_flows import GUTTER, Leap, RouteFlows, route_flows
from parcours.render.route_scale import THINNEST
from parcours.render.route_vertical import vertical_route

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle


def test_fits_beside_the_text_of_a_phone(any_lifecycle: MeasuredLifecycle) -> None:
    route = vertical_route(route_flows(any_lifecycle))
    assert 30 < route.width <= 190
    for stage in route.stages:
        for track in (*stage.rail, *stage.passing, stage.line, stage.layer, stage.incoming):
            if track is not None:
                assert track.width >= THINNEST
                assert track.x >= 0
                assert track.x + track.width <= route.width


def test_the_right_edge_of_the_line_is_straight(any_lifecycle: MeasuredLifecycle) -> None:
    route = vertical_route(route_flows(any_lifecycle))
    lines = [track for stage in route.stages for track in (stage.line, stage.incoming) if track]
    edges = {round(track.x + track.width, 6) for track in lines}
    assert len(edges) <= 1


def test_the_rail_gains_what_each_stage_loses(any_lifecycle: MeasuredLifecycle) -> None:
    flows = route_flows(any_lifecycle)
    route = vertical_route(flows)
    for number, stage in enumerate(route.stages):
        lost = [station for station in range(number) if flows.lapse[station]]
        assert [track.station for track in stage.rail] == lost
        assert (stage.layer is not None) == bool(flows.lapse[number]) == bool(stage.drop_path)
        assert bool(stage.back_path) == bool(flows.back[number])
    assert sum(track.customers for track in route.rail) == flows.lapsed


def test_leaps_pass_beside_the_stages_between_their_ends() -> None:
    flows = RouteFlows(50, (40, 30, 20, 0), (5,) * 4, (0,) * 4, (Leap(GUTTER, 2, 9), Leap(1, 3, 4)))
    route = vertical_route(flows)
    passing = [[track.customers for track in stage.passing] for stage in route.stages]
    assert passing == [[9], [4, 9], [4], []]
    assert [track.customers for track in route.starting] == [9]
    tracks = {track.customers: track for track in route.stages[1].passing}
    assert tracks[4].x + tracks[4].width < tracks[9].x


def test_uses_its_own_scale() -> None:
    flows = RouteFlows(4_400, (0,), (0,), (0,), ())
    route = vertical_route(flows)
    assert route.customers_per_pixel == 100
    assert route.stages[0].incoming is not None
    assert route.stages[0].incoming.width == pytest.approx(44)

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.render.route_flows import GUTTER, Leap, RouteFlows
from parcours.render.route_geometry import horizontal_route
from parcours.render.route_scale import THINNEST
from parcours.render.route_shapes import WIDTH, HorizontalRoute, Ribbon


@st.composite
def some_flows(draw: st.DrawFn) -> RouteFlows:
    """Flows of 1 to 6 stations, of any size and skew, with any leaps."""
    count = draw(st.integers(1, 6))
    customers = st.one_of(st.just(0), st.integers(1, 40), st.integers(1, 10**7))
    several = st.lists(customers, min_size=count, max_size=count)
    ends = [(source, target) for target in range(count) for source in range(GUTTER, target - 1)]
    chosen = draw(st.lists(st.sampled_from(ends), unique=True)) if ends else []
    leaps = tuple(Leap(source, target, draw(st.integers(1, 10**6))) for source, target in sorted(chosen))
    advance = [*draw(several)[:-1], 0]
    return RouteFlows(draw(customers), tuple(advance), tuple(draw(several)), tuple(draw(several)), leaps)


def points(path: str) -> list[tuple[float, float]]:
    """The points that a path of M, H, V, A and C passes."""
    x = y = 0.0
    passed = []
    for command, text in re.findall(r"([MHVAC])([^MHVAC]*)", path):
        numbers = [float(number) for number in text.split()]
        if command == "H":
            x = numbers[0]
        elif command == "V":
            y = numbers[0]
        else:
            x, y = numbers[-2:]
        passed.append((x, y))
    return passed


def of_kind(route: HorizontalRoute, kind: str) -> list[Ribbon]:
    return [ribbon for ribbon in route.ribbons if ribbon.kind == kind]


@settings(deadline=None)
@given(some_flows())
def test_the_upper_edge_of_the_line_is_straight(flows: RouteFlows) -> None:
    route = horizontal_route(flows, (100.0,) * flows.stations)
    for ribbon in (*of_kind(route, "advance"), *of_kind(route, "new")):
        for _, y in points(ribbon.path):
            assert y - ribbon.width / 2 == pytest.approx(route.line_top, abs=0.011)


@settings(deadline=None)
@given(some_flows())
def test_the_rail_stacks_all_that_lapsed(flows: RouteFlows) -> None:
    route = horizontal_route(flows, (100.0,) * flows.stations)
    drops = of_kind(route, "lapse")
    layers = [(points(drop.path)[-1][1], drop.width) for drop in drops]
    if not layers:
        assert route.rail_start is None
        return
    assert layers[0][0] + layers[0][1] / 2 == pytest.approx(route.rail_bottom, abs=0.011)
    for (lower, thick), (upper, thin) in pairwise(layers):
        assert lower - thick / 2 - (upper + thin / 2) == pytest.approx(0.8, abs=0.021)
    height = sum(width for _, width in layers)
    if all(n == 0 or n / route.customers_per_pixel >= THINNEST for n in flows.lapse):
        assert height == pytest.approx(flows.lapsed / route.customers_per_pixel)


@settings(deadline=None)
@given(some_flows())
def test_every_flow_is_drawn_once_to_one_scale(flows: RouteFlows) -> None:
    route = horizontal_route(flows, (100.0,) * flows.stations)
    drawn = sum(ribbon.customers for ribbon in route.ribbons) + sum(leap.customers for leap in route.hidden)
    every = flows.new + sum(flows.advance) + flows.lapsed + flows.returned
    assert drawn == every + sum(leap.customers for leap in flows.leaps)
    for ribbon in route.ribbons:
        assert ribbon.customers > 0
        assert ribbon.width >= THINNEST
        assert ribbon.width == pytest.approx(max(THINNEST, ribbon.customers / route.customers_per_pixel))


@settings(deadline=None)
@given(some_flows(), st.floats(20, 200))
def test_labels_have_their_room(flows: RouteFlows, label_height: float) -> None:
    route = horizontal_route(flows, (label_height,) * flows.stations)
    for number, box in enumerate(route.drops):
        assert box.height >= label_height
        assert box.y >= route.stations[number].y
        assert box.width >= 85
        assert box.x > route.stations[number].right
        assert box.right <= WIDTH
    risers = {ribbon.target: ribbon for ribbon in of_kind(route, "back")}
    for number, box in enumerate(route.drops[:-1]):
        riser = risers.get(number + 1)
        if riser is not None:
            left_edge = points(riser.path)[0][0] - riser.width / 2
            assert box.right <= left_edge - 3


@settings(deadline=None)
@given(some_flows())
def test_everything_lies_on_the_drawing(flows: RouteFlows) -> None:
    route = horizontal_route(flows, (100.0,) * flows.stations)
    for ribbon in route.ribbons:
        for x, y in points(ribbon.path):
            assert -0.01 <= x <= WIDTH
            assert ribbon.width / 2 - 0.01 <= y <= route.height
    passing = 0.0  # pixels of rail that run under a station
    for number, station in enumerate(route.stations):
        assert station.height >= 20
        assert station.bottom <= route.rail_bottom - passing
        passing += (
            max(THINNEST, flows.lapse[number] / route.customers_per_pixel) if flows.lapse[number] else 0
        )
    lanes = [label.label.y for label in route.lane_labels]
    assert all(60 < y < route.line_top for y in lanes)


def test_a_longer_skip_lies_higher() -> None:
    flows = RouteFlows(100, (50, 40, 30, 0), (10, 5, 5, 5), (0,) * 4, (Leap(0, 2, 20), Leap(0, 3, 10)))
    route = horizontal_route(flows, (80.0,) * 4)
    levels = {ribbon.target: min(y for _, y in points(ribbon.path)) for ribbon in of_kind(route, "skip")}
    assert levels[3] < levels[2] < route.line_top


def test_nobody_leaves_no_lines_but_the_stations_stand() -> None:
    route = horizontal_route(RouteFlows(0, (0, 0), (0, 0), (0, 0), ()), (36.0, 36.0))
    assert route.ribbons == ()
    assert [station.height for station in route.stations] == [20, 20]
    assert route.rail_start is None


def test_the_same_numbers_give_the_same_drawing() -> None:
    flows = RouteFlows(7, (3, 0), (2, 1), (1, 1), (Leap(GUTTER, 1, 3),))
    assert horizontal_route(flows, (90.0, 90.0)) == horizontal_route(flows, (90.0, 90.0))

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.maps.measured import LAPSED, NEW
from parcours.render.route_flows import GUTTER, Leap, route_flows

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle


def test_sorts_the_flows_of_a_shop(shop: MeasuredLifecycle) -> None:
    flows = route_flows(shop)
    assert flows.new == 23_600
    assert flows.advance == (10_900, 5_480, 3_410, 1_460, 0)
    assert flows.lapse == (11_600, 8_030, 1_790, 1_640, 720)
    assert flows.back == (1_150, 890, 460, 310, 45)
    assert flows.starts == (Leap(GUTTER, 1, 1_450), Leap(GUTTER, 2, 380))
    assert flows.skips == (Leap(0, 2, 520), Leap(2, 4, 130))
    assert (flows.arrived, flows.lapsed, flows.returned, flows.largest) == (25_430, 23_780, 2_855, 23_600)


def test_loses_nobody(any_lifecycle: MeasuredLifecycle) -> None:
    flows = route_flows(any_lifecycle)
    drawn = flows.new + sum(flows.advance) + flows.lapsed + flows.returned
    drawn += sum(leap.customers for leap in flows.leaps)
    assert drawn == sum(flow.customers for flow in any_lifecycle.flows)


def test_what_enters_less_what_leaves_is_the_change(any_lifecycle: MeasuredLifecycle) -> None:
    flows = route_flows(any_lifecycle)
    for number, stage in enumerate(any_lifecycle.stages):
        entered = flows.back[number] + (flows.advance[number - 1] if number else flows.new)
        entered += sum(leap.customers for leap in flows.leaps if leap.target == number)
        left = flows.advance[number] + flows.lapse[number]
        left += sum(leap.customers for leap in flows.leaps if leap.source == number)
        assert (entered, left, entered - left) == (stage.entered, stage.left, stage.change)
    new = sum(flow.customers for flow in any_lifecycle.flows if flow.source == NEW)
    assert flows.arrived == new
    assert flows.lapsed == sum(flow.customers for flow in any_lifecycle.flows if flow.target == LAPSED)

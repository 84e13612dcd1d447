from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from parcours.maps.measured import Flow
from parcours.render.page_context import page_context
from parcours.render.words import Words

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.route_view import RouteView


def view(measured: MeasuredLifecycle) -> RouteView:
    return page_context(measured, Words("en")).route


def test_every_mark_says_where_from_where_to_and_how_many(shop: MeasuredLifecycle) -> None:
    titles = {mark.title for mark in view(shop).marks}
    assert len(titles) == len(shop.flows)
    assert {
        "New customers → Awareness: 23,600 customers",
        "New customers → Purchase: 380 customers",
        "Awareness → Consideration: 10,900 customers",
        "Awareness → Purchase: 520 customers",
        "Purchase → Lapsed: 1,790 customers",
        "Lapsed → Advocacy: 45 customers",
    } <= titles


def test_one_red_line_at_most(any_lifecycle: MeasuredLifecycle) -> None:
    assert sum("hot" in mark.classes.split() for mark in view(any_lifecycle).marks) <= 1


def test_flows_of_fewer_than_thirty_are_marked(any_lifecycle: MeasuredLifecycle) -> None:
    for mark in view(any_lifecycle).marks:
        customers = int(re.sub(r"\D", "", mark.title.rpartition(":")[2]))
        assert ("few" in mark.classes.split()) == (customers < 30)


def test_lanes_are_named_in_the_room_they_have(shop: MeasuredLifecycle) -> None:
    words = [text.words for text in view(shop).texts if "strong" not in text.classes]
    assert words == ["520 skip Consideration", "130 skip Retention", "1,830 start further on"]
    long = replace(shop.stages[1], title="A name too long for any column of this drawing")
    narrow = replace(shop, stages=(shop.stages[0], long, *shop.stages[2:]))
    assert "520 skip" in [text.words for text in view(narrow).texts]


def test_the_pool_tells_how_its_change_came_about(shop: MeasuredLifecycle) -> None:
    pool = view(shop).pool
    assert pool is not None
    assert (pool.number, pool.label) == ("148,260", "customers lapsed")
    assert pool.detail == "+20,925: 23,780 lapsed, 2,855 came back"


def test_a_lifecycle_that_nobody_can_leave_has_no_pool(shop: MeasuredLifecycle) -> None:
    stage = replace(shop.stages[0], lapse_after_days=None, lapse=None, entered=5, left=0, change=5)
    flows = (Flow("(new)", stage.id, 5),)
    assert view(replace(shop, stages=(stage,), flows=flows, lapsed=0)).pool is None


def test_the_legend_names_what_is_drawn(shop: MeasuredLifecycle) -> None:
    names = [name for name, _ in view(shop).legend]
    assert names == ["advance", "lapse", "hot", "back", "skip", "works", "must_improve", "in_use"]


def test_without_moves_there_is_no_scale_to_explain(shop: MeasuredLifecycle) -> None:
    stages = tuple(
        replace(stage, entered=0, left=0, change=0, lapse=None, strategies=()) for stage in shop.stages
    )
    still = view(replace(shop, stages=stages, flows=()))
    assert still.legend == ()
    assert still.sample is None
    assert still.narrow_sample is None


def test_what_does_not_fit_is_counted_in_words(shop: MeasuredLifecycle) -> None:
    more = (
        Flow("awareness", "retention", 60),
        Flow("awareness", "advocacy", 7),
        Flow("consideration", "advocacy", 3),
    )
    stages = list(shop.stages)
    for flow in more:
        for at, stage in enumerate(stages):
            if flow.source == stage.id:
                stages[at] = replace(
                    stage, left=stage.left + flow.customers, change=stage.change - flow.customers
                )
            if flow.target == stage.id:
                stages[at] = replace(
                    stage, entered=stage.entered + flow.customers, change=stage.change + flow.customers
                )
    route = view(replace(shop, stages=tuple(stages), flows=(*shop.flows, *more)))
    assert route.footnote.endswith("2 more skips (10 customers) are in the table.")

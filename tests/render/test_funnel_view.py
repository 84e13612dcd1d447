from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from parcours.maps.measured import Count, FunnelStep, MainFunnel
from parcours.render.funnel_view import FunnelView, FunnelWriter
from parcours.render.words import Words
from parcours.stats.proportions import wilson

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.words import Language


def view(measured: MeasuredLifecycle, language: Language = "en") -> FunnelView:
    assert measured.funnel is not None
    return FunnelWriter(measured.funnel, Words(language)).view()


def small(*customers: int) -> MainFunnel:
    following = (*customers[1:], customers[-1])
    return MainFunnel(
        7.0,
        tuple(
            FunnelStep(f"step_{at}", n, wilson(n, customers[0]), None, n - after, 0, None, ())
            for at, (n, after) in enumerate(zip(customers, following, strict=True))
        ),
    )


def test_the_heading_says_who_arrives_and_where_most_are_lost(shop: MeasuredLifecycle) -> None:
    assert view(shop).title == (
        "13.7% go from “site visited” to “order completed”; most are lost after “product viewed”"
    )
    assert view(shop, "fr").title == (
        "13,7\u202f% vont de «\u202fsite visited\u202f» à «\u202forder completed\u202f»\u202f; "
        "la plus grosse perte suit «\u202fproduct viewed\u202f»"
    )


def test_the_lead_keeps_those_with_time_left_apart_from_the_lost(shop: MeasuredLifecycle) -> None:
    assert view(shop).lead == (
        "3,410 of 24,860 customers within 14 days of the first step (95% interval 13.3–14.2). "
        "170 still have time left: open, not counted as lost."
    )


@pytest.mark.parametrize(
    ("customers", "title"),
    [
        ((0, 0), "Nobody has started the main funnel yet"),
        ((1, 0), "1 customer has started the main funnel: too few for shares"),
        ((29, 4), "29 customers have started the main funnel: too few for shares"),
        ((40, 30, 0), "Nobody gets from “step 0” to “step 2”; most are lost after “step 1”"),
        ((40, 40), "100% go from “step 0” to “step 1”"),
    ],
)
def test_few_or_none_say_so(customers: tuple[int, ...], title: str) -> None:
    assert FunnelWriter(small(*customers), Words("en")).title() == title


def test_stations_show_share_interval_and_the_step_before(shop: MeasuredLifecycle) -> None:
    first, second, *_ = view(shop).steps
    assert (first.name, first.figure, first.interval) == ("Site visited", "100%", "")
    assert (second.figure, second.interval) == ("75.0%", "95% CI 74.4–75.5")
    assert second.details == ("18,640 customers", "75.0% of the step before", "median 9.6 hours")


def test_those_lost_add_up_with_what_they_did(shop: MeasuredLifecycle) -> None:
    loss = view(shop).steps[0].loss
    assert loss is not None
    assert (loss.title, loss.lines) == ("6,180 left here", ("24.9% of this step", "40 still open"))
    assert [(bar.name, bar.count) for bar in loss.instead] == [
        ("nothing seen", "4,020"),
        ("ad clicked", "980"),
        ("site visited", "710"),
        ("something else", "510"),
    ]
    assert sum(bar.width for bar in loss.instead) == pytest.approx(100, abs=0.02)
    assert [bar.rest for bar in loss.instead] == [False, False, False, True]
    assert view(shop).steps[-1].loss is None


def test_few_customers_get_counts_hatches_and_no_share() -> None:
    few = FunnelWriter(small(20, 4), Words("en")).view()
    assert (few.steps[0].figure, few.steps[0].word) == ("20", "customers")
    assert all("%" not in text for step in few.steps for text in (step.figure, step.interval, *step.details))
    assert ("few", "fewer than 30 customers") in few.legend
    assert all(line.few for step in few.steps for line in (*step.lines, *step.turns))


def test_all_that_is_left_over_is_named_even_with_one_known_event() -> None:
    funnel = small(100, 40)
    told = replace(funnel.steps[0], did_instead=(Count("", 45, 0.75),))
    loss = FunnelWriter(replace(funnel, steps=(told, funnel.steps[1])), Words("fr")).view().steps[0].loss
    assert loss is not None
    assert [(bar.name, bar.figure) for bar in loss.instead] == [
        ("plus rien", "75\u202f%"),
        ("autre chose", "25\u202f%"),
    ]

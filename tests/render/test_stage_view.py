from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from parcours.maps.measured import Count
from parcours.render.findings import worst_drop
from parcours.render.route_flows import route_flows
from parcours.render.stage_parts import StageView, event_words
from parcours.render.stage_view import StageWriter
from parcours.render.words import Words
from parcours.values import Estimate

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.words import Language


def views(measured: MeasuredLifecycle, language: Language = "en") -> tuple[StageView, ...]:
    return StageWriter(measured, route_flows(measured), Words(language), worst_drop(measured)).views()


def test_heads_say_size_change_and_its_sum(shop: MeasuredLifecycle) -> None:
    head = views(shop)[0].head
    assert (head.size, head.change, head.change_share) == ("18,640", "+1,730", "+10.2%")
    assert head.moves == "24,750 entered − 23,020 left"
    assert head.share == "19.5% of those in a stage"
    assert head.since == "since 30 Sept"
    assert head.median_stay == "Median stay 6.1 days"
    assert head.spark is not None
    assert head.spark.title.endswith("18,640 at 31 Oct 2026")


def test_segments_say_who_moves_on(shop: MeasuredLifecycle) -> None:
    first, *_, last = views(shop)
    assert (first.segment.figure, first.segment.word, first.segment.count) == ("48.9%", "advance", "10,900")
    assert first.segment.lines == ("95% CI 48.6–49.2", "median 3.4 days")
    assert last.segment.word == "Last stage"
    assert not last.segment.figure


def test_drops_say_who_is_lost_and_what_they_did(shop: MeasuredLifecycle) -> None:
    drop = views(shop, "fr")[2].drop
    assert (drop.figure, drop.word, drop.hot) == ("58,1\u202f%", "perdus", True)
    assert drop.lines == ("1\u202f790 clients", "IC 95\u202f% 57,6–58,6")
    following = [(event.figure, event.name, event.count) for event in drop.next_events]
    assert following == [
        ("44\u202f%", "email opened", "788"),
        ("33\u202f%", "plus rien", "590"),
        ("23\u202f%", "order returned", "412"),
    ]


def test_last_steps_add_up_with_the_remainder(shop: MeasuredLifecycle) -> None:
    first, second, *_ = views(shop)
    assert [(bar.name, bar.figure, bar.count) for bar in first.last_paths] == [
        ("site visited", "48%", "41,200"),
        ("ad clicked → site visited", "11%", "9,100"),
        ("… → site visited → ad clicked → site visited", "10%", "8,700"),
        ("other paths", "31%", "27,000"),
    ]
    assert first.last_paths_note == "86,000 lapses"
    assert (second.last_paths, second.last_paths_note) == ((), "nobody has lapsed")


def test_few_lapses_give_counts_of_their_last_steps(shop: MeasuredLifecycle) -> None:
    told = (Count("page_viewed", 20, 20 / 29),)
    stages = (replace(shop.stages[0], last_before_lapse=told), *shop.stages[1:])
    bars = views(replace(shop, stages=stages), "fr")[0].last_paths
    assert [(bar.name, bar.figure, bar.count, bar.few) for bar in bars] == [
        ("page viewed", "20", "", True),
        ("autres parcours", "9", "", True),
    ]


def test_a_rule_as_long_as_the_horizon_says_that_no_lapse_can_show(shop: MeasuredLifecycle) -> None:
    never = Estimate(0.0, 0.0, 0.01, 714)
    stages = (*shop.stages[:3], replace(shop.stages[3], lapse=never), shop.stages[4])
    drop = views(replace(shop, stages=stages))[3].drop
    assert (drop.figure, drop.word, drop.lines) == ("1,640", "lapsed", ())
    assert drop.note == "no lapse possible in 180 days: the rule waits 180 days"
    french = views(replace(shop, stages=stages), "fr")[3].drop
    assert french.note == "aucun décrochage possible en 180\xa0jours\xa0: la règle attend 180\xa0jours"
    assert views(shop)[3].drop.note == "the rule waits 180 days"
    assert views(shop)[2].drop.note == ""
    assert (
        views(shop)[3].definition[0][1].startswith("after 180 days of silence; the shares look only 180 days")
    )


def test_only_one_drop_is_red(any_lifecycle: MeasuredLifecycle) -> None:
    assert sum(view.drop.hot for view in views(any_lifecycle)) <= 1


def test_few_customers_give_counts_and_no_percentage(shop: MeasuredLifecycle) -> None:
    few = Estimate(0.5, 0.2, 0.8, 29)
    stages = tuple(replace(stage, stays=29, advance=few, lapse=few) for stage in shop.stages)
    view = views(replace(shop, stages=stages))[0]
    assert (view.segment.figure, view.segment.word) == ("10,900", "advanced")
    assert view.segment.lines == ("29 stays: no share",)
    assert (view.drop.figure, view.drop.word) == ("11,600", "lapsed")


def test_a_stage_without_lapse_rule_never_lapses(shop: MeasuredLifecycle) -> None:
    flows = tuple(flow for flow in shop.flows if flow.source != "advocacy")
    last = replace(shop.stages[4], lapse_after_days=None, left=0, change=1_635)
    view = views(replace(shop, stages=(*shop.stages[:4], last), flows=flows))[4]
    assert (view.drop.figure, view.drop.word) == ("", "never lapses")
    assert view.definition[0] == ("Lapse", "never: a customer stays until the next stage")


def test_channels_past_the_third_are_summed(shop: MeasuredLifecycle) -> None:
    bars = views(shop)[0].channels
    assert [bar.name for bar in bars] == ["Search", "Social", "Referral", "2 others"]
    assert [bar.figure for bar in bars] == ["38%", "24%", "9%", "29%"]
    assert sum(bar.width for bar in bars) == 100


def test_strategies_are_grouped_by_verdict(shop: MeasuredLifecycle) -> None:
    groups = views(shop)[1].strategies
    assert [(group.verdict, group.texts) for group in groups] == [
        ("works", ("Welcome series",)),
        ("must_improve", ("Comparison page",)),
        ("in_use", ("Wish list",)),
    ]


def test_times_share_one_scale(shop: MeasuredLifecycle) -> None:
    longest = [bar for view in views(shop) for bar in view.times if bar.width == 100]
    assert [bar.figure for bar in longest] == ["286 days"]


def test_asides_tell_what_the_narrow_drawing_cannot(shop: MeasuredLifecycle) -> None:
    assert views(shop)[0].asides == ("1,150 back", "520 skip to Purchase")
    assert views(shop)[2].asides == ("380 start here", "460 back", "130 skip to Advocacy")


def test_a_stage_without_data_says_so(any_lifecycle: MeasuredLifecycle) -> None:
    for view, stage in zip(views(any_lifecycle), any_lifecycle.stages, strict=True):
        assert view.no_data == (stage.size == stage.entered == stage.left == stage.stays == 0)


def test_names_of_events_read_as_words() -> None:
    assert event_words("order_completed") == "order completed"
    assert event_words("") == ""


def test_entry_rules_stand_one_below_the_other(shop: MeasuredLifecycle) -> None:
    assert views(shop)[0].entry_rules == ("ad_clicked", "site_visited")

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from parcours.render.findings import (
    EvenLosses,
    Loss,
    Plain,
    SizeChange,
    TooFew,
    fastest_growing,
    find,
    ranked_losses,
    worst_drop,
)
from parcours.values import Estimate

if TYPE_CHECKING:
    from collections.abc import Callable

    from parcours.maps.measured import MeasuredLifecycle


@pytest.fixture
def with_lapses(shop: MeasuredLifecycle) -> Callable[..., MeasuredLifecycle]:
    """The shop with other shares lost, by stage; a pair gives the number of stays too."""

    def changed(*shares: float | tuple[float, int] | None) -> MeasuredLifecycle:
        stages = []
        for stage, share in zip(shop.stages, shares, strict=True):
            value, stays = share if isinstance(share, tuple) else (share, 500)
            lapse = None if value is None else Estimate(value, value / 2, min(1, value * 2), stays)
            stages.append(replace(stage, lapse=lapse))
        return replace(shop, stages=tuple(stages))

    return changed


def test_the_worst_drop_stands_out(with_lapses: Callable[..., MeasuredLifecycle]) -> None:
    found = find(with_lapses(0.2, 0.3, 0.35, 0.1, None))
    assert isinstance(found, Loss)
    assert (found.stage.id, found.alone) == ("purchase", False)


def test_drops_within_a_tenth_of_each_other_are_even(with_lapses: Callable[..., MeasuredLifecycle]) -> None:
    measured = with_lapses(0.33, 0.30, 0.2, 0.1, None)  # exactly 10 % above
    found = find(measured)
    assert isinstance(found, EvenLosses)
    assert (found.worst.stage.id, found.next.stage.id) == ("awareness", "consideration")
    assert worst_drop(measured) is None


def test_a_share_of_under_thirty_stays_is_not_judged(with_lapses: Callable[..., MeasuredLifecycle]) -> None:
    found = find(with_lapses((0.9, 29), (0.4, 30), 0.2, 0.1, None))
    assert isinstance(found, Loss)
    assert found.stage.id == "consideration"


def test_one_judged_stage_is_told_but_gets_no_red_line(with_lapses: Callable[..., MeasuredLifecycle]) -> None:
    measured = with_lapses((0.9, 29), 0.4, None, None, None)
    found = find(measured)
    assert isinstance(found, Loss)
    assert found.alone
    assert worst_drop(measured) is None


def test_without_losses_it_tells_the_largest_change(with_lapses: Callable[..., MeasuredLifecycle]) -> None:
    lossy = with_lapses(0.0, 0.0, None, None, None)
    assert find(lossy) == SizeChange(lossy.stages[0], nobody_lost=False)
    measured = replace(lossy, flows=())
    assert find(measured) == SizeChange(measured.stages[0], nobody_lost=True)
    shrunk = replace(measured.stages[1], change=-9_000, left=measured.stages[1].entered + 9_000)
    stages = (measured.stages[0], shrunk, *measured.stages[2:])
    assert find(replace(measured, stages=stages)) == SizeChange(shrunk, nobody_lost=True)


def test_nothing_moved(with_lapses: Callable[..., MeasuredLifecycle]) -> None:
    measured = with_lapses(0.0, 0.0, None, None, None)
    stages = tuple(replace(stage, change=0, entered=0, left=0) for stage in measured.stages)
    assert find(replace(measured, stages=stages)) == Plain("steady")
    assert find(replace(measured, stages=stages, flows=())) == Plain("still")


def test_a_rule_as_long_as_the_horizon_is_never_compared(
    with_lapses: Callable[..., MeasuredLifecycle],
) -> None:
    measured = with_lapses(0.2, 0.3, 0.25, 0.9, 0.0)  # the rules of the last two wait 180 and 365 of 180 days
    found = find(measured)
    assert isinstance(found, Loss)
    assert found.stage.id == "consideration"
    assert [loss.stage.id for loss in ranked_losses(measured)] == ["consideration", "purchase", "awareness"]
    longer = find(replace(measured, horizon_days=180.5))
    assert isinstance(longer, Loss)
    assert longer.stage.id == "retention"


def test_an_empty_log_an_empty_map_and_a_map_that_all_have_left(shop: MeasuredLifecycle) -> None:
    empty = tuple(
        replace(stage, size=0, share=None, change=0, entered=0, left=0, stays=0, advance=None, lapse=None)
        for stage in shop.stages
    )
    nobody = replace(shop, stages=empty, flows=(), lapsed=0)
    assert find(nobody) == Plain("nobody")
    assert find(replace(nobody, events=0)) == Plain("no_events")
    assert find(replace(nobody, lapsed=4)) == Plain("all_lapsed")
    assert find(replace(nobody, stages=(), events=3)) == Plain("nobody")


def test_few_stays_tell_no_share(shop: MeasuredLifecycle) -> None:
    stages = tuple(replace(stage, stays=29) for stage in shop.stages)
    assert find(replace(shop, stages=stages)) == TooFew(sum(stage.size for stage in shop.stages))


@pytest.mark.parametrize(
    ("size", "change", "grows"), [(1_010, 10, True), (1_010, 9, False), (33, 4, False), (1_000, -5, False)]
)
def test_growth_counts_from_one_percent_of_thirty(
    shop: MeasuredLifecycle, size: int, change: int, grows: bool
) -> None:
    stage = replace(shop.stages[0], size=size, change=change, entered=change + 50, left=50)
    measured = replace(shop, stages=(stage,))
    assert (fastest_growing(measured) == stage) is grows

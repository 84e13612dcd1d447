"""What a lifecycle map shows first: chosen from the figures by fixed rules. Pure; no words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from parcours.maps.measured import LAPSED

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle, MeasuredStage
    from parcours.values import Estimate

FEW = 30  # under so many customers: counts, no shares
CLEARLY = 1.10  # the worst drop stands out when it is more than 10 % above the next


@dataclass(frozen=True)
class Plain:
    """Nothing to single out: an empty log, nobody on the map, everybody lapsed, no stage that moved
    ("still": and nobody is lost; "steady": though some are)."""

    kind: Literal["no_events", "nobody", "all_lapsed", "still", "steady"]


@dataclass(frozen=True)
class TooFew:
    """Under 30 stays in every stage: no share can be told."""

    customers: int


@dataclass(frozen=True)
class Loss:
    """A stage and the share that it loses. ``alone``: no other stage can be compared with it."""

    stage: MeasuredStage
    share: Estimate
    alone: bool
    growing: MeasuredStage | None  # the stage that gained most customers


@dataclass(frozen=True)
class EvenLosses:
    """Several stages lose customers and none stands out; the two worst."""

    worst: Loss
    next: Loss


@dataclass(frozen=True)
class SizeChange:
    """No share lost can be told; the stage whose size changed most. ``nobody_lost``: no lapse at all in the period."""

    stage: MeasuredStage
    nobody_lost: bool


Finding = Plain | TooFew | Loss | EvenLosses | SizeChange


def find(measured: MeasuredLifecycle) -> Finding:
    """Choose what the headline says."""
    return _without_shares(measured) or _losses(measured) or _sizes(measured)


def _without_shares(measured: MeasuredLifecycle) -> Finding | None:
    if measured.events == 0:
        return Plain("no_events")
    standing = sum(stage.size for stage in measured.stages)
    stays = max((stage.stays for stage in measured.stages), default=0)
    if not (standing or measured.lapsed or stays or measured.flows):
        return Plain("nobody")
    if not standing and measured.lapsed:
        return Plain("all_lapsed")
    return TooFew(standing) if stays < FEW else None


def _losses(measured: MeasuredLifecycle) -> Finding | None:
    ranked = ranked_losses(measured)
    if not ranked or ranked[0].share.value <= 0:
        return None
    stands_out = len(ranked) == 1 or worst_drop(measured) is not None
    return ranked[0] if stands_out else EvenLosses(ranked[0], ranked[1])


def _sizes(measured: MeasuredLifecycle) -> Finding:
    moved = max(measured.stages, key=lambda stage: abs(stage.change))
    nobody_lost = not any(flow.target == LAPSED for flow in measured.flows)
    if moved.change:
        return SizeChange(moved, nobody_lost)
    return Plain("still" if nobody_lost else "steady")


def ranked_losses(measured: MeasuredLifecycle) -> tuple[Loss, ...]:
    """Stages whose share lost rests on at least 30 stays and has had time to show, the worst first.

    Earlier stages come first among equals."""
    judged = [
        (stage, stage.lapse)
        for stage in measured.stages
        if stage.lapse and stage.lapse.n >= FEW and not slow_to_lapse(stage, measured.horizon_days)
    ]
    growing = fastest_growing(measured)
    losses = [Loss(stage, share, len(judged) == 1, growing) for stage, share in judged]
    return tuple(sorted(losses, key=lambda loss: -loss.share.value))


def slow_to_lapse(stage: MeasuredStage, horizon_days: float) -> bool:
    """Whether the lapse rule waits as long as the shares look ahead, so that hardly any lapse can fall within."""
    return stage.lapse_after_days is not None and stage.lapse_after_days >= horizon_days


def worst_drop(measured: MeasuredLifecycle) -> MeasuredStage | None:
    """The stage that gets the one red line: the worst of at least two, by more than 10 % of the next."""
    ranked = ranked_losses(measured)
    if len(ranked) < 2 or ranked[0].share.value <= CLEARLY * ranked[1].share.value:
        return None
    return ranked[0].stage


def fastest_growing(measured: MeasuredLifecycle) -> MeasuredStage | None:
    """The stage that gained most customers, if that is at least 1 % of what it had, and it had at least 30."""
    stage = max(measured.stages, key=lambda stage: stage.change, default=None)
    if stage is None or stage.change <= 0:
        return None
    before = stage.size - stage.change
    return stage if before >= FEW and stage.change >= 0.01 * before else None

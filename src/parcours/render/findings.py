"""What a lifecycle map shows first: chosen from the figures by fixed rules. Pure; no words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from parcours.maps.measured import MeasuredLifecycle, MeasuredStage
    from parcours.values import Estimate

FEW = 30  # under so many customers: counts, no shares
CLEARLY = 1.10  # the worst drop stands out when it is more than 10 % above the next


@dataclass(frozen=True)
class Plain:
    """Nothing to single out: an empty log, nobody on the map, everybody lapsed, or no stage that moved."""

    kind: Literal["no_events", "nobody", "all_lapsed", "still"]


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
    """Nobody is lost; the stage whose size changed most."""

    stage: MeasuredStage


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
    return SizeChange(moved) if moved.change else Plain("still")


def ranked_losses(measured: MeasuredLifecycle) -> tuple[Loss, ...]:
    """Stages whose share lost rests on at least 30 stays, the worst first; earlier stages first among equals."""
    judged = [(stage, stage.lapse) for stage in measured.stages if stage.lapse and stage.lapse.n >= FEW]
    growing = fastest_growing(measured)
    losses = [Loss(stage, share, len(judged) == 1, growing) for stage, share in judged]
    return tuple(sorted(losses, key=lambda loss: -loss.share.value))


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

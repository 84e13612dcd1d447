"""What journeys and metrics say of the lifecycle's stages: the lifecycle map with the other documents on it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TypeVar

from parcours.journeys.journey import ScoreWeights
from parcours.journeys.lifecycle import LifecycleDocument, Stage
from parcours.journeys.references import stages_of
from parcours.maps.asked import JourneyMaps, Look
from parcours.maps.experience import experience
from parcours.maps.improvement_cells import Improvements
from parcours.maps.journey_comparison import compared
from parcours.maps.measured import MeasuredLifecycle, StageDetails
from parcours.maps.measured_journey import (
    MeasuredCard,
    MeasuredJourney,
    MeasuredPainPoint,
    MeasuredPhase,
    MeasuredSolution,
    MeasuredTouchpoint,
)

T = TypeVar("T", MeasuredPainPoint, MeasuredSolution)


def with_details(
    measured: MeasuredLifecycle, document: LifecycleDocument, maps: JourneyMaps
) -> MeasuredLifecycle:
    """The lifecycle map with each stage's metrics, journeys, pain points, solutions, value at stake and score.

    Unchanged where no journey serves a stage and no stage has metrics."""
    served = {stage.id: _serving(stage, maps) for stage in document.stages}
    if not any(served.values()) and not any(stage.metrics for stage in document.stages):
        return measured
    period = measured.period
    look = Look(period=None if period is None else (period.first, period.last))
    cards = maps.cards(look)
    details = _Details(
        maps,
        Improvements(maps.documents, maps.engine, cards.frame, {}, cards, cards.frame.last),
        {
            name: maps.journey(name, Look())
            for name in dict.fromkeys(one for names in served.values() for one in names)
        },
    )
    stages = tuple(
        replace(
            stage,
            details=details.of(
                stage.id, served[stage.id], cards.of(document.stage(stage.id).metrics, stage=stage.id)
            ),
        )
        for stage in measured.stages
    )
    return replace(measured, stages=stages)


def _serving(stage: Stage, maps: JourneyMaps) -> tuple[str, ...]:
    """The ids of the journeys that serve a stage: those it names, and those that name it."""
    named = [name for name in stage.journeys if name in maps.documents.journeys]
    naming = [one.id for one in maps.documents.journeys.values() if stage.id in stages_of(one)]
    return tuple(dict.fromkeys([*named, *naming]))


@dataclass(frozen=True)
class _Details:
    """Journeys once measured, seen from the stages."""

    maps: JourneyMaps
    improvements: Improvements
    journeys: dict[str, MeasuredJourney]

    def of(self, stage: str, serving: tuple[str, ...], cards: tuple[MeasuredCard, ...]) -> StageDetails:
        """One stage, with its own cards and the journeys that serve it."""
        phases = [one for name in serving for one in self._phases(name, stage)]
        points = [point for _, own in phases for point in own]
        stakes = [phase.value_at_stake_minor for phase, _ in phases if phase.value_at_stake_minor is not None]
        currencies = {one.currency for one in (self.journeys[name] for name in serving) if one.currency}
        known = bool(stakes) and len(currencies) == 1
        judged = [*cards, *(card for phase, _ in phases for card in phase.cards)]
        return StageDetails(
            cards=cards,
            journeys=compared(self.journeys[name] for name in serving),
            pain_points=_once([
                *self.improvements.pain_points_of_stage(stage), *(one for point in points for one in point.pain_points)
            ]),
            solutions=_once([
                *self.improvements.solutions_of_stage(stage), *(one for point in points for one in point.solutions)
            ]),
            value_at_stake_minor=sum(stakes) if known else None,
            currency=currencies.pop() if known else "",
            score=experience(
                ScoreWeights(), [*judged, *(card for point in points for card in point.cards)], points
            ),
        )  # fmt: skip

    def _phases(self, name: str, stage: str) -> list[tuple[MeasuredPhase, list[MeasuredTouchpoint]]]:
        """The phases of a journey that lie in a stage, each with its touchpoints."""
        journey, drawn = self.journeys[name], self.maps.documents.journeys[name]
        first = drawn.stage[0] if drawn.stage else None
        inside = {phase.id for phase in drawn.phases if (phase.stage or first) == stage}
        return [
            (phase, [point for point in journey.touchpoints if point.phase == phase.id])
            for phase in journey.phases
            if phase.id in inside
        ]


def _once(found: Iterable[T]) -> tuple[T, ...]:
    """Each of them once, by its id."""
    return tuple({one.id: one for one in found}.values())

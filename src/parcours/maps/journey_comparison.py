"""Journeys side by side: by aim, by segment, by period. One line each, from measured maps alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from parcours.maps.measured import Span
from parcours.maps.measured_journey import ExperienceScore, MeasuredJourney
from parcours.values import Estimate

AIMS = ("sales", "referrals", "retention", "fewer_complaints", "other")


@dataclass(frozen=True)
class JourneyLine:
    """One journey over one period and segment."""

    id: str
    title: str
    aim: str
    segment: str  # "" for all customers
    period: Span
    entered: int | None
    completed: int | None
    completion: Estimate | None
    median_days_to_complete: float | None
    value_at_stake_minor: int | None
    currency: str
    worst: str | None  # title of the touchpoint where most is lost
    on_target: int  # cards on target
    judged: int  # cards that could be judged against a target
    conformance: float | None  # share of those who met two touchpoints or more in a drawn order
    score: ExperienceScore


def compared(journeys: Iterable[MeasuredJourney]) -> tuple[JourneyLine, ...]:
    """Lines in the order of aims, the poorest score first within an aim; journeys without a score come last."""
    lines = [_line(one) for one in journeys]
    return tuple(
        sorted(
            lines,
            key=lambda one: (
                AIMS.index(one.aim) if one.aim in AIMS else len(AIMS),
                one.score.value is None,
                one.score.value or 0.0,
                one.id,
                one.segment,
                one.period.first,
            ),
        )
    )


def _line(journey: MeasuredJourney) -> JourneyLine:
    cards = [card for phase in journey.phases for card in phase.cards]
    cards += [card for point in journey.touchpoints for card in point.cards]
    judged = [card for card in cards if card.status in ("on_target", "watch", "off_target")]
    coverage = journey.coverage
    with_two = coverage.customers_with_two
    return JourneyLine(
        id=journey.id,
        title=journey.title,
        aim=journey.aim,
        segment=journey.segment,
        period=journey.period,
        entered=journey.entered,
        completed=journey.completed,
        completion=journey.completion,
        median_days_to_complete=journey.median_days_to_complete,
        value_at_stake_minor=journey.value_at_stake_minor,
        currency=journey.currency,
        worst=journey.touchpoint(journey.worst).title if journey.worst else None,
        on_target=sum(card.status == "on_target" for card in judged),
        judged=len(judged),
        conformance=coverage.conforming / with_two if with_two else None,
        score=journey.score,
    )

"""One score of experience for a journey, a phase or a stage, from what is reached, felt, and lost; parts are shown.

    score = 100 × (w₁ · attainment + w₂ · emotion + w₃ · friction) / (w₁ + w₂ + w₃), over the parts that are known

*Attainment*: the mean over cards that have a target and enough data of how much of it is reached, at most 1. *Emotion*:
the mean over touchpoints of the measured emotion, where any is measured, else of the drawn one, moved to 0…1.
*Friction*: the geometric mean over touchpoints that are not optional of the share that gets to the next such one, among
those whose time is over.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

from parcours.journeys.journey import ScoreWeights
from parcours.maps.measured_journey import ExperienceScore, MeasuredCard, MeasuredTouchpoint, TouchpointFlow

JUDGED = ("on_target", "watch", "off_target")


def experience(
    weights: ScoreWeights, cards: Iterable[MeasuredCard], touchpoints: Sequence[MeasuredTouchpoint]
) -> ExperienceScore:
    """The score over some cards and touchpoints; its value is None where no part is known."""
    emotion, measured = _emotion(touchpoints)
    parts = (
        attainment(cards),
        emotion,
        friction(touchpoints),
    )
    given = (weights.attainment, weights.emotion, weights.friction)
    known = [
        (part, weight) for part, weight in zip(parts, given, strict=True) if part is not None and weight > 0
    ]
    total = sum(weight for _, weight in known)
    value = 100 * sum(part * weight for part, weight in known) / total if known else None
    return ExperienceScore(value, *parts, emotion_is_measured=measured, weights=given)


def attainment(cards: Iterable[MeasuredCard]) -> float | None:
    """How much of their targets cards reach on average, 0…1; None where no card can be judged."""
    reached = [_reached(card) for card in cards if card.status in JUDGED]
    return sum(reached) / len(reached) if reached else None


def friction(touchpoints: Iterable[MeasuredTouchpoint]) -> float | None:
    """The geometric mean over required touchpoints of the share that gets to the next one, of those whose time is over;
    who is lost at an optional one in between is lost. None where nobody could be judged.
    """
    legs: list[list[TouchpointFlow]] = []
    for point in touchpoints:
        if point.flow is None:
            continue
        if point.optional and legs:
            legs[-1].append(point.flow)
        elif not point.optional:
            legs.append([point.flow])
    shares = [share for leg in legs if (share := _getting_on(leg)) is not None]
    return prod(shares) ** (1 / len(shares)) if shares else None


def _getting_on(leg: list[TouchpointFlow]) -> float | None:
    """Of those at a required touchpoint, the share at the next one; None at the last one, and where nobody was."""
    decided = leg[0].reached - sum(flow.open for flow in leg)
    if leg[0].share_moving_on is None or decided <= 0:
        return None
    return 1 - sum(flow.dropped for flow in leg) / decided


def _reached(card: MeasuredCard) -> float:
    """The part of its target that a card reaches; of a target that is no positive number, all or nothing."""
    if card.status == "on_target" or card.target is None or card.now.value is None:
        return 1.0
    value, target = card.now.value, float(card.target)
    part, whole = (value, target) if card.direction == "up" else (target, value)
    return max(0.0, min(1.0, part / whole)) if whole > 0 else 0.0


def _emotion(touchpoints: Sequence[MeasuredTouchpoint]) -> tuple[float | None, bool]:
    """The mean emotion on 0…1, and whether it is measured."""
    measured = [
        _mean([(one.value, one.n) for one in point.measured]) for point in touchpoints if point.measured
    ]
    drawn = [_mean([(one.score, 1) for one in point.drawn]) for point in touchpoints if point.drawn]
    chosen = measured or drawn
    return ((sum(chosen) / len(chosen) + 2) / 4 if chosen else None), bool(measured)


def _mean(values: list[tuple[float, int]]) -> float:
    return sum(value * n for value, n in values) / sum(n for _, n in values)

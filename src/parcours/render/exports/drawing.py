"""What several formats need of a measured journey: one score a touchpoint, names of personas, what is there."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from statistics import fmean

from parcours.journeys.losses import Loss, not_carried
from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint


@dataclass(frozen=True)
class Exported:
    """A file's content, and what the format could not carry."""

    content: bytes
    losses: tuple[Loss, ...] = ()


def score_of(touchpoint: MeasuredTouchpoint) -> float | None:
    """How it feels on −2…+2: as drawn, the mean of the personas; else as measured; None when neither is known."""
    series = [one.score for one in touchpoint.drawn] or [one.value for one in touchpoint.measured]
    return fmean(series) if series else None


def quote_of(touchpoint: MeasuredTouchpoint) -> str:
    """The first quote that was drawn."""
    return next((one.quote or one.label for one in touchpoint.drawn if one.quote or one.label), "")


def xml_text(text: str) -> str:
    """A text of signs that XML 1.0 can hold."""
    return "".join(
        sign for sign in text if sign in "\t\n" or (ord(sign) >= 32 and ord(sign) not in (0xFFFE, 0xFFFF))
    )


def distinct(titles: Iterable[str]) -> list[str]:
    """The titles, each once: a second ``Pay`` is ``Pay (2)``, for formats in which a title stands for its thing."""
    found: list[str] = []
    for title in titles:
        one, number = title, 2
        while one in found:
            one, number = f"{title} ({number})", number + 1
        found.append(one)
    return found


def persona_names(journey: MeasuredJourney) -> dict[str, str]:
    """Names of personas by id."""
    return {persona.id: persona.name for persona in journey.personas}


_COUNTED: dict[str, Callable[[MeasuredTouchpoint], int]] = {
    "numbers": lambda point: int(point.figures is not None or point.flow is not None),
    "emotions-measured": lambda point: len(point.measured),
    "quotes": lambda point: sum(bool(one.quote) for one in point.drawn),
    "emotions": lambda point: max(0, len(point.drawn) - 1),
    "cells": lambda point: len(point.doing) + len(point.thinking) + sum(map(len, point.cells.values())),
    "pain-points": lambda point: len(point.pain_points),
    "opportunities": lambda point: len(point.opportunities),
    "solutions": lambda point: len(point.solutions),
    "channels": lambda point: max(0, len(point.channels) - 1),
    "channels-all": lambda point: len(point.channels),
    "cards": lambda point: len(point.cards),
    "trends": lambda point: sum(bool(card.trend) for card in point.cards),
    "moments": lambda point: int(point.moment_of_truth),
    "rules": lambda point: int(bool(point.rule)),
    "evidence": lambda point: sum(
        bool(one.sources) for one in (*point.doing, *point.thinking, *sum(point.cells.values(), ()))
    ),
    "persona-links": lambda point: sum(
        one.persona is not None for one in (*point.doing, *point.thinking, *sum(point.cells.values(), ()))
    ),
}


def left_out(journey: MeasuredJourney, *things: str) -> tuple[Loss, ...]:
    """The losses of a format that has no place for these things, counted over the journey."""
    counts = [(thing, _count(journey, thing)) for thing in things]
    return not_carried(counts)


def _count(journey: MeasuredJourney, thing: str) -> int:
    if thing == "personas":
        return sum(bool(one.role or one.quote or one.goals or one.needs) for one in journey.personas)
    if thing == "goals":
        words = (journey.scenario, journey.expectation, journey.customer_goal, journey.company_goal)
        return sum(map(bool, words))
    cards = sum(len(phase.cards) for phase in journey.phases) if thing == "cards" else 0
    return cards + sum(_COUNTED[thing](point) for point in journey.touchpoints)

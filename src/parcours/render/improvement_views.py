"""Pain points, solutions and opportunities as pages show them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.journey_labels import JourneyLabels

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from parcours.maps.measured_journey import MeasuredOpportunity, MeasuredPainPoint, MeasuredSolution
    from parcours.render.figure_words import FigureWords


@dataclass(frozen=True)
class PainView:
    text: str
    severity: int
    tail: str
    state: str
    personas: tuple[int, ...]  # their numbers


@dataclass(frozen=True)
class ActView:
    kind: str  # solution, opportunity
    text: str
    effect: str
    status: str
    who: str


def pain_view(pain: MeasuredPainPoint, words: FigureWords, numbers: Mapping[str, int]) -> PainView:
    """A pain point with how often it is met and what it rests on; ``numbers`` are those of the personas."""
    parts = [pain.frequency]
    if pain.customers is not None:
        parts.append(words.say_many("{n} customer", "{n} customers", pain.customers))
    parts.append(JourneyLabels(words).evidence(pain.state))
    whose = tuple(numbers[one] for one in pain.personas if one in numbers)
    return PainView(pain.text, pain.severity, " · ".join(part for part in parts if part), pain.state, whose)


def act_views(
    solutions: Iterable[MeasuredSolution], opportunities: Iterable[MeasuredOpportunity], words: FigureWords
) -> tuple[ActView, ...]:
    """Solutions, then opportunities, each with its progress and who looks after it."""
    labels, no_owner = JourneyLabels(words), words.say("no owner")

    def who(status: str, owner: str) -> str:
        return f"{labels.progress(status)} · {owner or no_owner}"

    return (
        *(
            ActView("solution", one.text, labels.effect(one), one.status, who(one.status, one.owner))
            for one in solutions
        ),
        *(
            ActView("opportunity", one.text, "", one.status, who(one.status, one.owner))
            for one in opportunities
        ),
    )

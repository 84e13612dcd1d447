"""What the other documents say of a stage, under its column: metrics, the worst pain point, solutions, journeys."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.figure_words import FigureWords
from parcours.render.improvement_views import act_views, pain_view
from parcours.render.journey_labels import FEW
from parcours.render.metric_view import card_view

if TYPE_CHECKING:
    from collections.abc import Mapping

    from parcours.maps.journey_comparison import JourneyLine
    from parcours.maps.measured import StageDetails
    from parcours.render.improvement_views import ActView, PainView
    from parcours.render.metric_view import CardView
    from parcours.render.words import Words

CARDS, PAINS, ACTS = 4, 2, 2  # shown; the rest is counted


@dataclass(frozen=True)
class JourneyLink:
    """A journey that serves the stage; ``address`` is "" when its page is not written beside this one."""

    title: str
    address: str
    figures: str


@dataclass(frozen=True)
class StageDetailsView:
    """Ready to print; ``more`` counts what is left out of cards, pain points and solutions."""

    cards: tuple[CardView, ...]
    pains: tuple[PainView, ...]
    acts: tuple[ActView, ...]
    journeys: tuple[JourneyLink, ...]
    stake: str
    more: tuple[str, str, str]


def stage_details(
    details: StageDetails | None, words: Words, pages: Mapping[str, str]
) -> StageDetailsView | None:
    """The view of a stage's details; ``pages`` holds the addresses of journeys' pages by their ids."""
    if details is None:
        return None
    figures = FigureWords(words.language)
    pains = sorted(details.pain_points, key=lambda one: -one.severity)
    acts = act_views(details.solutions, (), figures)
    stake = ""
    if details.value_at_stake_minor and details.currency:
        amount = figures.money(details.value_at_stake_minor, details.currency)
        stake = figures.say("{amount} at stake", amount=amount)
    return StageDetailsView(
        cards=tuple(card_view(card, figures) for card in details.cards[:CARDS]),
        pains=tuple(pain_view(pain, figures, {}) for pain in pains[:PAINS]),
        acts=acts[:ACTS],
        journeys=tuple(_link(one, figures, pages) for one in details.journeys),
        stake=stake,
        more=(
            _more(len(details.cards) - CARDS, figures),
            _more(len(pains) - PAINS, figures),
            _more(len(acts) - ACTS, figures),
        ),
    )


def _more(count: int, words: Words) -> str:
    return words.say("+{n} more", n=count) if count > 0 else ""


def _link(line: JourneyLine, words: FigureWords, pages: Mapping[str, str]) -> JourneyLink:
    parts = []
    if line.score.value is not None:
        parts.append(words.say("experience {score}", score=words.decimal(line.score.value, 0)))
    if line.completion is not None and line.completion.n >= FEW:
        parts.append(words.say("{share} get through", share=words.whole_percent(line.completion.value)))
    return JourneyLink(line.title, pages.get(line.id, ""), " · ".join(parts))

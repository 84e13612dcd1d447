"""The journey map as one self-contained HTML page: it opens offline and asks nothing of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.render.figure_words import FigureWords
from parcours.render.journey_page.context import journey_context
from parcours.render.page_shell import environment, styles, with_font

if TYPE_CHECKING:
    from pathlib import Path

    from parcours.maps.measured_journey import MeasuredJourney
    from parcours.render.words import Language

STYLES = ("tokens", "journey-tokens", "page", "cards", "journey", "journey-print")


def render(
    measured: MeasuredJourney, *, language: Language = "en", home: str = "", font_cache: Path | None = None
) -> str:
    """The page as text, to be written as UTF-8; the same value and language give the same bytes.

    ``home`` is the address of a lifecycle page written beside it. It reads without scripts; with them, each cell
    opens its detail beside the map.
    """
    words = FigureWords(language)
    body = (
        environment()
        .get_template("journey.html.jinja")
        .render(
            page=journey_context(measured, words, home),
            say=words.say,
            styles=styles(STYLES),
        )
    )
    return with_font(body, font_cache)

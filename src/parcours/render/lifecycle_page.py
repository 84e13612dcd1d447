"""The lifecycle map as one self-contained HTML page: it opens offline and asks nothing of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.render.page_context import page_context
from parcours.render.page_shell import environment, styles, with_font
from parcours.render.words import Words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.words import Language

STYLES = ("tokens", "journey-tokens", "page", "route", "route-wide", "charts", "answers", "cards", "print")


def render(
    measured: MeasuredLifecycle,
    *,
    language: Language = "en",
    font_cache: Path | None = None,
    journey_pages: Mapping[str, str] | None = None,
) -> str:
    """The page as text, to be written as UTF-8.

    The same value and language give the same bytes. ``font_cache`` is a folder that keeps the cut typeface between
    processes; a missing or read-only one is no error. ``journey_pages`` holds the addresses of the pages of journeys by
    their ids, so that stages open into them.
    """
    words = Words(language)
    body = (
        environment()
        .get_template("lifecycle.html.jinja")
        .render(
            page=page_context(measured, words, journey_pages),
            say=words.say,
            say_many=words.say_many,
            styles=styles(STYLES),
        )
    )
    return with_font(body, font_cache)

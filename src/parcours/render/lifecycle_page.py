"""The lifecycle map as one self-contained HTML page: it opens offline and asks nothing of the network."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.render.page_context import page_context
from parcours.render.page_shell import environment, styles, with_font
from parcours.render.words import Words

if TYPE_CHECKING:
    from pathlib import Path

    from parcours.maps.measured import MeasuredLifecycle
    from parcours.render.words import Language

STYLES = ("tokens", "page", "route", "route-wide", "charts", "answers", "print")


def render(measured: MeasuredLifecycle, *, language: Language = "en", font_cache: Path | None = None) -> str:
    """The page as text, to be written as UTF-8.

    The same value and language give the same bytes. ``font_cache`` is a folder that keeps the cut typeface between
    processes; a missing or read-only one is no error.
    """
    words = Words(language)
    body = (
        environment()
        .get_template("lifecycle.html.jinja")
        .render(
            page=page_context(measured, words),
            say=words.say,
            say_many=words.say_many,
            styles=styles(STYLES),
        )
    )
    return with_font(body, font_cache)

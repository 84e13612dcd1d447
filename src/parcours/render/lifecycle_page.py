"""The lifecycle map as one self-contained HTML page: it opens offline and asks nothing of the network."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from parcours.render.page_context import page_context
from parcours.render.strokes import px
from parcours.render.typeface import embedded_font
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
        _environment()
        .get_template("lifecycle.html.jinja")
        .render(
            page=page_context(measured, words),
            say=words.say,
            say_many=words.say_many,
            styles=_styles(),
        )
    )
    # the font goes in last: which characters it needs is known only now
    return body.replace("@font-data@", embedded_font(body, font_cache), 1)


@lru_cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("parcours.render"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["px"] = px
    return environment


@lru_cache
def _styles() -> str:
    folder = resources.files("parcours.render") / "styles"
    return "\n".join((folder / f"{name}.css").read_text("utf-8") for name in STYLES)

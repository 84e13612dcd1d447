"""The journey map as a poster: PDF, PNG or SVG on A4 to A1, letter, tabloid or a 16:9 slide, drawn by Typst."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from parcours.render.poster.fitting import lay_out
from parcours.render.poster.fonts import undrawable

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney
    from parcours.render.poster.sheet import Format
    from parcours.render.words import Language


@dataclass(frozen=True)
class Poster:
    """A poster as files: one PDF, or one picture a page; and the characters that no font here could draw."""

    files: tuple[bytes, ...]
    pages: int
    undrawn: tuple[str, ...]


def render(
    measured: MeasuredJourney,
    *,
    paper: str | None = None,
    form: Format = "pdf",
    language: Language = "en",
    split: bool = False,
    beside: MeasuredJourney | None = None,
) -> Poster:
    """The journey as a poster; the same value gives the same bytes.

    Without a ``paper`` it takes A3, or the next larger sheet that carries everything. ``split`` lets it run over
    several pages with the labels repeated; ``beside`` is the other variant (as it is, to be), whose drawn emotion is
    laid beside. Raises InputError when a page would not be readable.
    """
    sheet = lay_out(measured, paper=paper, language=language, split=split, beside=beside)
    return Poster(sheet.write(form, measured.data_until), len(sheet.spare()), undrawable(sheet.text))

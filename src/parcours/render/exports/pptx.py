"""A deck with native shapes: an overview, then one slide a phase (more when a phase has many touchpoints)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TypeVar
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from parcours.journeys.losses import not_carried
from parcours.maps.measured_journey import MeasuredJourney
from parcours.render.exports.drawing import Exported, left_out, xml_text
from parcours.render.figure_words import FigureWords
from parcours.render.words import Language

ENDING = ".pptx"
_Part = TypeVar("_Part")
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can say


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """The journey as slides of 16:9; the same journey gives the same bytes."""
    from pptx import Presentation
    from pptx.util import Inches

    from parcours.render.slides.drawing import HEIGHT, WIDTH
    from parcours.render.slides.overview import even_parts, overview, parts_of
    from parcours.render.slides.phase import MOST_COLUMNS, phase_slide
    from parcours.render.slides.phase import left_out as statements_left_out

    words = FigureWords(language)
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    blank = deck.slide_layouts[6]
    for place, phases in _numbered(parts_of(journey)):
        overview(deck.slides.add_slide(blank), journey, phases, place, words)
    lanes = 0
    for phase in journey.phases:
        for place, columns in _numbered(even_parts(phase.touchpoints, MOST_COLUMNS)):
            lanes += phase_slide(deck.slides.add_slide(blank), journey, phase, columns, place, words)
    about = deck.core_properties
    about.title, about.author, about.last_modified_by = (
        xml_text(journey.title)[:255],
        xml_text(journey.owner)[:255],
        "",
    )
    about.created = about.modified = journey.data_until.replace(tzinfo=None)
    stream = BytesIO()
    deck.save(stream)
    beyond = not_carried((("statements-beyond", statements_left_out(journey)), ("lanes-beyond", lanes)))
    return Exported(
        _dateless(stream),
        beyond + left_out(journey, "rules", "emotions", "evidence", "persona-links", "trends"),
    )


def _numbered(parts: Sequence[_Part]) -> Iterator[tuple[str, _Part]]:
    """Each part with its place among several, such as 2/3; "" for one alone."""
    for number, part in enumerate(parts, 1):
        yield (f"{number}/{len(parts)}" if len(parts) > 1 else ""), part


def _dateless(stream: BytesIO) -> bytes:
    """The same archive without the clock's time in it."""
    written = BytesIO()
    with ZipFile(stream) as old, ZipFile(written, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, _LONG_AGO)
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return written.getvalue()

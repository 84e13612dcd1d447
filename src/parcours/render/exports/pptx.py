"""A deck with native shapes: an overview, then one slide a phase (more when a phase has many touchpoints)."""

from __future__ import annotations

from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from parcours.maps.measured_journey import MeasuredJourney
from parcours.render.exports.drawing import Exported, left_out
from parcours.render.figure_words import FigureWords
from parcours.render.words import Language

ENDING = ".pptx"
_LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest that an archive can say


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """The journey as slides of 16:9; the same journey gives the same bytes."""
    from pptx import Presentation
    from pptx.util import Inches

    from parcours.render.slides.drawing import HEIGHT, WIDTH
    from parcours.render.slides.overview import overview
    from parcours.render.slides.phase import MOST_COLUMNS, phase_slide

    words = FigureWords(language)
    deck = Presentation()
    deck.slide_width, deck.slide_height = Inches(WIDTH), Inches(HEIGHT)
    blank = deck.slide_layouts[6]
    overview(deck.slides.add_slide(blank), journey, words)
    for phase in journey.phases:
        for first in range(0, len(phase.touchpoints), MOST_COLUMNS):
            columns = phase.touchpoints[first : first + MOST_COLUMNS]
            phase_slide(deck.slides.add_slide(blank), journey, phase, columns, words)
    about = deck.core_properties
    about.title, about.author, about.last_modified_by = journey.title[:255], journey.owner[:255], ""
    about.created = about.modified = journey.data_until.replace(tzinfo=None)
    stream = BytesIO()
    deck.save(stream)
    return Exported(_dateless(stream), left_out(journey, "rules", "evidence", "persona-links"))


def _dateless(stream: BytesIO) -> bytes:
    """The same archive without the clock's time in it."""
    written = BytesIO()
    with ZipFile(stream) as old, ZipFile(written, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            entry = ZipInfo(name, _LONG_AGO)
            entry.compress_type = ZIP_DEFLATED
            new.writestr(entry, old.read(name))
    return written.getvalue()

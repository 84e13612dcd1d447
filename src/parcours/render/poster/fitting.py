"""Does it fit? A poster is refused rather than made unreadable, and the way out is named."""

from __future__ import annotations

from typing import TYPE_CHECKING

from parcours.errors import InputError, did_you_mean
from parcours.render.figure_words import FigureWords
from parcours.render.poster.document import document
from parcours.render.poster.paper import MOST_COLUMNS, MOST_STAGES, PAPERS, smallest_for
from parcours.render.poster.parts import paged, phase_parts
from parcours.render.poster.sheet import Sheet

if TYPE_CHECKING:
    from collections.abc import Iterator

    from parcours.maps.measured_journey import MeasuredJourney
    from parcours.render.poster.paper import Paper
    from parcours.render.poster.parts import Part
    from parcours.render.words import Language

Pages = tuple[tuple["Part", ...], ...]


def lay_out(
    measured: MeasuredJourney,
    *,
    paper: str | None = None,
    language: Language = "en",
    split: bool = False,
    beside: MeasuredJourney | None = None,
) -> Sheet:
    """The poster, laid out and not yet written; raises InputError where a page would not be readable.

    Without a paper: A3, or the next larger sheet that carries everything on one page."""
    if paper is None:
        return _on_the_smallest(measured, language, beside, split=split)
    sheet = PAPERS.get(paper)
    if sheet is None:
        raise InputError(f"There is no paper {paper!r}.", hint=did_you_mean(paper, PAPERS))
    parts = phase_parts(measured)
    if not parts:
        raise InputError(
            f"The journey {measured.id!r} has no touchpoint, so there is nothing to draw.",
            hint="Add a phase with a touchpoint to its document.",
        )
    pages = paged(parts, sheet.columns)
    if not split:
        _check_width(measured, sheet, parts, pages)
    words = FigureWords(language)
    tries = [(pages, False)] if not split else [(pages, False), (pages, True)]
    for chosen, halves in tries:
        drawn = Sheet(document(measured, words, sheet, chosen, halves=halves, beside=beside))
        if min(drawn.spare()) >= 0:
            return drawn
    for narrower in _narrower(parts, sheet, split=split):
        drawn = Sheet(document(measured, words, sheet, narrower, halves=True, beside=beside))
        if min(drawn.spare()) >= 0:
            return drawn
    raise InputError(
        f"The lanes of {measured.id!r} are {round(-min(drawn.spare()) / 72 * 25.4)} mm too high for {sheet.label}.",
        hint=_advice_on_height(measured, words, sheet, split=split),
    )


def _on_the_smallest(
    measured: MeasuredJourney, language: Language, beside: MeasuredJourney | None, *, split: bool
) -> Sheet:
    for paper in () if split else ("a3", "a2"):
        if len(measured.touchpoints) <= PAPERS[paper].columns:
            try:
                return lay_out(measured, paper=paper, language=language, beside=beside)
            except InputError:
                continue  # too high: a larger sheet may carry it
    return lay_out(measured, paper="a3" if split else "a1", language=language, split=split, beside=beside)


def _narrower(parts: tuple[Part, ...], sheet: Paper, *, split: bool) -> Iterator[Pages]:
    """Fewer columns a page give wider ones, whose texts need fewer lines."""
    if split:
        yield from (paged(parts, most) for most in range(sheet.columns - 1, 1, -2))


def _check_width(measured: MeasuredJourney, sheet: Paper, parts: tuple[Part, ...], pages: Pages) -> None:
    columns, stages = len(measured.touchpoints), len(parts)
    if columns <= sheet.columns and stages <= MOST_STAGES:
        return
    phases = [
        f"page {number}: " + ", ".join(measured.phases[part.phase].title for part in page)
        for number, page in enumerate(pages, start=1)
    ]
    if columns > MOST_COLUMNS or stages > MOST_STAGES:
        raise InputError(
            f"{columns} touchpoints in {stages} phases are too many for one page of any size "
            f"(at most {MOST_COLUMNS} and {MOST_STAGES}).",
            hint="Make journeys of their own of some phases (journey: … at a touchpoint), or add --split for "
            f"{len(pages)} pages of {sheet.label}: {'; '.join(phases)}.",
        )
    larger = smallest_for(columns, sheet)
    paper = f"Choose a larger paper (--paper {larger.name}), or add" if larger else "Add"
    raise InputError(
        f"{columns} touchpoints are not readable on one page of {sheet.label}, which carries {sheet.columns}.",
        hint=f"{paper} --split for {len(pages)} pages: {'; '.join(phases)}.",
    )


def _advice_on_height(measured: MeasuredJourney, words: FigureWords, sheet: Paper, *, split: bool) -> str:
    """A larger paper that has been tried, or the split."""
    for name in ("a4", "a3", "a2", "a1"):
        larger = PAPERS[name]
        if larger.height <= sheet.height or len(measured.touchpoints) > larger.columns:
            continue
        tried = Sheet(document(measured, words, larger, paged(phase_parts(measured), larger.columns)))
        if min(tried.spare()) >= 0:
            return f"Choose a larger paper: --paper {name}" + ("." if split else ", or add --split.")
    return "Shorten the longest texts, or hide lanes." if split else "Add --split."

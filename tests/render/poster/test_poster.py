"""The acceptance list of the poster, read out of what is really drawn."""

from __future__ import annotations

import io
import re
import struct
from html import unescape
from itertools import combinations
from time import process_time
from typing import TYPE_CHECKING

import pdfplumber
import pytest

import extreme_journeys
import made_journey
from parcours.render.poster import render
from parcours.render.poster.fitting import lay_out
from parcours.render.poster.paper import PAPERS
from poster_letters import letters

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney
    from parcours.render.poster.sheet import Box, Format, Sheet
    from parcours.render.words import Language

JOURNEYS = extreme_journeys.every()
SMALLEST = 6.0  # points on paper


def check_boxes(sheet: Sheet, measured: MeasuredJourney) -> None:
    """No letter leaves its box, no box leaves the paper, no two boxes of text overlap."""
    boxes = sheet.boxes()
    drawn = letters(sheet, measured)
    assert len(drawn) > 100
    lost = [one for one in drawn if not any(one.inside(box) for box in boxes)]
    assert lost == []
    assert min(one.size for one in drawn) >= SMALLEST
    taken = [box for box in boxes if any(one.inside(box) for one in drawn)]
    assert [pair for pair in combinations(taken, 2) if overlap(*pair)] == []


def overlap(a: Box, b: Box) -> bool:
    """Whether two boxes cover one another by more than a hair; callouts lie over the lines' names on purpose."""
    if a.page != b.page or {a.kind, b.kind} == {"callout", "mark"}:
        return False
    across = min(a.x + a.w, b.x + b.w) - max(a.x, b.x)
    down = min(a.y + a.h, b.y + b.h) - max(a.y, b.y)
    return across > 1 and down > 1


@pytest.mark.parametrize("name", JOURNEYS)
def test_no_text_leaves_its_cell_or_touches_another(name: str) -> None:
    check_boxes(lay_out(JOURNEYS[name], paper="a3"), JOURNEYS[name])


@pytest.mark.parametrize(("paper", "language"), [*((paper, "en") for paper in PAPERS), ("a3", "fr")])
def test_every_paper_carries_what_it_is_given(paper: str, language: Language) -> None:
    measured = extreme_journeys.rambling()
    sheet = lay_out(measured, paper=paper, language=language, split=True)
    check_boxes(sheet, measured)
    assert min(sheet.spare()) >= 0
    width, height = PAPERS[paper].width, PAPERS[paper].height
    assert all(box.x >= 0 and box.x + box.w <= width + 1 for box in sheet.boxes())
    assert all(box.y >= 0 and box.y + box.h <= height + 1 for box in sheet.boxes())


@pytest.mark.parametrize("form", ["pdf", "png", "svg"])
def test_the_same_journey_gives_the_same_bytes(form: Format) -> None:
    measured = made_journey.first_purchase()
    assert render(measured, form=form).files == render(measured, form=form).files


def test_a_pdf_was_made_when_its_data_ends_and_carries_its_fonts() -> None:
    measured = made_journey.first_purchase()
    (pdf,) = render(measured).files
    with pdfplumber.open(io.BytesIO(pdf)) as opened:
        assert opened.metadata["Title"] == measured.title
        assert opened.metadata["CreationDate"] == f"D:{measured.data_until:%Y%m%d%H%M%S}Z"
        (page,) = opened.pages
        assert {"+Inter" in one["fontname"] for one in page.chars} == {True}
        assert page.images == []


def test_a_picture_has_two_dots_for_each_of_the_page() -> None:
    (png,) = render(made_journey.first_purchase(), form="png").files
    width, height = struct.unpack(">II", png[16:24])
    assert (width, height) == (round(1190.55 / 72 * 192), round(841.89 / 72 * 192))


def test_a_drawing_says_what_it_shows() -> None:
    (svg,) = render(extreme_journeys.in_other_words(extreme_journeys.TEXTS["markup"]), form="svg").files
    words = re.findall(r"<(?:title|desc)>(.*?)</", svg.decode())
    assert b'role="img">' in svg[:400]
    assert unescape(words[0]) == extreme_journeys.TEXTS["markup"]
    assert "−1.1" in words[1]
    assert "131 of 495" in words[1]
    assert re.search(rb"https?://(?!www\.w3\.org)", svg) is None


def test_seven_phases_of_twenty_touchpoints_take_less_than_a_second() -> None:
    measured = made_journey.crowded(7, 20)
    render(measured, paper="a1")  # finds the fonts
    started = process_time()
    render(measured, paper="a1")
    assert process_time() - started < 1


def test_what_no_font_draws_is_told() -> None:
    assert render(extreme_journeys.in_other_words("a \U0010fff0 b"), form="svg").undrawn == ("\U0010fff0",)
    assert render(JOURNEYS["japanese"], form="svg").undrawn == ()
    assert render(JOURNEYS["arabic"], form="svg").undrawn == ()


def test_two_variants_are_laid_beside_each_other() -> None:
    wished, as_is = extreme_journeys.to_be()
    beside = lay_out(wished, beside=as_is)
    assert "As it is" in beside.text
    assert render(wished, beside=as_is).files != render(wished).files
    check_boxes(beside, wished)

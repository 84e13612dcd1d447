"""A poster that would not be readable is refused, and the way out that is named works."""

from __future__ import annotations

from dataclasses import replace

import pytest

import made_journey
from parcours.errors import InputError
from parcours.render.poster.fitting import lay_out
from parcours.render.poster.paper import PAPERS
from parcours.render.poster.parts import Part, paged, phase_parts


def test_too_many_columns_name_a_larger_paper_and_the_pages_of_a_split() -> None:
    measured = made_journey.crowded(7, 20)
    with pytest.raises(
        InputError, match="20 touchpoints are not readable on one page of A3, which carries 10"
    ) as told:
        lay_out(measured, paper="a3")
    assert "--paper a1" in told.value.hint
    assert "--split for 3 pages: page 1: Discover, Choose; page 2:" in told.value.hint
    assert min(lay_out(measured, paper="a1").spare()) >= 0
    assert len(lay_out(measured, paper="a3", split=True).spare()) == 3


def test_more_than_any_page_carries_proposes_journeys_of_their_own() -> None:
    with pytest.raises(InputError, match="30 touchpoints in 11 phases are too many") as told:
        lay_out(made_journey.crowded(11, 30), paper="a1")
    assert "journeys of their own" in told.value.hint


def test_without_a_paper_it_takes_the_smallest_that_carries_it() -> None:
    assert PAPERS["a3"].columns < 16 <= PAPERS["a2"].columns
    assert '"width": 1683.78' in lay_out(made_journey.crowded(5, 16)).text
    assert '"width": 1190.55' in lay_out(made_journey.crowded(4, 8)).text


def test_an_unknown_paper_is_told() -> None:
    with pytest.raises(InputError, match="There is no paper 'a33'") as told:
        lay_out(made_journey.first_purchase(), paper="a33")
    assert "a3" in told.value.hint


def test_a_journey_without_touchpoints_is_told() -> None:
    empty = replace(made_journey.first_purchase(), phases=(), touchpoints=())
    with pytest.raises(InputError, match="no touchpoint"):
        lay_out(empty)


def test_pages_break_at_the_edges_of_phases_and_are_even() -> None:
    pages = paged(phase_parts(made_journey.first_purchase()), 7)
    assert [[part.phase for part in page] for page in pages] == [[0, 1], [2, 3]]
    assert [place for page in pages for part in page for place in part.touchpoints] == list(range(10))


def test_a_phase_longer_than_a_page_is_cut_and_counted() -> None:
    pages = paged((Part(0, tuple(range(9))), Part(1, (9,))), 4)
    assert [[(part.piece, part.pieces, len(part.touchpoints)) for part in page] for page in pages] == [
        [(1, 3, 3)], [(2, 3, 3)], [(3, 3, 3), (1, 1, 1)],
    ]  # fmt: skip

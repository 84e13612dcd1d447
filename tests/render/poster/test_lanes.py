"""What the lanes of a poster say: flow, emotion, cards and legend, without drawing them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

import made_journey
from parcours.render.figure_words import FigureWords
from parcours.render.poster.columns import ColumnWriter
from parcours.render.poster.curves import CurveWriter
from parcours.render.poster.document import document
from parcours.render.poster.flow_lane import FlowWriter
from parcours.render.poster.paper import PAPERS
from parcours.render.poster.parts import phase_parts

if TYPE_CHECKING:
    from parcours.maps.measured_journey import MeasuredJourney

EN, FR = FigureWords("en"), FigureWords("fr")


def test_the_flow_has_one_scale_and_names_the_worst() -> None:
    measured = made_journey.first_purchase()
    cells = [FlowWriter(measured, EN).cell(place) for place in range(10)]
    assert all(cell is not None for cell in cells)
    known = [cell for cell in cells if cell is not None]
    assert known[0]["here"] == 1
    assert known[6]["head"] == "495 → 358"
    assert known[6]["loss"] == "−26\u202f%"
    assert known[6]["cost"] == "€12.1k at stake"
    assert [cell["worst"] for cell in known].index(True) == 6
    assert known[2]["own"] == pytest.approx(121 / 1240)
    assert known[2]["here"] == pytest.approx(839 / 1240)


def test_few_customers_have_counts_and_no_share() -> None:
    cells = [FlowWriter(made_journey.one_customer(), EN).cell(place) for place in range(10)]
    assert not any("%" in str(cell[part]) for cell in cells if cell for part in ("head", "loss", "rest"))
    stop = cells[6]
    assert stop is not None
    assert (stop["loss"], stop["few"]) == ("−1", True)


def test_an_empty_log_keeps_its_steps_and_a_drawing_has_none() -> None:
    empty = FlowWriter(made_journey.nobody(), EN).cell(0)
    assert empty is not None
    assert (empty["here"], empty["head"]) == (0, "0 → 0")
    assert FlowWriter(made_journey.drawn_only(), EN).cell(0) is None


def test_each_persona_has_a_hue_a_dash_and_a_marker_of_its_own() -> None:
    series = CurveWriter(made_journey.first_purchase(), EN).series()
    assert [one.name for one in series] == ["Claire", "Marc"]
    for looks in zip(*((one.hue, one.dash, one.marker) for one in series), strict=True):
        assert len(set(looks)) == 2


def test_a_card_of_too_few_hides_its_value() -> None:
    measured = made_journey.first_purchase()
    (card,) = ColumnWriter(measured, EN).column(measured.touchpoint("review"))["cards"]
    assert (card["status"], card["note"], card["spark"], card["bullet"]) == (
        "few",
        "n = 12, too few",
        [],
        None,
    )


def test_an_old_statement_among_others_carries_its_year() -> None:
    measured = made_journey.first_purchase()
    thinking = ColumnWriter(measured, FR).column(measured.touchpoint("pay"))["thinking"]
    assert thinking["text"].endswith("–\u00a0Marc,\u00a02023")
    assert thinking["state"] == "assumed"


def test_the_legend_names_what_stands_on_the_page_and_nothing_else() -> None:
    def signs(measured: MeasuredJourney) -> set[str]:
        page = document(measured, EN, PAPERS["a3"], (phase_parts(measured),))["pages"][0]
        return {one["sign"] for one in page["legend"]}

    assert {"measured", "gap", "drawn", "exit", "aside", "moment", "scarce"} <= signs(
        made_journey.first_purchase()
    )
    drawn = signs(made_journey.drawn_only())
    assert not drawn & {"measured", "gap", "exit", "aside", "few", "good", "watch", "bad", "bullet", "spark"}


def test_callouts_are_at_most_three_and_hold_the_lowest() -> None:
    measured = made_journey.first_purchase()
    page = document(measured, EN, PAPERS["a3"], (phase_parts(measured),))["pages"][0]
    told = page["emotion"]["callouts"]
    assert len(told) <= 3
    assert told[0]["score"] == "−1.1"
    quiet = replace(measured, touchpoints=tuple(replace(one, drawn=()) for one in measured.touchpoints))
    assert document(quiet, EN, PAPERS["a3"], (phase_parts(quiet),))["pages"][0]["emotion"]["callouts"] == []

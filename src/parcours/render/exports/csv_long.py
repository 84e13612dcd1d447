"""The long sheet: one statement a row, in the columns
``journey,phase,touchpoint,lane,persona,item,score,evidence,source``. Cells never begin a formula."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from io import StringIO

from parcours.journeys.imports.csv_cells import guarded
from parcours.journeys.imports.csv_long import COLUMNS
from parcours.maps.measured_journey import MeasuredJourney, MeasuredTouchpoint, Statement
from parcours.render.exports.drawing import Exported, distinct, left_out, persona_names
from parcours.render.words import Language

ENDING = ".csv"
_Row = tuple[str, str, str, str, str, str]  # lane, persona, item, score, evidence, source


def export(journey: MeasuredJourney, language: Language) -> Exported:
    """Every statement, emotion, pain point, solution and metric as a row; lane names are the format's own."""
    del language  # the lanes' names are read by programs
    names = persona_names(journey)
    lanes = {lane.id: lane.title for lane in journey.lanes}
    points = {point.id: point for point in journey.touchpoints}
    sheet = StringIO()
    writer = csv.writer(sheet, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for phase, phase_title in zip(journey.phases, distinct(one.title for one in journey.phases), strict=True):
        titles = distinct(points[one].title for one in phase.touchpoints)
        for one, title in zip(phase.touchpoints, titles, strict=True):
            for row in _rows(points[one], names, lanes):
                cells = (journey.title, phase_title, title, *row)
                writer.writerow([guarded(cell) for cell in cells])
    return Exported(
        sheet.getvalue().encode("utf-8-sig"), left_out(journey, "rules", "personas", "goals", "numbers")
    )


def _rows(point: MeasuredTouchpoint, names: dict[str, str], lanes: dict[str, str]) -> Iterator[_Row]:
    yield "", "", "", "", point.state, ""
    yield from _said(point, names, lanes)
    yield from _felt(point, names)
    yield from _improved(point)
    for card in point.cards:
        value = "" if card.now.value is None else f"{card.now.value:.6g}"
        yield "metric", "", card.title, value, card.status, f"n={card.now.n}"


def _said(point: MeasuredTouchpoint, names: dict[str, str], lanes: dict[str, str]) -> Iterator[_Row]:
    own = ((lanes.get(lane, lane), items) for lane, items in point.cells.items())
    for lane, items in (("doing", point.doing), ("thinking", point.thinking), *own):
        yield from (_statement(lane, item, names) for item in items)
    yield from (("channels", "", title, "", "", "") for _, title in point.channels)
    if point.moment_of_truth:
        yield "moment of truth", "", "yes", "", "", ""


def _felt(point: MeasuredTouchpoint, names: dict[str, str]) -> Iterator[_Row]:
    for drawn in point.drawn:
        words = drawn.quote or drawn.label
        yield "emotion", names.get(drawn.persona or "", ""), words, f"{drawn.score:g}", drawn.state, ""
    for felt in point.measured:
        yield "emotion measured", "", felt.title, f"{felt.value:.3f}", f"n={felt.n}", felt.conversion


def _improved(point: MeasuredTouchpoint) -> Iterator[_Row]:
    for pain in point.pain_points:
        yield "pain points", "", pain.text, str(pain.severity), pain.state, pain.frequency
    yield from (("opportunities", "", one.text, "", one.status, one.owner) for one in point.opportunities)
    yield from (("solutions", "", one.text, "", one.status, one.owner) for one in point.solutions)


def _statement(lane: str, item: Statement, names: dict[str, str]) -> _Row:
    return lane, names.get(item.persona or "", ""), item.text, "", item.state, "; ".join(item.sources)

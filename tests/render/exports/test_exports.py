"""What every format must keep, and what it says it could not: over a full journey, an empty one, and one customer."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from io import BytesIO, StringIO

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from made_journey import drawn_only, first_purchase, nobody, one_customer
from parcours.errors import QueryError
from parcours.journeys.imports import import_journey
from parcours.maps.measured_journey import DrawnEmotion, MeasuredJourney, Statement
from parcours.render.exports import export, format_names, format_of

JOURNEYS = {"full": first_purchase(), "nobody": nobody(), "one": one_customer(), "drawn": drawn_only()}
BOTH_WAYS = ("csv", "csv-long", "mermaid", "cjml", "ojf", "markdown")


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("journey", JOURNEYS.values(), ids=JOURNEYS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_same_journey_gives_the_same_bytes(name: str, journey: MeasuredJourney, language: str) -> None:
    first = export(journey, name, "fr" if language == "fr" else "en")
    assert first.content
    assert first == export(journey, name, "fr" if language == "fr" else "en")
    assert all(loss.count > 0 and loss.say("fr") != loss.say("en") for loss in first.losses)


@pytest.mark.parametrize("name", BOTH_WAYS)
@pytest.mark.parametrize("language", ["en", "fr"])
def test_what_is_written_is_read_again(name: str, language: str) -> None:
    journey = first_purchase()
    content = export(journey, name, "fr" if language == "fr" else "en").content
    read = import_journey(content, file=f"map{format_of(name).ENDING}", format_name=name).journey
    assert [phase.title for phase in read.phases] == [phase.title for phase in journey.phases]
    assert [point.title for point in read.touchpoints] == [point.title for point in journey.touchpoints]
    if name != "csv":  # a sheet's title is its file's name
        assert read.title == journey.title


@pytest.mark.parametrize(
    ("name", "exact"), [("csv", 1e-9), ("csv-long", 1e-9), ("ojf", 0.01), ("markdown", 1e-9)]
)
def test_emotions_come_back(name: str, exact: float) -> None:
    journey = with_one_emotion(first_purchase())
    content = export(journey, name, "en").content
    read = import_journey(content, file="map", format_name=name).journey
    drawn = [[one.score for one in point.drawn] for point in journey.touchpoints]
    again = [[one.score for one in point.emotion] for point in read.touchpoints]
    assert [len(one) for one in again] == [len(one) for one in drawn]
    assert [one[0] for one in again if one] == pytest.approx([one[0] for one in drawn if one], abs=exact)


@pytest.mark.parametrize("name", ["csv", "csv-long", "markdown"])
def test_statements_and_pain_points_come_back(name: str) -> None:
    journey = first_purchase()
    found = import_journey(export(journey, name, "en").content, file="map", format_name=name)
    for point, read in zip(journey.touchpoints, found.journey.touchpoints, strict=True):
        assert [one.text for one in read.doing] == [one.text for one in point.doing]
        assert [one.text for one in read.thinking] == [one.text for one in point.thinking]
        assert read.moment_of_truth == point.moment_of_truth
    texts = {getattr(document, "text", None) for document in found.documents}
    pains = {pain.text.replace(";", ",") for point in journey.touchpoints for pain in point.pain_points}
    assert pains <= texts


def test_mermaid_counts_what_it_cannot_carry() -> None:
    losses = {loss.detail: loss.count for loss in export(first_purchase(), "mermaid", "en").losses}
    journey = first_purchase()
    assert losses["pain-points"] == sum(len(point.pain_points) for point in journey.touchpoints)
    assert losses["emotions-measured"] == sum(len(point.measured) for point in journey.touchpoints)


def test_an_unknown_format_is_refused() -> None:
    with pytest.raises(QueryError, match="no format 'pttx'"):
        export(first_purchase(), "pttx", "en")


FORMULAS = (
    "=1+1",
    "+1+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    '=HYPERLINK("http://x")',
    "-5 apples",
    "=cmd|' /C calc'!A0",
)


@pytest.mark.parametrize("evil", FORMULAS)
@pytest.mark.parametrize("name", ["csv", "csv-long", "xlsx"])
def test_no_cell_begins_a_formula(name: str, evil: str) -> None:
    journey = first_purchase()
    first, *rest = journey.touchpoints
    poisoned = replace(first, title=evil, doing=(Statement(evil, None, "assumed", (evil,), None, None),))
    content = export(replace(journey, title=evil, touchpoints=(poisoned, *rest)), name, "en").content
    if name == "xlsx":
        book = openpyxl.load_workbook(BytesIO(content))
        kinds = {cell.data_type for sheet in book for row in sheet for cell in row}
        assert "f" not in kinds
        assert any(cell.value == evil for sheet in book for row in sheet for cell in row)
        return
    cells = [cell for row in csv.reader(StringIO(content.decode("utf-8-sig"))) for cell in row]
    assert not [cell for cell in cells if cell[:1] and cell[0] in "=+-@\t\r" and not number(cell)]
    assert any(evil.strip().lstrip("=") in cell for cell in cells)


def test_json_holds_every_field() -> None:
    whole = json.loads(export(first_purchase(), "json", "en").content)
    assert whole["touchpoints"][0]["flow"]["reached"] == first_purchase().touchpoints[0].flow.reached  # type: ignore[union-attr]
    assert set(whole) == set(MeasuredJourney.__dataclass_fields__)


def test_the_workbook_holds_the_numbers_as_numbers() -> None:
    book = openpyxl.load_workbook(BytesIO(export(first_purchase(), "xlsx", "fr").content))
    sheet = book.worksheets[1]
    rows = list(sheet.iter_rows(values_only=True))
    place = rows[0].index("Clients")
    figures = [point.figures for point in first_purchase().touchpoints]
    assert [row[place] for row in rows[1:]] == [one.customers if one else None for one in figures]


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029\x85\ufffe\uffff"),
    min_size=1,
    max_size=30,
).filter(lambda text: bool(text.strip()))


@given(
    titles=st.lists(WORDS, min_size=11, max_size=11),
    scores=st.lists(st.integers(-2, 2), min_size=11, max_size=11),
)
@settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@pytest.mark.parametrize("name", BOTH_WAYS)
def test_any_words_survive_or_are_read_without_a_stumble(
    name: str, titles: list[str], scores: list[int]
) -> None:
    journey = with_one_emotion(first_purchase())
    points = tuple(
        replace(point, title=title, drawn=(DrawnEmotion(score, "", "", None, "assumed"),))
        for point, title, score in zip(journey.touchpoints, titles, scores, strict=False)
    )
    content = export(replace(journey, touchpoints=points), name, "en").content
    read = import_journey(content, file="map", format_name=name).journey
    assert len(read.touchpoints) <= len(points)
    if name in ("mermaid", "cjml", "ojf"):
        assert [one.emotion[0].score for one in read.touchpoints] == pytest.approx(
            [float(one) for one in scores[: len(points)]]
        )
    if name in ("cjml", "ojf"):
        assert [" ".join(one.title.split()) for one in read.touchpoints] == [
            " ".join(one.split()) for one in titles[: len(points)]
        ]


def with_one_emotion(journey: MeasuredJourney) -> MeasuredJourney:
    """The same journey with everybody's emotion alone."""
    points = tuple(
        replace(point, drawn=tuple(replace(one, persona=None) for one in point.drawn[:1]))
        for point in journey.touchpoints
    )
    return replace(journey, touchpoints=points)


def number(cell: str) -> bool:
    try:
        float(cell)
    except ValueError:
        return False
    return True

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
from pptx import Presentation

from made_journey import crowded, drawn_only, first_purchase, nobody, one_customer
from parcours.errors import QueryError
from parcours.journeys.imports import import_journey
from parcours.maps.measured_journey import DrawnEmotion, MeasuredJourney, Statement
from parcours.render.exports import export, format_names, format_of
from parcours.render.slides.overview import parts_of

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
    flow = first_purchase().touchpoints[0].flow
    assert flow is not None
    assert whole["touchpoints"][0]["flow"]["reached"] == flow.reached
    assert set(whole) == set(MeasuredJourney.__dataclass_fields__)


def test_the_workbook_holds_the_numbers_as_numbers() -> None:
    book = openpyxl.load_workbook(BytesIO(export(first_purchase(), "xlsx", "fr").content))
    sheet = book.worksheets[1]
    rows = list(sheet.iter_rows(values_only=True))
    place = rows[0].index("Clients")
    figures = [point.figures for point in first_purchase().touchpoints]
    assert [row[place] for row in rows[1:]] == [one.customers if one else None for one in figures]


HARD = (
    "a\x00\x01\x0b b", "\ufffe", "\u202eevil\u202e", "section: title %% # ;", "Sectional sofa", "---\n# h\n- b: c\n```",
    'a,b;"c"\n\n=d', "journey", "<br/>&lt;]]>", "'=x", "1: 5: x", "- emotion: 2", "Customers: 3",
    "«\u202ffin\u202f» ; oui",
)  # fmt: skip


@pytest.mark.parametrize("name", format_names())
@pytest.mark.parametrize("hard", HARD)
def test_hard_words_are_written_and_lose_no_touchpoint(name: str, hard: str) -> None:
    journey = with_one_emotion(first_purchase())
    points = tuple(
        replace(one, title=hard, doing=(Statement(hard, None, "assumed", (), None, None),))
        for one in journey.touchpoints
    )
    phases = tuple(replace(one, title=hard, goal=hard) for one in journey.phases)
    content = export(
        replace(journey, title=hard, owner=hard, phases=phases, touchpoints=points), name, "en"
    ).content
    if name not in BOTH_WAYS:
        assert content
        return
    read = import_journey(content, file="map", format_name=name).journey
    assert [len(one.touchpoints) for one in read.phases] == [len(one.touchpoints) for one in journey.phases]
    if name in ("csv", "csv-long", "markdown"):
        plain = " ".join("".join(sign for sign in hard if sign >= " " or sign == "\n").split())
        said = [" ".join(one.text.split()) for one in read.touchpoints[0].doing]
        assert said in ([plain], [plain.replace(";", ",")])


def test_the_wide_sheet_says_which_texts_it_changed() -> None:
    journey = first_purchase()
    first, *rest = journey.touchpoints
    said = replace(first, doing=(Statement("one; two", None, "assumed", (), None, None),))
    losses = export(replace(journey, touchpoints=(said, *rest)), "csv", "en").losses
    assert [(loss.code, loss.count, loss.detail) for loss in losses if loss.code == "signs-replaced"] == [
        ("signs-replaced", 1, "one; two")
    ]


@pytest.mark.parametrize(("phases", "touchpoints"), [(4, 12), (4, 48), (1, 20), (7, 15)])
def test_crowded_slides_hold_every_touchpoint_in_their_bounds(phases: int, touchpoints: int) -> None:
    journey = crowded(phases, touchpoints)
    deck = Presentation(BytesIO(export(journey, "pptx", "en").content))
    for slide in deck.slides:
        for shape in slide.shapes:
            assert shape.left >= 0
            assert shape.top >= 0
            assert shape.left + shape.width <= deck.slide_width
            assert shape.top + shape.height <= deck.slide_height
    overviews = parts_of(journey)
    assert [one for part in overviews for phase in part for one in phase.touchpoints] == [
        point.id for point in journey.touchpoints
    ]
    assert all(sum(len(phase.touchpoints) for phase in part) <= 14 for part in overviews)


WORDS = st.text(
    st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\ufeff\u2028\u2029\x85\ufffe\uffff"),
    min_size=1,
    max_size=30,
).filter(lambda text: bool(text.strip()))


@given(
    titles=st.lists(WORDS, min_size=11, max_size=11),
    scores=st.lists(st.integers(-2, 2), min_size=11, max_size=11),
)
@settings(max_examples=10, suppress_health_check=[HealthCheck.too_slow], deadline=None)
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

"""What is imported stands beside what a workspace has: nothing doubled, nothing lost."""

from __future__ import annotations

import pytest

from parcours.errors import DocumentError
from parcours.journeys.channels import ChannelDocument
from parcours.journeys.documents import Document
from parcours.journeys.imports import import_journey
from parcours.journeys.imports.joining import joined, renamed
from parcours.journeys.improvements import PainPointDocument
from parcours.journeys.journey import JourneyDocument
from parcours.journeys.personas import PersonaDocument

SHEET = (
    "journey,phase,touchpoint,lane,persona,item,score,evidence,source\n"
    "Visit,Before,Book,doing,Claire,Phones,,,\n"
    "Visit,Before,Book,emotion,Claire,,1,,\n"
    "Visit,Before,Book,channels,,Web Site,,,\n"
    "Visit,Before,Book,pain points,,Slow,4,,\n"
    "Visit,Before,Book,Backstage,Claire,Calls back,,,\n"
)
THERE: tuple[Document, ...] = (
    PersonaDocument(kind="persona", id="gift-buyer", name="claire"),
    ChannelDocument(kind="channel", id="web", title="Web site"),
    PainPointDocument(kind="pain-point", id="slow", text="Slow", severity=2, touchpoints=("other/pay",)),
)


def documents(sheet: str = SHEET) -> tuple[Document, ...]:
    return import_journey(sheet.encode(), file="visit.csv").documents


def beside(*there: Document, sheet: str = SHEET) -> tuple[Document, ...]:
    return joined(documents(sheet), {(one.kind, one.id): one for one in there})


def test_personas_and_channels_of_the_same_name_are_used_again() -> None:
    journey, *others = beside(*THERE)
    assert isinstance(journey, JourneyDocument)
    assert journey.personas == ("gift-buyer",)
    (point,) = journey.touchpoints
    assert point.channels == ("web",)
    said = [one.persona for one in (*point.doing, *point.cells["backstage"])]
    assert [*said, point.emotion[0].persona] == ["gift-buyer"] * 3
    assert [one.kind for one in others] == ["pain-point"]


def test_a_pain_point_whose_id_is_taken_gets_another() -> None:
    pain = beside(*THERE)[-1]
    assert isinstance(pain, PainPointDocument)
    assert (pain.id, pain.severity, pain.touchpoints) == ("slow-2", 4, ("visit/book",))


def test_another_persona_with_a_taken_id_gets_its_own() -> None:
    journey, persona, *_ = beside(PersonaDocument(kind="persona", id="claire", name="Claire Dubois"))
    assert isinstance(journey, JourneyDocument)
    assert (persona.id, journey.personas) == ("claire-2", ("claire-2",))
    assert journey.touchpoints[0].doing[0].persona == "claire-2"


def test_beside_nothing_all_is_as_it_was() -> None:
    assert beside() == documents()


def test_another_id_of_the_journey_stands_everywhere() -> None:
    journey, *others = renamed(documents(), "my-visit")
    assert journey.id == "my-visit"
    assert [one.touchpoints for one in others if isinstance(one, PainPointDocument)] == [("my-visit/book",)]


@pytest.mark.parametrize("wrong", ["", "My Visit", "../up", "a/b", "a\nb", 'a"b', "é"])
def test_what_is_no_id_is_told(wrong: str) -> None:
    with pytest.raises(DocumentError, match="is no id"):
        renamed(documents(), wrong)

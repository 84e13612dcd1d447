"""Files as other people and tools write them, and what must never happen with a broken one."""

from __future__ import annotations

import json
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile

import openpyxl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from parcours.errors import DocumentError
from parcours.journeys.imports import format_names, import_journey
from parcours.journeys.imports.drafts import Ids, slug
from parcours.journeys.improvements import OpportunityDocument, PainPointDocument
from parcours.journeys.journey import JourneyDocument
from parcours.journeys.personas import PersonaDocument
from parcours.journeys.writing import text_of
from parcours.yaml_files import load_model

MERMAID = """---
title: front matter
---
%% a comment
journey
    title My working day
    accDescr {
      Two people
      and a cat
    }
    Section Go to work
      Make tea: 5: Me
      Go upstairs: 3: Me
      Do work: 1: Me, Cat, Me
    section Go home
      Go downstairs: 9: Me: more: pieces
      Sit<br>down: 0.5
"""

WIDE = (
    "Stage;Awareness;;Purchase\n"
    'Actions;"Sees an ad\nAsks a friend";Compares;Orders\n'
    "Emotions;1;-1,5;2 happy\n"
    "Pain points;;Too many tabs (severity 4); • Delivery date unknown\n"
    "Channels;Instagram, TV;Web;App\n"
    "Backstage;;Editors;\n"
)

LONG = (
    "journey,phase,touchpoint,lane,persona,item,score,evidence,source\n"
    'Gift,Discover,See an ad,doing,Claire,"Scrolls, taps",,assumed,\n'
    "Gift,Discover,See an ad,emotion,Claire,curious,1,,\n"
    "Gift,Discover,See an ad,pain points,,Too loud,4,,\n"
    "Gift,Buy,Pay,emotion,,,-0.5,,\n"
)

OJF = json.dumps(
    {
        "version": "0.1",
        "metadata": {"title": "Booking a train", "persona": {"name": "Ada", "role": "commuter"}},
        "stage": [{"id": 1, "name": "Plan"}, {"id": 2, "name": "Ride"}],
        "swimlanes": [
            {"id": "a", "name": "Actions"},
            {"id": "p", "name": "Pain points"},
            {"id": "x", "name": "Systems"},
        ],
        "nodes": [
            {"stageId": 1, "swimlaneId": "a", "title": "Search", "description": "On the phone", "score": 5},
            {
                "stageId": 1,
                "swimlaneId": "a",
                "title": "Book",
                "score": -2.5,
                "isMomentOfTruth": True,
                "icon": "cart",
            },
            {"stageId": 1, "swimlaneId": "p", "title": "Slow page", "severity": "high"},
            {"stageId": 2, "swimlaneId": "x", "title": "Timetable service"},
            {"stageId": 9, "swimlaneId": "a", "title": "Lost"},
        ],
    }
)

CJML = """<?xml version="1.0"?>
<CJML version="2.0" xmlns="urn:any">
 <actualJourney>
  <journeyID>AJ1</journeyID><journeyTitle>Loan application</journeyTitle><plannedReference>PJ1</plannedReference>
  <journeyPhases>
   <journeyPhase phaseID=" p1 "><phaseName>Apply</phaseName><phaseDescription>At home</phaseDescription></journeyPhase>
   <journeyPhase phaseID="p2"><phaseName>Wait</phaseName></journeyPhase>
  </journeyPhases>
  <actors><endUser actorID="Customer"/><serviceProvider actorID="Bank"/></actors>
  <touchpoints>
   <actualCommunicationPoint><touchpointID>1</touchpointID><belongsTo phaseIDref=" p1"/>
    <receiver><refersTo actorIDref="Bank"/><receiverLabel>Receive form</receiverLabel></receiver>
    <initiator><refersTo actorIDref="Customer"/><initiatorLabel>Send form</initiatorLabel></initiator>
    <channel><channelName>internetViaPC</channelName></channel>
    <touchpointExperience><experienceDescription>easy</experienceDescription><experienceRating>4</experienceRating></touchpointExperience>
   </actualCommunicationPoint>
   <actualAction><touchpointID>D2</touchpointID><belongsTo phaseIDref="p2"/>
    <initiator><refersTo actorIDref="Bank"/><initiatorLabel>Checks income</initiatorLabel></initiator>
   </actualAction>
  </touchpoints>
 </actualJourney>
</CJML>"""

MARKDOWN = """---
journey: Visiting a clinic
personas:
  - {name: Sam, role: patient, type: primary}
  - {name: Nurse, type: secondary}
---
## Milestone: Before
### Step: Book a visit
- channel: phone, web
- emotion: -1 anxious
- thoughts:
  - Will it hurt?
- pain points: Long queue (severity 5)
- next: → arrive
_provenance: model
## Milestone: At the clinic
### Step: Arrive
- emotion: good
- duration: 10 min
"""


def read(text: str, name: str | None = None, file: str = "map.txt") -> JourneyDocument:
    return import_journey(text.encode(), file=file, format_name=name).journey


def test_mermaid_as_people_write_it() -> None:
    found = import_journey(MERMAID.encode(), file="day.mmd")
    journey = found.journey
    assert journey.title == "My working day"
    assert journey.scenario == "Two people and a cat"
    assert [phase.title for phase in journey.phases] == ["Go to work", "Go home"]
    assert [point.title for point in journey.touchpoints] == [
        "Make tea", "Go upstairs", "Do work", "Go downstairs", "Sit down",
    ]  # fmt: skip
    assert [point.emotion[0].score for point in journey.touchpoints] == [2, 0, -2, 2, -2]
    assert [one.persona for one in journey.touchpoints[2].emotion] == ["cat", "me"]
    assert [loss.count for loss in found.losses] == [2]


def test_a_wide_sheet_with_merged_cells_and_decimal_commas() -> None:
    found = import_journey(b"\xef\xbb\xbf" + WIDE.encode(), file="Our map.csv")
    journey = found.journey
    assert journey.title == "Our map"
    assert [(phase.title, len(phase.touchpoints)) for phase in journey.phases] == [
        ("Awareness", 2),
        ("Purchase", 1),
    ]
    assert [item.text for item in journey.touchpoints[0].doing] == ["Sees an ad", "Asks a friend"]
    assert [point.emotion[0].score for point in journey.touchpoints] == [1, -1.5, 2]
    assert journey.touchpoints[2].emotion[0].quote == "happy"
    assert [lane.title for lane in journey.lanes] == ["Backstage"]
    pains = [one for one in found.documents if isinstance(one, PainPointDocument)]
    assert [(one.text, one.severity) for one in pains] == [("Too many tabs", 4), ("Delivery date unknown", 3)]


def test_a_long_sheet() -> None:
    found = import_journey(LONG.encode(), file="gift.csv")
    assert found.journey.title == "Gift"
    assert [point.title for point in found.journey.touchpoints] == ["See an ad", "Pay"]
    assert found.journey.touchpoints[0].doing[0].persona == "claire"
    assert found.journey.touchpoints[1].emotion[0].score == -0.5


def test_ojf_as_its_readme_shows_it() -> None:
    found = import_journey(OJF.encode(), file="train.ojf")
    journey = found.journey
    assert journey.title == "Booking a train"
    assert [point.title for point in journey.touchpoints] == ["Search", "Book", "Ride"]
    assert [one.emotion[0].score for one in journey.touchpoints[:2]] == [2, -1]
    assert journey.touchpoints[1].moment_of_truth
    assert [one.role for one in found.documents if isinstance(one, PersonaDocument)] == ["commuter"]
    assert [one.severity for one in found.documents if isinstance(one, PainPointDocument)] == [5]
    assert {loss.detail for loss in found.losses} == {"Lost", "icon"}


def test_cjml_with_loose_ids_and_a_name_space() -> None:
    found = import_journey(CJML.encode(), file="loan.xml")
    journey = found.journey
    assert journey.title == "Loan application"
    assert [phase.goal for phase in journey.phases] == ["At home", ""]
    first, second = journey.touchpoints
    assert (first.title, first.channels, first.emotion[0].score) == ("Send form", ("internetviapc",), 1)
    assert (second.title, second.initiator, second.kind) == ("Checks income", "company", "action")
    assert [loss.detail for loss in found.losses] == ["plannedReference"]


def test_a_cjml_workbook() -> None:
    head = [
        "TP ID", "Include", "Deviation", "Date", "Time", "Phase", "Actor who initiated", "Initiator’s label",
        "Actor who received", "Receiver's label", "Channel", "Comment", "UX description", "UX rating",
    ]  # fmt: skip
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["Title", "Hospital visit"])
    sheet.append(head)
    sheet.append(
        [
            1,
            "yes",
            None,
            None,
            None,
            "Before",
            "Patient",
            "Calls",
            "Hospital",
            "Takes call",
            "phone",
            "",
            "ok",
            4,
        ]
    )
    sheet.append([2, "no", None, None, None, "Before", "Patient", "Left out", "", "", "", "", "", None])
    sheet.append([3, "yes", None, None, None, "", "Hospital", "Plans the day", "", "", "", "", "", None])
    stream = BytesIO()
    book.save(stream)
    found = import_journey(stream.getvalue(), file="visit.xlsx")
    assert found.journey.title == "Hospital visit"
    assert [(one.title, one.kind, one.initiator) for one in found.journey.touchpoints] == [
        ("Calls", "communication", "customer"),
        ("Plans the day", "action", "company"),
    ]
    assert found.journey.touchpoints[0].emotion[0].score == 1
    assert found.losses[0].detail == "Left out"


def test_markdown_with_front_matter() -> None:
    found = import_journey(MARKDOWN.encode(), file="clinic.md")
    first, second = found.journey.touchpoints
    assert (first.title, first.channels, first.emotion[0].score) == ("Book a visit", ("phone", "web"), -1)
    assert [item.text for item in first.thinking] == ["Will it hurt?"]
    assert second.emotion[0].score == 1
    assert second.cells["duration"][0].text == "10 min"
    types = {one.name: one.type for one in found.documents if isinstance(one, PersonaDocument)}
    assert types == {"Sam": "primary", "Nurse": "secondary"}
    assert found.losses[0].count == 2


def test_a_plain_outline_is_a_journey() -> None:
    journey = read("# Gift\n\n## Discover\n- See an ad\n- Read a guide\n## Buy\n- Pay\n", file="gift.md")
    assert [(phase.title, len(phase.touchpoints)) for phase in journey.phases] == [
        ("Discover", 2),
        ("Buy", 1),
    ]


@pytest.mark.parametrize("text", [MERMAID, WIDE, LONG, OJF, CJML, MARKDOWN])
def test_what_was_imported_is_written_and_read_again(text: str) -> None:
    for document in import_journey(text.encode(), file="map.txt").documents:
        assert load_model(text_of(document), type(document), file="again.yaml") == document


def test_one_pain_point_at_two_touchpoints_is_one_document() -> None:
    text = "Stage,A,B\nPain points,Slow,Slow (severity 5)\nOpportunities,Faster,Faster\n"
    documents = import_journey(text.encode(), file="m.csv").documents
    (pain,) = (one for one in documents if isinstance(one, PainPointDocument))
    assert (pain.severity, pain.touchpoints) == (5, ("m/a", "m/b"))
    assert sum(isinstance(one, OpportunityDocument) for one in documents) == 1


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("journey\n  section A\n  Pay: much\n", "mermaid", "line 3|:3"),
        ("journey\n  section A\n  Pay\n", "mermaid", "is no task"),
        ("graph TD\n", "mermaid", "begins with the word 'journey'"),
        ("", "mermaid", "no Mermaid journey"),
        ("Stage,A\n", "csv", "2 columns"),
        ('Stage,"A\nx,y', "csv", "cannot be read as CSV"),
        ("", "csv", "no cells"),
        (LONG.replace("-0.5", "7"), "csv-long", "'7' is no number from -2 to 2"),
        (LONG.replace("Gift,Buy", "Other,Buy"), "csv-long", "belongs to the journey 'Other'"),
        (LONG.replace("touchpoint,", "touch,", 1), "csv-long", "'touchpoint' is missing"),
        ("{", "ojf", "no JSON"),
        ("[]", "ojf", "'stages', 'swimlanes' and 'nodes'"),
        ("[" * 100_000, "ojf", "nested too deeply|no JSON"),
        ('{"nodes": [3]}', "ojf", "every node is an object"),
        ("<CJML><a>", "cjml", "no XML"),
        ("<other/>", "cjml", "root is <other>"),
        ("<CJML/>", "cjml", "neither an actualJourney"),
        ("no headings", "markdown", "no touchpoint"),
        ("anything", None, "not recognised"),
        ("anything", "jpeg", "no format 'jpeg'"),
    ],
)
def test_a_broken_file_is_told(text: str, name: str | None, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        import_journey(text.encode(), file="broken", format_name=name)


BOMBS = (
    '<!DOCTYPE a [<!ENTITY x "xxxxxxxxxx"><!ENTITY y "&x;&x;&x;&x;&x;&x;">]><CJML>&y;</CJML>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><CJML>&x;</CJML>',
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/a.dtd"><CJML/>',
)


@pytest.mark.parametrize("bomb", BOMBS)
def test_entities_are_refused(bomb: str) -> None:
    with pytest.raises(DocumentError, match="document type or entities"):
        import_journey(bomb.encode(), file="bomb.xml", format_name="cjml")


MANY = 30_000
TOO_LARGE = {
    "cells of one row": ("csv", "Stage" + ",a" * 2000, "columns are more"),
    "rows": ("csv", "Stage,A\n" + "Actions,x\n" * MANY, "more than 20,000 lines"),
    "nodes": (
        "ojf",
        json.dumps({"stages": ["a"], "nodes": [{"stage": "a", "title": "b"}] * MANY}),
        "nodes are more",
    ),
    "personas": ("mermaid", "journey\na: 3: " + ",".join(map(str, range(MANY))), "personas are more"),
    "touchpoints": ("mermaid", "journey\n" + "a: 3\n" * 61, "more than a journey can hold"),
    "bytes": ("markdown", "x" * 5_000_001, "larger than 5 MB"),
}


@pytest.mark.parametrize(("name", "text", "said"), TOO_LARGE.values(), ids=TOO_LARGE)
def test_what_no_map_can_hold_is_refused(name: str, text: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        import_journey(text.encode(), file="large", format_name=name)


def workbook(cells: str) -> bytes:
    """A workbook whose one sheet has these cells in XML, too."""
    book, stream = openpyxl.Workbook(), BytesIO()
    book.active.append(["Phase", "Actor who initiated", "Initiator's label"])
    book.active.append(["Apply", "Customer", "Sends the form"])
    book.save(stream)
    changed = BytesIO()
    with ZipFile(stream) as old, ZipFile(changed, "w", ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if name.startswith("xl/worksheets/sheet"):
                part = part.replace(b"</sheetData>", cells.encode() + b"</sheetData>")
            new.writestr(name, part)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ('<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>', "reaches to 1048576"),
        ('<row r="9"><c r="AAA9"><v>1</v></c></row>', "reaches to AAA9"),
        (f"<row><c><v>{' ' * 51_000_000}</v></c></row>", "too large when unpacked"),
        ("<row><", "cannot be read"),
    ],
)
def test_a_workbook_that_would_fill_the_memory_is_refused(cells: str, said: str) -> None:
    with pytest.raises(DocumentError, match=said):
        import_journey(workbook(cells), file="bomb.xlsx")


def test_such_a_workbook_without_the_bomb_is_read() -> None:
    assert import_journey(workbook(""), file="fine.xlsx").journey.touchpoints[0].title == "Sends the form"


def test_a_diagram_within_markdown_is_found() -> None:
    text = f"# Notes\n\n```mermaid\n{MERMAID}```\n\nMore: 3\n"
    assert read(text, file="notes.md") == read(MERMAID, "mermaid", file="notes.md")


def test_numbers_of_another_measurement_are_no_statements() -> None:
    found = import_journey(b"Stage,A,B\nActions,x,y\nCustomers,12,7\nLeft here,5,\n", file="m.csv")
    assert found.journey.lanes == ()
    assert [loss.say("en") for loss in found.losses] == [
        "Not understood and left out: 2 (Customers, Left here)."
    ]


def test_mermaid_words_begin_a_line_only_as_words() -> None:
    journey = read("journey\ntitle Sofas\nsection Buy\nSectional sofa: 3\nTitles read: 4\n", "mermaid")
    assert [point.title for point in journey.touchpoints] == ["Sectional sofa", "Titles read"]


def test_sources_of_a_long_sheet_are_kept() -> None:
    text = LONG.replace(",,assumed,", ",,researched,Interviews; Survey")
    (item,) = import_journey(text.encode(), file="gift.csv").journey.touchpoints[0].doing
    assert item.evidence is not None
    assert item.evidence.sources == ("Interviews", "Survey")


@pytest.mark.parametrize("given", ["9" * 400, "NaN", "1e999", "true", '"3"', "null"])
def test_a_score_that_is_no_number_on_the_scale_does_no_harm(given: str) -> None:
    text = f'{{"stages": ["a"], "nodes": [{{"stage": "a", "title": "b\\u0000\\ud800", "score": {given}}}]}}'
    (point,) = read(text, "ojf").touchpoints
    assert [one.score for one in point.emotion] in ([], [2])
    assert load_model(text_of(read(text, "ojf")), JourneyDocument, file="again.yaml") == read(text, "ojf")


def test_bytes_that_are_no_text_are_told_with_their_line() -> None:
    with pytest.raises(DocumentError, match="0xff at place 4 is not utf-8") as caught:
        import_journey(b"a\nb\n\xff", file="latin.csv")
    assert caught.value.line == 3


def test_utf_16_is_read() -> None:
    assert import_journey(LONG.encode("utf-16"), file="gift.csv").journey.title == "Gift"


def test_ids_are_never_the_same() -> None:
    ids = Ids("touchpoint")
    assert [ids.fresh("Pay"), ids.fresh("Pay"), ids.fresh("支払い"), ids.of("Pay"), ids.of("Pay")] == [
        "pay", "pay-2", "touchpoint-3", "pay-3", "pay-3",
    ]  # fmt: skip
    assert slug("Réserver l’hôtel!") == "reserver-lhotel"


TEXTS = st.text(max_size=120) | st.lists(
    st.sampled_from(
        ["journey\n", "section A\n", " Pay: 3: Me\n", "## A\n", "### B\n", "- emotion: 1\n", "---\n", "Stage,A,B\n",
         "Emotions,1,2\n", "{", '"nodes": [', "]", "}", "<CJML>", "</CJML>", "<actualJourney>", ";", '"', ":", "\n"]
    ),
    max_size=14,
).map("".join)  # fmt: skip


@pytest.mark.parametrize("name", [*format_names(), None])
@given(content=TEXTS.map(str.encode) | st.binary(max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_file_is_a_journey_or_told(name: str | None, content: bytes) -> None:
    try:
        found = import_journey(content, file="any", format_name=name)
    except DocumentError:
        return
    assert found.journey.touchpoints

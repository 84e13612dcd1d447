"""The personas of a journey, with the customers whom they stand for; and the segment that a map is measured over."""

from __future__ import annotations

from datetime import date

from parcours.errors import QueryError, did_you_mean
from parcours.journeys.documents import Documents
from parcours.journeys.journey import JourneyDocument
from parcours.journeys.personas import PersonaDocument
from parcours.lifecycle.segments import Segment
from parcours.maps.evidence_states import state_of
from parcours.maps.journey_frame import JourneyFrame
from parcours.maps.measured_journey import MeasuredPersona
from parcours.measures.asking import Engine
from parcours.measures.metrics.segment_size import SEGMENT_SIZE
from parcours.measures.metrics.segment_size import Query as SizeQuery


def persona_segment(
    documents: Documents, persona: str | None, segment: Segment | None, title: str
) -> tuple[Segment | None, str]:
    """The customers that a map is measured over, and what to call them; both conditions hold where both are given."""
    if persona is None:
        return segment, title
    if persona not in documents.personas:
        raise QueryError(f"There is no persona {persona!r}.", hint=did_you_mean(persona, documents.personas))
    document = documents.personas[persona]
    own = segment_of(documents, document)
    if own is None:
        raise QueryError(
            f"The persona {persona!r} is not bound to a segment, so its customers are not known.",
            hint="Add 'segment' to its document.",
        )
    if segment is None:
        return own, document.name
    return Segment(all_=(own, segment)), f"{document.name} · {title}" if title else document.name


def segment_of(documents: Documents, persona: PersonaDocument) -> Segment | None:
    """The condition of a persona's segment; None when it is bound to none, or to one that is a saved cell."""
    if not isinstance(persona.segment, str):
        return persona.segment
    saved = documents.segments.get(persona.segment)
    return saved.condition if saved else None


def measured_personas(
    documents: Documents, journey: JourneyDocument, engine: Engine, frame: JourneyFrame, today: date
) -> tuple[MeasuredPersona, ...]:
    """The personas who take a journey, each with its live share of all customers."""
    known = [documents.personas[one] for one in journey.personas if one in documents.personas]
    return tuple(_measured(documents, one, engine, frame, today) for one in known)


def _measured(
    documents: Documents, persona: PersonaDocument, engine: Engine, frame: JourneyFrame, today: date
) -> MeasuredPersona:
    segment = segment_of(documents, persona)
    customers = share = None
    if segment is not None:
        rules = documents.lifecycle.rules if documents.lifecycle else None
        size = engine.ask(SEGMENT_SIZE, SizeQuery(segment=segment, rules=rules, **frame.common))
        customers = size.inside
        share = size.inside / size.customers if size.customers else None
    return MeasuredPersona(
        id=persona.id,
        name=persona.name,
        role=persona.role,
        quote=persona.quote,
        goals=persona.goals,
        needs=persona.needs,
        frustrations=persona.frustrations,
        state="measured" if segment is not None else state_of(persona.evidence, today),
        customers=customers,
        share=share,
    )

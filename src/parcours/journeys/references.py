"""What documents say of each other, checked both ways: a journey and its stage, a solution and its metric, all of it.

Raised with file, line and field: ids that do not exist (with the one probably meant), journeys and stages that
contradict each other, and circles of ``parent``, ``variant_of`` and ``use``.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from parcours.errors import DocumentError, did_you_mean
from parcours.journeys.documents import Document, Documents
from parcours.journeys.feedback import FeedbackDocument
from parcours.journeys.improvements import (
    ExpectedEffect,
    OpportunityDocument,
    PainPointDocument,
    SolutionDocument,
)
from parcours.journeys.journey import Emotion, Item, JourneyDocument, Phase, Touchpoint
from parcours.journeys.lifecycle import LifecycleDocument, Stage
from parcours.journeys.metrics import Card, Score, StageRate
from parcours.journeys.personas import PersonaDocument
from parcours.journeys.reading import FOLDERS, Written, WrittenDocuments, each, raise_all
from parcours.lifecycle.segments import NO_STAGE, Segment

Place = tuple[str | int, ...]

# The fields that name something, and what: a kind of document, a stage, or a touchpoint (journey/touchpoint).
_NAMES: dict[tuple[type[BaseModel], str], str] = {
    (JourneyDocument, "stage"): "stage",
    (JourneyDocument, "personas"): "persona",
    (JourneyDocument, "parent"): "journey",
    (JourneyDocument, "variant_of"): "journey",
    (Phase, "stage"): "stage",
    (Touchpoint, "use"): "touchpoint",
    (Touchpoint, "journey"): "journey",
    (Touchpoint, "channels"): "channel",
    (Touchpoint, "feedback"): "feedback",
    (Item, "persona"): "persona",
    (Emotion, "persona"): "persona",
    (Card, "metric"): "metric",
    (Stage, "journeys"): "journey",
    (StageRate, "stage"): "stage",
    (Score, "feedback"): "feedback",
    (Segment, "stage"): "stage",
    (PersonaDocument, "segment"): "segment",
    (PainPointDocument, "touchpoints"): "touchpoint",
    (PainPointDocument, "stages"): "stage",
    (PainPointDocument, "personas"): "persona",
    (OpportunityDocument, "pain_points"): "pain-point",
    (OpportunityDocument, "touchpoints"): "touchpoint",
    (SolutionDocument, "opportunities"): "opportunity",
    (SolutionDocument, "pain_points"): "pain-point",
    (SolutionDocument, "touchpoints"): "touchpoint",
    (ExpectedEffect, "metric"): "metric",
}


@dataclass(frozen=True)
class Reference:
    """A place of a document that names something: ``kind`` is that of a document, "stage" or "touchpoint"."""

    place: Place
    kind: str
    id: str


def references(part: BaseModel, place: Place = ()) -> Iterator[Reference]:
    """Everything that a document names, in its order."""
    for name, field in type(part).model_fields.items():
        value, here = getattr(part, name), (*place, field.alias or name)
        kind = _NAMES.get((type(part), name))
        if kind is not None and not isinstance(value, BaseModel):
            yield from _named(kind, value, here)
        else:
            for below, inner in _parts(value, here):
                yield from references(inner, below)


def check_references(found: WrittenDocuments) -> None:
    """Raise DocumentError or DocumentsError for every reference that does not hold."""
    known = _known(found.documents)
    errors = [
        error
        for one in found.written.values()
        for reference in references(one.document)
        if (error := _missing(one, reference, known)) is not None
    ]
    errors += _contradictions(found)
    errors += _circles(found)
    raise_all(errors)


def unused(documents: Documents) -> tuple[Document, ...]:
    """Personas, channels, metrics and feedback sources that no other document names."""
    named = {(one.kind, one.id) for document in each(documents) for one in references(document)}
    kinds = ("persona", "channel", "metric", "feedback")
    return tuple(one for one in each(documents) if one.kind in kinds and (one.kind, one.id) not in named)


def stages_of(journey: JourneyDocument) -> tuple[str, ...]:
    """The ids of the stages that a journey serves, its phases included, each once."""
    return tuple(dict.fromkeys([*journey.stage, *(phase.stage for phase in journey.phases if phase.stage)]))


def _named(kind: str, value: Any, place: Place) -> Iterator[Reference]:
    if isinstance(value, str):
        yield Reference(place, kind, value)
    for number, id_ in enumerate(value if isinstance(value, tuple) else ()):
        if not (kind == "stage" and id_ == NO_STAGE):
            yield Reference((*place, number), kind, id_)


def _parts(value: Any, place: Place) -> Iterator[tuple[Place, BaseModel]]:
    if isinstance(value, BaseModel):
        yield place, value
    elif isinstance(value, (tuple, list)):
        for number, part in enumerate(value):
            yield from _parts(part, (*place, number))
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _parts(part, (*place, key))


def _known(documents: Documents) -> dict[str, list[str]]:
    """The ids that exist, by what they are."""
    lifecycle = documents.lifecycle
    return {
        **{kind: list(getattr(documents, folder.replace("-", "_"))) for kind, folder in FOLDERS.items()},
        "stage": [stage.id for stage in lifecycle.stages] if lifecycle else [],
        "touchpoint": [
            f"{journey.id}/{touchpoint.id}"
            for journey in documents.journeys.values()
            for touchpoint in journey.touchpoints
        ],
    }


def _missing(one: Written, reference: Reference, known: Mapping[str, Sequence[str]]) -> DocumentError | None:
    there = known[reference.kind]
    if reference.id in there:
        return None
    what = reference.kind.replace("-", " ")
    hint = did_you_mean(reference.id, there)
    if hint is None and reference.kind == "stage":
        hint = "The lifecycle has its stages in lifecycle.yaml."
    elif hint is None and reference.kind in FOLDERS:
        hint = f"Write it into {FOLDERS[reference.kind]}/{reference.id}.yaml, or leave the name out."
    return one.mistake(reference.place, f"there is no {what} {reference.id!r}.", hint)


def _contradictions(found: WrittenDocuments) -> Iterator[DocumentError]:
    """Stages that list a journey which does not name them, and the other way round.

    A stage that lists no journeys at all leaves it to them."""
    lifecycle = next((one for one in found.written.values() if one.key[0] == "lifecycle"), None)
    if lifecycle is None or not isinstance(lifecycle.document, LifecycleDocument):
        return
    journeys = found.documents.journeys
    for number, stage in enumerate(lifecycle.document.stages):
        for position, id_ in enumerate(stage.journeys):
            if id_ in journeys and stage.id not in stages_of(journeys[id_]):
                yield lifecycle.mistake(
                    ("stages", number, "journeys", position),
                    f"the stage {stage.id!r} lists the journey {id_!r}, which does not name this stage.",
                    f"Write 'stage: {stage.id}' into the journey, or take it off the list.",
                )
        for id_, journey in journeys.items():
            if stage.journeys and stage.id in stages_of(journey) and id_ not in stage.journeys:
                yield found.written["journey", id_].mistake(
                    ("stage",),
                    f"the journey names the stage {stage.id!r}, whose list of journeys lacks it.",
                    f"Add {id_!r} to the stage's journeys in {lifecycle.shown}.",
                )


def _circles(found: WrittenDocuments) -> Iterator[DocumentError]:
    journeys = found.documents.journeys
    for name in ("parent", "variant_of"):
        ways = {id_: getattr(journey, name) for id_, journey in journeys.items()}
        for id_, circle in _on_circles(ways):
            told = f"'{name}' goes in a circle: {' → '.join(circle)}."
            yield found.written["journey", id_].mistake((name,), told, "Take one of them out.")
    uses: dict[str, str | None] = {}
    places: dict[str, tuple[str, Place]] = {}
    for id_, journey in journeys.items():
        for number, phase in enumerate(journey.phases):
            for position, touchpoint in enumerate(phase.touchpoints):
                path = f"{id_}/{touchpoint.id}"
                uses[path] = touchpoint.use
                places[path] = (id_, ("phases", number, "touchpoints", position, "use"))
    for path, circle in _on_circles(uses):
        id_, place = places[path]
        told = f"'use' goes in a circle: {' → '.join(circle)}."
        yield found.written["journey", id_].mistake(place, told, "One of them must be written out.")


def _on_circles(ways: Mapping[str, str | None]) -> Iterable[tuple[str, list[str]]]:
    """Every circle once, told from its first member."""
    told: set[str] = set()
    for start in ways:
        circle, here = [start], ways[start]
        while here is not None and here not in circle:
            circle.append(here)
            here = ways.get(here)
        if here == start and start not in told:
            told.update(circle)
            yield start, [*circle, start]


def uses_feedback(documents: Documents, metric: str) -> FeedbackDocument | None:
    """The feedback source that a metric reads, or None."""
    found = documents.metrics.get(metric)
    return documents.feedback.get(found.score.feedback) if found and found.score else None

"""Do journeys, metrics, feedback and the other documents fit the events that are there?

Answers which touchpoint, metric, source, pain point, persona or segment waits for an event that never occurs, such as
one that was renamed, and which was probably meant; and which documents nothing names. The stages of the lifecycle are
the matter of ``check``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from parcours.journeys.check import closest
from parcours.journeys.diff import title_of
from parcours.journeys.documents import Document, Documents
from parcours.journeys.findings import Finding, Parameter, Severity
from parcours.journeys.journey import JourneyDocument, Touchpoint
from parcours.journeys.lifecycle import LifecycleDocument
from parcours.journeys.reading import each
from parcours.journeys.references import Place, unused
from parcours.timelines.matchers import Selector


@dataclass(frozen=True)
class EventUse:
    """One place of a document that waits for events; any of ``names`` is enough."""

    document: Document
    place: Place
    names: tuple[str, ...]
    touchpoint: Touchpoint | None = None


def event_uses(documents: Documents) -> Iterator[EventUse]:
    """Every place that waits for events, outside the stages of the lifecycle."""
    for document in each(documents):
        if isinstance(document, JourneyDocument):
            yield from _of_touchpoints(document)
            yield from _selectors(document, document.value, ("value",))
        elif isinstance(document, LifecycleDocument):
            yield from _selectors(document, document.funnel, ("funnel",))
            yield from _selectors(document, document.retention, ("retention",))
        else:
            yield from _selectors(document, document, ())


def check_documents(documents: Documents, event_counts: Mapping[str, int]) -> tuple[Finding, ...]:
    """What to know about the documents over a log that holds ``event_counts`` (events by name).

    A place none of whose events occurs is a warning, one that lacks some of several is a note. ``document`` and
    ``place`` of a finding say where."""
    present = {name for name, count in event_counts.items() if count > 0}
    uses = list(event_uses(documents)) if present else []
    lifecycle = documents.lifecycle
    named = {name for use in uses for name in use.names}
    named |= lifecycle.rules.named_events() if lifecycle is not None else set()
    spare = sorted(present - named)  # what is named already was not meant
    findings = [finding for use in uses for finding in _of_use(use, present, spare)]
    for document in unused(documents):
        about: dict[str, Parameter] = {"title": title_of(document), "id": document.id}
        findings.append(Finding("note", f"{document.kind}-unused", about, document=_name(document)))
    return tuple(findings)


def _of_use(use: EventUse, present: set[str], spare: Sequence[str]) -> Iterator[Finding]:
    absent = [name for name in use.names if name != "*" and name not in present]
    if not absent:
        return
    severity: Severity = "warning" if len(absent) == len(use.names) else "note"
    about: dict[str, Parameter] = {"title": title_of(use.document)}
    if use.touchpoint is not None:
        about["touchpoint"] = use.touchpoint.title or use.touchpoint.id
    whose = "touchpoint" if use.touchpoint is not None else use.document.kind
    meant = {name: closest(name, spare) for name in absent}
    for name, other in meant.items():
        if other:
            told = about | {"event": name, "meant": other}
            yield _finding(severity, f"{whose}-event-misspelt", told, use)
    others = [name for name, other in meant.items() if not other]
    if others:
        yield _finding(severity, f"{whose}-event-never-seen", about | {"events": ", ".join(others)}, use)


def _finding(severity: Severity, key: str, about: dict[str, Parameter], use: EventUse) -> Finding:
    return Finding(severity, key, about, document=_name(use.document), place=use.place)


def _name(document: Document) -> str:
    return f"{document.kind}/{document.id}"


def _of_touchpoints(journey: JourneyDocument) -> Iterator[EventUse]:
    for number, phase in enumerate(journey.phases):
        for position, touchpoint in enumerate(phase.touchpoints):
            names = tuple(dict.fromkeys(name for selector in touchpoint.events for name in selector.event))
            if names:
                place = ("phases", number, "touchpoints", position, "events")
                yield EventUse(journey, place, names, touchpoint)


def _selectors(document: Document, part: Any, place: Place) -> Iterator[EventUse]:
    if isinstance(part, Selector):
        yield EventUse(document, place, part.event)
    if isinstance(part, BaseModel):
        for name, field in type(part).model_fields.items():
            yield from _selectors(document, getattr(part, name), (*place, field.alias or name))
    elif isinstance(part, Mapping):
        for key, inner in part.items():
            yield from _selectors(document, inner, (*place, key))
    elif isinstance(part, (tuple, list)):
        for number, inner in enumerate(part):
            yield from _selectors(document, inner, (*place, number))

"""Imported documents beside those that a workspace has: what both know is used again, and no id stands for two things.

A persona or a channel of the same name is the workspace's own. What else has an id that is taken gets another one, so
that nothing that was imported is lost.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypeVar

from parcours.errors import DocumentError
from parcours.journeys.channels import ChannelDocument
from parcours.journeys.documents import Document
from parcours.journeys.imports.drafts import Ids, slug
from parcours.journeys.improvements import OpportunityDocument, PainPointDocument, SolutionDocument
from parcours.journeys.journey import Emotion, Item, JourneyDocument, Touchpoint
from parcours.journeys.personas import PersonaDocument

Key = tuple[str, str]  # kind, id
_Part = TypeVar("_Part", Item, Emotion)


def renamed(documents: Iterable[Document], journey_id: str) -> tuple[Document, ...]:
    """The documents with another id for their journey, wherever it stands; raises DocumentError for no right id."""
    if not journey_id or slug(journey_id) != journey_id:
        raise DocumentError(
            f"{journey_id!r} is no id.", hint=f"For example: {slug(journey_id) or 'my-journey'}."
        )
    listed = tuple(documents)
    return _with_ids(listed, {_key(one): journey_id for one in listed if isinstance(one, JourneyDocument)})


def joined(documents: Iterable[Document], there: Mapping[Key, Document]) -> tuple[Document, ...]:
    """The documents that are new beside those ``there``, with ids that fit; the journey's own id is left as it is."""
    listed = tuple(documents)
    names = {(one.kind, _name(one)): one.id for one in there.values() if _name(one)}
    taken: dict[str, Ids] = {}
    for kind, id_ in (*there, *map(_key, listed)):
        taken.setdefault(kind, Ids(kind)).taken.add(id_)
    ids: dict[Key, str] = {}
    kept: list[Document] = []
    for one in listed:
        same = names.get((one.kind, _name(one)))
        if same is not None:
            ids[_key(one)] = same
            continue
        kept.append(one)
        if _key(one) in there and not isinstance(one, JourneyDocument):
            ids[_key(one)] = taken[one.kind].fresh(one.id)
    return _with_ids(kept, ids)


def _key(document: Document) -> Key:
    return document.kind, document.id


def _name(document: Document) -> str:
    """What a persona or a channel is known by; "" for other documents."""
    if isinstance(document, PersonaDocument):
        return document.name.casefold()
    return document.title.casefold() if isinstance(document, ChannelDocument) else ""


def _with_ids(documents: Iterable[Document], ids: Mapping[Key, str]) -> tuple[Document, ...]:
    """The documents with other ids, wherever these stand."""
    return tuple(_with_ids_in(document, ids) for document in documents)


def _with_ids_in(document: Document, ids: Mapping[Key, str]) -> Document:
    changes: dict[str, Any] = {"id": ids.get(_key(document), document.id)}
    if isinstance(document, JourneyDocument):
        changes["personas"] = tuple(ids.get(("persona", one), one) for one in document.personas)
        changes["phases"] = tuple(
            phase.model_copy(
                update={"touchpoints": tuple(_touchpoint(one, ids) for one in phase.touchpoints)}
            )
            for phase in document.phases
        )
    elif isinstance(document, (PainPointDocument, OpportunityDocument, SolutionDocument)):
        changes["touchpoints"] = tuple(_path(one, ids) for one in document.touchpoints)
    return document.model_copy(update=changes)


def _touchpoint(touchpoint: Touchpoint, ids: Mapping[Key, str]) -> Touchpoint:
    channels = dict.fromkeys(ids.get(("channel", one), one) for one in touchpoint.channels)
    return touchpoint.model_copy(
        update={
            "channels": tuple(channels),
            "emotion": _of_personas(touchpoint.emotion, ids),
            "doing": _of_personas(touchpoint.doing, ids),
            "thinking": _of_personas(touchpoint.thinking, ids),
            "cells": {lane: _of_personas(items, ids) for lane, items in touchpoint.cells.items()},
        }
    )


def _of_personas(parts: Iterable[_Part], ids: Mapping[Key, str]) -> tuple[_Part, ...]:
    return tuple(
        part.model_copy(update={"persona": part.persona and ids.get(("persona", part.persona), part.persona)})
        for part in parts
    )


def _path(path: str, ids: Mapping[Key, str]) -> str:
    journey, _, touchpoint = path.partition("/")
    return f"{ids.get(('journey', journey), journey)}/{touchpoint}"

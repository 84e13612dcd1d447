"""What changed between two states of the documents, in the terms of the map: moved, redefined, added, not "line 12".

Parts are found again by what they are (a touchpoint and a stage by id, a card by its metric, a statement by its text),
so a touchpoint in another phase has moved, and one that changed is not a new one. Rules (events, conditions,
definitions of metrics) are compared as a whole. Equal documents give no change, and every field that differs is named
by at least one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

from pydantic import BaseModel

from parcours.journeys.documents import KINDS, Document, Documents
from parcours.journeys.evidence import Evidence
from parcours.journeys.feedback import FeedbackDocument
from parcours.journeys.improvements import ExpectedEffect
from parcours.journeys.journey import (
    Emotion,
    Goals,
    Item,
    JourneyDocument,
    Lane,
    Next,
    Phase,
    ScoreWeights,
    Touchpoint,
)
from parcours.journeys.lifecycle import FunnelPlan, RetentionPlan, Stage, Strategy
from parcours.journeys.metrics import Card, MetricDocument
from parcours.journeys.reading import Key, each
from parcours.journeys.writing import short_form
from parcours.lifecycle.rules import Lapse

ChangeKind = Literal["added", "removed", "changed", "moved", "reordered", "redefined"]

# Parts that are compared field by field, and the field by which one is found again in a list.
_FOUND_BY: dict[type[BaseModel], str] = {
    Phase: "id", Touchpoint: "id", Stage: "id", Lane: "id", Card: "metric", Next: "to", Item: "text",
    Emotion: "persona", Strategy: "text",
}  # fmt: skip
_OPENED: tuple[type[BaseModel], ...] = (
    *_FOUND_BY,
    Goals,
    ScoreWeights,
    Evidence,
    ExpectedEffect,
    FunnelPlan,
    RetentionPlan,
    Lapse,
)
# Fields that say how something is computed: with another value, figures before and after cannot be compared.
_DEFINES: dict[type[BaseModel], frozenset[str]] = {
    MetricDocument: frozenset(MetricDocument.model_fields) - {"kind", "id", "title", "meaning", "owner", "direction"},
    FeedbackDocument: frozenset({"events", "score", "scale", "higher_is", "lowest", "highest"}),
}  # fmt: skip
_IDENTITY = frozenset({"kind", "id"})
_OF_VARIANTS = frozenset({"id", "variant", "variant_of", "parent"})  # what differs in every variant


@dataclass(frozen=True)
class Change:
    """One change. ``place`` leads to it, with ids in the place of positions; ``what`` is the field.

    ``within`` are the parts that it lies in, outermost first, each as its kind and its title.
    ``before`` and ``after`` are plain values in their short form, None where there was or is nothing; ``unit`` is that
    of the metric, for targets."""

    kind: ChangeKind
    document: Key
    title: str
    what: str
    before: Any = None
    after: Any = None
    place: tuple[str, ...] = ()
    within: tuple[tuple[str, str], ...] = ()
    unit: str = ""


def diff(before: Documents, after: Documents) -> tuple[Change, ...]:
    """Every change from one state of the documents to another, in the order of kinds, then ids."""
    old, new = _by_key(before), _by_key(after)
    order = list(KINDS)
    found: list[Change] = []
    for key in sorted({*old, *new}, key=lambda key: (order.index(key[0]), key[1])):
        found += _documents(old.get(key), new.get(key))
    units = {id_: metric.unit for state in (before, after) for id_, metric in state.metrics.items()}
    return tuple(_with_unit(change, units) for change in found)


def diff_variants(as_is: JourneyDocument, to_be: JourneyDocument) -> tuple[Change, ...]:
    """What a journey does otherwise than another one: as it is, and as it should become."""
    return tuple(_fields(as_is, to_be, _start(to_be), left_out=_OF_VARIANTS))


def title_of(document: Document) -> str:
    """What people call a document: its title, name or text."""
    found = next(getattr(document, name) for name in ("title", "name", "text") if hasattr(document, name))
    return str(found)


def _by_key(documents: Documents) -> dict[Key, Document]:
    # There is one lifecycle: with another id it is the same one, renamed.
    return {(one.kind, "" if one.kind == "lifecycle" else one.id): one for one in each(documents)}


def _with_unit(change: Change, units: Mapping[str, str]) -> Change:
    if change.what not in ("target", "warn", "change"):
        return change
    metric = next((part for part in reversed(change.place) if part in units), "")
    if change.what == "change":
        metric = change.unit  # the expected effect names its metric here
    return replace(change, unit=units.get(metric, ""))


def _start(document: Document) -> Change:
    key = (document.kind, document.id)
    return Change("changed", key, title_of(document), "document")


def _documents(before: Document | None, after: Document | None) -> Iterator[Change]:
    if after is None and before is not None:
        yield replace(_start(before), kind="removed", before=title_of(before))
    elif before is None and after is not None:
        yield replace(_start(after), kind="added", after=title_of(after))
    elif before is not None and after is not None and before != after:
        left_out = frozenset({"kind"}) if after.kind == "lifecycle" else _IDENTITY
        yield from _fields(before, after, _start(after), left_out=left_out)


def _fields(
    before: BaseModel, after: BaseModel, at: Change, *, left_out: frozenset[str] = frozenset()
) -> Iterator[Change]:
    if isinstance(before, JourneyDocument) and isinstance(after, JourneyDocument):
        yield from _touchpoints(before, after, at)
    for name, field in type(after).model_fields.items():
        old, new = getattr(before, name), getattr(after, name)
        if old == new or name in left_out:
            continue
        written = field.alias or name
        here = replace(at, what=written, place=(*at.place, written))
        if name in _DEFINES.get(type(after), ()):
            yield replace(here, kind="redefined", before=short_form(old), after=short_form(new))
        elif isinstance(after, ExpectedEffect):
            yield from _value(old, new, replace(here, unit=after.metric))
        elif isinstance(after, Phase) and name == "touchpoints":
            continue  # compared over the whole journey
        else:
            yield from _value(old, new, here)


def _value(before: Any, after: Any, at: Change) -> Iterator[Change]:
    if isinstance(before, _OPENED) and type(before) is type(after):
        yield from _fields(before, after, at)
    elif isinstance(before, dict) and isinstance(after, dict):
        for key in [*before, *(key for key in after if key not in before)]:
            if before.get(key) != after.get(key):
                yield from _value(
                    before.get(key, ()), after.get(key, ()), replace(at, place=(*at.place, key))
                )
    elif _are_texts(before) and _are_texts(after):
        yield from _texts(before, after, at)
    elif _are_parts(before) and _are_parts(after):
        yield from _listed(before, after, at)
    else:
        yield replace(at, before=short_form(before), after=short_form(after))


def _are_texts(value: Any) -> bool:
    return isinstance(value, tuple) and all(isinstance(part, str) for part in value)


def _are_parts(value: Any) -> bool:
    return isinstance(value, tuple) and all(type(part) in _FOUND_BY for part in value)


def _texts(before: Sequence[str], after: Sequence[str], at: Change) -> Iterator[Change]:
    gone, come = Counter(before) - Counter(after), Counter(after) - Counter(before)
    for text in gone.elements():
        yield replace(at, kind="removed", before=text)
    for text in come.elements():
        yield replace(at, kind="added", after=text)
    if not gone and not come:
        yield replace(at, kind="reordered", before=list(before), after=list(after))


def _listed(before: Sequence[BaseModel], after: Sequence[BaseModel], at: Change) -> Iterator[Change]:
    old, new = _by_name(before), _by_name(after)
    for name, part in old.items():
        if name not in new:
            yield replace(at, kind="removed", before=short_form(part), place=(*at.place, name))
    for name, part in new.items():
        if name not in old:
            yield replace(at, kind="added", after=short_form(part), place=(*at.place, name))
        elif old[name] != part:
            yield from _fields(old[name], part, _inside(at, name, part))
    yield from _order([name for name in old if name in new], [name for name in new if name in old], at)


def _order(before: list[str], after: list[str], at: Change) -> Iterator[Change]:
    if before != after:
        yield replace(at, kind="reordered", before=before, after=after)


def _by_name(parts: Sequence[BaseModel]) -> dict[str, BaseModel]:
    """Parts by what they are found by; the second of the same name is ``name (2)``."""
    found: dict[str, BaseModel] = {}
    for part in parts:
        name = str(getattr(part, _FOUND_BY[type(part)]) or "")
        number = 1 + sum(other == name or other.startswith(f"{name} (") for other in found)
        found[name if number == 1 else f"{name} ({number})"] = part
    return found


def _inside(at: Change, name: str, part: BaseModel) -> Change:
    """The place inside one part of a list; what has a title gives it to the changes below."""
    here = replace(at, place=(*at.place, name))
    if isinstance(part, (Emotion, Next)):
        return here
    title = getattr(part, "title", "") or name
    return _within(here, type(part).__name__.lower(), title)


def _within(at: Change, kind: str, title: str) -> Change:
    return replace(at, within=(*at.within, (kind, title)))


def _touchpoints(before: JourneyDocument, after: JourneyDocument, at: Change) -> Iterator[Change]:
    """Touchpoints of a whole journey: they may move from phase to phase."""
    old = {touchpoint.id: (phase, touchpoint) for phase, touchpoint in before.located()}
    new = {touchpoint.id: (phase, touchpoint) for phase, touchpoint in after.located()}
    for id_, (phase, touchpoint) in old.items():
        if id_ not in new:
            here = _within(_at_touchpoint(at, phase, id_), "phase", phase.title)
            yield replace(here, kind="removed", before=touchpoint.title or id_)
    for id_, (phase, touchpoint) in new.items():
        here = _at_touchpoint(at, phase, id_)
        if id_ not in old:
            here = _within(here, "phase", phase.title)
            yield replace(here, kind="added", after=touchpoint.title or id_)
            continue
        former, was = old[id_]
        here = _within(here, "touchpoint", touchpoint.title or id_)
        if former.id != phase.id:
            yield replace(here, kind="moved", before=former.title, after=phase.title)
        if was != touchpoint:
            yield from _fields(was, touchpoint, here)
    for phase in after.phases:
        same = next((one for one in before.phases if one.id == phase.id), None)
        if same is not None:
            then, now = [one.id for one in same.touchpoints], [one.id for one in phase.touchpoints]
            here = replace(at, what="touchpoints", place=("phases", phase.id, "touchpoints"))
            yield from _order(
                [id_ for id_ in then if id_ in now],
                [id_ for id_ in now if id_ in then],
                _within(here, "phase", phase.title),
            )


def _at_touchpoint(at: Change, phase: Phase, id_: str) -> Change:
    return replace(at, what="touchpoints", place=("phases", phase.id, "touchpoints", id_))

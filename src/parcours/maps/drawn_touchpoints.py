"""The touchpoints of a journey as they are drawn, with those that are taken from other journeys filled in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from parcours.errors import DocumentError
from parcours.journeys.documents import Documents
from parcours.journeys.journey import JourneyDocument, Phase, Touchpoint
from parcours.journeys.lifecycle import LifecycleDocument
from parcours.maps.lifecycle_map import in_words
from parcours.timelines.matchers import Rule, Selector

_OWN = frozenset({"id", "use", "next"})  # never taken over: ids and ways belong to the journey itself


@dataclass(frozen=True)
class Drawn:
    """One touchpoint in its place."""

    phase: Phase
    touchpoint: Touchpoint  # with what it takes over from another journey
    journey: str  # id of the journey that it stands in

    @property
    def paths(self) -> frozenset[str]:
        """How documents name it: here, and where it was taken from."""
        own = {f"{self.journey}/{self.touchpoint.id}"}
        return frozenset(own | ({self.touchpoint.use} if self.touchpoint.use else set()))

    @property
    def bound(self) -> bool:
        """Whether events prove it."""
        return bool(self.touchpoint.events)

    def stage(self, documents: Documents) -> str | None:
        """Id of the lifecycle's stage: the phase's own, else the journey's first one."""
        stages = documents.journeys[self.journey].stage
        return self.phase.stage or (stages[0] if stages else None)


def drawn_touchpoints(documents: Documents, journey: JourneyDocument) -> tuple[Drawn, ...]:
    """All touchpoints in order; raises DocumentError where ``use`` names none."""
    return tuple(
        Drawn(phase, resolved(documents, journey.id, touchpoint), journey.id)
        for phase, touchpoint in journey.located()
    )


def resolved(documents: Documents, journey: str, touchpoint: Touchpoint) -> Touchpoint:
    """The touchpoint with the words and events of the one it uses, unless written here again."""
    seen = {f"{journey}/{touchpoint.id}"}
    found = touchpoint
    use = touchpoint.use
    while use is not None and use not in seen:
        seen.add(use)
        other = _found(documents, use)
        if other is None:
            raise DocumentError(
                f"there is no touchpoint {use!r}.",
                file=f"journeys/{journey}.yaml",
                field=f"{touchpoint.id}.use",
                hint="Write journey/touchpoint, as both are called in their documents.",
            )
        taken = {
            name: getattr(other, name) for name in other.model_fields_set - found.model_fields_set - _OWN
        }
        found = found.model_copy(update=taken)
        found.model_fields_set.update(taken)
        use = other.use
    return found


def selectors_in_words(selectors: Sequence[Selector]) -> str:
    """Events as a document writes them, in one line; "" for none."""
    return in_words([Rule(event=one.event, where=one.where) for one in selectors])


def stage_title(lifecycle: LifecycleDocument | None, stage: str | None) -> str | None:
    """The title of a stage; None when there is no such stage."""
    if lifecycle is None or stage is None:
        return None
    return next((one.title for one in lifecycle.stages if one.id == stage), None)


def _found(documents: Documents, path: str) -> Touchpoint | None:
    journey, _, wanted = path.partition("/")
    return next(_named(documents, journey, wanted), None)


def _named(documents: Documents, journey: str, wanted: str) -> Iterator[Touchpoint]:
    if journey in documents.journeys:
        yield from (one for one in documents.journeys[journey].touchpoints if one.id == wanted)

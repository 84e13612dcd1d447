"""All documents of a workspace together, and the kinds that there are."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from parcours.journeys.channels import ChannelDocument
from parcours.journeys.feedback import FeedbackDocument
from parcours.journeys.improvements import OpportunityDocument, PainPointDocument, SolutionDocument
from parcours.journeys.journey import JourneyDocument
from parcours.journeys.lifecycle import LifecycleDocument
from parcours.journeys.metrics import MetricDocument
from parcours.journeys.personas import PersonaDocument
from parcours.journeys.segments import SegmentDocument

Document: TypeAlias = (
    LifecycleDocument
    | JourneyDocument
    | PersonaDocument
    | ChannelDocument
    | MetricDocument
    | FeedbackDocument
    | PainPointDocument
    | OpportunityDocument
    | SolutionDocument
    | SegmentDocument
)

# kind as written -> its model, in the order in which documents are listed
KINDS: dict[str, type[Any]] = {
    "lifecycle": LifecycleDocument,
    "journey": JourneyDocument,
    "persona": PersonaDocument,
    "channel": ChannelDocument,
    "metric": MetricDocument,
    "feedback": FeedbackDocument,
    "pain-point": PainPointDocument,
    "opportunity": OpportunityDocument,
    "solution": SolutionDocument,
    "segment": SegmentDocument,
}


@dataclass(frozen=True)
class Documents:
    """What a team has written, by kind and id. Ids are unique within a kind."""

    lifecycle: LifecycleDocument | None = None
    journeys: dict[str, JourneyDocument] = field(default_factory=dict)
    personas: dict[str, PersonaDocument] = field(default_factory=dict)
    channels: dict[str, ChannelDocument] = field(default_factory=dict)
    metrics: dict[str, MetricDocument] = field(default_factory=dict)
    feedback: dict[str, FeedbackDocument] = field(default_factory=dict)
    pain_points: dict[str, PainPointDocument] = field(default_factory=dict)
    opportunities: dict[str, OpportunityDocument] = field(default_factory=dict)
    solutions: dict[str, SolutionDocument] = field(default_factory=dict)
    segments: dict[str, SegmentDocument] = field(default_factory=dict)

"""A journey map: one persona's way to one goal, in phases and touchpoints, as its team draws it.

    kind: journey
    id: first-purchase
    title: I find a birthday gift online, and it arrives in time
    stage: purchase                       # the stage of the lifecycle that it serves, or a list
    personas: [claire]
    scenario: Her sister turns thirty on Saturday week.
    goals: {customer: A gift in time, company: A first order}
    window: 30d                           # the whole journey takes at most so long
    phases:
      - id: discover
        title: Discover
        goal: Find an idea that feels like her
        touchpoints:
          - id: guide
            title: Open the gift guide
            channels: [web]
            events: {event: page_viewed, where: {page: {contains: guide}}}
            within: 3d                    # at most so long after the touchpoint before
            emotion: {score: 1, quote: "Finally, ideas that are not vouchers."}
            feedback: [page-rating]
            metrics: [{metric: guide-to-product, target: 0.75, warn: 0.7}]
            doing: Skims ideas, saves two.
            thinking: [Is it for someone like my sister?]
            cells: {backstage: Editors choose ten ideas a week}
    lanes:
      - {id: backstage, title: Backstage, line: visibility}

A touchpoint may be taken from another journey (``use: other/guide``): its words and events are those of the other one
unless written here again. ``journey: returns`` says that a journey of its own begins there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from parcours.events.comparisons import Part
from parcours.journeys.channels import Icon
from parcours.journeys.evidence import Evidence
from parcours.journeys.metrics import Cards
from parcours.journeys.words import ID_FORM, Id, Ids, Notes, Text, Texts, TouchpointPath
from parcours.timelines.matchers import Selector
from parcours.values import DAY_US, Duration

_ID = f"A short name that stays when the title changes: {ID_FORM}."


class Item(Part):
    """One statement in a cell: a bare text, or a text with its persona and what it rests on."""

    text: Text = Field(description="The statement.")
    persona: Id | None = Field(None, description="Whose; absent: everybody's.")
    evidence: Evidence | None = Field(None, description="What it rests on; absent: assumed.")


def _items(value: Any) -> Any:
    listed = (value,) if isinstance(value, (str, dict)) else value
    if isinstance(listed, (list, tuple)):
        return tuple({"text": item} if isinstance(item, str) else item for item in listed)
    return listed


Items = Annotated[tuple[Item, ...], BeforeValidator(_items)]


class Emotion(Part):
    """How it feels, as the team draws it: −2 (very bad) to +2 (very good)."""

    score: float = Field(ge=-2, le=2, description="-2 (very bad) to +2 (very good).")
    label: str = Field("", max_length=100, description="The feeling in a word, such as relieved.")
    quote: str = Field("", max_length=500, description="What they say.")
    persona: Id | None = Field(None, description="Whose feeling; absent: everybody's.")
    evidence: Evidence | None = Field(None, description="What it rests on; absent: assumed.")


def _emotions(value: Any) -> Any:
    listed = (value,) if isinstance(value, (int, float, dict)) else value
    if isinstance(listed, (list, tuple)):
        return tuple(
            {"score": item} if isinstance(item, (int, float)) and not isinstance(item, bool) else item
            for item in listed
        )
    return listed


class Next(Part):
    """Where one may go from here, other than to the next touchpoint."""

    to: Id = Field(description="The id of a touchpoint of this journey.")
    when: str = Field("", max_length=300, description="In which case, in words.")


class Touchpoint(Part):
    """A point where the customer meets the company."""

    id: Id = Field(description=_ID)
    title: str = Field("", max_length=200, description="What the customer does, beginning with a verb.")
    use: TouchpointPath | None = Field(None, description="Take it from another journey: journey/touchpoint.")
    journey: Id | None = Field(None, description="The journey of its own that begins here.")
    initiator: Literal["customer", "company"] = Field("customer", description="Who starts it.")
    kind: Literal["communication", "action"] = Field(
        "communication", description="communication (two sides), or action (one side alone)."
    )
    channels: Ids = Field((), description="Ids of channels on which it happens.")
    icon: Icon | None = Field(None, description="Its sign; default: that of its first channel.")
    moment_of_truth: bool = Field(False, description="Whether all may be won or lost here.")
    events: Annotated[
        tuple[Selector, ...], BeforeValidator(lambda v: (v,) if isinstance(v, (str, dict)) else v)
    ] = Field((), description="The events that prove it: any one is enough.")
    optional: bool = Field(False, description="Whether the way goes on without it.")
    within: Duration | None = Field(None, description="At most so long after the touchpoint before.")
    next: tuple[Next, ...] = Field((), description="Other ways from here.")
    emotion: Annotated[tuple[Emotion, ...], BeforeValidator(_emotions)] = Field(
        (), description="How it feels: a score, {score, label, quote}, or a list by persona."
    )
    feedback: Ids = Field((), description="Ids of feedback sources that measure how it feels.")
    metrics: Cards = Field((), description="Metrics to show: ids, or {metric, target, warn}.")
    doing: Items = Field((), description="What the customer does.")
    thinking: Items = Field((), description="What the customer thinks.")
    cells: dict[Id, Items] = Field(
        default_factory=dict, description="Statements in lanes of your own, by lane id."
    )
    evidence: Evidence | None = Field(
        None, description="What the touchpoint rests on, where no event proves it."
    )

    @model_validator(mode="after")
    def _has_a_title(self) -> Touchpoint:
        if not self.title.strip() and self.use is None:
            raise ValueError("a touchpoint needs a 'title', or 'use' to take it from another journey")
        return self


class Phase(Part):
    """A part of the journey."""

    id: Id = Field(description=_ID)
    title: Text = Field(description="Name of the phase, as people read it.")
    goal: str = Field("", max_length=500, description="What the customer wants here.")
    stage: Id | None = Field(
        None, description="The stage of the lifecycle; default: the journey's first one."
    )
    metrics: Cards = Field((), description="Metrics of the phase; the first one stands on its sign.")
    touchpoints: tuple[Touchpoint, ...] = Field(min_length=1, max_length=60, description="In order.")


class Lane(Part):
    """A lane of the team's own, below the usual ones."""

    id: Id = Field(description=_ID)
    title: Text = Field(description="Name of the lane, as people read it.")
    line: Literal["interaction", "visibility", "internal"] | None = Field(
        None, description="The service blueprint's line that is drawn above it."
    )
    hidden: bool = Field(False, description="Keep it out of the picture.")


class Goals(Part):
    """What is to be reached."""

    customer: str = Field("", max_length=500, description="What the customer wants.")
    company: str = Field("", max_length=500, description="What the company wants.")


class ScoreWeights(Part):
    """How much each part counts in the experience score; they need not sum to one."""

    attainment: float = Field(1.0, ge=0, description="Metrics against their targets.")
    emotion: float = Field(1.0, ge=0, description="How it feels.")
    friction: float = Field(1.0, ge=0, description="How few are lost on the way.")

    @model_validator(mode="after")
    def _not_all_zero(self) -> ScoreWeights:
        if self.attainment + self.emotion + self.friction == 0:
            raise ValueError("at least one weight must be greater than zero")
        return self


class JourneyDocument(Part):
    """A journey map as its team draws it."""

    model_config = ConfigDict(title="Journey")

    kind: Literal["journey"] = Field(description="Always: journey.")
    id: Id = Field(description=_ID)
    title: Text = Field(description="The journey in the customer's words: I …")
    stage: Ids = Field((), description="The stages of the lifecycle that it serves.")
    aim: Literal["sales", "referrals", "retention", "fewer_complaints", "other"] = Field(
        "other", description="What the company wants most from it; journeys are compared by it."
    )
    status: Literal["unmapped", "researched", "live", "prototype"] = Field(
        "unmapped", description="unmapped, researched, live or prototype."
    )
    variant: Literal["as_is", "to_be"] = Field(
        "as_is", description="as_is, or to_be for the way it should become."
    )
    variant_of: Id | None = Field(None, description="With to_be: the journey as it is.")
    parent: Id | None = Field(None, description="The journey that it is a part of.")
    personas: Ids = Field((), description="Ids of the personas who take it.")
    scenario: Notes = Field("", description="The situation in which it begins.")
    expectation: Notes = Field("", description="What the customer expects.")
    goals: Goals = Field(default_factory=Goals, description="Of the customer and of the company.")
    owner: str = Field("", max_length=200, description="Who looks after it.")
    reviewed_on: date | None = Field(None, description="The day the team last went through it.")
    review_by: date | None = Field(None, description="The day it should be gone through again.")
    tags: Texts = Field((), description="Words to find it by.")
    window: Duration = Field(Duration(30 * DAY_US), description="The whole way takes at most so long.")
    value: Selector | None = Field(
        None, description="The events whose value those who reach the end are worth, such as order_completed."
    )
    value_within: Duration = Field(
        Duration(90 * DAY_US), description="How long after the start their value is summed."
    )
    weights: ScoreWeights = Field(default_factory=ScoreWeights, description="Parts of the experience score.")
    phases: tuple[Phase, ...] = Field(min_length=1, max_length=20, description="In order.")
    lanes: tuple[Lane, ...] = Field((), description="Lanes of your own.")

    @property
    def touchpoints(self) -> tuple[Touchpoint, ...]:
        """All touchpoints in order."""
        return tuple(touchpoint for phase in self.phases for touchpoint in phase.touchpoints)

    def located(self) -> Iterator[tuple[Phase, Touchpoint]]:
        """Every touchpoint with its phase, in order."""
        return ((phase, touchpoint) for phase in self.phases for touchpoint in phase.touchpoints)

    @model_validator(mode="after")
    def _consistent(self) -> JourneyDocument:
        _each_once("phase", [phase.id for phase in self.phases])
        ids = [touchpoint.id for touchpoint in self.touchpoints]
        _each_once("touchpoint", ids)
        lanes = [lane.id for lane in self.lanes]
        _each_once("lane", lanes)
        for touchpoint in self.touchpoints:
            _known("touchpoint", [way.to for way in touchpoint.next], ids)
            _known("lane", touchpoint.cells, lanes)
        if (self.variant_of is None) == (self.variant == "to_be"):
            raise ValueError("'variant: to_be' and 'variant_of' go together")
        return self


def _each_once(what: str, ids: list[str]) -> None:
    twice = next((one for number, one in enumerate(ids) if one in ids[:number]), None)
    if twice is not None:
        raise ValueError(f"the {what} id {twice!r} is used twice")


def _known(what: str, used: Any, ids: list[str]) -> None:
    unknown = next((one for one in used if one not in ids), None)
    if unknown is not None:
        raise ValueError(
            f"there is no {what} {unknown!r} in this journey; there are: {', '.join(ids) or 'none'}"
        )

"""What hurts and what is done about it: pain points, opportunities, solutions. One document each.

In YAML:

    kind: pain-point
    id: late-date
    text: The delivery date appears only after the address form.
    severity: 5
    touchpoints: [first-purchase/check-date]

    kind: opportunity
    id: promise-early
    text: How might we promise a date on the product page?
    pain_points: [late-date]

    kind: solution
    id: date-on-page
    text: Delivery date on the product page
    opportunities: [promise-early]
    owner: Nora, logistics
    status: running
    effort: 3
    expected: {metric: add-to-basket, change: 0.06}
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import ConfigDict, Field, model_validator

from parcours.events.comparisons import Part
from parcours.journeys.evidence import Evidence
from parcours.journeys.words import ID_FORM, Id, Ids, Notes, Text, TouchpointPaths
from parcours.timelines.matchers import Selector

Progress = Literal["idea", "planned", "running", "done"]
OneToFive = Annotated[int, Field(ge=1, le=5)]
_ID = f"A short name that stays when the text changes: {ID_FORM}."


class PainPointDocument(Part):
    """A pain point or an obstacle of customers."""

    model_config = ConfigDict(title="Pain point")

    kind: Literal["pain-point"] = Field(description="Always: pain-point.")
    id: Id = Field(description=_ID)
    text: Text = Field(description="What hurts, in a sentence.")
    severity: OneToFive = Field(description="1 (a nuisance) to 5 (they leave).")
    frequency: str = Field("", max_length=200, description="How often, in words, such as 38 % of exits.")
    events: Selector | None = Field(None, description="The events that show it, so that it is counted.")
    touchpoints: TouchpointPaths = Field((), description="Where: journey/touchpoint.")
    stages: Ids = Field((), description="Or the lifecycle's stages where it is felt.")
    personas: Ids = Field((), description="Who feels it; none: all.")
    owner: str = Field("", max_length=200, description="Who looks after it.")
    evidence: Evidence | None = Field(None, description="What it rests on; absent: assumed.")


class OpportunityDocument(Part):
    """An opportunity: what could be better, before it is known how."""

    model_config = ConfigDict(title="Opportunity")

    kind: Literal["opportunity"] = Field(description="Always: opportunity.")
    id: Id = Field(description=_ID)
    text: Text = Field(description="How might we …?")
    pain_points: Ids = Field((), description="The pain points that it would ease.")
    touchpoints: TouchpointPaths = Field((), description="Where: journey/touchpoint.")
    impact: OneToFive | None = Field(None, description="1 (little) to 5 (much).")
    effort: OneToFive | None = Field(None, description="1 (little) to 5 (much).")
    owner: str = Field("", max_length=200, description="Who looks after it.")
    status: Progress = Field("idea", description="idea, planned, running or done.")


class ExpectedEffect(Part):
    """By how much a metric should move."""

    metric: Id = Field(description="The id of the metric.")
    change: Decimal = Field(
        description="New value minus old, in the metric's unit: 0.06 is six points of a share."
    )


class SolutionDocument(Part):
    """A solution: what is done, by whom, how far it is, and what it should change."""

    model_config = ConfigDict(title="Solution")

    kind: Literal["solution"] = Field(description="Always: solution.")
    id: Id = Field(description=_ID)
    text: Text = Field(description="What is done, in a few words.")
    opportunities: Ids = Field((), description="The opportunities that it takes.")
    pain_points: Ids = Field((), description="The pain points that it eases.")
    touchpoints: TouchpointPaths = Field((), description="Where: journey/touchpoint.")
    owner: str = Field("", max_length=200, description="Who does it.")
    status: Progress = Field("idea", description="idea, planned, running or done.")
    effort: OneToFive | None = Field(None, description="1 (little) to 5 (much).")
    expected: ExpectedEffect | None = Field(None, description="By how much which metric should move.")
    shipped_on: date | None = Field(None, description="The day it reached customers.")
    link: str = Field("", max_length=2000, description="Where the work is followed.")
    notes: Notes = Field("", description="Anything else worth knowing.")
    evidence: Evidence | None = Field(None, description="What speaks for it.")

    @model_validator(mode="after")
    def _done_has_a_day(self) -> SolutionDocument:
        if self.shipped_on is not None and self.status in ("idea", "planned"):
            raise ValueError(f"a solution that is {self.status!r} has no 'shipped_on'; use running or done")
        return self

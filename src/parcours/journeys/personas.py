"""A persona: whom a journey is drawn for, bound to the customers whom it stands for.

In YAML:

    kind: persona
    id: claire
    name: Claire, 34
    role: Buys gifts online
    quote: Paying a little more is fine. Not knowing when it comes is not.
    goals: [Find an idea that feels like her sister]
    needs: [A date she can count on]
    frustrations: [Delivery dates that come too late]
    segment: {profile: {country: [FR, BE]}}       # or the id of a saved segment
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from parcours.events.comparisons import Part
from parcours.journeys.evidence import Evidence
from parcours.journeys.words import ID_FORM, Id, Notes, Text, Texts
from parcours.lifecycle.segments import Segment


class PersonaDocument(Part):
    """A persona as its team describes it."""

    model_config = ConfigDict(title="Persona")

    kind: Literal["persona"] = Field(description="Always: persona.")
    id: Id = Field(description=f"A short name that stays when the words change: {ID_FORM}.")
    name: Text = Field(description="Name, as people say it.")
    role: str = Field("", max_length=300, description="Who this is, in a few words.")
    type: Literal["primary", "secondary", "system", "backstage"] = Field(
        "primary", description="primary, secondary, system (a machine) or backstage (one of ours)."
    )
    quote: str = Field("", max_length=500, description="One sentence they would say.")
    goals: Texts = Field((), description="What they want to reach.")
    needs: Texts = Field((), description="What they need for it.")
    frustrations: Texts = Field((), description="What stands in the way.")
    notes: Notes = Field("", description="Anything else worth knowing.")
    segment: Id | Segment | None = Field(
        None, description="The customers it stands for: a condition, or the id of a saved segment."
    )
    evidence: Evidence | None = Field(None, description="What the description rests on.")

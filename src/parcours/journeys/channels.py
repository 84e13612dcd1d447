"""A channel: where customers and company meet, and how the events name it.

In YAML:

    kind: channel
    id: email
    title: E-mail
    icon: email
    values: [email, newsletter, Klaviyo]
"""

from __future__ import annotations

from typing import Literal

from pydantic import ConfigDict, Field

from parcours.events.comparisons import Part
from parcours.journeys.words import ID_FORM, Id, Text, Texts

Icon = Literal[
    "ad", "app", "box", "calendar", "call", "card", "cart", "chat", "club", "email", "event", "filter", "letter",
    "link", "people", "review", "search", "shop", "sms", "social", "star", "support", "survey", "till", "truck", "web",
]  # fmt: skip


class ChannelDocument(Part):
    """A channel as the team names it."""

    model_config = ConfigDict(title="Channel")

    kind: Literal["channel"] = Field(description="Always: channel.")
    id: Id = Field(description=f"A short name that stays when the title changes: {ID_FORM}.")
    title: Text = Field(description="Name of the channel, as people read it.")
    icon: Icon = Field("web", description="The sign drawn for it.")
    values: Texts = Field((), description="How events name it in their channel; default: its id.")
    owner: str = Field("", max_length=200, description="Who looks after it.")

    @property
    def event_values(self) -> tuple[str, ...]:
        """The values of an event's channel that mean this one."""
        return self.values or (self.id,)

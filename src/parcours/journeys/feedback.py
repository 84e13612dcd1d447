"""A source of feedback: which events hold what customers felt, and on which scale.

    kind: feedback
    id: order-nps
    title: NPS after delivery
    events: nps_answered
    score: score
    scale: nps

On the emotion lane every scale becomes −2…+2: ``csat`` and ``stars`` (1–5) → x − 3; ``nps`` (0–10) → +2 for promoters
(9, 10), 0 for passives, −2 for detractors (0–6), so that the mean is NPS / 50; ``ces`` (1–7) → (x − 4) / 1.5;
``sentiment`` (−1…+1) → 2x; ``custom`` → linear between ``lowest`` and ``highest``; ``higher_is: worse`` turns the sign.
Series of different scales are never mixed silently: the legend names the conversions in use.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from parcours.events.comparisons import Part
from parcours.journeys.words import ID_FORM, Id, Text
from parcours.timelines.matchers import Selector

Scale = Literal["csat", "stars", "nps", "ces", "sentiment", "custom"]
BOUNDS: dict[str, tuple[int, int]] = {
    "csat": (1, 5), "stars": (1, 5), "nps": (0, 10), "ces": (1, 7), "sentiment": (-1, 1),
}  # fmt: skip


class FeedbackDocument(Part):
    """A survey, reviews, or sentiment found in texts: what the events say that customers felt."""

    model_config = ConfigDict(title="Feedback source")

    kind: Literal["feedback"] = Field(description="Always: feedback.")
    id: Id = Field(description=f"A short name that stays when the title changes: {ID_FORM}.")
    title: Text = Field(description="Name of the source, as people read it.")
    events: Selector = Field(description="The answers: an event name, or {event, where}.")
    asked: Selector | None = Field(
        None, description="The questions sent, so that those who did not answer are counted."
    )
    score: Text = Field(description="The property that holds the score.")
    scale: Scale = Field(description="csat, stars, nps, ces, sentiment or custom.")
    higher_is: Literal["better", "worse"] = Field("better", description="Which end of the scale is good.")
    lowest: Decimal | None = Field(None, description="Lowest value of a custom scale.")
    highest: Decimal | None = Field(None, description="Highest value of a custom scale.")
    comment: str = Field("", max_length=200, description="The property that holds the customer's own words.")

    @model_validator(mode="after")
    def _bounds_of_custom(self) -> FeedbackDocument:
        given = (self.lowest, self.highest)
        if self.scale != "custom":
            if given != (None, None):
                raise ValueError("'lowest' and 'highest' belong to the scale 'custom' only")
        elif self.lowest is None or self.highest is None or self.lowest >= self.highest:
            raise ValueError("the scale 'custom' needs 'lowest' and a greater 'highest'")
        return self

    @property
    def bounds(self) -> tuple[Decimal, Decimal]:
        """Lowest and highest value of the scale, both possible."""
        if self.lowest is not None and self.highest is not None:
            return self.lowest, self.highest
        low, high = BOUNDS[self.scale]
        return Decimal(low), Decimal(high)

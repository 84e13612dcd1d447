"""A metric: one definition over events and observations, used by many cards.

    kind: metric
    id: acquisition-cost
    title: Acquisition cost
    meaning: What one new customer costs us in advertising.
    unit: money
    direction: down
    ratio: {of: {observations: ad_spend}, per: {customers: order_completed, first_ever: true}}

Exactly one way to compute it is given: ``figure``, ``ratio``, ``conversion``, ``repeat``, ``churn``, ``retention`` or
``score``.
A card puts a metric on a stage, a phase or a touchpoint, with a filter, a target and a warn band:

    metrics:
      - {metric: acquisition-cost, target: 40, warn: 50, minimum_n: 30}
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, ConfigDict, Field, model_validator

from parcours.events.comparisons import Part
from parcours.journeys.words import ID_FORM, Id, Notes, Text
from parcours.timelines.matchers import Selector, Where
from parcours.values import DAY_US, Duration

Unit = Literal["number", "share", "money", "days", "score"]
Direction = Literal["up", "down"]


class Figure(Part):
    """A number of the period: exactly one of events, customers, sessions, sum, mean, median or observations."""

    events: Selector | None = Field(None, description="How many such events.")
    customers: Selector | None = Field(None, description="How many different customers did this.")
    first_ever: bool = Field(
        False, description="With customers: only those whose first such event lies in the period."
    )
    sessions: Selector | None = Field(
        None, description="How many sessions hold such an event (30 minutes idle)."
    )
    sum: Selector | None = Field(None, description="The sum of 'of' over these events.")
    mean: Selector | None = Field(None, description="The mean of 'of' over these events.")
    median: Selector | None = Field(None, description="The median of 'of' over these events.")
    of: Text = Field("value", description="With sum, mean, median: value (money) or a numeric property.")
    observations: Text | None = Field(
        None, description="A figure that is no customer event, such as ad_spend."
    )
    dimensions: dict[str, str] = Field(
        default_factory=dict, description="With observations: only those of these dimensions."
    )
    take: Literal["sum", "mean", "last"] = Field(
        "sum", description="With observations: their sum, their mean, or the last one."
    )

    @model_validator(mode="after")
    def _exactly_one(self) -> Figure:
        ways = ("events", "customers", "sessions", "sum", "mean", "median", "observations")
        given = [way for way in ways if getattr(self, way) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(ways)}" + (f", not {given}" if given else ""))
        if self.first_ever and self.customers is None:
            raise ValueError("'first_ever' belongs to 'customers'")
        return self


class Ratio(Part):
    """One figure divided by another of the same period; of customers or events within others: a share."""

    of: Figure = Field(description="What is counted.")
    per: Figure = Field(description="What it is divided by.")


class Conversion(Part):
    """Of the customers who did ``from`` in the period, the share who then did ``to`` in time.

    Customers whose time is not over when the data ends are left out, and counted."""

    from_: Selector = Field(alias="from", description="Who could convert.")
    to: Selector = Field(description="What counts as converting.")
    within: Duration = Field(Duration(14 * DAY_US), description="At most so long after; default 14d.")


class Repeat(Part):
    """Of the customers with a first such event in the period, the share with a second one in time."""

    events: Selector = Field(description="What is repeated, such as order_completed.")
    within: Duration = Field(
        Duration(60 * DAY_US), description="At most so long after the first; default 60d."
    )


class StageRate(Part):
    """Of the customers who were in the stage when the period began, who lapsed from it, or did not."""

    stage: Id | None = Field(
        None, description="The id of the lifecycle's stage; absent: the stage that the card stands on."
    )
    cancelled: Selector | None = Field(
        None, description="The event that ends a contract; absent: lapsing counts as leaving."
    )


class Score(Part):
    """A score from a feedback source, over the answers of the period."""

    feedback: Id = Field(description="The id of the feedback source.")
    take: Literal["nps", "top_two", "mean", "good", "answers", "response_rate"] = Field(
        description="nps, top_two (share of the best two of five), mean, good (share from 'at_least' on), "
        "answers (their number) or response_rate."
    )
    at_least: Decimal | None = Field(None, description="With good: the lowest value that is good.")


_WAYS = ("figure", "ratio", "conversion", "repeat", "churn", "retention", "score")


class MetricDocument(Part):
    """A metric as the team defines it."""

    model_config = ConfigDict(title="Metric")

    kind: Literal["metric"] = Field(description="Always: metric.")
    id: Id = Field(description=f"A short name that stays when the title changes: {ID_FORM}.")
    title: Text = Field(description="Name of the metric, as people read it.")
    meaning: Notes = Field("", description="What it says, in a sentence that a newcomer understands.")
    unit: Unit = Field(description="number, share, money, days or score.")
    direction: Direction = Field("up", description="up: more is better; down: less is better.")
    owner: str = Field("", max_length=200, description="Who answers for it.")
    figure: Figure | None = Field(None, description="A number of the period.")
    ratio: Ratio | None = Field(None, description="One figure divided by another.")
    conversion: Conversion | None = Field(None, description="Who did one thing after another.")
    repeat: Repeat | None = Field(None, description="Who did it a second time.")
    churn: StageRate | None = Field(None, description="Who left a stage.")
    retention: StageRate | None = Field(None, description="Who stayed in a stage.")
    score: Score | None = Field(None, description="A score from feedback.")

    @model_validator(mode="after")
    def _exactly_one(self) -> MetricDocument:
        given = [way for way in _WAYS if getattr(self, way) is not None]
        if len(given) != 1:
            raise ValueError(f"give exactly one of {', '.join(_WAYS)}" + (f", not {given}" if given else ""))
        return self


def _bare_metric(value: Any) -> Any:
    return {"metric": value} if isinstance(value, str) else value


class Card(Part):
    """A metric on the map: which customers, against which target."""

    metric: Id = Field(description="The id of the metric.")
    title: str = Field("", max_length=200, description="A name for this card; default: the metric's.")
    where: Where | None = Field(None, description="Only events (and profiles) like this.")
    target: Decimal | None = Field(
        None, description="The value to reach: shares as 0.65, money in major units."
    )
    warn: Decimal | None = Field(
        None, description="From here to the target is 'watch'; beyond it 'off target'. Default: no band."
    )
    minimum_n: int = Field(30, ge=1, description="Under so many customers or answers: 'too few'.")
    headline: bool = Field(False, description="Show it first: on the stage's sign, or on the touchpoint.")

    @model_validator(mode="after")
    def _warn_needs_target(self) -> Card:
        if self.warn is not None and self.target is None:
            raise ValueError("'warn' needs a 'target'")
        return self


Cards = Annotated[
    tuple[Annotated[Card, BeforeValidator(_bare_metric)], ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, (str, dict)) else value),
]

"""The lifecycle document: the stages a team draws, in words for people and in rules for the measures.

    kind: lifecycle
    id: shop
    title: Our customers
    stages:
      - id: purchase
        title: Purchase
        enter: order_completed
        lapse: {after: 90d}
        channels: [shop, web]
        strategies: [Free delivery from 40 €]
        works: [Abandoned-cart e-mail]
        must_improve: [Payment by instalments]

Ids are written, never made from titles: the figures of the past hang on them, and titles are reworded and
translated.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal

from pydantic import ConfigDict, Field, field_validator, model_validator

from parcours.events.comparisons import Part
from parcours.journeys.editor_schema import schema_for_editors
from parcours.journeys.metrics import Cards
from parcours.journeys.words import ID_FORM, Id, Ids, Text
from parcours.lifecycle.rules import LifecycleRules, StageRules
from parcours.timelines.matchers import Selector
from parcours.values import DAY_US, Duration
from parcours.yaml_files import load_model, read_model

Verdict = Literal["in_use", "works", "must_improve"]


class Strategy(Part):
    """A strategy of marketing or sales at a stage, and how the team judges it. A bare text is one in use."""

    text: Text = Field(description="What is done, in a few words.")
    verdict: Verdict = Field("in_use", description="in_use, works or must_improve.")

    @model_validator(mode="before")
    @classmethod
    def _bare_text(cls, data: Any) -> Any:
        return {"text": data} if isinstance(data, str) else data


class Stage(StageRules):
    """One stage of the lifecycle: its rules, and what the team says and does there."""

    model_config = ConfigDict(populate_by_name=False)

    id: Id = Field(description=f"A short name that stays when the title changes: {ID_FORM}.")
    title: Text = Field(description="Name of the stage, as people read it.")
    purpose: str = Field("", max_length=2000, description="What the stage is for, in a sentence.")
    channels: tuple[Text, ...] = Field((), description="Channels on which customers are met in this stage.")
    written_strategies: tuple[Strategy, ...] = Field(
        (), alias="strategies", description="Strategies in use: texts, or {text, verdict}."
    )
    works: tuple[Text, ...] = Field((), description="Strategies that work.")
    must_improve: tuple[Text, ...] = Field((), description="Strategies that must improve.")
    customer_goal: str = Field("", max_length=500, description="What the customer wants here.")
    company_goal: str = Field("", max_length=500, description="What the company wants here.")
    metrics: Cards = Field((), description="Metrics of the stage: ids, or {metric, target, warn, minimum_n}.")
    journeys: Ids = Field((), description="Ids of the journeys that serve the stage.")

    @field_validator("channels", "written_strategies", "works", "must_improve", mode="before")
    @classmethod
    def _one_text_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, (str, dict)) else value

    @model_validator(mode="after")
    def _one_verdict(self) -> Stage:
        both = sorted(set(self.works) & set(self.must_improve))
        if both:
            raise ValueError(f"{both[0]!r} stands under works and under must_improve; choose one")
        return self

    @property
    def strategies(self) -> tuple[Strategy, ...]:
        """All strategies as ordered, each once; ``works`` and ``must_improve`` have the last word."""
        verdicts = {strategy.text: strategy.verdict for strategy in self.written_strategies}
        verdicts |= dict.fromkeys(self.works, "works")
        verdicts |= dict.fromkeys(self.must_improve, "must_improve")
        return tuple(Strategy(text=text, verdict=verdict) for text, verdict in verdicts.items())

    @property
    def rules(self) -> StageRules:
        return StageRules(id=self.id, enter=self.enter, keep=self.keep, lapse=self.lapse)


class FunnelPlan(Part):
    """The main funnel shown on the map."""

    steps: tuple[Selector, ...] = Field(min_length=2, max_length=12, description="The steps in order.")
    window: Duration = Field(
        Duration(14 * DAY_US), description="All steps at most this long after the first."
    )


class RetentionPlan(Part):
    """The retention triangle shown on the map."""

    model_config = ConfigDict(populate_by_name=False)

    start: Selector = Field(description="The event whose first occurrence puts a customer into a cohort.")
    returned: Selector = Field(alias="return", description="The event that shows that the customer is back.")
    unit: Literal["day", "week", "month"] = Field("month", description="Length of a period.")


class LifecycleDocument(Part):
    """A lifecycle map as its team writes it."""

    model_config = ConfigDict(title="Lifecycle")

    kind: Literal["lifecycle"] = Field(description="Always: lifecycle.")
    id: Id = Field(description=f"A short name that stays when the title changes: {ID_FORM}.")
    title: Text = Field(description="Name of the map, as people read it.")
    purpose: str = Field("", max_length=2000, description="What the map is for, in a sentence.")
    owner: str | None = Field(None, max_length=200, description="Who looks after the map.")
    activity: tuple[Selector, ...] = Field(
        (), description="Events that count as activity in growth accounting; default: any event."
    )
    funnel: FunnelPlan | None = Field(None, description="The main funnel to show; absent: none.")
    retention: RetentionPlan | None = Field(None, description="The retention to show; absent: none.")
    stages: tuple[Stage, ...] = Field(
        min_length=1, max_length=31, description="The stages, in the order in which customers advance."
    )

    @field_validator("activity", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, (str, dict)) else value

    @field_validator("stages")
    @classmethod
    def _ids_differ(cls, stages: tuple[Stage, ...]) -> tuple[Stage, ...]:
        LifecycleRules(stages=tuple(stage.rules for stage in stages))
        return stages

    @property
    def rules(self) -> LifecycleRules:
        """The rules alone: what the measures need, the same in every language."""
        return LifecycleRules(stages=tuple(stage.rules for stage in self.stages))

    def stage(self, stage_id: str) -> Stage:
        """The stage of this id; raises KeyError."""
        return {stage.id: stage for stage in self.stages}[stage_id]


def load_lifecycle(text: str, *, file: str) -> LifecycleDocument:
    """A lifecycle document from YAML text; raises DocumentError with ``file``, line and field."""
    return load_model(text, LifecycleDocument, file=file)


def read_lifecycle(path: Path) -> LifecycleDocument:
    """A lifecycle document from a file; raises DocumentError with file, line and field."""
    return read_model(path, LifecycleDocument)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of lifecycle documents for editors, short forms included."""
    return schema_for_editors(LifecycleDocument)

"""The rules of a lifecycle: what a stage means, without the words that people write around it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, field_validator, model_validator

from parcours.events.comparisons import Part
from parcours.timelines.matchers import Selector
from parcours.timelines.patterns import AnyRule, event_names
from parcours.values import Duration


class Lapse(Part):
    """When a silent customer has left the stage."""

    after: Duration = Field(description="Elapsed time without a keep event.")

    @field_validator("after")
    @classmethod
    def _positive(cls, value: Duration) -> Duration:
        if value.us <= 0:
            raise ValueError(
                "lapse.after must be longer than zero; leave lapse out for a stage that never lapses"
            )
        return value


class StageRules(Part):
    """One stage: when it is entered, what keeps a customer in it, when silence ends it."""

    id: str = Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", max_length=64)
    enter: Annotated[tuple[AnyRule, ...], Field(min_length=1)] = Field(
        description="One rule, or several of which any."
    )
    keep: tuple[Selector, ...] | None = Field(
        None, description="Events that show the customer is still there; default: any event a stage names."
    )
    lapse: Lapse | None = Field(None, description="Absent: the stage never lapses.")

    @field_validator("enter", "keep", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, (dict, str)) else value


class LifecycleRules(Part):
    """An ordered list of stages."""

    stages: Annotated[tuple[StageRules, ...], Field(min_length=1, max_length=31)]

    @model_validator(mode="after")
    def _unique_ids(self) -> LifecycleRules:
        ids = [stage.id for stage in self.stages]
        twice = sorted({name for name in ids if ids.count(name) > 1})
        if twice:
            raise ValueError(f"two stages have the id {twice[0]!r}; ids must differ")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(stage.id for stage in self.stages)

    def named_events(self) -> frozenset[str]:
        """The events that any stage names, in ``enter`` or ``keep``: the default of ``keep``."""
        kept = {name for stage in self.stages for keep in stage.keep or () for name in keep.event}
        return frozenset(kept | event_names(tuple(rule for stage in self.stages for rule in stage.enter)))

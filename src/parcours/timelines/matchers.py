"""Event matchers: one small language for stages, touchpoints, steps, metrics and segments.

    {event: order_completed, where: {value: {gte: 100}, channel: {in: [email, ads]}}, count: {gte: 2},
    within: 30d}

``event`` is a name, a list of names, or ``"*"`` for any. ``where`` puts conditions on properties of the
event (``value``, ``currency``, ``channel``, ``campaign``, ``source`` and every key of its properties) and,
written ``profile.<trait>``, on the customer's profile; a bare value means equality and a bare list means
membership. ``all``, ``any`` and ``not`` combine. ``count`` counts matching events over all history, or
within the last ``within``, up to and including this event. ``then`` makes the rule true at a later event.
``first`` keeps a customer's first matching event only."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field, model_validator

from parcours.events.comparisons import Comparison, Part
from parcours.values import Duration


class Condition(Comparison):
    """What one property must satisfy; several keys must all hold.

    Comparisons are numeric; a missing or non-numeric value satisfies none. ``ne``, ``not_in`` and
    ``not_contains`` hold for a missing value, as they negate."""

    contains: str | None = Field(None, description="The text contains this, letter case ignored.")
    not_contains: str | None = Field(None, description="The text does not contain this, or is missing.")


class Where(Part):
    """Conditions on one event, joined: ``properties`` must all hold, and ``all``, ``any``, ``not`` besides."""

    properties: dict[str, Condition] = Field(default_factory=dict)
    all_: tuple[Where, ...] = Field((), alias="all", description="Each of these must hold.")
    any_: tuple[Where, ...] = Field((), alias="any", description="At least one of these must hold.")
    not_: Where | None = Field(None, alias="not", description="This must not hold.")

    @model_validator(mode="before")
    @classmethod
    def _gather(cls, data: Any) -> Any:
        """``{channel: email, any: [...]}``: every key that is no joining word is a property."""
        if not isinstance(data, dict) or set(data) == {"properties"}:
            return data
        words = {"all", "any", "not", "all_", "any_", "not_"}
        named = dict(data.get("properties", {})) if isinstance(data.get("properties"), dict) else {}
        named |= {key: value for key, value in data.items() if key not in words | {"properties"}}
        return {key: value for key, value in data.items() if key in words} | {"properties": named}

    @model_validator(mode="after")
    def _any_not_empty(self) -> Where:
        if "any_" in self.model_fields_set and not self.any_:
            raise ValueError("'any' needs at least one condition")
        return self


class Selector(Part):
    """Which events: by name and by condition, each event for itself."""

    event: Annotated[tuple[str, ...], Field(min_length=1)] = Field(
        description='An event name, a list of names, or "*" for any event.'
    )
    where: Where | None = Field(
        None, description="Conditions on the event's properties or the customer's profile."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_name(cls, data: Any) -> Any:
        if isinstance(data, str):
            return {"event": (data,)}
        if isinstance(data, dict) and isinstance(data.get("event"), str):
            return data | {"event": (data["event"],)}
        return data

    @property
    def any_event(self) -> bool:
        return "*" in self.event


class Count(Part):
    """How many matching events, up to and including this one."""

    eq: int | None = Field(None, ge=1)
    gte: int | None = Field(None, ge=1)
    gt: int | None = Field(None, ge=0)
    lte: int | None = Field(None, ge=1)
    lt: int | None = Field(None, ge=2)

    @model_validator(mode="before")
    @classmethod
    def _bare_number(cls, data: Any) -> Any:
        return {"eq": data} if isinstance(data, int) and not isinstance(data, bool) else data

    @model_validator(mode="after")
    def _possible(self) -> Count:
        low, high = self.bounds
        if not self.model_fields_set:
            raise ValueError("count needs one of eq, gte, gt, lte, lt")
        if high is not None and low > high:
            raise ValueError(f"no number is at least {low} and at most {high}")
        return self

    @property
    def bounds(self) -> tuple[int, int | None]:
        """Smallest and largest count that satisfy it, both inside; None is no upper bound."""
        lows = [1, *(n for n in (self.eq, self.gte) if n is not None)]
        if self.gt is not None:
            lows.append(self.gt + 1)
        highs = [n for n in (self.eq, self.lte) if n is not None]
        if self.lt is not None:
            highs.append(self.lt - 1)
        return max(lows), min(highs) if highs else None


class Then(Selector):
    """A later event that completes the rule, at most ``within`` after it (ends inside)."""

    within: Duration | None = Field(None, description="At most this long after; no limit when absent.")


class Rule(Selector):
    """When an event makes a rule true: a selector with history."""

    count: Count | None = Field(None, description="How many matching events, this one included.")
    within: Duration | None = Field(None, description="Count only the events of the last so long.")
    first: bool = Field(False, description="Only the customer's first matching event.")
    then: Then | None = Field(None, description="The rule is true at this later event instead.")

    @property
    def selectors(self) -> tuple[Selector, ...]:
        """The events that the rule needs."""
        return (self,) if self.then is None else (self, self.then)

    @model_validator(mode="after")
    def _sensible(self) -> Rule:
        if self.within is not None and self.count is None:
            raise ValueError("'within' needs 'count'; to limit a following event, put 'within' under 'then'")
        if self.first and self.count is not None:
            raise ValueError("'first' already means the first matching event; leave out 'count'")
        return self

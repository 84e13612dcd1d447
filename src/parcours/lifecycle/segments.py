"""Segments: which customers, as a saved condition over profile, events, counts, stages and sequences.

    all:
      - profile: {country: [FR, BE]}
      - did: {event: order_completed, where: {value: {gte: 50}}, count: {gte: 2}, within: 90d}
      - stage: [retention, advocacy]
      - sequence: product_viewed -> no order_completed within 2d -> email_clicked
      - not: {did: {event: order_refunded}}

``did`` asks whether enough matching events happened, in the last ``within`` before the question's end, or
between the days ``start`` and ``end``, or ever; no ``count`` means at least once. ``stage`` asks for the stage at
the question's end; the word ``(none)`` stands for customers in no stage. Several keys of one condition must all
hold; ``all``, ``any`` and ``not`` combine.
"""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray
from pydantic import Field, field_validator, model_validator

from parcours.errors import QueryError, did_you_mean
from parcours.events.comparisons import Part
from parcours.lifecycle.intervals import LAPSED, stays
from parcours.lifecycle.rules import LifecycleRules
from parcours.timelines.calendar import Calendar
from parcours.timelines.masks import matches, satisfies
from parcours.timelines.matchers import Condition, Count, Selector
from parcours.timelines.partition import Partition
from parcours.timelines.patterns import Pattern
from parcours.timelines.sequences import occurrences
from parcours.values import Duration

Flags = NDArray[np.bool_]
NO_STAGE = "(none)"


class Did(Selector):
    """Matching events of a customer, counted."""

    count: Count | None = Field(None, description="How many; default: at least one.")
    within: Duration | None = Field(None, description="Only the last so long before the question's end.")
    start: date | None = Field(None, description="Only from this day on.")
    end: date | None = Field(None, description="Only up to this day.")

    @model_validator(mode="after")
    def _one_window(self) -> Did:
        if self.within is not None and (self.start is not None or self.end is not None):
            raise ValueError("give 'within' or days ('start', 'end'), not both")
        if self.start is not None and self.end is not None and self.end < self.start:
            raise ValueError(f"the range ends ({self.end}) before it starts ({self.start})")
        return self


class Segment(Part):
    """A condition on a customer."""

    profile: dict[str, Condition] = Field(default_factory=dict, description="Conditions on profile traits.")
    did: Did | None = Field(None, description="Events that must have happened.")
    stage: Annotated[tuple[str, ...], Field(min_length=1)] | None = Field(
        None, description="In one of these stages at the question's end."
    )
    sequence: Pattern | None = Field(
        None, description="A pattern that the customer's events match at least once."
    )
    customers: tuple[str, ...] | None = Field(None, description="Exactly these customers.")
    all_: tuple[Segment, ...] = Field((), alias="all", description="Each of these must hold.")
    any_: tuple[Segment, ...] = Field((), alias="any", description="At least one of these must hold.")
    not_: Segment | None = Field(None, alias="not", description="This must not hold.")

    @field_validator("stage", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _not_empty(self) -> Segment:
        if not self.model_fields_set:
            raise ValueError(
                "a segment needs at least one of profile, did, stage, sequence, customers, all, any, not"
            )
        return self

    def reads_profiles(self) -> bool:
        """Whether the segment depends on customers' profiles."""
        parts = [*self.all_, *self.any_, *([self.not_] if self.not_ else [])]
        return bool(self.profile) or any(part.reads_profiles() for part in parts)


def members(
    partition: Partition, segment: Segment, rules: LifecycleRules | None, calendar: Calendar, as_of_us: int
) -> Flags:
    """One flag for each customer of a partition."""
    flags = np.ones(partition.customer_count, dtype=np.bool_)
    for trait, condition in segment.profile.items():
        column = partition.trait(trait)
        decided = np.array([satisfies(text, condition) for text in column.values], dtype=np.bool_)
        flags &= column.take(decided, satisfies(None, condition))
    if segment.did is not None:
        flags &= _did(partition, segment.did, calendar, as_of_us)
    if segment.customers is not None:
        listed = pa.array(segment.customers, pa.string())
        flags &= pc.is_in(partition.customers, listed).to_numpy(zero_copy_only=False)
    if segment.sequence is not None:
        flags &= occurrences(partition, segment.sequence, as_of_us).counts > 0
    if segment.stage is not None:
        flags &= _in_stage(partition, segment.stage, rules, as_of_us)
    for part in segment.all_:
        flags &= members(partition, part, rules, calendar, as_of_us)
    if segment.any_:
        flags &= np.logical_or.reduce(
            [members(partition, part, rules, calendar, as_of_us) for part in segment.any_]
        )
    if segment.not_ is not None:
        flags &= ~members(partition, segment.not_, rules, calendar, as_of_us)
    return flags


def _did(partition: Partition, did: Did, calendar: Calendar, as_of_us: int) -> Flags:
    rows = matches(partition, did) & (partition.timestamps <= as_of_us)
    if did.within is not None:
        rows &= partition.timestamps >= as_of_us - did.within.us
    if did.start is not None:
        rows &= partition.timestamps >= calendar.midnight_us(did.start)
    if did.end is not None:
        rows &= partition.timestamps < calendar.midnight_us(calendar.step(did.end, "day"))
    running = np.concatenate(([0], np.cumsum(rows, dtype=np.int64)))
    counts = np.diff(running[partition.offsets])
    low, high = (1, None) if did.count is None else did.count.bounds
    enough: Flags = counts >= low
    return enough if high is None else enough & (counts <= high)


def _in_stage(
    partition: Partition, wanted: tuple[str, ...], rules: LifecycleRules | None, as_of_us: int
) -> Flags:
    if rules is None:
        raise QueryError(
            "A segment by stage needs a lifecycle.", hint="Ask through a workspace, which has one."
        )
    known = (*rules.ids, NO_STAGE)
    for name in wanted:
        if name not in known:
            raise QueryError(f"There is no stage {name!r}.", hint=did_you_mean(name, known))
    found = stays(partition, rules, as_of_us)
    present = np.full(partition.customer_count, len(rules.ids), dtype=np.int64)
    open_now = found.exit != LAPSED  # stays come in time order: the last write is the latest stay
    present[found.customer] = np.where(open_now, found.stage, len(rules.ids))
    chosen = np.array([name in wanted for name in known], dtype=np.bool_)
    flags: Flags = chosen[present]
    return flags

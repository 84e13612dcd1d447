"""The question about touchpoints: which events prove each, and which orders are drawn."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from parcours.errors import QueryError, did_you_mean
from parcours.events.comparisons import Part
from parcours.measures import contract
from parcours.timelines.masks import matches, name_flags
from parcours.timelines.matchers import Selector
from parcours.timelines.partition import Partition

MOST_TOUCHPOINTS = 60  # one bit each


class TouchpointRule(Part):
    """One touchpoint: the events that prove it, any of which is enough."""

    id: str = Field(min_length=1, description="What it is called in the answer.")
    events: Annotated[tuple[Selector, ...], Field(min_length=1)] = Field(description="Its events.")
    next: tuple[str, ...] = Field(
        (), description="Ids of earlier touchpoints to which the map draws a way from here."
    )


class Query(contract.Query):
    """Which touchpoints, in the order in which they are drawn."""

    touchpoints: tuple[TouchpointRule, ...] = Field(description="The touchpoints in order: {id, events}.")

    channels: dict[str, str] = Field(
        default_factory=dict,
        description="What values of the events' channel are called; several may have one name. Others keep theirs.",
    )

    @model_validator(mode="after")
    def _known_ids(self) -> Query:
        if len(self.touchpoints) > MOST_TOUCHPOINTS:
            raise QueryError(
                f"At most {MOST_TOUCHPOINTS} touchpoints can be looked at, not {len(self.touchpoints)}.",
                hint="Split the journey into several.",
            )
        for touchpoint in self.touchpoints:
            for name in touchpoint.next:
                if name not in self.ids:
                    raise QueryError(f"There is no touchpoint {name!r}.", hint=did_you_mean(name, self.ids))
        if len(set(self.ids)) < len(self.ids):
            raise QueryError("Two touchpoints have the same id.", hint="Give each an id of its own.")
        return self

    @property
    def ids(self) -> tuple[str, ...]:
        return tuple(one.id for one in self.touchpoints)

    def drawn(self) -> NDArray[np.bool_]:
        """[from, to] whether the map draws a way from one touchpoint to the other: onwards, or named as next."""
        count = len(self.touchpoints)
        allowed = np.triu(np.ones((count, count), dtype=np.bool_), 1)
        for number, touchpoint in enumerate(self.touchpoints):
            for name in touchpoint.next:
                allowed[number, self.ids.index(name)] = True
        return allowed


def marks(part: Partition, query: Query) -> NDArray[np.uint64]:
    """For each event a set of touchpoints, bit by bit: those that it proves."""
    by_name = np.zeros(len(part.names), dtype=np.uint64)
    special: list[tuple[np.uint64, Selector]] = []
    for number, touchpoint in enumerate(query.touchpoints):
        bit = np.uint64(1 << number)
        for selector in touchpoint.events:
            if selector.where is None:
                by_name[name_flags(part, selector)] |= bit
            else:
                special.append((bit, selector))
    bits = by_name[part.events] if len(by_name) else np.zeros(0, dtype=np.uint64)
    for bit, selector in special:
        bits[matches(part, selector)] |= bit
    return bits

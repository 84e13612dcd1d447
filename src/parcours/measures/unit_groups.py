"""The groups that a question about units is broken down by: a property, or segments by name.

A property is the latest trait of the customer (``profile.<trait>``), or the property of one event of the unit: the
one that counts it. Then every unit is in one group. Segments may share customers, and may leave some out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from parcours.errors import QueryError
from parcours.lifecycle.segments import Segment, members
from parcours.measures import contract
from parcours.measures.cells import place
from parcours.measures.contract import Partial
from parcours.measures.groups import OTHER, largest, others
from parcours.measures.scope import bounds_us, segment_flags
from parcours.timelines.calendar import Periods, Unit
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Partition
from parcours.timelines.units import CUSTOMER

ANY = -1
Flags = NDArray[np.bool_]
Ints = NDArray[np.int32]


class Named(Protocol):
    """A group of an answer."""

    @property
    def name(self) -> str: ...


class Query(contract.Query):
    """A question about units by calendar period, whole or broken down."""

    unit: Unit = Field("month", description="Length of a calendar period.")
    times: int = Field(1, ge=1, le=1_000_000, description="At least so many events in a period.")
    by: str | None = Field(None, description="Break down by profile.<trait>, or by a property of an event.")
    segments: dict[str, Segment] = Field(
        default_factory=dict, description="Break down by these segments instead, each with a name."
    )
    top: int = Field(10, ge=1, le=200, description="Largest groups to show; the others are shown as one.")

    @model_validator(mode="after")
    def _one_breakdown(self) -> Query:
        if self.by is None:
            return self
        if self.segments:
            raise QueryError("The question is broken down twice.", hint="Give 'by' or 'segments', not both.")
        if self.by == "value":
            raise QueryError(
                "A breakdown by value would give a group for each amount.",
                hint="Break down by a named property.",
            )
        if self.by in ("", PROFILE):
            raise QueryError(
                "The breakdown names no property.", hint="For example channel or profile.country."
            )
        if self.by.startswith(PROFILE) and self.per != CUSTOMER:
            raise QueryError(
                f"Profiles are those of customers, but the question counts {self.per}.",
                hint="Break down by a property of the events, or count customers.",
            )
        return self

    @property
    def noun(self) -> str:
        """What is counted, in words."""
        return "customers" if self.per == CUSTOMER else "units"

    def reads_profiles(self) -> bool:
        return super().reads_profiles() or any(one.reads_profiles() for one in self.segments.values())

    def periods(self) -> Periods:
        """The whole calendar periods that the range touches."""
        return self.periods_of(self.unit)


@dataclass(frozen=True)
class Grouping:
    """``codes`` has one code a unit, or with ``by_event`` one an event; ``lookup`` gives the label of each code, its
    last element that of the code −1. Without codes there is one group.
    """

    labels: NDArray[np.str_]
    lookup: Ints
    codes: Ints
    by_event: bool

    def of(self, units: NDArray[np.integer], rows: NDArray[np.integer]) -> Ints:
        """Position of the label of each unit, counted by the event at its row."""
        if not len(self.codes):
            return np.zeros(len(units), dtype=np.int32)
        positions: Ints = self.lookup[self.codes[rows if self.by_event else units]]
        return positions

    def position(self, name: str | None) -> int | None:
        """Position of a group's label, ANY when none is named, None when no event or unit here has it."""
        if name is None:
            return ANY
        return int(np.searchsorted(self.labels, name)) if name in self.labels else None

    def all_but(self, shown: Sequence[str]) -> Grouping:
        """Two groups: those of these names, and all others as one."""
        lookup = np.isin(self.labels[self.lookup], list(shown), invert=True).astype(np.int32)
        return Grouping(np.array(["", OTHER]), lookup, self.codes, self.by_event)


WHOLE = Grouping(np.array([""]), np.zeros(1, np.int32), np.zeros(0, np.int32), by_event=False)


def grouping(partition: Partition, by: str | None) -> Grouping:
    """The groups by a property; a missing value is the text ""."""
    if by is None:
        return WHOLE
    by_event = not by.startswith(PROFILE)
    column = partition.column(by) if by_event else partition.trait(by.removeprefix(PROFILE))
    labels, lookup = np.unique(np.array([*column.values, ""]), return_inverse=True)
    return Grouping(labels, lookup.astype(np.int32), column.codes, by_event)


def taken(partition: Partition, query: Query, name: str | None = None) -> Flags:
    """One flag for each unit: in the question's segment, and in the named one; no flags when there is neither."""
    flags = segment_flags(partition, query)
    if name is not None:
        segment = query.segments[name]
        inside = members(partition, segment, query.rules, query.calendar, query.as_of_us)
        flags = inside if flags is None else flags & inside
    return np.zeros(0, dtype=np.bool_) if flags is None else flags


def shown(query: Query, partial: Partial, sizes: NDArray[np.int64]) -> list[tuple[str, list[int]]]:
    """The groups to show, each with the positions of its labels in the partial: all segments as asked, else the
    largest, and the rest as one. An empty log has one group, "".
    """
    labels = [str(label) for label in partial["labels"]]
    if query.segments:
        return [(name, [labels.index(name)] if name in labels else []) for name in query.segments]
    best = largest(partial["labels"], sizes, query.top)
    groups = [(labels[place], [place]) for place in best]
    rest = sorted(set(range(len(labels))) - set(best))
    return [*groups, (OTHER, rest)] if rest else groups or [("", [])]


def names_shown(groups: Sequence[Named]) -> tuple[str, ...]:
    """The names of the groups that are shown one by one."""
    return tuple(group.name for group in groups if group.name != OTHER)


def opened(partition: Partition, query: Query, cell: Mapping[str, str]) -> tuple[str | None, Grouping]:
    """The group that a cell names, None for all units, and the grouping in which it is one; raises QueryError when
    there is no such group.
    """
    name = cell.get("group")
    found = grouping(partition, query.by)
    if query.segments:
        place(name, tuple(query.segments), "group")
    elif (shown := others(cell)) is not None:
        found = found.all_but(shown)
    return name, found


def passes(query: Query) -> Sequence[str | None]:
    """The names of the segments to count one by one; one pass without a name when there are none."""
    return tuple(sorted(query.segments)) or (None,)


def last_instants(query: Query) -> tuple[int, int]:
    """The instants up to which a time no longer than a day, and a longer one, can be over: the end of the range or of
    the data. As in all of Parcours, what is longer than a day is over on its last day: few logs end at midnight.
    """
    _, high = bounds_us(query)
    if query.days() is None:
        return high, high
    day_after = query.calendar.step(query.calendar.day_of(query.as_of_us), "day")
    until = query.model_copy(update={"as_of_us": query.calendar.midnight_us(day_after) - 1})
    return high, bounds_us(until)[1]


def periods_over(query: Query, periods: Periods) -> tuple[bool, ...]:
    """Whether each calendar period is over, within the range and the data."""
    short, long = last_instants(query)
    limit = short if periods.unit == "day" else long
    return tuple(bool(over) for over in periods.bounds_us[1:] <= limit)

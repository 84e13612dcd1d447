"""What a measure is: a question, three plain functions over partitions, and a result.

    map(partition, query) -> partial      one pass over flat arrays
    merge(partial, partial) -> partial    associative and commutative, in whole numbers
    finish(partial, query) -> result      rates, intervals, labels

A partial is a set of named arrays and nothing else, so that it can be cached, sent and merged anywhere. A
measure is registered by being there: a module or package in this one that holds ``MEASURE``."""

from __future__ import annotations

import importlib
import pkgutil
from abc import ABC, abstractmethod
from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

from parcours.errors import QueryError
from parcours.lifecycle.rules import LifecycleRules
from parcours.lifecycle.segments import Segment
from parcours.measures.result import Result
from parcours.settings import WeekDay
from parcours.timelines.calendar import Calendar, Periods, Unit, no_periods
from parcours.timelines.masks import PROFILE
from parcours.timelines.matchers import Where
from parcours.timelines.partition import Partition
from parcours.timelines.units import CUSTOMER

Partial = dict[str, NDArray[Any]]
PICTURES = "charts"  # no measure, and Altair takes memory and time that most questions need not pay

NOTHING_KNOWN_US = 0  # the end of the data of an empty log


class Query(BaseModel):
    """What every question states. ``end`` is the last day inside; all fields have a value once the question
    is asked.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    per: str = Field(
        CUSTOMER,
        min_length=1,
        description="Count customers, or the values of a property, or profile.<trait>.",
    )
    where: Where | None = Field(None, description="Conditions that every event must meet.")
    segment: Segment | None = Field(None, description="Only customers in this segment.")
    rules: LifecycleRules | None = Field(None, description="The lifecycle, for segments by stage.")
    start: date | None = Field(None, description="First day of the range; default: the first day of the log.")
    end: date | None = Field(None, description="Last day of the range; default: the last day of the log.")
    as_of_us: int = Field(0, description="Events after this instant are not read (µs since 1970).")
    zone: str = Field("UTC", description="Time zone of calendar periods.")
    week_start: WeekDay = Field("monday", description="First day of a calendar week.")

    @property
    def calendar(self) -> Calendar:
        return Calendar(self.zone, self.week_start)

    def days(self) -> tuple[date, date] | None:
        """First and last day of the range; None when none was asked for and nothing is known: the log is empty.

        Raises QueryError where a day is missing though there is something to look at.
        """
        if self.start is not None and self.end is not None:
            return self.start, self.end
        if self.start is None and self.end is None and self.as_of_us == NOTHING_KNOWN_US:
            return None
        raise QueryError("The range of the question has no days.", hint="Give a first and a last day.")

    def periods_of(self, unit: Unit) -> Periods:
        """The whole calendar periods that the range touches; none when it has no days."""
        days = self.days()
        return no_periods(unit) if days is None else self.calendar.periods(*days, unit)

    def key(self) -> str:
        """The question as text: equal questions have equal keys."""
        return self.model_dump_json(exclude_defaults=True, by_alias=True)

    def reads_profiles(self) -> bool:
        """Whether the answer depends on customers' profiles."""
        by_segment = self.segment is not None and self.segment.reads_profiles()
        return by_segment or PROFILE in self.key()


Q = TypeVar("Q", bound=Query)
R = TypeVar("R", bound=Result)


class Measure(ABC, Generic[Q, R]):
    """One analysis."""

    name: ClassVar[str]
    question: type[Q]

    def asks_first(self, query: Q) -> tuple[Measure[Any, Any], Query] | None:  # noqa: ARG002  (most need nothing)
        """A measure and a question whose answer this question needs before it is asked of any partition."""
        return None

    def settled(self, query: Q, answer: Any) -> Q:  # noqa: ARG002  (most need nothing)
        """The question with what that answer settles; what a partition cannot know, such as the largest groups."""
        return query

    def groups_shown(self, answer: Any) -> tuple[str, ...] | None:  # noqa: ARG002  (most settle theirs before)
        """The groups that an answer shows one by one, for a measure whose "(other)" is told by its answer alone: a
        cell of "(other)" then reaches ``members`` with these as ``other_than``."""
        return None

    @abstractmethod
    def map(self, partition: Partition, query: Q) -> Partial:
        """The partial of one partition."""

    @abstractmethod
    def merge(self, one: Partial, other: Partial) -> Partial:
        """Two partials as one."""

    @abstractmethod
    def finish(self, partial: Partial, query: Q) -> R:
        """The answer."""

    @abstractmethod
    def members(self, partition: Partition, query: Q, cell: Mapping[str, str]) -> NDArray[np.integer[Any]]:
        """Positions of the partition's units (customers, unless the question says otherwise) behind one cell.

        ``cell`` names the cell as the result's rows do; raises QueryError when there is no such cell.
        """


@cache
def measures() -> Mapping[str, Measure[Any, Any]]:
    """Every measure of this package by name."""
    package = importlib.import_module("parcours.measures")
    found: dict[str, Measure[Any, Any]] = {}
    modules = {info.name for info in pkgutil.iter_modules(package.__path__)} - {PICTURES}
    for module in sorted(modules):
        measure = getattr(importlib.import_module(f"parcours.measures.{module}"), "MEASURE", None)
        if measure is not None:
            found[measure.name] = measure
    return found

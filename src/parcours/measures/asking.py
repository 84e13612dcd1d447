"""What can be asked of an engine, whichever it is: this machine's threads or a cluster."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Protocol, TypeVar

from parcours.events.log import EventLog
from parcours.measures.contract import Measure, Query
from parcours.measures.result import Result
from parcours.timelines.partition import Partition

R = TypeVar("R", bound=Result)
Q = TypeVar("Q", bound=Query)


class KnownTimelines(Protocol):
    """What an engine knows of all timelines without counting."""

    @property
    def log(self) -> EventLog:
        """The log that they are made of."""

    def span_us(self) -> tuple[int, int] | None:
        """First and last instant of any event; None for an empty log."""

    def event_names(self) -> frozenset[str]:
        """The names of all events."""


class Engine(Protocol):
    """Answers questions over the timelines of one workspace; every engine gives the same answers."""

    @property
    def timelines(self) -> KnownTimelines:
        """The timelines that it looks at."""

    def ask(self, measure: Measure[Q, R], query: Q) -> R:
        """The answer to a question."""

    def members(self, measure: Measure[Q, R], query: Q, cell: Mapping[str, str]) -> tuple[str, ...]:
        """The keys of the customers behind one cell, sorted."""

    def named(self, find: Callable[[Partition], Sequence[str]]) -> tuple[str, ...]:
        """The names that ``find`` picks from all partitions, sorted."""

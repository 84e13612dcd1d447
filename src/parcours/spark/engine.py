"""The Spark engine: maps a measure over the files of the timelines on the executors and merges there in a tree.

The answer is the local engine's to the last digit: the same functions run over the same timelines, and partials are
whole numbers, whose merging has no order.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial as bound
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from parcours.errors import ClusterError
from parcours.events.log import EventLog
from parcours.measures.contract import Measure, Partial, Query
from parcours.measures.naming import behind_cell, with_rest
from parcours.measures.result import Result
from parcours.spark.dataset import Dataset
from parcours.spark.pieces import MissingColumnError, Source, nothing
from parcours.spark.probe import columns_read
from parcours.spark.sent import ANSWERS
from parcours.spark.sessions import memory_bytes
from parcours.spark.steps import step
from parcours.spark.tasks import Mapping as MappingTask
from parcours.spark.tasks import Naming, unpacked_names
from parcours.spark.timelines import Sizes, SparkTimelines, event_bytes
from parcours.spark.tree import merged, payloads
from parcours.timelines.partition import Partition
from parcours.timelines.units import CUSTOMER

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

R = TypeVar("R", bound=Result)
Q = TypeVar("Q", bound=Query)
KEPT_IN_MEMORY: Final = 256
Run = Callable[[tuple[str, ...]], Any]


class SparkEngine:
    """Answers questions over the timelines that a Spark cluster keeps of one log."""

    def __init__(
        self, session: SparkSession, log: EventLog, *, identity_limit: int, sizes: Sizes | None = None
    ) -> None:
        self.timelines = SparkTimelines(session, log, identity_limit=identity_limit, sizes=sizes or Sizes())
        self._memory: dict[tuple[str, ...], Partial] = {}

    def ask(self, measure: Measure[Q, R], query: Q) -> R:
        """The answer to a question; raises ClusterError when the cluster cannot give it."""
        query = self._settled(measure, query)
        source = self.timelines.of(query.per)
        key = (source.name, measure.name, query.key())
        if key not in self._memory:
            if len(self._memory) >= KEPT_IN_MEMORY:
                self._memory.pop(next(iter(self._memory)))
            self._memory[key] = _frozen(self._partial(measure, query, source))
        result = measure.finish(self._memory[key], query)
        return replace(result, dropped_events=source.dropped_events) if source.dropped_events else result

    def members(self, measure: Measure[Q, R], query: Q, cell: Mapping[str, str]) -> tuple[str, ...]:
        """The keys of the customers behind one cell, sorted."""
        query = self._settled(measure, query)
        cell = dict(with_rest(self.ask, measure, query, cell))
        return self.named(bound(behind_cell, measure, query, cell), query.per)

    def named(self, find: Callable[[Partition], Sequence[str]], unit: str = CUSTOMER) -> tuple[str, ...]:
        """The names that ``find`` picks from all partitions, sorted."""
        source = self.timelines.of(unit)
        if not source.events:
            return tuple(find(nothing()))

        def run(columns: tuple[str, ...]) -> list[str]:
            work = Naming(find, self._source(source, columns))
            answers = self.timelines.rows(source, columns).mapInArrow(step(work).answering(), ANSWERS)
            return [name for data in payloads(answers) for name in unpacked_names(data)]

        return tuple(sorted(self._with_columns(find, source, run)))

    def _settled(self, measure: Measure[Q, R], query: Q) -> Q:
        first = measure.asks_first(query)
        return query if first is None else measure.settled(query, self.ask(*first))

    def _partial(self, measure: Measure[Q, R], query: Q, source: Dataset) -> Partial:
        """The partial of everybody; that of nobody when there is nobody."""
        empty = nothing()
        if not source.events:
            return measure.map(empty, query)

        def run(columns: tuple[str, ...]) -> Partial | None:
            fan_in = self.timelines.sizes.fan_in
            work = MappingTask(measure, query, self._source(source, columns), fan_in)
            answers = self.timelines.rows(source, columns).mapInArrow(step(work).answering(), ANSWERS)
            return merged(answers, measure, rows=source.files, fan_in=fan_in)

        found: Partial | None = self._with_columns(lambda part: measure.map(part, query), source, run)
        return measure.map(empty, query) if found is None else found

    def _with_columns(self, work: Callable[[Partition], object], source: Dataset, run: Run) -> Any:
        """Run with the columns that the work reads of nobody, and again with each one that it reads of somebody."""
        columns = columns_read(work)
        while True:
            self._check_largest(source, columns)
            try:
                return run(columns)
            except MissingColumnError as missing:
                if missing.column in columns:
                    raise ClusterError(f"The timelines have no column {missing.column!r}.") from None
                columns = (*columns, missing.column)

    def _source(self, source: Dataset, columns: tuple[str, ...]) -> Source:
        return Source(source.name, source.names, self.timelines.piece_events(columns))

    def _check_largest(self, source: Dataset, columns: tuple[str, ...]) -> None:
        """One customer's events cannot be dealt out: they must fit what one executor has."""
        memory = memory_bytes(self.timelines.session)
        most = memory // event_bytes(columns)
        if source.largest_events > most:
            raise ClusterError(
                f"{source.largest!r} has {source.largest_events:,} events; for this question an executor with "
                f"{memory // 2**20:,} MB takes at most {most:,} of one customer.",
                hint="Raise spark.executor.memory; or is it a robot, which could be erased?",
            )


def _frozen(partial: Partial) -> Partial:
    """Results may show it, and it is kept."""
    for array in partial.values():
        if isinstance(array, np.ndarray):
            array.setflags(write=False)
    return partial


def engine_on(engine: Any, log: EventLog, *, identity_limit: int) -> SparkEngine:
    """The engine that ``engine=`` names."""
    from parcours.spark.sessions import session_of

    return SparkEngine(session_of(engine), log, identity_limit=identity_limit)

"""The local engine: maps a measure over partitions on threads, merges in partition order, caches partials."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, is_dataclass, replace
from functools import partial as bound
from importlib.metadata import version
from pathlib import Path
from time import thread_time
from typing import Any, TypeVar

import numpy as np

from parcours.measures.contract import Measure, Partial, Query
from parcours.measures.following import FollowedMeasure
from parcours.measures.naming import behind_cell, with_rest
from parcours.measures.partials import load, prune, save
from parcours.measures.result import Result
from parcours.measures.totals import Totals
from parcours.timelines.masks import PROFILE
from parcours.timelines.partition import Partition
from parcours.timelines.shelf import Shelf
from parcours.timelines.timelines import Timelines
from parcours.timelines.units import CUSTOMER, Regrouped, regroup

R = TypeVar("R", bound=Result)
Q = TypeVar("Q", bound=Query)
FORMAT = 2  # of partials: those of another layout are counted again
KEPT_PARTIAL_BYTES = 64 * 1024 * 1024
KEPT_ON_DISK = 8_192
KEPT_ANSWER_BYTES = 128 * 1024 * 1024
WORTH_WRITING_S = 0.02  # of a processor: a partial that took less is counted again before it is read back


class LocalEngine:
    """Answers questions over the timelines of one workspace.

    A partial is cached by question and partition content, in memory and, when ``cache`` is given, on disk:
    after new events only the partitions that changed are mapped again."""

    def __init__(self, timelines: Timelines, *, threads: int, cache: Path | None = None) -> None:
        self.timelines = timelines
        self.threads = threads
        self._cache = cache / "partials" if cache else None
        self._release = version("parcours")
        if self._cache:
            prune(self._cache, KEPT_ON_DISK)
        self._memory = Shelf(KEPT_PARTIAL_BYTES)
        self._answers = Shelf(KEPT_ANSWER_BYTES)  # each with the total that it was worked out from
        self._totals = Totals(timelines, threads=threads)
        self._regrouped: tuple[tuple[str, ...], Regrouped] | None = None

    def ask(self, measure: Measure[Q, R], query: Q) -> R:
        """The answer to a question."""
        query = self._settled(measure, query)
        question = self._question(measure, query)
        if isinstance(measure, FollowedMeasure) and query.per == CUSTOMER and measure.follows(query):
            answer: R = self._follow(measure, query, question)
            return answer
        units = self._units(query.per)
        partials = self._mapped(lambda part: self._partial(measure, query, part, question), units.partitions)
        result = measure.finish(_merged(measure, partials), query)
        return replace(result, dropped_events=units.dropped_events) if units.dropped_events else result

    def _follow(self, measure: FollowedMeasure[Q, R], query: Q, question: str) -> R:
        """The answer from the total as it was last known, with what changed since."""
        at_any_end = query.model_copy(update={"as_of_us": 0, "end": None})
        total = self._totals.total(
            measure,
            query,
            self._question(measure, at_any_end),
            lambda part, make: self._kept(measure, part, question, make),
            lambda partials: _merged(measure, list(partials)),
        )
        held: tuple[Partial, R] | None = self._answers.find(question)
        if held is None or held[0] is not total:  # else nothing that is asked for has changed
            held = total, measure.finish(total, query)
            _seal(held[1])  # it is handed out again
            self._answers.put(question, held)
        return held[1]

    def members(self, measure: Measure[Q, R], query: Q, cell: Mapping[str, str]) -> tuple[str, ...]:
        """The keys of the customers behind one cell, sorted."""
        query = self._settled(measure, query)
        cell = with_rest(self.ask, measure, query, cell)
        return self.named(bound(behind_cell, measure, query, cell), query.per)

    def named(self, find: Callable[[Partition], Sequence[str]], unit: str = CUSTOMER) -> tuple[str, ...]:
        """The names that ``find`` picks from all partitions, sorted."""
        with ThreadPoolExecutor(self.threads) as pool:
            found = pool.map(find, self._units(unit).partitions)
        return tuple(sorted(name for names in found for name in names))

    def _settled(self, measure: Measure[Q, R], query: Q) -> Q:
        first = measure.asks_first(query)
        return query if first is None else measure.settled(query, self.ask(*first))

    def _partial(self, measure: Measure[Q, R], query: Q, partition: Partition, question: str) -> Partial:
        return self._kept(measure, partition, question, lambda: measure.map(partition, query))

    def _kept(
        self, measure: Measure[Any, Any], partition: Partition, question: str, make: Callable[[], Partial]
    ) -> Partial:
        """What was kept of a partition, in memory or on disk; else made and kept, on disk where that saves time."""
        key = _key(question, partition)
        known: Partial | None = self._memory.find(key)
        if known is None:
            path = self._cache / measure.name / f"{key}.npz" if self._cache else None
            known = load(path) if path else None
            if known is None:
                begun = thread_time()
                known = make()
                if path and thread_time() - begun >= WORTH_WRITING_S:
                    save(known, path)
            self._memory.put(key, known)
        return known

    def _mapped(self, work: Callable[[Partition], Partial], partitions: Sequence[Partition]) -> list[Partial]:
        with ThreadPoolExecutor(self.threads) as pool:
            return list(pool.map(work, partitions))

    def _units(self, unit: str) -> Regrouped:
        """The partitions of the unit that is counted; of units other than the customer, the latest is kept."""
        wholes = self.timelines.partitions()
        if unit == CUSTOMER:
            return Regrouped(tuple(wholes), 0)
        profiles = self.timelines.profiles.fingerprint if unit.startswith(PROFILE) else ""
        key = (unit, profiles, *(whole.fingerprint for whole in wholes))
        if self._regrouped is None or self._regrouped[0] != key:
            self._regrouped = (key, regroup(wholes, unit))
        return self._regrouped[1]

    def _question(self, measure: Measure[Any, Any], query: Query) -> str:
        """What the answer depends on besides the partitions' events; another release may count otherwise."""
        profiles = self.timelines.profiles.fingerprint if query.reads_profiles() else ""
        return f"{self._release}\0{FORMAT}\0{measure.name}\0{query.key()}\0{profiles}"


def _merged(measure: Measure[Any, Any], partials: list[Partial]) -> Partial:
    """Merge neighbours level by level: partials that grow as they merge are copied log n times, not n."""
    while len(partials) > 1:
        pairs = zip(partials[::2], partials[1::2], strict=False)
        rest = partials[-1:] if len(partials) % 2 else []
        partials = [measure.merge(one, other) for one, other in pairs] + rest
    for array in partials[0].values():
        array.setflags(write=False)  # a result may show it, and it may be the one that is cached
    return partials[0]


def _key(question: str, partition: Partition) -> str:
    parts = (question, str(partition.bucket), partition.fingerprint)
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:40]


def _seal(value: Any) -> None:
    """Forbids writing into the arrays of an answer, however deep they lie."""
    if isinstance(value, np.ndarray):
        value.flags.writeable = False
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            _seal(getattr(value, field.name))
    elif isinstance(value, (tuple, list)):
        for part in value:
            _seal(part)
